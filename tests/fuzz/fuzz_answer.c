/* What a server sends back to a hello, whole and in pieces: the facts must be the same. The first
 * two octets say how it is read. */
#include <assert.h>
#include <string.h>

#include "tls/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct answer_facts read_pieces(const uint8_t *data, size_t size, size_t piece, unsigned how,
				       struct arena *mem)
{
	static const enum answer_kind ends[] = { ANSWER_CLOSED, ANSWER_RESET, ANSWER_SILENCE };
	enum tls_version asked = (enum tls_version)(SSL_2_0 + (int)(how % 6));
	enum answer_want want = how & 0x40 ? WANT_HELLO : WANT_FLIGHT;
	CLEANUP(answer_free) struct answer *answer = answer_new(asked, want, mem);
	bool decided = false;
	for (size_t at = 0; at < size && !decided; at += piece)
		decided = answer_push(answer, data + at, size - at < piece ? size - at : piece);
	answer_end(answer, ends[(how >> 3) % 3]);
	return *answer_facts(answer);
}

static bool is_same_text(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

static void check_same(const struct answer_facts *one, const struct answer_facts *other)
{
	assert(one->kind == other->kind && is_same_text(one->fault, other->fault));
	assert(one->version == other->version && one->version_number == other->version_number);
	assert(one->suite == other->suite && one->compression == other->compression);
	assert(one->echoes == other->echoes && is_same_text(one->alpn, other->alpn));
	assert(one->session_id == other->session_id && one->sentinel == other->sentinel);
	assert(one->group == other->group && one->explicit_curve == other->explicit_curve);
	assert(one->scheme == other->scheme && one->dh.bits == other->dh.bits);
	assert(memcmp(one->dh.prime_sha256, other->dh.prime_sha256, 32) == 0);
	assert(one->dh.generator == other->dh.generator);
	assert(one->dh.weak_public == other->dh.weak_public);
	assert(one->rsa_export_bits == other->rsa_export_bits);
	assert(one->has_public == other->has_public);
	assert(memcmp(one->public_sha256, other->public_sha256, 32) == 0);
	assert(one->staple == other->staple && one->alert == other->alert);
	assert(one->client_cert_requested == other->client_cert_requested);
	assert(one->warned_name == other->warned_name);
	assert(one->leaf.size == other->leaf.size && one->kind_count == other->kind_count);
	assert(one->leaf.size == 0 ||
	       memcmp(one->leaf.data, other->leaf.data, one->leaf.size) == 0);
	for (size_t i = 0; i < one->kind_count; i++)
		assert(one->kinds[i] == other->kinds[i]);
}

/* Nothing is told that the kind of the answer does not bear. */
static void check_sense(const struct answer_facts *facts)
{
	bool spoke = facts->kind == ANSWER_HELLO || facts->kind == ANSWER_RETRY;
	assert(facts->kind != ANSWER_NONE);
	assert(facts->kind != ANSWER_GARBAGE || facts->fault);
	assert(!facts->fault || facts->kind == ANSWER_GARBAGE || facts->kind == ANSWER_HELLO);
	assert(spoke || (facts->version == TLS_VERSION_NONE && facts->suite == 0 && !facts->alpn &&
			 !facts->group && !facts->leaf.size && !facts->echoes));
	assert(facts->kind != ANSWER_RETRY || facts->version == TLS_1_3);
	assert(facts->version != TLS_1_3 || (facts->leaf.size == 0 && !facts->dh.bits));
	assert(facts->kind == ANSWER_ALERT || facts->kind == ANSWER_HELLO || facts->alert == -1);
	assert(!facts->scheme || facts->version == TLS_1_2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct answer_facts whole = read_pieces(data + 2, size - 2, SIZE_MAX / 2, data[0], mem);
	struct answer_facts cut = read_pieces(data + 2, size - 2, 1 + data[1] % 32, data[0], mem);
	struct answer_facts octets = read_pieces(data + 2, size - 2, 1, data[0], mem);
	check_sense(&whole);
	check_same(&whole, &cut);
	check_same(&whole, &octets);
	return 0;
}
