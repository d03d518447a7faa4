/* The findings of a record in one list. */
#include <string.h>

#include "report/digest_parts.h"

struct gathering {
	struct arena *mem;
	struct digest_finding *items; /* in the record's order */
	size_t count;
};

static bool read_finding(const struct place *place, struct arena *mem, struct digest_finding *out,
			 struct err *err)
{
	static const char *const needed[] = { "id", "severity", "text", NULL };
	return get_required(place, needed, err) && get_text(place, "id", mem, &out->id, err) &&
	       GET_WORD(place, "severity", severity_parse, &out->severity, "not a severity", err) &&
	       get_text(place, "text", mem, &out->text, err) &&
	       get_text(place, "ref", mem, &out->ref, err);
}

/* Behind the others, or in the place of what an earlier tool said of the same, unless that was
 * worse. seen: id to place, of the sections before this one. */
static void keep(struct gathering *all, const json_t *seen, const struct digest_finding *found)
{
	const json_t *place = json_object_get(seen, found->id);
	size_t earlier = place ? (size_t)json_integer_value(place) : all->count;
	/* This tool says it twice: that place is taken already. */
	if (place && all->items[earlier].section == found->section)
		earlier = all->count;
	if (earlier == all->count)
		all->count++;
	else if (found->severity < all->items[earlier].severity)
		return;
	all->items[earlier] = *found;
}

/* seen NULL: there is no section before. */
static bool read_list(const struct place *section, const struct digest_finding *from, json_t *seen,
		      struct gathering *all, struct err *err)
{
	const json_t *list;
	struct place entry;
	size_t first = all->count;
	if (!get_list(section, "findings", LIST_MAX, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct digest_finding found = *from;
		if (!place_entry(section, "findings", list, i, &entry, err) ||
		    !read_finding(&entry, all->mem, &found, err))
			return false;
		keep(all, seen, &found);
	}
	for (; seen && first < all->count; first++)
		json_object_set_new(seen, all->items[first].id, json_integer((json_int_t)first));
	return true;
}

static void json_free(json_t **value)
{
	json_decref(*value);
}

static bool read_sections(const struct place *endpoint, const struct digest_endpoint *at,
			  struct gathering *all, struct err *err)
{
	CLEANUP(json_free) json_t *seen = json_object();
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		const struct digest_finding from = { .at = at, .section = digest_sections[i] };
		struct place section;
		if (!place_into(endpoint, digest_sections[i], &section, err) ||
		    !read_list(&section, &from, seen, all, err))
			return false;
	}
	return true;
}

static bool read_all(const json_t *record, const struct digest *digest, struct gathering *all,
		     struct err *err)
{
	static const struct digest_finding of_record = { 0 }, of_message = { .section = "sendmsg" };
	const json_t *list = json_object_get(record, "endpoints");
	struct place top = place_top(record), sendmsg, endpoint;
	if (!read_list(&top, &of_record, NULL, all, err) ||
	    !place_into(&top, "sendmsg", &sendmsg, err) ||
	    !read_list(&sendmsg, &of_message, NULL, all, err))
		return false;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		if (!place_entry(&top, "endpoints", list, i, &endpoint, err) ||
		    !read_sections(&endpoint, &digest->endpoints[i], all, err))
			return false;
	}
	return true;
}

static size_t count_all(const json_t *record, const struct digest *digest)
{
	size_t count = json_array_size(json_object_get(record, "findings")) +
		       json_array_size(
			       json_object_get(json_object_get(record, "sendmsg"), "findings"));
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		for (size_t j = 0; j < SECTION_COUNT; j++) {
			const json_t *section = json_object_get(digest->endpoints[i].json,
								digest_sections[j]);
			count += json_array_size(json_object_get(section, "findings"));
		}
	}
	return count;
}

bool digest_findings_read(const json_t *record, struct arena *mem, struct digest *out,
			  struct err *err)
{
	size_t count = count_all(record, out);
	struct gathering all = { mem, arena_array(mem, count, sizeof(*all.items)), 0 };
	if (!read_all(record, out, &all, err))
		return false;
	out->findings = arena_array(mem, all.count, sizeof(*out->findings));
	for (int weight = SEVERITY_CRITICAL; weight >= SEVERITY_NONE; weight--) {
		for (size_t i = 0; i < all.count; i++) {
			if ((int)all.items[i].severity != weight)
				continue;
			out->findings[out->finding_count++] = all.items[i];
			out->weights[weight]++;
		}
	}
	return true;
}
