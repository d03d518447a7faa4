/* What xmpp-dialback takes, which checks that makes, and what does not go together. */
#include "options_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "run/dialback.h"

static const struct cli_tool tool = {
	.name = "xmpp-dialback",
	.operands = "[DOMAIN...]",
	.table = dialback_option_table,
	.take = dialback_take_option,
	.default_first = true,
};

struct parsed {
	struct dialback_options opt;
	struct options options;
	bool good;    /* nothing was wrong with the command line */
	char *chosen; /* names of checks, blanks between */
	char *said;   /* on standard error */
};

static void parsed_free(struct parsed *parsed)
{
	if (parsed->options.mem)
		cli_free(&parsed->options);
}

static char *chosen_names(const struct dialback_options *opt, struct arena *mem)
{
	CLEANUP(buf_free) struct buf names = buf_new(BUF_UNBOUNDED);
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		if (opt->chosen[trial])
			buf_printf(&names, "%s%s", names.size ? " " : "", trial_kind(trial)->name);
	}
	return arena_copy(mem, buf_string(&names));
}

static struct parsed parse(const char *line, struct arena *mem)
{
	struct parsed out = { 0 };
	const char *argv[WORDS_MAX];
	int argc = cut_words(line, "xmpp-dialback", argv, mem), kept;
	int outlet = catch_errors(&kept);
	dialback_options_init(&out.opt);
	out.good = cli_parse(&tool, &out.opt, argc, argv, &out.options) == CLI_RUN;
	if (out.good)
		out.good = dialback_check_options(&out.opt, &out.options);
	out.said = release_errors(outlet, kept, mem);
	out.chosen = chosen_names(&out.opt, mem);
	return out;
}

#define ANYBODY                                                                                    \
	"clear-result clear-verify verify-made-up verify-other-id verify-two verify-twice "        \
	"verify-unknown-host target-unknown sender-unresolvable"
#define LISTEN "--from me.test --listen :5269 "

static const struct row {
	const char *name, *line, *chosen;
} rows[] = {
	{ "nothing but a domain: what anybody may ask", "a.test", ANYBODY },
	{ "usual is the same", "--check usual a.test", ANYBODY },
	{ "a name of our own adds nothing by itself", "--from me.test a.test", ANYBODY },
	{ "our certificate: EXTERNAL, too", "--from me.test --cert c.pem a.test",
	  ANYBODY " external" },
	{ "a certificate without a domain proves nothing", "--cert c.pem a.test", ANYBODY },
	{ "a listener: the round", LISTEN "a.test", ANYBODY " round" },
	{ "both", LISTEN "--cert c.pem a.test", ANYBODY " external round without-dialling" },
	{ "named checks, and no others", "--check verify-two,clear-result a.test",
	  "clear-result verify-two" },
	{ "named over several options", "--check verify-two --check clear-result a.test",
	  "clear-result verify-two" },
	{ "usual ones and more", "--check usual,without-to a.test", ANYBODY " without-to" },
	{ "answers are checks", LISTEN "--answer valid a.test", "round" },
	{ "an answer of invalid", LISTEN "--answer invalid a.test", "answer-invalid" },
	{ "an answer of error", LISTEN "--answer error a.test", "answer-error" },
	{ "a close for an answer", LISTEN "--answer close a.test", "answer-close" },
	{ "two answers", LISTEN "--answer silence --answer invalid a.test",
	  "answer-invalid answer-silence" },
	{ "a wrong key", LISTEN "--wrong-key a.test", "wrong-key" },
	{ "a wrong key and a named check", LISTEN "--wrong-key --check round a.test",
	  "round wrong-key" },
	{ "a second domain of ours is tried", LISTEN "--piggyback b.test a.test",
	  ANYBODY " round two-senders" },
	{ "a second domain of theirs is tried", LISTEN "--piggyback-to b.test a.test",
	  ANYBODY " round two-targets" },
	{ "beside named checks it is theirs to use",
	  LISTEN "--piggyback b.test --check stanza-other-sender a.test", "stanza-other-sender" },
	{ "bidi beside what is usual", LISTEN "--bidi a.test", ANYBODY " round bidi" },
	{ "bidi beside what is named", LISTEN "--bidi --answer valid a.test", "round bidi" },
};

static void chooses_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row_string(row->name, parsed.said, "");
		assert_row(row->name, parsed.good);
		assert_row_string(row->name, parsed.chosen, row->chosen);
		assert_row(row->name, parsed.opt.task == TASK_PROBE);
	}
}

static bool careful(enum trial trial)
{
	return (trial >= TRIAL_STANZA_UNVERIFIED && trial <= TRIAL_ANSWER_TWICE) ||
	       trial == TRIAL_BACK_UNSOLICITED;
}

/* The manual: only when named, or with all. */
static void is_careful_unless_told(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(parsed_free)
	struct parsed usual = parse(LISTEN "--cert c.pem --piggyback b.test --piggyback-to c.test "
					   "--bidi a.test",
				    mem);
	CLEANUP(parsed_free)
	struct parsed all = parse(LISTEN "--cert c.pem --piggyback b.test --piggyback-to c.test "
					 "--check all a.test",
				  mem);
	assert_true(usual.good && all.good);
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		assert_row(trial_kind(trial)->name, !usual.opt.chosen[trial] || !careful(trial));
		assert_row(trial_kind(trial)->name, all.opt.chosen[trial]);
	}
}

/* `all` leaves out what is not possible; what is named must be. */
static void all_is_what_is_possible(void **state)
{
	(void)state;
	static const char *const lines[] = { "--check all a.test",
					     "--check all --from me.test a.test",
					     LISTEN "--check all a.test",
					     LISTEN "--check all --piggyback b.test a.test" };
	static const unsigned there[] = { 0, NEEDS_FROM, NEEDS_FROM | NEEDS_LISTENER,
					  NEEDS_FROM | NEEDS_LISTENER | NEEDS_PIGGYBACK };
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(lines[i], mem);
		assert_row(lines[i], parsed.good);
		for (enum trial trial = 0; trial < TRIAL_COUNT; trial++)
			assert_row(lines[i], parsed.opt.chosen[trial] ==
						     !(trial_kind(trial)->needs & ~there[i]));
	}
}

static const struct need_row {
	const char *line, *sentence;
} need_rows[] = {
	{ "--check round a.test", "the check round needs --from and --listen" },
	{ "--from me.test --check round a.test", "the check round needs --listen" },
	{ "--check external a.test", "the check external needs --from and --cert" },
	{ LISTEN "--check without-dialling a.test", "the check without-dialling needs --cert" },
	{ LISTEN "--check two-targets a.test", "the check two-targets needs --piggyback-to" },
	{ "--check two-senders a.test",
	  "the check two-senders needs --from, --listen and --piggyback" },
	{ "--check usual,back a.test", "the check back needs --from and --listen" },
	{ "--check all,back a.test", "the check back needs --from and --listen" },
	{ "--answer invalid a.test", "the check answer-invalid needs --from and --listen" },
	{ "--wrong-key a.test", "the check wrong-key needs --from and --listen" },
	{ "--bidi a.test", "the check bidi needs --from and --listen" },
	{ "--piggyback b.test a.test", "the check two-senders needs --from and --listen" },
	{ "--listen :5269 a.test", "--listen needs --from" },
	{ "--serve --from me.test",
	  "--serve needs --from (the domain it speaks for) and --listen" },
	{ "--serve --listen :5269",
	  "--serve needs --from (the domain it speaks for) and --listen" },
	{ "--make-key --to a.test --from b.test --id 1", "needs its secret: --secret-file" },
	{ "--make-key --secret-file /dev/null --from b.test --id 1", "a key needs --to" },
	{ "--make-key --secret-file /dev/null --to b.test --id 1", "--from (who made it)" },
	{ "--verify-key 00 --secret-file /dev/null --to b.test --from a.test", "--id" },
};

static void names_the_option_that_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(need_rows); i++) {
		const struct need_row *row = &need_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row(row->line, !parsed.good);
		if (!strstr(parsed.said, row->sentence))
			fail_msg("%s: said \"%s\"", row->line, parsed.said);
	}
}

static const char *const wrong[] = {
	"--listen _ a.test",
	"--from me.test --listen nonsense a.test",
	"--from me.test --listen 127.0.0.1 a.test",
	"--from me.test --listen 127.0.0.1:65536x a.test",
	"--check _ a.test",
	"--check rounds a.test",
	"--check verify-two, a.test",
	"--check ,verify-two a.test",
	"--check VERIFY-TWO a.test",
	"--answer yes a.test",
	LISTEN "--answer _ a.test",
	LISTEN "--piggyback me@b.test a.test",
	LISTEN "--piggyback-to *.b.test a.test",
	LISTEN "--piggyback ME.test. a.test",
	"--wait 0 a.test",
	"--wait -1 a.test",
	"--wait nan a.test",
	"--wait 3601 a.test",
	"--wait 5s a.test",
	"--wait _ a.test",
	"--c2s a.test",
	"--count 5 a.test",
	"--misbehave late a.test",
	"--no-require-tls a.test",
	"--id 1 a.test",
	"--serve " LISTEN "a.test",
	"--serve " LISTEN "--check usual",
	"--serve " LISTEN "--wrong-key",
	"--serve " LISTEN "--bidi",
	"--serve " LISTEN "--piggyback-to b.test",
	"--serve " LISTEN "--piggyback me.test",
	"--make-key --secret-file /dev/null --to a.test --from b.test --id 1 --piggyback c.test",
	"--serve " LISTEN "--rejudge",
	"--serve " LISTEN "--nagios",
	"--serve " LISTEN "--id 1",
	"--serve " LISTEN "--count 0",
	"--serve " LISTEN "--count -1",
	"--serve " LISTEN "--count 99999999999999999999",
	"--serve " LISTEN "--misbehave _",
	"--serve " LISTEN "--misbehave valid",
	"--serve " LISTEN "--make-key",
	"--make-key --verify-key 00 --secret-file /dev/null --to a.test --from b.test --id 1",
	"--list-checks --serve " LISTEN,
	"--list-checks a.test",
	"--list-checks --json",
	"--list-checks --nagios",
	"--list-checks " LISTEN,
	"--make-key --secret-file /dev/null --to a.test --from b.test --id _",
	"--make-key --secret-file /dev/null --to a.test --from b.test --id 1 c.test",
	"--make-key --secret-file /dev/null --to a.test --from b.test --id 1 --json",
	"--make-key --secret-file /dev/null --to @a.test --from b.test --id 1",
	"--verify-key _ --secret-file /dev/null --to a.test --from b.test --id 1",
	"--rejudge --check usual",
	"--rejudge " LISTEN,
};

static void refuses_what_makes_no_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(wrong[i], mem);
		assert_row(wrong[i], !parsed.good);
		assert_row(wrong[i], strncmp(parsed.said, "xmpp-dialback: ", 15) == 0);
	}
}

static const struct task_row {
	const char *line;
	enum dialback_task task;
	bool network, tls_optional;
	enum misbehaviour misbehave;
	size_t count;
} task_rows[] = {
	{ "--serve " LISTEN, TASK_SERVE, true, false, MISBEHAVE_NOT, 0 },
	{ "--serve --json --require-tls " LISTEN, TASK_SERVE, true, false, MISBEHAVE_NOT, 0 },
	{ "--serve --piggyback b.test " LISTEN, TASK_SERVE, true, false, MISBEHAVE_NOT, 0 },
	{ "--serve --no-require-tls " LISTEN, TASK_SERVE, true, true, MISBEHAVE_NOT, 0 },
	{ "--serve --no-require-tls --require-tls " LISTEN, TASK_SERVE, true, false, MISBEHAVE_NOT,
	  0 },
	{ "--serve --count 200 --misbehave late " LISTEN, TASK_SERVE, true, false, MISBEHAVE_LATE,
	  200 },
	{ "--serve --misbehave wrong-id " LISTEN, TASK_SERVE, true, false, MISBEHAVE_WRONG_ID, 0 },
	{ "--serve --misbehave swapped " LISTEN, TASK_SERVE, true, false, MISBEHAVE_SWAPPED, 0 },
	{ "--serve --misbehave silent " LISTEN, TASK_SERVE, true, false, MISBEHAVE_SILENT, 0 },
	{ "--serve --misbehave close " LISTEN, TASK_SERVE, true, false, MISBEHAVE_CLOSE, 0 },
	{ "--serve --misbehave invalid " LISTEN, TASK_SERVE, true, false, MISBEHAVE_INVALID, 0 },
	{ "--make-key --secret-file /dev/null --to a.test --from b.test --id 1", TASK_MAKE_KEY,
	  false, false, MISBEHAVE_NOT, 0 },
	{ "--verify-key 00 --secret-file fd:0 --to a.test --from b.test --id 1", TASK_VERIFY_KEY,
	  false, false, MISBEHAVE_NOT, 0 },
	{ "--list-checks", TASK_LIST_CHECKS, false, false, MISBEHAVE_NOT, 0 },
};

static void takes_other_tasks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(task_rows); i++) {
		const struct task_row *row = &task_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row(row->line, parsed.good && parsed.opt.task == row->task);
		assert_row(row->line, parsed.options.network == row->network);
		assert_row(row->line, parsed.opt.tls_optional == row->tls_optional);
		assert_row(row->line, parsed.opt.misbehave == row->misbehave);
		assert_row(row->line, parsed.opt.count == row->count);
		assert_row_string(row->line, parsed.chosen, "");
	}
}

static void looks_at_servers_only(void **state)
{
	(void)state;
	static const char *const lines[] = { "a.test", "--c2s --s2s a.test", "--s2s a.test" };
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(lines[i], mem);
		assert_row(lines[i], parsed.good);
		assert_row(lines[i], !parsed.options.services[SERVICE_C2S]);
		assert_row(lines[i], parsed.options.services[SERVICE_S2S]);
		assert_row(lines[i], parsed.options.transports[TRANSPORT_STARTTLS] &&
					     parsed.options.transports[TRANSPORT_DIRECT]);
		assert_row(lines[i], parsed.options.first);
		assert_row(lines[i], parsed.opt.wait > 19.9 && parsed.opt.wait < 20.1);
	}
}

/* A domain of ours goes into stream headers: U-labels there (RFC 7622, 3.2). */
static void writes_domains_as_streams_do(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(parsed_free)
	struct parsed parsed = parse(LISTEN "--piggyback xn--bcher-kva.Example --piggyback-to "
					    "B\xc3\x9c"
					    "cher.example a.test",
				     mem);
	assert_true(parsed.good);
	assert_string_equal(parsed.opt.piggyback, "b\xc3\xbc"
						  "cher.example");
	assert_string_equal(parsed.opt.piggyback_to, "b\xc3\xbc"
						     "cher.example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_checks),
		cmocka_unit_test(is_careful_unless_told),
		cmocka_unit_test(all_is_what_is_possible),
		cmocka_unit_test(names_the_option_that_is_missing),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(takes_other_tasks),
		cmocka_unit_test(looks_at_servers_only),
		cmocka_unit_test(writes_domains_as_streams_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
