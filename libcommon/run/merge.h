/* merge.h - record in, record out: ours goes in, what is not ours stays as it came. */
#ifndef RUN_MERGE_H
#define RUN_MERGE_H

#include "run/job.h"

/* What one tool has to say about a job. */
struct contribution {
	const char *section; /* "starttls" */
	json_t **values;     /* one an endpoint that was examined: taken over */
	const size_t *index; /* values[i] is about job->endpoints.items[index[i]] */
	size_t count;
	const struct findings *spanning;
	/* Findings of the record that this tool may say: what an earlier run said of them gives
	 * way. Those about DNS do only where DNS was looked at again. NULL at the end. */
	const char *const *endpoint_ids, *const *dns_ids;
	enum status status; /* the tool's own verdict */
};

/* Puts what was seen and judged into job->record: DNS where it was asked, a section at each
 * endpoint that was examined, findings, status. */
void merge_contribution(const struct job *job, const struct contribution *ours);

/* Promises that other tools have decided stay; ours take the place of their own earlier selves. */
void merge_promises(json_t *record, const struct promise *promises, size_t count);

#endif
