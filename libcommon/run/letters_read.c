#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "run/letters_inner.h"

#define READ_SIZE ((size_t)16 * 1024)

struct bytes letters_pending(const struct letters *letters)
{
	const char *data = buf_string(&letters->pending);
	return (struct bytes){ (const uint8_t *)data + letters->at,
			       letters->pending.size - letters->at };
}

void letters_take(struct letters *letters, size_t size)
{
	letters->at += size;
	letters->searched = 0;
}

/* The descriptor is shared with whoever gave it to us, so that O_NONBLOCK would be his, too. */
static enum fetch wait_for_octets(struct letters *letters, bool wait)
{
	struct pollfd fd = { .fd = letters->fd, .events = POLLIN };
	int ready;
	if (!wait && letters->reads-- == 0) {
		letters->reads = 0;
		return FETCH_WAIT;
	}
	do {
		ready = poll(&fd, 1, wait ? -1 : 0);
	} while (ready < 0 && errno == EINTR);
	return ready == 0 ? FETCH_WAIT : FETCH_DONE; /* what is wrong, read() will tell */
}

static enum fetch tell_read_error(struct letters *letters, struct err *err)
{
	bool torn = letters_pending(letters).size > 0;
	letters_take(letters, letters_pending(letters).size);
	letters->at_end = true;
	err_set(err, AT_INPUT, ERR_SYSTEM, "standard input: %s%s", strerror(errno),
		torn ? "; what was read of the last message is not sent" : "");
	return FETCH_BAD;
}

enum fetch letters_read(struct letters *letters, bool wait, struct err *err)
{
	char chunk[READ_SIZE];
	ssize_t got;
	if (letters->at_end)
		return FETCH_END;
	do {
		if (wait_for_octets(letters, wait) == FETCH_WAIT)
			return FETCH_WAIT;
		got = read(letters->fd, chunk, sizeof(chunk));
	} while (got < 0 && (errno == EINTR || (errno == EAGAIN && wait)));
	if (got < 0 && errno == EAGAIN)
		return FETCH_WAIT;
	if (got < 0)
		return tell_read_error(letters, err);
	if (got == 0) {
		letters->at_end = true;
		return FETCH_END;
	}
	/* What was taken makes room once a read, not once a line. */
	buf_consume(&letters->pending, letters->at);
	letters->at = 0;
	buf_add(&letters->pending, chunk, (size_t)got);
	return FETCH_DONE;
}

enum fetch letters_read_all(struct letters *letters, bool wait, struct bytes *out, struct err *err)
{
	enum fetch got;
	do {
		got = letters_read(letters, wait, err);
		if (letters_pending(letters).size <= LETTER_MAX)
			continue;
		letters->at_end = true;
		err_set(err, AT_INPUT, ERR_LIMIT,
			"the input is larger than %zu octets, which no message holds: --lines "
			"sends it line by line",
			LETTER_MAX);
		return FETCH_BAD;
	} while (got == FETCH_DONE);
	if (got != FETCH_END)
		return got;
	*out = letters_pending(letters);
	letters_take(letters, out->size);
	return FETCH_DONE;
}

/* Takes what there is of a line that was too long. True: its end came. */
static bool skip_line(struct letters *letters)
{
	struct bytes rest = letters_pending(letters);
	const uint8_t *end = memchr(rest.data, '\n', rest.size);
	letters_take(letters, end ? (size_t)(end - rest.data) + 1 : rest.size);
	return end != NULL;
}

static bool find_line(struct letters *letters, struct bytes *out)
{
	struct bytes rest = letters_pending(letters);
	const uint8_t *end = memchr(rest.data + letters->searched, '\n',
				    rest.size - letters->searched);
	letters->searched = rest.size;
	if (!end && !(letters->at_end && rest.size > 0))
		return false;
	size_t size = end ? (size_t)(end - rest.data) + 1 : rest.size;
	*out = (struct bytes){ rest.data, size };
	return true;
}

static enum fetch tell_long_line(struct err *err)
{
	err_set(err, AT_INPUT, ERR_LIMIT,
		"the line is longer than %zu octets, which no message holds", LETTER_MAX);
	return FETCH_BAD;
}

enum fetch letters_read_line(struct letters *letters, bool wait, struct bytes *out, struct err *err)
{
	for (;;) {
		if (letters->skipping)
			letters->skipping = !skip_line(letters);
		if (!letters->skipping && find_line(letters, out)) {
			letters_take(letters, out->size);
			return out->size > LETTER_MAX + 1 ? tell_long_line(err) : FETCH_DONE;
		}
		if (letters_pending(letters).size > LETTER_MAX) {
			letters->skipping = true;
			return tell_long_line(err);
		}
		enum fetch got = letters_read(letters, wait, err);
		if (got == FETCH_END && letters_pending(letters).size > 0)
			continue; /* the last line, without its end */
		if (got != FETCH_DONE)
			return got;
	}
}
