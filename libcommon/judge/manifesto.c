/* The 2014 statement, promise by promise: manifesto.md, sections 2 and 5. A promise is as good as
 * its worst endpoint; what needs another tool, or a domain of ours, is not testable and never
 * kept. */
#include "judge/judge.h"

#include <string.h>

#include "base/escape.h"
#include "judge/ciphers_parts.h"
#include "judge/manifesto_parts.h"
#include "judge/parts.h"
#include "judge/target_parts.h"

#define DH_LEAST 2048

/* MAN-1, MAN-2 */
static struct answer sw_1(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	if (!facts->encrypted)
		return says(PROMISE_BROKEN, escape_copy(door->mem, facts->failure.text, SHOWN_MAX));
	if (door->at->transport == TRANSPORT_STARTTLS && !facts->before.features.starttls)
		return says(PROMISE_KEPT, "STARTTLS works though it is not advertised");
	return says(PROMISE_KEPT, NULL);
}

/* MAN-9, MAN-10, MAN-11: s2s has a second best, c2s has none. */
struct answer promise_identity(const struct door *door)
{
	const struct identity_facts *identity = &door->facts->identity;
	if (!door->facts->encrypted)
		return says(PROMISE_BROKEN, "no TLS, so no certificate");
	if (door->facts->authenticated)
		return says(PROMISE_KEPT, NULL);
	if (identity->path.problems & PATH_UNCHECKED)
		return says(PROMISE_NOT_TESTABLE, "the trust anchors could not be read");
	const char *reason = identity->path.reason
				     ? escape_copy(door->mem, identity->path.reason, SHOWN_MAX)
				     : "the certificate names another domain";
	return says(door->at->service == SERVICE_S2S ? PROMISE_BY_FALLBACK : PROMISE_BROKEN,
		    reason);
}

/* MAN-17, MAN-18: what 2014 allowed has been forbidden since, and that is bcp195's business. */
static struct answer sw_3(const struct door *door)
{
	const struct tls_facts *tls = &door->facts->tls;
	const char *failure = failure_finding(door->at, door->facts);
	if (failure && strcmp(failure, "tls-version-too-old") == 0)
		return says(PROMISE_BROKEN, "TLS 1.2 or newer is not spoken");
	if (!tls->up)
		return says(PROMISE_NOT_TESTABLE, "no handshake");
	if (tls->version < TLS_1_0)
		return says(PROMISE_BROKEN, "SSL 3.0 was agreed upon");
	if (tls->version < TLS_1_2)
		return says(PROMISE_KEPT, "allowed in 2014, forbidden since 2021");
	return says(PROMISE_KEPT, tls_version_name(tls->version));
}

static struct answer sw_4(const struct door *door)
{
	(void)door;
	return says(PROMISE_NOT_TESTABLE, "this library cannot ask for it");
}

/* MAN-3 to MAN-6 */
static struct answer sw_5(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	const struct features *features = &facts->before.features;
	bool c2s = door->at->service == SERVICE_C2S;
	enum active_result proof = facts->active.result[c2s ? ACTIVE_PLAIN : ACTIVE_DIALBACK];
	bool in_clear = c2s ? features_offer_login(features)
			    : features->dialback || features->mechanisms.count > 0;
	bool required = features->starttls_required || features->starttls_alone;
	if (!facts->encrypted)
		return says(PROMISE_BROKEN, "no TLS");
	if (door->at->transport == TRANSPORT_DIRECT)
		return says(PROMISE_KEPT, "direct TLS");
	if (proof == ACTIVE_ACCEPTED)
		return says(PROMISE_BROKEN, "authentication in clear is taken up");
	if (c2s && in_clear)
		return says(PROMISE_BROKEN, "authentication is offered in clear");
	if (required)
		return says(PROMISE_KEPT, NULL);
	if (proof == ACTIVE_REFUSED)
		return says(PROMISE_KEPT, "not declared, but clear authentication is refused");
	if (!in_clear && (!c2s || !features->starttls))
		return says(PROMISE_KEPT,
			    "not declared, but no authentication is offered in clear");
	return says(PROMISE_NOT_TESTABLE, "TLS is offered, not required; --active asks in clear");
}

/* MAN-21, MAN-24 */
static struct answer sw_6(const struct door *door)
{
	const struct tls_facts *tls = &door->facts->tls;
	if (!tls->up)
		return says(PROMISE_NOT_TESTABLE, "no handshake");
	if (!tls->forward_secrecy)
		return says(PROMISE_BROKEN, "no forward secrecy, though we prefer it");
	if (tls->dh_bits > 0 && tls->dh_bits < DH_LEAST)
		return says(PROMISE_KEPT,
			    arena_printf(door->mem, "in name only: a group of %u bits",
					 tls->dh_bits));
	return says(PROMISE_KEPT, "whether it is required was not asked");
}

/* MAN-13, MAN-14 */
static struct answer sw_7(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	const struct features *after = &facts->after.features;
	const char *failure = failure_finding(door->at, facts);
	bool external = features_has_mechanism(&after->mechanisms, "EXTERNAL") ||
			features_has_mechanism(&after->sasl2_mechanisms, "EXTERNAL");
	if (door->at->service == SERVICE_C2S)
		return says(PROMISE_NOT_APPLICABLE, "servers only");
	if (!facts->encrypted)
		return says(PROMISE_BROKEN, "no TLS");
	if (!facts->authenticated)
		return after->present && !after->dialback
			       ? says(PROMISE_BROKEN, "certificate not proven, and no dialback")
			       : says(PROMISE_BY_FALLBACK, "certificate not proven: dialback");
	if (external)
		return says(PROMISE_KEPT, "EXTERNAL is offered to our certificate");
	if (!facts->our_certificate)
		return failure && strcmp(failure, "client-cert-required") == 0
			       ? says(PROMISE_KEPT, "insists on a trusted certificate")
			       : says(PROMISE_NOT_TESTABLE, "needs --from and --cert");
	return after->dialback ? says(PROMISE_BY_FALLBACK, "EXTERNAL is not offered: dialback")
			       : says(PROMISE_BROKEN, "neither EXTERNAL nor dialback is offered");
}

static struct answer sw_8(const struct door *door)
{
	(void)door;
	return says(PROMISE_NOT_TESTABLE, "shown to users and administrators only");
}

/* TLS required, and authenticated if possible, else dialback. */
static struct answer dp_1(const struct door *door)
{
	struct answer required = sw_5(door), identity = promise_identity(door);
	if (required.result == PROMISE_BROKEN)
		return required;
	if (identity.result == PROMISE_BROKEN || identity.result == PROMISE_BY_FALLBACK)
		return identity;
	return required.result == PROMISE_KEPT ? identity : required;
}

/* MAN-12: who issued it; that it names the domain is SW-2's business. */
static struct answer dp_3(const struct door *door)
{
	const struct path_facts *path = &door->facts->identity.path;
	enum promise_result second = door->at->service == SERVICE_S2S ? PROMISE_BY_FALLBACK
								      : PROMISE_BROKEN;
	const char *anchor = path->anchor ? escape_copy(door->mem, path->anchor, SHOWN_MAX) : NULL;
	if (!door->facts->encrypted)
		return says(PROMISE_NOT_TESTABLE, "no TLS, so no certificate");
	if (path->problems & PATH_UNCHECKED)
		return says(PROMISE_NOT_TESTABLE, "the trust anchors could not be read");
	if (path->trusted)
		return path->anchor_from_system ? says(PROMISE_KEPT, anchor)
						: says(second, anchor ? anchor : "a private CA");
	const char *reason = path->reason ? escape_copy(door->mem, path->reason, SHOWN_MAX) : NULL;
	if (path->problems & (PATH_SELF_SIGNED | PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE))
		return says(path->problems & PATH_EXPIRED ? PROMISE_BROKEN : second, reason);
	return says(PROMISE_BROKEN, reason);
}

static const struct promised {
	const char *id, *text;
	struct answer (*ask)(const struct door *door);
	/* NULL: says nothing about it */
	struct answer (*enumerated)(const struct door *door);
	struct answer (*tried)(const struct door *door);
} promises[] = {
	{ "SW-1", "STARTTLS as in RFC 6120", sw_1, NULL, NULL },
	{ "SW-2", "certificates that validate", promise_identity, NULL, NULL },
	{ "SW-3", "the newest TLS preferred", sw_3, enumerated_sw_3, NULL },
	{ "SW-4", "SSL 2.0 off", sw_4, enumerated_sw_4, NULL },
	{ "SW-5", "encryption can be required", sw_5, NULL, tried_sw_5 },
	{ "SW-6", "forward secrecy can be preferred", sw_6, enumerated_sw_6, NULL },
	{ "SW-7", "servers authenticated, else dialback over TLS", sw_7, NULL, tried_sw_7 },
	{ "SW-8", "shows how a connection is protected", sw_8, NULL, NULL },
	{ "DP-1", "TLS required, authenticated if possible", dp_1, NULL, tried_dp_1 },
	{ "DP-2", "forward secrecy preferred", sw_6, enumerated_sw_6, NULL },
	{ "DP-3", "certificates of well-known CAs", dp_3, NULL, NULL },
};

/* Whose facts decide, and what they say about one promise. */
struct asking {
	const struct target_view *target;
	const struct ciphers_facts *const *ciphers;    /* by endpoint; NULL: another tool */
	const struct dialback_facts *const *dialbacks; /* likewise */
	struct arena *mem;
};

typedef struct answer ask(const struct door *door);

static ask *question(const struct asking *asking, const struct promised *promise)
{
	return asking->ciphers     ? promise->enumerated
	       : asking->dialbacks ? promise->tried
				   : promise->ask;
}

/* Something answered there; neither a port that refuses nor a server that is busy proves anything
 * about a promise. */
static bool is_evidence(const struct starttls_facts *facts)
{
	return facts && (facts->encrypted || !failure_may_pass(facts)) &&
	       (facts->encrypted || facts->before.opened ||
		(facts->failure.stage == AT_TLS && facts_examined(facts)));
}

static bool is_worse(enum promise_result a, enum promise_result b)
{
	static const unsigned char rank[] = {
		[PROMISE_NOT_APPLICABLE] = 0, [PROMISE_KEPT] = 1,   [PROMISE_NOT_TESTABLE] = 2,
		[PROMISE_BY_FALLBACK] = 3,    [PROMISE_BROKEN] = 4,
	};
	return rank[a] > rank[b];
}

/* False: nothing there proves anything. */
static bool open_door(const struct asking *asking, size_t i, struct door *out)
{
	const struct ciphers_facts *ciphers = asking->ciphers ? asking->ciphers[i] : NULL;
	*out = (struct door){ .at = &asking->target->endpoints[i],
			      .facts = asking->target->facts[i],
			      .survey = ciphers ? &ciphers->survey : NULL,
			      .dialback = asking->dialbacks ? asking->dialbacks[i] : NULL,
			      .mem = asking->mem };
	if (asking->ciphers)
		return out->survey && survey_answered(out->survey);
	return is_evidence(out->facts) && (!asking->dialbacks || out->dialback);
}

static struct answer ask_all(const struct asking *asking, enum service service,
			     const struct promised *promise)
{
	const struct target_view *target = asking->target;
	struct answer worst = { PROMISE_NOT_TESTABLE, "no endpoint answers" };
	bool any = false, more = false;
	const struct endpoint *decider = NULL;
	if (target->dns && target->dns->declined[service])
		return says(PROMISE_NOT_APPLICABLE, "not offered");
	for (size_t i = 0; i < target->count; i++) {
		struct door door;
		if (target->endpoints[i].service != service || !open_door(asking, i, &door))
			continue;
		struct answer answer = question(asking, promise)(&door);
		more = any;
		if (!any || is_worse(answer.result, worst.result)) {
			worst = answer;
			decider = door.at;
		}
		any = true;
	}
	/* Where one of several decides, it is named. */
	if (more && (worst.result == PROMISE_BROKEN || worst.result == PROMISE_BY_FALLBACK))
		worst.reason = arena_printf(asking->mem, "%s: %s",
					    endpoint_text(decider, asking->mem),
					    worst.reason ? worst.reason : "see its findings");
	return worst;
}

static size_t ask_promises(const struct asking *asking, struct promise out[PROMISE_MAX])
{
	size_t count = 0;
	_Static_assert(ARRAY_SIZE(promises) * SERVICE_COUNT <= PROMISE_MAX, "room for all");
	for (size_t which = 0; which < ARRAY_SIZE(promises); which++) {
		const struct promised *promise = &promises[which];
		for (int i = 0; i < SERVICE_COUNT; i++) {
			if (!asking->target->wanted[i] || !question(asking, promise))
				continue;
			struct answer answer = ask_all(asking, (enum service)i, promise);
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
	const struct asking asking = { target, NULL, NULL, mem };
	return ask_promises(&asking, out);
}

size_t judge_ciphers_manifesto(const struct target_view *target,
			       const struct ciphers_facts *const *ciphers, struct arena *mem,
			       struct promise out[PROMISE_MAX])
{
	const struct asking asking = { target, ciphers, NULL, mem };
	return ask_promises(&asking, out);
}

size_t judge_dialback_manifesto(const struct target_view *target,
				const struct dialback_facts *const *facts, struct arena *mem,
				struct promise out[PROMISE_MAX])
{
	const struct asking asking = { target, NULL, facts, mem };
	return ask_promises(&asking, out);
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
