/* record.h - the JSON record that flows between tools (DESIGN.md, Records; record.schema.json).
 *
 * Pure functions between facts and jansson values; any thread, a value belongs to one thread at a
 * time. Peer text that is not valid UTF-8 is escaped on the way in. */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include <jansson.h>

#include "judge/certcheck.h"
#include "judge/ciphers.h"
#include "judge/dialback.h"
#include "judge/judge.h"

#define RECORD_SCHEMA 1

/* A new record: {"schema":1,"domain":…} or, where the line was no domain, {"schema":1,"input":…}.
 */
json_t *record_new(const char *domain);
json_t *record_new_input(const char *input, size_t size);

json_t *record_dns(const struct dns_facts *dns, const char *domain);
json_t *record_endpoint(const struct endpoint *at);
/* The section under a tool's own name. */
json_t *record_starttls(const struct endpoint *at, const struct starttls_facts *facts,
			const struct findings *findings, enum status status);
json_t *record_certcheck(const struct endpoint *at, const struct certcheck_facts *facts,
			 const struct check_rules *rules, const struct findings *findings,
			 enum status status);
json_t *record_ciphers(const struct endpoint *at, const struct ciphers_facts *facts,
		       const struct policy *policy, const struct findings *findings,
		       enum status status);
json_t *record_dialback(const struct endpoint *at, const struct dialback_facts *facts,
			const struct policy *policy, const struct findings *findings,
			enum status status);
/* "history": what was seen of one domain. */
json_t *record_history(const struct sighting *rows, size_t count);
json_t *record_findings(const struct findings *findings);
json_t *record_promises(const struct promise *promises, size_t count);

/* Whether a finding says that a line or a record could not be read (invalid-input). */
bool record_is_refusal(const json_t *finding);
/* What the first of them among the record's findings says; NULL: there is none. */
const char *record_refusal(const json_t *record);

/* Raises the record's "status" to the worse of its own and this. */
void record_raise_status(json_t *record, enum status status);
/* The record's status, STATUS_UNKNOWN if it has none. */
enum status record_status(const json_t *record);
/* "2026-11-22T15:04:05Z" */
const char *record_time(int64_t seconds, char out[32]);
/* One line, compact, members in the order they were added, newline behind. What reread_line() read
 * and nobody changed is written as the same values: integers and what exceeds a double digit for
 * digit, other reals as the same double. */
NODISCARD bool record_write(const json_t *record, struct buf *out);

#endif
