/* What each trial gave, as a table. */
#include <string.h>

#include "report/dialback_screen.h"

#define WORDS_LEAST 30 /* columns for what we did; with fewer, the name has to say it */

struct line {
	const char *check, *outcome, *verdict, *words;
	enum severity severity;
	bool tested;
};

struct columns {
	size_t check, outcome, verdict;
	bool words;  /* there is room for what we did */
	bool narrow; /* none even for outcomes beside verdicts */
};

static const char *known_words(const char *words, enum known known, const char *yes, const char *no,
			       struct arena *mem)
{
	const char *more = known == KNOWN_YES ? yes : known == KNOWN_NO ? no : NULL;
	return more ? arena_printf(mem, "%s, %s", words, more) : words;
}

/* What the outcome does not say by itself. */
static const char *circumstances(const struct trial_facts *trial, const char *words,
				 struct arena *mem)
{
	bool over = trial->answer.outcome == OUTCOME_CLOSED ||
		    trial->answer.outcome == OUTCOME_STREAM_ERROR;
	if (trial->another.outcome != OUTCOME_NONE)
		words = arena_printf(mem, "%s and %s", words,
				     outcome_words(trial->another.outcome, trial->another.condition,
						   mem));
	if (trial->called_back == KNOWN_YES)
		words = known_words(words, KNOWN_YES,
				    trial->called_in_clear == KNOWN_YES ? "asked back in clear"
									: "asked back",
				    NULL, mem);
	else if (trial->answer.outcome == OUTCOME_VALID)
		words = known_words(words, trial->called_back, NULL, "not asked back", mem);
	if (trial->key == KEY_WRONG || trial->key == KEY_TRIMMED)
		words = arena_printf(mem, "%s, %s", words,
				     trial->key == KEY_WRONG ? "another key" : "key trimmed");
	if (!over)
		words = known_words(words, trial->stays, NULL, "then closed", mem);
	words = known_words(words, trial->delivered, "delivered", NULL, mem);
	return known_words(words, trial->bounced, "came back", "never came back", mem);
}

static const char *outcome_of(const struct trial_facts *trial, const char *reason,
			      struct arena *mem)
{
	const char *words = outcome_words(trial->answer.outcome, trial->answer.condition, mem);
	switch (trial->state) {
	case TRIAL_NOT_TESTED:
		return reason ? arena_printf(mem, "not tested: %s", reason) : "not tested";
	case TRIAL_REFUSED:
		return trial->answer.outcome == OUTCOME_NONE
			       ? "refused"
			       : arena_printf(mem, "refused: %s", words);
	case TRIAL_TESTED:
		break;
	}
	return circumstances(trial, words, mem);
}

static bool has_same_reason(const struct trial_facts *a, const struct trial_facts *b)
{
	return a->state == b->state && a->reason && b->reason && strcmp(a->reason, b->reason) == 0;
}

static struct line line_of(const struct dialback_screen *screen, const struct dialback_facts *facts,
			   size_t index)
{
	struct arena *mem = screen->mem;
	const struct trial_facts *trial = &facts->trials[index];
	bool again = index > 0 && has_same_reason(trial, trial - 1);
	const char *reason = again           ? "for the same reason"
			     : trial->reason ? escaped(trial->reason, mem)
					     : NULL;
	const struct trial_kind *kind = trial_kind(trial->which);
	enum severity severity = judge_trial(facts, trial, screen->view->policy, mem);
	return (struct line){
		.check = kind->name,
		.outcome = outcome_of(trial, reason, mem),
		.verdict = severity == SEVERITY_NONE ? "good" : severity_name(severity),
		.words = reason ? arena_printf(mem, "%s; %s", kind->words, reason) : kind->words,
		.severity = severity,
		.tested = trial->state != TRIAL_NOT_TESTED,
	};
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* What was not tested reaches over the columns behind it. */
static struct columns measure(const struct dialback_screen *screen, const struct line *lines,
			      size_t count)
{
	struct columns columns = { strlen("CHECK"), strlen("OUTCOME"), strlen("VERDICT"), false,
				   false };
	size_t words = 0, width = dialback_width(screen);
	for (size_t i = 0; i < count; i++) {
		columns.check = larger(columns.check, strlen(lines[i].check));
		if (!lines[i].tested)
			continue;
		columns.outcome = larger(columns.outcome, text_width(lines[i].outcome));
		columns.verdict = larger(columns.verdict, strlen(lines[i].verdict));
		words = larger(words, text_width(lines[i].words));
	}
	size_t before = columns.check + 2 + columns.outcome + 2 + columns.verdict;
	size_t least = words < WORDS_LEAST ? words : WORDS_LEAST;
	columns.words = width == 0 || before + 2 + least <= width;
	columns.narrow = width > 0 && before > width;
	return columns;
}

static void write_verdict(const struct dialback_screen *screen, const struct line *line)
{
	text_coloured(screen->out, line->verdict, severity_colour(line->severity, screen->style));
}

/* The verdict comes first, and the outcome over as many lines as it needs. */
static void write_narrow(const struct dialback_screen *screen, const struct line *line,
			 const struct columns *columns)
{
	size_t before = columns->check + 2 + columns->verdict + 2;
	write_verdict(screen, line);
	text_pad(screen->out, "", columns->verdict - strlen(line->verdict) + 2);
	text_wrap(screen->out, line->outcome, before, before, dialback_width(screen));
}

static void write_wide(const struct dialback_screen *screen, const struct line *line,
		       const struct columns *columns)
{
	size_t before = columns->check + 2 + columns->outcome + 2 + columns->verdict + 2;
	text_pad(screen->out, line->outcome, columns->outcome + 2);
	write_verdict(screen, line);
	if (!columns->words)
		return;
	text_pad(screen->out, "", columns->verdict - strlen(line->verdict) + 2);
	text_wrap(screen->out, line->words, before, before, dialback_width(screen));
}

static void write_trial(const struct dialback_screen *screen, const struct line *line,
			const struct columns *columns)
{
	size_t indent = columns->check + 2;
	text_pad(screen->out, line->check, indent);
	if (!line->tested)
		text_wrap(screen->out, line->outcome, indent, indent, dialback_width(screen));
	else if (columns->narrow)
		write_narrow(screen, line, columns);
	else
		write_wide(screen, line, columns);
	buf_char(screen->out, '\n');
}

void dialback_trials(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	struct line *lines = arena_array(screen->mem, facts->trial_count, sizeof(*lines));
	const struct line title = { "CHECK",       "OUTCOME",     "VERDICT",
				    "WHAT WE DID", SEVERITY_NONE, true };
	if (facts->trial_count == 0)
		return;
	for (size_t i = 0; i < facts->trial_count; i++)
		lines[i] = line_of(screen, facts, i);
	const struct columns columns = measure(screen, lines, facts->trial_count);
	write_trial(screen, &title, &columns);
	for (size_t i = 0; i < facts->trial_count; i++)
		write_trial(screen, &lines[i], &columns);
}
