/* A certificate beside others: the one before, the pinned one, that of a file; and other domains it
 * should name. */
#include "report/json.h"
#include "report/record_parts.h"

static json_t *sighting_record(const struct sighting *seen)
{
	json_t *entry = json_object();
	json_put_text(entry, "place", seen->place);
	json_put_text(entry, "sha256", seen->sha256);
	json_put_text(entry, "spki_sha256", seen->spki_sha256);
	json_put_text(entry, "subject", seen->subject);
	json_put_text(entry, "issuer", seen->issuer);
	json_put_text(entry, "authority", seen->authority);
	json_put_text(entry, "names", seen->names);
	json_put_time(entry, "not_before", seen->not_before);
	json_put_time(entry, "not_after", seen->not_after);
	json_put_time(entry, "first_seen", seen->first);
	json_put_time(entry, "last_seen", seen->last);
	json_put_bool(entry, "accepted", seen->accepted);
	json_put_bool(entry, "trusted", seen->trusted);
	return entry;
}

static json_t *change_record(const struct change_facts *change)
{
	json_t *entry = json_object();
	if (change->class == CHANGE_NOT_CHECKED)
		return entry;
	json_put_text(entry, "class", change_class_text(change->class));
	if (change->expected)
		json_put_bool(entry, "expected", true);
	if (change->previous)
		json_object_set_new(entry, "previous", sighting_record(change->previous));
	if (change->first_seen != 0)
		json_put_time(entry, "first_seen", change->first_seen);
	json_put_text(entry, "reason", change->reason);
	return entry;
}

static json_t *pins_record(const struct certcheck_facts *facts)
{
	json_t *entry = json_object();
	if (facts->pins_given)
		json_put_bool(entry, "matched", facts->pin_matched);
	if (facts->trusted_on_first_use)
		json_put_bool(entry, "first_use", true);
	return entry;
}

static json_t *local_record(const struct local_facts *local)
{
	json_t *entry = json_object();
	json_put_text(entry, "file", local->file);
	json_put_text(entry, "problem", local->problem);
	if (!local->file || local->problem)
		return entry;
	json_put_bool(entry, "same", local->same);
	json_put_bool(entry, "same_key", local->same_key);
	json_put_bool(entry, "newer", local->newer);
	json_put_time(entry, "not_before", local->not_before);
	json_put_time(entry, "not_after", local->not_after);
	return entry;
}

static json_t *subdomains_record(const struct certcheck_facts *facts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < facts->subdomain_count; i++) {
		const struct subdomain_facts *subdomain = &facts->subdomains[i];
		json_t *entry = json_object();
		json_put_text(entry, "domain", subdomain->domain);
		json_put_bool(entry, "covered", subdomain->matched != NULL);
		record_put_name(entry, "by", subdomain->matched);
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *discovery_record(const struct disco_facts *discovery)
{
	json_t *entry = json_object();
	if (discovery->result == DISCO_NOT_WANTED)
		return entry;
	json_put_text(entry, "result", disco_result_name(discovery->result));
	json_put_text(entry, "reason", discovery->reason);
	if (discovery->result == DISCO_LISTED)
		json_object_set_new(entry, "domains", json_texts(&discovery->domains));
	if (discovery->cut)
		json_put_bool(entry, "cut", true);
	return entry;
}

void record_put_past(json_t *section, const struct certcheck_facts *facts)
{
	json_put_filled(section, "change", change_record(&facts->change));
	json_put_filled(section, "pins", pins_record(facts));
	json_put_filled(section, "local", local_record(&facts->local));
	json_put_filled(section, "subdomains", subdomains_record(facts));
	json_put_filled(section, "discovery", discovery_record(&facts->discovery));
}

json_t *record_history(const struct sighting *rows, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *entry = sighting_record(&rows[i]);
		json_put_text(entry, "service", service_name(rows[i].service));
		json_array_append_new(list, entry);
	}
	return list;
}
