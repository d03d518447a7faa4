/* proxy.h - SOCKS5 (RFC 1928), no authentication: "socks5h://HOST:PORT" lets the proxy resolve
 * names, "socks5://" gets addresses.
 *
 * The messages are pure functions; conn_open does the talking. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "net/address.h"

struct proxy {
	bool by_name;           /* socks5h: names go to the proxy */
	char host[256];         /* as given, for messages */
	struct address address; /* numeric, or what the system resolved it to */
	uint16_t port;
};

/* Resolves a host name of the proxy through libc once, at the start. */
NODISCARD bool proxy_parse(const char *url, struct proxy *out, struct err *err);

#define PROXY_REQUEST_MAX 264
/* CONNECT request for a name (host, when address is NULL or AF_UNSPEC) or an address; returns its
 * size. */
size_t proxy_request(const char *host, const struct address *address, uint16_t port,
		     unsigned char out[PROXY_REQUEST_MAX]);
/* RFC 1928, 6: how long the whole reply is once the first 5 octets are there; 0 when they are no
 * SOCKS5 reply. */
size_t proxy_reply_size(struct bytes head);
/* True: connected. False: the proxy's reason as refused, unreachable, timed out, policy. */
NODISCARD bool proxy_reply(struct bytes reply, struct err *err);

#endif
