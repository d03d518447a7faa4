/* dns_copy.h - an answer as one block that nobody else's memory is part of. Pure. For dns_*.c. */
#ifndef NET_DNS_COPY_H
#define NET_DNS_COPY_H

#include "net/dns.h"

/* How many octets of room a copy takes. */
size_t dns_copy_size(const struct dns_answer *answer);
/* All that the answer points to goes into room, which is aligned for any type. */
void dns_copy(const struct dns_answer *answer, void *room, struct dns_answer *out);
/* The same into an arena. */
void dns_copy_to(const struct dns_answer *answer, struct arena *mem, struct dns_answer *out);

#endif
