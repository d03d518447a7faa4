#include "unit.h"

#include "report/compare.h"

/* Of one domain: what stands in the record beside its name. */
#define RECORD(members)  "{\"schema\":1,\"domain\":\"a.test\"," members "}"
#define SECTION(members) "{\"time\":\"2026-11-22T15:04:05Z\",\"elapsed_ms\":1," members "}"
#define AT(kind, members)                                                                          \
	"{\"service\":\"" kind "\",\"file\":\"x.pem\",\"source\":\"file\"," members "}"
#define DOOR(address, members)                                                                     \
	"{\"service\":\"c2s\",\"host\":\"h.test\",\"port\":5222,\"address\":\"" address            \
	"\",\"transport\":\"starttls\",\"source\":\"srv\"," members "}"
#define DIRECT(port, members)                                                                      \
	"{\"service\":\"c2s\",\"host\":\"h.test\",\"port\":" port ",\"address\":\"192.0.2.1\""     \
	",\"transport\":\"direct\",\"source\":\"srv\"," members "}"
#define FALLEN_BACK(address, members)                                                              \
	"{\"service\":\"c2s\",\"host\":\"a.test\",\"port\":5222,\"address\":\"" address            \
	"\",\"transport\":\"starttls\",\"source\":\"fallback\"," members "}"
/* What DNS said, as the tools write it: of clients. */
#define DNS(srv, lookups, hosts)                                                                   \
	"\"status\":\"ok\",\"dns\":{\"srv\":[" srv "],\"lookups\":[" lookups "],\"hosts\":[" hosts \
	"]},\"endpoints\":"
#define SRV(kind, port)                                                                            \
	"{\"name\":\"_xmpp" kind                                                                   \
	"._tcp.a.test\",\"priority\":5,\"weight\":0,\"target\":\"h.test\""                         \
	",\"port\":" port "}"
#define ASKED(name, type, outcome)                                                                 \
	"{\"name\":\"" name "\",\"type\":\"" type "\",\"outcome\":\"" outcome                      \
	"\",\"dnssec\":\"insecure\"}"
#define ASKED_SRV(starttls, direct)                                                                \
	ASKED("_xmpp-client._tcp.a.test", "SRV", starttls)                                         \
	"," ASKED("_xmpps-client._tcp.a.test", "SRV", direct)
#define ASKED_HOST(v4, v6) "," ASKED("h.test", "A", v4) "," ASKED("h.test", "AAAA", v6)
#define HOST(addresses)    "{\"name\":\"h.test\",\"addresses\":[" addresses "]}"
#define BOTH_DOORS                                                                                 \
	DNS(SRV("-client", "5222") "," SRV("s-client", "443"),                                     \
	    ASKED_SRV("found", "found") ASKED_HOST("found", "no-data"), HOST("\"192.0.2.1\""))
#define ONE_DOOR                                                                                   \
	DNS(SRV("-client", "5222"), ASKED_SRV("found", "no-name") ASKED_HOST("found", "no-data"),  \
	    HOST("\"192.0.2.1\""))
#define ENCRYPTED(answer)                                                                          \
	"\"starttls\":" SECTION("\"status\":\"ok\",\"findings\":[],\"encrypted\":" answer)
#define OK_SECTION "\"starttls\":" SECTION("\"status\":\"ok\",\"findings\":[]")
#define FOUND(weight)                                                                              \
	"\"starttls\":" SECTION(                                                                   \
		"\"status\":\"ok\",\"findings\":[{\"id\":\"x\",\"severity\":\"" weight             \
		"\",\"text\":\"t\",\"ref\":\"r\"}]")
#define ENUMERATED(weight, secrecy)                                                                \
	"\"ciphers\":" SECTION(                                                                    \
		"\"status\":\"ok\",\"scope\":\"all\",\"forward_secrecy\":\"" secrecy               \
		"\",\"findings\":[{\"id\":\"x\",\"severity\":\"" weight                            \
		"\",\"text\":\"t\",\"ref\":\"r\"}]")
#define WHOLE(id)                                                                                  \
	",\"findings\":[{\"id\":\"" id "\",\"severity\":\"warning\",\"text\":\"t\",\"ref\":\"r\"}]"
#define TLS12(suites)                                                                              \
	"\"ciphers\":" SECTION(                                                                    \
		"\"status\":\"ok\",\"findings\":[],\"versions\":[{\"version\":\"TLS1.2\","         \
		"\"offered\":\"yes\",\"complete\":true,\"suites\":[" suites "]}]")
#define SUITE(code) "{\"code\":\"" code "\"}"
#define PROMISE(result)                                                                            \
	"{\"id\":\"SW-1\",\"service\":\"c2s\",\"text\":\"t\",\"result\":\"" result "\"}"

static const struct row {
	const char *name, *old, *new, *changes;
} rows[] = {
	{ "nothing", RECORD("\"status\":\"ok\""), RECORD("\"status\":\"ok\""), "" },
	{ "nothing was examined either time", RECORD("\"status\":\"unknown\""),
	  RECORD("\"status\":\"critical\""), "changed status: unknown -> critical\n" },
	{ "of two promises of one kind the first counts",
	  RECORD("\"status\":\"ok\",\"manifesto\":[" PROMISE("kept") "," PROMISE("broken") "]"),
	  RECORD("\"status\":\"ok\",\"manifesto\":[" PROMISE("kept") "," PROMISE("broken") "]"),
	  "" },
	{ "judged by another policy: neither its status nor its findings",
	  RECORD("\"status\":\"ok\",\"policy\":\"bcp195\",\"endpoints\":[" DOOR("192.0.2.1",
										OK_SECTION) "]"),
	  RECORD("\"status\":\"critical\",\"policy\":\"strict\",\"endpoints\":[" DOOR(
		  "192.0.2.1", FOUND("critical")) "]"),
	  "changed policy: bcp195 -> strict\n" },
	{ "judged by another policy: nor the findings of an enumeration",
	  RECORD("\"status\":\"ok\",\"policy\":\"bcp195\",\"endpoints\":[" DOOR(
		  "192.0.2.1", ENUMERATED("info", "always")) "]"),
	  RECORD("\"status\":\"warning\",\"policy\":\"strict\",\"endpoints\":[" DOOR(
		  "192.0.2.1", ENUMERATED("warning", "possible")) "]"),
	  "changed policy: bcp195 -> strict\n"
	  "worse c2s forward secrecy: always -> possible\n" },
	{ "judged by nobody knows which", RECORD("\"status\":\"ok\""),
	  RECORD("\"status\":\"critical\",\"policy\":\"strict\""),
	  "worse status: ok -> critical\n" },
	{ "by its second best", RECORD("\"status\":\"ok\",\"manifesto\":[" PROMISE("kept") "]"),
	  RECORD("\"status\":\"ok\",\"manifesto\":[" PROMISE("kept-by-fallback") "]"),
	  "worse c2s promise SW-1: kept -> kept-by-fallback\n" },
	{ "endpoints in another order",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("warning")) "," DOOR(
		  "192.0.2.2", OK_SECTION) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.2", OK_SECTION) "," DOOR(
		  "192.0.2.1", FOUND("warning")) "]"),
	  "" },
	{ "a finding at another endpoint of the service",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("warning")) "," DOOR(
		  "192.0.2.2", OK_SECTION) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", OK_SECTION) "," DOOR(
		  "192.0.2.2", FOUND("warning")) "]"),
	  "" },
	{ "an endpoint that one run left out",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", OK_SECTION) "," DOOR(
		  "192.0.2.2", FOUND("critical")) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", OK_SECTION) "," DOOR(
		  "192.0.2.2", "\"x\":1") "]"),
	  "" },
	{ "a finding of less weight",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("critical")) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("info")) "]"),
	  "better c2s finding x: critical -> info\n" },
	{ "files", RECORD("\"status\":\"ok\",\"endpoints\":[" AT("s2s", OK_SECTION) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" AT("s2s", FOUND("warning")) "]"),
	  "worse s2s finding x: - -> warning\n" },
	{ "what each endpoint of a service says is said once, where the first of them says it",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR(
		  "192.0.2.1",
		  TLS12(SUITE("a") "," SUITE("b") "," SUITE("b") "," SUITE(
			  "c"))) "," DOOR("192.0.2.2",
					  TLS12(SUITE("d") "," SUITE("c") "," SUITE("a"))) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", TLS12(SUITE("e"))) "," DOOR(
		  "192.0.2.2", TLS12(SUITE("e") "," SUITE("b"))) "]"),
	  "changed c2s suite TLS1.2 a: yes -> no\n"
	  "changed c2s starttls 192.0.2.1:5222 suite TLS1.2 b: yes -> no\n"
	  "changed c2s starttls 192.0.2.1:5222 suite TLS1.2 b: yes -> no\n"
	  "changed c2s suite TLS1.2 c: yes -> no\n"
	  "changed c2s suite TLS1.2 e: no -> yes\n"
	  "changed c2s starttls 192.0.2.2:5222 suite TLS1.2 d: yes -> no\n"
	  "changed c2s starttls 192.0.2.2:5222 suite TLS1.2 b: no -> yes\n" },
	{ "the same endpoint twice",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("critical")) "," DOOR(
		  "192.0.2.1", OK_SECTION) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", FOUND("critical")) "," DOOR(
		  "192.0.2.1", OK_SECTION) "]"),
	  "" },
};

/* Records as real runs write them, with what DNS said: no other way round is a change either. */
static const struct dns_row {
	const char *name, *old, *new, *changes, *back;
} dns_rows[] = {
	{ "an endpoint that one run left out, though DNS named it (--first)",
	  RECORD(BOTH_DOORS
		 "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT("443", FOUND("critical")) "]"),
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "]"), "", "" },
	{ "each run took another one (--first)",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", FOUND("critical")) "]"),
	  RECORD(BOTH_DOORS "[" DIRECT("443", OK_SECTION) "]"), "", "" },
	{ "an endpoint that DNS no longer names, and its findings",
	  RECORD(BOTH_DOORS
		 "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT("443", FOUND("critical")) "]"),
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  "disappeared endpoint: c2s direct 192.0.2.1:443 -> -\n"
	  "better c2s finding x: critical -> -\n",
	  "appeared endpoint: - -> c2s direct 192.0.2.1:443\n"
	  "worse c2s finding x: - -> critical\n" },
	{ "an endpoint that DNS no longer names, whose findings another has that only one run took",
	  RECORD(BOTH_DOORS "[" DIRECT("443", FOUND("warning")) "]"),
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", FOUND("warning")) "]"),
	  "disappeared endpoint: c2s direct 192.0.2.1:443 -> -\n",
	  "appeared endpoint: - -> c2s direct 192.0.2.1:443\n" },
	{ "an endpoint that DNS no longer names, seen by a tool that the other run had not",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", ENUMERATED("warning", "always")) "," DIRECT(
		  "443", ENUMERATED("critical", "always")) "]"),
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  "disappeared endpoint: c2s direct 192.0.2.1:443 -> -\n",
	  "appeared endpoint: - -> c2s direct 192.0.2.1:443\n" },
	{ "another port is another endpoint", RECORD(BOTH_DOORS "[" DIRECT("443", OK_SECTION) "]"),
	  RECORD(DNS(SRV("s-client", "5223"),
		     ASKED_SRV("no-name", "found") ASKED_HOST("found", "no-data"),
		     HOST("\"192.0.2.1\"")) "[" DIRECT("5223", OK_SECTION) "]"),
	  "disappeared endpoint: c2s direct 192.0.2.1:443 -> -\n"
	  "appeared endpoint: - -> c2s direct 192.0.2.1:5223\n",
	  "disappeared endpoint: c2s direct 192.0.2.1:5223 -> -\n"
	  "appeared endpoint: - -> c2s direct 192.0.2.1:443\n" },
	{ "another address, and it is the same server",
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(DNS(SRV("-client", "5222"),
		     ASKED_SRV("found", "no-name") ASKED_HOST("found", "no-data"),
		     HOST("\"192.0.2.2\"")) "[" DOOR("192.0.2.2", FOUND("warning")) "]"),
	  "disappeared endpoint: c2s starttls 192.0.2.1:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.2:5222\n"
	  "worse c2s finding x: - -> warning\n",
	  "disappeared endpoint: c2s starttls 192.0.2.2:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.1:5222\n"
	  "better c2s finding x: warning -> -\n" },
	{ "its look-up failed",
	  RECORD(BOTH_DOORS
		 "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT("443", FOUND("critical")) "]"),
	  RECORD(DNS(SRV("-client", "5222"),
		     ASKED_SRV("found", "timed-out") ASKED_HOST("found", "no-data"),
		     HOST("\"192.0.2.1\"")) "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  "", "" },
	{ "only one family was asked for (-4)",
	  RECORD(DNS(
		  SRV("-client", "5222"),
		  ASKED_SRV("found", "no-name") ASKED_HOST("found", "found"),
		  HOST("\"192.0.2.1\",\"2001:db8::1\"")) "[" DOOR("192.0.2.1",
								  OK_SECTION) "," DOOR("2001:db8::1",
										       FOUND("warning")) "]" WHOLE("ipv6-dead")),
	  RECORD(DNS(SRV("-client", "5222"),
		     ASKED_SRV("found", "no-name") "," ASKED("h.test", "A", "found"),
		     HOST("\"192.0.2.1\"")) "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  "", "" },
	{ "the domain itself, and then an SRV record",
	  RECORD(DNS(
		  "", ASKED_SRV("no-name", "no-name") "," ASKED("a.test", "A", "found"),
		  "{\"name\":\"a.test\",\"addresses\":[\"192.0.2.9\"]}") "[" FALLEN_BACK("192.0.2.9",
											 OK_SECTION) "]"),
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  "disappeared endpoint: c2s starttls 192.0.2.9:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.1:5222\n",
	  "disappeared endpoint: c2s starttls 192.0.2.1:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.9:5222\n" },
	{ "the domain itself, with two addresses of which one run took one",
	  RECORD("\"status\":\"ok\",\"dns\":{\"srv\":[],\"fallback\":[\"c2s\"],\"lookups\":[" ASKED_SRV("no-name", "no-name") "," ASKED(
		  "a.test", "A",
		  "found") "],\"hosts\":[{\"name\":\"a.test\",\"addresses\":[\"192.0.2.9\",\"192.0.2.8\"]}]},\"endpoints\":[" FALLEN_BACK("192.0.2.9",
																	  FOUND("critical")) "]"),
	  RECORD("\"status\":\"ok\",\"dns\":{\"srv\":[],\"fallback\":[\"c2s\"],\"lookups\":[" ASKED_SRV("no-name", "no-name") "," ASKED(
		  "a.test", "A",
		  "found") "],\"hosts\":[{\"name\":\"a.test\",\"addresses\":[\"192.0.2.9\",\"192.0.2.8\"]}]},\"endpoints\":[" FALLEN_BACK("192.0.2.8",
																	  OK_SECTION) "]"),
	  "", "" },
	{ "a finding of DNS, whichever endpoints were taken",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(BOTH_DOORS "[" DIRECT("443", OK_SECTION) "]" WHOLE("dnssec-insecure")),
	  "worse finding dnssec-insecure: - -> warning\n",
	  "better finding dnssec-insecure: warning -> -\n" },
	{ "a finding of several endpoints, of which one was left out",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT(
		  "443", OK_SECTION) "]" WHOLE("certs-differ")),
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "]"), "", "" },
	{ "a finding of several endpoints, and both runs took them",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT("443", OK_SECTION) "]"),
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT(
		  "443", OK_SECTION) "]" WHOLE("certs-differ")),
	  "worse finding certs-differ: - -> warning\n",
	  "better finding certs-differ: warning -> -\n" },
	{ "a forged answer, and none",
	  RECORD("\"status\":\"critical\",\"dns\":{\"srv\":[],\"lookups\":[{\"name\":\"_xmpp-client._tcp.a.test\",\"type\":\"SRV\",\"outcome\":\"server-failed\",\"dnssec\":\"bogus\"}]},\"endpoints\":[]" WHOLE(
		  "dns-bogus")),
	  RECORD("\"status\":\"unknown\",\"dns\":{\"srv\":[],\"lookups\":[" ASKED(
		  "_xmpp-client._tcp.a.test", "SRV",
		  "timed-out") "]},\"endpoints\":[]" WHOLE("dns-failed")),
	  "changed status: critical -> unknown\n"
	  "worse finding dns-failed: - -> warning\n",
	  "changed status: unknown -> critical\n"
	  "better finding dns-failed: warning -> -\n" },
	{ "a forged answer takes no endpoint away",
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", FOUND("critical")) "]"),
	  RECORD("\"status\":\"ok\",\"dns\":{\"srv\":[],\"lookups\":[{\"name\":\"_xmpp-client._tcp.a.test\",\"type\":\"SRV\",\"outcome\":\"server-failed\",\"dnssec\":\"bogus\"}]},\"endpoints\":[]"),
	  "", "" },
	{ "a status to which only one of the two services was asked",
	  RECORD("\"status\":\"critical\",\"dns\":{\"srv\":[],\"lookups\":[" ASKED_SRV(
		  "no-name", "no-name") "]},\"endpoints\":[]"),
	  RECORD("\"status\":\"unknown\",\"dns\":{\"srv\":[],\"lookups\":[" ASKED(
		  "_xmpp-server._tcp.a.test", "SRV", "no-name") "]},\"endpoints\":[]"),
	  "", "" },
	{ "nothing there, where another name was asked for (--direct-tls)",
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(DNS("", ASKED("_xmpps-client._tcp.a.test", "SRV", "no-name"),
		     "") "[]" WHOLE("domain-not-found")),
	  "", "" },
	{ "a service that is no longer offered",
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(DNS("", ASKED_SRV("found", "no-name"), "") "[]" WHOLE("srv-declined")),
	  "disappeared endpoint: c2s starttls 192.0.2.1:5222 -> -\n"
	  "worse finding srv-declined: - -> warning\n",
	  "appeared endpoint: - -> c2s starttls 192.0.2.1:5222\n"
	  "better finding srv-declined: warning -> -\n" },
	{ "a promise whose proof one run left out",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT(
		  "443", OK_SECTION) "],\"manifesto\":[" PROMISE("broken") "]"),
	  RECORD(BOTH_DOORS
		 "[" DOOR("192.0.2.1", OK_SECTION) "],\"manifesto\":[" PROMISE("kept") "]"),
	  "", "" },
	{ "what a message found, beside a record without one",
	  RECORD("\"status\":\"warning\",\"endpoints\":[" DOOR("192.0.2.1", OK_SECTION) "],\"sendmsg\":" SECTION(
		  "\"findings\":[{\"id\":\"x\",\"severity\":\"warning\",\"text\":\"t\",\"ref\":\"r\"}]")),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", OK_SECTION) "]"), "", "" },
};

static struct digest digest_of(const char *text, struct arena *mem, json_t **record)
{
	struct digest digest = { 0 };
	struct err err = { 0 };
	*record = NULL;
	if (!reread_line(text, strlen(text), record, &err) ||
	    !digest_read(*record, mem, &digest, &err))
		fail_msg("%s: %s", text, err.text);
	return digest;
}

static const char *changes_of(const char *old_text, const char *new_text, struct arena *mem)
{
	json_t *old_record, *new_record;
	struct digest old = digest_of(old_text, mem, &old_record);
	struct digest new = digest_of(new_text, mem, &new_record);
	struct changes changes;
	const char *words = "";
	compare_records(&old, &new, mem, &changes);
	for (size_t i = 0; i < changes.count; i++)
		words = arena_printf(mem, "%s%s %s: %s -> %s\n", words,
				     change_kind_name(changes.items[i].kind), changes.items[i].what,
				     changes.items[i].was, changes.items[i].is);
	json_decref(old_record);
	json_decref(new_record);
	return words;
}

static void says_what_changed_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		assert_row_string(rows[i].name, changes_of(rows[i].old, rows[i].new, mem),
				  rows[i].changes);
		assert_row_string(rows[i].name, changes_of(rows[i].old, rows[i].old, mem), "");
	}
}

static void looks_up_in_dns_what_a_run_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dns_rows); i++) {
		const struct dns_row *row = &dns_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		assert_row_string(row->name, changes_of(row->old, row->new, mem), row->changes);
		assert_row_string(row->name, changes_of(row->new, row->old, mem), row->back);
	}
}

#define MANY_DOORS  100
#define MANY_SUITES 1000

/* As a stranger may write it: many endpoints, each with many suites. */
static const char *record_of_many(const char *kind, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(RECORD_MAX);
	buf_text(&out, "{\"schema\":1,\"domain\":\"a.test\",\"status\":\"ok\",\"endpoints\":[");
	for (int i = 0; i < MANY_DOORS; i++) {
		buf_printf(
			&out,
			"%s{\"service\":\"c2s\",\"host\":\"h\",\"port\":%d,\"address\":"
			"\"192.0.2.7\",\"transport\":\"starttls\",\"ciphers\":{\"status\":\"ok\","
			"\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"yes\","
			"\"complete\":true,\"suites\":[",
			i > 0 ? "," : "", i + 1);
		for (int k = 0; k < MANY_SUITES; k++)
			buf_printf(&out, "%s{\"code\":\"%s%d\"}", k > 0 ? "," : "", kind, k);
		buf_text(&out, "]}]}}");
	}
	buf_text(&out, "]}");
	assert_false(buf_overflowed(&out));
	return arena_copy(mem, buf_string(&out));
}

static size_t count_changes(const char *old_text, const char *new_text, struct arena *mem)
{
	json_t *old_record, *new_record;
	struct digest old = digest_of(old_text, mem, &old_record);
	struct digest new = digest_of(new_text, mem, &new_record);
	struct changes changes;
	compare_records(&old, &new, mem, &changes);
	json_decref(old_record);
	json_decref(new_record);
	return changes.count;
}

/* Compared each with each, so many lines would take minutes. */
static void what_many_endpoints_say_of_many_suites_is_counted_once(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *old = record_of_many("a", mem), *new = record_of_many("b", mem);
	assert_int_equal(count_changes(old, new, mem), 2 * MANY_SUITES);
}

/* The text, with its host as another server's zone writes it. */
static const char *in_capitals(const char *text, struct arena *mem)
{
	char *out = arena_copy(mem, text);
	for (char *at = out; (at = strstr(at, "h.test"));) {
		at[0] = 'H';
		at[2] = 'T';
	}
	return out;
}

/* RFC 4343: names are compared without regard to case, wherever they stand. */
static const struct case_row {
	const char *name, *old, *new, *changes, *back;
} case_rows[] = {
	{ "the same endpoint", RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"), "", "" },
	{ "one that was left out, and that DNS names",
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "," DIRECT("443", OK_SECTION) "]"),
	  RECORD(BOTH_DOORS "[" DOOR("192.0.2.1", OK_SECTION) "]"), "", "" },
	{ "one that was left out, and whose address had no answer",
	  RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(DNS(SRV("-client", "5222"),
		     ASKED_SRV("found", "no-name") ASKED_HOST("timed-out", "no-data"), "") "[]"),
	  "", "" },
	{ "which one of two it is, with the other one first",
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.1", ENCRYPTED("true")) "," DOOR(
		  "192.0.2.2", ENCRYPTED("false")) "]"),
	  RECORD("\"status\":\"ok\",\"endpoints\":[" DOOR("192.0.2.2", ENCRYPTED("false")) "," DOOR(
		  "192.0.2.1", ENCRYPTED("true")) "]"),
	  "", "" },
	{ "a server that moved", RECORD(ONE_DOOR "[" DOOR("192.0.2.1", OK_SECTION) "]"),
	  RECORD(DNS(SRV("-client", "5222"),
		     ASKED_SRV("found", "no-name") ASKED_HOST("found", "no-data"),
		     HOST("\"192.0.2.2\"")) "[" DOOR("192.0.2.2", OK_SECTION) "]"),
	  "disappeared endpoint: c2s starttls 192.0.2.1:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.2:5222\n",
	  "disappeared endpoint: c2s starttls 192.0.2.2:5222 -> -\n"
	  "appeared endpoint: - -> c2s starttls 192.0.2.1:5222\n" },
};

static void a_host_is_the_same_in_any_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(case_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct case_row *row = &case_rows[i];
		const char *new = in_capitals(row->new, mem);
		assert_row_string(row->name, changes_of(row->old, new, mem), row->changes);
		assert_row_string(row->name, changes_of(new, row->old, mem), row->back);
	}
}

static const struct status_row {
	enum status was, is;
	enum change_kind kind;
} status_rows[] = {
	{ STATUS_OK, STATUS_WARNING, CHANGE_WORSE },
	{ STATUS_OK, STATUS_UNKNOWN, CHANGE_WORSE },
	{ STATUS_WARNING, STATUS_CRITICAL, CHANGE_WORSE },
	{ STATUS_CRITICAL, STATUS_WARNING, CHANGE_BETTER },
	{ STATUS_UNKNOWN, STATUS_OK, CHANGE_BETTER },
	{ STATUS_WARNING, STATUS_OK, CHANGE_BETTER },
	{ STATUS_UNKNOWN, STATUS_CRITICAL, CHANGE_OTHER },
	{ STATUS_CRITICAL, STATUS_UNKNOWN, CHANGE_OTHER },
};

static void unknown_is_no_better_than_trouble(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(status_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct status_row *row = &status_rows[i];
		const char *was = status_name(row->was), *is = status_name(row->is);
		assert_row_string(is,
				  changes_of(arena_printf(mem, RECORD("\"status\":\"%s\""), was),
					     arena_printf(mem, RECORD("\"status\":\"%s\""), is),
					     mem),
				  arena_printf(mem, "%s status: %s -> %s\n",
					       change_kind_name(row->kind), was, is));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_changed_and_nothing_else),
		cmocka_unit_test(looks_up_in_dns_what_a_run_left_out),
		cmocka_unit_test(a_host_is_the_same_in_any_case),
		cmocka_unit_test(what_many_endpoints_say_of_many_suites_is_counted_once),
		cmocka_unit_test(unknown_is_no_better_than_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
