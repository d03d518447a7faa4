/* Whom does the chain speak for, and what proves it? */
#include <string.h>

#include "run/check.h"
#include "xmpp/secure.h"

static void judge_names(const struct job *job, const struct check_options *opt,
			const struct endpoint *at, struct arena *mem, struct certcheck_facts *facts)
{
	struct identity_facts *identity = &facts->walk.identity;
	struct reference reference = {
		.domain = job_identity(job),
		.srv_service = secure_srv_service(at->service),
	};
	for (size_t i = 0; i < opt->verify_name_count; i++) {
		const struct reference also = { opt->verify_names[i], reference.srv_service };
		name_judge_also(&identity->names, &also, "names what --verify-name accepts", mem);
	}
	/* CRT-17 holds for what --verify-name accepts, too; and no constraint was asked about a
	 * common name beside other names. */
	if (identity->path.constrained)
		name_discount(&identity->names);
	else if (opt->legacy_cn)
		name_accept_common(&identity->names, &reference);
	/* A file without a domain: each name is shown, and none is judged. */
	if (!facts->names_judged)
		identity->names.matched = NULL;
}

void check_identity(const struct job *job, const struct check_options *opt,
		    const struct endpoint *at, struct arena *mem, struct certcheck_facts *facts)
{
	const char *domain = facts->names_judged ? job_identity(job) : "";
	/* A record judged as of another moment stays so, unless this run names one itself. */
	if (opt->at_chosen)
		facts->at = opt->at;
	else if (!facts->at_chosen)
		facts->at = facts->walk.time;
	facts->at_chosen |= opt->at_chosen;
	secure_judge(&facts->walk.tls, domain, at->service, job->shared->trust, facts->at, mem,
		     &facts->walk.identity);
	if (facts->walk.identity.cert_count == 0)
		return;
	judge_names(job, opt, at, mem, facts);
}

/* --pin-sha256: the certificate, or its key. */
static void compare_pins(const struct check_options *opt, struct certcheck_facts *facts)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	facts->pins_given = opt->pins.count > 0;
	facts->pin_matched = pins_match(&opt->pins, leaf);
}

static bool is_revoked(const struct certcheck_facts *facts)
{
	return facts->staple.status == STAPLE_REVOKED || facts->crl.status == CRL_REVOKED;
}

void check_conclude(const struct check_options *opt, struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	facts->proofs = 0;
	if (identity->cert_count == 0)
		return;
	compare_pins(opt, facts);
	if (identity->path.trusted && identity->names.matched && !facts->file_problem &&
	    !is_revoked(facts))
		facts->proofs |= PROOF_PKIX;
	if (facts->dane.status == DANE_MATCH)
		facts->proofs |= PROOF_DANE;
	if (facts->posh.status == POSH_MATCH)
		facts->proofs |= PROOF_POSH;
	if (facts->pin_matched || facts->trusted_on_first_use)
		facts->proofs |= PROOF_PIN;
	facts->walk.authenticated = facts->proofs != 0;
	facts->walk.identity.authenticated = facts->proofs != 0;
}
