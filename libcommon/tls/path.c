#include "tls/path.h"

#include <assert.h>
#include <string.h>

#include "tls/der.h"
#include "tls/limit.h"
#include "tls/naming.h"
#include "tls/route.h"

#define ANCHORS_MAX 64 /* of all names of a chain together; real chains meet one or two */
/* Strangers choose the names, and with 64 certificates of one name the ways are legion. Real chains
 * have one way, cross-signed ones two or three; public test suites need some hundred steps. */
#define STEPS_MAX      4096
#define ROUTES_MAX     64
#define SIGNATURES_MAX 192 /* verified for one chain: a tenth of a second */

struct search {
	const struct cert_facts *chain;
	size_t count;
	const struct trust *trust;
	int64_t at;
	struct arena *mem;
	struct naming naming;
	/* Anchors met so far, read once; NULL behind them. */
	const struct cert_facts *anchors[ANCHORS_MAX];
	bool from_system[ANCHORS_MAX];
	/* Who signed whom, as far as it was asked: [certificate][issuer], anchors behind the chain;
	 * 0: not asked, else 1 + enum signature_result. */
	uint8_t (*signed_by)[CHAIN_MAX + ANCHORS_MAX];
	unsigned signatures, routes, steps;
	size_t work;          /* see limit.h */
	bool strict;          /* only ways on which every link is good by itself */
	struct route best;    /* anchor NULL: none led to an anchor */
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

static bool is_done(const struct search *search)
{
	return search->best.anchor && search->best.problems == 0;
}

/* column: where the issuer stands in signed_by. */
static enum signature_result who_signed(struct search *search, const struct cert_facts *cert,
					const struct cert_facts *issuer, size_t column)
{
	uint8_t *known = &search->signed_by[cert - search->chain][column];
	if (*known == 0) {
		bool spent = ++search->signatures > SIGNATURES_MAX;
		*known = (uint8_t)(1 + (spent ? SIGNATURE_UNKNOWN
					      : signature_check_once(trust_memo(search->trust),
								     cert, issuer)));
	}
	return (enum signature_result)(*known - 1);
}

static enum signature_result signed_by_link(struct search *search, const struct cert_facts *cert,
					    const struct cert_facts *link)
{
	return who_signed(search, cert, link, (size_t)(link - search->chain));
}

/* Its number among those met. */
static size_t number_of(const struct search *search, const struct cert_facts *anchor)
{
	size_t i = 0;
	while (search->anchors[i] != anchor)
		i++;
	return i;
}

static enum signature_result signed_by_anchor(struct search *search, const struct cert_facts *cert,
					      const struct cert_facts *anchor)
{
	return who_signed(search, cert, anchor, CHAIN_MAX + number_of(search, anchor));
}

/* RFC 5280, 4.2.1.1: only a hint, as to whom to try first. */
static bool keys_agree(const struct cert_facts *cert, const struct cert_facts *issuer)
{
	return !cert->authority_key_id.data || !issuer->subject_key_id.data ||
	       bytes_equal(cert->authority_key_id, issuer->subject_key_id);
}

static const struct cert_facts *take_anchor(struct search *search, struct bytes der, bool system)
{
	struct err err;
	size_t i = 0;
	for (; i < ANCHORS_MAX && search->anchors[i]; i++) {
		if (bytes_equal(search->anchors[i]->der, der))
			return search->anchors[i];
	}
	if (i == ANCHORS_MAX)
		return NULL;
	struct cert_facts *anchor = arena_alloc(search->mem, sizeof(*anchor));
	if (!cert_read(der, search->mem, anchor, &err))
		return NULL;
	search->from_system[i] = system;
	search->anchors[i] = anchor;
	return anchor;
}

static void try_anchor(struct search *search, const struct route *way,
		       const struct cert_facts *anchor)
{
	struct route route = *way;
	size_t last = way->length - 1;
	if (way->length > 0) {
		route.signatures[last] = signed_by_anchor(search, way->links[last], anchor);
		if (search->strict && route.signatures[last] != SIGNATURE_GOOD)
			return;
	}
	if (++search->routes > ROUTES_MAX)
		return;
	route.anchor = anchor;
	route.anchor_from_system = search->from_system[number_of(search, anchor)];
	route_judge(&route, search->at, &search->work, search->mem);
	if (!search->best.anchor || badness(route.problems) < badness(search->best.problems))
		search->best = route;
}

/* Anchor number i of those that bear a name. NULL: it cannot be read, or there are too many. */
static const struct cert_facts *namesake(struct search *search, const struct namesakes *found,
					 size_t i)
{
	return take_anchor(search, found->ders[i], found->from_system[i]);
}

/* Anchors that the last link is, and anchors that it names as its issuer. */
static void try_anchors(struct search *search, const struct route *way)
{
	const struct cert_facts *last = way->links[way->length - 1], *anchor;
	size_t index = (size_t)(last - search->chain);
	struct naming *naming = &search->naming;
	struct route without = *way;
	without.length--;
	const struct namesakes *found = naming_anchors(naming, naming->subject[index],
						       search->trust, search->mem);
	for (size_t i = 0; i < found->count && !is_done(search); i++) {
		anchor = bytes_equal(found->ders[i], last->der) ? namesake(search, found, i) : NULL;
		if (anchor)
			try_anchor(search, &without, anchor);
	}
	found = naming_anchors(naming, naming->issuer[index], search->trust, search->mem);
	for (int agree = 1; agree >= 0; agree--) {
		for (size_t i = 0; i < found->count && !is_done(search); i++) {
			anchor = bytes_equal(found->ders[i], last->der)
					 ? NULL
					 : namesake(search, found, i);
			if (anchor && keys_agree(last, anchor) == (bool)agree)
				try_anchor(search, way, anchor);
		}
	}
}

/* Does the one name the other as its issuer? Both of the chain. */
static bool names_issuer(const struct search *search, const struct cert_facts *cert,
			 const struct cert_facts *issuer)
{
	const struct naming *naming = &search->naming;
	return cert->subject && issuer->subject &&
	       naming->issuer[cert - search->chain] == naming->subject[issuer - search->chain];
}

static bool is_on(const struct route *way, const struct cert_facts *cert)
{
	for (size_t i = 0; i < way->length; i++) {
		if (way->links[i] == cert || bytes_equal(way->links[i]->der, cert->der))
			return true;
	}
	return false;
}

static bool may_follow(struct search *search, const struct route *way,
		       const struct cert_facts *next, bool agree)
{
	const struct cert_facts *last = way->links[way->length - 1];
	return names_issuer(search, last, next) && keys_agree(last, next) == agree &&
	       !is_on(way, next) &&
	       (!search->strict || (route_may_issue(next, search->at) &&
				    signed_by_link(search, last, next) == SIGNATURE_GOOD));
}

/* Depth first, in the order presented, keys that agree before those that do not. As deep as the
 * chain is long. */
static void walk(struct search *search, const struct route *way)
{
	if (++search->steps > STEPS_MAX)
		return;
	try_anchors(search, way);
	if (way->length > search->longest.length)
		search->longest = *way;
	if (way->length == CHAIN_MAX)
		return;
	const struct cert_facts *last = way->links[way->length - 1];
	for (int agree = 1; agree >= 0; agree--) {
		for (size_t i = 1; i < search->count && !is_done(search); i++) {
			const struct cert_facts *next = &search->chain[i];
			if (!may_follow(search, way, next, agree))
				continue;
			struct route further = *way;
			further.signatures[way->length - 1] = signed_by_link(search, last, next);
			further.links[further.length++] = next;
			walk(search, &further);
		}
	}
}

/* First a way on which everything is good; where there is none, the one with the least to say
 * against it. */
static void find(struct search *search)
{
	const struct route start = { .links = { &search->chain[0] }, .length = 1 };
	for (int strict = 1; strict >= 0 && !is_done(search); strict--) {
		search->strict = strict;
		search->steps = search->routes = 0;
		walk(search, &start);
	}
}

/* Did it sign itself? Equal names alone do not say so. */
static bool is_self_signed(struct search *search)
{
	const struct cert_facts *leaf = &search->chain[0];
	return leaf->self_issued && signed_by_link(search, leaf, leaf) == SIGNATURE_GOOD;
}

/* Where no anchor was reached: why not, and what else is wrong with what was presented. */
static void explain_dead_end(struct search *search, struct route *way)
{
	const char *issuer = way->links[way->length - 1]->issuer;
	way->problems = 0;
	route_inspect(way, search->at, search->mem);
	if (way->length == 1 && is_self_signed(search)) {
		route_fail(way, PATH_SELF_SIGNED, "the certificate is self-signed");
		return;
	}
	route_fail(way, PATH_UNKNOWN_ISSUER,
		   arena_printf(search->mem,
				"the chain ends at an issuer that is no trust anchor (%.100s)",
				issuer));
	if (way->length == 1)
		route_fail(way, PATH_INCOMPLETE,
			   arena_printf(search->mem,
					"the certificate of the issuer (%.100s) was not sent, and "
					"it is no trust anchor",
					issuer));
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
		for (size_t j = 0; j < i && !later->self_issued; j++) {
			if (names_issuer(search, later, &search->chain[j]))
				return true;
		}
	}
	return false;
}

static const char *first_unread(const struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		const struct cert_facts *cert = &search->chain[i];
		if (!cert->subject)
			return arena_printf(search->mem,
					    "certificate %zu of the chain cannot be read%s%s",
					    i + 1, cert->defect ? ": " : "",
					    cert->defect ? cert->defect : "");
	}
	return "a certificate of the chain cannot be read";
}

/* What one library cannot read some clients cannot either. */
static const struct cert_facts *first_obscure(const struct route *way)
{
	for (size_t i = 0; i < way->length; i++) {
		if (!way->links[i]->read_by_gnutls && !signature_can_read(way->links[i]))
			return way->links[i];
	}
	return NULL;
}

static bool binds_hosts(const struct cert_facts *ca)
{
	return ca->has_name_constraints && limit_binds_hosts(ca->name_constraints);
}

static void keep_way(const struct route *way, struct arena *mem, struct path_facts *out)
{
	const struct cert_facts **list = arena_array(mem, way->length + 1,
						     sizeof(const struct cert_facts *));
	for (size_t i = 0; i < way->length; i++) {
		list[i] = way->links[i];
		out->constrained |= i > 0 && binds_hosts(way->links[i]);
	}
	if (way->anchor)
		list[way->length] = way->anchor;
	out->constrained |= way->length > 0 && way->anchor && binds_hosts(way->anchor);
	out->way = list;
	out->way_length = way->length + (way->anchor != NULL);
}

static void conclude(struct search *search, struct path_facts *out)
{
	bool led = search->best.anchor;
	struct route way = led ? search->best : search->longest;
	const char *trouble = led ? NULL : trust_problem(search->trust);
	if (!led)
		explain_dead_end(search, &way);
	for (size_t i = 0; i < search->count; i++) {
		if (!search->chain[i].subject)
			route_fail(&way, PATH_MALFORMED, first_unread(search));
	}
	if (trouble && !(way.problems & PATH_SELF_SIGNED)) {
		/* Whether it leads to an anchor nobody can tell. */
		way.problems &= ~(unsigned)(PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE);
		way.problems |= PATH_UNCHECKED;
	}
	out->trusted = way.problems == 0;
	if (!out->trusted)
		out->reason = way.problems & PATH_UNCHECKED && !(way.problems & PATH_MALFORMED)
				      ? arena_copy(search->mem, trouble)
				      : route_reason(&way);
	out->problems = way.problems | (is_out_of_order(search, &way) ? PATH_OUT_OF_ORDER : 0);
	out->anchor = led ? way.anchor->subject : NULL;
	out->anchor_from_system = led && way.anchor_from_system;
	out->obscure = first_obscure(&way);
	keep_way(&way, search->mem, out);
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
		out->reason = arena_printf(mem, "the certificate cannot be read%s%s",
					   chain[0].defect ? ": " : "",
					   chain[0].defect ? chain[0].defect : "");
		return;
	}
	search.signed_by = arena_array(mem, search.count, sizeof(*search.signed_by));
	naming_read(chain, search.count, &search.naming);
	find(&search);
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
