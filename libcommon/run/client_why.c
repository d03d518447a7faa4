/* Why no session came about, in an operator's words. */
#include <string.h>

#include "run/client_inner.h"

/* Why there is nobody to connect to. */
static bool explain_nobody(const struct job *job, struct err *err)
{
	const char *domain = job->domain.unicode;
	const struct dns_answer *srv = &job->dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS];
	if (job->problem.code) {
		*err = job->problem;
		return false;
	}
	if (job->dns.declined[SERVICE_C2S])
		return err_set(err, AT_DNS, ERR_NOT_FOUND,
			       "%s offers no client connections (its SRV record says \".\")",
			       domain);
	if (dns_outcome_is_failure(srv->outcome))
		return err_set(err, AT_DNS, ERR_DNS, "%s could not be looked up: the DNS %s",
			       domain,
			       srv->outcome == DNS_TIMED_OUT     ? "server did not answer"
			       : srv->dnssec == DNSSEC_BOGUS     ? "answer fails DNSSEC validation"
			       : srv->outcome == DNS_UNREACHABLE ? "server cannot be reached"
								 : "server gave no answer");
	for (size_t i = 0; i < job->dns.host_count; i++) {
		const struct host_facts *host = &job->dns.hosts[i];
		if (dns_outcome_is_failure(host->a.outcome) ||
		    dns_outcome_is_failure(host->aaaa.outcome))
			return err_set(err, AT_DNS, ERR_DNS,
				       "the address of %s could not be looked up", host->name);
		if (job->dns.fallback[SERVICE_C2S] || strcmp(host->name, job->domain.ascii) == 0)
			continue;
		return err_set(err, AT_DNS, ERR_NOT_FOUND,
			       "%s, where %s is to be found, has no address", host->name, domain);
	}
	return err_set(err, AT_DNS, ERR_NOT_FOUND,
		       "no such domain: DNS knows neither an XMPP service nor an address of %s",
		       domain);
}

/* A certificate that proves nothing wins over everything else; then comes what got farthest. */
static bool is_weightier(const struct err *a, const struct err *b)
{
	bool impostor = a->code == ERR_IMPOSTOR, other = b->code == ERR_IMPOSTOR;
	return impostor != other ? impostor : a->stage > b->stage;
}

/* All causes, each endpoint's on a line; the weightiest stands for them. */
bool client_explain(const struct client *client, struct err *err)
{
	const struct job *job = client->job;
	const struct err *worst = NULL;
	size_t tried = 0, last = 0;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct starttls_facts *facts = job->facts[i];
		if (!facts || !facts->failure.code)
			continue;
		tried++;
		last = i;
		if (!worst || is_weightier(&facts->failure, worst))
			worst = &facts->failure;
	}
	if (!worst)
		return explain_nobody(job, err);
	if (tried == 1)
		return err_set(err, worst->stage, worst->code, "%s (%s): %s",
			       endpoint_text(&job->endpoints.items[last], job->mem),
			       transport_name(job->endpoints.items[last].transport), worst->text);
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct starttls_facts *facts = job->facts[i];
		const struct endpoint *at = &job->endpoints.items[i];
		if (facts && facts->failure.code)
			log_say(&client->options->log, endpoint_text(at, job->mem), "%s: %s",
				transport_name(at->transport), facts->failure.text);
	}
	return err_set(err, worst->stage, worst->code, "none of %zu endpoints would do: %s", tried,
		       worst->text);
}
