/* What a certificate was compared with, out of a "certcheck" section. */
#include <string.h>

#include "report/reread_parts.h"
#include "xmpp/jid.h"

static bool read_sighting(const struct place *change, struct arena *mem, struct sighting **out,
			  struct err *err)
{
	static const char *const needed[] = { "sha256", NULL };
	struct place place;
	if (!place_into(change, "previous", &place, err))
		return false;
	if (!place.object)
		return true;
	struct sighting *seen = arena_alloc(mem, sizeof(*seen));
	*out = seen;
	return get_required(&place, needed, err) &&
	       get_text(&place, "place", mem, &seen->place, err) &&
	       get_text(&place, "sha256", mem, &seen->sha256, err) &&
	       get_text(&place, "spki_sha256", mem, &seen->spki_sha256, err) &&
	       get_text(&place, "subject", mem, &seen->subject, err) &&
	       get_text(&place, "issuer", mem, &seen->issuer, err) &&
	       get_text(&place, "authority", mem, &seen->authority, err) &&
	       get_text(&place, "names", mem, &seen->names, err) &&
	       get_time(&place, "not_before", &seen->not_before, err) &&
	       get_time(&place, "not_after", &seen->not_after, err) &&
	       get_time(&place, "first_seen", &seen->first, err) &&
	       get_time(&place, "last_seen", &seen->last, err) &&
	       get_bool(&place, "accepted", &seen->accepted, err) &&
	       get_bool(&place, "trusted", &seen->trusted, err);
}

static bool read_change(const struct place *section, struct arena *mem, struct change_facts *out,
			struct err *err)
{
	struct place change;
	return place_into(section, "change", &change, err) &&
	       GET_WORD(&change, "class", change_class_parse, &out->class, "not a class of changes",
			err) &&
	       get_bool(&change, "expected", &out->expected, err) &&
	       read_sighting(&change, mem, &out->previous, err) &&
	       get_time(&change, "first_seen", &out->first_seen, err) &&
	       get_text(&change, "reason", mem, &out->reason, err);
}

static bool read_pins(const struct place *section, struct certcheck_facts *facts, struct err *err)
{
	struct place pins;
	if (!place_into(section, "pins", &pins, err))
		return false;
	facts->pins_given = json_object_get(pins.object, "matched") != NULL;
	return get_bool(&pins, "matched", &facts->pin_matched, err) &&
	       get_bool(&pins, "first_use", &facts->trusted_on_first_use, err);
}

static bool read_local(const struct place *section, struct arena *mem, struct local_facts *out,
		       struct err *err)
{
	static const char *const needed[] = { "file", NULL };
	struct place local;
	if (!place_into(section, "local", &local, err))
		return false;
	return (!local.object || get_required(&local, needed, err)) &&
	       get_text(&local, "file", mem, &out->file, err) &&
	       get_text(&local, "problem", mem, &out->problem, err) &&
	       get_bool(&local, "same", &out->same, err) &&
	       get_bool(&local, "same_key", &out->same_key, err) &&
	       get_bool(&local, "newer", &out->newer, err) &&
	       get_time(&local, "not_before", &out->not_before, err) &&
	       get_time(&local, "not_after", &out->not_after, err);
}

static bool read_subdomains(const struct place *section, struct arena *mem,
			    struct certcheck_facts *facts, struct err *err)
{
	static const char *const needed[] = { "domain", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "subdomains", LIST_MAX, &list, err))
		return false;
	facts->subdomain_count = json_array_size(list);
	facts->subdomains = arena_array(mem, facts->subdomain_count, sizeof(*facts->subdomains));
	for (size_t i = 0; i < facts->subdomain_count; i++) {
		struct subdomain_facts *subdomain = &facts->subdomains[i];
		if (!place_entry(section, "subdomains", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !get_text(&entry, "domain", mem, &subdomain->domain, err) ||
		    !reread_name(&entry, "by", mem, &subdomain->matched, err))
			return false;
	}
	return true;
}

/* What is no domain for jid.c cannot be one that was discovered. */
static bool read_domains(const struct place *discovery, struct arena *mem, struct text_list *out,
			 struct err *err)
{
	if (!get_texts(discovery, "domains", mem, out, err))
		return false;
	if (out->count > DISCO_ITEMS_MAX)
		return place_complain(discovery, "domains", "too many entries", err);
	for (size_t i = 0; i < out->count; i++) {
		struct jid_domain domain;
		struct err unused;
		if (!jid_domain_parse(out->items[i], strlen(out->items[i]), mem, &domain, &unused))
			return place_complain(discovery, "domains", "holds what is no domain", err);
		out->items[i] = domain.ascii;
	}
	return true;
}

static bool read_discovery(const struct place *section, struct arena *mem, struct disco_facts *out,
			   struct err *err)
{
	static const char *const needed[] = { "result", NULL };
	struct place discovery;
	if (!place_into(section, "discovery", &discovery, err))
		return false;
	return (!discovery.object || get_required(&discovery, needed, err)) &&
	       GET_WORD(&discovery, "result", disco_result_parse, &out->result, "not a result",
			err) &&
	       get_text(&discovery, "reason", mem, &out->reason, err) &&
	       read_domains(&discovery, mem, &out->domains, err) &&
	       get_bool(&discovery, "cut", &out->cut, err);
}

bool reread_past(const struct place *section, struct arena *mem, struct certcheck_facts *facts,
		 struct err *err)
{
	return read_change(section, mem, &facts->change, err) && read_pins(section, facts, err) &&
	       read_local(section, mem, &facts->local, err) &&
	       read_subdomains(section, mem, facts, err) &&
	       read_discovery(section, mem, &facts->discovery, err);
}
