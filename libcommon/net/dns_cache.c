#include "net/dns_cache.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/dns_copy.h"

#define NS_PER_S INT64_C(1000000000)

struct entry {
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* by when it was last asked for */
	uint32_t hash;
	int64_t expires_ns;
	size_t octets;
	struct dns_answer answer; /* type and name are the key's */
	alignas(max_align_t) unsigned char data[];
};

struct dns_cache {
	size_t entries, entries_max, octets, octets_max;
	struct entry *newest, *oldest;
	size_t buckets; /* a power of two */
	struct entry *bucket[];
};

bool dns_key_make(const struct dns_question *question, uint32_t seed, struct dns_key *out)
{
	size_t size = strlen(question->name);
	if (size > 0 && question->name[size - 1] == '.')
		size--;
	if (size >= DNS_KEY_MAX)
		return false;
	/* FNV-1a */
	uint32_t hash = (seed ^ (uint32_t)question->type) * UINT32_C(16777619);
	for (size_t i = 0; i < size; i++) {
		char c = question->name[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		out->name[i] = c;
		hash = (hash ^ (unsigned char)c) * UINT32_C(16777619);
	}
	out->name[size] = '\0';
	out->type = question->type;
	out->hash = hash;
	return true;
}

bool dns_key_equal(const struct dns_key *a, const struct dns_key *b)
{
	return a->hash == b->hash && a->type == b->type && strcmp(a->name, b->name) == 0;
}

struct dns_cache *dns_cache_new(size_t entries_max, size_t octets_max)
{
	size_t buckets = 1;
	while (buckets < entries_max)
		buckets *= 2;
	struct dns_cache *cache = memory_new(sizeof(*cache) + buckets * sizeof(struct entry *));
	cache->entries_max = entries_max;
	cache->octets_max = octets_max;
	cache->buckets = buckets;
	return cache;
}

void dns_cache_free(struct dns_cache **cache)
{
	if (!*cache)
		return;
	for (struct entry *entry = (*cache)->newest; entry;) {
		struct entry *older = entry->older;
		free(entry);
		entry = older;
	}
	free(*cache);
	*cache = NULL;
}

static bool is_of(const struct entry *entry, const struct dns_key *key)
{
	return entry->hash == key->hash && entry->answer.type == key->type &&
	       strcmp(entry->answer.name, key->name) == 0;
}

/* Where the pointer to it stands; it holds NULL where there is no such entry. */
static struct entry **find(struct dns_cache *cache, const struct dns_key *key)
{
	struct entry **at = &cache->bucket[key->hash & (cache->buckets - 1)];
	while (*at && !is_of(*at, key))
		at = &(*at)->next;
	return at;
}

static void line_up(struct dns_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = entry;
	else
		cache->oldest = entry;
	cache->newest = entry;
}

static void step_out(struct dns_cache *cache, struct entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void drop(struct dns_cache *cache, struct entry *entry)
{
	struct entry **at = &cache->bucket[entry->hash & (cache->buckets - 1)];
	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	step_out(cache, entry);
	cache->entries--;
	cache->octets -= entry->octets;
	free(entry);
}

bool dns_cache_get(struct dns_cache *cache, const struct dns_key *key, int64_t now_ns,
		   struct arena *mem, struct dns_answer *out)
{
	struct entry *entry = *find(cache, key);
	if (!entry)
		return false;
	if (now_ns >= entry->expires_ns) {
		drop(cache, entry);
		return false;
	}
	step_out(cache, entry);
	line_up(cache, entry);
	dns_copy_to(&entry->answer, mem, out);
	return true;
}

static uint32_t lifetime(enum dns_outcome outcome, uint32_t keep_s)
{
	switch (outcome) {
	case DNS_FOUND:
		return keep_s < DNS_KEEP_MAX ? keep_s : DNS_KEEP_MAX;
	case DNS_NO_DATA:
	case DNS_NO_NAME:
		return keep_s < DNS_KEEP_DENIAL ? keep_s : DNS_KEEP_DENIAL;
	case DNS_SERVER_FAILED:
	case DNS_REFUSED:
		return DNS_KEEP_FAILURE;
	case DNS_NOT_ASKED:
	case DNS_TIMED_OUT:
	case DNS_MALFORMED:
	case DNS_UNREACHABLE:
		break;
	}
	return 0;
}

static struct entry *new_entry(const struct dns_key *key, const struct dns_answer *answer)
{
	struct dns_answer named = *answer;
	named.name = key->name;
	size_t octets = sizeof(struct entry) + dns_copy_size(&named);
	struct entry *entry = memory_new(octets);
	entry->hash = key->hash;
	entry->octets = octets;
	dns_copy(&named, entry->data, &entry->answer);
	return entry;
}

void dns_cache_put(struct dns_cache *cache, const struct dns_key *key,
		   const struct dns_answer *answer, uint32_t keep_s, int64_t now_ns)
{
	uint32_t seconds = lifetime(answer->outcome, keep_s);
	struct entry *old = *find(cache, key);
	if (old)
		drop(cache, old);
	if (seconds == 0)
		return;
	struct entry *entry = new_entry(key, answer);
	if (entry->octets > cache->octets_max || cache->entries_max == 0) {
		free(entry);
		return;
	}
	while (cache->entries == cache->entries_max ||
	       cache->octets + entry->octets > cache->octets_max)
		drop(cache, cache->oldest);
	entry->expires_ns = now_ns + seconds * NS_PER_S;
	*find(cache, key) = entry; /* at the end of its bucket */
	line_up(cache, entry);
	cache->entries++;
	cache->octets += entry->octets;
}

size_t dns_cache_entries(const struct dns_cache *cache)
{
	return cache->entries;
}

size_t dns_cache_octets(const struct dns_cache *cache)
{
	return cache->octets;
}
