#include "tls/crl_list.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/der_time.h"
#include "tls/revoked.h"

#define TAG_EXTENSIONS 0xa0

#define EXT_REASON     "2.5.29.21"
#define EXT_DELTA      "2.5.29.27"
#define EXT_SCOPE      "2.5.29.28"

static bool malformed(struct err *err, const char *what)
{
	return err_set(err, AT_FILE, ERR_PROTOCOL, "not a revocation list: %s", what);
}

/* RFC 5280, 5.2 and 5.3: who meets a critical extension that he does not know must not use the
 * list. certificateIssuer (29), critical by rule, is not known here: it belongs to indirect lists.
 */
static bool is_known(const char *oid)
{
	static const char *const known[] = {
		EXT_SCOPE,   /* issuingDistributionPoint */
		EXT_REASON,  /* reasonCode */
		"2.5.29.20", /* cRLNumber */
		"2.5.29.24", /* invalidityDate */
		"2.5.29.35", /* authorityKeyIdentifier */
		"2.5.29.46", /* freshestCRL */
	};
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i], oid) == 0)
			return true;
	}
	return false;
}

static void note_unknown(const struct revoked_extension *extension, struct arena *mem,
			 struct crl_list *out)
{
	if (extension->critical && !is_known(extension->oid) && !out->problem)
		out->problem = arena_printf(mem,
					    "holds the critical extension %s, which nobody knows",
					    extension->oid);
}

/* A revokedCertificates element: SEQUENCE { userCertificate, revocationDate, extensions } */
static bool check_entry(struct bytes entry, struct arena *mem, struct crl_list *out)
{
	struct revoked_extension extension;
	struct der serial, list;
	int64_t revoked;
	if (!der_take(&entry, TAG_INTEGER, &serial) || !der_take_time(&entry, &revoked))
		return false;
	if (entry.size == 0)
		return true;
	if (!der_take(&entry, TAG_SEQUENCE, &list) || entry.size > 0)
		return false;
	while (list.value.size > 0) {
		if (!revoked_take_extension(&list.value, &extension))
			return false;
		note_unknown(&extension, mem, out);
	}
	return true;
}

static struct bytes serial_of(const struct crl_entry *entry)
{
	struct bytes at = { entry->data, entry->size };
	struct der serial;
	return der_next(&at, &serial) ? serial.value : (struct bytes){ 0 };
}

static int compare_serials(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

static int compare_entries(const void *a, const void *b)
{
	return compare_serials(serial_of(a), serial_of(b));
}

static bool read_entries(struct bytes list, struct arena *mem, struct crl_list *out)
{
	struct bytes at = list;
	struct der entry;
	size_t count = 0;
	while (at.size > 0) {
		if (!der_take(&at, TAG_SEQUENCE, &entry) || !check_entry(entry.value, mem, out))
			return false;
		count++;
	}
	out->entries = arena_array(mem, count, sizeof(*out->entries));
	while (der_next(&list, &entry))
		out->entries[out->count++] = (struct crl_entry){ entry.value.data,
								 (uint32_t)entry.value.size };
	if (count > 1)
		qsort(out->entries, count, sizeof(*out->entries), compare_entries);
	return true;
}

static bool read_extensions(struct bytes list, struct arena *mem, struct crl_list *out,
			    struct err *err)
{
	struct revoked_extension extension;
	while (list.size > 0) {
		if (!revoked_take_extension(&list, &extension))
			return malformed(err, "its extensions are not valid DER");
		if (strcmp(extension.oid, EXT_DELTA) == 0)
			return err_set(err, AT_FILE, ERR_UNSUPPORTED,
				       "a delta list tells only what changed; give the complete "
				       "list");
		if (strcmp(extension.oid, EXT_SCOPE) == 0) {
			out->limited = true;
			out->scope = extension.value;
		}
		note_unknown(&extension, mem, out);
	}
	return true;
}

/* Behind the issuer: thisUpdate, nextUpdate OPTIONAL, revokedCertificates OPTIONAL, [0] EXPLICIT
 * extensions OPTIONAL. */
static bool read_rest(struct bytes rest, struct arena *mem, struct crl_list *out, struct err *err)
{
	struct der element, list;
	if (!der_take_time(&rest, &out->this_update) ||
	    (der_is_time(rest) && !der_take_time(&rest, &out->next_update)))
		return malformed(err, "its dates are no times");
	if (rest.size > 0 && rest.data[0] == TAG_SEQUENCE &&
	    (!der_next(&rest, &element) || !read_entries(element.value, mem, out)))
		return malformed(err, "its entries are not valid DER");
	if (rest.size == 0)
		return true;
	if (!der_take(&rest, TAG_EXTENSIONS, &element) || rest.size > 0 ||
	    !der_take(&element.value, TAG_SEQUENCE, &list) || element.value.size > 0)
		return malformed(err, "its extensions are not valid DER");
	return read_extensions(list.value, mem, out, err);
}

static bool wants_body(gnutls_sign_algorithm_t algorithm)
{
	return algorithm == GNUTLS_SIGN_EDDSA_ED25519 || algorithm == GNUTLS_SIGN_EDDSA_ED448;
}

static void read_algorithm(struct bytes identifier, struct crl_list *out)
{
	struct der oid;
	char text[128];
	out->algorithm = GNUTLS_SIGN_UNKNOWN;
	if (!der_take(&identifier, TAG_OID, &oid))
		return;
	out->algorithm = gnutls_oid_to_sign(der_oid_text(oid.value, text));
	if (out->algorithm == GNUTLS_SIGN_UNKNOWN || wants_body(out->algorithm))
		return;
	gnutls_digest_algorithm_t hash = gnutls_sign_get_hash_algorithm(out->algorithm);
	size_t size = hash == GNUTLS_DIG_UNKNOWN ? 0 : gnutls_hash_get_len(hash);
	if (size == 0 || size > sizeof(out->digest) ||
	    gnutls_hash_fast(hash, out->body.data, out->body.size, out->digest) != 0)
		out->algorithm = GNUTLS_SIGN_UNKNOWN;
	else
		out->digest_size = size;
}

/* CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }, in which
 * TBSCertList ::= SEQUENCE { version OPTIONAL, signature, issuer, ... } */
bool crl_list_read(struct bytes der, struct arena *mem, struct crl_list *out, struct err *err)
{
	struct crl_list read = { 0 };
	struct der whole, body, outer, inner, version, issuer, signature;
	if (!der_take(&der, TAG_SEQUENCE, &whole) || der.size > 0 ||
	    !der_take(&whole.value, TAG_SEQUENCE, &body) ||
	    !der_take(&whole.value, TAG_SEQUENCE, &outer) ||
	    !der_take(&whole.value, TAG_BIT_STRING, &signature) || whole.value.size > 0 ||
	    signature.value.size == 0)
		return malformed(err, "not valid DER");
	struct bytes at = body.value;
	if (at.size > 0 && at.data[0] == TAG_INTEGER && !der_next(&at, &version))
		return malformed(err, "not valid DER");
	if (!der_take(&at, TAG_SEQUENCE, &inner) || !der_take(&at, TAG_SEQUENCE, &issuer))
		return malformed(err, "it names no issuer");
	if (!bytes_equal(inner.whole, outer.whole)) /* RFC 5280, 5.1.1.2 */
		return malformed(err, "it names two signature algorithms");
	read.body = body.whole;
	read.issuer = issuer.whole;
	read.signature = (struct bytes){ signature.value.data + 1, signature.value.size - 1 };
	if (!read_rest(at, mem, &read, err))
		return false;
	read_algorithm(outer.value, &read);
	*out = read;
	return true;
}

/* Of the reasonCode extension; NULL: there is none. */
static const char *reason_of(struct bytes extensions)
{
	struct revoked_extension extension;
	struct der list, code;
	if (!der_take(&extensions, TAG_SEQUENCE, &list))
		return NULL;
	while (revoked_take_extension(&list.value, &extension)) {
		if (strcmp(extension.oid, EXT_REASON) == 0 &&
		    der_take(&extension.value, TAG_ENUMERATED, &code) && code.value.size == 1)
			return revoked_reason(code.value.data[0]);
	}
	return NULL;
}

bool crl_list_find(const struct crl_list *list, struct bytes serial, int64_t *revoked,
		   const char **revocation)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct crl_entry *entry = &list->entries[middle];
		int order = compare_serials(serial, serial_of(entry));
		if (order < 0) {
			high = middle;
		} else if (order > 0) {
			low = middle + 1;
		} else {
			struct bytes at = { entry->data, entry->size };
			struct der skipped;
			if (!der_next(&at, &skipped) || !der_take_time(&at, revoked))
				return false;
			*revocation = reason_of(at);
			return true;
		}
	}
	return false;
}
