#include "unit.h"

#include "net/https.h"
#include "web.h"

#define SECONDS   20
#define BODY_MAX  100
#define OK        "HTTP/1.1 200 OK\r\n"
#define CLOSE     "Connection: close\r\n\r\n"
#define TO(place) "HTTP/1.1 302 Found\r\nLocation: " place "\r\nContent-Length: 0\r\n\r\n"
#define TEN       "0123456789"
#define HUNDRED   TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct web_page pages[] = {
	{ "/doc", OK "Date: Wed, 25 Nov 2026 20:43:33 GMT\r\nContent-Length: 2\r\n\r\n{}", 0 },
	{ "/undated", OK "Content-Length: 2\r\n\r\n{}", 0 },
	{ "/odd-date", OK "Date: yesterday\r\nContent-Length: 2\r\n\r\n{}", 0 },
	{ "/interim",
	  "HTTP/1.1 103 Early Hints\r\nDate: Wed, 25 Nov 2026 20:43:33 GMT\r\n"
	  "Location: https://other.test/\r\n\r\n" OK "Content-Length: 2\r\n\r\n{}",
	  0 },
	{ "/hundred", OK "Content-Length: 100\r\n\r\n" HUNDRED, 0 },
	{ "/hundred-one", OK "Content-Length: 101\r\n\r\n" HUNDRED "x", 0 },
	{ "/endless", OK CLOSE, WEB_REPEATS },
	{ "/gone", "HTTP/1.1 410 Gone\r\nContent-Length: 3\r\n\r\nbye", 0 },
	{ "/large-404", "HTTP/1.1 404 Not Found\r\n" CLOSE, WEB_REPEATS },
	{ "/empty", OK "Content-Length: 0\r\n\r\n", 0 },
	{ "/to-doc", TO("/doc"), 0 },
	{ "/a/near", TO("../doc"), 0 },
	{ "/nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 0 },
	{ "/r4", TO("/to-doc"), 0 },
	{ "/r3", TO("/r4"), 0 },
	{ "/r2", TO("/r3"), 0 },
	{ "/r1", TO("/r2"), 0 },
	{ "/r0", TO("/r1"), 0 },
	{ "/loop", TO("/loop"), 0 },
	{ "/large-redirect", "HTTP/1.1 301 Moved\r\nLocation: /doc\r\n" CLOSE, WEB_REPEATS },
	{ "/clear", TO("http://good.test/doc"), 0 },
	{ "/file", TO("file:///etc/passwd"), 0 },
	{ "/nonsense", TO("https://[nonsense"), 0 },
	{ "/none", TO("https://none.test/"), 0 },
	{ "/headers", OK, WEB_FIELDS },
	{ "/header", OK "X: ", WEB_REPEATS },
	{ "/stall", "", WEB_STALLS },
	{ "/stall-inside", OK "Content-Length: 9\r\n\r\n{", WEB_STALLS },
	{ "/cut", OK "Content-Length: 9\r\n\r\n{", 0 },
	{ "/silent", "", 0 },
	{ "/ssh", "SSH-2.0-OpenSSH_9.2\r\n", 0 },
};

static int setup(void **state)
{
	struct web *web = malloc(sizeof(*web));
	web_start(web, pages, ARRAY_SIZE(pages));
	*state = web;
	return 0;
}

static int teardown(void **state)
{
	web_stop(*state);
	free(*state);
	return 0;
}

/* 127.0.0.1 for whatever host the URL names. */
static const struct address loopback = { .family = AF_INET, .octets = { 127, 0, 0, 1 } };

static struct https_request request_for(const struct web *web, const char *url)
{
	return (struct https_request){ .url = url,
				       .addresses = &loopback,
				       .address_count = 1,
				       .trust_file = web->trust_file,
				       .body_max = BODY_MAX,
				       .until = deadline_in(SECONDS) };
}

static struct resolver *resolver_of(const struct web *web, struct arena *mem)
{
	struct resolver *resolver = NULL;
	struct err err;
	struct resolver_options options = { .server = arena_printf(mem, "127.0.0.1:%u",
								   web->dns_port) };
	assert_true(resolver_new(&options, &resolver, &err));
	return resolver;
}

static const struct answer_row {
	const char *host, *path;
	long status;
	const char *body, *led_to; /* the path */
	unsigned redirects;
	int64_t date;
} answer_rows[] = {
	{ "good.test", "/doc", 200, "{}", "/doc", 0, 1795639413 },
	{ "GOOD.test.", "/doc", 200, "{}", "/doc", 0, 1795639413 },
	{ "b\xc3\xbc"
	  "cher.test",
	  "/doc", 200, "{}", "/doc", 0, 1795639413 },
	{ "good.test", "/undated", 200, "{}", "/undated", 0, 0 },
	{ "good.test", "/odd-date", 200, "{}", "/odd-date", 0, 0 },
	{ "good.test", "/interim", 200, "{}", "/interim", 0, 0 },
	{ "good.test", "/hundred", 200, HUNDRED, "/hundred", 0, 0 },
	{ "good.test", "/empty", 200, "", "/empty", 0, 0 },
	{ "good.test", "/no-such-thing", 404, "", "/no-such-thing", 0, 0 },
	{ "good.test", "/gone", 410, "", "/gone", 0, 0 },
	{ "good.test", "/large-404", 404, "", "/large-404", 0, 0 },
	{ "good.test", "/to-doc", 200, "{}", "/doc", 1, 1795639413 },
	{ "good.test", "/a/near", 200, "{}", "/doc", 1, 1795639413 },
	{ "good.test", "/r1", 200, "{}", "/doc", 5, 1795639413 },
	{ "good.test", "/large-redirect", 200, "{}", "/doc", 1, 1795639413 },
	{ "good.test", "/nowhere", 302, "", "/nowhere", 0, 0 },
};

static void brings_the_answer(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(answer_rows); i++) {
		const struct answer_row *row = &answer_rows[i];
		struct https_request request = request_for(
			web, arena_printf(mem, "https://%s:%u%s", row->host, web->port, row->path));
		struct https_answer answer;
		struct err err;
		if (!https_get(&request, mem, &answer, &err))
			fail_msg("%s: %s", row->path, err.text);
		assert_row(row->path, answer.status == row->status);
		assert_row(row->path, answer.redirects == row->redirects);
		assert_row(row->path, answer.date == row->date);
		assert_row_string(row->path, arena_copy_n(mem, answer.body.data, answer.body.size),
				  row->body);
		assert_row_string(row->path, strrchr(answer.url, ':') + 6, row->led_to);
		int64_t days = (answer.not_after - time(NULL) + WEB_DAY / 2) / WEB_DAY;
		assert_row(row->path, days == 30);
	}
}

static const struct failure_row {
	const char *host, *path;
	enum err_stage stage;
	enum err_code code;
	const char *text; /* NULL: libcurl's words are in it */
} failure_rows[] = {
	{ "good.test", "/hundred-one", AT_STREAM, ERR_LIMIT,
	  "the document is larger than 100 octets" },
	{ "good.test", "/endless", AT_STREAM, ERR_LIMIT, "the document is larger than 100 octets" },
	{ "good.test", "/headers", AT_STREAM, ERR_LIMIT,
	  "the web server's answer begins with too many header fields" },
	{ "good.test", "/header", AT_STREAM, ERR_LIMIT,
	  "the web server's answer is larger than libcurl takes" },
	{ "good.test", "/r0", AT_STREAM, ERR_LIMIT, "more than 5 redirects" },
	{ "good.test", "/loop", AT_STREAM, ERR_LIMIT, "more than 5 redirects" },
	{ "good.test", "/clear", AT_INPUT, ERR_UNSUPPORTED,
	  "only https:// is fetched, not http://" },
	{ "good.test", "/file", AT_INPUT, ERR_UNSUPPORTED,
	  "only https:// is fetched, not file://" },
	{ "good.test", "/nonsense", AT_INPUT, ERR_USAGE, NULL },
	{ "good.test", "/cut", AT_STREAM, ERR_CLOSED,
	  "the web server broke off in the middle of its answer" },
	{ "good.test", "/silent", AT_STREAM, ERR_CLOSED,
	  "the web server closed the connection without an answer" },
	{ "good.test", "/ssh", AT_STREAM, ERR_PROTOCOL, "the answer is not HTTP" },
	{ "expired.test", "/doc", AT_CERTIFICATE, ERR_PROTOCOL,
	  "the certificate of the web server is not valid: it has expired" },
	{ "early.test", "/doc", AT_CERTIFICATE, ERR_PROTOCOL,
	  "the certificate of the web server is not valid: it is not valid yet" },
	{ "self.test", "/doc", AT_CERTIFICATE, ERR_PROTOCOL,
	  "the certificate of the web server is not valid: no trust anchor vouches for it" },
	{ "wrong.test", "/doc", AT_CERTIFICATE, ERR_PROTOCOL,
	  "the certificate of the web server does not name wrong.test" },
	{ "127.0.0.1", "/doc", AT_CERTIFICATE, ERR_PROTOCOL,
	  "the certificate of the web server does not name 127.0.0.1" },
	{ "a@good.test", "/doc", AT_INPUT, ERR_USAGE, NULL },
	{ "a..test", "/doc", AT_INPUT, ERR_USAGE, NULL },
};

static void says_why_there_is_none(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(failure_rows); i++) {
		const struct failure_row *row = &failure_rows[i];
		const char *name = arena_printf(mem, "%s%s", row->host, row->path);
		struct https_request request = request_for(
			web, arena_printf(mem, "https://%s:%u%s", row->host, web->port, row->path));
		struct https_answer answer = { .status = 77 };
		struct err err;
		assert_row(name, !https_get(&request, mem, &answer, &err));
		if (row->text)
			assert_row_string(name, err.text, row->text);
		assert_row_string(name, err_stage_name(err.stage), err_stage_name(row->stage));
		assert_row_string(name, err_code_name(err.code), err_code_name(row->code));
		assert_row(name, answer.status == 77);
	}
}

static void takes_nothing_but_https(void **state)
{
	static const char *const urls[] = { "http://good.test/",
					    "file:///etc/passwd",
					    "gopher://good.test/",
					    "good.test/doc",
					    "https://a:b@good.test",
					    "https://",
					    "" };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct https_request request = request_for(*state, urls[i]);
		struct https_answer answer;
		struct err err = { 0 };
		assert_row(urls[i], !https_get(&request, mem, &answer, &err));
		assert_row(urls[i], err.stage == AT_INPUT && err.text[0]);
	}
}

static void waits_no_longer_than_the_deadline(void **state)
{
	static const char *const paths[] = { "/stall", "/stall-inside" };
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct https_answer answer;
	struct err err;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct https_request request = request_for(
			web, arena_printf(mem, "https://good.test:%u%s", web->port, paths[i]));
		double start = clock_ms();
		request.until = deadline_in(1);
		assert_row(paths[i], !https_get(&request, mem, &answer, &err));
		assert_row(paths[i], err.code == ERR_TIMEOUT && clock_ms() - start < 15000);
		assert_row_string(paths[i], err.text, "the web server gave no answer within 1 s");
		/* and not at all when it has passed already */
		assert_row(paths[i], !https_get(&request, mem, &answer, &err));
		assert_row(paths[i], err.code == ERR_TIMEOUT);
	}
}

/* The resolver is asked for the host of the URL and for those of redirects. */
static void asks_our_resolver(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = resolver_of(web, mem);
	static const struct row {
		const char *host, *path;
		enum err_code code;
		const char *text;
	} rows[] = {
		{ "good.test", "/doc", ERR_NONE, NULL },
		{ "good.test", "/none", ERR_NOT_FOUND, "none.test has no address" },
		{ "none.test", "/doc", ERR_NOT_FOUND, "none.test has no address" },
		{ "broken.test", "/doc", ERR_DNS,
		  "the address of broken.test cannot be looked up: server-failed" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct https_request request =
			request_for(web, arena_printf(mem, "https://%s:%u%s", rows[i].host,
						      web->port, rows[i].path));
		struct https_answer answer;
		struct err err = { 0 };
		request.address_count = 0;
		request.resolver = resolver;
		bool ok = https_get(&request, mem, &answer, &err);
		assert_row(rows[i].host, ok == (rows[i].code == ERR_NONE));
		assert_row(rows[i].host, err.code == rows[i].code);
		if (!ok)
			assert_row_string(rows[i].host, err.text, rows[i].text);
	}
}

static void leads_from_host_to_host(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = resolver_of(web, mem);
	struct web first;
	const char *there = arena_printf(mem, "https://other.test:%u/doc", web->port);
	struct web_page page = { "/", arena_printf(mem, TO("%s"), there), WEB_SAYS };
	web_start(&first, &page, 1);
	struct https_request request =
		request_for(&first, arena_printf(mem, "https://good.test:%u/", first.port));
	struct https_answer answer;
	struct err err;
	request.resolver = resolver;
	/* The second server is of another authority: each hop is verified. */
	assert_false(https_get(&request, mem, &answer, &err));
	assert_string_equal(err.text, "the certificate of the web server is not valid: no trust "
				      "anchor vouches for it");
	FILE *both = fopen(first.trust_file, "a"), *more = fopen(web->trust_file, "r");
	for (int c; (c = fgetc(more)) != EOF;)
		fputc(c, both);
	fclose(more);
	fclose(both);
	if (!https_get(&request, mem, &answer, &err))
		fail_msg("%s", err.text);
	assert_string_equal(answer.url, there);
	assert_int_equal(answer.redirects, 1);
	web_stop(&first);
}

static void says_what_answers_instead(void **state)
{
	static const struct web_page raw = { "", "HTTP/1.0 400 Bad Request\r\n\r\n",
					     WEB_SPEAKS_RAW };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct web web;
	web_start(&web, &raw, 1);
	struct https_request request = request_for(&web, arena_printf(mem, "https://good.test:%u/",
								      web.port));
	struct https_answer answer;
	struct err err;
	assert_false(https_get(&request, mem, &answer, &err));
	assert_true(err.stage == AT_TLS && err.code == ERR_PROTOCOL);
	assert_non_null(strstr(err.text, "no TLS with the web server: "));
	web_stop(&web);
	/* Nobody listens there any more. */
	web_make_certificates(&web);
	request.until = deadline_in(SECONDS);
	assert_false(https_get(&request, mem, &answer, &err));
	assert_string_equal(err.text, "web server: connection refused");
	assert_true(err.stage == AT_TCP && err.code == ERR_REFUSED);
	unlink(web.trust_file);
	gnutls_certificate_free_credentials(web.credentials);
	assert_false(https_get(&request, mem, &answer, &err));
}

static void needs_anchors_that_can_be_read(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct https_request request =
		request_for(web, arena_printf(mem, "https://good.test:%u/doc", web->port));
	struct https_answer answer;
	struct err err;
	request.trust_file = "/nonexistent/anchors.pem";
	assert_false(https_get(&request, mem, &answer, &err));
	assert_true(err.stage == AT_FILE && err.code == ERR_SYSTEM);
	/* The system's own do not know our test authority, alone or beside another file. */
	request.trust_file = NULL;
	assert_false(https_get(&request, mem, &answer, &err));
	assert_int_equal(err.stage, AT_CERTIFICATE);
	request.trust_file = web->trust_file;
	request.with_system = true;
	assert_true(https_get(&request, mem, &answer, &err));
}

/* Nobody's secrets, nobody's proxy. */
static void tells_no_more_than_it_must(void **state)
{
	struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct https_request request =
		request_for(web, arena_printf(mem, "https://good.test:%u/doc", web->port));
	struct https_answer answer;
	struct err err;
	char home[] = "/tmp/test_https.XXXXXX";
	assert_non_null(mkdtemp(home));
	const char *netrc = arena_printf(mem, "%s/.netrc", home);
	FILE *file = fopen(netrc, "w");
	fputs("machine good.test login me password secret\n", file);
	fclose(file);
	setenv("HOME", home, 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	if (!https_get(&request, mem, &answer, &err))
		fail_msg("%s", err.text);
	assert_string_equal(web->heard,
			    arena_printf(mem,
					 "GET /doc HTTP/1.1\r\nHost: good.test:%u\r\n"
					 "User-Agent: xmpp-tls-tools/" PACKAGE_VERSION "\r\n"
					 "Accept: */*\r\n\r\n",
					 web->port));
	unlink(netrc);
	rmdir(home);

	struct proxy proxy = { .by_name = true, .address = loopback, .port = 1 };
	request.proxy = &proxy;
	assert_false(https_get(&request, mem, &answer, &err));
	setenv("no_proxy", "*", 1); /* does not lead around it */
	assert_false(https_get(&request, mem, &answer, &err));
	unsetenv("no_proxy");
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
}

/* A SOCKS5 proxy that hears one request out, and refuses it. */
struct socks {
	pthread_t thread;
	int listener;
	uint16_t port;
	uint8_t request[64];
	ssize_t size;
};

static void *refuse(void *self)
{
	struct socks *socks = self;
	CLEANUP(fd_close) int fd = accept(socks->listener, NULL, NULL);
	uint8_t greeting[16];
	if (recv(fd, greeting, sizeof(greeting), 0) > 0 && send(fd, "\5\0", 2, MSG_NOSIGNAL) == 2)
		socks->size = recv(fd, socks->request, sizeof(socks->request), 0);
	send(fd, "\5\5\0\1\0\0\0\0\0\0", 10, MSG_NOSIGNAL);
	return NULL;
}

/* socks5h:// hands on the name and asks no resolver; socks5:// gets what ours knows. */
static void goes_through_the_proxy(void **state)
{
	const struct web *web = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = resolver_of(web, mem);
	static const struct row {
		bool by_name;
		const char *host, *request;
		size_t size;
	} rows[] = {
		{ true, "none.test", "\5\1\0\3\11none.test\1\273", 16 },
		{ false, "good.test", "\5\1\0\1\177\0\0\1\1\273", 10 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct socks socks = { 0 };
		socks.listener = web_bind(SOCK_STREAM, &socks.port);
		assert_int_equal(listen(socks.listener, 1), 0);
		assert_int_equal(pthread_create(&socks.thread, NULL, refuse, &socks), 0);
		struct proxy proxy = { .by_name = rows[i].by_name,
				       .address = loopback,
				       .port = socks.port };
		struct https_request request = request_for(web, arena_printf(mem, "https://%s/",
									     rows[i].host));
		struct https_answer answer;
		struct err err;
		request.address_count = 0;
		request.resolver = resolver;
		request.proxy = &proxy;
		assert_row(rows[i].host, !https_get(&request, mem, &answer, &err));
		pthread_join(socks.thread, NULL);
		close(socks.listener);
		assert_row_string(rows[i].host, err_stage_name(err.stage),
				  err_stage_name(AT_PROXY));
		assert_row(rows[i].host, err.code == ERR_PROXY);
		assert_row(rows[i].host,
			   socks.size == (ssize_t)rows[i].size &&
				   memcmp(socks.request, rows[i].request, rows[i].size) == 0);
	}
}

#define THREADS 4

struct worker {
	pthread_t thread;
	const struct web *web;
	int answers;
};

static void *take_turns(void *data)
{
	struct worker *worker = data;
	for (int i = 0; i < 3; i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct https_request request =
			request_for(worker->web, arena_printf(mem, "https://good.test:%u/to-doc",
							      worker->web->port));
		struct https_answer answer;
		struct err err;
		worker->answers += https_get(&request, mem, &answer, &err) && answer.status == 200;
	}
	return NULL;
}

/* First of all, so that the threads race for loading the library. */
static void threads_fetch_side_by_side(void **state)
{
	struct worker workers[THREADS] = { 0 };
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].web = *state;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, take_turns, &workers[i]),
				 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].answers, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_fetch_side_by_side),
		cmocka_unit_test(brings_the_answer),
		cmocka_unit_test(says_why_there_is_none),
		cmocka_unit_test(takes_nothing_but_https),
		cmocka_unit_test(waits_no_longer_than_the_deadline),
		cmocka_unit_test(asks_our_resolver),
		cmocka_unit_test(leads_from_host_to_host),
		cmocka_unit_test(says_what_answers_instead),
		cmocka_unit_test(needs_anchors_that_can_be_read),
		cmocka_unit_test(tells_no_more_than_it_must),
		cmocka_unit_test(goes_through_the_proxy),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
