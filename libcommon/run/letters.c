#include "run/letters.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/memory.h"
#include "run/letters_inner.h"

#define READ_MORE ((size_t)64 * 1024) /* beyond the limit, until it is noticed */
#define READS_MAX 16 /* of one call that must not wait: input without end must not hold it */
#define GROWTH    4  /* UTF-8 takes at most so many octets for one of another charset */

struct letters *letters_open(const struct sendmsg_options *opt, int fd)
{
	struct letters *letters = memory_new(sizeof(*letters));
	letters->opt = opt;
	letters->fd = opt->text ? -1 : fd;
	letters->at_end = letters->fd < 0;
	letters->pending = buf_new(LETTER_MAX + READ_MORE);
	letters->utf8 = buf_new(GROWTH * LETTER_MAX);
	return letters;
}

void letters_close(struct letters **letters)
{
	if (!*letters)
		return;
	buf_free(&(*letters)->pending);
	buf_free(&(*letters)->utf8);
	arena_free(&(*letters)->rest_mem);
	arena_free(&(*letters)->elem_mem);
	xml_free(&(*letters)->xml);
	free(*letters);
	*letters = NULL;
}

int letters_fd(const struct letters *letters)
{
	return letters->at_end || letters->finished ? -1 : letters->fd;
}

void letters_stop(struct letters *letters)
{
	letters->at_end = true;
}

bool letters_convert(const struct letters *letters, struct bytes in, struct arena *mem,
		     struct bytes *out, struct err *err)
{
	if (letters->opt->charset)
		return charset_to_utf8(letters->opt->charset, in, mem, out, err);
	*out = in;
	return true;
}

/* In UTF-16 half of a character may look like a line end; EBCDIC has another one. */
static bool check_charset(struct letters *letters, struct err *err)
{
	const char *charset = letters->opt->charset;
	if (!charset || letters->charset_checked)
		return true;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes out;
	struct err unused;
	if (!charset_to_utf8(charset, (struct bytes){ (const uint8_t *)"", 0 }, mem, &out, err))
		return false;
	letters->charset_checked = true;
	if (charset_to_utf8(charset, (struct bytes){ (const uint8_t *)"\n", 1 }, mem, &out,
			    &unused) &&
	    out.size == 1 && out.data[0] == '\n')
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "%s ends its lines in another way than ASCII, and cannot be read line by "
		       "line: iconv -f %s -t UTF-8 before it",
		       charset, charset);
}

/* In UTF-8, checked, without the one line end behind it. */
static bool make_text(const struct letters *letters, struct bytes in, struct arena *mem,
		      const char **out, struct err *err)
{
	struct bytes utf8;
	const char *text = NULL;
	if (!letters_convert(letters, in, mem, &utf8, err) ||
	    !message_check_text(utf8, letters->opt->replace_controls, mem, &text, err))
		return false;
	size_t size = strlen(text);
	if (size > 0 && text[size - 1] == '\n')
		text = arena_copy_n(mem, text, size - 1);
	*out = text;
	return true;
}

/* Told before it costs anything, for there may be no end of them. */
static bool is_line_end(struct bytes in)
{
	bool cr = in.size == 2 && in.data[0] == '\r';
	return (in.size == 1 || cr) && in.data[in.size - 1] == '\n';
}

/* With --oob the URL may be all there is to say: cron's standard input is empty. */
static bool sends_empty(const struct sendmsg_options *opt)
{
	return opt->send_empty || (opt->form.oob && !opt->lines);
}

static bool is_skipped(const struct letters *letters, const char *text)
{
	return text[0] == '\0' && !sends_empty(letters->opt);
}

static enum letters_result too_large(size_t size, size_t room, struct err *err)
{
	err_set(err, AT_INPUT, ERR_LIMIT,
		"%zu octets of text, and a message has room for %zu: --split sends it in pieces, "
		"--max-size takes what your server allows",
		size, room);
	return LETTERS_BAD;
}

/* No message begins with the empty lines at which the text was cut; false: nothing else is left. */
static bool skip_empty_lines(struct letters *letters)
{
	while (*letters->rest == '\n')
		letters->rest++;
	if (*letters->rest)
		return true;
	letters->rest = NULL;
	arena_free(&letters->rest_mem);
	return false;
}

/* Of a text that takes several messages, the next. The rest of it is kept. */
static enum letters_result next_piece(struct letters *letters, size_t room, struct arena *mem,
				      struct letter *out, struct err *err)
{
	const char *piece = letters->rest;
	size_t size = message_split_at(piece, room);
	if (size > 0) {
		bool ended = piece[size - 1] == '\n';
		out->text = arena_copy_n(mem, piece, ended ? size - 1 : size);
		letters->rest += size;
	}
	if (size == 0 || *letters->rest == '\0') {
		letters->rest = NULL;
		arena_free(&letters->rest_mem);
	}
	if (size > 0)
		return LETTERS_ONE;
	err_set(err, AT_INPUT, ERR_LIMIT,
		"a message has room for %zu octets of text, which is not enough for a character: "
		"--max-size",
		room);
	return LETTERS_BAD;
}

static enum letters_result hand_out(struct letters *letters, const char *text, size_t room,
				    struct arena *mem, struct letter *out, struct err *err)
{
	size_t size = message_escaped_size(text);
	out->text = text;
	if (size <= room)
		return LETTERS_ONE;
	if (!letters->opt->split)
		return too_large(size, room, err);
	letters->rest_mem = arena_new();
	letters->rest = arena_copy(letters->rest_mem, text);
	return next_piece(letters, room, mem, out, err);
}

/* What was given or read, whole. */
static enum fetch fetch(struct letters *letters, bool wait, struct bytes *out, struct err *err)
{
	const char *text = letters->opt->text;
	enum fetch got = FETCH_DONE;
	if (text)
		*out = (struct bytes){ (const uint8_t *)text, strlen(text) };
	else if (letters->opt->lines)
		got = letters_read_line(letters, wait, out, err);
	else
		got = letters_read_all(letters, wait, out, err);
	if (got != FETCH_WAIT && (text || !letters->opt->lines))
		letters->finished = true;
	return got;
}

static enum letters_result next_text(struct letters *letters, bool wait, size_t room,
				     struct arena *mem, struct letter *out, struct err *err)
{
	while (!letters->finished) {
		struct bytes in = { 0 };
		const char *text = NULL;
		enum fetch got = fetch(letters, wait, &in, err);
		if (got == FETCH_WAIT)
			return LETTERS_WAIT;
		if (got == FETCH_END)
			break;
		out->number = ++letters->number;
		if (got == FETCH_DONE && letters->opt->lines && is_line_end(in) &&
		    !letters->opt->send_empty)
			continue;
		if (got == FETCH_BAD || !make_text(letters, in, mem, &text, err))
			return LETTERS_BAD;
		if (!is_skipped(letters, text))
			return hand_out(letters, text, room, mem, out, err);
	}
	letters->finished = true;
	return LETTERS_END;
}

/* -m with --stanza. */
static enum letters_result only_stanza(struct letters *letters, struct arena *mem,
				       struct letter *out, struct err *err)
{
	const char *text = letters->opt->text;
	struct bytes in = { (const uint8_t *)text, strlen(text) }, utf8;
	letters->finished = true;
	out->number = ++letters->number;
	if (!letters_convert(letters, in, mem, &utf8, err) ||
	    !message_check_stanza((const char *)utf8.data, utf8.size, mem, &out->stanza, err))
		return LETTERS_BAD;
	return LETTERS_ONE;
}

enum letters_result letters_next(struct letters *letters, bool wait, size_t room, struct arena *mem,
				 struct letter *out, struct err *err)
{
	const struct sendmsg_options *opt = letters->opt;
	*out = (struct letter){ .number = letters->number };
	letters->reads = READS_MAX;
	if (letters->rest && skip_empty_lines(letters))
		return next_piece(letters, room, mem, out, err);
	if (letters->finished)
		return LETTERS_END;
	if (opt->stanza && opt->text)
		return only_stanza(letters, mem, out, err);
	if ((opt->stanza || opt->lines) && !check_charset(letters, err)) {
		letters->finished = true;
		return LETTERS_BAD;
	}
	return opt->stanza ? letters_next_stanza(letters, wait, mem, out, err)
			   : next_text(letters, wait, room, mem, out, err);
}

/* White space of --lines and --stanza may still turn out to be nothing; that costs a connection. */
static bool is_nothing(const struct letters *letters)
{
	struct bytes in = letters_pending(letters);
	bool empty = in.size == 0 || is_line_end(in);
	return letters->at_end && empty && !sends_empty(letters->opt);
}

bool letters_any(struct letters *letters, bool wait, bool *any, struct err *err)
{
	const struct sendmsg_options *opt = letters->opt;
	enum fetch got = FETCH_DONE;
	*any = true;
	if (opt->text) {
		*any = *opt->text || sends_empty(opt);
		return true;
	}
	letters->reads = READS_MAX;
	while (got == FETCH_DONE && letters_pending(letters).size <= LETTER_MAX)
		got = letters_read(letters, wait, err);
	*any = !is_nothing(letters);
	return got != FETCH_BAD;
}
