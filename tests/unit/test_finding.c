#include "unit.h"

#include <ctype.h>

#include "judge/finding.h"

static bool is_kebab(const char *id)
{
	for (const char *c = id; *c; c++) {
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
			return false;
	}
	return *id && *id != '-' && id[strlen(id) - 1] != '-' && !strstr(id, "--");
}

static bool ends_sentence(const char *text)
{
	return *text && text[strlen(text) - 1] == '.';
}

static void the_catalogue_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_kind_count; i++) {
		const struct finding_kind *kind = &finding_kinds[i];
		assert_row(kind->id, is_kebab(kind->id));
		assert_row(kind->id, finding_kind_find(kind->id) == kind); /* no id twice */
		assert_row(kind->id, kind->ref && *kind->ref);
		assert_row(kind->id, ends_sentence(kind->meaning) && ends_sentence(kind->why));
		assert_row(kind->id, !kind->prosody == !kind->ejabberd || kind->prosody);
		bool graded = false;
		for (int policy = 0; policy < POLICY_COUNT; policy++) {
			graded = graded || kind->severity[policy] != SEVERITY_NONE;
			assert_row(kind->id,
				   kind->other_when || kind->other[policy] == SEVERITY_NONE);
			/* what could not be checked is no fault */
			assert_row(kind->id,
				   !kind->unknown || kind->severity[policy] == SEVERITY_INFO);
		}
		assert_row(kind->id, graded || kind->other_when);
	}
	assert_null(finding_kind_find("no-such-finding"));
}

static void grades_by_policy_and_by_site(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	signed char *override = arena_array(mem, finding_kind_count, 1);
	memset(override, -1, finding_kind_count);
	const struct finding_kind *kind = finding_kind_find("direct-tls-missing");
	const struct row {
		const char *name;
		enum policy_name policy;
		int override;
		enum severity severity;
		enum status status;
	} rows[] = {
		{ "default", POLICY_BCP195, -1, SEVERITY_INFO, STATUS_OK },
		{ "strict", POLICY_STRICT, -1, SEVERITY_WARNING, STATUS_WARNING },
		{ "site says critical", POLICY_BCP195, SEVERITY_CRITICAL, SEVERITY_CRITICAL,
		  STATUS_CRITICAL },
		{ "site ignores it", POLICY_STRICT, SEVERITY_NONE, SEVERITY_NONE, STATUS_OK },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct findings list = { 0 };
		const struct policy policy = { rows[i].policy, override };
		override[kind - finding_kinds] = (signed char)rows[i].override;
		findings_add(&list, &policy, mem, kind->id, "no direct TLS for %s", "c2s");
		assert_row(rows[i].name, list.count == (rows[i].severity != SEVERITY_NONE));
		if (list.first) {
			assert_row(rows[i].name, list.first->severity == rows[i].severity);
			assert_row_string(rows[i].name, list.first->text, "no direct TLS for c2s");
		}
		assert_row(rows[i].name, findings_status(&list) == rows[i].status);
	}
}

static void what_could_not_be_checked_is_unknown(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct findings list = { 0 };
	const struct policy policy = { POLICY_BCP195, NULL };
	findings_add(&list, &policy, mem, "dns-failed", "no answer");
	assert_int_equal(findings_status(&list), STATUS_UNKNOWN);
	findings_add(&list, &policy, mem, "tls13-missing", "TLS 1.2");
	assert_int_equal(findings_status(&list), STATUS_WARNING);
}

static void the_worst_status_wins(void **state)
{
	(void)state;
	static const enum status order[] = { STATUS_OK, STATUS_UNKNOWN, STATUS_WARNING,
					     STATUS_CRITICAL };
	for (size_t a = 0; a < ARRAY_SIZE(order); a++) {
		for (size_t b = 0; b < ARRAY_SIZE(order); b++)
			assert_int_equal(status_worse(order[a], order[b]), order[a > b ? a : b]);
	}
}

static void names_lead_back(void **state)
{
	(void)state;
	for (int i = 0; i <= SEVERITY_CRITICAL; i++) {
		enum severity severity;
		assert_true(severity_parse(severity_name((enum severity)i), &severity));
		assert_int_equal(severity, i);
	}
	for (int i = 0; i <= STATUS_UNKNOWN; i++) {
		enum status status;
		assert_true(status_parse(status_name((enum status)i), &status));
		assert_int_equal(status, i);
	}
	for (int i = 0; i < POLICY_COUNT; i++) {
		enum policy_name policy;
		assert_true(policy_name_parse(policy_name_text((enum policy_name)i), &policy));
		assert_int_equal(policy, i);
	}
	enum policy_name policy;
	assert_false(policy_name_parse("lax", &policy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_catalogue_is_complete),
		cmocka_unit_test(grades_by_policy_and_by_site),
		cmocka_unit_test(what_could_not_be_checked_is_unknown),
		cmocka_unit_test(the_worst_status_wins),
		cmocka_unit_test(names_lead_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
