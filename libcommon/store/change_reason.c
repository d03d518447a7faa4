/* The sentences about changes, and the names in them. */
#include "store/change_inner.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"

#define DAY         (int64_t)86400
#define NAMES_SHOWN 3
#define SHOWN       100 /* octets of one name or authority in a sentence */

int64_t change_seconds(int64_t a, int64_t b)
{
	int64_t result;
	if (__builtin_sub_overflow(a, b, &result))
		return a < b ? INT64_MIN : INT64_MAX;
	return result;
}

const char *change_shown(const char *text, struct arena *mem)
{
	size_t size = strnlen(text, SHOWN + 1);
	if (size <= SHOWN)
		return text;
	for (size = SHOWN; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
		size--;
	return arena_printf(mem, "%s...", arena_copy_n(mem, text, size));
}

struct words {
	const char **items;
	size_t count;
};

static int by_octets(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted anew, for what was sorted otherwise would seem to differ. */
static struct words split(const char *text, struct arena *mem)
{
	char *rest = arena_copy(mem, text), *save = NULL;
	struct words words = { 0 };
	size_t room = 1;
	for (const char *at = text; *at; at++)
		room += *at == ' ';
	words.items = arena_array(mem, room, sizeof(*words.items));
	for (char *word = strtok_r(rest, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words.items[words.count++] = word;
	qsort(words.items, words.count, sizeof(*words.items), by_octets);
	return words;
}

const char *change_names_missing(const char *from, const char *other, struct arena *mem)
{
	if (!from || (other && strcmp(from, other) == 0))
		return NULL;
	struct words all = split(from, mem), there = split(other ? other : "", mem);
	const char *shown[NAMES_SHOWN];
	size_t count = 0, at = 0;
	for (size_t i = 0; i < all.count; i++) {
		const char *name = all.items[i];
		while (at < there.count && strcmp(there.items[at], name) < 0)
			at++;
		if ((at < there.count && strcmp(there.items[at], name) == 0) ||
		    (i > 0 && strcmp(all.items[i - 1], name) == 0))
			continue;
		if (count < NAMES_SHOWN)
			shown[count] = name;
		count++;
	}
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
		buf_printf(&out, "%s%s", i ? ", " : "", change_shown(shown[i], mem));
	if (count > NAMES_SHOWN)
		buf_printf(&out, " and %zu more", count - NAMES_SHOWN);
	return count ? arena_copy(mem, buf_string(&out)) : NULL;
}

static const char *day(int64_t seconds, struct arena *mem)
{
	time_t when = (time_t)seconds;
	struct tm parts;
	if (!gmtime_r(&when, &parts))
		return "a day beyond the calendar";
	return arena_printf(mem, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1,
			    parts.tm_mday);
}

/* "61 of 90 days before the end of the old one", "3 days after the end of the old one" */
static const char *timing(const struct comparison *comparison, struct arena *mem)
{
	const struct sighting *before = comparison->before;
	int64_t left = change_seconds(before->not_after, comparison->first_seen);
	int64_t life = change_seconds(before->not_after, before->not_before);
	bool in_hours = life < 3 * DAY;
	int64_t unit = in_hours ? 3600 : DAY;
	const char *name = in_hours ? "hours" : "days";
	if (left < 0)
		return arena_printf(mem, "%lld %s after the end of the old one",
				    (long long)(change_seconds(0, left) / unit), name);
	return arena_printf(mem, "%lld of %lld %s before the end of the old one",
			    (long long)(left / unit), (long long)(life / unit), name);
}

/* "no longer names a, b and also names c"; NULL: they are the same. */
static const char *naming(const struct comparison *comparison, struct arena *mem)
{
	const char *dropped = comparison->dropped, *added = comparison->added;
	if (!dropped && !added)
		return NULL;
	return arena_printf(mem, "%s%s%s%s%s", dropped ? "no longer names " : "",
			    dropped ? dropped : "", dropped && added ? " and " : "",
			    added ? "also names " : "", added ? added : "");
}

static const char *authority(const struct sighting *sighting, struct arena *mem)
{
	const char *text = sighting->authority;
	if (!text || !*text)
		text = sighting->issuer;
	return text && *text ? change_shown(text, mem) : "an unnamed issuer";
}

/* What came, without when. */
static const char *event(const struct comparison *comparison, enum change_class class,
			 bool expected, struct arena *mem)
{
	const char *names = naming(comparison, mem);
	if (class == CHANGE_NEW_AUTHORITY)
		return arena_printf(mem, "certificate is now issued by %s instead of %s%s%s",
				    authority(comparison->now, mem),
				    authority(comparison->before, mem), names ? " and " : "",
				    names ? names : "");
	if (class == CHANGE_NEW_NAMES)
		return arena_printf(mem, "certificate %s", names);
	return arena_printf(mem, "certificate was %s with %s key",
			    expected ? "renewed" : "replaced by one",
			    comparison->same_key ? "the same" : "a new");
}

const char *change_reason(const struct comparison *comparison, enum change_class class,
			  bool expected, struct arena *mem)
{
	const char *since = day(comparison->first_seen, mem), *behind = "";
	if (class == CHANGE_NEW_PLACE)
		return arena_printf(mem, "this endpoint is new; its certificate is known since %s",
				    since);
	if (class == CHANGE_REAPPEARED)
		return arena_printf(
			mem,
			"certificate first seen on %s is back, although another one came on %s",
			since, day(comparison->before_first, mem));
	if (comparison->known_elsewhere)
		behind = ", and is accepted at another endpoint";
	else if (comparison->before->trusted && !comparison->now->trusted)
		behind = ", and is not trusted, as the old one was";
	return arena_printf(mem, "%s: seen since %s, %s%s", event(comparison, class, expected, mem),
			    since, timing(comparison, mem), behind);
}
