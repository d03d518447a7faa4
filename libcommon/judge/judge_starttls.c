#include "judge/judge.h"

#include <stdio.h>
#include <time.h>

#include "base/escape.h"
#include "judge/parts.h"

void judge_starttls(const struct endpoint *at, const struct starttls_facts *facts,
		    const struct policy *policy, struct arena *mem, struct findings *out)
{
	const struct judging judging = { at, facts, policy, mem, out, NULL, NULL };
	judge_clear_stream(&judging);
	judge_failure(&judging);
	judge_tls(&judging);
	judge_certificate(&judging);
	judge_inner_stream(&judging);
	judge_active(&judging);
}

bool facts_examined(const struct starttls_facts *facts)
{
	enum err_code code = facts->failure.code;
	return facts->encrypted ||
	       !(failure_refuses_old_tls(facts) || code == ERR_USAGE || code == ERR_SYSTEM ||
		 code == ERR_NO_ROUTE || code == ERR_PROXY || code == ERR_UNSUPPORTED);
}

enum status judge_endpoint_status(const struct starttls_facts *facts,
				  const struct findings *findings)
{
	enum status status = findings_status(findings);
	if (facts_examined(facts))
		return status;
	return status_worse(status, STATUS_UNKNOWN);
}

enum status judge_target_status(const struct target_view *target, const enum status *statuses,
				const struct findings *record_found)
{
	enum status worst = findings_status(record_found);
	for (size_t i = 0; i < target->count; i++) {
		/* That this machine has no IPv6 must not make a monitor cry: when nothing at all
		 * could be examined, service-not-examined says so. */
		bool examined = target->facts[i] && facts_examined(target->facts[i]);
		if (examined || statuses[i] != STATUS_UNKNOWN)
			worst = status_worse(worst, statuses[i]);
	}
	return worst;
}

const char *day_text(int64_t seconds, struct arena *mem)
{
	time_t when = (time_t)seconds;
	struct tm parts;
	if (!gmtime_r(&when, &parts))
		return "a day beyond the calendar";
	return arena_printf(mem, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1,
			    parts.tm_mday);
}

const char *list_text(const struct text_list *list, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < list->count; i++) {
		if (out.size > SHOWN_MAX) {
			buf_printf(&out, " and %zu more", list->count - i);
			break;
		}
		buf_printf(&out, "%s%s", i ? " " : "", escape_copy(mem, list->items[i], SHOWN_MAX));
	}
	return out.size ? arena_copy(mem, buf_string(&out)) : "none";
}
