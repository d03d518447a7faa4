#include "report/markdown_text.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"

/* One line of visible characters. */
static const char *plain(struct arena *mem, const char *text, size_t max)
{
	return escape_copy(mem, text, max);
}

/* What begins markup in the middle of a line: CommonMark 0.31, 2.4 and 6; bars and tildes are
 * GitHub's, dollars its formulas. */
static bool is_markup(char c)
{
	return strchr("\\`*_[]<>|~&$!", c) != NULL;
}

/* GitHub makes links of bare addresses, and does not mind a backslash in front of an @ or a #
 * (alice@example.org, @somebody, #12), but leaves code alone. */
static size_t link_sign(const char *at)
{
	return strspn(at, "@#");
}

/* "www." and "://" make links, too: a backslash inside is enough (GFM 6.9). */
static bool begins_link(const char *start, const char *at)
{
	if (*at == ':')
		return at[1] == '/';
	return *at == '.' && at - start >= 3 && strncasecmp(at - 3, "www", 3) == 0;
}

void markdown_text(struct buf *out, const char *text, size_t max)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *start = plain(mem, text, max);
	for (const char *at = start; *at; at++) {
		size_t signs = link_sign(at);
		if (signs > 0) {
			buf_printf(out, "`%.*s`", (int)signs, at);
			at += signs - 1;
			continue;
		}
		if (is_markup(*at) || begins_link(start, at))
			buf_char(out, '\\');
		buf_char(out, *at);
	}
}

void markdown_advice(struct buf *out, const char *text)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (bool code = false; *text; code = !code) {
		size_t size = strcspn(text, "`");
		if (code)
			buf_printf(out, "`%.*s`", (int)size, text);
		else
			markdown_text(out, arena_copy_n(mem, text, size), size);
		text += size;
		text += *text == '`';
	}
}

/* CommonMark 6.1: code ends at as many backquotes as it began with. */
static size_t longest_run(const char *text)
{
	size_t longest = 0;
	for (const char *at = text; *at;) {
		size_t run = strspn(at, "`");
		longest = run > longest ? run : longest;
		at += run > 0 ? run : 1;
	}
	return longest;
}

static void fence(struct buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_char(out, '`');
}

void markdown_code(struct buf *out, const char *name, size_t max, bool cell)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = plain(mem, name, max);
	size_t quotes = longest_run(text) + 1;
	/* A blank at each end, which is not shown, keeps its backquotes from ours. */
	bool padded = quotes > 1;
	fence(out, quotes);
	buf_text(out, padded ? " " : "");
	for (const char *at = text; *at; at++) {
		if (cell && *at == '|')
			buf_char(out, '\\');
		buf_char(out, *at);
	}
	buf_text(out, padded ? " " : "");
	fence(out, quotes);
}
