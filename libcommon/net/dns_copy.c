#include "net/dns_copy.h"

#include <string.h>

/* Where the next octets go; with base NULL they are only counted. */
struct room {
	unsigned char *base;
	size_t used;
};

static void *put(struct room *room, const void *data, size_t size)
{
	unsigned char *at = room->base ? room->base + room->used : NULL;
	room->used += size;
	if (at && size > 0)
		memcpy(at, data, size);
	return at;
}

static const char *put_text(struct room *room, const char *text)
{
	return text ? put(room, text, strlen(text) + 1) : NULL;
}

static struct bytes put_bytes(struct room *room, struct bytes bytes)
{
	return (struct bytes){ put(room, bytes.data, bytes.size), bytes.size };
}

static struct dns_record put_record(struct room *room, enum dns_type type,
				    const struct dns_record *record)
{
	struct dns_record copy = *record;
	switch (type) {
	case DNS_SRV:
		copy.srv.target = put_text(room, record->srv.target);
		break;
	case DNS_TLSA:
		copy.tlsa.data = put_bytes(room, record->tlsa.data);
		break;
	case DNS_CAA:
		copy.caa.tag = put_text(room, record->caa.tag);
		copy.caa.value = put_bytes(room, record->caa.value);
		break;
	case DNS_A:
	case DNS_AAAA:
	case DNS_CNAME:
		break;
	}
	return copy;
}

/* The records first: they are what wants alignment. */
static void put_answer(struct room *room, const struct dns_answer *answer, struct dns_answer *out)
{
	struct dns_record *records = put(room, answer->records, answer->count * sizeof(*records));
	*out = *answer;
	out->records = records;
	out->name = put_text(room, answer->name);
	out->alias = put_text(room, answer->alias);
	for (size_t i = 0; i < answer->count; i++) {
		struct dns_record copy = put_record(room, answer->type, &answer->records[i]);
		if (records)
			records[i] = copy;
	}
}

size_t dns_copy_size(const struct dns_answer *answer)
{
	struct dns_answer ignored;
	struct room room = { NULL, 0 };
	put_answer(&room, answer, &ignored);
	return room.used;
}

void dns_copy(const struct dns_answer *answer, void *room, struct dns_answer *out)
{
	put_answer(&(struct room){ room, 0 }, answer, out);
}

void dns_copy_to(const struct dns_answer *answer, struct arena *mem, struct dns_answer *out)
{
	dns_copy(answer, arena_alloc(mem, dns_copy_size(answer)), out);
}
