/* Whose order decides, and whether it is a good one: ciphers.md, section 12, "Preference
 * findings". */
#include "judge/ciphers_parts.h"

#include <string.h>

static bool is_graded(const struct suite *suite, const char *grade)
{
	return strcmp(suite->grade, grade) == 0;
}

static bool is_good(const struct suite *suite)
{
	return is_graded(suite, "secure") || is_graded(suite, "recommended");
}

/* Weak by its cipher or its signature: that it lacks forward secrecy is another finding's. */
static bool is_weak(const struct suite *suite)
{
	return is_graded(suite, "insecure") ||
	       (is_graded(suite, "weak") &&
		(suite->forward_secrecy || suite_is_64_bit_block(suite)));
}

static bool is_secret(const struct suite *suite)
{
	return suite->forward_secrecy && (is_good(suite) || is_graded(suite, "legacy"));
}

static bool is_open(const struct suite *suite)
{
	return !suite->forward_secrecy;
}

/* The first suite of one kind before the last of another, in the server's order. */
static bool is_misplaced(const struct version_seen *seen, bool (*worse)(const struct suite *),
			 bool (*better)(const struct suite *), const struct suite **first,
			 const struct suite **behind)
{
	const struct suite *found = NULL;
	for (size_t i = 0; i < seen->suite_count; i++) {
		const struct suite *suite = seen->suites[i].suite;
		if (!suite)
			continue;
		if (!found && worse(suite))
			found = suite;
		if (!found || !better(suite))
			continue;
		*first = found;
		*behind = suite;
		return true;
	}
	return false;
}

static bool has_both(const struct version_seen *seen)
{
	bool with = false, without = false;
	for (size_t i = 0; i < seen->suite_count; i++) {
		const struct suite *suite = seen->suites[i].suite;
		with = with || (suite && is_secret(suite));
		without = without || (suite && is_open(suite));
	}
	return with && without;
}

struct disorder {
	unsigned client, open_client; /* versions where the client's order decides; such where
					 that may cost forward secrecy */
	unsigned weak, open;          /* where the server's order is a bad one */
	const struct suite *weak_first, *weak_behind, *open_first, *open_behind;
};

static void look_at(const struct version_seen *seen, enum tls_version version, struct disorder *out)
{
	const struct suite *first, *behind;
	unsigned bit = 1u << version;
	if (seen->preference == PREFERENCE_CLIENT) {
		out->client |= bit;
		out->open_client |= has_both(seen) ? bit : 0;
	}
	if (seen->preference != PREFERENCE_SERVER && seen->preference != PREFERENCE_CHACHA)
		return;
	if (is_misplaced(seen, is_weak, is_good, &first, &behind)) {
		out->weak_first = out->weak ? out->weak_first : first;
		out->weak_behind = out->weak ? out->weak_behind : behind;
		out->weak |= bit;
	}
	if (is_misplaced(seen, is_open, is_secret, &first, &behind)) {
		out->open_first = out->open ? out->open_first : first;
		out->open_behind = out->open ? out->open_behind : behind;
		out->open |= bit;
	}
}

/* TLS 1.3 is left out: all that it usually has is good, in any order. */
static struct disorder look(const struct survey_facts *survey)
{
	struct disorder found = { 0 };
	for (enum tls_version version = TLS_1_2; version >= SSL_3_0; version--) {
		const struct version_seen *seen = &survey->versions[version];
		if (seen->offered == SEEN_YES && seen->suite_count > 1)
			look_at(seen, version, &found);
	}
	return found;
}

bool survey_prefers_secrecy(const struct survey_facts *survey)
{
	struct disorder found = look(survey);
	return !found.open && !found.open_client;
}

void judge_order(const struct enumerated *judging)
{
	const struct disorder found = look(judging->survey);
	if (found.open)
		FIND(judging, "tls-fs-not-preferred",
		     "%s without forward secrecy goes before %s (%s)", found.open_first->name,
		     found.open_behind->name, versions_text(found.open, judging->mem));
	else if (found.open_client)
		FIND(judging, "tls-fs-not-preferred",
		     "a client that names suites without forward secrecy first gets one (%s)",
		     versions_text(found.open_client, judging->mem));
	if (found.weak)
		FIND(judging, "tls-weak-preferred", "%s goes before %s (%s)",
		     found.weak_first->name, found.weak_behind->name,
		     versions_text(found.weak, judging->mem));
	if (found.client)
		FIND(judging, "tls-no-server-preference", "the client's order decides (%s)",
		     versions_text(found.client, judging->mem));
}
