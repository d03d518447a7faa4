#include "report/grid.h"
#include "report/words.h"

/* "SRV 5 0", "no SRV: the domain's own address", "--connect" */
static const char *origin(const struct endpoint *at, struct arena *mem)
{
	switch (at->source) {
	case SOURCE_SRV:
		return arena_printf(mem, "SRV priority %u weight %u", (unsigned)at->priority,
				    (unsigned)at->weight);
	case SOURCE_FALLBACK:
		return "no SRV record: the domain's own address";
	case SOURCE_CONNECT:
		return "--connect";
	case SOURCE_RECORD:
		return "the record";
	case SOURCE_FILE:
		break;
	}
	return "a file";
}

static void write_summary(const struct text_view *view, const struct text_style *style,
			  struct arena *mem, struct buf *out)
{
	size_t counts[SERVICE_COUNT] = { 0 };
	const struct target_view *target = view->target;
	text_coloured(out, status_word(view->status), status_colour(view->status, style));
	buf_printf(out, " %s: ", view_name(view, mem));
	if (view->problem) {
		buf_printf(out, "%s\n", escaped(view->problem, mem));
		return;
	}
	const char *trouble = trouble_words(view, mem), *separator = "";
	for (size_t i = 0; i < target->count; i++)
		counts[target->endpoints[i].service]++;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (!target->wanted[i])
			continue;
		buf_printf(out, "%s%s %zu endpoint%s", separator, service_name((enum service)i),
			   counts[i], counts[i] == 1 ? "" : "s");
		separator = ", ";
	}
	buf_printf(out, "%s%s\n", trouble ? "; " : "", trouble ? trouble : "");
}

static void write_endpoints(const struct target_view *target, struct arena *mem, struct buf *out)
{
	static const char *const header[] = { "SERVICE", "WAY IN", "ADDRESS", "HOST", "FROM" };
	struct grid grid = { .mem = mem };
	struct grid_row *row = grid_add(&grid);
	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		row->cells[i].text = header[i];
	for (size_t i = 0; i < target->count; i++) {
		const struct endpoint *at = &target->endpoints[i];
		row = grid_add(&grid);
		row->cells[0].text = service_name(at->service);
		row->cells[1].text = transport_name(at->transport);
		row->cells[2].text = endpoint_text(at, mem);
		row->cells[3].text = escaped(at->host, mem);
		row->cells[4].text = origin(at, mem);
	}
	if (target->count > 0)
		grid_write(&grid, "", out);
}

void text_listing_long(const struct text_view *view, const struct text_style *style,
		       struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	write_summary(view, style, mem, out);
	if (view->problem)
		return;
	text_srv(view->target, style, mem, out);
	write_endpoints(view->target, mem, out);
	text_finding_list(view, style, mem, out);
}

void text_listing_short(const struct text_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct target_view *target = view->target;
	for (size_t i = 0; i < target->count; i++) {
		text_columns(view, i, mem, out);
		buf_printf(out, "%s\n", origin(&target->endpoints[i], mem));
	}
	text_short_end(view, target->count, mem, out);
}
