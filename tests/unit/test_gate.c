/* run/gate: never more at one address than are allowed, places by claim, turns by rate. */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run/gate.h"

#define HOSTS     6
#define PER_HOST  2
#define THREADS   8U
#define ROUNDS    300
#define STUCK_S   60 /* threads wait for each other: SIGALRM ends the test */
#define FAR_S     1000
#define CLAIM_MAX 4

static struct endpoint host(unsigned number)
{
	struct endpoint at = { .host = "xmpp.im.example", .port = 5222 };
	at.address.family = AF_INET;
	at.address.octets[0] = 127;
	at.address.octets[3] = (unsigned char)number;
	return at;
}

/* "112": two places at host 1, one at host 2. */
static struct claim claim_of(struct arena *mem, const struct gate *gate, const char *hosts)
{
	struct claim claim = claim_new(mem, strlen(hosts));
	for (; *hosts; hosts++) {
		struct endpoint at = host(*hosts - '0');
		claim_add(&claim, gate, &at);
	}
	return claim;
}

static void a_claim_is_all_or_nothing(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	struct claim first = claim_of(mem, gate, "11"), both = claim_of(mem, gate, "12"),
		     second = claim_of(mem, gate, "22"), none = claim_of(mem, gate, "");
	assert_true(gate_claim(gate, &first));
	assert_false(gate_claim(gate, &both));
	/* It holds nothing of host 2 either. */
	assert_true(gate_claim(gate, &second));
	assert_true(gate_claim(gate, &none));
	gate_return(gate, &none);
	gate_return(gate, &first);
	assert_false(gate_claim(gate, &both));
	gate_return(gate, &second);
	assert_true(gate_claim(gate, &both));
	gate_return(gate, &both);
	/* A second time there is nothing to give back. */
	gate_return(gate, &both);
	assert_true(gate_claim(gate, &first));
	assert_false(gate_claim(gate, &both));
	gate_return(gate, &first);
}

static void nobody_claims_more_than_there_is(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	struct claim claim = claim_of(mem, gate, "1111"), other = claim_of(mem, gate, "1");
	assert_int_equal(claim.count, 1);
	assert_true(gate_claim(gate, &claim));
	assert_false(gate_claim(gate, &other));
	gate_return(gate, &claim);
	assert_true(gate_claim(gate, &other));
	gate_return(gate, &other);
}

static void who_wants_much_is_not_passed_by_for_ever(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	struct claim big = claim_of(mem, gate, "112"), next = claim_of(mem, gate, "11");
	/* One of two that take turns is always inside. */
	struct claim small[] = { claim_of(mem, gate, "1"), claim_of(mem, gate, "1") };
	size_t turns = 0;
	assert_true(gate_claim(gate, &small[0]));
	while (turns < 1000 && !gate_claim(gate, &big)) {
		(void)!gate_claim(gate, &next);
		struct claim *in = &small[(turns + 1) % 2], *out = &small[turns % 2];
		bool passed = gate_claim(gate, in);
		gate_return(gate, out);
		turns++;
		if (passed)
			continue;
		/* Elsewhere nobody is held up. */
		struct claim elsewhere = claim_of(mem, gate, "22");
		assert_true(gate_claim(gate, &elsewhere));
		gate_return(gate, &elsewhere);
	}
	assert_in_range(turns, 1, 999);
	gate_return(gate, &big);
	assert_true(gate_claim(gate, &next));
	gate_return(gate, &next);
	assert_true(gate_claim(gate, &small[0]));
	gate_return(gate, &small[0]);
}

static void hosts_by_name_are_told_apart(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(1, 0, 0);
	const struct endpoint a = { .host = "a.onion" }, b = { .host = "b.onion" };
	struct claim first = claim_new(mem, 1), second = claim_new(mem, 1);
	claim_add(&first, gate, &a);
	claim_add(&second, gate, &b);
	assert_true(gate_claim(gate, &first));
	assert_true(gate_claim(gate, &second));
	gate_return(gate, &first);
	assert_false(gate_claim(gate, &second));
	gate_return(gate, &second);
}

static void a_claimed_place_is_kept_until_it_is_returned(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	struct endpoint at = host(1);
	struct claim claim = claim_of(mem, gate, "11"), other = claim_of(mem, gate, "1");
	alarm(STUCK_S);
	assert_true(gate_claim(gate, &claim));
	for (int i = 0; i < 3; i++) {
		gate_enter(gate, &claim, &at);
		gate_enter(gate, &claim, &at);
		gate_leave(gate, &claim, &at);
		assert_false(gate_claim(gate, &other));
		gate_leave(gate, &claim, &at);
		assert_false(gate_claim(gate, &other));
	}
	gate_return(gate, &claim);
	assert_true(gate_claim(gate, &other));
	gate_return(gate, &other);
}

static void places_beyond_the_claim_are_anybodys(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	struct endpoint at = host(1), elsewhere = host(2);
	struct claim claim = claim_of(mem, gate, "1"), other = claim_of(mem, gate, "1"),
		     there = claim_of(mem, gate, "22");
	alarm(STUCK_S);
	assert_true(gate_claim(gate, &claim));
	gate_enter(gate, &claim, &at);
	gate_enter(gate, &claim, &at);
	assert_false(gate_claim(gate, &other));
	gate_leave(gate, &claim, &at);
	gate_leave(gate, &claim, &at);
	assert_true(gate_claim(gate, &other));
	gate_return(gate, &other);
	gate_enter(gate, &claim, &elsewhere);
	assert_false(gate_claim(gate, &there));
	gate_leave(gate, &claim, &elsewhere);
	assert_true(gate_claim(gate, &there));
	gate_return(gate, &there);
	gate_return(gate, &claim);
}

/* What the threads of a test share. */
struct crowd {
	struct gate *gate;
	atomic_int inside[HOSTS], too_many, claims;
	pthread_barrier_t all;
};

static void visit(struct crowd *crowd, struct claim *claim, unsigned number, bool for_good)
{
	struct endpoint at = host(number);
	gate_enter(crowd->gate, claim, &at);
	if (atomic_fetch_add(&crowd->inside[number], 1) >= PER_HOST)
		atomic_fetch_add(&crowd->too_many, 1);
	sched_yield();
	atomic_fetch_sub(&crowd->inside[number], 1);
	if (for_good)
		gate_leave_for_good(crowd->gate, &at);
	else
		gate_leave(crowd->gate, claim, &at);
}

/* As --all (what is claimed, again and again) and as --first (one address after the other). */
static void one_job(struct crowd *crowd, unsigned *seed)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct claim claim = claim_new(mem, CLAIM_MAX);
	unsigned numbers[CLAIM_MAX];
	bool first = rand_r(seed) % 2;
	for (size_t i = 0; i < CLAIM_MAX; i++) {
		struct endpoint at = host(numbers[i] = (unsigned)rand_r(seed) % HOSTS);
		if (i == 0 || !first)
			claim_add(&claim, crowd->gate, &at);
	}
	while (!gate_claim(crowd->gate, &claim))
		sched_yield();
	atomic_fetch_add(&crowd->claims, 1);
	for (size_t i = 0; i < CLAIM_MAX; i++)
		visit(crowd, &claim, numbers[i], first);
	gate_return(crowd->gate, &claim);
}

static void *hammer(void *argument)
{
	struct crowd *crowd = argument;
	unsigned seed = (unsigned)atomic_load(&crowd->claims) + 1;
	pthread_barrier_wait(&crowd->all);
	for (int i = 0; i < ROUNDS; i++)
		one_job(crowd, &seed);
	return NULL;
}

static void run_threads(struct crowd *crowd, unsigned count, void *(*each)(void *))
{
	pthread_t threads[THREADS];
	alarm(STUCK_S);
	pthread_barrier_init(&crowd->all, NULL, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, each, crowd), 0);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&crowd->all);
}

static void never_more_than_allowed_are_inside(void **state)
{
	(void)state;
	struct crowd crowd = { .gate = gate_new(PER_HOST, 0, 0) };
	run_threads(&crowd, THREADS, hammer);
	assert_int_equal(atomic_load(&crowd.too_many), 0);
	assert_int_equal(atomic_load(&crowd.claims), THREADS * ROUNDS);
	/* All places are there again. */
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct claim all = claim_of(mem, crowd.gate, "001122334455");
	assert_true(gate_claim(crowd.gate, &all));
	gate_free(&crowd.gate);
}

/* Two dead servers of one hoster: each domain goes on to the server that the other one is at. */
static void *fail_over(void *argument)
{
	struct crowd *crowd = argument;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	unsigned own = (unsigned)atomic_fetch_add(&crowd->claims, 1);
	struct claim claim = claim_of(mem, crowd->gate, own == 0 ? "0" : "1");
	bool claimed = gate_claim(crowd->gate, &claim);
	pthread_barrier_wait(&crowd->all);
	if (!claimed)
		return NULL;
	visit(crowd, &claim, own, true);
	visit(crowd, &claim, 1 - own, true);
	gate_return(crowd->gate, &claim);
	return NULL;
}

static void who_goes_on_elsewhere_waits_with_empty_hands(void **state)
{
	(void)state;
	struct crowd crowd = { .gate = gate_new(1, 0, 0) };
	run_threads(&crowd, 2, fail_over);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct claim both = claim_of(mem, crowd.gate, "01");
	assert_true(gate_claim(crowd.gate, &both));
	gate_free(&crowd.gate);
}

/* As a job whose two services have but one thread: when it goes on from the first one's claimed
 * host to where the other job is to go, the place of its second one is still unused. */
static void *fail_over_alone(void *argument)
{
	struct crowd *crowd = argument;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	unsigned own = (unsigned)atomic_fetch_add(&crowd->claims, 1);
	struct claim claim = claim_of(mem, crowd->gate, own == 0 ? "02" : "13");
	bool claimed = gate_claim(crowd->gate, &claim);
	pthread_barrier_wait(&crowd->all);
	if (!claimed)
		return NULL;
	visit(crowd, &claim, own, true);
	visit(crowd, &claim, 3 - own, true);
	visit(crowd, &claim, 2 + own, true);
	gate_return(crowd->gate, &claim);
	return NULL;
}

static void who_waits_elsewhere_gives_back_what_is_unused(void **state)
{
	(void)state;
	struct crowd crowd = { .gate = gate_new(1, 0, 0) };
	run_threads(&crowd, 2, fail_over_alone);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct claim all = claim_of(mem, crowd.gate, "0123");
	assert_true(gate_claim(crowd.gate, &all));
	gate_free(&crowd.gate);
}

static void the_rate_spaces_connections(void **state)
{
	(void)state;
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 200, 0);
	double since = clock_ms();
	for (int i = 0; i < 11; i++)
		gate_pace(gate);
	assert_true(clock_ms() - since >= 50);
	assert_true(gate_pace_before(gate, deadline_in(FAR_S)));
}

static void whose_turn_comes_too_late_has_none(void **state)
{
	(void)state;
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 1.0 / FAR_S, 0);
	gate_pace(gate); /* the first one need not wait */
	/* He takes none from others either: the next turn is where it was. */
	for (int i = 0; i < 3; i++)
		assert_false(gate_pace_before(gate, deadline_in(FAR_S / 2.0)));
}

static void without_a_rate_nobody_waits(void **state)
{
	(void)state;
	CLEANUP(gate_free) struct gate *gate = gate_new(PER_HOST, 0, 0);
	alarm(STUCK_S);
	for (int i = 0; i < 100000; i++)
		gate_pace(gate);
	assert_true(gate_pace_before(gate, deadline_in(0)));
}

static void *wait_for_a_turn(void *argument)
{
	struct crowd *crowd = argument;
	pthread_barrier_wait(&crowd->all);
	gate_pace(crowd->gate);
	return NULL;
}

static void who_is_woken_waits_for_no_turn(void **state)
{
	(void)state;
	int wake = eventfd(0, EFD_CLOEXEC);
	struct crowd crowd = { .gate = gate_new(PER_HOST, 1.0 / FAR_S, wake) };
	pthread_t thread;
	struct endpoint at = host(1);
	struct claim none = { 0 };
	alarm(STUCK_S);
	gate_pace(crowd.gate); /* the first one need not wait */
	pthread_barrier_init(&crowd.all, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_a_turn, &crowd), 0);
	pthread_barrier_wait(&crowd.all);
	assert_int_equal(write(wake, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	pthread_join(thread, NULL);
	gate_enter(crowd.gate, &none, &at);
	gate_leave(crowd.gate, &none, &at);
	pthread_barrier_destroy(&crowd.all);
	gate_free(&crowd.gate);
	close(wake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_is_all_or_nothing),
		cmocka_unit_test(nobody_claims_more_than_there_is),
		cmocka_unit_test(who_wants_much_is_not_passed_by_for_ever),
		cmocka_unit_test(hosts_by_name_are_told_apart),
		cmocka_unit_test(a_claimed_place_is_kept_until_it_is_returned),
		cmocka_unit_test(places_beyond_the_claim_are_anybodys),
		cmocka_unit_test(never_more_than_allowed_are_inside),
		cmocka_unit_test(who_goes_on_elsewhere_waits_with_empty_hands),
		cmocka_unit_test(who_waits_elsewhere_gives_back_what_is_unused),
		cmocka_unit_test(the_rate_spaces_connections),
		cmocka_unit_test(whose_turn_comes_too_late_has_none),
		cmocka_unit_test(without_a_rate_nobody_waits),
		cmocka_unit_test(who_is_woken_waits_for_no_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
