/* What xmpp-sendmsg takes, what that makes, and what does not go together. */
#include "options_fixture.h"

#include <unistd.h>

#include "run/sendmsg_options.h"
#include "xmpp/scram.h"

static const struct cli_tool tool = {
	.name = "xmpp-sendmsg",
	.operands = "[ADDRESS...]",
	.table = sendmsg_option_table,
	.family = CLI_SENDS,
	.take = sendmsg_take_option,
};

struct parsed {
	struct sendmsg_options opt;
	struct options options;
	bool good;  /* nothing was wrong with the command line */
	char *said; /* on standard error */
};

static void parsed_free(struct parsed *parsed)
{
	if (parsed->options.mem)
		cli_free(&parsed->options);
}

static struct parsed parse(const char *line, struct arena *mem)
{
	struct parsed out = { 0 };
	const char *argv[WORDS_MAX];
	int argc = cut_words(line, "xmpp-sendmsg", argv, mem), kept;
	int outlet = catch_errors(&kept);
	sendmsg_options_init(&out.opt);
	out.good = cli_parse(&tool, &out.opt, argc, argv, &out.options) == CLI_RUN;
	if (out.good)
		out.good = sendmsg_check_options(&out.opt, &out.options);
	out.said = release_errors(outlet, kept, mem);
	return out;
}

static bool near(double a, double b)
{
	return a > b - 1e-6 && a < b + 1e-6;
}

static void has_the_defaults_of_the_manual(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(parsed_free) struct parsed parsed = parse("a@b.test", mem);
	const struct sendmsg_options *opt = &parsed.opt;
	assert_string_equal(parsed.said, "");
	assert_true(parsed.good);
	assert_int_equal(opt->wait, WAIT_FOR_BOUNCE);
	assert_true(near(opt->wait_s, 2) && near(opt->retry_s, 60));
	assert_int_equal(opt->iterations_max, SCRAM_ITERATIONS_MAX);
	assert_int_equal(opt->account.password_fd, -1);
	assert_int_equal(opt->form.type, MESSAGE_CHAT);
	assert_int_equal(opt->binding, BINDING_PREFERRED);
	assert_int_equal(opt->dane, DANE_AUTO);
	assert_int_equal(opt->max_size, 0);
	assert_true(!opt->text && !opt->form.receipt && !opt->account.no_password);
	assert_true(!opt->no_verify && !opt->lines && !opt->resend && !opt->mechanism);
}

static const struct wait_row {
	const char *line;
	enum wait_wish wish;
	double seconds;
} wait_rows[] = {
	{ "--wait ack a@b.test", WAIT_FOR_ACK, 0 },
	{ "--wait none a@b.test", WAIT_FOR_NOTHING, 0 },
	{ "--wait bounce a@b.test", WAIT_FOR_BOUNCE, 10 },
	{ "--wait=bounce=0.25 a@b.test", WAIT_FOR_BOUNCE, 0.25 },
	{ "--wait bounce=0 a@b.test", WAIT_FOR_BOUNCE, 0 },
	{ "--wait receipt a@b.test", WAIT_FOR_RECEIPT, 30 },
	{ "--wait=receipt=3.5 a@b.test", WAIT_FOR_RECEIPT, 3.5 },
	{ "--wait receipt=86400 a@b.test", WAIT_FOR_RECEIPT, 86400 },
	{ "--wait receipt --wait ack a@b.test", WAIT_FOR_ACK, 0 },
};

static void takes_what_is_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wait_rows); i++) {
		const struct wait_row *row = &wait_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row_string(row->line, parsed.said, "");
		assert_row(row->line, parsed.opt.wait == row->wish);
		assert_row(row->line, near(parsed.opt.wait_s, row->seconds));
		assert_row(row->line, parsed.opt.form.receipt == (row->wish == WAIT_FOR_RECEIPT));
	}
}

static const struct type_row {
	const char *line;
	enum message_type type;
} type_rows[] = {
	{ "a@b.test", MESSAGE_CHAT },
	{ "-s subject a@b.test", MESSAGE_NORMAL }, /* MSG-36 */
	{ "-s _ a@b.test", MESSAGE_NORMAL },
	{ "-s subject --type chat a@b.test", MESSAGE_CHAT },
	{ "--type headline a@b.test", MESSAGE_HEADLINE },
	{ "--type headline --type normal a@b.test", MESSAGE_NORMAL },
	{ "--muc room@b.test", MESSAGE_GROUPCHAT },
	{ "--muc -s subject room@b.test", MESSAGE_GROUPCHAT },
};

static void chooses_the_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(type_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(type_rows[i].line, mem);
		assert_row_string(type_rows[i].line, parsed.said, "");
		assert_row(type_rows[i].line, parsed.opt.form.type == type_rows[i].type);
	}
}

static void takes_the_text_and_its_form(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(parsed_free)
	struct parsed parsed =
		parse("-m hello -s subject --thread 7 --lang de-CH --oob https://b.test/f "
		      "--hint no-store --hint no-copy --send-empty --charset ISO-8859-1 "
		      "--replace-controls --split --max-size 65536 a@b.test/phone c@d.test/pad",
		      mem);
	const struct sendmsg_options *opt = &parsed.opt;
	assert_string_equal(parsed.said, "");
	assert_string_equal(opt->text, "hello");
	assert_string_equal(opt->form.subject, "subject");
	assert_string_equal(opt->form.thread, "7");
	assert_string_equal(opt->form.lang, "de-CH");
	assert_string_equal(opt->form.oob, "https://b.test/f");
	assert_int_equal(opt->form.hints, HINT_NO_STORE | HINT_NO_COPY);
	assert_string_equal(opt->charset, "ISO-8859-1");
	assert_true(opt->send_empty && opt->replace_controls && opt->split);
	assert_int_equal(opt->max_size, 65536);
	assert_int_equal(parsed.options.operand_count, 2);
}

static void takes_account_and_trust(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(parsed_free)
	struct parsed parsed = parse(
		"-u bot@b.test --password-fd 0 --config file --resource cron "
		"--pin-sha256 sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= --dane off "
		"--mechanism scram-sha-256-plus --channel-binding require "
		"--max-iterations 4096 --forget --retry 0.5 --unsent spool --resend "
		"--report --lines --dry-run",
		mem);
	const struct sendmsg_options *opt = &parsed.opt;
	assert_string_equal(parsed.said, "");
	assert_string_equal(opt->account.user, "bot@b.test");
	assert_int_equal(opt->account.password_fd, 0);
	assert_string_equal(opt->account.config, "file");
	assert_string_equal(opt->resource, "cron");
	assert_int_equal(opt->pins.count, 1);
	assert_int_equal(opt->pins.items[0][0], 0xe3);
	assert_int_equal(opt->pins.items[0][31], 0x55);
	assert_int_equal(opt->dane, DANE_OFF);
	assert_string_equal(opt->mechanism, "SCRAM-SHA-256-PLUS");
	assert_int_equal(opt->binding, BINDING_REQUIRED);
	assert_int_equal(opt->iterations_max, 4096);
	assert_string_equal(opt->unsent, "spool");
	assert_true(near(opt->retry_s, 0.5));
	assert_true(opt->forget_login && opt->resend && opt->report && opt->lines && opt->dry_run);
	assert_false(opt->account.no_password);
}

static const struct alone_row {
	const char *line;
	bool no_password, anonymous;
} alone_rows[] = {
	{ "--mechanism ANONYMOUS -u b.test a@b.test", true, true },
	{ "--mechanism EXTERNAL --cert c.pem a@b.test", true, false },
	{ "--mechanism ANONYMOUS --mechanism PLAIN a@b.test", false, false },
	{ "--cert c.pem a@b.test", false, false },
};

static void asks_for_no_password_without_need(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(alone_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(alone_rows[i].line, mem);
		assert_row_string(alone_rows[i].line, parsed.said, "");
		assert_row(alone_rows[i].line,
			   parsed.opt.account.no_password == alone_rows[i].no_password);
		assert_row(alone_rows[i].line, parsed.opt.anonymous == alone_rows[i].anonymous);
	}
}

/* An empty text is no error, and a rehearsal needs nobody to write to. */
static const char *const good[] = {
	"-m _ a@b.test",
	"--dry-run",
	"--dry-run -s subject",
	"--stanza",
	"--stanza --wait receipt",
	"--lines --send-empty a@b.test",
	"--muc --nick bot --room-password secret --create-room room@b.test",
	"--no-verify a@b.test",
	"--no-verify --dane off --mechanism SCRAM-SHA-1 a@b.test",
	"--dane require a@b.test",
	"--json --dry-run",
	"--type normal --wait receipt a@b.test",
	"--hint store --hint no-copy a@b.test/c",
	"--password-fd 0 -m text a@b.test",
	"--password-fd 3 a@b.test",
	"--channel-binding off --mechanism SCRAM-SHA-1 a@b.test",
};

static void lets_through_what_makes_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(good[i], mem);
		assert_row_string(good[i], parsed.said, "");
		assert_row(good[i], parsed.good);
	}
}

static const struct wrong_row {
	const char *line, *said; /* a part of it */
} wrong_rows[] = {
	/* what goes together */
	{ "", "no recipient" },
	{ "-m text", "no recipient" },
	{ "--lines", "no recipient" },
	{ "-m text --lines a@b.test", "not with --lines or --stanza" },
	{ "-m text --stanza a@b.test", "not with --lines or --stanza" },
	{ "--lines --stanza a@b.test", "exclude each other" },
	{ "--stanza -s subject", "belong into it" },
	{ "--stanza --type chat", "belong into it" },
	{ "--stanza --thread 7", "belong into it" },
	{ "--stanza --lang en", "belong into it" },
	{ "--stanza --oob https://b.test/", "belong into it" },
	{ "--stanza --hint store", "belong into it" },
	{ "--stanza --charset ISO-8859-1", "UTF-8 already" },
	{ "--stanza --replace-controls", "belong into it" },
	{ "--stanza --split", "belong into it" },
	{ "--stanza --send-empty", "belong into it" },
	{ "--stanza a@b.test", "takes no recipients" },
	{ "--stanza --muc --type chat room@b.test", "--stanza sends what stands there" },
	{ "--muc --type chat room@b.test", "not with --type" },
	{ "--muc --wait receipt room@b.test", "--wait=receipt with --muc" },
	{ "--nick bot a@b.test", "need --muc" },
	{ "--room-password file a@b.test", "need --muc" },
	{ "--create-room a@b.test", "need --muc" },
	{ "--type headline --wait receipt a@b.test", "headline" },
	{ "--wait none --resend a@b.test", "not with --resend" },
	{ "--hint store --hint no-store a@b.test", "contradicts" },
	{ "--hint no-permanent-store --hint store a@b.test", "contradicts" },
	{ "--hint no-copy a@b.test/c d@e.test", "full addresses" },
	{ "--password-file f --password-fd 3 a@b.test", "exclude each other" },
	{ "--password-fd 0 a@b.test", "standard input" },
	{ "--password-fd 0 --lines a@b.test", "standard input" },
	{ "--mechanism EXTERNAL a@b.test", "--cert" },
	{ "--mechanism EXTERNAL --cert c.pem --password-file f a@b.test", "no password" },
	{ "--mechanism ANONYMOUS --password-fd 3 a@b.test", "no password" },
	{ "--mechanism SCRAM-SHA-1 --channel-binding require a@b.test", "-PLUS" },
	{ "--mechanism PLAIN --channel-binding require a@b.test", "-PLUS" },
	{ "--mechanism SCRAM-SHA-1-PLUS --channel-binding off a@b.test", "-PLUS" },
	{ "--no-verify --mechanism PLAIN a@b.test", "--no-verify" },
	{ "--no-verify --dane require a@b.test", "--no-verify" },
	{ "--no-verify --pin-sha256 "
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a@b.test",
	  "--no-verify" },
	{ "--dane require --pin-sha256 "
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a@b.test",
	  "--dane=require" },
	{ "--report --json a@b.test", "exclude each other" },
	{ "--key k.pem a@b.test", "--key needs --cert" },
	/* values */
	{ "--type groupchat a@b.test", "--muc" },
	{ "--type error a@b.test", "--type" },
	{ "--type _ a@b.test", "--type" },
	{ "--thread _ a@b.test", "--thread" },
	{ "--lang _ a@b.test", "--lang" },
	{ "--lang 1 a@b.test", "--lang" },
	{ "--lang en_US a@b.test", "--lang" },
	{ "--lang en'x a@b.test", "--lang" },
	{ "--oob _ a@b.test", "--oob" },
	{ "--oob file a@b.test", "--oob" },
	{ "--oob https: a@b.test", "--oob" },
	{ "--oob https://b.test/<f> a@b.test", "--oob" },
	{ "--hint stored a@b.test", "--hint" },
	{ "--charset _ a@b.test", "--charset" },
	{ "--charset no-such-charset-1 a@b.test", "--charset" },
	{ "--max-size 999 a@b.test", "--max-size" },
	{ "--max-size -1 a@b.test", "--max-size" },
	{ "--max-size 99999999999999999999 a@b.test", "--max-size" },
	{ "--max-size 64k a@b.test", "--max-size" },
	{ "--muc --nick _ room@b.test", "--nick" },
	{ "--muc --room-password _ room@b.test", "--room-password" },
	{ "--user _ a@b.test", "--user" },
	{ "--password-file _ a@b.test", "--password-file" },
	{ "--password-fd x a@b.test", "--password-fd" },
	{ "--password-fd -1 a@b.test", "--password-fd" },
	{ "--password-fd 2147483648 a@b.test", "--password-fd" },
	{ "--config _ a@b.test", "--config" },
	{ "--resource _ a@b.test", "--resource" },
	{ "--pin-sha256 1234 a@b.test", "--pin-sha256" },
	{ "--dane always a@b.test", "--dane" },
	{ "--mechanism DIGEST-MD5 a@b.test", "--mechanism" },
	{ "--mechanism _ a@b.test", "--mechanism" },
	{ "--channel-binding on a@b.test", "--channel-binding" },
	{ "--max-iterations 4095 a@b.test", "--max-iterations" },
	{ "--max-iterations 2147483648 a@b.test", "--max-iterations" },
	{ "--wait _ a@b.test", "--wait" },
	{ "--wait acks a@b.test", "--wait" },
	{ "--wait ack=5 a@b.test", "--wait" },
	{ "--wait none=5 a@b.test", "--wait" },
	{ "--wait bounce= a@b.test", "--wait" },
	{ "--wait bounce=5s a@b.test", "--wait" },
	{ "--wait bounce=1e2 a@b.test", "--wait" },
	{ "--wait receipt=-1 a@b.test", "--wait" },
	{ "--wait receipt=nan a@b.test", "--wait" },
	{ "--wait receipt=86401 a@b.test", "--wait" },
	{ "--wait receipts a@b.test", "--wait" },
	{ "--unsent _ a@b.test", "--unsent" },
	{ "--retry _ a@b.test", "--retry" },
	{ "--retry -1 a@b.test", "--retry" },
	{ "--retry inf a@b.test", "--retry" },
	{ "-s a\x01z a@b.test", "-s: " },
	{ "--thread a\x1b a@b.test", "--thread: " },
	/* of the common options, only what a sender has */
	{ "--c2s a@b.test", "--c2s" },
	{ "--jobs 3 a@b.test", "--jobs" },
	{ "--from b.test a@b.test", "--from" },
	{ "--nagios a@b.test", "--nagios" },
	{ "--policy strict a@b.test", "--policy" },
	{ "--password secret a@b.test", "--password" },
};

static void refuses_what_makes_no_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong_rows); i++) {
		const struct wrong_row *row = &wrong_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row(row->line, !parsed.good);
		assert_row(row->line, strncmp(parsed.said, "xmpp-sendmsg: ", 14) == 0);
		if (!strstr(parsed.said, row->said))
			fail_msg("%s: said \"%s\"", row->line, parsed.said);
	}
}

static void takes_so_many_pins(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *line = "a@b.test";
	for (size_t i = 0; i <= PINS_MAX; i++) {
		CLEANUP(parsed_free) struct parsed parsed = parse(line, mem);
		assert_true(parsed.good && parsed.opt.pins.count == i);
		line = arena_printf(mem,
				    "--pin-sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU %s",
				    line);
	}
	CLEANUP(parsed_free) struct parsed parsed = parse(line, mem);
	assert_false(parsed.good);
	assert_non_null(strstr(parsed.said, "at most 16"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_defaults_of_the_manual),
		cmocka_unit_test(takes_what_is_waited_for),
		cmocka_unit_test(chooses_the_type),
		cmocka_unit_test(takes_the_text_and_its_form),
		cmocka_unit_test(takes_account_and_trust),
		cmocka_unit_test(asks_for_no_password_without_need),
		cmocka_unit_test(lets_through_what_makes_sense),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(takes_so_many_pins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
