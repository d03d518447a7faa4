/* compare_parts.h - the parts of a comparison. Private to report/. */
#ifndef REPORT_COMPARE_PARTS_H
#define REPORT_COMPARE_PARTS_H

#include "report/compare.h"
#include "report/digest_parts.h"

#define NOTHING "-"

/* One endpoint in both records. */
struct pair {
	const struct digest_endpoint *was, *is; /* NULL: it was looked for, and is not there */
};

/* Whether a record's DNS leads to an endpoint. */
enum lead {
	LEAD_UNKNOWN, /* nobody asked for that address, or nobody answered */
	LEAD_NOT,
	LEAD_THERE,
};

/* Of an endpoint in the other record, which does not list it. */
struct trace {
	bool alone;    /* it was looked for, and is not there */
	bool stranger; /* it may be one of the other's endpoints, elsewhere */
};

/* A bit for each SRV name, and for each family of addresses. */
#define QUESTION_SRV(service, transport) (1u << ((service)*TRANSPORT_COUNT + (transport)))
#define QUESTION_A                       (1u << SERVICE_COUNT * TRANSPORT_COUNT)
#define QUESTION_AAAA                    (QUESTION_A << 1)
struct questions {
	unsigned asked;
	unsigned answered; /* each time it was asked */
	unsigned judged;   /* likewise, or shown to be forged */
};

struct comparison {
	const struct digest *old, *new;
	struct questions asked_old, asked_new; /* of their DNS */
	struct arena *mem;
	struct changes *out;
	/* Of what was examined on both sides, or on one where the other proves that it is new or
	 * gone. */
	struct pair *pairs;
	size_t count;
	/* By endpoint of the record; NULL: in no pair. */
	const struct pair **of_old, **of_new;
	const struct trace *traces_old, *traces_new; /* by endpoint of the record */
	bool judged_alike;                           /* by the same policy, as far as they say */
};

void changes_add(struct comparison *all, enum change_kind kind, const char *what, const char *was,
		 const char *is);

/* compare_pairs.c: finds the pairs, and tells which endpoints came and went. */
void compare_endpoints(struct comparison *all);
static inline bool pair_is_whole(const struct pair *pair)
{
	return pair->was && pair->is;
}
static inline enum service pair_service(const struct pair *pair)
{
	return pair->was ? pair->was->service : pair->is->service;
}
/* "c2s starttls 192.0.2.7:5222" */
const char *place_text(const struct digest_endpoint *at, struct arena *mem);

/* compare_dns.c: of a record whose look-up of the endpoint's service was answered. */
enum lead compare_lead(const struct digest *digest, const struct digest_endpoint *at);
struct questions compare_questions(const struct digest *digest);
/* The same services and families were asked for, as far as they say. */
bool compare_asked_alike(const struct comparison *all);
/* And the same of them answered: what a record of ours says of its DNS compares. Where that has no
 * look-ups it says nothing that the other could not. */
bool compare_judged_alike(const struct questions *ours, const struct questions *theirs);

/* compare_facts.c: what each pair's endpoints show; what all of a service agree on is said once. */
void compare_facts(struct comparison *all);

/* compare_ciphers.c: what xmpp-ciphers saw of both. */
void compare_ciphers(struct comparison *all);

/* compare_findings.c: those of endpoints, and of the record. */
void compare_findings(struct comparison *all);
enum change_kind severity_change(enum severity was, enum severity is);

/* Which tools looked at an endpoint. */
static inline bool has_section(const struct digest_endpoint *at, const char *section)
{
	return json_object_get(at->json, section) != NULL;
}
/* section: its place in digest_sections */
static inline unsigned compare_section_bit(enum service service, unsigned section)
{
	return 1u << ((unsigned)service * SECTION_COUNT + section);
}
/* A bit for each service and section that something was examined by. */
unsigned compare_coverage(const struct digest *digest);

#endif
