/* What became of a message, in a line: for the screen, and for standard error. */
#include <string.h>

#include "base/escape.h"
#include "report/delivery.h"
#include "report/delivery_words.h"

const char *delivery_peer_words(const char *text, struct arena *mem)
{
	char *line = arena_copy(mem, text ? text : "");
	for (char *at = line; (at = strpbrk(at, "\r\n\t")); at++)
		*at = ' ';
	return escape_copy(mem, line, DELIVERY_TEXT_MAX);
}

static bool is_groupchat(const struct parcel_facts *parcel)
{
	return parcel->type && strcmp(parcel->type, "groupchat") == 0;
}

/* remote-server-not-found (no such domain...): "its own words", says example.net; this may pass */
static const char *bounce_words(const struct parcel_facts *parcel, struct arena *mem)
{
	CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
	const char *condition = parcel->condition ? parcel->condition : "undefined-condition";
	buf_printf(&words, "%s (%s)", delivery_peer_words(condition, mem),
		   delivery_cause_of(parcel));
	if (parcel->text && *parcel->text)
		buf_printf(&words, ": \"%s\"", delivery_peer_words(parcel->text, mem));
	if (parcel->by)
		buf_printf(&words, ", says %s", delivery_peer_words(parcel->by, mem));
	if (delivery_is_temporary(parcel))
		buf_text(&words, "; for now only: trying later may help");
	return arena_copy(mem, buf_string(&words));
}

static const char *reason_words(const struct parcel_facts *parcel, struct arena *mem)
{
	return parcel->reason ? delivery_peer_words(parcel->reason, mem) : "no reason is known";
}

static const char *server_words(const struct parcel_facts *parcel)
{
	return parcel->evidence == EVIDENCE_PING
		       ? "taken in by our server (it answered a ping behind it)"
		       : "acknowledged by our server";
}

/* MSG-62: what an ack leaves open is said, too. */
static const char *acked_words(const struct delivery_facts *delivery,
			       const struct parcel_facts *parcel, struct arena *mem)
{
	const char *server = server_words(parcel);
	if (is_groupchat(parcel))
		return arena_printf(mem, "%s; the room did not show it", server);
	switch (delivery->wish) {
	case WAIT_FOR_BOUNCE:
		return parcel->quiet ? arena_printf(mem, "%s; no error within %g s", server,
						    delivery->wait_s)
				     : arena_printf(mem, "%s; errors were not waited for", server);
	case WAIT_FOR_RECEIPT:
		return parcel->type ? arena_printf(mem, "%s; no receipt (waited up to %g s)",
						   server, delivery->wait_s)
				    : server;
	case WAIT_FOR_ACK:
	case WAIT_FOR_NOTHING:
		break;
	}
	return server;
}

static const char *received_words(const struct parcel_facts *parcel, struct arena *mem)
{
	double seconds = parcel->elapsed_ms / 1000;
	if (parcel->evidence == EVIDENCE_REFLECTION)
		return arena_printf(mem, "the room showed it to all after %.1f s", seconds);
	return arena_printf(mem, "received by %s after %.1f s",
			    parcel->receipt_from ? delivery_peer_words(parcel->receipt_from, mem)
						 : "a client of the recipient",
			    seconds);
}

static const char *outcome_words(const struct delivery_facts *delivery,
				 const struct parcel_facts *parcel, struct arena *mem)
{
	switch (parcel->outcome) {
	case PARCEL_SENT:
		return "nothing was waited for";
	case PARCEL_ACKED:
		return acked_words(delivery, parcel, mem);
	case PARCEL_RECEIVED:
		return received_words(parcel, mem);
	case PARCEL_BOUNCED:
		return bounce_words(parcel, mem);
	case PARCEL_WAITING:
		return "under way";
	case PARCEL_UNSENT:
	case PARCEL_REFUSED:
	case PARCEL_UNKNOWN:
		break;
	}
	return reason_words(parcel, mem);
}

static const char *label(enum parcel_outcome outcome)
{
	bool good = outcome == PARCEL_ACKED || outcome == PARCEL_RECEIVED;
	return good ? "sent" : parcel_outcome_name(outcome);
}

void text_parcel(const struct delivery_facts *delivery, const struct parcel_facts *parcel,
		 struct arena *mem, struct buf *out)
{
	buf_printf(out, "%-8s%zu octets to %s; %s", label(parcel->outcome), parcel->octets,
		   parcel->to ? delivery_peer_words(parcel->to, mem) : "our server",
		   outcome_words(delivery, parcel, mem));
	if (parcel->resent == 1)
		buf_text(out, "; sent again after a lost connection");
	else if (parcel->resent > 1)
		buf_printf(out, "; sent again %zu times after lost connections", parcel->resent);
	buf_char(out, '\n');
}

/* Our server has it, and yet that is not all that was asked for. */
static const char *accepted_trouble(const struct delivery_facts *delivery,
				    const struct parcel_facts *parcel, struct arena *mem)
{
	if (is_groupchat(parcel))
		return "accepted by our server, but the room did not show it: look whether it "
		       "arrived";
	if (delivery->wish != WAIT_FOR_RECEIPT)
		return "accepted by our server, but the connection ended while errors were waited "
		       "for: it may bounce unseen";
	return arena_printf(
		mem,
		"accepted by our server, but no receipt came (waited up to %g s): nobody "
		"is online there, or that client sends none",
		delivery->wait_s);
}

static const char *trouble(const struct delivery_facts *delivery, const struct parcel_facts *parcel,
			   struct arena *mem)
{
	switch (parcel->outcome) {
	case PARCEL_ACKED:
		return accepted_trouble(delivery, parcel, mem);
	case PARCEL_BOUNCED:
		return arena_printf(mem, "bounced: %s", bounce_words(parcel, mem));
	case PARCEL_REFUSED:
		return arena_printf(mem, "refused: %s", reason_words(parcel, mem));
	case PARCEL_UNSENT:
		return arena_printf(mem, "not sent: %s", reason_words(parcel, mem));
	case PARCEL_WAITING:
	case PARCEL_SENT:
	case PARCEL_RECEIVED:
	case PARCEL_UNKNOWN:
		break;
	}
	return arena_printf(mem, "sent, but nobody knows whether it was taken: %s",
			    reason_words(parcel, mem));
}

const char *text_parcel_trouble(const struct delivery_facts *delivery,
				const struct parcel_facts *parcel, struct arena *mem)
{
	if (delivery_status(delivery->wish, parcel) == STATUS_OK)
		return "";
	const char *words = trouble(delivery, parcel, mem);
	return parcel->number > 1 ? arena_printf(mem, "message %zu %s", parcel->number, words)
				  : words;
}
