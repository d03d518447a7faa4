/* Alerts and handshake messages of the server's first flight: RFC 5246, 7.2 and 7.4. */
#include <string.h>

#include "tls/answer_inner.h"

#define MESSAGE_MAX        (64 * 1024)
#define WARNINGS_MAX       8
#define LEVEL_WARNING      1
#define LEVEL_FATAL        2
#define ALERT_CLOSE_NOTIFY 0
#define ALERT_NAME         112

enum message {
	MESSAGE_SERVER_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_KEY_EXCHANGE = 12,
	MESSAGE_CERTIFICATE_REQUEST = 13,
	MESSAGE_HELLO_DONE = 14,
	MESSAGE_CERTIFICATE_STATUS = 22,
};

/* In the order of the flight, each at most once. */
static const uint8_t turns[] = {
	MESSAGE_SERVER_HELLO, MESSAGE_CERTIFICATE,         MESSAGE_CERTIFICATE_STATUS,
	MESSAGE_KEY_EXCHANGE, MESSAGE_CERTIFICATE_REQUEST, MESSAGE_HELLO_DONE,
};

static void take_alert(struct answer *answer, unsigned level, unsigned number)
{
	if (level == LEVEL_WARNING && number != ALERT_CLOSE_NOTIFY) {
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

void answer_alerts(struct answer *answer, struct reader body)
{
	do {
		unsigned level = take8(&body), number = take8(&body);
		if (body.short_of || level < LEVEL_WARNING || level > LEVEL_FATAL)
			answer_spoil(answer, "a malformed alert");
		else
			take_alert(answer, level, number);
	} while (!answer->decided && body.size > 0);
}

static bool take_certificate(struct answer *answer, struct reader body)
{
	struct reader list = take_vector(&body, 3);
	struct reader leaf = take_vector(&list, 3);
	while (list.size > 0)
		(void)take_vector(&list, 3);
	if (body.short_of || list.short_of || body.size > 0 || leaf.size == 0)
		return answer_spoil(answer, "a malformed Certificate message");
	answer->facts.leaf = arena_bytes(answer->mem, leaf.data, leaf.size);
	return true;
}

/* RFC 6066, 8: what kind, and a response that is not empty. */
static bool take_status(struct answer *answer, struct reader body)
{
	(void)take8(&body);
	struct reader response = take_vector(&body, 3);
	if (body.short_of || body.size > 0 || response.size == 0)
		return answer_spoil(answer, "a malformed CertificateStatus");
	answer->facts.staple = true;
	return true;
}

static bool take_body(struct answer *answer, unsigned type, struct reader body)
{
	switch ((enum message)type) {
	case MESSAGE_SERVER_HELLO:
		return answer_server_hello(answer, body);
	case MESSAGE_CERTIFICATE:
		return take_certificate(answer, body);
	case MESSAGE_CERTIFICATE_STATUS:
		return take_status(answer, body);
	case MESSAGE_KEY_EXCHANGE:
		return answer_key_exchange(answer, body);
	case MESSAGE_CERTIFICATE_REQUEST:
		answer->facts.client_cert_requested = true;
		return true;
	case MESSAGE_HELLO_DONE:
		answer->decided = true;
		return body.size == 0 || answer_spoil(answer, "a malformed ServerHelloDone");
	}
	return false;
}

static bool check_turn(struct answer *answer, unsigned type)
{
	const uint8_t *turn = memchr(turns, (int)type, sizeof(turns));
	if (!answer->hello_seen && type != MESSAGE_SERVER_HELLO)
		return answer_spoil(answer, "handshake message %u before the ServerHello", type);
	if (!turn)
		return answer_spoil(answer, "handshake message %u in the server's first flight",
				    type);
	if ((size_t)(turn - turns) < answer->turn)
		return answer_spoil(answer, "handshake message %u out of turn", type);
	answer->turn = (size_t)(turn - turns) + 1;
	return true;
}

/* Of a message that breaks the rules nothing is told. */
static void take_message(struct answer *answer, unsigned type, struct reader body)
{
	struct answer_facts before = answer->facts;
	if (!check_turn(answer, type) || take_body(answer, type, body))
		return;
	before.kind = answer->facts.kind;
	before.fault = answer->facts.fault;
	answer->facts = before;
}

/* CIP-6: messages share records and span them. */
void answer_messages(struct answer *answer)
{
	struct reader left = { (const uint8_t *)answer->messages.data, answer->messages.size,
			       false };
	while (!answer->decided && left.size >= MESSAGE_HEADER) {
		struct reader at = left;
		unsigned type = take8(&at);
		size_t size = take24(&at);
		bool over = size > (type == MESSAGE_CERTIFICATE ? CERTIFICATE_MAX : MESSAGE_MAX);
		if (over)
			answer_spoil(answer, "a handshake message of %zu octets", size);
		if (over || at.size < size)
			break;
		take_message(answer, type, take(&at, size));
		left = at;
	}
	buf_consume(&answer->messages, answer->messages.size - left.size);
}
