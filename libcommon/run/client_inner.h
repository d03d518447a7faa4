/* client_inner.h - what the files of client.h share. Not for others. */
#ifndef RUN_CLIENT_INNER_H
#define RUN_CLIENT_INNER_H

#include "run/client.h"

/* --- client_proof.c --- */
/* TLS with who proves to be the account's server: by PKIX, DANE or a pin, before a certificate of
 * ours is shown. Sets facts->proofs. False: nothing was sent, nothing may be; walk->failure says
 * which identity was expected, and why this certificate does not prove it. */
NODISCARD bool client_shake_hands(struct client *client, struct starttls_facts *walk);

/* --- client_why.c --- */
/* All causes, each endpoint's on a line of standard error; the weightiest stands for them in err.
 * Returns false. */
bool client_explain(const struct client *client, struct err *err);

#endif
