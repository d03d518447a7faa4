/* check_verdict.h - xmpp-certcheck's facts judged and written in the form the options ask for:
 * joins judge and report. */
#ifndef RUN_CHECK_VERDICT_H
#define RUN_CHECK_VERDICT_H

#include "report/text.h"
#include "run/check.h"

/* Judges job->facts, sets job->status and appends to job->out. */
void check_verdict(struct job *job, const struct check_options *opt);
/* check_print.c: --tlsa and --posh-json, for what the view shows. */
void check_print_proof(struct job *job, const struct check_options *opt,
		       const struct check_view *view);
/* --history: the rows of a domain, or of all. */
void check_print_history(struct job *job, const struct check_options *opt);

#endif
