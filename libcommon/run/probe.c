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
	*probe = (struct probe){
		.job = job, .at = at, .mem = mem, .until = until, .tls = job->shared->tls
	};
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
	return (struct stream_header){
		.service = probe->at->service,
		.to = job_address(probe->job),
		.from = probe->at->service == SERVICE_S2S ? probe->job->shared->options->from
							  : probe->user,
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

/* Who signed it, as far as the player tells issuers apart. */
static const char *issuer_word(const struct identity_facts *identity)
{
	unsigned strange = PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE | PATH_BAD_SIGNATURE;
	if (identity->path.problems & PATH_SELF_SIGNED)
		return "self";
	return identity->path.problems & strange ? "untrusted" : "trusted";
}

/* The peer's certificate in the words of the transcript player. */
static void note_certificate(struct probe *probe, const struct tls_facts *facts)
{
	struct identity_facts identity = { 0 };
	int64_t now = clock_now();
	CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
	buf_printf(&words, "max=%s", tls_version_name(facts->version));
	secure_judge(facts, job_identity(probe->job), probe->at->service, probe->job->shared->trust,
		     now, probe->mem, &identity);
	if (identity.cert_count > 0) {
		const struct cert_facts *cert = &identity.certs[0];
		const char *separator = " dns=";
		for (size_t i = 0; i < cert->name_count; i++) {
			if (cert->names[i].type != NAME_DNS || cert->names[i].malformed)
				continue;
			buf_printf(&words, "%s%s", separator, cert->names[i].value);
			separator = ",";
		}
		/* Expired within the last day is expired. */
		long long days = (long long)((cert->not_after - now) / (24 * 3600));
		buf_printf(&words, " days=%lld issuer=%s%s",
			   cert->not_after <= now && days == 0 ? -1 : days, issuer_word(&identity),
			   cert->not_before > now ? " cert=not-yet" : "");
	}
	if (facts->client_cert_requested)
		buf_text(&words, " request-cert");
	if (facts->alpn)
		buf_printf(&words, " alpn=%s", facts->alpn);
	transcript_note_certificate(&probe->transcript, buf_string(&words));
}

bool probe_tls(struct probe *probe, struct tls_facts *facts, struct err *err)
{
	return probe_tls_again(probe, NULL, facts, err);
}

bool probe_tls_again(struct probe *probe, const struct tls_ticket *ticket, struct tls_facts *facts,
		     struct err *err)
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
	const struct tls_wish wish = {
		.servername = name, .alpn = alpn, .ticket = ticket, .judge = probe->judge
	};
	bool up = tls_start_with(probe->conn, probe->tls, &wish, probe->mem, facts, err);
	/* Of whom the judge refused the certificate is what matters. */
	if (probe->recording && (up || facts->refused))
		note_certificate(probe, facts);
	return up;
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
	bool mute = probe->conn ? conn_is_silent(probe->conn) : probe->connections == 0;
	probe->silent = probe->silent || (mute && deadline_passed(probe->until));
	stream_close(&probe->stream);
	conn_close(&probe->conn);
	if (probe->recording)
		save_transcript(probe);
}
