/* What a server says while we log in, by the first octet: base64; SCRAM's first message; or a whole
 * exchange with libgsasl, its messages on a line each, in which %r is our nonce. No octets of one
 * who does not know the password may end in "done". */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/base64.h"
#include "xmpp/sasl.h"
#include "xmpp/scram.h"

#define OUT_MAX ((size_t)8192)
#define ROUNDS  4096 /* no more: each costs time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *names[] = { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN" };
static const char *types[] = { "tls-exporter" };

static bool check_first(const char *client_first, struct bytes data)
{
	const struct text_list mechanisms = { names, 3 }, bindings = { types, 1 };
	const struct scram_offer offer = { .mechanism = "SCRAM-SHA-1-PLUS",
					   .client_first = client_first,
					   .mechanisms = &mechanisms,
					   .bindings = &bindings,
					   .version = TLS_1_3,
					   .iterations_max = ROUNDS };
	struct scram_facts facts = { 0 };
	struct err err = { 0 };
	bool ok = scram_check_first(&offer, (const char *)data.data, data.size, &facts, &err);
	assert(ok ? facts.iterations == ROUNDS : err.code != ERR_NONE && err.text[0]);
	assert(ok || err.stage == AT_LOGIN);
	return ok;
}

/* What can be read is written the same way again: one text for one sequence of octets. */
static void check_base64(struct bytes data)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes plain;
	char *copy = arena_copy_n(mem, data.data, data.size);
	if (!base64_decode(copy, data.size, mem, &plain))
		return;
	char *again = arena_alloc(mem, BASE64_ROOM(plain.size));
	base64_encode(plain.data, plain.size, again);
	assert(strlen(again) == data.size && memcmp(again, copy, data.size) == 0);
}

static struct bytes next_line(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end ? (size_t)(end - rest->data) : rest->size;
	struct bytes line = { rest->data, size };
	size_t used = size + (end != NULL);
	*rest = (struct bytes){ rest->data + used, rest->size - used };
	return line;
}

static struct bytes with_nonce(struct bytes line, const char *client_first, struct buf *out)
{
	const char *nonce = strstr(client_first, ",r=") + 3;
	buf_clear(out);
	for (size_t i = 0; i < line.size; i++) {
		if (i + 1 < line.size && memcmp(line.data + i, "%r", 2) == 0) {
			buf_text(out, nonce);
			i++;
		} else {
			buf_char(out, (char)line.data[i]);
		}
	}
	return (struct bytes){ (const uint8_t *)buf_string(out), out->size };
}

/* As login() does it: the first message is checked, the second is the proof. */
static void talk(struct sasl *sasl, struct bytes rest, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(OUT_MAX);
	CLEANUP(buf_free) struct buf said = buf_new(OUT_MAX);
	struct err err = { 0 };
	bool done = false;
	bool ok = sasl_step(sasl, (struct bytes){ 0 }, &out, &done, &err);
	assert(ok && !done && out.size > 0);
	const char *client_first = arena_copy(mem, buf_string(&out));
	struct bytes line = with_nonce(next_line(&rest), client_first, &said);
	if (!check_first(client_first, line))
		return;
	buf_clear(&out);
	if (!sasl_step(sasl, line, &out, &done, &err)) {
		assert(err.code != ERR_NONE && err.text[0]);
		return;
	}
	assert(!done && strncmp(buf_string(&out), "c=", 2) == 0);
	while (rest.size > 0) {
		line = with_nonce(next_line(&rest), client_first, &said);
		ok = sasl_step(sasl, line, &out, &done, &err);
		assert(!ok && !done && err.code != ERR_NONE);
	}
}

static void play(struct bytes data)
{
	static const uint8_t exported[32] = { 1 };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct sasl_identity identity = { .user = "user",
						.password = "pencil",
						.binding = BINDING_EXPORTER,
						.binding_data = { exported, 32 } };
	CLEANUP(sasl_end) struct sasl *sasl = NULL;
	struct err err;
	bool ok = sasl_start("SCRAM-SHA-1-PLUS", &identity, &sasl, &err);
	assert(ok);
	talk(sasl, data, mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const struct bytes rest = { data + 1, size - 1 };
	if (data[0] == '6')
		check_base64(rest);
	else if (data[0] == '1')
		check_first("n,,n=user,r=abc", rest);
	else
		play(rest);
	return 0;
}
