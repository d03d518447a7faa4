#include "run/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/reread.h"

#define READ_SIZE  ((size_t)4096) /* on the stack of every worker, for each takes its turn here */
#define COUNT_SIZE ((size_t)64 * 1024)

/* A line that was read and not yet handed out, at the front of what is pending. */
struct front {
	size_t size; /* without its end */
	bool ended;  /* a line feed stands behind it; no: the input ends, or it is too long */
};

struct input input_from_operands(const char *const *operands)
{
	return (struct input){ .operands = operands, .fd = -1 };
}

struct input input_from_fd(int fd, const char *name)
{
	return (struct input){ .fd = fd,
			       .name = name,
			       .pending = buf_new(RECORD_MAX + 2 * READ_SIZE) };
}

void input_close(struct input *input)
{
	if (!input->operands)
		buf_free(&input->pending);
}

/* False: it is to end here. A file is always ready. */
static bool wait_for_more(const struct input *input)
{
	struct pollfd fds[] = { { input->fd, POLLIN, 0 }, { input->wake, POLLIN, 0 } };
	if (input->wake <= 0)
		return true;
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[1].revents == 0;
}

static bool read_more(struct input *input, struct err *err)
{
	char chunk[READ_SIZE];
	ssize_t got;
	if (!wait_for_more(input)) {
		input->at_end = input->woken = true;
		return true;
	}
	do {
		got = read(input->fd, chunk, sizeof(chunk));
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set(err, AT_INPUT, ERR_SYSTEM, "%s: %s", input->name, strerror(errno));
	if (got == 0)
		input->at_end = true;
	buf_add(&input->pending, chunk, (size_t)got);
	return true;
}

static void drop(struct input *input, size_t size)
{
	input->taken += size;
	buf_consume(&input->pending, size);
}

/* Throws away what is left of a line longer than any record. */
static bool skip_line(struct input *input, struct err *err)
{
	for (;;) {
		const char *end = input->pending.size
					  ? memchr(input->pending.data, '\n', input->pending.size)
					  : NULL;
		if (end) {
			drop(input, (size_t)(end - input->pending.data) + 1);
			return true;
		}
		drop(input, input->pending.size);
		if (input->at_end)
			return true;
		if (!read_more(input, err))
			return false;
	}
}

/* The line at the front of pending. False: there is none (err untouched), or reading fails. */
static bool find_line(struct input *input, struct front *out, struct err *err)
{
	size_t searched = 0;
	const char *end = NULL;
	while (!end) {
		size_t unseen = input->pending.size - searched;
		if (unseen > 0)
			end = memchr(input->pending.data + searched, '\n', unseen);
		searched = input->pending.size;
		if (end || input->at_end || searched > RECORD_MAX)
			break;
		if (!read_more(input, err))
			return false;
	}
	if (!end && input->at_end && (searched == 0 || input->woken))
		return false;
	out->size = end ? (size_t)(end - input->pending.data) : searched;
	out->ended = end != NULL;
	input->line_number++;
	return true;
}

/* Before anything is kept of it: there may be any number of them in a row. */
static bool is_comment(const struct input *input, const struct front *line)
{
	const char *text = input->pending.data;
	size_t blank = 0;
	while (blank < line->size && (text[blank] == ' ' || text[blank] == '\t'))
		blank++;
	return blank < line->size && text[blank] == '#';
}

static void copy_line(const struct input *input, const struct front *line, struct arena *mem,
		      struct input_line *out)
{
	size_t kept = line->size;
	out->number = input->line_number;
	out->offset = input->taken;
	out->torn = !line->ended && input->at_end;
	out->too_long = kept > RECORD_MAX;
	if (out->too_long)
		kept = INPUT_LONG_KEPT;
	else if (kept > 0 && input->pending.data[kept - 1] == '\r')
		kept--;
	out->text = arena_copy_n(mem, input->pending.data, kept);
	/* Indented lists are lists, too. */
	size_t blank = strspn(out->text, " \t");
	out->text += blank;
	out->size = kept - blank;
}

static bool leave_line(struct input *input, const struct front *line, struct err *err)
{
	if (!line->ended && line->size > RECORD_MAX)
		return skip_line(input, err);
	drop(input, line->ended ? line->size + 1 : line->size);
	return true;
}

bool input_next(struct input *input, struct arena *mem, struct input_line *out, struct err *err)
{
	if (input->operands) {
		if (!*input->operands)
			return false;
		const char *operand = *input->operands++;
		*out = (struct input_line){ .text = operand, .size = strlen(operand) };
		return true;
	}
	struct front line;
	while (find_line(input, &line, err)) {
		bool comment = is_comment(input, &line);
		if (!comment)
			copy_line(input, &line, mem, out);
		if (!leave_line(input, &line, err))
			return false;
		if (!comment)
			return true;
	}
	return false;
}

/* Lines of a file from there on, comments left out; where we stand in it stays. */
static size_t count_lines(int fd, off_t from)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char *chunk = arena_alloc(mem, COUNT_SIZE);
	size_t count = 0;
	bool at_start = true; /* of a line, white space aside */
	ssize_t got;
	for (off_t at = from; (got = pread(fd, chunk, COUNT_SIZE, at)) > 0; at += got) {
		/* It grows, or a system's own file did not know its size. */
		if (at - from > INPUT_COUNTED)
			return 0;
		for (ssize_t i = 0; i < got; i++) {
			char c = chunk[i];
			if (at_start && c != ' ' && c != '\t') {
				count += c != '#';
				at_start = c == '\n';
			} else {
				at_start = at_start || c == '\n';
			}
		}
	}
	return count;
}

static size_t count_file(int fd)
{
	struct stat file;
	off_t from = lseek(fd, 0, SEEK_CUR);
	/* Nothing has begun yet while we count, and signals would not end that. */
	if (from < 0 || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) ||
	    file.st_size - from > INPUT_COUNTED)
		return 0;
	return count_lines(fd, from);
}

size_t input_count(const struct input *input)
{
	size_t count = 0;
	if (!input->operands)
		return count_file(input->fd);
	while (input->operands[count])
		count++;
	return count;
}
