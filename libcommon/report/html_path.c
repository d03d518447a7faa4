/* How one gets there: from DNS to an endpoint to TLS, endpoint by endpoint. */
#include <string.h>

#include "net/discover.h"
#include "report/html_parts.h"
#include "report/lookup.h"

#define ENDPOINTS_SHOWN 64 /* what a run looks at; a record may hold more */

static void line(struct buf *out, const char *text)
{
	if (!text || !*text)
		return;
	buf_text(out, "<span>");
	html_text(out, text);
	buf_text(out, "</span>");
}

static void first_line(struct buf *out, const char *text)
{
	buf_text(out, "<b>");
	html_text(out, text);
	buf_text(out, "</b>");
}

static const char *source_words(const struct digest_endpoint *at)
{
	switch (at->source) {
	case SOURCE_FILE:
		return "certificates of a file";
	case SOURCE_CONNECT:
		return "chosen with --connect";
	case SOURCE_RECORD:
		return "as the record had it";
	case SOURCE_FALLBACK:
		return "no SRV record: the domain's own address";
	case SOURCE_SRV:
		break;
	}
	return "named by a SRV record";
}

static void dns_hop(const struct html_domain *domain, const struct digest_endpoint *at)
{
	struct buf *out = domain->out;
	const json_t *srv = lookup_srv(domain->digest, at);
	buf_text(out, "<div class=\"hop\">");
	if (srv) {
		const char *dnssec = word_in(srv, "dnssec");
		const char *prefix = srv_prefix(at->service, at->transport);
		json_int_t priority = json_integer_value(json_object_get(srv, "priority"));
		json_int_t weight = json_integer_value(json_object_get(srv, "weight"));
		first_line(out, at->host);
		line(out, arena_printf(domain->mem, "SRV %.*s %lld %lld", (int)strlen(prefix) - 1,
				       prefix, (long long)priority, (long long)weight));
		if (dnssec)
			line(out, arena_printf(domain->mem, "DNSSEC: %.20s", dnssec));
	} else {
		first_line(out, at->host ? at->host : "?");
		line(out, source_words(at));
	}
	buf_text(out, "</div>\n");
}

static void endpoint_hop(const struct html_domain *domain, const struct digest_endpoint *at)
{
	const char *how = at->source == SOURCE_FILE           ? "certificates of a file"
			  : at->transport == TRANSPORT_DIRECT ? "direct TLS"
							      : "STARTTLS";
	buf_text(domain->out, "<div class=\"hop\">");
	first_line(domain->out, html_place(at, domain->mem));
	line(domain->out, arena_printf(domain->mem, "%s, %s", service_name(at->service), how));
	buf_text(domain->out, "</div>\n");
}

/* "tcp, stream, then no starttls" */
static const char *step_words(const struct digest_endpoint *at, double *elapsed, struct arena *mem)
{
	const char *words = "";
	for (int i = 0; i < STEP_COUNT; i++) {
		const struct step_facts *step = &at->steps[i];
		if (!step->taken)
			continue;
		*elapsed += step->elapsed_ms;
		words = arena_printf(mem, "%s%s%s%s", words, *words ? ", " : "",
				     step->ok ? "" : "stopped at ", step_name((enum step)i));
	}
	return words;
}

static void tls_hop(const struct html_domain *domain, const struct digest_endpoint *at)
{
	struct buf *out = domain->out;
	double elapsed = 0;
	const char *steps = step_words(at, &elapsed, domain->mem);
	buf_text(out, "<div class=\"hop\">");
	if (!at->examined)
		first_line(out, "not examined");
	else if (at->encrypted == ANSWER_YES)
		first_line(out, at->version ? html_version(at->version, domain->mem) : "TLS");
	else if (at->source == SOURCE_FILE)
		first_line(out, "nothing to connect to");
	else
		first_line(out, at->steps[STEP_TCP].ok ? "no TLS" : "no connection");
	if (at->cipher)
		line(out, at->group ? arena_printf(domain->mem, "%s, %s", at->cipher, at->group)
				    : at->cipher);
	if (at->failure) {
		buf_text(out, "<span class=\"critical\">");
		html_text(out, at->failure);
		buf_text(out, "</span>");
		line(out, steps);
	} else if (*steps) {
		line(out, arena_printf(domain->mem, "%.0f ms", elapsed));
	}
	buf_text(out, "</div>\n");
}

void html_path(const struct html_domain *domain)
{
	const struct digest *digest = domain->digest;
	struct buf *out = domain->out;
	if (digest->endpoint_count == 0)
		return;
	buf_text(out, "<div>\n<h4>The path, from DNS to TLS</h4>\n<ol class=\"path\">\n");
	for (size_t i = 0; i < digest->endpoint_count && i < ENDPOINTS_SHOWN; i++) {
		buf_text(out, "<li>");
		dns_hop(domain, &digest->endpoints[i]);
		endpoint_hop(domain, &digest->endpoints[i]);
		tls_hop(domain, &digest->endpoints[i]);
		buf_text(out, "</li>\n");
	}
	buf_text(out, "</ol>\n");
	if (digest->endpoint_count > ENDPOINTS_SHOWN) {
		buf_text(out, "<p class=\"soft\">And ");
		html_count(out, digest->endpoint_count - ENDPOINTS_SHOWN, "endpoint more",
			   "endpoints more");
		buf_text(out, ".</p>\n");
	}
	buf_text(out, "</div>\n");
}
