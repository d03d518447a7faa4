/* Trials with a stanza: one that nobody authorised, and one whose answer makes the peer dial us. */
#include <string.h>

#include "run/trials_inner.h"

#define STANZA_SECONDS 8.0 /* a peer that answers does so at once, or dials us first */

static bool is_answered(const struct visit_seen *seen)
{
	return seen->delivered || seen->bounced;
}

static void say_unsolicited(struct call *call, enum trial which)
{
	const struct db_element element = {
		.kind = which == TRIAL_UNSOLICITED_RESULT ? DB_RESULT : DB_VERIFY,
		.type = DB_VALID,
		.from = which == TRIAL_UNSOLICITED_RESULT ? call->run->us : call->run->them,
		.to = which == TRIAL_UNSOLICITED_RESULT ? call->run->them : call->run->us,
		.id = which == TRIAL_UNSOLICITED_RESULT ? NULL : call->id,
	};
	(void)!call_say(call, &element, KEY_NONE);
}

/* Until the answer comes, on this stream or on one of the peer's, or nothing more can. */
static void await_stanza(struct call *call, struct visit *visit, struct trial_facts *out)
{
	struct trial_answer ended;
	double wait = call->run->common->opt->wait;
	double seconds = wait < STANZA_SECONDS ? wait : STANZA_SECONDS;
	struct deadline until = deadline_in(seconds);
	/* A refusal comes at once, on this stream. */
	call_listen(call, seconds / 4, &ended);
	struct visit_seen seen = { 0 };
	if (!call->delivered && !call->bounced && call->open)
		seen = visit_wait(visit, is_answered, until);
	bool through = call->delivered || call->bounced || seen.delivered || seen.bounced;
	out->delivered = through ? KNOWN_YES : KNOWN_NO;
	out->bounced = call->bounced || seen.bounced ? KNOWN_YES : KNOWN_NOT;
	if (!through)
		out->answer = ended;
}

void trial_stanza(struct line *line, size_t trial, struct trial_facts *out)
{
	static const struct manner usual = { 0 };
	static const char bidi[] = "<bidi xmlns='urn:xmpp:bidi'/>";
	const struct dialback_options *opt = line->run.common->opt;
	const struct call_wish wish = { 0 };
	double since = clock_ms();
	bool verified = out->which == TRIAL_STANZA_OTHER_SENDER ||
			out->which == TRIAL_STANZA_OTHER_TARGET || out->which == TRIAL_BIDI;
	line_hang_up(line);
	struct visit *visit = trial_expect(line, trial, &usual, VERIFY_HONEST, RESULT_HONEST);
	struct call *call = line_call(line, trial, &wish, out);
	if (call && out->which == TRIAL_BIDI)
		(void)!call_say_text(call, bidi, strlen(bidi),
				     &(struct hop){ .way = HOP_SENT, .kind = HOP_BIDI });
	if (call && verified)
		call = trial_verified_call(line, trial, visit, out);
	if (call &&
	    (out->which == TRIAL_UNSOLICITED_RESULT || out->which == TRIAL_UNSOLICITED_VERIFY))
		say_unsolicited(call, out->which);
	if (call) {
		bool other = out->which == TRIAL_STANZA_OTHER_SENDER;
		bool target = out->which == TRIAL_STANZA_OTHER_TARGET;
		const char *id = trial_new_id(line->run.mem);
		visit_watch(visit, id);
		out->state = TRIAL_TESTED;
		(void)!trial_ask_stanza(call, id, other ? opt->piggyback : line->run.us,
					target ? opt->piggyback_to : line->run.them);
		await_stanza(call, visit, out);
	}
	visit_end(&visit);
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
	out->delivered = seen->delivered ? KNOWN_YES : KNOWN_NO;
	out->bounced = seen->bounced ? KNOWN_YES : KNOWN_NOT;
	out->stays = seen->ended ? KNOWN_NO : KNOWN_YES;
	out->answer = seen->confirmed;
	if (seen->ended && out->answer.outcome == OUTCOME_NONE) {
		out->answer.outcome = OUTCOME_CLOSED;
		out->answer.elapsed_ms = seen->ended_ms - seen->called_ms;
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
	double since = clock_ms();
	line_hang_up(line);
	struct visit *visit = trial_expect(line, trial, &usual, VERIFY_HONEST, RESULT_HONEST);
	struct call *call = trial_verified_call(line, trial, visit, out);
	visit_end(&visit);
	visit = trial_expect(line, trial, &manner, VERIFY_HONEST, result);
	const char *id = trial_new_id(line->run.mem);
	visit_watch(visit, id);
	if (call && trial_ask_stanza(call, id, line->run.us, line->run.them)) {
		visit_wait(visit, enough_for(out->which), deadline_in(line->run.common->opt->wait));
	}
	struct visit_seen seen = visit_end(&visit);
	if (call)
		tell_back(&seen, out);
	line_hang_up(line);
	out->elapsed_ms = clock_ms() - since;
}
