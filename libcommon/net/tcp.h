/* tcp.h - opening a TCP connection without waiting: for conn_open and conn_race.
 *
 * Errors have the stage AT_TCP and name nobody: the caller knows whom it called. */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/deadline.h"
#include "base/err.h"
#include "net/address.h"

/* A non-blocking, close-on-exec socket on its way: it is writable once tcp_finish can tell. */
NODISCARD bool tcp_start(const struct address *to, uint16_t port, int *out, struct err *err);
/* After the socket became writable: did it connect? */
NODISCARD bool tcp_finish(int fd, struct err *err);
/* Both, and the wait between. */
NODISCARD bool tcp_connect(const struct address *to, uint16_t port, struct deadline until, int *out,
			   struct err *err);

#endif
