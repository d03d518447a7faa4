/* vault.h - who computes with the password: a child process for each exchange, gone with all it had
 * in memory once the exchange is over.
 *
 * libgsasl copies a password many times and wipes none of them, so it never runs in this process:
 * what comes back are the messages that go to the server. (That of PLAIN is the password: who sends
 * it wipes his buffers.) To be opened while there is one thread only; that thread must live as long
 * as the exchange. SIGCHLD may be ignored, or handled by one who waits for his own children. */
#ifndef RUN_VAULT_H
#define RUN_VAULT_H

#include "base/secret.h"
#include "xmpp/sasl.h"

#define VAULT_MESSAGE_MAX ((size_t)64 * 1024) /* no SASL message of either side comes near */

struct vault {
	const struct secret *password; /* not ours; fd -1: none (EXTERNAL, ANONYMOUS) */
	const char *user, *authzid;    /* as in struct sasl_identity */
	int pid, channel;              /* of an exchange under way; -1 */
};

struct vault vault_new(const struct secret *password, const char *user, const char *authzid);
/* What login() calls. A server's message beyond VAULT_MESSAGE_MAX is refused, as is one of ours; a
 * child that dies is told as that, with the signal. */
struct sasl_steps vault_steps(struct vault *vault);
/* Ends an exchange that is under way, and waits for its process. */
void vault_close(struct vault *vault);

#endif
