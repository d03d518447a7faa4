/* dane.h - do the TLSA records of a service's host bind this chain? RFC 6698, RFC 7671, RFC 7673.
 *
 * Pure: look-ups are net/tlsa's. Usage 0 and 1 ask the trust anchors besides. Any thread;
 * everything in the arena. */
#ifndef TLS_DANE_H
#define TLS_DANE_H

#include "net/tlsa.h"
#include "tls/name.h"
#include "tls/path.h"

enum dane_verdict {
	DANE_MATCHES,    /* binds the chain by itself, with all that its usage asks */
	DANE_DIFFERS,    /* usable, and matches no certificate, or not with what its usage asks */
	DANE_SUPERSEDED, /* a stronger digest of the same usage and selector is published
			    (RFC 7671, 9) */
	DANE_UNUSABLE,   /* unknown usage, selector or matching type, or data of a wrong length */
};

struct dane_record_facts {
	struct dns_tlsa tlsa;
	enum dane_verdict verdict;
	int cert; /* index of the certificate of the chain whose octets match, even where the
		     verdict is DANE_DIFFERS for another reason; -1: none */
	const char *reason; /* one short sentence: never NULL; static or in the arena */
};

enum dane_status {
	DANE_NOT_CHECKED, /* not looked up: --dane=off, no resolver, an IP literal, a file; or no
			     certificate was presented */
	DANE_INSECURE,    /* SRV or the target's addresses are not DNSSEC-secure: no TLSA counts */
	DANE_UNKNOWN,     /* the resolver's DNSSEC verdict is not to be believed (CRT-50) */
	DANE_NONE,        /* secure denial: no TLSA records */
	DANE_NO_USABLE,   /* only unusable records: as if there were none */
	DANE_MATCH,
	DANE_MISMATCH, /* usable records, none matches: a DANE client ends the handshake */
	DANE_BOGUS,    /* validation failed: a DANE client keeps away (CRT-41) */
	DANE_FAILED,   /* the question had no answer: likewise, but it may pass */
};

struct dane_facts {
	enum dane_status status;
	const char *name; /* "_5222._tcp.xmpp.example.org"; NULL where nothing was asked */
	enum dnssec srv, address, tlsa;
	struct dane_record_facts *records; /* in the order of the answer */
	size_t count;
	const struct dane_record_facts *matched; /* the first with DANE_MATCHES; NULL: none */
	const struct cert_name *matched_name;    /* usage 0 to 2: the name that matched */
	bool by_target;  /* that name is the SRV target's, not the source domain's */
	bool ta_missing; /* a usage 2 record whose certificate the server did not send (CRT-47) */
	/* A usage, selector and matching type published with no match among its records (CRT-48);
	 * "3 1 1"; NULL: each combination matches. Set only under DANE_MATCH. */
	const char *unmatched_combination;
	const char *reason; /* why not DANE_MATCH, one sentence; NULL under DANE_MATCH */
	/* A secure SRV record makes the target a reference identifier even where no TLSA record
	 * counts and PKIX decides (CRT-44): the DNS-ID that names it; NULL: none, or the SRV record
	 * is not secure, or the status allows no such verdict. */
	const struct cert_name *target_name;
};

/* What the chain is judged as. */
struct dane_subject {
	const struct cert_facts *chain; /* as presented; zeroed where unreadable */
	size_t count;
	const char *domain;        /* the source domain, A-labels */
	const char *target;        /* the SRV target: the TLSA base domain */
	const char *srv_service;   /* "_xmpp-client" or "_xmpp-server" */
	const struct trust *trust; /* for usage 0 and 1 */
	int64_t at;
};

void dane_judge(const struct tlsa_lookup *lookup, const struct dane_subject *subject,
		struct arena *mem, struct dane_facts *out);

/* The record to publish for this certificate: "3 1 1 <hex>" (CRT-48). selector 0 or 1, matching 1
 * or 2. */
const char *dane_record_text(const struct cert_facts *cert, uint8_t usage, uint8_t selector,
			     uint8_t matching, struct arena *mem);

/* "match" "differs" "superseded" "unusable"; "not-checked" "insecure" "unknown" "none" "no-usable"
 * "match" "mismatch" "bogus" "failed". */
const char *dane_verdict_text(enum dane_verdict verdict);
const char *dane_status_text(enum dane_status status);
NODISCARD bool dane_status_parse(const char *text, enum dane_status *out);

#endif
