/* Certificates and what was thought of them, back into facts. */
#include "report/reread_parts.h"

#include <string.h>

bool reread_chain(const struct place *section, struct arena *mem, struct tls_facts *out,
		  struct err *err)
{
	struct text_list chain = { 0 };
	const json_t *list;
	if (!get_list(section, "chain_pem", CHAIN_MAX, &list, err) ||
	    !get_texts(section, "chain_pem", mem, &chain, err))
		return false;
	for (size_t i = 0; i < chain.count; i++) {
		const struct bytes pem = { (const uint8_t *)chain.items[i],
					   strlen(chain.items[i]) };
		size_t broken = 0;
		if (cert_from_pem(pem, mem, &out->chain[i], 1, &broken) != 1 || broken)
			return place_complain(section, "chain_pem",
					      "holds something that is no certificate", err);
	}
	out->chain_count = chain.count;
	return true;
}

void reread_certs(const struct tls_facts *tls, struct arena *mem, struct identity_facts *out)
{
	out->certs = arena_array(mem, tls->chain_count, sizeof(*out->certs));
	for (size_t i = 0; i < tls->chain_count; i++) {
		struct err unused;
		if (!cert_read(tls->chain[i], mem, &out->certs[i], &unused))
			return; /* as when it was first seen: an unreadable one ends the list */
		out->cert_count++;
	}
}

static bool verdict_parse(const char *name, enum name_verdict *out)
{
	for (int i = NAME_MATCHES; i <= NAME_IGNORED; i++) {
		if (strcmp(name, name_verdict_text((enum name_verdict)i)) == 0) {
			*out = (enum name_verdict)i;
			return true;
		}
	}
	return false;
}

bool reread_names(const struct place *section, struct arena *mem, struct name_facts *out,
		  struct err *err)
{
	static const char *const needed[] = { "type", "value", "verdict", "reason", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "names", CERT_NAMES_MAX, &list, err))
		return false;
	out->count = json_array_size(list);
	out->judgements = arena_array(mem, out->count, sizeof(*out->judgements));
	for (size_t i = 0; i < out->count; i++) {
		struct name_judgement *judgement = &out->judgements[i];
		struct cert_name *name = arena_alloc(mem, sizeof(*name));
		if (!place_entry(section, "names", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !GET_WORD(&entry, "type", name_type_parse, &name->type, "not a kind of name",
			      err) ||
		    !GET_WORD(&entry, "verdict", verdict_parse, &judgement->verdict,
			      "not a verdict", err) ||
		    !get_text(&entry, "value", mem, &name->value, err) ||
		    !get_text(&entry, "reason", mem, &judgement->reason, err) ||
		    !get_text(&entry, "malformed", mem, &name->malformed, err))
			return false;
		judgement->name = name;
		if (judgement->verdict == NAME_MATCHES && !out->matched)
			out->matched = name;
	}
	return true;
}

static bool problem_parse(const char *name, unsigned *out)
{
	for (unsigned flag = PATH_EMPTY; flag <= PATH_UNCHECKED; flag <<= 1) {
		if (strcmp(name, path_problem_name((enum path_problem)flag)) == 0) {
			*out |= flag;
			return true;
		}
	}
	return false;
}

static bool source_is_system(const char *name, bool *out)
{
	*out = strcmp(name, "system") == 0;
	return *out || strcmp(name, "file") == 0;
}

bool reread_trust(const struct place *section, struct arena *mem, struct path_facts *out,
		  struct err *err)
{
	struct text_list problems = { 0 };
	struct place trust;
	if (!place_into(section, "trust", &trust, err) ||
	    !get_bool(&trust, "trusted", &out->trusted, err) ||
	    !get_text(&trust, "anchor", mem, &out->anchor, err) ||
	    !GET_WORD(&trust, "anchor_source", source_is_system, &out->anchor_from_system,
		      "neither system nor file", err) ||
	    !get_texts(&trust, "problems", mem, &problems, err) ||
	    !get_text(&trust, "reason", mem, &out->reason, err))
		return false;
	for (size_t i = 0; i < problems.count; i++) {
		if (!problem_parse(problems.items[i], &out->problems))
			return place_complain(&trust, "problems", "not a problem we know", err);
	}
	if (!trust.object)
		out->problems |= PATH_UNCHECKED;
	return true;
}
