/* lanes_inner.h - what the files of lanes.h share. Not for others. */
#ifndef RUN_LANES_INNER_H
#define RUN_LANES_INNER_H

#include <pthread.h>

#include "run/lanes.h"
#include "run/lanes_pace.h"

/* One attempt to put a question: a connection, or the rest of one. */
struct attempt {
	size_t number; /* of the connection, counted from 1 */
	struct arena *mem;
	const struct tls_ticket *ticket; /* for QUESTION_RESUME */
	unsigned epoch;                  /* of the pace, when it began */
	bool one_write;                  /* header and <starttls/> go out together */
	struct deadline until;           /* of all of it */
	double seconds;                  /* limit of the way to TLS */
	double hello_seconds;            /* limit of the answer to the hello */
	/* What came of it: */
	bool late;               /* under --rate its turn would come too late */
	bool answered;           /* the hello was put: .answer, silence included */
	bool connected, greeted; /* TCP; a stream header came */
	bool busy;               /* a stream error said that there is too much of us */
	struct err err;          /* why the hello was not put */
	struct answer_facts answer;
	double answer_ms;
	struct tls_facts tls;      /* of QUESTION_HANDSHAKE */
	struct tls_ticket session; /* likewise; the caller frees it */
};

/* lanes_ask.c: a new connection to where the probe leads, the question on it, the end of it. */
void attempt_run(const struct probe *like, const struct question *question,
		 struct attempt *attempt);
/* The question alone, on a probe that has come as far as TLS. */
void attempt_ask(struct probe *probe, const struct question *question, struct attempt *attempt);

/* The ways not to answer a hello that say little the first time. */
enum mute {
	MUTE_CUT, /* closed, reset */
	MUTE_SILENCE,
};
#define MUTE_COUNT 2

/* A question in one thread's hands, until it is answered or given up. */
struct turn {
	enum {
		TURN_FRESH,
		TURN_WAIT,    /* refused in a way that is this server's habit: once it has answered
				 anybody on a later connection, it counts */
		TURN_CONTROL, /* met with a close, a reset or silence: does the server answer now
				 what it answered before? */
		TURN_AGAIN,   /* it does; put again, alone */
	} stage;
	size_t started;           /* number of its connection */
	enum answer_kind doubted; /* the answer in doubt, */
	unsigned epoch;           /* and when that attempt began */
	bool controlled;          /* TURN_CONTROL went well */
	unsigned away;            /* times turned away in a row */
	bool patient;             /* the shortcut failed: in the usual order this time */
};

struct lanes {
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t changed;
	struct probe *probe;
	struct survey *survey;
	const struct lanes_options *options;
	struct ciphers_facts *facts;
	struct pace pace;
	unsigned held;     /* questions in the hands of threads */
	unsigned out;      /* connections that stand */
	unsigned doubters; /* turns that must be alone */
	bool done;         /* the survey gave everything, or facts->cut */
	size_t asked, answers, garbage;
	bool tls; /* an answer was TLS */
	/* The shortcut: */
	bool offered; /* <starttls/> was among the features */
	bool proven, minded;
	unsigned failed; /* before it was proven */
	/* Mute answers proven to be refusals; the latest connection that was answered. */
	unsigned proven_mute[MUTE_COUNT];
	size_t alive;
	unsigned silent_in_row; /* where an answer was due */
	unsigned dropped_in_row;
	struct question control; /* one that was answered well */
	bool has_control;
	double slowest_ms, walk_ms; /* answer to a hello; way to TLS */
	struct tls_ticket ticket;
	struct err last;               /* why we were turned away; ERR_NONE: we were not */
	char cut_reason[ERR_TEXT_MAX]; /* "": none */
};

/* lanes_judge.c, under the lock. What an attempt means: true when the question is settled, answered
 * or given up; false when it is to be put again. */
bool lanes_consider(struct lanes *lanes, struct turn *turn, const struct question *question,
		    struct attempt *attempt);
/* The mute answer of this turn is a refusal, as has been proven of others. */
bool lanes_trusts(const struct lanes *lanes, const struct turn *turn);
/* Hands that answer over. */
void lanes_take_mute(struct lanes *lanes, struct turn *turn, const struct question *question);
/* Nobody else will tell whether the server is well: this turn asks. */
void lanes_ask_control(struct lanes *lanes, struct turn *turn);
/* Hands over an answer. */
void lanes_take(struct lanes *lanes, struct turn *turn, const struct question *question,
		const struct answer_facts *answer);
/* Gives the question up. */
void lanes_drop(struct lanes *lanes, struct turn *turn, const struct question *question);
/* Ends the run early; the first cause stands. reason may be NULL. */
void lanes_cut(struct lanes *lanes, enum cut_short cut, const char *reason);
/* The time is up, unless it was the server that used it up. */
void lanes_cut_time(struct lanes *lanes);

#endif
