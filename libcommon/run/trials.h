/* trials.h - how each trial is played: what we say, and what came of it. A file a kind. One thread
 * each line of trials. */
#ifndef RUN_TRIALS_H
#define RUN_TRIALS_H

#include "run/call.h"

#define CLEAR_SECONDS 5.0 /* who refuses in clear does so at once; silence is how some ignore */

/* Trials that share connections where the stream survives them. */
struct line {
	struct trial_run run;
	struct call call;
	bool has_call;
};

/* A trial's facts, filled as far as it went. trial: its number among the run's. */
typedef void trial_fn(struct line *line, size_t trial, struct trial_facts *out);

trial_fn trial_verify;   /* db:verify to the authoritative server */
trial_fn trial_result;   /* db:result that needs no listener */
trial_fn trial_external; /* SASL EXTERNAL */
trial_fn trial_round;    /* one key, and what our authoritative server says of it */
trial_fn trial_pairs;    /* a second pair on the same stream */
trial_fn trial_stanza;   /* a stanza that nobody authorised, or that a bidi stream answers */
trial_fn trial_back;     /* the peer dials us */

/* The stream of this line, or a new one as deep as wished; NULL: none came about, and out says
 * why. */
struct call *line_call(struct line *line, size_t trial, const struct call_wish *wish,
		       struct trial_facts *out);
void line_hang_up(struct line *line);

/* What the answer on this call means for state. called_back must be known by then, where it can be.
 */
void trial_settle(const struct call *call, struct trial_facts *out);
/* A domain that is not in DNS (RFC 6761, 6.4), another one each time. */
const char *trial_no_domain(struct arena *mem);
/* db:verify of its key from a guest, sent to the peer's authoritative server: visit_plan.confirm.
 * context is a struct trial_run. */
void trial_confirm(void *context, size_t trial, const struct db_element *request, const char *id,
		   struct trial_answer *out);
/* The stream still answers: a db:verify of a made-up key tells. */
enum known trial_still_answers(struct call *call);

/* A key, and how it was made. */
const char *trial_key(const struct trial_run *run, const char *from, const char *to,
		      const char *id);
/* An id that an answer can be recognised by. */
const char *trial_new_id(struct arena *mem);
/* A question for the peer, a ping, whose answer carries this id. False: it could not be sent. */
NODISCARD bool trial_ask_stanza(struct call *call, const char *id, const char *from,
				const char *to);

#endif
