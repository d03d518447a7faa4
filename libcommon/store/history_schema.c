/* The tables of the history. */
#include "base/attr.h"
#include "store/history_inner.h"

static const char *const ladder[] = {
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

const struct schema history_schema = {
	.application = 0x58544c53, /* "XTLS" */
	.version = ARRAY_SIZE(ladder),
	.ladder = ladder,
	.what = "a history of xmpp-tls-tools",
	.wal = true,
};
