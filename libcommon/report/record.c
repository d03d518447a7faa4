#include "report/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/idna.h"
#include "report/json.h"
#include "report/reread.h"

static json_t *new_record(const char *key, json_t *value)
{
	json_t *record = json_object();
	json_put_count(record, "schema", RECORD_SCHEMA);
	json_object_set_new(record, key, value);
	return record;
}

json_t *record_new(const char *domain)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *record = new_record("domain", json_text(domain, strlen(domain)));
	const char *unicode = idna_to_unicode(domain, mem);
	if (strcmp(unicode, domain) != 0)
		json_put_text(record, "unicode", unicode);
	json_put_text(record, "status", status_name(STATUS_OK));
	return record;
}

/* The line may be as long as a record, and escapes make it longer: what comes out must be read by
 * the next tool. */
#define INPUT_MAX (RECORD_MAX / 8)

json_t *record_new_input(const char *input, size_t size)
{
	size_t kept = size < INPUT_MAX ? size : INPUT_MAX;
	json_t *record = new_record("input", json_text(input, kept));
	json_put_text(record, "status", status_name(STATUS_OK));
	return record;
}

static void put_srv(json_t *list, const struct dns_answer *answer)
{
	for (size_t i = 0; answer->outcome == DNS_FOUND && i < answer->count; i++) {
		const struct dns_srv *srv = &answer->records[i].srv;
		json_t *entry = json_object();
		json_put_text(entry, "name", answer->name);
		json_put_count(entry, "priority", srv->priority);
		json_put_count(entry, "weight", srv->weight);
		json_put_text(entry, "target", *srv->target ? srv->target : ".");
		json_put_count(entry, "port", srv->port);
		json_put_count(entry, "ttl", answer->records[i].ttl);
		json_put_text(entry, "dnssec", dnssec_name(answer->dnssec));
		json_array_append_new(list, entry);
	}
}

static void put_lookup(json_t *list, const struct dns_answer *answer, const char *type)
{
	if (answer->outcome == DNS_NOT_ASKED)
		return;
	json_t *entry = json_object();
	json_put_text(entry, "name", answer->name);
	json_put_text(entry, "type", type);
	json_put_text(entry, "outcome", dns_outcome_name(answer->outcome));
	json_put_text(entry, "dnssec", dnssec_name(answer->dnssec));
	json_put_text(entry, "alias", answer->alias);
	json_put_ms(entry, "elapsed_ms", answer->elapsed_ms);
	json_array_append_new(list, entry);
}

static void put_addresses(json_t *list, const struct dns_answer *answer)
{
	char text[ADDRESS_TEXT_MAX];
	for (size_t i = 0; answer->outcome == DNS_FOUND && i < answer->count; i++) {
		address_text(&answer->records[i].address, text);
		json_array_append_new(list, json_text(text, strlen(text)));
	}
}

static json_t *host_record(const struct host_facts *host)
{
	json_t *entry = json_object(), *addresses = json_array();
	json_put_text(entry, "name", host->name);
	if (host->is_address)
		json_put_bool(entry, "is_address", true);
	put_addresses(addresses, &host->a);
	put_addresses(addresses, &host->aaaa);
	json_object_set_new(entry, "addresses", addresses);
	return entry;
}

static json_t *services_where(const bool set[SERVICE_COUNT])
{
	json_t *list = json_array();
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (set[i])
			json_array_append_new(list, json_string(service_name((enum service)i)));
	}
	return list;
}

json_t *record_dns(const struct dns_facts *dns, const char *domain)
{
	json_t *section = json_object(), *srv = json_array(), *lookups = json_array(),
	       *hosts = json_array();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			struct dns_answer answer = dns->srv[service][transport];
			if (!answer.name) /* the name is how a reader finds the answer again */
				answer.name = arena_printf(mem, "%s%s",
							   srv_prefix((enum service)service,
								      (enum transport)transport),
							   domain);
			put_srv(srv, &answer);
			put_lookup(lookups, &answer, "SRV");
		}
	}
	for (size_t i = 0; i < dns->host_count; i++) {
		struct host_facts host = dns->hosts[i];
		host.a.name = host.aaaa.name = host.name;
		put_lookup(lookups, &host.a, "A");
		put_lookup(lookups, &host.aaaa, "AAAA");
		json_array_append_new(hosts, host_record(&host));
	}
	json_object_set_new(section, "srv", srv);
	json_put_filled(section, "lookups", lookups);
	json_put_filled(section, "hosts", hosts);
	json_put_filled(section, "declined", services_where(dns->declined));
	json_put_filled(section, "fallback", services_where(dns->fallback));
	if (dns->left_out)
		json_put_count(section, "left_out", dns->left_out);
	json_put_ms(section, "elapsed_ms", dns->elapsed_ms);
	return section;
}

json_t *record_endpoint(const struct endpoint *at)
{
	char text[ADDRESS_TEXT_MAX];
	json_t *endpoint = json_object();
	json_put_text(endpoint, "service", service_name(at->service));
	if (at->source == SOURCE_FILE) {
		json_put_text(endpoint, "source", source_name(at->source));
		json_put_text(endpoint, "file", at->host);
		return endpoint;
	}
	json_put_text(endpoint, "host", at->host);
	json_put_count(endpoint, "port", at->port);
	if (at->address.family != AF_UNSPEC)
		json_put_text(endpoint, "address", address_text(&at->address, text));
	json_put_text(endpoint, "transport", transport_name(at->transport));
	json_put_text(endpoint, "source", source_name(at->source));
	if (at->source == SOURCE_SRV) {
		json_put_count(endpoint, "priority", at->priority);
		json_put_count(endpoint, "weight", at->weight);
	}
	return endpoint;
}

json_t *record_findings(const struct findings *findings)
{
	json_t *list = json_array();
	for (const struct finding *at = findings->first; at; at = at->next) {
		json_t *entry = json_object();
		json_put_text(entry, "id", at->kind->id);
		json_put_text(entry, "severity", severity_name(at->severity));
		json_put_text(entry, "text", at->text);
		json_put_text(entry, "ref", at->kind->ref);
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *record_promises(const struct promise *promises, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *entry = json_object();
		json_put_text(entry, "id", promises[i].id);
		json_put_text(entry, "service", service_name(promises[i].service));
		json_put_text(entry, "result", promise_result_name(promises[i].result));
		json_put_text(entry, "text", promises[i].text);
		json_put_text(entry, "reason", promises[i].reason);
		json_array_append_new(list, entry);
	}
	return list;
}

bool record_is_refusal(const json_t *finding)
{
	const char *id = json_string_value(json_object_get(finding, "id"));
	return id && strcmp(id, "invalid-input") == 0;
}

const char *record_refusal(const json_t *record)
{
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(record, "findings"), i, finding)
	{
		const char *text = json_string_value(json_object_get(finding, "text"));
		if (text && record_is_refusal(finding))
			return text;
	}
	return NULL;
}

void record_raise_status(json_t *record, enum status status)
{
	enum status was = STATUS_OK;
	const char *name = json_string_value(json_object_get(record, "status"));
	if (name && !status_parse(name, &was))
		was = STATUS_UNKNOWN;
	json_put_text(record, "status", status_name(status_worse(was, status)));
}

enum status record_status(const json_t *record)
{
	enum status status = STATUS_UNKNOWN;
	const char *name = json_string_value(json_object_get(record, "status"));
	if (!name || !status_parse(name, &status))
		return STATUS_UNKNOWN;
	return status;
}

const char *record_time(int64_t seconds, char out[32])
{
	/* RFC 3339 has four digits for the year. */
	const int64_t first = -62135596800, last = 253402300799;
	time_t when = (time_t)(seconds < first ? first : seconds > last ? last : seconds);
	struct tm parts = { 0 };
	gmtime_r(&when, &parts);
	snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)(parts.tm_year + 1900) % 10000, (unsigned)(parts.tm_mon + 1) % 100,
		 (unsigned)parts.tm_mday % 100, (unsigned)parts.tm_hour % 100,
		 (unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100);
	return out;
}
