/* log.h - sentences to standard error: one message, one write, so that lines of many threads stay
 * whole.
 *
 * A struct log is made once by run/ and const afterwards; any thread may say. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct log {
	const char *program; /* "xmpp-starttls" */
	bool quiet;          /* -q: errors about the use of the tool still show */
};

/* "program: subject: sentence", escaped; subject may be NULL. */
void log_say(const struct log *log, const char *subject, const char *format, ...) PRINTF(3, 4);
/* The same of a sentence that is escaped already. */
void log_quote(const struct log *log, const char *subject, const char *sentence);
/* The same about wrong usage: shows under -q, too. */
void log_usage(const struct log *log, const char *sentence);
/* Whole lines as they are, in one write. */
void log_raw(const char *text, size_t size);

#endif
