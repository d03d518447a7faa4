/* The versions and the suites of one endpoint. */
#include <string.h>

#include "base/word.h"
#include "report/ciphers_screen.h"

enum column {
	COLUMN_SUITE,
	COLUMN_FS,
	COLUMN_BITS,
	COLUMN_KEY,
	COLUMN_VERDICT,
	COLUMN_REF,
	COLUMN_COUNT,
};

/* How much of a suite is shown: the less, the narrower. */
enum extent {
	EXTENT_ALL,
	EXTENT_WITHOUT_NOTE, /* the findings have it, too */
	EXTENT_WITHOUT_REF,
	EXTENT_LEAST,
};

/* What one version shows; others may show the same. */
struct suite_block {
	const struct version_seen *seen;
	const char *versions, *order;
	struct grid_row *rows;
	const char **verdicts; /* by row: without the note */
	size_t count;
	const struct suite_block *like; /* the same suites, nearly all judged alike; NULL: none */
};

static void write_versions(const struct ciphers_screen *screen, const struct survey_facts *survey)
{
	const char *line = "";
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		static const char *const words[] = {
			[SEEN_NOT_TESTED] = "-",
			[SEEN_NO] = "no",
			[SEEN_YES] = "yes",
			[SEEN_UNCLEAR] = "?",
		};
		line = arena_printf(screen->mem, "%s%s%s %s", line, *line ? "   " : "",
				    tls_version_name((enum tls_version)i),
				    words[survey->versions[i].offered]);
	}
	buf_printf(screen->out, "%s\n", line);
}

static const char *order_words(const struct version_seen *seen)
{
	switch (seen->preference) {
	case PREFERENCE_SERVER:
		return "the server's order";
	case PREFERENCE_CLIENT:
		return "the client's order";
	case PREFERENCE_CHACHA:
		return "the server's order, but ChaCha20 first where the client lists it first";
	case PREFERENCE_MIXED:
		return "no order: the answers contradict each other";
	case PREFERENCE_UNKNOWN:
		break;
	}
	return NULL;
}

/* Servers with two certificates have suites for each. */
static bool has_many_keys(const struct survey_facts *survey)
{
	for (size_t i = 1; i < survey->cert_count; i++) {
		if (strcmp(survey->certs[i].key, survey->certs[0].key) != 0)
			return true;
	}
	return false;
}

static const char *key_words(const struct survey_facts *survey, const struct suite_seen *seen,
			     struct arena *mem)
{
	const char *words = "";
	if (seen->dh_bits)
		words = arena_printf(mem, "%u-bit DH", seen->dh_bits);
	else if (seen->explicit_curve)
		words = "explicit curve";
	else if (seen->group)
		words = group_shown(seen->group, mem);
	else if (seen->rsa_export_bits)
		words = arena_printf(mem, "%u-bit RSA", seen->rsa_export_bits);
	if (seen->cert < 0 || !has_many_keys(survey))
		return words;
	return arena_printf(mem, "%s%s%s", words, *words ? ", " : "",
			    escaped(survey->certs[seen->cert].key, mem));
}

static void fill_row(const struct ciphers_screen *screen, const struct survey_facts *survey,
		     const struct suite_seen *seen, const struct suite_verdict *verdict,
		     struct grid_row *row)
{
	const struct suite *suite = seen->suite;
	struct arena *mem = screen->mem;
	struct grid_cell *cells = row->cells;
	cells[COLUMN_SUITE].text =
		arena_printf(mem, "  %s", suite_shown(suite, seen->code, screen->view->names, mem));
	cells[COLUMN_FS].text = !suite ? "?" : suite->forward_secrecy ? "yes" : "no";
	cells[COLUMN_BITS].text = suite ? arena_printf(mem, "%u", suite->bits) : "?";
	cells[COLUMN_KEY].text = key_words(survey, seen, mem);
	cells[COLUMN_VERDICT].text = verdict->note ? arena_printf(mem, "%s: %s", verdict->word,
								  verdict->note)
						   : verdict->word;
	cells[COLUMN_VERDICT].colour = severity_colour(verdict->severity, screen->style);
	if (verdict->ref && verdict->severity != SEVERITY_NONE)
		cells[COLUMN_REF].text = short_ref(verdict->ref, mem);
}

static struct suite_block make_block(const struct ciphers_screen *screen,
				     const struct survey_facts *survey,
				     const struct version_seen *seen)
{
	struct suite_block block = { .seen = seen, .versions = tls_version_name(seen->version) };
	block.rows = arena_array(screen->mem, seen->suite_count, sizeof(*block.rows));
	block.verdicts = arena_array(screen->mem, seen->suite_count, sizeof(char *));
	for (size_t i = 0; i < seen->suite_count; i++) {
		struct suite_verdict verdict = { 0 };
		judge_suite(&seen->suites[i], seen->version, screen->view->policy, &verdict);
		if (screen->view->only_bad && verdict.severity < SEVERITY_WARNING)
			continue;
		block.verdicts[block.count] = verdict.word;
		fill_row(screen, survey, &seen->suites[i], &verdict, &block.rows[block.count++]);
	}
	const char *order = order_words(seen);
	const char *rest = seen->suites_complete ? NULL : "not complete";
	if (screen->view->only_bad)
		order = arena_printf(screen->mem, "%zu of %zu suites", block.count,
				     seen->suite_count);
	block.order = order && rest ? arena_printf(screen->mem, "%s; %s", order, rest)
		      : order       ? order
				    : rest;
	return block;
}

static bool same_cells(const struct grid_row *a, const struct grid_row *b, enum column first,
		       enum column end)
{
	for (enum column i = first; i < end; i++) {
		if (!word_same(a->cells[i].text, b->cells[i].text))
			return false;
	}
	return true;
}

static bool judged_alike(const struct suite_block *block, size_t row)
{
	return same_cells(&block->rows[row], &block->like->rows[row], COLUMN_VERDICT, COLUMN_COUNT);
}

static bool same_suites(const struct suite_block *a, const struct suite_block *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_cells(&a->rows[i], &b->rows[i], COLUMN_SUITE, COLUMN_VERDICT))
			return false;
	}
	return true;
}

/* Suites are not told twice where an older version is worse in a few of them only. */
static void compare_blocks(struct suite_block *block, const struct suite_block *newer)
{
	size_t differ = 0;
	if (newer->like || !same_suites(block, newer))
		return;
	block->like = newer;
	for (size_t i = 0; i < block->count; i++)
		differ += !judged_alike(block, i);
	if (2 * differ > block->count)
		block->like = NULL;
}

static bool is_same(const struct suite_block *a, const struct suite_block *b)
{
	if (!same_suites(a, b) || !word_same(a->order, b->order))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_cells(&a->rows[i], &b->rows[i], COLUMN_VERDICT, COLUMN_COUNT))
			return false;
	}
	return true;
}

static size_t make_blocks(const struct ciphers_screen *screen, const struct survey_facts *survey,
			  struct suite_block blocks[TLS_VERSION_COUNT])
{
	size_t count = 0;
	for (int version = TLS_1_3; version >= SSL_2_0; version--) {
		const struct version_seen *seen = &survey->versions[version];
		if (seen->offered != SEEN_YES || seen->suite_count == 0)
			continue;
		struct suite_block block = make_block(screen, survey, seen);
		size_t at = 0;
		if (block.count == 0)
			continue;
		while (at < count && !is_same(&blocks[at], &block))
			at++;
		for (size_t i = 0; at == count && i < count && !block.like; i++)
			compare_blocks(&block, &blocks[i]);
		if (at == count)
			blocks[count++] = block;
		else
			blocks[at].versions = arena_printf(screen->mem, "%s %s",
							   blocks[at].versions, block.versions);
	}
	return count;
}

static void add_header(struct grid *grid)
{
	static const char *const titles[COLUMN_COUNT] = {
		[COLUMN_SUITE] = "  SUITE",  [COLUMN_FS] = "FS",           [COLUMN_BITS] = "BITS",
		[COLUMN_KEY] = "GROUP, KEY", [COLUMN_VERDICT] = "VERDICT", [COLUMN_REF] = "CLAUSE",
	};
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		row->cells[i].text = titles[i];
	grid->right[COLUMN_BITS] = true;
}

static void reduce(struct grid_row *row, enum extent extent, const char *verdict, bool colour)
{
	if (extent >= EXTENT_WITHOUT_NOTE && verdict)
		row->cells[COLUMN_VERDICT].text = verdict;
	if (extent >= EXTENT_WITHOUT_REF)
		row->cells[COLUMN_REF].text = NULL;
	if (extent >= EXTENT_LEAST)
		row->cells[COLUMN_KEY].text = "";
	if (!colour) /* a trial of the width */
		row->cells[COLUMN_VERDICT].colour = NULL;
}

static const char *heading(const struct suite_block *block, struct arena *mem)
{
	const char *words = block->versions;
	if (block->order)
		words = arena_printf(mem, "%s  %s", words, block->order);
	if (block->like)
		words = arena_printf(mem, "%s; the suites of %s, of which here:", words,
				     tls_version_name(block->like->seen->version));
	return words;
}

static void render(const struct ciphers_screen *screen, const struct suite_block *blocks,
		   size_t count, enum extent extent, struct buf *out)
{
	struct grid grid = { .mem = screen->mem };
	add_header(&grid);
	reduce(grid.first, extent, NULL, false);
	for (size_t i = 0; i < count; i++) {
		grid_add(&grid)->cells[0].text = heading(&blocks[i], screen->mem);
		for (size_t j = 0; j < blocks[i].count; j++) {
			if (blocks[i].like && judged_alike(&blocks[i], j))
				continue;
			struct grid_row *row = grid_add(&grid);
			memcpy(row->cells, blocks[i].rows[j].cells, sizeof(row->cells));
			reduce(row, extent, blocks[i].verdicts[j], screen->style->colour);
		}
	}
	grid_write(&grid, "", out);
}

static size_t widest_line(const struct buf *text, struct arena *mem)
{
	size_t widest = 0;
	char *rest = arena_copy(mem, buf_string(text)), *save = NULL;
	for (char *line = strtok_r(rest, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t width = text_width(line);
		if (width > widest && line[0] == ' ') /* headings may run over */
			widest = width;
	}
	return widest;
}

static bool has_refs(const struct suite_block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < blocks[i].count; j++) {
			if (blocks[i].rows[j].cells[COLUMN_REF].text)
				return true;
		}
	}
	return false;
}

/* As much as fits the terminal. */
static enum extent choose_extent(const struct ciphers_screen *screen,
				 const struct suite_block *blocks, size_t count)
{
	const struct text_style plain = { .width = screen->style->width };
	struct ciphers_screen dry = *screen;
	int extent = has_refs(blocks, count) ? EXTENT_ALL : EXTENT_WITHOUT_REF;
	dry.style = &plain;
	for (; plain.width > 0 && extent < EXTENT_LEAST; extent++) {
		CLEANUP(buf_free) struct buf trial = buf_new(BUF_UNBOUNDED);
		render(&dry, blocks, count, (enum extent)extent, &trial);
		if (widest_line(&trial, screen->mem) <= (size_t)plain.width)
			break;
	}
	return (enum extent)extent;
}

void ciphers_matrix(const struct ciphers_screen *screen, const struct ciphers_facts *facts)
{
	struct suite_block blocks[TLS_VERSION_COUNT];
	write_versions(screen, &facts->survey);
	size_t count = make_blocks(screen, &facts->survey, blocks);
	if (count > 0)
		render(screen, blocks, count, choose_extent(screen, blocks, count), screen->out);
}
