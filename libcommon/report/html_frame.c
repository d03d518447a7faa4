/* The page around what it tells: head and end. */
#include "report/html_parts.h"

/* Beside the escaping, and should that fail: nothing is loaded, nothing is sent, and no style or
 * script runs but these two, which a browser knows by their digest. */
static void policy(struct buf *out)
{
	buf_printf(out,
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n",
		   html_style_digest, html_script_digest);
}

static void title(const struct html_page *page, struct buf *out)
{
	if (page->title) {
		html_text(out, page->title);
		return;
	}
	buf_text(out, "TLS of ");
	html_count(out, page->totals.domains, "XMPP domain", "XMPP domains");
}

/* One drawing for each status, told apart by its outline alone. */
static void sprite(struct buf *out)
{
	buf_text(
		out,
		"<svg class=\"sprite\" aria-hidden=\"true\" focusable=\"false\">"
		"<symbol id=\"i-ok\" viewBox=\"0 0 16 16\"><path d=\"M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8Zm3.9 "
		"5.3-4.6 5.2a.8.8 0 0 1-1.2 0L4 9.2a.8.8 0 1 1 1.2-1.1l1.5 1.6 4-4.6a.8.8 0 0 1 1.2 1Z\"/></symbol>"
		"<symbol id=\"i-warning\" viewBox=\"0 0 16 16\"><path d=\"M6.8 1.6.6 12.6a1.4 1.4 0 0 0 1.2 2.1h12.4a1.4 "
		"1.4 0 0 0 1.2-2.1L9.2 1.6a1.4 1.4 0 0 0-2.4 0ZM8 5a.8.8 0 0 1 .8.8v3.4a.8.8 0 0 1-1.6 0V5.8A.8.8 0 0 1 8 "
		"5Zm0 7.6a.9.9 0 1 1 0-1.8.9.9 0 0 1 0 1.8Z\"/></symbol>"
		"<symbol id=\"i-critical\" viewBox=\"0 0 16 16\"><path d=\"M5 .9h6L15.1 5v6L11 15.100H5L.9 11V5ZM5.9 "
		"4.800a.8.8 0 0 0-1.1 1.100L6.9 8l-2.1 2.100a.8.8 0 1 0 1.1 1.100L8 9.100l2.1 2.100a.8.8 0 1 0 "
		"1.1-1.100L9.1 8l2.1-2.100a.8.8 0 1 0-1.1-1.100L8 6.900Z\"/></symbol>"
		"<symbol id=\"i-unknown\" viewBox=\"0 0 16 16\"><path d=\"M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 "
		".8Zm0 1.5a5.7 5.7 0 1 1 0 11.400A5.7 5.7 0 0 1 8 2.300ZM5.5 7.200h5a.8.8 0 0 1 0 1.600h-5a.8.8 0 0 "
		"1 0-1.600Z\"/></symbol>"
		"<symbol id=\"i-info\" viewBox=\"0 0 16 16\"><path d=\"M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8Zm0 "
		"1.5a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3ZM8 4.2a.95.95 0 1 0 0 1.9.95.95 0 0 0 0-1.9Zm0 3a.8.8 0 0 "
		"0-.8.8v3.2a.8.8 0 0 0 1.6 0V8a.8.8 0 0 0-.8-.8Z\"/></symbol></svg>\n");
}

static void when(const struct html_page *page, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct html_totals *totals = &page->totals;
	const char *left_out = left_out_words(page->left_out, mem);
	buf_text(out, "<p>");
	if (totals->last_time) {
		buf_text(out, "Examined ");
		if (totals->last_time - totals->first_time >= 60) {
			html_moment(out, totals->first_time);
			buf_text(out, " to ");
		}
		html_moment(out, totals->last_time);
		buf_text(out, ". ");
	}
	buf_text(out, "Days are counted from ");
	html_date(out, page->now);
	buf_text(out, ".");
	if (totals->policies)
		buf_printf(out, " Judged under %s%s.", digest_policy_word(totals->policies),
			   totals->policies & (totals->policies - 1)
				   ? " policies: each domain says which"
				   : "");
	if (left_out)
		buf_printf(out, " %s.", left_out);
	buf_text(out, "</p>\n");
}

void html_head(const struct html_page *page, struct buf *out)
{
	buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	policy(out);
	buf_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<meta name=\"robots\" content=\"noindex\">\n<title>");
	title(page, out);
	buf_printf(out,
		   "</title>\n<style>%s</style>\n</head>\n<body>\n"
		   "<a class=\"skip\" href=\"#sections\">Skip to the domains</a>\n",
		   html_style);
	sprite(out);
	buf_text(out, "<header class=\"top\"><div class=\"wrap\">\n<h1>");
	title(page, out);
	buf_text(out, "</h1>\n");
	when(page, out);
	buf_text(out,
		 "<nav aria-label=\"On this page\"><ul><li><a href=\"#overview\">Overview</a></li>"
		 "<li><a href=\"#expiry\">Certificates by their end</a></li>"
		 "<li><a href=\"#sections\">Each domain</a></li></ul></nav>\n"
		 "</div></header>\n<main class=\"wrap\">\n");
}

void html_foot(const struct html_page *page, struct buf *out)
{
	if (page->count == 0)
		buf_text(out, "<p class=\"card soft\">There was no record to show.</p>\n");
	buf_printf(out,
		   "</section>\n</main>\n<footer class=\"wrap\">\n<p>xmpp-report " PACKAGE_VERSION
		   ", of xmpp-tls-tools. What each finding means: xmpp-findings(7).</p>\n"
		   "</footer>\n<script>%s</script>\n</body>\n</html>\n",
		   html_script);
}
