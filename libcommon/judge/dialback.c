/* The words of the facts, and what several judges ask of them. */
#include "judge/dialback.h"

#include "base/word.h"

static const char *const ways[] = {
	[HOP_NOTE] = "note",
	[HOP_SENT] = "sent",
	[HOP_RECEIVED] = "received",
};
static const char *const hop_kinds[] = {
	[HOP_DNS] = "dns",         [HOP_TCP] = "tcp",           [HOP_STREAM] = "stream",
	[HOP_TLS] = "tls",         [HOP_FEATURES] = "features", [HOP_EXTERNAL] = "external",
	[HOP_BIDI] = "bidi",       [HOP_RESULT] = "result",     [HOP_VERIFY] = "verify",
	[HOP_STANZA] = "stanza",   [HOP_ERROR] = "error",       [HOP_CLOSED] = "closed",
	[HOP_SILENCE] = "silence",
};
static const char *const keys[] = {
	[KEY_NONE] = "none",
	[KEY_RIGHT] = "right",
	[KEY_WRONG] = "wrong",
	[KEY_TRIMMED] = "trimmed",
};
static const char *const states[] = {
	[TRIAL_NOT_TESTED] = "not_tested",
	[TRIAL_TESTED] = "tested",
	[TRIAL_REFUSED] = "refused",
};
static const char *const outcomes[] = {
	[OUTCOME_NONE] = "none",
	[OUTCOME_VALID] = "valid",
	[OUTCOME_INVALID] = "invalid",
	[OUTCOME_ERROR] = "error",
	[OUTCOME_STREAM_ERROR] = "stream-error",
	[OUTCOME_CLOSED] = "closed",
	[OUTCOME_SILENCE] = "silence",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_FAILURE] = "failure",
};
static const char *const homes[] = {
	[HOME_NOT_ASKED] = "not-asked", [HOME_HERE] = "here",       [HOME_LATER] = "later",
	[HOME_ELSEWHERE] = "elsewhere", [HOME_NOWHERE] = "nowhere", [HOME_UNKNOWN] = "unknown",
};
static const char *const trusts[] = {
	[TRUST_NOT_TESTED] = "not_tested",
	[TRUST_EXTERNAL] = "external",
	[TRUST_DIALBACK] = "dialback",
	[TRUST_DIALBACK_CLEAR] = "dialback-in-clear",
	[TRUST_NONE] = "none",
};

const char *hop_way_name(enum hop_way way)
{
	return ways[way];
}

bool hop_way_parse(const char *name, enum hop_way *out)
{
	size_t i;
	if (!word_find(ways, ARRAY_SIZE(ways), name, &i))
		return false;
	*out = (enum hop_way)i;
	return true;
}

const char *hop_kind_name(enum hop_kind kind)
{
	return hop_kinds[kind];
}

bool hop_kind_parse(const char *name, enum hop_kind *out)
{
	size_t i;
	if (!word_find(hop_kinds, ARRAY_SIZE(hop_kinds), name, &i))
		return false;
	*out = (enum hop_kind)i;
	return true;
}

const char *key_state_name(enum key_state key)
{
	return keys[key];
}

bool key_state_parse(const char *name, enum key_state *out)
{
	size_t i;
	if (!word_find(keys, ARRAY_SIZE(keys), name, &i))
		return false;
	*out = (enum key_state)i;
	return true;
}

const char *trial_state_name(enum trial_state state)
{
	return states[state];
}

bool trial_state_parse(const char *name, enum trial_state *out)
{
	size_t i;
	if (!word_find(states, ARRAY_SIZE(states), name, &i))
		return false;
	*out = (enum trial_state)i;
	return true;
}

const char *trial_outcome_name(enum trial_outcome outcome)
{
	return outcomes[outcome];
}

bool trial_outcome_parse(const char *name, enum trial_outcome *out)
{
	size_t i;
	if (!word_find(outcomes, ARRAY_SIZE(outcomes), name, &i))
		return false;
	*out = (enum trial_outcome)i;
	return true;
}

const char *home_name(enum home home)
{
	return homes[home];
}

bool home_parse(const char *name, enum home *out)
{
	size_t i;
	if (!word_find(homes, ARRAY_SIZE(homes), name, &i))
		return false;
	*out = (enum home)i;
	return true;
}

const char *peer_trust_name(enum peer_trust trust)
{
	return trusts[trust];
}

bool peer_trust_parse(const char *name, enum peer_trust *out)
{
	size_t i;
	if (!word_find(trusts, ARRAY_SIZE(trusts), name, &i))
		return false;
	*out = (enum peer_trust)i;
	return true;
}

enum trial_outcome trial_outcome_of(enum db_type type)
{
	switch (type) {
	case DB_VALID:
		return OUTCOME_VALID;
	case DB_INVALID:
		return OUTCOME_INVALID;
	case DB_ERROR:
		return OUTCOME_ERROR;
	case DB_REQUEST:
	case DB_STRANGE:
		break;
	}
	return OUTCOME_NONE;
}

enum trial_state dialback_role_state(const struct dialback_facts *facts, enum trial_role role)
{
	bool refused = false;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial_kind(trial->which)->role != role)
			continue;
		if (trial->state == TRIAL_TESTED)
			return TRIAL_TESTED;
		refused = refused || trial->state == TRIAL_REFUSED;
	}
	return refused ? TRIAL_REFUSED : TRIAL_NOT_TESTED;
}
