/* handshake.h - what the files of session.h share: the context, the session, and the parts of a
 * handshake. Not for other folders. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <gnutls/gnutls.h>

#include "tls/session.h"

struct tls_context {
	struct arena *mem;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t credentials;
	bool has_certificate, show_messages, pfs_only;
	int keylog;                      /* file descriptor, -1: none */
	enum tls_version oldest, newest; /* offered; NONE under --priority, where nobody knows */
	const char *offered;             /* "TLS1.2 to TLS1.3"; NULL likewise */
};

#define FIRST_OCTETS 5 /* of the answer: enough to see whether it is a TLS record */

/* One session over one conn; in an arena of its own, for the conn may outlive its target's. */
struct session {
	struct arena *own;
	gnutls_session_t tls;
	const struct tls_context *context;
	struct conn *conn;
	int error; /* errno of the last socket call that failed, 0: none */
	bool broken;
	uint8_t first[FIRST_OCTETS];
	size_t first_count;
	bool server_spoke;       /* a ServerHello came */
	bool asked;              /* for a client certificate */
	struct tls_facts *facts; /* while the handshake lasts, else NULL */
	struct arena *mem;       /* of the facts */
};

void session_free(struct session **session);
/* The session that conn reads and writes through; NULL: none. */
struct session *session_of(const struct conn *conn);

/* observe.c: handshake messages as they pass, for the facts and for -vv. */
void session_observe(struct session *session);
/* results.c: what was negotiated. */
void session_results(struct session *session, struct tls_facts *facts);
/* failure.c: why GnuTLS gave up, into facts and err; tells the peer where that is due. Always
 * false. */
bool session_failure(struct session *session, int code, struct tls_facts *facts, struct err *err);

#endif
