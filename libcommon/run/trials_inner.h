/* trials_inner.h - what the trials with a listener share; nobody else. */
#ifndef RUN_TRIALS_INNER_H
#define RUN_TRIALS_INNER_H

#include "run/reception.h"
#include "run/trials.h"

/* The peer's calls, played like this until visit_end(). */
struct visit *trial_expect(struct line *line, size_t trial, const struct manner *manner,
			   enum result_manner result);
/* The stream with our pair verified; NULL: it was not, and out says why. */
struct call *trial_verified_call(struct line *line, size_t trial, struct visit *visit,
				 struct trial_facts *out);
/* What our own end saw of step 2. */
void trial_tell_seen(const struct visit_seen *seen, struct trial_facts *out);

#endif
