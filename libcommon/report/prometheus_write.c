/* Metrics as the text that node_exporter's textfile collector reads: version 0.0.4 of the
 * exposition format. */
#include <stdio.h>
#include <string.h>

#include "report/prometheus_parts.h"

#define CHUNK ((size_t)256 * 1024) /* octets written before the caller is asked to empty out */

struct metric {
	const char *name, *help;
	/* One of the three: once, of each domain, of each endpoint that was examined; `which` is
	 * for the last. */
	void (*of_report)(const struct sampling *sampling);
	void (*of_domain)(const struct sampling *sampling);
	void (*of_endpoint)(const struct sampling *sampling, const struct kept_endpoint *at,
			    int which);
	int which;
};

/* Of the report. */

static void report_time(const struct sampling *sampling)
{
	sample_figure(sampling, sampling->kept->now);
}

static void report_domains(const struct sampling *sampling)
{
	sample_figure(sampling, tally_size(sampling->kept->names));
}

static void report_nameless(const struct sampling *sampling)
{
	sample_figure(sampling, (long long)sampling->kept->nameless);
}

/* Of domains. */

static void domain_status(const struct sampling *sampling)
{
	sample_begin_domain(sampling);
	sample_end(sampling, sampling->domain->status);
}

static void domain_time(const struct sampling *sampling)
{
	if (sampling->domain->time == 0)
		return;
	sample_begin_domain(sampling);
	sample_end(sampling, sampling->domain->time);
}

static void domain_dnssec(const struct sampling *sampling)
{
	if (sampling->domain->dnssec == DNSSEC_UNKNOWN)
		return;
	sample_begin_domain(sampling);
	sample_end(sampling, sampling->domain->dnssec == DNSSEC_SECURE);
}

static void domain_weights(const struct sampling *sampling)
{
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
		sample_begin_domain(sampling);
		sample_label(sampling, "severity", severity_name((enum severity)i));
		sample_end(sampling, sampling->domain->weights[i]);
	}
}

/* Without a service: of the domain as a whole. Of ids only those of the catalogue are labels. */
static void domain_findings(const struct sampling *sampling)
{
	const struct kept_domain *domain = sampling->domain;
	for (uint32_t i = 0; i < domain->finding_count; i++) {
		const struct kept_finding *at = &sampling->kept->findings[domain->finding + i];
		sample_begin_domain(sampling);
		sample_label(sampling, "service",
			     at->service < SERVICE_COUNT ? service_name((enum service)at->service)
							 : "");
		sample_label(sampling, "finding",
			     at->kind < finding_kind_count ? finding_kinds[at->kind].id : "other");
		sample_label(sampling, "severity", severity_name((enum severity)at->severity));
		sample_end(sampling, at->count);
	}
}

/* Only those of a record that was judged under the manifesto, and could be tested. */
static void domain_promises(const struct sampling *sampling)
{
	const struct kept_domain *domain = sampling->domain;
	for (size_t i = 0; i < sampling->kept->promises.count; i++) {
		const struct digest_promise *promise = &sampling->kept->promises.items[i];
		bool broken = domain->broken >> i & 1;
		if (!broken && !(domain->kept >> i & 1))
			continue;
		sample_begin_domain(sampling);
		sample_label(sampling, "service", service_name(promise->service));
		sample_label(sampling, "promise", promise->id);
		sample_end(sampling, !broken);
	}
}

/* Of endpoints. */

static void endpoint_status(const struct sampling *sampling, const struct kept_endpoint *at,
			    int which)
{
	(void)which;
	sample_begin_endpoint(sampling, at);
	sample_end(sampling, at->status);
}

static void endpoint_answer(const struct sampling *sampling, const struct kept_endpoint *at,
			    int which)
{
	if (at->answers[which] == ANSWER_UNKNOWN)
		return;
	sample_begin_endpoint(sampling, at);
	sample_end(sampling, at->answers[which] == ANSWER_YES);
}

static void endpoint_time(const struct sampling *sampling, const struct kept_endpoint *at,
			  int which)
{
	if (at->times[which] == 0)
		return;
	sample_begin_endpoint(sampling, at);
	sample_end(sampling, at->times[which]);
}

static void endpoint_duration(const struct sampling *sampling, const struct kept_endpoint *at,
			      int which)
{
	if (at->durations[which] == NO_DURATION)
		return;
	sample_begin_endpoint(sampling, at);
	sample_end_duration(sampling, at->durations[which]);
}

static void endpoint_tls(const struct sampling *sampling, const struct kept_endpoint *at, int which)
{
	(void)which;
	if (at->version == TLS_VERSION_NONE)
		return;
	sample_begin_endpoint(sampling, at);
	sample_label(sampling, "version", tls_version_name((enum tls_version)at->version));
	sample_algorithm(sampling, "cipher", at->cipher);
	sample_algorithm(sampling, "group", at->group);
	sample_end(sampling, 1);
}

static void endpoint_versions(const struct sampling *sampling, const struct kept_endpoint *at,
			      int which)
{
	(void)which;
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (at->versions[i] == ANSWER_UNKNOWN)
			continue;
		sample_begin_endpoint(sampling, at);
		sample_label(sampling, "version", tls_version_name((enum tls_version)i));
		sample_end(sampling, at->versions[i] == ANSWER_YES);
	}
}

/* Each proof is looked for only where something authenticates. */
static void endpoint_proofs(const struct sampling *sampling, const struct kept_endpoint *at,
			    int which)
{
	(void)which;
	for (unsigned flag = PROOF_PKIX; flag <= PROOF_PIN; flag <<= 1) {
		if (!(at->proofs & flag))
			continue;
		sample_begin_endpoint(sampling, at);
		sample_label(sampling, "proof", proof_text((enum proof)flag));
		sample_end(sampling, 1);
	}
}

static void endpoint_certificate(const struct sampling *sampling, const struct kept_endpoint *at,
				 int which)
{
	char bits[16];
	(void)which;
	if (at->key == TALLY_NONE)
		return;
	sample_begin_endpoint(sampling, at);
	sample_algorithm(sampling, "key", at->key);
	snprintf(bits, sizeof(bits), "%u", at->key_bits);
	sample_label(sampling, "bits", bits);
	sample_end(sampling, 1);
}

static void endpoint_dialback(const struct sampling *sampling, const struct kept_endpoint *at,
			      int which)
{
	static const char *const verdicts[] = { "valid", "invalid", "error" };
	(void)which;
	for (size_t i = 0; at->dialback && i < ARRAY_SIZE(verdicts); i++) {
		sample_begin_endpoint(sampling, at);
		sample_label(sampling, "verdict", verdicts[i]);
		sample_end(sampling, strcmp(at->dialback, verdicts[i]) == 0);
	}
}

#define OF_REPORT(name, write, help)                                                               \
	{                                                                                          \
		"xmpp_tls_" name, help, write, NULL, NULL, 0                                       \
	}
#define OF_DOMAIN(name, write, help)                                                               \
	{                                                                                          \
		"xmpp_tls_" name, help, NULL, write, NULL, 0                                       \
	}
#define OF_ENDPOINT(name, write, which, help)                                                      \
	{                                                                                          \
		"xmpp_tls_" name, help, NULL, NULL, write, which                                   \
	}

/* Their words of help are their manual; rules and panels in man/examples use them. */
static const struct metric metrics[] = {
	OF_REPORT("report_timestamp_seconds", report_time, "When this report was made."),
	OF_REPORT("report_domains", report_domains, "Domains in this report."),
	OF_REPORT("report_invalid_lines", report_nameless,
		  "Lines of input that were no domain, and so have no metrics."),
	OF_DOMAIN(
		"status", domain_status,
		"The worst of all that was found of a domain, and of broken promises: 0 ok, 1 warning, 2 critical, "
		"3 unknown."),
	OF_DOMAIN("last_check_timestamp_seconds", domain_time,
		  "When the domain was last looked at."),
	OF_DOMAIN("srv_dnssec_secure", domain_dnssec,
		  "1 where DNSSEC secures the SRV records of a domain, 0 where it does not."),
	OF_DOMAIN("findings", domain_weights, "Findings of a domain and its endpoints."),
	OF_DOMAIN("finding", domain_findings,
		  "At how many places it was found; xmpp-findings(7) explains each."),
	OF_DOMAIN("promise_kept", domain_promises,
		  "1 for each promise of the manifesto that is kept, if only by its second best, 0 "
		  "for each that is broken; of records judged under it."),
	OF_ENDPOINT("endpoint_status", endpoint_status, 0,
		    "The worst of what was found of an endpoint: 0 ok, 1 warning, 2 critical, "
		    "3 unknown."),
	OF_ENDPOINT("endpoint_up", endpoint_answer, KEPT_UP,
		    "1 where a connection came about to its end: TCP, TLS and an XMPP stream."),
	OF_ENDPOINT("endpoint_encrypted", endpoint_answer, KEPT_ENCRYPTED,
		    "1 where the connection was encrypted, 0 where the server answered and it was "
		    "not. A port of direct TLS that fails is down, and not in clear."),
	OF_ENDPOINT("endpoint_authenticated", endpoint_answer, KEPT_AUTHENTICATED,
		    "1 where something proves that the server is the domain's."),
	OF_ENDPOINT("endpoint_proof_info", endpoint_proofs, 0,
		    "What proves that the server is the domain's: pkix, dane, posh, pin."),
	OF_ENDPOINT("endpoint_starttls_required", endpoint_answer, KEPT_REQUIRED,
		    "1 where the server lets nobody in without STARTTLS."),
	OF_ENDPOINT("endpoint_tls_info", endpoint_tls, 0, "What was negotiated."),
	OF_ENDPOINT("endpoint_version_accepted", endpoint_versions, 0,
		    "1 for each version of TLS that is accepted, 0 for each that is refused, where "
		    "xmpp-ciphers asked."),
	OF_ENDPOINT("endpoint_forward_secrecy", endpoint_answer, KEPT_FORWARD_SECRECY,
		    "1 where each connection has forward secrecy, as far as was seen."),
	OF_ENDPOINT("endpoint_post_quantum", endpoint_answer, KEPT_POST_QUANTUM,
		    "1 where a hybrid key exchange is accepted."),
	OF_ENDPOINT("endpoint_channel_binding", endpoint_answer, KEPT_PLUS,
		    "1 where clients are offered a SASL mechanism with channel binding."),
	OF_ENDPOINT("endpoint_dane", endpoint_answer, KEPT_DANE,
		    "1 where TLSA records match, 0 where they do not, or there are none."),
	OF_ENDPOINT("endpoint_dialback", endpoint_dialback, 0,
		    "1 at the verdict that Server Dialback gave."),
	OF_ENDPOINT("certificate_not_before_timestamp_seconds", endpoint_time, KEPT_NOT_BEFORE,
		    "When the endpoint's certificate begins."),
	OF_ENDPOINT("certificate_not_after_timestamp_seconds", endpoint_time, KEPT_NOT_AFTER,
		    "When the endpoint's certificate ends."),
	OF_ENDPOINT("chain_not_after_timestamp_seconds", endpoint_time, KEPT_CHAIN_NOT_AFTER,
		    "When the first certificate of the endpoint's chain ends."),
	OF_ENDPOINT("certificate_info", endpoint_certificate, 0,
		    "The key of the endpoint's certificate."),
	OF_ENDPOINT("endpoint_connect_duration_seconds", endpoint_duration, KEPT_CONNECT,
		    "From TCP to the features inside TLS."),
	OF_ENDPOINT("endpoint_handshake_duration_seconds", endpoint_duration, KEPT_HANDSHAKE,
		    "Of the TLS handshake alone."),
};

static void write_endpoints(const struct sampling *sampling, const struct metric *metric)
{
	const struct kept_domain *domain = sampling->domain;
	for (uint32_t i = 0; i < domain->endpoint_count; i++)
		metric->of_endpoint(sampling, &sampling->kept->endpoints[domain->endpoint + i],
				    metric->which);
}

/* The metric's samples of the next domains, until there are enough for one chunk. */
static void write_chunk(struct sampling *sampling, const struct metric *metric)
{
	struct writing *writing = sampling->writing;
	size_t start = sampling->out->size;
	for (; writing->domain < tally_size(writing->kept->names) &&
	       sampling->out->size - start < CHUNK;
	     writing->domain++) {
		sampling->domain = &writing->kept->domains[writing->domain];
		sampling->name = tally_word(writing->kept->names, writing->domain);
		if (metric->of_domain)
			metric->of_domain(sampling);
		else
			write_endpoints(sampling, metric);
	}
}

bool prometheus_write(struct writing *writing, struct buf *out)
{
	const struct metric *metric = &metrics[writing->metric];
	struct sampling sampling = { .writing = writing,
				     .metric = metric->name,
				     .help = metric->help,
				     .kept = writing->kept,
				     .out = out };
	if (metric->of_report)
		metric->of_report(&sampling);
	else
		write_chunk(&sampling, metric);
	if (!metric->of_report && writing->domain < tally_size(writing->kept->names))
		return true;
	writing->domain = 0;
	writing->begun = false;
	return ++writing->metric < ARRAY_SIZE(metrics);
}
