/* merge.h - record in, record out: ours goes in, what is not ours stays as it came. */
#ifndef RUN_MERGE_H
#define RUN_MERGE_H

#include "run/verdict.h"

/* Puts what was seen and judged into job->record: DNS where it was asked, a starttls section at
 * each endpoint that was examined, findings, status. */
void merge_verdict(const struct job *job, const struct verdict *verdict);

#endif
