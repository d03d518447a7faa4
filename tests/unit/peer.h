/* peer.h - a server for tests that has said all it will ever say before anybody asks: no threads,
 * no sleeps. */
#ifndef PEER_H
#define PEER_H

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
#define PEER_WAIT            0.05 /* who waits longer waits in vain */

struct peer {
	int fd;
	struct conn *conn;
};

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
	struct peer peer = { .fd = fds[0], .conn = conn_adopt(fds[1], deadline_in(PEER_WAIT)) };
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
