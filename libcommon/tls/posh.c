#include "tls/posh.h"

#include <gnutls/crypto.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/word.h"

#define URL_MAX   2048
#define SHA256    "sha-256" /* IANA: Hash Function Textual Names */
#define SHA512    "sha-512"
#define JSON_TEXT 80 /* octets of jansson's sentence that are repeated */

static bool wrong(struct err *err, const char *text)
{
	return err_set(err, AT_INPUT, ERR_PROTOCOL, "%s", text);
}

static void free_json(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

static void free_datum(gnutls_datum_t *datum)
{
	gnutls_free(datum->data);
	datum->data = NULL;
}

/* RFC 4648, 4: the whole alphabet and the padding, nothing else; so the length is known. */
static bool read_digest(const json_t *text, uint8_t *out, size_t size)
{
	CLEANUP(free_datum) gnutls_datum_t octets = { 0 };
	const char *base64 = json_string_value(text);
	if (!base64 || strlen(base64) != (size + 2) / 3 * 4)
		return false;
	gnutls_datum_t in = { .data = (unsigned char *)(uintptr_t)base64,
			      .size = (unsigned)strlen(base64) };
	if (gnutls_base64_decode2(&in, &octets) < 0 || octets.size != size)
		return false;
	memcpy(out, octets.data, size);
	return true;
}

/* {"sha-256":"C4xkOIX4...","sha-512":"41fsfS9Z..."}: one certificate (CRT-52). */
static bool read_fingerprint(const json_t *entry, size_t number, struct posh_fingerprint *out,
			     struct err *err)
{
	const json_t *sha256 = json_object_get(entry, SHA256);
	const json_t *sha512 = json_object_get(entry, SHA512);
	*out = (struct posh_fingerprint){ .has_sha256 = sha256, .has_sha512 = sha512 };
	if (!json_is_object(entry))
		return err_set(err, AT_INPUT, ERR_PROTOCOL, "fingerprint %zu is no JSON object",
			       number);
	if (sha256 && !read_digest(sha256, out->sha256, sizeof(out->sha256)))
		return err_set(err, AT_INPUT, ERR_PROTOCOL,
			       "the sha-256 of fingerprint %zu is not 32 octets in base64", number);
	if (sha512 && !read_digest(sha512, out->sha512, sizeof(out->sha512)))
		return err_set(err, AT_INPUT, ERR_PROTOCOL,
			       "the sha-512 of fingerprint %zu is not 64 octets in base64", number);
	return true;
}

static bool read_fingerprints(const json_t *list, struct arena *mem, struct posh_document *out,
			      struct err *err)
{
	size_t given = json_array_size(list);
	if (!json_is_array(list))
		return wrong(err, "\"fingerprints\" is no list");
	if (given == 0)
		return wrong(err, "it lists no certificate");
	if (given > POSH_FINGERPRINTS)
		return err_set(err, AT_INPUT, ERR_LIMIT, "it lists %zu certificates, more than %d",
			       given, POSH_FINGERPRINTS);
	out->fingerprints = arena_array(mem, given, sizeof(*out->fingerprints));
	for (size_t i = 0; i < given; i++) {
		struct posh_fingerprint *to = &out->fingerprints[out->count];
		if (!read_fingerprint(json_array_get(list, i), i + 1, to, err))
			return false;
		out->count += to->has_sha256 || to->has_sha512;
	}
	if (out->count == 0) /* CRT-57: sha-1 does not count */
		return wrong(err, "it has no usable fingerprint: only sha-256 and sha-512 count");
	return true;
}

/* CRT-53. What libcurl makes of it is net/https' business; here it must only be text that can be
 * shown and fetched. */
static bool read_url(const json_t *value, struct arena *mem, struct posh_document *out,
		     struct err *err)
{
	static const char scheme[] = "https://";
	const char *url = json_string_value(value);
	if (!url)
		return wrong(err, "\"url\" is no string");
	if (strncasecmp(url, scheme, strlen(scheme)) != 0)
		return wrong(err, "its \"url\" does not begin with https://");
	if (strlen(url) > URL_MAX)
		return err_set(err, AT_INPUT, ERR_LIMIT, "its \"url\" is longer than %d octets",
			       URL_MAX);
	for (const char *at = url; *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return wrong(err, "its \"url\" contains a space or a control character");
	}
	if (strchr("/?#", url[strlen(scheme)])) /* and the NUL */
		return wrong(err, "its \"url\" names no host");
	out->url = arena_copy(mem, url);
	return true;
}

static bool read_expires(const json_t *value, struct posh_document *out, struct err *err)
{
	if (!value)
		return wrong(err, "\"expires\" is missing");
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong(err, "\"expires\" is no number of seconds");
	out->expires = (uint64_t)json_integer_value(value);
	return true;
}

bool posh_parse(struct bytes json, struct arena *mem, struct posh_document *out, struct err *err)
{
	json_error_t why;
	if (json.size > POSH_DOCUMENT_MAX)
		return err_set(err, AT_INPUT, ERR_LIMIT, "it is larger than %zu octets",
			       POSH_DOCUMENT_MAX);
	/* Of two members with one name, programs believe different ones. */
	CLEANUP(free_json)
	json_t *top = json_loadb(json.size ? (const char *)json.data : "", json.size,
				 JSON_REJECT_DUPLICATES, &why);
	if (!top)
		return err_set(err, AT_INPUT, ERR_PROTOCOL, "not JSON, line %d: %.*s", why.line,
			       JSON_TEXT, why.text);
	const json_t *list = json_object_get(top, "fingerprints");
	const json_t *url = json_object_get(top, "url");
	struct posh_document document = { 0 };
	if (!json_is_object(top))
		return wrong(err, "it is no JSON object");
	if (!list && !url)
		return wrong(err, "it has neither \"fingerprints\" nor \"url\"");
	if (list && url)
		return wrong(err, "it has both \"fingerprints\" and \"url\"");
	if (!(list ? read_fingerprints(list, mem, &document, err)
		   : read_url(url, mem, &document, err)) ||
	    !read_expires(json_object_get(top, "expires"), &document, err))
		return false;
	*out = document;
	return true;
}

static void digest(gnutls_digest_algorithm_t algorithm, struct bytes der, uint8_t *out)
{
	if (gnutls_hash_fast(algorithm, der.data, der.size, out) < 0)
		memory_exhausted(); /* both exist in every GnuTLS */
}

bool posh_lists(const struct posh_document *document, struct bytes der)
{
	uint8_t sha256[32], sha512[64];
	digest(GNUTLS_DIG_SHA256, der, sha256);
	digest(GNUTLS_DIG_SHA512, der, sha512);
	for (size_t i = 0; i < document->count; i++) {
		const struct posh_fingerprint *at = &document->fingerprints[i];
		/* CRT-57: a weaker digest that agrees does not make up for a stronger one that does
		 * not. */
		if (at->has_sha512
			    ? memcmp(at->sha512, sha512, sizeof(sha512)) == 0
			    : at->has_sha256 && memcmp(at->sha256, sha256, sizeof(sha256)) == 0)
			return true;
	}
	return false;
}

void posh_match(const struct posh_published *published, struct bytes der, struct arena *mem,
		struct posh_facts *out)
{
	*out = published->facts;
	if (out->status != POSH_NOT_CHECKED || published->document.count == 0)
		return;
	size_t count = published->document.count;
	out->status = posh_lists(&published->document, der) ? POSH_MATCH : POSH_MISMATCH;
	out->reason = NULL;
	if (out->status == POSH_MISMATCH)
		out->reason = arena_printf(mem, "it lists %zu certificate%s, and not this one",
					   count, count == 1 ? "" : "s");
}

static json_t *base64_json(gnutls_digest_algorithm_t algorithm, struct bytes der, size_t size)
{
	uint8_t octets[64];
	CLEANUP(free_datum) gnutls_datum_t text = { 0 };
	gnutls_datum_t in = { octets, (unsigned)size };
	digest(algorithm, der, octets);
	if (gnutls_base64_encode2(&in, &text) < 0)
		memory_exhausted();
	return json_stringn((const char *)text.data, text.size);
}

const char *posh_write(const struct bytes *ders, size_t count, uint64_t expires, struct arena *mem)
{
	CLEANUP(free_json) json_t *top = json_object();
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *entry = json_object();
		json_object_set_new(entry, SHA256, base64_json(GNUTLS_DIG_SHA256, ders[i], 32));
		json_object_set_new(entry, SHA512, base64_json(GNUTLS_DIG_SHA512, ders[i], 64));
		json_array_append_new(list, entry);
	}
	json_object_set_new(top, "fingerprints", list);
	json_object_set_new(top, "expires", json_integer((json_int_t)expires));
	char *text = json_dumps(top, JSON_INDENT(2));
	if (!text)
		memory_exhausted();
	const char *out = arena_printf(mem, "%s\n", text);
	free(text);
	return out;
}

const char *posh_url(const char *domain, const char *service, struct arena *mem)
{
	return arena_printf(mem, "https://%s/.well-known/posh/%s.json", domain, service);
}

static const char *const status_texts[] = {
	[POSH_NOT_CHECKED] = "not-checked", [POSH_NONE] = "none",       [POSH_FAILED] = "failed",
	[POSH_INVALID] = "invalid",         [POSH_EXPIRED] = "expired", [POSH_MATCH] = "match",
	[POSH_MISMATCH] = "mismatch",
};

const char *posh_status_text(enum posh_status status)
{
	return status_texts[status];
}

bool posh_status_parse(const char *text, enum posh_status *out)
{
	size_t i;
	if (!word_find(status_texts, ARRAY_SIZE(status_texts), text, &i))
		return false;
	*out = (enum posh_status)i;
	return true;
}
