#include "store/history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/memory.h"
#include "store/history_inner.h"

#define BUSY_NS 1000000 /* a transaction takes about as long */

bool history_fail(struct history *history, struct err *err)
{
	int rc = sqlite3_errcode(history->db), number = sqlite3_system_errno(history->db);
	const char *path = history->path, *message = sqlite3_errmsg(history->db);
	history->failure = rc & 0xff;
	switch (history->failure) {
	case SQLITE_NOMEM:
		memory_exhausted();
	case SQLITE_READONLY:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s can only be read", path);
	case SQLITE_FULL:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s cannot grow: the disk is full", path);
	case SQLITE_BUSY:
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s was in use by another process for %d s", path,
			       HISTORY_WAIT_MS / 1000);
	case SQLITE_NOTADB:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s is no SQLite database", path);
	case SQLITE_CORRUPT:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s is damaged: %s", path, message);
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		if (number)
			message = strerror(number);
		break;
	default:
		break;
	}
	return err_set(err, AT_FILE, ERR_SYSTEM, "%s: %s", path, message);
}

bool history_run(struct history *history, const char *sql, struct err *err)
{
	return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       history_fail(history, err);
}

void history_roll_back(struct history *history)
{
	/* Some failures have ended the transaction already. */
	if (!sqlite3_get_autocommit(history->db))
		sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
}

static void detach(struct history *history)
{
	for (int i = 0; i < QUERY_COUNT; i++) {
		sqlite3_finalize(history->queries[i]);
		history->queries[i] = NULL;
	}
	sqlite3_close(history->db);
	history->db = NULL;
}

/* What the file holds is data: nothing in it may act. */
static void distrust(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
}

/* SQLite's own busy timeout soon looks only every 100 ms, and so starves for seconds beside two
 * processes that write all the time. */
static int on_busy(void *self, int times)
{
	struct history *history = self;
	const struct timespec pause = { .tv_nsec = BUSY_NS };
	if (times == 0)
		history->patience = deadline_in(HISTORY_WAIT_MS / 1000.0);
	if (deadline_passed(history->patience))
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

static bool attach(struct history *history, const char *name, int flags, struct err *err)
{
	history->failure = SQLITE_OK;
	if (sqlite3_open_v2(name, &history->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return history_fail(history, err);
	distrust(history->db);
	sqlite3_busy_handler(history->db, on_busy, history);
	history->readonly = sqlite3_db_readonly(history->db, "main") == 1;
	return schema_prepare(history, err) && history_prepare(history, err);
}

/* May what failed be for want of a place to write a WAL file and its index to? */
static bool wants_room(const struct history *history)
{
	int failure = history->failure;
	return failure == SQLITE_CANTOPEN || failure == SQLITE_READONLY || failure == SQLITE_FULL ||
	       failure == SQLITE_IOERR || failure == SQLITE_PERM;
}

/* Sightings that have not come out of the WAL file yet would be missing. */
static bool has_wal(const char *path)
{
	struct stat status;
	CLEANUP(buf_free) struct buf name = buf_new(BUF_UNBOUNDED);
	buf_printf(&name, "%s-wal", path);
	return stat(buf_string(&name), &status) == 0 && status.st_size > 0;
}

/* A file in WAL mode in a folder that we may not write to is readable only as one that nobody
 * changes: https://sqlite.org/wal.html, "Read-Only Databases". */
static bool attach_frozen(struct history *history)
{
	CLEANUP(buf_free) struct buf uri = buf_new(BUF_UNBOUNDED);
	struct err ignored;
	detach(history);
	if (has_wal(history->path))
		return false;
	buf_text(&uri, history->path[0] == '/' ? "file://" : "file:");
	for (const char *at = history->path; *at; at++) {
		if (strchr("%?#", *at))
			buf_printf(&uri, "%%%02x", (unsigned char)*at);
		else
			buf_char(&uri, *at);
	}
	buf_text(&uri, "?immutable=1");
	return attach(history, buf_string(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &ignored);
}

bool history_open(const char *path, struct history **out, struct err *err)
{
	CLEANUP(history_close) struct history *history = memory_new(sizeof(*history));
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct err first;
	pthread_mutex_init(&history->lock, NULL);
	if (!place_path(path, &history->path, err) || !place_make(history->path, err))
		return false;
	if (!attach(history, history->path, flags, &first) &&
	    !(wants_room(history) && attach_frozen(history))) {
		*err = first;
		return false;
	}
	*out = history;
	history = NULL;
	return true;
}

void history_close(struct history **history)
{
	if (!*history)
		return;
	detach(*history);
	pthread_mutex_destroy(&(*history)->lock);
	free((*history)->path);
	free(*history);
	*history = NULL;
}
