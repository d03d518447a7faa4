/* net/dns_pulse: when a DNS server is dead, and when it is back. The clock is ours. */
#include "unit.h"

#include "net/dns_pulse.h"

#define MS INT64_C(1000000)

/* A play: one letter an event, a number moves the clock by so many tenths of a second.
 *   q asked   a heard   r refused   p somebody would probe   t somebody would try
 *   T the trier is done   P the probe is over */
struct stage {
	struct dns_pulse pulse;
	int64_t now;
	bool trying, probing;
	bool tried, probed; /* the last t, the last p */
};

static void play(struct stage *stage, const char *events)
{
	for (; *events; events++) {
		struct dns_pulse *pulse = &stage->pulse;
		if (*events >= '0' && *events <= '9') {
			stage->now += (*events - '0') * 100 * MS;
			continue;
		}
		switch (*events) {
		case 'q':
			dns_pulse_asked(pulse, stage->now);
			break;
		case 'a':
			dns_pulse_heard(pulse);
			break;
		case 'r':
			dns_pulse_refused(pulse, stage->now);
			break;
		case 'p':
			stage->probed = dns_pulse_probe(pulse, stage->trying, stage->now);
			break;
		case 'P':
			dns_pulse_probed(pulse);
			break;
		case 't':
			stage->tried = dns_pulse_is_dead(pulse, stage->now) &&
				       dns_pulse_try(pulse, stage->now);
			stage->trying = stage->trying || stage->tried;
			break;
		case 'T':
			dns_pulse_tried(pulse, stage->now);
			stage->trying = false;
			break;
		default:
			break; /* a space */
		}
	}
}

/* All with a patience of one second. */
static const struct row {
	const char *name, *events;
	bool dead;
	enum dns_outcome outcome;
	bool probed, tried; /* what the last p and the last t got */
	bool hopeless;      /* for the trier, where there is one */
} rows[] = {
	{ "nothing was asked", "99", false, 0, false, false, false },
	{ "a few are silent: no probe yet", "qqqq 4 p", false, 0, false, false, false },
	{ "half the patience: the root is asked", "qqqq 5 p", false, 0, true, false, false },
	{ "once only", "qqqq 5 p p", false, 0, false, false, false },
	{ "again, once that ended without an answer", "qqqq 5 p 1 P p", false, 0, true, false,
	  false },
	{ "three questions prove nothing", "qqq 5 p 9 p", false, 0, false, false, false },
	{ "silent for all its patience", "qqqq 5 p 5", true, DNS_TIMED_OUT, true, false, true },
	{ "not while the probe had no time", "qqqq 9 p 4", false, 0, true, false, false },
	{ "but then", "qqqq 9 p 5", true, DNS_TIMED_OUT, true, false, true },
	{ "not without a probe", "qqqq 99", false, 0, false, false, false },
	{ "an answer begins anew", "qqqq 5 p 4 a 1", false, 0, true, false, false },
	{ "answers to some, while others are silent", "qqqq 5 p 4 a qqqq 4 a qqq 9", false, 0, true,
	  false, false },
	{ "silence of long ago does not count", "qqq 99 99 q 5 p", false, 0, false, false, false },
	{ "questions that go on count", "q 3 q 3 q 3 qp 5", true, DNS_TIMED_OUT, true, false,
	  true },
	{ "refused: a domain alone is no sign", "qqqqqq rrrrrr", false, 0, false, false, false },
	{ "refused: at once", "qqqqqqqq rrrrrrrr", true, DNS_UNREACHABLE, false, false, true },
	{ "an answer between", "rrrr a rrrr", false, 0, false, false, false },
	{ "refused: tried at once, by one", "qrrrrrrrr t", true, DNS_UNREACHABLE, false, true,
	  false },
	{ "and by no second one", "qrrrrrrrr t t", true, DNS_UNREACHABLE, false, false, false },
	{ "but by the next", "qrrrrrrrr t r T t", true, DNS_UNREACHABLE, false, true, false },
	{ "an answer to who tried brings it back", "qrrrrrrrr t q a", false, 0, false, true,
	  false },
	{ "silent: not tried at once", "qqqq 5 p 5 t 9 t", true, DNS_TIMED_OUT, true, false, true },
	{ "but after the patience", "qqqq 5 p 5 t 99 P t p", true, DNS_TIMED_OUT, true, true,
	  false },
	{ "who tries waits for half of it", "qqqq 5 p 5 t 99 t 4", true, DNS_TIMED_OUT, true, true,
	  false },
	{ "and no longer", "qqqq 5 p 5 t 99 t 5", true, DNS_TIMED_OUT, true, true, true },
	{ "then nobody for its patience", "qqqq 5 p 5 t 99 t 5 T 9 t", true, DNS_TIMED_OUT, true,
	  false, true },
	{ "who does not try, does not probe", "qqqq 5 p 5 t P p", true, DNS_TIMED_OUT, false, false,
	  true },
	{ "silent, then refused", "qqqq 5 p 5 t 99 t rrrrrrrr", true, DNS_UNREACHABLE, true, true,
	  false },
	{ "back, and dead again", "qqqq 5 p 5 t a qqqq 5 p 5", true, DNS_TIMED_OUT, true, false,
	  true },
};

static void lives_or_dies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct stage stage = { .pulse = dns_pulse_new(1), .now = 1000 * MS };
		play(&stage, row->events);
		bool dead = dns_pulse_is_dead(&stage.pulse, stage.now);
		assert_row(row->name, dead == row->dead);
		assert_row(row->name, !dead || stage.pulse.outcome == row->outcome);
		assert_row(row->name, stage.probed == row->probed);
		assert_row(row->name, stage.tried == row->tried);
		assert_row(row->name, dns_pulse_is_hopeless(&stage.pulse, stage.trying,
							    stage.now) == row->hopeless);
	}
}

/* Who waits looks again when something may have to be done, and every such moment passes. */
static void says_when_to_look_again(void **state)
{
	(void)state;
	struct stage stage = { .pulse = dns_pulse_new(1), .now = 1000 * MS };
	int64_t start = stage.now;
	assert_int_equal(dns_pulse_next(&stage.pulse, false, stage.now), INT64_MAX);
	play(&stage, "qqqq");
	assert_int_equal(dns_pulse_next(&stage.pulse, false, stage.now), start + 500 * MS);
	play(&stage, "6p");
	assert_int_equal(dns_pulse_next(&stage.pulse, false, stage.now), start + 1000 * MS);
	play(&stage, "4");
	assert_int_equal(dns_pulse_next(&stage.pulse, false, stage.now), start + 1100 * MS);
	play(&stage, "1");
	assert_true(dns_pulse_is_dead(&stage.pulse, stage.now));
	assert_int_equal(stage.pulse.unanswered, 4);
	assert_int_equal(stage.pulse.silent_ns, 1100 * MS);
	assert_int_equal(dns_pulse_next(&stage.pulse, false, stage.now), INT64_MAX);
	play(&stage, "99t");
	assert_true(stage.trying);
	assert_int_equal(dns_pulse_next(&stage.pulse, true, stage.now), stage.now + 500 * MS);
}

static void is_patient_as_long_as_the_timeout_but_not_for_ever(void **state)
{
	(void)state;
	assert_int_equal(dns_pulse_new(0.5).patience_ns, 500 * MS);
	assert_int_equal(dns_pulse_new(600).patience_ns, DNS_PATIENCE_MAX * 1000 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_or_dies),
		cmocka_unit_test(says_when_to_look_again),
		cmocka_unit_test(is_patient_as_long_as_the_timeout_but_not_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
