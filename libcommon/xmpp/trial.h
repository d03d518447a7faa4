/* trial.h - the catalogue of what xmpp-dialback can try on a peer: the matrix of spec/dialback.md,
 * a trial a row. Data; pure. */
#ifndef XMPP_TRIAL_H
#define XMPP_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum trial {
	/* Anybody can run these. */
	TRIAL_CLEAR_RESULT,        /* 13, 14 */
	TRIAL_CLEAR_VERIFY,        /* 41 */
	TRIAL_VERIFY_MADE_UP,      /* 39, 42: on a fresh stream, before anything else */
	TRIAL_VERIFY_OTHER_ID,     /* 43 */
	TRIAL_VERIFY_TWO,          /* 45 */
	TRIAL_VERIFY_TWICE,        /* 46 */
	TRIAL_VERIFY_WITHOUT_ID,   /* 44 */
	TRIAL_VERIFY_UNKNOWN_HOST, /* 40 */
	TRIAL_TARGET_UNKNOWN,      /* 8 */
	TRIAL_SENDER_UNRESOLVABLE, /* 6 */
	TRIAL_WITHOUT_FROM,        /* 9 */
	TRIAL_WITHOUT_TO,          /* 10 */
	TRIAL_KEY_HUGE,            /* 57 */
	TRIAL_EXTERNAL,            /* 18, 19: with our certificate */
	/* With a listener: we are the authoritative server of the domain we claim. */
	TRIAL_ROUND,               /* 1, 15, 33, 34 */
	TRIAL_WITHOUT_DIALLING,    /* 16: our certificate instead of EXTERNAL */
	TRIAL_WRONG_KEY,           /* the authority is honest, the key is not ours */
	TRIAL_ANSWER_INVALID,      /* 2 */
	TRIAL_ANSWER_ERROR,        /* 3 */
	TRIAL_ANSWER_CLOSE,        /* 4 */
	TRIAL_ANSWER_SILENCE,      /* 5 */
	TRIAL_SENDER_REFUSES,      /* 7: nobody listens where DNS leads */
	TRIAL_KEY_EMPTY,           /* 11 */
	TRIAL_KEY_SPACES,          /* 12 */
	TRIAL_KEY_OF_CLEAR_STREAM, /* 17 */
	TRIAL_KEY_REPLAY,          /* 58 */
	TRIAL_TWO_SENDERS,         /* 20: --piggyback */
	TRIAL_TWO_TARGETS,         /* 21: --piggyback-to */
	TRIAL_SECOND_INVALID,      /* 23 */
	TRIAL_AUTHORITY_NO_TLS,    /* 32 */
	TRIAL_SPELLING,            /* 35 */
	TRIAL_OWN_DECLARATION,     /* 36 */
	TRIAL_OTHER_PREFIX,        /* 37 */
	TRIAL_WITHOUT_VERSION,     /* 38 */
	TRIAL_BIDI,                /* 55 */
	TRIAL_KEEPALIVE,           /* 56 */
	/* Only between domains of our own, or when asked for: is what was not proven believed? */
	TRIAL_STANZA_UNVERIFIED,   /* 24 */
	TRIAL_STANZA_OTHER_SENDER, /* 25 */
	TRIAL_STANZA_OTHER_TARGET, /* 26 */
	TRIAL_UNSOLICITED_RESULT,  /* 27 */
	TRIAL_UNSOLICITED_VERIFY,  /* 28 */
	TRIAL_ANSWER_OTHER_ID,     /* 29 */
	TRIAL_ANSWER_SWAPPED,      /* 30 */
	TRIAL_ANSWER_TWICE,        /* 31 */
	/* With a listener, the other way: a stanza of ours makes the peer dial us. */
	TRIAL_BACK,             /* 47 */
	TRIAL_BACK_BIDI,        /* 54 */
	TRIAL_BACK_UNSOLICITED, /* 53 */
	TRIAL_BACK_EXTERNAL,    /* 52 */
	/* From here on the peer's stream fails, and some do not dial again for minutes. */
	TRIAL_BACK_ERROR,   /* 48 */
	TRIAL_BACK_INVALID, /* 49 */
	TRIAL_BACK_SILENCE, /* 50 */
	TRIAL_BACK_NO_TLS,  /* 51 */
};
#define TRIAL_COUNT (TRIAL_BACK_NO_TLS + 1)

/* The role of the peer that a trial looks at. */
enum trial_role {
	ROLE_AUTHORITATIVE,
	ROLE_RECEIVING,
	ROLE_BEFORE_TLS,
	ROLE_EXTERNAL,
	ROLE_INITIATING, /* it dials us */
};
#define TRIAL_ROLE_COUNT 5

enum trial_needs {
	NEEDS_LISTENER = 1 << 0,     /* --from and --listen */
	NEEDS_CERTIFICATE = 1 << 1,  /* --cert */
	NEEDS_PIGGYBACK = 1 << 2,    /* --piggyback */
	NEEDS_PIGGYBACK_TO = 1 << 3, /* --piggyback-to */
	NEEDS_FROM = 1 << 4,         /* --from alone */
};

struct trial_kind {
	const char *name;  /* "verify-made-up": option, record */
	const char *rows;  /* of the matrix: "39, 42"; "" where it is none of them */
	const char *words; /* what we do, for people: "db:verify with a key nobody made" */
	const char *want;  /* what a good server does: "invalid" */
	enum trial_role role;
	unsigned needs; /* enum trial_needs */
	bool usual;     /* part of a run that names no trials */
	const char *ref;
};

const struct trial_kind *trial_kind(enum trial trial);
/* It tries to be believed without proof, as an attacker does: for domains of one's own. */
bool trial_is_forgery(enum trial trial);
NODISCARD bool trial_parse(const char *name, enum trial *out);
/* "authoritative" "receiving" "before_tls" "external" "initiating" */
const char *trial_role_name(enum trial_role role);

#endif
