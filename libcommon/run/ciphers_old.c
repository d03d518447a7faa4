#include "run/ciphers_old.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "report/reread.h"
#include "run/input.h"

struct ciphers_old {
	json_t *domains; /* record by domain */
};

static bool keep(struct ciphers_old *old, const char *file, const struct input_line *line,
		 struct err *err)
{
	struct err why = { 0 };
	json_t *record = NULL;
	if (line->too_long)
		return err_set(err, AT_FILE, ERR_LIMIT, "--diff: %s, line %zu: over %d octets",
			       file, line->number, RECORD_MAX);
	if (!reread_line(line->text, line->size, &record, &why))
		return err_set(err, AT_FILE, ERR_USAGE, "--diff: %s, line %zu: %s", file,
			       line->number, why.text);
	const char *domain = json_string_value(json_object_get(record, "domain"));
	if (domain)
		json_object_set_new(old->domains, domain, record);
	else
		json_decref(record);
	return true;
}

static bool read_all(struct ciphers_old *old, int fd, const char *file, struct err *err)
{
	struct arena *mem = arena_new();
	struct input input = input_from_fd(fd, file);
	struct input_line line;
	bool ok = true;
	while (ok && input_next(&input, mem, &line, err)) {
		ok = keep(old, file, &line, err);
		arena_free(&mem); /* a line at a time */
		mem = arena_new();
	}
	input_close(&input);
	arena_free(&mem);
	return ok && !err->code;
}

bool ciphers_old_read(const char *file, struct ciphers_old **out, struct err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, AT_FILE, ERR_SYSTEM, "--diff: %s: %s", file, strerror(errno));
	CLEANUP(ciphers_old_free) struct ciphers_old *old = memory_new(sizeof(*old));
	old->domains = json_object();
	bool ok = read_all(old, fd, file, err);
	close(fd);
	if (ok && json_object_size(old->domains) == 0)
		ok = err_set(err, AT_FILE, ERR_USAGE, "--diff: %s holds no records", file);
	if (!ok)
		return false;
	*out = old;
	old = NULL;
	return true;
}

void ciphers_old_free(struct ciphers_old **old)
{
	if (!*old)
		return;
	json_decref((*old)->domains);
	free(*old);
	*old = NULL;
}

static bool same_text(const json_t *endpoint, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(endpoint, key));
	return value && strcmp(value, text) == 0;
}

/* How much of an endpoint agrees: 0 not even the service, 3 the address, too. */
static int likeness(const json_t *endpoint, const struct endpoint *at)
{
	char address[ADDRESS_TEXT_MAX];
	if (!same_text(endpoint, "service", service_name(at->service)) ||
	    !same_text(endpoint, "transport", transport_name(at->transport)))
		return 0;
	if (!same_text(endpoint, "host", at->host) ||
	    json_integer_value(json_object_get(endpoint, "port")) != at->port)
		return 1;
	address_text(&at->address, address);
	return same_text(endpoint, "address", address) ? 3 : 2;
}

const json_t *ciphers_old_section(const struct ciphers_old *old, const char *domain,
				  const struct endpoint *at)
{
	const json_t *record = json_object_get(old->domains, domain);
	const json_t *endpoints = json_object_get(record, "endpoints"), *best = NULL;
	int most = 0;
	for (size_t i = 0; i < json_array_size(endpoints); i++) {
		const json_t *endpoint = json_array_get(endpoints, i);
		const json_t *section = json_object_get(endpoint, "ciphers");
		int alike = section ? likeness(endpoint, at) : 0;
		if (alike > most) {
			most = alike;
			best = section;
		}
	}
	return best;
}
