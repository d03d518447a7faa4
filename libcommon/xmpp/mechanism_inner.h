/* mechanism_inner.h - what mechanism.c and mechanism_refuse.c share; nobody else. */
#ifndef XMPP_MECHANISM_INNER_H
#define XMPP_MECHANISM_INNER_H

#include "xmpp/mechanism.h"

struct question {
	const struct mechanism_wish *wish;
	const struct features *offered;
	const struct tls_facts *tls;
	struct arena *mem;
};

/* Some mechanism of either profile ends in -PLUS; begins with SCRAM-; one of ours does both. */
bool question_has_plus(const struct question *question);
bool question_has_scram(const struct question *question);
bool question_has_our_plus(const struct question *question);
/* In either profile. */
bool question_offers(const struct question *question, const char *name);

/* Why a SCRAM would bind to nothing, as the end of a sentence. */
const char *question_unbound(const struct question *question);
/* What the offer shows of somebody on the way who changed it, whatever we would choose. */
NODISCARD bool question_check(const struct question *question, struct err *err);
/* What may not be taken although it is offered: without the binding that is required, less than
 * last time. */
NODISCARD bool question_allow(const struct question *question,
			      const struct mechanism_choice *choice, struct err *err);
/* Nothing will do. Always false. */
bool question_refuse(const struct question *question, struct err *err);

#endif
