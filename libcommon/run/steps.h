/* steps.h - the steps of a connection as RFC 6120, 5.4 tells them, each timed and noted in the
 * facts.
 *
 * What a tool's walk() strings together. Each returns whether to go on; the cause of a stop is in
 * facts->failure. */
#ifndef RUN_STEPS_H
#define RUN_STEPS_H

#include "run/probe.h"

/* What is known before the first step: when, with what, and why there is no connection (failure;
 * code ERR_NONE: nothing speaks against one). */
void steps_begin(const struct probe *probe, const struct err *failure,
		 struct starttls_facts *facts);
/* Connects, unless the probe has a connection already. */
NODISCARD bool step_tcp(struct probe *probe, struct starttls_facts *facts);
/* Header and features in clear. */
NODISCARD bool step_stream(struct probe *probe, struct starttls_facts *facts);
/* Asks for STARTTLS, advertised or not: a stripped advertisement must not deter us (RFC 7590, 3.1).
 */
NODISCARD bool step_starttls(struct probe *probe, struct starttls_facts *facts);
NODISCARD bool step_tls(struct probe *probe, struct starttls_facts *facts);
/* Chain and names. Always goes on: a probe tells, and sends nothing private (MAN-38). */
NODISCARD bool step_certificate(struct probe *probe, struct starttls_facts *facts);
/* Header and features inside TLS. */
NODISCARD bool step_features(struct probe *probe, struct starttls_facts *facts);

/* When the walk failed in a way that suggests it: does the port speak the other way in (STR-11)? A
 * connection of its own. */
void step_other_transport(struct probe *failed, struct starttls_facts *facts);

#endif
