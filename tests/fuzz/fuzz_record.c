/* A line of a record goes the whole way: read, judged under every policy, shown in every form and
 * written again; and what was written is read as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "report/diff.h"
#include "report/reread.h"
#include "report/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENDPOINTS_MAX 40

/* One endpoint there and back: the second time nothing changes any more. */
static void check_return(const struct endpoint *at, const struct starttls_facts *facts,
			 struct arena *mem)
{
	const struct findings none = { 0 };
	struct buf lines[2] = { buf_new(BUF_UNBOUNDED), buf_new(BUF_UNBOUNDED) };
	struct starttls_facts again = *facts;
	for (int i = 0; i < 2; i++) {
		struct err err;
		json_t *endpoint = record_endpoint(at);
		json_object_set_new(endpoint, "starttls",
				    record_starttls(at, &again, &none, STATUS_OK));
		assert(record_write(endpoint, &lines[i]));
		assert(reread_starttls(endpoint, mem, &again, &err));
		json_decref(endpoint);
	}
	assert(strcmp(buf_string(&lines[0]), buf_string(&lines[1])) == 0);
	buf_free(&lines[0]);
	buf_free(&lines[1]);
}

/* The same for a check of its certificate. */
static void check_certcheck_return(const struct endpoint *at, const struct certcheck_facts *facts,
				   struct arena *mem)
{
	const struct check_rules rules = { .warning = expiry_warning, .critical = expiry_critical };
	const struct findings none = { 0 };
	struct buf lines[2] = { buf_new(BUF_UNBOUNDED), buf_new(BUF_UNBOUNDED) };
	struct certcheck_facts again = *facts;
	for (int i = 0; i < 2; i++) {
		struct err err;
		json_t *endpoint = record_endpoint(at);
		if (again.source == CHECK_RECORD)
			json_object_set_new(endpoint, "starttls",
					    record_starttls(at, &again.walk, &none, STATUS_OK));
		json_object_set_new(endpoint, "certcheck",
				    record_certcheck(at, &again, &rules, &none, STATUS_OK));
		assert(record_write(endpoint, &lines[i]));
		assert(reread_certcheck(endpoint, mem, &again, &err));
		json_decref(endpoint);
	}
	assert(strcmp(buf_string(&lines[0]), buf_string(&lines[1])) == 0);
	buf_free(&lines[0]);
	buf_free(&lines[1]);
}

/* The same for an enumeration, which differs from itself in nothing. */
static void check_ciphers_return(const struct endpoint *at, const struct ciphers_facts *facts,
				 struct arena *mem)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	const struct findings none = { 0 };
	struct buf lines[2] = { buf_new(BUF_UNBOUNDED), buf_new(BUF_UNBOUNDED) };
	struct ciphers_facts again = *facts;
	for (int i = 0; i < 2; i++) {
		struct err err;
		struct ciphers_diff diff;
		json_t *endpoint = record_endpoint(at);
		json_t *section = record_ciphers(at, &again, &policy, &none, STATUS_OK);
		json_object_set_new(endpoint, "ciphers", section);
		assert(record_write(endpoint, &lines[i]));
		assert(reread_ciphers(endpoint, mem, &again, &err));
		diff_ciphers(section, section, mem, &diff);
		assert(diff.count == 0);
		json_decref(endpoint);
	}
	assert(strcmp(buf_string(&lines[0]), buf_string(&lines[1])) == 0);
	buf_free(&lines[0]);
	buf_free(&lines[1]);
}

/* The same for trials of dialback. */
static void check_dialback_return(const struct endpoint *at, const struct dialback_facts *facts,
				  struct arena *mem)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	const struct findings none = { 0 };
	struct buf lines[2] = { buf_new(BUF_UNBOUNDED), buf_new(BUF_UNBOUNDED) };
	struct dialback_facts again = *facts;
	for (int i = 0; i < 2; i++) {
		struct err err;
		json_t *endpoint = record_endpoint(at);
		json_object_set_new(endpoint, "dialback",
				    record_dialback(at, &again, &policy, &none, STATUS_OK));
		assert(record_write(endpoint, &lines[i]));
		assert(reread_dialback(endpoint, mem, &again, &err));
		json_decref(endpoint);
	}
	assert(strcmp(buf_string(&lines[0]), buf_string(&lines[1])) == 0);
	buf_free(&lines[0]);
	buf_free(&lines[1]);
}

/* No control of a peer's reaches a terminal. */
static void assert_tame(const struct buf *out)
{
	for (size_t i = 0; i < out->size; i++)
		assert((unsigned char)out->data[i] >= ' ' || strchr("\n\t", out->data[i]));
}

static void judge_and_show(const struct target_view *target, enum policy_name name,
			   struct arena *mem)
{
	const struct policy policy = { name, NULL };
	struct findings **found = arena_array(mem, target->count + 1, sizeof(struct findings *)),
			spanning = { 0 };
	enum status *statuses = arena_array(mem, target->count + 1, sizeof(*statuses));
	struct promise promises[PROMISE_MAX];
	for (size_t i = 0; i < target->count; i++) {
		found[i] = arena_alloc(mem, sizeof(**found));
		judge_starttls(&target->endpoints[i], target->facts[i], &policy, mem, found[i]);
		statuses[i] = judge_endpoint_status(target->facts[i], found[i]);
	}
	judge_target(target, &policy, mem, &spanning);
	const struct text_view view = {
		.target = target,
		.found = (const struct findings *const *)found,
		.statuses = statuses,
		.record_found = &spanning,
		.status = judge_target_status(target, statuses, &spanning),
		.promises = name == POLICY_MANIFESTO ? promises : NULL,
		.promise_count = judge_manifesto(target, mem, promises),
		.policy = name,
	};
	struct buf out = buf_new(BUF_UNBOUNDED);
	text_starttls_long(&view, &(struct text_style){ false, true, 80 }, &out);
	text_starttls_short(&view, &out);
	text_starttls_nagios(&view, &out);
	assert_tame(&out);
	buf_free(&out);
}

static void show_checks(const struct target_view *target,
			const struct certcheck_facts *const *checks, bool names)
{
	const struct check_rules rules = { .warning = expiry_warning, .critical = expiry_critical };
	const struct findings none = { 0 };
	const struct findings *found[ENDPOINTS_MAX];
	const enum status statuses[ENDPOINTS_MAX] = { STATUS_OK };
	for (size_t i = 0; i < target->count; i++)
		found[i] = &none;
	const struct check_view view = {
		.base = { .target = target,
			  .found = found,
			  .statuses = statuses,
			  .record_found = &none,
			  .status = STATUS_UNKNOWN },
		.checks = checks,
		.rules = &rules,
		.names = names,
	};
	struct buf out = buf_new(BUF_UNBOUNDED);
	text_certcheck_long(&view, &(struct text_style){ false, names, 80 }, &out);
	text_certcheck_short(&view, &out);
	text_certcheck_nagios(&view, &out);
	text_certcheck_cron(&view, &out);
	assert_tame(&out);
	buf_free(&out);
}

/* The "certcheck" sections of a record. */
static void examine_checks(const json_t *record, const struct endpoint_list *endpoints,
			   struct arena *mem)
{
	struct endpoint *checked = arena_array(mem, endpoints->count + 1, sizeof(*checked));
	const struct certcheck_facts *checks[ENDPOINTS_MAX];
	const struct starttls_facts *walks[ENDPOINTS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < endpoints->count; i++) {
		struct certcheck_facts *read = arena_alloc(mem, sizeof(*read));
		struct err err;
		const json_t *endpoint = json_array_get(json_object_get(record, "endpoints"), i);
		if (!reread_certcheck(endpoint, mem, read, &err))
			continue;
		checked[count] = endpoints->items[i];
		checks[count] = read;
		walks[count] = &read->walk;
		check_certcheck_return(&checked[count], read, mem);
		count++;
	}
	const struct target_view target = { .domain = json_string_value(
						    json_object_get(record, "domain")),
					    .endpoints = checked,
					    .facts = walks,
					    .count = count,
					    .wanted = { true, true } };
	show_checks(&target, checks, false);
	show_checks(&target, checks, true);
}

static void show_ciphers(const struct target_view *target,
			 const struct ciphers_facts *const *ciphers, enum policy_name name,
			 struct arena *mem)
{
	const struct policy policy = { name, NULL };
	struct findings *found = arena_array(mem, target->count + 1, sizeof(*found)),
			spanning = { 0 };
	const struct findings *found_at[ENDPOINTS_MAX];
	enum status statuses[ENDPOINTS_MAX] = { STATUS_OK };
	for (size_t i = 0; i < target->count; i++) {
		judge_ciphers(&target->endpoints[i], ciphers[i], &policy, mem, &found[i]);
		found_at[i] = &found[i];
	}
	judge_ciphers_target(target, ciphers, &policy, mem, &spanning);
	const struct ciphers_view view = {
		.base = { .target = target,
			  .found = found_at,
			  .statuses = statuses,
			  .record_found = &spanning,
			  .status = STATUS_UNKNOWN },
		.ciphers = ciphers,
		.policy = &policy,
		.names = (enum suite_names)name,
		.only_bad = name == POLICY_STRICT,
	};
	struct buf out = buf_new(BUF_UNBOUNDED);
	text_ciphers_long(&view, &(struct text_style){ false, false, 80 }, &out);
	text_ciphers_short(&view, &out);
	text_ciphers_nagios(&view, &out);
	assert_tame(&out);
	buf_free(&out);
}

/* The "ciphers" sections of a record, each compared with the one before. */
static void examine_ciphers(const json_t *record, const struct endpoint_list *endpoints,
			    struct arena *mem)
{
	struct endpoint *surveyed = arena_array(mem, endpoints->count + 1, sizeof(*surveyed));
	const struct ciphers_facts *ciphers[ENDPOINTS_MAX];
	const struct starttls_facts *walks[ENDPOINTS_MAX];
	const json_t *before = NULL;
	size_t count = 0;
	for (size_t i = 0; i < endpoints->count; i++) {
		struct ciphers_facts *read = arena_alloc(mem, sizeof(*read));
		struct ciphers_diff diff;
		struct err err;
		const json_t *endpoint = json_array_get(json_object_get(record, "endpoints"), i);
		const json_t *section = json_object_get(endpoint, "ciphers");
		diff_ciphers(before, section, mem, &diff);
		before = section;
		if (!reread_ciphers(endpoint, mem, read, &err))
			continue;
		surveyed[count] = endpoints->items[i];
		ciphers[count] = read;
		walks[count] = &read->walk;
		check_ciphers_return(&surveyed[count], read, mem);
		count++;
	}
	const struct target_view target = { .domain = json_string_value(
						    json_object_get(record, "domain")),
					    .endpoints = surveyed,
					    .facts = walks,
					    .count = count,
					    .wanted = { true, true } };
	for (int i = 0; i < POLICY_COUNT; i++)
		show_ciphers(&target, ciphers, (enum policy_name)i, mem);
}

static void show_dialbacks(const struct target_view *target,
			   const struct dialback_facts *const *dialbacks, enum policy_name name,
			   struct arena *mem)
{
	const struct policy policy = { name, NULL };
	struct findings *found = arena_array(mem, target->count + 1, sizeof(*found)),
			spanning = { 0 };
	const struct findings *found_at[ENDPOINTS_MAX];
	enum status statuses[ENDPOINTS_MAX] = { STATUS_OK };
	struct promise promises[PROMISE_MAX];
	for (size_t i = 0; i < target->count; i++) {
		judge_dialback(&target->endpoints[i], dialbacks[i], &policy, mem, &found[i]);
		found_at[i] = &found[i];
	}
	const struct dialback_view view = {
		.base = { .target = target,
			  .found = found_at,
			  .statuses = statuses,
			  .record_found = &spanning,
			  .status = STATUS_UNKNOWN,
			  .promises = name == POLICY_MANIFESTO ? promises : NULL,
			  .promise_count = judge_dialback_manifesto(target, dialbacks, mem,
								    promises) },
		.dialbacks = dialbacks,
		.policy = &policy,
	};
	struct buf out = buf_new(BUF_UNBOUNDED);
	text_dialback_long(&view, &(struct text_style){ false, name == POLICY_STRICT, 80 }, &out);
	text_dialback_short(&view, &out);
	text_dialback_nagios(&view, &out);
	assert_tame(&out);
	buf_free(&out);
}

/* The "dialback" sections of a record. */
static void examine_dialbacks(const json_t *record, const struct endpoint_list *endpoints,
			      struct arena *mem)
{
	struct endpoint *tried = arena_array(mem, endpoints->count + 1, sizeof(*tried));
	const struct dialback_facts *dialbacks[ENDPOINTS_MAX];
	const struct starttls_facts *walks[ENDPOINTS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < endpoints->count; i++) {
		struct dialback_facts *read = arena_alloc(mem, sizeof(*read));
		struct err err;
		const json_t *endpoint = json_array_get(json_object_get(record, "endpoints"), i);
		if (!reread_dialback(endpoint, mem, read, &err))
			continue;
		tried[count] = endpoints->items[i];
		dialbacks[count] = read;
		walks[count] = &read->walk;
		check_dialback_return(&tried[count], read, mem);
		count++;
	}
	const struct target_view target = { .domain = json_string_value(
						    json_object_get(record, "domain")),
					    .endpoints = tried,
					    .facts = walks,
					    .count = count,
					    .wanted = { true, true } };
	for (int i = 0; i < POLICY_COUNT; i++)
		show_dialbacks(&target, dialbacks, (enum policy_name)i, mem);
}

static void examine(const json_t *record, struct arena *mem)
{
	struct err err = { 0 };
	struct endpoint_list endpoints;
	struct dns_facts dns;
	bool looked_up = reread_dns(record, mem, &dns, &err);
	if (!reread_endpoints(record, mem, &endpoints, &err) || endpoints.count > ENDPOINTS_MAX)
		return;
	examine_checks(record, &endpoints, mem);
	examine_ciphers(record, &endpoints, mem);
	examine_dialbacks(record, &endpoints, mem);
	struct endpoint *walked = arena_array(mem, endpoints.count + 1, sizeof(*walked));
	const struct starttls_facts **facts = arena_array(mem, endpoints.count + 1,
							  sizeof(struct starttls_facts *));
	size_t count = 0;
	for (size_t i = 0; i < endpoints.count; i++) {
		struct starttls_facts *read = arena_alloc(mem, sizeof(*read));
		const json_t *endpoint = json_array_get(json_object_get(record, "endpoints"), i);
		if (!reread_starttls(endpoint, mem, read, &err))
			continue;
		walked[count] = endpoints.items[i];
		facts[count] = read;
		check_return(&walked[count], read, mem);
		count++;
	}
	const char *domain = json_string_value(json_object_get(record, "domain"));
	const struct target_view target = { .domain = domain ? domain : "",
					    .dns = looked_up ? &dns : NULL,
					    .endpoints = walked,
					    .facts = facts,
					    .count = count,
					    .wanted = { true, true } };
	for (int i = 0; i < POLICY_COUNT; i++)
		judge_and_show(&target, (enum policy_name)i, mem);
}

/* A stage that has nothing to say changes nothing. */
static void check_passing_on(const json_t *record)
{
	struct err err;
	json_t *again = NULL;
	struct buf line = buf_new(BUF_UNBOUNDED);
	assert(record_write(record, &line));
	assert(memchr(line.data, '\n', line.size) == line.data + line.size - 1);
	assert(reread_line(line.data, line.size, &again, &err) && json_equal(record, again));
	json_decref(again);
	buf_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	json_t *record = NULL;
	if (!reread_line((const char *)data, size, &record, &err)) {
		assert(!record && err.code != ERR_NONE && err.text[0]);
		return 0;
	}
	struct arena *mem = arena_new();
	check_passing_on(record);
	examine(record, mem);
	arena_free(&mem);
	json_decref(record);
	return 0;
}
