#include "unit.h"

#include "facts_fixture.h"
#include "judge/parts.h"
#include "judge/target_parts.h"

#define NO_LOGIN   "the server offers no anonymous login, so its components could not be listed"
#define NOT_LISTED "the components could not be listed: "

static const struct policy policy = { POLICY_BCP195, NULL };
static const struct cert_name name;

/* "+a.b -c.d": named by the certificate, and not. */
static const struct covered {
	const char *row, *subdomains, *words, *text;
} covered[] = {
	{ "none asked for", "", "", NULL },
	{ "all named", "+muc.im.example +up.im.example", "", NULL },
	{ "one missing", "+muc.im.example -up.im.example", "warning subdomain-not-covered",
	  "the certificate does not name up.im.example" },
	{ "two missing", "-muc.im.example -up.im.example", "warning subdomain-not-covered",
	  "the certificate does not name muc.im.example, up.im.example" },
	{ "escaped", "-\033[2J", "warning subdomain-not-covered",
	  "the certificate does not name \\x1b[2J" },
};

static void judges_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(covered); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct certcheck_facts check = { 0 };
		struct subdomain_facts subdomains[2];
		struct findings found = { 0 };
		char *list = arena_copy(mem, covered[i].subdomains), *save = NULL;
		for (char *word = strtok_r(list, " ", &save); word;
		     word = strtok_r(NULL, " ", &save))
			subdomains[check.subdomain_count++] =
				(struct subdomain_facts){ word + 1, *word == '+' ? &name : NULL };
		check.subdomains = subdomains;
		judge_subdomains(&(struct judging){ .facts = &check.walk,
						    .policy = &policy,
						    .mem = mem,
						    .out = &found,
						    .check = &check });
		assert_row_string(covered[i].row, findings_words(&found, mem), covered[i].words);
		assert_row_string(covered[i].row, found.first ? found.first->text : NULL,
				  covered[i].text);
	}
}

/* What three endpoints know; the finding is told once. */
static const struct discovered {
	const char *row;
	struct disco_facts facts[3];
	const char *text; /* of subdomains-not-discovered; NULL: no finding */
} discovered[] = {
	{ "not wanted", { { 0 } }, NULL },
	{ "listed", { { .result = DISCO_LISTED } }, NULL },
	{ "no login", { { .result = DISCO_NO_LOGIN } }, NO_LOGIN },
	{ "failed",
	  { { .result = DISCO_FAILED, .reason = "closed before the list of components" } },
	  NOT_LISTED "closed before the list of components" },
	{ "failed, in words of the peer",
	  { { .result = DISCO_FAILED, .reason = "stream error x (\"\033[2J\")" } },
	  NOT_LISTED "stream error x (\"\\x1b[2J\")" },
	{ "not asked",
	  { { .result = DISCO_NOT_ASKED, .reason = "there is a file" } },
	  NOT_LISTED "there is a file" },
	{ "a record that does not say why",
	  { { .result = DISCO_FAILED } },
	  NOT_LISTED "nobody was asked" },
	{ "one answer is enough",
	  { { .result = DISCO_NO_LOGIN }, { .result = DISCO_LISTED }, { .result = DISCO_FAILED } },
	  NULL },
	{ "a failure says more than no login",
	  { { .result = DISCO_NO_LOGIN }, { .result = DISCO_FAILED, .reason = "x" } },
	  NOT_LISTED "x" },
	{ "no login says more than no question",
	  { { 0 }, { .result = DISCO_NOT_ASKED, .reason = "x" }, { .result = DISCO_NO_LOGIN } },
	  NO_LOGIN },
	{ "too many",
	  { { 0 }, { .result = DISCO_LISTED, .cut = true } },
	  "the server names more than 64 components, and only the first 64 were checked" },
};

static void judge_discovered(const struct discovered *row, size_t count, const char *text)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct certcheck_facts facts[3] = { { 0 } };
	const struct certcheck_facts *checks[3];
	struct target_view target = { .count = count };
	struct findings found = { 0 };
	const struct spanning spanning = { &target, &policy, mem, &found };
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		facts[i].discovery = row->facts[i];
		checks[i] = &facts[i];
	}
	judge_discovery(&spanning, checks);
	assert_row_string(row->row, findings_words(&found, mem),
			  text ? "info subdomains-not-discovered" : "");
	assert_row_string(row->row, found.first ? found.first->text : NULL, text);
}

static void tells_why_nothing_was_discovered(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(discovered); i++) {
		judge_discovered(&discovered[i], 3, discovered[i].text);
		judge_discovered(&discovered[i], 0, NULL); /* why nobody was asked is told */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_names),
		cmocka_unit_test(tells_why_nothing_was_discovered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
