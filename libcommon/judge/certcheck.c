#include "judge/certcheck.h"

#include <string.h>

#include "base/escape.h"
#include "base/word.h"
#include "judge/parts.h"
#include "judge/target_parts.h"
#include "tls/der.h"

static void judge_file(const struct judging *judging)
{
	const struct certcheck_facts *check = judging->check;
	if (check->file_problem)
		FIND(judging, "cert-malformed", "%s: %s",
		     escape_copy(judging->mem, check->file ? check->file : "the file", SHOWN_MAX),
		     escape_copy(judging->mem, check->file_problem, SHOWN_MAX));
	if (!check->names_judged)
		FIND(judging, "names-not-judged",
		     "no domain was given, so whom the certificate speaks for was not judged");
}

/* --local */
static void judge_local(const struct judging *judging)
{
	const struct local_facts *local = &judging->check->local;
	const struct cert_facts *leaf = &judging->facts->identity.certs[0];
	if (!local->file)
		return;
	const char *file = escape_copy(judging->mem, local->file, SHOWN_MAX);
	if (local->problem) {
		FIND(judging, "local-unreadable", "%s: %s", file,
		     escape_copy(judging->mem, local->problem, SHOWN_MAX));
		return;
	}
	if (local->same)
		return;
	const char *served = day_text(leaf->not_after, judging->mem);
	const char *stored = day_text(local->not_after, judging->mem);
	if (local->newer)
		FIND(judging, "local-not-loaded",
		     "%s holds a newer certificate (until %s) than the server shows (until %s): "
		     "renewed, but not reloaded",
		     file, stored, served);
	else
		FIND(judging, "local-differs",
		     "%s holds another certificate (until %s) than the server shows (until %s)",
		     file, stored, served);
}

void judge_certcheck(const struct endpoint *at, const struct certcheck_facts *facts,
		     const struct check_rules *rules, const struct policy *policy,
		     struct arena *mem, struct findings *out)
{
	const struct judging judging = { at, &facts->walk, policy, mem, out, facts, rules };
	if (facts->source != CHECK_FILE)
		judge_failure(&judging);
	judge_file(&judging);
	judge_certificate(&judging);
	if (facts->walk.identity.cert_count == 0)
		return;
	judge_chain(&judging);
	judge_dane(&judging);
	judge_posh(&judging);
	judge_revocation(&judging);
	judge_change(&judging);
	judge_subdomains(&judging);
	judge_local(&judging);
}

struct pair {
	const struct endpoint *at[2];
	const struct cert_facts *leaf[2];
};

/* "RSA of 2048 bits", "EC P-256" */
static const char *key_text(const struct cert_facts *cert, struct arena *mem)
{
	const char *key = escape_copy(mem, cert->key, SHOWN_MAX);
	return strcmp(key, "RSA") == 0 ? arena_printf(mem, "%s of %u bits", key, cert->bits) : key;
}

/* RSA beside ECDSA is usual on one port, never between ports; strength counts within a kind. */
static const char *difference(const struct pair *pair, struct arena *mem)
{
	const struct cert_facts *a = pair->leaf[0], *b = pair->leaf[1];
	if (bytes_equal(a->der, b->der))
		return NULL;
	if (strcmp(a->key, b->key) != 0 || a->bits != b->bits)
		return arena_printf(mem, "%s and %s", key_text(a, mem), key_text(b, mem));
	if (strcmp(a->issuer, b->issuer) != 0)
		return "of different issuers";
	if (a->not_after != b->not_after)
		return arena_printf(mem, "until %s and until %s", day_text(a->not_after, mem),
				    day_text(b->not_after, mem));
	return "with different contents";
}

void judge_certcheck_target(const struct target_view *target,
			    const struct certcheck_facts *const *checks,
			    const struct policy *policy, struct arena *mem, struct findings *out)
{
	for (int service = 0; service < SERVICE_COUNT; service++) {
		struct pair pair = { 0 };
		const char *words = NULL;
		for (size_t i = 0; i < target->count && !words; i++) {
			const struct identity_facts *identity = &checks[i]->walk.identity;
			if ((int)target->endpoints[i].service != service ||
			    identity->cert_count == 0)
				continue;
			int which = pair.leaf[0] != NULL;
			pair.at[which] = &target->endpoints[i];
			pair.leaf[which] = &identity->certs[0];
			words = which ? difference(&pair, mem) : NULL;
		}
		if (words)
			findings_add(out, policy, mem, "certs-differ",
				     "%s: %s and %s show different certificates, %s",
				     service_name((enum service)service),
				     endpoint_text(pair.at[0], mem), endpoint_text(pair.at[1], mem),
				     words);
	}
	const struct spanning spanning = { target, policy, mem, out };
	judge_discovery(&spanning, checks);
}

static const char *const source_texts[] = {
	[CHECK_LIVE] = "live",
	[CHECK_RECORD] = "record",
	[CHECK_FILE] = "file",
};

const char *check_source_text(enum check_source source)
{
	return source_texts[source];
}

bool check_source_parse(const char *text, enum check_source *out)
{
	size_t i;
	if (!word_find(source_texts, ARRAY_SIZE(source_texts), text, &i))
		return false;
	*out = (enum check_source)i;
	return true;
}

const char *proof_text(enum proof proof)
{
	return proof == PROOF_PKIX   ? "pkix"
	       : proof == PROOF_DANE ? "dane"
	       : proof == PROOF_POSH ? "posh"
				     : "pin";
}
