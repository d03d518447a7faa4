/* handshake.h - what the files of session.h and accept.h share: the context, the session, and the
 * parts of a handshake. Not for other folders. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <gnutls/gnutls.h>

#include "tls/session.h"

struct tls_context {
	struct arena *mem;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t credentials;
	bool is_server, has_certificate, show_messages, pfs_only;
	int keylog;                      /* file descriptor, -1: none */
	enum tls_version oldest, newest; /* offered, or accepted; NONE under --priority, where
					    nobody knows */
	const char *offered;             /* "TLS1.2 to TLS1.3"; NULL likewise */
};

#define FIRST_OCTETS 5    /* of the peer's: enough to see whether it is a TLS record */
#define AHEAD_ROOM   4096 /* a server's whole flight, mostly */

/* One session over one conn; in an arena of its own, for the conn may outlive its target's. */
struct session {
	struct arena *own;
	gnutls_session_t tls;
	const struct tls_context *context;
	struct conn *conn;
	int error;   /* errno of the last socket call that failed, 0: none */
	bool looked; /* GnuTLS has asked for octets of the peer's */
	bool ended;  /* the peer closed its side of the socket */
	bool broken;
	int warnings;              /* behind the handshake */
	size_t octets, octets_max; /* taken in for this handshake; behind it, since data came out */
	uint8_t first[FIRST_OCTETS];
	size_t first_count;
	uint8_t ahead[AHEAD_ROOM]; /* read before GnuTLS asked for it */
	size_t ahead_from, ahead_to;
	bool server_spoke;             /* a ServerHello came, or went */
	bool asked;                    /* we were, for a client certificate */
	const struct tls_judge *judge; /* NULL: nobody, or he has been heard */
	struct err refusal;            /* the judge's; no code: he let it go on */
	struct tls_facts *facts;       /* while the handshake lasts, else NULL */
	struct arena *mem;             /* of the facts */
};

/* handshake.c. A session to be, and facts without any; what is in it when the handshake ends goes
 * to mem. */
struct session *session_new(struct conn *conn, const struct tls_context *context, struct arena *mem,
			    struct tls_facts *facts);
void session_free(struct session **session);
/* GnuTLS over the conn's socket. flags: GNUTLS_CLIENT or GNUTLS_SERVER, and more. octets_max: of
 * what the peer may send for the handshake. */
NODISCARD bool session_begin(struct session *session, unsigned flags, size_t octets_max,
			     struct err *err);
/* The handshake. From success on the conn reads and writes through the session, and owns it. */
NODISCARD bool session_shake_hands(struct session **session, struct err *err);
/* Until GnuTLS, which had to stop, can go on. */
NODISCARD bool session_wait(struct session *session, struct err *err);
/* Hears the judge, unless he was heard. 0, or the code of GnuTLS that ends the handshake; he is
 * quoted by session_failure(). */
int session_ask_judge(gnutls_session_t tls);
/* The session that conn reads and writes through; NULL: none. */
struct session *session_of(const struct conn *conn);

/* observe.c: handshake messages as they pass, for the facts and for -vv. */
void session_observe(struct session *session);
/* results.c: what was negotiated. */
enum tls_version session_version(const struct session *session);
void session_results(struct session *session, struct tls_facts *facts);
/* alert.c: what it usually means when a client sends this alert to us; NULL. */
const char *alert_of_client(int alert);
/* failure.c: what came first, if anything did, begins a record of TLS. */
bool session_is_tls(const struct session *session);
/* Why GnuTLS gave up, into facts and err; tells the peer where that is due. Always
 * false. */
bool session_failure(struct session *session, int code, struct tls_facts *facts, struct err *err);

#endif
