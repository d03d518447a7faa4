#include "tls/cert.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/word.h"
#include "tls/algorithm.h"
#include "tls/der.h"
#include "tls/dn.h"
#include "tls/san.h"

#define TAG_BOOLEAN          0x01
#define TAG_INTEGER          0x02
#define TAG_BIT_STRING       0x03
#define TAG_OCTET_STRING     0x04
#define TAG_OID              0x06
#define TAG_UTC_TIME         0x17
#define TAG_GENERALIZED_TIME 0x18
#define TAG_SEQUENCE         0x30
#define TAG_VERSION          0xa0
#define TAG_EXTENSIONS       0xa3

/* The fields of RFC 5280, 4.1 in their order, none of them looked into yet. */
struct fields {
	struct bytes serial, signature, issuer, validity, subject, key;
	struct bytes rest; /* unique identifiers and extensions */
};

static bool malformed(struct err *err, const char *what)
{
	return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL, "not a certificate: %s", what);
}

static bool take_whole(struct bytes *at, uint8_t tag, struct bytes *out)
{
	struct der element;
	if (!der_take(at, tag, &element))
		return false;
	*out = element.whole;
	return true;
}

static bool split(struct bytes der, struct fields *out)
{
	struct der certificate, body, element;
	struct bytes signature;
	if (!der_take(&der, TAG_SEQUENCE, &certificate) || der.size > 0 ||
	    !der_take(&certificate.value, TAG_SEQUENCE, &body) ||
	    !take_whole(&certificate.value, TAG_SEQUENCE, &out->signature) ||
	    !take_whole(&certificate.value, TAG_BIT_STRING, &signature) ||
	    certificate.value.size > 0)
		return false;
	if (body.value.size > 0 && body.value.data[0] == TAG_VERSION &&
	    !der_next(&body.value, &element))
		return false;
	if (!der_take(&body.value, TAG_INTEGER, &element) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &signature) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &out->issuer) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &out->validity) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &out->subject) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &out->key))
		return false;
	out->serial = element.value;
	out->rest = body.value;
	return true;
}

bool cert_peek(struct bytes der, struct bytes *subject, struct bytes *issuer)
{
	struct fields fields;
	if (!split(der, &fields))
		return false;
	*subject = fields.subject;
	*issuer = fields.issuer;
	return true;
}

static bool take_digits(const uint8_t **at, int count, int least, int most, int *out)
{
	int value = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*out = value;
	return value >= least && value <= most;
}

/* RFC 5280, 4.1.2.5: UTCTime YYMMDDHHMMSSZ up to 2049, GeneralizedTime YYYYMMDDHHMMSSZ from then.
 */
static bool take_time(struct bytes *at, int64_t *out)
{
	struct der element;
	struct tm when = { 0 };
	int year_digits = at->size > 0 && at->data[0] == TAG_UTC_TIME ? 2 : 4;
	if (!der_next(at, &element) ||
	    (element.tag != TAG_UTC_TIME && element.tag != TAG_GENERALIZED_TIME) ||
	    element.value.size != (size_t)year_digits + 11)
		return false;
	const uint8_t *digits = element.value.data;
	if (!take_digits(&digits, year_digits, 0, 9999, &when.tm_year) ||
	    !take_digits(&digits, 2, 1, 12, &when.tm_mon) ||
	    !take_digits(&digits, 2, 1, 31, &when.tm_mday) ||
	    !take_digits(&digits, 2, 0, 23, &when.tm_hour) ||
	    !take_digits(&digits, 2, 0, 59, &when.tm_min) ||
	    !take_digits(&digits, 2, 0, 59, &when.tm_sec) || *digits != 'Z')
		return false;
	if (year_digits == 2)
		when.tm_year += when.tm_year < 50 ? 2000 : 1900;
	when.tm_year -= 1900;
	when.tm_mon--;
	*out = timegm(&when);
	return true;
}

static bool read_validity(struct bytes validity, struct cert_facts *out)
{
	struct der sequence;
	return der_take(&validity, TAG_SEQUENCE, &sequence) &&
	       take_time(&sequence.value, &out->not_before) &&
	       take_time(&sequence.value, &out->not_after) && sequence.value.size == 0;
}

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, ... } */
static void read_basic_constraints(struct bytes value, struct cert_facts *out)
{
	struct der sequence, ca;
	out->is_ca = der_take(&value, TAG_SEQUENCE, &sequence) &&
		     der_take(&sequence.value, TAG_BOOLEAN, &ca) && ca.value.size == 1 &&
		     ca.value.data[0] != 0;
}

static void read_purposes(struct bytes value, struct cert_facts *out)
{
	struct der sequence, purpose;
	char oid[128];
	out->has_eku = true;
	if (!der_take(&value, TAG_SEQUENCE, &sequence))
		return;
	while (der_take(&sequence.value, TAG_OID, &purpose)) {
		der_oid_text(purpose.value, oid);
		out->eku_server |= strcmp(oid, "1.3.6.1.5.5.7.3.1") == 0;
		out->eku_client |= strcmp(oid, "1.3.6.1.5.5.7.3.2") == 0;
		out->eku_any |= strcmp(oid, "2.5.29.37.0") == 0;
	}
}

/* RFC 7633: Features ::= SEQUENCE OF INTEGER, the numbers of TLS extensions. */
static void read_features(struct bytes value, struct cert_facts *out)
{
	struct der sequence, number;
	if (!der_take(&value, TAG_SEQUENCE, &sequence))
		return;
	while (der_take(&sequence.value, TAG_INTEGER, &number)) {
		if (number.value.size == 1 && number.value.data[0] == 5 /* status_request */)
			out->must_staple = true;
	}
}

enum { EXT_NAMES, EXT_BASIC, EXT_PURPOSES, EXT_FEATURES, EXT_CONSTRAINTS, EXT_COUNT };

static const struct bytes extension_oids[EXT_COUNT] = {
	[EXT_NAMES] = { (const uint8_t *)"\x55\x1d\x11", 3 },
	[EXT_BASIC] = { (const uint8_t *)"\x55\x1d\x13", 3 },
	[EXT_PURPOSES] = { (const uint8_t *)"\x55\x1d\x25", 3 },
	[EXT_CONSTRAINTS] = { (const uint8_t *)"\x55\x1d\x1e", 3 },
	[EXT_FEATURES] = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x01\x18", 8 },
};

/* Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue } */
static bool take_extension(struct bytes *at, struct bytes values[EXT_COUNT], struct err *err)
{
	struct der extension, oid, critical, value;
	if (!der_take(at, TAG_SEQUENCE, &extension) || !der_take(&extension.value, TAG_OID, &oid))
		return malformed(err, "its extensions are not valid DER");
	if (extension.value.size > 0 && extension.value.data[0] == TAG_BOOLEAN &&
	    !der_next(&extension.value, &critical))
		return malformed(err, "its extensions are not valid DER");
	if (!der_take(&extension.value, TAG_OCTET_STRING, &value) || extension.value.size > 0)
		return malformed(err, "its extensions are not valid DER");
	for (size_t i = 0; i < EXT_COUNT; i++) {
		if (!bytes_equal(oid.value, extension_oids[i]))
			continue;
		if (values[i].data) /* RFC 5280, 4.2: no more than one of a kind */
			return malformed(err, "it holds the same extension twice");
		values[i] = value.value;
	}
	return true;
}

static bool find_extensions(struct bytes rest, struct bytes values[EXT_COUNT], struct err *err)
{
	struct der element, list;
	while (rest.size > 0) {
		if (!der_next(&rest, &element))
			return malformed(err, "octets behind its key that are not valid DER");
		if (element.tag != TAG_EXTENSIONS)
			continue;
		if (!der_take(&element.value, TAG_SEQUENCE, &list))
			return malformed(err, "its extensions are not valid DER");
		while (list.value.size > 0) {
			if (!take_extension(&list.value, values, err))
				return false;
		}
	}
	return true;
}

static bool read_names(struct bytes san, bool present, struct arena *mem, struct cert_facts *out,
		       struct err *err)
{
	size_t alternatives = present ? san_count(san) : 0;
	size_t commons = dn_common_names(out->subject_der, mem, NULL);
	out->name_count = alternatives + commons;
	if (out->name_count > CERT_NAMES_MAX)
		return err_set(err, AT_CERTIFICATE, ERR_LIMIT, "a certificate with %zu names",
			       out->name_count);
	out->names = arena_array(mem, out->name_count, sizeof(*out->names));
	if (present)
		san_read(san, mem, out->names);
	dn_common_names(out->subject_der, mem, out->names + alternatives);
	out->common_name = commons > 0 ? out->names[alternatives].value : NULL;
	return true;
}

static const char *serial_text(struct bytes serial, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	if (serial.size > 1 && serial.data[0] == 0) /* only there to keep the number positive */
		serial = (struct bytes){ serial.data + 1, serial.size - 1 };
	buf_hex(&text, serial.data, serial.size);
	return arena_copy(mem, buf_string(&text));
}

static bool read_fields(const struct fields *fields, struct arena *mem, struct cert_facts *out,
			struct err *err)
{
	out->subject_der = fields->subject;
	out->issuer_der = fields->issuer;
	out->subject = dn_text(fields->subject, mem);
	out->issuer = dn_text(fields->issuer, mem);
	if (!out->subject || !out->issuer)
		return malformed(err, "subject or issuer is no name");
	if (!read_validity(fields->validity, out))
		return malformed(err, "its validity is no pair of times");
	if (!algorithm_key(fields->key, mem, &out->key, &out->bits))
		return malformed(err, "its key is not valid DER");
	if (!algorithm_signature(fields->signature, mem, &out->signature))
		return malformed(err, "its signature algorithm is not valid DER");
	out->self_issued = bytes_equal(fields->subject, fields->issuer);
	out->serial = serial_text(fields->serial, mem);
	return true;
}

bool cert_read(struct bytes der, struct arena *mem, struct cert_facts *out, struct err *err)
{
	struct fields fields;
	struct bytes extensions[EXT_COUNT] = { 0 };
	struct cert_facts cert = { .der = der };
	if (!split(der, &fields))
		return malformed(err, "not valid DER");
	if (!read_fields(&fields, mem, &cert, err) ||
	    !find_extensions(fields.rest, extensions, err))
		return false;
	if (extensions[EXT_BASIC].data)
		read_basic_constraints(extensions[EXT_BASIC], &cert);
	if (extensions[EXT_PURPOSES].data)
		read_purposes(extensions[EXT_PURPOSES], &cert);
	if (extensions[EXT_FEATURES].data)
		read_features(extensions[EXT_FEATURES], &cert);
	cert.has_name_constraints = extensions[EXT_CONSTRAINTS].data != NULL;
	if (!read_names(extensions[EXT_NAMES], extensions[EXT_NAMES].data != NULL, mem, &cert, err))
		return false;
	gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, cert.sha256);
	gnutls_hash_fast(GNUTLS_DIG_SHA256, fields.key.data, fields.key.size, cert.spki_sha256);
	*out = cert;
	return true;
}

static const char *const type_texts[] = {
	[NAME_DNS] = "DNS-ID", [NAME_SRV] = "SRV-ID",  [NAME_XMPP] = "XmppAddr",
	[NAME_IP] = "IP-ID",   [NAME_URI] = "URI-ID",  [NAME_EMAIL] = "email",
	[NAME_CN] = "CN-ID",   [NAME_OTHER] = "other",
};

const char *name_type_text(enum name_type type)
{
	return type_texts[type];
}

bool name_type_parse(const char *text, enum name_type *out)
{
	size_t i;
	if (!word_find(type_texts, ARRAY_SIZE(type_texts), text, &i))
		return false;
	*out = (enum name_type)i;
	return true;
}
