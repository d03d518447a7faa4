/* ServerHello and HelloRetryRequest: RFC 5246, 7.4.1.3; RFC 9846, 4.1.3 and 4.1.4. */
#include <string.h>

#include "tls/answer_inner.h"

#define RANDOM_SIZE             32
#define SESSION_MAX             32
#define EXTENSION_ALPN          16
#define EXTENSION_VERSIONS      43
#define EXTENSION_KEY_SHARE     51
#define EXTENSION_RENEGOTIATION 0xFF01

static const uint8_t retry_random[RANDOM_SIZE] = {
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
	0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
	0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
};

/* What stood in the extensions; a share or version of size 0 did not come. */
struct extensions {
	uint64_t seen; /* by number; what cannot be told apart is not looked at */
	struct reader share, version;
};

static enum tls_version version_of(unsigned number, unsigned newest)
{
	return number >= 0x0300 && number <= newest
		       ? (enum tls_version)(SSL_3_0 + (int)(number - 0x0300))
		       : TLS_VERSION_NONE;
}

/* One name; RFC 7301, 3.1. */
static bool take_alpn(struct answer *answer, struct reader body)
{
	struct reader list = take_vector(&body, 2);
	struct reader name = take_vector(&list, 1);
	bool nul = name.size > 0 && memchr(name.data, 0, name.size);
	if (body.short_of || body.size > 0 || list.short_of || list.size > 0 || name.size == 0 ||
	    nul)
		return answer_spoil(answer, "a malformed ALPN answer");
	answer->facts.alpn = arena_copy_n(answer->mem, name.data, name.size);
	return true;
}

static bool take_renegotiation(struct answer *answer, struct reader body)
{
	answer->facts.echoes |= ECHO_RENEGOTIATION;
	return (body.size == 1 && body.data[0] == 0) ||
	       answer_spoil(answer, "a malformed renegotiation_info answer");
}

static bool take_extension(struct answer *answer, unsigned type, struct reader body,
			   struct extensions *found)
{
	static const unsigned echoes[] = {
		[0] = ECHO_SERVERNAME, [5] = ECHO_STATUS, [15] = ECHO_HEARTBEAT,
		[22] = ECHO_ETM,       [23] = ECHO_EMS,   [35] = ECHO_TICKET,
	};
	uint64_t bit = type < 64 ? UINT64_C(1) << type : 0;
	if (found->seen & bit)
		return answer_spoil(answer, "extension %u twice in the ServerHello", type);
	found->seen |= bit;
	if (type < sizeof(echoes) / sizeof(echoes[0]))
		answer->facts.echoes |= echoes[type];
	if (type == EXTENSION_ALPN)
		return take_alpn(answer, body);
	if (type == EXTENSION_RENEGOTIATION)
		return take_renegotiation(answer, body);
	if (type == EXTENSION_VERSIONS)
		found->version = body;
	if (type == EXTENSION_KEY_SHARE)
		found->share = body;
	return true;
}

static bool take_extensions(struct answer *answer, struct reader *body, struct extensions *found)
{
	if (body->size == 0) /* they may be absent before TLS 1.3 */
		return true;
	struct reader list = take_vector(body, 2);
	bool cut = body->short_of;
	while (!cut && list.size > 0) {
		unsigned type = take16(&list);
		struct reader one = take_vector(&list, 2);
		cut = list.short_of;
		if (!cut && !take_extension(answer, type, one, found))
			return false;
	}
	if (cut)
		return answer_spoil(answer, "malformed extensions in the ServerHello");
	return body->size == 0 ||
	       answer_spoil(answer, "octets behind the extensions of the ServerHello");
}

/* CIP-15: TLS 1.3 stands in its extension alone. */
static bool take_version(struct answer *answer, unsigned legacy, const struct extensions *found)
{
	struct answer_facts *facts = &answer->facts;
	struct reader body = found->version;
	bool there = found->seen >> EXTENSION_VERSIONS & 1;
	unsigned number = there ? take16(&body) : legacy;
	if (there && (body.short_of || body.size > 0))
		return answer_spoil(answer, "a malformed supported_versions answer");
	facts->version_number = (uint16_t)number;
	facts->version = version_of(number, there ? 0x0304 : 0x0303);
	return true;
}

/* In a HelloRetryRequest the group alone, in a ServerHello with the server's share. */
static bool take_share(struct answer *answer, bool retry, const struct extensions *found)
{
	struct reader body = found->share;
	if (answer->facts.version != TLS_1_3 || !(found->seen >> EXTENSION_KEY_SHARE & 1))
		return true;
	unsigned group = take16(&body);
	bool good = retry || take_vector(&body, 2).size > 0;
	if (!good || body.short_of || body.size > 0)
		return answer_spoil(answer, "a malformed key share");
	answer->facts.group = (uint16_t)group;
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
	struct extensions found = { 0 };
	unsigned legacy = take16(&body);
	struct reader random = take(&body, RANDOM_SIZE), session = take_vector(&body, 1);
	unsigned suite = take16(&body), compression = take8(&body);
	if (body.short_of || session.size > SESSION_MAX)
		return answer_spoil(answer, "a malformed ServerHello");
	bool retry = memcmp(random.data, retry_random, RANDOM_SIZE) == 0;
	if (!take_extensions(answer, &body, &found) || !take_version(answer, legacy, &found) ||
	    !take_share(answer, retry, &found))
		return false;
	bool is_13 = facts->version == TLS_1_3;
	if (retry && !is_13)
		return answer_spoil(answer, "a HelloRetryRequest outside TLS 1.3");
	facts->suite = suite;
	facts->compression = (uint8_t)compression;
	/* A hello of TLS 1.3 has an id of its own, which may come back. */
	facts->session_id = session.size > 0 && !is_13 && answer->asked != TLS_1_3;
	facts->sentinel = is_13 ? TLS_VERSION_NONE : sentinel_of(random.data);
	facts->kind = retry ? ANSWER_RETRY : ANSWER_HELLO;
	answer->hello_seen = !retry;
	/* Behind the ServerHello of TLS 1.3 everything is encrypted (CIP-18); who knows what is in
	 * an unknown version. */
	answer->decided = is_13 || facts->version == TLS_VERSION_NONE || answer->want == WANT_HELLO;
	return true;
}
