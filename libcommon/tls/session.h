/* session.h - a TLS client (GnuTLS) over a conn, and everything it saw.
 *
 * One thread a session; the context is built before the first thread and const afterwards. The
 * certificate is never verified here: a probe goes on and tells (MAN-38); who must not go on asks
 * path.h and name.h before the first octet of data, or in a tls_judge before our own certificate is
 * shown. */
#ifndef TLS_SESSION_H
#define TLS_SESSION_H

#include "base/arena.h"
#include "net/conn.h"
#include "tls/cert.h"
#include "tls/path.h"
#include "tls/version.h"

enum pfs_wish {
	PFS_PREFER,  /* static key exchange last */
	PFS_REQUIRE, /* never offered */
};

#define TLS_ALPN_MAX 8 /* protocols: what GnuTLS takes */

struct tls_options {
	enum tls_version min, max; /* NONE: TLS_1_2 (or max, if that is older) and TLS_1_3 */
	enum pfs_wish pfs;
	const char *priority;             /* a GnuTLS priority string instead of ours; NULL */
	const char *cert_file, *key_file; /* PEM or PKCS#11 URI; NULL: none */
	struct bytes cert_pem, key_pem;   /* in memory, where no file is named; empty: none */
	const char *keylog; /* file in NSS format, appended; NULL: $SSLKEYLOGFILE, which GnuTLS
			       heeds itself */
	bool show_messages; /* taps see handshake messages (-vv) */
};

struct tls_context;

/* A session to take up again: what tls_keep_session() keeps. */
struct tls_ticket {
	void *data; /* NULL: none; for tls_ticket_free() */
	size_t size;
};

/* Refuses with a sentence: a version this GnuTLS lacks (SSL 3.0), min above max, a bad priority
 * string (with the position), an unreadable certificate, a certificate without key or a key that
 * does not fit. */
NODISCARD bool tls_context_new(const struct tls_options *options, struct tls_context **out,
			       struct err *err);
void tls_context_free(struct tls_context **context);

struct tls_facts {
	bool up; /* the handshake ended well */
	enum tls_version version;
	const char *cipher; /* IANA's name */
	unsigned bits;      /* of the cipher */
	const char *group;  /* IANA's name: "x25519", "secp256r1", "ffdhe2048"; NULL for static key
			       exchange */
	unsigned dh_bits;   /* finite field only */
	const char *signature; /* IANA scheme of the server: "ecdsa_secp256r1_sha256"; NULL if there
				  was none */
	bool forward_secrecy, extended_master_secret, encrypt_then_mac, safe_renegotiation,
		session_ticket, resumed;
	bool client_cert_requested, client_cert_sent;
	bool staple;                     /* an OCSP response was stapled */
	struct bytes ocsp;               /* that response, DER; empty: none, or not kept */
	struct bytes scts;               /* the signed_certificate_timestamp extension (RFC 6962);
					    empty: GnuTLS 3.7 cannot ask for it */
	enum tls_version newest_offered; /* by us, or taken; NONE: --priority, nobody knows */
	const char *alpn_offered, *alpn; /* NULL: none offered, none came back */
	const char *servername;
	struct bytes chain[CHAIN_MAX]; /* DER, as presented; set also when the handshake failed
					  after the certificate */
	size_t chain_count;
	bool chain_cut;  /* the peer presented more than CHAIN_MAX */
	bool chain_read; /* GnuTLS could read every certificate of it, or there would be no session
			  */
	/* Why it failed: */
	bool refused;     /* the judge said no */
	int alert;        /* number, -1: none */
	bool alert_sent;  /* by us; otherwise received */
	bool alert_first; /* it answered our ClientHello, before any ServerHello */
};

/* Who decides, in the middle of the handshake, whether the server may learn who we are. */
struct tls_judge {
	/* Called once, when facts->version and facts->chain are known and no certificate of ours
	 * has left; of a session that was taken up again, at the end. May wait. False and err: the
	 * handshake ends with bad_certificate, and with this err. */
	bool (*allow)(void *user, const struct tls_facts *facts, struct err *err);
	void *user;
};

/* What a handshake says and offers beside what is in the context. */
struct tls_wish {
	const char *servername;          /* SNI; NULL or an IP literal: none */
	const char *alpn;                /* comma-separated protocols; NULL: none */
	const struct tls_ticket *ticket; /* kept by tls_keep_session() before; NULL: none */
	const struct tls_judge *judge;   /* NULL: whoever it is */
};

/* The handshake, with SNI servername (NULL or an IP literal: none) and ALPN (comma-separated
 * protocols, NULL: none). From success on conn reads and writes inside TLS, and its close sends
 * close_notify. facts is filled as far as it went in either case. */
NODISCARD bool tls_start(struct conn *conn, const struct tls_context *context,
			 const char *servername, const char *alpn, struct arena *mem,
			 struct tls_facts *facts, struct err *err);

/* The same with all that can be wished for. facts->resumed tells whether the ticket's session was
 * taken up. */
NODISCARD bool tls_start_with(struct conn *conn, const struct tls_context *context,
			      const struct tls_wish *wish, struct arena *mem,
			      struct tls_facts *facts, struct err *err);
/* Waits at most the given time for a TLS 1.3 server's ticket (they come behind the handshake), then
 * keeps what is needed to resume. Data that comes instead is dropped: the connection is good for
 * closing only. False: the server gives no session to take up. */
bool tls_keep_session(struct conn *conn, double seconds, struct tls_ticket *out);
void tls_ticket_free(struct tls_ticket *ticket);

/* RFC 8446, 6: "handshake_failure"; "alert N" kept in the arena is the caller's business: NULL if
 * unknown. */
const char *tls_alert_name(int alert);
/* What it usually means when a server sends it to a client that did nothing unusual; NULL if
 * nothing useful is known. */
const char *tls_alert_meaning(int alert);

#endif
