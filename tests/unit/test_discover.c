#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/discover.h"

/* A zone and what a row sees of it, in text:
 *   answers   "c2s starttls 5 0 5222 a" one record; more of the same service and transport add up;
 *             "c2s direct none|absent|timeout|servfail|bogus" one outcome.
 *   hosts     "a 192.0.2.1 2001:db8::1" addresses of a host; "a bogus" its A is bogus.
 *   endpoints "c2s starttls a:5222 192.0.2.1 srv" in order. */
static const struct row {
	const char *name;
	const char *domain; /* NULL: example.org */
	const char *options;
	const char *answers[6], *hosts[4], *endpoints[8];
	const char *flags; /* declined and fallback: "c2s-declined s2s-fallback" */
} rows[] = {
	{ .name = "STR-1: a target, all its addresses, IPv4 first and sorted",
	  .answers = { "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 192.0.2.9 192.0.2.1 2001:db8::1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv", "c2s starttls a:5222 192.0.2.9 srv",
			 "c2s starttls a:5222 2001:db8::1 srv" },
	  .flags = "" },
	{ .name = "STR-1: c2s before s2s, each with its own records",
	  .answers = { "s2s starttls 5 0 5269 a", "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv", "s2s starttls a:5269 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-2: the root alone declines the service",
	  .answers = { "c2s starttls 0 0 0 .", "c2s direct none", "s2s starttls 5 0 5269 a" },
	  .hosts = { "a 192.0.2.1", "example.org 192.0.2.2" },
	  .endpoints = { "s2s starttls a:5269 192.0.2.1 srv" },
	  .flags = "c2s-declined" },
	{ .name = "STR-2: the wildcard declines both ways in",
	  .options = "c2s",
	  .answers = { "c2s starttls 0 0 0 .", "c2s direct 0 0 0 ." },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "c2s-declined" },
	{ .name = "STR-2: the root among others is skipped",
	  .options = "c2s",
	  .answers = { "c2s starttls 0 0 0 .", "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-2: two roots are a fault, no way to decline, and no reason to fall back",
	  .options = "c2s",
	  .answers = { "c2s starttls 0 0 0 .", "c2s starttls 1 0 0 .", "c2s direct none" },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "STR-2: without STARTTLS, but with direct TLS",
	  .options = "c2s",
	  .answers = { "c2s starttls 0 0 0 .", "c2s direct 5 0 5223 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s direct a:5223 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-2: declined is not said while an answer is missing",
	  .options = "c2s",
	  .answers = { "c2s starttls 0 0 0 .", "c2s direct timeout" },
	  .flags = "" },
	{ .name = "STR-3, repeatable: priority, weight descending, host, port",
	  .options = "c2s",
	  .answers = { "c2s starttls 20 0 5222 a", "c2s starttls 10 1 5222 b",
		       "c2s starttls 10 9 5222 d", "c2s starttls 10 9 5222 c",
		       "c2s starttls 10 9 443 c" },
	  .hosts = { "a 192.0.2.1", "b 192.0.2.2", "c 192.0.2.3", "d 192.0.2.4" },
	  .endpoints = { "c2s starttls c:443 192.0.2.3 srv", "c2s starttls c:5222 192.0.2.3 srv",
			 "c2s starttls d:5222 192.0.2.4 srv", "c2s starttls b:5222 192.0.2.2 srv",
			 "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-3, as a client: the draw of 0 takes the zero weight",
	  .options = "c2s draw0",
	  .answers = { "c2s starttls 10 9 5222 a", "c2s starttls 10 0 5222 b" },
	  .hosts = { "a 192.0.2.1", "b 192.0.2.2" },
	  .endpoints = { "c2s starttls b:5222 192.0.2.2 srv", "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-4: a target without addresses yields nothing, the next does",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s starttls 10 0 5222 b" },
	  .hosts = { "a", "b 192.0.2.2" },
	  .endpoints = { "c2s starttls b:5222 192.0.2.2 srv" },
	  .flags = "" },
	{ .name = "STR-5: targets without addresses are no reason to fall back",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a" },
	  .hosts = { "a", "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "STR-6, STR-16: no SRV of either kind, STARTTLS on the registered ports",
	  .answers = { "c2s starttls none", "c2s direct none", "s2s starttls absent",
		       "s2s direct absent" },
	  .hosts = { "example.org 192.0.2.2" },
	  .endpoints = { "c2s starttls example.org:5222 192.0.2.2 fallback",
			 "s2s starttls example.org:5269 192.0.2.2 fallback" },
	  .flags = "c2s-fallback s2s-fallback" },
	{ .name = "STR-6: one service falls back, the other does not",
	  .answers = { "c2s starttls none", "c2s direct none", "s2s starttls 5 0 5269 a" },
	  .hosts = { "a 192.0.2.1", "example.org 192.0.2.2" },
	  .endpoints = { "c2s starttls example.org:5222 192.0.2.2 fallback",
			 "s2s starttls a:5269 192.0.2.1 srv" },
	  .flags = "c2s-fallback" },
	{ .name = "STR-6: could not be asked is not none",
	  .options = "c2s",
	  .answers = { "c2s starttls timeout", "c2s direct none" },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "STR-6: SERVFAIL is not none",
	  .options = "c2s",
	  .answers = { "c2s starttls servfail", "c2s direct servfail" },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "STR-6: no answer about direct TLS does not forbid the fallback",
	  .options = "c2s",
	  .answers = { "c2s starttls none", "c2s direct timeout" },
	  .hosts = { "example.org 192.0.2.2" },
	  .endpoints = { "c2s starttls example.org:5222 192.0.2.2 fallback" },
	  .flags = "c2s-fallback" },
	{ .name = "one answer missing, the other counts",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s direct servfail" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "CRT-41: a bogus answer ends the service, not the other service",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s direct bogus", "s2s starttls 5 0 5269 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "s2s starttls a:5269 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "CRT-41: no fallback from a bogus answer",
	  .options = "c2s",
	  .answers = { "c2s starttls none", "c2s direct bogus" },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "CRT-41: bogus addresses yield no endpoint",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 2001:db8::1 bogus" },
	  .endpoints = { "c2s starttls a:5222 2001:db8::1 srv" },
	  .flags = "" },
	{ .name = "STR-8: an address as target is no host",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 192.0.2.1" },
	  .hosts = { "192.0.2.1 192.0.2.1" },
	  .flags = "" },
	{ .name = "STR-10: both kinds are one set",
	  .options = "c2s",
	  .answers = { "c2s starttls 10 0 5222 a", "c2s direct 5 0 5223 a",
		       "c2s direct 20 0 443 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s direct a:5223 192.0.2.1 srv", "c2s starttls a:5222 192.0.2.1 srv",
			 "c2s direct a:443 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-10, as a client: one draw over both kinds",
	  .options = "c2s draw15",
	  .answers = { "c2s starttls 5 10 5222 a", "c2s direct 5 10 5223 b" },
	  .hosts = { "a 192.0.2.1", "b 192.0.2.2" },
	  .endpoints = { "c2s direct b:5223 192.0.2.2 srv", "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-11: one port in both kinds is two doors",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s direct 5 0 5222 a" },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv", "c2s direct a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "a door named twice is one",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s starttls 9 0 5222 a" },
	  .hosts = { "a 192.0.2.1 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-15: direct TLS declined, no _xmpp record: no fallback",
	  .options = "c2s",
	  .answers = { "c2s starttls none", "c2s direct 0 0 0 ." },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "c2s-declined" },
	{ .name = "STR-15: direct TLS declined, _xmpp records count",
	  .options = "c2s",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s direct 0 0 0 ." },
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STR-16: direct TLS alone has no fallback",
	  .options = "c2s direct",
	  .answers = { "c2s direct none" },
	  .hosts = { "example.org 192.0.2.2" },
	  .flags = "" },
	{ .name = "STR-16: records of direct TLS alone are no reason to fall back",
	  .options = "c2s",
	  .answers = { "c2s starttls none", "c2s direct 5 0 5223 a" },
	  .hosts = { "a 192.0.2.1", "example.org 192.0.2.2" },
	  .endpoints = { "c2s direct a:5223 192.0.2.1 srv" },
	  .flags = "" },
	{ .name = "STARTTLS alone was asked: its answer decides",
	  .options = "c2s starttls",
	  .answers = { "c2s starttls none" },
	  .hosts = { "example.org 192.0.2.2" },
	  .endpoints = { "c2s starttls example.org:5222 192.0.2.2 fallback" },
	  .flags = "c2s-fallback" },
	{ .name = "STR-19: IPv6 first, families in turn, as the resolver gave them",
	  .options = "c2s draw0",
	  .answers = { "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 192.0.2.9 192.0.2.1 192.0.2.5 2001:db8::2 2001:db8::1" },
	  .endpoints = { "c2s starttls a:5222 2001:db8::2 srv", "c2s starttls a:5222 192.0.2.9 srv",
			 "c2s starttls a:5222 2001:db8::1 srv", "c2s starttls a:5222 192.0.2.1 srv",
			 "c2s starttls a:5222 192.0.2.5 srv" },
	  .flags = "" },
	{ .name = "STR-21: only IPv6 wanted",
	  .options = "c2s -6",
	  .answers = { "c2s starttls 5 0 5222 a" },
	  .hosts = { "a 192.0.2.1 2001:db8::1" },
	  .endpoints = { "c2s starttls a:5222 2001:db8::1 srv" },
	  .flags = "" },
	{ .name = "STR-22: an IPv4 literal as domain",
	  .domain = "192.0.2.7",
	  .endpoints = { "c2s starttls 192.0.2.7:5222 192.0.2.7 fallback",
			 "s2s starttls 192.0.2.7:5269 192.0.2.7 fallback" },
	  .flags = "" },
	{ .name = "STR-22: an IPv6 literal as domain",
	  .domain = "[2001:DB8::7]",
	  .options = "c2s",
	  .endpoints = { "c2s starttls 2001:db8::7:5222 2001:db8::7 fallback" },
	  .flags = "" },
	{ .name = "STR-22: a literal of the other family",
	  .domain = "192.0.2.7",
	  .options = "-6",
	  .flags = "" },
	{ .name = "STR-22: a literal has no port of direct TLS",
	  .domain = "192.0.2.7",
	  .options = "direct",
	  .flags = "" },
	{ .name = "by name: targets, not their addresses",
	  .options = "c2s by-name",
	  .answers = { "c2s starttls 5 0 5222 a", "c2s direct 9 0 443 b" },
	  .hosts = { "a", "b" },
	  .endpoints = { "c2s starttls a:5222  srv", "c2s direct b:443  srv" },
	  .flags = "" },
	{ .name = "by name: the fallback too",
	  .options = "c2s by-name",
	  .answers = { "c2s starttls none", "c2s direct none" },
	  .hosts = { "example.org" },
	  .endpoints = { "c2s starttls example.org:5222  fallback" },
	  .flags = "c2s-fallback" },
	{ .name = "by name: .onion asks nothing",
	  .domain = "abc.onion",
	  .options = "by-name",
	  .hosts = { "abc.onion" },
	  .endpoints = { "c2s starttls abc.onion:5222  fallback",
			 "s2s starttls abc.onion:5269  fallback" },
	  .flags = "" },
	{ .name = ".onion without a proxy leads nowhere",
	  .domain = "abc.onion",
	  .hosts = { "abc.onion" },
	  .flags = "" },
	{ .name = "STR-7: --connect, the services' own ports",
	  .options = "connect=a",
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:5222 192.0.2.1 connect",
			 "s2s starttls a:5269 192.0.2.1 connect" },
	  .flags = "" },
	{ .name = "--connect with a port is STARTTLS unless direct TLS alone is wanted",
	  .options = "c2s connect=a:443",
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s starttls a:443 192.0.2.1 connect" },
	  .flags = "" },
	{ .name = "--connect --direct-tls",
	  .options = "direct connect=a",
	  .hosts = { "a 192.0.2.1" },
	  .endpoints = { "c2s direct a:5223 192.0.2.1 connect",
			 "s2s direct a:5270 192.0.2.1 connect" },
	  .flags = "" },
	{ .name = "--connect to an address, in the order given",
	  .options = "c2s connect=[2001:db8::9]:99 connect=192.0.2.1",
	  .endpoints = { "c2s starttls 2001:db8::9:99 2001:db8::9 connect",
			 "c2s starttls 192.0.2.1:5222 192.0.2.1 connect" },
	  .flags = "" },
	{ .name = "--connect by name",
	  .options = "c2s by-name connect=a connect=192.0.2.1",
	  .hosts = { "a" },
	  .endpoints = { "c2s starttls a:5222  connect",
			 "c2s starttls 192.0.2.1:5222 192.0.2.1 connect" },
	  .flags = "" },
};

/* One draw for every question, or the bound if that is less. */
static uint32_t fixed_draw(void *state, uint32_t max)
{
	uint32_t draw = *(const uint32_t *)state;
	return draw < max ? draw : max;
}

static void read_option(const char *word, struct discover_options *options, struct arena *mem)
{
	struct connect_to *connect = (struct connect_to *)(uintptr_t)options->connect;
	char host[256];
	if (strcmp(word, "c2s") == 0)
		options->services[SERVICE_S2S] = false;
	else if (strcmp(word, "starttls") == 0)
		options->transports[TRANSPORT_DIRECT] = false;
	else if (strcmp(word, "direct") == 0)
		options->transports[TRANSPORT_STARTTLS] = false;
	else if (strcmp(word, "-6") == 0)
		options->family = AF_INET6;
	else if (strcmp(word, "by-name") == 0)
		options->by_name = true;
	else if (sscanf(word, "draw%u", (uint32_t *)options->random_state) == 1)
		options->random = fixed_draw;
	else if (strncmp(word, "connect=", 8) == 0) {
		struct connect_to *to = &connect[options->connect_count++];
		assert_true(host_port_parse(word + 8, host, &to->port));
		to->host = arena_copy(mem, host);
	} else {
		fail_msg("option %s?", word);
	}
}

static void read_options(const char *text, struct discover_options *options, struct arena *mem)
{
	*options = (struct discover_options){
		.services = { true, true },
		.transports = { true, true },
		.connect = arena_array(mem, 4, sizeof(struct connect_to)),
		.random_state = arena_alloc(mem, sizeof(uint32_t)),
	};
	char *words = arena_copy(mem, text ? text : ""), *kept = NULL;
	for (char *word = strtok_r(words, " ", &kept); word; word = strtok_r(NULL, " ", &kept))
		read_option(word, options, mem);
}

static void add_record(struct dns_answer *answer, const struct dns_record *record,
		       struct arena *mem)
{
	struct dns_record *records = arena_array(mem, answer->count + 1, sizeof(*records));
	if (answer->count > 0)
		memcpy(records, answer->records, answer->count * sizeof(*records));
	records[answer->count++] = *record;
	answer->records = records;
	answer->outcome = DNS_FOUND;
}

static void read_answer(const char *text, struct dns_facts *facts, struct arena *mem)
{
	static const struct {
		const char *word;
		enum dns_outcome outcome;
		enum dnssec dnssec;
	} outcomes[] = {
		{ "none", DNS_NO_DATA, DNSSEC_INSECURE },
		{ "absent", DNS_NO_NAME, DNSSEC_INSECURE },
		{ "timeout", DNS_TIMED_OUT, DNSSEC_UNKNOWN },
		{ "servfail", DNS_SERVER_FAILED, DNSSEC_UNKNOWN },
		{ "bogus", DNS_SERVER_FAILED, DNSSEC_BOGUS },
	};
	char service_word[16], transport_word[16], target[64];
	unsigned priority, weight, port;
	enum service service;
	enum transport transport;
	int at = 0;
	assert_int_equal(sscanf(text, "%15s %15s %n", service_word, transport_word, &at), 2);
	assert_true(service_parse(service_word, &service));
	assert_true(transport_parse(transport_word, &transport));
	struct dns_answer *answer = &facts->srv[service][transport];
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		if (strcmp(text + at, outcomes[i].word) == 0) {
			answer->outcome = outcomes[i].outcome;
			answer->dnssec = outcomes[i].dnssec;
			return;
		}
	}
	assert_int_equal(sscanf(text + at, "%u %u %u %63s", &priority, &weight, &port, target), 4);
	struct dns_record record = { .srv = {
					     (uint16_t)priority, (uint16_t)weight, (uint16_t)port,
					     arena_copy(mem, strcmp(target, ".") ? target : "") } };
	add_record(answer, &record, mem);
}

static void read_host(const char *text, struct host_facts *host, struct arena *mem)
{
	char *words = arena_copy(mem, text), *kept = NULL;
	struct address literal;
	host->name = strtok_r(words, " ", &kept);
	host->is_address = address_parse(host->name, &literal);
	for (const char *word; (word = strtok_r(NULL, " ", &kept));) {
		struct dns_record record = { 0 };
		if (strcmp(word, "bogus") == 0) {
			host->a.dnssec = DNSSEC_BOGUS;
			word = "192.0.2.66"; /* a careless record on standard input */
		}
		assert_true(address_parse(word, &record.address));
		bool six = record.address.family == AF_INET6;
		add_record(six ? &host->aaaa : &host->a, &record, mem);
	}
}

static const char *flags_text(const struct dns_facts *facts, struct arena *mem)
{
	char *text = arena_printf(mem, "%s%s%s%s", facts->declined[0] ? " c2s-declined" : "",
				  facts->declined[1] ? " s2s-declined" : "",
				  facts->fallback[0] ? " c2s-fallback" : "",
				  facts->fallback[1] ? " s2s-fallback" : "");
	return text + (text[0] == ' ');
}

static const char *text_of(const struct endpoint *endpoint, struct arena *mem)
{
	char address[ADDRESS_TEXT_MAX];
	return arena_printf(mem, "%s %s %s:%u %s %s", service_name(endpoint->service),
			    transport_name(endpoint->transport), endpoint->host, endpoint->port,
			    address_text(&endpoint->address, address),
			    source_name(endpoint->source));
}

static void run_row(const struct row *row, struct arena *mem)
{
	struct discover_options options;
	struct dns_facts facts = { .hosts = arena_array(mem, 4, sizeof(struct host_facts)) };
	struct endpoint_list endpoints;
	read_options(row->options, &options, mem);
	for (size_t i = 0; i < ARRAY_SIZE(row->answers) && row->answers[i]; i++)
		read_answer(row->answers[i], &facts, mem);
	for (size_t i = 0; i < ARRAY_SIZE(row->hosts) && row->hosts[i]; i++)
		read_host(row->hosts[i], &facts.hosts[facts.host_count++], mem);
	discover_plan(row->domain ? row->domain : "example.org", &options, mem, &facts, &endpoints);
	for (size_t i = 0; i < ARRAY_SIZE(row->endpoints); i++)
		assert_row_string(row->name,
				  i < endpoints.count ? text_of(&endpoints.items[i], mem) : NULL,
				  row->endpoints[i]);
	assert_row(row->name, endpoints.count <= ARRAY_SIZE(row->endpoints));
	assert_row_string(row->name, flags_text(&facts, mem), row->flags);
	assert_row(row->name, facts.left_out == 0);
}

static void plans_as_the_rules_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		run_row(&rows[i], mem);
	}
}

static void keeps_the_record_it_came_from(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct discover_options options;
	struct dns_facts facts = { .hosts = arena_alloc(mem, sizeof(struct host_facts)),
				   .host_count = 1 };
	struct endpoint_list endpoints;
	read_options("c2s", &options, mem);
	read_answer("c2s starttls 5 60 5222 a", &facts, mem);
	read_host("a 192.0.2.1", facts.hosts, mem);
	discover_plan("example.org", &options, mem, &facts, &endpoints);
	assert_int_equal(endpoints.count, 1);
	assert_int_equal(endpoints.items[0].priority, 5);
	assert_int_equal(endpoints.items[0].weight, 60);
}

/* 40 addresses for each service: neither starves the other, and what is left out is counted. */
static void looks_at_so_many_endpoints_and_no_more(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct discover_options options;
	struct dns_facts facts = { .hosts = arena_alloc(mem, sizeof(struct host_facts)),
				   .host_count = 1 };
	struct endpoint_list endpoints;
	char host[1024] = "a";
	for (unsigned i = 0; i < 40; i++)
		snprintf(host + strlen(host), sizeof(host) - strlen(host), " 192.0.2.%u", i);
	read_options(NULL, &options, mem);
	read_answer("c2s starttls 5 0 5222 a", &facts, mem);
	read_answer("s2s starttls 5 0 5269 a", &facts, mem);
	read_host(host, facts.hosts, mem);
	discover_plan("example.org", &options, mem, &facts, &endpoints);
	assert_int_equal(endpoints.count, DISCOVER_ENDPOINTS_MAX);
	assert_int_equal(endpoints.items[31].service, SERVICE_C2S);
	assert_int_equal(endpoints.items[32].service, SERVICE_S2S);
	assert_int_equal(facts.left_out, 16);
}

static void names_the_questions(void **state)
{
	(void)state;
	assert_string_equal(srv_prefix(SERVICE_C2S, TRANSPORT_STARTTLS), "_xmpp-client._tcp.");
	assert_string_equal(srv_prefix(SERVICE_S2S, TRANSPORT_STARTTLS), "_xmpp-server._tcp.");
	assert_string_equal(srv_prefix(SERVICE_C2S, TRANSPORT_DIRECT), "_xmpps-client._tcp.");
	assert_string_equal(srv_prefix(SERVICE_S2S, TRANSPORT_DIRECT), "_xmpps-server._tcp.");
}

/* Where nothing is to be asked, discover() needs no resolver that answers: 192.0.2.0/24 is
 * nobody's, and the deadline has passed. */
static void asks_nothing_about_literals_and_onions(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct err err;
	struct resolver_options at = { .server = "192.0.2.53" };
	assert_true(resolver_new(&at, &resolver, &err));
	static const char *const names[] = { "192.0.2.7", "[2001:db8::7]", "abc.onion" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct discover_options options;
		struct dns_facts facts;
		struct endpoint_list endpoints;
		read_options("by-name", &options, mem);
		discover(resolver, names[i], &options, deadline_in(0), mem, &facts, &endpoints);
		assert_row(names[i], endpoints.count == 2);
		assert_row(names[i], facts.srv[0][0].outcome == DNS_NOT_ASKED);
		assert_row(names[i], facts.host_count == (i == 2));
		assert_row(names[i], !facts.fallback[0] && !facts.declined[0]);
	}
}

static void says_which_questions_had_no_answer(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct err err;
	struct resolver_options at = { .server = "192.0.2.53" };
	struct discover_options options;
	struct dns_facts facts;
	struct endpoint_list endpoints;
	assert_true(resolver_new(&at, &resolver, &err));
	read_options("c2s starttls connect=a connect=192.0.2.1", &options, mem);
	discover(resolver, "example.org", &options, deadline_in(0), mem, &facts, &endpoints);
	assert_int_equal(endpoints.count, 1);
	assert_int_equal(facts.host_count, 1);
	assert_string_equal(facts.hosts[0].name, "a");
	assert_int_equal(facts.hosts[0].a.outcome, DNS_TIMED_OUT);
	read_options("c2s starttls", &options, mem);
	discover(resolver, "example.org", &options, deadline_in(0), mem, &facts, &endpoints);
	assert_int_equal(endpoints.count, 0);
	assert_int_equal(facts.srv[SERVICE_C2S][TRANSPORT_STARTTLS].outcome, DNS_TIMED_OUT);
	assert_string_equal(facts.srv[SERVICE_C2S][TRANSPORT_STARTTLS].name,
			    "_xmpp-client._tcp.example.org");
	assert_int_equal(facts.srv[SERVICE_C2S][TRANSPORT_DIRECT].outcome, DNS_NOT_ASKED);
	assert_int_equal(facts.srv[SERVICE_S2S][TRANSPORT_STARTTLS].outcome, DNS_NOT_ASKED);
}

static const struct host_row {
	const char *a, *b;
	bool same;
} host_rows[] = {
	{ "x.a.example", "x.a.example", true },
	{ "x.a.example", "X.A.eXample", true },
	{ "x.a.example", "y.a.example", false },
	{ "x.a.example", "x.a.example.org", false },
	{ "xn--bcher-kva", "XN--BCHER-KVA", true },
	{ "[", "{", false }, /* RFC 4343: letters alone, as "[" and "{" differ in the same bit */
	{ "b\303\274cher", "b\303\234cher", false }, /* and those of ASCII alone */
	{ "2001:DB8::1", "2001:db8::1", true },
	{ "x", NULL, false },
	{ NULL, "x", false },
	{ NULL, NULL, true },
};

static void hosts_are_the_same_in_any_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(host_rows); i++) {
		const struct host_row *row = &host_rows[i];
		assert_row(row->a ? row->a : "none", host_same(row->a, row->b) == row->same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_as_the_rules_say),
		cmocka_unit_test(keeps_the_record_it_came_from),
		cmocka_unit_test(looks_at_so_many_endpoints_and_no_more),
		cmocka_unit_test(names_the_questions),
		cmocka_unit_test(asks_nothing_about_literals_and_onions),
		cmocka_unit_test(hosts_are_the_same_in_any_case),
		cmocka_unit_test(says_which_questions_had_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
