/* A survey against a server whose every answer is made of the input: it ends, keeps to its lanes,
 * tells of nothing as accepted that no answer chose out of what was offered, and of no list as
 * complete with something in it that was neither chosen nor refused. */
#include <assert.h>
#include <string.h>

#include "tls/groups.h"
#include "tls/primes.h"
#include "tls/schemes.h"
#include "tls/survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each suite of five versions found, ordered, found again in blocks, and as much for the rest. */
#define QUESTIONS_MAX 6000
#define LANES_MAX     8
#define CODES         65536

struct input {
	const uint8_t *data;
	size_t size, at;
	unsigned round; /* through the input; it goes round, a little different each time */
};

/* What became of a suite in one version. */
enum mark {
	CHOSEN = 1 << 0, /* by an answer that may count */
	OFFERED = 1 << 1,
	REFUSED = 1 << 2, /* with all that was offered beside it */
};

struct ledger {
	uint8_t suites[TLS_VERSION_COUNT][CODES];
	uint8_t groups[2][CODES], schemes[2][CODES];
};

static unsigned draw(struct input *from)
{
	if (from->size == 0)
		return 0;
	if (from->at == from->size) {
		from->at = 0;
		from->round++;
	}
	return (uint8_t)(from->data[from->at++] + from->round * 31);
}

/* Mostly one of the list; else any number. */
static uint16_t draw_code(struct input *from, const uint16_t *list, size_t count)
{
	unsigned which = draw(from);
	if (count > 0 && which < 250)
		return list[which % count];
	return (uint16_t)(which << 8 | draw(from));
}

static void draw_choice(struct input *from, const struct hello *hello, struct answer_facts *out)
{
	static const enum tls_version versions[] = { TLS_VERSION_NONE, SSL_2_0, SSL_3_0, TLS_1_0,
						     TLS_1_1,          TLS_1_2, TLS_1_3 };
	unsigned which = draw(from);
	out->version = which < 240 ? hello->version : versions[which % 7];
	out->version_number = (uint16_t)(0x0300 + draw(from) % 8);
	which = draw(from);
	if (hello->suite_count > 0 && which < 250)
		out->suite = hello->suites[(which << 8 | draw(from)) % hello->suite_count];
	else
		out->suite = which << 8 | draw(from);
	out->compression = draw(from) < 250 ? 0 : (uint8_t)(draw(from) % 3);
	out->echoes = draw(from);
}

static void draw_exchange(struct input *from, const struct hello *hello, struct answer_facts *out)
{
	static const char *const alpn[] = { NULL, "xmpp-client", "h2" };
	unsigned which = draw(from);
	if (which & 1)
		out->group = draw_code(from, hello->groups, hello->group_count);
	if (which & 2)
		out->scheme = draw_code(from, hello->schemes, hello->scheme_count);
	if (which & 4) {
		out->dh.bits = draw(from) * 16;
		memcpy(out->dh.prime_sha256, known_primes[draw(from) % known_prime_count].sha256,
		       32);
		out->dh.weak_public = which & 8;
	}
	out->explicit_curve = (which & 0x70) == 0x70;
	out->has_public = which & 8;
	out->public_sha256[0] = (uint8_t)draw(from);
	out->sentinel = which & 0x80 ? TLS_1_2 : TLS_VERSION_NONE;
	out->alpn = alpn[draw(from) % 3];
	if (which & 0x10)
		out->leaf = (struct bytes){ from->data, from->size };
}

static void draw_answer(struct input *from, const struct question *question,
			struct answer_facts *out)
{
	static const enum answer_kind kinds[] = {
		ANSWER_ALERT,   ANSWER_CLOSED,    ANSWER_RESET,       ANSWER_SILENCE,
		ANSWER_GARBAGE, ANSWER_HANDSHAKE, ANSWER_UNSUPPORTED, ANSWER_ALERT,
	};
	unsigned which = draw(from);
	*out = (struct answer_facts){ .alert = -1 };
	if (which < 150)
		out->kind = question->hello.version == TLS_1_3 && which & 1 ? ANSWER_RETRY
									    : ANSWER_HELLO;
	else
		out->kind = kinds[which % 8];
	if (out->kind == ANSWER_ALERT)
		out->alert = (int)draw(from);
	if (out->kind == ANSWER_GARBAGE)
		out->fault = "garbage";
	if (out->kind != ANSWER_HELLO && out->kind != ANSWER_RETRY && out->kind != ANSWER_HANDSHAKE)
		return;
	draw_choice(from, &question->hello, out);
	draw_exchange(from, &question->hello, out);
	if (out->kind == ANSWER_HANDSHAKE)
		out->resumed = draw(from) & 1;
	if (question->hello.version == SSL_2_0 && out->version == SSL_2_0) {
		out->kinds = question->hello.suites;
		out->kind_count = draw(from) % (question->hello.suite_count + 1);
	}
}

static bool has16(const uint16_t *list, size_t count, uint16_t code)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == code)
			return true;
	}
	return false;
}

static bool has_suite(const struct hello *hello, uint32_t code)
{
	for (size_t i = 0; i < hello->suite_count; i++) {
		if (hello->suites[i] == code)
			return true;
	}
	return false;
}

static void enter_offer(struct ledger *ledger, const struct hello *hello,
			const struct answer_facts *answer)
{
	bool spoke = answer->kind == ANSWER_HELLO || answer->kind == ANSWER_RETRY;
	bool older = spoke && answer->version < hello->version &&
		     answer->version != TLS_VERSION_NONE;
	bool refused = older || answer->kind == ANSWER_ALERT || answer->kind == ANSWER_CLOSED ||
		       answer->kind == ANSWER_RESET;
	for (size_t i = 0; i < hello->suite_count; i++)
		ledger->suites[hello->version][hello->suites[i] & 0xFFFF] |=
			refused ? OFFERED | REFUSED : OFFERED;
}

/* A group or scheme counts beside a suite that does; of TLS 1.3 any scheme in the hello may have
 * been meant. */
static void enter(struct ledger *ledger, const struct question *question,
		  const struct answer_facts *answer)
{
	const struct hello *hello = &question->hello;
	bool is_13 = answer->version == TLS_1_3;
	bool deflate = answer->compression == 1 && (hello->flags & HELLO_COMPRESSION);
	if (question->kind == QUESTION_HELLO && hello->version != SSL_2_0)
		enter_offer(ledger, hello, answer);
	if (answer->kind == ANSWER_HANDSHAKE)
		ledger->schemes[is_13][answer->scheme] = 1;
	if ((answer->kind != ANSWER_HELLO && answer->kind != ANSWER_RETRY) ||
	    answer->version != hello->version || answer->version < SSL_3_0 ||
	    !has_suite(hello, answer->suite) || (answer->compression && !deflate))
		return;
	ledger->suites[answer->version][answer->suite & 0xFFFF] |= CHOSEN;
	ledger->groups[is_13][answer->group] = 1;
	ledger->schemes[is_13][answer->scheme] = 1;
	for (size_t i = 0; is_13 && i < hello->scheme_count; i++)
		ledger->schemes[1][hello->schemes[i]] = 1;
	for (size_t i = 0; i < hello->group_count; i++) {
		if (answer->dh.bits > 0 && group_by_code(hello->groups[i]) &&
		    group_by_code(hello->groups[i])->kind == GROUP_FFDHE)
			ledger->groups[0][hello->groups[i]] = 1;
	}
}

static void check_question(const struct question *question, enum survey_scope scope)
{
	const struct hello *hello = &question->hello;
	if (question->kind != QUESTION_HELLO) {
		assert(scope == SURVEY_ALL);
		return;
	}
	struct buf text = buf_new(HELLO_MAX);
	static const uint8_t random[HELLO_RANDOM];
	assert(hello->suite_count > 0 && hello->suite_count < 500);
	hello_write(hello, random, &text);
	assert(!buf_overflowed(&text));
	buf_free(&text);
	for (size_t i = 0; i + 1 < hello->group_count; i++)
		assert(!has16(&hello->groups[i + 1], hello->group_count - i - 1, hello->groups[i]));
}

static void check_version(const struct version_seen *seen, const struct ledger *ledger)
{
	assert(seen->suite_count == 0 || seen->offered == SEEN_YES);
	for (size_t i = 0; i < seen->suite_count; i++) {
		assert(ledger->suites[seen->version][seen->suites[i].code & 0xFFFF] & CHOSEN);
		for (size_t k = i + 1; k < seen->suite_count; k++)
			assert(seen->suites[k].code != seen->suites[i].code);
	}
	for (size_t code = 0; seen->suites_complete && code < CODES; code++) {
		unsigned marks = ledger->suites[seen->version][code];
		assert(!(marks & OFFERED) || marks & (CHOSEN | REFUSED));
	}
}

static void check_facts(const struct survey_facts *facts, const struct ledger *ledger)
{
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++)
		check_version(&facts->versions[version], ledger);
	for (size_t i = 0; i < facts->group_count; i++) {
		const struct group_seen *group = &facts->groups[i];
		assert(!group->tls12 || ledger->groups[0][group->code]);
		assert(!group->tls13 || ledger->groups[1][group->code]);
	}
	for (size_t i = 0; i < facts->scheme_count; i++) {
		const struct scheme_seen *scheme = &facts->schemes[i];
		assert(!scheme->tls12 || ledger->schemes[0][scheme->code]);
		assert(!scheme->tls13 || ledger->schemes[1][scheme->code]);
	}
}

struct run {
	struct survey *survey;
	struct ledger *ledger;
	struct question out[LANES_MAX];
	size_t held, asked;
};

/* One of those that are out, whichever the input says. */
static void answer_one(struct run *run, struct input *from)
{
	size_t which = draw(from) % run->held;
	struct question question = run->out[which];
	struct answer_facts answer;
	run->out[which] = run->out[--run->held];
	if (draw(from) >= 252) {
		survey_drop(run->survey, &question);
		return;
	}
	draw_answer(from, &question, &answer);
	enter(run->ledger, &question, &answer);
	survey_take(run->survey, &question, &answer);
}

static void play(struct run *run, const struct survey_options *options, struct input *from)
{
	for (;;) {
		enum survey_step step = SURVEY_WAIT;
		if (run->held == 0 || draw(from) & 3)
			step = survey_next(run->survey, &run->out[run->held]);
		if (step == SURVEY_DONE)
			break;
		if (step == SURVEY_WAIT) {
			assert(run->held > 0); /* nobody waits for nothing */
			answer_one(run, from);
			continue;
		}
		check_question(&run->out[run->held], options->scope);
		run->held++;
		run->asked++;
		assert(run->held <= options->lanes && run->asked < QUESTIONS_MAX);
		assert(!options->connections_max || run->asked <= options->connections_max);
	}
	assert(run->held == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ledger ledger;
	struct input from = { .data = data, .size = size };
	unsigned how = draw(&from), limit = draw(&from);
	const struct survey_options options = {
		.scope = (enum survey_scope)(how % 4),
		.lanes = 1 + (how >> 2) % LANES_MAX,
		.connections_max = limit < 200 ? 0 : limit,
		.servername = how & 0x20 ? "example.org" : NULL,
		.alpn = how & 0x40 ? "xmpp-client" : NULL,
	};
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct run run = { .survey = survey_new(&options, mem), .ledger = &ledger };
	struct survey_facts facts;
	memset(&ledger, 0, sizeof(ledger));
	play(&run, &options, &from);
	survey_finish(run.survey, &facts);
	check_facts(&facts, &ledger);
	return 0;
}
