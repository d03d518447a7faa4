/* Trials with a stanza: one that nobody authorised, and one whose answer makes the peer dial us. */
#include <string.h>

#include "run/trials_inner.h"
#include "xmpp/ns.h"

#define STANZA_SECONDS 8.0  /* a peer that answers does so at once, or dials us first */
#define UNREAD_SECONDS 0.25 /* for what came meanwhile, and only has to be read */

static bool is_answered(const struct visit_seen *seen)
{
	return seen->delivered || seen->bounced;
}

/* Row 27 is step 4 in the wrong direction, row 28 step 3 on a stream that asked for nothing. A
 * stream that does not survive it shows with the stanza behind. */
static void say_unsolicited(struct call *call, enum trial which)
{
	const struct trial_run *run = call->run;
	const struct db_element result = {
		.kind = DB_RESULT, .type = DB_VALID, .from = run->us, .to = run->them
	};
	const struct db_element verify = { .kind = DB_VERIFY,
					   .type = DB_VALID,
					   .from = run->them,
					   .to = run->us,
					   .id = call->id };
	if (!call_say(call, which == TRIAL_UNSOLICITED_RESULT ? &result : &verify, KEY_NONE))
		call->open = false;
}

/* A bounce on a stream that is not bidirectional comes from who guards it, and not from where the
 * stanza should have gone, if it speaks of rights. */
static bool is_turned_away(const struct call *call, enum trial which)
{
	return call->bounced && which != TRIAL_BIDI &&
	       (trial_is_policy(call->stanza_error) ||
		(call->stanza_error && strcmp(call->stanza_error, "forbidden") == 0));
}

/* Until the answer comes, on this stream or on one of the peer's, or nothing more can. */
static struct visit_seen listen_everywhere(struct call *call, struct visit *visit, bool bidi,
					   struct trial_answer *ended)
{
	double wait = call->run->common->opt->wait, since = clock_ms();
	double seconds = wait < STANZA_SECONDS ? wait : STANZA_SECONDS;
	struct deadline until = job_deadline_in(call->run->job, seconds);
	struct visit_seen seen = { 0 };
	/* XEP-0288: the answer comes on this stream. Else only a refusal does, mostly at once. */
	call_listen(call, bidi ? seconds : seconds / 4, ended);
	if (!call->delivered && !call->bounced && call->open) {
		seen = visit_wait(visit, is_answered, until);
		if (!is_answered(&seen))
			call_listen(call, UNREAD_SECONDS, ended);
		ended->elapsed_ms = clock_ms() - since;
	}
	return seen;
}

static void await_stanza(struct call *call, struct visit *visit, struct trial_facts *out)
{
	struct trial_answer ended;
	struct visit_seen seen = listen_everywhere(call, visit, out->which == TRIAL_BIDI, &ended);
	bool refused = is_turned_away(call, out->which);
	if (refused)
		ended = (struct trial_answer){ .outcome = OUTCOME_ERROR,
					       .condition = call->stanza_error,
					       .elapsed_ms = ended.elapsed_ms };
	bool through = !refused &&
		       (call->delivered || call->bounced || seen.delivered || seen.bounced);
	out->delivered = through ? KNOWN_YES : KNOWN_NO;
	out->bounced = call->bounced || seen.bounced ? KNOWN_YES : KNOWN_NOT;
	if (!through)
		out->answer = ended;
}

/* XEP-0288: said only to who offers it; another peer takes it for nonsense. */
static bool ask_for_bidi(struct call *call, struct trial_facts *out)
{
	static const char bidi[] = "<bidi xmlns='" NS_BIDI "'/>";
	out->reason = "it does not offer bidi";
	if (!call->link.after.bidi)
		return false;
	out->reason = NULL;
	return call_say_text(call, bidi, strlen(bidi),
			     &(struct hop){ .way = HOP_SENT, .kind = HOP_BIDI });
}

static bool is_verified_first(enum trial which)
{
	return which == TRIAL_STANZA_OTHER_SENDER || which == TRIAL_STANZA_OTHER_TARGET ||
	       which == TRIAL_BIDI;
}

/* As far as a stanza can be sent; NULL: it did not come to that, and out says why. */
static struct call *prepare(struct line *line, size_t trial, struct visit *visit,
			    struct trial_facts *out)
{
	const struct call_wish wish = { 0 };
	struct call *call = line_call(line, trial, &wish, out);
	if (!call || (out->which == TRIAL_BIDI && !ask_for_bidi(call, out)))
		return NULL;
	if (is_verified_first(out->which))
		return trial_verified_call(line, trial, visit, out);
	if (out->which == TRIAL_UNSOLICITED_RESULT || out->which == TRIAL_UNSOLICITED_VERIFY)
		say_unsolicited(call, out->which);
	return call;
}

void trial_stanza(struct line *line, size_t trial, struct trial_facts *out)
{
	static const struct manner usual = { 0 };
	const struct dialback_options *opt = line->run.common->opt;
	const char *from = line->run.us, *to = line->run.them;
	const char *id = trial_new_id(line->run.mem);
	if (out->which == TRIAL_STANZA_OTHER_SENDER)
		from = opt->piggyback;
	if (out->which == TRIAL_STANZA_OTHER_TARGET)
		to = opt->piggyback_to;
	line_hang_up(line);
	struct visit *visit = trial_expect(line, trial, &usual, RESULT_HONEST);
	double since = clock_ms();
	struct call *call = prepare(line, trial, visit, out);
	visit_watch(visit, id);
	if (call) {
		out->state = TRIAL_TESTED;
		if (trial_ask_stanza(call, id, from, to))
			await_stanza(call, visit, out);
		else
			call_outcome(call, &out->answer);
	}
	struct visit_seen seen = visit_end(&visit);
	if (call && is_verified_first(out->which))
		trial_tell_seen(&seen, out);
	line_hang_up(line);
	out->elapsed_ms = clock_ms() - since;
}

static bool has_ended(const struct visit_seen *seen)
{
	return seen->ended;
}

static bool is_through(const struct visit_seen *seen)
{
	return seen->delivered || seen->bounced || seen->ended;
}

static bool has_asked(const struct visit_seen *seen)
{
	return seen->asked || seen->ended;
}

/* What the peer must have done until there is nothing more to wait for. */
static bool (*enough_for(enum trial which))(const struct visit_seen *seen)
{
	if (which == TRIAL_BACK_ERROR || which == TRIAL_BACK_INVALID || which == TRIAL_BACK_SILENCE)
		return has_ended;
	return which == TRIAL_BACK_NO_TLS || which == TRIAL_BACK_EXTERNAL ? has_asked : is_through;
}

static void tell_back(const struct visit_seen *seen, struct trial_facts *out)
{
	out->called_back = seen->called ? KNOWN_YES : KNOWN_NO;
	out->called_in_clear = seen->called ? (seen->clear ? KNOWN_YES : KNOWN_NO) : KNOWN_NOT;
	/* Behind our `valid` for the right pair it comes with good reason. */
	out->delivered = out->which == TRIAL_BACK_UNSOLICITED
				 ? (seen->stanza_too_early ? KNOWN_YES : KNOWN_NO)
			 : seen->delivered ? KNOWN_YES
					   : KNOWN_NO;
	out->bounced = seen->bounced ? KNOWN_YES : KNOWN_NOT;
	out->stays = seen->ended ? KNOWN_NO : KNOWN_YES;
	out->answer = seen->confirmed;
	if (seen->ended && out->answer.outcome == OUTCOME_NONE) {
		out->answer.outcome = OUTCOME_CLOSED;
		out->answer.elapsed_ms = seen->ended_ms - seen->called_ms;
		out->answer.text = seen->reset ? "reset" : NULL;
	}
	out->state = seen->called ? TRIAL_TESTED : TRIAL_NOT_TESTED;
	if (!seen->called)
		out->reason = "it did not dial us";
	if (out->which == TRIAL_BACK_EXTERNAL && seen->called)
		out->another.outcome = seen->external_tried ? OUTCOME_FAILURE : OUTCOME_NONE;
	if (out->which == TRIAL_BACK_BIDI && seen->called)
		out->reason = seen->bidi ? "it sends <bidi/>" : "it does not send <bidi/>";
}

/* Verified first with an honest face; then a question that only a stream of the peer's own can
 * answer, and that stream is played with. */
void trial_back(struct line *line, size_t trial, struct trial_facts *out)
{
	static const struct manner usual = { 0 };
	const struct manner manner = {
		.no_tls = out->which == TRIAL_BACK_NO_TLS,
		.bidi = out->which == TRIAL_BACK_BIDI,
		.external = out->which == TRIAL_BACK_EXTERNAL ? GUEST_EXTERNAL_REFUSE
							      : GUEST_EXTERNAL_NOT,
	};
	enum result_manner result = out->which == TRIAL_BACK_ERROR         ? RESULT_ERROR
				    : out->which == TRIAL_BACK_INVALID     ? RESULT_INVALID
				    : out->which == TRIAL_BACK_SILENCE     ? RESULT_SILENT
				    : out->which == TRIAL_BACK_UNSOLICITED ? RESULT_UNSOLICITED
									   : RESULT_HONEST;
	line_hang_up(line);
	struct visit *visit = trial_expect(line, trial, &usual, RESULT_HONEST);
	double since = clock_ms();
	struct call *call = trial_verified_call(line, trial, visit, out);
	visit_end(&visit);
	visit = trial_expect(line, trial, &manner, result);
	const char *id = trial_new_id(line->run.mem);
	visit_watch(visit, id);
	if (call && trial_ask_stanza(call, id, line->run.us, line->run.them)) {
		visit_wait(visit, enough_for(out->which),
			   job_deadline_in(line->run.job, line->run.common->opt->wait));
	}
	struct visit_seen seen = visit_end(&visit);
	if (call)
		tell_back(&seen, out);
	line_hang_up(line);
	out->elapsed_ms = clock_ms() - since;
}
