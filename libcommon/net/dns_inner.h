/* dns_inner.h - one call of dns_ask: dns.c finds out who asks what, dns_exchange.c asks. */
#ifndef NET_DNS_INNER_H
#define NET_DNS_INNER_H

#include "net/dns.h"
#include "net/dns_channel.h"
#include "net/dns_common.h"

struct resolver {
	struct resolver_options options;
	struct dns_common *common, *own; /* own: where there is none to share */
	struct dns_channel channel; /* open once somebody asks: 75 KiB, and files of the system */
};

/* One call of dns_ask. */
struct asking {
	struct resolver *resolver;
	struct deadline until;
	struct arena *mem;
	double started; /* clock_ms() */
	struct pending *pending;
	size_t count;
	size_t unsent, open;  /* questions that are ours to ask, and that c-ares is busy with */
	size_t turns;         /* held: never fewer than open */
	bool trying;          /* the server is dead, and we try it all the same */
	bool probing;         /* c-ares asks for the root, too */
	enum dns_outcome end; /* of what we cancel */
	bool end_shared;
};

enum stage {
	STAGE_NEW, /* nobody asks yet */
	STAGE_UNSENT,
	STAGE_OPEN,
	STAGE_JOINED, /* another resolver asks */
	STAGE_DONE,
};

struct pending {
	struct asking *asking;
	const struct dns_question *question;
	struct dns_answer *answer;
	struct dns_flight *flight;
	uint32_t keep_s;
	enum stage stage;
	bool checking_disabled; /* asked again to tell bogus from broken */
	bool without_edns;      /* asked again: the server knows no EDNS */
	unsigned refusals;      /* asked again so often: too many were on their way */
};

/* Shared: with who asks the same, and with who will. */
void dns_finish(struct pending *pending, enum dns_outcome outcome, bool shared);
/* All that is not done and ours ends so. */
void dns_end_all(struct asking *asking, enum dns_outcome outcome, bool shared);
/* Asks what is ours to ask, to the end; the channel is open. */
void dns_ask_ours(struct asking *asking);

#endif
