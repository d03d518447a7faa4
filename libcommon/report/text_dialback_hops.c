/* The hops of a run as a timeline: seconds, direction, what it was. */
#include <string.h>

#include "report/dialback_screen.h"

#define TEXT_LEAST 30 /* columns for words, else lines run on */

size_t dialback_width(const struct dialback_screen *screen)
{
	return screen->style->width > 0 ? (size_t)screen->style->width : 0;
}

/* Of one trial: its hops are shown; it went wrong; as another one did before. */
struct choice {
	bool shown, trouble, repeats;
};

/* What goes into the timeline, in its order: a number is a place in it. */
struct timeline {
	struct choice *choices; /* by trial */
	const struct hop **hops;
	size_t count;
	size_t left_out; /* trials that show a fault once more */
};

static bool is_told(const struct findings *told, const struct finding_kind *kind)
{
	for (const struct finding *at = told->first; at; at = at->next) {
		if (at->kind == kind)
			return true;
	}
	return false;
}

/* A fault that no trial showed so far. */
static bool adds_fault(struct findings *told, const struct findings *own, struct arena *mem)
{
	bool news = false;
	for (const struct finding *at = own->first; at; at = at->next) {
		if (at->severity < SEVERITY_WARNING || is_told(told, at->kind))
			continue;
		struct finding *copy = arena_alloc(mem, sizeof(*copy));
		*copy = (struct finding){ .kind = at->kind, .next = told->first };
		told->first = copy;
		news = true;
	}
	return news;
}

static void choose_trial(const struct dialback_screen *screen, const struct dialback_facts *facts,
			 size_t index, struct findings *told, struct choice *out)
{
	const struct trial_facts *trial = &facts->trials[index];
	struct findings own = { 0 };
	*out = (struct choice){ .shown = screen->style->timeline };
	if (trial->state == TRIAL_NOT_TESTED)
		return;
	judge_trial_findings(facts, trial, screen->view->policy, screen->mem, &own);
	for (const struct finding *at = own.first; at; at = at->next)
		out->trouble = out->trouble || at->severity >= SEVERITY_WARNING;
	bool news = adds_fault(told, &own, screen->mem);
	out->repeats = out->trouble && !news && trial != dialback_round(facts);
	out->shown = out->shown || news || trial == dialback_round(facts);
}

/* DIALBACK_NONE: it belongs to none. */
static size_t trial_of(const struct dialback_facts *facts, const struct hop *hop)
{
	return hop->trial < facts->trial_count ? hop->trial : DIALBACK_NONE;
}

/* Another hop of this kind and way on the same connection, before or behind it. */
static bool has_like(const struct dialback_facts *facts, const struct hop *hop, bool behind)
{
	const struct hop *at = behind ? hop + 1 : facts->hops;
	const struct hop *end = behind ? facts->hops + facts->hop_count : hop;
	for (; at < end; at++) {
		if (at->link == hop->link && at->kind == hop->kind && at->way == hop->way)
			return true;
	}
	return false;
}

static bool has_element(const struct dialback_facts *facts, size_t link, bool answer)
{
	for (size_t i = 0; i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->link == link && (hop->kind == HOP_RESULT || hop->kind == HOP_VERIFY) &&
		    (hop->type != DB_REQUEST) == answer)
			return true;
	}
	return false;
}

/* One line a connection tells who speaks for whom; an element that came tells it, too. */
static bool is_spare_header(const struct dialback_facts *facts, const struct hop *hop)
{
	bool inbound = hop->link < facts->link_count && facts->links[hop->link].inbound;
	if (hop->way != (inbound ? HOP_RECEIVED : HOP_SENT) || has_like(facts, hop, false))
		return true;
	return inbound && has_element(facts, hop->link, false);
}

/* What every connection goes through, and what another line says. */
static bool is_plumbing(const struct dialback_facts *facts, const struct hop *hop, bool good)
{
	switch (hop->kind) {
	case HOP_TCP:
	case HOP_TLS:
		return !hop->text;
	case HOP_STREAM:
		return is_spare_header(facts, hop);
	case HOP_FEATURES:
		return has_like(facts, hop, true);
	case HOP_CLOSED:
		return good && has_element(facts, hop->link, true);
	case HOP_DNS:
	case HOP_EXTERNAL:
	case HOP_BIDI:
	case HOP_RESULT:
	case HOP_VERIFY:
	case HOP_STANZA:
	case HOP_ERROR:
	case HOP_SILENCE:
		break;
	}
	return false;
}

static void add_hops(const struct dialback_screen *screen, const struct dialback_facts *facts,
		     size_t trial, struct timeline *line)
{
	const struct choice nobody = { .shown = true };
	const struct choice *choice = trial < facts->trial_count ? &line->choices[trial] : &nobody;
	bool all = screen->style->timeline;
	for (size_t i = 0; choice->shown && i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (trial_of(facts, hop) == trial &&
		    (all || !is_plumbing(facts, hop, !choice->trouble)))
			line->hops[line->count++] = hop;
	}
}

/* They run side by side, and are told one after the other: what belongs to none, the round, the
 * others as the table has them. */
static struct timeline make_timeline(const struct dialback_screen *screen,
				     const struct dialback_facts *facts)
{
	struct arena *mem = screen->mem;
	const struct trial_facts *round = dialback_round(facts);
	size_t first = round ? (size_t)(round - facts->trials) : DIALBACK_NONE;
	struct findings told = { 0 };
	struct timeline line = {
		.choices = arena_array(mem, facts->trial_count, sizeof(*line.choices)),
		.hops = arena_array(mem, facts->hop_count, sizeof(const struct hop *)),
	};
	bool any = screen->style->timeline;
	if (round)
		choose_trial(screen, facts, first, &told, &line.choices[first]);
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (i != first)
			choose_trial(screen, facts, i, &told, &line.choices[i]);
		any = any || line.choices[i].shown;
		line.left_out += line.choices[i].repeats && !line.choices[i].shown;
	}
	if (any)
		add_hops(screen, facts, DIALBACK_NONE, &line);
	if (round)
		add_hops(screen, facts, first, &line);
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (i != first)
			add_hops(screen, facts, i, &line);
	}
	return line;
}

static const char *arrow(const struct dialback_facts *facts, const struct hop *hop)
{
	bool inbound = hop->link < facts->link_count && facts->links[hop->link].inbound;
	switch (hop->way) {
	case HOP_SENT:
		return inbound ? "==> in" : "-->";
	case HOP_RECEIVED:
		return inbound ? "<== in" : "<--";
	case HOP_NOTE:
		break;
	}
	return "--";
}

struct ruler {
	int number, seconds;
	bool headings; /* hops of several trials stand side by side */
};

static struct ruler measure(const struct dialback_screen *screen,
			    const struct dialback_facts *facts, const struct timeline *line)
{
	struct ruler ruler = { line->count > 99 ? 3 : 2, 5, false };
	size_t trial = DIALBACK_NONE;
	for (size_t i = 0; i < line->count; i++) {
		size_t whose = trial_of(facts, line->hops[i]);
		size_t seconds = strlen(
			arena_printf(screen->mem, "%.2f", line->hops[i]->at_ms / 1000));
		ruler.seconds = (int)seconds > ruler.seconds ? (int)seconds : ruler.seconds;
		if (whose == DIALBACK_NONE)
			continue;
		ruler.headings = ruler.headings || (trial != DIALBACK_NONE && trial != whose);
		trial = whose;
	}
	return ruler;
}

static void write_heading(const struct dialback_screen *screen, const struct trial_facts *trial)
{
	const struct trial_kind *kind = trial_kind(trial->which);
	buf_text(screen->out, "    ");
	text_wrap(screen->out, arena_printf(screen->mem, "%s: %s", kind->name, kind->words), 4, 6,
		  dialback_width(screen));
	buf_char(screen->out, '\n');
}

static void write_hop(const struct dialback_screen *screen, const struct dialback_facts *facts,
		      const struct hop *hop, size_t number, const struct ruler *ruler)
{
	const char *start = arena_printf(screen->mem, "%*zu %*.2f  %-6s  ", ruler->number, number,
					 ruler->seconds, hop->at_ms / 1000, arrow(facts, hop));
	size_t column = strlen(start), width = dialback_width(screen);
	buf_text(screen->out, start);
	text_wrap(screen->out, hop_words(screen, facts, hop), column, column,
		  width >= column + TEXT_LEAST ? width : 0);
	buf_char(screen->out, '\n');
}

void dialback_hops(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	const struct timeline line = make_timeline(screen, facts);
	const struct ruler ruler = measure(screen, facts, &line);
	size_t trial = DIALBACK_NONE;
	for (size_t i = 0; i < line.count; i++) {
		size_t whose = trial_of(facts, line.hops[i]);
		if (ruler.headings && whose != DIALBACK_NONE && whose != trial)
			write_heading(screen, &facts->trials[whose]);
		trial = whose;
		write_hop(screen, facts, line.hops[i], i + 1, &ruler);
	}
	if (line.left_out > 0)
		buf_printf(screen->out, "    the same in %zu more check%s, which -v shows\n",
			   line.left_out, line.left_out == 1 ? "" : "s");
	if (facts->hops_cut)
		buf_text(screen->out,
			 "    and more hops than are kept: run fewer checks at once to see them\n");
}

static bool tells_verdict(const struct hop *hop, enum trial_outcome verdict)
{
	switch (verdict) {
	case OUTCOME_VALID:
		return hop->kind == HOP_RESULT && hop->type == DB_VALID;
	case OUTCOME_INVALID:
		return hop->kind == HOP_RESULT && hop->type == DB_INVALID;
	case OUTCOME_ERROR:
		return hop->kind == HOP_RESULT && hop->type == DB_ERROR;
	case OUTCOME_STREAM_ERROR:
	case OUTCOME_NONE: /* turned away before anything was asked */
		return hop->kind == HOP_ERROR;
	case OUTCOME_CLOSED:
		return hop->kind == HOP_CLOSED;
	case OUTCOME_SILENCE:
		return hop->kind == HOP_SILENCE;
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	return false;
}

size_t dialback_verdict_hop(const struct dialback_screen *screen,
			    const struct dialback_facts *facts)
{
	const struct timeline line = make_timeline(screen, facts);
	const struct trial_facts *round = dialback_round(facts);
	for (size_t i = 0; round && i < line.count; i++) {
		const struct hop *hop = line.hops[i];
		bool ours = hop->trial < facts->trial_count && &facts->trials[hop->trial] == round;
		if (ours && hop->way != HOP_SENT && tells_verdict(hop, facts->verdict))
			return i + 1;
	}
	return 0;
}
