/* check.h - what xmpp-certcheck does with a target: get the chain, judge whom it speaks for, ask
 * what else vouches for it, remember it.
 *
 * The facts of each endpoint are struct certcheck_facts in job->facts. */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include "run/check_options.h"
#include "run/probe.h"

/* --pem and --pem-list: the line is a domain, or FILE [DOMAIN]. Makes one endpoint a service, with
 * facts that hold the chain. job->problem is set where there is no chain. */
void check_read_file(struct job *job, const struct check_options *opt);
/* What the record already tells of its endpoints: those are not wanted any more. */
void check_take_record(struct job *job);
/* The other endpoints: a connection each. */
void check_fetch(struct job *job, const struct check_options *opt);
/* --rejudge: everything out of the certcheck or starttls sections. */
void check_reread(struct job *job);
/* Chains against names, anchors, DANE, POSH, revocation lists, pins; who is proved by what. Asks
 * DNS and the web where the network is allowed, from the worker's own thread. */
void check_prove(struct job *job, const struct check_options *opt);
/* Compares with the history and writes it. */
void check_remember(struct job *job, const struct check_options *opt);

/* The facts of an endpoint, NULL where it was not examined. */
static inline struct certcheck_facts *check_facts(const struct job *job, size_t index)
{
	return job->facts[index];
}

/* Parts of check_prove() in files of their own. */
/* The chain's certificates, path and names, at facts->at. */
void check_identity(const struct job *job, const struct check_options *opt,
		    const struct endpoint *at, struct arena *mem, struct certcheck_facts *facts);
/* --subdomains, once the identities and what the servers named are known. */
void check_subdomains(struct job *job, const struct check_options *opt);
void check_dane(struct job *job, const struct check_options *opt);
void check_posh(struct job *job, const struct check_options *opt);
void check_caa(struct job *job, const struct check_options *opt);
void check_local(const struct check_options *opt, struct arena *mem, struct certcheck_facts *facts);
/* Sets proofs and what follows from them. */
void check_conclude(const struct check_options *opt, struct certcheck_facts *facts);

#endif
