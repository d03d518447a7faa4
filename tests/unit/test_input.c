#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
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
	{ "a comment behind white space", " \t# b\n a\n\t#", 11, { "a" }, { 2 } },
	{ "a NUL before the number sign makes none", "\0#\na\n", 5, { "", "a" }, { 1, 2 } },
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

/* However many there are, and however long: they are of no line that is handed out. */
static void comments_take_no_memory(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	for (int i = 0; i < 1000; i++)
		buf_text(&text, " # twenty octets or so\n");
	buf_text(&text, "a\n");
	struct input input = piped(text.data, text.size);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "a");
	assert_int_equal(line.number, 1001);
	assert_int_equal(line.offset, text.size - 2);
	assert_in_range(arena_used(mem), 1, 100);
	close(input.fd);
	input_close(&input);
}

/* A file that holds first, more x than any record has octets, and a line. */
static struct input filed_with_long_line(const char *first)
{
	char path[] = "/tmp/xtt-input-XXXXXX";
	int fd = mkstemp(path);
	unlink(path);
	static char chunk[65536];
	memset(chunk, 'x', sizeof(chunk));
	assert_int_equal(write(fd, first, strlen(first)), (ssize_t)strlen(first));
	for (size_t done = 0; done < RECORD_MAX + 3 * sizeof(chunk); done += sizeof(chunk))
		assert_int_equal(write(fd, chunk, sizeof(chunk)), sizeof(chunk));
	assert_int_equal(write(fd, "\nnext\n", 6), 6);
	lseek(fd, 0, SEEK_SET);
	return input_from_fd(fd, "standard input");
}

static void cuts_a_line_longer_than_any_record(void **state)
{
	(void)state;
	struct input input = filed_with_long_line("");
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_true(line.too_long);
	assert_int_equal(line.size, INPUT_LONG_KEPT);
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "next");
	assert_false(line.too_long);
	close(input.fd);
	input_close(&input);
}

static void skips_a_comment_longer_than_any_record(void **state)
{
	(void)state;
	struct input input = filed_with_long_line(" #");
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "next");
	assert_int_equal(line.number, 2);
	close(input.fd);
	input_close(&input);
}

static const struct torn_row {
	const char *name, *text;
	bool torn; /* the last line */
	size_t offset;
} torn_rows[] = {
	{ "whole", "a\nb\n", false, 2 },
	{ "no line end", "a\nb", true, 2 },
	{ "one line without an end", "abc", true, 0 },
	{ "an empty line at the end", "a\n\n", false, 2 },
	{ "CR without LF", "a\r\nb\r", true, 3 },
	{ "comments and white space have their octets", "# x\n  a\n#y\n\tb", true, 11 },
};

static void tells_a_last_line_without_an_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(torn_rows); i++) {
		const struct torn_row *row = &torn_rows[i];
		struct input input = piped(row->text, strlen(row->text));
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct input_line line, last = { 0 };
		struct err err = { 0 };
		while (input_next(&input, mem, &line, &err)) {
			assert_row(row->name, !last.torn);
			last = line;
		}
		assert_row(row->name, last.torn == row->torn && last.offset == row->offset);
		close(input.fd);
		input_close(&input);
	}
}

static void who_is_woken_reads_no_more(void **state)
{
	(void)state;
	int ends[2], wake = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\nb\nhal", 7), 7);
	struct input input = input_from_fd(ends[0], "standard input");
	input.wake = wake;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	struct err err = { 0 };
	assert_true(input_next(&input, mem, &line, &err));
	assert_int_equal(write(wake, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	assert_int_equal(write(ends[1], "f\nc\n", 4), 4);
	/* What was read already is whole; half a line is none. */
	assert_true(input_next(&input, mem, &line, &err));
	assert_string_equal(line.text, "b");
	assert_false(input_next(&input, mem, &line, &err));
	assert_false(input_next(&input, mem, &line, &err));
	assert_int_equal(err.code, ERR_NONE);
	assert_true(input.woken);
	close(ends[0]);
	close(ends[1]);
	close(wake);
	input_close(&input);
}

struct reader {
	struct input input;
	pthread_barrier_t ready;
	bool got;
	struct err err;
};

static void *read_one(void *argument)
{
	struct reader *reader = argument;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct input_line line;
	pthread_barrier_wait(&reader->ready);
	reader->got = input_next(&reader->input, mem, &line, &reader->err);
	return NULL;
}

static void is_woken_while_it_waits_for_a_line(void **state)
{
	(void)state;
	int ends[2], wake = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(pipe(ends), 0);
	struct reader reader = { .input = input_from_fd(ends[0], "standard input"), .got = true };
	reader.input.wake = wake;
	pthread_t thread;
	alarm(60);
	pthread_barrier_init(&reader.ready, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, read_one, &reader), 0);
	pthread_barrier_wait(&reader.ready);
	assert_int_equal(write(wake, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	pthread_join(thread, NULL);
	assert_false(reader.got);
	assert_int_equal(reader.err.code, ERR_NONE);
	pthread_barrier_destroy(&reader.ready);
	close(ends[0]);
	close(ends[1]);
	close(wake);
	input_close(&reader.input);
}

static const struct count_row {
	const char *name, *text;
	size_t count;
} count_rows[] = {
	{ "nothing", "", 0 },
	{ "two", "a\nb\n", 2 },
	{ "the last without an end", "a\nb", 2 },
	{ "comments", "# a\nb\n \t#c\n  d\n", 2 },
	{ "a number sign further on is none", "a #b\nc#\n", 2 },
	{ "empty lines are targets", "a\n\n \t\n\r\n", 4 },
	{ "a comment at the end", "a\n#", 1 },
};

static struct input filed(const char *text, size_t size)
{
	char path[] = "/tmp/xtt-input-XXXXXX";
	int fd = mkstemp(path);
	unlink(path);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	return input_from_fd(fd, "a file");
}

/* The count is what input_next() then gives, or the time left would be wrong. */
static void counts_the_lines_of_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(count_rows); i++) {
		const struct count_row *row = &count_rows[i];
		struct input input = filed(row->text, strlen(row->text));
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct input_line line;
		struct err err = { 0 };
		size_t given = 0;
		assert_row(row->name, input_count(&input) == row->count);
		while (input_next(&input, mem, &line, &err))
			given++;
		assert_row(row->name, given == row->count);
		close(input.fd);
		input_close(&input);
	}
}

static void counts_what_is_to_come(void **state)
{
	(void)state;
	const char *const operands[] = { "#a", "", "b", NULL }, *const none[] = { NULL };
	struct input input = input_from_operands(operands);
	assert_int_equal(input_count(&input), 3);
	input = input_from_operands(none);
	assert_int_equal(input_count(&input), 0);
	/* Who stands in the middle of a file has the rest before him. */
	input = filed("a\nb\nc\n", 6);
	lseek(input.fd, 2, SEEK_SET);
	assert_int_equal(input_count(&input), 2);
	assert_int_equal(lseek(input.fd, 0, SEEK_CUR), 2);
	close(input.fd);
	input_close(&input);
	input = piped("a\nb\n", 4);
	assert_int_equal(input_count(&input), 0);
	close(input.fd);
	input_close(&input);
	input = input_from_fd(-1, "nothing");
	assert_int_equal(input_count(&input), 0);
	input_close(&input);
}

static void counts_lines_longer_than_what_is_read_at_once(void **state)
{
	(void)state;
	static char text[3 * 65536];
	memset(text, 'x', sizeof(text));
	text[65535] = text[65536] = text[2 * 65536] = '\n';
	text[2 * 65536 + 1] = '#';
	struct input input = filed(text, sizeof(text));
	assert_int_equal(input_count(&input), 3);
	close(input.fd);
	input_close(&input);
}

/* Whoever waits for the first target would wait for the last line of it. */
static void counts_no_file_that_takes_long(void **state)
{
	(void)state;
	struct input input = filed("a\nb\n", 4);
	alarm(60);
	assert_int_equal(ftruncate(input.fd, INPUT_COUNTED + 1), 0);
	assert_int_equal(input_count(&input), 0);
	/* Of its end only there is little enough. */
	lseek(input.fd, INPUT_COUNTED, SEEK_SET);
	assert_int_equal(input_count(&input), 1);
	assert_int_equal(ftruncate(input.fd, (off_t)60 * 1024 * 1024 * 1024), 0);
	assert_int_equal(input_count(&input), 0);
	assert_int_equal(ftruncate(input.fd, 4), 0);
	lseek(input.fd, 0, SEEK_SET);
	assert_int_equal(input_count(&input), 2);
	close(input.fd);
	input_close(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_line_by_line),
		cmocka_unit_test(keeps_octets_behind_a_nul),
		cmocka_unit_test(takes_operands_as_they_are),
		cmocka_unit_test(tells_a_descriptor_that_cannot_be_read),
		cmocka_unit_test(comments_take_no_memory),
		cmocka_unit_test(cuts_a_line_longer_than_any_record),
		cmocka_unit_test(skips_a_comment_longer_than_any_record),
		cmocka_unit_test(tells_a_last_line_without_an_end),
		cmocka_unit_test(who_is_woken_reads_no_more),
		cmocka_unit_test(is_woken_while_it_waits_for_a_line),
		cmocka_unit_test(counts_the_lines_of_a_file),
		cmocka_unit_test(counts_what_is_to_come),
		cmocka_unit_test(counts_lines_longer_than_what_is_read_at_once),
		cmocka_unit_test(counts_no_file_that_takes_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
