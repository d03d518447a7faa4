/* dns_turns.h - how many questions the whole process has on their way at once.
 *
 * Name servers that say nothing hold some for seconds, so there are many; but a home router's
 * dnsmasq forwards 150 at a time and refuses what is above, which would read as if DNS had failed:
 * then there are fewer. Shared by all threads; locks inside, and waits outside any other lock.
 *
 * Who holds turns asks and gives them back by himself: he never waits for another turn, nor for
 * somebody else's answer, so nobody waits in a circle. Who waits is served in the order of coming.
 */
#ifndef NET_DNS_TURNS_H
#define NET_DNS_TURNS_H

#include <stddef.h>

#include "base/deadline.h"

struct dns_turns;

struct dns_turns *dns_turns_new(size_t limit);
void dns_turns_free(struct dns_turns **turns);

/* So many at once, as soon as they are free; at most as many as there are. False: the deadline
 * passed first, nothing is held. */
NODISCARD bool dns_turns_take(struct dns_turns *turns, size_t wanted, struct deadline until);
void dns_turns_give(struct dns_turns *turns, size_t count);
/* Somebody was refused: from here on so many, if more are on their way. Whether that was so, now or
 * earlier, and he may try again once it is his turn. */
NODISCARD bool dns_turns_shrink(struct dns_turns *turns, size_t limit);
/* So many wait: for tests. */
size_t dns_turns_waiting(struct dns_turns *turns);

#endif
