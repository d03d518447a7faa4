/* The long screen of xmpp-certcheck: the answer first, then each certificate with all that speaks
 * for it or against it (SCREENS.md). */
#include <string.h>

#include "report/check_screen.h"

#define BLOCKS_MAX 8  /* certificates of one domain told in full */
#define FAILED_MAX 12 /* endpoints without one */

const char *screen_label(const char *label, struct arena *mem)
{
	return arena_printf(mem, "%-*s", LABEL_WIDTH - 2, label); /* a grid adds two blanks */
}

void screen_line(const struct screen *screen, const char *label, const char *text,
		 const char *colour)
{
	size_t width = screen->style->width > 0 ? (size_t)screen->style->width : 0;
	text_pad(screen->out, label, LABEL_WIDTH);
	if (colour)
		buf_text(screen->out, colour);
	text_wrap(screen->out, text, LABEL_WIDTH, LABEL_WIDTH, width);
	buf_text(screen->out, colour ? "\033[0m\n" : "\n");
}

const char *screen_trouble(const struct screen *screen)
{
	return severity_colour(SEVERITY_CRITICAL, screen->style);
}

static void write_summary(const struct screen *screen)
{
	const struct text_view *view = &screen->view->base;
	const char *state = view->problem   ? escaped(view->problem, screen->mem)
			    : !view->target ? "not examined"
					    : check_target_state(screen->view, screen->mem);
	const char *trouble = check_trouble(screen->view, state, screen->mem);
	text_coloured(screen->out, status_word(view->status),
		      status_colour(view->status, screen->style));
	buf_printf(screen->out, " %s: %s%s%s\n", view_name(view, screen->mem), state,
		   trouble ? "; " : "", trouble ? trouble : "");
}

static bool same_way(const struct path_facts *a, const struct path_facts *b)
{
	if (a->way_length != b->way_length || a->trusted != b->trusted ||
	    a->problems != b->problems)
		return false;
	for (size_t i = 0; i < a->way_length; i++) {
		if (!same_cert(a->way[i], b->way[i]))
			return false;
	}
	return true;
}

static bool belongs(const struct block *block, const struct certcheck_facts *facts)
{
	const struct identity_facts *has = &block->first->walk.identity;
	const struct identity_facts *identity = &facts->walk.identity;
	return same_cert(&has->certs[0], &identity->certs[0]) &&
	       same_way(&has->path, &identity->path);
}

static size_t make_blocks(const struct screen *screen, struct block *blocks)
{
	const struct target_view *target = screen->view->base.target;
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		const struct certcheck_facts *facts = screen->view->checks[i];
		size_t at = 0;
		if (!facts || !check_has_cert(facts))
			continue;
		while (at < count && !belongs(&blocks[at], facts))
			at++;
		struct block *block = &blocks[at];
		if (at == count) {
			*block = (struct block){ .first = facts };
			block->members = arena_array(screen->mem, target->count, sizeof(bool));
			count++;
		}
		block->members[i] = true;
		block->count++;
		enum service service = target->endpoints[i].service;
		if (!block->service[service])
			block->service[service] = facts;
	}
	return count;
}

/* "c2s 3 endpoints, s2s 1 endpoint" */
static const char *count_words(const struct screen *screen, const struct block *block)
{
	const struct target_view *target = screen->view->base.target;
	size_t hits[SERVICE_COUNT] = { 0 };
	const char *words = "";
	for (size_t i = 0; i < target->count; i++)
		hits[target->endpoints[i].service] += block->members[i];
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (hits[i] > 0)
			words = arena_printf(screen->mem, "%s%s%s %zu endpoint%s", words,
					     *words ? ", " : "", service_name((enum service)i),
					     hits[i], hits[i] == 1 ? "" : "s");
	}
	return words;
}

static const char *lone_words(const struct screen *screen, const struct endpoint *at)
{
	const char *where = escaped(endpoint_text(at, screen->mem), screen->mem);
	if (at->source == SOURCE_FILE)
		return where;
	return arena_printf(screen->mem, "%s %s %s%s%s%s", service_name(at->service),
			    transport_name(at->transport), where,
			    at->address.family == AF_UNSPEC ? "" : " (",
			    at->address.family == AF_UNSPEC ? "" : escaped(at->host, screen->mem),
			    at->address.family == AF_UNSPEC ? "" : ")");
}

static const char *where_words(const struct screen *screen, const struct block *block, bool only)
{
	const struct target_view *target = screen->view->base.target;
	size_t examined = 0, first = target->count;
	for (size_t i = 0; i < target->count; i++) {
		examined += screen->view->checks[i] != NULL;
		if (block->members[i] && first == target->count)
			first = i;
	}
	if (block->count == 1 || target->endpoints[first].source == SOURCE_FILE)
		return lone_words(screen, &target->endpoints[first]);
	if (!only)
		return check_where(screen->view, block->members, screen->mem);
	return arena_printf(screen->mem, "%s: the same certificate%s", count_words(screen, block),
			    block->count == examined ? " everywhere" : "");
}

static void write_block(const struct screen *screen, const struct block *block, bool only)
{
	screen_line(screen, "where", where_words(screen, block, only), NULL);
	if (block->first->file_problem)
		screen_line(screen, "", escaped(block->first->file_problem, screen->mem),
			    screen_trouble(screen));
	screen_names(screen, block);
	screen_chain(screen, block);
	screen_evidence(screen, block);
	screen_past(screen, block);
}

/* Of a chain that cannot be read, the path says why. */
static const char *failed_words(const struct certcheck_facts *facts, struct arena *mem)
{
	if (facts->walk.tls.chain_count > 0 && facts->walk.identity.path.reason)
		return escaped(facts->walk.identity.path.reason, mem);
	return check_state(facts, mem);
}

/* A file that is judged for both services is one file. */
static bool is_told(const struct screen *screen, size_t index)
{
	const struct endpoint *all = screen->view->base.target->endpoints;
	return index > 0 && all[index].source == SOURCE_FILE &&
	       strcmp(all[index].host, all[index - 1].host) == 0;
}

static void write_failed(const struct screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	struct grid grid = { .mem = screen->mem };
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		const struct certcheck_facts *facts = screen->view->checks[i];
		if (!facts || check_has_cert(facts) || is_told(screen, i) || ++count > FAILED_MAX)
			continue;
		struct grid_row *row = grid_add(&grid);
		row->cells[0].text = screen_label(count == 1 ? "failed" : "", screen->mem);
		row->cells[1].text = lone_words(screen, &target->endpoints[i]);
		row->cells[2].text = failed_words(facts, screen->mem);
		row->cells[2].colour = status_colour(screen->view->base.statuses[i], screen->style);
	}
	grid_write(&grid, "", screen->out);
	if (count > FAILED_MAX)
		screen_line(screen, "",
			    arena_printf(screen->mem, "and %zu more", count - FAILED_MAX), NULL);
}

static void write_certificates(const struct screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	struct block *blocks = arena_array(screen->mem, target->count, sizeof(*blocks));
	size_t count = make_blocks(screen, blocks);
	for (size_t i = 0; i < count && i < BLOCKS_MAX; i++)
		write_block(screen, &blocks[i], count == 1);
	if (count > BLOCKS_MAX)
		screen_line(screen, "where",
			    arena_printf(screen->mem, "%zu more certificates at other endpoints",
					 count - BLOCKS_MAX),
			    NULL);
}

static void write_walks(const struct screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	for (size_t i = 0; i < target->count; i++) {
		if (screen->view->checks[i] && target->endpoints[i].source != SOURCE_FILE)
			text_timeline(&screen->view->base, i, screen->style, screen->mem,
				      screen->out);
	}
}

void text_certcheck_long(const struct check_view *view, const struct text_style *style,
			 struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct screen screen = { view, style, mem, out };
	write_summary(&screen);
	if (!view->base.target || view->base.problem)
		return;
	write_certificates(&screen);
	write_failed(&screen);
	if (style->timeline)
		write_walks(&screen);
	text_finding_list(&view->base, style, mem, out);
	text_cost(&view->base, out);
}
