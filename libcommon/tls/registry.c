/* Look-ups in the generated tables of groups.h, schemes.h and primes.h. */
#include <stdlib.h>
#include <string.h>

#include "tls/groups.h"
#include "tls/primes.h"
#include "tls/schemes.h"

static int compare_group(const void *key, const void *item)
{
	uint16_t code = *(const uint16_t *)key, other = ((const struct group *)item)->code;
	return (code > other) - (code < other);
}

const struct group *group_by_code(uint16_t code)
{
	return bsearch(&code, groups, group_count, sizeof(*groups), compare_group);
}

bool group_is_post_quantum(const struct group *group)
{
	return group->kind == GROUP_KEM || group->kind == GROUP_HYBRID;
}

static int compare_scheme(const void *key, const void *item)
{
	uint16_t code = *(const uint16_t *)key, other = ((const struct scheme *)item)->code;
	return (code > other) - (code < other);
}

const struct scheme *scheme_by_code(uint16_t code)
{
	return bsearch(&code, schemes, scheme_count, sizeof(*schemes), compare_scheme);
}

static int compare_prime(const void *key, const void *item)
{
	return memcmp(key, ((const struct known_prime *)item)->sha256, 32);
}

const struct known_prime *known_prime_find(const uint8_t sha256[32])
{
	return bsearch(sha256, known_primes, known_prime_count, sizeof(*known_primes),
		       compare_prime);
}
