/* peer.h - a server for tests that has said all it will ever say before anybody asks: no threads,
 * no sleeps, no clock. Who waits for more waits in vain, so the time passes for him at once. */
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "unit.h"

#include "base/fd.h"
#include "net/conn.h"
#include "xmpp/ns.h"

#define PEER_OPEN                                                                                  \
	"<?xml version='1.0'?><stream:stream from='example.org' id='7' version='1.0' "             \
	"xml:lang='en' xmlns='jabber:client' xmlns:db='jabber:server:dialback' "                   \
	"xmlns:stream='" NS_STREAM "'>"
#define PEER_FEATURES        "<stream:features><starttls xmlns='" NS_TLS "'/></stream:features>"
#define PEER_ERROR(children) "<stream:error>" children "</stream:error></stream:stream>"
#define PEER_SECONDS         60.0 /* for what was said: none that is well needs them */

struct peer {
	int fd;
	struct conn *conn;
};

/* As long as it takes; "within 1 s", should it be said. */
static inline struct deadline peer_deadline(void)
{
	struct deadline until = deadline_in(PEER_SECONDS);
	until.seconds = 1;
	return until;
}

/* Nothing is there, not even the end. */
static inline bool peer_is_silent(const struct conn *conn)
{
	char octet;
	ssize_t got = recv(conn_fd(conn), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	return got < 0 && errno == EAGAIN;
}

static inline bool peer_read(void *state, struct conn *conn, void *data, size_t room, size_t *got,
			     struct err *err)
{
	struct deadline until = conn_deadline(conn);
	(void)state;
	if (peer_is_silent(conn)) {
		until.at_ns = clock_ns();
		conn_set_deadline(conn, until);
	}
	if (!conn_wait(conn, POLLIN, NULL, err))
		return false;
	ssize_t size = recv(conn_fd(conn), data, room, MSG_DONTWAIT);
	if (size < 0)
		return conn_errno(err, conn_stage(conn), errno, NULL);
	*got = (size_t)size;
	return true;
}

static inline bool peer_write(void *state, struct conn *conn, const void *data, size_t size,
			      struct err *err)
{
	(void)state;
	if (!conn_wait(conn, POLLOUT, NULL, err))
		return false;
	ssize_t sent = send(conn_fd(conn), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0)
		return conn_errno(err, conn_stage(conn), errno, NULL);
	assert_int_equal(sent, size); /* there is room for all that is said here */
	return true;
}

static inline bool peer_has_input(void *state, struct conn *conn)
{
	char octet;
	(void)state;
	return recv(conn_fd(conn), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static inline void peer_leave(void *state, struct conn *conn)
{
	(void)state;
	(void)conn;
}

/* Both ends of a socket pair. */
static inline struct peer peer_of(const int fds[2])
{
	static const struct conn_ops ops = { peer_read, peer_write, peer_leave, peer_has_input };
	struct peer peer = { .fd = fds[0], .conn = conn_adopt(fds[1], peer_deadline()) };
	conn_swap(peer.conn, &ops, NULL);
	return peer;
}

static inline void peer_close(struct peer *peer)
{
	conn_close(&peer->conn);
	fd_close(&peer->fd);
}

static inline void peer_say(struct peer *peer, const char *text)
{
	assert_int_equal(write(peer->fd, text, strlen(text)), strlen(text));
}

static inline struct peer peer_new(const char *text, bool closed)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	struct peer peer = peer_of(fds);
	peer_say(&peer, text);
	if (closed)
		shutdown(peer.fd, SHUT_WR);
	return peer;
}

/* What was said to it since it was last asked. */
static inline const char *peer_heard(struct peer *peer, char out[4096])
{
	ssize_t size = recv(peer->fd, out, 4095, MSG_DONTWAIT);
	out[size > 0 ? size : 0] = '\0';
	return out;
}

#endif
