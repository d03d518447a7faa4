/* delivery.h - what became of a message, as facts, and what that means: MSG-44 to MSG-50, MSG-62.
 *
 * Pure. The strongest honest word without a receipt is "accepted by our own server". */
#ifndef JUDGE_DELIVERY_H
#define JUDGE_DELIVERY_H

#include "judge/finding.h"
#include "net/endpoint.h"
#include "xmpp/facts.h"
#include "xmpp/jid.h"
#include "xmpp/login.h"

enum parcel_outcome {
	PARCEL_WAITING,  /* under way */
	PARCEL_UNSENT,   /* never written: the reason says why */
	PARCEL_REFUSED,  /* by us: too large, no such room and not to be created... */
	PARCEL_SENT,     /* written, and nothing was to be waited for (--wait none) */
	PARCEL_ACKED,    /* our server has taken responsibility */
	PARCEL_RECEIVED, /* a client of the recipient confirmed it, or the room reflected it */
	PARCEL_BOUNCED,  /* condition, text */
	PARCEL_UNKNOWN,  /* written, and the connection ended before an answer */
};
/* "waiting" "unsent" "refused" "sent" "acked" "received" "bounced" "unknown" */
const char *parcel_outcome_name(enum parcel_outcome outcome);

/* What the outcome rests on. */
enum evidence {
	EVIDENCE_NONE,
	EVIDENCE_ACK,        /* XEP-0198 */
	EVIDENCE_PING,       /* XEP-0199, as a barrier */
	EVIDENCE_REFLECTION, /* XEP-0045 */
	EVIDENCE_RECEIPT,    /* XEP-0184 */
};
const char *evidence_name(enum evidence evidence); /* "none" "stream-management" "ping" "reflection"
						      "receipt" */

/* What was to be waited for. */
enum wait_wish {
	WAIT_FOR_ACK,     /* --wait ack */
	WAIT_FOR_BOUNCE,  /* the default: an ack, and then no error within so many seconds */
	WAIT_FOR_RECEIPT, /* --wait receipt */
	WAIT_FOR_NOTHING, /* --wait none */
};

/* One message to one recipient. */
struct parcel_facts {
	const char *id, *to;
	const char *type;  /* "chat"; NULL for a raw stanza that is no message */
	size_t number;     /* of the message among the input's, from 1 */
	size_t octets;     /* of the stanza */
	int64_t time;      /* when it was written, or given up */
	double elapsed_ms; /* from there to the outcome */
	enum parcel_outcome outcome;
	enum evidence evidence;
	/* Of a bounce (RFC 6120, 8.3.3); by: who sent it, where that is not the recipient. */
	const char *condition, *error_type, *text, *by;
	const char *receipt_from; /* the full JID that confirmed; NULL */
	bool quiet;               /* waited as long as was asked for, and no error came */
	size_t resent;            /* after a lost connection: how often */
	const char *reason;       /* UNSENT, REFUSED, UNKNOWN: one sentence */
};

/* How the session came about. */
struct session_facts {
	const char *account;               /* bare JID */
	const char *bound;                 /* full JID the server gave; NULL: not so far */
	const struct endpoint *at;         /* NULL: none was reached */
	const struct starttls_facts *walk; /* of that endpoint; NULL likewise */
	const char *const *proofs;         /* "pkix" "dane" "pin"; what holds, NULL at the end */
	bool unverified;                   /* --no-verify */
	struct login_facts login;
	bool managed, resumable; /* XEP-0198 */
	size_t connections, resumptions;
	struct err failure; /* code ERR_NONE: none */
};

struct delivery_facts {
	struct session_facts session;
	enum wait_wish wish;
	double wait_s; /* WAIT_FOR_BOUNCE, WAIT_FOR_RECEIPT */
	bool dry_run;
};

/* RFC 6120, 8.3.3 and MSG-47: what a bounce means, in a sentence that an operator can act on; never
 * NULL. */
const char *delivery_cause(const char *condition);
/* The same of a bounce: a room has reasons of its own (XEP-0045; MSG-55). */
const char *delivery_cause_of(const struct parcel_facts *parcel);
/* error type `wait`: trying later may help. */
bool delivery_is_temporary(const struct parcel_facts *parcel);
/* ok: as far as was to be waited for. warning: accepted, but the receipt that was asked for did not
 * come, the room did not show it, or the wait for errors was cut short. critical: bounced or
 * refused. unknown: not tried, or nobody knows. */
enum status delivery_status(enum wait_wish wish, const struct parcel_facts *parcel);

/* The exit status over all (issue 6): 0 all delivered as far as was to be waited for, 1 some not, 2
 * none, or the session was refused (STARTTLS, certificate, login), 3 could not be tried, or nobody
 * knows. Of an empty tally (--dry-run) the session alone counts. session_failure may be NULL. */
struct delivery_tally {
	size_t count[4]; /* by enum status */
};
void delivery_count(struct delivery_tally *tally, enum status status);
int delivery_exit(const struct delivery_tally *tally, const struct err *session_failure);

#endif
