/* verdict.h - a job's facts judged and written in the form the options ask for: joins judge and
 * report. */
#ifndef RUN_VERDICT_H
#define RUN_VERDICT_H

#include "report/text.h"
#include "run/job.h"

struct verdict {
	struct target_view target;
	size_t *index; /* target's endpoint i is job->endpoints.items[index[i]] */
	struct findings **found;
	enum status *statuses;
	struct findings spanning;
	struct promise *promises; /* --policy manifesto only; NULL: none is touched */
	size_t promise_count;
	enum status status;
};

/* --rejudge: endpoints, DNS and facts out of the job's record. job->problem is set when it keeps
 * none. */
void verdict_reread(struct job *job);
/* From job->facts, which hold struct starttls_facts. */
void verdict_make(const struct job *job, struct verdict *out);
/* Endpoints that were examined, whatever a tool's facts are: walk_of() finds the walk in them.
 * Makes room for what judges find of each. */
void verdict_collect(const struct job *job,
		     const struct starttls_facts *(*walk_of)(const void *facts),
		     struct verdict *out);
/* What tools behind xmpp-starttls say of DNS and of what spans endpoints; the rest is
 * xmpp-starttls's to tell. NULL at the end. */
extern const char *const verdict_later_dns_ids[];
/* Judges that much, and leaves out what no longer matters where there was something to examine. */
void verdict_span(const struct job *job, const struct policy *policy, struct verdict *out);
/* The status that all of it comes to. */
void verdict_settle(struct verdict *out);
/* The promises of 2014 join in: judge_*_manifesto() has filled so many of out->promises. */
void verdict_promise(struct verdict *out, size_t count);
/* Why nothing could be examined, as it was first said: by the stage of a pipeline that refused the
 * line. NULL: there is no problem. */
const char *verdict_problem(const struct job *job);
/* Nothing was examined: the job's problem is all there is to say. */
void verdict_of_problem(const struct job *job, const struct policy *policy, struct verdict *out);
/* What every screen begins with. */
struct text_view verdict_view(const struct job *job, const struct verdict *verdict);
/* Sets job->status and appends to job->out. */
void verdict_write(struct job *job, const struct verdict *verdict);

#endif
