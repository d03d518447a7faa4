/* Findings for people: the worst first, and what hits many endpoints once. */
#include <string.h>

#include "report/grid.h"
#include "report/groups.h"
#include "report/words.h"

#define TEXT_COLUMN_MAX 76 /* a longer sentence does not push the clauses of all others away */
#define WRAP_LEAST      44 /* columns left for text, else lines run on */

/* "c2s", "c2s 192.0.2.7:5222", "c2s 3 endpoints" */
static void where_service(const struct text_view *view, const struct group *group,
			  enum service service, struct buf *out, struct arena *mem)
{
	const struct target_view *target = view->target;
	size_t all = 0, hit = 0, which = 0;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service)
			continue;
		all += target->facts[i] != NULL;
		if (group->hits[i]) {
			hit++;
			which = i;
		}
	}
	if (hit == 0)
		return;
	buf_printf(out, "%s%s", out->size ? ", " : "", service_name(service));
	if (hit == all)
		return;
	if (hit == 1)
		buf_printf(out, " %s", escaped(endpoint_text(&target->endpoints[which], mem), mem));
	else
		buf_printf(out, " %zu endpoints", hit);
}

static const char *where_words(const struct text_view *view, const struct group *group,
			       struct arena *mem)
{
	if (!group->hits || !view->target || view->target->count == 1)
		return "";
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (int i = 0; i < SERVICE_COUNT; i++)
		where_service(view, group, (enum service)i, &out, mem);
	return arena_copy(mem, buf_string(&out));
}

const char *short_ref(const char *ref, struct arena *mem)
{
	static const char word[] = " section";
	const char *at = strstr(ref, word);
	return at ? arena_printf(mem, "%.*s%s", (int)(at - ref), ref, at + sizeof(word) - 1) : ref;
}

struct columns {
	size_t id, where, text, width;
	bool narrow; /* no room beside the ids: sentences stand below */
};

#define SEVERITY_WIDTH (sizeof("critical") - 1)

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Columns before the sentence. */
static size_t columns_before(const struct columns *columns)
{
	return SEVERITY_WIDTH + 1 + columns->id + 2 + (columns->where ? columns->where + 2 : 0);
}

static void write_narrow(const struct group *group, const struct columns *columns, const char *ref,
			 struct buf *out)
{
	const struct finding *finding = group->finding;
	buf_text(out, finding->kind->id);
	if (*group->where)
		buf_printf(out, "  %s", group->where);
	buf_printf(out, "  %s\n    ", ref);
	text_wrap(out, finding->text, 4, 4, columns->width);
	buf_char(out, '\n');
}

static void write_wide(const struct group *group, const struct columns *columns, const char *ref,
		       struct arena *mem, struct buf *out)
{
	const struct finding *finding = group->finding;
	size_t before = columns_before(columns);
	size_t all = before + larger(columns->text, text_width(finding->text)) + 2 +
		     text_width(ref);
	text_pad(out, finding->kind->id, columns->id + 2);
	if (columns->where)
		text_pad(out, group->where, columns->where + 2);
	if (!columns->width || all <= columns->width) {
		text_pad(out, finding->text, columns->text);
		buf_printf(out, "  %s\n", ref);
		return;
	}
	char *glued = arena_copy(mem, ref);
	for (char *c = strchr(glued, ' '); c; c = strchr(c, ' '))
		*c = *GLUE;
	text_wrap(out, arena_printf(mem, "%s (%s)", finding->text, glued), before, before,
		  columns->width);
	buf_char(out, '\n');
}

static void write_group(const struct group *group, const struct columns *columns,
			const struct text_style *style, struct arena *mem, struct buf *out)
{
	const struct finding *finding = group->finding;
	const char *severity = severity_name(finding->severity);
	const char *ref = short_ref(finding->kind->ref, mem);
	text_coloured(out, severity, severity_colour(finding->severity, style));
	text_pad(out, "", SEVERITY_WIDTH - strlen(severity) + 1);
	if (columns->narrow)
		write_narrow(group, columns, ref, out);
	else
		write_wide(group, columns, ref, mem, out);
}

static struct columns measure(struct groups *groups, const struct text_view *view,
			      const struct text_style *style, struct arena *mem)
{
	struct columns columns = { .width = style->width > 0 ? (size_t)style->width : 0 };
	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->items[i];
		size_t text = text_width(group->finding->text);
		group->where = where_words(view, group, mem);
		columns.id = larger(columns.id, strlen(group->finding->kind->id));
		columns.where = larger(columns.where, text_width(group->where));
		if (text <= TEXT_COLUMN_MAX)
			columns.text = larger(columns.text, text);
	}
	columns.narrow = columns.width && columns.width < columns_before(&columns) + WRAP_LEAST;
	return columns;
}

void text_finding_list(const struct text_view *view, const struct text_style *style,
		       struct arena *mem, struct buf *out)
{
	struct groups groups = groups_of(view, mem);
	const struct columns columns = measure(&groups, view, style, mem);
	for (size_t i = 0; i < groups.count; i++)
		write_group(&groups.items[i], &columns, style, mem, out);
}

static const struct promise *find_promise(const struct text_view *view, const char *id,
					  enum service service)
{
	for (size_t i = 0; i < view->promise_count; i++) {
		if (view->promises[i].service == service && strcmp(view->promises[i].id, id) == 0)
			return &view->promises[i];
	}
	return NULL;
}

static bool has_promises(const struct text_view *view, enum service service)
{
	for (size_t i = 0; i < view->promise_count; i++) {
		if (view->promises[i].service == service)
			return true;
	}
	return false;
}

/* "preferred (s2s: …)"; once where both sides say the same. */
static const char *promise_words(const struct promise *const both[SERVICE_COUNT],
				 const struct promise *any, struct arena *mem)
{
	const char *words = any->text;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		const char *reason = both[i] ? both[i]->reason : NULL;
		const struct promise *other = both[!i];
		bool same = reason && other && other->reason && strcmp(other->reason, reason) == 0;
		if (!reason || (same && i > 0))
			continue;
		words = arena_printf(mem, "%s; %s%s%s", words,
				     same || !other ? "" : service_name((enum service)i),
				     same || !other ? "" : ": ", reason);
	}
	return words;
}

/* A line a promise: what 2014 asked, kept or not on each side. */
void text_promises(const struct text_view *view, const struct text_style *style, struct arena *mem,
		   struct buf *out)
{
	struct grid grid = { .mem = mem };
	struct grid_row *row = grid_add(&grid);
	size_t column = 0;
	row->cells[column++].text = "PROMISE";
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (has_promises(view, (enum service)i))
			row->cells[column++].text = service_name((enum service)i);
	}
	row->cells[column].text = "OF 2014-03-21";
	for (size_t i = 0; i < view->promise_count; i++) {
		const struct promise *promise = &view->promises[i];
		const struct promise *both[SERVICE_COUNT];
		for (int j = 0; j < SERVICE_COUNT; j++)
			both[j] = find_promise(view, promise->id, (enum service)j);
		if (both[SERVICE_C2S] && promise->service != SERVICE_C2S)
			continue; /* told with the other side */
		row = grid_add(&grid);
		column = 0;
		row->cells[column++].text = promise->id;
		for (int j = 0; j < SERVICE_COUNT; j++) {
			if (!both[j])
				continue;
			row->cells[column].text = promise_result_name(both[j]->result);
			if (both[j]->result == PROMISE_BROKEN)
				row->cells[column].colour = severity_colour(SEVERITY_CRITICAL,
									    style);
			column++;
		}
		row->cells[column].text = promise_words(both, promise, mem);
	}
	grid_write(&grid, "", out);
}
