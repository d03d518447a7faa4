/* parts.h - the judges of one endpoint, one a subject; judge_starttls() calls them in the order of
 * a connection. Private to judge/. */
#ifndef JUDGE_PARTS_H
#define JUDGE_PARTS_H

#include "judge/certcheck.h"
#include "judge/judge.h"

struct judging {
	const struct endpoint *at;
	const struct starttls_facts *facts;
	const struct policy *policy;
	struct arena *mem;
	struct findings *out;
	const struct certcheck_facts *check; /* NULL: xmpp-starttls */
	const struct check_rules *rules;     /* NULL likewise */
};

#define FIND(judging, id, ...)                                                                     \
	findings_add((judging)->out, (judging)->policy, (judging)->mem, (id), __VA_ARGS__)
#define FIND_OTHER(judging, id, ...)                                                               \
	findings_add_other((judging)->out, (judging)->policy, (judging)->mem, (id), __VA_ARGS__)

/* Graded as the kind is, but no worse than info. */
#define FIND_INFO(judging, id, ...)                                                                \
	findings_add_capped((judging)->out, (judging)->policy, (judging)->mem, (id),               \
			    SEVERITY_INFO, __VA_ARGS__)

#define SHOWN_MAX 200 /* octets of peer text in one sentence */

void judge_clear_stream(const struct judging *judging);
void judge_tls(const struct judging *judging);
void judge_certificate(const struct judging *judging);
void judge_inner_stream(const struct judging *judging);
void judge_active(const struct judging *judging);
/* xmpp-certcheck's own: judging->check is set. */
void judge_chain(const struct judging *judging);
void judge_dane(const struct judging *judging);
void judge_posh(const struct judging *judging);
void judge_revocation(const struct judging *judging);
void judge_change(const struct judging *judging);
void judge_subdomains(const struct judging *judging);
void judge_failure(const struct judging *judging);

/* The id of the finding that says why the walk ended early; NULL when it did not, or when what was
 * seen before says it. */
const char *failure_finding(const struct endpoint *at, const struct starttls_facts *facts);
/* The stream error that ended the walk; its condition is NULL if none did. */
const struct stream_error *failure_stream_error(const struct starttls_facts *facts);

/* Some question about the service, or about any host, had no answer: what is not there may exist.
 */
bool dns_is_in_doubt(const struct dns_facts *dns, enum service service);
/* The server sent us away for now, perhaps because we came too often: no verdict on what it offers.
 */
bool failure_may_pass(const struct starttls_facts *facts);

/* We offered nothing that may still be used, and the server, as it should, would not have it. */
bool failure_refuses_old_tls(const struct starttls_facts *facts);

/* The walk was not cut short by this machine, and was made at all. */
bool facts_examined(const struct starttls_facts *facts);
/* "2026-03-01" */
const char *day_text(int64_t seconds, struct arena *mem);
/* "PLAIN SCRAM-SHA-1", escaped; "none" for an empty list. */
const char *list_text(const struct text_list *list, struct arena *mem);

#endif
