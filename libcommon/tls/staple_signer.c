/* Who signed an OCSP response: RFC 6960, 4.2.2.2. */
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "tls/revoked.h"
#include "tls/staple_response.h"

#define SIGNERS_MAX  8  /* certificates beside the signature; real ones have none or one */
#define PURPOSES_MAX 16 /* of a responder's certificate */

/* The dates are ours: GnuTLS knows no other clock than now. */
#define FLAGS (GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS)

/* What GnuTLS needs for one judgement. */
struct bench {
	gnutls_sign_algorithm_t algorithm;
	gnutls_datum_t body, signature;
	gnutls_x509_crt_t issuer, *signers;
	size_t signer_count;
};

static void bench_clear(struct bench *bench)
{
	for (size_t i = 0; i < bench->signer_count; i++)
		gnutls_x509_crt_deinit(bench->signers[i]);
	gnutls_free(bench->signers);
	gnutls_free(bench->signature.data);
	if (bench->issuer)
		gnutls_x509_crt_deinit(bench->issuer);
}

static gnutls_datum_t datum_of(struct bytes bytes)
{
	/* gnutls_datum_t has no const; who gets one only reads. */
	return (gnutls_datum_t){ .data = (unsigned char *)(uintptr_t)bytes.data,
				 .size = (unsigned)bytes.size };
}

static bool bench_fill(struct bench *bench, gnutls_ocsp_resp_t ocsp, struct bytes body,
		       const struct cert_facts *issuer)
{
	gnutls_datum_t der = datum_of(issuer->der);
	int algorithm = gnutls_ocsp_resp_get_signature_algorithm(ocsp);
	bench->body = datum_of(body);
	bench->algorithm = algorithm > 0 ? (gnutls_sign_algorithm_t)algorithm : GNUTLS_SIGN_UNKNOWN;
	/* No certificates beside the signature is the usual case, and an error to GnuTLS. */
	if (gnutls_ocsp_resp_get_certs(ocsp, &bench->signers, &bench->signer_count) != 0) {
		bench->signers = NULL;
		bench->signer_count = 0;
	}
	return gnutls_ocsp_resp_get_signature(ocsp, &bench->signature) == 0 &&
	       gnutls_x509_crt_init(&bench->issuer) == 0 &&
	       gnutls_x509_crt_import(bench->issuer, &der, GNUTLS_X509_FMT_DER) == 0;
}

/* GnuTLS minds no weak hash here: that has been asked before. */
static bool verify(const struct bench *bench, gnutls_x509_crt_t signer)
{
	gnutls_pubkey_t key;
	if (gnutls_pubkey_init(&key) != 0)
		return false;
	bool fits = gnutls_pubkey_import_x509(key, signer, 0) == 0 &&
		    gnutls_pubkey_verify_data2(key, bench->algorithm, 0, &bench->body,
					       &bench->signature) >= 0;
	gnutls_pubkey_deinit(key);
	return fits;
}

static bool signs_ocsp(gnutls_x509_crt_t signer)
{
	for (unsigned i = 0; i < PURPOSES_MAX; i++) {
		char oid[128];
		size_t size = sizeof(oid);
		if (gnutls_x509_crt_get_key_purpose_oid(signer, i, oid, &size, NULL) != 0)
			return false;
		if (strcmp(oid, GNUTLS_KP_OCSP_SIGNING) == 0)
			return true;
	}
	return false;
}

/* Has the issuer made this signer its responder? */
static const char *delegation_problem(const struct bench *bench, gnutls_x509_crt_t signer,
				      int64_t at)
{
	unsigned status = 0;
	if (gnutls_x509_crt_verify(signer, &bench->issuer, 1, FLAGS, &status) != 0 || status != 0)
		return "it is signed by a responder that the issuer did not certify";
	if (!signs_ocsp(signer))
		return "it is signed by a certificate that is not meant for OCSP";
	if (at < gnutls_x509_crt_get_activation_time(signer))
		return "the responder's certificate is not yet valid";
	if (at > gnutls_x509_crt_get_expiration_time(signer))
		return "the responder's certificate has expired";
	return NULL;
}

const char *response_signer_problem(gnutls_ocsp_resp_t ocsp, struct bytes body,
				    const struct cert_facts *issuer, int64_t at, struct arena *mem)
{
	CLEANUP(bench_clear) struct bench bench = { 0 };
	if (!bench_fill(&bench, ocsp, body, issuer))
		return "its signature cannot be read";
	if (bench.algorithm == GNUTLS_SIGN_UNKNOWN)
		return "it is signed with an algorithm that nobody knows";
	if (!gnutls_sign_is_secure2(bench.algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
		return arena_printf(mem, "it is signed with %s, which is too weak",
				    gnutls_sign_get_name(bench.algorithm));
	const char *problem = verify(&bench, bench.issuer) ? NULL
							   : "its signature is not the issuer's";
	for (size_t i = 0; problem && i < bench.signer_count && i < SIGNERS_MAX; i++) {
		if (verify(&bench, bench.signers[i]))
			problem = delegation_problem(&bench, bench.signers[i], at);
	}
	return problem;
}
