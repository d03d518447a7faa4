/* Rows in and out of the history. */
#include "base/attr.h"
#include "store/history_inner.h"

#define COLUMNS                                                                                    \
	"domain, service, place, sha256, spki_sha256, subject, issuer, authority, names,"          \
	" not_before, not_after, first, last, accepted, trusted"

/* What bears on one certificate at one place: the newest accepted row there, that of the service,
 * and whatever else is known of their certificates and of the one in question. The long texts come
 * with the first two only, and there are at most 1000 rows: a peer that shows every visitor a large
 * new certificate fills the file, slowly, but not our memory. */
#define KNOWN_MAX "1000"
#define NEWEST    " ORDER BY last DESC, first DESC, id DESC LIMIT 1)"
#define KNOWN                                                                                      \
	"WITH picked(id) AS ("                                                                     \
	" SELECT id FROM (SELECT id FROM sighting WHERE domain = ?1 AND service = ?2"              \
	"  AND place = ?3 AND accepted = 1" NEWEST                                                 \
	" UNION SELECT id FROM (SELECT id FROM sighting WHERE domain = ?1 AND service = ?2"        \
	"  AND accepted = 1" NEWEST ") "                                                           \
	"SELECT * FROM (SELECT s.domain, s.service, s.place, s.sha256, t.spki_sha256, t.subject,"  \
	"  t.issuer, t.authority, t.names, s.not_before, s.not_after, s.first AS first,"           \
	"  s.last AS last, s.accepted, s.trusted, s.id AS id"                                      \
	" FROM sighting AS s LEFT JOIN sighting AS t"                                              \
	"  ON t.id = s.id AND t.id IN (SELECT id FROM picked)"                                     \
	" WHERE s.domain = ?1 AND s.service = ?2 AND s.sha256 IN"                                  \
	"  (SELECT ?4 UNION SELECT sha256 FROM sighting WHERE id IN (SELECT id FROM picked))"      \
	" ORDER BY t.id IS NULL, s.last DESC LIMIT " KNOWN_MAX ") "                                \
	"ORDER BY last DESC, first DESC, id DESC"

/* first and last: a clock that was put back must not make a row begin after it ends. */
#define REMEMBER                                                                                   \
	"INSERT INTO sighting (" COLUMNS ")"                                                       \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14)"               \
	" ON CONFLICT (domain, service, place, sha256) DO UPDATE SET"                              \
	" spki_sha256 = excluded.spki_sha256, subject = excluded.subject,"                         \
	" issuer = excluded.issuer, authority = excluded.authority, names = excluded.names,"       \
	" not_before = excluded.not_before, not_after = excluded.not_after,"                       \
	" first = min(first, excluded.first), last = max(last, excluded.last),"                    \
	" accepted = excluded.accepted, trusted = excluded.trusted"

static const char *const sql[QUERY_COUNT] = {
	[QUERY_KNOWN] = KNOWN,
	[QUERY_REMEMBER] = REMEMBER,
	[QUERY_LIST] = "SELECT " COLUMNS " FROM sighting WHERE ?1 IS NULL OR domain = ?1"
		       " ORDER BY domain, service, place, first, id",
};

bool history_prepare(struct history *history, struct err *err)
{
	for (int i = 0; i < QUERY_COUNT; i++) {
		if (sqlite3_prepare_v3(history->file.db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &history->queries[i], NULL) != SQLITE_OK)
			return database_fail(&history->file, err);
	}
	return true;
}

/* The text must outlive the step; one that is too long makes the step fail. */
static void bind_text(sqlite3_stmt *query, int at, const char *text)
{
	sqlite3_bind_text(query, at, text ? text : "", -1, SQLITE_STATIC);
}

static const char *text_at(sqlite3_stmt *query, int column, struct arena *mem)
{
	const unsigned char *text = sqlite3_column_text(query, column);
	return text ? arena_copy(mem, (const char *)text) : "";
}

/* False: a service that this program does not know. */
static bool read_row(sqlite3_stmt *query, struct arena *mem, struct sighting *out)
{
	struct sighting row = {
		.domain = text_at(query, 0, mem),
		.place = text_at(query, 2, mem),
		.sha256 = text_at(query, 3, mem),
		.spki_sha256 = text_at(query, 4, mem),
		.subject = text_at(query, 5, mem),
		.issuer = text_at(query, 6, mem),
		.authority = text_at(query, 7, mem),
		.names = text_at(query, 8, mem),
		.not_before = sqlite3_column_int64(query, 9),
		.not_after = sqlite3_column_int64(query, 10),
		.first = sqlite3_column_int64(query, 11),
		.last = sqlite3_column_int64(query, 12),
		.accepted = sqlite3_column_int(query, 13) != 0,
		.trusted = sqlite3_column_int(query, 14) != 0,
	};
	if (!service_parse(text_at(query, 1, mem), &row.service))
		return false;
	*out = row;
	return true;
}

struct rows {
	struct sighting *items;
	size_t count, room;
};

static struct sighting *rows_next(struct rows *rows, struct arena *mem)
{
	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 8;
		struct sighting *more = arena_array(mem, rows->room, sizeof(*more));
		for (size_t i = 0; i < rows->count; i++)
			more[i] = rows->items[i];
		rows->items = more;
	}
	return &rows->items[rows->count];
}

/* Runs a bound query to its end, and frees it for the next use. */
static bool read_rows(struct history *history, sqlite3_stmt *query, struct arena *mem,
		      struct rows *rows, struct err *err)
{
	int rc;
	while ((rc = sqlite3_step(query)) == SQLITE_ROW) {
		if (read_row(query, mem, rows_next(rows, mem)))
			rows->count++;
	}
	bool ok = rc == SQLITE_DONE || database_fail(&history->file, err);
	sqlite3_reset(query);
	sqlite3_clear_bindings(query);
	return ok;
}

static bool judge_one(struct history *history, const struct sighting *now, struct arena *mem,
		      struct change_facts *change, struct err *err)
{
	sqlite3_stmt *query = history->queries[QUERY_KNOWN];
	struct rows known = { 0 };
	bind_text(query, 1, now->domain);
	bind_text(query, 2, service_name(now->service));
	bind_text(query, 3, now->place);
	bind_text(query, 4, now->sha256);
	if (!read_rows(history, query, mem, &known, err))
		return false;
	change_judge(now, known.items, known.count, mem, change);
	return true;
}

static bool remember_one(struct history *history, const struct sighting *now, bool accepted,
			 struct err *err)
{
	sqlite3_stmt *query = history->queries[QUERY_REMEMBER];
	const char *const texts[] = { now->domain,      service_name(now->service),
				      now->place,       now->sha256,
				      now->spki_sha256, now->subject,
				      now->issuer,      now->authority,
				      now->names };
	struct rows none = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bind_text(query, (int)i + 1, texts[i]);
	sqlite3_bind_int64(query, 10, now->not_before);
	sqlite3_bind_int64(query, 11, now->not_after);
	sqlite3_bind_int64(query, 12, now->last);
	sqlite3_bind_int(query, 13, accepted);
	sqlite3_bind_int(query, 14, now->trusted);
	return read_rows(history, query, NULL, &none, err);
}

/* Where nothing can be written it can still be read. */
static bool begin(struct history *history, bool *writing, struct err *err)
{
	struct err ignored;
	if (history->file.readonly)
		*writing = err_set(err, AT_FILE, ERR_SYSTEM,
				   "%s can only be read: what is seen now is not remembered",
				   history->file.path);
	else
		*writing = database_run(&history->file, "BEGIN IMMEDIATE", err);
	return *writing || database_run(&history->file, "BEGIN", &ignored);
}

/* All are judged by what was known before the first is remembered. */
static bool see(struct history *history, const struct sighting *now, size_t count, bool accept,
		struct arena *mem, struct change_facts *changes, struct err *err)
{
	bool writing;
	struct err read_err;
	if (!begin(history, &writing, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!judge_one(history, &now[i], mem, &changes[i], writing ? err : &read_err))
			return false;
	}
	for (size_t i = 0; writing && i < count; i++) {
		if (!remember_one(history, &now[i], accept || changes[i].expected, err))
			return false;
	}
	return writing && database_run(&history->file, "COMMIT", err);
}

bool history_see(struct history *history, const struct sighting *now, size_t count, bool accept,
		 struct arena *mem, struct change_facts *changes, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		changes[i] = (struct change_facts){ .class = CHANGE_NOT_CHECKED };
	pthread_mutex_lock(&history->lock);
	bool ok = see(history, now, count, accept, mem, changes, err);
	database_roll_back(&history->file);
	pthread_mutex_unlock(&history->lock);
	for (size_t i = 0; ok && accept && i < count; i++)
		changes[i].expected = true;
	return ok;
}

bool history_list(struct history *history, const char *domain, struct arena *mem,
		  struct sighting **out, size_t *count, struct err *err)
{
	struct rows rows = { 0 };
	pthread_mutex_lock(&history->lock);
	sqlite3_stmt *query = history->queries[QUERY_LIST];
	if (domain)
		bind_text(query, 1, domain);
	bool ok = read_rows(history, query, mem, &rows, err);
	pthread_mutex_unlock(&history->lock);
	if (ok) {
		*out = rows.items;
		*count = rows.count;
	}
	return ok;
}
