#include "report/diff.h"

#include <string.h>

#include "report/ciphers_parts.h"
#include "report/reread_get.h"
#include "report/words.h"

struct diff {
	struct arena *mem;
	struct ciphers_diff *out;
	size_t room;
};

static void add(struct diff *diff, const char *what, const char *was, const char *is)
{
	struct ciphers_diff *out = diff->out;
	if (out->count == diff->room) {
		diff->room = diff->room ? 2 * diff->room : 16;
		struct change_line *more = arena_array(diff->mem, diff->room, sizeof(*more));
		if (out->count > 0)
			memcpy(more, out->lines, out->count * sizeof(*more));
		out->lines = more;
	}
	out->lines[out->count++] = (struct change_line){ what, was, is };
}

static void compare_words(struct diff *diff, const char *what, const json_t *old, const json_t *new,
			  const char *key)
{
	const char *was = word_in(old, key), *is = word_in(new, key);
	if (was && is && strcmp(was, is) != 0)
		add(diff, what, escaped(was, diff->mem), escaped(is, diff->mem));
}

/* What was accepted. */
struct list {
	const json_t *entries;
	const char *key;  /* member that names an entry: "code" */
	const char *flag; /* member that must be true; NULL: every entry counts */
	bool complete;    /* what is missing was refused */
	json_t *places;   /* name to the place of its first entry; jansson's hash is seeded */
};

/* Two of them. */
struct lists {
	const char *what; /* "suite TLS1.2" */
	struct list old, new;
};

/* NULL: it does not count. */
static const char *name_at(const struct list *list, size_t index)
{
	const json_t *entry = json_array_get(list->entries, index);
	bool counts = !list->flag || json_is_true(json_object_get(entry, list->flag));
	return counts ? word_in(entry, list->key) : NULL;
}

static void list_open(struct list *list)
{
	list->places = json_object();
	for (size_t i = 0; i < list_length(list->entries); i++) {
		const char *name = name_at(list, i);
		if (name && !json_object_get(list->places, name))
			json_object_set_new_nocheck(list->places, name,
						    json_integer((json_int_t)i));
	}
}

static void lists_open(struct lists *lists)
{
	list_open(&lists->old);
	list_open(&lists->new);
}

static void lists_close(struct lists *lists)
{
	json_decref(lists->old.places);
	json_decref(lists->new.places);
}

static const json_t *find(const struct list *list, const char *name)
{
	const json_t *place = json_object_get(list->places, name);
	return place ? json_array_get(list->entries, (size_t)json_integer_value(place)) : NULL;
}

static const char *label(const json_t *entry, struct arena *mem)
{
	const char *name = word_in(entry, "name");
	return escaped(name ? name : word_in(entry, "code"), mem);
}

/* What list has and other, which is complete, has not. */
static void add_lacking(struct diff *diff, const char *what, const struct list *list,
			const struct list *other, bool gone)
{
	for (size_t i = 0; i < list_length(list->entries); i++) {
		const char *code = name_at(list, i);
		if (!code || find(other, code))
			continue;
		add(diff,
		    arena_printf(diff->mem, "%s %s", what,
				 label(json_array_get(list->entries, i), diff->mem)),
		    gone ? "yes" : "no", gone ? "no" : "yes");
	}
}

static void compare_members(struct diff *diff, const struct lists *lists)
{
	if (lists->new.complete)
		add_lacking(diff, lists->what, &lists->old, &lists->new, true);
	if (lists->old.complete)
		add_lacking(diff, lists->what, &lists->new, &lists->old, false);
}

/* The next entry from *at on that both lists have. */
static const json_t *next_common(const struct list *list, const struct list *other, size_t *at)
{
	while (*at < list_length(list->entries)) {
		const char *code = name_at(list, *at);
		const json_t *entry = json_array_get(list->entries, (*at)++);
		if (code && find(other, code))
			return entry;
	}
	return NULL;
}

/* Of what both have, where the order is different first. */
static void compare_order(struct diff *diff, const char *what, const struct lists *lists)
{
	size_t old_at = 0, new_at = 0;
	for (;;) {
		const json_t *was = next_common(&lists->old, &lists->new, &old_at);
		const json_t *is = next_common(&lists->new, &lists->old, &new_at);
		if (!was || !is)
			return;
		if (strcmp(word_in(was, "code"), word_in(is, "code")) == 0)
			continue;
		add(diff, what, arena_printf(diff->mem, "%s first", label(was, diff->mem)),
		    arena_printf(diff->mem, "%s first", label(is, diff->mem)));
		return;
	}
}

/* With the client's order, the server's means nothing. */
static bool is_ordered(const json_t *object, const char *key)
{
	const char *preference = word_in(object, key);
	return preference &&
	       (strcmp(preference, "server") == 0 || strcmp(preference, "chacha") == 0);
}

static void compare_moduli(struct diff *diff, const struct lists *lists)
{
	for (size_t i = 0; i < list_length(lists->old.entries); i++) {
		const char *code = name_at(&lists->old, i);
		const json_t *other = code ? find(&lists->new, code) : NULL;
		const json_t *entry = json_array_get(lists->old.entries, i);
		const json_t *was = json_object_get(entry, "dh_bits");
		const json_t *is = json_object_get(other, "dh_bits");
		if (!json_is_integer(was) || !json_is_integer(is) || json_equal(was, is))
			continue;
		add(diff,
		    arena_printf(diff->mem, "DH bits of %s %s", lists->what,
				 label(entry, diff->mem)),
		    arena_printf(diff->mem, "%lld", (long long)json_integer_value(was)),
		    arena_printf(diff->mem, "%lld", (long long)json_integer_value(is)));
	}
}

static const json_t *find_version(const json_t *section, const char *name)
{
	const json_t *list = json_object_get(section, "versions");
	for (size_t i = 0; i < list_length(list); i++) {
		const json_t *entry = json_array_get(list, i);
		const char *here = word_in(entry, "version");
		if (here && strcmp(here, name) == 0)
			return entry;
	}
	return NULL;
}

static bool is_offered(const json_t *version)
{
	const char *offered = word_in(version, "offered");
	return offered && strcmp(offered, "yes") == 0;
}

static struct list suites_of(const json_t *version)
{
	return (struct list){ .entries = json_object_get(version, "suites"),
			      .key = "code",
			      .complete = json_is_true(json_object_get(version, "complete")) };
}

static void compare_version(struct diff *diff, const json_t *old, const json_t *new,
			    const char *name)
{
	struct arena *mem = diff->mem;
	compare_words(diff, arena_printf(mem, "version %s", name), old, new, "offered");
	if (!is_offered(old) || !is_offered(new)) /* its suites came or went with it */
		return;
	CLEANUP(lists_close)
	struct lists lists = {
		.what = arena_printf(mem, "suite %s", name),
		.old = suites_of(old),
		.new = suites_of(new),
	};
	lists_open(&lists);
	compare_members(diff, &lists);
	compare_moduli(diff, &lists);
	compare_words(diff, arena_printf(mem, "preference %s", name), old, new, "preference");
	if (is_ordered(old, "preference") && is_ordered(new, "preference"))
		compare_order(diff, arena_printf(mem, "order %s", name), &lists);
}

static bool is_complete(const json_t *section, const char *key, const char *flag)
{
	const char *complete = word_in(json_object_get(section, key), flag);
	return complete && strcmp(complete, "yes") == 0;
}

/* Groups or schemes, in TLS 1.2 and earlier and in TLS 1.3. */
static void compare_lists(struct diff *diff, const json_t *old, const json_t *new, const char *kind,
			  const char *list, const char *complete)
{
	static const char *const flags[] = { "tls12", "tls13" };
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const char *version = tls_version_name(i ? TLS_1_3 : TLS_1_2);
		CLEANUP(lists_close)
		struct lists lists = {
			.what = arena_printf(diff->mem, "%s %s", kind, version),
			.old = { json_object_get(old, list), "code", flags[i],
				 is_complete(old, complete, flags[i]), NULL },
			.new = { json_object_get(new, list), "code", flags[i],
				 is_complete(new, complete, flags[i]), NULL },
		};
		lists_open(&lists);
		compare_members(diff, &lists);
	}
}

static void compare_group_order(struct diff *diff, const json_t *old, const json_t *new)
{
	CLEANUP(lists_close)
	struct lists lists = {
		.old = { .entries = json_object_get(old, "groups"), .key = "code" },
		.new = { .entries = json_object_get(new, "groups"), .key = "code" },
	};
	lists_open(&lists);
	compare_words(diff, "preference of groups", old, new, "group_preference");
	if (is_ordered(old, "group_preference") && is_ordered(new, "group_preference"))
		compare_order(diff, "order of groups", &lists);
}

static void compare_properties(struct diff *diff, const json_t *old, const json_t *new)
{
	const json_t *was = json_object_get(old, "properties");
	const json_t *is = json_object_get(new, "properties");
	compare_words(diff, "forward secrecy", old, new, "forward_secrecy");
	for (size_t i = 0; i < PROPERTY_COUNT; i++)
		compare_words(diff, property_key(i), was, is, property_key(i));
}

static void compare_finding(struct diff *diff, const struct lists *lists, bool newer, size_t index)
{
	const struct list *list = newer ? &lists->new : &lists->old;
	const json_t *entry = json_array_get(list->entries, index);
	const char *id = name_at(list, index);
	if (!id || find(list, id) != entry)
		return; /* told with the first of its kind */
	const json_t *found = find(newer ? &lists->old : &lists->new, id);
	const char *what = arena_printf(diff->mem, "finding %s", escaped(id, diff->mem));
	const char *severity = escaped(word_in(entry, "severity"), diff->mem);
	if (!found)
		add(diff, what, newer ? "no" : severity, newer ? severity : "no");
	else if (newer)
		compare_words(diff, what, found, entry, "severity");
}

static void compare_findings(struct diff *diff, const json_t *old, const json_t *new)
{
	CLEANUP(lists_close)
	struct lists lists = {
		.old = { .entries = json_object_get(old, "findings"), .key = "id" },
		.new = { .entries = json_object_get(new, "findings"), .key = "id" },
	};
	lists_open(&lists);
	for (size_t i = 0; i < list_length(lists.old.entries); i++)
		compare_finding(diff, &lists, false, i);
	for (size_t i = 0; i < list_length(lists.new.entries); i++)
		compare_finding(diff, &lists, true, i);
}

/* Another policy finds other things in the same facts. */
static bool judged_alike(const json_t *old, const json_t *new)
{
	const char *was = word_in(old, "policy"), *is = word_in(new, "policy");
	return !was || !is || strcmp(was, is) == 0;
}

/* Findings rest on everything: they compare only where everything was asked alike. */
static bool asked_alike(const json_t *old, const json_t *new)
{
	const char *was = word_in(old, "scope"), *is = word_in(new, "scope");
	return was && is && strcmp(was, is) == 0 && !json_object_get(old, "cut") &&
	       !json_object_get(new, "cut") && !json_object_get(old, "failure") &&
	       !json_object_get(new, "failure");
}

void diff_ciphers(const json_t *old, const json_t *new, struct arena *mem, struct ciphers_diff *out)
{
	struct diff diff = { .mem = mem, .out = out };
	*out = (struct ciphers_diff){ 0 };
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		const char *name = tls_version_name((enum tls_version)i);
		compare_version(&diff, find_version(old, name), find_version(new, name), name);
	}
	compare_lists(&diff, old, new, "group", "groups", "groups_complete");
	compare_group_order(&diff, old, new);
	compare_lists(&diff, old, new, "scheme", "signature_schemes", "signature_schemes_complete");
	compare_properties(&diff, old, new);
	if (asked_alike(old, new) && judged_alike(old, new))
		compare_findings(&diff, old, new);
}
