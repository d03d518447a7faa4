/* manifesto.h - the promises of 2014 of a target that several tools looked at: manifesto.md,
 * sections 2 and 5.
 *
 * Pure. At each endpoint the tool decides that looks closest among those that can tell: the trials
 * of xmpp-dialback, the enumeration of xmpp-ciphers, one walk. A promise is as good as its worst
 * endpoint, whoever looked at that one; what needs another tool, or a domain of ours, is not
 * testable and never kept. */
#ifndef JUDGE_MANIFESTO_H
#define JUDGE_MANIFESTO_H

#include "judge/ciphers.h"
#include "judge/dialback.h"

/* By endpoint of target, whose own facts are not looked at. An array is NULL where that tool judges
 * nothing here, an entry where it did not look at that endpoint. */
struct manifesto_view {
	const struct target_view *target;
	const struct starttls_facts *const *walks;
	const struct ciphers_facts *const *ciphers;
	const struct dialback_facts *const *dialbacks;
};

/* What each tool alone comes to: judge_manifesto(), judge_ciphers_manifesto(),
 * judge_dialback_manifesto(). */
size_t judge_manifesto_view(const struct manifesto_view *view, struct arena *mem,
			    struct promise out[PROMISE_MAX]);

#endif
