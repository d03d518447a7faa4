/* proof.h - --active: the checks of xmpp/active, each on a connection of its own (MAN-4, MAN-6,
 * STR-66). */
#ifndef RUN_PROOF_H
#define RUN_PROOF_H

#include "run/probe.h"

/* Runs what applies to the endpoint, one after the other, each under a deadline of its own. The
 * walk before must have gone as far as features in clear; otherwise each check is ACTIVE_UNTESTED
 * and says so. */
void proof_run(struct probe *walked, struct starttls_facts *facts);

#endif
