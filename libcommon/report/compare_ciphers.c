/* What xmpp-ciphers saw on both sides: report/diff finds the changes, here they get a direction. */
#include <string.h>

#include "judge/ciphers.h"
#include "report/compare_parts.h"
#include "report/diff.h"

/* What one pair's enumerations say. */
struct told {
	const struct pair *pair;
	struct ciphers_diff diff;
	struct saying **sayings; /* of each line of diff */
};

/* One line, whichever endpoints say it. */
struct saying {
	size_t endpoints;
	const struct told *last; /* of them: who says it twice counts once */
};

/* Those of one service. */
struct sayings {
	json_t *numbers; /* "what was is" to its place in items; jansson's hash is seeded */
	struct saying *items;
	size_t count;
	struct buf key;
};

static bool is_yes(const char *word)
{
	return strcmp(word, "yes") == 0;
}

/* From yes to no or the other way; "unclear" is neither. */
static bool is_turn(const struct change_line *line)
{
	return (is_yes(line->was) && strcmp(line->is, "no") == 0) ||
	       (strcmp(line->was, "no") == 0 && is_yes(line->is));
}

/* -1: no word about forward secrecy. */
static int secrecy_rank(const char *word)
{
	static const char *const words[] = { "never", "possible", "always" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	}
	return -1;
}

static enum severity severity_of(const char *word)
{
	enum severity severity = SEVERITY_NONE;
	return severity_parse(word, &severity) ? severity : SEVERITY_NONE;
}

/* Old versions are better off than on, new ones the other way round. */
static enum change_kind version_kind(const char *name, const struct change_line *line)
{
	enum tls_version version;
	if (!tls_version_parse(name, &version) || !is_turn(line))
		return CHANGE_OTHER;
	return is_yes(line->is) == (version >= TLS_1_2) ? CHANGE_BETTER : CHANGE_WORSE;
}

static const struct suite *suite_named(const char *name)
{
	for (size_t i = 0; i < suite_count; i++) {
		if (strcmp(suites[i].name, name) == 0)
			return &suites[i];
	}
	return NULL;
}

/* "TLS1.2 TLS_RSA_WITH_AES_128_CBC_SHA": one that nothing is found against may come and go. */
static enum change_kind suite_kind(const char *name, const struct change_line *line)
{
	const struct policy policy = { .name = POLICY_BCP195 };
	const char *blank = strchr(name, ' ');
	const struct suite *suite = blank ? suite_named(blank + 1) : NULL;
	struct suite_verdict verdict;
	if (!suite)
		return CHANGE_OTHER;
	judge_registered_suite(suite, &policy, &verdict);
	if (verdict.severity < SEVERITY_WARNING)
		return CHANGE_OTHER;
	return is_yes(line->is) ? CHANGE_WORSE : CHANGE_BETTER;
}

/* The words behind this one; NULL: it is another. */
static const char *behind(const char *what, const char *word)
{
	size_t size = strlen(word);
	return strncmp(what, word, size) == 0 ? what + size : NULL;
}

static enum change_kind kind_of(const struct change_line *line)
{
	const char *name;
	if ((name = behind(line->what, "version ")))
		return version_kind(name, line);
	if ((name = behind(line->what, "suite ")))
		return suite_kind(name, line);
	if (behind(line->what, "finding "))
		return severity_change(severity_of(line->was), severity_of(line->is));
	int was = secrecy_rank(line->was), is = secrecy_rank(line->is);
	if (behind(line->what, "forward secrecy") && was >= 0 && is >= 0)
		return is > was ? CHANGE_BETTER : CHANGE_WORSE;
	return CHANGE_OTHER;
}

/* The saying of this line, the first time a new one. Nothing in a line is a tab: it is escaped. */
static struct saying *find_saying(struct sayings *all, const struct change_line *line)
{
	buf_clear(&all->key);
	buf_printf(&all->key, "%s\t%s\t%s", line->what, line->was, line->is);
	const json_t *number = json_object_get(all->numbers, buf_string(&all->key));
	if (number)
		return &all->items[json_integer_value(number)];
	json_object_set_new_nocheck(all->numbers, buf_string(&all->key),
				    json_integer((json_int_t)all->count));
	return &all->items[all->count++];
}

static void count_lines(struct sayings *all, struct told *told, struct arena *mem)
{
	told->sayings = arena_array(mem, told->diff.count, sizeof(struct saying *));
	for (size_t i = 0; i < told->diff.count; i++) {
		struct saying *saying = find_saying(all, &told->diff.lines[i]);
		saying->endpoints += saying->last != told;
		saying->last = told;
		told->sayings[i] = saying;
	}
}

/* Counted once: a record may hold a thousand endpoints of thousands of lines each. */
static void count_sayings(struct told *told, size_t count, struct arena *mem)
{
	struct sayings all = { .numbers = json_object(), .key = buf_new(BUF_UNBOUNDED) };
	size_t lines = 0;
	for (size_t i = 0; i < count; i++)
		lines += told[i].diff.count;
	all.items = arena_array(mem, lines, sizeof(*all.items));
	for (size_t i = 0; i < count; i++)
		count_lines(&all, &told[i], mem);
	json_decref(all.numbers);
	buf_free(&all.key);
}

/* A finding is an opinion: under another policy it says nothing about the server. */
static bool compares(const struct comparison *all, const struct change_line *line)
{
	return all->judged_alike || !behind(line->what, "finding ");
}

/* What all endpoints say is said once, with the first of them. */
static void add_lines(struct comparison *all, const struct told *told, size_t count, size_t which)
{
	for (size_t i = 0; i < told[which].diff.count; i++) {
		const struct change_line *line = &told[which].diff.lines[i];
		const struct digest_endpoint *at = told[which].pair->is;
		bool everywhere = told[which].sayings[i]->endpoints == count;
		if ((everywhere && which > 0) || !compares(all, line))
			continue;
		changes_add(all, kind_of(line),
			    arena_printf(all->mem, "%s %s",
					 everywhere ? service_name(at->service)
						    : place_text(at, all->mem),
					 line->what),
			    line->was, line->is);
	}
}

void compare_ciphers(struct comparison *all)
{
	struct told *told = arena_array(all->mem, all->count + 1, sizeof(*told));
	for (int service = 0; service < SERVICE_COUNT; service++) {
		size_t count = 0;
		for (size_t i = 0; i < all->count; i++) {
			const struct pair *pair = &all->pairs[i];
			if (!pair_is_whole(pair) || (int)pair_service(pair) != service ||
			    !has_section(pair->was, "ciphers") || !has_section(pair->is, "ciphers"))
				continue;
			told[count].pair = pair;
			diff_ciphers(json_object_get(pair->was->json, "ciphers"),
				     json_object_get(pair->is->json, "ciphers"), all->mem,
				     &told[count++].diff);
		}
		count_sayings(told, count, all->mem);
		for (size_t i = 0; i < count; i++)
			add_lines(all, told, count, i);
	}
}
