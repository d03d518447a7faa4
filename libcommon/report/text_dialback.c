/* The long screen of xmpp-dialback: the answer first, then each endpoint with its hops and what
 * each trial gave (SCREENS.md). */
#include <string.h>

#include "report/dialback_screen.h"

static void write_summary(const struct dialback_screen *screen)
{
	const struct text_view *view = &screen->view->base;
	struct arena *mem = screen->mem;
	const char *state = view->problem   ? escaped(view->problem, mem)
			    : !view->target ? "not examined"
					    : dialback_target_state(screen->view, false, mem);
	const char *trouble = dialback_trouble(screen->view, state, mem);
	text_coloured(screen->out, status_word(view->status),
		      status_colour(view->status, screen->style));
	buf_printf(screen->out, " %s: %s%s%s\n", view_name(view, mem), state, trouble ? "; " : "",
		   trouble ? trouble : "");
}

static void write_heading(const struct dialback_screen *screen, const struct endpoint *at)
{
	struct arena *mem = screen->mem;
	bool named = at->address.family != AF_UNSPEC;
	buf_printf(screen->out, "\n%s %s %s%s%s%s\n", service_name(at->service),
		   transport_name(at->transport), escaped(endpoint_text(at, mem), mem),
		   named ? " (" : "", named ? escaped(at->host, mem) : "", named ? ")" : "");
}

/* A walk that failed is told step by step, as xmpp-starttls tells it; with what was tried, if
 * anything was. */
static void write_endpoint(const struct dialback_screen *screen, size_t index)
{
	const struct target_view *target = screen->view->base.target;
	const struct dialback_facts *facts = screen->view->dialbacks[index];
	bool failed = facts->walk.failure.code != ERR_NONE;
	if (failed && target->count > 1)
		buf_char(screen->out, '\n');
	else if (target->count > 1)
		write_heading(screen, &target->endpoints[index]);
	if (failed)
		text_timeline(&screen->view->base, index, screen->style, screen->mem, screen->out);
	dialback_hops(screen, facts);
	if (!failed || dialback_round(facts))
		dialback_details(screen, facts, &target->endpoints[index]);
	if (!failed || dialback_count(facts, screen->view->policy, screen->mem).tested > 0)
		dialback_trials(screen, facts);
}

void text_dialback_long(const struct dialback_view *view, const struct text_style *style,
			struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct dialback_screen screen = { view, style, mem, out };
	write_summary(&screen);
	if (!view->base.target || view->base.problem)
		return;
	for (size_t i = 0; i < view->base.target->count; i++) {
		if (view->dialbacks[i])
			write_endpoint(&screen, i);
	}
	if (view->base.target->count > 1)
		buf_char(out, '\n');
	if (view->base.promises)
		text_promises(&view->base, style, mem, out);
	text_finding_list(&view->base, style, mem, out);
	text_cost(&view->base, out);
}
