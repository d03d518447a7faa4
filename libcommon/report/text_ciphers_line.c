/* A line an endpoint for pipes, a line a domain for monitoring systems. */
#include "report/ciphers_words.h"

static void write_endpoint(const struct ciphers_view *view, size_t i, struct arena *mem,
			   struct buf *out)
{
	const struct ciphers_facts *facts = view->ciphers[i];
	const struct finding *worst = worst_finding(view->base.found[i]);
	bool answered = ciphers_answered(facts);
	/* Of an endpoint that did not answer, the finding says why; of one that did, what is wrong
	 * besides. */
	bool trouble = worst && (worst->severity >= SEVERITY_WARNING || !answered);
	text_columns(&view->base, i, mem, out);
	if (answered || !trouble)
		buf_printf(out, "%s%s", ciphers_state(facts, true, mem), trouble ? "; " : "");
	if (trouble)
		buf_printf(out, "%s: %s", worst->kind->id, worst->text);
	else if (answered && facts->cut != CUT_NOT)
		buf_printf(out, "; %s", cut_words(facts, mem));
	buf_char(out, '\n');
}

void text_ciphers_short(const struct ciphers_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	size_t count = view->base.target ? view->base.target->count : 0, written = 0;
	for (size_t i = 0; i < count; i++) {
		if (!view->ciphers[i])
			continue;
		write_endpoint(view, i, mem, out);
		written++;
	}
	text_short_end(&view->base, written, mem, out);
}

static void write_perfdata(const struct ciphers_view *view, struct arena *mem, struct buf *out)
{
	size_t count = view->base.target ? view->base.target->count : 0, examined = 0;
	const struct suite_counts suites_of = ciphers_count(view->ciphers, count, view->policy,
							    mem);
	for (size_t i = 0; i < count; i++)
		examined += view->ciphers[i] && ciphers_answered(view->ciphers[i]);
	buf_text(out, " |");
	if (examined > 0)
		buf_printf(out, " suites=%zu weak=%zu;;;0 insecure=%zu;;;0", suites_of.all,
			   suites_of.weak, suites_of.insecure);
	buf_printf(out, " connections=%zu time=%.2fs;;;0\n", view->base.connections,
		   view->base.elapsed_ms / 1000);
}

void text_ciphers_nagios(const struct ciphers_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct text_view *base = &view->base;
	const char *state = base->problem   ? escaped(base->problem, mem)
			    : !base->target ? "not examined"
					    : ciphers_target_state(view, false, mem);
	const char *trouble = ciphers_trouble(view, state, mem);
	buf_printf(out, "XMPPCIPHERS %s - ", status_word(base->status));
	text_clean(view_name(base, mem), out);
	buf_char(out, ' ');
	text_clean(state, out);
	if (trouble) {
		buf_text(out, "; ");
		text_clean(trouble, out);
	}
	write_perfdata(view, mem, out);
}
