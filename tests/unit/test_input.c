#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "report/reread.h"
#include "run/input.h"

/* Lines that fit a pipe's buffer, so that nobody has to read at the same time. */
static struct input piped(const char *text, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, size), size);
	close(ends[1]);
	return input_from_fd(ends[0], "standard input");
}

static const struct row {
	const char *name, *text;
	size_t size;
	const char *lines[4];
	size_t numbers[4];
} rows[] = {
	{ "two lines", "a\nb\n", 4, { "a", "b" }, { 1, 2 } },
	{ "no line end at the end", "a\nb", 3, { "a", "b" }, { 1, 2 } },
	{ "CR LF", "a\r\nb\r\n", 6, { "a", "b" }, { 1, 2 } },
	{ "comments are skipped but counted", "# list\na\n#b\nc\n", 14, { "a", "c" }, { 2, 4 } },
	{ "an empty line is a target", "a\n\nb\n", 5, { "a", "", "b" }, { 1, 2, 3 } },
	{ "nothing", "", 0, { NULL }, { 0 } },
};

static void reads_line_by_line(void **state)
{
	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		struct input input = piped(rows[r].text, rows[r].size);
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct input_line line;
		struct err err = { 0 };
		size_t i = 0;
		for (; input_next(&input, mem, &line, &err); i++) {
			assert_row_string(rows[r].name, line.text, rows[r].lines[i]);
			assert_row(rows[r].name, line.number == rows[r].numbers[i]);
		}
		assert_row(rows[r].name, rows[r].lines[i] == NULL && err.code == ERR_NONE);
		close(input.fd);
		input_close(&input);
	}
}

static void keeps_octets_behind_a_nul(void **state)
{
	(void)state;
	struct input input = piped("a\0b\nc\n", 6);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_int_equal(line.size, 3);
	assert_memory_equal(line.text, "a\0b", 4);
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "c");
	close(input.fd);
	input_close(&input);
}

static void takes_operands_as_they_are(void **state)
{
	(void)state;
	const char *operands[] = { "#a", "b ", NULL };
	struct input input = input_from_operands(operands);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "#a");
	assert_int_equal(line.number, 0);
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "b ");
	assert_false(input_next(&input, mem, &line, &err));
	input_close(&input);
}

static void tells_a_descriptor_that_cannot_be_read(void **state)
{
	(void)state;
	struct input input = input_from_fd(-1, "standard input");
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_false(input_next(&input, mem, &line, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	input_close(&input);
}

static void cuts_a_line_longer_than_any_record(void **state)
{
	(void)state;
	char path[] = "/tmp/xtt-input-XXXXXX";
	int fd = mkstemp(path);
	unlink(path);
	char chunk[65536];
	memset(chunk, 'x', sizeof(chunk));
	for (size_t done = 0; done < RECORD_MAX + 3 * sizeof(chunk); done += sizeof(chunk))
		assert_int_equal(write(fd, chunk, sizeof(chunk)), sizeof(chunk));
	assert_int_equal(write(fd, "\nnext\n", 6), 6);
	lseek(fd, 0, SEEK_SET);
	struct input input = input_from_fd(fd, "standard input");
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_true(line.too_long);
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "next");
	assert_false(line.too_long);
	close(fd);
	input_close(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_line_by_line),
		cmocka_unit_test(keeps_octets_behind_a_nul),
		cmocka_unit_test(takes_operands_as_they_are),
		cmocka_unit_test(tells_a_descriptor_that_cannot_be_read),
		cmocka_unit_test(cuts_a_line_longer_than_any_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
