/* summary_parts.h - what a summary counts. Private to report/: summary.c and summary_ways.c count,
 * summary_write.c shows. */
#ifndef REPORT_SUMMARY_PARTS_H
#define REPORT_SUMMARY_PARTS_H

#include "report/sheet.h"
#include "report/tally.h"

/* Questions to one service of a domain; a service is as good as its weakest endpoint. */
enum summary_row {
	ASK_UP,
	ASK_ENCRYPTED,
	ASK_AUTHENTICATED,
	ASK_PKIX,
	ASK_DANE_PROVES,
	ASK_POSH,
	ASK_PIN,
	ASK_REQUIRED, /* STARTTLS */
	ASK_DIRECT,   /* there is a way in by direct TLS */
	ASK_IPV6,
	ASK_DANE,
	ASK_FORWARD_SECRECY,
	ASK_POST_QUANTUM,
	ASK_PLUS,
	ASK_DIALBACK,
	ASK_NEGOTIATED, /* and the versions behind it, by enum tls_version */
	ASK_ACCEPTED = ASK_NEGOTIATED + TLS_VERSION_COUNT,
	ASK_ONLY_13 = ASK_ACCEPTED + TLS_VERSION_COUNT,
	QUESTION_COUNT,
};

/* Certificates that end within so many days; those that have ended stand in ENDS_OVER alone. */
enum ends {
	ENDS_OVER,
	ENDS_WEEK,
	ENDS_FORTNIGHT,
	ENDS_MONTH,
	ENDS_COUNT,
};

/* Domains by the policy they were judged by; all that have no single one stand in the last row. */
#define JUDGED_OTHERWISE POLICY_COUNT
#define JUDGED_COUNT     (POLICY_COUNT + 1)

struct finding_count {
	uint64_t domains; /* in which it was found */
	uint64_t last;    /* the number of the record that was counted last */
	enum severity worst;
};

struct summary {
	struct sheet_options options;
	uint64_t records, nameless, endpoints, certificates;
	int64_t first, last; /* times of records; 0: none */
	uint64_t statuses[JUDGED_COUNT][STATUS_COUNT];
	struct digest_share services[SERVICE_COUNT][QUESTION_COUNT];
	uint64_t ends[ENDS_COUNT];
	struct finding_count *findings; /* by place in the catalogue */
	uint64_t promised, breaking;    /* domains judged by promises; that break one */
	uint64_t foreign;               /* findings that are in no catalogue of ours */
	struct tally *issuers, *keys;
};

/* summary_ways.c: can the service be reached by direct TLS, by IPv6? NO: nothing is published for
 * it, or what was tried does not work. UNKNOWN where nobody came to ask, or what is published was
 * not tried (--first). */
enum seen_answer summary_direct(const struct digest *digest, enum service service);
enum seen_answer summary_ipv6(const struct digest *digest, enum service service);

void summary_write(const struct summary *summary, struct buf *out);

#endif
