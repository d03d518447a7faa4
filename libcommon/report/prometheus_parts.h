/* prometheus_parts.h - what is kept of records until their metrics can be written, each metric's
 * samples together. Private to report/: prometheus_keep.c keeps, prometheus_write.c writes. */
#ifndef REPORT_PROMETHEUS_PARTS_H
#define REPORT_PROMETHEUS_PARTS_H

#include "report/promises_judge.h"
#include "report/sheet.h"
#include "report/tally.h"

#define KEPT_DOMAINS    100000
#define KEPT_ENDPOINTS  1000000 /* some 15 to 30 series each: no server takes more from one file */
#define KEPT_FINDINGS   5000000
#define KEPT_ALGORITHMS 1000 /* more than the registries know in use; the others are "other" */

/* Yes or no of an endpoint, one metric each. */
enum kept_answer {
	KEPT_UP,
	KEPT_ENCRYPTED,
	KEPT_AUTHENTICATED,
	KEPT_FORWARD_SECRECY,
	KEPT_POST_QUANTUM,
	KEPT_PLUS,
	KEPT_DANE,
	KEPT_REQUIRED,
	KEPT_ANSWERS,
};

/* Likewise moments, in seconds since 1970, 0: not seen; and durations in microseconds. */
enum kept_time {
	KEPT_NOT_BEFORE,
	KEPT_NOT_AFTER,
	KEPT_CHAIN_NOT_AFTER,
	KEPT_TIMES,
};
enum kept_duration {
	KEPT_CONNECT,
	KEPT_HANDSHAKE,
	KEPT_DURATIONS,
};
#define NO_DURATION UINT32_MAX

/* Words are numbers of their tally, where they are plain text; TALLY_NONE: none. */
struct kept_endpoint {
	int64_t times[KEPT_TIMES];
	uint32_t durations[KEPT_DURATIONS];
	uint32_t host, address;      /* of places */
	uint32_t cipher, group, key; /* of algorithms */
	const char *dialback;        /* "valid" "invalid" "error"; NULL: not tried */
	uint32_t key_bits;
	uint16_t port;
	bool file, examined;
	uint8_t service, transport, status, version, proofs;
	uint8_t answers[KEPT_ANSWERS], versions[TLS_VERSION_COUNT];
};

struct kept_finding {
	uint32_t count;
	uint16_t kind;   /* in the catalogue; finding_kind_count: in none of ours */
	uint8_t service; /* SERVICE_COUNT: of the record */
	uint8_t severity;
};

struct kept_domain {
	int64_t time;
	uint32_t weights[SEVERITY_CRITICAL + 1];
	uint32_t endpoint, endpoint_count; /* the first, and how many */
	uint32_t finding, finding_count;
	uint64_t kept, broken; /* promises: bits by their place in the list */
	uint8_t status, dnssec;
};

struct kept {
	int64_t now;
	struct tally *names; /* a domain's number is its name's */
	struct tally *places, *algorithms;
	uint32_t other;           /* of algorithms */
	struct arena *mem;        /* what these live in: */
	struct promises promises; /* all that there are: another's is no label */
	struct kept_domain *domains;
	struct kept_endpoint *endpoints;
	struct kept_finding *findings;
	size_t domain_room, endpoint_count, endpoint_room, finding_count, finding_room;
	uint64_t nameless; /* lines that were no domain */
};

struct kept *kept_new(int64_t now);
void kept_free(struct kept **kept);
/* Of two records of one domain the later takes the place of the earlier. */
NODISCARD bool kept_add(struct kept *kept, const struct digest *digest, struct err *err);

/* Where the writing stands: the metric, and the next domain. */
struct writing {
	const struct kept *kept;
	size_t metric;
	uint32_t domain;
	bool begun; /* HELP and TYPE of the metric are out */
};

/* Some more text; false: that was all. */
bool prometheus_write(struct writing *writing, struct buf *out);

/* prometheus_sample.c: one metric of one domain in the making. */
struct sampling {
	struct writing *writing;
	const char *metric, *help;
	const struct kept *kept;
	const struct kept_domain *domain;
	const char *name; /* of the domain */
	struct buf *out;
};

/* name{domain="..." or name{domain="...",service="..." and where it is; HELP and TYPE before the
 * first. */
void sample_begin_domain(const struct sampling *sampling);
void sample_begin_endpoint(const struct sampling *sampling, const struct kept_endpoint *at);
/* value is plain text, as report/plain.h has it. */
void sample_label(const struct sampling *sampling, const char *label, const char *value);
void sample_algorithm(const struct sampling *sampling, const char *label, uint32_t word);
void sample_end(const struct sampling *sampling, long long value);
void sample_end_duration(const struct sampling *sampling, uint32_t microseconds);
/* One without labels. */
void sample_figure(const struct sampling *sampling, long long value);

#endif
