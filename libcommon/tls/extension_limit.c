/* What stands in the extensions that limit those below: shape alone, of leaves too, whose limits
 * nobody else looks at. What they mean is limit.c's and policy.c's. */
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/extension_inner.h"
#include "tls/limit.h"

void extension_read_constraints(struct reading *reading, const struct extension *extension)
{
	const char *defect = limit_defect(extension->value);
	reading->cert->has_name_constraints = true;
	reading->cert->name_constraints = extension->value;
	if (defect)
		cert_note_defect(reading->cert, defect);
	if (!extension->critical)
		cert_note_lapse(reading->cert, "its name constraints are not critical");
}

/* PolicyQualifierInfo ::= SEQUENCE { policyQualifierId OBJECT IDENTIFIER, qualifier ANY }, which
 * X.509 lets be absent. RFC 5280, 4.2.1.4: where the extension is critical, who cannot read a
 * qualifier must refuse. */
static bool read_qualifier(struct reading *reading, bool critical, struct bytes at)
{
	struct der oid, value;
	char text[128];
	if (!der_take(&at, TAG_OID, &oid) || !der_is_oid(oid.value))
		return false;
	if (at.size > 0 && (!der_next(&at, &value) || at.size > 0))
		return false;
	der_oid_text(oid.value, text);
	bool known = strcmp(text, "1.3.6.1.5.5.7.2.1") == 0 ||
		     strcmp(text, "1.3.6.1.5.5.7.2.2") == 0;
	if (critical && !known && !reading->cert->critical_unknown)
		reading->cert->critical_unknown = arena_copy(reading->mem, text);
	return true;
}

/* PolicyInformation ::= SEQUENCE { policyIdentifier OBJECT IDENTIFIER, policyQualifiers SEQUENCE
 * SIZE (1..MAX) OF PolicyQualifierInfo OPTIONAL } */
static bool read_policy(struct reading *reading, bool critical, struct bytes at)
{
	struct der oid, list, qualifier;
	if (!der_take(&at, TAG_OID, &oid) || !der_is_oid(oid.value))
		return false;
	if (at.size == 0)
		return true;
	bool whole = der_take(&at, TAG_SEQUENCE, &list) && at.size == 0 && list.value.size > 0;
	while (whole && list.value.size > 0)
		whole = der_take(&list.value, TAG_SEQUENCE, &qualifier) &&
			read_qualifier(reading, critical, qualifier.value);
	return whole;
}

/* certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation */
void extension_read_policies(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der list, policy;
	bool whole = der_take(&at, TAG_SEQUENCE, &list) && at.size == 0 && list.value.size > 0;
	reading->cert->policies = extension->value;
	while (whole && list.value.size > 0)
		whole = der_take(&list.value, TAG_SEQUENCE, &policy) &&
			read_policy(reading, extension->critical, policy.value);
	if (!whole)
		cert_note_defect(reading->cert, "its certificate policies are malformed");
}

static bool is_pair_of_policies(struct bytes at)
{
	struct der from, to;
	return der_take(&at, TAG_OID, &from) && der_is_oid(from.value) &&
	       der_take(&at, TAG_OID, &to) && der_is_oid(to.value) && at.size == 0;
}

/* PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }
 */
void extension_read_mappings(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der list, pair;
	bool whole = der_take(&at, TAG_SEQUENCE, &list) && at.size == 0 && list.value.size > 0;
	reading->cert->policy_mappings = extension->value;
	while (whole && list.value.size > 0)
		whole = der_take(&list.value, TAG_SEQUENCE, &pair) &&
			is_pair_of_policies(pair.value);
	if (!whole)
		cert_note_defect(reading->cert, "its policy mappings are malformed");
}

/* SkipCerts ::= INTEGER (0..MAX) */
static bool is_count(struct bytes value)
{
	return der_is_integer(value) && !(value.data[0] & 0x80);
}

/* PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] SkipCerts OPTIONAL,
 * inhibitPolicyMapping [1] SkipCerts OPTIONAL }, one of them at least. */
void extension_read_policy_constraints(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der sequence, count;
	bool whole = der_take(&at, TAG_SEQUENCE, &sequence) && at.size == 0 &&
		     sequence.value.size > 0;
	reading->cert->policy_constraints = extension->value;
	for (uint8_t tag = 0x80; whole && tag <= 0x81; tag++) {
		if (der_take(&sequence.value, tag, &count))
			whole = is_count(count.value);
	}
	if (!whole || sequence.value.size > 0)
		cert_note_defect(reading->cert, "its policy constraints are malformed");
	if (!extension->critical)
		cert_note_lapse(reading->cert, "its policy constraints are not critical");
}

/* InhibitAnyPolicy ::= SkipCerts */
void extension_read_inhibit(struct reading *reading, const struct extension *extension)
{
	struct bytes at = extension->value;
	struct der count;
	reading->cert->inhibit_any = extension->value;
	if (!der_take(&at, TAG_INTEGER, &count) || at.size > 0 || !is_count(count.value))
		cert_note_defect(reading->cert, "its inhibitAnyPolicy is malformed");
	if (!extension->critical)
		cert_note_lapse(reading->cert, "its inhibitAnyPolicy is not critical");
}
