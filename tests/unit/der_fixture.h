/* der_fixture.h - DER out of small pieces, for tests of what no honest tool would write. */
#ifndef DER_FIXTURE_H
#define DER_FIXTURE_H

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tls/cert.h"
#include "tls/der_string.h"
#include "tls/der_tag.h"

#define TAG_PRINTABLE     0x13

#define DER_LITERAL(text) ((struct bytes){ (const uint8_t *)(text), sizeof(text) - 1 })

/* tag, length in its shortest form, contents */
static inline struct bytes der_wrap(struct arena *mem, uint8_t tag, struct bytes contents)
{
	size_t size = contents.size;
	int octets = size < 0x80 ? 0 : size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
	uint8_t *der = arena_alloc(mem, size + 5), *at = der;
	assert_true(size < 0x1000000);
	*at++ = tag;
	if (octets > 0)
		*at++ = (uint8_t)(0x80 | octets);
	for (int i = octets > 0 ? octets - 1 : 0; i >= 0; i--)
		*at++ = (uint8_t)(size >> 8 * i);
	if (size > 0)
		memcpy(at, contents.data, size);
	return (struct bytes){ der, (size_t)(at - der) + size };
}

static inline struct bytes der_join(struct arena *mem, struct bytes a, struct bytes b)
{
	uint8_t *both = arena_alloc(mem, a.size + b.size + 1);
	if (a.size > 0)
		memcpy(both, a.data, a.size);
	if (b.size > 0)
		memcpy(both + a.size, b.data, b.size);
	return (struct bytes){ both, a.size + b.size };
}

static inline struct bytes der_text(struct arena *mem, uint8_t tag, const char *text)
{
	return der_wrap(mem, tag, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

/* "06 03 55 1d 0f", blanks aside */
static inline struct bytes der_hex(struct arena *mem, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *data = arena_alloc(mem, strlen(hex) / 2 + 1);
	size_t count = 0;
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		const char *digit = strchr(digits, *hex);
		if (!digit)
			fail_msg("%s: no hex digit", hex);
		data[count / 2] = (uint8_t)(data[count / 2] << 4 | (digit - digits));
		count++;
	}
	assert_int_equal(count % 2, 0);
	return (struct bytes){ data, count / 2 };
}

/* "2.5.29.15" */
static inline struct bytes der_oid(struct arena *mem, const char *dotted)
{
	uint8_t octets[64];
	size_t size = 0;
	char *end;
	unsigned long first = strtoul(dotted, &end, 10);
	unsigned long arc = 40 * first + strtoul(end + 1, &end, 10);
	for (;; arc = strtoul(end + 1, &end, 10)) {
		int more = 0;
		while (arc >> 7 * (more + 1))
			more++;
		for (; more >= 0; more--)
			octets[size++] = (uint8_t)((arc >> 7 * more & 0x7f) |
						   (more > 0 ? 0x80u : 0));
		if (*end != '.')
			break;
	}
	return der_wrap(mem, TAG_OID, (struct bytes){ octets, size });
}

/* ASCII in characters of so many octets. */
static inline struct bytes der_widen(struct arena *mem, const char *text, size_t octets)
{
	size_t size = strlen(text) * octets;
	uint8_t *wide = arena_alloc(mem, size + 1);
	for (size_t i = 0; text[i]; i++)
		wide[(i + 1) * octets - 1] = (uint8_t)text[i];
	return (struct bytes){ wide, size };
}

/* "CN=text", "CN:u=text": UTF8; p Printable (the default), t Teletex, i IA5, b BMP, U Universal. */
static inline struct bytes der_pair(struct arena *mem, const char *text)
{
	static const struct {
		const char *name, *oid;
	} types[] = {
		{ "CN", "2.5.4.3" },
		{ "O", "2.5.4.10" },
		{ "OU", "2.5.4.11" },
		{ "C", "2.5.4.6" },
		{ "DC", "0.9.2342.19200300.100.1.25" },
		{ "E", "1.2.840.113549.1.9.1" },
	};
	size_t size = strcspn(text, ":=");
	char kind = text[size] == ':' ? text[size + 1] : 'p';
	const char *value = strchr(text, '=') + 1, *oid = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strlen(types[i].name) == size && strncmp(types[i].name, text, size) == 0)
			oid = types[i].oid;
	}
	assert_non_null(oid);
	uint8_t tag = kind == 'u'   ? TAG_UTF8
		      : kind == 't' ? TAG_TELETEX
		      : kind == 'i' ? TAG_IA5
		      : kind == 'b' ? TAG_BMP
		      : kind == 'U' ? TAG_UNIVERSAL
				    : TAG_PRINTABLE;
	size_t octets = kind == 'b' ? 2 : kind == 'U' ? 4 : 1;
	struct bytes string = der_wrap(mem, tag, der_widen(mem, value, octets));
	return der_wrap(mem, TAG_SEQUENCE, der_join(mem, der_oid(mem, oid), string));
}

/* "C=XY,O=Org+OU:u=Unit,CN=name": the first RelativeDistinguishedName first; "": empty. */
static inline struct bytes der_name(struct arena *mem, const char *text)
{
	struct bytes sets = { 0 };
	char *list = arena_copy(mem, text), *save = NULL;
	for (char *set = strtok_r(list, ",", &save); set; set = strtok_r(NULL, ",", &save)) {
		struct bytes pairs = { 0 };
		char *inner = NULL;
		for (char *pair = strtok_r(set, "+", &inner); pair;
		     pair = strtok_r(NULL, "+", &inner))
			pairs = der_join(mem, pairs, der_pair(mem, pair));
		sets = der_join(mem, sets, der_wrap(mem, TAG_SET, pairs));
	}
	return der_wrap(mem, TAG_SEQUENCE, sets);
}

/* OtherName ::= SEQUENCE { type-id, value [0] EXPLICIT }, its tag implicit */
static inline struct bytes der_other_name(struct arena *mem, const char *oid, struct bytes value)
{
	return der_wrap(mem, TAG_NAME_OTHER,
			der_join(mem, der_oid(mem, oid), der_wrap(mem, 0xa0, value)));
}

/* "192.0.2.0/255.255.255.0": a base of name constraints; without "/" an address. */
static inline struct bytes der_address(struct arena *mem, const char *text)
{
	char *first = arena_copy(mem, text), *mask = strchr(first, '/');
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	size_t size = family == AF_INET ? 4 : 16;
	uint8_t octets[32];
	if (mask)
		*mask++ = '\0';
	assert_int_equal(inet_pton(family, first, octets), 1);
	if (mask)
		assert_int_equal(inet_pton(family, mask, octets + size), 1);
	return der_wrap(mem, TAG_NAME_IP, (struct bytes){ octets, mask ? 2 * size : size });
}

#define DER_SRV  "1.3.6.1.5.5.7.8.7"
#define DER_XMPP "1.3.6.1.5.5.7.8.5"

/* GeneralName: "dns:example.org", "mail:", "uri:", "ip:", "dir:CN=x", "srv:", "xmpp:", "upn:" (an
 * otherName nobody here knows), "rid:1.2.3", "hex:82 00" */
static inline struct bytes der_general_name(struct arena *mem, const char *text)
{
	const char *value = strchr(text, ':') + 1;
	switch (text[0]) {
	case 'd':
		return text[1] == 'i' ? der_wrap(mem, TAG_NAME_DIRECTORY, der_name(mem, value))
				      : der_text(mem, TAG_NAME_DNS, value);
	case 'm':
		return der_text(mem, TAG_NAME_EMAIL, value);
	case 's':
		return der_other_name(mem, DER_SRV, der_text(mem, TAG_IA5, value));
	case 'x':
		return der_other_name(mem, DER_XMPP, der_text(mem, TAG_UTF8, value));
	case 'u':
		return text[1] == 'r' ? der_text(mem, TAG_NAME_URI, value)
				      : der_other_name(mem, "1.3.6.1.4.1.311.20.2.3",
						       der_text(mem, TAG_UTF8, value));
	case 'i':
		return der_address(mem, value);
	case 'r': {
		uint8_t *id = arena_alloc(mem, 64);
		struct bytes oid = der_oid(mem, value);
		memcpy(id, oid.data, oid.size);
		id[0] = TAG_NAME_REGISTERED;
		return (struct bytes){ id, oid.size };
	}
	default:
		return der_hex(mem, value);
	}
}

static inline struct bytes der_extension(struct arena *mem, const char *oid, bool critical,
					 struct bytes value)
{
	struct bytes head = der_oid(mem, oid);
	if (critical)
		head = der_join(mem, head, DER_LITERAL("\x01\x01\xff"));
	return der_wrap(mem, TAG_SEQUENCE,
			der_join(mem, head, der_wrap(mem, TAG_OCTET_STRING, value)));
}

/* "2.5.29.15 ! 03 02 05 a0 | 2.5.29.19 30 00": OID, "!" if critical, extnValue */
static inline struct bytes der_extensions(struct arena *mem, const char *text)
{
	struct bytes all = { 0 };
	char *list = arena_copy(mem, text), *save = NULL;
	for (char *one = strtok_r(list, "|", &save); one; one = strtok_r(NULL, "|", &save)) {
		one += strspn(one, " ");
		char *value = one + strcspn(one, " ");
		if (*value)
			*value++ = '\0';
		bool critical = *value == '!';
		all = der_join(mem, all,
			       der_extension(mem, one, critical, der_hex(mem, value + critical)));
	}
	return all;
}

/* GeneralNames or GeneralSubtrees in one tag: names separated by "|". */
static inline struct bytes der_names(struct arena *mem, uint8_t tag, const char *text,
				     bool subtrees)
{
	struct bytes all = { 0 };
	char *list = arena_copy(mem, text), *save = NULL;
	for (char *one = strtok_r(list, "|", &save); one; one = strtok_r(NULL, "|", &save)) {
		struct bytes name = der_general_name(mem, one + strspn(one, " "));
		all = der_join(mem, all, subtrees ? der_wrap(mem, TAG_SEQUENCE, name) : name);
	}
	return der_wrap(mem, tag, all);
}

/* NameConstraints; NULL leaves a list out. */
static inline struct bytes der_limits(struct arena *mem, const char *permitted,
				      const char *excluded)
{
	struct bytes lists = { 0 };
	if (permitted)
		lists = der_join(mem, lists, der_names(mem, 0xa0, permitted, true));
	if (excluded)
		lists = der_join(mem, lists, der_names(mem, 0xa1, excluded, true));
	return der_wrap(mem, TAG_SEQUENCE, lists);
}

/* A key pair of the kind that is quickest to sign with. */
struct der_key {
	gnutls_privkey_t secret;
	struct bytes info; /* SubjectPublicKeyInfo */
};

static inline struct der_key der_key_new(struct arena *mem)
{
	struct der_key key;
	gnutls_pubkey_t public;
	gnutls_datum_t info;
	assert_int_equal(gnutls_privkey_init(&key.secret), 0);
	assert_int_equal(gnutls_privkey_generate(key.secret, GNUTLS_PK_EDDSA_ED25519, 256, 0), 0);
	assert_int_equal(gnutls_pubkey_init(&public), 0);
	assert_int_equal(gnutls_pubkey_import_privkey(public, key.secret, 0, 0), 0);
	assert_int_equal(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &info), 0);
	key.info = arena_bytes(mem, info.data, info.size);
	gnutls_free(info.data);
	gnutls_pubkey_deinit(public);
	return key;
}

static inline void der_key_free(struct der_key *key)
{
	gnutls_privkey_deinit(key->secret);
}

#define DER_ED25519 "\x30\x05\x06\x03\x2b\x65\x70"

/* A certificate to be; what is left empty is as in one that is well made, of version 3, for 2026,
 * self-issued, and not signed. */
struct der_plan {
	struct bytes version;         /* what stands in [0]; size 0 and data set: left out */
	struct bytes serial;          /* contents */
	struct bytes inner, outer;    /* AlgorithmIdentifiers */
	struct bytes issuer, subject; /* Names */
	struct bytes validity;        /* contents */
	struct bytes key;             /* SubjectPublicKeyInfo */
	struct bytes behind;          /* between the key and the extensions */
	struct bytes extensions;      /* one behind the other; empty: none at all */
	const struct der_key *signer;
};

static inline struct bytes der_or(struct bytes chosen, struct bytes usual)
{
	return chosen.data ? chosen : usual;
}

static inline struct bytes der_sign(struct arena *mem, const struct der_key *key, struct bytes tbs)
{
	gnutls_datum_t data = { (unsigned char *)(uintptr_t)tbs.data, (unsigned)tbs.size }, value;
	assert_int_equal(gnutls_privkey_sign_data2(key->secret, GNUTLS_SIGN_EDDSA_ED25519, 0, &data,
						   &value),
			 0);
	struct bytes out = arena_bytes(mem, value.data, value.size);
	gnutls_free(value.data);
	return out;
}

static inline struct bytes der_cert(struct arena *mem, const struct der_plan *plan)
{
	struct bytes algorithm = der_or(plan->inner, DER_LITERAL(DER_ED25519));
	struct bytes usual = der_name(mem, "CN=nobody");
	struct bytes key = der_join(mem, DER_LITERAL("\x30\x2a" DER_ED25519 "\x03\x21"),
				    der_widen(mem, "k", 33));
	struct bytes dates = der_join(mem, der_text(mem, TAG_UTC_TIME, "260101000000Z"),
				      der_text(mem, TAG_UTC_TIME, "270101000000Z"));
	struct bytes body = { 0 };
	struct bytes version = der_or(plan->version, DER_LITERAL("\x02\x01\x02"));
	if (version.size > 0)
		body = der_wrap(mem, 0xa0, version);
	const struct bytes parts[] = {
		der_wrap(mem, TAG_INTEGER, der_or(plan->serial, DER_LITERAL("\x01"))),
		algorithm,
		der_or(plan->issuer, usual),
		der_wrap(mem, TAG_SEQUENCE, der_or(plan->validity, dates)),
		der_or(plan->subject, usual),
		der_or(plan->key, key),
		plan->behind,
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		body = der_join(mem, body, parts[i]);
	if (plan->extensions.size > 0)
		body = der_join(mem, body,
				der_wrap(mem, 0xa3, der_wrap(mem, TAG_SEQUENCE, plan->extensions)));
	struct bytes tbs = der_wrap(mem, TAG_SEQUENCE, body);
	struct bytes value = plan->signer ? der_sign(mem, plan->signer, tbs) : DER_LITERAL("?");
	struct bytes bits = der_wrap(mem, TAG_BIT_STRING, der_join(mem, DER_LITERAL("\0"), value));
	tbs = der_join(mem, tbs, der_or(plan->outer, algorithm));
	return der_wrap(mem, TAG_SEQUENCE, der_join(mem, tbs, bits));
}

static inline struct cert_facts der_read(struct arena *mem, const struct der_plan *plan)
{
	struct cert_facts cert = { 0 };
	struct err err;
	if (!cert_read(der_cert(mem, plan), mem, &cert, &err))
		fail_msg("%s", err.text);
	return cert;
}

#endif
