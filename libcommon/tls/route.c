#include "tls/route.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define RSA_LEAST   2048 /* RFC 9325, 4.5 */
#define EC_LEAST    224  /* RFC 9325, 4.5 */

/* The dates are ours: GnuTLS knows no other clock than now, unless for the whole process. */
#define FLAGS                                                                                      \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |           \
	 GNUTLS_VERIFY_DISABLE_CRL_CHECKS)
#define ALLOW_WEAK                                                                                 \
	(GNUTLS_VERIFY_ALLOW_SIGN_RSA_MD2 | GNUTLS_VERIFY_ALLOW_SIGN_RSA_MD5 |                     \
	 GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)

static bool key_is_weak(const struct cert_facts *cert)
{
	if (strncmp(cert->key, "EC ", 3) == 0)
		return cert->bits > 0 && cert->bits < EC_LEAST;
	if (strncmp(cert->key, "RSA", 3) == 0 || strcmp(cert->key, "DSA") == 0)
		return cert->bits < RSA_LEAST;
	return false;
}

static bool signature_is_weak(const struct cert_facts *cert)
{
	static const char *const weak[] = {
		"md2WithRSAEncryption",  "md4WithRSAEncryption", "md5WithRSAEncryption",
		"sha1WithRSAEncryption", "sha1WithRSA",          "ecdsa-with-SHA1",
		"dsaWithSHA1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(weak); i++) {
		if (strcmp(cert->signature, weak[i]) == 0)
			return true;
	}
	return false;
}

static unsigned inspect_dates(const struct cert_facts *cert, int64_t at)
{
	return (at > cert->not_after ? PATH_EXPIRED : 0) |
	       (at < cert->not_before ? PATH_NOT_YET_VALID : 0);
}

static bool serves_tls(const struct cert_facts *leaf)
{
	return !leaf->has_eku || leaf->eku_server || leaf->eku_any;
}

unsigned route_inspect(const struct route *route, const struct cert_facts *leaf, int64_t at)
{
	unsigned problems = serves_tls(leaf) ? 0 : PATH_WRONG_PURPOSE;
	for (size_t i = 0; i < route->length; i++) {
		const struct cert_facts *link = route->links[i];
		problems |= inspect_dates(link, at);
		/* Nobody relies on the signature below itself (RFC 9155 is about the others). */
		if (key_is_weak(link) || (signature_is_weak(link) && !link->self_issued))
			problems |= PATH_WEAK;
	}
	if (!route->anchor.der.data)
		return problems;
	return problems | inspect_dates(&route->anchor, at) |
	       (key_is_weak(&route->anchor) ? PATH_WEAK : 0);
}

/* What GnuTLS needs for one judgement. */
struct bench {
	gnutls_x509_trust_list_t trust;
	gnutls_x509_crt_t links[CHAIN_MAX], anchor;
	unsigned count;
};

static void bench_clear(struct bench *bench)
{
	if (bench->trust)
		gnutls_x509_trust_list_deinit(bench->trust, 0);
	for (unsigned i = 0; i < bench->count; i++)
		gnutls_x509_crt_deinit(bench->links[i]);
	if (bench->anchor)
		gnutls_x509_crt_deinit(bench->anchor);
}

static bool import(struct bytes der, gnutls_x509_crt_t *out)
{
	gnutls_datum_t datum = { .size = (unsigned)der.size };
	/* gnutls_datum_t has no const; import only reads. */
	datum.data = (unsigned char *)(uintptr_t)der.data;
	gnutls_x509_crt_t crt;
	if (gnutls_x509_crt_init(&crt) != 0)
		return false;
	if (gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER) != 0) {
		gnutls_x509_crt_deinit(crt);
		return false;
	}
	*out = crt;
	return true;
}

static bool bench_fill(struct bench *bench, const struct route *route)
{
	for (; bench->count < route->length; bench->count++) {
		if (!import(route->links[bench->count]->der, &bench->links[bench->count]))
			return false;
	}
	return import(route->anchor.der, &bench->anchor) &&
	       gnutls_x509_trust_list_init(&bench->trust, 1) == 0 &&
	       gnutls_x509_trust_list_add_cas(bench->trust, &bench->anchor, 1, 0) == 1;
}

static unsigned bench_judge(struct bench *bench, unsigned flags)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID };
	char oid[] = SERVER_AUTH;
	unsigned status = 0;
	purpose.data = (unsigned char *)oid;
	if (gnutls_x509_trust_list_verify_crt2(bench->trust, bench->links, bench->count, &purpose,
					       1, FLAGS | flags, &status, NULL) != 0)
		return GNUTLS_CERT_INVALID;
	return status;
}

static const struct meaning {
	unsigned status;
	enum path_problem problem;
} meanings[] = {
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, PATH_UNKNOWN_ISSUER },
	{ GNUTLS_CERT_SIGNER_NOT_CA, PATH_NOT_CA },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, PATH_WEAK },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, PATH_BAD_SIGNATURE },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, PATH_CONSTRAINTS },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, PATH_CONSTRAINTS },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, PATH_WRONG_PURPOSE },
};

unsigned route_verify(const struct route *route)
{
	CLEANUP(bench_clear) struct bench bench = { 0 };
	unsigned problems = 0;
	if (route->length == 0) /* pinned: nobody else vouches for it */
		return 0;
	if (!bench_fill(&bench, route))
		return PATH_MALFORMED;
	unsigned status = bench_judge(&bench, 0);
	/* It stops at the first thing it minds, and weakness must not hide the rest. */
	if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
		status |= bench_judge(&bench, ALLOW_WEAK);
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (status & meanings[i].status)
			problems |= meanings[i].problem;
	}
	return status != 0 && problems == 0 ? PATH_CONSTRAINTS : problems;
}

bool route_is_self_signed(const struct cert_facts *cert)
{
	CLEANUP(bench_clear) struct bench bench = { 0 };
	unsigned status = 0;
	if (!cert->self_issued || !import(cert->der, &bench.anchor))
		return false;
	return gnutls_x509_crt_verify(bench.anchor, &bench.anchor, 1,
				      FLAGS | ALLOW_WEAK | GNUTLS_VERIFY_DO_NOT_ALLOW_SAME |
					      GNUTLS_VERIFY_DISABLE_CA_SIGN,
				      &status) == 0 &&
	       !(status & (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND));
}
