/* survey.h - the plan of an enumeration: from what was learnt so far to the next hellos to send.
 *
 * Pure: asks nobody, waits for nothing, knows no clock. Who drives it takes questions with
 * survey_next(), puts each to the server on a connection of its own, and hands the answer back;
 * several questions may be out at once, up to .lanes. One answer counts for every question it
 * answers: suite, group, scheme and echoes. Not locked: the driver's calls must not overlap.
 * spec/ciphers.md, sections 6 to 10 and 13. */
#ifndef TLS_SURVEY_H
#define TLS_SURVEY_H

#include "tls/answer.h"
#include "tls/hello.h"
#include "tls/survey_facts.h"

enum survey_scope {
	SURVEY_ALL,
	SURVEY_SUITES,   /* versions, suites, order: no groups, schemes, properties beside what the
			    answers show anyway */
	SURVEY_GROUPS,   /* versions and groups */
	SURVEY_VERSIONS, /* versions alone */
};

struct survey_options {
	enum survey_scope scope;
	unsigned lanes;         /* questions out at once; 1: the fewest connections (--gentle) */
	size_t connections_max; /* ends the survey early, incomplete; 0: no limit */
	const char *servername; /* A-labels; NULL: an IP literal, no SNI */
	const char *alpn;       /* direct TLS: "xmpp-client"; NULL: none */
};

enum question_kind {
	QUESTION_HELLO,     /* .hello, raw */
	QUESTION_HANDSHAKE, /* a whole handshake by the TLS library, the session kept */
	QUESTION_RESUME,    /* another one that offers that session */
};

struct question {
	enum question_kind kind;
	struct hello hello; /* arrays live as long as the survey */
	enum answer_want want;
	bool split;  /* send it in two segments (CIP-23) */
	unsigned id; /* the survey's own */
};

enum survey_step {
	SURVEY_ASK,  /* *out is the next question */
	SURVEY_WAIT, /* nothing until an answer to what is out came */
	SURVEY_DONE,
};

struct survey;

/* Lives in mem, with everything it hands out. */
struct survey *survey_new(const struct survey_options *options, struct arena *mem);
enum survey_step survey_next(struct survey *survey, struct question *out);
/* The answer to a question that was handed out: any kind but NONE. What facts point to is copied
 * where it is kept. CLOSED, RESET and SILENCE count as refusals only after the driver has tried
 * again (CIP-24). */
void survey_take(struct survey *survey, const struct question *question,
		 const struct answer_facts *answer);
/* The question could not be put at all (throttled, no connection): gives it up, and with it
 * completeness. */
void survey_drop(struct survey *survey, const struct question *question);
/* What was learnt so far; at SURVEY_DONE all of it. */
void survey_finish(struct survey *survey, struct survey_facts *out);

#endif
