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

/* NULL where it is absent or no string. */
static const char *word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void compare_words(struct diff *diff, const char *what, const json_t *old, const json_t *new,
			  const char *key)
{
	const char *was = word(old, key), *is = word(new, key);
	if (was && is && strcmp(was, is) != 0)
		add(diff, what, escaped(was, diff->mem), escaped(is, diff->mem));
}

/* Two lists of what was accepted; complete: what is missing was refused. */
struct lists {
	const char *what; /* "suite TLS1.2" */
	const char *flag; /* member that must be true; NULL: every entry counts */
	const json_t *old, *new;
	bool old_complete, new_complete;
};

static size_t length(const json_t *list)
{
	size_t size = json_array_size(list);
	return size < LIST_MAX ? size : LIST_MAX;
}

static const char *code_at(const json_t *list, size_t index, const char *flag)
{
	const json_t *entry = json_array_get(list, index);
	return !flag || json_is_true(json_object_get(entry, flag)) ? word(entry, "code") : NULL;
}

static const json_t *find(const json_t *list, const char *code, const char *flag)
{
	for (size_t i = 0; i < length(list); i++) {
		const char *here = code_at(list, i, flag);
		if (here && strcmp(here, code) == 0)
			return json_array_get(list, i);
	}
	return NULL;
}

static const char *label(const json_t *entry, struct arena *mem)
{
	const char *name = word(entry, "name");
	return escaped(name ? name : word(entry, "code"), mem);
}

/* What list has and other, which is complete, has not. */
static void add_lacking(struct diff *diff, const struct lists *lists, const json_t *list,
			const json_t *other, bool gone)
{
	for (size_t i = 0; i < length(list); i++) {
		const char *code = code_at(list, i, lists->flag);
		if (!code || find(other, code, lists->flag))
			continue;
		add(diff,
		    arena_printf(diff->mem, "%s %s", lists->what,
				 label(json_array_get(list, i), diff->mem)),
		    gone ? "yes" : "no", gone ? "no" : "yes");
	}
}

static void compare_members(struct diff *diff, const struct lists *lists)
{
	if (lists->new_complete)
		add_lacking(diff, lists, lists->old, lists->new, true);
	if (lists->old_complete)
		add_lacking(diff, lists, lists->new, lists->old, false);
}

/* The next entry from *at on that both lists have. */
static const json_t *next_common(const struct lists *lists, const json_t *list, const json_t *other,
				 size_t *at)
{
	while (*at < length(list)) {
		const char *code = code_at(list, *at, lists->flag);
		const json_t *entry = json_array_get(list, (*at)++);
		if (code && find(other, code, lists->flag))
			return entry;
	}
	return NULL;
}

/* Of what both have, where the order is different first. */
static void compare_order(struct diff *diff, const char *what, const struct lists *lists)
{
	size_t old_at = 0, new_at = 0;
	for (;;) {
		const json_t *was = next_common(lists, lists->old, lists->new, &old_at);
		const json_t *is = next_common(lists, lists->new, lists->old, &new_at);
		if (!was || !is)
			return;
		if (strcmp(word(was, "code"), word(is, "code")) == 0)
			continue;
		add(diff, what, arena_printf(diff->mem, "%s first", label(was, diff->mem)),
		    arena_printf(diff->mem, "%s first", label(is, diff->mem)));
		return;
	}
}

/* With the client's order, the server's means nothing. */
static bool is_ordered(const json_t *object, const char *key)
{
	const char *preference = word(object, key);
	return preference &&
	       (strcmp(preference, "server") == 0 || strcmp(preference, "chacha") == 0);
}

static void compare_moduli(struct diff *diff, const struct lists *lists)
{
	for (size_t i = 0; i < length(lists->old); i++) {
		const char *code = code_at(lists->old, i, NULL);
		const json_t *other = code ? find(lists->new, code, NULL) : NULL;
		const json_t *entry = json_array_get(lists->old, i);
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
	for (size_t i = 0; i < length(list); i++) {
		const json_t *entry = json_array_get(list, i);
		const char *here = word(entry, "version");
		if (here && strcmp(here, name) == 0)
			return entry;
	}
	return NULL;
}

static bool is_offered(const json_t *version)
{
	const char *offered = word(version, "offered");
	return offered && strcmp(offered, "yes") == 0;
}

static void compare_version(struct diff *diff, const json_t *old, const json_t *new,
			    const char *name)
{
	struct arena *mem = diff->mem;
	compare_words(diff, arena_printf(mem, "version %s", name), old, new, "offered");
	if (!is_offered(old) || !is_offered(new)) /* its suites came or went with it */
		return;
	const struct lists lists = {
		.what = arena_printf(mem, "suite %s", name),
		.old = json_object_get(old, "suites"),
		.new = json_object_get(new, "suites"),
		.old_complete = json_is_true(json_object_get(old, "complete")),
		.new_complete = json_is_true(json_object_get(new, "complete")),
	};
	compare_members(diff, &lists);
	compare_moduli(diff, &lists);
	compare_words(diff, arena_printf(mem, "preference %s", name), old, new, "preference");
	if (is_ordered(old, "preference") && is_ordered(new, "preference"))
		compare_order(diff, arena_printf(mem, "order %s", name), &lists);
}

static bool is_complete(const json_t *section, const char *key, const char *flag)
{
	const char *complete = word(json_object_get(section, key), flag);
	return complete && strcmp(complete, "yes") == 0;
}

/* Groups or schemes, in TLS 1.2 and earlier and in TLS 1.3. */
static void compare_lists(struct diff *diff, const json_t *old, const json_t *new, const char *kind,
			  const char *list, const char *complete)
{
	static const char *const flags[] = { "tls12", "tls13" };
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const char *version = tls_version_name(i ? TLS_1_3 : TLS_1_2);
		const struct lists lists = {
			.what = arena_printf(diff->mem, "%s %s", kind, version),
			.flag = flags[i],
			.old = json_object_get(old, list),
			.new = json_object_get(new, list),
			.old_complete = is_complete(old, complete, flags[i]),
			.new_complete = is_complete(new, complete, flags[i]),
		};
		compare_members(diff, &lists);
	}
}

static void compare_group_order(struct diff *diff, const json_t *old, const json_t *new)
{
	const struct lists lists = { .old = json_object_get(old, "groups"),
				     .new = json_object_get(new, "groups") };
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

static const json_t *find_finding(const json_t *list, const char *id)
{
	for (size_t i = 0; i < length(list); i++) {
		const char *here = word(json_array_get(list, i), "id");
		if (here && strcmp(here, id) == 0)
			return json_array_get(list, i);
	}
	return NULL;
}

static void compare_findings(struct diff *diff, const json_t *old, const json_t *new)
{
	const json_t *was = json_object_get(old, "findings"),
		     *is = json_object_get(new, "findings");
	for (int side = 0; side < 2; side++) {
		const json_t *list = side ? is : was, *other = side ? was : is;
		for (size_t i = 0; i < length(list); i++) {
			const json_t *entry = json_array_get(list, i);
			const char *id = word(entry, "id");
			const json_t *found = id ? find_finding(other, id) : NULL;
			const char *what = arena_printf(diff->mem, "finding %s",
							escaped(id, diff->mem));
			const char *severity = escaped(word(entry, "severity"), diff->mem);
			if (!id || find_finding(list, id) != entry)
				continue; /* told with the first of its kind */
			if (!found)
				add(diff, what, side ? "no" : severity, side ? severity : "no");
			else if (side)
				compare_words(diff, what, found, entry, "severity");
		}
	}
}

/* Findings rest on everything: they compare only where everything was asked alike. */
static bool asked_alike(const json_t *old, const json_t *new)
{
	const char *was = word(old, "scope"), *is = word(new, "scope");
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
	if (asked_alike(old, new))
		compare_findings(&diff, old, new);
}
