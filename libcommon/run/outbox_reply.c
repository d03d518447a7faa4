/* Who may say what of a message: MSG-48. */
#include <string.h>

#include "run/outbox_inner.h"

static bool is_server_of(const struct jid *from, const struct jid *whose)
{
	return !from->local && !from->resource &&
	       strcmp(from->domain.ascii, whose->domain.ascii) == 0;
}

/* Any client of the account that was written to; where one of them was, that one or the account. In
 * a room each resource is another person, so there the room itself. */
static bool is_recipient(const struct outbox *outbox, const struct parcel *parcel,
			 const struct jid *from)
{
	const struct jid *to = parcel->to;
	if (!from || !to || !jid_same_bare(from, to))
		return false;
	if (!from->resource)
		return true;
	return to->resource ? jid_same(from, to) : !outbox->wish.groupchat;
}

static bool is_our_server(const struct outbox *outbox, const struct jid *from)
{
	const struct jid *account = outbox->wish.account;
	if (!from)
		return true; /* RFC 6120, 8.1.2.1: without a `from` it is the server of the account
			      */
	return account &&
	       (is_server_of(from, account) || (!from->resource && jid_same_bare(from, account)));
}

static bool is_our_reflection(const struct outbox *outbox, const struct parcel *parcel,
			      const struct jid *from)
{
	if (!outbox->wish.groupchat || !from || !from->resource || !parcel->to)
		return false;
	return jid_same_bare(from, parcel->to) &&
	       (!parcel->nick || strcmp(parcel->nick, from->resource) == 0);
}

static bool may_say(const struct outbox *outbox, const struct parcel *parcel, enum reply_kind kind,
		    const struct jid *from)
{
	switch (kind) {
	case REPLY_NONE:
		return false;
	case REPLY_BOUNCE:
		return is_recipient(outbox, parcel, from) || is_our_server(outbox, from) ||
		       (parcel->to && is_server_of(from, parcel->to));
	case REPLY_RECEIPT:
		/* MSG-41: none is asked of a room. */
		return !outbox->wish.groupchat && is_recipient(outbox, parcel, from);
	case REPLY_REFLECTION:
		return is_our_reflection(outbox, parcel, from);
	}
	return false;
}

/* Whose last word is not spoken: a client's confirmation and a bounce are both final, and the first
 * of them counts. What never went out, nobody can know. */
static bool is_open(const struct node *node)
{
	return node->went_out && node->parcel.facts.outcome != PARCEL_RECEIVED &&
	       node->parcel.facts.outcome != PARCEL_BOUNCED;
}

static struct node *find(const struct outbox *outbox, const struct reply *reply,
			 const struct jid *from)
{
	if (!reply->id)
		return NULL;
	struct node *node = outbox_table_find(outbox, reply->id);
	for (; node; node = node->same_bucket) {
		if (strcmp(node->parcel.facts.id, reply->id) == 0 && is_open(node) &&
		    may_say(outbox, &node->parcel, reply->kind, from))
			return node;
	}
	return NULL;
}

static void note_bounce(const struct outbox *outbox, struct parcel *parcel,
			const struct reply *reply, const struct jid *from)
{
	struct parcel_facts *facts = &parcel->facts;
	const struct jid *account = outbox->wish.account;
	facts->condition = arena_copy(parcel->mem, reply->condition);
	facts->error_type = arena_copy(parcel->mem, reply->error_type);
	facts->text = arena_copy(parcel->mem, reply->text);
	if (from && !is_recipient(outbox, parcel, from))
		facts->by = arena_copy(parcel->mem, from->full);
	else if (!from && account)
		facts->by = arena_copy(parcel->mem, account->domain.unicode);
}

bool outbox_take_reply(struct outbox *outbox, const struct reply *reply, const struct jid *from,
		       double now_ms)
{
	struct node *node = find(outbox, reply, from);
	if (!node)
		return false;
	struct parcel *parcel = &node->parcel;
	parcel->facts.elapsed_ms = now_ms - parcel->written_ms;
	parcel->facts.quiet = false;
	parcel->facts.reason = NULL;
	if (reply->kind == REPLY_BOUNCE) {
		note_bounce(outbox, parcel, reply, from);
		outbox_settle(outbox, node, PARCEL_BOUNCED);
		return true;
	}
	parcel->facts.evidence = reply->kind == REPLY_RECEIPT ? EVIDENCE_RECEIPT
							      : EVIDENCE_REFLECTION;
	if (reply->kind == REPLY_RECEIPT)
		parcel->facts.receipt_from = arena_copy(parcel->mem, from->full);
	outbox_settle(outbox, node, PARCEL_RECEIVED);
	return true;
}
