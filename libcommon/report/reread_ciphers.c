/* The "ciphers" section back into facts: what --rejudge needs. */
#include <string.h>

#include "report/ciphers_parts.h"
#include "report/reread_parts.h"
#include "tls/groups.h"
#include "tls/schemes.h"

#define CODE_MAX 0xffffff /* a kind of SSL 2.0 */

static bool group_parse(const char *name, uint16_t *out)
{
	uint32_t code;
	for (size_t i = 0; i < group_count; i++) {
		if (strcmp(groups[i].name, name) == 0) {
			*out = groups[i].code;
			return true;
		}
	}
	if (!code_point_parse(name, UINT16_MAX, &code))
		return false;
	*out = (uint16_t)code;
	return true;
}

static bool scheme_parse(const char *name, uint16_t *out)
{
	uint32_t code;
	for (size_t i = 0; i < scheme_count; i++) {
		if (strcmp(schemes[i].name, name) == 0) {
			*out = schemes[i].code;
			return true;
		}
	}
	if (!code_point_parse(name, UINT16_MAX, &code))
		return false;
	*out = (uint16_t)code;
	return true;
}

static bool read_suite(const struct place *entry, size_t cert_count, struct arena *mem,
		       struct suite_seen *out, struct err *err)
{
	static const char *const needed[] = { "code", NULL };
	uint32_t cert = 0;
	if (!get_required(entry, needed, err) ||
	    !get_code(entry, "code", CODE_MAX, &out->code, err) ||
	    !GET_WORD(entry, "group", group_parse, &out->group, "not a group", err) ||
	    !GET_WORD(entry, "scheme", scheme_parse, &out->scheme, "not a scheme", err) ||
	    !get_bits(entry, "dh_bits", &out->dh_bits, err) ||
	    !get_text(entry, "prime", mem, &out->prime, err) ||
	    !get_bits(entry, "rsa_export_bits", &out->rsa_export_bits, err) ||
	    !get_uint(entry, "certificate", INT32_MAX, &cert, err) ||
	    !get_bool(entry, "encrypt_then_mac", &out->encrypt_then_mac, err) ||
	    !get_bool(entry, "explicit_curve", &out->explicit_curve, err) ||
	    !get_bool(entry, "outside_specification", &out->outside, err))
		return false;
	out->suite = suite_by_code(out->code);
	out->cert = json_object_get(entry->object, "certificate") ? (int)cert : -1;
	if (out->cert >= 0 && cert >= cert_count)
		return place_complain(entry, "certificate", "no place among the certificates", err);
	return true;
}

static bool read_suites(const struct place *version, size_t cert_count, struct arena *mem,
			struct version_seen *out, struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(version, "suites", LIST_MAX, &list, err))
		return false;
	out->suite_count = json_array_size(list);
	out->suites = arena_array(mem, out->suite_count, sizeof(*out->suites));
	for (size_t i = 0; i < out->suite_count; i++) {
		if (!place_entry(version, "suites", list, i, &entry, err) ||
		    !read_suite(&entry, cert_count, mem, &out->suites[i], err))
			return false;
	}
	return true;
}

static bool read_version(const struct place *entry, struct arena *mem, struct survey_facts *out,
			 struct err *err)
{
	static const char *const needed[] = { "version", "offered", NULL };
	enum tls_version version = TLS_VERSION_NONE;
	if (!get_required(entry, needed, err) ||
	    !GET_WORD(entry, "version", tls_version_parse, &version, "not a TLS version", err))
		return false;
	struct version_seen *seen = &out->versions[version];
	if (seen->offered != SEEN_NOT_TESTED)
		return place_complain(entry, "version", "stands there twice", err);
	return GET_WORD(entry, "offered", seen_parse, &seen->offered, "not an answer", err) &&
	       GET_WORD(entry, "preference", preference_parse, &seen->preference,
			"not a preference", err) &&
	       get_bool(entry, "complete", &seen->suites_complete, err) &&
	       reread_alert(entry, "alert", &seen->alert, err) &&
	       read_suites(entry, out->cert_count, mem, seen, err);
}

static bool read_versions(const struct place *section, struct arena *mem, struct survey_facts *out,
			  struct err *err)
{
	const json_t *list;
	struct place entry;
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++)
		out->versions[i] = (struct version_seen){ .version = (enum tls_version)i,
							  .alert = -1 };
	if (!get_list(section, "versions", TLS_VERSION_COUNT, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!place_entry(section, "versions", list, i, &entry, err) ||
		    !read_version(&entry, mem, out, err))
			return false;
	}
	return true;
}

/* What is no string counts as "", which is the name of no reason. */
static bool cut_parse(const char *name, enum cut_short *out)
{
	return *name && cut_short_parse(name, out);
}

static bool read_cost(const struct place *section, struct arena *mem, struct ciphers_facts *out,
		      struct err *err)
{
	uint32_t lanes = 0;
	if (!GET_WORD(section, "scope", survey_scope_parse, &out->scope, "not a scope", err) ||
	    !get_size(section, "connections", &out->connections, err) ||
	    !get_size(section, "throttled", &out->throttled, err) ||
	    !get_uint(section, "lanes", UINT16_MAX, &lanes, err) ||
	    !get_bool(section, "one_write", &out->one_write, err) ||
	    !GET_WORD(section, "cut", cut_parse, &out->cut, "no reason to stop", err) ||
	    !get_text(section, "cut_reason", mem, &out->cut_reason, err))
		return false;
	out->lanes = lanes;
	return true;
}

bool reread_ciphers(const json_t *endpoint, struct arena *mem, struct ciphers_facts *out,
		    struct err *err)
{
	static const char *const needed[] = { "time", NULL };
	struct place top = place_top(endpoint), section;
	struct ciphers_facts facts = { 0 };
	if (!place_into(&top, "ciphers", &section, err))
		return false;
	if (!section.object)
		return place_complain(&top, "ciphers", "missing", err);
	if (!get_required(&section, needed, err) ||
	    !get_time(&section, "time", &facts.walk.time, err) ||
	    !get_ms(&section, "elapsed_ms", &facts.walk.elapsed_ms, err) ||
	    !reread_walk(&section, mem, &facts.walk, err) ||
	    !reread_chain(&section, mem, &facts.walk.tls, err) ||
	    !read_cost(&section, mem, &facts, err) ||
	    !reread_survey(&section, mem, &facts.survey, err) ||
	    !read_versions(&section, mem, &facts.survey, err))
		return false;
	reread_certs(&facts.walk.tls, mem, &facts.walk.identity);
	*out = facts;
	return true;
}
