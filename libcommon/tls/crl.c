#include "tls/crl.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "base/word.h"
#include "tls/crl_list.h"
#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/der_time.h"
#include "tls/dn.h"
#include "tls/revoked.h"

#define NAME_SHOWN 100 /* octets of an issuer's name in a sentence */

/* IssuingDistributionPoint, RFC 5280, 5.2.5: implicit tags. */
#define TAG_POINT        0xa0
#define TAG_USERS        0x81
#define TAG_AUTHORITIES  0x82
#define TAG_SOME_REASONS 0x83
#define TAG_INDIRECT     0x84
#define TAG_ATTRIBUTES   0x85
#define TAG_FULL_NAME    0xa0
#define TAG_URI          0x86

/* One certificate against the lists of its issuer. */
struct subject {
	const struct cert_facts *cert, *issuer;
	struct bytes serial;
	int64_t at;
	struct arena *mem;
};

/* Of enum crl_status, for one certificate: what the most telling list says counts. */
static const int telling[] = {
	[CRL_NOT_CHECKED] = 0, [CRL_UNCOVERED] = 1, [CRL_INVALID] = 2,
	[CRL_STALE] = 3,       [CRL_GOOD] = 4,      [CRL_REVOKED] = 5,
};
/* For a path: the worst certificate counts. */
static const int badness[] = {
	[CRL_NOT_CHECKED] = 0, [CRL_GOOD] = 1,    [CRL_UNCOVERED] = 2,
	[CRL_STALE] = 3,       [CRL_INVALID] = 4, [CRL_REVOKED] = 5,
};

/* DistributionPointName: a list of one shard is for the certificates that point to it. */
static bool names_point(struct bytes point, const char *url)
{
	struct der names, name;
	if (!url || !der_take(&point, TAG_FULL_NAME, &names))
		return false;
	while (der_next(&names.value, &name)) {
		struct bytes wanted = { (const uint8_t *)url, strlen(url) };
		if (name.tag == TAG_URI && bytes_equal(name.value, wanted))
			return true;
	}
	return false;
}

static bool is_true(struct bytes value)
{
	return value.size == 1 && value.data[0] != 0;
}

static const char *part_problem(const struct der *part, const struct cert_facts *cert)
{
	switch (part->tag) {
	case TAG_POINT:
		return names_point(part->value, cert->crl_url)
			       ? NULL
			       : "is for another distribution point than the certificate's";
	case TAG_USERS:
		return is_true(part->value) && cert->is_ca ? "leaves out authorities" : NULL;
	case TAG_AUTHORITIES:
		return is_true(part->value) && !cert->is_ca ? "is about authorities only" : NULL;
	case TAG_SOME_REASONS:
		return "tells revocations for some reasons only";
	case TAG_INDIRECT:
		return is_true(part->value) ? "is an indirect one, which is not supported" : NULL;
	case TAG_ATTRIBUTES:
		return is_true(part->value) ? "is about attribute certificates only" : NULL;
	default:
		return "is for a scope that nobody knows";
	}
}

/* NULL: the list is about certificates like this one. */
static const char *scope_problem(const struct crl_list *list, const struct cert_facts *cert)
{
	struct bytes scope = list->scope;
	struct der sequence, part;
	if (!list->limited)
		return NULL;
	if (!der_take(&scope, TAG_SEQUENCE, &sequence) || scope.size > 0)
		return "is for a scope that cannot be read";
	while (sequence.value.size > 0) {
		if (!der_next(&sequence.value, &part))
			return "is for a scope that cannot be read";
		const char *problem = part_problem(&part, cert);
		if (problem)
			return problem;
	}
	return NULL;
}

static int verify(const struct crl_list *list, gnutls_pubkey_t key, struct bytes key_info)
{
	/* gnutls_datum_t has no const; verifying only reads. */
	gnutls_datum_t digest = { (unsigned char *)(uintptr_t)list->digest,
				  (unsigned)list->digest_size };
	gnutls_datum_t body = { (unsigned char *)(uintptr_t)list->body.data,
				(unsigned)list->body.size };
	gnutls_datum_t signature = { (unsigned char *)(uintptr_t)list->signature.data,
				     (unsigned)list->signature.size };
	gnutls_datum_t info = { (unsigned char *)(uintptr_t)key_info.data,
				(unsigned)key_info.size };
	int code = gnutls_pubkey_import(key, &info, GNUTLS_X509_FMT_DER);
	if (code != 0)
		return code;
	if (list->digest_size > 0)
		return gnutls_pubkey_verify_hash2(key, list->algorithm, 0, &digest, &signature);
	return gnutls_pubkey_verify_data2(key, list->algorithm, 0, &body, &signature);
}

/* RFC 5280, 6.3.3 (f) and (g). NULL: the issuer signed it, and may. */
static const char *signature_problem(const struct crl_list *list, const struct cert_facts *issuer)
{
	gnutls_pubkey_t key;
	if (issuer->has_key_usage && !(issuer->key_usage & USAGE_CRL_SIGN))
		return "is signed by an issuer whose key usage does not allow that (cRLSign)";
	if (list->algorithm == GNUTLS_SIGN_UNKNOWN)
		return "is signed with an algorithm that nobody knows";
	if (!gnutls_sign_is_secure2(list->algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
		return "is signed with an algorithm that is too weak";
	if (gnutls_pubkey_init(&key) != 0)
		return "cannot be checked: GnuTLS has no memory left";
	int code = verify(list, key, issuer->key_info);
	gnutls_pubkey_deinit(key);
	return code < 0 ? "does not bear the issuer's signature" : NULL;
}

static const char *date_problem(const struct crl_list *list, const struct subject *subject)
{
	if (list->this_update - REVOKED_TOLERANCE > subject->at)
		return arena_printf(subject->mem, "is valid from %s only",
				    der_time_text(list->this_update, subject->mem));
	if (!list->next_update) /* RFC 5280, 5.1.2.5 demands it */
		return "does not say until when it is valid";
	if (list->next_update + REVOKED_TOLERANCE < subject->at)
		return arena_printf(subject->mem, "was valid until %s",
				    der_time_text(list->next_update, subject->mem));
	return NULL;
}

/* What happened after the moment judged nobody knew then; older lists than that moment tell what
 * still holds. */
static bool is_to_come(const struct crl_list *list, const struct subject *subject, int64_t revoked)
{
	int64_t limit = subject->at + REVOKED_TOLERANCE;
	return revoked > limit && list->this_update > limit;
}

static struct crl_facts verdict(const struct subject *subject, enum crl_status status,
				const char *why)
{
	return (struct crl_facts){
		.status = status,
		.reason = arena_printf(subject->mem, "the revocation list of %.*s %s", NAME_SHOWN,
				       subject->issuer->subject, why),
	};
}

static struct crl_facts ask_list(const struct crl_list *list, const struct subject *subject)
{
	int64_t revoked = 0;
	const char *revocation = NULL;
	const char *problem = scope_problem(list, subject->cert);
	if (problem)
		return verdict(subject, CRL_UNCOVERED, problem);
	problem = list->problem ? list->problem : signature_problem(list, subject->issuer);
	if (problem)
		return verdict(subject, CRL_INVALID, problem);
	struct crl_facts found = { .status = CRL_GOOD };
	problem = date_problem(list, subject);
	if (crl_list_find(list, subject->serial, &revoked, &revocation) &&
	    !is_to_come(list, subject, revoked)) {
		found = verdict(subject, CRL_REVOKED, "names the certificate");
		found.revoked = revoked;
		found.revocation = revocation;
	} else if (problem) {
		found = verdict(subject, CRL_STALE, problem);
	}
	found.this_update = list->this_update;
	found.next_update = list->next_update;
	return found;
}

static bool names_issuer(const struct crl_list *list, const struct subject *subject)
{
	struct bytes wanted = subject->cert->issuer_der;
	return bytes_equal(list->issuer, wanted) || dn_equal(list->issuer, wanted);
}

static struct crl_facts ask_set(const struct crl_set *set, const struct subject *subject)
{
	struct crl_facts best = {
		.status = CRL_UNCOVERED,
		.reason = arena_printf(subject->mem, "no revocation list of %.*s was given",
				       NAME_SHOWN, subject->issuer->subject),
	};
	bool asked = false;
	for (size_t i = 0; i < set->count && best.status != CRL_REVOKED; i++) {
		if (!names_issuer(&set->lists[i], subject))
			continue;
		struct crl_facts found = ask_list(&set->lists[i], subject);
		if (!asked || telling[found.status] > telling[best.status])
			best = found;
		asked = true;
	}
	return best;
}

void crl_check(const struct crl_set *set, const struct cert_facts *const *path, size_t length,
	       int64_t at, struct arena *mem, struct crl_facts *out)
{
	*out = (struct crl_facts){ 0 };
	if (!set)
		return;
	if (length < 2) {
		out->status = CRL_UNCOVERED;
		out->reason = "no issuer is known whose revocation list would count";
		return;
	}
	int64_t this_update = 0, next_update = 0;
	for (size_t i = 0; i + 1 < length; i++) {
		struct subject subject = {
			.cert = path[i], .issuer = path[i + 1], .at = at, .mem = mem
		};
		if (!revoked_serial(path[i]->der, &subject.serial))
			continue;
		struct crl_facts found = ask_set(set, &subject);
		if (i == 0) {
			this_update = found.this_update;
			next_update = found.next_update;
		}
		if (badness[found.status] > badness[out->status]) {
			*out = found;
			out->cert = i;
		}
	}
	out->this_update = this_update;
	out->next_update = next_update;
}

static const char *const texts[] = {
	[CRL_NOT_CHECKED] = "not-checked", [CRL_GOOD] = "good",   [CRL_REVOKED] = "revoked",
	[CRL_UNCOVERED] = "uncovered",     [CRL_STALE] = "stale", [CRL_INVALID] = "invalid",
};

const char *crl_status_text(enum crl_status status)
{
	return texts[status];
}

bool crl_status_parse(const char *text, enum crl_status *out)
{
	size_t i;
	if (!word_find(texts, ARRAY_SIZE(texts), text, &i))
		return false;
	*out = (enum crl_status)i;
	return true;
}
