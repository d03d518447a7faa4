/* What a survey learnt beside the suites, back into facts. */
#include <string.h>

#include "report/ciphers_parts.h"
#include "report/reread_parts.h"

static bool get_code16(const struct place *place, const char *key, uint16_t *out, struct err *err)
{
	uint32_t code = *out;
	if (!get_code(place, key, UINT16_MAX, &code, err))
		return false;
	*out = (uint16_t)code;
	return true;
}

bool reread_alert(const struct place *place, const char *key, int *out, struct err *err)
{
	static const char *const needed[] = { "number", NULL };
	struct place alert;
	uint32_t number = 0;
	*out = -1;
	if (!place_into(place, key, &alert, err))
		return false;
	if (!alert.object)
		return true;
	if (!get_required(&alert, needed, err) ||
	    !get_uint(&alert, "number", UINT8_MAX, &number, err))
		return false;
	*out = (int)number;
	return true;
}

static bool get_sha256(const struct place *place, uint8_t out[32], struct arena *mem,
		       struct err *err)
{
	struct bytes hash = { 0 };
	if (!get_hex(place, "sha256", mem, &hash, err))
		return false;
	if (hash.size != 32)
		return place_complain(place, "sha256", "not a SHA-256 hash", err);
	memcpy(out, hash.data, 32);
	return true;
}

static bool read_complete(const struct place *section, const char *key, enum seen out[2],
			  struct err *err)
{
	struct place complete;
	return place_into(section, key, &complete, err) &&
	       GET_WORD(&complete, "tls12", seen_parse, &out[0], "not an answer", err) &&
	       GET_WORD(&complete, "tls13", seen_parse, &out[1], "not an answer", err);
}

static bool read_groups(const struct place *section, struct arena *mem, struct survey_facts *out,
			struct err *err)
{
	static const char *const needed[] = { "code", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "groups", LIST_MAX, &list, err))
		return false;
	out->group_count = json_array_size(list);
	out->groups = arena_array(mem, out->group_count, sizeof(*out->groups));
	for (size_t i = 0; i < out->group_count; i++) {
		struct group_seen *seen = &out->groups[i];
		if (!place_entry(section, "groups", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !get_code16(&entry, "code", &seen->code, err) ||
		    !get_bool(&entry, "tls12", &seen->tls12, err) ||
		    !get_bool(&entry, "tls13", &seen->tls13, err))
			return false;
	}
	return GET_WORD(section, "group_preference", preference_parse, &out->group_preference,
			"not a preference", err) &&
	       read_complete(section, "groups_complete", out->groups_complete, err);
}

static bool read_schemes(const struct place *section, struct arena *mem, struct survey_facts *out,
			 struct err *err)
{
	static const char *const needed[] = { "code", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "signature_schemes", LIST_MAX, &list, err))
		return false;
	out->scheme_count = json_array_size(list);
	out->schemes = arena_array(mem, out->scheme_count, sizeof(*out->schemes));
	for (size_t i = 0; i < out->scheme_count; i++) {
		struct scheme_seen *seen = &out->schemes[i];
		if (!place_entry(section, "signature_schemes", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !get_code16(&entry, "code", &seen->code, err) ||
		    !get_bool(&entry, "tls12", &seen->tls12, err) ||
		    !get_bool(&entry, "tls13", &seen->tls13, err) ||
		    !get_bool(&entry, "alone", &seen->alone, err))
			return false;
	}
	return read_complete(section, "signature_schemes_complete", out->schemes_complete, err) &&
	       get_text(section, "signature13", mem, &out->signature13, err);
}

static bool read_cert(const struct place *entry, struct arena *mem, struct cert_seen *out,
		      struct err *err)
{
	const char *pem = NULL;
	size_t broken = 0;
	out->key = "";
	if (!get_sha256(entry, out->sha256, mem, err) ||
	    !get_text(entry, "key", mem, &out->key, err) ||
	    !get_bits(entry, "bits", &out->bits, err) || !get_text(entry, "pem", mem, &pem, err))
		return false;
	if (!pem)
		return true;
	const struct bytes text = { (const uint8_t *)pem, strlen(pem) };
	return (cert_from_pem(text, mem, &out->der, 1, &broken) == 1 && !broken) ||
	       place_complain(entry, "pem", "not a certificate", err);
}

static bool read_certs(const struct place *section, struct arena *mem, struct survey_facts *out,
		       struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(section, "certificates", LIST_MAX, &list, err))
		return false;
	out->cert_count = json_array_size(list);
	out->certs = arena_array(mem, out->cert_count, sizeof(*out->certs));
	for (size_t i = 0; i < out->cert_count; i++) {
		if (!place_entry(section, "certificates", list, i, &entry, err) ||
		    !read_cert(&entry, mem, &out->certs[i], err))
			return false;
	}
	return true;
}

static bool read_fields(const struct place *section, struct arena *mem, struct survey_facts *out,
			struct err *err)
{
	static const char *const needed[] = { "bits", "sha256", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "fields", LIST_MAX, &list, err))
		return false;
	out->field_count = json_array_size(list);
	out->fields = arena_array(mem, out->field_count, sizeof(*out->fields));
	for (size_t i = 0; i < out->field_count; i++) {
		struct field_seen *field = &out->fields[i];
		uint32_t generator = 0;
		if (!place_entry(section, "fields", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !get_bits(&entry, "bits", &field->bits, err) ||
		    !get_sha256(&entry, field->sha256, mem, err) ||
		    !get_text(&entry, "name", mem, &field->name, err) ||
		    !get_uint(&entry, "generator", UINT32_MAX, &generator, err) ||
		    !get_bool(&entry, "composite", &field->known_composite, err) ||
		    !get_bool(&entry, "unsafe", &field->known_unsafe, err) ||
		    !get_bool(&entry, "weak_public", &field->weak_public, err))
			return false;
		field->generator = generator;
	}
	return true;
}

static bool read_properties(const struct place *section, struct property_facts *out,
			    struct err *err)
{
	struct place properties;
	if (!place_into(section, "properties", &properties, err))
		return false;
	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		if (!GET_WORD(&properties, property_key(i), seen_parse, property_at(out, i),
			      "not an answer", err))
			return false;
	}
	return get_code16(&properties, "intolerant_of", &out->intolerant_of, err) &&
	       reread_alert(&properties, "sni_alert", &out->sni_alert, err);
}

/* What is no string counts as "", which is the name of no promise. */
static bool promise_parse(const char *name, enum fs_promise *out)
{
	return *name && fs_promise_parse(name, out);
}

bool reread_survey(const struct place *section, struct arena *mem, struct survey_facts *out,
		   struct err *err)
{
	return read_certs(section, mem, out, err) && read_groups(section, mem, out, err) &&
	       read_schemes(section, mem, out, err) && read_fields(section, mem, out, err) &&
	       GET_WORD(section, "forward_secrecy", promise_parse, &out->forward_secrecy,
			"neither always, possible nor never", err) &&
	       read_properties(section, &out->properties, err) &&
	       get_bool(section, "inconsistent", &out->inconsistent, err) &&
	       get_text(section, "violation", mem, &out->violation, err) &&
	       get_size(section, "unclear", &out->unclear, err);
}
