#include "tls/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tls/answer_inner.h"

#define RECORD_HEADER      5
#define RECORD_MAX         (16384 + 2048) /* RFC 5246, 6.2.3: the most that any record may hold */
#define MESSAGE_MAX        (64 * 1024)
#define CERTIFICATE_MAX    (256 * 1024)
#define WARNINGS_MAX       8
#define ALERT_CLOSE_NOTIFY 0
#define ALERT_NAME         112
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
	if (from->size < size) {
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
	answer->messages = buf_new(CERTIFICATE_MAX + RECORD_MAX);
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

static void take_alert(struct answer *answer, struct reader body)
{
	unsigned level = take8(&body), number = take8(&body);
	if (body.short_of || level < 1 || level > 2) {
		answer_spoil(answer, "a malformed alert");
		return;
	}
	if (level == 1 && number != ALERT_CLOSE_NOTIFY) {
		answer->facts.warned_name = answer->facts.warned_name || number == ALERT_NAME;
		if (++answer->warnings > WARNINGS_MAX)
			answer_spoil(answer, "more than %d warning alerts", WARNINGS_MAX);
		return;
	}
	/* Behind a ServerHello the suite stands all the same. */
	answer->facts.kind = answer->hello_seen ? ANSWER_HELLO : ANSWER_ALERT;
	answer->facts.alert = (int)number;
	answer->decided = true;
}

static bool take_certificate(struct answer *answer, struct reader body)
{
	struct reader list = take_vector(&body, 3);
	struct reader leaf = take_vector(&list, 3);
	if (body.short_of || list.short_of || body.size > 0 || leaf.size == 0)
		return answer_spoil(answer, "a malformed Certificate message");
	answer->facts.leaf = arena_bytes(answer->mem, leaf.data, leaf.size);
	return true;
}

static void take_message(struct answer *answer, unsigned type, struct reader body)
{
	if (!answer->hello_seen && type != MESSAGE_SERVER_HELLO) {
		answer_spoil(answer, "handshake message %u before the ServerHello", type);
		return;
	}
	switch (type) {
	case MESSAGE_SERVER_HELLO:
		if (answer->hello_seen)
			answer_spoil(answer, "a second ServerHello");
		else
			answer_server_hello(answer, body);
		break;
	case MESSAGE_CERTIFICATE:
		take_certificate(answer, body);
		break;
	case MESSAGE_CERTIFICATE_STATUS:
		answer->facts.staple = true;
		break;
	case MESSAGE_KEY_EXCHANGE:
		answer_key_exchange(answer, body);
		break;
	case MESSAGE_CERTIFICATE_REQUEST:
		answer->facts.client_cert_requested = true;
		break;
	case MESSAGE_HELLO_DONE:
		answer->decided = true;
		break;
	default:
		answer_spoil(answer, "handshake message %u in the server's first flight", type);
	}
}

/* CIP-6: messages share records and span them. */
static void take_messages(struct answer *answer)
{
	while (!answer->decided && answer->messages.size >= 4) {
		struct reader all = { (const uint8_t *)answer->messages.data, answer->messages.size,
				      false };
		unsigned type = take8(&all);
		size_t size = take24(&all);
		if (size > (type == MESSAGE_CERTIFICATE ? CERTIFICATE_MAX : MESSAGE_MAX)) {
			answer_spoil(answer, "a handshake message of %zu octets", size);
			return;
		}
		if (all.size < size)
			return;
		take_message(answer, type, take(&all, size));
		buf_consume(&answer->messages, 4 + size);
	}
}

static void take_record(struct answer *answer, unsigned type, struct reader body)
{
	if (type == TYPE_ALERT) {
		take_alert(answer, body);
	} else if (type != TYPE_HANDSHAKE) {
		answer_spoil(answer, "record type %u before the ServerHello's end", type);
	} else if (body.size == 0) {
		answer_spoil(answer, "an empty handshake record"); /* RFC 8446, 5.1 */
	} else {
		buf_add(&answer->messages, body.data, body.size);
		take_messages(answer);
	}
}

/* What answers in a language that is not TLS: named where it can be told. */
static bool check_start(struct answer *answer)
{
	const char *text = answer->input.data;
	size_t size = answer->input.size;
	unsigned first = (uint8_t)text[0];
	bool tls = first >= TYPE_CHANGE_CIPHER && first <= TYPE_DATA;
	if (tls && (size < 2 || (uint8_t)text[1] == 3))
		return true;
	if (size >= 5 && memcmp(text, "HTTP/", 5) == 0)
		return answer_spoil(answer, "HTTP answers, not TLS");
	if (first == '<')
		return answer_spoil(answer, "XML in clear answers, not TLS");
	if (size >= 4 && memcmp(text, "SSH-", 4) == 0)
		return answer_spoil(answer, "SSH answers, not TLS");
	if (size < 5 && (first == 'H' || first == 'S'))
		return false; /* more will tell */
	return answer_spoil(answer, "what answers is not TLS (first octet 0x%02x)", first);
}

static void take_records(struct answer *answer)
{
	while (!answer->decided && answer->input.size > 0) {
		if (!check_start(answer) || answer->input.size < RECORD_HEADER)
			return;
		struct reader all = { (const uint8_t *)answer->input.data, answer->input.size,
				      false };
		unsigned type = take8(&all);
		(void)take16(&all); /* the version here says nothing (CIP-4) */
		size_t size = take16(&all);
		if (size > RECORD_MAX) {
			answer_spoil(answer, "a record of %zu octets, over the limit of TLS", size);
			return;
		}
		if (all.size < size)
			return;
		take_record(answer, type, take(&all, size));
		buf_consume(&answer->input, RECORD_HEADER + size);
	}
}

/* CIP-2: the first octet tells the format. */
static bool is_ssl2(const struct answer *answer)
{
	return answer->asked == SSL_2_0 && answer->input.size > 0 &&
	       ((uint8_t)answer->input.data[0] & 0x80);
}

bool answer_push(struct answer *answer, const void *data, size_t size)
{
	if (answer->decided || size == 0)
		return answer->decided;
	answer->taken += size;
	buf_add(&answer->input, data, size);
	if (answer->taken > ANSWER_OCTETS_MAX || buf_overflowed(&answer->input))
		answer_spoil(answer, "more than %d octets without an end", ANSWER_OCTETS_MAX);
	else if (is_ssl2(answer))
		answer->decided = answer_ssl2(answer);
	else
		take_records(answer);
	return answer->decided;
}

void answer_end(struct answer *answer, enum answer_kind how)
{
	if (answer->decided)
		return;
	answer->decided = true;
	bool begun = answer->input.size > 0 || answer->messages.size > 0;
	if (answer->hello_seen)
		answer->facts.kind = ANSWER_HELLO;
	else if (begun && how == ANSWER_CLOSED)
		answer_spoil(answer, "closed in the middle of a record");
	else
		answer->facts.kind = how;
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
