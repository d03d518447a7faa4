/* run/unsent: nothing is lost, and nothing is left behind where nothing was lost. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "run/unsent.h"

struct place {
	char folder[64], file[96];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	snprintf(place->folder, sizeof(place->folder), "/tmp/test_unsent.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->file, sizeof(place->file), "%s/unsent", place->folder);
	*state = place;
	return 0;
}

static int leave_place(void **state)
{
	struct place *place = *state;
	unlink(place->file);
	rmdir(place->folder);
	free(place);
	return 0;
}

static const char *content(const struct place *place, char out[256])
{
	int fd = open(place->file, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t got = read(fd, out, 255);
	close(fd);
	assert_true(got >= 0);
	out[got] = '\0';
	return out;
}

static void put(const struct place *place, const char *text)
{
	int fd = open(place->file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void add(struct unsent *unsent, const char *xml)
{
	struct err err;
	assert_true(unsent_add(unsent, xml, strlen(xml), &err));
}

static void appends_one_a_line(void **state)
{
	const struct place *place = *state;
	struct unsent *unsent = NULL;
	struct err err;
	char text[256];
	put(place, "<message id='0'/>\n");
	assert_true(unsent_open(place->file, &unsent, &err));
	add(unsent, "<message id='1'/>");
	add(unsent, "<message id='2'/>");
	assert_true(unsent_close(&unsent, &err));
	assert_null(unsent);
	assert_string_equal(content(place, text),
			    "<message id='0'/>\n<message id='1'/>\n<message id='2'/>\n");
}

/* Messages are nobody else's business. */
static void makes_a_private_file(void **state)
{
	const struct place *place = *state;
	struct unsent *unsent = NULL;
	struct stat st;
	struct err err;
	mode_t before = umask(0);
	assert_true(unsent_open(place->file, &unsent, &err));
	umask(before);
	add(unsent, "<message/>");
	assert_true(unsent_close(&unsent, &err));
	assert_int_equal(stat(place->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void leaves_no_empty_file(void **state)
{
	const struct place *place = *state;
	struct unsent *unsent = NULL;
	struct err err;
	assert_true(unsent_open(place->file, &unsent, &err));
	assert_true(unsent_close(&unsent, &err));
	assert_int_equal(access(place->file, F_OK), -1);
}

/* Two runs with one file: the one that made it has nothing to keep, the other has, before or after.
 */
static void shares_the_file_with_another_run(void **state)
{
	const struct place *place = *state;
	char out[256];
	for (int later = 0; later <= 1; later++) {
		struct unsent *maker, *other;
		struct err err;
		assert_true(unsent_open(place->file, &maker, &err));
		assert_true(unsent_open(place->file, &other, &err));
		if (!later)
			add(other, "<message/>");
		assert_true(unsent_close(&maker, &err));
		if (later)
			add(other, "<message/>");
		assert_true(unsent_close(&other, &err));
		assert_string_equal(content(place, out), "<message/>\n");
		unlink(place->file);
	}
}

static void leaves_a_file_that_was_there(void **state)
{
	const struct place *place = *state;
	struct unsent *unsent = NULL;
	struct err err;
	put(place, "");
	assert_true(unsent_open(place->file, &unsent, &err));
	assert_true(unsent_close(&unsent, &err));
	assert_int_equal(access(place->file, F_OK), 0);
}

static void tells_what_cannot_be_written(void **state)
{
	struct unsent *unsent = NULL;
	struct err err = { 0 };
	(void)state;
	assert_false(unsent_open("/nonexistent/unsent", &unsent, &err));
	assert_string_equal(err.text, "--unsent: /nonexistent/unsent: No such file or directory");
	assert_true(unsent_open("/dev/full", &unsent, &err));
	assert_false(unsent_add(unsent, "x", 1, &err));
	assert_string_equal(err.text, "--unsent: /dev/full: No space left on device");
	assert_true(unsent_close(&unsent, &err)); /* nothing was added */
}

/* As on a disk that fills up in the middle of one. */
static void keeps_no_half_of_one(void **state)
{
	const struct place *place = *state;
	const struct rlimit small = { 40, RLIM_INFINITY };
	struct rlimit before;
	struct unsent *unsent = NULL;
	struct err err = { 0 };
	char text[256];
	assert_true(unsent_open(place->file, &unsent, &err));
	add(unsent, "<message id='1'/>");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool added = unsent_add(unsent, "<message id='too long for this'/>", 33, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_false(added);
	assert_non_null(strstr(err.text, "File too large"));
	add(unsent, "<message id='2'/>");
	assert_true(unsent_close(&unsent, &err));
	assert_string_equal(content(place, text), "<message id='1'/>\n<message id='2'/>\n");
}

static void knows_itself(void **state)
{
	const struct place *place = *state;
	struct unsent *unsent = NULL;
	struct err err;
	int pipes[2];
	put(place, "");
	assert_true(unsent_open(place->file, &unsent, &err));
	int fd = open(place->file, O_RDONLY), other = open("/dev/null", O_RDONLY);
	assert_int_equal(pipe(pipes), 0);
	assert_true(unsent_is(unsent, fd));
	assert_false(unsent_is(unsent, other));
	assert_false(unsent_is(unsent, pipes[0]));
	assert_false(unsent_is(unsent, -1));
	assert_true(unsent_close(&unsent, &err));
	/* Both ends of a terminal, and /dev/null twice, are nothing that grows under the reader. */
	assert_true(unsent_open("/dev/null", &unsent, &err));
	assert_false(unsent_is(unsent, other));
	assert_true(unsent_close(&unsent, &err));
	for (size_t i = 0; i < 2; i++)
		close(pipes[i]);
	close(fd);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(appends_one_a_line, make_place, leave_place),
		cmocka_unit_test_setup_teardown(makes_a_private_file, make_place, leave_place),
		cmocka_unit_test_setup_teardown(leaves_no_empty_file, make_place, leave_place),
		cmocka_unit_test_setup_teardown(keeps_no_half_of_one, make_place, leave_place),
		cmocka_unit_test_setup_teardown(knows_itself, make_place, leave_place),
		cmocka_unit_test_setup_teardown(shares_the_file_with_another_run, make_place,
						leave_place),
		cmocka_unit_test_setup_teardown(leaves_a_file_that_was_there, make_place,
						leave_place),
		cmocka_unit_test(tells_what_cannot_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
