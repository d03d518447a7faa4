/* dns_socket.h - the sockets c-ares talks through: as its own, but for SIGPIPE, which a resolver
 * that goes away in the middle of a TCP answer would raise (c-ares 1.18 writes with writev), and
 * which would end the program without a word. For dns.c. */
#ifndef NET_DNS_SOCKET_H
#define NET_DNS_SOCKET_H

#include <ares.h>

/* *lack: the errno of the last socket that could not be made, 0 when it could. */
void dns_socket_use(ares_channel channel, int *lack);

#endif
