/* sim.h - a TLS server made of data, which answers questions of a survey as a real one would:
 * versions, suites, groups and schemes in its own order or the client's, and bad habits. */
#ifndef SIM_H
#define SIM_H

#include <assert.h>
#include <stdlib.h>

#include "unit.h"

#include "tls/groups.h"
#include "tls/primes.h"
#include "tls/survey.h"

#define SIM_MAX 450

enum sim_order {
	SIM_SERVER,
	SIM_CLIENT,
	SIM_CHACHA, /* its own, ChaCha20 first where the client lists it first */
	SIM_HASH,   /* by a hash of what was offered */
	SIM_RANDOM,
};

enum sim_habit {
	SIM_PICKY = 1 << 0,     /* refuses extensions it does not know */
	SIM_SHORT = 1 << 1,     /* takes no more than 128 suites */
	SIM_CLOSES = 1 << 2,    /* closes instead of an alert */
	SIM_BLIND = 1 << 3,     /* looks at schemes of TLS 1.3 only behind its first answer */
	SIM_TAKES_ALL = 1 << 4, /* accepts whatever comes first */
	SIM_STRANGE = 1 << 5,   /* chooses what was not offered */
	SIM_REUSES = 1 << 6,    /* one ephemeral value for everybody */
	SIM_SILENT = 1 << 7,
	SIM_HYBRID = 1 << 8, /* insists on its hybrid group */
	SIM_COMPRESSES = 1 << 9,
	SIM_SENTINEL = 1 << 10,
	SIM_NO_HANDSHAKE = 1 << 11,
	SIM_FIELD = 1 << 12,     /* ffdhe2048's modulus for everybody, by its own choice */
	SIM_STRAYS = 1 << 13,    /* instead of a refusal chooses what was not offered */
	SIM_ODD_GROUP = 1 << 14, /* takes a group that was not offered */
	SIM_AWAY = 1 << 15,      /* turns us away where a higher version is asked for */
	SIM_BARE = 1 << 16,      /* refuses any extension */
};

struct sim_version {
	uint32_t suites[SIM_MAX]; /* best first */
	size_t count;             /* 0: the version is off */
};

struct sim {
	struct sim_version versions[TLS_VERSION_COUNT];
	enum sim_order order, group_order;
	unsigned habits;
	uint16_t groups[16]; /* 0 ends each list */
	uint16_t schemes12[24], schemes13[24];
	uint16_t schemes_ec[8]; /* of a second certificate, in TLS 1.2; as OpenSSL has it: the suite
				   is chosen first */
	struct bytes leaf;
	uint16_t leaf_curve; /* must be among the groups for TLS 1.2 to be had; 0: none */
	unsigned dh_bits;    /* 0: 2048 */
	unsigned seed, asked;
	size_t rounds;  /* of questions that were out together */
	bool staggered; /* answers come one at a time, while other questions are out */
};

static inline bool sim_has16(const uint16_t *list, size_t count, uint16_t code)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == code)
			return true;
	}
	return false;
}

static inline size_t sim_length(const uint16_t *list)
{
	size_t count = 0;
	while (list[count])
		count++;
	return count;
}

/* The first of one list that is in the other. */
static inline uint16_t sim_pick(const uint16_t *first, size_t count, const uint16_t *in,
				size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (sim_has16(in, size, first[i]))
			return first[i];
	}
	return 0;
}

static inline uint16_t sim_group(const struct sim *sim, const struct hello *hello)
{
	size_t own = sim_length(sim->groups);
	if (sim->habits & SIM_ODD_GROUP)
		return 0x0999;
	if (hello->version < TLS_1_0 || (hello->group_count == 0 && hello->version < TLS_1_3))
		return sim->groups[0];
	if (sim->group_order == SIM_SERVER)
		return sim_pick(sim->groups, own, hello->groups, hello->group_count);
	return sim_pick(hello->groups, hello->group_count, sim->groups, own);
}

static inline uint16_t sim_scheme12(const struct sim *sim, const struct hello *hello,
				    const struct suite *suite)
{
	if (sim->schemes_ec[0] && suite->auth == AUTH_ECDSA)
		return sim_pick(sim->schemes_ec, sim_length(sim->schemes_ec), hello->schemes,
				hello->scheme_count);
	return sim_pick(sim->schemes12, sim_length(sim->schemes12), hello->schemes,
			hello->scheme_count);
}

/* Can this suite be had, given groups and schemes? */
static inline bool sim_possible(const struct sim *sim, const struct hello *hello,
				const struct suite *suite)
{
	bool ec = suite && suite->exchange == KX_ECDHE;
	bool is_signed = suite && (ec || suite->exchange == KX_DHE);
	if (hello->version == TLS_1_3)
		return sim_group(sim, hello) != 0;
	if (ec && sim_group(sim, hello) == 0)
		return false;
	if (ec && sim->leaf_curve && hello->version >= TLS_1_0 &&
	    !sim_has16(hello->groups, hello->group_count, sim->leaf_curve))
		return false;
	bool unchecked = sim->schemes_ec[0] && is_signed && suite->auth == AUTH_RSA;
	return !is_signed || hello->version < TLS_1_2 || unchecked ||
	       sim_scheme12(sim, hello, suite) != 0;
}

static inline bool sim_offered(const struct hello *hello, uint32_t code)
{
	for (size_t i = 0; i < hello->suite_count; i++) {
		if (hello->suites[i] == code)
			return true;
	}
	return false;
}

static inline bool sim_supports(const struct sim_version *version, uint32_t code)
{
	for (size_t i = 0; i < version->count; i++) {
		if (version->suites[i] == code)
			return true;
	}
	return false;
}

static inline bool sim_is_chacha(uint32_t code)
{
	const struct suite *suite = suite_by_code(code);
	return suite && strncmp(suite->encryption, "CHACHA20", 8) == 0;
}

static inline uint32_t sim_choose(struct sim *sim, const struct hello *hello)
{
	const struct sim_version *version = &sim->versions[hello->version];
	uint32_t shared[SIM_MAX];
	size_t count = 0;
	bool own = sim->order != SIM_CLIENT;
	const uint32_t *first = own ? version->suites : hello->suites;
	size_t size = own ? version->count : hello->suite_count;
	for (size_t i = 0; i < size; i++) {
		bool both = own ? sim_offered(hello, first[i]) : sim_supports(version, first[i]);
		if (both && sim_possible(sim, hello, suite_by_code(first[i])))
			shared[count++] = first[i];
	}
	if (count == 0)
		return 0;
	if (sim->order == SIM_RANDOM)
		return shared[(size_t)rand_r(&sim->seed) % count];
	if (sim->order == SIM_HASH) {
		size_t hash = 0;
		for (size_t i = 0; i < count; i++)
			hash = hash * 31 + shared[i];
		return shared[hash % count];
	}
	for (size_t i = 0; sim->order == SIM_CHACHA && i < count; i++) {
		if (sim_is_chacha(hello->suites[0]) && sim_is_chacha(shared[i]))
			return shared[i];
	}
	return shared[0];
}

static inline void sim_refuse(const struct sim *sim, int alert, struct answer_facts *out)
{
	out->kind = sim->habits & SIM_CLOSES ? ANSWER_CLOSED : ANSWER_ALERT;
	out->alert = sim->habits & SIM_CLOSES ? -1 : alert;
}

static inline void sim_show(struct sim *sim, const struct hello *hello, struct answer_facts *out)
{
	const struct suite *suite = suite_by_code(out->suite);
	bool ec = suite && suite->exchange == KX_ECDHE, dh = suite && suite->exchange == KX_DHE;
	out->leaf = sim->leaf;
	if (ec)
		out->group = sim_group(sim, hello);
	if ((ec || dh) && hello->version == TLS_1_2)
		out->scheme = sim_scheme12(sim, hello, suite);
	if ((ec || dh) && hello->version == TLS_1_2 && !out->scheme)
		sim_refuse(sim, 40, out);
	if (dh) {
		out->dh.bits = sim->dh_bits ? sim->dh_bits : 2048;
		out->dh.generator = 2;
		for (size_t i = 0; (sim->habits & SIM_FIELD) && i < known_prime_count; i++) {
			if (strcmp(known_primes[i].name, "RFC7919 ffdhe2048") == 0)
				memcpy(out->dh.prime_sha256, known_primes[i].sha256, 32);
		}
	}
	out->has_public = ec || dh;
	out->public_sha256[0] = (uint8_t)(sim->habits & SIM_REUSES ? 1 : sim->asked);
	out->public_sha256[1] = (uint8_t)(sim->habits & SIM_REUSES ? 0 : sim->asked >> 8);
	out->echoes = ECHO_RENEGOTIATION | ECHO_EMS;
	if (suite && suite_is_cbc(suite) && (hello->flags & HELLO_ETM))
		out->echoes |= ECHO_ETM;
	if ((sim->habits & SIM_COMPRESSES) && (hello->flags & HELLO_COMPRESSION))
		out->compression = 1;
	if ((sim->habits & SIM_SENTINEL) && hello->version == TLS_1_2)
		out->sentinel = TLS_1_2;
}

static inline enum tls_version sim_newest(const struct sim *sim)
{
	enum tls_version version = TLS_1_3;
	while (version > TLS_VERSION_NONE && sim->versions[version].count == 0)
		version--;
	return version;
}

static inline void sim_ssl2(struct sim *sim, struct answer_facts *out)
{
	if (sim->versions[SSL_2_0].count == 0) {
		sim_refuse(sim, 70, out);
		return;
	}
	out->kind = ANSWER_HELLO;
	out->version = SSL_2_0;
	out->kinds = sim->versions[SSL_2_0].suites;
	out->kind_count = sim->versions[SSL_2_0].count;
}

static inline void sim_13(struct sim *sim, const struct hello *hello, struct answer_facts *out)
{
	bool blind = (sim->habits & SIM_BLIND) != 0;
	bool scheme = blind || sim_pick(hello->schemes, hello->scheme_count, sim->schemes13,
					sim_length(sim->schemes13));
	if (!scheme || !out->suite) {
		sim_refuse(sim, 40, out);
		return;
	}
	out->kind = ANSWER_RETRY;
	out->group = sim_group(sim, hello);
	if ((hello->flags & HELLO_SHARE) && !(sim->habits & SIM_HYBRID)) {
		out->kind = ANSWER_HELLO;
		out->group = hello->share_group;
	}
}

static inline bool sim_has_extensions(const struct hello *hello)
{
	return hello->version > SSL_3_0 &&
	       (hello->servername || hello->alpn || hello->group_count > 0 ||
		hello->scheme_count > 0 || (hello->flags & ~(unsigned)HELLO_FALLBACK));
}

static inline void sim_hello(struct sim *sim, const struct hello *hello, struct answer_facts *out)
{
	unsigned rich = HELLO_GREASE | HELLO_HEARTBEAT | HELLO_COMPRESSION;
	const struct sim_version *version = &sim->versions[hello->version];
	if (hello->version == SSL_2_0) {
		sim_ssl2(sim, out);
	} else if ((sim->habits & SIM_SHORT) && hello->suite_count > 128) {
		out->kind = ANSWER_RESET;
	} else if (((sim->habits & SIM_BARE) && sim_has_extensions(hello)) ||
		   ((sim->habits & SIM_PICKY) && (hello->flags & rich))) {
		sim_refuse(sim, 50, out);
	} else if (sim->habits & (SIM_TAKES_ALL | SIM_STRANGE)) {
		out->kind = ANSWER_HELLO;
		out->version = hello->version;
		out->suite = sim->habits & SIM_STRANGE ? 0x00FE : hello->suites[0];
	} else if (version->count == 0) {
		sim_refuse(sim, 70, out);
	} else if ((hello->flags & HELLO_FALLBACK) && hello->version < sim_newest(sim)) {
		sim_refuse(sim, 86, out);
	} else {
		out->suite = sim_choose(sim, hello);
		out->version = hello->version;
		if (!out->suite && (sim->habits & SIM_STRAYS)) {
			out->kind = hello->version == TLS_1_3 ? ANSWER_RETRY : ANSWER_HELLO;
			out->suite = 0x00FE;
			return;
		}
		if (hello->version == TLS_1_3) {
			sim_13(sim, hello, out);
		} else if (out->suite) {
			out->kind = ANSWER_HELLO;
			sim_show(sim, hello, out);
		} else {
			sim_refuse(sim, 40, out);
		}
	}
}

static inline void sim_answer(struct sim *sim, const struct question *question,
			      struct answer_facts *out)
{
	*out = (struct answer_facts){ .alert = -1 };
	sim->asked++;
	if (sim->habits & SIM_SILENT)
		out->kind = ANSWER_SILENCE;
	else if (question->kind == QUESTION_HELLO)
		sim_hello(sim, &question->hello, out);
	else if (sim->habits & SIM_NO_HANDSHAKE)
		out->kind = ANSWER_UNSUPPORTED;
	else {
		out->kind = ANSWER_HANDSHAKE;
		out->version = sim_newest(sim);
		out->scheme = sim->schemes13[0];
		out->leaf = sim->leaf;
		out->resumed = question->kind == QUESTION_RESUME;
	}
}

/* Plays a survey to its end in rounds: what is out together is answered together, unless the server
 * is staggered. Returns the connections. */
static inline size_t sim_run(struct sim *sim, const struct survey_options *options,
			     struct arena *mem, struct survey_facts *out)
{
	struct survey *survey = survey_new(options, mem);
	struct question queue[64];
	size_t head = 0, tail = 0, asked = 0;
	for (;;) {
		struct question question;
		enum survey_step step = survey_next(survey, &question);
		if (step == SURVEY_ASK) {
			queue[tail++ % 64] = question;
			asked++;
			assert_true(tail - head <= options->lanes && asked < 5000);
			continue;
		}
		if (step == SURVEY_DONE)
			break;
		assert(head < tail); /* nobody waits for nothing */
		sim->rounds++;
		do {
			struct answer_facts answer;
			const struct question *put = &queue[head++ % 64];
			sim_answer(sim, put, &answer);
			if ((sim->habits & SIM_AWAY) && put->hello.raw_version)
				survey_drop(survey, put);
			else
				survey_take(survey, put, &answer);
		} while (head < tail && !sim->staggered);
	}
	assert_int_equal(head, tail);
	survey_finish(survey, out);
	return asked;
}

#endif
