#include "run/posh_fetch.h"

#include <string.h>

struct fetch {
	const struct posh_request *request;
	struct arena *mem;
	struct posh_facts facts;
};

static bool end(struct fetch *fetch, enum posh_status status, const char *reason)
{
	fetch->facts.status = status;
	fetch->facts.reason = reason;
	return false;
}

/* A domain that has no web server publishes nothing; one whose web server does not answer may. */
static bool end_by_err(struct fetch *fetch, const struct err *err)
{
	const char *reason = arena_copy(fetch->mem, err->text);
	if (err->code == ERR_REFUSED || (err->code == ERR_NOT_FOUND && err->stage == AT_DNS))
		return end(fetch, POSH_NONE,
			   arena_printf(fetch->mem, "nothing is published: %s", reason));
	fetch->facts.https_invalid = err->stage == AT_CERTIFICATE;
	return end(fetch, POSH_FAILED, reason);
}

static bool end_by_status(struct fetch *fetch, long status)
{
	if (status == 404 || status == 410)
		return end(fetch, POSH_NONE,
			   arena_printf(fetch->mem,
					"nothing is published: the web server answers %ld",
					status));
	return end(fetch, POSH_FAILED,
		   arena_printf(fetch->mem, "the web server answers %ld", status));
}

/* Many a web server answers every question with its front page. */
static bool is_web_page(struct bytes body)
{
	size_t at = 0;
	while (at < body.size && strchr(" \t\r\n", body.data[at]) && body.data[at])
		at++;
	return at < body.size && body.data[at] == '<';
}

static void lower(uint64_t *value, uint64_t than)
{
	if (than < *value)
		*value = than;
}

/* CRT-54: the lowest life rules, be it of a document or of the certificate it came under. */
static void bound_life(struct posh_facts *facts, uint64_t expires, int64_t not_after)
{
	int64_t left = not_after - clock_now();
	lower(&facts->expires, expires);
	if (not_after > 0)
		lower(&facts->expires, left > 0 ? (uint64_t)left : 0);
}

/* One document of either kind; facts say why there is none. */
static bool get(struct fetch *fetch, const char *url, struct posh_document *out)
{
	const struct posh_request *asked = fetch->request;
	struct https_request request = { .url = url,
					 .trust_file = asked->trust_file,
					 .proxy = asked->proxy,
					 .body_max = POSH_DOCUMENT_MAX,
					 .until = asked->until,
					 .resolver = asked->resolver,
					 .with_system = asked->with_system };
	struct https_answer answer;
	struct err err;
	if (!https_get(&request, fetch->mem, &answer, &err))
		return end_by_err(fetch, &err);
	if (fetch->facts.date == 0)
		fetch->facts.date = answer.date;
	if (answer.redirects > 0)
		fetch->facts.reference = answer.url;
	if (answer.status != 200)
		return end_by_status(fetch, answer.status);
	if (is_web_page(answer.body))
		return end(fetch, POSH_NONE,
			   "nothing is published: the web server answers with a web page");
	if (!posh_parse(answer.body, fetch->mem, out, &err))
		return end(fetch, POSH_INVALID, arena_copy(fetch->mem, err.text));
	bound_life(&fetch->facts, out->expires, answer.not_after);
	if (out->expires == 0)
		return end(fetch, POSH_EXPIRED, "\"expires\" is 0: it is to be ignored");
	return true;
}

/* CRT-53: once, and not into nothing. */
static bool follow(struct fetch *fetch, struct posh_document *document)
{
	struct posh_document behind = { 0 };
	struct posh_facts *facts = &fetch->facts;
	if (!document->url)
		return true;
	facts->reference = document->url;
	if (get(fetch, document->url, &behind)) {
		*document = behind;
		return !behind.url ||
		       end(fetch, POSH_INVALID,
			   "it refers to a document that refers to another one in turn");
	}
	return end(fetch, facts->status == POSH_NONE ? POSH_INVALID : facts->status,
		   arena_printf(fetch->mem, "of the document it refers to: %s", facts->reason));
}

const char *posh_service(enum service service)
{
	return service == SERVICE_C2S ? "xmpp-client" : "xmpp-server";
}

void posh_fetch_from(const struct posh_request *request, const char *url, struct arena *mem,
		     struct posh_published *out)
{
	struct fetch fetch = { .request = request,
			       .mem = mem,
			       .facts = { .url = url, .expires = UINT64_MAX } };
	struct posh_document document = { 0 };
	double started = clock_ms();
	bool found = get(&fetch, url, &document) && follow(&fetch, &document);
	*out = (struct posh_published){ .facts = fetch.facts };
	if (found) {
		out->document = document;
		out->facts.fingerprints = document.count;
	}
	if (out->facts.expires == UINT64_MAX)
		out->facts.expires = 0; /* no document, no life */
	out->facts.elapsed_ms = clock_ms() - started;
}

void posh_fetch(const struct posh_request *request, struct arena *mem, struct posh_published *out)
{
	posh_fetch_from(request, posh_url(request->domain, request->service, mem), mem, out);
}
