#include "xmpp/login.h"

#include <string.h>

#include "xmpp/login_inner.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

/* RFC 6120, 6.5 */
static const struct cause {
	const char *condition, *cause;
} causes[] = {
	{ "not-authorized", "wrong password, or no such account" },
	{ "aborted", "the server broke off the login: try again" },
	{ "account-disabled", "the account is disabled: its server's administrators know why" },
	{ "credentials-expired", "the password has expired: set a new one with a client" },
	{ "encryption-required",
	  "the server does not take this mechanism without TLS, and does not "
	  "see ours: its configuration" },
	{ "incorrect-encoding", "the server could not read our base64: its fault or ours" },
	{ "invalid-authzid", "this account may not act for that address" },
	{ "invalid-mechanism", "the server does not take the mechanism that it offered: its "
			       "configuration; --mechanism chooses another" },
	{ "malformed-request", "the server did not understand the login: its fault or ours" },
	{ "mechanism-too-weak", "the server wants a stronger mechanism for this account" },
	{ "temporary-auth-failure", "the server cannot check passwords now: try again later" },
};

const char *login_cause(const char *condition)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].condition, condition) == 0)
			return causes[i].cause;
	}
	return causes[0].cause;
}

/* For -PLUS, or to say that we could have (MSG-22): then it is no loss if there is nothing. */
static bool find_binding(struct exchange *exchange, const struct tls_facts *tls, struct err *err)
{
	const struct mechanism_choice *choice = &exchange->facts->choice;
	enum binding_type type = choice->could_bind ? binding_default(tls) : choice->binding;
	if (type == BINDING_NONE)
		return true;
	struct err none = { 0 };
	if (binding_data(stream_conn(exchange->stream), type, exchange->mem,
			 &exchange->binding_data, &none)) {
		exchange->binding = type;
		return true;
	}
	if (!choice->could_bind)
		*err = none;
	return choice->could_bind;
}

/* XEP-0509: the server's settings changed between its list and our choice, which is no failed
 * login. RFC 9266, 5: a second exchange may not use the same binding (MSG-11). */
static bool run(struct exchange *exchange, struct err *err)
{
	struct err first;
	if (exchange_run(exchange, &first))
		return true;
	if (!exchange->settings_changed) {
		*err = first;
		return false;
	}
	if (exchange->facts->choice.binding != BINDING_NONE)
		return err_set(err, AT_LOGIN, ERR_DENIED,
			       "the server's settings changed during the login, and with channel "
			       "binding a second one needs a new connection: try again");
	exchange->settings_changed = false;
	exchange->facts->condition = exchange->facts->text = NULL;
	return exchange_run(exchange, err);
}

/* SASL2: no restart, the features follow. */
static bool read_features(struct stream *stream, struct arena *mem, struct stream_facts *after,
			  struct err *err)
{
	const struct elem *elem = NULL;
	if (!stream_read(stream, &elem, &after->error, err)) {
		stream_explain(stream, "stream features after the login", err);
		return false;
	}
	if (!elem_is(elem, NS_STREAM, "features"))
		return err_set(err, AT_LOGIN, ERR_PROTOCOL,
			       "<%.80s/> instead of stream features after the login", elem->name);
	features_read(elem, mem, &after->features);
	return true;
}

static bool go_on(struct stream *stream, const struct stream_header *header, bool sasl2,
		  struct arena *mem, struct stream_facts *after, struct err *err)
{
	if (sasl2)
		return read_features(stream, mem, after, err);
	return stream_restart(stream, header, after, err);
}

bool login(struct stream *stream, const struct stream_header *header,
	   const struct features *offered, const struct tls_facts *tls,
	   const struct mechanism_wish *wish, uint32_t iterations_max,
	   const struct sasl_steps *steps, struct arena *mem, struct stream_facts *after,
	   struct login_facts *facts, struct err *err)
{
	struct exchange exchange = { .stream = stream,
				     .steps = steps,
				     .offered = offered,
				     .version = tls->version,
				     .iterations_max = iterations_max,
				     .mem = mem,
				     .facts = facts };
	enum err_stage before = conn_stage(stream_conn(stream));
	double began = clock_ms();
	*facts = (struct login_facts){ 0 };
	conn_set_stage(stream_conn(stream), AT_LOGIN);
	bool ok = mechanism_choose(wish, offered, tls, mem, &facts->choice, err) &&
		  find_binding(&exchange, tls, err) && run(&exchange, err);
	facts->elapsed_ms = clock_ms() - began;
	ok = ok && go_on(stream, header, facts->choice.sasl2, mem, after, err);
	conn_set_stage(stream_conn(stream), before);
	return ok;
}
