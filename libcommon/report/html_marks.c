#include <stdarg.h>
#include <string.h>

#include "report/html_parts.h"

void html_icon(struct buf *out, const char *name)
{
	buf_printf(out,
		   "<svg class=\"i %s\" aria-hidden=\"true\" viewBox=\"0 0 16 16\">"
		   "<use href=\"#i-%s\"/></svg>",
		   name, name);
}

void html_badge(struct buf *out, enum status status)
{
	buf_printf(out, "<span class=\"badge %s\">", status_name(status));
	html_icon(out, status_name(status));
	buf_printf(out, "%s</span>", status_name(status));
}

void html_sign(struct buf *out, const char *tag, const char *name, const char *words)
{
	buf_printf(out, "<%s class=\"mark\">", tag);
	html_icon(out, name);
	buf_printf(out, "<span>%s</span></%s>", words, tag);
}

void html_mark(struct buf *out, const char *tag, enum status status, const char *words)
{
	html_sign(out, tag, status_name(status), words);
}

enum status html_answer_status(enum seen_answer answer)
{
	return answer == ANSWER_YES  ? STATUS_OK
	       : answer == ANSWER_NO ? STATUS_CRITICAL
				     : STATUS_UNKNOWN;
}

void html_fact(struct buf *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	buf_printf(out, "<dt>%s</dt><dd>", label);
	html_text(out, text);
	buf_text(out, "</dd>");
}

const char *html_version(enum tls_version version, struct arena *mem)
{
	const char *name = tls_version_name(version);
	return version == TLS_VERSION_NONE ? "" : arena_printf(mem, "%.3s %s", name, name + 3);
}

/* NONE is none of the two. */
static enum tls_version lower(enum tls_version a, enum tls_version b)
{
	if (a == TLS_VERSION_NONE || b == TLS_VERSION_NONE)
		return a == TLS_VERSION_NONE ? b : a;
	return a < b ? a : b;
}

enum tls_version html_lowest(const struct digest *digest)
{
	enum tls_version lowest = TLS_VERSION_NONE, negotiated = TLS_VERSION_NONE;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		lowest = lower(lowest, digest->services[i].lowest);
		negotiated = lower(negotiated, digest->services[i].version);
	}
	return lowest == TLS_VERSION_NONE ? lowest : lower(lowest, negotiated);
}

const char *html_service_word(enum service service)
{
	return service == SERVICE_C2S ? "Clients" : "Servers";
}

const char *html_place(const struct digest_endpoint *at, struct arena *mem)
{
	if (at->source == SOURCE_FILE)
		return at->host ? at->host : "a file";
	const char *host = at->address ? at->address : at->host ? at->host : "?";
	return arena_printf(mem, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, at->port);
}

static void where_service(const struct digest *digest, const bool *members, enum service service,
			  struct arena *mem, struct buf *out)
{
	size_t all = 0, hit = 0, which = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->service != service || !at->examined)
			continue;
		all++;
		if (members[i]) {
			hit++;
			which = i;
		}
	}
	if (hit == 0)
		return;
	buf_text(out, service_name(service));
	if (hit == all)
		return;
	buf_char(out, ' ');
	if (hit == 1)
		html_text(out, html_place(&digest->endpoints[which], mem));
	else
		buf_printf(out, "%zu of %zu endpoints", hit, all);
}

void html_where(const struct digest *digest, const bool *members, struct arena *mem,
		struct buf *out)
{
	size_t before = out->size;
	CLEANUP(buf_free) struct buf second = buf_new(BUF_UNBOUNDED);
	where_service(digest, members, SERVICE_C2S, mem, out);
	where_service(digest, members, SERVICE_S2S, mem, &second);
	if (out->size > before && second.size > 0)
		buf_text(out, ", ");
	buf_text(out, buf_string(&second));
}

const json_t *html_get(const json_t *object, const char *key, ...)
{
	va_list keys;
	va_start(keys, key);
	for (; key; key = va_arg(keys, const char *))
		object = json_object_get(object, key);
	va_end(keys);
	return object;
}

int64_t html_time_of(const json_t *object, const char *key)
{
	int64_t seconds = 0;
	const char *text = word_in(object, key);
	return text && reread_time(text, &seconds) ? seconds : 0;
}
