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

/* A version that was accepted though none of its suites is known to us may be either. */
enum fs_promise survey_forward_secrecy(const struct survey_facts *facts)
{
	size_t with = 0, without = 0;
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++) {
		const struct version_seen *seen = &facts->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			const struct suite *suite = seen->suites[i].suite;
			if (suite && suite->forward_secrecy)
				with++;
			else
				without++;
		}
	}
	if (with == 0)
		return without ? FS_NEVER : FS_UNKNOWN;
	return without ? FS_POSSIBLE : FS_ALWAYS;
}
