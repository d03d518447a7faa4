#include "tls/path.h"

#include <assert.h>
#include <string.h>

#include "tls/der.h"
#include "tls/route.h"

#define ANCHORS_MAX 8 /* of one name: two in the wild, at a change of keys */
/* Strangers choose the names, and with 16 certificates of one name the ways are legion. Real
 * chains have one way, cross-signed ones two or three. */
#define ROUTES_MAX 24
#define STEPS_MAX  256

struct search {
	const struct cert_facts *chain;
	size_t count;
	const struct trust *trust;
	int64_t at;
	struct arena *mem;
	unsigned routes, steps;
	struct route best;    /* der.data of its anchor NULL: none led to an anchor */
	struct route longest; /* without an anchor, by names alone */
};

/* GnuTLS backtracks as little as anybody: an expired issuer ends its search though another of the
 * same name is good (the end of DST Root X3 in 2021). So each way is judged by itself and the best
 * one counts; a signature that fits decides before dates and purposes. */
static unsigned badness(unsigned problems)
{
	unsigned wrong_way = PATH_BAD_SIGNATURE | PATH_UNKNOWN_ISSUER | PATH_MALFORMED;
	return (problems & wrong_way ? 100u : 0u) + (unsigned)__builtin_popcount(problems);
}

static void try_anchor(struct search *search, const struct route *way, struct bytes anchor,
		       bool from_system)
{
	struct route route = *way;
	struct err err;
	if (search->routes >= ROUTES_MAX || !cert_read(anchor, search->mem, &route.anchor, &err))
		return;
	search->routes++;
	route.anchor_from_system = from_system;
	route.problems = route_inspect(&route, search->chain, search->at) | route_verify(&route);
	if (!search->best.anchor.der.data ||
	    badness(route.problems) < badness(search->best.problems))
		search->best = route;
}

static bool is_done(const struct search *search)
{
	return search->best.anchor.der.data && search->best.problems == 0;
}

/* Anchors that the last link is, and anchors that it names as its issuer. */
static void try_anchors(struct search *search, const struct route *way)
{
	const struct cert_facts *last = way->links[way->length - 1];
	struct bytes found[ANCHORS_MAX];
	bool from_system[ANCHORS_MAX];
	size_t count = trust_find(search->trust, last->subject_der, found, from_system,
				  ANCHORS_MAX);
	struct route without = *way;
	without.length--;
	for (size_t i = 0; i < count && !is_done(search); i++) {
		if (bytes_equal(found[i], last->der))
			try_anchor(search, &without, found[i], from_system[i]);
	}
	count = trust_find(search->trust, last->issuer_der, found, from_system, ANCHORS_MAX);
	for (size_t i = 0; i < count && !is_done(search); i++) {
		if (!bytes_equal(found[i], last->der))
			try_anchor(search, way, found[i], from_system[i]);
	}
}

static bool is_on(const struct route *way, const struct cert_facts *cert)
{
	for (size_t i = 0; i < way->length; i++) {
		if (way->links[i] == cert || bytes_equal(way->links[i]->der, cert->der))
			return true;
	}
	return false;
}

/* Depth first, in the order presented. As deep as the chain is long. */
static void walk(struct search *search, const struct route *way)
{
	if (++search->steps > STEPS_MAX)
		return;
	try_anchors(search, way);
	if (way->length > search->longest.length)
		search->longest = *way;
	const struct cert_facts *last = way->links[way->length - 1];
	for (size_t i = 1; i < search->count && !is_done(search); i++) {
		const struct cert_facts *next = &search->chain[i];
		if (!next->subject || is_on(way, next) ||
		    !bytes_equal(next->subject_der, last->issuer_der))
			continue;
		struct route further = *way;
		further.links[further.length++] = next;
		walk(search, &further);
	}
}

/* Where no anchor was reached: why not, and what else is wrong with what was presented. */
static unsigned explain_dead_end(const struct search *search)
{
	const struct route *way = &search->longest;
	unsigned problems = route_inspect(way, search->chain, search->at);
	if (way->length > 1)
		return problems | PATH_UNKNOWN_ISSUER;
	if (route_is_self_signed(search->chain))
		return problems | PATH_SELF_SIGNED;
	return problems | PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE;
}

/* TLS 1.2 wants each to certify the one before it (RFC 5246, 7.4.2); more behind them does no
 * harm. */
static bool is_out_of_order(const struct search *search, const struct route *way)
{
	for (size_t i = 0; i < way->length; i++) {
		if (way->links[i] != &search->chain[i])
			return true;
	}
	for (size_t i = 1; i < search->count; i++) {
		const struct cert_facts *later = &search->chain[i];
		for (size_t j = 0; j < i && later->subject && !later->self_issued; j++) {
			if (search->chain[j].subject &&
			    bytes_equal(later->issuer_der, search->chain[j].subject_der))
				return true;
		}
	}
	return false;
}

static const char *first_unread(const struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		if (!search->chain[i].subject)
			return arena_printf(search->mem,
					    "certificate %zu of the chain cannot be read", i + 1);
	}
	return "a certificate of the chain cannot be read";
}

static bool is_constrained(const struct route *way)
{
	bool constrained = way->length > 0 && way->anchor.has_name_constraints;
	for (size_t i = 1; i < way->length; i++)
		constrained = constrained || way->links[i]->has_name_constraints;
	return constrained;
}

static void conclude(const struct search *search, struct path_facts *out)
{
	bool led = search->best.anchor.der.data;
	struct route way = led ? search->best : search->longest;
	const char *unread = NULL, *trouble = led ? NULL : trust_problem(search->trust);
	if (!led)
		way.problems = explain_dead_end(search);
	for (size_t i = 0; i < search->count; i++)
		way.problems |= search->chain[i].subject ? 0 : PATH_MALFORMED;
	if (way.problems & PATH_MALFORMED)
		unread = first_unread(search);
	if (trouble && !(way.problems & PATH_SELF_SIGNED)) {
		/* Whether it leads to an anchor nobody can tell. */
		way.problems &= ~(unsigned)(PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE);
		way.problems |= PATH_UNCHECKED;
	}
	out->trusted = way.problems == 0;
	if (!out->trusted)
		out->reason = unread ? unread
			      : way.problems & PATH_UNCHECKED
				      ? arena_copy(search->mem, trouble)
				      : route_reason(&way, search->chain, search->at, search->mem);
	out->problems = way.problems | (is_out_of_order(search, &way) ? PATH_OUT_OF_ORDER : 0);
	out->anchor = led ? way.anchor.subject : NULL;
	out->anchor_from_system = led && way.anchor_from_system;
	out->constrained = is_constrained(&way);
}

void path_judge(const struct cert_facts *chain, size_t count, const struct trust *trust, int64_t at,
		struct arena *mem, struct path_facts *out)
{
	struct search search = { .chain = chain, .trust = trust, .at = at, .mem = mem };
	*out = (struct path_facts){ 0 };
	search.count = count < CHAIN_MAX ? count : CHAIN_MAX;
	if (count == 0) {
		out->problems = PATH_EMPTY;
		out->reason = "no certificate was presented";
		return;
	}
	if (!chain[0].subject) {
		out->problems = PATH_MALFORMED;
		out->reason = "the certificate cannot be read";
		return;
	}
	struct route start = { .links = { &chain[0] }, .length = 1 };
	walk(&search, &start);
	conclude(&search, out);
}

static const struct problem_name {
	enum path_problem problem;
	const char *name;
} names[] = {
	{ PATH_EMPTY, "empty" },
	{ PATH_SELF_SIGNED, "self-signed" },
	{ PATH_UNKNOWN_ISSUER, "unknown-issuer" },
	{ PATH_INCOMPLETE, "incomplete" },
	{ PATH_EXPIRED, "expired" },
	{ PATH_NOT_YET_VALID, "not-yet-valid" },
	{ PATH_BAD_SIGNATURE, "bad-signature" },
	{ PATH_WEAK, "weak" },
	{ PATH_NOT_CA, "not-a-ca" },
	{ PATH_WRONG_PURPOSE, "wrong-purpose" },
	{ PATH_CONSTRAINTS, "constraints" },
	{ PATH_MALFORMED, "malformed" },
	{ PATH_OUT_OF_ORDER, "out-of-order" },
	{ PATH_UNCHECKED, "unchecked" },
};

const char *path_problem_name(enum path_problem problem)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].problem == problem)
			return names[i].name;
	}
	assert(false && "one flag of enum path_problem");
	return "";
}
