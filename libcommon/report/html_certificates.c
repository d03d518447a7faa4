/* The certificates: each chain once, with where it is served, how long it lasts, whom it names and
 * what proves it. */
#include <string.h>

#include "report/html_parts.h"
#include "report/svg_scale.h"

#define CHAINS_SHOWN 4  /* different ones: a domain has one, or one a server */
#define CERTS_SHOWN  10 /* of a chain, as many as a handshake takes */
#define NAMES_SHOWN  12

/* What one endpoint served. */
struct chain {
	const struct digest_endpoint *at;
	const json_t *check;       /* section of xmpp-certcheck; NULL */
	const json_t *leaf, *list; /* list NULL: the leaf alone is known */
	bool *members;             /* endpoints with the same leaf */
};

static void read_chain(const struct digest_endpoint *at, struct chain *out)
{
	out->at = at;
	out->check = html_get(at->json, "certcheck", NULL);
	out->list = html_get(out->check, "chain", NULL);
	out->leaf = json_array_get(out->list, 0);
	if (!out->leaf)
		out->leaf = html_get(at->json, "starttls", "certificate", NULL);
	if (json_array_size(out->list) == 0)
		out->list = NULL;
}

/* Endpoints with one leaf are one chain: of those, the first that xmpp-certcheck told of. */
static size_t find_chains(const struct html_domain *domain, struct chain out[CHAINS_SHOWN],
			  size_t *left_out)
{
	const struct digest *digest = domain->digest;
	size_t count = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		struct chain chain = { 0 };
		const char *sha256 = digest->endpoints[i].sha256;
		size_t at = 0;
		read_chain(&digest->endpoints[i], &chain);
		if (!sha256 || !json_is_object(chain.leaf))
			continue;
		while (at < count && strcmp(out[at].at->sha256, sha256) != 0)
			at++;
		if (at == CHAINS_SHOWN) {
			(*left_out)++;
			continue;
		}
		if (at == count) {
			chain.members = arena_array(domain->mem, digest->endpoint_count,
						    sizeof(bool));
			out[count++] = chain;
		}
		out[at].members[i] = true;
	}
	return count;
}

/* The CN of a name as RFC 4514 writes it, else all of it. */
static const char *short_name(const char *subject, struct arena *mem)
{
	const char *at = strncmp(subject, "CN=", 3) == 0 ? subject : strstr(subject, ",CN=");
	if (!at)
		return *subject ? subject : "(no name)";
	at += *at == ',' ? 4 : 3;
	size_t length = 0;
	while (at[length] && at[length] != ',')
		length += at[length] == '\\' && at[length + 1] ? 2 : 1;
	return arena_copy_n(mem, at, length);
}

/* label: of an anchor; name: where it is not the subject's. */
static void certificate(const struct html_domain *domain, const json_t *cert, const char *name,
			const char *label)
{
	struct buf *out = domain->out;
	const char *subject = word_in(cert, "subject"), *key = word_in(cert, "key");
	const char *signature = word_in(cert, "signature");
	int64_t from = html_time_of(cert, "not_before"), until = html_time_of(cert, "not_after");
	buf_printf(out, "<li%s><b>", label ? " class=\"anchor\"" : "");
	html_text(out, name ? name : short_name(subject ? subject : "", domain->mem));
	buf_text(out, "</b>");
	if (label)
		buf_printf(out, "%s; ", label);
	json_int_t bits = json_integer_value(json_object_get(cert, "bits"));
	if (key)
		html_cut(out, key, 40);
	if (key && bits > 0 && !strpbrk(key, "0123456789"))
		buf_printf(out, " %lld", (long long)bits);
	if (signature) {
		buf_text(out, key ? ", signed with " : "signed with ");
		html_cut(out, signature, 40);
	}
	if (from && until) {
		buf_text(out, "<br>");
		html_date(out, from);
		buf_text(out, " to ");
		html_date(out, until);
		if (until < domain->now)
			buf_text(out, " <span class=\"critical\">ended</span>");
	}
	buf_text(out, "</li>\n");
}

static const json_t *names_of(const struct chain *chain)
{
	const json_t *list = html_get(chain->check, "names", NULL);
	return list ? list : html_get(chain->at->json, "starttls", "names", NULL);
}

/* Many have no CN today: the first of its names, then. NULL: the subject is good. */
static const char *leaf_name(const struct chain *chain)
{
	const char *subject = word_in(chain->leaf, "subject");
	return subject && strstr(subject, "CN=")
		       ? NULL
		       : word_in(json_array_get(names_of(chain), 0), "value");
}

static void anchor(const struct html_domain *domain, const struct chain *chain, bool system)
{
	const json_t *cert = html_get(chain->check, "anchor", NULL);
	const char *name = word_in(html_get(chain->check, "trust", NULL), "anchor");
	const char *label = system ? "trusted by the system" : "trust anchor";
	if (!name)
		name = word_in(html_get(chain->at->json, "starttls", "trust", NULL), "anchor");
	if (json_is_object(cert)) {
		certificate(domain, cert, NULL, label);
	} else if (name) {
		buf_text(domain->out, "<li class=\"anchor\"><b>");
		html_text(domain->out, short_name(name, domain->mem));
		buf_printf(domain->out, "</b>%s</li>\n", label);
	}
}

static void links(const struct html_domain *domain, const struct chain *chain)
{
	struct buf *out = domain->out;
	const json_t *trust = html_get(chain->at->json, "starttls", "trust", NULL);
	size_t count = json_array_size(chain->list);
	if (chain->check)
		trust = html_get(chain->check, "trust", NULL);
	const char *source = word_in(trust, "anchor_source"), *reason = word_in(trust, "reason");
	buf_text(out, "<ol class=\"chain\">\n");
	certificate(domain, chain->leaf, leaf_name(chain), NULL);
	for (size_t i = 1; i < count && i < CERTS_SHOWN; i++)
		certificate(domain, json_array_get(chain->list, i), NULL, NULL);
	anchor(domain, chain, source && strcmp(source, "system") == 0);
	buf_text(out, "</ol>\n");
	if (count > CERTS_SHOWN)
		buf_printf(out, "<p class=\"where\">And %zu more.</p>\n", count - CERTS_SHOWN);
	if (json_is_false(json_object_get(trust, "trusted"))) {
		CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
		buf_text(&words, "not trusted");
		if (reason)
			buf_text(&words, ": ");
		html_sentence(&words, reason, HTML_TEXT_MAX);
		html_mark(out, "p", STATUS_CRITICAL, buf_string(&words));
	}
}

/* The whole of its life, and what of it is over. */
static void life(const struct html_domain *domain, const struct digest_endpoint *at)
{
	struct buf *out = domain->out;
	int64_t lifetime = at->not_after - at->not_before, over = domain->now - at->not_before;
	if (at->not_after == 0 || lifetime <= 0)
		return;
	const struct svg_scale scale = { .days = lifetime, .tick = lifetime };
	buf_printf(out,
		   "<svg class=\"life\" aria-hidden=\"true\" focusable=\"false\"><rect "
		   "class=\"fill-%s\" width=\"100%%\" height=\"6\" rx=\"3\"/><rect "
		   "class=\"fill-track\" width=\"%.2f%%\" height=\"6\" rx=\"3\"/></svg>\n<p>",
		   status_name(html_urgency(at->not_before, at->not_after, domain->now)),
		   svg_place(&scale, over));
	html_left(out, at->not_after - domain->now);
	buf_printf(out, " of %lld, until ", (long long)svg_days(lifetime));
	html_date(out, at->not_after);
	buf_text(out, "</p>\n");
}

static void names(const struct html_domain *domain, const struct chain *chain)
{
	struct buf *out = domain->out;
	const json_t *list = names_of(chain);
	size_t count = json_array_size(list);
	if (count == 0)
		return;
	buf_text(out, "<ul class=\"names\">");
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
		const json_t *name = json_array_get(list, i);
		const char *verdict = word_in(name, "verdict"), *why = word_in(name, "reason");
		bool match = verdict && strcmp(verdict, "match") == 0;
		CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
		html_cut(&words, word_in(name, "type"), 16);
		buf_text(&words, " <bdi>");
		html_cut(&words, word_in(name, "value"), 255);
		buf_text(&words, "</bdi> <span class=\"soft\">");
		html_cut(&words, why ? why : verdict, 120);
		buf_text(&words, "</span>");
		html_mark(out, "li", match ? STATUS_OK : STATUS_UNKNOWN, buf_string(&words));
	}
	if (count > NAMES_SHOWN)
		buf_printf(out, "<li class=\"soft\">and %zu more</li>", count - NAMES_SHOWN);
	buf_text(out, "</ul>\n");
}

static void evidence(const struct html_domain *domain, const struct chain *chain)
{
	static const struct {
		const char *section, *key, *label;
	} rows[] = {
		{ "dane", "status", "DANE" },
		{ "posh", "status", "POSH" },
		{ "staple", "status", "OCSP staple" },
		{ "crl", "status", "CRL" },
		{ "caa", "status", "CAA" },
		{ "change", "class", "Since last time" },
	};
	CLEANUP(buf_free) struct buf facts = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *section = html_get(chain->check, rows[i].section, NULL);
		const char *state = word_in(section, rows[i].key);
		const char *reason = word_in(section, "reason");
		if (!state)
			continue;
		buf_printf(&facts, "<dt>%s</dt><dd>", rows[i].label);
		html_cut(&facts, state, 40);
		if (reason) {
			buf_text(&facts, "; ");
			html_cut(&facts, reason, 200);
		}
		buf_text(&facts, "</dd>");
	}
	html_fact(&facts, "SHA-256", chain->at->sha256);
	buf_printf(domain->out, "<dl class=\"facts\">%s</dl>\n", buf_string(&facts));
}

void html_certificates(const struct html_domain *domain)
{
	struct chain chains[CHAINS_SHOWN];
	size_t left_out = 0;
	size_t count = find_chains(domain, chains, &left_out);
	struct buf *out = domain->out;
	if (count == 0)
		return;
	buf_printf(out, "<div>\n<h4>Certificate%s</h4>\n", count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		buf_text(out, "<div class=\"part\"><p class=\"where\">Served by ");
		html_where(domain->digest, chains[i].members, domain->mem, out);
		buf_text(out, "</p>\n<div class=\"pair\"><div>\n");
		life(domain, chains[i].at);
		links(domain, &chains[i]);
		buf_text(out, "</div><div>\n");
		names(domain, &chains[i]);
		evidence(domain, &chains[i]);
		buf_text(out, "</div></div></div>\n");
	}
	if (left_out > 0) {
		buf_text(out, "<p class=\"soft\">Others at ");
		html_count(out, left_out, "more endpoint", "more endpoints");
		buf_text(out, ".</p>\n");
	}
	buf_text(out, "</div>\n");
}
