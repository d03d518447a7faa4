/* What each trial gave, as a table; and the catalogue of them. */
#include <string.h>

#include "report/dialback_screen.h"

#define WORDS_LEAST 30 /* columns for what we did, else the name has to say it */

struct line {
	const char *check, *outcome, *verdict, *words;
	enum severity severity;
	bool tested;
};

struct columns {
	size_t check, outcome, verdict, words; /* words 0: no room */
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

static const char *outcome_of(const struct trial_facts *trial, struct arena *mem)
{
	const char *reason = trial->reason ? escaped(trial->reason, mem) : NULL;
	const char *words = outcome_words(trial->answer.outcome, trial->answer.condition, mem);
	switch (trial->state) {
	case TRIAL_NOT_TESTED:
		return reason ? arena_printf(mem, "not tested: %s", reason) : "not tested";
	case TRIAL_REFUSED:
		words = trial->answer.outcome == OUTCOME_NONE
				? "refused"
				: arena_printf(mem, "refused: %s", words);
		return reason ? arena_printf(mem, "%s (%s)", words, reason) : words;
	case TRIAL_TESTED:
		break;
	}
	return circumstances(trial, words, mem);
}

static struct line line_of(const struct dialback_screen *screen, const struct dialback_facts *facts,
			   const struct trial_facts *trial)
{
	const struct trial_kind *kind = trial_kind(trial->which);
	enum severity severity = judge_trial(facts, trial, screen->view->policy, screen->mem);
	bool tested = trial->state != TRIAL_NOT_TESTED;
	return (struct line){
		.check = kind->name,
		.outcome = outcome_of(trial, screen->mem),
		.verdict = !tested                     ? ""
			   : severity == SEVERITY_NONE ? "good"
						       : severity_name(severity),
		.words = kind->words,
		.severity = severity,
		.tested = tested,
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
	struct columns columns = { strlen("CHECK"), strlen("OUTCOME"), strlen("VERDICT"), 0 };
	size_t words = 0, width = dialback_width(screen);
	for (size_t i = 0; i < count; i++) {
		columns.check = larger(columns.check, strlen(lines[i].check));
		if (!lines[i].tested)
			continue;
		columns.outcome = larger(columns.outcome, text_width(lines[i].outcome));
		columns.verdict = larger(columns.verdict, strlen(lines[i].verdict));
		words = larger(words, strlen(lines[i].words));
	}
	size_t before = columns.check + 2 + columns.outcome + 2 + columns.verdict + 2;
	columns.words = width == 0 || before + larger(words, WORDS_LEAST) <= width
				? larger(words, 1)
			: before + WORDS_LEAST <= width ? width - before
							: 0;
	return columns;
}

static void write_untested(const struct dialback_screen *screen, const struct line *line,
			   const struct columns *columns)
{
	size_t indent = columns->check + 2;
	text_pad(screen->out, line->check, indent);
	text_wrap(screen->out, line->outcome, indent, indent, dialback_width(screen));
	buf_char(screen->out, '\n');
}

/* Where outcomes are long and the terminal narrow, the outcome runs over more lines. */
static void write_tested(const struct dialback_screen *screen, const struct line *line,
			 const struct columns *columns)
{
	size_t before = columns->check + 2 + columns->outcome + 2 + columns->verdict + 2;
	text_pad(screen->out, line->check, columns->check + 2);
	text_pad(screen->out, line->outcome, columns->outcome + 2);
	text_coloured(screen->out, line->verdict,
		      *line->verdict ? severity_colour(line->severity, screen->style) : NULL);
	if (columns->words > 0) {
		text_pad(screen->out, "", columns->verdict - strlen(line->verdict) + 2);
		text_wrap(screen->out, line->words, before, before, dialback_width(screen));
	}
	buf_char(screen->out, '\n');
}

void dialback_trials(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	struct line *lines = arena_array(screen->mem, facts->trial_count, sizeof(*lines));
	const struct line title = { "CHECK",       "OUTCOME",     "VERDICT",
				    "WHAT WE DID", SEVERITY_NONE, true };
	for (size_t i = 0; i < facts->trial_count; i++)
		lines[i] = line_of(screen, facts, &facts->trials[i]);
	const struct columns columns = measure(screen, lines, facts->trial_count);
	if (facts->trial_count > 0)
		write_tested(screen, &title, &columns);
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (lines[i].tested)
			write_tested(screen, &lines[i], &columns);
		else
			write_untested(screen, &lines[i], &columns);
	}
}
