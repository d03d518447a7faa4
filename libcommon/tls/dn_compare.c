/* The half of dn.h that compares names (RFC 5280, 7.1) and says whether they can be. */
#include <string.h>

#include "tls/der.h"
#include "tls/der_string.h"
#include "tls/der_tag.h"
#include "tls/dn.h"

#define PAIRS_MAX 16 /* attributes in one RelativeDistinguishedName; nearly all have one */

struct pair {
	struct bytes type;
	struct der value;
	uint64_t hash; /* equal pairs have the same; read_hashes() */
	bool ascii;    /* set_may_equal() */
};

static bool take_pair(struct bytes *at, struct pair *out)
{
	struct der pair, type;
	if (!der_take(at, TAG_SEQUENCE, &pair) || !der_take(&pair.value, TAG_OID, &type) ||
	    !der_next(&pair.value, &out->value) || pair.value.size > 0)
		return false;
	out->type = type.value;
	return true;
}

static uint64_t hash_octets(uint64_t hash, struct bytes octets)
{
	for (size_t i = 0; i < octets.size; i++)
		hash = hash_number(hash, octets.data[i]);
	return hash;
}

static bool pair_equal(const struct pair *a, const struct pair *b)
{
	if (!bytes_equal(a->type, b->type))
		return false;
	if (bytes_equal(a->value.whole, b->value.whole))
		return true;
	return der_string_is_text(a->value.tag) && der_string_is_text(b->value.tag) &&
	       der_string_equal(a->value.tag, a->value.value, b->value.tag, b->value.value);
}

static size_t read_set(struct bytes set, struct pair out[PAIRS_MAX])
{
	size_t count = 0;
	while (count < PAIRS_MAX && take_pair(&set, &out[count]))
		count++;
	return set.size > 0 ? 0 : count; /* 0: not to be compared */
}

static uint64_t pair_hash(const struct pair *pair)
{
	const struct der *value = &pair->value;
	uint64_t hash = hash_octets(HASH_START, pair->type);
	return der_string_is_text(value->tag) ? der_string_hash(hash, value->tag, value->value)
					      : hash_octets(hash, value->whole);
}

/* So that each of a set is folded a few times, however many it is compared with. */
static void read_hashes(struct pair pairs[PAIRS_MAX], size_t count)
{
	for (size_t i = 0; i < count && count > 1; i++)
		pairs[i].hash = pair_hash(&pairs[i]);
}

/* A set has no order. */
static bool set_equal(struct bytes a, struct bytes b)
{
	struct pair left[PAIRS_MAX] = { 0 }, right[PAIRS_MAX] = { 0 };
	bool used[PAIRS_MAX] = { false };
	size_t count = read_set(a, left), found = 0;
	if (count == 0 || read_set(b, right) != count)
		return bytes_equal(a, b);
	read_hashes(left, count);
	read_hashes(right, count);
	for (size_t i = 0; i < count && found == i; i++) {
		for (size_t j = 0; j < count && found == i; j++) {
			if (used[j] || left[i].hash != right[j].hash ||
			    !pair_equal(&left[i], &right[j]))
				continue;
			used[j] = true;
			found++;
		}
	}
	return found == count;
}

static void find_ascii(struct pair pairs[PAIRS_MAX], size_t count)
{
	for (size_t i = 0; i < count; i++)
		pairs[i].ascii = der_string_is_ascii(pairs[i].value.tag, pairs[i].value.value);
}

/* Of sets that differ: pairs without hashes stand alone there, and differ themselves. */
static bool pair_may_equal(const struct pair *a, const struct pair *b)
{
	bool doubtful = (!a->ascii || !b->ascii) && der_string_is_text(a->value.tag) &&
			der_string_is_text(b->value.tag);
	return bytes_equal(a->type, b->type) && (doubtful || (a->hash != 0 && a->hash == b->hash));
}

/* Each may find its like, be it one for two: doubt errs on this side. */
static bool set_may_equal(struct bytes a, struct bytes b)
{
	struct pair left[PAIRS_MAX] = { 0 }, right[PAIRS_MAX] = { 0 };
	size_t count = read_set(a, left), others = read_set(b, right), j = 0;
	if (count == 0 || count != others)
		return count == 0 || others == 0;
	read_hashes(left, count);
	read_hashes(right, count);
	find_ascii(left, count);
	find_ascii(right, count);
	for (size_t i = 0; i < count && j < count; i++) {
		for (j = 0; j < count && !pair_may_equal(&left[i], &right[j]); j++)
			;
	}
	return j < count;
}

/* The RelativeDistinguishedNames of a Name, one behind the other. */
static bool enter(struct bytes name, struct bytes *out)
{
	struct der sequence;
	if (!der_take(&name, TAG_SEQUENCE, &sequence) || name.size > 0)
		return false;
	*out = sequence.value;
	return true;
}

static bool begins_with(struct bytes name, struct bytes base, bool doubting)
{
	struct bytes a, b;
	struct der left, right;
	if (!enter(name, &a) || !enter(base, &b))
		return false;
	while (b.size > 0) {
		if (!der_take(&a, TAG_SET, &left) || !der_take(&b, TAG_SET, &right) ||
		    !(set_equal(left.value, right.value) ||
		      (doubting && set_may_equal(left.value, right.value))))
			return false;
	}
	return true;
}

bool dn_is_within(struct bytes name, struct bytes base)
{
	return begins_with(name, base, false);
}

bool dn_may_be_within(struct bytes name, struct bytes base)
{
	return begins_with(name, base, true);
}

bool dn_equal(struct bytes a, struct bytes b)
{
	return bytes_equal(a, b) || (dn_is_within(a, b) && dn_is_within(b, a));
}

/* A set has no order: the sum of its pairs. */
static uint64_t set_hash(struct bytes set)
{
	struct pair pairs[PAIRS_MAX];
	size_t count = read_set(set, pairs);
	uint64_t sum = 0;
	if (count == 0)
		return hash_octets(HASH_START, set);
	for (size_t i = 0; i < count; i++)
		sum += pair_hash(&pairs[i]);
	return sum;
}

uint64_t dn_hash(struct bytes name)
{
	struct bytes inside;
	struct der set;
	uint64_t hash = HASH_START;
	if (!enter(name, &inside))
		return hash_octets(hash, name);
	while (der_take(&inside, TAG_SET, &set))
		hash = hash_number(hash, set_hash(set.value));
	return hash_octets(hash, inside);
}

bool dn_is_sound(struct bytes name)
{
	struct bytes inside;
	struct der set;
	struct pair pair;
	char oid[128];
	if (!enter(name, &inside))
		return false;
	while (der_take(&inside, TAG_SET, &set)) {
		while (take_pair(&set.value, &pair)) {
			const struct der *value = &pair.value;
			if (!*der_oid_text(pair.type, oid) ||
			    (der_string_is_text(value->tag) &&
			     !der_string_is_sound(value->tag, value->value)))
				return false;
		}
	}
	return true;
}

bool dn_is_empty(struct bytes name)
{
	struct bytes inside;
	return enter(name, &inside) && inside.size == 0;
}
