#include "tls/extension_inner.h"

#include <stdlib.h>
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"

#define EXTENSIONS_MAX 128 /* real certificates have about ten */

void cert_note_defect(struct cert_facts *cert, const char *what)
{
	if (!cert->defect)
		cert->defect = what;
}

void cert_note_lapse(struct cert_facts *cert, const char *what)
{
	if (!cert->lapse)
		cert->lapse = what;
}

void cert_note_blemish(struct cert_facts *cert, const char *what)
{
	if (!cert->blemish)
		cert->blemish = what;
}

static const struct kind {
	const char *oid;
	size_t size;
	void (*read)(struct reading *reading, const struct extension *extension);
} kinds[] = {
	{ "\x55\x1d\x13", 3, extension_read_basic },
	{ "\x55\x1d\x0f", 3, extension_read_usage },
	{ "\x55\x1d\x25", 3, extension_read_purposes },
	{ "\x55\x1d\x11", 3, extension_read_names },
	{ "\x55\x1d\x1e", 3, extension_read_constraints },
	{ "\x55\x1d\x20", 3, extension_read_policies },
	{ "\x55\x1d\x21", 3, extension_read_mappings },
	{ "\x55\x1d\x24", 3, extension_read_policy_constraints },
	{ "\x55\x1d\x36", 3, extension_read_inhibit },
	{ "\x55\x1d\x0e", 3, extension_read_subject_key },
	{ "\x55\x1d\x23", 3, extension_read_authority_key },
	{ "\x55\x1d\x1f", 3, extension_read_points },
	{ "\x55\x1d\x12", 3, extension_read_nothing }, /* issuerAltName */
	{ "\x2b\x06\x01\x05\x05\x07\x01\x01", 8, extension_read_access },
	{ "\x2b\x06\x01\x05\x05\x07\x01\x18", 8, extension_read_features },
	{ "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02", 10, extension_read_scts },
	{ "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03", 10, extension_read_poison },
};

static const struct kind *kind_of(struct bytes oid)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (bytes_equal(oid,
				(struct bytes){ (const uint8_t *)kinds[i].oid, kinds[i].size }))
			return &kinds[i];
	}
	return NULL;
}

/* Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue } */
static bool take_extension(struct bytes *at, struct cert_facts *cert, struct extension *out)
{
	struct der extension, oid, critical, value;
	out->critical = false;
	if (!der_take(at, TAG_SEQUENCE, &extension) || !der_take(&extension.value, TAG_OID, &oid) ||
	    !der_is_oid(oid.value))
		return false;
	if (extension.value.size > 0 && extension.value.data[0] == TAG_BOOLEAN) {
		if (!der_next(&extension.value, &critical) || critical.value.size != 1 ||
		    (critical.value.data[0] != 0 && critical.value.data[0] != 0xff))
			return false;
		out->critical = critical.value.data[0];
		if (!out->critical)
			cert_note_blemish(cert, "an extension spells out that it is not critical");
	}
	if (!der_take(&extension.value, TAG_OCTET_STRING, &value) || extension.value.size > 0)
		return false;
	out->oid = oid.value;
	out->value = value.value;
	return true;
}

static int by_oid(const void *left, const void *right)
{
	const struct extension *a = left, *b = right;
	size_t size = a->oid.size < b->oid.size ? a->oid.size : b->oid.size;
	int order = size ? memcmp(a->oid.data, b->oid.data, size) : 0;
	return order ? order : (a->oid.size > b->oid.size) - (a->oid.size < b->oid.size);
}

/* RFC 5280, 4.2: no more than one of a kind. Sorts them. */
static bool has_twins(struct extension *list, size_t count)
{
	if (count > 1)
		qsort(list, count, sizeof(*list), by_oid);
	for (size_t i = 1; i < count; i++) {
		if (bytes_equal(list[i - 1].oid, list[i].oid))
			return true;
	}
	return false;
}

size_t extension_elements(struct bytes list)
{
	struct der extension, part;
	size_t count = 0;
	while (der_take(&list, TAG_SEQUENCE, &extension)) {
		while (der_next(&extension.value, &part))
			count += part.tag == TAG_OCTET_STRING ? der_count(part.value) : 0;
	}
	return count;
}

bool extension_read_all(struct bytes list, struct arena *mem, struct cert_facts *out,
			struct bytes *names,
			bool *names_critical, /* NOLINT(readability-non-const-parameter) */
			struct err *err)
{
	struct extension all[EXTENSIONS_MAX];
	struct reading reading = { out, mem, names, names_critical };
	size_t count = 0;
	while (list.size > 0) {
		if (count == EXTENSIONS_MAX)
			return err_set(err, AT_CERTIFICATE, ERR_LIMIT,
				       "a certificate of more than %d extensions", EXTENSIONS_MAX);
		if (!take_extension(&list, out, &all[count]))
			return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL,
				       "not a certificate: its extensions are not valid DER");
		const struct kind *kind = kind_of(all[count].oid);
		char oid[128];
		if (kind)
			kind->read(&reading, &all[count]);
		else if (all[count].critical && !out->critical_unknown)
			out->critical_unknown = arena_copy(mem, der_oid_text(all[count].oid, oid));
		count++;
	}
	if (has_twins(all, count))
		return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL,
			       "not a certificate: it holds the same extension twice");
	return true;
}
