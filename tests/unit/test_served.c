#include "unit.h"

#include "report/served.h"

#define TIME      1782864000 /* 2026-07-01 */
#define TIME_TEXT "2026-07-01T00:00:00Z"

static const struct link_facts four = {
	.inbound = true,
	.address = { AF_INET, { 192, 0, 2, 7 } },
	.port = 40312,
	.encrypted = true,
	.tls = { .up = true, .version = TLS_1_3 },
	.certificate_shown = true,
	.authenticated = true,
};
static const struct link_facts six = {
	.address = { AF_INET6, { 0x20, 1, 0x0d, 0xb8, [15] = 7 } },
	.port = 5269,
	.encrypted = true,
	.tls = { .up = true, .version = TLS_1_2 },
	.certificate_shown = true,
};
static const struct link_facts clear = {
	.inbound = true,
	.address = { AF_INET, { 192, 0, 2, 8 } },
	.port = 40313,
};

static const struct row {
	const char *name;
	struct served_facts served;
	enum status status;
	const char *text; /* behind the time */
	const char *part; /* of the record */
} rows[] = {
	{ "a right key",
	  { .kind = DB_VERIFY,
	    .from = "im.example",
	    .to = "me.example",
	    .id = "7",
	    .link = &four,
	    .outcome = OUTCOME_VALID },
	  STATUS_OK,
	  "im.example\tverify\t192.0.2.7:40312\tvalid\tTLS1.3, certificate ok\tok\n",
	  "\"role\":\"authoritative\",\"from\":\"im.example\",\"to\":\"me.example\",\"id\":\"7\","
	  "\"answer\":\"valid\",\"elapsed_ms\"" },
	{ "a right key, in clear",
	  { .kind = DB_VERIFY, .from = "im.example", .link = &clear, .outcome = OUTCOME_VALID },
	  STATUS_WARNING,
	  "im.example\tverify\t192.0.2.8:40313\tvalid\tin clear\twarning\n",
	  "\"encrypted\":false" },
	{ "a result that its authority confirmed",
	  { .kind = DB_RESULT,
	    .from = "im.example",
	    .link = &four,
	    .authority = &six,
	    .outcome = OUTCOME_VALID },
	  STATUS_OK,
	  "im.example\tresult\t192.0.2.7:40312\tvalid\tTLS1.3, certificate ok\tok"
	  "\tauthority [2001:db8::7]:5269 TLS1.2, certificate not proven\n",
	  "\"role\":\"receiving\",\"proof\":\"dialback\"" },
	{ "a result confirmed in clear",
	  { .kind = DB_RESULT,
	    .from = "im.example",
	    .link = &four,
	    .authority = &clear,
	    .outcome = OUTCOME_VALID },
	  STATUS_WARNING,
	  "im.example\tresult\t192.0.2.7:40312\tvalid\tTLS1.3, certificate ok\twarning"
	  "\tauthority 192.0.2.8:40313 in clear\n",
	  "\"authority\":{" },
	{ "an error, with its reason",
	  { .kind = DB_RESULT,
	    .from = "im.example",
	    .link = &four,
	    .outcome = OUTCOME_ERROR,
	    .condition = "remote-server-not-found",
	    .reason = "DNS names no server for it" },
	  STATUS_WARNING,
	  "im.example\tresult\t192.0.2.7:40312\terror remote-server-not-found"
	  "\tTLS1.3, certificate ok\twarning\tDNS names no server for it\n",
	  "\"condition\":\"remote-server-not-found\",\"reason\":\"DNS names no server for it\"" },
	{ "no answer, on purpose",
	  { .kind = DB_VERIFY,
	    .from = "im.example",
	    .link = &four,
	    .misbehaviour = "silent",
	    .outcome = OUTCOME_NONE },
	  STATUS_WARNING,
	  "im.example\tverify\t192.0.2.7:40312\tnone\tTLS1.3, certificate ok\twarning"
	  "\tmisbehaving: silent\n",
	  "\"misbehaviour\":\"silent\"" },
	{ "EXTERNAL",
	  { .kind = DB_RESULT,
	    .external = true,
	    .from = "im.example",
	    .link = &four,
	    .outcome = OUTCOME_VALID },
	  STATUS_OK,
	  "im.example\texternal\t192.0.2.7:40312\tvalid\tTLS1.3, certificate ok\tok\n",
	  "\"role\":\"receiving\",\"proof\":\"external\"" },
	{ "what the peer wrote is escaped",
	  { .kind = DB_VERIFY, .from = "\x1b[2J\t", .link = &four, .outcome = OUTCOME_INVALID },
	  STATUS_WARNING,
	  "\\x1b[2J\\t\tverify\t192.0.2.7:40312\tinvalid\tTLS1.3, certificate ok\twarning\n",
	  "\"answer\":\"invalid\"" },
	{ "who gives no name",
	  { .kind = DB_VERIFY, .link = &four, .outcome = OUTCOME_INVALID },
	  STATUS_WARNING,
	  "-\tverify\t192.0.2.7:40312\tinvalid\tTLS1.3, certificate ok\twarning\n",
	  "\"input\":\"\"" },
};

static void tells_an_exchange(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct served_facts served = row->served;
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		CLEANUP(buf_free) struct buf wanted = buf_new(BUF_UNBOUNDED);
		served.time = TIME;
		text_served(&served, &out);
		buf_printf(&wanted, TIME_TEXT "\t%s", row->text);
		assert_row_string(row->name, buf_string(&out), buf_string(&wanted));
		assert_row_string(row->name, status_name(served_status(&served)),
				  status_name(row->status));
	}
}

static void records_an_exchange(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *record = record_served(&rows[i].served);
		char *text = json_dumps(record, JSON_COMPACT);
		if (!strstr(text, rows[i].part))
			fail_msg("%s: no %s in %s", rows[i].name, rows[i].part, text);
		assert_row_string(rows[i].name,
				  json_string_value(json_object_get(record, "status")),
				  status_name(rows[i].status));
		free(text);
		json_decref(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_an_exchange),
		cmocka_unit_test(records_an_exchange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
