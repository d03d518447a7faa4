/* vault.h - who computes with the password: a child process for each exchange, gone with all it had
 * in memory once the exchange is over.
 *
 * libgsasl copies a password many times and wipes none of them, so it never runs in this process:
 * what comes back are the messages that go to the server. To be opened while there is one thread
 * only. */
#ifndef RUN_VAULT_H
#define RUN_VAULT_H

#include "base/secret.h"
#include "xmpp/sasl.h"

struct vault {
	const struct secret *password; /* not ours; fd -1: none (EXTERNAL, ANONYMOUS) */
	const char *user, *authzid;    /* as in struct sasl_identity */
	int pid, channel;              /* of an exchange under way; -1 */
};

struct vault vault_new(const struct secret *password, const char *user, const char *authzid);
/* What login() calls. */
struct sasl_steps vault_steps(struct vault *vault);
/* Ends an exchange that is under way. */
void vault_close(struct vault *vault);

#endif
