/* The hops of a run as a timeline: seconds, direction, what it was. */
#include <string.h>

#include "report/dialback_screen.h"

#define TEXT_LEAST 30 /* columns for words, else lines run on */

size_t dialback_width(const struct dialback_screen *screen)
{
	return screen->style->width > 0 ? (size_t)screen->style->width : 0;
}

/* Of one trial: its hops are shown; it went wrong. */
struct choice {
	bool shown, trouble;
};

/* The round and what went wrong; all of them if asked for. Returns whether there are any. */
static bool choose_trials(const struct dialback_screen *screen, const struct dialback_facts *facts,
			  struct choice *out)
{
	const struct trial_facts *round = dialback_round(facts);
	bool all = screen->style->timeline, any = all;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		bool tested = trial->state != TRIAL_NOT_TESTED;
		out[i].trouble = tested && judge_trial(facts, trial, screen->view->policy,
						       screen->mem) >= SEVERITY_WARNING;
		out[i].shown = all || out[i].trouble || (tested && trial == round);
		any = any || out[i].shown;
	}
	return any;
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

/* Numbers as the reader sees them; 0: not shown. */
static size_t *number_hops(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	size_t *numbers = arena_array(screen->mem, facts->hop_count, sizeof(*numbers));
	struct choice *choices = arena_array(screen->mem, facts->trial_count, sizeof(*choices));
	const struct choice other = { choose_trials(screen, facts, choices), false };
	size_t number = 0;
	for (size_t i = 0; i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		const struct choice *choice = hop->trial < facts->trial_count ? &choices[hop->trial]
									      : &other;
		bool all = screen->style->timeline;
		if (choice->shown && (all || !is_plumbing(facts, hop, !choice->trouble)))
			numbers[i] = ++number;
	}
	return numbers;
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
			    const struct dialback_facts *facts, const size_t *numbers)
{
	struct ruler ruler = { 2, 5, false };
	size_t trial = DIALBACK_NONE;
	for (size_t i = 0; i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (!numbers[i])
			continue;
		ruler.number = numbers[i] > 99 ? 3 : ruler.number;
		size_t seconds = strlen(arena_printf(screen->mem, "%.2f", hop->at_ms / 1000));
		ruler.seconds = (int)seconds > ruler.seconds ? (int)seconds : ruler.seconds;
		if (hop->trial >= facts->trial_count)
			continue;
		ruler.headings = ruler.headings || (trial != DIALBACK_NONE && trial != hop->trial);
		trial = hop->trial;
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
	const size_t *numbers = number_hops(screen, facts);
	const struct ruler ruler = measure(screen, facts, numbers);
	size_t trial = DIALBACK_NONE;
	for (size_t i = 0; i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (!numbers[i])
			continue;
		if (ruler.headings && hop->trial < facts->trial_count && hop->trial != trial)
			write_heading(screen, &facts->trials[hop->trial]);
		trial = hop->trial < facts->trial_count ? hop->trial : trial;
		write_hop(screen, facts, hop, numbers[i], &ruler);
	}
	if (facts->hops_cut)
		buf_text(screen->out, "    and more than are kept\n");
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
		return hop->kind == HOP_ERROR;
	case OUTCOME_CLOSED:
		return hop->kind == HOP_CLOSED;
	case OUTCOME_SILENCE:
		return hop->kind == HOP_SILENCE;
	case OUTCOME_NONE:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	return false;
}

size_t dialback_verdict_hop(const struct dialback_screen *screen,
			    const struct dialback_facts *facts)
{
	const size_t *numbers = number_hops(screen, facts);
	const struct trial_facts *round = dialback_round(facts);
	for (size_t i = 0; round && i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		bool ours = hop->trial < facts->trial_count && &facts->trials[hop->trial] == round;
		if (ours && hop->way != HOP_SENT && tells_verdict(hop, facts->verdict))
			return numbers[i];
	}
	return 0;
}
