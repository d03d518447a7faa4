#include "store/database.h"

#include <string.h>
#include <time.h>

#include "base/memory.h"

#define BUSY_NS 1000000 /* a transaction takes about as long */

bool database_fail(struct database *file, struct err *err)
{
	int rc = sqlite3_errcode(file->db), number = sqlite3_system_errno(file->db);
	const char *path = file->path, *message = sqlite3_errmsg(file->db);
	file->failure = rc & 0xff;
	switch (file->failure) {
	case SQLITE_NOMEM:
		memory_exhausted();
	case SQLITE_READONLY:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s can only be read", path);
	case SQLITE_FULL:
		return err_set(err, AT_FILE, ERR_SYSTEM, "%s cannot grow: the disk is full", path);
	case SQLITE_BUSY:
		return err_set(err, AT_FILE, ERR_SYSTEM,
			       "%s was in use by another process for %d s", path,
			       DATABASE_WAIT_MS / 1000);
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

bool database_run(struct database *file, const char *sql, struct err *err)
{
	return sqlite3_exec(file->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       database_fail(file, err);
}

void database_roll_back(struct database *file)
{
	/* Some failures have ended the transaction already. */
	if (!sqlite3_get_autocommit(file->db))
		sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
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
	struct database *file = self;
	const struct timespec pause = { .tv_nsec = BUSY_NS };
	if (times == 0)
		file->patience = deadline_in(DATABASE_WAIT_MS / 1000.0);
	if (deadline_passed(file->patience))
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

bool database_open(struct database *file, const char *name, int flags, struct err *err)
{
	file->failure = SQLITE_OK;
	if (sqlite3_open_v2(name, &file->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return database_fail(file, err);
	distrust(file->db);
	sqlite3_busy_handler(file->db, on_busy, file);
	file->readonly = sqlite3_db_readonly(file->db, "main") == 1;
	return true;
}

void database_close(struct database *file)
{
	sqlite3_close(file->db);
	file->db = NULL;
}
