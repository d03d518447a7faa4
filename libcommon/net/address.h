/* address.h - an IPv4 or IPv6 address as plain data. Pure; any thread. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attr.h"

struct address {
	int family; /* AF_INET, AF_INET6; AF_UNSPEC: none known (a name only the proxy can resolve)
		     */
	uint8_t octets[16];
};

#define ADDRESS_TEXT_MAX 48

/* Numeric text without brackets into out; "" for AF_UNSPEC. Returns out. */
const char *address_text(const struct address *address, char out[ADDRESS_TEXT_MAX]);
/* Numeric text, IPv6 with or without brackets. */
NODISCARD bool address_parse(const char *text, struct address *out);
bool address_is_loopback(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);
/* Of its octets: to keep many of them apart. */
uint32_t address_hash(const struct address *address);
socklen_t address_sockaddr(const struct address *address, uint16_t port,
			   struct sockaddr_storage *out);
/* The way back. False: neither IPv4 nor IPv6; address is AF_UNSPEC then, and port 0. */
bool address_of_sockaddr(const struct sockaddr *from, struct address *address, uint16_t *port);

/* "HOST", "HOST:PORT", "[IPV6]:PORT", "IPV6"; port is left alone when none is given. host goes into
 * room of at least 256. */
NODISCARD bool host_port_parse(const char *text, char host[256], uint16_t *port);

#endif
