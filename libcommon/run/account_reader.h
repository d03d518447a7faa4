/* account_reader.h - a configuration file while it is read: account_file.c takes the lines,
 * account_entry.c makes an account of them. */
#ifndef RUN_ACCOUNT_READER_H
#define RUN_ACCOUNT_READER_H

#include "run/account.h"

enum account_key {
	KEY_USER,
	KEY_USERNAME,
	KEY_PASSWORD,
	KEY_PASSWORD_FILE,
	KEY_RESOURCE,
	KEY_CONNECT,
	KEY_JSERVER,
	KEY_PORT,
	KEY_COMPONENT,
	KEY_EVAL_PASSWORD,
	KEY_COUNT,
};

/* An account as far as it is read. Zeroed: nothing of it. */
struct account_draft {
	struct account_entry entry;
	const char *server, *component; /* the host of sendxmpp, and the domain where that is
					   another */
	bool any, seen[KEY_COUNT];
	bool older; /* one of sendxmpp's lines */
};

struct account_reader {
	struct arena *mem;
	const struct jid *wanted; /* NULL: the first */
	size_t number;            /* of the line */
	struct account_draft draft;
	struct account_entry found;
	bool found_older;
};

bool account_bad_line(const struct account_reader *reader, const char *what, struct err *err);
/* What was read so far is all of this account: it is kept, if it is the one that is wanted. */
NODISCARD bool account_finish_entry(struct account_reader *reader, struct err *err);

#endif
