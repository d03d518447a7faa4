/* What the endpoints of a pair show. */
#include <string.h>

#include "judge/parts.h"
#include "report/check_words.h"
#include "report/compare_parts.h"
#include "report/words.h"

/* was, is NULL: one of the two did not see it. kind counts where they differ. */
struct told {
	const char *was, *is;
	enum change_kind kind;
};

static const char *answer_text(enum seen_answer answer)
{
	return answer == ANSWER_YES ? "yes" : answer == ANSWER_NO ? "no" : NULL;
}

static struct told answers(enum seen_answer was, enum seen_answer is)
{
	return (struct told){ answer_text(was), answer_text(is),
			      is == ANSWER_YES ? CHANGE_BETTER : CHANGE_WORSE };
}

/* The sections that decide about a fact stand on both sides or on none. */
static bool same_sections(const struct pair *pair, const char *section)
{
	return has_section(pair->was, section) == has_section(pair->is, section);
}

static struct told tell_reachable(const struct pair *pair, struct arena *mem)
{
	struct told told = answers(pair->was->up, pair->is->up);
	if (pair->is->up == ANSWER_NO && pair->was->up == ANSWER_YES && pair->is->failure)
		told.is = arena_printf(mem, "no: %s", escaped(pair->is->failure, mem));
	return told;
}

static struct told tell_encrypted(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	return answers(pair->was->encrypted, pair->is->encrypted);
}

static enum seen_answer by_pkix(const struct digest_endpoint *at)
{
	return at->authenticated == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
						   : digest_answer(at->proofs & PROOF_PKIX);
}

/* xmpp-certcheck knows more proofs than the others: beside those only PKIX compares. */
static struct told tell_authenticated(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	if (same_sections(pair, "certcheck"))
		return answers(pair->was->authenticated, pair->is->authenticated);
	return answers(by_pkix(pair->was), by_pkix(pair->is));
}

static struct told tell_proofs(const struct pair *pair, struct arena *mem)
{
	unsigned was = pair->was->proofs, is = pair->is->proofs;
	if (!was || !is || !same_sections(pair, "certcheck"))
		return (struct told){ 0 };
	return (struct told){ check_proofs(was, '+', mem), check_proofs(is, '+', mem),
			      (was & is) == was  ? CHANGE_BETTER
			      : (was & is) == is ? CHANGE_WORSE
						 : CHANGE_OTHER };
}

static struct told tell_version(const struct pair *pair, struct arena *mem)
{
	enum tls_version was = pair->was->version, is = pair->is->version;
	(void)mem;
	if (was == TLS_VERSION_NONE || is == TLS_VERSION_NONE)
		return (struct told){ 0 };
	return (struct told){ tls_version_name(was), tls_version_name(is),
			      is < was ? CHANGE_WORSE : CHANGE_BETTER };
}

static struct told words(const char *was, const char *is, struct arena *mem)
{
	return (struct told){ was ? escaped(was, mem) : NULL, is ? escaped(is, mem) : NULL,
			      CHANGE_OTHER };
}

static struct told tell_cipher(const struct pair *pair, struct arena *mem)
{
	return words(pair->was->cipher, pair->is->cipher, mem);
}

static struct told tell_group(const struct pair *pair, struct arena *mem)
{
	return words(pair->was->group, pair->is->group, mem);
}

/* Always, or of one connection: two questions. */
static struct told tell_secrecy(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	if (!same_sections(pair, "ciphers") || has_section(pair->is, "ciphers"))
		return (struct told){ 0 }; /* compare_ciphers() says it */
	return answers(pair->was->forward_secrecy, pair->is->forward_secrecy);
}

static struct told tell_required(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	return answers(pair->was->starttls_required, pair->is->starttls_required);
}

static struct told tell_plus(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	return answers(pair->was->plus, pair->is->plus);
}

static struct told tell_dane(const struct pair *pair, struct arena *mem)
{
	(void)mem;
	return answers(pair->was->dane, pair->is->dane);
}

static struct told tell_dialback(const struct pair *pair, struct arena *mem)
{
	struct told told = words(pair->was->dialback, pair->is->dialback, mem);
	if (told.was && strcmp(told.was, "valid") == 0)
		told.kind = CHANGE_WORSE;
	else if (told.is && strcmp(told.is, "valid") == 0)
		told.kind = CHANGE_BETTER;
	return told;
}

static const char *renewal(const struct digest_endpoint *was, const struct digest_endpoint *is)
{
	if (is->not_after > was->not_after)
		return "renewed";
	if (is->not_after == was->not_after)
		return "another";
	return is->not_before > was->not_before ? "renewed for a shorter time" : "ends sooner";
}

/* One that ends sooner is an old one again, more often than not; but one that was issued later has
 * a shorter life only, as many CAs want it. */
static struct told tell_certificate(const struct pair *pair, struct arena *mem)
{
	const struct digest_endpoint *was = pair->was, *is = pair->is;
	if (!was->sha256 || !is->sha256 || strcmp(was->sha256, is->sha256) == 0)
		return (struct told){ 0 };
	bool again = is->not_after < was->not_after && is->not_before <= was->not_before;
	return (struct told){ arena_printf(mem, "until %s", day_text(was->not_after, mem)),
			      arena_printf(mem, "%s, until %s", renewal(was, is),
					   day_text(is->not_after, mem)),
			      again ? CHANGE_WORSE : CHANGE_OTHER };
}

static struct told tell_issuer(const struct pair *pair, struct arena *mem)
{
	return words(pair->was->issuer, pair->is->issuer, mem);
}

static struct told tell_key(const struct pair *pair, struct arena *mem)
{
	return words(pair->was->key, pair->is->key, mem);
}

static const struct fact {
	const char *name;
	struct told (*tell)(const struct pair *pair, struct arena *mem);
} facts[] = {
	{ "reachable", tell_reachable },
	{ "encrypted", tell_encrypted },
	{ "authenticated", tell_authenticated },
	{ "authenticated by", tell_proofs },
	{ "TLS required", tell_required },
	{ "TLS version", tell_version },
	{ "cipher", tell_cipher },
	{ "group", tell_group },
	{ "forward secrecy", tell_secrecy },
	{ "channel binding", tell_plus },
	{ "certificate", tell_certificate },
	{ "issuer", tell_issuer },
	{ "key", tell_key },
	{ "DANE", tell_dane },
	{ "dialback", tell_dialback },
};

static bool is_known(const struct told *told)
{
	return told->was && told->is;
}

static bool is_change(const struct told *told)
{
	return is_known(told) && strcmp(told->was, told->is) != 0;
}

static bool same_change(const struct told *a, const struct told *b)
{
	return is_change(a) == is_change(b) && strcmp(a->was, b->was) == 0 &&
	       strcmp(a->is, b->is) == 0;
}

/* One line where all endpoints of the service that know about it say the same. */
static void add_told(struct comparison *all, enum service service, const char *name,
		     const struct told *told)
{
	const struct told *first = NULL;
	bool unanimous = true;
	for (size_t i = 0; i < all->count; i++) {
		if (!is_known(&told[i]))
			continue;
		first = first ? first : &told[i];
		unanimous = unanimous && same_change(first, &told[i]);
	}
	if (first && unanimous) {
		if (is_change(first))
			changes_add(all, first->kind,
				    arena_printf(all->mem, "%s %s", service_name(service), name),
				    first->was, first->is);
		return;
	}
	for (size_t i = 0; first && i < all->count; i++) {
		if (is_change(&told[i]))
			changes_add(all, told[i].kind,
				    arena_printf(all->mem, "%s %s",
						 place_text(all->pairs[i].is, all->mem), name),
				    told[i].was, told[i].is);
	}
}

void compare_facts(struct comparison *all)
{
	struct told *told = arena_array(all->mem, all->count + 1, sizeof(*told));
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (size_t which = 0; which < ARRAY_SIZE(facts); which++) {
			for (size_t i = 0; i < all->count; i++) {
				const struct pair *pair = &all->pairs[i];
				bool ours = pair_is_whole(pair) &&
					    (int)pair_service(pair) == service;
				told[i] = ours ? facts[which].tell(pair, all->mem)
					       : (struct told){ 0 };
			}
			add_told(all, (enum service)service, facts[which].name, told);
		}
	}
}
