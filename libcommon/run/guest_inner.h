/* guest_inner.h - what guest.c and guest_next.c share; nobody else. */
#ifndef RUN_GUEST_INNER_H
#define RUN_GUEST_INNER_H

#include "run/guest.h"

#define GUEST_WRITE_SECONDS 2.0 /* who does not read what we say is let go */

/* A new stream in the same connection: the caller's header, then ours, with an id of its own
 * (DB-28). */
NODISCARD bool guest_hear_again(struct guest *guest, struct err *err);
NODISCARD bool guest_greet_again(struct guest *guest, struct err *err);
/* How the connection came to its end, without the words that belong to a server. */
void guest_note_end(struct guest *guest, const struct err *err);

#endif
