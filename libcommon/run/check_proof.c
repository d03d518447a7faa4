/* What else vouches for the certificate: DANE, POSH; what might speak against it: revocation, CAA.
 */
#include <string.h>

#include "run/check.h"
#include "run/posh_fetch.h"
#include "xmpp/secure.h"

static bool has_chain(const struct certcheck_facts *facts)
{
	return facts && facts->walk.identity.cert_count > 0;
}

/* RFC 7673, 4.1: an SRV target that DNSSEC secures is a reference identity, too, where no usable
 * TLSA record says more. */
static void accept_target(const struct endpoint *at, struct arena *mem,
			  struct certcheck_facts *facts)
{
	struct name_facts *names = &facts->walk.identity.names;
	const struct reference target = { at->host, secure_srv_service(at->service) };
	if (!facts->dane.target_name || names->matched)
		return;
	name_judge_also(names, &target,
			"names the SRV target, which DNSSEC secures (RFC 7673 section 4.1)", mem);
	if (facts->walk.identity.path.constrained)
		name_discount(names);
}

void check_dane(struct job *job, const struct check_options *opt)
{
	size_t count = job->endpoints.count;
	struct tlsa_lookup *lookups = arena_array(job->mem, count + 1, sizeof(*lookups));
	if (opt->rules.dane == PROOF_OFF || !job->resolver || count == 0 || job->domain.is_address)
		return;
	tlsa_look_up(job->resolver, &job->dns, &job->endpoints, job_deadline(job), job->mem,
		     lookups);
	for (size_t i = 0; i < count; i++) {
		const struct endpoint *at = &job->endpoints.items[i];
		struct certcheck_facts *facts = check_facts(job, i);
		if (!has_chain(facts) || facts->source == CHECK_FILE)
			continue;
		const struct dane_subject subject = {
			.chain = facts->walk.identity.certs,
			.count = facts->walk.identity.cert_count,
			.domain = job_identity(job),
			.target = at->host,
			.srv_service = secure_srv_service(at->service),
			.trust = job->shared->trust,
			.at = facts->at,
		};
		dane_judge(&lookups[i], &subject, job->endpoint_mem[i], &facts->dane);
		accept_target(at, job->endpoint_mem[i], facts);
	}
}

/* --posh=auto: where neither path and names nor DANE prove the certificate. */
static bool wants_posh(const struct check_options *opt, const struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	if (!has_chain(facts) || facts->source == CHECK_FILE)
		return false;
	if (opt->rules.posh == PROOF_AUTO)
		return !(identity->path.trusted && identity->names.matched) &&
		       facts->dane.status != DANE_MATCH;
	return opt->rules.posh != PROOF_OFF;
}

void check_posh(struct job *job, const struct check_options *opt)
{
	struct posh_published *published[SERVICE_COUNT] = { NULL };
	const struct options *options = job->shared->options;
	if (job->domain.is_address || job->domain.is_onion || !job->resolver)
		return;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		enum service service = job->endpoints.items[i].service;
		struct certcheck_facts *facts = check_facts(job, i);
		if (!facts || !wants_posh(opt, facts))
			continue;
		if (!published[service]) {
			const struct posh_request request = {
				.domain = job_identity(job),
				.service = posh_service(service),
				.resolver = job->resolver,
				.trust_file = options->trust_file,
				.with_system = options->system_trust,
				.proxy = job->shared->net.proxy,
				.until = job_deadline_in(job, options->timeout),
			};
			published[service] = arena_alloc(job->mem, sizeof(*published[service]));
			posh_fetch(&request, job->mem, published[service]);
		}
		posh_match(published[service], facts->walk.tls.chain[0], job->endpoint_mem[i],
			   &facts->posh);
	}
}

#define CAA_NAMES 32 /* from the domain up to the top-level domain */

void check_caa(struct job *job, const struct check_options *opt)
{
	struct dns_question questions[CAA_NAMES];
	struct dns_answer answers[CAA_NAMES];
	bool wanted = false;
	for (size_t i = 0; i < job->endpoints.count; i++)
		wanted = wanted || has_chain(check_facts(job, i));
	if (opt->no_caa || !wanted || !job->resolver || job->domain.is_address ||
	    job->domain.is_onion)
		return;
	size_t count = caa_questions(job_identity(job), questions, CAA_NAMES);
	dns_ask(job->resolver, questions, count,
		job_deadline_in(job, job->shared->options->timeout), job->mem, answers);
	for (size_t i = 0; i < job->endpoints.count; i++) {
		struct certcheck_facts *facts = check_facts(job, i);
		if (!has_chain(facts))
			continue;
		const struct cert_name *matched = facts->walk.identity.names.matched;
		bool wildcard = matched && memchr(matched->raw.data, '*', matched->raw.size);
		caa_judge(answers, count, &facts->walk.identity.certs[0], wildcard,
			  job->endpoint_mem[i], &facts->caa);
	}
}

/* The issuer the path names, else the one presented next that has the name. */
static const struct cert_facts *issuer_of(const struct identity_facts *identity)
{
	if (identity->path.way_length > 1)
		return identity->path.way[1];
	return identity->path.way_length == 1 && identity->certs[0].self_issued
		       ? &identity->certs[0]
		       : NULL;
}

/* What stands in a response that nobody signed is nobody's word. */
static bool is_signed(const struct staple_facts *staple)
{
	return staple->status == STAPLE_GOOD || staple->status == STAPLE_REVOKED ||
	       staple->status == STAPLE_CA_UNKNOWN || staple->status == STAPLE_STALE ||
	       staple->status == STAPLE_EARLY;
}

static void read_evidence(const struct check_options *opt, struct arena *mem,
			  struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	const struct tls_facts *tls = &facts->walk.tls;
	const struct cert_facts *leaf = &identity->certs[0];
	if (tls->ocsp.size > 0)
		staple_read(tls->ocsp, leaf, issuer_of(identity), facts->at, mem, &facts->staple);
	if (leaf->scts.size > 0)
		sct_read_extension(leaf->scts, mem, &facts->scts);
	if (tls->scts.size > 0)
		sct_read(tls->scts, SCT_TLS, mem, &facts->scts);
	if (facts->staple.scts.size > 0 && is_signed(&facts->staple))
		sct_read(facts->staple.scts, SCT_OCSP, mem, &facts->scts);
	if (opt->crls)
		crl_check(opt->crls, identity->path.way, identity->path.way_length, facts->at, mem,
			  &facts->crl);
}

void check_prove(struct job *job, const struct check_options *opt)
{
	bool online = job->shared->options->network && !job->shared->options->rejudge;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		struct certcheck_facts *facts = check_facts(job, i);
		if (!facts)
			continue;
		check_identity(job, opt, &job->endpoints.items[i], job->endpoint_mem[i], facts);
		if (!has_chain(facts))
			continue;
		read_evidence(opt, job->endpoint_mem[i], facts);
		check_local(opt, job->endpoint_mem[i], facts);
	}
	check_subdomains(job, opt);
	if (online) {
		check_dane(job, opt);
		check_posh(job, opt);
		check_caa(job, opt);
	}
	for (size_t i = 0; i < job->endpoints.count; i++) {
		if (check_facts(job, i))
			check_conclude(opt, check_facts(job, i));
	}
}
