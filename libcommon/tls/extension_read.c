/* What stands in each kind of extension: RFC 5280, 4.2. */
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/extension_inner.h"

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
void extension_read_basic(struct reading *reading, const struct extension *extension)
{
	struct cert_facts *cert = reading->cert;
	struct bytes at = extension->value;
	struct der sequence, ca, length;
	cert->has_basic_constraints = true;
	bool whole = der_take(&at, TAG_SEQUENCE, &sequence) && at.size == 0;
	at = whole ? sequence.value : at;
	if (whole && der_take(&at, TAG_BOOLEAN, &ca)) {
		whole = ca.value.size == 1 && (ca.value.data[0] == 0 || ca.value.data[0] == 0xff);
		cert->is_ca = whole && ca.value.data[0];
		if (whole && !cert->is_ca)
			cert_note_blemish(cert, "its basic constraints spell out a default");
	}
	if (whole && der_take(&at, TAG_INTEGER, &length)) {
		/* More than 127 CAs below is no limit to a chain we look at. */
		whole = der_is_integer(length.value) && !(length.value.data[0] & 0x80);
		cert->path_length = length.value.size == 1 ? length.value.data[0] : 127;
		if (whole && !cert->is_ca)
			cert_note_lapse(cert, "it limits the path below it but is no CA");
	}
	if (!whole || at.size > 0)
		cert_note_defect(cert, "its basic constraints are malformed");
	if (cert->is_ca && !extension->critical)
		cert_note_blemish(cert, "its basic constraints are not critical");
}

/* KeyUsage ::= BIT STRING, at least one bit set. Zero bits at the end (X.690, 11.2.2) are passed
 * over, as everybody does. */
void extension_read_usage(struct reading *reading, const struct extension *extension)
{
	struct cert_facts *cert = reading->cert;
	struct bytes at = extension->value;
	struct der bits;
	cert->has_key_usage = true;
	bool whole = der_take(&at, TAG_BIT_STRING, &bits) && at.size == 0 && bits.value.size >= 2 &&
		     bits.value.size <= 3 && bits.value.data[0] < 8;
	if (!whole) {
		cert_note_defect(cert, "its key usage is malformed");
		return;
	}
	uint8_t last = bits.value.data[bits.value.size - 1], unused = bits.value.data[0];
	if (last & ((1u << unused) - 1))
		cert_note_defect(cert, "its key usage is malformed");
	for (unsigned i = 0; i < 9 && i < (bits.value.size - 1) * 8; i++) {
		if (bits.value.data[1 + i / 8] & (0x80u >> i % 8))
			cert->key_usage |= 1u << i;
	}
	if (cert->key_usage == 0)
		cert_note_defect(cert, "its key usage allows nothing");
}

/* What a key that serves TLS must not do besides (CA/Browser Forum, 7.1.2.7.10): sign code, OCSP
 * answers, times. */
static bool is_foreign_purpose(const char *oid)
{
	static const char *const foreign[] = { "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8",
					       "1.3.6.1.5.5.7.3.9" };
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (strcmp(oid, foreign[i]) == 0)
			return true;
	}
	return false;
}

/* ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId */
void extension_read_purposes(struct reading *reading, const struct extension *extension)
{
	struct cert_facts *cert = reading->cert;
	struct bytes at = extension->value;
	struct der sequence, purpose;
	char oid[128];
	cert->has_eku = true;
	bool whole = der_take(&at, TAG_SEQUENCE, &sequence) && at.size == 0 &&
		     sequence.value.size > 0;
	while (whole && sequence.value.size > 0) {
		whole = der_take(&sequence.value, TAG_OID, &purpose) && der_is_oid(purpose.value);
		if (!whole)
			break;
		der_oid_text(purpose.value, oid);
		cert->eku_server |= strcmp(oid, "1.3.6.1.5.5.7.3.1") == 0;
		cert->eku_client |= strcmp(oid, "1.3.6.1.5.5.7.3.2") == 0;
		cert->eku_any |= strcmp(oid, "2.5.29.37.0") == 0;
		cert->eku_foreign |= is_foreign_purpose(oid);
	}
	if (!whole)
		cert_note_defect(cert, "its extended key usage is malformed or empty");
	if (cert->eku_any && extension->critical)
		cert_note_lapse(cert, "its extended key usage is critical and allows any purpose");
}

#define FEATURES_MAX                                                                               \
	256 /* octets: lists are compared with lists, and real ones hold one number                \
	     */

/* RFC 7633: Features ::= SEQUENCE OF INTEGER, the numbers of TLS extensions. */
void extension_read_features(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der sequence, number;
	bool whole = der_take(&at, TAG_SEQUENCE, &sequence) && at.size == 0;
	if (whole && sequence.value.size > FEATURES_MAX) {
		cert_note_defect(reading->cert, "it demands more TLS features than there are");
		return;
	}
	if (whole)
		reading->cert->features = sequence.value;
	while (whole && sequence.value.size > 0) {
		whole = der_take(&sequence.value, TAG_INTEGER, &number) &&
			der_is_integer(number.value);
		if (whole && number.value.size == 1 && number.value.data[0] == 5)
			reading->cert->must_staple = true; /* status_request */
	}
	if (!whole)
		cert_note_lapse(reading->cert, "its TLS features are malformed");
}

/* GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName: what they say is san.c's. */
void extension_read_names(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der names, name;
	bool whole = der_take(&at, TAG_SEQUENCE, &names) && at.size == 0 && names.value.size > 0;
	while (whole && names.value.size > 0)
		whole = der_next(&names.value, &name);
	if (!whole)
		cert_note_defect(reading->cert, "its subjectAltName is malformed or empty");
	*reading->names = extension->value;
	*reading->names_critical = extension->critical;
}

#define URI_MAX 2048 /* octets: longer ones are nobody's address */

/* The first URI among GeneralNames in context tags, as AIA and distribution points hold them. */
static const char *uri_text(struct bytes names, struct arena *mem)
{
	struct der name;
	while (der_next(&names, &name)) {
		if (name.tag == TAG_NAME_URI && name.value.size <= URI_MAX)
			return arena_copy_n(mem, name.value.data, name.value.size);
	}
	return NULL;
}

static bool is_general_name(uint8_t tag)
{
	static const uint8_t tags[] = { TAG_NAME_OTHER,     TAG_NAME_EMAIL, TAG_NAME_DNS,
					TAG_NAME_X400,      TAG_NAME_EDI,   TAG_NAME_URI,
					TAG_NAME_DIRECTORY, TAG_NAME_IP,    TAG_NAME_REGISTERED };
	return memchr(tags, tag, sizeof(tags)) != NULL;
}

/* One GeneralName at least, and nothing else. */
static bool are_general_names(struct bytes at)
{
	struct der name;
	bool whole = at.size > 0;
	while (whole && at.size > 0)
		whole = der_next(&at, &name) && is_general_name(name.tag);
	return whole;
}

/* AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName } */
static bool read_description(struct reading *reading, struct bytes at)
{
	struct der method, location;
	struct bytes rest;
	char oid[128];
	if (!der_take(&at, TAG_OID, &method) || !der_is_oid(method.value))
		return false;
	rest = at;
	if (!der_next(&rest, &location) || rest.size > 0 || !is_general_name(location.tag))
		return false;
	if (strcmp(der_oid_text(method.value, oid), "1.3.6.1.5.5.7.48.1") == 0 &&
	    !reading->cert->ocsp_url)
		reading->cert->ocsp_url = uri_text(at, reading->mem);
	return true;
}

/* AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription */
void extension_read_access(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der list, entry;
	bool whole = der_take(&at, TAG_SEQUENCE, &list) && at.size == 0 && list.value.size > 0;
	while (whole && list.value.size > 0)
		whole = der_take(&list.value, TAG_SEQUENCE, &entry) &&
			read_description(reading, entry.value);
	if (!whole)
		cert_note_lapse(reading->cert, "its authority information access is malformed");
	if (extension->critical)
		cert_note_blemish(reading->cert, "its authority information access is critical");
}

/* DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] SET },
 * explicit, for it is a CHOICE. */
static bool read_point_name(struct reading *reading, struct bytes at)
{
	struct der name;
	if (!der_next(&at, &name) || at.size > 0)
		return false;
	if (name.tag == 0xa1)
		return name.value.size > 0;
	if (name.tag != 0xa0 || !are_general_names(name.value))
		return false;
	if (!reading->cert->crl_url)
		reading->cert->crl_url = uri_text(name.value, reading->mem);
	return true;
}

/* DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1] BIT STRING, cRLIssuer [2]
 * GeneralNames }: the first or the last must be there. */
static bool read_point(struct reading *reading, struct bytes at)
{
	struct der part;
	bool whole = at.size > 0 && at.data[0] != 0x81;
	if (whole && der_take(&at, 0xa0, &part))
		whole = read_point_name(reading, part.value);
	if (whole && der_take(&at, 0x81, &part))
		whole = part.value.size > 1 && part.value.data[0] < 8;
	if (whole && der_take(&at, 0xa2, &part))
		whole = are_general_names(part.value);
	return whole && at.size == 0;
}

/* CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint */
void extension_read_points(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der list, point;
	bool whole = der_take(&at, TAG_SEQUENCE, &list) && at.size == 0 && list.value.size > 0;
	while (whole && list.value.size > 0)
		whole = der_take(&list.value, TAG_SEQUENCE, &point) &&
			read_point(reading, point.value);
	if (!whole)
		cert_note_lapse(reading->cert, "its CRL distribution points are malformed");
}

/* SubjectKeyIdentifier ::= OCTET STRING */
void extension_read_subject_key(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der id;
	if (der_take(&at, TAG_OCTET_STRING, &id) && at.size == 0)
		reading->cert->subject_key_id = id.value;
	else
		cert_note_defect(reading->cert, "its subject key identifier is malformed");
	if (extension->critical)
		cert_note_lapse(reading->cert, "its subject key identifier is critical");
}

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING, authorityCertIssuer [1]
 * GeneralNames, authorityCertSerialNumber [2] INTEGER }, all of them OPTIONAL, implicit tags. */
void extension_read_authority_key(struct reading *reading, const struct extension *extension)
{
	struct cert_facts *cert = reading->cert;
	struct bytes at = extension->value;
	struct der sequence, part;
	bool whole = der_take(&at, TAG_SEQUENCE, &sequence) && at.size == 0;
	if (whole && der_take(&sequence.value, 0x80, &part))
		cert->authority_key_id = part.value;
	if (whole && der_take(&sequence.value, 0xa1, &part))
		whole = part.value.size > 0;
	if (whole && der_take(&sequence.value, 0x82, &part))
		whole = part.value.size > 0;
	if (!whole || sequence.value.size > 0)
		cert_note_defect(cert, "its authority key identifier is malformed");
	if (extension->critical)
		cert_note_lapse(reading->cert, "its authority key identifier is critical");
}

void extension_read_scts(struct reading *reading, const struct extension *extension)
{
	reading->cert->scts = extension->value;
}

void extension_read_poison(struct reading *reading, const struct extension *extension)
{
	(void)extension;
	cert_note_defect(reading->cert, "it is a precertificate, which no server may show");
}

/* Nothing to look into here, but known: neither makes a certificate unacceptable. */
void extension_read_nothing(struct reading *reading, const struct extension *extension)
{
	(void)reading;
	(void)extension;
}
