/* courier.h - carries messages: from the input into the outbox, over the client's connection, until
 * the outcome of each is known and told; connects again where a connection is lost.
 *
 * MSG-44 to MSG-50. One thread; waits for the input, the connection and signals at once. */
#ifndef RUN_COURIER_H
#define RUN_COURIER_H

#include "run/sendmsg_options.h"

/* From after the command line to the exit status. */
int courier_run(const struct sendmsg_options *opt, const struct options *options,
		const struct account *account);

#endif
