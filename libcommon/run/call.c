#include "run/call.h"

#include <string.h>

#include "run/link.h"
#include "xmpp/starttls.h"

static void note(struct call *call, struct hop hop)
{
	hop.link = call->number;
	hop.trial = call->trial;
	diary_know_link(call->run->diary, call->number, &call->link);
	diary_note(call->run->diary, hop);
}

static struct stream_header our_header(const struct call *call)
{
	const struct call_wish *wish = &call->wish;
	return (struct stream_header){
		.service = SERVICE_S2S,
		.from = wish->from ? wish->from : call->run->us,
		.to = call->run->them,
		.dialback_prefix = wish->undeclared ? "" : wish->prefix,
		.no_version = wish->no_version,
	};
}

/* The stream, the stream error or the end that came where something else was wanted. */
static bool fail(struct call *call, const struct stream_error *error)
{
	call->open = false;
	if (error && error->condition) {
		call->error = *error;
		note(call, (struct hop){ .way = HOP_RECEIVED,
					 .kind = HOP_ERROR,
					 .condition = error->condition,
					 .text = error->text });
	} else {
		bool silent = call->err.code == ERR_TIMEOUT;
		note(call, (struct hop){ .way = silent ? HOP_NOTE : HOP_RECEIVED,
					 .kind = silent ? HOP_SILENCE : HOP_CLOSED,
					 .text = arena_copy(call->run->mem, call->err.text) });
	}
	return false;
}

static bool connect_to_peer(struct call *call)
{
	call->link.address = call->run->at->address;
	call->link.port = call->run->at->port;
	call->number = diary_open_link(call->run->diary, &call->link);
	bool ok = probe_connect(&call->probe, &call->err);
	/* -v: several stand side by side */
	if (call->probe.exchange.label)
		call->probe.exchange.label = arena_printf(call->run->mem, "%s #%zu",
							  call->probe.exchange.label,
							  call->number + 1);
	note(call, (struct hop){ .way = HOP_SENT,
				 .kind = HOP_TCP,
				 .text = ok ? NULL : arena_copy(call->run->mem, call->err.text) });
	return ok;
}

/* Header and features, before or after TLS. */
static bool greet(struct call *call, struct stream_facts *facts, struct features *offered)
{
	struct stream_header header = our_header(call);
	struct probe *probe = &call->probe;
	note(call,
	     (struct hop){
		     .way = HOP_SENT, .kind = HOP_STREAM, .from = header.from, .to = header.to });
	bool ok = probe->stream ? stream_restart(probe->stream, &header, facts, &call->err)
				: stream_open(probe->conn, &header, probe->mem, &probe->stream,
					      facts, &call->err);
	call->link.opened = call->link.opened || facts->opened;
	if (facts->opened) {
		call->link.from = facts->from;
		call->link.to = facts->to;
		call->link.id = call->id = facts->id;
		note(call, (struct hop){ .way = HOP_RECEIVED,
					 .kind = HOP_STREAM,
					 .from = facts->from,
					 .to = facts->to,
					 .id = facts->id });
	}
	*offered = facts->features;
	if (!ok)
		return fail(call, &facts->error);
	if (facts->features.present)
		note(call, (struct hop){ .way = HOP_RECEIVED, .kind = HOP_FEATURES });
	return true;
}

static bool shake_hands(struct call *call)
{
	struct link_facts *link = &call->link;
	bool up = probe_tls(&call->probe, &link->tls, &call->err);
	link->encrypted = up;
	if (up)
		link_prove(link, job_identity(call->run->job), call->run->job->shared->trust,
			   call->run->mem);
	note(call, (struct hop){ .way = HOP_SENT,
				 .kind = HOP_TLS,
				 .text = up ? NULL : arena_copy(call->run->mem, call->err.text) });
	return up;
}

static bool ask_for_tls(struct call *call)
{
	enum starttls_answer answer;
	struct stream_error error = { 0 };
	conn_set_stage(call->probe.conn, AT_STARTTLS);
	return starttls_ask(call->probe.stream, &answer, &error, &call->err) || fail(call, &error);
}

/* RFC 6120, 5.4, as far as it was wished. */
static bool walk(struct call *call)
{
	bool direct = call->run->at->transport == TRANSPORT_DIRECT;
	if (!connect_to_peer(call))
		return false;
	if (!direct && !greet(call, &call->before, &call->link.before))
		return false;
	/* Who offers no TLS shows in clear what he does with dialback; that he may be robbed of the
	 * offer is for the walk to find out (RFC 7590, 3.1). */
	bool offered = direct || !call->before.features.present || call->before.features.starttls;
	if (call->wish.clear || (!offered && !call->wish.tls_only))
		return true;
	if (!direct && !ask_for_tls(call))
		return false;
	conn_set_stage(call->probe.conn, AT_FEATURES);
	return shake_hands(call) && greet(call, &call->after, &call->link.after);
}

bool call_open(struct call *call, const struct trial_run *run, size_t trial,
	       const struct call_wish *wish)
{
	*call = (struct call){ .run = run, .wish = *wish, .trial = trial };
	gate_pace(run->job->shared->gate);
	probe_begin(&call->probe, run->job, run->at, run->mem,
		    job_deadline_in(run->job, run->job->shared->options->timeout));
	if (!wish->show_ours && run->common->bare)
		call->probe.tls = run->common->bare;
	call->open = walk(call);
	return call->open;
}

void call_turn_to(struct call *call, size_t trial)
{
	call->trial = trial;
}

bool call_say_text(struct call *call, const char *text, size_t size, const struct hop *hop)
{
	if (!call->open)
		return false;
	conn_set_deadline(call->probe.conn,
			  job_deadline_in(call->run->job, call->run->common->opt->wait));
	if (hop) /* before it leaves: the answer may be noted in another thread */
		note(call, *hop);
	return stream_write(call->probe.stream, text, size, &call->err) || fail(call, NULL);
}

bool call_say(struct call *call, const struct db_element *element, enum key_state key)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	const char *prefix = call->wish.prefix ? call->wish.prefix : "db";
	const struct hop hop = {
		.way = HOP_SENT,
		.kind = element->kind == DB_RESULT ? HOP_RESULT : HOP_VERIFY,
		.type = element->type,
		.from = element->from,
		.to = element->to,
		.id = element->kind == DB_RESULT ? call->id : element->id,
		.condition = element->condition,
		.key = key,
	};
	if (call->wish.undeclared)
		dialback_write_declared(element, prefix, &text);
	else
		dialback_write(element, prefix, &text);
	return call_say_text(call, text.data, text.size, &hop);
}

void call_outcome(const struct call *call, struct trial_answer *out)
{
	struct trial_answer answer = { .outcome = OUTCOME_CLOSED };
	if (call->error.condition) {
		answer.outcome = OUTCOME_STREAM_ERROR;
		answer.condition = call->error.condition;
		answer.text = call->error.text;
	} else if (call->err.code == ERR_TIMEOUT) {
		answer.outcome = OUTCOME_SILENCE;
	} else {
		answer.text = arena_copy(call->run->mem, call->err.text);
	}
	answer.elapsed_ms = out->elapsed_ms;
	*out = answer;
}

/* A stanza, an element that nobody expects. */
static void take_other(struct call *call, const struct elem *elem)
{
	struct arena *mem = call->run->mem;
	const char *id = elem_attr(elem, "id"), *type = elem_attr(elem, "type");
	bool ours = id && call->stanza_id && strcmp(id, call->stanza_id) == 0;
	bool error = type && strcmp(type, "error") == 0;
	const char *condition = error ? arena_copy(mem, stream_stanza_error(elem)) : NULL;
	if (ours)
		call->stanza_error = condition;
	call->delivered = call->delivered || (ours && !error);
	call->bounced = call->bounced || (ours && error);
	note(call, (struct hop){ .way = HOP_RECEIVED,
				 .kind = HOP_STANZA,
				 .from = arena_copy(mem, elem_attr(elem, "from")),
				 .to = arena_copy(mem, elem_attr(elem, "to")),
				 .id = arena_copy(mem, id),
				 .text = arena_copy(mem, elem->name),
				 .condition = condition });
}

/* Reads one element. False: the stream is over, or the time is. */
static bool hear(struct call *call, struct db_element *out, bool *dialback)
{
	const struct elem *elem = NULL;
	struct stream_error error = { 0 };
	if (!stream_read(call->probe.stream, &elem, &error, &call->err)) {
		if (call->err.code == ERR_TIMEOUT)
			return false; /* the stream still stands */
		return fail(call, &error);
	}
	*dialback = dialback_read(elem, call->run->mem, out);
	if (*dialback)
		diary_element(call->run->diary, HOP_RECEIVED, call->number, call->trial, out,
			      KEY_NONE);
	else
		take_other(call, elem);
	return true;
}

#define STRAY_MAX 64 /* elements that are no answer: a flood ends the waiting */

static void note_silence(struct call *call, const char *awaited)
{
	note(call, (struct hop){ .way = HOP_NOTE, .kind = HOP_SILENCE, .text = awaited });
}

/* Everything that is still open ended the same way. */
static void close_answers(struct call *call, size_t count, double since, struct trial_answer *out)
{
	for (size_t i = 0; i < count; i++) {
		if (out[i].outcome != OUTCOME_NONE)
			continue;
		out[i].elapsed_ms = clock_ms() - since;
		if (call->open)
			out[i].outcome = OUTCOME_SILENCE;
		else
			call_outcome(call, &out[i]);
	}
}

static bool answers(const struct call *call, struct db_element answer,
		    const struct db_element *request)
{
	if (call->nameless && !answer.from)
		answer.from = request->to;
	if (call->nameless && !answer.to)
		answer.to = request->from;
	return dialback_answers(&answer, request);
}

static size_t match(const struct call *call, const struct db_element *answer,
		    const struct db_element *const *requests, size_t count,
		    const struct trial_answer *out)
{
	size_t i = 0;
	while (i < count &&
	       (out[i].outcome != OUTCOME_NONE || !answers(call, *answer, requests[i])))
		i++;
	return i;
}

/* Who talks without answering is no better than who is silent, but something else. */
static void hang_up_on_flood(struct call *call)
{
	err_set(&call->err, conn_stage(call->probe.conn), ERR_LIMIT,
		"%d other elements instead of an answer", STRAY_MAX);
	fail(call, NULL);
}

bool call_await(struct call *call, const struct db_element *const *requests, size_t count,
		double seconds, struct trial_answer *out)
{
	double since = clock_ms();
	size_t missing = count, stray = 0;
	memset(out, 0, count * sizeof(*out));
	if (call->open)
		conn_set_deadline(call->probe.conn, job_deadline_in(call->run->job, seconds));
	while (call->open && missing > 0 && stray < STRAY_MAX) {
		struct db_element element = { 0 };
		bool dialback = false;
		if (!hear(call, &element, &dialback)) {
			if (call->open)
				note_silence(call, requests[0]->kind == DB_RESULT
							   ? "answer to db:result"
							   : "answer to db:verify");
			break;
		}
		size_t i = dialback ? match(call, &element, requests, count, out) : count;
		enum trial_outcome outcome = trial_outcome_of(element.type);
		if (i == count || outcome == OUTCOME_NONE) {
			stray++;
			continue;
		}
		out[i] = (struct trial_answer){ .outcome = outcome,
						.condition = element.condition,
						.elapsed_ms = clock_ms() - since };
		missing--;
	}
	if (call->open && stray == STRAY_MAX)
		hang_up_on_flood(call);
	close_answers(call, count, since, out);
	return missing == 0;
}

void call_listen(struct call *call, double seconds, struct trial_answer *out)
{
	double since = clock_ms();
	*out = (struct trial_answer){ 0 };
	if (call->open)
		conn_set_deadline(call->probe.conn, job_deadline_in(call->run->job, seconds));
	for (int stray = 0; call->open; stray++) {
		struct db_element element;
		bool dialback = false;
		if (stray == STRAY_MAX)
			hang_up_on_flood(call);
		else if (!hear(call, &element, &dialback) || call->delivered || call->bounced)
			break;
	}
	close_answers(call, 1, since, out);
}

void call_end(struct call *call)
{
	diary_count(call->run->diary, call->probe.connections);
	call->probe.connections = 0;
	diary_know_link(call->run->diary, call->number, &call->link);
	probe_end(&call->probe);
	call->open = false;
}
