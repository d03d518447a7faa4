#include "judge/delivery.h"

#include <assert.h>
#include <string.h>

#include "xmpp/room.h"

static const char *const outcomes[] = {
	[PARCEL_WAITING] = "waiting", [PARCEL_UNSENT] = "unsent",   [PARCEL_REFUSED] = "refused",
	[PARCEL_SENT] = "sent",       [PARCEL_ACKED] = "acked",     [PARCEL_RECEIVED] = "received",
	[PARCEL_BOUNCED] = "bounced", [PARCEL_UNKNOWN] = "unknown",
};

static const char *const evidences[] = {
	[EVIDENCE_NONE] = "none",       [EVIDENCE_ACK] = "stream-management",
	[EVIDENCE_PING] = "ping",       [EVIDENCE_REFLECTION] = "reflection",
	[EVIDENCE_RECEIPT] = "receipt",
};

/* RFC 6120, 8.3.3, and what servers mean by it (MSG-47). */
static const struct cause {
	const char *condition, *cause;
} causes[] = {
	{ "bad-request",
	  "a server could not make sense of the stanza: with --stanza look at what was sent" },
	{ "conflict", "another session holds that address or name: choose another" },
	{ "feature-not-implemented", "the recipient's server cannot take such a stanza" },
	{ "forbidden", "the recipient or their server does not let this account write: it is "
		       "blocked, or lacks a right; ask the administrator" },
	{ "gone", "the address is no longer in use; where the server names a new one, write to "
		  "that" },
	{ "internal-server-error", "something broke inside a server: its log tells what; try "
				   "again later" },
	{ "item-not-found", "no such account or room, or it may not be seen: check the address" },
	{ "jid-malformed", "a server takes the address for none: check how it is written" },
	{ "not-acceptable", "the recipient refuses it: it is blocked, or its form is not allowed; "
			    "in a room, only who is inside may speak" },
	{ "not-allowed", "a rule of the server forbids this to everybody: ask its administrator" },
	{ "not-authorized", "the recipient's server wants to know who is asking first: the two "
			    "servers may not trust each other's certificates; try "
			    "xmpp-dialback and xmpp-certcheck" },
	{ "payment-required", "the recipient's server wants to be paid for this" },
	{ "policy-violation", "a rule of the server refuses it: rate, size or content; send less "
			      "at once, or ask its administrator" },
	{ "recipient-unavailable", "nobody is there, and the server keeps no messages for later: "
				   "try again when the recipient is online" },
	{ "redirect", "the recipient is to be written to at another address, for now: it is "
		      "shown, not followed" },
	{ "registration-required", "only members may write there: have this account registered" },
	{ "remote-server-not-found", "no such domain, or it has no XMPP server: check the address "
				     "behind the @; try xmpp-starttls --s2s" },
	{ "remote-server-timeout", "the recipient's server did not answer our server, or the two "
				   "could not agree on TLS: try xmpp-starttls --s2s, and again "
				   "later" },
	{ "resource-constraint", "the recipient's server has no room left for it (quota), or is "
				 "overloaded: try again later" },
	{ "service-unavailable", "no such account, or nobody is online and nothing is kept for "
				 "later, or this account is blocked: the server does not say "
				 "which; check the address" },
	{ "subscription-required", "the recipient takes messages from contacts only: have them add "
				   "this account to their contacts" },
	{ "unexpected-request", "the server did not expect this now: try again" },
};

/* undefined-condition, and what no RFC names. */
static const char nameless[] = "the server gives no usual reason: its own words, or its log, may "
			       "say more";

const char *parcel_outcome_name(enum parcel_outcome outcome)
{
	return outcomes[outcome];
}

const char *evidence_name(enum evidence evidence)
{
	return evidences[evidence];
}

const char *delivery_cause(const char *condition)
{
	for (size_t i = 0; condition && i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].condition, condition) == 0)
			return causes[i].cause;
	}
	return nameless;
}

const char *delivery_cause_of(const struct parcel_facts *parcel)
{
	const char *condition = parcel->condition ? parcel->condition : "undefined-condition";
	bool in_room = parcel->type && strcmp(parcel->type, "groupchat") == 0;
	return in_room ? room_cause(condition) : delivery_cause(condition);
}

bool delivery_is_temporary(const struct parcel_facts *parcel)
{
	return parcel->outcome == PARCEL_BOUNCED && parcel->error_type &&
	       strcmp(parcel->error_type, "wait") == 0;
}

/* Our server has it; was that what was to be waited for? A room shows what it took (MSG-55): there
 * silence means something. */
static enum status acked_status(enum wait_wish wish, const struct parcel_facts *parcel)
{
	bool groupchat = parcel->type && strcmp(parcel->type, "groupchat") == 0;
	switch (wish) {
	case WAIT_FOR_NOTHING:
		return STATUS_OK;
	case WAIT_FOR_ACK:
		return groupchat ? STATUS_WARNING : STATUS_OK;
	case WAIT_FOR_BOUNCE:
		return parcel->quiet && !groupchat ? STATUS_OK : STATUS_WARNING;
	case WAIT_FOR_RECEIPT:
		break;
	}
	return parcel->type ? STATUS_WARNING : STATUS_OK; /* none is sent for what is no message */
}

enum status delivery_status(enum wait_wish wish, const struct parcel_facts *parcel)
{
	switch (parcel->outcome) {
	case PARCEL_RECEIVED:
		return STATUS_OK;
	case PARCEL_ACKED:
		return acked_status(wish, parcel);
	case PARCEL_SENT:
		return wish == WAIT_FOR_NOTHING ? STATUS_OK : STATUS_UNKNOWN;
	case PARCEL_BOUNCED:
	case PARCEL_REFUSED:
		return STATUS_CRITICAL;
	case PARCEL_WAITING:
	case PARCEL_UNSENT:
	case PARCEL_UNKNOWN:
		break;
	}
	return STATUS_UNKNOWN;
}

void delivery_count(struct delivery_tally *tally, enum status status)
{
	assert((size_t)status < ARRAY_SIZE(tally->count));
	tally->count[status]++;
}

/* Somebody said no, or is not who he should be, as opposed to: nobody could be asked. */
static bool is_refusal(const struct err *failure)
{
	switch (failure->code) {
	case ERR_DENIED:
	case ERR_IMPOSTOR:
	case ERR_INJECTION:
	case ERR_STARTTLS_REFUSED:
		return true;
	case ERR_NONE:
	case ERR_USAGE:
	case ERR_SYSTEM:
	case ERR_NOT_FOUND:
	case ERR_DNS:
	case ERR_REFUSED:
	case ERR_NO_ROUTE:
	case ERR_UNREACHABLE:
	case ERR_TIMEOUT:
	case ERR_CLOSED:
	case ERR_RESET:
	case ERR_PROXY:
	case ERR_NOT_XMPP:
	case ERR_STREAM_ERROR: /* system-shutdown, connection-timeout ... */
		return false;
	case ERR_PROTOCOL:
	case ERR_RESTRICTED_XML:
	case ERR_NOT_WELL_FORMED:
	case ERR_LIMIT:
	case ERR_ALERT_RECEIVED:
	case ERR_ALERT_SENT:
	case ERR_UNSUPPORTED:
		break;
	}
	return failure->stage == AT_CERTIFICATE || failure->stage == AT_LOGIN;
}

int delivery_exit(const struct delivery_tally *tally, const struct err *session_failure)
{
	const size_t *count = tally->count;
	bool failed = session_failure && session_failure->code != ERR_NONE;
	if (count[STATUS_OK] + count[STATUS_WARNING] > 0)
		return count[STATUS_WARNING] + count[STATUS_CRITICAL] + count[STATUS_UNKNOWN] > 0
			       ? 1
			       : 0;
	if (count[STATUS_CRITICAL] > 0 || (failed && is_refusal(session_failure)))
		return 2;
	return failed || count[STATUS_UNKNOWN] > 0 ? 3 : 0;
}
