#include "store/history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/memory.h"
#include "store/history_inner.h"

static void detach(struct history *history)
{
	for (int i = 0; i < QUERY_COUNT; i++) {
		sqlite3_finalize(history->queries[i]);
		history->queries[i] = NULL;
	}
	database_close(&history->file);
}

static bool attach(struct history *history, const char *name, int flags, struct err *err)
{
	return database_open(&history->file, name, flags, err) &&
	       schema_prepare(&history->file, &history_schema, err) &&
	       history_prepare(history, err);
}

/* May what failed be for want of a place to write a WAL file and its index to? */
static bool wants_room(const struct history *history)
{
	int failure = history->file.failure;
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
	if (has_wal(history->file.path))
		return false;
	buf_text(&uri, history->file.path[0] == '/' ? "file://" : "file:");
	for (const char *at = history->file.path; *at; at++) {
		if (strchr("%?#", *at))
			buf_printf(&uri, "%%%02x", (unsigned char)*at);
		else
			buf_char(&uri, *at);
	}
	buf_text(&uri, "?immutable=1");
	return attach(history, buf_string(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &ignored);
}

static bool find_place(const char *given, char **out, struct err *err)
{
	if (given && !*given)
		return err_set(err, AT_FILE, ERR_USAGE, "the history has no file name");
	char *path = given ? place_given(given) : place_default("history.db");
	if (!path)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "no place for the history: neither XDG_STATE_HOME nor HOME is set");
	*out = path;
	return true;
}

bool history_open(const char *path, struct history **out, struct err *err)
{
	CLEANUP(history_close) struct history *history = memory_new(sizeof(*history));
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct err first;
	pthread_mutex_init(&history->lock, NULL);
	if (!find_place(path, &history->file.path, err) || !place_make(history->file.path, err))
		return false;
	if (!attach(history, history->file.path, flags, &first) &&
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
	free((*history)->file.path);
	free(*history);
	*history = NULL;
}
