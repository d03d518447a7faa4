/* dialback.h - what one run against one endpoint saw: the facts of xmpp-dialback.
 *
 * Plain data in the endpoint's arena. Filled by run/, read by judge and report. All text from the
 * peer is unescaped. */
#ifndef JUDGE_DIALBACK_H
#define JUDGE_DIALBACK_H

#include "judge/judge.h"
#include "xmpp/dialback.h"
#include "xmpp/trial.h"

#define DIALBACK_HOPS_MAX  512
#define DIALBACK_LINKS_MAX 128
#define DIALBACK_NONE      ((size_t)-1) /* no link, no trial */

/* One TCP connection of the run, ours to the peer or the peer's to us. */
struct link_facts {
	bool inbound; /* it came to our listener */
	struct address address;
	uint16_t port;
	double at_ms; /* since the run began */
	bool opened;  /* a stream header came */
	const char *from, *to;
	const char *id;         /* of the stream, inside TLS if there is any; the receiver's */
	bool encrypted;         /* TLS is up */
	struct tls_facts tls;   /* .version NONE: no handshake was tried */
	struct features before; /* what the peer offers; inbound: nothing */
	struct features after;
	bool certificate_shown;  /* by the peer */
	bool authenticated;      /* and it proves the peer's domain (PKIX) */
	const char *proof_lacks; /* why it does not, in a sentence; NULL */
};

enum hop_way {
	HOP_NOTE, /* neither: DNS, silence */
	HOP_SENT,
	HOP_RECEIVED,
};

enum hop_kind {
	HOP_DNS,      /* text: what was found */
	HOP_TCP,      /* connected, or called; text: why not */
	HOP_STREAM,   /* header: from, to, id */
	HOP_TLS,      /* handshake: the link has the facts; text: why not */
	HOP_FEATURES, /* the link has them */
	HOP_EXTERNAL, /* SASL EXTERNAL: DB_REQUEST, DB_VALID, DB_ERROR with condition */
	HOP_BIDI,     /* <bidi/> */
	HOP_RESULT,   /* db:result */
	HOP_VERIFY,   /* db:verify */
	HOP_STANZA,   /* a stanza; text: its name */
	HOP_ERROR,    /* stream error: condition, text */
	HOP_CLOSED,   /* the connection ended; text: how */
	HOP_SILENCE,  /* nothing came in time; text: what was waited for */
};

enum key_state {
	KEY_NONE,
	KEY_RIGHT,   /* the one that was made for this stream */
	KEY_WRONG,   /* another one */
	KEY_TRIMMED, /* the right one, without the white space that was sent around it */
};

struct hop {
	double at_ms; /* since the run began */
	enum hop_way way;
	enum hop_kind kind;
	size_t link, trial; /* indices, or DIALBACK_NONE */
	enum db_type type;
	const char *from, *to, *id, *condition, *text; /* NULL where there is none */
	enum key_state key;                            /* of a db:verify or db:result request */
};

enum trial_state {
	TRIAL_NOT_TESTED, /* reason says why */
	TRIAL_TESTED,     /* the peer took it up and gave the outcome, silence included */
	TRIAL_REFUSED,    /* the peer would not have it: outcome and reason say how */
};

enum trial_outcome {
	OUTCOME_NONE,
	OUTCOME_VALID,
	OUTCOME_INVALID,
	OUTCOME_ERROR,        /* dialback error: condition */
	OUTCOME_STREAM_ERROR, /* condition */
	OUTCOME_CLOSED,
	OUTCOME_SILENCE,  /* nothing within the time */
	OUTCOME_ACCEPTED, /* EXTERNAL: success */
	OUTCOME_FAILURE,  /* EXTERNAL: condition */
};

/* What is known of a yes-or-no question. */
enum known {
	KNOWN_NOT,
	KNOWN_YES,
	KNOWN_NO,
};

struct trial_answer {
	enum trial_outcome outcome;
	const char *condition, *text; /* NULL where there is none */
	double elapsed_ms;            /* from our request */
};

struct trial_facts {
	enum trial which;
	enum trial_state state;
	const char *reason;          /* NULL where there is nothing to add */
	struct trial_answer answer;  /* to what the trial is about */
	struct trial_answer another; /* to the other one of two; OUTCOME_NONE elsewhere */
	enum known called_back;      /* step 2 arrived at our listener */
	enum known called_in_clear;  /* and it came without TLS */
	enum key_state key;          /* what it brought */
	enum known stays;            /* the stream still answers behind it */
	enum known delivered;        /* a stanza of ours went through: an answer to it came */
	enum known bounced;          /* our stanza came back as an error (row 49) */
	bool tls;                    /* the trial itself ran inside TLS */
	double elapsed_ms;
	size_t link; /* the outgoing connection it began on; DIALBACK_NONE */
};

/* Where DNS leads who looks for the domain we speak for. */
enum home {
	HOME_NOT_ASKED,
	HOME_HERE,      /* an address and port of this listener */
	HOME_LATER,     /* this listener, but another target comes first */
	HOME_ELSEWHERE, /* other addresses or another port; behind NAT that may be right */
	HOME_NOWHERE,   /* the name has no server: NXDOMAIN, no address, "." */
	HOME_UNKNOWN,   /* DNS did not answer */
};

/* How would this peer authenticate us, as the statement of 2014 wants it shown. */
enum peer_trust {
	TRUST_NOT_TESTED,
	TRUST_EXTERNAL,       /* authenticated encryption: our certificate convinces it */
	TRUST_DIALBACK,       /* encryption, identity by dialback */
	TRUST_DIALBACK_CLEAR, /* dialback without encryption */
	TRUST_NONE,           /* neither */
};

/* Our certificate (--cert) as a peer with our trust anchors sees it: what may be blamed on the peer
 * when it refuses it, or believes it. */
struct own_facts {
	enum known names_us;    /* an identifier is the domain we speak for */
	enum known trusted;     /* a path to an anchor, within its dates */
	enum known for_clients; /* no extended key usage, or clientAuth in it */
};

struct dialback_facts {
	struct starttls_facts walk;  /* the first connection: steps, features, TLS, identity; its
					failure ends everything */
	bool listening, certificate; /* --listen, --cert */
	struct own_facts own;        /* all KNOWN_NOT without --cert */
	const char *us;              /* the domain we speak for; NULL: one made up under .invalid */
	const char *listener;        /* "127.0.0.1:5269"; NULL */
	enum home home;
	const char *home_text; /* where DNS leads: "198.51.100.4:5269, 198.51.100.5:5269" */
	enum peer_trust trust;
	/* Of TRIAL_ROUND, or the variant that takes its place. */
	enum trial_outcome verdict; /* NONE: not tested */
	const char *condition;
	const struct trial_facts *trials;
	size_t trial_count;
	const struct hop *hops;
	size_t hop_count;
	bool hops_cut; /* more than DIALBACK_HOPS_MAX */
	const struct link_facts *links;
	size_t link_count;
	size_t connections; /* ours */
};

/* One endpoint examined by xmpp-dialback. */
void judge_dialback(const struct endpoint *at, const struct dialback_facts *facts,
		    const struct policy *policy, struct arena *mem, struct findings *out);
/* What it finds of one trial. */
void judge_trial_findings(const struct dialback_facts *facts, const struct trial_facts *trial,
			  const struct policy *policy, struct arena *mem, struct findings *out);
/* What one trial weighs: NONE where the peer did as it should, or nothing was tested. The worst of
 * what judge_dialback() finds of it; the screen shows it beside the trial. */
enum severity judge_trial(const struct dialback_facts *facts, const struct trial_facts *trial,
			  const struct policy *policy, struct arena *mem);
/* The trial whose outcome is the verdict: TRIAL_ROUND; or, where that was not asked for or was
 * turned away before it began, the variant of it that has an outcome. NULL: there is none. */
const struct trial_facts *dialback_round(const struct dialback_facts *facts);
/* Out of the trials and the walk: verdict, condition and trust. */
void dialback_conclude(struct dialback_facts *facts);
/* Of all trials of one role: tested where any was, refused where the peer would have none. */
enum trial_state dialback_role_state(const struct dialback_facts *facts, enum trial_role role);

/* The usual cause of a condition in a dialback, in words that follow a colon; NULL if there is
 * nothing to add. The peer's word: any text. */
const char *dialback_condition_cause(const char *condition);

/* The promises of 2014 that dialback decides: SW-5, SW-7, DP-1 (MAN-5, 6, 7, 13 to 16). */
size_t judge_dialback_manifesto(const struct target_view *target,
				const struct dialback_facts *const *facts, struct arena *mem,
				struct promise out[PROMISE_MAX]);

/* What an answer of this type comes to; NONE for what is no answer. */
enum trial_outcome trial_outcome_of(enum db_type type);

/* The words of records, and the way back. */
const char *hop_way_name(enum hop_way way);                 /* "note" "sent" "received" */
const char *hop_kind_name(enum hop_kind kind);              /* "dns" "tcp" "stream" "tls" "features"
							       "external" "bidi" "result" "verify" "stanza"
							       "error" "closed" "silence" */
const char *key_state_name(enum key_state key);             /* "none" "right" "wrong" "trimmed" */
const char *trial_state_name(enum trial_state state);       /* "not_tested" "tested" "refused" */
const char *trial_outcome_name(enum trial_outcome outcome); /* "none" "valid" "invalid" "error"
							       "stream-error" "closed" "silence"
							       "accepted" "failure" */
const char *home_name(enum home home); /* "not-asked" "here" "later" "elsewhere" "nowhere" "unknown"
					*/
const char *peer_trust_name(enum peer_trust trust); /* "not_tested" "external" "dialback"
						       "dialback-in-clear" "none" */
NODISCARD bool hop_way_parse(const char *name, enum hop_way *out);
NODISCARD bool hop_kind_parse(const char *name, enum hop_kind *out);
NODISCARD bool key_state_parse(const char *name, enum key_state *out);
NODISCARD bool trial_state_parse(const char *name, enum trial_state *out);
NODISCARD bool trial_outcome_parse(const char *name, enum trial_outcome *out);
NODISCARD bool home_parse(const char *name, enum home *out);
NODISCARD bool peer_trust_parse(const char *name, enum peer_trust *out);

#endif
