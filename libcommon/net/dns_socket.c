#include "net/dns_socket.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static ares_socket_t open_socket(int family, int type, int protocol, void *state)
{
	int *lack = state;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	*lack = fd < 0 ? errno : 0;
	return fd;
}

static int close_socket(ares_socket_t fd, void *state)
{
	(void)state;
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t size,
			  void *state)
{
	(void)state;
	return connect(fd, to, size);
}

static ares_ssize_t receive(ares_socket_t fd, void *data, size_t room, int flags,
			    struct sockaddr *from, ares_socklen_t *size, void *state)
{
	(void)state;
	return recvfrom(fd, data, room, flags, from, size);
}

static ares_ssize_t send_pieces(ares_socket_t fd, const struct iovec *pieces, int count,
				void *state)
{
	(void)state;
	/* sendmsg() only reads them, whatever its type says. */
	const struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)pieces,
					.msg_iovlen = (size_t)count };
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

void dns_socket_use(ares_channel channel, int *lack)
{
	static const struct ares_socket_functions functions = {
		.asocket = open_socket,
		.aclose = close_socket,
		.aconnect = connect_socket,
		.arecvfrom = receive,
		.asendv = send_pieces,
	};
	ares_set_socket_functions(channel, &functions, lack);
}
