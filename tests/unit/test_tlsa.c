#include "unit.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "net/tlsa.h"

/* --- a resolver that answers from a table --- */

#define KEY "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"

enum manner {
	SECURE,
	INSECURE,
	BOGUS,  /* SERVFAIL unless CD is set */
	BROKEN, /* SERVFAIL in any case */
};

/* What is not here does not exist, and securely so. */
static const struct entry {
	const char *name;
	enum dns_type type;
	enum manner manner;
	const char *alias; /* a CNAME before the record */
	const char *data;  /* in hex; NULL: no data */
} zone[] = {
	{ "both.example", DNS_A, SECURE, NULL, "c0000201" },
	{ "both.example", DNS_AAAA, SECURE, NULL, "20010db8000000000000000000000001" },
	{ "_5222._tcp.both.example", DNS_TLSA, SECURE, NULL, "030101" KEY },
	{ "_5269._tcp.both.example", DNS_TLSA, SECURE, NULL, "030001" KEY },
	{ "none.example", DNS_A, SECURE, NULL, "c0000202" },
	{ "insecure.example", DNS_A, INSECURE, NULL, "c0000203" },
	{ "insecure.example", DNS_AAAA, INSECURE, NULL, NULL },
	{ "_5222._tcp.insecure.example", DNS_TLSA, SECURE, NULL, "030101" KEY },
	{ "mixed.example", DNS_A, INSECURE, NULL, "c0000204" },
	{ "mixed.example", DNS_AAAA, SECURE, NULL, "20010db8000000000000000000000004" },
	{ "_5222._tcp.mixed.example", DNS_TLSA, SECURE, NULL, "030101" KEY },
	{ "half.example", DNS_A, BOGUS, NULL, "c0000205" },
	{ "half.example", DNS_AAAA, SECURE, NULL, "20010db8000000000000000000000005" },
	{ "_5222._tcp.half.example", DNS_TLSA, SECURE, NULL, "030101" KEY },
	{ "torn.example", DNS_A, INSECURE, NULL, "c000020a" },
	{ "torn.example", DNS_AAAA, BOGUS, NULL, "20010db800000000000000000000000a" },
	{ "bogus.example", DNS_A, BOGUS, NULL, "c0000206" },
	{ "broken.example", DNS_A, BROKEN, NULL, NULL },
	{ "empty.example", DNS_A, SECURE, NULL, NULL },
	{ "empty.example", DNS_AAAA, SECURE, NULL, NULL },
	{ "rotten.example", DNS_A, SECURE, NULL, "c0000207" },
	{ "_5222._tcp.rotten.example", DNS_TLSA, BOGUS, NULL, "030101" KEY },
	{ "_5269._tcp.rotten.example", DNS_TLSA, BROKEN, NULL, NULL },
	{ "plain.example", DNS_A, SECURE, NULL, "c0000208" },
	{ "_5222._tcp.plain.example", DNS_TLSA, INSECURE, NULL, "030101" KEY },
	/* RFC 7671, 7 */
	{ "alias.example", DNS_A, SECURE, "both.example", "c0000201" },
	{ "_5222._tcp.alias.example", DNS_TLSA, SECURE, NULL, "020101" KEY },
	{ "elsewhere.example", DNS_A, SECURE, "none.example", "c0000202" },
	{ "_5222._tcp.elsewhere.example", DNS_TLSA, SECURE, NULL, "020101" KEY },
	{ "astray.example", DNS_A, SECURE, "rotten.example", "c0000207" },
	{ "_5222._tcp.astray.example", DNS_TLSA, SECURE, NULL, "020101" KEY },
	{ "loose.example", DNS_A, SECURE, "plain.example", "c0000208" },
	{ "_5222._tcp.loose.example", DNS_TLSA, SECURE, NULL, "020101" KEY },
	{ "downhill.example", DNS_A, INSECURE, "both.example", "c0000201" },
	{ "_5222._tcp.downhill.example", DNS_TLSA, SECURE, NULL, "020101" KEY },
	/* RFC 7671, 7 allows an alias at the owner's name, too */
	{ "shared.example", DNS_A, SECURE, NULL, "c0000209" },
	{ "_5222._tcp.shared.example", DNS_TLSA, SECURE, "tlsa.example", "030101" KEY },
};

struct message {
	uint8_t data[1024];
	size_t size;
};

static void put(struct message *message, const void *data, size_t size)
{
	assert_true(message->size + size <= sizeof(message->data));
	memcpy(message->data + message->size, data, size);
	message->size += size;
}

static void put_name(struct message *message, const char *name)
{
	for (; *name; name += *name == '.') {
		uint8_t length = (uint8_t)strcspn(name, ".");
		put(message, &length, 1);
		put(message, name, length);
		name += length;
	}
	put(message, "", 1);
}

/* Name, type, class IN, TTL 300, and a place for the length. Returns where that is. */
static size_t put_head(struct message *message, const char *owner, unsigned type)
{
	uint8_t head[] = {
		(uint8_t)(type >> 8), (uint8_t)type, 0, 1, 0, 0, 300 >> 8, 300 & 0xff, 0, 0
	};
	put_name(message, owner);
	put(message, head, sizeof(head));
	return message->size - 2;
}

static void put_length(struct message *message, size_t at)
{
	message->data[at + 1] = (uint8_t)(message->size - at - 2); /* less than 256 here */
}

static void put_records(struct message *message, const struct entry *entry)
{
	const char *owner = entry->name;
	size_t at;
	if (entry->alias) {
		at = put_head(message, owner, DNS_CNAME);
		put_name(message, entry->alias);
		put_length(message, at);
		message->data[7]++;
		owner = entry->alias;
	}
	if (!entry->data)
		return;
	at = put_head(message, owner, entry->type);
	for (const char *hex = entry->data; hex[0]; hex += 2) {
		unsigned octet;
		assert_int_equal(sscanf(hex, "%2x", &octet), 1);
		put(message, &(uint8_t){ (uint8_t)octet }, 1);
	}
	put_length(message, at);
	message->data[7]++;
}

static const struct entry *find_entry(const char *name, int type)
{
	for (size_t i = 0; i < ARRAY_SIZE(zone); i++) {
		if (strcmp(zone[i].name, name) == 0 && (int)zone[i].type == type)
			return &zone[i];
	}
	return NULL;
}

/* Header and question of the query, then the answer. */
static void write_answer(const uint8_t *query, size_t question, const struct entry *entry,
			 struct message *message)
{
	bool checking_disabled = query[3] & 0x10;
	enum manner manner = entry ? entry->manner : SECURE;
	put(message, query, NS_HFIXEDSZ + question);
	message->data[2] |= 0x80; /* QR */
	message->data[3] = manner == SECURE ? 0x20 : 0;
	memset(message->data + 6, 0, 6);
	if (manner == BROKEN || (manner == BOGUS && !checking_disabled))
		message->data[3] = ns_r_servfail;
	else if (!entry)
		message->data[3] |= ns_r_nxdomain;
	else
		put_records(message, entry);
}

struct server {
	int udp, stop[2];
	uint16_t port;
	pthread_t thread;
	char asked[64][1100]; /* "TLSA _5222._tcp.both.example", in the order of arrival */
	size_t count;
};

static void log_question(struct server *server, const char *name, int type)
{
	const char *word = type == DNS_A ? "A" : type == DNS_AAAA ? "AAAA" : "TLSA";
	char line[1100];
	snprintf(line, sizeof(line), "%s %s", word, name);
	for (size_t i = 0; i < server->count; i++) {
		if (strcmp(server->asked[i], line) == 0)
			return;
	}
	if (server->count < ARRAY_SIZE(server->asked))
		memcpy(server->asked[server->count++], line, sizeof(line));
}

static void serve_one(struct server *server)
{
	uint8_t query[512];
	char name[NS_MAXDNAME];
	struct message message = { .size = 0 };
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	ssize_t size = recvfrom(server->udp, query, sizeof(query), 0, (struct sockaddr *)&from,
				&from_size);
	int used = size > 16 ? ns_name_uncompress(query, query + size, query + NS_HFIXEDSZ, name,
						  sizeof(name))
			     : -1;
	if (used < 0)
		return;
	int type = query[NS_HFIXEDSZ + used] << 8 | query[NS_HFIXEDSZ + used + 1];
	log_question(server, name, type);
	write_answer(query, (size_t)used + 4, find_entry(name, type), &message);
	sendto(server->udp, message.data, message.size, 0, (struct sockaddr *)&from, from_size);
}

static void *serve(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[] = { { server->udp, POLLIN, 0 }, { server->stop[0], POLLIN, 0 } };
	while (poll(fds, 2, -1) > 0 && !fds[1].revents)
		serve_one(server);
	return NULL;
}

static int start_server(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(name);
	server->udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(server->udp, (struct sockaddr *)&name, size) != 0 ||
	    getsockname(server->udp, (struct sockaddr *)&name, &size) != 0 ||
	    pipe(server->stop) != 0)
		return -1;
	server->port = ntohs(name.sin_port);
	*state = server;
	return pthread_create(&server->thread, NULL, serve, server);
}

static int stop_server(void **state)
{
	struct server *server = *state;
	fd_close(&server->stop[1]);
	pthread_join(server->thread, NULL);
	fd_close(&server->stop[0]);
	fd_close(&server->udp);
	free(server);
	return 0;
}

static void resolver_at(uint16_t port, struct resolver **out)
{
	char text[32];
	struct err err = { 0 };
	snprintf(text, sizeof(text), "127.0.0.1:%u", port);
	assert_true(resolver_new(&(struct resolver_options){ .server = text }, out, &err));
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The questions since the last call, sorted: a batch arrives in any order. */
static const char *take_asked(struct server *server, struct arena *mem)
{
	const char *text = "";
	qsort(server->asked, server->count, sizeof(server->asked[0]), compare_lines);
	for (size_t i = 0; i < server->count; i++)
		text = arena_printf(mem, "%s%s%s", text, i > 0 ? ", " : "", server->asked[i]);
	server->count = 0;
	return text;
}

/* --- endpoints, and what discovery saw of them --- */

struct scene {
	struct dns_facts dns;
	struct host_facts hosts[4];
	struct dns_record records[8];
	struct endpoint endpoints[8];
	struct endpoint_list list;
};

static struct endpoint *add_endpoint(struct scene *scene, enum service service, const char *host,
				     uint16_t port)
{
	struct endpoint *endpoint = &scene->endpoints[scene->list.count++];
	*endpoint = (struct endpoint){
		.service = service, .source = SOURCE_SRV, .host = host, .port = port
	};
	scene->list.items = scene->endpoints;
	return endpoint;
}

/* One endpoint on port 5222 that a SRV record of this verdict names. */
static void set_scene(struct scene *scene, const char *host, enum dnssec srv)
{
	*scene = (struct scene){ .dns = { .hosts = scene->hosts } };
	scene->records[0].srv = (struct dns_srv){ 5, 0, 5222, host };
	scene->dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS] = (struct dns_answer){
		.type = DNS_SRV,
		.outcome = DNS_FOUND,
		.dnssec = srv,
		.records = scene->records,
		.count = 1,
	};
	add_endpoint(scene, SERVICE_C2S, host, 5222);
}

/* What discovery would have asked about the host. */
static void know_host(struct scene *scene, struct resolver *resolver, const char *host,
		      struct arena *mem)
{
	struct dns_question questions[] = { { host, DNS_A }, { host, DNS_AAAA } };
	struct dns_answer answers[2];
	dns_ask(resolver, questions, 2, deadline_in(30), mem, answers);
	scene->hosts[scene->dns.host_count++] =
		(struct host_facts){ .name = host, .a = answers[0], .aaaa = answers[1] };
}

static const struct row {
	const char *name, *host;
	enum dnssec srv, address;
	const char *asked; /* about TLSA */
	const char *base;
	enum dns_outcome outcome;
	enum dnssec tlsa;
	int usage; /* of the record; -1: there is none */
} rows[] = {
	{ "all secure", "both.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.both.example", "both.example", DNS_FOUND, DNSSEC_SECURE, 3 },
	{ "no records", "none.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.none.example", "none.example", DNS_NO_NAME, DNSSEC_SECURE, -1 },
	{ "SRV insecure: nothing is asked", "both.example", DNSSEC_INSECURE, DNSSEC_UNKNOWN, "",
	  "both.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "SRV bogus: nothing is asked", "both.example", DNSSEC_BOGUS, DNSSEC_UNKNOWN, "",
	  "both.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "SRV of a resolver that is not believed: nothing is asked", "both.example",
	  DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, "", "both.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "addresses insecure: TLSA must not be asked", "insecure.example", DNSSEC_SECURE,
	  DNSSEC_INSECURE, "", "insecure.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "one family secure suffices", "mixed.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.mixed.example", "mixed.example", DNS_FOUND, DNSSEC_SECURE, 3 },
	{ "one family bogus, the other secure", "half.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.half.example", "half.example", DNS_FOUND, DNSSEC_SECURE, 3 },
	{ "one family bogus, the other insecure", "torn.example", DNSSEC_SECURE, DNSSEC_INSECURE,
	  "", "torn.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "addresses bogus", "bogus.example", DNSSEC_SECURE, DNSSEC_BOGUS, "", "bogus.example",
	  DNS_SERVER_FAILED, DNSSEC_BOGUS, -1 },
	{ "addresses without an answer", "broken.example", DNSSEC_SECURE, DNSSEC_UNKNOWN, "",
	  "broken.example", DNS_SERVER_FAILED, DNSSEC_UNKNOWN, -1 },
	{ "no addresses at all", "empty.example", DNSSEC_SECURE, DNSSEC_INSECURE, "",
	  "empty.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "TLSA bogus", "rotten.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.rotten.example", "rotten.example", DNS_SERVER_FAILED, DNSSEC_BOGUS, -1 },
	{ "TLSA insecure", "plain.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.plain.example", "plain.example", DNS_FOUND, DNSSEC_INSECURE, 3 },
	{ "an alias: where it leads counts first", "alias.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.alias.example, TLSA _5222._tcp.both.example", "both.example", DNS_FOUND,
	  DNSSEC_SECURE, 3 },
	{ "an alias that leads to no records", "elsewhere.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.elsewhere.example, TLSA _5222._tcp.none.example", "elsewhere.example",
	  DNS_FOUND, DNSSEC_SECURE, 2 },
	{ "an alias that leads to a bogus answer: no fallback", "astray.example", DNSSEC_SECURE,
	  DNSSEC_SECURE, "TLSA _5222._tcp.astray.example, TLSA _5222._tcp.rotten.example",
	  "rotten.example", DNS_SERVER_FAILED, DNSSEC_BOGUS, -1 },
	{ "an alias that leads to insecure records", "loose.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.loose.example, TLSA _5222._tcp.plain.example", "loose.example",
	  DNS_FOUND, DNSSEC_SECURE, 2 },
	{ "an alias that is not secure", "downhill.example", DNSSEC_SECURE, DNSSEC_INSECURE, "",
	  "downhill.example", DNS_NOT_ASKED, DNSSEC_UNKNOWN, -1 },
	{ "an alias at the owner's name", "shared.example", DNSSEC_SECURE, DNSSEC_SECURE,
	  "TLSA _5222._tcp.shared.example", "shared.example", DNS_FOUND, DNSSEC_SECURE, 3 },
};

static void check_row(const struct row *row, const struct tlsa_lookup *got)
{
	assert_row_string(row->name, got->not_asked, NULL);
	assert_row(row->name, got->asked == (row->asked[0] != '\0'));
	assert_row_string(row->name, dnssec_name(got->srv), dnssec_name(row->srv));
	assert_row_string(row->name, dnssec_name(got->address), dnssec_name(row->address));
	assert_row_string(row->name, got->base, row->base);
	assert_row_string(row->name, dns_outcome_name(got->answer.outcome),
			  dns_outcome_name(row->outcome));
	assert_row_string(row->name, dnssec_name(got->answer.dnssec), dnssec_name(row->tlsa));
	assert_row(row->name, got->answer.count == (row->usage >= 0));
	assert_row(row->name, row->usage < 0 || got->answer.records[0].tlsa.usage == row->usage);
}

static void asks_where_it_may(void **state)
{
	struct server *server = *state;
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	resolver_at(server->port, &resolver);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct scene scene;
		struct tlsa_lookup got;
		set_scene(&scene, rows[i].host, rows[i].srv);
		know_host(&scene, resolver, rows[i].host, mem);
		take_asked(server, mem);
		/* What had no answer is asked once more, and no more than that. */
		bool again = scene.hosts[0].a.outcome == DNS_SERVER_FAILED &&
			     scene.hosts[0].a.dnssec == DNSSEC_UNKNOWN;
		tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, &got);
		check_row(&rows[i], &got);
		assert_row_string(rows[i].name, take_asked(server, mem),
				  again ? "A broken.example, AAAA broken.example" : rows[i].asked);
	}
}

/* A record on standard input has the SRV answers, and of the hosts perhaps addresses alone. */
static void asks_for_the_addresses_of_a_record(void **state)
{
	struct server *server = *state;
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	resolver_at(server->port, &resolver);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row *row = &rows[i];
		struct scene scene;
		struct tlsa_lookup got;
		set_scene(&scene, row->host, row->srv);
		if (i % 2) {
			scene.records[1].address.family = AF_INET;
			scene.hosts[0] = (struct host_facts){
				.name = row->host,
				.a = { .outcome = DNS_FOUND,
				       .records = &scene.records[1],
				       .count = 1 },
			};
			scene.dns.host_count = 1;
		}
		tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, &got);
		check_row(row, &got);
		const char *asked = arena_printf(mem, "A %s, AAAA %s%s%s", row->host, row->host,
						 row->asked[0] ? ", " : "", row->asked);
		assert_row_string(row->name, take_asked(server, mem),
				  row->srv == DNSSEC_SECURE ? asked : "");
	}
}

static void shares_one_answer_among_equals(void **state)
{
	struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct scene scene;
	struct tlsa_lookup got[8];
	resolver_at(server->port, &resolver);
	set_scene(&scene, "both.example", DNSSEC_SECURE);
	add_endpoint(&scene, SERVICE_C2S, "both.example", 5222); /* another address */
	add_endpoint(&scene, SERVICE_S2S, "both.example", 5269);
	add_endpoint(&scene, SERVICE_S2S, "none.example", 5269);
	add_endpoint(&scene, SERVICE_S2S, "rotten.example", 5269);
	scene.records[1].srv = (struct dns_srv){ 5, 0, 5269, "both.example" };
	scene.records[2].srv = (struct dns_srv){ 6, 0, 5269, "none.example" };
	scene.records[3].srv = (struct dns_srv){ 7, 0, 5269, "rotten.example" };
	scene.dns.srv[SERVICE_S2S][TRANSPORT_STARTTLS] = (struct dns_answer){
		.outcome = DNS_FOUND,
		.dnssec = DNSSEC_SECURE,
		.records = &scene.records[1],
		.count = 3,
	};
	tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, got);
	assert_string_equal(take_asked(server, mem),
			    "A both.example, A none.example, A rotten.example, "
			    "AAAA both.example, AAAA none.example, AAAA rotten.example, "
			    "TLSA _5222._tcp.both.example, TLSA _5269._tcp.both.example, "
			    "TLSA _5269._tcp.none.example, TLSA _5269._tcp.rotten.example");
	assert_int_equal(got[0].answer.records[0].tlsa.selector, 1);
	assert_ptr_equal(got[0].answer.records, got[1].answer.records);
	assert_int_equal(got[2].answer.records[0].tlsa.selector, 0);
	assert_int_equal(got[3].answer.outcome, DNS_NO_NAME);
	assert_int_equal(got[4].answer.outcome, DNS_SERVER_FAILED);
	assert_int_equal(got[4].answer.dnssec, DNSSEC_UNKNOWN);
}

/* Who vouches for the endpoint? */
static const struct vouch_row {
	const char *name, *host;
	enum source source;
	enum dns_outcome srv;
	bool fallback, named, asked;
	const char *not_asked;
} vouch_rows[] = {
	{ "a SRV record", "both.example", SOURCE_SRV, DNS_FOUND, false, true, true, NULL },
	{ "a SRV record, found again for a record", "both.example", SOURCE_RECORD, DNS_FOUND, false,
	  true, true, NULL },
	{ "no SRV record names it", "both.example", SOURCE_RECORD, DNS_FOUND, false, false, false,
	  "no SRV answer that leads to the host is known" },
	{ "no SRV record names it, whatever it says", "both.example", SOURCE_SRV, DNS_FOUND, false,
	  false, false, "no SRV answer that leads to the host is known" },
	{ "the secure denial of SRV records", "both.example", SOURCE_FALLBACK, DNS_NO_NAME, true,
	  false, true, NULL },
	{ "a denial does not make a SRV record", "both.example", SOURCE_SRV, DNS_NO_NAME, true,
	  false, false, "no SRV answer that leads to the host is known" },
	{ "nothing was asked", "both.example", SOURCE_FALLBACK, DNS_NOT_ASKED, false, false, false,
	  "no SRV answer that leads to the host is known" },
	{ "--connect", "both.example", SOURCE_CONNECT, DNS_FOUND, false, true, false,
	  "the host was given with --connect, no SRV record leads there" },
	{ "an address", "192.0.2.1", SOURCE_SRV, DNS_FOUND, false, true, false,
	  "an IP address has no TLSA records" },
	{ "an IPv6 address", "2001:db8::1", SOURCE_CONNECT, DNS_NOT_ASKED, false, false, false,
	  "an IP address has no TLSA records" },
};

static void asks_only_where_somebody_vouches(void **state)
{
	struct server *server = *state;
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	resolver_at(server->port, &resolver);
	for (size_t i = 0; i < ARRAY_SIZE(vouch_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct vouch_row *row = &vouch_rows[i];
		struct scene scene;
		struct tlsa_lookup got;
		set_scene(&scene, row->host, DNSSEC_SECURE);
		struct dns_answer *srv = &scene.dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS];
		srv->outcome = row->srv;
		srv->count = row->srv == DNS_FOUND;
		scene.records[0].srv.port = row->named ? 5222 : 5223;
		scene.dns.fallback[SERVICE_C2S] = row->fallback;
		scene.endpoints[0].source = row->source;
		tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, &got);
		assert_row(row->name, got.asked == row->asked);
		assert_row_string(row->name, got.not_asked, row->not_asked);
		assert_row_string(row->name, got.base, row->host);
		assert_row(row->name, (take_asked(server, mem)[0] != '\0') == row->asked);
	}
}

static void says_which_question_had_no_answer(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct scene scene;
	struct tlsa_lookup got;
	resolver_at(1, &resolver); /* tcpmux: nobody's */
	set_scene(&scene, "both.example", DNSSEC_SECURE);
	tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, &got);
	assert_false(got.asked);
	assert_int_equal(got.address, DNSSEC_UNKNOWN);
	assert_int_equal(got.answer.outcome, DNS_UNREACHABLE);
	assert_int_equal(got.answer.type, DNS_A);
	scene.dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS].dnssec = DNSSEC_UNKNOWN;
	scene.dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS].outcome = DNS_TIMED_OUT;
	tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, &got);
	assert_int_equal(got.answer.outcome, DNS_TIMED_OUT);
	assert_int_equal(got.answer.type, DNS_SRV);
	tlsa_look_up(resolver, NULL, &scene.list, deadline_in(30), mem, &got);
	assert_non_null(got.not_asked);
	scene.list.count = 0;
	tlsa_look_up(resolver, &scene.dns, &scene.list, deadline_in(30), mem, NULL);
}

/* A hostile record names a thousand doors; the deadline has passed, so that nothing is sent. */
static void asks_about_so_many_doors_and_no_more(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct endpoint *items = arena_array(mem, 1000, sizeof(*items));
	struct dns_record *records = arena_array(mem, 1000, sizeof(*records));
	struct tlsa_lookup *got = arena_array(mem, 1000, sizeof(*got));
	struct scene scene;
	resolver_at(1, &resolver);
	set_scene(&scene, "both.example", DNSSEC_SECURE);
	for (uint16_t i = 0; i < 1000; i++) {
		items[i] = scene.endpoints[0];
		items[i].port = i;
		records[i].srv = (struct dns_srv){ 0, 0, i, "both.example" };
	}
	scene.dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS].records = records;
	scene.dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS].count = 1000;
	struct endpoint_list list = { items, 1000 };
	tlsa_look_up(resolver, &scene.dns, &list, deadline_in(0), mem, got);
	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(!got[i].not_asked, i < TLSA_DOORS_MAX);
		assert_int_equal(got[i].answer.outcome,
				 i < TLSA_DOORS_MAX ? DNS_TIMED_OUT : DNS_NOT_ASKED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks_where_it_may, start_server, stop_server),
		cmocka_unit_test_setup_teardown(asks_for_the_addresses_of_a_record, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(shares_one_answer_among_equals, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(asks_only_where_somebody_vouches, start_server,
						stop_server),
		cmocka_unit_test(says_which_question_had_no_answer),
		cmocka_unit_test(asks_about_so_many_doors_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
