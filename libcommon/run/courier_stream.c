/* The courier's end of the stream: stanzas counted and written, stanzas read and seen to. */
#include <string.h>

#include "run/courier_inner.h"
#include "xmpp/iq.h"
#include "xmpp/ns.h"

void courier_count(struct courier *courier)
{
	if (courier->client->manage.enabled) {
		manage_sent(&courier->client->manage);
		courier->position = courier->client->manage.sent;
	} else {
		courier->position++;
	}
}

bool courier_write(struct courier *courier, const struct buf *text, struct err *err)
{
	if (text->size == 0)
		return true;
	client_give_time(courier->client, courier->options->timeout);
	courier->said_ms = clock_ms();
	return stream_write(courier->client->probe->stream, text->data, text->size, err);
}

static void note_handled(struct courier *courier, uint64_t position, enum evidence evidence)
{
	outbox_handled(courier->outbox, position, evidence, clock_ms());
	courier->asked_ms = 0;
	courier->answered = true;
}

/* XEP-0199: our stream was worked off up to the ping, whatever the server makes of it. */
static bool is_ping_answer(const struct courier *courier, const struct elem *stanza)
{
	const char *id = elem_attr(stanza, "id"), *type = elem_attr(stanza, "type");
	return elem_is(stanza, NS_CLIENT, "iq") && id && type && courier->ping_id[0] &&
	       strcmp(id, courier->ping_id) == 0 &&
	       (strcmp(type, "result") == 0 || strcmp(type, "error") == 0);
}

static void take_reply(struct courier *courier, const struct elem *stanza)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct reply reply = { 0 };
	struct jid from;
	struct err err;
	message_read_reply(stanza, mem, &reply);
	if (reply.kind == REPLY_NONE ||
	    (reply.from && !jid_parse(reply.from, strlen(reply.from), mem, &from, &err)))
		return;
	if (outbox_take_reply(courier->outbox, &reply, reply.from ? &from : NULL, clock_ms()))
		courier->answered = true;
}

static bool answer_question(struct courier *courier, const struct elem *stanza, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	iq_write_reply(stanza, &text);
	if (text.size > 0)
		courier_count(courier);
	return courier_write(courier, &text, err);
}

static bool take_stanza(struct courier *courier, const struct elem *stanza, struct err *err)
{
	manage_received(&courier->client->manage, stanza);
	if (is_ping_answer(courier, stanza)) {
		courier->ping_id[0] = '\0';
		note_handled(courier, courier->asked_position, EVIDENCE_PING);
		return true;
	}
	take_reply(courier, stanza);
	return answer_question(courier, stanza, err);
}

bool courier_give_ack(struct courier *courier, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	manage_write_ack(&courier->client->manage, &text);
	return courier_write(courier, &text, err);
}

/* RFC 6120, 4.9.3: ends that would only come again. Who took our resource (conflict) would lose it
 * to us, and we to him. */
static bool is_final(const char *condition)
{
	static const char *const final[] = { "conflict", "host-gone", "host-unknown",
					     "not-authorized", "policy-violation" };
	for (size_t i = 0; condition && i < ARRAY_SIZE(final); i++) {
		if (strcmp(condition, final[i]) == 0)
			return true;
	}
	return false;
}

static bool next_element(struct courier *courier, const struct elem **out, struct err *err)
{
	struct stream_error error = { 0 };
	if (stream_read(courier->client->probe->stream, out, &error, err))
		return true;
	courier->client->hopeless |= is_final(error.condition);
	return false;
}

bool courier_read(struct courier *courier, const struct elem **out, struct err *err)
{
	struct client *client = courier->client;
	enum manage_event event = MANAGE_NOTHING;
	const char *condition = NULL;
	if (!next_element(courier, out, err) ||
	    !manage_read(&client->manage, *out, client->mem, &event, &condition, err))
		return false;
	courier->heard_ms = clock_ms();
	if (event == MANAGE_NOTHING)
		return take_stanza(courier, *out, err);
	if (event == MANAGE_ACK)
		note_handled(courier, client->manage.handled, EVIDENCE_ACK);
	return event != MANAGE_REQUEST || courier_give_ack(courier, err);
}
