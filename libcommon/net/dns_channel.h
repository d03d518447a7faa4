/* dns_channel.h - c-ares as we use it: set up once, driven with poll(). For dns.c.
 *
 * A channel belongs to one thread and keeps its sockets. */
#ifndef NET_DNS_CHANNEL_H
#define NET_DNS_CHANNEL_H

#include <ares.h>

#include "base/buf.h"
#include "net/dns.h"

#define DNS_UDP_SIZE 1232 /* DNS flag day 2020: what passes every path unfragmented */

struct dns_channel {
	ares_channel ares; /* NULL: not open */
	bool believed;     /* its AD bit means something */
	int lack;          /* the errno of the last socket that could not be made; 0: none */
};

/* *out stays where it is while it is open: c-ares keeps a pointer to it. */
NODISCARD bool dns_channel_open(const struct resolver_options *options, struct dns_channel *out,
				struct err *err);
void dns_channel_close(struct dns_channel *channel);
/* Whom it asks: "192.0.2.1:53", several with commas. */
void dns_channel_servers(const struct dns_channel *channel, struct buf *text);
/* Waits for c-ares' sockets, its own timers, or the deadline, and lets it work. */
void dns_channel_work(struct dns_channel *channel, struct deadline until);

#endif
