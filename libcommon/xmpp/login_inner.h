/* login_inner.h - what login*.c share: one exchange, and how the two profiles of SASL put it into
 * XML. */
#ifndef XMPP_LOGIN_INNER_H
#define XMPP_LOGIN_INNER_H

#include "xmpp/login.h"

/* Of one message, before base64: a password, two addresses with every octet escaped. */
#define MESSAGE_MAX ((size_t)8192)

enum exchange_state {
	EXCHANGE_ASKED,     /* SCRAM: the first message is out */
	EXCHANGE_PROVED,    /* SCRAM: we have shown that we know the password */
	EXCHANGE_SATISFIED, /* the server has, too; or it is not SCRAM, and has nothing to show */
};

struct exchange {
	struct stream *stream;
	const struct sasl_steps *steps;
	const struct features *offered;
	enum tls_version version;
	uint32_t iterations_max;
	enum binding_type binding; /* what steps are given, used or not */
	struct bytes binding_data;
	struct arena *mem;
	struct login_facts *facts; /* choice is made */
	enum exchange_state state;
	const char *client_first; /* SCRAM's */
	bool settings_changed;    /* XEP-0509: no failed login, but a stale list */
};

/* login_exchange.c: to success, and the server's proof. */
NODISCARD bool exchange_run(struct exchange *exchange, struct err *err);

/* login_wire.c */
enum said {
	SAID_CHALLENGE,
	SAID_SUCCESS,
	SAID_FAILURE,
	SAID_CONTINUE, /* SASL2: something else is wanted besides */
	SAID_OTHER,
};
enum said wire_what(const struct exchange *exchange, const struct elem *elem);
/* <auth/>, <authenticate/>; <response/>. What was sent is wiped from where it was put together. */
NODISCARD bool wire_ask(const struct exchange *exchange, const struct buf *message,
			struct err *err);
NODISCARD bool wire_respond(const struct exchange *exchange, const struct buf *message,
			    struct err *err);
/* Before we leave, out of politeness: what becomes of it does not matter. */
void wire_abort(const struct exchange *exchange);
/* What a challenge or a success holds; no data and empty data are the same to SCRAM. */
NODISCARD bool wire_data(const struct exchange *exchange, const struct elem *elem,
			 struct bytes *out, struct err *err);
/* A failure or a continue as facts and a sentence. Always false. */
bool wire_failure(struct exchange *exchange, const struct elem *elem, struct err *err);
bool wire_continue(struct exchange *exchange, const struct elem *elem, struct err *err);

#endif
