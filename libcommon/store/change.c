#include "store/change.h"

#include <string.h>

#include "base/word.h"
#include "store/change_inner.h"

#define DAY      (int64_t)86400
#define DUE_LEFT (30 * DAY) /* certbot renews 90 days then, others at two thirds of the life */
#define IN_USE   (30 * DAY) /* a monthly look at either of two that take turns is enough */

/* What the known rows say of the new sighting. */
struct recollection {
	const struct sighting *newest; /* accepted, of the service */
	const struct sighting *here;   /* newest accepted at this place */
	const struct sighting *twin;   /* newest accepted of this certificate, anywhere */
	const struct sighting *own;    /* accepted, of this certificate at this place */
	int64_t first_seen;            /* this certificate, accepted or not */
	bool seen;
};

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_known(const char *text)
{
	return text && *text;
}

static void set_first(const struct sighting **slot, const struct sighting *row)
{
	if (!*slot)
		*slot = row;
}

static struct recollection recollect(const struct sighting *now, const struct sighting *known,
				     size_t count)
{
	struct recollection found = { .first_seen = now->last };
	for (size_t i = 0; i < count; i++) {
		const struct sighting *row = &known[i];
		bool same_certificate = same(row->sha256, now->sha256);
		bool same_place = same(row->place, now->place);
		if (same_certificate) {
			found.seen = true;
			if (row->first < found.first_seen)
				found.first_seen = row->first;
		}
		if (!row->accepted)
			continue;
		set_first(&found.newest, row);
		if (same_place)
			set_first(&found.here, row);
		if (same_certificate)
			set_first(&found.twin, row);
		if (same_certificate && same_place)
			set_first(&found.own, row);
	}
	return found;
}

/* A node may lag: what counts is when its certificate came to the service, not to this place. */
static int64_t first_of(const struct sighting *certificate, const struct sighting *known,
			size_t count)
{
	int64_t first = certificate->first;
	for (size_t i = 0; i < count; i++) {
		if (same(known[i].sha256, certificate->sha256) && known[i].first < first)
			first = known[i].first;
	}
	return first;
}

/* Measured from the last sighting of the service, not from now: who looks twice a year is not told
 * that everything has come back. */
static bool is_in_use(const struct sighting *row, const struct sighting *newest)
{
	return change_seconds(newest->last, row->last) <= IN_USE;
}

static bool take_turns(const struct recollection *found)
{
	return found->own && found->own->last >= found->here->first &&
	       is_in_use(found->own, found->here);
}

/* Two CAs of one organisation are the same authority: they change their intermediates often. */
static bool same_authority(const struct sighting *a, const struct sighting *b)
{
	if (is_known(a->authority) && is_known(b->authority))
		return same(a->authority, b->authority);
	return same(a->issuer, b->issuer);
}

static bool is_due(const struct sighting *before, int64_t at)
{
	int64_t left = change_seconds(before->not_after, at);
	int64_t life = change_seconds(before->not_after, before->not_before);
	return left < life / 2 || left < DUE_LEFT;
}

static enum change_class classify(const struct comparison *comparison,
				  const struct recollection *found)
{
	if (found->seen && comparison->first_seen < comparison->before_first)
		return CHANGE_REAPPEARED;
	if (!same_authority(comparison->now, comparison->before))
		return CHANGE_NEW_AUTHORITY;
	if (comparison->dropped || comparison->added)
		return CHANGE_NEW_NAMES;
	return comparison->same_key ? CHANGE_RENEWED_SAME_KEY : CHANGE_RENEWED_NEW_KEY;
}

static bool is_expected(const struct comparison *comparison, enum change_class class)
{
	const struct sighting *now = comparison->now, *before = comparison->before;
	if (class == CHANGE_REAPPEARED)
		return false;
	if (comparison->known_elsewhere)
		return true;
	if (class == CHANGE_NEW_AUTHORITY || comparison->dropped)
		return false;
	return is_due(before, comparison->first_seen) &&
	       (now->trusted || (comparison->same_key && !before->trusted));
}

static struct comparison compare(const struct sighting *now, const struct recollection *found,
				 const struct sighting *known, size_t count, struct arena *mem)
{
	const struct sighting *before = found->here ? found->here : found->newest;
	struct comparison comparison = {
		.now = now,
		.before = before,
		.first_seen = found->first_seen,
		.before_first = first_of(before, known, count),
		.same_key = is_known(now->spki_sha256) &&
			    same(now->spki_sha256, before->spki_sha256),
		.known_elsewhere = found->twin && is_in_use(found->twin, found->newest),
	};
	if (is_known(before->names)) { /* schema 1 did not keep them */
		comparison.dropped = change_names_missing(before->names, now->names, mem);
		comparison.added = change_names_missing(now->names, before->names, mem);
	}
	return comparison;
}

void change_judge(const struct sighting *now, const struct sighting *known, size_t count,
		  struct arena *mem, struct change_facts *out)
{
	const struct recollection found = recollect(now, known, count);
	*out = (struct change_facts){ .expected = true, .first_seen = found.first_seen };
	if (!found.newest) {
		out->class = CHANGE_FIRST;
		out->reason = "no certificate of this service was known before";
		return;
	}
	if ((found.here && same(found.here->sha256, now->sha256)) || take_turns(&found)) {
		out->class = CHANGE_NONE;
		return;
	}
	const struct comparison comparison = compare(now, &found, known, count, mem);
	if (!found.here && comparison.known_elsewhere) {
		out->class = CHANGE_NEW_PLACE;
	} else {
		out->class = classify(&comparison, &found);
		out->expected = is_expected(&comparison, out->class);
		out->previous = arena_alloc(mem, sizeof(*out->previous));
		*out->previous = *comparison.before;
	}
	out->reason = change_reason(&comparison, out->class, out->expected, mem);
}

static const char *const class_texts[] = {
	[CHANGE_NOT_CHECKED] = "not-checked",
	[CHANGE_FIRST] = "first",
	[CHANGE_NONE] = "none",
	[CHANGE_NEW_PLACE] = "new-endpoint",
	[CHANGE_RENEWED_SAME_KEY] = "renewed-same-key",
	[CHANGE_RENEWED_NEW_KEY] = "renewed-new-key",
	[CHANGE_NEW_AUTHORITY] = "new-authority",
	[CHANGE_NEW_NAMES] = "new-names",
	[CHANGE_REAPPEARED] = "reappeared",
};

const char *change_class_text(enum change_class class)
{
	return class_texts[class];
}

bool change_class_parse(const char *text, enum change_class *out)
{
	size_t i;
	if (!word_find(class_texts, ARRAY_SIZE(class_texts), text, &i))
		return false;
	*out = (enum change_class)i;
	return true;
}
