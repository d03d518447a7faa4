#include "judge/ciphers.h"

#include "base/escape.h"
#include "base/word.h"
#include "judge/ciphers_parts.h"

static const char *const cut_names[] = {
	[CUT_NOT] = "",
	[CUT_THROTTLED] = "throttled",
	[CUT_CONNECTIONS] = "max-connections",
	[CUT_TIMEOUT] = "timeout",
	[CUT_SILENT] = "silent",
	[CUT_NOT_TLS] = "not-tls",
};

const char *cut_short_name(enum cut_short cut)
{
	return cut_names[cut];
}

bool cut_short_parse(const char *name, enum cut_short *out)
{
	size_t i;
	if (!word_find(cut_names, ARRAY_SIZE(cut_names), name, &i))
		return false;
	*out = (enum cut_short)i;
	return true;
}

bool version_is_offered(const struct survey_facts *survey, enum tls_version version)
{
	return survey->versions[version].offered == SEEN_YES;
}

bool survey_answered(const struct survey_facts *survey)
{
	return survey_newest_classic(survey) != TLS_VERSION_NONE ||
	       version_is_offered(survey, TLS_1_3) || version_is_offered(survey, SSL_2_0);
}

enum tls_version survey_newest_classic(const struct survey_facts *survey)
{
	for (enum tls_version version = TLS_1_2; version >= SSL_3_0; version--) {
		if (version_is_offered(survey, version))
			return version;
	}
	return TLS_VERSION_NONE;
}

static const char *because(const struct enumerated *judging)
{
	const char *reason = judging->facts->cut_reason;
	return reason ? arena_printf(judging->mem, ": %s",
				     escape_copy(judging->mem, reason, SHOWN_MAX))
		      : "";
}

static void judge_cut(const struct enumerated *judging)
{
	static const char *const ends[] = {
		[CUT_NOT] = NULL,
		[CUT_THROTTLED] = NULL,
		[CUT_CONNECTIONS] = "no more connections were allowed",
		[CUT_TIMEOUT] = "the time was up",
		[CUT_SILENT] = "the server left one hello after another without an answer",
		[CUT_NOT_TLS] = "no answer kept to the rules of TLS",
	};
	const struct ciphers_facts *facts = judging->facts;
	if (facts->cut == CUT_THROTTLED)
		FIND(judging, "enumeration-throttled",
		     "after %zu connections the server would have no more, however slow we were%s",
		     facts->connections, because(judging));
	else if (facts->cut != CUT_NOT)
		FIND(judging, "enumeration-incomplete", "ended early after %zu connections: %s%s",
		     facts->connections, ends[facts->cut], because(judging));
}

/* Every version was asked for, and each was refused. */
static bool refuses_all(const struct survey_facts *survey)
{
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++) {
		if (survey->versions[version].offered != SEEN_NO)
			return false;
	}
	return true;
}

static void judge_answers(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	if (survey->violation)
		FIND(judging, "tls-protocol-violation", "%s",
		     escape_copy(judging->mem, survey->violation, SHOWN_MAX));
	if (survey->inconsistent)
		FIND(judging, "tls-answers-inconsistent",
		     "one question had two answers: are there several servers behind this "
		     "address?");
	if (survey->unclear > 0)
		FIND(judging, "tls-answers-unclear",
		     "%zu question%s had no answer that proves anything", survey->unclear,
		     survey->unclear == 1 ? "" : "s");
}

/* One finding for one cause: where nothing was agreed upon, why not, and nothing else. */
static bool judge_nothing(const struct enumerated *judging)
{
	const struct ciphers_facts *facts = judging->facts;
	if (survey_answered(judging->survey))
		return false;
	if (facts->walk.failure.code != ERR_NONE) {
		const struct judging walk = { judging->at,  &facts->walk, judging->policy,
					      judging->mem, judging->out, NULL,
					      NULL };
		judge_failure(&walk);
		return true;
	}
	judge_cut(judging);
	judge_answers(judging);
	if (refuses_all(judging->survey))
		FIND(judging, "tls-handshake-failed",
		     "the server agreed to no version from SSL 3.0 to TLS 1.3");
	else if (facts->cut == CUT_NOT && judging->survey->unclear == 0)
		FIND(judging, "tls-answers-unclear", "no version was agreed upon or refused");
	return true;
}

void judge_ciphers(const struct endpoint *at, const struct ciphers_facts *facts,
		   const struct policy *policy, struct arena *mem, struct findings *out)
{
	const struct enumerated judging = { at, facts, &facts->survey, policy, mem, out };
	if (judge_nothing(&judging))
		return;
	judge_versions(&judging);
	judge_suites(&judging);
	judge_order(&judging);
	judge_fields(&judging);
	judge_groups(&judging);
	judge_keys(&judging);
	judge_properties(&judging);
	judge_cut(&judging);
	judge_answers(&judging);
}
