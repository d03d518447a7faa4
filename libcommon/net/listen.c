#include "net/listen.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "net/conn.h"

#define BACKLOG         256 /* 200 connections at once may all come in one burst */
#define PRIVILEGED_PORT 1024

static const struct address anywhere = { .family = AF_INET6 };
static const struct address anywhere_v4 = { .family = AF_INET };

bool listen_is_wildcard(const struct address *address)
{
	return address_equal(address, &anywhere) || address_equal(address, &anywhere_v4);
}

static bool read_port(const char *text, uint16_t *out)
{
	size_t digits = strspn(text, "0123456789");
	unsigned value = 0;
	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return false;
	for (; *text; text++)
		value = value * 10 + (unsigned)(*text - '0');
	*out = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* "" in front of ":PORT", "192.0.2.7", "[2001:db8::7]". Without brackets nobody could tell where an
 * IPv6 address ends. */
static bool read_address(const char *text, size_t size, struct address *out)
{
	char room[ADDRESS_TEXT_MAX + 2];
	if (size == 0) {
		*out = anywhere;
		return true;
	}
	if (size >= sizeof(room))
		return false;
	memcpy(room, text, size);
	room[size] = '\0';
	return (room[0] == '[' || !strchr(room, ':')) && address_parse(room, out);
}

bool listen_parse(const char *text, struct address *address, uint16_t *port, struct err *err)
{
	struct address parsed = anywhere;
	uint16_t number;
	const char *colon = strrchr(text, ':');
	if (!read_port(colon ? colon + 1 : text, &number))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "\"%s\" names no port to listen on: [ADDRESS:]PORT", text);
	if (colon && !read_address(text, (size_t)(colon - text), &parsed))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "\"%s\" is no address to listen on: 192.0.2.7:PORT, "
			       "[2001:db8::7]:PORT, or PORT alone for all of this machine's",
			       text);
	*address = parsed;
	*port = number;
	return true;
}

/* What stands in the way of socket(), bind() and listen(), in an operator's words. */
static bool explain(int number, const struct address *address, uint16_t port, struct err *err)
{
	char text[ADDRESS_TEXT_MAX];
	if (number == EADDRINUSE)
		return err_set(err, AT_TCP, ERR_SYSTEM,
			       "another program listens on port %u already (ss -ltnp shows which)",
			       port);
	if (number == EACCES && port < PRIVILEGED_PORT)
		return err_set(err, AT_TCP, ERR_SYSTEM,
			       "listening on port %u needs privileges (root, or "
			       "CAP_NET_BIND_SERVICE): it is below %d",
			       port, PRIVILEGED_PORT);
	if (number == EADDRNOTAVAIL)
		return err_set(err, AT_TCP, ERR_SYSTEM, "%s is no address of this machine",
			       address_text(address, text));
	snprintf(text, sizeof(text), "cannot listen on port %u", port);
	return conn_errno(err, AT_TCP, number, text);
}

/* The port that was given, or that the kernel chose. */
static bool port_of(int fd, uint16_t *out)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	struct address address;
	return getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
	       address_of_sockaddr((const struct sockaddr *)&name, &address, out);
}

static int open_at(const struct address *address, uint16_t port)
{
	struct sockaddr_storage name;
	socklen_t size = address_sockaddr(address, port, &name);
	CLEANUP(fd_close)
	int fd = socket(address->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return -1;
	/* Or the next run had to wait a minute for the connections of this one to be forgotten. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (address->family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ !listen_is_wildcard(address) },
			   sizeof(int));
	if (bind(fd, (const struct sockaddr *)&name, size) != 0 || listen(fd, BACKLOG) != 0)
		return -1;
	int out = fd;
	fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
	return out;
}

bool listen_open(const struct address *address, uint16_t *port, int *out, struct err *err)
{
	const struct address *at = address->family == AF_UNSPEC ? &anywhere : address;
	CLEANUP(fd_close) int fd = open_at(at, *port);
	/* A kernel without IPv6 has no such sockets, one that has it switched off no "::". */
	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL) &&
	    address_equal(at, &anywhere))
		fd = open_at(&anywhere_v4, *port);
	if (fd < 0 || !port_of(fd, port))
		return explain(errno, at, *port, err);
	*out = fd;
	fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): as above */
	return true;
}

/* ::ffff:192.0.2.7 is how a socket of both families shows an IPv4 peer: RFC 4291, 2.5.5.2. */
static struct address unmap(const struct address *address)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	struct address plain = { .family = AF_INET };
	if (address->family != AF_INET6 || memcmp(address->octets, prefix, sizeof(prefix)) != 0)
		return *address;
	memcpy(plain.octets, address->octets + sizeof(prefix), 4);
	return plain;
}

/* accept(2): what is wrong with a connection that came, and is gone again, is said in place of it.
 * The one behind it may be well. */
static bool is_stillborn(int number)
{
	return number == ECONNABORTED || number == EINTR || number == EPROTO ||
	       number == ENETDOWN || number == ENETUNREACH || number == EHOSTDOWN ||
	       number == EHOSTUNREACH || number == ENONET || number == ENOPROTOOPT;
}

bool listen_take(int listener, int *out, struct address *from, uint16_t *port, struct err *err)
{
	struct sockaddr_storage name;
	struct address peer;
	socklen_t size;
	int fd;
	do {
		size = sizeof(name);
		fd = accept4(listener, (struct sockaddr *)&name, &size,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (fd < 0 && is_stillborn(errno));
	if (fd < 0 && errno == EAGAIN)
		return err_set(err, AT_TCP, ERR_TIMEOUT, "no connection has come");
	if (fd < 0)
		return err_set(err, AT_TCP, ERR_SYSTEM, "cannot take a connection: %s",
			       strerrordesc_np(errno));
	/* As at tcp_start(). */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (!address_of_sockaddr((const struct sockaddr *)&name, &peer, port))
		*port = 0;
	*from = unmap(&peer);
	*out = fd;
	return true;
}

bool listen_is_local(const struct address *address)
{
	struct address wanted = unmap(address), own;
	struct ifaddrs *list;
	uint16_t port;
	bool found = listen_is_wildcard(&wanted) || address_is_loopback(&wanted);
	if (found || getifaddrs(&list) != 0)
		return found;
	for (const struct ifaddrs *at = list; at && !found; at = at->ifa_next)
		found = at->ifa_addr && address_of_sockaddr(at->ifa_addr, &own, &port) &&
			address_equal(&own, &wanted);
	freeifaddrs(list);
	return found;
}
