/* The tables of the history, and the ladder from older ones. */
#include "store/history_inner.h"

#define SCHEMA         2          /* what this program writes: PRAGMA user_version */
#define APPLICATION_ID 0x58544c53 /* "XTLS": PRAGMA application_id, whose file it is */

/* From schema i to i + 1. A rung is never changed once it was released: a new one is added.
 * climb() marks the file. */
static const char *const ladder[SCHEMA] = {
	[0] = "CREATE TABLE sighting ("
	      " id INTEGER PRIMARY KEY,"
	      " domain TEXT NOT NULL, service TEXT NOT NULL, place TEXT NOT NULL,"
	      " sha256 TEXT NOT NULL, spki_sha256 TEXT NOT NULL,"
	      " subject TEXT NOT NULL, issuer TEXT NOT NULL,"
	      " not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,"
	      " first INTEGER NOT NULL, last INTEGER NOT NULL, accepted INTEGER NOT NULL,"
	      " UNIQUE (domain, service, place, sha256)) STRICT;",
	/* What "the same CA" means, names that go, and trust that is lost. */
	[1] = "ALTER TABLE sighting ADD COLUMN authority TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE sighting ADD COLUMN names TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE sighting ADD COLUMN trusted INTEGER NOT NULL DEFAULT 0;"
	      "CREATE INDEX sighting_by_certificate ON sighting (domain, service, sha256);"
	      "CREATE INDEX sighting_by_time ON sighting (domain, service, accepted, last);",
};

/* The first column of the only row. */
static bool ask_number(struct history *history, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *query = NULL;
	bool ok = sqlite3_prepare_v2(history->db, sql, -1, &query, NULL) == SQLITE_OK &&
		  sqlite3_step(query) == SQLITE_ROW;
	if (ok)
		*out = sqlite3_column_int64(query, 0);
	else
		history_fail(history, err); /* before finalize, which clears it */
	sqlite3_finalize(query);
	return ok;
}

/* Inside a transaction, or another process may make the file ours between two questions. A file
 * without a version is new, and empty: no table of somebody else's is touched. */
static bool ask_version(struct history *history, int64_t *version, struct err *err)
{
	int64_t application, tables;
	if (!ask_number(history, "PRAGMA user_version", version, err) ||
	    !ask_number(history, "PRAGMA application_id", &application, err) ||
	    !ask_number(history, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
	bool is_new = *version == 0 && application == 0 && tables == 0;
	if (!is_new && (application != APPLICATION_ID || *version < 1))
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s is a database, but not a history of xmpp-tls-tools",
			       history->path);
	if (*version > SCHEMA)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s was written by a newer version (schema %lld, this one knows %d)",
			       history->path, (long long)*version, SCHEMA);
	return true;
}

static bool look(struct history *history, int64_t *version, struct err *err)
{
	bool ok = history_run(history, "BEGIN", err) && ask_version(history, version, err);
	history_roll_back(history);
	return ok;
}

/* One rung. Another process may have climbed it while we waited. */
static bool climb(struct history *history, int64_t *version, struct err *err)
{
	if (!history_run(history, "BEGIN IMMEDIATE", err) || !ask_version(history, version, err))
		return false;
	if (*version < SCHEMA) {
		char mark[80];
		sqlite3_snprintf(sizeof(mark), mark,
				 "PRAGMA application_id = %d; PRAGMA user_version = %d",
				 APPLICATION_ID, (int)*version + 1);
		if (!history_run(history, ladder[*version], err) ||
		    !history_run(history, mark, err))
			return false;
		++*version;
	}
	return history_run(history, "COMMIT", err);
}

/* Switching to WAL wants the file for itself, and SQLite does not wait for it here: whoever meets
 * another process at that moment stands in line for the write lock, and tries again. Where there is
 * no shared memory (network file systems) it stays with its rollback journal, which is as safe. */
static bool use_wal(struct history *history, struct err *err)
{
	struct deadline until = deadline_in(HISTORY_WAIT_MS / 1000.0);
	for (;;) {
		int rc = sqlite3_exec(history->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			return true;
		if (rc != SQLITE_BUSY || deadline_passed(until))
			return history_fail(history, err);
		if (!history_run(history, "BEGIN IMMEDIATE; COMMIT", err))
			return false;
	}
}

bool schema_prepare(struct history *history, struct err *err)
{
	int64_t version;
	if (!look(history, &version, err))
		return false;
	if (history->readonly && version < SCHEMA)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s has the older schema %lld and can only be read, so it cannot be "
			       "brought to %d",
			       history->path, (long long)version, SCHEMA);
	if (history->readonly)
		return true;
	/* EXTRA is FULL under WAL; with a rollback journal it keeps what was acknowledged, too. */
	if (!use_wal(history, err) || !history_run(history, "PRAGMA synchronous = EXTRA", err))
		return false;
	while (version < SCHEMA) {
		if (!climb(history, &version, err)) {
			history_roll_back(history);
			return false;
		}
	}
	return true;
}
