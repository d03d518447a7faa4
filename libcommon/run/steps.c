#include "run/steps.h"

#include "xmpp/secure.h"

static bool note(struct starttls_facts *facts, enum step step, double since, bool ok)
{
	facts->steps[step] = (struct step_facts){
		.taken = true,
		.ok = ok,
		.elapsed_ms = clock_ms() - since,
	};
	return ok;
}

void steps_begin(const struct probe *probe, const struct err *failure, struct starttls_facts *facts)
{
	facts->time = clock_now();
	facts->our_certificate = probe->job->shared->options->tls.cert_file != NULL;
	facts->failure = *failure;
	facts->tls.alert = -1;
	if (failure->code)
		facts->steps[STEP_TCP] = (struct step_facts){ .taken = true,
							      .elapsed_ms = probe->raced_ms };
}

bool step_tcp(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	bool ok = probe->conn || probe_connect(probe, &facts->failure);
	note(facts, STEP_TCP, since, ok);
	if (ok && probe->raced_ms > 0)
		facts->steps[STEP_TCP].elapsed_ms = probe->raced_ms;
	return ok;
}

bool step_stream(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	return note(facts, STEP_STREAM, since,
		    probe_stream(probe, &facts->before, &facts->failure));
}

bool step_starttls(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	conn_set_stage(probe->conn, AT_STARTTLS);
	return note(facts, STEP_STARTTLS, since,
		    starttls_ask(probe->stream, &facts->answer, &facts->before.error,
				 &facts->failure));
}

bool step_tls(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	facts->encrypted = probe_tls(probe, &facts->tls, &facts->failure);
	return note(facts, STEP_TLS, since, facts->encrypted);
}

bool step_certificate(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	secure_judge(&facts->tls, job_identity(probe->job), probe->at->service,
		     probe->job->shared->trust, facts->time, probe->mem, &facts->identity);
	facts->authenticated = facts->identity.authenticated;
	note(facts, STEP_CERTIFICATE, since, facts->authenticated);
	return true;
}

bool step_features(struct probe *probe, struct starttls_facts *facts)
{
	double since = clock_ms();
	return note(facts, STEP_FEATURES, since,
		    probe_restart(probe, &facts->after, &facts->failure));
}

/* The port answered, but not as this way in begins; an alert is TLS, a stream is XMPP. */
static bool is_suspicious(const struct starttls_facts *facts, enum transport transport)
{
	enum err_code code = facts->failure.code;
	bool cut = code == ERR_CLOSED || code == ERR_RESET;
	if (transport == TRANSPORT_DIRECT)
		return (cut || code == ERR_PROTOCOL) && facts->failure.stage == AT_TLS &&
		       facts->tls.version == TLS_VERSION_NONE;
	return (cut || code == ERR_NOT_XMPP) && facts->failure.stage == AT_STREAM &&
	       !facts->before.opened;
}

void step_other_transport(struct probe *failed, struct starttls_facts *facts)
{
	if (!is_suspicious(facts, failed->at->transport))
		return;
	struct endpoint other = *failed->at;
	struct probe probe;
	struct err ignored;
	bool direct = failed->at->transport == TRANSPORT_DIRECT;
	other.transport = direct ? TRANSPORT_STARTTLS : TRANSPORT_DIRECT;
	gate_pace(failed->job->shared->gate);
	probe_begin(&probe, failed->job, &other, failed->mem, failed->until);
	if (probe_connect(&probe, &ignored)) {
		struct stream_facts stream = { 0 };
		struct tls_facts tls = { 0 };
		if (direct)
			facts->speaks_other_transport = probe_stream(&probe, &stream, &ignored) ||
							stream.opened;
		else
			facts->speaks_other_transport = probe_tls(&probe, &tls, &ignored);
	}
	probe_end(&probe);
	failed->connections += probe.connections;
}
