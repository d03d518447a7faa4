/* Trials of the whole round: we claim our domain, and are its authoritative server. */
#include <ctype.h>
#include <string.h>

#include "run/trials_inner.h"

#define SILENCE_SECONDS   125.0 /* longer than a peer may take to notice (row 5) */
#define KEEPALIVE_SECONDS 60.0

enum key_form {
	FORM_RIGHT,
	FORM_WRONG, /* another one, in the right form */
	FORM_EMPTY,
	FORM_SPACES,
	FORM_CLEAR_STREAM, /* right for the stream before TLS */
	FORM_REPLAY,       /* right for an earlier connection */
};

/* What one round does otherwise than the usual one. */
struct round {
	enum key_form key;
	enum verify_manner verify;
	struct manner manner;
	struct call_wish wish;
	bool upper; /* our domain, shouted */
	bool shut;  /* nobody listens */
};

static const struct round *round_of(enum trial which)
{
	static const struct round rounds[TRIAL_COUNT] = {
		[TRIAL_CLEAR_RESULT] = { .wish = { .clear = true } },
		[TRIAL_WITHOUT_DIALLING] = { .wish = { .show_ours = true } },
		[TRIAL_WRONG_KEY] = { .key = FORM_WRONG },
		[TRIAL_ANSWER_INVALID] = { .verify = VERIFY_INVALID },
		[TRIAL_ANSWER_ERROR] = { .verify = VERIFY_ERROR },
		[TRIAL_ANSWER_CLOSE] = { .verify = VERIFY_CLOSE },
		[TRIAL_ANSWER_SILENCE] = { .verify = VERIFY_SILENT },
		[TRIAL_SENDER_REFUSES] = { .shut = true },
		[TRIAL_KEY_EMPTY] = { .key = FORM_EMPTY },
		[TRIAL_KEY_SPACES] = { .key = FORM_SPACES },
		[TRIAL_KEY_OF_CLEAR_STREAM] = { .key = FORM_CLEAR_STREAM },
		[TRIAL_KEY_REPLAY] = { .key = FORM_REPLAY },
		[TRIAL_AUTHORITY_NO_TLS] = { .manner = { .no_tls = true } },
		[TRIAL_SPELLING] = { .upper = true },
		[TRIAL_OWN_DECLARATION] = { .wish = { .undeclared = true } },
		[TRIAL_OTHER_PREFIX] = { .wish = { .prefix = "dialback" } },
		[TRIAL_WITHOUT_VERSION] = { .wish = { .clear = true, .no_version = true } },
		[TRIAL_ANSWER_OTHER_ID] = { .verify = VERIFY_OTHER_ID },
		[TRIAL_ANSWER_SWAPPED] = { .verify = VERIFY_SWAPPED },
		[TRIAL_ANSWER_TWICE] = { .verify = VERIFY_TWICE },
	};
	return &rounds[which];
}

static struct visit_plan make_plan(struct line *line, size_t trial, const struct manner *manner)
{
	struct visit_plan plan = {
		.them = line->run.them,
		.also = line->run.common->opt->piggyback_to,
		.manner = *manner,
		.diary = line->run.diary,
		.trial = trial,
		.confirm = trial_confirm,
		.context = &line->run,
	};
	plan.manner.verify_in_clear = true;
	return plan;
}

struct visit *trial_expect(struct line *line, size_t trial, const struct manner *manner,
			   enum result_manner result)
{
	struct visit_plan plan = make_plan(line, trial, manner);
	plan.result = result;
	return visit_expect(line->run.common->reception, &plan);
}

static struct visit *expect_round(struct line *line, size_t trial, const struct round *round)
{
	struct visit_plan plan = make_plan(line, trial, &round->manner);
	plan.verify = round->verify;
	plan.shut = round->shut;
	return visit_expect(line->run.common->reception, &plan);
}

static const char *shout(const char *domain, struct arena *mem)
{
	char *copy = arena_copy(mem, domain);
	for (char *at = copy; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return copy;
}

/* The id of a stream that is over when its key is used. */
static const char *earlier_id(struct line *line, size_t trial)
{
	struct call call;
	const struct call_wish wish = { 0 };
	bool opened = call_open(&call, &line->run, trial, &wish);
	const char *id = opened ? call.id : NULL;
	call_end(&call);
	return id;
}

/* False: there is no such key, and out says why. */
static bool can_claim(const struct call *call, enum key_form form, const char *earlier,
		      struct trial_facts *out)
{
	if (form == FORM_CLEAR_STREAM && (!call->link.encrypted || !call->before.id))
		out->reason = "there is no stream in clear before TLS";
	else if (form == FORM_REPLAY && !earlier)
		out->reason = "there is no earlier stream with an id";
	return !out->reason;
}

static const char *make_key(struct line *line, const struct call *call, enum key_form form,
			    const char *earlier)
{
	struct trial_run *run = &line->run;
	const char *right = trial_key(run, run->us, run->them, call->id);
	switch (form) {
	case FORM_WRONG:
		return trial_key(run, run->us, run->them, "another stream");
	case FORM_EMPTY:
		return "";
	case FORM_SPACES:
		return arena_printf(run->mem, "\n  %s\n", right);
	case FORM_CLEAR_STREAM:
		return trial_key(run, run->us, run->them, call->before.id);
	case FORM_REPLAY:
		return trial_key(run, run->us, run->them, earlier);
	case FORM_RIGHT:
		break;
	}
	return right;
}

void trial_tell_seen(const struct visit_seen *seen, struct trial_facts *out)
{
	out->called_back = seen->verifies > 0 ? KNOWN_YES : KNOWN_NO;
	if (seen->verifies > 0)
		out->called_in_clear = seen->clear ? KNOWN_YES : KNOWN_NO;
	out->key = seen->key;
	if (seen->verifies == 0 && seen->strange)
		out->reason = "it asked our listener about another key than the one we sent";
	else if (seen->verifies == 0 && seen->called)
		out->reason = "it came to our listener, and did not ask about the key";
}

/* One db:result, and its answer. */
static void claim_once(struct call *call, struct visit *visit, const char *from, const char *key,
		       double seconds, struct trial_facts *out)
{
	const struct db_element request = {
		.kind = DB_RESULT, .from = from, .to = call->run->them, .key = key
	};
	const struct db_element *requests[] = { &request };
	bool right = strcmp(key, trial_key(call->run, call->run->us, call->run->them, call->id)) ==
		     0;
	visit_claim(visit, &request, call->id ? call->id : "");
	if (call_say(call, &request, right ? KEY_RIGHT : KEY_WRONG))
		call_await(call, requests, 1, seconds, &out->answer);
	else
		call_outcome(call, &out->answer);
}

static double patience(const struct line *line, enum trial which)
{
	double wait = line->run.common->opt->wait;
	if (which == TRIAL_CLEAR_RESULT && wait > CLEAR_SECONDS)
		return CLEAR_SECONDS;
	return which == TRIAL_ANSWER_SILENCE && wait < SILENCE_SECONDS ? SILENCE_SECONDS : wait;
}

void trial_round(struct line *line, size_t trial, struct trial_facts *out)
{
	const struct round *round = round_of(out->which);
	struct call_wish wish = round->wish;
	const char *from = line->run.us, *earlier = NULL;
	double since = clock_ms();
	line_hang_up(line);
	if (round->key == FORM_REPLAY)
		earlier = earlier_id(line, trial);
	if (round->upper)
		wish.from = from = shout(from, line->run.mem);
	struct visit *visit = expect_round(line, trial, round);
	struct call *call = line_call(line, trial, &wish, out);
	bool claimed = call && can_claim(call, round->key, earlier, out);
	if (claimed) {
		const char *key = make_key(line, call, round->key, earlier);
		claim_once(call, visit, from, key, patience(line, out->which), out);
	}
	struct visit_seen seen = visit_end(&visit);
	if (claimed) {
		trial_tell_seen(&seen, out);
		trial_settle(call, out);
	}
	line_hang_up(line);
	out->elapsed_ms = clock_ms() - since;
}

struct call *trial_verified_call(struct line *line, size_t trial, struct visit *visit,
				 struct trial_facts *out)
{
	const struct call_wish wish = { 0 };
	struct call *call = line_call(line, trial, &wish, out);
	if (!call)
		return NULL;
	claim_once(call, visit, line->run.us,
		   trial_key(&line->run, line->run.us, line->run.them, call->id),
		   line->run.common->opt->wait, out);
	if (out->answer.outcome == OUTCOME_VALID)
		return call;
	out->state = TRIAL_NOT_TESTED;
	out->reason = "our own domain was not verified first";
	return NULL;
}

/* The second pair of each trial; its key is right where it should be verified. */
static struct db_element second_pair(struct line *line, const struct call *call, enum trial which)
{
	const struct dialback_options *opt = line->run.common->opt;
	struct db_element pair = { .kind = DB_RESULT, .from = line->run.us, .to = line->run.them };
	if (which == TRIAL_TWO_TARGETS)
		pair.to = opt->piggyback_to;
	else if (which == TRIAL_TWO_SENDERS)
		pair.from = opt->piggyback;
	else if (which == TRIAL_SECOND_INVALID)
		pair.from = opt->piggyback ? opt->piggyback : trial_no_domain(line->run.mem);
	bool wrong = which == TRIAL_SECOND_INVALID;
	pair.key = trial_key(&line->run, pair.from, pair.to, wrong ? "another stream" : call->id);
	return pair;
}

static void keep_alive(struct call *call)
{
	struct trial_answer ended = { 0 };
	if (call_say_text(call, " ", 1, NULL))
		call_listen(call, KEEPALIVE_SECONDS, &ended);
}

/* The first pair is ours, verified; then another one on the same stream. */
void trial_pairs(struct line *line, size_t trial, struct trial_facts *out)
{
	static const struct manner usual = { 0 };
	double since = clock_ms();
	line_hang_up(line);
	struct visit *visit = trial_expect(line, trial, &usual, RESULT_HONEST);
	struct call *call = trial_verified_call(line, trial, visit, out);
	if (call && out->which == TRIAL_KEEPALIVE)
		keep_alive(call);
	if (call) {
		const struct db_element pair = second_pair(line, call, out->which);
		const struct db_element *requests[] = { &pair };
		bool right = out->which != TRIAL_SECOND_INVALID;
		visit_claim(visit, &pair, call->id ? call->id : "");
		if (call_say(call, &pair, right ? KEY_RIGHT : KEY_WRONG))
			call_await(call, requests, 1, line->run.common->opt->wait, &out->another);
		else
			call_outcome(call, &out->another);
		out->state = TRIAL_TESTED;
		out->stays = trial_still_answers(call);
	}
	struct visit_seen seen = visit_end(&visit);
	if (call)
		trial_tell_seen(&seen, out);
	line_hang_up(line);
	out->elapsed_ms = clock_ms() - since;
}
