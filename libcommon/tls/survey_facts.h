/* survey_facts.h - what an enumeration learnt of one endpoint: versions, suites, groups, schemes,
 * properties.
 *
 * Plain data. Filled by tls/survey.h or read back from a record; read by judge and report. What was
 * not asked is NOT_TESTED, never "no": a refusal and a question that was never put are different
 * values. */
#ifndef TLS_SURVEY_FACTS_H
#define TLS_SURVEY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "tls/suites.h"
#include "tls/version.h"

enum seen {
	SEEN_NOT_TESTED,
	SEEN_NO,      /* asked, and refused or not done */
	SEEN_YES,     /* proven by an answer */
	SEEN_UNCLEAR, /* asked, and no answer that proves either (silence, resets, contradictions)
		       */
};

enum preference {
	PREFERENCE_UNKNOWN, /* not tested, or fewer than two to choose from */
	PREFERENCE_SERVER,  /* the server's own order */
	PREFERENCE_CLIENT,  /* it follows the client's */
	PREFERENCE_CHACHA,  /* its own, but ChaCha20 first where the client lists it first */
	PREFERENCE_MIXED,   /* neither: answers contradict one order */
};

/* A certificate the server showed (TLS 1.2 and earlier show it in clear). */
struct cert_seen {
	struct bytes der;
	uint8_t sha256[32];
	const char *key; /* "RSA" "EC" "Ed25519" ..., as cert.h names it; "" if unreadable */
	unsigned bits;
};

/* One suite accepted in one version, and what its answer showed. */
struct suite_seen {
	uint32_t code;
	const struct suite *suite; /* NULL: a number the registry does not know */
	uint16_t group;            /* named group chosen; 0: none shown */
	uint16_t scheme;           /* of ServerKeyExchange; 0: none shown */
	unsigned dh_bits;          /* smallest seen; 0: no finite field */
	const char *prime;         /* name of the known modulus; NULL */
	unsigned rsa_export_bits;  /* FREAK: of the short key; 0: none */
	int cert;                  /* index into survey_facts.certs, -1: none shown */
	bool encrypt_then_mac;     /* answered for this suite */
	bool explicit_curve;
	bool outside; /* the version is outside the suite's specification (CIP-36) */
};

struct version_seen {
	enum tls_version version;
	enum seen offered;
	bool suites_complete; /* every suite of the registry was asked for, to the last refusal */
	enum preference preference;
	/* In the server's order where it has one, else in the order of strength. SSL 2.0: kinds. */
	struct suite_seen *suites;
	size_t suite_count;
	int alert; /* the one that refused it; -1: none */
};

struct group_seen {
	uint16_t code;
	bool tls12, tls13; /* accepted in TLS 1.2 or earlier; in TLS 1.3 */
};

struct scheme_seen {
	uint16_t code;
	bool tls12, tls13;
	bool alone; /* TLS 1.2: chosen only when nothing better was offered */
};

/* One finite field the server used. */
struct field_seen {
	unsigned bits;
	uint8_t sha256[32]; /* of the modulus */
	const char *name;   /* known to many; NULL */
	bool known_composite, known_unsafe;
	unsigned generator;
	bool weak_public;
};

struct property_facts {
	enum seen compression, secure_renegotiation, extended_master_secret, encrypt_then_mac,
		session_tickets, session_ids, resumption, heartbeat, ocsp_staple;
	enum seen fallback_scsv;        /* RFC 7507 */
	enum seen downgrade_sentinel;   /* RFC 9846, 4.1.3: where TLS 1.3 is spoken, too */
	enum seen grease;               /* YES: unknown values are ignored as they must be */
	enum seen version_tolerance;    /* YES: higher versions are negotiated down */
	uint16_t intolerant_of;         /* the client_version that broke it; 0 */
	enum seen long_hello;           /* YES: a hello in two segments of TCP is taken */
	enum seen sni_required;         /* YES: without SNI the handshake fails */
	enum seen sni_unknown_refused;  /* YES: an unknown name is refused (alert 112) */
	int sni_alert;                  /* -1: none */
	enum seen alpn;                 /* YES: our XMPP protocol was chosen */
	enum seen alpn_unknown_refused; /* YES: alert 120, as RFC 7301 wants */
	enum seen hybrid_preferred;     /* a hybrid is asked for although a classical share came */
	enum seen dh_reuse, ec_reuse;   /* one ephemeral public value in two connections */
	enum seen client_cert_requested;
};

enum fs_promise {
	FS_UNKNOWN,
	FS_ALWAYS,
	FS_POSSIBLE,
	FS_NEVER,
};

struct survey_facts {
	struct version_seen versions[TLS_VERSION_COUNT]; /* by enum tls_version; [0] unused */
	/* In the server's order where it has one: of TLS 1.3 where spoken, what only TLS 1.2 takes
	 * behind it. */
	struct group_seen *groups;
	size_t group_count;
	enum preference group_preference;
	/* Of TLS 1.2 and earlier; of TLS 1.3: YES, NO (cut short), UNCLEAR (those that the server
	 * likes less than the curve of its ECDSA certificate cannot show, CIP-20). */
	enum seen groups_complete[2];
	struct scheme_seen *schemes; /* likewise */
	size_t scheme_count;
	enum seen schemes_complete[2];
	const char *signature13; /* what TLS 1.3 signed with in a whole handshake; NULL */
	struct cert_seen *certs;
	size_t cert_count;
	struct field_seen *fields;
	size_t field_count;
	struct property_facts properties;
	enum fs_promise forward_secrecy;
	bool inconsistent;     /* one question, two answers: several servers behind one address? */
	const char *violation; /* a rule of TLS the server broke in its answers, first seen; NULL */
	size_t unclear;        /* questions that never got an answer that counts */
};

/* "always" "possible" "never" "" */
const char *fs_promise_name(enum fs_promise promise);
NODISCARD bool fs_promise_parse(const char *name, enum fs_promise *out);
/* "server" "client" "chacha" "mixed" "unknown" */
const char *preference_name(enum preference preference);
NODISCARD bool preference_parse(const char *name, enum preference *out);
/* "not-tested" "no" "yes" "unclear" */
const char *seen_name(enum seen seen);
NODISCARD bool seen_parse(const char *name, enum seen *out);
/* From the suites seen alone: what forward_secrecy is. */
enum fs_promise survey_forward_secrecy(const struct survey_facts *facts);

#endif
