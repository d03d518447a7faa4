/* history_inner.h - the handle, for the files that open and use it. Private to store/.
 *
 * SQLite's numbers stop here: what fails becomes a sentence through history_fail(). */
#ifndef STORE_HISTORY_INNER_H
#define STORE_HISTORY_INNER_H

#include <pthread.h>
#include <sqlite3.h>

#include "base/deadline.h"
#include "store/history.h"

enum history_query {
	QUERY_KNOWN, /* what bears on one sighting */
	QUERY_REMEMBER,
	QUERY_LIST,
};
#define QUERY_COUNT 3

struct history {
	char *path; /* absolute, or beginning with "./": never special to SQLite */
	sqlite3 *db;
	sqlite3_stmt *queries[QUERY_COUNT];
	pthread_mutex_t lock;     /* around every use of what stands above */
	struct deadline patience; /* with whoever has the write lock */
	bool readonly;
	int failure; /* SQLite's last one, primary code; 0: it was we who refused */
};

#define HISTORY_WAIT_MS 10000 /* for another process; a transaction takes milliseconds */

/* The sentence for what SQLite just answered; returns false. */
bool history_fail(struct history *history, struct err *err);
/* One or more statements without results. */
NODISCARD bool history_run(struct history *history, const char *sql, struct err *err);
/* Gives up the transaction that is open, if one is. */
void history_roll_back(struct history *history);

/* Compiles the queries. */
NODISCARD bool history_prepare(struct history *history, struct err *err);

/* Brings the schema to what this program knows; only a look where the file can only be read. */
NODISCARD bool schema_prepare(struct history *history, struct err *err);

/* The path that history_open() was given, or the default one; the caller's to free(). */
NODISCARD bool place_path(const char *given, char **out, struct err *err);
/* Makes the file and its folders where they are missing. */
NODISCARD bool place_make(const char *path, struct err *err);

#endif
