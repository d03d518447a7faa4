/* dns_pulse.h - whether the DNS server lives, from what was asked and what came back.
 *
 * Pure: the moment is passed in. One thread at a time (dns_common.h locks).
 *
 * Alive until shown dead:
 *   refused: several questions in a row met nothing that listens;
 *   silent: several questions and no answer to any for all its patience. A domain whose own name
 *   servers are dead is silent, too, so by half of it somebody asks what every resolver knows, the
 *   name servers of the root: only if that finds no answer either, the server is dead.
 * Dead, one asker at a time tries it all the same, together with that question, for half the
 * patience; any answer brings it back. All others end at once, also those that come within the
 * patience after such a try: a single worker must not spend his day on trying. */
#ifndef NET_DNS_PULSE_H
#define NET_DNS_PULSE_H

#include "net/dns.h"

#define DNS_PULSE_SILENT  4 /* questions: what one domain asks at once */
#define DNS_PULSE_REFUSED 8 /* more than one domain asks: its record says so */

struct dns_pulse {
	int64_t patience_ns;
	/* Since the last answer: */
	size_t asked, refused;
	int64_t since_ns;  /* when the first of them was asked */
	int64_t latest_ns; /* and the last */
	int64_t probed_ns; /* when the root was first asked for; 0: it was not */
	bool probing;      /* somebody waits for that answer */
	/* Dead: */
	bool dead;
	enum dns_outcome outcome; /* what questions end with */
	size_t unanswered;        /* what it took to know */
	int64_t silent_ns;
	bool trying;
	int64_t tried_ns; /* since when somebody tries, or when somebody last did */
};

/* Seconds without any answer; --timeout, but not more than DNS_PATIENCE_MAX. */
#define DNS_PATIENCE_MAX 5
struct dns_pulse dns_pulse_new(double patience);

void dns_pulse_asked(struct dns_pulse *pulse, int64_t now_ns);
/* Any answer, also a wrong one. */
void dns_pulse_heard(struct dns_pulse *pulse);
/* Nothing listens there. */
void dns_pulse_refused(struct dns_pulse *pulse, int64_t now_ns);

bool dns_pulse_is_dead(struct dns_pulse *pulse, int64_t now_ns);
/* True: the caller is the one who tries a dead server, until he says dns_pulse_tried(). */
NODISCARD bool dns_pulse_try(struct dns_pulse *pulse, int64_t now_ns);
void dns_pulse_tried(struct dns_pulse *pulse, int64_t now_ns);
/* Nothing is to be waited for any more. */
bool dns_pulse_is_hopeless(struct dns_pulse *pulse, bool trying, int64_t now_ns);
/* True: the caller asks for the root now, and says dns_pulse_probed() in the end. */
NODISCARD bool dns_pulse_probe(struct dns_pulse *pulse, bool trying, int64_t now_ns);
void dns_pulse_probed(struct dns_pulse *pulse);
/* When who waits should look again; INT64_MAX: not before something comes. */
int64_t dns_pulse_next(const struct dns_pulse *pulse, bool trying, int64_t now_ns);

#endif
