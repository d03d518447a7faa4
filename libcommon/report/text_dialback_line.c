/* A line an endpoint for pipes, a line a domain for monitoring systems. */
#include "report/dialback_words.h"

/* "valid dialback TLS1.3", "error remote-server-not-found none TLS1.2", "not_tested 9/9 TLS1.3" */
static const char *short_words(const struct endpoint *at, const struct dialback_facts *facts,
			       const struct policy *policy, struct arena *mem)
{
	const struct starttls_facts *walk = &facts->walk;
	if (walk->failure.code != ERR_NONE)
		return dialback_walk_state(at, facts, mem);
	const char *version = walk->encrypted ? tls_version_name(walk->tls.version) : "no-TLS";
	const struct trial_counts counts = dialback_count(facts, policy, mem);
	if (facts->verdict == OUTCOME_NONE)
		return arena_printf(mem, "not_tested %zu/%zu checks good %s", counts.good,
				    counts.tested, version);
	return arena_printf(mem, "%s %s %s", outcome_words(facts->verdict, facts->condition, mem),
			    peer_trust_name(facts->trust), version);
}

static void write_endpoint(const struct dialback_view *view, size_t i, struct arena *mem,
			   struct buf *out)
{
	const struct endpoint *at = &view->base.target->endpoints[i];
	const struct dialback_facts *facts = view->dialbacks[i];
	const struct finding *worst = worst_finding(view->base.found[i]);
	bool failed = facts->walk.failure.code != ERR_NONE;
	/* Of a walk that failed, the finding says why; of one that did not, what is wrong besides.
	 */
	bool trouble = worst && (worst->severity >= SEVERITY_WARNING || failed);
	text_columns(&view->base, i, mem, out);
	if (!failed || !trouble)
		buf_printf(out, "%s%s", short_words(at, facts, view->policy, mem),
			   trouble ? "; " : "");
	if (trouble)
		buf_printf(out, "%s: %s", worst->kind->id, worst->text);
	buf_char(out, '\n');
}

void text_dialback_short(const struct dialback_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	size_t count = view->base.target ? view->base.target->count : 0, written = 0;
	for (size_t i = 0; i < count; i++) {
		if (!view->dialbacks[i])
			continue;
		write_endpoint(view, i, mem, out);
		written++;
	}
	text_short_end(&view->base, written, mem, out);
}

/* Of several endpoints, the slowest round. */
static void write_perfdata(const struct dialback_view *view, struct arena *mem, struct buf *out)
{
	size_t count = view->base.target ? view->base.target->count : 0, trials = 0;
	double round_ms = 0;
	bool asked = false;
	for (size_t i = 0; i < count; i++) {
		const struct dialback_facts *facts = view->dialbacks[i];
		const struct trial_facts *round = facts ? dialback_round(facts) : NULL;
		if (facts)
			trials += dialback_count(facts, view->policy, mem).tested;
		if (!round || round->answer.outcome == OUTCOME_NONE)
			continue;
		asked = true;
		round_ms = round->answer.elapsed_ms > round_ms ? round->answer.elapsed_ms
							       : round_ms;
	}
	buf_text(out, " |");
	if (asked)
		buf_printf(out, " round=%.2fs;;;0", round_ms / 1000);
	buf_printf(out, " trials=%zu time=%.2fs;;;0\n", trials, view->base.elapsed_ms / 1000);
}

void text_dialback_nagios(const struct dialback_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct text_view *base = &view->base;
	const char *state = base->problem   ? escaped(base->problem, mem)
			    : !base->target ? "not examined"
					    : dialback_target_state(view, true, mem);
	const char *trouble = dialback_trouble(view, state, mem);
	buf_printf(out, "XMPPDIALBACK %s - ", status_word(base->status));
	text_clean(view_name(base, mem), out);
	buf_char(out, ' ');
	text_clean(state, out);
	if (trouble) {
		buf_text(out, "; ");
		text_clean(trouble, out);
	}
	write_perfdata(view, mem, out);
}
