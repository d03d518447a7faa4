#include "tls/cert.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/word.h"
#include "tls/algorithm.h"
#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/der_time.h"
#include "tls/dn.h"
#include "tls/extension.h"
#include "tls/limit.h"
#include "tls/san.h"

#define TAG_VERSION    0xa0
#define TAG_ISSUER_ID  0x81
#define TAG_SUBJECT_ID 0x82
#define TAG_EXTENSIONS 0xa3

#define SERIAL_MAX     20 /* octets: RFC 5280, 4.1.2.2 */
#define SERIAL_SHOWN   64 /* the first octets of one that keeps no rule */

/* The fields of RFC 5280, 4.1 in their order, none of them looked into yet. */
struct fields {
	struct bytes tbs, version, serial, inner, issuer, validity, subject, key;
	struct bytes rest;             /* unique identifiers and extensions */
	struct bytes signature, value; /* outer algorithm, BIT STRING */
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
	out->version = (struct bytes){ 0 };
	if (!der_take(&der, TAG_SEQUENCE, &certificate) || der.size > 0 ||
	    !der_take(&certificate.value, TAG_SEQUENCE, &body) ||
	    !take_whole(&certificate.value, TAG_SEQUENCE, &out->signature) ||
	    !der_take(&certificate.value, TAG_BIT_STRING, &element) || certificate.value.size > 0)
		return false;
	out->tbs = body.whole;
	out->value = element.value;
	if (der_take(&body.value, TAG_VERSION, &element))
		out->version = element.value;
	if (!der_take(&body.value, TAG_INTEGER, &element) ||
	    !take_whole(&body.value, TAG_SEQUENCE, &out->inner) ||
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

#define YEAR_2050 2524608000

/* RFC 5280, 4.1.2.5: UTCTime until 2049, GeneralizedTime from then. */
static bool read_validity(struct bytes validity, struct cert_facts *out)
{
	struct der sequence;
	if (!der_take(&validity, TAG_SEQUENCE, &sequence))
		return false;
	int64_t *const times[] = { &out->not_before, &out->not_after };
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		bool general = sequence.value.size > 0 &&
			       sequence.value.data[0] == TAG_GENERALIZED_TIME;
		if (!der_take_time(&sequence.value, times[i]))
			return false;
		if (general && *times[i] < YEAR_2050)
			cert_note_lapse(out, "it writes a date before 2050 as GeneralizedTime");
	}
	return sequence.value.size == 0;
}

/* What stands behind the key: RFC 5280, 4.1.2.8 and 4.1.2.9. */
static bool read_rest(struct bytes rest, struct arena *mem, struct cert_facts *out,
		      struct bytes *names, bool *names_critical, struct err *err)
{
	struct der element, list;
	uint8_t last = TAG_ISSUER_ID - 1;
	size_t elements = 0;
	while (rest.size > 0) {
		if (!der_next(&rest, &element) || element.tag <= last ||
		    (element.tag != TAG_ISSUER_ID && element.tag != TAG_SUBJECT_ID &&
		     element.tag != TAG_EXTENSIONS))
			return malformed(err, "octets behind its key that are not valid DER");
		last = element.tag;
		if (element.tag != TAG_EXTENSIONS) {
			cert_note_lapse(out, "it holds a unique identifier");
			continue;
		}
		if (out->version != 3)
			cert_note_defect(out, "it holds extensions, but is not of version 3");
		if (!der_take(&element.value, TAG_SEQUENCE, &list) || element.value.size > 0)
			return malformed(err, "its extensions are not valid DER");
		if (list.value.size == 0)
			cert_note_lapse(out, "its list of extensions is empty");
		elements += extension_elements(list.value);
		if (elements > CERT_ELEMENTS_MAX)
			return err_set(err, AT_CERTIFICATE, ERR_LIMIT, "a certificate of %zu parts",
				       elements);
		if (!extension_read_all(list.value, mem, out, names, names_critical, err))
			return false;
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
	for (size_t i = 0; i < alternatives; i++) {
		const char *wrong = out->names[i].malformed;
		if (wrong && strcmp(wrong, SAN_NOT_DER) == 0)
			cert_note_defect(out,
					 "its subjectAltName holds a name that is not valid DER");
	}
	dn_common_names(out->subject_der, mem, out->names + alternatives);
	out->common_name = commons > 0 ? out->names[alternatives].value : NULL;
	return true;
}

static const char *serial_text(struct bytes serial, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	serial.size = serial.size > SERIAL_SHOWN ? SERIAL_SHOWN : serial.size;
	if (serial.size > 1 && serial.data[0] == 0) /* only there to keep the number positive */
		serial = (struct bytes){ serial.data + 1, serial.size - 1 };
	buf_hex(&text, serial.data, serial.size);
	return arena_copy(mem, buf_string(&text));
}

/* Version ::= INTEGER { v1(0), v2(1), v3(2) }, DEFAULT v1 */
static bool read_version(struct bytes at, struct cert_facts *out)
{
	struct der number;
	unsigned version = 0;
	out->version = 1;
	if (!at.data)
		return true;
	if (!der_take(&at, TAG_INTEGER, &number) || at.size > 0 ||
	    !der_small(number.value, 2, &version))
		return false;
	if (version == 0)
		cert_note_blemish(out, "its version spells out a default");
	out->version = version + 1;
	return true;
}

/* RFC 5280, 4.1.2.2: positive, at most 20 octets. Old certificates and test CAs break it, and it
 * proves nothing false: a lapse. */
static bool read_serial(struct bytes serial, struct arena *mem, struct cert_facts *out)
{
	if (!der_is_integer(serial))
		return false;
	if (serial.data[0] & 0x80)
		cert_note_lapse(out, "its serial number is negative");
	else if (serial.size == 1 && serial.data[0] == 0)
		cert_note_lapse(out, "its serial number is zero");
	else if (serial.size > SERIAL_MAX + (serial.data[0] == 0))
		cert_note_lapse(out, "its serial number is longer than 20 octets");
	out->serial = serial_text(serial, mem);
	return true;
}

/* The two algorithm identifiers must be the same (RFC 5280, 4.1.1.2), or what is signed does not
 * say how. */
static bool read_signature(const struct fields *fields, struct arena *mem, struct cert_facts *out,
			   struct err *err)
{
	if (!algorithm_signature(fields->signature, mem, &out->signature))
		return malformed(err, "its signature algorithm is not valid DER");
	if (fields->value.size < 1 || fields->value.data[0] != 0)
		return malformed(err, "its signature is no whole number of octets");
	if (!bytes_equal(fields->signature, fields->inner))
		cert_note_defect(out, "it names two different signature algorithms");
	bool harmless;
	const char *wrong = algorithm_parameters_defect(fields->signature, &harmless);
	if (wrong && harmless)
		cert_note_lapse(out, wrong);
	else if (wrong)
		cert_note_defect(out, wrong);
	out->signature_algorithm = fields->signature;
	out->signature_value = (struct bytes){ fields->value.data + 1, fields->value.size - 1 };
	return true;
}

static bool read_fields(const struct fields *fields, struct arena *mem, struct cert_facts *out,
			struct err *err)
{
	out->tbs = fields->tbs;
	out->key_info = fields->key;
	out->subject_der = fields->subject;
	out->issuer_der = fields->issuer;
	out->subject = dn_text(fields->subject, mem);
	out->issuer = dn_text(fields->issuer, mem);
	if (!read_version(fields->version, out))
		return malformed(err, "its version is not 1, 2 or 3");
	if (!read_serial(fields->serial, mem, out))
		return malformed(err, "its serial number is not valid DER");
	if (!out->subject || !out->issuer)
		return malformed(err, "subject or issuer is no name");
	if (!read_validity(fields->validity, out))
		return malformed(err, "its validity is no pair of times");
	if (!algorithm_key(fields->key, mem, &out->key, &out->bits))
		return malformed(err, "its key is not valid DER");
	out->subject_hash = dn_hash(fields->subject);
	out->issuer_hash = dn_hash(fields->issuer);
	out->self_issued = dn_equal(fields->subject, fields->issuer);
	return read_signature(fields, mem, out, err);
}

/* RFC 8017, 3.1: odd, at least 3; the CA/Browser Forum wants 65537 at least (6.1.6). */
static void check_exponent(struct cert_facts *cert)
{
	unsigned exponent = algorithm_rsa_exponent(cert->key_info);
	if (exponent == 0)
		return;
	if (exponent < 3 || exponent % 2 == 0)
		cert_note_defect(cert, "its RSA exponent is no exponent");
	else if (exponent < 65537)
		cert_note_lapse(cert, "its RSA exponent is less than 65537");
}

/* What RFC 5280, 4.2 asks of a CA beyond what a path needs. */
static void note_lapses(struct cert_facts *cert, bool has_names, bool names_critical)
{
	bool signs = cert->key_usage & USAGE_CERT_SIGN;
	if (cert->version < 3)
		cert_note_lapse(cert, "it is not of version 3");
	if (!*cert->issuer)
		cert_note_lapse(cert, "it names no issuer");
	if (cert->is_ca && !*cert->subject)
		cert_note_lapse(cert, "it is a CA without a name");
	if (!*cert->subject && has_names && !names_critical)
		cert_note_lapse(cert, "its subject is empty, and its subjectAltName not critical");
	if (*cert->subject && has_names && names_critical)
		cert_note_blemish(cert, "its subjectAltName is critical beside a subject");
	if (signs && !cert->is_ca && cert->version == 3)
		cert_note_lapse(cert, "its key usage allows to sign certificates, but it is no CA");
	if (cert->is_ca && cert->has_key_usage && !signs)
		cert_note_lapse(cert, "it is a CA whose key usage does not allow to sign "
				      "certificates");
	if (cert->is_ca && !cert->has_key_usage)
		cert_note_blemish(cert, "it is a CA without key usage");
	if (cert->is_ca && !cert->subject_key_id.data)
		cert_note_blemish(cert, "it is a CA without subject key identifier");
	if (strncmp(cert->key, "RSA", 3) == 0 && cert->bits % 8 != 0)
		cert_note_lapse(cert, "its RSA modulus is no whole number of octets");
	if (!cert->is_ca && cert->eku_server && cert->eku_any)
		cert_note_lapse(cert, "its extended key usage allows any purpose");
	if (!cert->is_ca && cert->eku_server && cert->eku_foreign)
		cert_note_lapse(cert, "its extended key usage serves more than TLS");
	if (cert->is_ca && cert->eku_any && !cert->eku_server)
		cert_note_lapse(cert,
				"it is a CA for any purpose, which does not name TLS servers");
	if (!cert->is_ca && cert->has_name_constraints)
		cert_note_lapse(cert, "it holds name constraints, but is no CA");
	if (cert->has_name_constraints && limit_lapse(cert->name_constraints))
		cert_note_lapse(cert, limit_lapse(cert->name_constraints));
	if (cert->version == 3 && !cert->self_issued && !cert->authority_key_id.data)
		cert_note_blemish(cert, "it has no authority key identifier");
}

bool cert_read(struct bytes der, struct arena *mem, struct cert_facts *out, struct err *err)
{
	struct fields fields;
	struct bytes names = { 0 };
	bool names_critical = false;
	struct cert_facts cert = { .der = der, .path_length = -1 };
	if (!split(der, &fields))
		return malformed(err, "not valid DER");
	size_t elements = der_count(der);
	if (elements > CERT_ELEMENTS_MAX)
		return err_set(err, AT_CERTIFICATE, ERR_LIMIT, "a certificate of %zu parts",
			       elements);
	if (!read_fields(&fields, mem, &cert, err) ||
	    !read_rest(fields.rest, mem, &cert, &names, &names_critical, err) ||
	    !read_names(names, names.data != NULL, mem, &cert, err))
		return false;
	cert.alternatives = names;
	const char *wrong_key = algorithm_key_defect(cert.key_info);
	if (wrong_key)
		cert_note_defect(&cert, wrong_key);
	if (!dn_is_sound(cert.subject_der) || !dn_is_sound(cert.issuer_der))
		cert_note_defect(&cert, "its subject or issuer holds a string that is none");
	check_exponent(&cert);
	note_lapses(&cert, names.data != NULL, names_critical);
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
