/* ciphers_parts.h - the judges of one enumeration, one a subject; judge_ciphers() calls them.
 * Private to judge/. */
#ifndef JUDGE_CIPHERS_PARTS_H
#define JUDGE_CIPHERS_PARTS_H

#include "base/buf.h"
#include "judge/ciphers.h"
#include "judge/parts.h"

/* As struct judging: FIND() and its kin take either. */
struct enumerated {
	const struct endpoint *at;
	const struct ciphers_facts *facts;
	const struct survey_facts *survey;
	const struct policy *policy;
	struct arena *mem;
	struct findings *out;
};

void judge_versions(const struct enumerated *judging);
void judge_suites(const struct enumerated *judging);
void judge_order(const struct enumerated *judging);
void judge_fields(const struct enumerated *judging);
void judge_groups(const struct enumerated *judging);
void judge_keys(const struct enumerated *judging);
void judge_properties(const struct enumerated *judging);

bool version_is_offered(const struct survey_facts *survey, enum tls_version version);
/* Any of them at all. */
bool survey_answered(const struct survey_facts *survey);
/* The newest that uses renegotiation, compression and the like; NONE where there is none. */
enum tls_version survey_newest_classic(const struct survey_facts *survey);
/* No version chooses a suite without forward secrecy before one with it, as far as was seen. */
bool survey_prefers_secrecy(const struct survey_facts *survey);

/* Names of suites, groups or schemes for one sentence: each code once, a few of them, the rest
 * counted. */
struct listing {
	struct buf words;
	size_t count;
	unsigned char *told; /* by the low 16 bits of a code, a bit each */
};
struct listing listing_new(struct arena *mem);
void listing_free(struct listing *list);
/* False: it was there already. */
bool listing_add(struct listing *list, uint32_t code, const char *name);
/* "A, B, C and 2 more". Valid until the next call. */
const char *listing_text(struct listing *list);
/* IANA's, or the number where the registry has none. */
const char *suite_name(const struct suite_seen *seen, struct arena *mem);
/* "TLS1.2, TLS1.1", newest first, of the versions whose bit (1 << version) is set. */
const char *versions_text(unsigned set, struct arena *mem);

#endif
