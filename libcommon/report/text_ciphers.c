/* The long screen of xmpp-ciphers: the answer first, then each endpoint with what it accepts
 * (SCREENS.md). */
#include <string.h>

#include "report/ciphers_screen.h"

#define WIDTH_USUAL 100 /* of a line whose end stands to the right, where nobody gave a width */

/* Endpoints of which everything learnt is the same. */
struct alike {
	json_t *survey;
	const char *where;
	size_t first, count, connections, throttled;
};

/* A line with its end to the right, if there is room. */
static void write_ended(const struct ciphers_screen *screen, size_t used, const char *end)
{
	int width = screen->style->width;
	size_t room = width > 0 && width < WIDTH_USUAL ? (size_t)width : WIDTH_USUAL;
	if (*end && used + 2 + text_width(end) <= room) {
		text_pad(screen->out, "", room - used - text_width(end));
		buf_text(screen->out, end);
	}
	buf_char(screen->out, '\n');
}

static const char *connections_words(size_t count, struct arena *mem)
{
	return arena_printf(mem, "%zu connection%s", count, count == 1 ? "" : "s");
}

static const char *place_words(const struct ciphers_screen *screen, size_t index)
{
	const struct endpoint *at = &screen->view->base.target->endpoints[index];
	bool named = at->address.family != AF_UNSPEC;
	return arena_printf(screen->mem, "%s %s %s%s%s%s", service_name(at->service),
			    transport_name(at->transport),
			    escaped(endpoint_text(at, screen->mem), screen->mem), named ? " (" : "",
			    named ? escaped(at->host, screen->mem) : "", named ? ")" : "");
}

static size_t count_examined(const struct ciphers_view *view)
{
	size_t count = 0;
	for (size_t i = 0; view->base.target && i < view->base.target->count; i++)
		count += view->ciphers[i] != NULL;
	return count;
}

/* With one endpoint the first line is its heading, too. */
static const char *summary_place(const struct ciphers_screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	if (count_examined(screen->view) != 1 || target->count != 1)
		return "";
	const struct endpoint *at = &target->endpoints[0];
	return arena_printf(screen->mem, " %s %s %s", service_name(at->service),
			    transport_name(at->transport),
			    escaped(endpoint_text(at, screen->mem), screen->mem));
}

static void write_summary(const struct ciphers_screen *screen)
{
	const struct text_view *view = &screen->view->base;
	struct arena *mem = screen->mem;
	const char *place = view->problem ? "" : summary_place(screen);
	const char *state = view->problem   ? escaped(view->problem, mem)
			    : !view->target ? "not examined"
			    : *place        ? ciphers_state(screen->view->ciphers[0], true, mem)
					    : ciphers_target_state(screen->view, true, mem);
	const char *trouble = ciphers_trouble(screen->view, state, mem);
	const char *line = arena_printf(mem, " %s%s: %s%s%s", view_name(view, mem), place, state,
					trouble ? "; " : "", trouble ? trouble : "");
	text_coloured(screen->out, status_word(view->status),
		      status_colour(view->status, screen->style));
	buf_text(screen->out, line);
	write_ended(screen, strlen(status_word(view->status)) + text_width(line),
		    *place ? arena_printf(mem, "%s, %.1f s",
					  connections_words(view->connections, mem),
					  view->elapsed_ms / 1000)
			   : "");
}

static size_t group_alike(const struct ciphers_screen *screen, struct alike *list)
{
	const struct target_view *target = screen->view->base.target;
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		const struct ciphers_facts *facts = screen->view->ciphers[i];
		size_t at = 0;
		if (!facts || !ciphers_answered(facts))
			continue;
		json_t *survey = record_survey(facts, screen->view->policy);
		while (at < count && !json_equal(list[at].survey, survey))
			at++;
		const char *place = place_words(screen, i);
		if (at == count) {
			list[count++] = (struct alike){ survey, place, i, 0, 0, 0 };
		} else {
			list[at].where = arena_printf(screen->mem, "%s, %s", list[at].where, place);
			json_decref(survey);
		}
		list[at].count++;
		list[at].connections += facts->connections;
		list[at].throttled += facts->throttled;
	}
	return count;
}

static void write_heading(const struct ciphers_screen *screen, const struct alike *alike)
{
	size_t width = screen->style->width > 0 ? (size_t)screen->style->width : 0;
	const char *cost = connections_words(alike->connections, screen->mem);
	buf_char(screen->out, '\n');
	if (alike->count == 1) {
		buf_text(screen->out, alike->where);
		write_ended(screen, text_width(alike->where), cost);
		return;
	}
	text_wrap(screen->out, arena_printf(screen->mem, "%s: the same (%s)", alike->where, cost),
		  0, 4, width);
	buf_char(screen->out, '\n');
}

static void write_endpoints(const struct ciphers_screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	struct alike *list = arena_array(screen->mem, target->count, sizeof(*list));
	size_t count = group_alike(screen, list);
	for (size_t i = 0; i < count; i++) {
		const struct ciphers_facts *facts = screen->view->ciphers[list[i].first];
		if (target->count > 1)
			write_heading(screen, &list[i]);
		ciphers_matrix(screen, facts);
		ciphers_details(screen, facts);
		json_decref(list[i].survey);
	}
}

/* A walk that failed is told step by step, as xmpp-starttls tells it. */
static void write_walks(const struct ciphers_screen *screen)
{
	const struct target_view *target = screen->view->base.target;
	for (size_t i = 0; i < target->count; i++) {
		const struct ciphers_facts *facts = screen->view->ciphers[i];
		if (!facts)
			continue;
		bool answered = ciphers_answered(facts);
		if (!answered && target->count > 1)
			buf_char(screen->out, '\n');
		if (!answered || screen->style->timeline)
			text_timeline(&screen->view->base, i, screen->style, screen->mem,
				      screen->out);
		if (!answered && facts->walk.failure.code == ERR_NONE) {
			ciphers_matrix(screen, facts);
			ciphers_details(screen, facts);
		}
	}
}

void text_ciphers_long(const struct ciphers_view *view, const struct text_style *style,
		       struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct ciphers_screen screen = { view, style, mem, out };
	write_summary(&screen);
	if (!view->base.target || view->base.problem)
		return;
	write_endpoints(&screen);
	write_walks(&screen);
	if (view->base.target->count > 1)
		buf_char(out, '\n');
	if (view->base.promises)
		text_promises(&view->base, style, mem, out);
	text_finding_list(&view->base, style, mem, out);
	text_cost(&view->base, out);
}
