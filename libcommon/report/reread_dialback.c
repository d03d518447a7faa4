/* The "dialback" section back into facts: what --rejudge needs. */
#include <string.h>

#include "report/reread_parts.h"

#define WHY_WORD "not a word we know"

static bool get_known(const struct place *place, const char *key, enum known *out, struct err *err)
{
	bool yes = false;
	if (!get_bool(place, key, &yes, err))
		return false;
	if (json_object_get(place->object, key))
		*out = yes ? KNOWN_YES : KNOWN_NO;
	return true;
}

static bool verdict_parse(const char *name, enum trial_outcome *out)
{
	if (strcmp(name, "not_tested") == 0) {
		*out = OUTCOME_NONE;
		return true;
	}
	return trial_outcome_parse(name, out) &&
	       (*out == OUTCOME_VALID || *out == OUTCOME_INVALID || *out == OUTCOME_ERROR);
}

/* What came instead of an answer. */
static bool instead_parse(const char *name, enum trial_outcome *out)
{
	return *out == OUTCOME_ERROR && trial_outcome_parse(name, out) &&
	       (*out == OUTCOME_STREAM_ERROR || *out == OUTCOME_CLOSED || *out == OUTCOME_SILENCE);
}

static bool read_verdict(const struct place *section, struct arena *mem, struct dialback_facts *out,
			 struct err *err)
{
	return GET_WORD(section, "verdict", verdict_parse, &out->verdict, "not a verdict", err) &&
	       GET_WORD(section, "instead", instead_parse, &out->verdict,
			"nothing that comes instead of an answer", err) &&
	       get_text(section, "condition", mem, &out->condition, err) &&
	       GET_WORD(section, "peer_trust", peer_trust_parse, &out->trust, WHY_WORD, err);
}

static bool read_home(const struct place *section, struct arena *mem, struct dialback_facts *out,
		      struct err *err)
{
	static const char *const needed[] = { "state", NULL };
	struct place home;
	if (!place_into(section, "home", &home, err))
		return false;
	return !home.object || (get_required(&home, needed, err) &&
				GET_WORD(&home, "state", home_parse, &out->home, WHY_WORD, err) &&
				get_text(&home, "text", mem, &out->home_text, err));
}

static bool read_own(const struct place *section, struct own_facts *out, struct err *err)
{
	struct place own;
	if (!place_into(section, "own_certificate", &own, err))
		return false;
	return !own.object || (get_known(&own, "names_us", &out->names_us, err) &&
			       get_known(&own, "trusted", &out->trusted, err) &&
			       get_known(&own, "for_clients", &out->for_clients, err));
}

static bool read_us(const struct place *section, struct arena *mem, struct dialback_facts *out,
		    struct err *err)
{
	if (!get_text(section, "us", mem, &out->us, err) ||
	    !get_text(section, "listener", mem, &out->listener, err) ||
	    !get_bool(section, "certificate", &out->certificate, err) ||
	    !get_size(section, "connections", &out->connections, err) ||
	    !read_own(section, &out->own, err))
		return false;
	out->listening = out->listener;
	return read_home(section, mem, out, err);
}

static bool direction_parse(const char *name, bool *inbound)
{
	*inbound = strcmp(name, "in") == 0;
	return *inbound || strcmp(name, "out") == 0;
}

static bool read_link(const struct place *entry, struct arena *mem, struct link_facts *out,
		      struct err *err)
{
	static const char *const needed[] = { "direction", NULL };
	return get_required(entry, needed, err) &&
	       GET_WORD(entry, "direction", direction_parse, &out->inbound, "neither in nor out",
			err) &&
	       GET_WORD(entry, "address", address_parse, &out->address, "not an address", err) &&
	       get_port(entry, "port", 0, &out->port, err) &&
	       get_ms(entry, "ms", &out->at_ms, err) &&
	       get_bool(entry, "opened", &out->opened, err) &&
	       get_text(entry, "from", mem, &out->from, err) &&
	       get_text(entry, "to", mem, &out->to, err) &&
	       get_text(entry, "id", mem, &out->id, err) &&
	       get_bool(entry, "encrypted", &out->encrypted, err) &&
	       reread_tls(entry, mem, &out->tls, err) &&
	       reread_features(entry, "features_before", mem, &out->before, err) &&
	       reread_features(entry, "features_after", mem, &out->after, err) &&
	       get_bool(entry, "certificate_shown", &out->certificate_shown, err) &&
	       get_bool(entry, "authenticated", &out->authenticated, err) &&
	       get_text(entry, "proof_lacks", mem, &out->proof_lacks, err);
}

static bool read_links(const struct place *section, struct arena *mem, struct dialback_facts *out,
		       struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(section, "links", DIALBACK_LINKS_MAX, &list, err))
		return false;
	size_t count = json_array_size(list);
	struct link_facts *links = arena_array(mem, count, sizeof(*links));
	for (size_t i = 0; i < count; i++) {
		if (!place_entry(section, "links", list, i, &entry, err) ||
		    !read_link(&entry, mem, &links[i], err))
			return false;
	}
	out->links = links;
	out->link_count = count;
	return true;
}

/* One of the links, where any is named. */
static bool get_link(const struct place *place, const struct dialback_facts *facts, size_t *out,
		     struct err *err)
{
	size_t link = 0;
	*out = DIALBACK_NONE;
	if (!json_object_get(place->object, "link"))
		return true;
	if (!get_size(place, "link", &link, err))
		return false;
	if (link >= facts->link_count)
		return place_complain(place, "link", "no place among the links", err);
	*out = link;
	return true;
}

static bool read_answer(const struct place *place, struct arena *mem, struct trial_answer *out,
			struct err *err)
{
	return GET_WORD(place, "outcome", trial_outcome_parse, &out->outcome, "not an outcome",
			err) &&
	       get_text(place, "condition", mem, &out->condition, err) &&
	       get_text(place, "text", mem, &out->text, err) &&
	       get_ms(place, "answer_ms", &out->elapsed_ms, err);
}

static bool read_observed(const struct place *entry, struct trial_facts *out, struct err *err)
{
	return get_ms(entry, "elapsed_ms", &out->elapsed_ms, err) &&
	       get_known(entry, "called_back", &out->called_back, err) &&
	       get_known(entry, "called_in_clear", &out->called_in_clear, err) &&
	       GET_WORD(entry, "key", key_state_parse, &out->key, WHY_WORD, err) &&
	       get_known(entry, "stays", &out->stays, err) &&
	       get_known(entry, "delivered", &out->delivered, err) &&
	       get_known(entry, "bounced", &out->bounced, err) &&
	       get_bool(entry, "tls", &out->tls, err);
}

static bool read_check(const struct place *entry, const struct dialback_facts *facts,
		       struct arena *mem, struct trial_facts *out, struct err *err)
{
	static const char *const needed[] = { "check", "state", NULL };
	struct place another;
	return get_required(entry, needed, err) &&
	       GET_WORD(entry, "check", trial_parse, &out->which, "not a check", err) &&
	       GET_WORD(entry, "state", trial_state_parse, &out->state, WHY_WORD, err) &&
	       get_text(entry, "reason", mem, &out->reason, err) &&
	       read_answer(entry, mem, &out->answer, err) && read_observed(entry, out, err) &&
	       place_into(entry, "another", &another, err) &&
	       read_answer(&another, mem, &out->another, err) &&
	       get_link(entry, facts, &out->link, err);
}

static size_t find_check(const struct dialback_facts *facts, enum trial which)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (facts->trials[i].which == which)
			return i;
	}
	return DIALBACK_NONE;
}

static bool read_checks(const struct place *section, struct arena *mem, struct dialback_facts *out,
			struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(section, "checks", TRIAL_COUNT, &list, err))
		return false;
	struct trial_facts *trials = arena_array(mem, json_array_size(list), sizeof(*trials));
	out->trials = trials;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!place_entry(section, "checks", list, i, &entry, err) ||
		    !read_check(&entry, out, mem, &trials[i], err))
			return false;
		if (find_check(out, trials[i].which) != DIALBACK_NONE)
			return place_complain(&entry, "check", "stands there twice", err);
		out->trial_count++;
	}
	return true;
}

static bool get_check(const struct place *entry, const struct dialback_facts *facts, size_t *out,
		      struct err *err)
{
	enum trial which = TRIAL_CLEAR_RESULT;
	*out = DIALBACK_NONE;
	if (!json_object_get(entry->object, "check"))
		return true;
	if (!GET_WORD(entry, "check", trial_parse, &which, "not a check", err))
		return false;
	*out = find_check(facts, which);
	return *out != DIALBACK_NONE || place_complain(entry, "check", "none of the checks", err);
}

static bool read_hop(const struct place *entry, const struct dialback_facts *facts,
		     struct arena *mem, struct hop *out, struct err *err)
{
	static const char *const needed[] = { "way", "kind", NULL };
	return get_required(entry, needed, err) && get_ms(entry, "ms", &out->at_ms, err) &&
	       GET_WORD(entry, "way", hop_way_parse, &out->way, WHY_WORD, err) &&
	       GET_WORD(entry, "kind", hop_kind_parse, &out->kind, WHY_WORD, err) &&
	       get_link(entry, facts, &out->link, err) &&
	       get_check(entry, facts, &out->trial, err) &&
	       GET_WORD(entry, "type", db_type_parse, &out->type, WHY_WORD, err) &&
	       get_text(entry, "from", mem, &out->from, err) &&
	       get_text(entry, "to", mem, &out->to, err) &&
	       get_text(entry, "id", mem, &out->id, err) &&
	       get_text(entry, "condition", mem, &out->condition, err) &&
	       get_text(entry, "text", mem, &out->text, err) &&
	       GET_WORD(entry, "key", key_state_parse, &out->key, WHY_WORD, err);
}

static bool read_hops(const struct place *section, struct arena *mem, struct dialback_facts *out,
		      struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(section, "hops", DIALBACK_HOPS_MAX, &list, err))
		return false;
	size_t count = json_array_size(list);
	struct hop *hops = arena_array(mem, count, sizeof(*hops));
	for (size_t i = 0; i < count; i++) {
		if (!place_entry(section, "hops", list, i, &entry, err) ||
		    !read_hop(&entry, out, mem, &hops[i], err))
			return false;
	}
	out->hops = hops;
	out->hop_count = count;
	return get_bool(section, "hops_cut", &out->hops_cut, err);
}

bool reread_dialback(const json_t *endpoint, struct arena *mem, struct dialback_facts *out,
		     struct err *err)
{
	static const char *const needed[] = { "time", NULL };
	struct place top = place_top(endpoint), section;
	struct dialback_facts facts = { 0 };
	if (!place_into(&top, "dialback", &section, err))
		return false;
	if (!section.object)
		return place_complain(&top, "dialback", "missing", err);
	if (!get_required(&section, needed, err) ||
	    !get_time(&section, "time", &facts.walk.time, err) ||
	    !get_ms(&section, "elapsed_ms", &facts.walk.elapsed_ms, err) ||
	    !get_bool(&section, "authenticated", &facts.walk.authenticated, err) ||
	    !reread_walk(&section, mem, &facts.walk, err) ||
	    !reread_identity(&section, mem, &facts.walk, err) ||
	    !read_verdict(&section, mem, &facts, err) || !read_us(&section, mem, &facts, err) ||
	    !read_links(&section, mem, &facts, err) || !read_checks(&section, mem, &facts, err) ||
	    !read_hops(&section, mem, &facts, err))
		return false;
	*out = facts;
	return true;
}
