#include "report/compare.h"

#include <string.h>

#include "report/compare_parts.h"
#include "report/words.h"

const char *change_kind_name(enum change_kind kind)
{
	static const char *const names[] = {
		[CHANGE_WORSE] = "worse",
		[CHANGE_BETTER] = "better",
		[CHANGE_OTHER] = "changed",
		[CHANGE_APPEARED] = "appeared",
		[CHANGE_DISAPPEARED] = "disappeared",
	};
	return names[kind];
}

void changes_add(struct comparison *all, enum change_kind kind, const char *what, const char *was,
		 const char *is)
{
	struct changes *out = all->out;
	if (out->count == out->room) {
		out->room = out->room ? 2 * out->room : 16;
		struct change *more = arena_array(all->mem, out->room, sizeof(*more));
		if (out->count > 0)
			memcpy(more, out->items, out->count * sizeof(*more));
		out->items = more;
	}
	out->items[out->count++] = (struct change){ kind, what, was, is };
}

unsigned compare_coverage(const struct digest *digest)
{
	unsigned bits = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		for (unsigned k = 0; k < SECTION_COUNT; k++) {
			if (has_section(at, digest_sections[k]))
				bits |= compare_section_bit(at->service, k);
		}
	}
	return bits;
}

/* Whether unknown is better than trouble nobody can say. */
static enum change_kind status_change(enum status was, enum status is)
{
	if ((was == STATUS_UNKNOWN && is != STATUS_OK) ||
	    (is == STATUS_UNKNOWN && was != STATUS_OK))
		return CHANGE_OTHER;
	return status_worse(was, is) == is ? CHANGE_WORSE : CHANGE_BETTER;
}

static bool asked_alike(const struct pair *pair)
{
	if (!pair_is_whole(pair))
		return true;
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		if (has_section(pair->was, digest_sections[i]) !=
		    has_section(pair->is, digest_sections[i]))
			return false;
	}
	return true;
}

/* service SERVICE_COUNT: any */
static bool all_paired(const struct digest *digest, const struct pair **pairs, unsigned service)
{
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (service != SERVICE_COUNT && at->service != service)
			continue;
		if (at->examined && (!pairs[i] || !asked_alike(pairs[i])))
			return false;
	}
	return true;
}

/* What sums up everything, of a service or of all, compares where everything was asked alike. */
static bool examined_alike(const struct comparison *all, unsigned service)
{
	return all_paired(all->old, all->of_old, service) &&
	       all_paired(all->new, all->of_new, service);
}

/* Nothing could be examined, and the record says so. */
static bool has_failed(const struct digest *digest)
{
	return digest->endpoint_count == 0 && digest->status != STATUS_OK;
}

/* Sections of the record itself count in its status, too. */
static bool did_alike(const struct digest *a, const struct digest *b)
{
	return a->sent == b->sent && a->served == b->served;
}

static void compare_statuses(struct comparison *all)
{
	enum status was = all->old->status, is = all->new->status;
	bool alike = (examined_alike(all, SERVICE_COUNT) || has_failed(all->old) ||
		      has_failed(all->new)) &&
		     did_alike(all->old, all->new);
	if (was != is && alike && compare_asked_alike(all))
		changes_add(all, status_change(was, is), "status", status_name(was),
			    status_name(is));
}

/* -1: it says nothing about the domain. */
static int promise_rank(const struct digest_promise *promise)
{
	switch (promise->result) {
	case PROMISE_KEPT:
		return 0;
	case PROMISE_BY_FALLBACK:
		return 1;
	case PROMISE_BROKEN:
		return 2;
	case PROMISE_NOT_TESTABLE:
	case PROMISE_NOT_APPLICABLE:
		break;
	}
	return -1;
}

static void compare_promise(struct comparison *all, const struct digest_promise *was,
			    const struct digest_promise *is)
{
	int before = promise_rank(was), now = promise_rank(is);
	if (before < 0 || now < 0 || before == now)
		return;
	changes_add(all, now > before ? CHANGE_WORSE : CHANGE_BETTER,
		    arena_printf(all->mem, "%s promise %s", service_name(is->service),
				 escaped(is->id, all->mem)),
		    promise_result_name(was->result), promise_result_name(is->result));
}

/* The first of them, where a record has several. */
static const struct digest_promise *find_promise(const struct digest *digest,
						 const struct digest_promise *like)
{
	for (size_t i = 0; i < digest->promise_count; i++) {
		const struct digest_promise *promise = &digest->promises[i];
		if (promise->service == like->service && strcmp(promise->id, like->id) == 0)
			return promise;
	}
	return NULL;
}

static void compare_promises(struct comparison *all)
{
	if (!compare_asked_alike(all))
		return;
	for (size_t i = 0; i < all->new->promise_count; i++) {
		const struct digest_promise *is = &all->new->promises[i];
		const struct digest_promise *was = find_promise(all->old, is);
		if (was && find_promise(all->new, is) == is && examined_alike(all, is->service))
			compare_promise(all, was, is);
	}
}

/* Another policy weighs the same facts anew: what it says differently is no change of theirs. */
static bool judged_alike(struct comparison *all)
{
	unsigned was = all->old->policies, is = all->new->policies;
	if (was == is || was == 0 || is == 0)
		return true;
	changes_add(all, CHANGE_OTHER, "policy", digest_policy_word(was), digest_policy_word(is));
	return false;
}

void compare_records(const struct digest *old, const struct digest *new, struct arena *mem,
		     struct changes *out)
{
	struct comparison all = { .old = old,
				  .new = new,
				  .asked_old = compare_questions(old),
				  .asked_new = compare_questions(new),
				  .mem = mem,
				  .out = out };
	struct changes whole = { 0 };
	*out = (struct changes){ 0 };
	compare_endpoints(&all);
	/* The sum of it stands first, though what went into it is known only now. */
	struct changes endpoints = *out;
	*out = whole;
	all.judged_alike = judged_alike(&all);
	if (all.judged_alike)
		compare_statuses(&all);
	compare_facts(&all);
	for (size_t i = 0; i < endpoints.count; i++)
		changes_add(&all, endpoints.items[i].kind, endpoints.items[i].what,
			    endpoints.items[i].was, endpoints.items[i].is);
	if (all.judged_alike)
		compare_findings(&all);
	compare_ciphers(&all);
	compare_promises(&all);
}
