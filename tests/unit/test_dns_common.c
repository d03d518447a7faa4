/* net/dns_common: who asks, who waits for him, what all of them are told. */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/dns_common.h"
#include "net/dns_pulse.h"

static const struct dns_question host = { "host.example", DNS_A };

/* One asker: his arena, his answer. */
struct asker {
	struct dns_common *common;
	struct arena *mem;
	struct dns_question question;
	struct dns_answer answer;
	struct dns_flight *flight;
	struct deadline until;
	bool trying, joined;
	pthread_t thread;
};

static struct asker new_asker(struct dns_common *common, struct dns_question question)
{
	return (struct asker){
		.common = common,
		.mem = arena_new(),
		.question = question,
		.answer = { .name = question.name, .type = question.type },
		.until = deadline_in(60),
	};
}

static enum dns_claim claim(struct asker *asker)
{
	return dns_common_claim(asker->common, &asker->question, &asker->trying, asker->mem,
				&asker->answer, &asker->flight);
}

/* With one address. */
static void land(struct asker *asker, uint32_t keep_s)
{
	struct dns_record *record = arena_alloc(asker->mem, sizeof(*record));
	record->address = (struct address){ .family = AF_INET, .octets = { 192, 0, 2, 7 } };
	asker->answer.outcome = DNS_FOUND;
	asker->answer.dnssec = DNSSEC_SECURE;
	asker->answer.records = record;
	asker->answer.count = 1;
	dns_common_land(asker->common, &asker->flight, &asker->answer, keep_s);
	memset(record, 0xff, sizeof(*record));
}

static void *join(void *argument)
{
	struct asker *asker = argument;
	asker->joined = dns_common_join(asker->common, &asker->flight, asker->until, asker->mem,
					&asker->answer);
	return NULL;
}

static void start(struct asker *asker)
{
	assert_int_equal(pthread_create(&asker->thread, NULL, join, asker), 0);
}

static void assert_told(const struct asker *asker)
{
	assert_string_equal(asker->answer.name, asker->question.name);
	assert_int_equal(asker->answer.outcome, DNS_FOUND);
	assert_int_equal(asker->answer.dnssec, DNSSEC_SECURE);
	assert_int_equal(asker->answer.count, 1);
	assert_memory_equal(asker->answer.records[0].address.octets, "\300\0\2\7", 4);
}

static void one_asks_and_all_are_told(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new(5);
	struct asker first = new_asker(common, host), others[4], late, dot;
	assert_int_equal(claim(&first), DNS_OURS);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		others[i] = new_asker(common, (struct dns_question){ i ? "HOST.example" : host.name,
								     DNS_A });
		assert_int_equal(claim(&others[i]), DNS_THEIRS);
		start(&others[i]);
	}
	/* With a TTL of 0, which is told to who waits already and to nobody else. */
	land(&first, 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		pthread_join(others[i].thread, NULL);
		assert_true(others[i].joined);
		assert_told(&others[i]);
		arena_free(&others[i].mem);
	}
	late = new_asker(common, host);
	assert_int_equal(claim(&late), DNS_OURS);
	land(&late, 60);
	dot = new_asker(common, (struct dns_question){ "Host.Example.", DNS_A });
	assert_int_equal(claim(&dot), DNS_KNOWN);
	assert_told(&dot);
	arena_free(&first.mem);
	arena_free(&late.mem);
	arena_free(&dot.mem);
	dns_common_free(&common);
}

static void who_was_cut_short_cuts_nobody_else_short(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new(5);
	struct asker first = new_asker(common, host), second = new_asker(common, host);
	assert_int_equal(claim(&first), DNS_OURS);
	assert_int_equal(claim(&second), DNS_THEIRS);
	start(&second);
	dns_common_land(common, &first.flight, NULL, 0);
	pthread_join(second.thread, NULL);
	assert_false(second.joined);
	assert_int_equal(claim(&second), DNS_OURS);
	land(&second, 0);
	arena_free(&first.mem);
	arena_free(&second.mem);
	dns_common_free(&common);
}

static void who_waits_has_a_deadline_of_his_own(void **state)
{
	(void)state;
	int wake = eventfd(0, EFD_CLOEXEC);
	struct dns_common *common = dns_common_new(5);
	struct asker first = new_asker(common, host), hasty = new_asker(common, host),
		     woken = new_asker(common, host), patient = new_asker(common, host);
	assert_int_equal(claim(&first), DNS_OURS);
	assert_int_equal(claim(&hasty), DNS_THEIRS);
	assert_int_equal(claim(&woken), DNS_THEIRS);
	assert_int_equal(claim(&patient), DNS_THEIRS);
	hasty.until = deadline_in(0.01);
	join(&hasty);
	assert_false(hasty.joined);
	woken.until.wake = wake;
	start(&woken);
	assert_int_equal(write(wake, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	pthread_join(woken.thread, NULL);
	assert_false(woken.joined);
	start(&patient);
	land(&first, 60);
	pthread_join(patient.thread, NULL);
	assert_true(patient.joined);
	arena_free(&first.mem);
	arena_free(&hasty.mem);
	arena_free(&woken.mem);
	arena_free(&patient.mem);
	dns_common_free(&common);
	close(wake);
}

/* A thousand domains asked about once throw out no host. */
static void srv_records_throw_out_no_host(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new(5);
	struct asker first = new_asker(common, host), again = new_asker(common, host);
	assert_int_equal(claim(&first), DNS_OURS);
	land(&first, 600);
	for (size_t i = 0; i < 20000; i++) {
		char name[64];
		snprintf(name, sizeof(name), "_xmpp-client._tcp.d%zu.example", i);
		struct asker one = new_asker(common, (struct dns_question){ name, DNS_SRV });
		assert_int_equal(claim(&one), DNS_OURS);
		one.answer.outcome = DNS_NO_DATA;
		dns_common_land(common, &one.flight, &one.answer, 600);
		arena_free(&one.mem);
	}
	assert_int_equal(claim(&again), DNS_KNOWN);
	arena_free(&first.mem);
	arena_free(&again.mem);
	dns_common_free(&common);
}

static void keeps_nothing_for_who_is_alone(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new_alone();
	for (size_t i = 0; i < 2; i++) {
		struct asker asker = new_asker(common, host);
		assert_int_equal(claim(&asker), DNS_OURS);
		land(&asker, 600);
		arena_free(&asker.mem);
	}
	dns_common_free(&common);
}

static const char *news(struct dns_common *common, struct arena *mem)
{
	const char *sentence = NULL;
	return dns_common_news(common, mem, &sentence) ? sentence : NULL;
}

static void kill_server(struct dns_common *common)
{
	for (size_t i = 0; i < DNS_PULSE_REFUSED; i++) {
		dns_common_asked(common);
		dns_common_refused(common);
	}
}

static void a_dead_server_is_told_once_and_tried_by_one(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new(5);
	struct asker known = new_asker(common, host), first = new_asker(common, host),
		     second = new_asker(common, (struct dns_question){ "b.example", DNS_A }),
		     third = new_asker(common, (struct dns_question){ "b.example", DNS_A });
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum dns_outcome outcome = DNS_NOT_ASKED;
	dns_common_name(common, "192.0.2.1:53");
	assert_int_equal(claim(&known), DNS_OURS);
	land(&known, 600);
	assert_null(news(common, mem));
	kill_server(common);
	assert_string_equal(news(common, mem),
			    "the DNS server 192.0.2.1:53 is not there (connection refused); check "
			    "--resolver and /etc/resolv.conf");
	assert_null(news(common, mem));
	/* What is known is known. */
	assert_int_equal(claim(&first), DNS_KNOWN);
	assert_false(first.trying);
	assert_int_equal(claim(&second), DNS_OURS);
	assert_true(second.trying);
	assert_int_equal(claim(&third), DNS_HOPELESS);
	assert_int_equal(third.answer.outcome, DNS_UNREACHABLE);
	assert_string_equal(third.answer.name, "b.example");
	assert_true(dns_common_is_hopeless(common, false, &outcome));
	assert_int_equal(outcome, DNS_UNREACHABLE);
	assert_false(dns_common_is_hopeless(common, true, &outcome));
	dns_common_heard(common);
	land(&second, 0);
	dns_common_tried(common);
	assert_string_equal(news(common, mem), "the DNS server 192.0.2.1:53 answers again");
	assert_null(news(common, mem));
	assert_int_equal(claim(&third), DNS_OURS);
	assert_false(third.trying);
	land(&third, 0);
	/* Dead and back again before anybody asked: no news. */
	kill_server(common);
	dns_common_heard(common);
	assert_null(news(common, mem));
	arena_free(&known.mem);
	arena_free(&first.mem);
	arena_free(&second.mem);
	arena_free(&third.mem);
	dns_common_free(&common);
}

static void speaks_of_several_servers_and_of_what_is_lacking(void **state)
{
	(void)state;
	struct dns_common *common = dns_common_new(5);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	dns_common_name(common, "192.0.2.1:53, [2001:db8::1]:53");
	kill_server(common);
	assert_string_equal(news(common, mem),
			    "the DNS servers 192.0.2.1:53, [2001:db8::1]:53 are not there "
			    "(connection refused); check --resolver and /etc/resolv.conf");
	dns_common_heard(common);
	assert_string_equal(news(common, mem),
			    "the DNS servers 192.0.2.1:53, [2001:db8::1]:53 answer again");
	dns_common_lack(common, "no sockets");
	dns_common_lack(common, "no sockets either");
	assert_string_equal(news(common, mem), "no sockets");
	dns_common_lack(common, "still none");
	assert_null(news(common, mem));
	dns_common_free(&common);
}

#define NAMES   10
#define THREADS 16

struct crowd {
	struct dns_common *common;
	atomic_size_t asked[NAMES];
};

static void *ask_all(void *argument)
{
	struct crowd *crowd = argument;
	for (size_t i = 0; i < NAMES; i++) {
		char name[32];
		snprintf(name, sizeof(name), "h%zu.example", i);
		struct asker asker = new_asker(crowd->common, (struct dns_question){ name, DNS_A });
		switch (claim(&asker)) {
		case DNS_OURS:
			atomic_fetch_add(&crowd->asked[i], 1);
			sched_yield();
			land(&asker, 600);
			break;
		case DNS_THEIRS:
			join(&asker);
			break;
		case DNS_KNOWN:
		case DNS_HOPELESS:
			break;
		}
		bool told = asker.answer.outcome == DNS_FOUND;
		arena_free(&asker.mem);
		if (!told)
			return argument;
	}
	return NULL;
}

static void many_ask_each_question_once(void **state)
{
	(void)state;
	struct crowd crowd = { .common = dns_common_new(5) };
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_all, &crowd), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	for (size_t i = 0; i < NAMES; i++)
		assert_int_equal(crowd.asked[i], 1);
	dns_common_free(&crowd.common);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_asks_and_all_are_told),
		cmocka_unit_test(who_was_cut_short_cuts_nobody_else_short),
		cmocka_unit_test(who_waits_has_a_deadline_of_his_own),
		cmocka_unit_test(srv_records_throw_out_no_host),
		cmocka_unit_test(keeps_nothing_for_who_is_alone),
		cmocka_unit_test(a_dead_server_is_told_once_and_tried_by_one),
		cmocka_unit_test(speaks_of_several_servers_and_of_what_is_lacking),
		cmocka_unit_test(many_ask_each_question_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
