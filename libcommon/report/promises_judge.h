/* promises_judge.h - the promises of 2014 of one record, whoever wrote it: here alone it is decided
 * which a record keeps and breaks.
 *
 * Pure. The facts decide that the record's sections keep, endpoint by endpoint (judge/manifesto.h);
 * what somebody else made up is no promise of ours, and is never among them. */
#ifndef REPORT_PROMISES_JUDGE_H
#define REPORT_PROMISES_JUDGE_H

#include "report/digest.h"

struct promises {
	struct digest_promise items[PROMISE_MAX]; /* of one domain; each once */
	size_t count;
};

/* Of a record that says something about any of them itself, what counts: its facts, whatever policy
 * they were judged by, and what it told where these say nothing. None where it told none. Strings
 * live in mem and in the record. */
void promises_settle(const json_t *record, const struct digest_promise *told, size_t count,
		     struct arena *mem, struct promises *out);
/* The same of every record, told or not. */
void promises_judge(const struct digest *digest, struct arena *mem, struct promises *out);
/* What those sections say that were judged under --policy manifesto: so much a record says itself,
 * as its `manifesto`. Of a service that DNS declines something is said where there is such a
 * section, or a tool that judges promises is doing so now, or the record says so already and no
 * such tool examined anything. */
size_t promises_of_record(const json_t *record, bool judging, struct arena *mem,
			  struct promise out[PROMISE_MAX]);
/* All promises of both services, in their order, without a result. */
void promises_list(struct arena *mem, struct promises *out);

#endif
