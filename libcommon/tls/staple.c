#include "tls/staple.h"

#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>
#include <string.h>

#include "base/word.h"
#include "tls/der.h"
#include "tls/der_time.h"
#include "tls/revoked.h"
#include "tls/staple_response.h"

#define RESPONSE_MAX ((size_t)64 * 1024) /* real ones have 300 to 5000 octets */
#define SINGLES_MAX  64                  /* certificates in one response; real ones have 1 */
#define DIGEST_MAX   64
/* BR, 4.9.10. Without nextUpdate a response would never grow old (RFC 6960, 4.2.2.1). */
#define LIFE_MAX   ((int64_t)10 * 86400)

#define TIMESTAMPS "1.3.6.1.4.1.11129.2.4.5" /* RFC 6962, 3.3 */
#define NONCE      "1.3.6.1.5.5.7.48.1.2"    /* RFC 6960, 4.4.1 */

struct reading {
	struct bytes response;
	const struct cert_facts *leaf, *issuer;
	int64_t at;
	struct arena *mem;
	struct staple_facts *out;
};

static void response_close(gnutls_ocsp_resp_t *response)
{
	if (*response)
		gnutls_ocsp_resp_deinit(*response);
}

static enum staple_status says(const struct reading *reading, enum staple_status status,
			       const char *reason)
{
	reading->out->reason = reason;
	return status;
}

static bool hash_is(const char *oid, struct bytes wanted, struct bytes data)
{
	uint8_t digest[DIGEST_MAX];
	gnutls_digest_algorithm_t algorithm = gnutls_oid_to_digest(oid);
	size_t size = algorithm == GNUTLS_DIG_UNKNOWN ? 0 : gnutls_hash_get_len(algorithm);
	return size > 0 && size <= sizeof(digest) && wanted.size == size &&
	       gnutls_hash_fast(algorithm, data.data, data.size, digest) == 0 &&
	       memcmp(digest, wanted.data, size) == 0;
}

/* CertID: the issuer's name and key, and the serial number. */
static bool is_about(const struct single *single, const struct reading *reading)
{
	const struct cert_facts *issuer = reading->issuer;
	struct bytes serial, key;
	if (!revoked_serial(reading->leaf->der, &serial) || !bytes_equal(serial, single->serial))
		return false;
	bool named = hash_is(single->hash, single->name_hash, reading->leaf->issuer_der);
	if (!issuer)
		return named;
	/* The issuer may write its own name in another string type. */
	return (named || hash_is(single->hash, single->name_hash, issuer->subject_der)) &&
	       revoked_key(issuer->key_info, &key) && hash_is(single->hash, single->key_hash, key);
}

static bool find_single(const struct reading *reading, struct bytes singles, struct single *out)
{
	for (int i = 0; i < SINGLES_MAX && singles.size > 0; i++) {
		if (!response_take_single(&singles, out))
			return false;
		if (is_about(out, reading))
			return true;
	}
	return false;
}

/* RFC 6960, 4.4: nobody may rely on a response whose critical extensions he does not know. */
static bool extensions_are_known(struct bytes extensions, struct staple_facts *out)
{
	struct revoked_extension extension;
	struct der list;
	while (extensions.size > 0) {
		if (!revoked_take_extension(&extensions, &extension))
			return false;
		if (strcmp(extension.oid, TIMESTAMPS) == 0 &&
		    der_take(&extension.value, 0x04, &list))
			out->scts = list.value;
		else if (extension.critical && strcmp(extension.oid, NONCE) != 0)
			return false;
	}
	return true;
}

static const char *refusal_text(int status)
{
	switch (status) {
	case GNUTLS_OCSP_RESP_MALFORMEDREQUEST:
		return "the responder refused the server's question as malformed "
		       "(malformedRequest)";
	case GNUTLS_OCSP_RESP_INTERNALERROR:
		return "the responder has an error of its own (internalError)";
	case GNUTLS_OCSP_RESP_TRYLATER:
		return "the responder wants to be asked later (tryLater)";
	case GNUTLS_OCSP_RESP_SIGREQUIRED:
		return "the responder wants a signed question (sigRequired)";
	case GNUTLS_OCSP_RESP_UNAUTHORIZED:
		return "the responder does not answer for this certificate (unauthorized)";
	default:
		return "the responder refused with a status that nobody knows";
	}
}

static enum staple_status judge_dates(const struct reading *reading)
{
	const struct staple_facts *out = reading->out;
	int64_t end = out->next_update ? out->next_update : out->this_update + LIFE_MAX;
	if (out->this_update - REVOKED_TOLERANCE > reading->at)
		return says(reading, STAPLE_EARLY,
			    arena_printf(reading->mem, "it is valid from %s only",
					 der_time_text(out->this_update, reading->mem)));
	if (end + REVOKED_TOLERANCE < reading->at)
		return says(reading, STAPLE_STALE,
			    arena_printf(reading->mem, "it was valid until %s",
					 der_time_text(end, reading->mem)));
	return STAPLE_GOOD;
}

/* A revocation outlives the response that told it; of one that came after the moment judged nobody
 * knew then. */
static bool is_to_come(const struct reading *reading, const struct single *single)
{
	int64_t limit = reading->at + REVOKED_TOLERANCE;
	return single->revoked > limit && single->this_update > limit;
}

static enum staple_status judge_single(const struct reading *reading, const struct single *single)
{
	struct staple_facts *out = reading->out;
	switch (single->status) {
	case SINGLE_REVOKED:
		if (is_to_come(reading, single))
			break;
		out->revoked = single->revoked;
		out->revocation = single->revocation;
		return says(reading, STAPLE_REVOKED, "the issuer has revoked the certificate");
	case SINGLE_UNKNOWN:
		return says(reading, STAPLE_CA_UNKNOWN,
			    "the responder does not know the certificate");
	case SINGLE_GOOD:
		break;
	}
	return judge_dates(reading);
}

static enum staple_status judge_response(const struct reading *reading, gnutls_ocsp_resp_t ocsp)
{
	struct staple_facts *out = reading->out;
	struct response response;
	struct single single;
	if (!response_split(reading->response, &response))
		return says(reading, STAPLE_MALFORMED, "it is not a basic OCSP response");
	out->produced = response.produced;
	if (!find_single(reading, response.singles, &single))
		return says(reading, STAPLE_OTHER, "it is about another certificate");
	out->this_update = single.this_update;
	out->next_update = single.next_update;
	if (single.next_update && single.next_update < single.this_update)
		return says(reading, STAPLE_MALFORMED, "it ends before it begins");
	if (!extensions_are_known(response.extensions, out) ||
	    !extensions_are_known(single.extensions, out))
		return says(reading, STAPLE_MALFORMED,
			    "it holds a critical extension that nobody knows");
	if (!reading->issuer)
		return says(reading, STAPLE_UNCHECKED,
			    "without the issuer's certificate nobody can tell who signed it");
	const char *problem = response_signer_problem(ocsp, response.body, reading->issuer,
						      reading->at, reading->mem);
	if (problem)
		return says(reading, STAPLE_UNSIGNED, problem);
	return judge_single(reading, &single);
}

static enum staple_status judge(const struct reading *reading)
{
	CLEANUP(response_close) gnutls_ocsp_resp_t ocsp = NULL;
	struct bytes der = reading->response;
	/* gnutls_datum_t has no const; import only reads. */
	gnutls_datum_t datum = { .data = (unsigned char *)(uintptr_t)der.data,
				 .size = (unsigned)der.size };
	if (der.size == 0)
		return STAPLE_ABSENT;
	if (der.size > RESPONSE_MAX)
		return says(reading, STAPLE_MALFORMED, "it is too large for an OCSP response");
	if (gnutls_ocsp_resp_init(&ocsp) != 0 || gnutls_ocsp_resp_import(ocsp, &datum) != 0)
		return says(reading, STAPLE_MALFORMED, "it is not an OCSP response");
	int status = gnutls_ocsp_resp_get_status(ocsp);
	if (status < 0)
		return says(reading, STAPLE_MALFORMED, "it is not an OCSP response");
	if (status != GNUTLS_OCSP_RESP_SUCCESSFUL)
		return says(reading, STAPLE_REFUSED, refusal_text(status));
	return judge_response(reading, ocsp);
}

void staple_read(struct bytes response, const struct cert_facts *leaf,
		 const struct cert_facts *issuer, int64_t at, struct arena *mem,
		 struct staple_facts *out)
{
	const struct reading reading = { response, leaf, issuer, at, mem, out };
	*out = (struct staple_facts){ 0 };
	out->status = judge(&reading);
}

static const char *const texts[] = {
	[STAPLE_ABSENT] = "absent",
	[STAPLE_GOOD] = "good",
	[STAPLE_REVOKED] = "revoked",
	[STAPLE_CA_UNKNOWN] = "unknown",
	[STAPLE_MALFORMED] = "malformed",
	[STAPLE_OTHER] = "other-certificate",
	[STAPLE_UNSIGNED] = "bad-signature",
	[STAPLE_STALE] = "stale",
	[STAPLE_EARLY] = "early",
	[STAPLE_REFUSED] = "refused",
	[STAPLE_UNCHECKED] = "unchecked",
};

const char *staple_status_text(enum staple_status status)
{
	return texts[status];
}

bool staple_status_parse(const char *text, enum staple_status *out)
{
	size_t i;
	if (!word_find(texts, ARRAY_SIZE(texts), text, &i))
		return false;
	*out = (enum staple_status)i;
	return true;
}
