/* listen.h - a listening socket, and the connections that come to it. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "base/err.h"
#include "net/address.h"

/* "[ADDR:]PORT", "[IPV6]:PORT", ":PORT": no address is all of this machine's, IPv6 and IPv4, and
 * reads as "::". Port 0 is one the kernel chooses. */
NODISCARD bool listen_parse(const char *text, struct address *address, uint16_t *port,
			    struct err *err);
/* A non-blocking, close-on-exec socket that listens. *port becomes the real one. err says who holds
 * the port, that a port below 1024 needs privileges, or that the address is none of ours. */
NODISCARD bool listen_open(const struct address *address, uint16_t *port, int *out,
			   struct err *err);
/* The next connection that has come, non-blocking and close-on-exec, without waiting. from is
 * IPv4 where an IPv4 peer came to an IPv6 socket. False: ERR_TIMEOUT when there is none,
 * ERR_SYSTEM when descriptors are out (wait a moment, then go on). */
NODISCARD bool listen_take(int listener, int *out, struct address *from, uint16_t *port,
			   struct err *err);
/* All of this machine's addresses, of one family or both. */
bool listen_is_wildcard(const struct address *address);
/* The address is one of this machine's; the wildcard is. False also where the kernel does not say.
 */
bool listen_is_local(const struct address *address);

#endif
