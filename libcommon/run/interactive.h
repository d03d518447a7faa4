/* interactive.h - -i: the terminal talks to the encrypted stream.
 *
 * What is typed is sent as it stands, what arrives is printed with its direction. On a terminal
 * with line editing and history (libedit), through a pipe raw. End of input closes the stream in
 * order and waits for what is still on its way. */
#ifndef RUN_INTERACTIVE_H
#define RUN_INTERACTIVE_H

#include "run/probe.h"

/* The probe's stream must be open inside TLS. Prints to standard output at once. False: the peer
 * ended it, err says how. */
NODISCARD bool interactive_talk(struct probe *probe, struct err *err);

#endif
