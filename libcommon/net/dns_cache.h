/* dns_cache.h - answers that are still fresh, by type and name.
 *
 * Bounded: what was asked for longest ago goes first, whether it has expired or not. One thread at
 * a time; the moment is passed in. What it gives lives in the asker's arena and shares nothing with
 * what it keeps.
 *
 * How long: as the answer's TTL says, but an hour at most, and a denial 15 minutes, so that who
 * runs for months notices a zone that was mended. A server's failure (SERVFAIL, bogus, REFUSED) for
 * 5 s: RFC 9520, 3.2 wants one kept for at least a second, and the resolver we ask keeps it longer
 * itself. Silence, garbage and what nobody could be asked are not kept: dns_pulse.h sees to them.
 */
#ifndef NET_DNS_CACHE_H
#define NET_DNS_CACHE_H

#include "net/dns.h"

#define DNS_KEEP_MAX     3600
#define DNS_KEEP_DENIAL  900
#define DNS_KEEP_FAILURE 5

/* What two questions must have in common: the name in lower case, without a dot at its end. */
#define DNS_KEY_MAX 256 /* RFC 1035, 2.3.4: 255 octets */
struct dns_key {
	enum dns_type type;
	uint32_t hash;
	char name[DNS_KEY_MAX];
};
/* False: the name is too long to be one. The same seed for all keys that meet; one that strangers
 * cannot know keeps them from choosing names that fall on one heap. */
NODISCARD bool dns_key_make(const struct dns_question *question, uint32_t seed,
			    struct dns_key *out);
bool dns_key_equal(const struct dns_key *a, const struct dns_key *b);

struct dns_cache;

struct dns_cache *dns_cache_new(size_t entries_max, size_t octets_max);
void dns_cache_free(struct dns_cache **cache);

/* out->name is the key's: the caller puts what was asked in its place. False: not known, or not any
 * more. */
NODISCARD bool dns_cache_get(struct dns_cache *cache, const struct dns_key *key, int64_t now_ns,
			     struct arena *mem, struct dns_answer *out);
/* Keeps a copy, if the answer is one to keep; keep_s as its message says. */
void dns_cache_put(struct dns_cache *cache, const struct dns_key *key,
		   const struct dns_answer *answer, uint32_t keep_s, int64_t now_ns);

/* What it holds now: never more than its bounds. */
size_t dns_cache_entries(const struct dns_cache *cache);
size_t dns_cache_octets(const struct dns_cache *cache);

#endif
