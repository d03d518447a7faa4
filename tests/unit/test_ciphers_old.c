/* Which earlier section an endpoint is compared with, and which files are refused. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "run/ciphers_old.h"

#define PLACE(service, transport, host, port, address, time)                                       \
	"{\"service\":\"" service "\",\"transport\":\"" transport "\",\"host\":\"" host            \
	"\",\"port\":" port ",\"address\":\"" address "\",\"ciphers\":{\"time\":\"" time "\"}}"
#define RECORD(domain, endpoints)                                                                  \
	"{\"schema\":1,\"domain\":\"" domain "\",\"endpoints\":[" endpoints "]}\n"

static const char records[] = "# taken on Monday\n" RECORD(
	"old.test",
	PLACE("c2s", "starttls", "a.test", "5222", "192.0.2.1",
	      "stale")) RECORD("old.test",
			       PLACE("c2s", "starttls", "a.test", "5222", "192.0.2.1",
				     "a1") "," PLACE("c2s", "starttls", "a.test", "5222",
						     "192.0.2.2",
						     "a2") "," PLACE("c2s", "starttls", "b.test",
								     "5222", "192.0.2.3",
								     "b3") "," PLACE("c2s",
										     "direct",
										     "b.test",
										     "5223",
										     "192.0.2.3",
										     "direct"))
	RECORD("bare.test",
	       "{\"service\":\"c2s\",\"transport\":\"starttls\",\"host\":\"a.test\","
	       "\"port\":5222,\"address\":\"192.0.2.1\"}") "{\"schema\":1,\"input\":\"no domain\"}\n";

static struct ciphers_old *read_text(const char *text, struct err *err)
{
	char path[] = "/tmp/test_ciphers_old.XXXXXX";
	struct ciphers_old *old = NULL;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	bool ok = ciphers_old_read(path, &old, err);
	unlink(path);
	assert_true(ok == (old != NULL));
	return old;
}

static const struct row {
	const char *name, *domain;
	enum service service;
	enum transport transport;
	const char *host;
	uint16_t port;
	const char *address;
	const char *found; /* the section's time; NULL: none */
} rows[] = {
	{ "the same in all", "old.test", SERVICE_C2S, TRANSPORT_STARTTLS, "a.test", 5222,
	  "192.0.2.1", "a1" },
	{ "the other address of a host", "old.test", SERVICE_C2S, TRANSPORT_STARTTLS, "a.test",
	  5222, "192.0.2.2", "a2" },
	{ "an address that is new", "old.test", SERVICE_C2S, TRANSPORT_STARTTLS, "b.test", 5222,
	  "192.0.2.9", "b3" },
	{ "a host that is new", "old.test", SERVICE_C2S, TRANSPORT_STARTTLS, "c.test", 5222,
	  "192.0.2.9", "a1" },
	{ "another port", "old.test", SERVICE_C2S, TRANSPORT_STARTTLS, "b.test", 5322, "192.0.2.3",
	  "a1" },
	{ "direct TLS", "old.test", SERVICE_C2S, TRANSPORT_DIRECT, "b.test", 5223, "192.0.2.3",
	  "direct" },
	{ "another service", "old.test", SERVICE_S2S, TRANSPORT_STARTTLS, "a.test", 5222,
	  "192.0.2.1", NULL },
	{ "another domain", "new.test", SERVICE_C2S, TRANSPORT_STARTTLS, "a.test", 5222,
	  "192.0.2.1", NULL },
	{ "never enumerated", "bare.test", SERVICE_C2S, TRANSPORT_STARTTLS, "a.test", 5222,
	  "192.0.2.1", NULL },
};

static void finds_the_most_similar(void **state)
{
	struct err err = { 0 };
	(void)state;
	CLEANUP(ciphers_old_free) struct ciphers_old *old = read_text(records, &err);
	assert_non_null(old);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct endpoint at = { .service = row->service,
				       .transport = row->transport,
				       .host = row->host,
				       .port = row->port };
		assert_row(row->name, address_parse(row->address, &at.address));
		const json_t *section = ciphers_old_section(old, row->domain, &at);
		const char *time = json_string_value(json_object_get(section, "time"));
		assert_row(row->name, !row->found == !section);
		assert_row(row->name, !row->found || strcmp(time, row->found) == 0);
	}
}

static const struct bad_row {
	const char *name, *text, *says;
} bad_rows[] = {
	{ "nothing in it", "", "holds no records" },
	{ "comments alone", "# one\n# two\n", "holds no records" },
	{ "a text line", RECORD("a.test", "") "a.test c2s ok\n", "line 2: not JSON" },
	{ "a record over several lines", "{\n\"schema\":1,\n", "line 1: not JSON" },
	{ "a record of the future", "{\"schema\":99,\"domain\":\"a.test\"}\n", "newer" },
	{ "half a record", "{\"schema\":1,\"domain\":\"a.t", "line 1: not JSON" },
};

static void refuses_what_holds_no_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		struct err err = { 0 };
		CLEANUP(ciphers_old_free) struct ciphers_old *old = read_text(row->text, &err);
		assert_row(row->name, !old);
		assert_row(row->name, strstr(err.text, row->says) != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_most_similar),
		cmocka_unit_test(refuses_what_holds_no_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
