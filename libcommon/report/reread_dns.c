/* The "dns" section back into facts. A look-up is found again by its name. */
#include "report/reread.h"

#include <string.h>

#include "report/reread_get.h"

#define HOSTS_MAX 256

struct dns_reader {
	struct arena *mem;
	struct dns_facts *facts;
};

/* Which question a name was: "_xmpp-client._tcp.example.org". */
static struct dns_answer *find_srv(const struct dns_reader *reader, const char *name)
{
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			const char *prefix = srv_prefix((enum service)service,
							(enum transport)transport);
			if (strncmp(name, prefix, strlen(prefix)) == 0)
				return &reader->facts->srv[service][transport];
		}
	}
	return NULL;
}

static struct dns_answer *find_answer(const struct dns_reader *reader, const char *name,
				      const char *type)
{
	if (strcmp(type, "SRV") == 0)
		return find_srv(reader, name);
	for (size_t i = 0; i < reader->facts->host_count; i++) {
		struct host_facts *host = &reader->facts->hosts[i];
		struct dns_answer *answer = strcmp(type, "A") == 0      ? &host->a
					    : strcmp(type, "AAAA") == 0 ? &host->aaaa
									: NULL;
		if (answer && answer->outcome == DNS_NOT_ASKED && strcmp(host->name, name) == 0)
			return answer;
	}
	return NULL;
}

static bool read_lookup(const struct dns_reader *reader, const struct place *place, struct err *err)
{
	static const char *const needed[] = { "name", "type", "outcome", NULL };
	const char *name = NULL, *type = NULL;
	struct dns_answer read = { 0 };
	if (!get_required(place, needed, err) ||
	    !get_text(place, "name", reader->mem, &name, err) ||
	    !get_text(place, "type", reader->mem, &type, err) ||
	    !GET_WORD(place, "outcome", dns_outcome_parse, &read.outcome, "not an outcome", err) ||
	    !GET_WORD(place, "dnssec", dnssec_parse, &read.dnssec, "not a DNSSEC state", err) ||
	    !get_text(place, "alias", reader->mem, &read.alias, err) ||
	    !get_ms(place, "elapsed_ms", &read.elapsed_ms, err))
		return false;
	struct dns_answer *answer = find_answer(reader, name, type);
	if (!answer) /* a question we do not ask: another tool's */
		return true;
	answer->name = name;
	answer->outcome = read.outcome;
	answer->dnssec = read.dnssec;
	answer->alias = read.alias;
	answer->elapsed_ms = read.elapsed_ms;
	return true;
}

static bool append_record(const struct dns_reader *reader, struct dns_answer *answer,
			  const struct dns_record *record)
{
	if (answer->count >= DNS_RECORDS_MAX)
		return false;
	struct dns_record *records = arena_array(reader->mem, answer->count + 1, sizeof(*records));
	if (answer->count > 0)
		memcpy(records, answer->records, answer->count * sizeof(*records));
	records[answer->count++] = *record;
	answer->records = records;
	return true;
}

static bool read_srv(const struct dns_reader *reader, const struct place *place, struct err *err)
{
	static const char *const needed[] = { "name", "target", "port", NULL };
	struct dns_record record = { 0 };
	const char *name = NULL;
	if (!get_required(place, needed, err) ||
	    !get_text(place, "name", reader->mem, &name, err) ||
	    !get_text(place, "target", reader->mem, &record.srv.target, err) ||
	    !get_u16(place, "priority", &record.srv.priority, err) ||
	    !get_u16(place, "weight", &record.srv.weight, err) ||
	    !get_u16(place, "port", &record.srv.port, err) ||
	    !get_uint(place, "ttl", UINT32_MAX, &record.ttl, err))
		return false;
	if (strcmp(record.srv.target, ".") == 0)
		record.srv.target = "";
	struct dns_answer *answer = find_srv(reader, name);
	if (!answer)
		return place_complain(place, "name", "not a name of an XMPP service", err);
	/* A record without its look-up: written by hand, or by another program. */
	if (answer->outcome == DNS_NOT_ASKED) {
		answer->name = name;
		answer->outcome = DNS_FOUND;
		if (!GET_WORD(place, "dnssec", dnssec_parse, &answer->dnssec, "not a DNSSEC state",
			      err))
			return false;
	}
	if (answer->outcome != DNS_FOUND)
		return place_complain(place, "name", "the look-up says that there is none", err);
	return append_record(reader, answer, &record) ||
	       place_complain(place, "name", "more records than an answer may hold", err);
}

static bool read_host(const struct dns_reader *reader, const struct place *place,
		      struct host_facts *host, struct err *err)
{
	static const char *const needed[] = { "name", NULL };
	if (!get_required(place, needed, err) ||
	    !get_text(place, "name", reader->mem, &host->name, err) ||
	    !get_bool(place, "is_address", &host->is_address, err))
		return false;
	host->a.type = DNS_A;
	host->aaaa.type = DNS_AAAA;
	return true;
}

/* Behind the look-ups, which say which families were found. */
static bool read_addresses(const struct dns_reader *reader, const struct place *place,
			   struct host_facts *host, struct err *err)
{
	struct text_list addresses = { 0 };
	if (!get_texts(place, "addresses", reader->mem, &addresses, err))
		return false;
	for (size_t i = 0; i < addresses.count; i++) {
		struct dns_record record = { 0 };
		if (!address_parse(addresses.items[i], &record.address))
			return place_complain(place, "addresses", "not an IP address", err);
		struct dns_answer *answer = record.address.family == AF_INET6 ? &host->aaaa
									      : &host->a;
		if (answer->outcome == DNS_NOT_ASKED) {
			answer->name = host->name;
			answer->outcome = DNS_FOUND;
		}
		if (answer->outcome != DNS_FOUND || !append_record(reader, answer, &record))
			return place_complain(place, "addresses", "does not fit its look-up", err);
	}
	return true;
}

static bool read_services(const struct dns_reader *reader, const struct place *place,
			  const char *key, bool out[SERVICE_COUNT], struct err *err)
{
	struct text_list names = { 0 };
	if (!get_texts(place, key, reader->mem, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		enum service service;
		if (!service_parse(names.items[i], &service))
			return place_complain(place, key, "not a service", err);
		out[service] = true;
	}
	return true;
}

static bool read_each(const struct dns_reader *reader, const struct place *dns, const char *key,
		      bool (*read)(const struct dns_reader *reader, const struct place *place,
				   struct err *err),
		      struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(dns, key, LIST_MAX, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!place_entry(dns, key, list, i, &entry, err) || !read(reader, &entry, err))
			return false;
	}
	return true;
}

bool reread_dns(const json_t *record, struct arena *mem, struct dns_facts *out, struct err *err)
{
	struct place top = place_top(record), dns, entry;
	struct dns_facts facts = { 0 };
	const struct dns_reader reader = { mem, &facts };
	const json_t *hosts;
	uint32_t left_out = 0;
	if (!place_into(&top, "dns", &dns, err))
		return false;
	if (!dns.object)
		return place_complain(&top, "dns", "missing", err);
	if (!get_list(&dns, "hosts", HOSTS_MAX, &hosts, err))
		return false;
	for (int i = 0; i < SERVICE_COUNT * TRANSPORT_COUNT; i++)
		facts.srv[i / TRANSPORT_COUNT][i % TRANSPORT_COUNT].type = DNS_SRV;
	facts.host_count = json_array_size(hosts);
	facts.hosts = arena_array(mem, facts.host_count, sizeof(*facts.hosts));
	for (size_t i = 0; i < facts.host_count; i++) {
		if (!place_entry(&dns, "hosts", hosts, i, &entry, err) ||
		    !read_host(&reader, &entry, &facts.hosts[i], err))
			return false;
	}
	if (!read_each(&reader, &dns, "lookups", read_lookup, err) ||
	    !read_each(&reader, &dns, "srv", read_srv, err) ||
	    !read_services(&reader, &dns, "declined", facts.declined, err) ||
	    !read_services(&reader, &dns, "fallback", facts.fallback, err) ||
	    !get_uint(&dns, "left_out", UINT32_MAX, &left_out, err) ||
	    !get_ms(&dns, "elapsed_ms", &facts.elapsed_ms, err))
		return false;
	facts.left_out = left_out;
	for (size_t i = 0; i < facts.host_count; i++) {
		if (!place_entry(&dns, "hosts", hosts, i, &entry, err) ||
		    !read_addresses(&reader, &entry, &facts.hosts[i], err))
			return false;
	}
	*out = facts;
	return true;
}
