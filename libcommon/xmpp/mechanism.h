/* mechanism.h - which way to log in, of those the server offers: RFC 6120, 6.3; XEP-0440; MSG-9,
 * MSG-19 to MSG-23. Pure. */
#ifndef XMPP_MECHANISM_H
#define XMPP_MECHANISM_H

#include "tls/binding.h"
#include "xmpp/features.h"

enum binding_wish {
	BINDING_PREFERRED,
	BINDING_REQUIRED, /* --channel-binding=require: -PLUS, or EXTERNAL, which is part of TLS */
	BINDING_OFF,      /* for a server whose binding is broken */
};

/* What we have and want. */
struct mechanism_wish {
	const char *insisted; /* --mechanism: this one or none; NULL */
	bool has_password;
	bool has_certificate; /* and the server asked for it: EXTERNAL comes first */
	bool anonymous;       /* asked for */
	bool verified;        /* certificate checked: without it never PLAIN (MSG-2) */
	enum binding_wish binding;
	/* Of the last login with this account, if it is known (XEP-0474's pin; MSG-2): never less
	 * than that. */
	bool scram_used, binding_used;
};

struct mechanism_choice {
	const char *name; /* static: "SCRAM-SHA-256-PLUS" */
	bool sasl2;       /* XEP-0388 */
	bool is_scram;
	enum binding_type binding; /* what -PLUS binds to; NONE without */
	/* We could bind, and the server offers neither -PLUS nor types: the gs2 flag `y` says so
	 * (MSG-22), which libgsasl 2.2.0 cannot write. */
	bool could_bind;
	/* A SCRAM that binds to nothing: why; NULL otherwise. In the arena. */
	const char *unbound_because;
};

/* SASL2 where it is offered with a mechanism as good, since it saves a round trip. False: err says
 * what was offered and why none of it will do: nothing in common, PLAIN on a connection that was
 * not verified, -PLUS stripped while binding types are announced (MSG-21), binding required, weaker
 * than last time. */
NODISCARD bool mechanism_choose(const struct mechanism_wish *wish, const struct features *offered,
				const struct tls_facts *tls, struct arena *mem,
				struct mechanism_choice *out, struct err *err);
/* A mechanism this toolkit can do; case does not matter. *out is its name as registered. */
NODISCARD bool mechanism_known(const char *name, const char **out);

#endif
