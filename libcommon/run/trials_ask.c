/* Trials that anybody can run: questions to the authoritative server, claims that cannot be true,
 * our certificate. */
#include <string.h>

#include "run/trials.h"
#include "xmpp/external.h"
#include "xmpp/secure.h"

#define NOBODY_SECONDS 5.0 /* a name that is nowhere is found out sooner; or never told */
#define HUGE_KEY       65536
#define MADE_UP_KEY    "nobody-made-this-key"

static double patience(const struct line *line, const struct trial_facts *out)
{
	double wait = line->run.common->opt->wait;
	bool clear = trial_kind(out->which)->role == ROLE_BEFORE_TLS;
	double most = clear ? CLEAR_SECONDS : wait;
	if (out->which == TRIAL_SENDER_UNRESOLVABLE)
		most = NOBODY_SECONDS;
	return wait > most ? most : wait;
}

/* 64 digits, as if it had been made after XEP-0185; nobody knows of what. */
static const char *likely_key(struct arena *mem)
{
	return arena_printf(mem, "%s%s", trial_new_id(mem), trial_new_id(mem));
}

/* What cannot be sent ends the trial as what cannot be heard does. */
static bool say(struct call *call, const struct db_element *element, struct trial_answer *out)
{
	if (call_say(call, element, KEY_NONE))
		return true;
	call_outcome(call, out);
	return false;
}

/* Both leave before either is answered. */
static void ask_two(struct call *call, const struct db_element *first,
		    const struct db_element *second, struct trial_facts *out)
{
	const struct db_element *requests[] = { first, second };
	struct trial_answer answers[2] = { 0 };
	if (say(call, first, &out->answer) && say(call, second, &out->answer)) {
		call_await(call, requests, 2, call->run->common->opt->wait, answers);
		out->answer = answers[0];
		out->another = answers[1];
	}
}

static void ask_twice(struct call *call, const struct db_element *request, struct trial_facts *out)
{
	const struct db_element *requests[] = { request };
	double wait = call->run->common->opt->wait;
	if (say(call, request, &out->answer) && call_await(call, requests, 1, wait, &out->answer) &&
	    say(call, request, &out->another))
		call_await(call, requests, 1, wait, &out->another);
}

static void ask_once(struct line *line, struct call *call, const struct db_element *request,
		     struct trial_facts *out)
{
	const struct db_element *requests[] = { request };
	if (say(call, request, &out->answer))
		call_await(call, requests, 1, patience(line, out), &out->answer);
}

void trial_verify(struct line *line, size_t trial, struct trial_facts *out)
{
	struct arena *mem = line->run.mem;
	const struct call_wish wish = { .clear = out->which == TRIAL_CLEAR_VERIFY,
					.show_ours = true };
	struct call *call = line_call(line, trial, &wish, out);
	double since = clock_ms();
	if (!call)
		return;
	struct db_element request = {
		.kind = DB_VERIFY,
		.from = line->run.us,
		.to = line->run.them,
		.id = trial_new_id(mem),
		.key = MADE_UP_KEY,
	};
	struct db_element second = request;
	second.id = trial_new_id(mem);
	if (out->which == TRIAL_VERIFY_OTHER_ID)
		request.key = likely_key(mem);
	if (out->which == TRIAL_VERIFY_UNKNOWN_HOST)
		request.to = trial_no_domain(mem);
	if (out->which == TRIAL_VERIFY_WITHOUT_ID)
		request.id = NULL;
	if (out->which == TRIAL_VERIFY_TWO)
		ask_two(call, &request, &second, out);
	else if (out->which == TRIAL_VERIFY_TWICE)
		ask_twice(call, &request, out);
	else
		ask_once(line, call, &request, out);
	if (out->which == TRIAL_VERIFY_UNKNOWN_HOST)
		out->stays = trial_still_answers(call);
	trial_settle(call, out);
	out->elapsed_ms = clock_ms() - since;
}

static const char *huge_key(struct arena *mem)
{
	char *key = arena_alloc(mem, HUGE_KEY + 1);
	memset(key, 'a', HUGE_KEY);
	return key;
}

/* An answer without the name that we left out, or an error about it, counts as the answer. */
static void ask_lame(struct line *line, struct call *call, const struct db_element *request,
		     struct trial_facts *out)
{
	struct db_element whole = *request;
	const struct db_element *requests[] = { &whole };
	whole.from = whole.from ? whole.from : line->run.us;
	whole.to = whole.to ? whole.to : line->run.them;
	call->nameless = true;
	if (say(call, request, &out->answer))
		call_await(call, requests, 1, line->run.common->opt->wait, &out->answer);
	call->nameless = false;
}

void trial_result(struct line *line, size_t trial, struct trial_facts *out)
{
	struct arena *mem = line->run.mem;
	const struct call_wish wish = { .clear = out->which == TRIAL_CLEAR_RESULT,
					.show_ours = true };
	struct call *call = line_call(line, trial, &wish, out);
	double since = clock_ms();
	if (!call)
		return;
	struct db_element request = {
		.kind = DB_RESULT,
		.from = trial_no_domain(mem),
		.to = line->run.them,
		.key = likely_key(mem),
	};
	if (out->which == TRIAL_TARGET_UNKNOWN) {
		request.from = line->run.us;
		request.to = trial_no_domain(mem);
	} else if (out->which == TRIAL_KEY_HUGE) {
		request.key = huge_key(mem);
	} else if (out->which == TRIAL_WITHOUT_FROM) {
		request.from = NULL;
	} else if (out->which == TRIAL_WITHOUT_TO) {
		request.to = NULL;
	}
	if (request.from && request.to)
		ask_once(line, call, &request, out);
	else
		ask_lame(line, call, &request, out);
	if (out->which == TRIAL_TARGET_UNKNOWN)
		out->stays = trial_still_answers(call);
	trial_settle(call, out);
	out->elapsed_ms = clock_ms() - since;
}

static void note_external(struct call *call, enum hop_way way, enum db_type type,
			  const char *condition)
{
	diary_note(call->run->diary, (struct hop){ .way = way,
						   .kind = HOP_EXTERNAL,
						   .link = call->number,
						   .trial = call->trial,
						   .type = type,
						   .condition = condition });
}

static void tell_external(struct call *call, enum external_result result, const char *condition,
			  struct trial_facts *out)
{
	switch (result) {
	case EXTERNAL_NOT_OFFERED:
		out->state = TRIAL_REFUSED;
		out->reason = "EXTERNAL is not offered to our certificate";
		break;
	case EXTERNAL_SUCCESS:
		out->state = TRIAL_TESTED;
		out->answer.outcome = OUTCOME_ACCEPTED;
		note_external(call, HOP_RECEIVED, DB_VALID, NULL);
		break;
	case EXTERNAL_FAILURE:
		out->state = TRIAL_REFUSED;
		out->answer.outcome = OUTCOME_FAILURE;
		out->answer.condition = condition;
		note_external(call, HOP_RECEIVED, DB_ERROR, condition);
		break;
	case EXTERNAL_ENDED:
		out->state = TRIAL_REFUSED;
		call->open = call->err.code == ERR_TIMEOUT;
		call->error.condition = condition;
		call_outcome(call, &out->answer);
	}
}

/* XEP-0178; rows 18 and 19: where it is refused, dialback must still be had on the same stream. */
void trial_external(struct line *line, size_t trial, struct trial_facts *out)
{
	const struct call_wish wish = { .show_ours = true };
	struct call *call = line_call(line, trial, &wish, out);
	double since = clock_ms();
	if (!call)
		return;
	enum external_result result;
	const char *condition = NULL;
	conn_set_deadline(call->probe.conn,
			  job_deadline_in(line->run.job, line->run.common->opt->wait));
	if (features_has_mechanism(&call->link.after.mechanisms, "EXTERNAL"))
		note_external(call, HOP_SENT, DB_REQUEST, NULL);
	if (!external_login(call->probe.stream, &call->link.after, line->run.us, line->run.mem,
			    &result, &condition, &call->err))
		result = EXTERNAL_ENDED;
	tell_external(call, result, condition, out);
	out->answer.elapsed_ms = clock_ms() - since;
	if (result == EXTERNAL_NOT_OFFERED || result == EXTERNAL_FAILURE)
		out->stays = trial_still_answers(call);
	if (result == EXTERNAL_SUCCESS)
		call->open = false; /* it waits for a new header, and gets the end */
	out->elapsed_ms = clock_ms() - since;
}
