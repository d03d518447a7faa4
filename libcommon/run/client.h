/* client.h - a session with our own server: found as a client finds it, connected, verified, logged
 * in, bound, managed; RFC 6120, 3 to 7, RFC 7590, XEP-0198.
 *
 * Nothing that is secret or private leaves before the server has proved that it is the account's
 * (MSG-1). One thread. */
#ifndef RUN_CLIENT_H
#define RUN_CLIENT_H

#include "run/account.h"
#include "run/probe.h"
#include "run/sendmsg_options.h"
#include "run/vault.h"
#include "store/logins.h"
#include "xmpp/manage.h"

struct client {
	const struct sendmsg_options *opt;
	const struct options *options;
	const struct account *account;
	struct shared shared;
	struct resolver *resolver;
	struct vault vault;
	struct login_memory memory; /* of the last login with this account */
	const char *memory_file;    /* NULL: nothing is remembered */
	struct arena *mem;          /* for what outlives a connection */
	struct job *job;            /* the search that led to the connection, and what it saw */
	struct manage manage;       /* outlives a connection that was lost */
	bool resumed;               /* this connection goes on where the last one ended */
	uint64_t handled_before;    /* of the session that could not be resumed: see
				       manage.handled; attend() sets it back to 0 */
	struct probe *probe;        /* the connection; NULL: none */
	struct features offered;    /* after the login */
	struct session_facts facts; /* strings live as long as the connection */
	bool hopeless;              /* trying again would not help: refused, not verified */
};

NODISCARD bool client_open(const struct sendmsg_options *opt, const struct options *options,
			   const struct account *account, struct client *out, struct err *err);
void client_close(struct client *client);

/* What is done while the connection lasts. False and err: it was lost. */
typedef bool client_attend_fn(struct client *client, void *context, struct err *err);

/* One search for a connection, and what attend() does with it. False: none came about (each
 * endpoint's cause was told on standard error), or attend() lost it. */
NODISCARD bool client_connect(struct client *client, client_attend_fn *attend, void *context,
			      struct err *err);
/* From now on so many seconds for what is read or written. */
void client_give_time(struct client *client, double seconds);

#endif
