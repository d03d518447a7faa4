/* probe.h - one connection of one walk: opened behind the gate, watched by the taps, closed in
 * order.
 *
 * What tools build their walks from. One thread; only reads the job. */
#ifndef RUN_PROBE_H
#define RUN_PROBE_H

#include "run/exchange.h"
#include "run/job.h"
#include "run/transcript.h"

struct probe {
	const struct job *job;
	const struct endpoint *at;
	struct arena *mem;
	struct deadline until;
	const struct tls_context *tls; /* the job's, unless somebody has another one */
	const char *user; /* a client's address, said inside TLS alone (STR-30); NULL: none */
	const struct tls_judge *judge; /* heard in the handshake; NULL: nobody */
	struct conn *conn;
	struct stream *stream;
	struct exchange exchange;
	struct transcript transcript;
	bool recording;
	size_t connections; /* opened through this probe */
	bool silent;        /* once it has ended: its time passed without a word from there */
	double raced_ms;    /* how long the race took that connected it; 0: none */
};

void probe_begin(struct probe *probe, const struct job *job, const struct endpoint *at,
		 struct arena *mem, struct deadline until);
/* Opens the connection, behind the gate, with taps. */
NODISCARD bool probe_connect(struct probe *probe, struct err *err);
/* Takes a connection opened elsewhere (conn_race). */
void probe_adopt(struct probe *probe, struct conn *conn);
/* The handshake with the names this job uses. */
NODISCARD bool probe_tls(struct probe *probe, struct tls_facts *facts, struct err *err);
/* The same, offering a session to take up again; NULL: none. */
NODISCARD bool probe_tls_again(struct probe *probe, const struct tls_ticket *ticket,
			       struct tls_facts *facts, struct err *err);
NODISCARD bool probe_stream(struct probe *probe, struct stream_facts *facts, struct err *err);
NODISCARD bool probe_restart(struct probe *probe, struct stream_facts *facts, struct err *err);
struct stream_header probe_header(const struct probe *probe);
/* Closes stream and connection in order and writes the transcript. */
void probe_end(struct probe *probe);

#endif
