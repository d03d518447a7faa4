#include "unit.h"

#include <stdlib.h>

#include "fixture.h"
#include "run/posh_fetch.h"
#include "web.h"

#define SECONDS    20
#define DOCUMENT   "/.well-known/posh/xmpp-server.json"
#define PAGES_MAX  24
#define HEAD       "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 20:43:33 GMT\r\nConnection: close\r\n\r\n"
#define NO_HEAD(s) "HTTP/1.1 " s "\r\nContent-Length: 0\r\n\r\n"

/* A web server, and what it serves: pages that name its port. */
struct site {
	struct web web;
	struct arena *mem;
	struct web_page pages[PAGES_MAX];
	size_t count;
	struct bytes leaf;
	struct resolver *resolver;
};

static void add(struct site *site, const char *path, const char *answer)
{
	assert_true(site->count < PAGES_MAX);
	site->pages[site->count++] = (struct web_page){ path, answer, WEB_SAYS };
}

static void add_document(struct site *site, const char *path, uint64_t expires)
{
	add(site, path,
	    arena_printf(site->mem, HEAD "%s", posh_write(&site->leaf, 1, expires, site->mem)));
}

static void refer(struct site *site, const char *path, const char *host, const char *to,
		  uint64_t expires)
{
	add(site, path,
	    arena_printf(site->mem, HEAD "{\"url\":\"https://%s:%u%s\",\"expires\":%llu}", host,
			 site->web.port, to, (unsigned long long)expires));
}

static void fill(struct site *site)
{
	add_document(site, "/doc", 604800);
	add_document(site, "/short", 60);
	add_document(site, "/zero", 0);
	add_document(site, "/long", 1000000000);
	add(site, "/redirect",
	    arena_printf(site->mem,
			 "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
			 "Location: https://other.test:%u/doc\r\n\r\n",
			 site->web.port));
	add(site, "/gone", NO_HEAD("410 Gone"));
	add(site, "/busy", NO_HEAD("503 Service Unavailable"));
	add(site, "/page", HEAD "\n<!DOCTYPE html><title>Welcome</title>");
	add(site, "/broken", HEAD "{\"fingerprints\":[]}");
	refer(site, "/refer", "other.test", "/doc", 86400);
	refer(site, "/refer-short", "other.test", "/short", 86400);
	refer(site, "/refer-zero", "other.test", "/zero", 86400);
	refer(site, "/zero-refers", "other.test", "/doc", 0);
	refer(site, "/refer-twice", "other.test", "/refer", 86400);
	refer(site, "/refer-itself", "good.test", "/refer-itself", 86400);
	refer(site, "/refer-nowhere", "other.test", "/nowhere", 86400);
	refer(site, "/refer-nobody", "none.test", "/doc", 86400);
	refer(site, "/refer-busy", "other.test", "/busy", 86400);
	refer(site, "/refer-expired", "expired.test", "/doc", 86400);
	refer(site, "/refer-redirect", "other.test", "/redirect", 86400);
}

static int setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	struct err err;
	site->mem = arena_new();
	site->leaf = fixture_der(site->mem, "leaf");
	/* The pages name the port, which is known only once somebody listens. */
	web_start(&site->web, site->pages, PAGES_MAX);
	fill(site);
	for (size_t i = site->count; i < PAGES_MAX; i++)
		site->pages[i] = site->pages[0];
	struct resolver_options options = { .server = arena_printf(site->mem, "127.0.0.1:%u",
								   site->web.dns_port) };
	assert_true(resolver_new(&options, &site->resolver, &err));
	*state = site;
	return 0;
}

static int teardown(void **state)
{
	struct site *site = *state;
	web_stop(&site->web);
	resolver_free(&site->resolver);
	arena_free(&site->mem);
	free(site);
	return 0;
}

static struct posh_request request_for(const struct site *site)
{
	return (struct posh_request){ .domain = "good.test",
				      .service = "xmpp-server",
				      .resolver = site->resolver,
				      .trust_file = site->web.trust_file,
				      .until = deadline_in(SECONDS) };
}

static const struct row {
	const char *host, *path;
	enum posh_status status; /* NOT_CHECKED: a document */
	const char *reason, *reference;
	uint64_t expires;
	bool https_invalid;
} rows[] = {
	{ "good.test", "/doc", POSH_NOT_CHECKED, NULL, NULL, 604800, false },
	{ "good.test", "/redirect", POSH_NOT_CHECKED, NULL, "other.test/doc", 604800, false },
	{ "good.test", "/refer", POSH_NOT_CHECKED, NULL, "other.test/doc", 86400, false },
	{ "good.test", "/refer-short", POSH_NOT_CHECKED, NULL, "other.test/short", 60, false },
	{ "good.test", "/refer-redirect", POSH_NOT_CHECKED, NULL, "other.test/doc", 86400, false },
	{ "good.test", "/zero", POSH_EXPIRED, "\"expires\" is 0: it is to be ignored", NULL, 0,
	  false },
	{ "good.test", "/zero-refers", POSH_EXPIRED, "\"expires\" is 0: it is to be ignored", NULL,
	  0, false },
	{ "good.test", "/refer-zero", POSH_EXPIRED,
	  "of the document it refers to: \"expires\" is 0: it is to be ignored", "other.test/zero",
	  0, false },
	{ "good.test", "/no-such-thing", POSH_NONE,
	  "nothing is published: the web server answers 404", NULL, 0, false },
	{ "good.test", "/gone", POSH_NONE, "nothing is published: the web server answers 410", NULL,
	  0, false },
	{ "good.test", "/page", POSH_NONE,
	  "nothing is published: the web server answers with a web page", NULL, 0, false },
	{ "none.test", "/doc", POSH_NONE, "nothing is published: none.test has no address", NULL, 0,
	  false },
	{ "good.test", "/busy", POSH_FAILED, "the web server answers 503", NULL, 0, false },
	{ "broken.test", "/doc", POSH_FAILED,
	  "the address of broken.test cannot be looked up: server-failed", NULL, 0, false },
	/* row 87 of the decision table */
	{ "expired.test", "/doc", POSH_FAILED,
	  "the certificate of the web server is not valid: it has expired", NULL, 0, true },
	{ "good.test", "/broken", POSH_INVALID, "it lists no certificate", NULL, 0, false },
	/* CRT-53 */
	{ "good.test", "/refer-twice", POSH_INVALID,
	  "it refers to a document that refers to another one in turn", "other.test/refer", 86400,
	  false },
	{ "good.test", "/refer-itself", POSH_INVALID,
	  "it refers to a document that refers to another one in turn", "good.test/refer-itself",
	  86400, false },
	{ "good.test", "/refer-nowhere", POSH_INVALID,
	  "of the document it refers to: nothing is published: the web server answers 404",
	  "other.test/nowhere", 86400, false },
	{ "good.test", "/refer-nobody", POSH_INVALID,
	  "of the document it refers to: nothing is published: none.test has no address",
	  "none.test/doc", 86400, false },
	{ "good.test", "/refer-busy", POSH_FAILED,
	  "of the document it refers to: the web server answers 503", "other.test/busy", 86400,
	  false },
	{ "good.test", "/refer-expired", POSH_FAILED,
	  "of the document it refers to: the certificate of the web server is not valid: it has "
	  "expired",
	  "expired.test/doc", 86400, true },
};

/* "https://other.test:4711/doc" as "other.test/doc" */
static const char *without_port(const char *url, struct arena *mem)
{
	if (!url)
		return NULL;
	const char *host = url + strlen("https://"), *colon = strchr(host, ':');
	return arena_printf(mem, "%.*s%s", (int)(colon - host), host, strchr(colon, '/'));
}

static void fetches_what_is_published(void **state)
{
	const struct site *site = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const char *name = arena_printf(mem, "%s%s", row->host, row->path);
		const char *url = arena_printf(mem, "https://%s:%u%s", row->host, site->web.port,
					       row->path);
		struct posh_request request = request_for(site);
		struct posh_published published;
		struct posh_facts facts;
		posh_fetch_from(&request, url, mem, &published);
		assert_row_string(name, published.facts.reason, row->reason);
		assert_row_string(name, posh_status_text(published.facts.status),
				  posh_status_text(row->status));
		assert_row_string(name, published.facts.url, url);
		assert_row_string(name, without_port(published.facts.reference, mem),
				  row->reference);
		assert_row(name, published.facts.expires == row->expires);
		assert_row(name, published.facts.https_invalid == row->https_invalid);
		assert_row(name, published.facts.elapsed_ms > 0);
		posh_match(&published, site->leaf, mem, &facts);
		bool match = row->status == POSH_NOT_CHECKED;
		assert_row(name, facts.status == (match ? POSH_MATCH : row->status));
		assert_row(name, published.facts.fingerprints == match);
		if (match)
			assert_row(name, facts.date == 1795639413);
	}
}

static void lives_no_longer_than_the_certificate(void **state)
{
	const struct site *site = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct posh_request request = request_for(site);
	struct posh_published published;
	posh_fetch_from(&request, arena_printf(mem, "https://good.test:%u/long", site->web.port),
			mem, &published);
	assert_int_equal(published.facts.status, POSH_NOT_CHECKED);
	assert_int_equal((published.facts.expires + WEB_DAY / 2) / WEB_DAY, 30);
}

/* The place of the standard, where nobody listens on the addresses of none.test. */
static void asks_where_the_standard_says(void **state)
{
	const struct site *site = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct posh_request request = request_for(site);
	struct posh_published published;
	request.domain = "none.test";
	request.service = posh_service(SERVICE_S2S);
	posh_fetch(&request, mem, &published);
	assert_string_equal(published.facts.url, "https://none.test" DOCUMENT);
	assert_int_equal(published.facts.status, POSH_NONE);
	assert_string_equal(posh_service(SERVICE_C2S), "xmpp-client");
}

static void a_closed_port_is_none_and_silence_a_failure(void **state)
{
	const struct site *site = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct posh_request request = request_for(site);
	struct posh_published published;
	uint16_t port;
	int fd = web_bind(SOCK_STREAM, &port); /* ours, and nobody listens */
	const char *url = arena_printf(mem, "https://good.test:%u/doc", port);
	posh_fetch_from(&request, url, mem, &published);
	assert_int_equal(published.facts.status, POSH_NONE);
	assert_string_equal(published.facts.reason,
			    "nothing is published: web server: connection refused");
	assert_int_equal(listen(fd, 1), 0); /* and nobody accepts */
	request.until = deadline_in(0.3);
	posh_fetch_from(&request, url, mem, &published);
	assert_int_equal(published.facts.status, POSH_FAILED);
	assert_string_equal(published.facts.reason, "the web server gave no answer within 1 s");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fetches_what_is_published),
		cmocka_unit_test(lives_no_longer_than_the_certificate),
		cmocka_unit_test(asks_where_the_standard_says),
		cmocka_unit_test(a_closed_port_is_none_and_silence_a_failure),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
