/* The statement of 2014, promise by promise. */
#include <string.h>

#include "report/html_parts.h"

#define PROMISES_SHOWN (2 * PROMISE_MAX)

static enum status result_status(enum promise_result result)
{
	switch (result) {
	case PROMISE_KEPT:
	case PROMISE_BY_FALLBACK:
		return STATUS_OK;
	case PROMISE_BROKEN:
		return STATUS_CRITICAL;
	case PROMISE_NOT_TESTABLE:
	case PROMISE_NOT_APPLICABLE:
		break;
	}
	return STATUS_UNKNOWN;
}

static const char *result_words(enum promise_result result)
{
	switch (result) {
	case PROMISE_KEPT:
		return "kept";
	case PROMISE_BY_FALLBACK:
		return "kept by fallback";
	case PROMISE_BROKEN:
		return "broken";
	case PROMISE_NOT_TESTABLE:
		return "not testable";
	case PROMISE_NOT_APPLICABLE:
		break;
	}
	return "not applicable";
}

static const struct digest_promise *find(const struct digest *digest, const char *id,
					 enum service service)
{
	for (size_t i = 0; i < digest->promise_count; i++) {
		const struct digest_promise *promise = &digest->promises[i];
		if (promise->service == service && strcmp(promise->id, id) == 0)
			return promise;
	}
	return NULL;
}

static void cell(const struct digest_promise *promise, struct buf *out)
{
	buf_text(out, "<td>");
	if (promise) {
		html_mark(out, "span", result_status(promise->result),
			  result_words(promise->result));
		if (promise->reason) {
			buf_text(out, "<small class=\"soft\">");
			html_sentence(out, promise->reason, 200);
			buf_text(out, "</small>");
		}
	}
	buf_text(out, "</td>");
}

void html_promises(const struct html_domain *domain)
{
	const struct digest *digest = domain->digest;
	struct buf *out = domain->out;
	if (digest->promise_count == 0)
		return;
	buf_text(out,
		 "<div>\n<h4>The statement of 2014-03-21, promise by promise</h4>\n"
		 "<div class=\"inner\" role=\"region\" tabindex=\"0\" "
		 "aria-label=\"Promises\"><table class=\"promises\">\n"
		 "<caption class=\"hide\">Promises and whether they are kept</caption>\n"
		 "<thead><tr><th scope=\"col\">Promise</th><th scope=\"col\">Clients (c2s)</th>"
		 "<th scope=\"col\">Servers (s2s)</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < digest->promise_count && i < PROMISES_SHOWN; i++) {
		const struct digest_promise *promise = &digest->promises[i];
		const struct digest_promise *c2s = find(digest, promise->id, SERVICE_C2S);
		const struct digest_promise *s2s = find(digest, promise->id, SERVICE_S2S);
		if (promise != (c2s ? c2s : s2s))
			continue; /* told with the other side */
		buf_text(out, "<tr><th scope=\"row\"><span class=\"soft num\">");
		html_cut(out, promise->id, 16);
		buf_text(out, "</span> ");
		html_sentence(out, promise->text, 200);
		buf_text(out, "</th>");
		cell(c2s, out);
		cell(s2s, out);
		buf_text(out, "</tr>\n");
	}
	buf_text(out, "</tbody></table></div>\n</div>\n");
}
