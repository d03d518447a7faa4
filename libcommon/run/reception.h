/* reception.h - our listener in a run of trials: whom we expect to call back, how each is played,
 * and what each of them did.
 *
 * As authoritative server it is honest unless a trial says otherwise: a key is valid when our
 * secret makes it again (XEP-0185). Shared by all jobs; locks inside. */
#ifndef RUN_RECEPTION_H
#define RUN_RECEPTION_H

#include "run/guest.h"

/* How a db:verify is answered. */
enum verify_manner {
	VERIFY_HONEST,
	VERIFY_INVALID,
	VERIFY_ERROR,    /* item-not-found */
	VERIFY_CLOSE,    /* closes instead */
	VERIFY_SILENT,   /* never */
	VERIFY_OTHER_ID, /* valid, but for another id */
	VERIFY_SWAPPED,  /* valid, with from and to the wrong way round */
	VERIFY_TWICE,    /* invalid, and then valid */
};

/* How a db:result of the peer's own is answered. */
enum result_manner {
	RESULT_HONEST, /* its authoritative server is asked */
	RESULT_ERROR,  /* item-not-found */
	RESULT_INVALID,
	RESULT_SILENT,
	RESULT_UNSOLICITED, /* honest, behind a `valid` for a pair it never asked about */
};

/* What came of a visit so far. */
struct visit_seen {
	bool called;                   /* somebody opened a stream to us as the peer */
	bool clear;                    /* and asked, or sent a stanza, without TLS */
	size_t verifies;               /* about what was claimed */
	bool strange;                  /* and about something else */
	enum key_state key;            /* of the last of them */
	bool asked;                    /* a db:result of its own came */
	struct trial_answer confirmed; /* what its authoritative server said of that */
	bool delivered, bounced;       /* the answer to our stanza came; an error did */
	bool stanza_too_early;         /* a stanza came before its pair was verified */
	bool external_tried, bidi;
	bool ended, reset;          /* the last connection is over; the peer broke it */
	double called_ms, ended_ms; /* since the visit was expected */
};

struct visit_plan {
	const char *them; /* the peer's domain */
	const char *also; /* another one of its; NULL */
	bool shut;        /* nobody listens meanwhile */
	struct manner manner;
	enum verify_manner verify;
	enum result_manner result;
	struct diary *diary;
	size_t trial;
	/* Asks the peer's authoritative server; in the guest's thread. */
	void (*confirm)(void *context, size_t trial, const struct db_element *request,
			const char *id, struct trial_answer *out);
	void *context;
};

struct reception_options {
	const struct host *host;
	struct address address;
	uint16_t port;
	struct bytes secret;
};

struct reception;
struct visit;

NODISCARD bool reception_open(const struct reception_options *options, struct reception **out,
			      struct err *err);
void reception_close(struct reception **reception);
uint16_t reception_port(const struct reception *reception);

/* From here on the peer's calls belong to this visit. Waits for others that would be in its way: of
 * the same peer, whose calls could not be told apart, and any other where one of them is shut. So a
 * thread expects one visit at a time. */
struct visit *visit_expect(struct reception *reception, const struct visit_plan *plan);
/* A db:result that was sent on the stream of this id: what a db:verify should be about. */
void visit_claim(struct visit *visit, const struct db_element *sent, const char *id);
/* A stanza that was sent: its answer carries this id. */
void visit_watch(struct visit *visit, const char *stanza_id);
/* Waits until there is enough, or the time is over; what was seen then. */
struct visit_seen visit_wait(struct visit *visit, bool (*enough)(const struct visit_seen *seen),
			     struct deadline until);
/* Sends everybody home, and tells what was seen. */
struct visit_seen visit_end(struct visit **visit);

#endif
