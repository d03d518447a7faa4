/* The exchange itself: who may say what when. MSG-8, MSG-12, MSG-30. */
#include "xmpp/login_inner.h"

#include <string.h>

#include "base/secret.h"
#include "xmpp/stream_inner.h"

static void wiped_free(struct buf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->room);
	buf_free(buf);
}

static bool step(struct exchange *exchange, struct bytes in, struct buf *out, bool *done,
		 struct err *err)
{
	const struct sasl_steps *steps = exchange->steps;
	*done = false;
	return steps->step(steps->self, in, out, done, err);
}

/* The first message tells which flag libgsasl has set (RFC 5802, 6), and our nonce. */
static bool greet(struct exchange *exchange, struct err *err)
{
	CLEANUP(wiped_free) struct buf message = buf_new(MESSAGE_MAX);
	struct login_facts *facts = exchange->facts;
	bool done;
	if (!step(exchange, (struct bytes){ 0 }, &message, &done, err))
		return false;
	exchange->state = facts->choice.is_scram ? EXCHANGE_ASKED : EXCHANGE_SATISFIED;
	if (facts->choice.is_scram) {
		exchange->client_first = arena_copy(exchange->mem, buf_string(&message));
		facts->binding_flag = exchange->client_first[0];
	}
	facts->tried = true;
	return wire_ask(exchange, &message, err);
}

static bool hear(struct exchange *exchange, const struct elem **out, struct err *err)
{
	if (stream_read(exchange->stream, out, NULL, err))
		return true;
	stream_explain(exchange->stream,
		       arena_printf(exchange->mem, "answer to %s", exchange->facts->choice.name),
		       err);
	return false;
}

static bool check_first(struct exchange *exchange, struct bytes data, struct err *err)
{
	const struct features *offered = exchange->offered;
	const struct mechanism_choice *choice = &exchange->facts->choice;
	const struct scram_offer offer = {
		.mechanism = choice->name,
		.client_first = exchange->client_first,
		.mechanisms = choice->sasl2 ? &offered->sasl2_mechanisms : &offered->mechanisms,
		.bindings = &offered->channel_bindings,
		.version = exchange->version,
		.iterations_max = exchange->iterations_max,
	};
	return scram_check_first(&offer, (const char *)data.data, data.size,
				 &exchange->facts->scram, err);
}

/* RFC 5802, 5.1: e= in place of what was due. */
static bool check_no_error(struct exchange *exchange, struct bytes data, struct err *err)
{
	const char *error = scram_error_of(data.data, data.size, exchange->mem);
	if (!error)
		return true;
	const char *cause = scram_error_cause(error);
	bool attack = cause && strncmp(cause, "possible attack", 15) == 0;
	exchange->facts->condition = error;
	return err_set(err, AT_LOGIN, attack ? ERR_IMPOSTOR : ERR_DENIED, "%s (%.60s)",
		       cause ? cause : "the server ended the login", error);
}

/* Our proof goes out only to who has said nothing suspicious (T3, T4, T6, T7). */
static bool prove(struct exchange *exchange, struct bytes data, struct err *err)
{
	CLEANUP(wiped_free) struct buf message = buf_new(MESSAGE_MAX);
	bool done;
	if (!check_first(exchange, data, err) || !step(exchange, data, &message, &done, err))
		return false;
	exchange->state = EXCHANGE_PROVED;
	return wire_respond(exchange, &message, err);
}

static bool verify(struct exchange *exchange, struct bytes data, struct err *err)
{
	CLEANUP(wiped_free) struct buf message = buf_new(MESSAGE_MAX);
	bool done;
	if (!step(exchange, data, &message, &done, err)) {
		if (err->code == ERR_PROTOCOL)
			err->code = ERR_IMPOSTOR; /* a proof that is none */
		return false;
	}
	if (!done)
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
			       "the server has not proved that it knows the password");
	exchange->state = EXCHANGE_SATISFIED;
	exchange->facts->mutual = true;
	return true;
}

static bool answer(struct exchange *exchange, const struct elem *elem, struct err *err)
{
	static const struct buf nothing = { 0 };
	struct bytes data;
	if (exchange->state == EXCHANGE_SATISFIED)
		return err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "the server asks once more (<challenge/>), and %s is over",
			       exchange->facts->choice.name);
	if (!wire_data(exchange, elem, &data, err) || !check_no_error(exchange, data, err))
		return false;
	if (exchange->state == EXCHANGE_ASKED)
		return prove(exchange, data, err);
	return verify(exchange, data, err) && wire_respond(exchange, &nothing, err);
}

/* MSG-12, T5. */
static bool check_success(struct exchange *exchange, const struct elem *elem, struct err *err)
{
	struct bytes data;
	if (exchange->state == EXCHANGE_ASKED)
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
			       "possible attack: the server says success before any proof was "
			       "asked for or given");
	if (!wire_data(exchange, elem, &data, err))
		return false;
	if (exchange->state == EXCHANGE_SATISFIED && exchange->facts->choice.is_scram)
		return data.size == 0 ||
		       err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "the server says more with <success/> than SCRAM has to say");
	if (exchange->state == EXCHANGE_SATISFIED)
		return true; /* whatever the data: there is nothing that it could prove */
	if (data.size == 0)
		return err_set(
			err, AT_LOGIN, ERR_IMPOSTOR,
			"possible attack: the server says success and does not prove that it "
			"knows the password (no v=)");
	return check_no_error(exchange, data, err) && verify(exchange, data, err);
}

static bool succeed(struct exchange *exchange, const struct elem *elem, struct err *err)
{
	if (!check_success(exchange, elem, err))
		return false;
	const struct elem *name = elem_child(elem, elem->ns, "authorization-identifier");
	if (exchange->facts->choice.sasl2 && name)
		exchange->facts->authorized_as = arena_copy(exchange->mem, name->text);
	return true;
}

static bool conclude(struct exchange *exchange, enum said said, const struct elem *elem,
		     struct err *err)
{
	switch (said) {
	case SAID_SUCCESS:
		return succeed(exchange, elem, err);
	case SAID_FAILURE:
		return wire_failure(exchange, elem, err);
	case SAID_CONTINUE:
		return wire_continue(exchange, elem, err);
	case SAID_CHALLENGE:
	case SAID_OTHER:
		break;
	}
	return err_set(err, AT_LOGIN, ERR_PROTOCOL, "<%.80s/> in the middle of the login",
		       elem->name);
}

/* A challenge is the only thing that something follows, and answer() takes two of them. */
static bool converse(struct exchange *exchange, struct err *err)
{
	for (;;) {
		const struct elem *elem = NULL;
		if (!hear(exchange, &elem, err))
			return false;
		enum said said = wire_what(exchange, elem);
		if (said != SAID_CHALLENGE)
			return conclude(exchange, said, elem, err);
		if (!answer(exchange, elem, err)) {
			wire_abort(exchange);
			return false;
		}
	}
}

bool exchange_run(struct exchange *exchange, struct err *err)
{
	const struct sasl_steps *steps = exchange->steps;
	if (!steps->start(steps->self, exchange->facts->choice.name, exchange->binding,
			  exchange->binding_data, err))
		return false;
	bool ok = greet(exchange, err) && converse(exchange, err);
	steps->end(steps->self);
	return ok;
}
