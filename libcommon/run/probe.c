#include "run/probe.h"

#include <string.h>
#include <unistd.h>

#include "xmpp/secure.h"

static const char *exchange_label(const struct probe *probe)
{
	return arena_printf(probe->mem, "%s %s", service_name(probe->at->service),
			    endpoint_text(probe->at, probe->mem));
}

void probe_begin(struct probe *probe, const struct job *job, const struct endpoint *at,
		 struct arena *mem, struct deadline until)
{
	*probe = (struct probe){ .job = job, .at = at, .mem = mem, .until = until };
}

static void add_taps(struct probe *probe)
{
	const struct shared *shared = probe->job->shared;
	if (shared->options->verbose) {
		exchange_begin(&probe->exchange, exchange_label(probe));
		conn_add_tap(probe->conn, &probe->exchange.tap);
	}
	if (shared->record_fd >= 0) {
		transcript_begin(&probe->transcript, probe->job->domain.ascii, probe->at);
		conn_add_tap(probe->conn, &probe->transcript.tap);
		probe->recording = true;
	}
}

void probe_adopt(struct probe *probe, struct conn *conn)
{
	probe->conn = conn;
	probe->connections++;
	add_taps(probe);
}

bool probe_connect(struct probe *probe, struct err *err)
{
	struct conn *conn = NULL;
	if (!conn_open(&probe->job->shared->net, probe->at, probe->until, &conn, err))
		return false;
	probe_adopt(probe, conn);
	return true;
}

struct stream_header probe_header(const struct probe *probe)
{
	/* A client says who it is only inside TLS, if at all (STR-30): we never log in here. */
	return (struct stream_header){
		.service = probe->at->service,
		.to = job_address(probe->job),
		.from = probe->at->service == SERVICE_S2S ? probe->job->shared->options->from
							  : NULL,
	};
}

bool probe_stream(struct probe *probe, struct stream_facts *facts, struct err *err)
{
	struct stream_header header = probe_header(probe);
	return stream_open(probe->conn, &header, probe->mem, &probe->stream, facts, err);
}

bool probe_restart(struct probe *probe, struct stream_facts *facts, struct err *err)
{
	struct stream_header header = probe_header(probe);
	conn_set_stage(probe->conn, AT_FEATURES);
	if (!probe->stream)
		return stream_open(probe->conn, &header, probe->mem, &probe->stream, facts, err);
	return stream_restart(probe->stream, &header, facts, err);
}

/* The peer's certificate in the words of the transcript player. */
static void note_certificate(struct probe *probe, const struct tls_facts *facts)
{
	struct cert_facts cert;
	struct err ignored;
	CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
	buf_printf(&words, "max=%s", tls_version_name(facts->version));
	if (facts->chain_count > 0 && cert_read(facts->chain[0], probe->mem, &cert, &ignored)) {
		const char *separator = " dns=";
		for (size_t i = 0; i < cert.name_count; i++) {
			if (cert.names[i].type != NAME_DNS || cert.names[i].malformed)
				continue;
			buf_printf(&words, "%s%s", separator, cert.names[i].value);
			separator = ",";
		}
		buf_printf(&words, " days=%lld issuer=%s",
			   (long long)((cert.not_after - clock_now()) / (24 * 3600)),
			   cert.self_issued ? "self" : "trusted");
	}
	if (facts->alpn)
		buf_printf(&words, " alpn=%s", facts->alpn);
	transcript_note_certificate(&probe->transcript, buf_string(&words));
}

bool probe_tls(struct probe *probe, struct tls_facts *facts, struct err *err)
{
	const struct options *opt = probe->job->shared->options;
	const char *name = opt->servername ? opt->servername : job_identity(probe->job);
	/* XEP-0368, section 5: ALPN belongs to direct TLS; with STARTTLS the stream has chosen the
	 * protocol already. */
	const char *alpn = probe->at->transport == TRANSPORT_DIRECT
				   ? secure_alpn(probe->at->service)
				   : NULL;
	if (opt->alpn)
		alpn = *opt->alpn ? opt->alpn : NULL;
	conn_set_stage(probe->conn, AT_TLS);
	if (!tls_start(probe->conn, probe->job->shared->tls, name, alpn, probe->mem, facts, err))
		return false;
	if (probe->recording)
		note_certificate(probe, facts);
	return true;
}

static void save_transcript(struct probe *probe)
{
	const char *text = transcript_text(&probe->transcript);
	size_t size = strlen(text);
	/* O_APPEND and one write keep the blocks of many threads whole. */
	if (write(probe->job->shared->record_fd, text, size) != (ssize_t)size)
		log_say(&probe->job->shared->options->log, NULL,
			"--record: the transcript is incomplete (disk full?)");
	transcript_end(&probe->transcript);
	probe->recording = false;
}

void probe_end(struct probe *probe)
{
	stream_close(&probe->stream);
	conn_close(&probe->conn);
	if (probe->recording)
		save_transcript(probe);
}
