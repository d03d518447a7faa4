/* A line an endpoint for pipes, a line a domain for monitoring systems, a line a problem for cron.
 */
#include <string.h>

#include "report/check_words.h"
#include "report/groups.h"
#include "report/record_parts.h"

static void write_place(const struct check_view *view, size_t i, struct arena *mem, struct buf *out)
{
	char address[ADDRESS_TEXT_MAX];
	const struct endpoint *at = &view->base.target->endpoints[i];
	buf_printf(out, "%s\t%s\t", view_name(&view->base, mem), service_name(at->service));
	if (at->source == SOURCE_FILE) {
		buf_printf(out, "-\t%s\t-\t-\t", escaped(at->host, mem));
		return;
	}
	address_text(&at->address, address);
	buf_printf(out, "%s\t%s\t%u\t%s\t", transport_name(at->transport), escaped(at->host, mem),
		   (unsigned)at->port, *address ? address : "-");
}

/* "valid 51 of 90 days PKIX" */
static const char *good_words(const struct certcheck_facts *facts, struct arena *mem)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	const char *proofs = check_proofs(facts->proofs, '+', mem);
	return arena_printf(mem, "%s %lld of %lld days%s%s", *proofs ? "valid" : "trusted",
			    (long long)check_days_left(facts),
			    (long long)record_days(record_lifetime(leaf)),
			    *proofs ? " " : ", names not judged", proofs);
}

static void write_endpoint(const struct check_view *view, size_t i, struct arena *mem,
			   struct buf *out)
{
	const struct certcheck_facts *facts = view->checks[i];
	const struct finding *worst = worst_finding(view->base.found[i]);
	bool good = check_is_good(facts);
	/* Of a certificate that is not good, the finding says it; of a good one, what is wrong
	 * besides. */
	bool trouble = worst && (worst->severity >= SEVERITY_WARNING || !good);
	write_place(view, i, mem, out);
	buf_printf(out, "%s\t", status_name(view->base.statuses[i]));
	if (good)
		buf_printf(out, "%s%s", good_words(facts, mem), trouble ? "; " : "");
	else if (!trouble)
		buf_text(out, check_state(facts, mem));
	if (trouble)
		buf_printf(out, "%s: %s", worst->kind->id, worst->text);
	buf_char(out, '\n');
}

void text_certcheck_short(const struct check_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	size_t count = view->base.target ? view->base.target->count : 0, written = 0;
	for (size_t i = 0; i < count; i++) {
		if (!view->checks[i])
			continue;
		write_endpoint(view, i, mem, out);
		written++;
	}
	text_short_end(&view->base, written, mem, out);
}

/* The certificate that ends first, and when the first above a leaf ends. */
struct ends {
	const struct certcheck_facts *leaf, *chain;
	const struct cert_facts *issuer; /* of chain's way */
	unsigned everywhere, anywhere;   /* proofs */
	bool all_good;
};

static void find_chain_end(const struct certcheck_facts *facts, struct ends *ends)
{
	const struct path_facts *path = &facts->walk.identity.path;
	for (size_t i = 1; i < path->way_length; i++) {
		if (!ends->issuer || path->way[i]->not_after < ends->issuer->not_after) {
			ends->issuer = path->way[i];
			ends->chain = facts;
		}
	}
}

static struct ends find_ends(const struct check_view *view)
{
	const struct target_view *target = view->base.target;
	struct ends ends = { .everywhere = ~0U, .all_good = true };
	for (size_t i = 0; target && i < target->count; i++) {
		const struct certcheck_facts *facts = view->checks[i];
		if (!facts)
			continue;
		ends.all_good = ends.all_good && check_is_good(facts);
		if (!check_has_cert(facts))
			continue;
		ends.everywhere &= facts->proofs;
		ends.anywhere |= facts->proofs;
		if (!ends.leaf || facts->walk.identity.certs[0].not_after <
					  ends.leaf->walk.identity.certs[0].not_after)
			ends.leaf = facts;
		find_chain_end(facts, &ends);
	}
	return ends;
}

/* " days=51;20:;7:": alerts when fewer are left than the figure before the colon. */
static void write_figure(const struct check_rules *rules, const char *name,
			 const struct cert_facts *cert, int64_t at, struct buf *out)
{
	int64_t lifetime = record_lifetime(cert);
	buf_printf(out, " %s=%lld;%.4g:;%.4g:", name, (long long)record_days(cert->not_after - at),
		   check_days(span_seconds(&rules->warning, lifetime)),
		   check_days(span_seconds(&rules->critical, lifetime)));
}

static void write_perfdata(const struct check_view *view, const struct ends *ends, struct buf *out)
{
	buf_text(out, " |");
	if (ends->leaf)
		write_figure(view->rules, "days", &ends->leaf->walk.identity.certs[0],
			     ends->leaf->at, out);
	if (ends->issuer)
		write_figure(view->rules, "chain_days", ends->issuer, ends->chain->at, out);
	buf_printf(out, " time=%.2fs\n", view->base.elapsed_ms / 1000);
}

static const char *nagios_words(const struct check_view *view, const struct ends *ends,
				struct arena *mem)
{
	if (view->base.problem || !view->base.target)
		return view->base.problem ? escaped(view->base.problem, mem) : "not examined";
	if (!ends->leaf)
		return check_target_state(view, mem);
	const char *state = check_target_state(view, mem);
	if (ends->all_good && ends->everywhere)
		state = check_proofs(ends->everywhere, '+', mem);
	else if (ends->all_good && ends->anywhere)
		state = check_proofs(ends->anywhere, '/', mem);
	else if (ends->all_good)
		state = "trusted, names not judged";
	int64_t days = check_days_left(ends->leaf);
	return arena_printf(mem, "%lld day%s, %s", (long long)days, days == 1 ? "" : "s", state);
}

void text_certcheck_nagios(const struct check_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct ends ends = find_ends(view);
	const char *words = nagios_words(view, &ends, mem);
	const char *trouble = check_trouble(view, words, mem);
	buf_printf(out, "XMPPCERT %s - ", status_word(view->base.status));
	text_clean(view_name(&view->base, mem), out);
	buf_char(out, ' ');
	text_clean(words, out);
	if (trouble) {
		buf_text(out, "; ");
		text_clean(trouble, out);
	}
	write_perfdata(view, &ends, out);
}

static const char *problem_word(const struct finding *finding)
{
	switch (finding->severity) {
	case SEVERITY_CRITICAL:
		return status_word(STATUS_CRITICAL);
	case SEVERITY_WARNING:
		return status_word(STATUS_WARNING);
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		break;
	}
	return finding->kind->unknown ? status_word(STATUS_UNKNOWN) : NULL;
}

/* " s2s 192.0.2.7:5269", " c2s (3 endpoints)", " im.pem" */
static void write_where(const struct check_view *view, size_t hits, size_t which, struct arena *mem,
			struct buf *out)
{
	const struct endpoint *at = &view->base.target->endpoints[which];
	const char *name = escaped(endpoint_text(at, mem), mem);
	if (hits > 1)
		buf_printf(out, " %s (%zu endpoints)", service_name(at->service), hits);
	else if (at->source != SOURCE_FILE)
		buf_printf(out, " %s %s", service_name(at->service), name);
	else if (strcmp(name, view_name(&view->base, mem)) != 0)
		buf_printf(out, " %s", name);
}

static void write_problem(const struct check_view *view, const struct group *group,
			  struct arena *mem, struct buf *out)
{
	const char *word = problem_word(group->finding);
	const char *name = view_name(&view->base, mem);
	if (!group->hits) {
		buf_printf(out, "%s %s %s\n", name, word, group->finding->text);
		return;
	}
	const char *file = NULL; /* told already: it may be judged for both services */
	for (int service = 0; service < SERVICE_COUNT; service++) {
		size_t hits = 0, which = 0;
		for (size_t i = 0; i < view->base.target->count; i++) {
			if (group->hits[i] &&
			    view->base.target->endpoints[i].service == (enum service)service) {
				hits++;
				which = i;
			}
		}
		const struct endpoint *at = &view->base.target->endpoints[which];
		if (hits == 0 || (file && strcmp(file, at->host) == 0))
			continue;
		file = at->source == SOURCE_FILE ? at->host : NULL;
		buf_text(out, name);
		write_where(view, hits, which, mem, out);
		buf_printf(out, " %s %s\n", word, group->finding->text);
	}
}

void text_certcheck_cron(const struct check_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *name = view_name(&view->base, mem);
	size_t written = 0;
	if (view->base.status == STATUS_OK)
		return;
	if (view->base.problem) {
		buf_printf(out, "%s %s %s\n", name, status_word(view->base.status),
			   escaped(view->base.problem, mem));
		return;
	}
	const struct groups groups = groups_of(&view->base, mem);
	for (size_t i = 0; i < groups.count; i++) {
		if (!problem_word(groups.items[i].finding))
			continue;
		write_problem(view, &groups.items[i], mem, out);
		written++;
	}
	/* Whatever the reason, silence would say that all is well. */
	if (written == 0)
		buf_printf(out, "%s %s %s\n", name, status_word(view->base.status),
			   view->base.target ? check_target_state(view, mem) : "not examined");
}
