/* dns.h - questions to a validating resolver, answers as plain data.
 *
 * Wraps c-ares. A struct resolver belongs to one thread; it reads the system's configuration and
 * opens its sockets when first asked. What it learnt, all resolvers with the same dns_common know.
 * An expected answer is an outcome, not an error. The parser is a pure function over the message
 * and has a fuzzer. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/err.h"
#include "net/address.h"

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_TLSA = 52,
	DNS_CAA = 257,
};

enum dns_outcome {
	DNS_NOT_ASKED,
	DNS_FOUND,         /* at least one record of the type */
	DNS_NO_DATA,       /* the name exists, without this type */
	DNS_NO_NAME,       /* NXDOMAIN */
	DNS_SERVER_FAILED, /* SERVFAIL; with dnssec == DNSSEC_BOGUS: only because validation failed
			    */
	DNS_REFUSED,       /* REFUSED, NOTIMP, FORMERR */
	DNS_TIMED_OUT,
	DNS_MALFORMED,   /* an answer that is no DNS message, or does not fit the question */
	DNS_UNREACHABLE, /* no resolver configured, or nothing listens there */
};

enum dnssec {
	DNSSEC_UNKNOWN,  /* the resolver's AD bit is not to be believed: not on loopback, no
			    --trust-ad */
	DNSSEC_INSECURE, /* answered by a believed resolver, without AD */
	DNSSEC_SECURE,
	DNSSEC_BOGUS, /* SERVFAIL, but an answer with CD set (checking disabled) */
};

struct dns_srv {
	uint16_t priority, weight, port;
	const char
		*target; /* lower case, no trailing dot; "" for the root: not offered (RFC 2782) */
};

struct dns_tlsa {
	uint8_t usage, selector, matching;
	struct bytes data;
};

struct dns_caa {
	uint8_t flags;
	const char *tag;
	struct bytes value;
};

struct dns_record {
	uint32_t ttl; /* seconds */
	union {
		struct address address;
		struct dns_srv srv;
		struct dns_tlsa tlsa;
		struct dns_caa caa;
	};
};

struct dns_answer {
	const char *name; /* what was asked */
	enum dns_type type;
	enum dns_outcome outcome;
	enum dnssec dnssec;
	const char *alias; /* where CNAMEs led, else NULL */
	const struct dns_record *records;
	size_t count;
	double elapsed_ms;
};

struct dns_common;

struct resolver_options {
	const char *server;        /* "ADDR[:PORT]"; NULL: the system's (resolv.conf) */
	bool trust_ad;             /* believe AD from a resolver that is not on loopback */
	struct dns_common *common; /* what it shares with the others of the process (dns_common.h),
				      who outlives it; NULL: it shares and keeps nothing */
};

struct resolver;

NODISCARD bool resolver_new(const struct resolver_options *options, struct resolver **out,
			    struct err *err);
void resolver_free(struct resolver **resolver);

struct dns_question {
	const char *name; /* A-labels */
	enum dns_type type;
};

/* Asks all questions at once and waits for every answer; out[i] answers questions[i]. Sets AD and
 * DO, repeats truncated answers over TCP, repeats SERVFAIL with CD to tell bogus from broken. A
 * question is tried twice within the deadline, at most 5 s each. An answer that is still fresh is
 * not asked for again, and reads the same; a server that is known to be dead is not waited for
 * (dns_common.h). */
void dns_ask(struct resolver *resolver, const struct dns_question *questions, size_t count,
	     struct deadline until, struct arena *mem, struct dns_answer *out);

/* What a message tells beside its records. */
struct dns_aside {
	bool ad;         /* the AD bit */
	uint32_t keep_s; /* how long the answer may be kept: the lowest TTL on the way to it, or
			    what the SOA says of a denial (RFC 2308, 5) */
};

/* Reads one message that answers (name, type): follows CNAMEs inside it, ignores records of other
 * names and types. Sets outcome, alias, records. At most 64 records count (DNS_RECORDS_MAX), more
 * make it DNS_MALFORMED. */
#define DNS_RECORDS_MAX 64
void dns_parse(struct bytes message, const struct dns_question *question, struct arena *mem,
	       struct dns_answer *out, struct dns_aside *aside);

/* "found" "no-data" "no-name" "server-failed" "refused" "timed-out" "malformed" "unreachable"
 * "not-asked"; "secure" ... */
const char *dns_outcome_name(enum dns_outcome outcome);
const char *dnssec_name(enum dnssec dnssec);
NODISCARD bool dns_outcome_parse(const char *name, enum dns_outcome *out);
NODISCARD bool dnssec_parse(const char *name, enum dnssec *out);
/* True where asking could not tell (failed, timed out ...), as opposed to an answer "there is
 * none". */
bool dns_outcome_is_failure(enum dns_outcome outcome);

#endif
