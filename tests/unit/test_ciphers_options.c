/* What xmpp-ciphers takes, what it makes of it, and what does not go together. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "run/ciphers_options.h"

static const struct cli_tool tool = {
	.name = "xmpp-ciphers",
	.operands = "[DOMAIN...]",
	.table = ciphers_table,
	.take = ciphers_take_option,
	.default_first = true,
	.default_timeout = 60,
};

struct parsed {
	struct ciphers_options opt;
	struct options options;
	bool good; /* nothing was wrong with the command line */
};

static void parsed_free(struct parsed *parsed)
{
	ciphers_options_close(&parsed->opt);
	if (parsed->options.mem)
		cli_free(&parsed->options);
}

#define WORDS_MAX 16

/* A line cut at its blanks. Complaints are part of the rows, and need not show. */
static struct parsed parse(const char *line, struct arena *mem)
{
	struct parsed out = { 0 };
	const char *argv[WORDS_MAX] = { "xmpp-ciphers" };
	int argc = 1;
	char *save = NULL;
	for (char *word = strtok_r(arena_copy(mem, line), " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX - 1);
		argv[argc++] = word;
	}
	int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(kept >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
	close(nowhere);
	ciphers_options_init(&out.opt);
	out.good = cli_parse(&tool, &out.opt, argc, argv, &out.options) == CLI_RUN;
	if (out.good)
		out.good = ciphers_options_open(&out.opt, &out.options);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	return out;
}

#define ALL     SURVEY_ALL, 8, 0, NAMES_IANA, false
#define DEFAULT 60, true

static const struct row {
	const char *name, *line;
	enum survey_scope scope;
	unsigned lanes;
	size_t limit;
	enum suite_names names;
	bool only_bad;
	double timeout;
	bool first;
} rows[] = {
	{ "nothing but a domain", "example.org", ALL, DEFAULT },
	{ "versions alone", "--versions-only example.org", SURVEY_VERSIONS, 8, 0, NAMES_IANA, false,
	  DEFAULT },
	{ "suites alone", "--suites-only example.org", SURVEY_SUITES, 8, 0, NAMES_IANA, false,
	  DEFAULT },
	{ "groups alone", "--groups example.org", SURVEY_GROUPS, 8, 0, NAMES_IANA, false, DEFAULT },
	{ "one scope said twice", "--groups --groups example.org", SURVEY_GROUPS, 8, 0, NAMES_IANA,
	  false, DEFAULT },
	{ "one lane", "--lanes 1 example.org", SURVEY_ALL, 1, 0, NAMES_IANA, false, DEFAULT },
	{ "all lanes", "--lanes=32 example.org", SURVEY_ALL, 32, 0, NAMES_IANA, false, DEFAULT },
	{ "gentle is one lane", "--gentle example.org", SURVEY_ALL, 1, 0, NAMES_IANA, false,
	  DEFAULT },
	{ "the last of lanes and gentle counts", "--gentle --lanes 4 example.org", SURVEY_ALL, 4, 0,
	  NAMES_IANA, false, DEFAULT },
	{ "a limit", "--max-connections 40 example.org", SURVEY_ALL, 8, 40, NAMES_IANA, false,
	  DEFAULT },
	{ "OpenSSL's names", "--names openssl example.org", SURVEY_ALL, 8, 0, NAMES_OPENSSL, false,
	  DEFAULT },
	{ "GnuTLS's names", "--names gnutls example.org", SURVEY_ALL, 8, 0, NAMES_GNUTLS, false,
	  DEFAULT },
	{ "only what is bad", "--only-bad example.org", SURVEY_ALL, 8, 0, NAMES_IANA, true,
	  DEFAULT },
	{ "every endpoint, with less time", "--all -t 20 example.org", ALL, 20, false },
};

static void takes_its_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row(row->name, parsed.good);
		assert_row(row->name, parsed.opt.scope == row->scope);
		assert_row(row->name, parsed.opt.lanes == row->lanes);
		assert_row(row->name, parsed.opt.connections_max == row->limit);
		assert_row(row->name, parsed.opt.names == row->names);
		assert_row(row->name, parsed.opt.only_bad == row->only_bad);
		assert_row(row->name, parsed.options.timeout >= row->timeout - 1e-9 &&
					      parsed.options.timeout <= row->timeout + 1e-9);
		assert_row(row->name, parsed.options.first == row->first);
	}
}

static const struct list_row {
	const char *name, *line;
	bool fs;
	enum tls_version version;
	bool graded;
} list_rows[] = {
	{ "the whole registry", "--list", false, TLS_VERSION_NONE, false },
	{ "with forward secrecy", "--list --fs", true, TLS_VERSION_NONE, false },
	{ "of a version", "--tls 1.2 --list", false, TLS_1_2, false },
	{ "of SSL 2.0", "--list --tls ssl2", false, SSL_2_0, false },
	{ "what a policy allows", "--list --policy bcp195", false, TLS_VERSION_NONE, true },
	{ "all of it", "--list --fs --tls=1.3 --policy=strict --only-bad --names=openssl", true,
	  TLS_1_3, true },
};

static void takes_filters_of_the_registry(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(list_rows); i++) {
		const struct list_row *row = &list_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(row->line, mem);
		assert_row(row->name, parsed.good && parsed.opt.list);
		assert_row(row->name, parsed.opt.list_fs == row->fs);
		assert_row(row->name, parsed.opt.list_version == row->version);
		assert_row(row->name, parsed.options.policy_chosen == row->graded);
	}
}

static const char *const wrong[] = {
	"--lanes 0 example.org",
	"--lanes 33 example.org",
	"--lanes -1 example.org",
	"--lanes +1 example.org",
	"--lanes 8x example.org",
	"--lanes 1.5 example.org",
	"--lanes= example.org",
	"--lanes 4294967297 example.org",
	"--lanes 99999999999999999999999 example.org",
	"--max-connections 0 example.org",
	"--max-connections 100001 example.org",
	"--max-connections many example.org",
	"--names nss example.org",
	"--names IANAA example.org",
	"--versions-only --groups example.org",
	"--suites-only --versions-only example.org",
	"--list example.org",
	"--list --rejudge",
	"--list --json",
	"--list --nagios",
	"--list --diff old.json",
	"--list --tls 1.4",
	"--list --tls x",
	"--fs example.org",
	"--tls 1.2 example.org",
	"--diff /nonexistent/old.json example.org",
	"--diff /dev/null example.org",
};

static void refuses_what_makes_no_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(parsed_free) struct parsed parsed = parse(wrong[i], mem);
		assert_row(wrong[i], !parsed.good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_its_options),
		cmocka_unit_test(takes_filters_of_the_registry),
		cmocka_unit_test(refuses_what_makes_no_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
