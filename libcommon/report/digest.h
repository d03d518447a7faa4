/* digest.h - what a report wants to know of one record: its facts flat, by endpoint and by service,
 * its findings in one list.
 *
 * Pure; hostile records in, typed facts out. Strings are as they stand in the record: each form of
 * report escapes for itself. Whatever tool wrote the record, and whichever sections it lacks. */
#ifndef REPORT_DIGEST_H
#define REPORT_DIGEST_H

#include "report/reread.h"

/* What was not looked at is no "no". */
enum seen_answer {
	ANSWER_UNKNOWN,
	ANSWER_NO,
	ANSWER_YES,
};

/* digest_answer.c: how answers come together. */
enum seen_answer digest_answer(bool yes);
/* One yes is a yes, and what is not known counts for nothing. */
enum seen_answer digest_best(enum seen_answer a, enum seen_answer b);
/* One no is a no, and what is not known counts for nothing. */
enum seen_answer digest_weakest(enum seen_answer a, enum seen_answer b);

/* yes of known: what nobody looked at is in neither. */
struct digest_share {
	size_t yes, known;
};
void digest_share_add(struct digest_share *share, enum seen_answer answer);

struct digest_endpoint {
	enum service service;
	enum transport transport;
	enum source source;
	const char *host;    /* SOURCE_FILE: its name */
	const char *address; /* NULL: none (a proxy resolves, a file) */
	uint16_t port;       /* 0: of a file, or an SRV record says so */
	bool examined;       /* a section stands here */
	enum status status;  /* the worst of its sections; unknown where there is none */
	unsigned policies;   /* 1 << enum policy_name: by which its sections were judged */
	/* A walk went to its end; NO: each broke off; UNKNOWN: there was none, or this machine
	 * could not set out on it (no IPv6 here). */
	enum seen_answer up;
	/* In any walk. Whoever never answered has neither encrypted nor refused to: UNKNOWN. So has
	 * a port of direct TLS whose handshake fails: nobody can talk in clear there. */
	enum seen_answer encrypted;
	enum seen_answer authenticated;
	/* enum proof: what authenticated it. Where xmpp-certcheck saw a certificate its word
	 * counts, for it looks closest; else any section's. */
	unsigned proofs;
	/* Of the first section that walked; not taken where none did. */
	struct step_facts steps[STEP_COUNT];
	enum tls_version version;   /* negotiated; NONE: not seen */
	const char *cipher, *group; /* negotiated; NULL: not seen */
	/* Versions accepted, by tls_version; all UNKNOWN where xmpp-ciphers did not ask: a
	 * connection tells of one only, and nothing of what else would have been taken. */
	enum seen_answer versions[TLS_VERSION_COUNT];
	enum seen_answer
		forward_secrecy;       /* always (or, where only a connection was seen, of that) */
	enum seen_answer post_quantum; /* a hybrid group is accepted */
	enum seen_answer plus; /* c2s: a SASL mechanism with channel binding is offered in TLS */
	enum seen_answer dane; /* records that match; NO: none published, or no match */
	enum seen_answer starttls_required; /* of a STARTTLS endpoint */
	const char *dialback;               /* verdict: "valid" ...; NULL: not tried */
	const char *subject, *issuer;       /* of the leaf; NULL: not seen */
	const char *key, *sha256;           /* "EC P-256", 64 digits; NULL likewise */
	unsigned key_bits;                  /* 0 likewise */
	int64_t not_before, not_after;      /* of the leaf, seconds since 1970; 0: not seen */
	int64_t chain_not_after;            /* the first of the chain to end; 0: not seen */
	const char *failure;                /* why the walk ended early; NULL: it did not */
	const json_t *json; /* the endpoint of the record: for forms that show the whole of it */
};

struct digest_finding {
	const char *id, *text, *ref; /* ref NULL: none given */
	enum severity severity;
	const struct digest_endpoint *at; /* NULL: of the record */
	const char *section;              /* "starttls", "sendmsg" ...; NULL: of the record */
};

struct digest_promise {
	const char *id, *text, *reason; /* reason NULL: none */
	enum service service;
	enum promise_result result;
};

/* A service is as good as its weakest endpoint; one of which something is not known does not
 * count. It is up where any endpoint is: a closed port beside an open one is that port's trouble.
 */
struct digest_service {
	bool seen; /* an endpoint was examined */
	enum status status;
	enum seen_answer up, encrypted, authenticated, forward_secrecy, post_quantum, plus, dane;
	enum seen_answer starttls_required; /* NO: some endpoint talks in clear, too */
	size_t tried, encrypting; /* endpoints that could be tried; of these, that encrypted */
	unsigned proofs;          /* what authenticates every endpoint */
	enum tls_version version; /* the lowest negotiated */
	/* Versions accepted, at any endpoint, for one that takes an old version is enough to be
	 * attacked through; all UNKNOWN where none was asked. */
	enum seen_answer versions[TLS_VERSION_COUNT];
	enum tls_version lowest;     /* of these; NONE: not known */
	enum seen_answer only_tls13; /* no older one is needed, and none is taken */
};

struct digest {
	const char *domain;  /* NULL: the line was none */
	const char *unicode; /* NULL: as domain */
	const char *input;   /* where domain is NULL */
	enum status status;
	int64_t time;       /* of the newest section, seconds since 1970; 0: none */
	unsigned policies;  /* 1 << enum policy_name: by which it and its sections were judged */
	enum dnssec dnssec; /* the weakest answer about SRV: bogus, insecure, unknown, secure */
	bool sent, served;  /* it has the section of xmpp-sendmsg, of xmpp-dialback --serve */
	struct digest_endpoint *endpoints;
	size_t endpoint_count;
	struct digest_service services[SERVICE_COUNT];
	/* Worst first, in the record's order among equals. What several tools found at one endpoint
	 * stands here once, in the words of the last that gave it its worst weight. */
	struct digest_finding *findings;
	size_t finding_count;
	size_t weights[SEVERITY_CRITICAL + 1]; /* findings by severity */
	/* Of a record that says any itself: those of 2014, each once; its facts go before what it
	 * says of them (report/promises_judge.h). */
	const struct digest_promise *promises;
	size_t promise_count;
	const json_t *record;
};

/* out lives in mem and in the record. False: a member that is read here has the wrong type (err
 * names it). */
NODISCARD bool digest_read(const json_t *record, struct arena *mem, struct digest *out,
			   struct err *err);

/* It says how its domain is reached. A message that was sent, or a peer that called, does not: no
 * report is about that, and such records are left out (report/left_out.h). */
bool digest_is_about_doors(const struct digest *digest);
/* Where the first certificate to end was seen; NULL: none was seen. */
const struct digest_endpoint *digest_first_to_end(const struct digest *digest);
/* The name to show: domain, else input, never NULL. */
const char *digest_name(const struct digest *digest);
/* Of a set as above the only one; false: there are several, or none is named. */
NODISCARD bool digest_policy(unsigned policies, enum policy_name *out);
/* The same as a word: "bcp195", "several"; NULL: none is named. */
const char *digest_policy_word(unsigned policies);

#endif
