#include "run/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "report/reread.h"

#define READ_SIZE ((size_t)4096) /* on the stack of every worker, for each takes its turn here */

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

static bool read_more(struct input *input, struct err *err)
{
	char chunk[READ_SIZE];
	ssize_t got;
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

/* Throws away what is left of a line longer than any record. */
static bool skip_line(struct input *input, struct err *err)
{
	for (;;) {
		const char *end = input->pending.size
					  ? memchr(input->pending.data, '\n', input->pending.size)
					  : NULL;
		if (end) {
			buf_consume(&input->pending, (size_t)(end - input->pending.data) + 1);
			return true;
		}
		buf_clear(&input->pending);
		if (input->at_end)
			return true;
		if (!read_more(input, err))
			return false;
	}
}

static bool take_line(struct input *input, struct arena *mem, struct input_line *out,
		      struct err *err)
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
	if (!end && input->at_end && searched == 0)
		return false; /* the end; err untouched */
	size_t size = end ? (size_t)(end - input->pending.data) : searched;
	out->number = ++input->line_number;
	out->too_long = size > RECORD_MAX;
	size_t kept = out->too_long ? 80 : size; /* enough to recognise it by */
	if (!out->too_long && kept > 0 && input->pending.data[kept - 1] == '\r')
		kept--;
	out->text = arena_copy_n(mem, input->pending.data, kept);
	out->size = kept;
	if (!end && out->too_long)
		return skip_line(input, err);
	buf_consume(&input->pending, end ? size + 1 : size);
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
	do {
		if (!take_line(input, mem, out, err))
			return false;
		/* Indented lists are lists, too. */
		size_t blank = strspn(out->text, " \t");
		out->text += blank;
		out->size -= blank;
	} while (out->size > 0 && out->text[0] == '#');
	return true;
}
