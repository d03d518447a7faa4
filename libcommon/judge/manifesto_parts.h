/* manifesto_parts.h - how a promise is asked of one endpoint. Private to judge/. */
#ifndef JUDGE_MANIFESTO_PARTS_H
#define JUDGE_MANIFESTO_PARTS_H

#include "judge/ciphers.h"

struct answer {
	enum promise_result result;
	const char *reason; /* NULL: nothing to add */
};

struct door {
	const struct endpoint *at;
	const struct starttls_facts *facts;
	const struct survey_facts *survey; /* NULL: not enumerated */
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

#endif
