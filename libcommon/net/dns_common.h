/* dns_common.h - what the resolvers of one process share: answers, questions on their way, turns,
 * and whether the DNS server lives.
 *
 * Made before the first thread, freed behind the last; any thread may call, locks inside, for
 * what is shared is filled while it is used. Only for resolvers
 * that ask the same servers and believe them the same.
 *
 * Kept are (dns_cache.h says how long) the addresses, TLSA and CAA records of 8,192 names and
 * types, 4 MiB at most: hosts serve many domains. SRV answers have 512 places of their own: a
 * domain is asked about once, but xmpp-dialback asks about ours each time, and a thousand that
 * nobody comes back to must not throw out a host.
 *
 * What somebody asks just now nobody else asks: he waits for that answer, under his own deadline.
 * Only where the first one's deadline cut it short does he ask himself. */
#ifndef NET_DNS_COMMON_H
#define NET_DNS_COMMON_H

#include "net/dns.h"
#include "net/dns_turns.h"

/* Questions on their way at once; and where the server refuses so many. */
#define DNS_TURNS       400
#define DNS_TURNS_LEAST 100

struct dns_common *dns_common_new(double timeout);
/* For a resolver that shares with nobody: it keeps no answers. */
struct dns_common *dns_common_new_alone(void);
void dns_common_free(struct dns_common **common);

/* What run/ should tell people and has not told yet: that the server is dead, that it is back, that
 * this machine has no more sockets. False: nothing. Once for each change. */
NODISCARD bool dns_common_news(struct dns_common *common, struct arena *mem, const char **sentence);

/* --- the rest is for dns.c --- */

struct dns_turns *dns_common_turns(struct dns_common *common);

struct dns_flight; /* a question somebody asks just now */

enum dns_claim {
	DNS_KNOWN,    /* out holds the answer */
	DNS_OURS,     /* the caller asks, and must land *flight */
	DNS_THEIRS,   /* somebody asks already: the caller joins *flight, once he asks nothing
			 himself */
	DNS_HOPELESS, /* the server is dead: out->outcome says how */
};
/* *trying: the caller is the one who tries a dead server. It may become true here, and is given
 * back with dns_common_tried(). */
enum dns_claim dns_common_claim(struct dns_common *common, const struct dns_question *question,
				bool *trying, struct arena *mem, struct dns_answer *out,
				struct dns_flight **flight);
/* To all who joined, and to be kept as long as its message says. NULL: there is no answer, but for
 * a reason of the caller's. */
void dns_common_land(struct dns_common *common, struct dns_flight **flight,
		     const struct dns_answer *answer, uint32_t keep_s);
/* False: it landed without an answer, or the deadline passed. */
NODISCARD bool dns_common_join(struct dns_common *common, struct dns_flight **flight,
			       struct deadline until, struct arena *mem, struct dns_answer *out);

/* What became of the questions: dns_pulse.h. */
void dns_common_asked(struct dns_common *common);
void dns_common_heard(struct dns_common *common);
void dns_common_refused(struct dns_common *common);
void dns_common_tried(struct dns_common *common);
bool dns_common_is_hopeless(struct dns_common *common, bool trying, enum dns_outcome *outcome);
NODISCARD bool dns_common_probe(struct dns_common *common, bool trying);
void dns_common_probed(struct dns_common *common);
/* No later than that moment the caller looks again. */
struct deadline dns_common_next(struct dns_common *common, bool trying, struct deadline until);

/* For the news: whom we ask ("192.0.2.1:53", several with commas), and what this machine lacks. */
void dns_common_name(struct dns_common *common, const char *servers);
void dns_common_lack(struct dns_common *common, const char *reason);

#endif
