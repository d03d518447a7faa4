/* ServerHello and HelloRetryRequest: RFC 5246, 7.4.1.3; RFC 9846, 4.1.3 and 4.1.4. */
#include <string.h>

#include "tls/answer_inner.h"

#define RANDOM_SIZE 32
#define SESSION_MAX 32

static const uint8_t retry_random[RANDOM_SIZE] = {
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
	0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
	0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
};

static enum tls_version version_of(unsigned number)
{
	return number >= 0x0300 && number <= 0x0304
		       ? (enum tls_version)(SSL_3_0 + (int)(number - 0x0300))
		       : TLS_VERSION_NONE;
}

static bool take_alpn(struct answer *answer, struct reader body)
{
	struct reader list = take_vector(&body, 2);
	struct reader name = take_vector(&list, 1);
	if (body.short_of || list.short_of || name.size == 0 || list.size > 0)
		return answer_spoil(answer, "a malformed ALPN answer");
	answer->facts.alpn = arena_copy_n(answer->mem, name.data, name.size);
	return true;
}

/* In a HelloRetryRequest the group alone, in a ServerHello with the server's share. */
static bool take_share(struct answer *answer, struct reader body)
{
	unsigned group = take16(&body);
	if (body.short_of)
		return answer_spoil(answer, "a malformed key share");
	answer->facts.group = (uint16_t)group;
	return true;
}

static bool take_version(struct answer *answer, struct reader body)
{
	unsigned number = take16(&body);
	if (body.short_of || body.size > 0)
		return answer_spoil(answer, "a malformed supported_versions answer");
	answer->facts.version_number = (uint16_t)number;
	answer->facts.version = version_of(number);
	return true;
}

static bool take_extension(struct answer *answer, unsigned type, struct reader body)
{
	switch (type) {
	case 0:
		answer->facts.echoes |= ECHO_SERVERNAME;
		return true;
	case 5:
		answer->facts.echoes |= ECHO_STATUS;
		return true;
	case 15:
		answer->facts.echoes |= ECHO_HEARTBEAT;
		return true;
	case 16:
		return take_alpn(answer, body);
	case 22:
		answer->facts.echoes |= ECHO_ETM;
		return true;
	case 23:
		answer->facts.echoes |= ECHO_EMS;
		return true;
	case 35:
		answer->facts.echoes |= ECHO_TICKET;
		return true;
	case 43:
		return take_version(answer, body);
	case 51:
		return take_share(answer, body);
	case 0xFF01:
		answer->facts.echoes |= ECHO_RENEGOTIATION;
		return true;
	default:
		return true;
	}
}

static bool take_extensions(struct answer *answer, struct reader *body)
{
	if (body->size == 0) /* they may be absent before TLS 1.3 */
		return true;
	struct reader list = take_vector(body, 2);
	while (list.size > 0) {
		unsigned type = take16(&list);
		struct reader one = take_vector(&list, 2);
		if (list.short_of)
			return answer_spoil(answer, "malformed extensions in the ServerHello");
		if (!take_extension(answer, type, one))
			return false;
	}
	if (body->short_of || body->size > 0)
		return answer_spoil(answer, "octets behind the extensions of the ServerHello");
	return true;
}

/* RFC 9846, 4.1.3: "DOWNGRD" and which version was chosen instead of a better one. */
static enum tls_version sentinel_of(const uint8_t *random)
{
	if (memcmp(random + RANDOM_SIZE - 8, "DOWNGRD", 7) != 0)
		return TLS_VERSION_NONE;
	return random[RANDOM_SIZE - 1] == 1   ? TLS_1_2
	       : random[RANDOM_SIZE - 1] == 0 ? TLS_1_1
					      : TLS_VERSION_NONE;
}

bool answer_server_hello(struct answer *answer, struct reader body)
{
	struct answer_facts *facts = &answer->facts;
	unsigned version = take16(&body);
	struct reader random = take(&body, RANDOM_SIZE), session = take_vector(&body, 1);
	unsigned suite = take16(&body), compression = take8(&body);
	if (body.short_of || random.short_of || session.size > SESSION_MAX)
		return answer_spoil(answer, "a malformed ServerHello");
	facts->version_number = (uint16_t)version;
	facts->version = version_of(version);
	if (!take_extensions(answer, &body))
		return false;
	facts->suite = suite;
	facts->compression = (uint8_t)compression;
	facts->kind = ANSWER_HELLO;
	answer->hello_seen = true;
	if (memcmp(random.data, retry_random, RANDOM_SIZE) == 0) {
		facts->kind = ANSWER_RETRY;
		answer->decided = true;
		return true;
	}
	facts->session_id = session.size > 0 && facts->version < TLS_1_3;
	facts->sentinel = sentinel_of(random.data);
	/* Behind the ServerHello of TLS 1.3 everything is encrypted (CIP-18). */
	answer->decided = facts->version >= TLS_1_3 || answer->want == WANT_HELLO;
	return true;
}
