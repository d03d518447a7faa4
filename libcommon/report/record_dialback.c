/* The "dialback" section: what each check gave, and the hops by which it came to it. */
#include <string.h>

#include "report/dialback_parts.h"
#include "report/json.h"
#include "report/record_parts.h"

static void put_true(json_t *object, const char *key, bool value)
{
	if (value)
		json_put_bool(object, key, true);
}

static void put_known(json_t *object, const char *key, enum known known)
{
	if (known != KNOWN_NOT)
		json_put_bool(object, key, known == KNOWN_YES);
}

static void put_key(json_t *object, enum key_state key)
{
	if (key != KEY_NONE)
		json_put_text(object, "key", key_state_name(key));
}

static void put_link(json_t *object, const struct dialback_facts *facts, size_t link)
{
	if (link < facts->link_count)
		json_put_count(object, "link", link);
}

/* Everything that came instead of an answer is an error; "instead" says what. */
static void put_verdict(json_t *section, const struct dialback_facts *facts)
{
	const char *verdict = "not_tested";
	switch (facts->verdict) {
	case OUTCOME_VALID:
	case OUTCOME_INVALID:
	case OUTCOME_ERROR:
		verdict = trial_outcome_name(facts->verdict);
		break;
	case OUTCOME_STREAM_ERROR:
	case OUTCOME_CLOSED:
	case OUTCOME_SILENCE:
		verdict = "error";
		break;
	case OUTCOME_NONE:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	json_put_text(section, "verdict", verdict);
	if (facts->verdict != OUTCOME_ERROR && strcmp(verdict, "error") == 0)
		json_put_text(section, "instead", trial_outcome_name(facts->verdict));
	json_put_text(section, "condition", facts->condition);
}

static void put_home(json_t *section, const struct dialback_facts *facts)
{
	if (facts->home == HOME_NOT_ASKED)
		return;
	json_t *home = json_object();
	json_put_text(home, "state", home_name(facts->home));
	json_put_text(home, "text", facts->home_text);
	json_object_set_new(section, "home", home);
}

static json_t *roles_record(const struct dialback_facts *facts)
{
	json_t *roles = json_object();
	for (int i = 0; i < TRIAL_ROLE_COUNT; i++) {
		enum trial_role role = (enum trial_role)i;
		json_put_text(roles, trial_role_name(role),
			      trial_state_name(dialback_role_state(facts, role)));
	}
	return roles;
}

static void put_answer(json_t *object, const struct trial_answer *answer)
{
	if (answer->outcome == OUTCOME_NONE)
		return;
	json_put_text(object, "outcome", trial_outcome_name(answer->outcome));
	json_put_text(object, "condition", answer->condition);
	json_put_text(object, "text", answer->text);
	json_put_ms(object, "answer_ms", answer->elapsed_ms);
}

static json_t *check_record(const struct dialback_facts *facts, const struct trial_facts *trial,
			    const struct policy *policy)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct trial_kind *kind = trial_kind(trial->which);
	json_t *entry = json_object(), *another = json_object();
	json_put_text(entry, "check", kind->name);
	if (*kind->rows)
		json_put_text(entry, "rows", kind->rows);
	json_put_text(entry, "role", trial_role_name(kind->role));
	json_put_text(entry, "state", trial_state_name(trial->state));
	json_put_text(entry, "reason", trial->reason);
	put_answer(entry, &trial->answer);
	if (trial->state == TRIAL_NOT_TESTED) {
		json_decref(another);
		return entry;
	}
	json_put_ms(entry, "elapsed_ms", trial->elapsed_ms);
	put_known(entry, "called_back", trial->called_back);
	put_known(entry, "called_in_clear", trial->called_in_clear);
	put_key(entry, trial->key);
	put_known(entry, "stays", trial->stays);
	put_known(entry, "delivered", trial->delivered);
	put_known(entry, "bounced", trial->bounced);
	json_put_bool(entry, "tls", trial->tls);
	json_put_text(entry, "severity", severity_name(judge_trial(facts, trial, policy, mem)));
	put_answer(another, &trial->another);
	json_put_filled(entry, "another", another);
	put_link(entry, facts, trial->link);
	return entry;
}

static json_t *checks_record(const struct dialback_facts *facts, const struct policy *policy)
{
	json_t *list = json_array();
	for (size_t i = 0; i < facts->trial_count; i++)
		json_array_append_new(list, check_record(facts, &facts->trials[i], policy));
	return list;
}

static json_t *hop_record(const struct dialback_facts *facts, const struct hop *hop)
{
	json_t *entry = json_object();
	json_put_ms(entry, "ms", hop->at_ms);
	json_put_text(entry, "way", hop_way_name(hop->way));
	json_put_text(entry, "kind", hop_kind_name(hop->kind));
	put_link(entry, facts, hop->link);
	if (hop->trial < facts->trial_count)
		json_put_text(entry, "check", trial_kind(facts->trials[hop->trial].which)->name);
	if (hop_has_type(hop))
		json_put_text(entry, "type", db_type_name(hop->type));
	json_put_text(entry, "from", hop->from);
	json_put_text(entry, "to", hop->to);
	json_put_text(entry, "id", hop->id);
	json_put_text(entry, "condition", hop->condition);
	json_put_text(entry, "text", hop->text);
	put_key(entry, hop->key);
	return entry;
}

static json_t *hops_record(const struct dialback_facts *facts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < facts->hop_count; i++)
		json_array_append_new(list, hop_record(facts, &facts->hops[i]));
	return list;
}

json_t *record_link(const struct link_facts *link)
{
	char address[ADDRESS_TEXT_MAX];
	json_t *entry = json_object();
	json_put_text(entry, "direction", link->inbound ? "in" : "out");
	if (link->address.family != AF_UNSPEC)
		json_put_text(entry, "address", address_text(&link->address, address));
	json_put_count(entry, "port", link->port);
	json_put_ms(entry, "ms", link->at_ms);
	json_put_bool(entry, "opened", link->opened);
	json_put_text(entry, "from", link->from);
	json_put_text(entry, "to", link->to);
	json_put_text(entry, "id", link->id);
	json_put_bool(entry, "encrypted", link->encrypted);
	if (link_tried_tls(link))
		json_object_set_new(entry, "tls", record_tls(&link->tls));
	json_put_filled(entry, "features_before", record_features(&link->before));
	json_put_filled(entry, "features_after", record_features(&link->after));
	json_put_bool(entry, "certificate_shown", link->certificate_shown);
	json_put_bool(entry, "authenticated", link->authenticated);
	json_put_text(entry, "proof_lacks", link->proof_lacks);
	return entry;
}

static json_t *links_record(const struct dialback_facts *facts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < facts->link_count; i++)
		json_array_append_new(list, record_link(&facts->links[i]));
	return list;
}

static void put_walk(json_t *section, const struct starttls_facts *walk)
{
	json_put_bool(section, "encrypted", walk->encrypted);
	json_put_bool(section, "authenticated", walk->authenticated);
	record_put_handshake(section, walk);
	record_put_inside(section, walk);
	json_put_filled(section, "names", record_names(&walk->identity.names));
	if (walk->tls.chain_count > 0)
		json_object_set_new(section, "trust", record_trust(&walk->identity.path));
	json_put_filled(section, "chain_pem", record_chain_pem(&walk->tls));
}

static void put_own(json_t *section, const struct own_facts *own)
{
	json_t *value = json_object();
	put_known(value, "names_us", own->names_us);
	put_known(value, "trusted", own->trusted);
	put_known(value, "for_clients", own->for_clients);
	json_put_filled(section, "own_certificate", value);
}

json_t *record_dialback(const struct endpoint *at, const struct dialback_facts *facts,
			const struct policy *policy, const struct findings *findings,
			enum status status)
{
	const struct trial_facts *round = dialback_round(facts);
	json_t *section = json_object();
	(void)at; /* the endpoint stands around the section */
	json_put_time(section, "time", facts->walk.time);
	json_put_text(section, "status", status_name(status));
	json_put_ms(section, "elapsed_ms", facts->walk.elapsed_ms);
	put_verdict(section, facts);
	json_put_text(section, "peer_trust", peer_trust_name(facts->trust));
	json_put_text(section, "us", facts->us);
	json_put_text(section, "listener", facts->listener);
	json_put_bool(section, "certificate", facts->certificate);
	put_own(section, &facts->own);
	put_home(section, facts);
	json_object_set_new(section, "roles", roles_record(facts));
	if (round && round->state != TRIAL_NOT_TESTED && round->key != KEY_NONE)
		json_put_bool(section, "key_ok", round->key != KEY_WRONG);
	json_object_set_new(section, "checks", checks_record(facts, policy));
	json_object_set_new(section, "hops", hops_record(facts));
	put_true(section, "hops_cut", facts->hops_cut);
	json_object_set_new(section, "links", links_record(facts));
	json_put_count(section, "connections", facts->connections);
	put_walk(section, &facts->walk);
	json_object_set_new(section, "findings", record_findings(findings));
	return section;
}
