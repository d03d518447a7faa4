/* A line an endpoint for pipes, a line a target for monitoring systems. */
#include <string.h>

#include "report/text.h"
#include "report/words.h"

void text_columns(const struct text_view *view, size_t index, struct arena *mem, struct buf *out)
{
	char address[ADDRESS_TEXT_MAX];
	const struct endpoint *at = &view->target->endpoints[index];
	address_text(&at->address, address);
	buf_printf(out, "%s\t%s\t%s\t%s\t%u\t%s\t%s\t", view_name(view, mem),
		   service_name(at->service), transport_name(at->transport), escaped(at->host, mem),
		   (unsigned)at->port, *address ? address : "-",
		   status_name(view->statuses[index]));
}

static void write_endpoint(const struct text_view *view, size_t i, struct arena *mem,
			   struct buf *out)
{
	const struct starttls_facts *facts = view->target->facts[i];
	const struct finding *worst = worst_finding(view->found[i]);
	text_columns(view, i, mem, out);
	/* Of a walk that failed, the finding says it; of one that did not, what is wrong besides.
	 */
	bool trouble = worst && (worst->severity >= SEVERITY_WARNING || !facts->encrypted);
	if (facts->encrypted)
		buf_printf(out, "%s %s %s%s", endpoint_state(facts, mem),
			   tls_version_name(facts->tls.version), escaped(facts->tls.cipher, mem),
			   trouble ? "; " : "");
	else if (!trouble)
		buf_text(out, endpoint_state(facts, mem));
	if (trouble)
		buf_printf(out, "%s: %s", worst->kind->id, worst->text);
	buf_char(out, '\n');
}

void text_whole_line(const struct text_view *view, enum status status, const char *words,
		     struct arena *mem, struct buf *out)
{
	buf_printf(out, "%s\t-\t-\t-\t-\t-\t%s\t%s\n", view_name(view, mem), status_name(status),
		   words);
}

/* The status may be theirs alone. */
static void write_broken(const struct text_view *view, struct arena *mem, struct buf *out)
{
	for (size_t i = 0; view->promises && i < view->promise_count; i++) {
		const struct promise *promise = &view->promises[i];
		if (promise->result != PROMISE_BROKEN)
			continue;
		buf_printf(out, "%s\t%s\t-\t-\t-\t-\t%s\t%s: promise broken: %s\n",
			   view_name(view, mem), service_name(promise->service),
			   status_name(judge_manifesto_status(promise, 1)), promise->id,
			   promise->reason ? promise->reason : promise->text);
	}
}

void text_short_end(const struct text_view *view, size_t written, struct arena *mem,
		    struct buf *out)
{
	enum status spanning = findings_status(view->record_found);
	const struct finding *worst = worst_finding(view->record_found);
	if (written == 0)
		text_whole_line(view, view->status,
				view->problem ? escaped(view->problem, mem)
				: worst       ? worst->text
					      : "no endpoint",
				mem, out);
	else if (spanning != STATUS_OK) /* nothing is dropped: what spans endpoints has its line */
		text_whole_line(view, spanning,
				arena_printf(mem, "%s: %s", worst->kind->id, worst->text), mem,
				out);
	write_broken(view, mem, out);
}

void text_starttls_short(const struct text_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	size_t count = view->target ? view->target->count : 0, written = 0;
	for (size_t i = 0; i < count; i++) {
		if (!view->target->facts[i])
			continue;
		write_endpoint(view, i, mem, out);
		written++;
	}
	text_short_end(view, written, mem, out);
}

void text_clean(const char *text, struct buf *out)
{
	for (; *text; text++)
		buf_char(out, *text == '|' ? '/' : *text);
}

static void write_perfdata(const struct text_view *view, struct buf *out)
{
	const struct target_view *target = view->target;
	size_t working[SERVICE_COUNT] = { 0 }, all[SERVICE_COUNT] = { 0 };
	bool dated = false;
	int64_t days = 0;
	for (size_t i = 0; target && i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (!facts)
			continue;
		all[target->endpoints[i].service]++;
		working[target->endpoints[i].service] += facts->encrypted;
		if (facts->identity.cert_count == 0)
			continue;
		if (!dated || days_left(facts) < days)
			days = days_left(facts);
		dated = true;
	}
	buf_text(out, " |");
	for (int i = 0; target && i < SERVICE_COUNT; i++) {
		if (target->wanted[i])
			buf_printf(out, " %s=%zu;;;0;%zu", service_name((enum service)i),
				   working[i], all[i]);
	}
	if (dated)
		buf_printf(out, " days=%lld", (long long)days);
	buf_printf(out, " time=%.2fs;;;0\n", view->elapsed_ms / 1000);
}

void text_starttls_nagios(const struct text_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *trouble = view->problem ? NULL : trouble_words(view, mem);
	buf_printf(out, "XMPPTLS %s - ", status_word(view->status));
	text_clean(view_name(view, mem), out);
	buf_char(out, ' ');
	if (view->problem || !view->target)
		text_clean(view->problem ? escaped(view->problem, mem) : "not examined", out);
	else
		text_clean(target_state(view->target, mem), out);
	if (trouble) {
		buf_text(out, "; ");
		text_clean(trouble, out);
	}
	write_perfdata(view, out);
}
