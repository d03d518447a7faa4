/* history.h - every certificate seen, by domain, service and endpoint, with first and last time
 * (SQLite).
 *
 * Many processes and threads share one file: WAL, a busy timeout of 10 s, one transaction a call;
 * what was acknowledged survives kill -9 and a loss of power. A handle may be used by any thread
 * (it locks inside), but not across fork(). */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "base/err.h"
#include "store/change.h"

struct history;

/* path: NULL for $XDG_STATE_HOME/xmpp-tls-tools/history.db (~/.local/state without the variable, or
 * where it is not absolute); it is always a file's name, ":memory:" and "file:x" too. Folders that
 * are missing are made, and the file, for the user alone whatever the umask. An older schema is
 * migrated. False (ERR_SYSTEM): no such place, a newer schema, no history at all: one sentence that
 * names the file. A file that can only be read is opened for reading, and history_see() then says
 * so. */
NODISCARD bool history_open(const char *path, struct history **out, struct err *err);
void history_close(struct history **history);

/* Judges sightings against what was known before the call, and remembers them, in one transaction:
 * changes[i] is about now[i]. Give all endpoints of a domain in one call: those of a first look are
 * then all taken on trust, and of a new certificate each. accept: they are acknowledged (--accept),
 * and so expected. False: changes are judged if they could be read (else CHANGE_NOT_CHECKED), but
 * nothing was written; err says why (disk full, read-only, busy). */
NODISCARD bool history_see(struct history *history, const struct sighting *now, size_t count,
			   bool accept, struct arena *mem, struct change_facts *changes,
			   struct err *err);

/* All rows of a domain (NULL: of all), by domain, service, place and first time: --history. */
NODISCARD bool history_list(struct history *history, const char *domain, struct arena *mem,
			    struct sighting **out, size_t *count, struct err *err);

#endif
