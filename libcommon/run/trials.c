#include "run/trials.h"

#include <string.h>

#include "xmpp/ns.h"

const char *trial_no_domain(struct arena *mem)
{
	char token[DIALBACK_TOKEN_SIZE];
	dialback_new_token(token);
	return arena_printf(mem, "%.12s.invalid", token);
}

void line_hang_up(struct line *line)
{
	if (line->has_call)
		call_end(&line->call);
	line->has_call = false;
}

/* No stream as deep as it was wished: said no, or not there at all. */
static void tell_refusal(const struct call *call, struct trial_facts *out)
{
	bool said_no = call->error.condition != NULL;
	out->state = said_no && call->link.opened ? TRIAL_REFUSED : TRIAL_NOT_TESTED;
	out->reason = arena_printf(call->run->mem, "%s%s", call->err.text,
				   said_no ? ", before anything was asked" : "");
}

static bool same_depth(const struct call_wish *a, const struct call_wish *b)
{
	return a->clear == b->clear && a->show_ours == b->show_ours;
}

struct call *line_call(struct line *line, size_t trial, const struct call_wish *wish,
		       struct trial_facts *out)
{
	struct call *call = &line->call;
	if (line->has_call && call->open && same_depth(&call->wish, wish)) {
		call_turn_to(call, trial);
	} else {
		line_hang_up(line);
		line->has_call = true;
		if (!call_open(call, &line->run, trial, wish)) {
			tell_refusal(call, out);
			out->link = call->number;
			line_hang_up(line);
			return NULL;
		}
	}
	out->link = call->number;
	out->tls = call->link.encrypted;
	return call;
}

bool trial_is_policy(const char *condition)
{
	return condition && (strcmp(condition, "policy-violation") == 0 ||
			     strcmp(condition, "not-authorized") == 0 ||
			     strcmp(condition, "encryption-required") == 0);
}

void trial_settle(const struct call *call, struct trial_facts *out)
{
	const struct trial_answer *answer = &out->answer;
	const struct features *offered = &call->link.before;
	bool clear = trial_kind(out->which)->role == ROLE_BEFORE_TLS;
	out->state = TRIAL_TESTED;
	/* Who has asked back did take it up; in clear only how it ends counts. */
	bool taken_up = out->called_back == KNOWN_YES && out->tls;
	if ((trial_is_policy(answer->condition) && !taken_up) ||
	    (clear && answer->outcome == OUTCOME_CLOSED)) {
		out->state = TRIAL_REFUSED;
	} else if (clear && answer->outcome == OUTCOME_SILENCE) {
		/* Silence is how a server ignores it that requires TLS; another one may still be
		 * looking for a sender that is nowhere. */
		bool required = offered->starttls_required || offered->starttls_alone;
		out->state = required || out->called_back == KNOWN_NO ? TRIAL_REFUSED
								      : TRIAL_NOT_TESTED;
		if (out->state == TRIAL_NOT_TESTED)
			out->reason = "neither refused nor taken up: with --listen it shows";
	}
}

const char *trial_key(const struct trial_run *run, const char *from, const char *to, const char *id)
{
	char *key = arena_alloc(run->mem, DIALBACK_KEY_SIZE);
	dialback_make_key(run->common->secret, to, from, id ? id : "", key);
	return key;
}

enum known trial_still_answers(struct call *call)
{
	if (!call->open)
		return KNOWN_NO;
	const struct db_element request = {
		.kind = DB_VERIFY,
		.from = call->run->us,
		.to = call->run->them,
		.id = trial_new_id(call->run->mem),
		.key = "is-anybody-there",
	};
	const struct db_element *requests[] = { &request };
	struct trial_answer answer;
	return call_say(call, &request, KEY_NONE) &&
			       call_await(call, requests, 1, call->run->common->opt->wait, &answer)
		       ? KNOWN_YES
		       : KNOWN_NO;
}

const char *trial_new_id(struct arena *mem)
{
	char token[DIALBACK_TOKEN_SIZE];
	dialback_new_token(token);
	return arena_copy(mem, token);
}

bool trial_ask_stanza(struct call *call, const char *id, const char *from, const char *to)
{
	CLEANUP(buf_free) struct buf text = buf_new(STANZA_MAX);
	const struct hop hop = {
		.way = HOP_SENT, .kind = HOP_STANZA, .from = from, .to = to, .id = id, .text = "iq"
	};
	buf_printf(&text, "<iq type='get' id='%s' from='", id);
	xml_escape(&text, from);
	buf_text(&text, "' to='");
	xml_escape(&text, to);
	buf_text(&text, "'><ping xmlns='" NS_PING "'/></iq>");
	call->stanza_id = id;
	return call_say_text(call, text.data, text.size, &hop);
}

/* The peer's own authoritative server, over a connection of its own (DB-13, DB-22). */
void trial_confirm(void *context, size_t trial, const struct db_element *request, const char *id,
		   struct trial_answer *out)
{
	struct trial_run run = *(const struct trial_run *)context;
	struct arena *own = arena_new();
	run.mem = own;
	struct call call;
	const struct call_wish wish = { .show_ours = true, .from = arena_copy(own, request->to) };
	const struct db_element question = {
		.kind = DB_VERIFY,
		.from = wish.from,
		.to = arena_copy(own, request->from),
		.id = arena_copy(own, id),
		.key = arena_copy(own, request->key),
	};
	const struct db_element *questions[] = { &question };
	*out = (struct trial_answer){ 0 };
	if (call_open(&call, &run, trial, &wish) && call_say(&call, &question, KEY_NONE))
		call_await(&call, questions, 1, run.common->opt->wait, out);
	else
		call_outcome(&call, out);
	call_end(&call);
	diary_keep(run.diary, &own);
}
