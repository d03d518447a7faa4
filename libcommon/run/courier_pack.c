/* From letters to parcels: the stanza for each recipient. */
#include <string.h>

#include "run/courier_inner.h"

#define LETTERS_AT_ONCE 64

static size_t size_max(const struct courier *courier)
{
	const struct features *offered = &courier->client->offered;
	if (courier->opt->max_size)
		return courier->opt->max_size;
	/* XEP-0478; less than RFC 6120, 13.12 allows is a mistake, but theirs. */
	return offered->limit_bytes ? offered->limit_bytes : MESSAGE_MAX;
}

/* A message without text, to whom has the longest address. */
static size_t wrapping(const struct courier *courier)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct message message = courier->opt->form;
	const char *longest = "";
	char id[MESSAGE_ID + 1];
	message_new_id(id);
	message.body = "";
	for (size_t i = 0; i < courier->recipient_count; i++) {
		const char *to = courier->recipients[i].jid.full;
		if (strlen(to) > strlen(longest))
			longest = to;
	}
	message_write(&message, longest, id, &text);
	return text.size;
}

/* Octets of text that fit into a message, once escaped. */
static size_t text_room(const struct courier *courier)
{
	size_t max = size_max(courier), used = wrapping(courier);
	return max > used ? max - used : 0;
}

/* The stanza is in the batch-like buffer; it moves into the parcel's own memory. */
static void pack(struct courier *courier, struct parcel *parcel, const struct buf *xml)
{
	size_t max = size_max(courier);
	parcel->xml = arena_copy_n(parcel->mem, xml->data, xml->size);
	parcel->size = parcel->facts.octets = xml->size;
	if (!parcel->facts.reason && xml->size > max)
		parcel->facts.reason = arena_printf(
			parcel->mem,
			"%zu octets, more than the %zu a server must take: --split, or --max-size where it takes more",
			xml->size, max);
	if (parcel->facts.reason)
		parcel->facts.outcome = PARCEL_REFUSED;
	outbox_add(courier->outbox, parcel);
}

static void address(struct courier *courier, const struct letter *letter,
		    const struct recipient *recipient)
{
	CLEANUP(buf_free) struct buf xml = buf_new(BUF_UNBOUNDED);
	struct arena *mem = arena_new();
	char id[MESSAGE_ID + 1];
	struct jid *to = arena_alloc(mem, sizeof(*to));
	message_new_id(id);
	*to = recipient->jid; /* its strings live as long as the courier */
	struct parcel parcel = {
		.mem = mem,
		.to = to,
		.facts = { .id = arena_copy(mem, id),
			   .to = to->full,
			   .type = message_type_name(courier->opt->form.type),
			   .number = letter->number },
	};
	struct message message = courier->opt->form;
	message.body = letter->text;
	message_write(&message, to->full, id, &xml);
	pack(courier, &parcel, &xml);
}

/* --stanza: it says itself whom it is for; a presence without that is for our own server. */
static void forward(struct courier *courier, const struct elem *stanza, size_t number)
{
	CLEANUP(buf_free) struct buf xml = buf_new(BUF_UNBOUNDED);
	struct arena *mem = arena_new();
	struct err err = { 0 };
	struct jid *to = arena_alloc(mem, sizeof(*to));
	const char *given = elem_attr(stanza, "to"), *id = message_stanza_id(stanza);
	char own[MESSAGE_ID + 1];
	message_new_id(own);
	struct parcel parcel = {
		.mem = mem,
		.to = to,
		.facts = { .id = arena_copy(mem, id ? id : own), .number = number },
	};
	if (strcmp(stanza->name, "message") == 0) {
		const char *type = elem_attr(stanza, "type");
		parcel.facts.type = type ? arena_copy(mem, type) : "normal";
	}
	if (!given)
		given = courier->client->account->jid.bare;
	if (!jid_parse(given, strlen(given), mem, to, &err)) {
		parcel.to = NULL;
		parcel.facts.reason = arena_copy(mem, err.text);
	}
	parcel.facts.to = parcel.to ? to->full : arena_copy(mem, given);
	message_write_stanza(stanza, parcel.facts.id, &xml);
	pack(courier, &parcel, &xml);
}

static void distribute(struct courier *courier, const struct letter *letter)
{
	if (letter->stanza) {
		forward(courier, letter->stanza, letter->number);
		return;
	}
	for (size_t i = 0; i < courier->recipient_count; i++)
		address(courier, letter, &courier->recipients[i]);
}

bool courier_has_room(const struct courier *courier)
{
	size_t need = courier->recipient_count > 1 ? courier->recipient_count : 1;
	return outbox_room(courier->outbox) >= need;
}

void courier_fill(struct courier *courier, bool wait)
{
	size_t room = text_room(courier);
	courier->has_more = false;
	for (size_t i = 0; !courier->input_ended && courier_has_room(courier); i++) {
		if (i == LETTERS_AT_ONCE) {
			courier->has_more = true;
			return;
		}
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter = { 0 };
		struct err err = { 0 };
		switch (letters_next(courier->letters, wait, room, mem, &letter, &err)) {
		case LETTERS_ONE:
			distribute(courier, &letter);
			break;
		case LETTERS_BAD:
			/* Too large, but whole: refused like any other message, and kept. */
			if (letter.text)
				distribute(courier, &letter);
			else
				courier_complain(courier, letter.number, &err);
			break;
		case LETTERS_END:
			courier->input_ended = true;
			return;
		case LETTERS_WAIT:
			return;
		}
		wait = false;
	}
}
