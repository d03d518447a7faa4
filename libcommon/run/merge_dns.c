/* DNS that was asked again: what is new takes the place of what an earlier stage was told. */
#include <string.h>

#include "run/merge.h"

/* What record_dns() writes; the rest of the section is somebody else's. */
static const char *const members[] = {
	"srv", "lookups", "hosts", "declined", "fallback", "left_out", "elapsed_ms", NULL,
};

static bool same_member(const json_t *a, const json_t *b, const char *key)
{
	const char *left = json_string_value(json_object_get(a, key));
	const char *right = json_string_value(json_object_get(b, key));
	return left && right && strcmp(left, right) == 0;
}

static bool is_asked(const json_t *lookups, const json_t *entry, bool type_too)
{
	size_t i;
	json_t *lookup;
	json_array_foreach(lookups, i, lookup)
	{
		if (same_member(lookup, entry, "name") &&
		    (!type_too || same_member(lookup, entry, "type")))
			return true;
	}
	return false;
}

/* Entries of an earlier look that this one has not asked for. */
static void keep_unasked(json_t *ours, const json_t *theirs, const char *key)
{
	json_t *list = json_object_get(ours, key), *entry;
	const json_t *asked = json_object_get(ours, "lookups");
	bool is_lookup = strcmp(key, "lookups") == 0;
	size_t i;
	json_array_foreach(json_object_get(theirs, key), i, entry)
	{
		if (is_asked(asked, entry, is_lookup))
			continue;
		if (!list) {
			list = json_array();
			json_object_set_new(ours, key, list);
		}
		json_array_append(list, entry);
	}
}

/* A service that was not looked at stays declined, or at its fallback. */
static void keep_service(json_t *ours, const json_t *theirs, const char *key, const bool *wanted)
{
	json_t *list = json_object_get(ours, key), *entry;
	size_t i;
	json_array_foreach(json_object_get(theirs, key), i, entry)
	{
		enum service service;
		const char *name = json_string_value(entry);
		if (!name || !service_parse(name, &service) || wanted[service])
			continue;
		if (!list) {
			list = json_array();
			json_object_set_new(ours, key, list);
		}
		json_array_append(list, entry);
	}
}

/* Whether every SRV name that was looked up before was looked up again. */
static bool covers(const json_t *ours, const json_t *theirs)
{
	const json_t *asked = json_object_get(ours, "lookups");
	const char *type;
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(theirs, "lookups"), i, entry)
	{
		type = json_string_value(json_object_get(entry, "type"));
		if (type && strcmp(type, "SRV") == 0 && !is_asked(asked, entry, true))
			return false;
	}
	return true;
}

bool merge_dns(const struct job *job)
{
	const bool *wanted = job->shared->options->services;
	json_t *theirs = json_object_get(job->record, "dns");
	json_t *ours = record_dns(&job->dns, job->domain.ascii);
	bool whole = covers(ours, theirs);
	if (!theirs) {
		json_object_set_new(job->record, "dns", ours);
		return true;
	}
	for (size_t i = 0; !whole && i < 3; i++)
		keep_unasked(ours, theirs, members[i]);
	if (!whole) {
		keep_service(ours, theirs, "declined", wanted);
		keep_service(ours, theirs, "fallback", wanted);
	}
	for (size_t i = 0; members[i]; i++) {
		json_t *value = json_object_get(ours, members[i]);
		if (value)
			json_object_set(theirs, members[i], value);
		else
			json_object_del(theirs, members[i]);
	}
	json_decref(ours);
	return whole;
}
