#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"

void log_raw(const char *text, size_t size)
{
	(void)!fd_write_all(STDERR_FILENO, text, size); /* nobody is left to tell */
}

void log_quote(const struct log *log, const char *subject, const char *sentence)
{
	if (log->quiet)
		return;
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	buf_printf(&line, "%s: ", log->program);
	if (subject) {
		escape_text(&line, subject, strlen(subject));
		buf_text(&line, ": ");
	}
	buf_text(&line, sentence);
	buf_char(&line, '\n');
	log_raw(line.data, line.size);
}

void log_say(const struct log *log, const char *subject, const char *format, ...)
{
	CLEANUP(buf_free) struct buf sentence = buf_new(BUF_UNBOUNDED);
	CLEANUP(buf_free) struct buf escaped = buf_new(BUF_UNBOUNDED);
	va_list args;
	va_start(args, format);
	buf_vprintf(&sentence, format, args);
	va_end(args);
	/* It may quote a peer or a hostile record. */
	escape_text(&escaped, buf_string(&sentence), sentence.size);
	log_quote(log, subject, buf_string(&escaped));
}

void log_usage(const struct log *log, const char *sentence)
{
	struct log loud = *log;
	loud.quiet = false;
	log_say(&loud, NULL, "%s", sentence);
}
