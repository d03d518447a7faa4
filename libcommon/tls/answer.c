#include "tls/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tls/answer_inner.h"

#define RECORD_HEADER      5
#define RECORD_MAX         16384 /* RFC 5246, 6.2.1: of one in clear */
#define TYPE_CHANGE_CIPHER 20
#define TYPE_ALERT         21
#define TYPE_HANDSHAKE     22
#define TYPE_DATA          23

unsigned take8(struct reader *from)
{
	if (from->size < 1) {
		from->short_of = true;
		return 0;
	}
	from->size--;
	return *from->data++;
}

unsigned take16(struct reader *from)
{
	unsigned high = take8(from);
	return high << 8 | take8(from);
}

unsigned take24(struct reader *from)
{
	unsigned high = take8(from);
	return high << 16 | take16(from);
}

struct reader take(struct reader *from, size_t size)
{
	struct reader part = { 0 };
	if (from->short_of || from->size < size) {
		from->short_of = part.short_of = true;
		from->size = 0;
		return part;
	}
	part.data = from->data;
	part.size = size;
	from->data += size;
	from->size -= size;
	return part;
}

struct reader take_vector(struct reader *from, unsigned octets)
{
	size_t size = octets == 1 ? take8(from) : octets == 2 ? take16(from) : take24(from);
	return take(from, size);
}

struct answer *answer_new(enum tls_version asked, enum answer_want want, struct arena *mem)
{
	struct answer *answer = memory_new(sizeof(*answer));
	answer->asked = asked;
	answer->want = want;
	answer->mem = mem;
	answer->facts.alert = -1;
	answer->input = buf_new(ANSWER_OCTETS_MAX);
	answer->messages = buf_new(MESSAGE_HEADER + CERTIFICATE_MAX + RECORD_MAX);
	return answer;
}

void answer_free(struct answer **answer)
{
	if (!*answer)
		return;
	buf_free(&(*answer)->input);
	buf_free(&(*answer)->messages);
	free(*answer);
	*answer = NULL;
}

const struct answer_facts *answer_facts(const struct answer *answer)
{
	return &answer->facts;
}

bool answer_spoil(struct answer *answer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	answer->facts.fault = arena_vprintf(answer->mem, format, args);
	va_end(args);
	answer->facts.kind = answer->hello_seen ? ANSWER_HELLO : ANSWER_GARBAGE;
	answer->decided = true;
	return false;
}

static void take_record(struct answer *answer, unsigned type, struct reader body)
{
	if (type == TYPE_ALERT) {
		answer_alerts(answer, body);
	} else if (type != TYPE_HANDSHAKE) {
		answer_spoil(answer, "a record of type %u %s", type,
			     answer->hello_seen ? "in the server's first flight"
						: "before the ServerHello");
	} else if (body.size == 0) {
		answer_spoil(answer, "an empty handshake record"); /* RFC 9846, 5.1 */
	} else {
		buf_add(&answer->messages, body.data, body.size);
		answer_messages(answer);
	}
}

static bool spoil_strange(struct answer *answer, unsigned first)
{
	return answer_spoil(answer, "what answers is not TLS (first octet 0x%02x)", first);
}

static bool is_record_type(unsigned first)
{
	return first >= TYPE_CHANGE_CIPHER && first <= TYPE_DATA;
}

/* What answers in a language that is not TLS: named where it can be told. False: spoilt, or more
 * octets are needed to tell. */
static bool check_start(struct answer *answer, struct reader at)
{
	static const struct {
		const char *start, *fault;
	} languages[] = {
		{ "HTTP/", "HTTP answers, not TLS" },
		{ "<", "XML in clear answers, not TLS" },
		{ "SSH-", "SSH answers, not TLS" },
	};
	if (is_record_type(at.data[0]) && (at.size < 2 || at.data[1] == 3))
		return true;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		size_t size = strlen(languages[i].start);
		if (memcmp(at.data, languages[i].start, at.size < size ? at.size : size) != 0)
			continue;
		return at.size >= size && answer_spoil(answer, "%s", languages[i].fault);
	}
	return spoil_strange(answer, at.data[0]);
}

static void take_records(struct answer *answer)
{
	struct reader left = { (const uint8_t *)answer->input.data, answer->input.size, false };
	while (!answer->decided && left.size > 0) {
		struct reader at = left;
		if (!check_start(answer, at) || at.size < RECORD_HEADER)
			break;
		unsigned type = take8(&at);
		(void)take16(&at); /* the version here says nothing (CIP-4) */
		size_t size = take16(&at);
		if (size > RECORD_MAX)
			answer_spoil(answer, "a record of %zu octets, over the limit of TLS", size);
		if (size > RECORD_MAX || at.size < size)
			break;
		take_record(answer, type, take(&at, size));
		left = at;
	}
	buf_consume(&answer->input, answer->input.size - left.size);
}

/* CIP-2: the first octet tells the format. */
static bool is_ssl2(const struct answer *answer)
{
	return answer->asked == SSL_2_0 && answer->input.size > 0 &&
	       ((uint8_t)answer->input.data[0] & 0x80);
}

bool answer_push(struct answer *answer, const void *data, size_t size)
{
	size_t room = ANSWER_OCTETS_MAX - answer->taken;
	size_t fits = size < room ? size : room;
	if (answer->decided || size == 0)
		return answer->decided;
	answer->taken += fits;
	buf_add(&answer->input, data, fits);
	if (is_ssl2(answer))
		answer->decided = answer_ssl2(answer);
	else
		take_records(answer);
	if (!answer->decided && fits < size)
		answer_spoil(answer, "more than %d octets without an end", ANSWER_OCTETS_MAX);
	return answer->decided;
}

void answer_end(struct answer *answer, enum answer_kind how)
{
	if (answer->decided)
		return;
	answer->decided = true;
	unsigned first = answer->input.size > 0 ? (uint8_t)answer->input.data[0] : TYPE_HANDSHAKE;
	bool begun = answer->input.size > 0 || answer->messages.size > 0;
	if (answer->hello_seen)
		answer->facts.kind = ANSWER_HELLO;
	else if (!begun || how != ANSWER_CLOSED)
		answer->facts.kind = how;
	else if (is_record_type(first) || is_ssl2(answer))
		answer_spoil(answer, "closed in the middle of a record");
	else
		spoil_strange(answer, first);
}

static const char *const kind_names[] = {
	[ANSWER_NONE] = "none",           [ANSWER_HELLO] = "hello",
	[ANSWER_RETRY] = "retry",         [ANSWER_ALERT] = "alert",
	[ANSWER_CLOSED] = "closed",       [ANSWER_RESET] = "reset",
	[ANSWER_SILENCE] = "silence",     [ANSWER_GARBAGE] = "garbage",
	[ANSWER_HANDSHAKE] = "handshake", [ANSWER_UNSUPPORTED] = "unsupported",
};

const char *answer_kind_name(enum answer_kind kind)
{
	return kind_names[kind];
}
