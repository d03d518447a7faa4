#include "judge/manifesto.h"

#include <string.h>

#include "base/escape.h"
#include "judge/ciphers_parts.h"
#include "judge/manifesto_parts.h"
#include "judge/parts.h"

/* Who may answer, the one that looks closest first. */
enum tool {
	TOOL_DIALBACK,
	TOOL_CIPHERS,
	TOOL_WALK,
	TOOL_COUNT,
};

static const struct promised {
	const char *id, *text;
	struct answer (*ask[TOOL_COUNT])(const struct door *door); /* NULL: says nothing about it */
} promises[] = {
	{ "SW-1", "STARTTLS as in RFC 6120", { NULL, NULL, walked_sw_1 } },
	{ "SW-2", "certificates that validate", { NULL, NULL, promise_identity } },
	{ "SW-3", "the newest TLS preferred", { NULL, enumerated_sw_3, walked_sw_3 } },
	{ "SW-4", "SSL 2.0 off", { NULL, enumerated_sw_4, walked_sw_4 } },
	{ "SW-5", "encryption can be required", { tried_sw_5, NULL, walked_sw_5 } },
	{ "SW-6", "forward secrecy can be preferred", { NULL, enumerated_sw_6, walked_sw_6 } },
	{ "SW-7",
	  "servers authenticated, else dialback over TLS",
	  { tried_sw_7, NULL, walked_sw_7 } },
	{ "SW-8", "shows how a connection is protected", { NULL, NULL, walked_sw_8 } },
	{ "DP-1", "TLS required, authenticated if possible", { tried_dp_1, NULL, walked_dp_1 } },
	{ "DP-2", "forward secrecy preferred", { NULL, enumerated_sw_6, walked_sw_6 } },
	{ "DP-3", "certificates of well-known CAs", { NULL, NULL, walked_dp_3 } },
};

struct asking {
	const struct manifesto_view *view;
	struct arena *mem;
	const struct promised *promise;
	enum service service;
};

/* Something answered there; neither a port that refuses nor a server that is busy proves anything
 * about a promise. */
static bool is_evidence(const struct starttls_facts *facts)
{
	return facts && (facts->encrypted || !failure_may_pass(facts)) &&
	       (facts->encrypted || facts->before.opened ||
		(facts->failure.stage == AT_TLS && facts_examined(facts)));
}

/* The heaviest decides. Of what is said aside the best does: that one port fails proves nothing
 * against the other. */
static int weight(const struct answer *answer)
{
	static const int ranks[] = {
		[PROMISE_NOT_APPLICABLE] = 1, [PROMISE_KEPT] = 2,   [PROMISE_NOT_TESTABLE] = 3,
		[PROMISE_BY_FALLBACK] = 4,    [PROMISE_BROKEN] = 5,
	};
	return answer->aside ? -ranks[answer->result] : ranks[answer->result];
}

/* What a tool saw at an endpoint; facts NULL: it did not look. */
static struct door door_of(const struct asking *asking, enum tool tool, size_t i)
{
	const struct manifesto_view *view = asking->view;
	struct door door = { .at = &view->target->endpoints[i], .mem = asking->mem };
	if (tool == TOOL_DIALBACK && view->dialbacks && view->dialbacks[i]) {
		door.dialback = view->dialbacks[i];
		door.facts = &door.dialback->walk;
	} else if (tool == TOOL_CIPHERS && view->ciphers && view->ciphers[i]) {
		door.survey = &view->ciphers[i]->survey;
		door.facts = &view->ciphers[i]->walk;
	} else if (tool == TOOL_WALK && view->walks) {
		door.facts = view->walks[i];
	}
	return door;
}

static bool proves_anything(const struct door *door)
{
	return door->facts &&
	       (door->survey ? survey_answered(door->survey) : is_evidence(door->facts));
}

/* Of those that have something to say about the promise and looked at any endpoint; TOOL_COUNT:
 * there is none. */
static enum tool closest_tool(const struct asking *asking)
{
	const struct target_view *target = asking->view->target;
	for (int tool = 0; tool < TOOL_COUNT; tool++) {
		for (size_t i = 0; asking->promise->ask[tool] && i < target->count; i++) {
			if (target->endpoints[i].service == asking->service &&
			    door_of(asking, (enum tool)tool, i).facts)
				return (enum tool)tool;
		}
	}
	return TOOL_COUNT;
}

/* At an endpoint the one decides that looks closest of those who can tell. xmpp-ciphers and
 * xmpp-dialback look at the first endpoint by default: that a walk of the next cannot tell is no
 * word against what they saw. False: nothing there proves anything. */
static bool ask_endpoint(const struct asking *asking, enum tool closest, size_t i,
			 struct answer *out)
{
	bool any = false;
	for (int tool = 0; tool < TOOL_COUNT; tool++) {
		struct door door = door_of(asking, (enum tool)tool, i);
		if (!asking->promise->ask[tool] || !proves_anything(&door))
			continue;
		struct answer answer = asking->promise->ask[tool](&door);
		bool known = answer.result != PROMISE_NOT_TESTABLE;
		answer.aside |= !known && tool != (int)closest;
		if (known || !any)
			*out = answer;
		any = true;
		if (known)
			break;
	}
	return any;
}

static struct answer ask_all(const struct asking *asking, enum tool closest)
{
	const struct target_view *target = asking->view->target;
	struct answer worst = says(PROMISE_NOT_TESTABLE, "no endpoint answers");
	bool any = false, more = false;
	const struct endpoint *decider = NULL;
	for (size_t i = 0; i < target->count; i++) {
		struct answer answer = { .result = PROMISE_NOT_TESTABLE };
		if (target->endpoints[i].service != asking->service ||
		    !ask_endpoint(asking, closest, i, &answer))
			continue;
		more = any;
		if (!any || weight(&answer) > weight(&worst)) {
			worst = answer;
			decider = &target->endpoints[i];
		}
		any = true;
	}
	/* Where one of several decides, it is named. */
	if (more && (worst.result == PROMISE_BROKEN || worst.result == PROMISE_BY_FALLBACK))
		worst.reason = arena_printf(
			asking->mem, "%s: %s",
			escape_copy(asking->mem, endpoint_text(decider, asking->mem), SHOWN_MAX),
			worst.reason ? worst.reason : "see its findings");
	return worst;
}

/* Where DNS declines the service, who judges the promise at all says so. Of one that nobody looked
 * at nothing was observed: false. */
static bool ask_service(const struct asking *asking, struct answer *out)
{
	const struct manifesto_view *view = asking->view;
	const struct target_view *target = view->target;
	bool judged = (view->walks && asking->promise->ask[TOOL_WALK]) ||
		      (view->ciphers && asking->promise->ask[TOOL_CIPHERS]) ||
		      (view->dialbacks && asking->promise->ask[TOOL_DIALBACK]);
	if (judged && target->dns && target->dns->declined[asking->service]) {
		*out = says(PROMISE_NOT_APPLICABLE, "not offered");
		return true;
	}
	enum tool closest = closest_tool(asking);
	if (closest == TOOL_COUNT)
		return false;
	*out = ask_all(asking, closest);
	return true;
}

size_t judge_manifesto_view(const struct manifesto_view *view, struct arena *mem,
			    struct promise out[PROMISE_MAX])
{
	size_t count = 0;
	_Static_assert(ARRAY_SIZE(promises) * SERVICE_COUNT <= PROMISE_MAX, "room for all");
	for (size_t which = 0; which < ARRAY_SIZE(promises); which++) {
		for (int i = 0; i < SERVICE_COUNT; i++) {
			const struct promised *promise = &promises[which];
			const struct asking asking = { view, mem, promise, (enum service)i };
			struct answer answer = { .result = PROMISE_NOT_TESTABLE };
			if (!view->target->wanted[i] || !ask_service(&asking, &answer))
				continue;
			out[count++] = (struct promise){ promise->id, promise->text,
							 (enum service)i, answer.result,
							 answer.reason };
		}
	}
	return count;
}

size_t judge_manifesto(const struct target_view *target, struct arena *mem,
		       struct promise out[PROMISE_MAX])
{
	/* A domain without an endpoint has no walks, but DNS may decline its services. */
	const struct starttls_facts *const none[] = { NULL };
	const struct manifesto_view view = { .target = target,
					     .walks = target->facts ? target->facts : none };
	return judge_manifesto_view(&view, mem, out);
}

size_t judge_ciphers_manifesto(const struct target_view *target,
			       const struct ciphers_facts *const *ciphers, struct arena *mem,
			       struct promise out[PROMISE_MAX])
{
	const struct manifesto_view view = { .target = target, .ciphers = ciphers };
	return judge_manifesto_view(&view, mem, out);
}

size_t judge_dialback_manifesto(const struct target_view *target,
				const struct dialback_facts *const *facts, struct arena *mem,
				struct promise out[PROMISE_MAX])
{
	const struct manifesto_view view = { .target = target, .dialbacks = facts };
	return judge_manifesto_view(&view, mem, out);
}

bool judge_manifesto_knows(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(promises); i++) {
		if (strcmp(promises[i].id, id) == 0)
			return true;
	}
	return false;
}

enum status judge_manifesto_status(const struct promise *list, size_t count)
{
	enum status worst = STATUS_OK;
	for (size_t i = 0; i < count; i++) {
		if (list[i].result != PROMISE_BROKEN)
			continue;
		bool milder = strcmp(list[i].id, "DP-3") == 0;
		worst = status_worse(worst, milder ? STATUS_WARNING : STATUS_CRITICAL);
	}
	return worst;
}

const char *promise_result_name(enum promise_result result)
{
	static const char *const names[] = {
		[PROMISE_KEPT] = "kept",
		[PROMISE_BY_FALLBACK] = "kept-by-fallback",
		[PROMISE_BROKEN] = "broken",
		[PROMISE_NOT_TESTABLE] = "not-testable",
		[PROMISE_NOT_APPLICABLE] = "not-applicable",
	};
	return names[result];
}
