/* manifesto_parts.h - how a promise is asked of one endpoint. Private to judge/. */
#ifndef JUDGE_MANIFESTO_PARTS_H
#define JUDGE_MANIFESTO_PARTS_H

#include "judge/ciphers.h"
#include "judge/dialback.h"

struct answer {
	enum promise_result result;
	const char *reason; /* NULL: nothing to add */
	bool aside;         /* any other endpoint knows better */
};

struct door {
	const struct endpoint *at;
	const struct starttls_facts *facts;
	const struct survey_facts *survey;     /* NULL: not enumerated */
	const struct dialback_facts *dialback; /* NULL: not tried */
	struct arena *mem;
};

static inline struct answer says(enum promise_result result, const char *reason)
{
	return (struct answer){ result, reason, false };
}

/* What one endpoint says of what it cannot show: it counts where no other shows it. */
static inline struct answer says_aside(enum promise_result result, const char *reason)
{
	return (struct answer){ result, reason, true };
}

/* No handshake, and a promise that needs one. Who asks for STARTTLS in vain is left in clear; on a
 * direct port nobody can be: it failed, as one that is closed, and proves nothing (MAN-1, MAN-2).
 */
static inline struct answer says_without_tls(const struct door *door, const char *reason)
{
	return door->at->transport == TRANSPORT_DIRECT
		       ? says_aside(PROMISE_NOT_TESTABLE, "no handshake")
		       : says(PROMISE_BROKEN, reason);
}

/* Behind <proceed/> nothing goes on in clear, whatever becomes of the handshake: that TLS is
 * required the features tell, with or without it (MAN-3, MAN-5). */
static inline bool door_leads_nowhere(const struct door *door)
{
	return !door->facts->encrypted && door->facts->answer != STARTTLS_PROCEED;
}

/* Of an endpoint that was walked. */
struct answer walked_sw_1(const struct door *door);
struct answer walked_sw_3(const struct door *door);
struct answer walked_sw_4(const struct door *door);
struct answer walked_sw_5(const struct door *door);
struct answer walked_sw_6(const struct door *door);
struct answer walked_sw_7(const struct door *door);
struct answer walked_sw_8(const struct door *door);
struct answer walked_dp_1(const struct door *door);
struct answer walked_dp_3(const struct door *door);

/* Of an endpoint that was enumerated: MAN-17 to MAN-24. */
struct answer enumerated_sw_3(const struct door *door);
struct answer enumerated_sw_4(const struct door *door);
struct answer enumerated_sw_6(const struct door *door);

/* Of an endpoint on which dialback was tried: MAN-5 to MAN-7, MAN-13 to MAN-16. */
struct answer tried_sw_5(const struct door *door);
struct answer tried_sw_7(const struct door *door);
struct answer tried_dp_1(const struct door *door);

/* The peer's certificate: MAN-9 to MAN-11. */
struct answer promise_identity(const struct door *door);

#endif
