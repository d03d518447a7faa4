/* database.h - an SQLite file of the user's: its place, opened warily, the ladder of its schemas.
 * Private to store/.
 *
 * SQLite's numbers stop here: what fails becomes a sentence through database_fail(). One thread at
 * a time. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>

#include "base/deadline.h"
#include "base/err.h"

struct database {
	char *path; /* absolute, or beginning with "./": never special to SQLite */
	sqlite3 *db;
	struct deadline patience; /* with whoever has the write lock */
	bool readonly;
	int failure; /* SQLite's last one, primary code; 0: it was we who refused */
};

#define DATABASE_WAIT_MS 10000 /* for another process; a transaction takes milliseconds */

/* name: the path, or a URI of it. Nothing in the file may act. Also after false database_close() is
 * due; it leaves the path. */
NODISCARD bool database_open(struct database *file, const char *name, int flags, struct err *err);
void database_close(struct database *file);
/* The sentence for what SQLite just answered; returns false. */
bool database_fail(struct database *file, struct err *err);
/* One or more statements without results. */
NODISCARD bool database_run(struct database *file, const char *sql, struct err *err);
/* Gives up the transaction that is open, if one is. */
void database_roll_back(struct database *file);

/* --- schema.c --- */

struct schema {
	int application;           /* PRAGMA application_id: whose file it is */
	int version;               /* what this program writes: PRAGMA user_version */
	const char *const *ladder; /* from schema i to i + 1. A rung is never changed once it was
				      released: a new one is added */
	const char *what;          /* "a history of xmpp-tls-tools" */
	bool wal;                  /* for who writes often */
};

/* Brings the file to what this program knows; only a look where it can only be read. */
NODISCARD bool schema_prepare(struct database *file, const struct schema *schema, struct err *err);

/* --- place.c --- */

/* NAME under $XDG_STATE_HOME/xmpp-tls-tools (~/.local/state without the variable, or where it is
 * not absolute); NULL: no home. The caller's to free(), both. */
char *place_default(const char *name);
/* A path as given, in a form that is never special to SQLite. */
char *place_given(const char *path);
/* Makes the file and its folders where they are missing. */
NODISCARD bool place_make(const char *path, struct err *err);

#endif
