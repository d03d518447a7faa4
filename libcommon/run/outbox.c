#include "run/outbox.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "run/outbox_inner.h"

static void unlink_node(struct outbox *outbox, struct node *node)
{
	struct list *list = &outbox->lists[node->on];
	*(node->before ? &node->before->behind : &list->first) = node->behind;
	*(node->behind ? &node->behind->before : &list->last) = node->before;
	node->before = node->behind = NULL;
}

static void append(struct outbox *outbox, struct node *node, enum list_name name)
{
	struct list *list = &outbox->lists[name];
	node->on = name;
	node->before = list->last;
	*(list->last ? &list->last->behind : &list->first) = node;
	list->last = node;
}

static void move(struct outbox *outbox, struct node *node, enum list_name name)
{
	unlink_node(outbox, node);
	append(outbox, node, name);
}

static struct node *first(const struct outbox *outbox, enum list_name name)
{
	return outbox->lists[name].first;
}

static struct node *node_of(struct parcel *parcel)
{
	return (struct node *)parcel;
}

struct outbox *outbox_new(const struct outbox_wish *wish)
{
	struct outbox *outbox = memory_new(sizeof(*outbox));
	assert(wish->max > 0);
	outbox->wish = *wish;
	outbox_table_open(outbox);
	return outbox;
}

static void free_node(struct outbox *outbox, struct node *node)
{
	struct arena *mem = node->parcel.mem;
	outbox_table_remove(outbox, node);
	unlink_node(outbox, node);
	arena_free(&mem);
	outbox->count--;
}

void outbox_free(struct outbox **outbox)
{
	if (!*outbox)
		return;
	for (enum list_name name = 0; name < LIST_COUNT; name++) {
		while (first(*outbox, name))
			free_node(*outbox, first(*outbox, name));
	}
	free((*outbox)->buckets);
	free(*outbox);
	*outbox = NULL;
}

size_t outbox_room(const struct outbox *outbox)
{
	return outbox->wish.max - outbox->count;
}

bool outbox_is_empty(const struct outbox *outbox)
{
	return outbox->count == 0;
}

bool outbox_awaits_ack(const struct outbox *outbox)
{
	return outbox->wish.wait != WAIT_FOR_NOTHING && first(outbox, LIST_WRITTEN) != NULL;
}

void outbox_add(struct outbox *outbox, const struct parcel *parcel)
{
	assert(outbox_room(outbox) > 0);
	struct node *node = arena_alloc(parcel->mem, sizeof(*node));
	bool refused = parcel->facts.outcome != PARCEL_WAITING;
	node->parcel = *parcel;
	append(outbox, node, refused ? LIST_SETTLED : LIST_WAITING);
	if (!refused)
		outbox_table_add(outbox, node);
	outbox->count++;
}

struct parcel *outbox_next(struct outbox *outbox)
{
	struct node *node = first(outbox, LIST_WAITING);
	return node ? &node->parcel : NULL;
}

void outbox_settle(struct outbox *outbox, struct node *node, enum parcel_outcome outcome)
{
	node->parcel.facts.outcome = outcome;
	if (node->on != LIST_SETTLED)
		move(outbox, node, LIST_SETTLED);
}

static void settle_because(struct outbox *outbox, struct node *node, enum parcel_outcome outcome,
			   const char *reason)
{
	node->parcel.facts.reason = arena_copy(node->parcel.mem, reason);
	outbox_settle(outbox, node, outcome);
}

void outbox_refuse(struct outbox *outbox, struct parcel *parcel, const char *reason)
{
	struct node *node = node_of(parcel);
	assert(node->on == LIST_WAITING);
	settle_because(outbox, node, node->went_out ? PARCEL_UNKNOWN : PARCEL_REFUSED, reason);
}

void outbox_written(struct outbox *outbox, struct parcel *parcel, uint64_t position, double now_ms)
{
	struct node *node = node_of(parcel);
	assert(node->on == LIST_WAITING);
	parcel->position = position;
	parcel->facts.resent += node->went_out;
	if (!node->went_out)
		parcel->written_ms = now_ms;
	node->went_out = true;
	move(outbox, node, LIST_WRITTEN);
}

void outbox_flushed(struct outbox *outbox)
{
	if (outbox->wish.wait != WAIT_FOR_NOTHING)
		return;
	while (first(outbox, LIST_WRITTEN))
		outbox_settle(outbox, first(outbox, LIST_WRITTEN), PARCEL_SENT);
}

/* How long the outcome of what is handled stays open. */
static double grace_ms(const struct outbox *outbox)
{
	const struct outbox_wish *wish = &outbox->wish;
	if (wish->wait != WAIT_FOR_ACK)
		return wish->wait_s * 1000;
	return wish->groupchat ? OUTBOX_REFLECTION_S * 1000 : 0;
}

void outbox_handled(struct outbox *outbox, uint64_t position, enum evidence evidence, double now_ms)
{
	for (struct node *node; (node = first(outbox, LIST_WRITTEN)) != NULL;) {
		struct parcel *parcel = &node->parcel;
		if (parcel->position > position)
			break;
		parcel->handled_ms = now_ms;
		parcel->facts.elapsed_ms = now_ms - parcel->written_ms;
		parcel->facts.evidence = evidence;
		parcel->facts.outcome = PARCEL_ACKED;
		node->due_ms = now_ms + grace_ms(outbox);
		if (outbox->wish.wait == WAIT_FOR_ACK && !outbox->wish.groupchat)
			outbox_settle(outbox, node, PARCEL_ACKED);
		else
			move(outbox, node, LIST_GRACE);
	}
}

/* What was written and not handled, in front of what was not written: that keeps the order. */
static void write_again(struct outbox *outbox)
{
	struct list *written = &outbox->lists[LIST_WRITTEN];
	struct list *waiting = &outbox->lists[LIST_WAITING];
	for (struct node *node = written->first; node; node = node->behind) {
		node->on = LIST_WAITING;
		node->parcel.position = 0;
	}
	if (!written->first)
		return;
	written->last->behind = waiting->first;
	*(waiting->first ? &waiting->first->before : &waiting->last) = written->last;
	waiting->first = written->first;
	*written = (struct list){ 0 };
}

/* Nobody listens any more: what the server took stays with it, only silence proves nothing now. */
static void end_grace(struct outbox *outbox)
{
	while (first(outbox, LIST_GRACE))
		outbox_settle(outbox, first(outbox, LIST_GRACE), PARCEL_ACKED);
}

static void settle_written_as_unknown(struct outbox *outbox, const char *reason, double now_ms)
{
	for (struct node *node; (node = first(outbox, LIST_WRITTEN)) != NULL;) {
		node->parcel.facts.elapsed_ms = now_ms - node->parcel.written_ms;
		settle_because(outbox, node, PARCEL_UNKNOWN, reason);
	}
}

/* By due_ms, which the order of the list is, too. A silence was a good sign for a bounce only: a
 * room should have reflected, a receipt should have come. */
static void settle_what_is_due(struct outbox *outbox, double now_ms)
{
	const struct outbox_wish *wish = &outbox->wish;
	for (struct node *node; (node = first(outbox, LIST_GRACE)) != NULL;) {
		if (node->due_ms > now_ms)
			break;
		node->parcel.facts.quiet = wish->wait == WAIT_FOR_BOUNCE && !wish->groupchat;
		outbox_settle(outbox, node, PARCEL_ACKED);
	}
}

void outbox_lost(struct outbox *outbox, bool resumed, const char *reason, double now_ms)
{
	if (!resumed)
		end_grace(outbox);
	for (struct node *node = first(outbox, LIST_GRACE); node; node = node->behind)
		node->due_ms = now_ms + grace_ms(outbox);
	if (resumed || outbox->wish.resend)
		write_again(outbox);
	else
		settle_written_as_unknown(outbox, reason, now_ms);
}

void outbox_give_up(struct outbox *outbox, const char *reason, double now_ms)
{
	end_grace(outbox); /* the connection may be gone for long: no silence counts here */
	settle_written_as_unknown(outbox, reason, now_ms);
	for (struct node *node; (node = first(outbox, LIST_WAITING)) != NULL;) {
		if (node->went_out)
			node->parcel.facts.elapsed_ms = now_ms - node->parcel.written_ms;
		settle_because(outbox, node, node->went_out ? PARCEL_UNKNOWN : PARCEL_UNSENT,
			       reason);
	}
}

struct parcel *outbox_settled(struct outbox *outbox, double now_ms)
{
	settle_what_is_due(outbox, now_ms);
	struct node *node = first(outbox, LIST_SETTLED);
	if (!node)
		return NULL;
	outbox_table_remove(outbox, node);
	move(outbox, node, LIST_TOLD);
	return &node->parcel;
}

void outbox_drop(struct outbox *outbox, struct parcel *parcel)
{
	assert(node_of(parcel)->on == LIST_TOLD);
	free_node(outbox, node_of(parcel));
}

double outbox_due_ms(const struct outbox *outbox)
{
	const struct node *node = first(outbox, LIST_GRACE);
	return node ? node->due_ms : 0;
}
