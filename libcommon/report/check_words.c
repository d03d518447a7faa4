#include "report/check_words.h"

#include "report/record_parts.h"
#include <string.h>

#define DAY        86400
#define STATES_MAX 4 /* of one domain in a sentence */

bool check_has_cert(const struct certcheck_facts *facts)
{
	return facts->walk.identity.cert_count > 0;
}

static bool is_revoked(const struct certcheck_facts *facts)
{
	return facts->staple.status == STAPLE_REVOKED || facts->crl.status == CRL_REVOKED;
}

bool check_is_good(const struct certcheck_facts *facts)
{
	if (!check_has_cert(facts) || is_revoked(facts))
		return false;
	return facts->proofs || (!facts->names_judged && facts->walk.identity.path.trusted);
}

/* certificates.md, section 9: independent flags, all told. */
static size_t list_faults(const struct certcheck_facts *facts, const char *out[])
{
	static const struct {
		unsigned problems, unless;
		const char *words;
	} rows[] = {
		{ PATH_SELF_SIGNED, 0, "self-signed" },
		{ PATH_INCOMPLETE, PATH_SELF_SIGNED, "of an incomplete chain" },
		{ PATH_UNKNOWN_ISSUER | PATH_BAD_SIGNATURE | PATH_NOT_CA | PATH_CONSTRAINTS,
		  PATH_SELF_SIGNED | PATH_INCOMPLETE, "untrusted" },
		{ PATH_UNCHECKED, 0, "unchecked" },
		{ PATH_EXPIRED, 0, "expired" },
		{ PATH_NOT_YET_VALID, 0, "not yet valid" },
		{ PATH_WEAK, 0, "weak" },
		{ PATH_MALFORMED, 0, "malformed" },
		{ PATH_WRONG_PURPOSE, 0, "for another purpose" },
	};
	const struct identity_facts *identity = &facts->walk.identity;
	size_t count = 0;
	if (is_revoked(facts))
		out[count++] = "revoked";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (identity->path.problems & rows[i].problems &&
		    !(identity->path.problems & rows[i].unless))
			out[count++] = rows[i].words;
	}
	if (count == 0 && !identity->path.trusted)
		out[count++] = "untrusted";
	if (facts->names_judged && !identity->names.matched)
		out[count++] = "for another name";
	return count;
}

static const char *faults(const struct certcheck_facts *facts, struct arena *mem)
{
	const char *list[16], *words;
	size_t count = list_faults(facts, list);
	if (count == 0)
		return "not proven";
	words = list[0];
	for (size_t i = 1; i < count; i++)
		words = arena_printf(mem, "%s%s%s", words, i + 1 < count ? ", " : " and ", list[i]);
	return words;
}

const char *check_state(const struct certcheck_facts *facts, struct arena *mem)
{
	const struct starttls_facts *walk = &facts->walk;
	if (!check_has_cert(facts) && walk->tls.chain_count > 0)
		return "malformed";
	if (!check_has_cert(facts))
		return walk->failure.code != ERR_NONE ? endpoint_trouble(walk, mem)
						      : "no certificate";
	if (!check_is_good(facts))
		return faults(facts, mem);
	if (!facts->proofs)
		return "trusted, names not judged";
	if (facts->proofs & PROOF_PKIX)
		return "valid";
	return arena_printf(mem, "valid (%s)", check_proofs(facts->proofs, '+', mem));
}

int64_t check_days_left(const struct certcheck_facts *facts)
{
	return record_days(facts->walk.identity.certs[0].not_after - facts->at);
}

const char *check_span(int64_t seconds, struct arena *mem)
{
	bool hours = seconds < 2 * DAY;
	int64_t count = seconds / (hours ? 3600 : DAY);
	return arena_printf(mem, "%lld %s%s", (long long)count, hours ? "hour" : "day",
			    count == 1 ? "" : "s");
}

const char *check_left(const struct certcheck_facts *facts, struct arena *mem)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	int64_t left = leaf->not_after - facts->at, lifetime = record_lifetime(leaf);
	if (left < 0)
		return arena_printf(mem, "ended %s ago", check_span(-left, mem));
	if (lifetime < 2 * DAY)
		return arena_printf(mem, "%lld of %s left", (long long)(left / 3600),
				    check_span(lifetime, mem));
	return arena_printf(mem, "%lld of %s left", (long long)(left / DAY),
			    check_span(lifetime, mem));
}

const char *check_proofs(unsigned proofs, char separator, struct arena *mem)
{
	static const struct {
		enum proof proof;
		const char *word;
	} rows[] = {
		{ PROOF_PKIX, "PKIX" },
		{ PROOF_DANE, "DANE" },
		{ PROOF_POSH, "POSH" },
		{ PROOF_PIN, "pin" },
	};
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!(proofs & rows[i].proof))
			continue;
		if (out.size > 0)
			buf_char(&out, separator);
		buf_text(&out, rows[i].word);
	}
	return arena_copy(mem, buf_string(&out));
}

const char *check_cert_name(const struct cert_facts *cert, struct arena *mem)
{
	if (cert->common_name)
		return escaped(cert->common_name, mem);
	for (size_t i = 0; i < cert->name_count; i++) {
		if (cert->names[i].type == NAME_DNS)
			return escaped(cert->names[i].value, mem);
	}
	return cert->subject && *cert->subject ? escaped(cert->subject, mem) : "(no subject)";
}

static void where_service(const struct check_view *view, const bool *members, enum service service,
			  struct buf *out, struct arena *mem)
{
	const struct target_view *target = view->base.target;
	size_t all = 0, hits = 0, which = 0;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service || !view->checks[i])
			continue;
		all++;
		hits += members[i];
		which = members[i] ? i : which;
	}
	if (hits == 0)
		return;
	buf_printf(out, "%s%s", out->size ? ", " : "", service_name(service));
	if (hits == 1 && all > 1)
		buf_printf(out, " %s", escaped(endpoint_text(&target->endpoints[which], mem), mem));
	else if (hits < all)
		buf_printf(out, " %zu of %zu endpoints", hits, all);
}

const char *check_where(const struct check_view *view, const bool *members, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (int i = 0; i < SERVICE_COUNT; i++)
		where_service(view, members, (enum service)i, &out, mem);
	return arena_copy(mem, buf_string(&out));
}

/* Endpoints of which the same is to be said; days are those of the one that ends first. */
struct state {
	const char *words;
	bool *members;
	const struct certcheck_facts *first_to_end; /* NULL: not good */
};

static void add_state(const struct check_view *view, size_t index, struct state *states,
		      size_t *count, struct arena *mem)
{
	const struct certcheck_facts *facts = view->checks[index];
	const char *words = check_state(facts, mem);
	size_t i = 0;
	while (i < *count && strcmp(states[i].words, words) != 0)
		i++;
	struct state *state = &states[i];
	if (i == *count) {
		*state = (struct state){ .words = words };
		state->members = arena_array(mem, view->base.target->count, sizeof(bool));
		(*count)++;
	}
	state->members[index] = true;
	if (check_is_good(facts) &&
	    (!state->first_to_end || facts->walk.identity.certs[0].not_after <
					     state->first_to_end->walk.identity.certs[0].not_after))
		state->first_to_end = facts;
}

static const char *state_words(const struct state *state, struct arena *mem)
{
	return state->first_to_end ? arena_printf(mem, "%s, %s", state->words,
						  check_left(state->first_to_end, mem))
				   : state->words;
}

const char *check_target_state(const struct check_view *view, struct arena *mem)
{
	const struct target_view *target = view->base.target;
	struct state *states = arena_array(mem, target->count, sizeof(*states));
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		if (view->checks[i])
			add_state(view, i, states, &count, mem);
	}
	if (count == 0)
		return target_state(target, mem);
	if (count == 1)
		return state_words(&states[0], mem);
	const char *words = "";
	for (size_t i = 0; i < count && i < STATES_MAX; i++)
		words = arena_printf(mem, "%s%s%s %s", words, *words ? "; " : "",
				     check_where(view, states[i].members, mem),
				     state_words(&states[i], mem));
	return count > STATES_MAX ? arena_printf(mem, "%s; %zu more", words, count - STATES_MAX)
				  : words;
}

const char *check_trouble(const struct check_view *view, const char *state, struct arena *mem)
{
	const char *trouble = view->base.problem ? NULL : trouble_words(&view->base, mem);
	return trouble && strcmp(trouble, state) != 0 ? trouble : NULL;
}
