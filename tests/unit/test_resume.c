/* run/resume: what a file of results says is done, and how it goes on. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/resume.h"

#define RECORD(name) "{\"schema\":1,\"domain\":\"" name "\",\"status\":\"ok\"}"
#define INPUT(line)  "{\"schema\":1,\"input\":\"" line "\",\"status\":\"unknown\"}"
#define DIRECT(name) name "\tc2s\tdirect\txmpp." name "\t5223\t192.0.2.7\tok\tTLS1.3"
#define SHORT(name)  name "\tc2s\tstarttls\txmpp." name "\t5222\t192.0.2.7\tok\tTLS1.3"

static const struct row {
	const char *name, *file;
	const char *done, *open; /* lines of input, separated by "|" */
	bool torn;
	const char *whole; /* the file after it went on; NULL: unchanged */
} rows[] = {
	{ "records", RECORD("a.test") "\n" RECORD("b.test") "\n", "a.test|B.test|a.test. x",
	  "c.test", false, NULL },
	{ "short lines: whether the last domain's are all there nobody can tell",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" SHORT("b.test") "\n" DIRECT("b.test") "\n",
	  "a.test", "b.test|c.test|xmpp.a.test", false,
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" },
	{ "short lines of one domain", SHORT("a.test") "\n" DIRECT("a.test") "\n", "", "a.test",
	  false, "" },
	{ "short lines of the same domain twice, one behind the other",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" SHORT("a.test") "\n", "a.test", "b.test",
	  false, SHORT("a.test") "\n" DIRECT("a.test") "\n" },
	{ "even where the second time ends in the middle",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" SHORT("a.test") "\na.test\tc2s\tdir", "a.test",
	  "b.test", true, SHORT("a.test") "\n" DIRECT("a.test") "\n" },
	{ "a comment without a line end", RECORD("a.test") "\n# yesterday", "a.test", "b.test",
	  false, RECORD("a.test") "\n# yesterday\n" },
	{ "short lines of the same domain twice: only the second time is doubtful",
	  SHORT("a.test") "\n" RECORD("b.test") "\n" SHORT("a.test") "\n", "a.test", "c.test",
	  false, SHORT("a.test") "\n" RECORD("b.test") "\n" },
	{ "short lines, and a record behind them", SHORT("a.test") "\n" RECORD("b.test") "\n",
	  "a.test|b.test", "c.test", false, NULL },
	{ "short lines, and something else behind them: it stays",
	  SHORT("a.test") "\n" SHORT("b.test") "\n# sorted\n", "a.test", "b.test", false, NULL },
	{ "short lines that were sorted: those at the end come again",
	  DIRECT("b.test") "\n" SHORT("a.test") "\n" SHORT("b.test") "\n", "a.test", "b.test",
	  false, DIRECT("b.test") "\n" SHORT("a.test") "\n" },
	{ "both", SHORT("a.test") "\n" RECORD("b.test") "\n", "a.test|b.test", "c.test", false,
	  NULL },
	{ "an empty file", "", "", "a.test", false, NULL },
	{ "Unicode is the same domain as its A-labels",
	  SHORT("xn--mnchen-3ya.test") "\n" RECORD("xn--bcher-kva.test") "\n",
	  "b\xc3\xbc"
	  "cher.test|xn--bcher-kva.test|M\xc3\xbcnchen.test",
	  "bucher.test", false, NULL },
	{ "written in Unicode",
	  RECORD("b\xc3\xbc"
		 "cher.test") "\n",
	  "xn--bcher-kva.test", "bucher.test", false, NULL },
	{ "lines that were no domain", INPUT("*.a.test") "\n" SHORT("*.b.test") "\n" INPUT("") "\n",
	  "*.a.test|*.b.test|", "*.c.test|a.test", false, NULL },
	{ "records in", RECORD("a.test") "\n", RECORD("a.test"), RECORD("b.test"), false, NULL },
	{ "comments, and lines of others, beside results",
	  "# yesterday\nhello\n" RECORD("a.test") "\n{\"no\":1}\n[]\n", "a.test", "hello", false,
	  NULL },
	{ "a record that ends in the middle", RECORD("a.test") "\n{\"schema\":1,\"domain\":\"b.te",
	  "a.test", "b.test", true, RECORD("a.test") "\n" },
	{ "a record that hardly begins", RECORD("a.test") "\n{", "a.test", "b.test", true,
	  RECORD("a.test") "\n" },
	{ "nothing but a record that ends in the middle", "{\"schema\":1,\"dom", "", "a.test", true,
	  "" },
	{ "nothing but a short line that ends in the middle", "a.test\tc2s", "", "a.test", true,
	  "" },
	{ "a record without a line end is whole", RECORD("a.test") "\n" RECORD("b.test"),
	  "a.test|b.test", "c.test", false, RECORD("a.test") "\n" RECORD("b.test") "\n" },
	{ "a short line that ends in the middle: nor are the others of its domain",
	  SHORT("a.test") "\n" SHORT("b.test") "\n" DIRECT("b.test") "\nb.test\ts2s\tsta", "a.test",
	  "b.test", true, SHORT("a.test") "\n" },
	{ "even where its name does", SHORT("a.test") "\n" SHORT("b.test") "\nb.te", "a.test",
	  "b.test", true, SHORT("a.test") "\n" },
	{ "a short line of another domain", SHORT("a.test") "\n" SHORT("b.test") "\nc.test\tc2s",
	  "a.test|b.test", "c.test", true, SHORT("a.test") "\n" SHORT("b.test") "\n" },
	{ "a short line of a longer name", SHORT("a.te") "\na.test\tc2s", "a.te", "a.test", true,
	  SHORT("a.te") "\n" },
	{ "the same domain, but from another run before",
	  SHORT("b.test") "\n" SHORT("a.test") "\n" SHORT("b.test") "\nb.test\tc2s",
	  "a.test|b.test", "c.test", true, SHORT("b.test") "\n" SHORT("a.test") "\n" },
};

static const struct fault {
	const char *name, *file, *words;
} faults[] = {
	{ "a list of targets", "a.test\nb.test\n", "holds no results" },
	{ "a list of targets, the last without an end", "a.test", "holds no results" },
	{ "something else", "{\"no\":1}\nhello, world\n", "holds no results" },
	{ "octets",
	  "\x7f"
	  "ELF\1\2\3\n\xff\xfe",
	  "holds no results" },
};

struct place {
	char path[32];
};

static struct place place_new(const char *text, size_t size)
{
	struct place place = { "/tmp/xtt-resume-XXXXXX" };
	int fd = mkstemp(place.path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	close(fd);
	return place;
}

static void assert_holds(const char *row, const char *path, const char *wanted)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, text, sizeof(text) - 1);
	assert_row(row, got >= 0);
	text[got] = '\0';
	close(fd);
	assert_row_string(row, text, wanted);
}

static struct job *job_of(const char *line, const struct shared *shared)
{
	struct job *job = job_new(shared);
	job->line = (struct input_line){ .text = line, .size = strlen(line), .number = 1 };
	job_read_line(job);
	return job;
}

static bool take(struct resume *resume, const char *line)
{
	const struct options options = { 0 };
	const struct shared shared = { .options = &options };
	struct job *job = job_of(line, &shared);
	bool done = resume_take(resume, job);
	job_free(&job);
	return done;
}

/* Examined again, and written. */
static bool answer(struct resume *resume, const char *line, int fd, const char *text)
{
	const struct options options = { 0 };
	const struct shared shared = { .options = &options };
	struct job *job = job_of(line, &shared);
	struct err err = { 0 };
	size_t size = strlen(text);
	bool done = resume_make_room(resume, &err) && write(fd, text, size) == (ssize_t)size &&
		    resume_wrote(resume, job, size, &err);
	job_free(&job);
	return done;
}

static struct resume *open_place(const char *row, const char *path)
{
	struct resume *resume = NULL;
	struct err err = { 0 };
	if (!resume_open(path, &resume, &err))
		fail_msg("%s: %s", row, err.text);
	return resume;
}

/* Every one of the lines, which "|" separates, the first time it comes; "" is none. */
static void assert_done(const char *row, const char *path, const char *lines, bool done)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (const char *at = lines; *lines; at += strcspn(at, "|") + 1) {
		const char *line = arena_copy_n(mem, at, strcspn(at, "|"));
		CLEANUP(resume_close) struct resume *resume = open_place(row, path);
		if (take(resume, line) != done)
			fail_msg("%s: \"%s\" is %sdone", row, line, done ? "not " : "");
		if (!at[strcspn(at, "|")])
			break;
	}
}

static void knows_what_is_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct place place = place_new(row->file, strlen(row->file));
		CLEANUP(resume_close) struct resume *resume = open_place(row->name, place.path);
		assert_done(row->name, place.path, row->done, true);
		assert_done(row->name, place.path, row->open, false);
		assert_row(row->name, resume_is_torn(resume) == row->torn);
		assert_holds(row->name, place.path, row->file);
		unlink(place.path);
	}
}

/* One result answers one line: y where it is done. */
static const struct count_row {
	const char *name, *file, *lines, *done;
} counts[] = {
	{ "a domain twice, done once", RECORD("a.test") "\n" RECORD("b.test") "\n",
	  "a.test|b.test|A.test|c.test", "yynn" },
	{ "a domain twice, done twice",
	  RECORD("a.test") "\n" RECORD("b.test") "\n" RECORD("a.test") "\n",
	  "a.test|b.test|a.test|a.test", "yyyn" },
	{ "short lines: several are one result",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" RECORD("b.test") "\n", "a.test|a.test", "yn" },
	{ "short lines: the first one again begins another",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" SHORT("b.test") "\n" SHORT(
		  "a.test") "\n" DIRECT("a.test") "\n" RECORD("b.test") "\n",
	  "a.test|a.test|a.test|b.test|b.test|b.test", "yynyyn" },
	{ "short lines that were sorted are no more results than before",
	  DIRECT("a.test") "\n" SHORT("b.test") "\n" SHORT("a.test") "\n" RECORD("c.test") "\n",
	  "a.test|a.test", "yn" },
	{ "records and short lines",
	  RECORD("a.test") "\n" SHORT("a.test") "\n" RECORD("a.test") "\n",
	  "a.test|a.test|a.test|a.test", "yyyn" },
	{ "short lines: twice, one behind the other; the last result alone is doubtful",
	  SHORT("a.test") "\n" DIRECT("a.test") "\n" SHORT("a.test") "\n" DIRECT("a.test") "\n",
	  "a.test|a.test", "yn" },
	{ "lines that were none", INPUT("*.x") "\n" INPUT("*.x") "\n", "*.x|*.x|*.x", "yyn" },
};

static void counts_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		const struct count_row *row = &counts[i];
		struct place place = place_new(row->file, strlen(row->file));
		CLEANUP(resume_close) struct resume *resume = open_place(row->name, place.path);
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *at = row->lines;
		for (const char *done = row->done; *done; done++) {
			const char *line = arena_copy_n(mem, at, strcspn(at, "|"));
			if (take(resume, line) != (*done == 'y'))
				fail_msg("%s: %s, number %td", row->name, line, done - row->done);
			at += strcspn(at, "|") + 1;
		}
		unlink(place.path);
	}
}

#define HELD SHORT("b.test") "\n" DIRECT("b.test") "\n"

/* A file that goes on: "b.te" is taken off at the first result, and what was whole of b.test stays
 * at the end until b.test is answered. */
struct going {
	struct place place;
	struct resume *resume;
	int fd;
};

static struct going going_on(const char *text)
{
	struct going going = { .place = place_new(text, strlen(text)) };
	struct err err = { 0 };
	going.resume = open_place("going on", going.place.path);
	going.fd = open(going.place.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(resume_go_on(going.resume, going.fd, &err));
	assert_holds("nothing was written", going.place.path, text);
	return going;
}

static void going_end(struct going *going)
{
	resume_close(&going->resume);
	close(going->fd);
	unlink(going->place.path);
}

/* Another list of targets may lack the domain whose lines were taken off. */
static void loses_no_line(void **state)
{
	(void)state;
	CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD "b.te");
	struct err err = { 0 };
	assert_true(answer(going.resume, "c.test", going.fd, "c\n"));
	assert_holds("another domain", going.place.path, SHORT("a.test") "\nc\n" HELD);
	assert_true(answer(going.resume, "d.test", going.fd, "d\n"));
	assert_holds("and another", going.place.path, SHORT("a.test") "\nc\nd\n" HELD);
	assert_true(answer(going.resume, "B.test", going.fd, "b\n"));
	assert_holds("the last one", going.place.path, SHORT("a.test") "\nc\nd\nb\n");
	assert_true(answer(going.resume, "B.test", going.fd, "b\n"));
	assert_true(resume_end(going.resume, &err));
	assert_holds("twice", going.place.path, SHORT("a.test") "\nc\nd\nb\nb\n");
}

static void ends_with_whole_results(void **state)
{
	(void)state;
	CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD "b.te");
	struct err err = { 0 };
	assert_true(resume_end(going.resume, &err));
	assert_holds("no result", going.place.path, SHORT("a.test") "\n" HELD);
}

static void takes_off_what_could_not_be_written(void **state)
{
	(void)state;
	CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD);
	struct err err = { 0 };
	assert_true(resume_make_room(going.resume, &err));
	assert_int_equal(write(going.fd, "c.te", 4), 4);
	assert_true(resume_gave_up(going.resume, 7, &err));
	assert_holds("half a result", going.place.path, SHORT("a.test") "\n" HELD);
}

/* His lines are no less worth than ours. */
static void takes_nothing_off_where_somebody_else_writes(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD);
		struct err err = { 0 };
		int other = open(going.place.path, O_WRONLY | O_APPEND | O_CLOEXEC);
		assert_true(before || answer(going.resume, "c.test", going.fd, "c\n"));
		assert_int_equal(write(other, "other\n", 6), 6);
		assert_true(answer(going.resume, "b.test", going.fd, "b\n"));
		assert_true(resume_gave_up(going.resume, 7, &err));
		assert_true(resume_end(going.resume, &err));
		assert_holds("both", going.place.path,
			     before ? SHORT("a.test") "\n" HELD "other\nb\n"
				    : SHORT("a.test") "\nc\n" HELD "other\nb\n");
		close(other);
	}
}

static void takes_off_no_more_than_was_tried(void **state)
{
	(void)state;
	CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD);
	struct err err = { 0 };
	assert_true(resume_make_room(going.resume, &err));
	assert_int_equal(write(going.fd, "c\nother\n", 8), 8);
	assert_true(resume_gave_up(going.resume, 4, &err));
	assert_holds("his lines", going.place.path, SHORT("a.test") "\nc\nother\n" HELD);
}

static void tells_what_cannot_be_written(void **state)
{
	(void)state;
	CLEANUP(going_end) struct going going = going_on(SHORT("a.test") "\n" HELD);
	struct err err = { 0 };
	close(going.fd);
	going.fd = -1;
	assert_false(resume_make_room(going.resume, &err));
	assert_string_equal(err.text, "standard output: Bad file descriptor");
	assert_false(resume_gave_up(going.resume, 1, &err));
	assert_false(resume_end(going.resume, &err));
}

/* To another file nothing is given back, for nothing was taken off. */
static void leaves_alone_what_is_not_written_to(void **state)
{
	(void)state;
	const char *text = SHORT("a.test") "\n";
	struct place place = place_new(text, strlen(text)), other = place_new("", 0);
	CLEANUP(resume_close) struct resume *resume = open_place("other", place.path);
	struct err err = { 0 };
	int fd = open(other.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(resume_go_on(resume, fd, &err));
	assert_true(answer(resume, "b.test", fd, "b\n"));
	assert_true(resume_gave_up(resume, 2, &err) && resume_end(resume, &err));
	assert_holds("the other file", other.path, "b\n");
	assert_holds("the file", place.path, text);
	close(fd);
	unlink(place.path);
	unlink(other.path);
}

static void tells_a_file_that_changed_meanwhile(void **state)
{
	(void)state;
	struct place place = place_new(SHORT("a.test") "\n", strlen(SHORT("a.test") "\n"));
	CLEANUP(resume_close) struct resume *resume = open_place("changed", place.path);
	struct err err = { 0 };
	int fd = open(place.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_false(resume_go_on(resume, fd, &err));
	assert_non_null(strstr(err.text, "changed while it was read: begin again"));
	close(fd);
	unlink(place.path);
}

static void goes_on_with_whole_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct place place = place_new(row->file, strlen(row->file));
		CLEANUP(resume_close) struct resume *resume = NULL;
		struct err err = { 0 };
		assert_row(row->name, resume_open(place.path, &resume, &err));
		int fd = open(place.path, O_WRONLY | O_APPEND | O_CLOEXEC);
		assert_row(row->name, resume_is_file(resume, fd));
		assert_row(row->name, resume_go_on(resume, fd, &err));
		assert_row(row->name, resume_make_room(resume, &err));
		assert_row(row->name, write(fd, "next\n", 5) == 5);
		const char *whole = row->whole ? row->whole : row->file;
		char wanted[4096];
		snprintf(wanted, sizeof(wanted), "%snext\n", whole);
		assert_holds(row->name, place.path, wanted);
		close(fd);
		unlink(place.path);
	}
}

static void overwrites_nothing(void **state)
{
	(void)state;
	const char *text = RECORD("a.test") "\n{\"sch";
	struct place place = place_new(text, strlen(text));
	CLEANUP(resume_close) struct resume *resume = NULL;
	struct err err = { 0 };
	assert_true(resume_open(place.path, &resume, &err));
	int fd = open(place.path, O_WRONLY | O_CLOEXEC);
	assert_false(resume_go_on(resume, fd, &err));
	assert_non_null(strstr(err.text, ">> adds to a file"));
	assert_non_null(strstr(err.text, place.path));
	close(fd);
	/* What is written elsewhere leaves it alone. */
	int pipe_ends[2];
	assert_int_equal(pipe(pipe_ends), 0);
	assert_false(resume_is_file(resume, pipe_ends[1]));
	assert_true(resume_go_on(resume, pipe_ends[1], &err));
	assert_true(resume_go_on(resume, -1, &err));
	assert_holds("elsewhere", place.path, text);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	unlink(place.path);
}

static void refuses_what_holds_no_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct place place = place_new(faults[i].file, strlen(faults[i].file));
		struct resume *resume = NULL;
		struct err err = { 0 };
		assert_row(faults[i].name, !resume_open(place.path, &resume, &err));
		assert_row(faults[i].name, !resume && strstr(err.text, faults[i].words));
		assert_row(faults[i].name, strncmp(err.text, "--resume: /tmp/", 15) == 0);
		unlink(place.path);
	}
}

static void tells_a_file_that_cannot_be_read(void **state)
{
	(void)state;
	struct resume *resume = NULL;
	struct err err = { 0 };
	assert_false(resume_open("/nonexistent/x", &resume, &err));
	assert_string_equal(err.text, "--resume: /nonexistent/x: No such file or directory");
	assert_false(resume_open("/tmp", &resume, &err));
	assert_string_equal(err.text, "--resume: /tmp: Is a directory");
	assert_null(resume);
}

static void passes_over_a_line_longer_than_any_record(void **state)
{
	(void)state;
	static const char before[] = RECORD("a.test") "\n{", behind[] = "\n" RECORD("b.test") "\n";
	size_t size = RECORD_MAX + sizeof(before) + sizeof(behind);
	char *text = malloc(size);
	memset(text, 'x', size);
	memcpy(text, before, sizeof(before) - 1);
	memcpy(text + size - (sizeof(behind) - 1), behind, sizeof(behind) - 1);
	struct place place = place_new(text, size);
	free(text);
	CLEANUP(resume_close) struct resume *resume = NULL;
	struct err err = { 0 };
	assert_true(resume_open(place.path, &resume, &err));
	assert_true(take(resume, "a.test"));
	assert_true(take(resume, "b.test"));
	assert_false(take(resume, "xxx"));
	unlink(place.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_is_done),
		cmocka_unit_test(counts_results),
		cmocka_unit_test(loses_no_line),
		cmocka_unit_test(ends_with_whole_results),
		cmocka_unit_test(takes_off_what_could_not_be_written),
		cmocka_unit_test(takes_off_no_more_than_was_tried),
		cmocka_unit_test(takes_nothing_off_where_somebody_else_writes),
		cmocka_unit_test(tells_what_cannot_be_written),
		cmocka_unit_test(leaves_alone_what_is_not_written_to),
		cmocka_unit_test(tells_a_file_that_changed_meanwhile),
		cmocka_unit_test(goes_on_with_whole_results),
		cmocka_unit_test(overwrites_nothing),
		cmocka_unit_test(refuses_what_holds_no_results),
		cmocka_unit_test(tells_a_file_that_cannot_be_read),
		cmocka_unit_test(passes_over_a_line_longer_than_any_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
