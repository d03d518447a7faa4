/* job.h - one target on its way: the line it came from, its domain, DNS, endpoints, record, and
 * what its walks share.
 *
 * A job belongs to one worker. Its endpoints are walked side by side: each probe has an arena and a
 * deadline of its own and only reads the job. */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include "net/conn.h"
#include "net/dns_common.h"
#include "report/reread.h"
#include "run/cli.h"
#include "run/crew.h"
#include "run/gate.h"
#include "run/input.h"
#include "run/patience.h"
#include "xmpp/facts.h"
#include "xmpp/jid.h"

/* What all jobs share: built from the options before the first thread, const afterwards (what
 * changes locks inside). */
struct shared {
	const struct options *options;
	struct net net;
	struct proxy proxy;
	struct tls_context *tls;
	struct trust *trust;
	struct gate *gate;
	struct patience *patience;
	struct dns_common *dns; /* for their resolvers */
	struct crew *crew;      /* for what a job does side by side */
	int record_fd;          /* --record; -1: none */
	int wake;               /* ends every wait of a job early (run/interrupt.h); 0: nothing */
};

/* wake: as the member; 0: nothing. */
NODISCARD bool shared_open(const struct options *options, int wake, struct shared *out,
			   struct err *err);
void shared_close(struct shared *shared);

struct job {
	const struct shared *shared;
	struct arena *mem;
	struct resolver *resolver; /* the worker's; NULL: there is none */
	double started_ms;
	struct input_line line;
	size_t weight;            /* what the line takes, about, once it was read */
	struct jid_domain domain; /* ascii NULL: the line was no domain */
	struct jid_domain to;     /* --to; ascii NULL: not given */
	json_t *record;           /* what came in, or a new one */
	bool from_record;         /* endpoints come from the record, not from DNS */
	bool refused_before; /* the record brings along why an earlier tool could not read it */
	struct err problem;  /* why there is nothing to examine; ERR_NONE otherwise */
	struct dns_facts dns;
	bool looked_up; /* dns holds facts */
	bool dns_known; /* dns holds what the record says, though it was not looked up */
	struct endpoint_list endpoints;
	struct arena **endpoint_mem; /* one an endpoint */
	void **facts;                /* the tool's, one an endpoint; in endpoint_mem */
	bool *wanted;       /* by endpoint: what the options narrow a record's endpoints to */
	struct claim claim; /* places at the gate, from admission to the end of the work */
	bool skipped;       /* its result stands in the file of --resume: there is nothing to say */
	bool finished;      /* it was examined, and no signal cut that short */
	size_t connections;
	struct buf out; /* what goes to standard output */
	enum status status;
};

struct job *job_new(const struct shared *shared);
void job_free(struct job **job);
/* What the job has to say so far goes to standard output now (--interactive talks next). */
NODISCARD bool job_flush(struct job *job);

/* The beginning of the line to recognise it by, cut between characters; escape it. */
#define LINE_SHOWN 80
const char *job_line_start(const struct job *job);

/* The next line, or false as input_next() has it. */
NODISCARD bool job_take_line(struct job *job, struct input *input, struct err *err);
/* A domain, --to beside it. False: problem is set. */
NODISCARD bool job_read_domain(struct job *job, const char *text, size_t size);
/* line -> record and domain; problem is set when it is neither. */
void job_read_line(struct job *job);
/* The endpoints the record names, narrowed to what the options want. False: it names none, or wrong
 * ones (problem is set). */
NODISCARD bool job_take_endpoints(struct job *job);
/* --rejudge: DNS and endpoints out of the record, and for each wanted endpoint that has this
 * section what `read` makes of it, in room of `size`. problem is set when the record keeps nothing
 * to judge, or wrong things. */
typedef bool job_section_fn(const json_t *endpoint, struct arena *mem, void *out, struct err *err);
void job_reread(struct job *job, const char *section, size_t size, job_section_fn *read);
/* The record's endpoints, or discovery. problem is set when there are none, saying why. */
void job_find_endpoints(struct job *job);
/* That the DNS server is dead, or is back, if that is known by now and was not told yet. */
void job_tell_dns(const struct job *job);
/* Endpoints that the caller puts in place of any: room for their facts. */
void job_take_list(struct job *job, struct endpoint_list list);

/* For one endpoint: what --timeout leaves after the look-up. Waiting for politeness does not count.
 */
struct deadline job_deadline(const struct job *job);
/* For any other wait of the job: so many seconds, or until a signal ends all waiting. */
struct deadline job_deadline_in(const struct job *job, double seconds);

/* The identity the certificate must show, SNI and DNS carry: --to, or the domain, in A-labels. */
const char *job_identity(const struct job *job);
/* The same as the stream header writes it: in U-labels (RFC 7622, 3.2). */
const char *job_address(const struct job *job);

#endif
