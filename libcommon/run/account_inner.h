/* account_inner.h - where account.c gets its lines from. */
#ifndef RUN_ACCOUNT_INNER_H
#define RUN_ACCOUNT_INNER_H

#include "run/account.h"

/* A secret on its way into a struct secret; wiped behind it. */
struct account_line {
	char text[SECRET_MAX + 3]; /* one octet too many can be seen, and a CR LF */
	size_t size;
};

void account_wipe_line(struct account_line *line);

/* --- account_secret.c --- */

#define ACCOUNT_PATH_SHOWN 80 /* octets of a path in a sentence, so that its end is not cut off */

/* Is the file that is open for us alone? True for what is no file: a pipe, a terminal. */
NODISCARD bool account_check_private(int fd, const char *path, struct err *err);
/* The first line, an octet at a time: what is behind it is not ours. whose: how the sentence
 * begins. */
NODISCARD bool account_keep_first_line(int fd, const char *whose, struct secret *out,
				       struct err *err);
/* size octets; checked to be UTF-8. */
NODISCARD bool account_keep(const char *text, size_t size, const char *whose, struct secret *out,
			    struct err *err);
/* $XMPP_PASSWORD, which is gone from there afterwards. False: there was none. */
bool account_take_environment(struct account_line *out);

/* --- account_tty.c --- */

/* False with ERR_NOT_FOUND: there is no terminal. */
NODISCARD bool account_ask(const char *jid, struct account_line *out, struct err *err);

#endif
