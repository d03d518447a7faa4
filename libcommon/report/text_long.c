/* The long screen: the answer first, then what it rests on (SCREENS.md). */
#include <string.h>

#include "base/word.h"
#include "report/grid.h"
#include "report/text.h"
#include "report/words.h"

#define ROWS_MAX     12  /* endpoints; beyond, those that look alike share a line */
#define SIDE_BY_SIDE 110 /* columns from which on both kinds of SRV records share a line */
#define SRV_MAX      8   /* records of one name */

static void write_summary(const struct text_view *view, const struct text_style *style,
			  struct arena *mem, struct buf *out)
{
	text_coloured(out, status_word(view->status), status_colour(view->status, style));
	buf_printf(out, " %s: ", view_name(view, mem));
	if (view->problem) {
		buf_printf(out, "%s\n", escaped(view->problem, mem));
		return;
	}
	const char *trouble = trouble_words(view, mem);
	buf_printf(out, "%s%s%s\n", target_state(view->target, mem), trouble ? "; " : "",
		   trouble ? trouble : "");
}

/* One name's half of a line: label, priority, weight, port, target, DNSSEC. */
static void put_srv(struct grid_row *row, size_t column, const struct dns_answer *answer,
		    const char *label, size_t index, struct arena *mem)
{
	struct grid_cell *cells = &row->cells[column];
	if (answer->outcome == DNS_NOT_ASKED)
		return;
	cells[0].text = index ? "" : label;
	if (answer->outcome != DNS_FOUND) {
		cells[1].text = index ? ""
				: dns_outcome_is_failure(answer->outcome)
					? arena_printf(mem, "(%s)",
						       answer->dnssec == DNSSEC_BOGUS
							       ? dnssec_name(answer->dnssec)
							       : dns_outcome_name(answer->outcome))
					: "(none)";
		return;
	}
	if (index >= answer->count) {
		cells[0].text = "";
		return;
	}
	const struct dns_srv *srv = &answer->records[index].srv;
	cells[1].text = arena_printf(
		mem, "%3u %3u %5u %s%s%s", (unsigned)srv->priority, (unsigned)srv->weight,
		(unsigned)srv->port, *srv->target ? escaped(srv->target, mem) : ".",
		index || answer->dnssec == DNSSEC_UNKNOWN ? "" : "  ",
		index || answer->dnssec == DNSSEC_UNKNOWN ? "" : dnssec_name(answer->dnssec));
}

static const char *const srv_labels[SERVICE_COUNT][TRANSPORT_COUNT] = {
	{ "_xmpp-client", "_xmpps-client" },
	{ "_xmpp-server", "_xmpps-server" },
};

static void add_more(struct grid *grid, size_t rows)
{
	struct grid_row *row = grid_add(grid);
	row->cells[0].text = row->cells[1].text = "";
	row->cells[2].text = arena_printf(grid->mem, "and %zu more", rows - SRV_MAX);
}

/* The answers of some ways in, side by side. */
static void add_srv_rows(struct grid *grid, const struct dns_facts *dns, enum service service,
			 int first, int behind)
{
	const struct dns_answer *answers = dns->srv[service];
	size_t rows = 0;
	for (int i = first; i < behind; i++) {
		size_t needs = answers[i].outcome == DNS_FOUND ? answers[i].count : 1;
		if (answers[i].outcome != DNS_NOT_ASKED && needs > rows)
			rows = needs;
	}
	for (size_t i = 0; i < rows && i < SRV_MAX; i++) {
		struct grid_row *row = grid_add(grid);
		size_t column = 1;
		row->cells[0].text = row == grid->first ? "SRV" : "";
		for (int j = first; j < behind; j++) {
			if (answers[j].outcome == DNS_NOT_ASKED)
				continue;
			put_srv(row, column, &answers[j], srv_labels[service][j], i, grid->mem);
			column += 2;
		}
	}
	if (rows > SRV_MAX)
		add_more(grid, rows);
}

void text_srv(const struct target_view *target, const struct text_style *style, struct arena *mem,
	      struct buf *out)
{
	struct grid grid = { .mem = mem };
	if (!target->dns)
		return;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (!style->width || style->width >= SIDE_BY_SIDE) {
			add_srv_rows(&grid, target->dns, (enum service)i, 0, TRANSPORT_COUNT);
			continue;
		}
		for (int j = 0; j < TRANSPORT_COUNT; j++)
			add_srv_rows(&grid, target->dns, (enum service)i, j, j + 1);
	}
	grid_write(&grid, "", out);
}

/* Everything but address, time and the count of others is the same. */
static bool looks_alike(const struct grid_row *a, const struct grid_row *b)
{
	for (size_t i = 0; i < GRID_COLUMNS; i++) {
		if (i != 2 && i != 8 && i != 9 && !word_same(a->cells[i].text, b->cells[i].text))
			return false;
	}
	return true;
}

static struct grid_row *fill_row(const struct text_view *view, size_t i,
				 const struct text_style *style, struct arena *mem)
{
	const struct endpoint *at = &view->target->endpoints[i];
	const struct starttls_facts *facts = view->target->facts[i];
	const struct tls_facts *tls = &facts->tls;
	struct grid_row *row = arena_alloc(mem, sizeof(*row));
	struct grid_cell *cells = row->cells;
	cells[0].text = service_name(at->service);
	cells[1].text = transport_name(at->transport);
	cells[2].text = escaped(endpoint_text(at, mem), mem);
	if (!facts->encrypted) {
		cells[3].text = endpoint_trouble(facts, mem);
		cells[3].colour = status_colour(view->statuses[i], style);
		return row;
	}
	cells[3].text = tls_version_name(tls->version);
	cells[4].text = tls->cipher ? escaped(tls->cipher, mem) : "-";
	cells[5].text = tls->group ? escaped(tls->group, mem) : "-";
	cells[6].text = cert_words(facts, mem);
	if (!facts->authenticated)
		cells[6].colour = status_colour(view->statuses[i], style);
	cells[7].text = facts->authenticated ? "PKIX" : "-";
	cells[8].text = arena_printf(mem, "%.0f", facts->elapsed_ms);
	return row;
}

static void add_header(struct grid *grid)
{
	static const char *const titles[] = { "SERVICE", "WAY IN", "ADDRESS", "VERSION", "CIPHER",
					      "GROUP",   "CERT",   "BY",      "ms" };
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		row->cells[i].text = titles[i];
	grid->right[8] = true;
}

static void write_endpoints(const struct text_view *view, const struct text_style *style,
			    struct arena *mem, struct buf *out)
{
	const struct target_view *target = view->target;
	struct grid grid = { .mem = mem };
	size_t alike = 0;
	add_header(&grid);
	for (size_t i = 0; i < target->count; i++) {
		if (!target->facts[i])
			continue;
		struct grid_row *row = fill_row(view, i, style, mem);
		if (target->count > ROWS_MAX && looks_alike(grid.last, row)) {
			grid.last->cells[9].text = arena_printf(mem, "and %zu more alike", ++alike);
			continue;
		}
		alike = 0;
		*grid_add(&grid) = *row;
	}
	grid_write(&grid, "", out);
}

/* The first endpoint of a service that told its features inside TLS, else the first that works. */
static const struct starttls_facts *spokesman(const struct target_view *target,
					      enum service service)
{
	const struct starttls_facts *found = NULL;
	for (size_t i = 0; i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (target->endpoints[i].service != service || !facts || !facts->encrypted)
			continue;
		if (facts->after.features.present)
			return facts;
		if (!found)
			found = facts;
	}
	return found;
}

static bool active_accepted(const struct active_facts *active)
{
	for (size_t i = 0; i < ACTIVE_COUNT; i++) {
		if (active->result[i] == ACTIVE_ACCEPTED)
			return true;
	}
	return false;
}

static const char *required_words(const struct target_view *target, enum service service)
{
	const char *words = NULL;
	for (size_t i = 0; i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (target->endpoints[i].service != service || !facts || !facts->before.opened)
			continue;
		const struct features *features = &facts->before.features;
		const char *here = features->starttls_required ? "yes"
				   : features->starttls_alone  ? "yes (nothing else is offered)"
				   : features->starttls        ? "no"
							       : "not advertised";
		if (words && strcmp(words, here) != 0)
			return "not everywhere";
		words = here;
	}
	return words ? words : "yes (direct TLS)";
}

/* What clients are offered before TLS: the endpoint that offers most speaks for all, since the one
 * that tells the rest may be direct TLS. NULL: nothing was said in clear. */
static const struct text_list *mechanisms_in_clear(const struct target_view *target,
						   enum service service)
{
	const struct text_list *most = NULL;
	for (size_t i = 0; i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (target->endpoints[i].service != service || !facts || !facts->before.opened)
			continue;
		const struct text_list *here = &facts->before.features.mechanisms;
		if (!most || here->count > most->count)
			most = here;
	}
	return most;
}

static void write_c2s(const struct target_view *target, const struct starttls_facts *facts,
		      struct arena *mem, struct buf *out)
{
	const struct features *features = &facts->after.features;
	const struct text_list *in_clear = mechanisms_in_clear(target, SERVICE_C2S);
	buf_printf(out, "c2s  TLS required: %s", required_words(target, SERVICE_C2S));
	if (features->present)
		buf_printf(out, "   mechanisms: %s",
			   joined(features->mechanisms.count ? &features->mechanisms
							     : &features->sasl2_mechanisms,
				  mem));
	if (in_clear)
		buf_printf(out, "   (in clear: %s)", joined(in_clear, mem));
	if (features->channel_bindings.count)
		buf_printf(out, "   binding: %s", joined(&features->channel_bindings, mem));
	buf_char(out, '\n');
}

static void write_s2s(const struct target_view *target, const struct starttls_facts *facts,
		      struct arena *mem, struct buf *out)
{
	const struct features *features = &facts->after.features;
	buf_printf(out, "s2s  TLS required: %s", required_words(target, SERVICE_S2S));
	if (features->present) {
		bool external = features_has_mechanism(&features->mechanisms, "EXTERNAL");
		buf_printf(out, "   dialback: %s",
			   !features->dialback         ? "no"
			   : features->dialback_errors ? "yes (errors)"
						       : "yes");
		if (facts->our_certificate || external)
			buf_printf(out, "   EXTERNAL: %s",
				   external ? "offered" : "not offered to our certificate");
		buf_printf(out, "   bidi: %s", features->bidi ? "yes" : "no");
	} else if (facts->after.error.condition) {
		buf_printf(out, "   inside TLS: %s", escaped(facts->after.error.condition, mem));
	}
	buf_char(out, '\n');
}

/* --active: every check and how it went, since a refusal is no finding. The worst endpoint speaks.
 */
static void write_active(const struct target_view *target, enum service service, struct arena *mem,
			 struct buf *out)
{
	const struct active_facts *worst = NULL;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service || !target->facts[i])
			continue;
		const struct active_facts *active = &target->facts[i]->active;
		if (active->result[ACTIVE_INJECTION] != ACTIVE_NOT_RUN &&
		    (!worst || active_accepted(active)))
			worst = active;
	}
	if (!worst)
		return;
	buf_printf(out, "%s  active", service_name(service));
	for (enum active_check check = 0; check < ACTIVE_COUNT; check++) {
		if (worst->result[check] == ACTIVE_NOT_RUN)
			continue;
		buf_printf(out, "   %s: %s", active_check_name(check),
			   active_result_name(worst->result[check]));
		if (worst->detail[check])
			buf_printf(out, " (%s)", escaped(worst->detail[check], mem));
	}
	buf_char(out, '\n');
}

static void write_services(const struct target_view *target, struct arena *mem, struct buf *out)
{
	const struct starttls_facts *c2s = spokesman(target, SERVICE_C2S);
	const struct starttls_facts *s2s = spokesman(target, SERVICE_S2S);
	if (c2s)
		write_c2s(target, c2s, mem, out);
	if (s2s)
		write_s2s(target, s2s, mem, out);
}

void text_starttls_long(const struct text_view *view, const struct text_style *style,
			struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct target_view *target = view->target;
	write_summary(view, style, mem, out);
	if (!target || view->problem)
		return;
	/* A lone walk tells of its SRV record itself. */
	if (target->count != 1)
		text_srv(target, style, mem, out);
	if (target->count > 1)
		write_endpoints(view, style, mem, out);
	for (size_t i = 0; i < target->count; i++) {
		if (target->facts[i] && (style->timeline || target->count == 1))
			text_timeline(view, i, style, mem, out);
	}
	if (target->count > 1)
		write_services(target, mem, out);
	for (int i = 0; i < SERVICE_COUNT; i++)
		write_active(target, (enum service)i, mem, out);
	if (view->promises)
		text_promises(view, style, mem, out);
	text_finding_list(view, style, mem, out);
	text_cost(view, out);
}
