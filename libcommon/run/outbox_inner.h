/* outbox_inner.h - what outbox.c and outbox_reply.c share: the parcels, each on exactly one list,
 * and a table by id. */
#ifndef RUN_OUTBOX_INNER_H
#define RUN_OUTBOX_INNER_H

#include "run/outbox.h"

/* In the order a parcel goes through them. Each list keeps the order of adding; but for
 * LIST_SETTLED, which has that of settling. */
enum list_name {
	LIST_WAITING, /* to be written */
	LIST_WRITTEN, /* not handled so far */
	LIST_GRACE,   /* handled; a bounce, receipt or reflection may come until due_ms */
	LIST_SETTLED, /* to be told */
	LIST_TOLD,    /* the caller's */
	LIST_COUNT,
};

/* Lives in its parcel's arena. */
struct node {
	struct parcel parcel; /* first: what callers hold is this */
	enum list_name on;
	struct node *before, *behind;
	struct node *same_bucket;
	bool listed;   /* in the table: replies find it */
	bool went_out; /* at least once, perhaps on a connection that is gone */
	double due_ms;
};

struct list {
	struct node *first, *last;
};

struct outbox {
	struct outbox_wish wish;
	struct list lists[LIST_COUNT];
	size_t count;
	struct node **buckets;
	size_t bucket_mask;
};

/* --- outbox.c --- */

/* Its outcome is known; it moves behind what settled before. */
void outbox_settle(struct outbox *outbox, struct node *node, enum parcel_outcome outcome);

/* --- outbox_table.c: by id; several may have one, where stanzas are the user's own --- */

void outbox_table_open(struct outbox *outbox);
void outbox_table_add(struct outbox *outbox, struct node *node);
void outbox_table_remove(struct outbox *outbox, struct node *node);
/* The first of that id; NULL: none. From there on along same_bucket, ids to be compared. */
struct node *outbox_table_find(const struct outbox *outbox, const char *id);

#endif
