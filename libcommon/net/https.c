#include "net/https.h"

#include <string.h>
#include <strings.h>

#include "base/idna.h"
#include "base/memory.h"
#include "net/https_curl.h"

#define ADDRESSES_MAX 16 /* of one host that are tried */

/* One URL on the way to the document. */
struct hop {
	const char *url, *host, *port;
};

/* A CURLU that cleans up after itself, and the library that made it. */
struct url {
	const struct curl_library *curl;
	CURLU *parts;
};

static void url_close(struct url *url)
{
	url->curl->url_cleanup(url->parts);
	url->parts = NULL;
}

static const char *part(const struct url *url, CURLUPart which, struct arena *mem)
{
	char *text = NULL;
	if (url->curl->url_get(url->parts, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return NULL;
	const char *copy = arena_copy(mem, text);
	url->curl->free(text);
	return copy;
}

/* The host as the network knows it: A-labels without a dot behind, which our resolver and libcurl
 * then spell alike. Address literals stay as they are. */
static bool settle_host(struct url *url, struct arena *mem, struct err *err)
{
	struct address literal;
	const char *ascii, *host = part(url, CURLUPART_HOST, mem);
	if (!host)
		return err_set(err, AT_INPUT, ERR_USAGE, "the URL names no host");
	if (address_parse(host, &literal))
		return true;
	if (!idna_to_ascii(host, strlen(host), mem, &ascii, err))
		return false;
	if (url->curl->url_set(url->parts, CURLUPART_HOST, ascii, 0) != CURLUE_OK)
		return err_set(err, AT_INPUT, ERR_USAGE, "the URL names no host");
	return true;
}

static bool read_hop(struct url *url, struct arena *mem, struct hop *out, struct err *err)
{
	const char *scheme = part(url, CURLUPART_SCHEME, mem);
	if (!scheme || strcasecmp(scheme, "https") != 0)
		return err_set(err, AT_INPUT, ERR_UNSUPPORTED,
			       "only https:// is fetched, not %s://", scheme ? scheme : "");
	if (!settle_host(url, mem, err))
		return false;
	struct hop hop = { .url = part(url, CURLUPART_URL, mem),
			   .host = part(url, CURLUPART_HOST, mem),
			   .port = part(url, CURLUPART_PORT, mem) };
	if (!hop.url || !hop.host || !hop.port)
		return err_set(err, AT_INPUT, ERR_USAGE, "the URL names no host");
	*out = hop;
	return true;
}

/* Takes a URL, or one relative to what was there before. Names and passwords would be sent. */
static bool go_to(struct url *url, const char *text, struct arena *mem, struct hop *out,
		  struct err *err)
{
	CURLUcode code = url->curl->url_set(url->parts, CURLUPART_URL, text,
					    CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER);
	if (code == CURLUE_OUT_OF_MEMORY)
		memory_exhausted();
	if (code != CURLUE_OK)
		return err_set(err, AT_INPUT, ERR_USAGE, "no URL that can be fetched: %s",
			       url->curl->url_strerror(code));
	return read_hop(url, mem, out, err);
}

/* "example.org:443:192.0.2.7,[2001:db8::7]" */
static const char *resolve_text(const struct hop *hop, const struct address *list, size_t count,
				struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	char text[ADDRESS_TEXT_MAX];
	buf_printf(&out, "%s:%s:", hop->host, hop->port);
	for (size_t i = 0; i < count && i < ADDRESSES_MAX; i++) {
		bool six = list[i].family == AF_INET6;
		buf_printf(&out, "%s%s%s%s", i ? "," : "", six ? "[" : "",
			   address_text(&list[i], text), six ? "]" : "");
	}
	return arena_copy(mem, buf_string(&out));
}

/* Where the host is, for libcurl. What failed validation is no address (CRT-41). */
static bool look_up(struct resolver *resolver, const struct hop *hop, struct deadline until,
		    struct arena *mem, const char **out, struct err *err)
{
	const struct dns_question questions[] = { { hop->host, DNS_AAAA }, { hop->host, DNS_A } };
	struct dns_answer answers[ARRAY_SIZE(questions)];
	struct address list[ADDRESSES_MAX];
	size_t count = 0;
	const struct dns_answer *failed = NULL;
	dns_ask(resolver, questions, ARRAY_SIZE(questions), until, mem, answers);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		size_t room = (i + 1) * ADDRESSES_MAX / ARRAY_SIZE(questions);
		if (dns_outcome_is_failure(answers[i].outcome))
			failed = &answers[i];
		for (size_t j = 0; j < answers[i].count && count < room; j++)
			list[count++] = answers[i].records[j].address;
	}
	if (count == 0 && failed)
		return err_set(err, AT_DNS, ERR_DNS, "the address of %s cannot be looked up: %s",
			       hop->host,
			       failed->dnssec == DNSSEC_BOGUS ? dnssec_name(failed->dnssec)
							      : dns_outcome_name(failed->outcome));
	if (count == 0)
		return err_set(err, AT_DNS, ERR_NOT_FOUND, "%s has no address", hop->host);
	*out = resolve_text(hop, list, count, mem);
	return true;
}

static bool find_host(const struct https_request *request, const struct hop *hop, bool first,
		      struct arena *mem, const char **out, struct err *err)
{
	struct address literal;
	*out = NULL;
	if (address_parse(hop->host, &literal) || (request->proxy && request->proxy->by_name))
		return true;
	if (first && request->address_count > 0)
		*out = resolve_text(hop, request->addresses, request->address_count, mem);
	else if (request->resolver)
		return look_up(request->resolver, hop, request->until, mem, out, err);
	return true;
}

static bool is_redirect(const struct https_transfer *transfer)
{
	switch (transfer->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return transfer->location != NULL;
	default:
		return false;
	}
}

/* From the URL over redirects to an answer that is none. */
static bool follow(struct https_transfer *transfer, struct url *url, struct hop *hop,
		   unsigned *redirects, struct err *err)
{
	for (*redirects = 0;; (*redirects)++) {
		const char *resolve;
		transfer->host = hop->host;
		if (!find_host(transfer->request, hop, *redirects == 0, transfer->mem, &resolve,
			       err) ||
		    !https_transfer_run(transfer, hop->url, resolve, err))
			return false;
		if (!is_redirect(transfer))
			return true;
		if (*redirects == HTTPS_REDIRECTS_MAX)
			return err_set(err, AT_STREAM, ERR_LIMIT, "more than %d redirects",
				       HTTPS_REDIRECTS_MAX);
		if (!go_to(url, transfer->location, transfer->mem, hop, err))
			return false;
	}
}

bool https_get(const struct https_request *request, struct arena *mem, struct https_answer *out,
	       struct err *err)
{
	const struct curl_library *curl = https_library(err);
	if (!curl)
		return false;
	CLEANUP(url_close) struct url url = { curl, curl->url() };
	CLEANUP(https_transfer_close) struct https_transfer transfer = { .curl = curl };
	struct hop hop = { 0 };
	unsigned redirects;
	if (!url.parts)
		memory_exhausted();
	if (!go_to(&url, request->url, mem, &hop, err) ||
	    !https_transfer_open(curl, request, mem, &transfer, err) ||
	    !follow(&transfer, &url, &hop, &redirects, err))
		return false;
	*out = (struct https_answer){
		.status = transfer.status,
		.url = hop.url,
		.redirects = redirects,
		.body = arena_bytes(mem, buf_string(&transfer.body), transfer.body.size),
		.date = transfer.date > 0 ? transfer.date : 0,
		.not_after = https_transfer_not_after(&transfer),
	};
	return true;
}
