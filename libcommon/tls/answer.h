/* answer.h - reads what comes back to a ClientHello, as far as it is in clear.
 *
 * A push reader: octets in, until the answer is decided. Everything is hostile: records are
 * reassembled within limits (CIP-6), every length is checked. Only what was said is told; nothing
 * about TLS 1.3 behind its ServerHello, which is encrypted. Pure; one thread a reader; fuzzed.
 * spec/ciphers.md, sections 2, 4 and 5. */
#ifndef TLS_ANSWER_H
#define TLS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "tls/version.h"

enum answer_kind {
	ANSWER_NONE,        /* nothing decided yet */
	ANSWER_HELLO,       /* a ServerHello, of SSL 2.0, too */
	ANSWER_RETRY,       /* HelloRetryRequest: suite and group in clear (CIP-14) */
	ANSWER_ALERT,       /* a fatal alert, or an SSL 2.0 ERROR */
	ANSWER_CLOSED,      /* closed in order without an answer */
	ANSWER_RESET,       /* connection reset */
	ANSWER_SILENCE,     /* nothing within the time limit */
	ANSWER_GARBAGE,     /* no TLS, or TLS that breaks its own rules: .fault says what */
	ANSWER_HANDSHAKE,   /* a whole handshake by the TLS library (QUESTION_HANDSHAKE) */
	ANSWER_UNSUPPORTED, /* the TLS library here cannot do what was asked */
};

enum answer_echo {
	ECHO_RENEGOTIATION = 1 << 0,
	ECHO_EMS = 1 << 1,
	ECHO_ETM = 1 << 2,
	ECHO_TICKET = 1 << 3,
	ECHO_HEARTBEAT = 1 << 4,
	ECHO_STATUS = 1 << 5,
	ECHO_SERVERNAME = 1 << 6,
};

/* How much of a flight of TLS 1.2 and earlier is to be read. A TLS 1.3 answer ends with its
 * ServerHello in any case. */
enum answer_want {
	WANT_HELLO,  /* the ServerHello alone */
	WANT_FLIGHT, /* up to ServerHelloDone, for certificate, group, scheme, parameters */
};

/* ServerKeyExchange of finite-field Diffie-Hellman. */
struct dh_seen {
	unsigned bits;            /* of p, exactly; 0: there was none */
	uint8_t prime_sha256[32]; /* of p without leading zeros */
	unsigned generator;       /* 0: larger than 32 bits */
	bool weak_public;         /* Ys is 0, 1 or p - 1 */
};

struct answer_facts {
	enum answer_kind kind;
	enum tls_version version; /* that the server chose; NONE: an unknown number */
	uint16_t version_number;  /* as it stood in the answer */
	uint32_t suite;           /* 0 where none; SSL 2.0: see kinds */
	uint8_t compression;      /* 0: null */
	unsigned echoes;  /* enum answer_echo; ECHO_TICKET in TLS 1.3 handshakes: a ticket came */
	const char *alpn; /* chosen; NULL: none */
	bool session_id;  /* a session id that is not ours came back: it may be resumed */
	enum tls_version sentinel; /* RFC 9846, 4.1.3: TLS_1_2 or TLS_1_1 as the random's end says,
				      NONE: no sentinel */
	uint16_t group;            /* named group of the key exchange; 0: none, or not shown */
	bool explicit_curve;       /* explicit EC parameters instead */
	uint16_t scheme; /* of ServerKeyExchange (TLS 1.2) or by the library (1.3); 0: none */
	struct dh_seen dh;
	unsigned rsa_export_bits;  /* the short key of an export suite; 0: none */
	uint8_t public_sha256[32]; /* of the server's ephemeral public value; zeros: none came */
	bool has_public;
	struct bytes leaf; /* DER of the first certificate; empty: none was shown */
	bool staple;       /* CertificateStatus came */
	bool client_cert_requested;
	int alert;             /* -1: none */
	bool warned_name;      /* a warning unrecognized_name came before (CIP-25) */
	const uint32_t *kinds; /* SSL 2.0: cipher kinds the server shares */
	size_t kind_count;
	bool resumed;         /* QUESTION_RESUME: the session was taken up again */
	bool forward_secrecy; /* ANSWER_HANDSHAKE */
	/* What was wrong, for an operator; NULL: nothing. GARBAGE always has one. A HELLO has one
	 * where its ServerHello was good and the flight behind it broke the rules: what was read
	 * before stays, nothing of the broken message does. */
	const char *fault;
};

struct answer;

#define ANSWER_OCTETS_MAX                                                                          \
	(384 * 1024) /* of one answer; a flight with a large chain takes 20 KiB                    \
		      */

/* Facts live in mem; the reader itself must be freed. */
struct answer *answer_new(enum tls_version asked, enum answer_want want, struct arena *mem);
void answer_free(struct answer **answer);
/* Takes octets; true once the answer is decided (further octets are ignored). */
bool answer_push(struct answer *answer, const void *data, size_t size);
/* The stream ended before that, in this way: CLOSED, RESET or SILENCE. What had come before counts:
 * a ServerHello without its flight is a ServerHello; half a record is GARBAGE when closed. */
void answer_end(struct answer *answer, enum answer_kind how);
/* Valid once decided or ended. */
const struct answer_facts *answer_facts(const struct answer *answer);

/* "hello" "retry" "alert" "closed" "reset" "silence" "garbage" "handshake" "unsupported" "none" */
const char *answer_kind_name(enum answer_kind kind);

#endif
