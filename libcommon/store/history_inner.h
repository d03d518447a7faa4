/* history_inner.h - the handle, for the files that open and use it. Private to store/. */
#ifndef STORE_HISTORY_INNER_H
#define STORE_HISTORY_INNER_H

#include <pthread.h>

#include "store/database.h"
#include "store/history.h"

enum history_query {
	QUERY_KNOWN, /* what bears on one sighting */
	QUERY_REMEMBER,
	QUERY_LIST,
};
#define QUERY_COUNT 3

struct history {
	struct database file;
	sqlite3_stmt *queries[QUERY_COUNT];
	pthread_mutex_t lock; /* around every use of what stands above */
};

extern const struct schema history_schema;

/* Compiles the queries. */
NODISCARD bool history_prepare(struct history *history, struct err *err);

#endif
