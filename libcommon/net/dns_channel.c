#include "net/dns_channel.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "net/dns_socket.h"

#define DNS_PORT 53
#define TRIES    2
#define TRY_MS   2500 /* c-ares waits 9/16 to 15/16 of it, on the second try of twice as much */

static void library_init(void)
{
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		memory_exhausted(); /* the only way it can fail here */
}

static bool set_server(ares_channel channel, const char *server, struct err *err)
{
	char host[256];
	uint16_t port = DNS_PORT;
	struct address address;
	if (!host_port_parse(server, host, &port) || !address_parse(host, &address))
		return err_set(err, AT_DNS, ERR_USAGE,
			       "resolver \"%s\" is no ADDRESS or ADDRESS:PORT", server);
	struct ares_addr_port_node node = {
		.family = address.family,
		.udp_port = port,
		.tcp_port = port,
	};
	memcpy(&node.addr, address.octets, sizeof(address.octets));
	int rc = ares_set_servers_ports(channel, &node);
	if (rc != ARES_SUCCESS)
		return err_set(err, AT_DNS, ERR_DNS, "resolver \"%s\": %s", server,
			       ares_strerror(rc));
	return true;
}

/* Only a path that never leaves this machine keeps the AD bit from being forged. */
static bool all_on_loopback(ares_channel channel)
{
	struct ares_addr_port_node *servers = NULL;
	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return false;
	bool all = servers != NULL;
	for (const struct ares_addr_port_node *at = servers; at; at = at->next) {
		struct address address = { .family = at->family };
		memcpy(address.octets, &at->addr, at->family == AF_INET6 ? 16 : 4);
		all = all && address_is_loopback(&address);
	}
	ares_free_data(servers);
	return all;
}

bool dns_channel_open(const struct resolver_options *options, struct dns_channel *out,
		      struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, library_init);
	/* NOCHECKRESP: SERVFAIL and REFUSED are answers to us, not reasons to ask elsewhere. */
	struct ares_options init = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP |
			 ARES_FLAG_EDNS,
		.timeout = TRY_MS,
		.tries = TRIES,
		.ednspsz = DNS_UDP_SIZE,
	};
	ares_channel ares;
	int rc = ares_init_options(&ares, &init,
				   ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
					   ARES_OPT_EDNSPSZ);
	if (rc != ARES_SUCCESS)
		return err_set(err, AT_DNS, ERR_DNS, "the system's resolver configuration: %s",
			       ares_strerror(rc));
	dns_socket_use(ares, &out->lack);
	if (options->server && !set_server(ares, options->server, err)) {
		ares_destroy(ares);
		return false;
	}
	out->ares = ares;
	out->believed = options->trust_ad || all_on_loopback(ares);
	return true;
}

void dns_channel_close(struct dns_channel *channel)
{
	if (channel->ares)
		ares_destroy(channel->ares);
	channel->ares = NULL;
}

void dns_channel_servers(const struct dns_channel *channel, struct buf *text)
{
	struct ares_addr_port_node *servers = NULL;
	if (ares_get_servers_ports(channel->ares, &servers) != ARES_SUCCESS)
		return;
	for (const struct ares_addr_port_node *at = servers; at; at = at->next) {
		char host[ADDRESS_TEXT_MAX];
		struct address address = { .family = at->family };
		memcpy(address.octets, &at->addr, at->family == AF_INET6 ? 16 : 4);
		address_text(&address, host);
		buf_printf(text, at->family == AF_INET6 ? "%s[%s]:%d" : "%s%s:%d",
			   at == servers ? "" : ", ", host, at->udp_port ? at->udp_port : DNS_PORT);
	}
	ares_free_data(servers);
}

void dns_channel_work(struct dns_channel *channel, struct deadline until)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	struct pollfd polled[ARES_GETSOCK_MAXNUM];
	unsigned bits = (unsigned)ares_getsock(channel->ares, sockets, ARES_GETSOCK_MAXNUM);
	nfds_t count = 0;
	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		short events = 0;
		/* ARES_GETSOCK_WRITABLE would shift 1 into the sign bit. */
		if (bits >> i & 1)
			events |= POLLIN;
		if (bits >> i >> ARES_GETSOCK_MAXNUM & 1)
			events |= POLLOUT;
		if (events)
			polled[count++] = (struct pollfd){ .fd = sockets[i], .events = events };
	}
	int left = deadline_left_ms(until);
	struct timeval limit = { left / 1000, left % 1000 * 1000 }, timer;
	const struct timeval *wait = ares_timeout(channel->ares, &limit, &timer);
	int ms = (int)(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000);
	int ready = poll(polled, count, ms);
	if (ready <= 0)
		ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	for (nfds_t i = 0; ready > 0 && i < count; i++) {
		short got = polled[i].revents, wanted = polled[i].events;
		if (!got)
			continue;
		/* An error is read off the socket by whichever call was due. */
		bool failed = got & (POLLERR | POLLHUP);
		bool in = (got & POLLIN) || (failed && (wanted & POLLIN));
		bool out = (got & POLLOUT) || (failed && (wanted & POLLOUT));
		ares_process_fd(channel->ares, in ? polled[i].fd : ARES_SOCKET_BAD,
				out ? polled[i].fd : ARES_SOCKET_BAD);
	}
}
