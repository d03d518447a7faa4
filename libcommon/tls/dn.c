#include "tls/dn.h"

#include <string.h>

#include "base/buf.h"
#include "tls/der.h"
#include "tls/der_string.h"
#include "tls/der_tag.h"

#define COMMON_NAME  "2.5.4.3"
#define ORGANIZATION "2.5.4.10"
#define EMAIL        "1.2.840.113549.1.9.1"

/* RFC 4514, 3, and the descriptors certificates are full of (RFC 4519, CA/Browser Forum). */
static const struct attribute {
	const char *oid, *name;
} attributes[] = {
	{ COMMON_NAME, "CN" },
	{ "2.5.4.6", "C" },
	{ ORGANIZATION, "O" },
	{ "2.5.4.11", "OU" },
	{ "2.5.4.7", "L" },
	{ "2.5.4.8", "ST" },
	{ "2.5.4.9", "STREET" },
	{ "2.5.4.5", "serialNumber" },
	{ "2.5.4.4", "SN" },
	{ "2.5.4.12", "title" },
	{ "2.5.4.15", "businessCategory" },
	{ "2.5.4.17", "postalCode" },
	{ "2.5.4.42", "GN" },
	{ "2.5.4.46", "dnQualifier" },
	{ "2.5.4.97", "organizationIdentifier" },
	{ "0.9.2342.19200300.100.1.1", "UID" },
	{ "0.9.2342.19200300.100.1.25", "DC" },
	{ EMAIL, "emailAddress" },
	{ "1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL" },
	{ "1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST" },
	{ "1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC" },
};

/* AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY } */
static bool take_pair(struct bytes *at, struct der *type, struct der *value)
{
	struct der pair;
	return der_take(at, TAG_SEQUENCE, &pair) && der_take(&pair.value, TAG_OID, type) &&
	       der_next(&pair.value, value) && pair.value.size == 0;
}

static void add_pair(struct buf *out, const struct der *type, const struct der *value)
{
	char oid[128];
	der_oid_text(type->value, oid);
	for (size_t i = 0; i < ARRAY_SIZE(attributes) && der_string_is_text(value->tag); i++) {
		if (strcmp(attributes[i].oid, oid) != 0)
			continue;
		buf_printf(out, "%s=", attributes[i].name);
		der_string_add_attribute(out, value->tag, value->value);
		return;
	}
	buf_printf(out, "%s=#", oid[0] ? oid : "0.0");
	buf_hex(out, value->whole.data, value->whole.size);
}

static bool add_set(struct buf *out, struct bytes set)
{
	struct der type, value;
	for (bool first = true; set.size > 0; first = false) {
		if (!take_pair(&set, &type, &value))
			return false;
		if (!first)
			buf_char(out, '+');
		add_pair(out, &type, &value);
	}
	return true;
}

static size_t count_sets(struct bytes at)
{
	struct der set;
	size_t count = 0;
	while (der_take(&at, TAG_SET, &set))
		count++;
	return at.size > 0 ? 0 : count;
}

/* RFC 4514, 2.1: the last RelativeDistinguishedName comes first. */
const char *dn_text(struct bytes name, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(DN_TEXT_MAX);
	struct der sequence;
	if (!der_take(&name, TAG_SEQUENCE, &sequence) || name.size > 0)
		return NULL;
	size_t count = count_sets(sequence.value);
	if (count == 0)
		return sequence.value.size > 0 ? NULL : "";
	struct der *sets = arena_array(mem, count, sizeof(*sets));
	for (size_t i = 0; i < count; i++) {
		if (!der_next(&sequence.value, &sets[i]))
			return NULL;
	}
	for (size_t i = count; i-- > 0;) {
		if (!add_set(&text, sets[i].value))
			return NULL;
		if (i > 0)
			buf_char(&text, ',');
	}
	return buf_overflowed(&text) ? arena_printf(mem, "%s...", buf_string(&text))
				     : arena_copy_n(mem, buf_string(&text), text.size);
}

static bool next_attribute(struct dn_walk *walk, const char *wanted, struct der *value)
{
	struct der set, type;
	char oid[128];
	for (;;) {
		while (take_pair(&walk->pairs, &type, value)) {
			if (strcmp(der_oid_text(type.value, oid), wanted) == 0)
				return true;
		}
		if (!der_take(&walk->sets, TAG_SET, &set))
			return false;
		walk->pairs = set.value;
	}
}

struct dn_walk dn_walk_begin(struct bytes name)
{
	struct dn_walk walk = { 0 };
	struct der sequence;
	if (der_take(&name, TAG_SEQUENCE, &sequence))
		walk.sets = sequence.value;
	return walk;
}

bool dn_next_email(struct dn_walk *walk, struct bytes *out)
{
	struct der value;
	if (!next_attribute(walk, EMAIL, &value))
		return false;
	*out = value.value;
	return true;
}

const char *dn_organization(struct bytes name, struct arena *mem)
{
	struct dn_walk walk = dn_walk_begin(name);
	struct der value;
	return next_attribute(&walk, ORGANIZATION, &value)
		       ? der_string_text(value.tag, value.value, mem)
		       : NULL;
}

size_t dn_common_names(struct bytes name, struct arena *mem, struct cert_name *out)
{
	struct dn_walk walk = dn_walk_begin(name);
	struct der value;
	size_t count = 0;
	for (; next_attribute(&walk, COMMON_NAME, &value); count++) {
		if (out)
			out[count] = (struct cert_name){
				.type = NAME_CN,
				.value = der_string_text(value.tag, value.value, mem),
				.raw = value.value,
			};
	}
	return count;
}
