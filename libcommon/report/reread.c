#include "report/reread.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "report/number.h"
#include "report/reread_get.h"
#include "xmpp/jid.h"

bool reread_time(const char *text, int64_t *out)
{
	struct tm parts = { 0 };
	char again[32];
	int used = 0;
	if (strlen(text) != strlen("2026-11-22T15:04:05Z") ||
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &parts.tm_year, &parts.tm_mon,
		   &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6 ||
	    (size_t)used != strlen(text))
		return false;
	parts.tm_year -= 1900;
	parts.tm_mon--;
	int64_t seconds = timegm(&parts);
	/* No 31st of February, no signs or blanks that sscanf would take. */
	if (strcmp(record_time(seconds, again), text) != 0)
		return false;
	*out = seconds;
	return true;
}

static bool check_domain(const struct place *record, struct err *err)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const json_t *domain = json_object_get(record->object, "domain");
	const json_t *input = json_object_get(record->object, "input");
	struct jid_domain parsed;
	struct err why = { 0 };
	if (!domain && !input)
		return place_complain(record, "domain", "missing", err);
	if (domain && input)
		return place_complain(record, "input", "beside a domain", err);
	if (input)
		return value_is_text(input) || place_complain(record, "input", "not a string", err);
	if (!value_is_text(domain))
		return place_complain(record, "domain", "not a string", err);
	if (!jid_domain_parse(json_string_value(domain), json_string_length(domain), mem, &parsed,
			      &why))
		return place_complain(record, "domain", why.text, err);
	return true;
}

static bool check_record(const struct place *record, struct err *err)
{
	enum status status;
	const json_t *schema = json_object_get(record->object, "schema");
	const json_t *list;
	struct place dns, entry;
	if (!schema)
		return place_complain(record, "schema", "missing", err);
	if (!json_is_integer(schema) || json_integer_value(schema) < 1)
		return place_complain(record, "schema", "not a version number", err);
	if (json_integer_value(schema) > RECORD_SCHEMA)
		return err_set(err, AT_INPUT, ERR_UNSUPPORTED,
			       "schema: %lld is newer than this program knows (%d)",
			       (long long)json_integer_value(schema), RECORD_SCHEMA);
	if (!check_domain(record, err) ||
	    !GET_WORD(record, "status", status_parse, &status, "not a status", err) ||
	    !place_into(record, "dns", &dns, err) ||
	    !get_list(record, "findings", LIST_MAX, &list, err) ||
	    !get_list(record, "endpoints", RECORD_ENDPOINTS, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!place_entry(record, "endpoints", list, i, &entry, err))
			return false;
	}
	return true;
}

/* Behind the string that begins here. */
static const char *string_end(const char *at, const char *end)
{
	while ((at = memchr(at + 1, '"', (size_t)(end - at - 1)))) {
		size_t escapes = 0;
		while (at[-1 - (ptrdiff_t)escapes] == '\\')
			escapes++;
		if (escapes % 2 == 0)
			return at + 1;
	}
	return end;
}

size_t reread_values(const char *line, size_t size)
{
	const char *end = line + size;
	size_t count = 1;
	for (const char *at = line; at < end;) {
		count += *at == ',' || *at == '{' || *at == '[';
		at = *at == '"' ? string_end(at, end) : at + 1;
	}
	return count;
}

/* Numbers of any size, which only few lines hold. Which of two members counts is a matter of taste,
 * so neither does. */
static json_t *parse(const char *line, size_t size, json_error_t *why)
{
	json_t *record = json_loadb(line, size, JSON_REJECT_DUPLICATES, why);
	if (record || json_error_code(why) != json_error_numeric_overflow)
		return record;
	CLEANUP(buf_free) struct buf hidden = buf_new(BUF_UNBOUNDED);
	if (number_hide(line, size, &hidden))
		record = json_loadb(hidden.data, hidden.size,
				    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, why);
	return record;
}

bool reread_line(const char *line, size_t size, json_t **out, struct err *err)
{
	json_error_t why;
	if (size > RECORD_MAX)
		return err_set(err, AT_INPUT, ERR_LIMIT, "a record of more than %d MiB",
			       RECORD_MAX / 1024 / 1024);
	if (reread_values(line, size) > RECORD_VALUES)
		return err_set(err, AT_INPUT, ERR_LIMIT, "a record of more than %d values",
			       RECORD_VALUES);
	json_t *record = parse(line, size, &why);
	if (!record && json_error_code(&why) == json_error_null_character)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "a string with a NUL (\\u0000) at octet %d", why.position);
	if (!record)
		return err_set(err, AT_INPUT, ERR_USAGE, "not JSON: %s at octet %d", why.text,
			       why.position);
	struct place place = place_top(record);
	if (!json_is_object(record))
		err_set(err, AT_INPUT, ERR_USAGE, "not a record: no JSON object");
	else if (check_record(&place, err)) {
		*out = record;
		return true;
	}
	json_decref(record);
	return false;
}

static bool read_address(const struct place *place, struct address *out, struct err *err)
{
	const json_t *value = json_object_get(place->object, "address");
	if (!value) /* a name that only a proxy can resolve */
		return true;
	if (!json_is_string(value) || !address_parse(json_string_value(value), out))
		return place_complain(place, "address", "not an IP address", err);
	return true;
}

/* Nothing will connect to it; its name is only shown. */
static bool read_file(const struct place *place, struct arena *mem, struct endpoint *out,
		      struct err *err)
{
	static const char *const needed[] = { "file", NULL };
	return get_required(place, needed, err) && get_text(place, "file", mem, &out->host, err);
}

static bool read_door(const struct place *place, struct arena *mem, struct endpoint *out,
		      struct err *err)
{
	static const char *const needed[] = { "host", "port", "transport", NULL };
	if (!get_required(place, needed, err) ||
	    !GET_WORD(place, "transport", transport_parse, &out->transport,
		      "neither starttls nor direct", err) ||
	    !get_text(place, "host", mem, &out->host, err) ||
	    /* A zone may say 0, and what it says is passed on. */
	    !get_port(place, "port", out->source == SOURCE_SRV ? 0 : 1, &out->port, err) ||
	    !read_address(place, &out->address, err) ||
	    !get_u16(place, "priority", &out->priority, err) ||
	    !get_u16(place, "weight", &out->weight, err))
		return false;
	/* It goes to a resolver or a proxy: printable ASCII of bounded length. */
	size_t size = strlen(out->host);
	if (size == 0 || size > 255)
		return place_complain(place, "host", "not a host name", err);
	for (const char *c = out->host; *c; c++) {
		if (*c <= ' ' || *c > '~')
			return place_complain(place, "host", "not a host name", err);
	}
	return true;
}

static bool read_endpoint(const struct place *place, struct arena *mem, struct endpoint *out,
			  struct err *err)
{
	static const char *const needed[] = { "service", NULL };
	out->source = SOURCE_RECORD;
	if (!get_required(place, needed, err) ||
	    !GET_WORD(place, "service", service_parse, &out->service, "not a service", err) ||
	    !GET_WORD(place, "source", source_parse, &out->source, "not a source", err))
		return false;
	return out->source == SOURCE_FILE ? read_file(place, mem, out, err)
					  : read_door(place, mem, out, err);
}

bool reread_endpoints(const json_t *record, struct arena *mem, struct endpoint_list *out,
		      struct err *err)
{
	struct place top = place_top(record), entry;
	struct endpoint_list endpoints = { 0 };
	const json_t *list;
	if (!get_list(&top, "endpoints", RECORD_ENDPOINTS, &list, err))
		return false;
	endpoints.count = json_array_size(list);
	endpoints.items = arena_array(mem, endpoints.count, sizeof(*endpoints.items));
	for (size_t i = 0; i < endpoints.count; i++) {
		if (!place_entry(&top, "endpoints", list, i, &entry, err) ||
		    !read_endpoint(&entry, mem, &endpoints.items[i], err))
			return false;
	}
	*out = endpoints;
	return true;
}
