/* sasl.h - one SASL exchange as a client, through libgsasl.
 *
 * Holds the password while it lasts and leaves copies of it on the heap (libgsasl does): run/vault
 * runs it in a process of its own. One thread. */
#ifndef XMPP_SASL_H
#define XMPP_SASL_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "tls/binding.h"

struct sasl_identity {
	const char *user;     /* authentication identity: the localpart; "" for ANONYMOUS */
	const char *authzid;  /* bare JID, only to act for somebody else, and for EXTERNAL; NULL */
	const char *password; /* NULL: none */
	enum binding_type binding;
	struct bytes binding_data;
};

struct sasl;

NODISCARD bool sasl_start(const char *mechanism, const struct sasl_identity *identity,
			  struct sasl **out, struct err *err);
/* One step: what the server said (data NULL before it said anything) in, what goes to it out (raw
 * octets, not base64). *done: for us the exchange is complete, and a SCRAM server has proved that
 * it knows the password. False: the server's message is wrong ("the server's signature is wrong: it
 * does not know the password"). */
NODISCARD bool sasl_step(struct sasl *sasl, struct bytes in, struct buf *out, bool *done,
			 struct err *err);
void sasl_end(struct sasl **sasl);

/* The same from afar: who holds the secret answers. */
struct sasl_steps {
	bool (*start)(void *self, const char *mechanism, enum binding_type binding,
		      struct bytes binding_data, struct err *err);
	bool (*step)(void *self, struct bytes in, struct buf *out, bool *done, struct err *err);
	void (*end)(void *self);
	void *self;
};

#endif
