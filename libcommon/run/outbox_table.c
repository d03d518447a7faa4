#include <string.h>

#include "base/memory.h"
#include "run/outbox_inner.h"

/* FNV-1a: ids are random, or the user's own; nobody else chooses them. */
static struct node **bucket_of(const struct outbox *outbox, const char *id)
{
	uint64_t hash = 14695981039346656037U;
	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 1099511628211U;
	return &outbox->buckets[(hash ^ hash >> 32) & outbox->bucket_mask];
}

/* As many buckets as there can be parcels, so that a chain is short. */
void outbox_table_open(struct outbox *outbox)
{
	size_t size = 16;
	while (size < outbox->wish.max)
		size *= 2;
	outbox->buckets = memory_new(size * sizeof(struct node *));
	outbox->bucket_mask = size - 1;
}

/* At the end: of two with one id the older is found first. */
void outbox_table_add(struct outbox *outbox, struct node *node)
{
	if (!node->parcel.facts.id)
		return;
	struct node **at = bucket_of(outbox, node->parcel.facts.id);
	while (*at)
		at = &(*at)->same_bucket;
	*at = node;
	node->listed = true;
}

void outbox_table_remove(struct outbox *outbox, struct node *node)
{
	if (!node->listed)
		return;
	struct node **at = bucket_of(outbox, node->parcel.facts.id);
	while (*at != node)
		at = &(*at)->same_bucket;
	*at = node->same_bucket;
	node->same_bucket = NULL;
	node->listed = false;
}

struct node *outbox_table_find(const struct outbox *outbox, const char *id)
{
	struct node *node = *bucket_of(outbox, id);
	while (node && strcmp(node->parcel.facts.id, id) != 0)
		node = node->same_bucket;
	return node;
}
