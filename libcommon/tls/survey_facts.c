#include "tls/survey_facts.h"

#include "base/word.h"

static const char *const promise_names[] = {
	[FS_UNKNOWN] = "",
	[FS_ALWAYS] = "always",
	[FS_POSSIBLE] = "possible",
	[FS_NEVER] = "never",
};

static const char *const preference_names[] = {
	[PREFERENCE_UNKNOWN] = "unknown", [PREFERENCE_SERVER] = "server",
	[PREFERENCE_CLIENT] = "client",   [PREFERENCE_CHACHA] = "chacha",
	[PREFERENCE_MIXED] = "mixed",
};

static const char *const seen_names[] = {
	[SEEN_NOT_TESTED] = "not-tested",
	[SEEN_NO] = "no",
	[SEEN_YES] = "yes",
	[SEEN_UNCLEAR] = "unclear",
};

const char *fs_promise_name(enum fs_promise promise)
{
	return promise_names[promise];
}

bool fs_promise_parse(const char *name, enum fs_promise *out)
{
	size_t i;
	if (!word_find(promise_names, ARRAY_SIZE(promise_names), name, &i))
		return false;
	*out = (enum fs_promise)i;
	return true;
}

const char *preference_name(enum preference preference)
{
	return preference_names[preference];
}

bool preference_parse(const char *name, enum preference *out)
{
	size_t i;
	if (!word_find(preference_names, ARRAY_SIZE(preference_names), name, &i))
		return false;
	*out = (enum preference)i;
	return true;
}

const char *seen_name(enum seen seen)
{
	return seen_names[seen];
}

bool seen_parse(const char *name, enum seen *out)
{
	size_t i;
	if (!word_find(seen_names, ARRAY_SIZE(seen_names), name, &i))
		return false;
	*out = (enum seen)i;
	return true;
}

struct tally {
	bool with, without;
	bool open; /* what was not asked for, or nobody knows, may be of either kind */
};

static void count_version(const struct version_seen *seen, struct tally *tally)
{
	if (seen->offered != SEEN_YES)
		return;
	/* Whatever the suites: SSL 2.0 encrypts the master key to the certificate, TLS 1.3 has
	 * nothing but ephemeral keys where there are certificates. */
	tally->without = tally->without || seen->version == SSL_2_0;
	tally->with = tally->with || seen->version == TLS_1_3;
	if (seen->version == SSL_2_0 || seen->version == TLS_1_3)
		return;
	tally->open = tally->open || !seen->suites_complete;
	for (size_t i = 0; i < seen->suite_count; i++) {
		const struct suite *suite = seen->suites[i].suite;
		if (!suite)
			tally->open = true;
		else if (suite->forward_secrecy)
			tally->with = true;
		else
			tally->without = true;
	}
}

enum fs_promise survey_forward_secrecy(const struct survey_facts *facts)
{
	struct tally tally = { 0 };
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++) {
		struct version_seen seen = facts->versions[version];
		seen.version = version;
		count_version(&seen, &tally);
	}
	if (tally.with && tally.without)
		return FS_POSSIBLE;
	if (tally.open || !(tally.with || tally.without))
		return FS_UNKNOWN;
	return tally.with ? FS_ALWAYS : FS_NEVER;
}
