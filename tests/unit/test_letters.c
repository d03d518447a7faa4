#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/letters.h"

#define ROOM 1000 /* octets of text in a message, where it does not matter */

/* What a row expects: texts, "!part of a sentence" for LETTERS_BAD, NULL at the end. */
#define OUT_MAX 8

static const char *part_of(const char *expected)
{
	return expected && expected[0] == '!' ? expected + 1 : NULL;
}

static const char *content_of(const struct letter *letter)
{
	return letter->stanza ? elem_attr(letter->stanza, "to") : letter->text;
}

static void expect(const char *name, struct letters *letters, size_t room,
		   const char *const expected[OUT_MAX], const size_t numbers[OUT_MAX])
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < OUT_MAX; i++) {
		struct letter letter = { 0 };
		struct err err = { 0 };
		enum letters_result got = letters_next(letters, true, room, mem, &letter, &err);
		if (!expected[i]) {
			assert_row(name, got == LETTERS_END);
			assert_row(name, letters_fd(letters) == -1);
			continue; /* and ever after */
		}
		const char *part = part_of(expected[i]);
		if (got == LETTERS_BAD && !part)
			fail_msg("%s: %s", name, err.text);
		assert_row(name, got == (part ? LETTERS_BAD : LETTERS_ONE));
		if (part && !strstr(err.text, part))
			fail_msg("%s: \"%s\" without \"%s\"", name, err.text, part);
		assert_row(name, !part || err.stage == AT_INPUT);
		if (!part)
			assert_row_string(name, content_of(&letter), expected[i]);
		assert_row(name, numbers[0] == 0 || letter.number == numbers[i]);
	}
}

static int piped(const char *text, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, size), size);
	close(ends[1]);
	return ends[0];
}

#define S(text)    text, sizeof(text) - 1
#define LINES      .lines = true
#define STANZA     .stanza = true
#define MSG(to)    "<message to='" to "'><body>x</body></message>"
#define THIRTY     "aaaaaaaaaa\nbbbbbbbbbb\ncccccccc\n"
#define NOT_UTF_16 "!UTF-16 ends its lines in another way"

static const struct row {
	const char *name;
	struct sendmsg_options opt;
	const char *in;
	size_t size;
	size_t room;
	const char *out[OUT_MAX];
	size_t numbers[OUT_MAX];
} rows[] = {
	/* the whole */
	{ "one text", { 0 }, S("hello"), ROOM, { "hello" }, { 1 } },
	{ "without its line end", { 0 }, S("a\nb\n"), ROOM, { "a\nb" }, { 1 } },
	{ "CR LF likewise", { 0 }, S("a\r\nb\r\n"), ROOM, { "a\nb" }, { 1 } },
	{ "one line end, not all", { 0 }, S("a\n\n"), ROOM, { "a\n" }, { 1 } },
	{ "nothing sends nothing", { 0 }, S(""), ROOM, { NULL }, { 0 } },
	{ "a line end is nothing", { 0 }, S("\n"), ROOM, { NULL }, { 0 } },
	{ "nothing, wanted", { .send_empty = true }, S(""), ROOM, { "" }, { 1 } },
	{ "nothing but a URL", { .form.oob = "u" }, S(""), ROOM, { "" }, { 1 } },
	{ "nothing but a URL, by lines",
	  { .form.oob = "u", .lines = true },
	  S(""),
	  ROOM,
	  { NULL },
	  { 0 } },
	{ "a control character", { 0 }, S("ab\x1b"), ROOM, { "!octet 2: U+001B (escape)" }, { 1 } },
	{ "replaced",
	  { .replace_controls = true },
	  S("ab\x1b"),
	  ROOM,
	  { "ab\xef\xbf\xbd" },
	  { 1 } },
	{ "Latin-1",
	  { .charset = "ISO-8859-1" },
	  S("\xe4\xf6\n"),
	  ROOM,
	  { "\xc3\xa4\xc3\xb6" },
	  { 1 } },
	{ "UTF-16, whole",
	  { .charset = "UTF-16LE" },
	  S("a\0\xac\x20\n\0"),
	  ROOM,
	  { "a\xe2\x82\xac" },
	  { 1 } },
	{ "no such charset", { .charset = "KLINGON" }, S("a"), ROOM, { "!KLINGON" }, { 1 } },
	{ "as large as there is room", { 0 }, S("aa&&\n"), 12, { "aa&&" }, { 1 } },
	{ "larger by one",
	  { 0 },
	  S("aa&&\n"),
	  11,
	  { "!12 octets of text, and a message has room for 11: --split" },
	  { 1 } },
	{ "split",
	  { .split = true },
	  S(THIRTY),
	  21,
	  { "aaaaaaaaaa\nbbbbbbbbbb", "cccccccc" },
	  { 1, 1 } },
	{ "split at each line",
	  { .split = true },
	  S(THIRTY),
	  10,
	  { "aaaaaaaaaa", "bbbbbbbbbb", "cccccccc" },
	  { 1, 1, 1 } },
	{ "split, without the empty lines at a cut",
	  { .split = true },
	  S("aaaaaaaaaa\n\n\nbbbbbbbbbb\n\n\n"),
	  10,
	  { "aaaaaaaaaa", "bbbbbbbbbb" },
	  { 1, 1 } },
	{ "split, though it fits",
	  { .split = true },
	  S(THIRTY),
	  30,
	  { "aaaaaaaaaa\nbbbbbbbbbb\ncccccccc" },
	  { 1 } },
	{ "no room for a character",
	  { .split = true },
	  S("a&b"),
	  4,
	  { "a", "!room for 4 octets of text, which is not enough for a character" },
	  { 1, 1 } },

	/* -m */
	{ "-m", { .text = "hi" }, S("not read"), ROOM, { "hi" }, { 1 } },
	{ "-m ''", { .text = "" }, S("x"), ROOM, { NULL }, { 0 } },
	{ "-m '' --oob", { .text = "", .form.oob = "u" }, S("x"), ROOM, { "" }, { 1 } },
	{ "-m '' --send-empty", { .text = "", .send_empty = true }, S("x"), ROOM, { "" }, { 1 } },
	{ "-m, bad", { .text = "\x07" }, S("x"), ROOM, { "!(bell)" }, { 1 } },

	/* --lines */
	{ "lines", { LINES }, S("a\nb\n"), ROOM, { "a", "b" }, { 1, 2 } },
	{ "the last without its end", { LINES }, S("a\nb"), ROOM, { "a", "b" }, { 1, 2 } },
	{ "CR LF lines", { LINES }, S("a\r\nb\r\n"), ROOM, { "a", "b" }, { 1, 2 } },
	{ "empty ones are passed over, and counted",
	  { LINES },
	  S("\n\na\n\r\n\nb\n\n"),
	  ROOM,
	  { "a", "b" },
	  { 3, 6 } },
	{ "unless wanted", { LINES, .send_empty = true }, S("\na\n"), ROOM, { "", "a" }, { 1, 2 } },
	{ "no lines", { LINES }, S(""), ROOM, { NULL }, { 0 } },
	{ "no lines are none, wanted or not",
	  { LINES, .send_empty = true },
	  S(""),
	  ROOM,
	  { NULL },
	  { 0 } },
	{ "a bad one spoils no other",
	  { LINES },
	  S("a\nx\xff\nb\n"),
	  ROOM,
	  { "a", "!octet 1 (0xff) is not UTF-8", "b" },
	  { 1, 2, 3 } },
	{ "a NUL", { LINES }, S("a\0\nb\n"), ROOM, { "!octet 1: U+0000 (null)", "b" }, { 1, 2 } },
	{ "a large one likewise", { LINES }, S("aaaa\nb\n"), 3, { "!--split", "b" }, { 1, 2 } },
	{ "or it is split",
	  { LINES, .split = true },
	  S("aa bb\nc\n"),
	  3,
	  { "aa ", "bb", "c" },
	  { 1, 1, 2 } },
	{ "Latin-1 lines",
	  { LINES, .charset = "ISO-8859-1" },
	  S("\xe4\n\xf6\n"),
	  ROOM,
	  { "\xc3\xa4", "\xc3\xb6" },
	  { 1, 2 } },
	{ "UTF-16 has no lines",
	  { LINES, .charset = "UTF-16" },
	  S("a\0\n\0"),
	  ROOM,
	  { NOT_UTF_16 },
	  { 0 } },
	{ "nor has EBCDIC",
	  { LINES, .charset = "IBM037" },
	  S("a\n"),
	  ROOM,
	  { "!IBM037 ends its lines in another way than ASCII" },
	  { 0 } },
	{ "nor what nobody knows",
	  { LINES, .charset = "KLINGON" },
	  S("a\n"),
	  ROOM,
	  { "!KLINGON" },
	  { 0 } },

	/* --stanza */
	{ "stanzas",
	  { STANZA },
	  S(MSG("a@b") "\n" MSG("c@d") MSG("e@f")),
	  ROOM,
	  { "a@b", "c@d", "e@f" },
	  { 1, 2, 3 } },
	{ "no stanzas", { STANZA }, S("\n \n"), ROOM, { NULL }, { 0 } },
	{ "one that is not sent spoils no other",
	  { STANZA },
	  S(MSG("a@b") "<presence type='probe' to='x'/>" MSG("c@d")),
	  ROOM,
	  { "a@b", "!'probe' is not sent", "c@d" },
	  { 1, 2, 3 } },
	{ "what is no XML ends it",
	  { STANZA },
	  S(MSG("a@b") "<iq></message>" MSG("c@d")),
	  ROOM,
	  { "a@b", "!not well-formed" },
	  { 1, 2 } },
	{ "half of one",
	  { STANZA },
	  S(MSG("a@b") "<message to='c@d'>"),
	  ROOM,
	  { "a@b", "!the input ends inside of a stanza" },
	  { 1, 2 } },
	{ "the end of the stream",
	  { STANZA },
	  S(MSG("a@b") "</stream:stream>"),
	  ROOM,
	  { "a@b", "!an end tag without a start tag" },
	  { 1, 2 } },
	{ "a stanza in Latin-1",
	  { STANZA, .charset = "ISO-8859-1" },
	  S("<message\nto='\xe4@b'/><message to='\xf6@d'\n/>"),
	  ROOM,
	  { "\xc3\xa4@b", "\xc3\xb6@d" },
	  { 1, 2 } },
	{ "a stanza in UTF-16",
	  { STANZA, .charset = "UTF-16" },
	  S("<\0"),
	  ROOM,
	  { NOT_UTF_16 },
	  { 0 } },
	{ "a stanza of -m", { STANZA, .text = MSG("a@b") }, S("x"), ROOM, { "a@b" }, { 1 } },
	{ "two of -m",
	  { STANZA, .text = MSG("a@b") MSG("a@b") },
	  S("x"),
	  ROOM,
	  { "!more behind the first element" },
	  { 1 } },
	{ "size is no matter here", { STANZA }, S(MSG("a@b")), 1, { "a@b" }, { 1 } },
};

static void reads_what_it_is_told_to(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = piped(rows[i].in, rows[i].size);
		CLEANUP(letters_close) struct letters *letters = letters_open(&rows[i].opt, fd);
		expect(rows[i].name, letters, rows[i].room, rows[i].out, rows[i].numbers);
		close(fd);
	}
}

/* The octet that is due, or the end. */
static void feed(int ends[2], const struct row *row, size_t at)
{
	if (at < row->size) {
		assert_int_equal(write(ends[1], row->in + at, 1), 1);
	} else {
		assert_row(row->name,
			   ends[1] >= 0); /* after the end there is nothing to wait for */
		close(ends[1]);
		ends[1] = -1;
	}
}

static void take_octet_by_octet(const struct row *row, struct letters *letters, int ends[2])
{
	size_t count = 0, at = 0;
	for (;;) {
		/* An arena of its own for each call, as each message has in the end. */
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter;
		struct err err;
		enum letters_result got = letters_next(letters, false, row->room, mem, &letter,
						       &err);
		if (got == LETTERS_END)
			break;
		if (got == LETTERS_WAIT) {
			feed(ends, row, at++);
			continue;
		}
		const char *expected = row->out[count++];
		assert_row(row->name, expected && !part_of(expected) == (got == LETTERS_ONE));
		if (got == LETTERS_ONE)
			assert_row_string(row->name, content_of(&letter), expected);
	}
	assert_row(row->name, !row->out[count]);
}

/* What arrives octet by octet is the same, nobody waits for it, and the descriptor stays as it is:
 * it is shared. */
static void never_waits_unless_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		int flags = fcntl(ends[0], F_GETFL);
		CLEANUP(letters_close)
		struct letters *letters = letters_open(&rows[i].opt, ends[0]);
		take_octet_by_octet(&rows[i], letters, ends);
		assert_int_equal(fcntl(ends[0], F_GETFL), flags);
		close(ends[0]);
		if (ends[1] >= 0)
			close(ends[1]);
	}
}

static void hands_out_a_line_as_it_comes(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct sendmsg_options opt = { .lines = true };
	CLEANUP(letters_close) struct letters *letters = letters_open(&opt, ends[0]);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct letter letter;
	struct err err;
	assert_int_equal(letters_fd(letters), ends[0]);
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	assert_int_equal(letters_next(letters, false, ROOM, mem, &letter, &err), LETTERS_ONE);
	assert_string_equal(letter.text, "one");
	assert_int_equal(letters_next(letters, false, ROOM, mem, &letter, &err), LETTERS_WAIT);
	assert_int_equal(letters_fd(letters), ends[0]);
	assert_int_equal(write(ends[1], "o\n", 2), 2);
	assert_int_equal(letters_next(letters, true, ROOM, mem, &letter, &err), LETTERS_ONE);
	assert_string_equal(letter.text, "two");
	close(ends[1]);
	assert_int_equal(letters_next(letters, false, ROOM, mem, &letter, &err), LETTERS_END);
	close(ends[0]);
}

static int file_of(char octet, size_t count, const char *behind)
{
	char path[] = "/tmp/xtt-letters-XXXXXX";
	int fd = mkstemp(path);
	unlink(path);
	FILE *file = fdopen(dup(fd), "w");
	for (size_t i = 0; i < count; i++)
		putc(octet, file);
	fputs(behind, file);
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void bounds_a_line(void **state)
{
	(void)state;
	static const struct bound {
		const char *name;
		size_t size;
		bool fits;
	} bounds[] = { { "just so", LETTER_MAX, true },
		       { "one more", LETTER_MAX + 1, false },
		       { "far more", 5 * LETTER_MAX, false } };
	struct sendmsg_options opt = { .lines = true };
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		int fd = file_of('x', bounds[i].size, "\nnext\n");
		CLEANUP(letters_close) struct letters *letters = letters_open(&opt, fd);
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter;
		struct err err;
		enum letters_result got = letters_next(letters, true, LETTER_MAX, mem, &letter,
						       &err);
		assert_row(bounds[i].name, got == (bounds[i].fits ? LETTERS_ONE : LETTERS_BAD));
		assert_row(bounds[i].name, letter.number == 1);
		assert_row(bounds[i].name, bounds[i].fits || strstr(err.text, "1048576 octets"));
		got = letters_next(letters, true, LETTER_MAX, mem, &letter, &err);
		assert_row(bounds[i].name, got == LETTERS_ONE && letter.number == 2);
		assert_row_string(bounds[i].name, letter.text, "next");
		close(fd);
	}
}

static void bounds_the_whole(void **state)
{
	(void)state;
	struct sendmsg_options opt = { 0 };
	for (size_t more = 0; more < 2; more++) {
		int fd = file_of('x', LETTER_MAX + more, "");
		CLEANUP(letters_close) struct letters *letters = letters_open(&opt, fd);
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter;
		struct err err;
		enum letters_result got = letters_next(letters, true, LETTER_MAX, mem, &letter,
						       &err);
		assert_int_equal(got, more ? LETTERS_BAD : LETTERS_ONE);
		assert_true(!more || strstr(err.text, "--lines sends it line by line"));
		assert_int_equal(letters_next(letters, true, LETTER_MAX, mem, &letter, &err),
				 LETTERS_END);
		close(fd);
	}
}

/* Input that has no end and no letter holds no call that must not wait, and takes no memory. */
static void gives_way_to_endless_input(void **state)
{
	(void)state;
	static const char octets[] = { 'x', '\n' };
	struct sendmsg_options opt = { .lines = true };
	for (size_t i = 0; i < ARRAY_SIZE(octets); i++) {
		int fd = file_of(octets[i], 8 * LETTER_MAX, "");
		CLEANUP(letters_close) struct letters *letters = letters_open(&opt, fd);
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter;
		struct err err;
		size_t waits = 0, bad = 0;
		enum letters_result got;
		do {
			got = letters_next(letters, false, ROOM, mem, &letter, &err);
			waits += got == LETTERS_WAIT;
			bad += got == LETTERS_BAD;
		} while (got != LETTERS_END);
		assert_true(waits >= 8);
		assert_int_equal(bad, octets[i] == 'x');
		assert_true(arena_used(mem) < 4096);
		close(fd);
	}
}

static void tells_what_cannot_be_read(void **state)
{
	(void)state;
	static const struct sendmsg_options opts[] = { { 0 },
						       { .lines = true },
						       { .stanza = true } };
	for (size_t i = 0; i < ARRAY_SIZE(opts); i++) {
		int fd = open("/", O_RDONLY | O_DIRECTORY);
		CLEANUP(letters_close) struct letters *letters = letters_open(&opts[i], fd);
		expect("a directory", letters, ROOM,
		       (const char *const[OUT_MAX]){ "!standard input: Is a directory" },
		       (size_t[OUT_MAX]){ 1 });
		close(fd);
	}
	struct sendmsg_options none = { 0 };
	CLEANUP(letters_close) struct letters *letters = letters_open(&none, -1);
	expect("no descriptor", letters, ROOM, (const char *const[OUT_MAX]){ NULL },
	       (size_t[OUT_MAX]){ 0 });
}

/* A connection that is reset in the middle of a line: what was whole goes, the torn rest does not.
 */
static void drops_a_torn_line(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct sendmsg_options opt = { .lines = true };
	CLEANUP(letters_close) struct letters *letters = letters_open(&opt, ends[0]);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct letter letter;
	struct err err;
	assert_int_equal(write(ends[0], "unread", 6), 6); /* so that closing resets */
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	assert_int_equal(letters_next(letters, true, ROOM, mem, &letter, &err), LETTERS_ONE);
	close(ends[1]);
	assert_int_equal(letters_next(letters, true, ROOM, mem, &letter, &err), LETTERS_BAD);
	assert_non_null(
		strstr(err.text, "reset by peer; what was read of the last message is not"));
	assert_int_equal(letters_next(letters, true, ROOM, mem, &letter, &err), LETTERS_END);
	close(ends[0]);
}

/* Somebody else set O_NONBLOCK: an empty pipe is still no error. */
static void bears_a_descriptor_that_does_not_block(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	struct sendmsg_options opt = { 0 };
	CLEANUP(letters_close) struct letters *letters = letters_open(&opt, ends[0]);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct letter letter;
	struct err err;
	assert_int_equal(letters_next(letters, false, ROOM, mem, &letter, &err), LETTERS_WAIT);
	assert_int_equal(write(ends[1], "x", 1), 1);
	close(ends[1]);
	assert_int_equal(letters_next(letters, true, ROOM, mem, &letter, &err), LETTERS_ONE);
	close(ends[0]);
}

/* A text that was only too large comes along with its refusal: --unsent keeps it. */
static void keeps_what_is_too_large(void **state)
{
	(void)state;
	int fd = piped("too much\n", 9);
	struct sendmsg_options opt = { 0 };
	CLEANUP(letters_close) struct letters *letters = letters_open(&opt, fd);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct letter letter;
	struct err err;
	assert_int_equal(letters_next(letters, true, 3, mem, &letter, &err), LETTERS_BAD);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(letter.text, "too much");
	close(fd);
}

/* 100,000 lines a second are promised; with sanitizers a fifth of that. */
static void reads_lines_fast(void **state)
{
	(void)state;
	enum { LINES_COUNT = 100000 };
	char path[] = "/tmp/xtt-letters-XXXXXX";
	int fd = mkstemp(path);
	unlink(path);
	FILE *file = fdopen(dup(fd), "w");
	for (int i = 0; i < LINES_COUNT; i++)
		fprintf(file, "%d: the quick brown fox jumps over the lazy dog & is gone\n", i);
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	struct sendmsg_options opt = { .lines = true };
	CLEANUP(letters_close) struct letters *letters = letters_open(&opt, fd);
	double begun = unit_cpu_ms();
	size_t count = 0;
	enum letters_result got;
	do {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct letter letter;
		struct err err;
		got = letters_next(letters, true, ROOM, mem, &letter, &err);
		count += got == LETTERS_ONE;
	} while (got != LETTERS_END);
	assert_int_equal(count, LINES_COUNT);
	assert_true(unit_cpu_ms() - begun < 5000);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_is_told_to),
		cmocka_unit_test(never_waits_unless_asked),
		cmocka_unit_test(hands_out_a_line_as_it_comes),
		cmocka_unit_test(bounds_a_line),
		cmocka_unit_test(bounds_the_whole),
		cmocka_unit_test(gives_way_to_endless_input),
		cmocka_unit_test(tells_what_cannot_be_read),
		cmocka_unit_test(drops_a_torn_line),
		cmocka_unit_test(bears_a_descriptor_that_does_not_block),
		cmocka_unit_test(keeps_what_is_too_large),
		cmocka_unit_test(reads_lines_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
