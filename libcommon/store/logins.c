#include "store/logins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/word.h"
#include "store/database.h"

/* From the weakest to the strongest: MSG-9. The others say nothing about what a server that is
 * asked for a password can do. */
static const char *const strengths[] = {
	"PLAIN",
	"SCRAM-SHA-1",
	"SCRAM-SHA-256",
	"SCRAM-SHA-512",
	"SCRAM-SHA-1-PLUS",
	"SCRAM-SHA-256-PLUS",
	"SCRAM-SHA-512-PLUS",
};

static const char *const ladder[] = {
	[0] = "CREATE TABLE login ("
	      " account TEXT NOT NULL PRIMARY KEY, mechanism TEXT NOT NULL, since INTEGER NOT NULL,"
	      " bound INTEGER NOT NULL"
	      ") STRICT, WITHOUT ROWID;",
};

/* Written about once in the life of an account: no need for files beside it. */
static const struct schema schema = {
	.application = 0x58544c4c, /* "XTLL" */
	.version = ARRAY_SIZE(ladder),
	.ladder = ladder,
	.what = "a memory of logins of xmpp-tls-tools",
};

struct row {
	bool found;
	char mechanism[64]; /* cut: no name is as long */
	int64_t since;
	unsigned bound; /* as login_memory.bound_in */
};

static void file_free(struct database *file)
{
	database_close(file);
	free(file->path);
}

const char *logins_default_path(struct arena *mem)
{
	char *path = place_default("logins.db");
	const char *copy = arena_copy(mem, path);
	free(path);
	return copy;
}

static bool is_missing(const char *path)
{
	struct stat status;
	return stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Another sentence about the file, with what to do about it; returns false. */
static bool advise(const struct database *file, struct err *err)
{
	const struct err why = *err;
	const char *advice = "";
	if (file->failure == SQLITE_READONLY)
		advice = ": chmod u+w";
	else if (file->failure == SQLITE_CORRUPT || file->failure == SQLITE_NOTADB)
		advice = ": move it away, and what it knew is learnt anew";
	return err_set(err, why.stage, why.code, "%s%s", why.text, advice);
}

static bool attach(const char *path, struct database *file, struct err *err)
{
	file->path = place_given(path);
	return place_make(file->path, err) &&
	       ((database_open(file, file->path, SQLITE_OPEN_READWRITE, err) &&
		 schema_prepare(file, &schema, err)) ||
		advise(file, err));
}

/* put NULL: there is nothing but the account. The first row goes into *row, if there is one. */
static bool run(struct database *file, const char *sql, const char *account, const struct row *put,
		struct row *row, struct err *err)
{
	sqlite3_stmt *query = NULL;
	int rc = sqlite3_prepare_v2(file->db, sql, -1, &query, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(query, 1, account, -1, SQLITE_STATIC);
		if (put) {
			sqlite3_bind_text(query, 2, put->mechanism, -1, SQLITE_STATIC);
			sqlite3_bind_int64(query, 3, put->since);
			sqlite3_bind_int64(query, 4, put->bound);
		}
		rc = sqlite3_step(query);
	}
	if (rc == SQLITE_ROW && row) {
		const unsigned char *name = sqlite3_column_text(query, 0);
		row->found = true;
		row->since = sqlite3_column_int64(query, 1);
		row->bound = (unsigned)sqlite3_column_int64(query, 2);
		snprintf(row->mechanism, sizeof(row->mechanism), "%s",
			 name ? (const char *)name : "");
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE;
	if (!ok)
		database_fail(file, err); /* before finalize, which clears it */
	sqlite3_finalize(query);
	return ok || advise(file, err);
}

static bool find(struct database *file, const char *account, struct row *row, struct err *err)
{
	*row = (struct row){ .found = false };
	return run(file, "SELECT mechanism, since, bound FROM login WHERE account = ?1", account,
		   NULL, row, err);
}

/* What we cannot weigh, we must not undercut. */
static bool rank_of(const struct database *file, const char *account, const struct row *row,
		    size_t *rank, struct err *err)
{
	return word_find(strengths, ARRAY_SIZE(strengths), row->mechanism, rank) ||
	       err_set(err, AT_FILE, ERR_SYSTEM,
		       "%s knows a login of %s with \"%s\", which this version does not: update "
		       "xmpp-tls-tools, or --forget",
		       file->path, account, row->mechanism);
}

bool logins_recall(const char *path, const char *account, struct login_memory *out, struct err *err)
{
	CLEANUP(file_free) struct database file = { 0 };
	struct row row = { 0 };
	size_t rank = 0;
	if (path && !is_missing(path) &&
	    (!attach(path, &file, err) || !find(&file, account, &row, err)))
		return false;
	if (row.found && !rank_of(&file, account, &row, &rank, err))
		return false;
	*out = (struct login_memory){ .known = row.found };
	if (!row.found)
		return true;
	out->mechanism = strengths[rank];
	out->scram_used = strncmp(out->mechanism, "SCRAM-", 6) == 0;
	out->bound_in = row.bound;
	out->since = row.since;
	return true;
}

/* What is known and what is new, together; *same: nothing is new. */
static bool merge(struct database *file, const char *account, const struct row *new, bool *same,
		  struct row *out, struct err *err)
{
	size_t known = 0, rank = 0;
	struct row row;
	if (!find(file, account, &row, err) ||
	    (row.found && !rank_of(file, account, &row, &known, err)) ||
	    !rank_of(file, account, new, &rank, err))
		return false;
	*out = row.found && known >= rank ? row : *new;
	out->bound = row.bound | new->bound;
	*same = row.found && known >= rank && out->bound == row.bound;
	return true;
}

/* Another process may have raised it while we waited for the file. */
static bool raise_to(struct database *file, const char *account, const struct row *new,
		     struct err *err)
{
	struct row put;
	bool same = false;
	return (database_run(file, "BEGIN IMMEDIATE", err) || advise(file, err)) &&
	       merge(file, account, new, &same, &put, err) &&
	       (same || run(file, "INSERT OR REPLACE INTO login VALUES (?1, ?2, ?3, ?4)", account,
			    &put, NULL, err)) &&
	       database_run(file, "COMMIT", err);
}

bool logins_note(const char *path, const char *account, const char *mechanism,
		 enum tls_version version, int64_t at, struct err *err)
{
	CLEANUP(file_free) struct database file = { 0 };
	struct row new = { .since = at }, unused;
	size_t rank;
	bool same;
	if (!path || !word_find(strengths, ARRAY_SIZE(strengths), mechanism, &rank))
		return true;
	snprintf(new.mechanism, sizeof(new.mechanism), "%s", mechanism);
	if (strstr(mechanism, "-PLUS"))
		new.bound = 1U << version;
	if (!attach(path, &file, err) || !merge(&file, account, &new, &same, &unused, err))
		return false;
	bool ok = same || raise_to(&file, account, &new, err);
	database_roll_back(&file);
	return ok;
}

bool logins_forget(const char *path, const char *account, struct err *err)
{
	CLEANUP(file_free) struct database file = { 0 };
	struct row row;
	if (!path || is_missing(path))
		return true;
	return attach(path, &file, err) && find(&file, account, &row, err) &&
	       (!row.found ||
		run(&file, "DELETE FROM login WHERE account = ?1", account, NULL, NULL, err));
}
