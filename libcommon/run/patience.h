/* patience.h - whoever never says a word is waited for less long.
 *
 * Hundreds of domains may live at an address that is dead; each of their connections would wait for
 * its whole deadline, four at a time. So an address that was silent several times running gets a
 * third of --timeout, until it says something. What is told of it stays what was seen: no answer
 * within so many seconds. Shared by all threads; locks inside. */
#ifndef RUN_PATIENCE_H
#define RUN_PATIENCE_H

#include "net/endpoint.h"

#define PATIENCE_CONNECTIONS 4 /* that were silent, one behind the other */
#define PATIENCE_PART        3 /* of the usual time is left */

struct patience;

struct patience *patience_new(void);
void patience_free(struct patience **patience);
/* A connection to it has ended: its whole time passed without an octet, or not. */
void patience_note(struct patience *patience, const struct endpoint *at, bool silent);
bool patience_is_over(struct patience *patience, const struct endpoint *at);

#endif
