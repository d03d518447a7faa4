/* call.h - one connection of ours to the peer, in a run of trials: opened as far as a trial wants
 * it, dialback said and heard, every hop in the diary. One thread. */
#ifndef RUN_CALL_H
#define RUN_CALL_H

#include "run/dialback.h"
#include "run/diary.h"
#include "run/probe.h"

/* One endpoint under trial. Each line of trials has one of its own, with its own arena. */
struct trial_run {
	const struct job *job;
	const struct endpoint *at;
	const struct dialback_run *common;
	struct diary *diary;
	struct arena *mem;
	const char *us, *them; /* as stream headers write them */
};

struct call_wish {
	bool clear;         /* stay in front of TLS */
	bool tls_only;      /* nothing is said to who offers no TLS */
	bool show_ours;     /* the certificate of --cert, if there is one */
	const char *from;   /* of the header; NULL: run->us */
	const char *prefix; /* for dialback: NULL: "db" */
	bool undeclared;    /* the prefix stands on the elements alone */
	bool no_version;
};

struct call {
	const struct trial_run *run;
	struct call_wish wish;
	struct probe probe;
	struct link_facts link;
	size_t number, trial; /* in the diary */
	struct stream_facts before, after;
	const char *id;        /* the peer's, of the stream that stands now; NULL: it gave none */
	const char *stanza_id; /* an answer to this one is awaited, too; NULL */
	bool delivered, bounced;
	const char *stanza_error; /* the condition with which it bounced; NULL */
	bool nameless;            /* answers may leave out from or to, as our request does */
	bool open;                /* good for more */
	struct err err;           /* why it is not */
	struct stream_error error;
};

/* True: there is a stream as deep as it was wished. call_end() in either case. */
NODISCARD bool call_open(struct call *call, const struct trial_run *run, size_t trial,
			 const struct call_wish *wish);
/* What follows is about another trial. */
void call_turn_to(struct call *call, size_t trial);
/* Says one dialback element. key: what the diary shows of it. */
NODISCARD bool call_say(struct call *call, const struct db_element *element, enum key_state key);
/* Octets as they are; the diary gets this hop. */
NODISCARD bool call_say_text(struct call *call, const char *text, size_t size,
			     const struct hop *hop);
/* Waits for the answers to up to two requests; what came first may answer the second. Others are
 * noted and ignored (DB-8, DB-44). False: not all came, and out says what did instead. */
bool call_await(struct call *call, const struct db_element *const *requests, size_t count,
		double seconds, struct trial_answer *out);
/* Listens for the answer to stanza_id, or for the end. What ended it stands in out. */
void call_listen(struct call *call, double seconds, struct trial_answer *out);
/* Closes in order. */
void call_end(struct call *call);
/* How the stream was refused, as the outcome of a trial. */
void call_outcome(const struct call *call, struct trial_answer *out);

#endif
