/* What SSL 2.0 answers: spec/ciphers.md, 2.1. */
#include "tls/answer_inner.h"

#define SERVER_HELLO 4
#define ERROR        0
#define ERROR_SIZE   2
#define KIND_SIZE    3

static void take_hello(struct answer *answer, struct reader body)
{
	struct answer_facts *facts = &answer->facts;
	(void)take8(&body); /* session_id_hit */
	(void)take8(&body); /* certificate type */
	unsigned version = take16(&body);
	size_t cert_size = take16(&body), kinds_size = take16(&body), id_size = take16(&body);
	struct reader cert = take(&body, cert_size), kinds = take(&body, kinds_size);
	(void)take(&body, id_size);
	if (body.short_of || body.size > 0 || kinds_size % KIND_SIZE != 0 || version != 0x0002) {
		answer_spoil(answer, "a malformed SERVER-HELLO of SSL 2.0");
		return;
	}
	uint32_t *list = arena_array(answer->mem, kinds_size / KIND_SIZE + 1, sizeof(*list));
	while (kinds.size > 0)
		list[facts->kind_count++] = take24(&kinds);
	facts->kinds = list;
	facts->leaf = arena_bytes(answer->mem, cert.data, cert.size);
	facts->version = SSL_2_0;
	facts->version_number = 0x0002;
	facts->kind = ANSWER_HELLO;
}

bool answer_ssl2(struct answer *answer)
{
	struct reader all = { (const uint8_t *)answer->input.data, answer->input.size, false };
	size_t size = take16(&all) & 0x7FFF;
	if (all.short_of || all.size < size)
		return false;
	struct reader body = take(&all, size);
	unsigned type = take8(&body);
	if (body.short_of)
		answer_spoil(answer, "an empty record of SSL 2.0");
	else if (type == SERVER_HELLO)
		take_hello(answer, body);
	else if (type == ERROR && body.size != ERROR_SIZE)
		answer_spoil(answer, "a malformed ERROR of SSL 2.0");
	else if (type == ERROR)
		answer->facts.kind = ANSWER_ALERT;
	else
		answer_spoil(answer, "message %u of SSL 2.0 in answer to a hello", type);
	return true;
}
