/* merge.h - record in, record out: ours goes in, what is not ours stays as it came. */
#ifndef RUN_MERGE_H
#define RUN_MERGE_H

#include "run/job.h"

/* What one tool has to say about a job. */
struct contribution {
	const char *section; /* "starttls" */
	/* One an endpoint that was examined: taken over. NULL: it is named, and no more. */
	json_t **values;
	const size_t *index; /* values[i] is about job->endpoints.items[index[i]] */
	size_t count;
	const struct findings *spanning;
	/* Findings of the record that this tool may say: what an earlier run said of them gives
	 * way. Those about DNS do only where DNS was looked at again. NULL at the end.
	 * invalid-input is not among them: it is its tool's. */
	const char *const *endpoint_ids, *const *dns_ids;
	bool promises;      /* the tool judges the promises of 2014, where that is the policy */
	enum status status; /* the tool's own verdict */
};

/* Puts what was seen and judged into job->record: DNS where it was asked, a section at each
 * endpoint that was examined, findings, what all sections say about the promises of 2014, status.
 */
void merge_contribution(const struct job *job, const struct contribution *ours);

/* Tells in a section or a record by which policy it was judged; merge_contribution() does so in
 * all it takes over, this is for who compares before. */
void merge_policy(const struct job *job, json_t *object);

/* DNS of the job into the record, where what is not ours stays, and what another service's look-up
 * said. True: all that was known before was asked again. */
bool merge_dns(const struct job *job);

#endif
