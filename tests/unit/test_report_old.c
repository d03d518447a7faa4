#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/report_old.h"

#define LINE(name) "{\"schema\":1,\"domain\":\"" name "\",\"status\":\"ok\"}\n"

static const struct log quiet = { .program = "test", .quiet = true };

struct file {
	char path[32];
};

static struct file file_of(const char *text)
{
	struct file file = { "/tmp/test_report_old.XXXXXX" };
	int fd = mkstemp(file.path);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return file;
}

static bool has(struct report_old *old, const char *name)
{
	struct report_record record;
	struct err err = { 0 };
	if (report_old_take(old, name, &record, &err) != OLD_FOUND)
		return false;
	assert_string_equal(record.digest.domain, name);
	report_record_free(&record);
	return true;
}

static void each_domain_is_found_again_in_any_order(void **state)
{
	(void)state;
	struct file file = file_of("# a comment\n" LINE("a.test") "  " LINE(
		"b.test") "what?\n" LINE("c.test") LINE("a.test"));
	struct report_old *old = NULL;
	struct err err = { 0 };
	assert_true(report_old_read(file.path, 10, &quiet, &old, &err));
	assert_true(report_old_is_broken(old)); /* what? */
	assert_true(has(old, "c.test"));
	assert_true(has(old, "a.test"));
	assert_false(has(old, "d.test"));
	assert_string_equal(report_old_unseen(old), "b.test");
	assert_true(has(old, "b.test"));
	assert_null(report_old_unseen(old));
	report_old_free(&old);
	unlink(file.path);
}

static void more_domains_than_it_takes_are_refused(void **state)
{
	(void)state;
	struct file file = file_of(LINE("a.test") LINE("b.test") LINE("b.test") LINE("c.test"));
	struct report_old *old = NULL;
	struct err err = { 0 };
	assert_true(report_old_read(file.path, 3, &quiet, &old, &err));
	report_old_free(&old);
	assert_false(report_old_read(file.path, 2, &quiet, &old, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "more than 2 domains; compare it in parts"));
	unlink(file.path);
}

static void a_file_that_changes_meanwhile_is_told(void **state)
{
	(void)state;
	struct file file = file_of(LINE("a.test") LINE("b.test"));
	struct report_old *old = NULL;
	struct report_record record;
	struct err err = { 0 };
	assert_true(report_old_read(file.path, 3, &quiet, &old, &err));
	assert_int_equal(truncate(file.path, 10), 0);
	assert_int_equal(report_old_take(old, "b.test", &record, &err), OLD_FAILED);
	assert_non_null(strstr(err.text, "changed while it was read"));
	report_old_free(&old);
	unlink(file.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_domain_is_found_again_in_any_order),
		cmocka_unit_test(more_domains_than_it_takes_are_refused),
		cmocka_unit_test(a_file_that_changes_meanwhile_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
