/* manifesto_parts.h - how a promise is asked of one endpoint. Private to judge/. */
#ifndef JUDGE_MANIFESTO_PARTS_H
#define JUDGE_MANIFESTO_PARTS_H

#include "judge/ciphers.h"
#include "judge/dialback.h"

struct answer {
	enum promise_result result;
	const char *reason; /* NULL: nothing to add */
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
	return (struct answer){ result, reason };
}

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
