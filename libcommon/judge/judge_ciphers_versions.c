/* Versions, and what guards their choice: ciphers.md, sections 6, 11 and 12. */
#include "judge/ciphers_parts.h"

static bool has_cbc(const struct version_seen *seen)
{
	for (size_t i = 0; i < seen->suite_count; i++) {
		if (seen->suites[i].suite && suite_is_cbc(seen->suites[i].suite))
			return true;
	}
	return false;
}

static void judge_ssl(const struct enumerated *judging)
{
	const struct version_seen *versions = judging->survey->versions;
	if (version_is_offered(judging->survey, SSL_2_0))
		FIND(judging, "tls-ssl2-offered",
		     "SSL 2.0 is accepted%s: whoever has the same RSA key elsewhere is open to "
		     "DROWN, too",
		     versions[SSL_2_0].suite_count || !versions[SSL_2_0].suites_complete
			     ? ""
			     : ", though no cipher of it");
	if (version_is_offered(judging->survey, SSL_3_0))
		FIND(judging, "tls-ssl3-offered", "SSL 3.0 is accepted%s",
		     has_cbc(&versions[SSL_3_0]) ? ", with CBC suites (POODLE)" : "");
}

static void judge_old(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	unsigned set = 0;
	for (enum tls_version version = TLS_1_0; version <= TLS_1_1; version++) {
		if (version_is_offered(survey, version))
			set |= 1u << version;
	}
	if (!set)
		return;
	bool both = set == (1u << TLS_1_0 | 1u << TLS_1_1);
	bool beast = version_is_offered(survey, TLS_1_0) && has_cbc(&survey->versions[TLS_1_0]);
	FIND(judging, "tls-old-version-offered", "%s %s accepted%s%s",
	     both ? "TLS1.1 and TLS1.0" : versions_text(set, judging->mem), both ? "are" : "is",
	     beast && both ? ", TLS1.0"
	     : beast       ? ","
			   : "",
	     beast ? " with CBC suites (BEAST)" : "");
}

static void judge_new(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	bool no12 = survey->versions[TLS_1_2].offered == SEEN_NO;
	bool no13 = survey->versions[TLS_1_3].offered == SEEN_NO;
	if (no12 && no13)
		FIND(judging, "tls-version-too-old", "neither TLS 1.2 nor TLS 1.3 is accepted");
	else if (no13 && version_is_offered(survey, TLS_1_2))
		FIND(judging, "tls13-missing", "TLS 1.2 is the newest version the server speaks");
	else if (no12 && version_is_offered(survey, TLS_1_3))
		FIND(judging, "tls12-missing", "TLS 1.2 is not accepted, TLS 1.3 is");
}

/* One whole handshake, for which everything from 1.0 to 1.3 was offered. */
static void judge_choice(const struct enumerated *judging)
{
	const struct tls_facts *tls = &judging->facts->walk.tls;
	if (!tls->up || !version_is_offered(judging->survey, TLS_1_3) || tls->version >= TLS_1_3 ||
	    (tls->newest_offered != TLS_VERSION_NONE && tls->newest_offered < TLS_1_3))
		return;
	FIND(judging, "tls13-not-preferred", "%s was agreed upon, though TLS 1.3 is spoken",
	     tls_version_name(tls->version));
}

static void judge_downgrade(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	const struct property_facts *properties = &survey->properties;
	if (properties->downgrade_sentinel == SEEN_NO && version_is_offered(survey, TLS_1_3))
		FIND(judging, "tls-no-downgrade-sentinel",
		     "TLS 1.3 is spoken, but answers of older versions do not say so");
	if (properties->fallback_scsv != SEEN_NO)
		return;
	bool old = version_is_offered(survey, SSL_3_0) || version_is_offered(survey, TLS_1_0) ||
		   version_is_offered(survey, TLS_1_1);
	/* RFC 9325, 3.1.3: who falls back no further than TLS 1.2 has no need of it. */
	if (old)
		FIND(judging, "tls-no-fallback-scsv",
		     "a client that was made to fall back to an old version is not told");
	else
		FIND_INFO(judging, "tls-no-fallback-scsv",
			  "TLS_FALLBACK_SCSV is ignored; there is no old version to fall back to");
}

static void judge_tolerance(const struct enumerated *judging)
{
	const struct property_facts *properties = &judging->survey->properties;
	/* The server answered other hellos: silence is as wrong as a reset (CIP-27). */
	if (properties->version_tolerance == SEEN_NO ||
	    (properties->version_tolerance == SEEN_UNCLEAR && properties->intolerant_of))
		FIND(judging, "tls-version-intolerance",
		     "a hello of version 0x%04X is not answered with an older version",
		     (unsigned)properties->intolerant_of);
	if (properties->grease == SEEN_NO)
		FIND(judging, "tls-grease-intolerance",
		     "a hello with values that nobody knows is not answered as one without");
	if (properties->long_hello == SEEN_NO)
		FIND(judging, "tls-long-hello-intolerance",
		     "a hello in two segments of TCP is not answered as a short one is");
}

void judge_versions(const struct enumerated *judging)
{
	judge_ssl(judging);
	judge_old(judging);
	judge_new(judging);
	judge_choice(judging);
	judge_downgrade(judging);
	judge_tolerance(judging);
}
