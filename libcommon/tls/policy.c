#include "tls/policy.h"

#include "tls/der.h"
#include "tls/der_tag.h"

#define MALFORMED "an issuer's certificate policies are malformed"
#define TOO_MANY  "a certificate of the chain holds more policies than we follow"

struct oid_set {
	struct bytes items[POLICIES_MAX * 2];
	size_t count;
	bool overflow;
};

static bool set_has(const struct bytes *items, size_t count, struct bytes oid)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal(items[i], oid))
			return true;
	}
	return false;
}

static void set_add(struct oid_set *set, struct bytes oid)
{
	if (set_has(set->items, set->count, oid))
		return;
	if (set->count == ARRAY_SIZE(set->items))
		set->overflow = true;
	else
		set->items[set->count++] = oid;
}

static void set_remove(struct oid_set *set, struct bytes oid)
{
	for (size_t i = 0; i < set->count; i++) {
		if (bytes_equal(set->items[i], oid))
			set->items[i--] = set->items[--set->count];
	}
}

static bool is_any(struct bytes oid)
{
	return bytes_equal(oid, (struct bytes){ (const uint8_t *)"\x55\x1d\x20\x00", 4 });
}

/* SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier OBJECT IDENTIFIER, ... }, none twice. */
static bool read_policies(struct bytes extension, struct oid_set *out, bool *any)
{
	struct der list, entry, oid;
	*out = (struct oid_set){ 0 };
	*any = false;
	if (!der_take(&extension, TAG_SEQUENCE, &list) || extension.size > 0 ||
	    list.value.size == 0)
		return false;
	while (list.value.size > 0) {
		if (!der_take(&list.value, TAG_SEQUENCE, &entry) ||
		    !der_take(&entry.value, TAG_OID, &oid))
			return false;
		if (out->count == POLICIES_MAX) {
			out->overflow = true;
			return true;
		}
		if ((is_any(oid.value) && *any) || set_has(out->items, out->count, oid.value))
			return false;
		if (is_any(oid.value))
			*any = true;
		else
			set_add(out, oid.value);
	}
	return true;
}

/* PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }
 */
static bool take_mapping(struct bytes *at, struct bytes *from, struct bytes *to)
{
	struct der entry, first, second;
	if (!der_take(at, TAG_SEQUENCE, &entry) || !der_take(&entry.value, TAG_OID, &first) ||
	    !der_take(&entry.value, TAG_OID, &second) || entry.value.size > 0)
		return false;
	*from = first.value;
	*to = second.value;
	/* RFC 5280, 6.1.4 (a) */
	return !is_any(*from) && !is_any(*to);
}

void policy_begin(struct policy_state *state, size_t length)
{
	unsigned after = (unsigned)length + 1;
	*state = (struct policy_state){
		.explicit_policy = after,
		.mapping = after,
		.inhibit_any = after,
		.any = true,
	};
}

/* RFC 5280, 6.1.3 (d) and (e): the policies valid at this certificate. */
static const char *find_valid(struct policy_state *state, const struct cert_facts *cert, bool last,
			      struct oid_set *valid)
{
	struct oid_set asserted;
	bool any = false;
	*valid = (struct oid_set){ 0 };
	if (!cert->policies.data) {
		state->any = false;
		return NULL;
	}
	if (!read_policies(cert->policies, &asserted, &any))
		return MALFORMED;
	if (asserted.overflow)
		return TOO_MANY;
	for (size_t i = 0; i < asserted.count; i++) {
		if (state->any ||
		    set_has(state->expected, state->expected_count, asserted.items[i]))
			set_add(valid, asserted.items[i]);
	}
	any = any && (state->inhibit_any > 0 || (!last && cert->self_issued));
	for (size_t i = 0; any && i < state->expected_count; i++)
		set_add(valid, state->expected[i]);
	state->any = state->any && any;
	return valid->overflow ? TOO_MANY : NULL;
}

/* RFC 5280, 6.1.4 (a) and (b): what the next certificate may assert instead. */
static const char *map(struct policy_state *state, const struct cert_facts *cert,
		       const struct oid_set *valid)
{
	struct oid_set next = *valid;
	struct der list;
	struct bytes at = cert->policy_mappings, from, to;
	if (at.data) {
		if (!der_take(&at, TAG_SEQUENCE, &list) || at.size > 0 || list.value.size == 0)
			return "an issuer's policy mappings are malformed";
		/* First what is mapped away, then what it is mapped to: one may be the other. */
		for (at = list.value; at.size > 0; set_remove(&next, from)) {
			if (!take_mapping(&at, &from, &to))
				return "an issuer's policy mappings are malformed, or map "
				       "anyPolicy";
		}
		for (at = list.value; state->mapping > 0 && at.size > 0;) {
			if (!take_mapping(&at, &from, &to))
				break;
			if (state->any || set_has(valid->items, valid->count, from))
				set_add(&next, to);
		}
	}
	if (next.overflow)
		return TOO_MANY;
	for (size_t i = 0; i < next.count; i++)
		state->expected[i] = next.items[i];
	state->expected_count = next.count;
	return NULL;
}

static void count_down(unsigned *counter)
{
	if (*counter > 0)
		--*counter;
}

static void lower(unsigned *counter, unsigned to)
{
	if (to < *counter)
		*counter = to;
}

#define CERTS_AWAY_MAX 1000000 /* longer than any path */

/* PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0], inhibitPolicyMapping [1] }, implicit
 * INTEGERs, at least one of them. */
static bool read_constraints(struct bytes extension, struct policy_state *state)
{
	struct der sequence, number;
	unsigned certs;
	if (!der_take(&extension, TAG_SEQUENCE, &sequence) || extension.size > 0 ||
	    sequence.value.size == 0)
		return false;
	if (der_take(&sequence.value, 0x80, &number)) {
		if (!der_small(number.value, CERTS_AWAY_MAX, &certs))
			return false;
		lower(&state->explicit_policy, certs);
	}
	if (der_take(&sequence.value, 0x81, &number)) {
		if (!der_small(number.value, CERTS_AWAY_MAX, &certs))
			return false;
		lower(&state->mapping, certs);
	}
	return sequence.value.size == 0;
}

/* RFC 5280, 6.1.4 (h) to (j). */
static const char *prepare_next(struct policy_state *state, const struct cert_facts *cert)
{
	struct bytes inhibit = cert->inhibit_any;
	struct der number;
	unsigned certs;
	if (!cert->self_issued) {
		count_down(&state->explicit_policy);
		count_down(&state->mapping);
		count_down(&state->inhibit_any);
	}
	if (cert->policy_constraints.data && !read_constraints(cert->policy_constraints, state))
		return "an issuer's policy constraints are malformed";
	if (!inhibit.data)
		return NULL;
	if (!der_take(&inhibit, TAG_INTEGER, &number) || inhibit.size > 0 ||
	    !der_small(number.value, CERTS_AWAY_MAX, &certs))
		return "an issuer's inhibitAnyPolicy is malformed";
	lower(&state->inhibit_any, certs);
	return NULL;
}

#define NO_POLICY                                                                                  \
	"an issuer demands a certificate policy, and the certificates of the chain agree on none"

/* RFC 5280, 6.1.5: the leaf's own demand counts at once. */
static const char *wrap_up(struct policy_state *state, const struct cert_facts *leaf, bool valid)
{
	struct policy_state own = { .explicit_policy = 1, .mapping = 1 };
	count_down(&state->explicit_policy);
	if (leaf->policy_constraints.data) {
		if (!read_constraints(leaf->policy_constraints, &own))
			return "the certificate's policy constraints are malformed";
		if (own.explicit_policy == 0)
			state->explicit_policy = 0;
	}
	return state->explicit_policy == 0 && !valid ? NO_POLICY : NULL;
}

const char *policy_step(struct policy_state *state, const struct cert_facts *cert, bool last)
{
	struct oid_set valid;
	const char *wrong = find_valid(state, cert, last, &valid);
	if (wrong)
		return wrong;
	bool any_valid = valid.count > 0 || state->any;
	if (state->explicit_policy == 0 && !any_valid) /* 6.1.3 (f) */
		return NO_POLICY;
	if (last)
		return wrap_up(state, cert, any_valid);
	wrong = map(state, cert, &valid);
	return wrong ? wrong : prepare_next(state, cert);
}
