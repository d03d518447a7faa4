/* dialback_fixture.h - the facts of a dialback with nothing wrong, which tests then spoil. */
#ifndef DIALBACK_FIXTURE_H
#define DIALBACK_FIXTURE_H

#include "facts_fixture.h"
#include "judge/dialback.h"

/* Members of a trial_facts, to be written as { TRIED(ROUND, VALID), ASKED }. */
#define TRIAL_IN(status, inside, name, how, why, words, ms)                                        \
	.which = TRIAL_##name, .state = TRIAL_##status, .tls = (inside),                           \
	.answer = { OUTCOME_##how, (why), (words), (ms) }, .link = DIALBACK_NONE
/* Inside TLS, and it ended so after 0.3 s. */
#define TRIED(name, how)          TRIED_WHY(name, how, NULL)
#define TRIED_WHY(name, how, why) TRIAL_IN(TESTED, true, name, how, why, NULL, 300)
/* In words, and after so many milliseconds. */
#define TRIED_LONG(name, how, why, words, ms) TRIAL_IN(TESTED, true, name, how, why, words, ms)
#define IN_CLEAR(name, how, why)              TRIAL_IN(TESTED, false, name, how, why, NULL, 300)
#define SHUT(name)                            TRIAL_IN(REFUSED, true, name, NONE, NULL, NULL, 0)
#define LEFT_OUT(name)                        TRIAL_IN(NOT_TESTED, true, name, NONE, NULL, NULL, 0)

/* Our listener was asked, inside TLS unless told otherwise. */
#define ASKED_ABOUT(what) .called_back = KNOWN_YES, .called_in_clear = KNOWN_NO, .key = KEY_##what
#define ASKED             ASKED_ABOUT(RIGHT)
#define ASKED_IN_CLEAR    .called_back = KNOWN_YES, .called_in_clear = KNOWN_YES, .key = KEY_RIGHT
#define NOT_ASKED         .called_back = KNOWN_NO

/* Stock Prosody, examined from a listener that DNS leads to, without a certificate of ours. */
static inline struct dialback_facts dialback_good(struct arena *mem)
{
	return (struct dialback_facts){
		.walk = *facts_good(mem, SERVICE_S2S, TRANSPORT_STARTTLS),
		.listening = true,
		.us = "me.example",
		.listener = "127.0.0.1:5269",
		.home = HOME_HERE,
		.connections = 3,
	};
}

/* With a certificate that any server should believe. */
static inline void dialback_certify(struct dialback_facts *facts)
{
	facts->certificate = true;
	facts->own = (struct own_facts){ KNOWN_YES, KNOWN_YES, KNOWN_YES };
}

#endif
