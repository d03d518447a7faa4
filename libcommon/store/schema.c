/* The ladder from older schemas, climbed once by whoever comes first. */
#include <stddef.h>

#include "store/database.h"

/* The first column of the only row. */
static bool ask_number(struct database *file, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *query = NULL;
	bool ok = sqlite3_prepare_v2(file->db, sql, -1, &query, NULL) == SQLITE_OK &&
		  sqlite3_step(query) == SQLITE_ROW;
	if (ok)
		*out = sqlite3_column_int64(query, 0);
	else
		database_fail(file, err); /* before finalize, which clears it */
	sqlite3_finalize(query);
	return ok;
}

/* Inside a transaction, or another process may make the file ours between two questions. A file
 * without a version is new, and empty: no table of somebody else's is touched. */
static bool ask_version(struct database *file, const struct schema *schema, int64_t *version,
			struct err *err)
{
	int64_t application, tables;
	if (!ask_number(file, "PRAGMA user_version", version, err) ||
	    !ask_number(file, "PRAGMA application_id", &application, err) ||
	    !ask_number(file, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
	bool is_new = *version == 0 && application == 0 && tables == 0;
	if (!is_new && (application != schema->application || *version < 1))
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s is a database, but not %s", file->path,
			       schema->what);
	if (*version > schema->version)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s was written by a newer version (schema %lld, this one knows %d)",
			       file->path, (long long)*version, schema->version);
	return true;
}

static bool look(struct database *file, const struct schema *schema, int64_t *version,
		 struct err *err)
{
	bool ok = database_run(file, "BEGIN", err) && ask_version(file, schema, version, err);
	database_roll_back(file);
	return ok;
}

/* One rung. Another process may have climbed it while we waited. */
static bool climb(struct database *file, const struct schema *schema, int64_t *version,
		  struct err *err)
{
	if (!database_run(file, "BEGIN IMMEDIATE", err) || !ask_version(file, schema, version, err))
		return false;
	if (*version < schema->version) {
		char mark[80];
		sqlite3_snprintf(sizeof(mark), mark,
				 "PRAGMA application_id = %d; PRAGMA user_version = %d",
				 schema->application, (int)*version + 1);
		if (!database_run(file, schema->ladder[*version], err) ||
		    !database_run(file, mark, err))
			return false;
		++*version;
	}
	return database_run(file, "COMMIT", err);
}

/* Switching to WAL wants the file for itself, and SQLite does not wait for it here: whoever meets
 * another process at that moment stands in line for the write lock, and tries again. Where there is
 * no shared memory (network file systems) it stays with its rollback journal, which is as safe. */
static bool use_wal(struct database *file, struct err *err)
{
	struct deadline until = deadline_in(DATABASE_WAIT_MS / 1000.0);
	for (;;) {
		int rc = sqlite3_exec(file->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			return true;
		if (rc != SQLITE_BUSY || deadline_passed(until))
			return database_fail(file, err);
		if (!database_run(file, "BEGIN IMMEDIATE; COMMIT", err))
			return false;
	}
}

bool schema_prepare(struct database *file, const struct schema *schema, struct err *err)
{
	int64_t version;
	if (!look(file, schema, &version, err))
		return false;
	if (file->readonly && version < schema->version)
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s has the older schema %lld and can only be read, so it cannot be "
			       "brought to %d",
			       file->path, (long long)version, schema->version);
	if (file->readonly)
		return true;
	/* With a rollback journal EXTRA keeps what was acknowledged. Under WAL, NORMAL loses at
	 * most the last moments before the power went, and never breaks the file; to wait for the
	 * disk with each domain would take a survey of thousands ten times as long. */
	if (schema->wal
		    ? !use_wal(file, err) || !database_run(file, "PRAGMA synchronous = NORMAL", err)
		    : !database_run(file, "PRAGMA synchronous = EXTRA", err))
		return false;
	while (version < schema->version) {
		if (!climb(file, schema, &version, err)) {
			database_roll_back(file);
			return false;
		}
	}
	return true;
}
