/* logins.h - how an account logged in last time, so that nobody on the way can talk us into less:
 * XEP-0474's "pin", MSG-2.
 *
 * A table of its own in an SQLite file of the user's (logins_default_path()), opened for the
 * moment. Written only when something changed. Any thread, and many processes at once. path NULL:
 * nothing is known, nothing kept. A file that is damaged, somebody else's, or knows a mechanism
 * that this program does not is an err, for who believes it less is talked into less. */
#ifndef STORE_LOGINS_H
#define STORE_LOGINS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "tls/version.h"

struct login_memory {
	bool known;
	const char *mechanism; /* the strongest so far: "SCRAM-SHA-256-PLUS" */
	bool scram_used;       /* from then on nothing less */
	unsigned bound_in;     /* 1 << enum tls_version: in these the login was bound to the
				  connection, and is to be again. A server may well bind in one and
				  not in the other: Prosody 0.12 does up to TLS 1.2 only */
	int64_t since;         /* when that was first so; seconds since 1970 */
};

/* $XDG_STATE_HOME/xmpp-tls-tools/logins.db, or under ~/.local/state; NULL: no home. */
const char *logins_default_path(struct arena *mem);
/* account: bare JID, prepared. A file that is not there knows nothing, and is no error. */
NODISCARD bool logins_recall(const char *path, const char *account, struct login_memory *out,
			     struct err *err);
/* After a login that succeeded; only ever raises what is known: PLAIN, SCRAM by its hash, -PLUS by
 * its hash. EXTERNAL, ANONYMOUS and what is unknown are not kept. Makes folder and file (0700,
 * 0600). */
NODISCARD bool logins_note(const char *path, const char *account, const char *mechanism,
			   enum tls_version version, int64_t at, struct err *err);
/* --forget */
NODISCARD bool logins_forget(const char *path, const char *account, struct err *err);

#endif
