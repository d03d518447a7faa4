#include "run/proof.h"

#include "base/escape.h"

/* One check on an open stream in clear. */
static enum active_result check(struct probe *probe, enum active_check which, const char **detail)
{
	struct stream_header header = probe_header(probe);
	switch (which) {
	case ACTIVE_PLAIN:
		return active_plain(probe->stream, detail, probe->mem);
	case ACTIVE_STANZA:
		return active_stanza(probe->stream, &header, detail, probe->mem);
	case ACTIVE_DIALBACK:
		return active_dialback(probe->stream, &header, detail, probe->mem);
	case ACTIVE_INJECTION:
		break;
	}
	struct tls_facts tls = { 0 };
	struct stream_facts after = { 0 };
	enum starttls_answer answer;
	struct err err = { 0 };
	conn_set_stage(probe->conn, AT_STARTTLS);
	/* The answer may stand in place of the header, so a failure on the way decides nothing yet.
	 */
	(void)(active_injection_ask(probe->stream, &header, &answer, &err) &&
	       probe_tls(probe, &tls, &err) && probe_restart(probe, &after, &err));
	enum active_result result = active_injection_listen(probe->stream, detail, probe->mem);
	if (result != ACTIVE_REFUSED || err.code != ERR_TIMEOUT)
		return result;
	*detail = escape_copy(probe->mem, err.text, ERR_TEXT_MAX);
	return ACTIVE_UNTESTED;
}

static enum active_result run(struct probe *walked, enum active_check which, const char **detail)
{
	const struct job *job = walked->job;
	struct probe probe;
	struct stream_facts stream = { 0 };
	struct err err = { 0 };
	gate_pace(job->shared->gate);
	probe_begin(&probe, job, walked->at, walked->mem,
		    job_deadline_in(job, job->shared->options->timeout));
	enum active_result result = ACTIVE_UNTESTED;
	if (probe_connect(&probe, &err) && probe_stream(&probe, &stream, &err))
		result = check(&probe, which, detail);
	else
		*detail = escape_copy(walked->mem, err.text, ERR_TEXT_MAX);
	probe_end(&probe);
	walked->connections += probe.connections;
	return result;
}

static bool applies(enum active_check which, enum service service)
{
	return (which != ACTIVE_PLAIN || service == SERVICE_C2S) &&
	       (which != ACTIVE_DIALBACK || service == SERVICE_S2S);
}

void proof_run(struct probe *walked, struct starttls_facts *facts)
{
	if (walked->at->transport == TRANSPORT_DIRECT)
		return; /* there is no time in clear */
	bool needs_from = walked->at->service == SERVICE_S2S && !walked->job->shared->options->from;
	for (enum active_check which = 0; which < ACTIVE_COUNT; which++) {
		const char **detail = &facts->active.detail[which];
		if (!applies(which, walked->at->service))
			continue;
		facts->active.result[which] = ACTIVE_UNTESTED;
		if (!facts->before.opened || facts->before.error.condition)
			*detail = "no stream in clear came about";
		else if (needs_from && which != ACTIVE_INJECTION)
			*detail = "needs a domain of ours: --from";
		else
			facts->active.result[which] = run(walked, which, detail);
	}
}
