/* What Server Dialback gave, where it was tried. */
#include <string.h>

#include "report/html_parts.h"

static const char *verdict_words(const char *verdict)
{
	return strcmp(verdict, "valid") == 0     ? "valid: the domain verified us"
	       : strcmp(verdict, "invalid") == 0 ? "invalid: the domain found our key wrong"
						 : "the domain answered with an error";
}

static enum status verdict_status(const char *verdict)
{
	return strcmp(verdict, "valid") == 0 ? STATUS_OK : STATUS_CRITICAL;
}

static const char *trust_words(const char *trust)
{
	static const char *const words[][2] = {
		{ "external", "by our certificate (SASL EXTERNAL)" },
		{ "dialback", "by dialback inside TLS" },
		{ "dialback-in-clear", "by dialback in clear" },
		{ "none", "not at all" },
		{ "not_tested", "not tested" },
	};
	for (size_t i = 0; trust && i < ARRAY_SIZE(words); i++) {
		if (strcmp(trust, words[i][0]) == 0)
			return words[i][1];
	}
	return trust;
}

static void roles(struct buf *facts, const json_t *dialback, const char *label, const char *state)
{
	static const char *const names[][2] = {
		{ "authoritative", "authoritative" },   { "receiving", "receiving" },
		{ "initiating", "initiating" },         { "before_tls", "before TLS" },
		{ "external", "with our certificate" },
	};
	const json_t *all = html_get(dialback, "roles", NULL);
	CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *is = word_in(all, names[i][0]);
		if (is && strcmp(is, state) == 0)
			buf_printf(&words, "%s%s", words.size ? ", " : "", names[i][1]);
	}
	html_fact(facts, label, buf_string(&words));
}

static void one(const struct html_domain *domain, const struct digest_endpoint *at,
		const json_t *dialback)
{
	struct buf *out = domain->out;
	CLEANUP(buf_free) struct buf facts = buf_new(BUF_UNBOUNDED);
	buf_text(out, "<div class=\"part\"><p class=\"where\">At ");
	html_text(out, html_place(at, domain->mem));
	buf_text(out, "</p>\n");
	html_mark(out, "p", verdict_status(at->dialback), verdict_words(at->dialback));
	html_fact(&facts, "Condition", word_in(dialback, "condition"));
	html_fact(&facts, "It would authenticate us", trust_words(word_in(dialback, "peer_trust")));
	html_fact(&facts, "We spoke for", word_in(dialback, "us"));
	roles(&facts, dialback, "Its roles tested", "tested");
	roles(&facts, dialback, "Refused", "refused");
	roles(&facts, dialback, "Not tested", "not_tested");
	buf_printf(out, "<dl class=\"facts\">%s</dl></div>\n", buf_string(&facts));
}

void html_dialback(const struct html_domain *domain)
{
	const struct digest *digest = domain->digest;
	struct buf *out = domain->out;
	size_t shown = 0;
	for (size_t i = 0; i < digest->endpoint_count && shown < 4; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (!at->dialback)
			continue;
		if (shown++ == 0)
			buf_text(out, "<div>\n<h4>Server Dialback</h4>\n");
		one(domain, at, html_get(at->json, "dialback", NULL));
	}
	if (shown > 0)
		buf_text(out, "</div>\n");
}
