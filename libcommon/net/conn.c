#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/memory.h"
#include "net/tcp.h"

#define TAPS_MAX 2 /* the -v log and the recorder */

struct conn {
	int fd;
	struct deadline until;
	enum err_stage stage;
	const struct conn_ops *ops; /* NULL: in clear */
	void *state;
	const struct tap *taps[TAPS_MAX];
	size_t tap_count;
	bool heard; /* something came, if only the end */
};

/* errno in an operator's words; anything rarer is this machine's trouble, in the system's words. */
static const struct cause {
	int number;
	enum err_code code;
	const char *text;
} causes[] = {
	{ ECONNREFUSED, ERR_REFUSED, "connection refused" },
	{ ETIMEDOUT, ERR_TIMEOUT, "no answer before this system gave up" },
	{ ENETUNREACH, ERR_NO_ROUTE,
	  "no route to host from this machine (ENETUNREACH: no IPv6 here?)" },
	{ EADDRNOTAVAIL, ERR_NO_ROUTE, "no route to host from this machine (no local address)" },
	{ EAFNOSUPPORT, ERR_NO_ROUTE, "this machine does not have this address family" },
	{ EHOSTUNREACH, ERR_UNREACHABLE, "host unreachable" },
	{ EHOSTDOWN, ERR_UNREACHABLE, "host is down" },
	{ ECONNRESET, ERR_RESET, "connection reset by the peer" },
	{ EPIPE, ERR_CLOSED, "connection closed by the peer" },
	{ EACCES, ERR_SYSTEM, "this machine does not permit the connection (firewall?)" },
	{ EPERM, ERR_SYSTEM, "this machine does not permit the connection (firewall?)" },
	{ EMFILE, ERR_SYSTEM, "too many open files: fewer jobs, or a higher limit (ulimit -n)" },
	{ ENFILE, ERR_SYSTEM, "too many open files on this machine" },
};

bool conn_errno(struct err *err, enum err_stage stage, int number, const char *what)
{
	struct cause cause = { number, ERR_SYSTEM, strerrordesc_np(number) };
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].number == number)
			cause = causes[i];
	}
	if (!cause.text)
		cause.text = "unknown system error";
	return err_set(err, stage, cause.code, "%s%s%s", what ? what : "", what ? ": " : "",
		       cause.text);
}

struct conn *conn_adopt(int fd, struct deadline until)
{
	struct conn *conn = memory_new(sizeof(*conn));
	*conn = (struct conn){ .fd = fd, .until = until, .stage = AT_STREAM };
	return conn;
}

void conn_close(struct conn **conn)
{
	if (!*conn)
		return;
	if ((*conn)->ops)
		(*conn)->ops->close((*conn)->state, *conn);
	fd_close(&(*conn)->fd);
	free(*conn);
	*conn = NULL;
}

bool conn_is_silent(const struct conn *conn)
{
	return !conn->heard;
}

/* Who writes twice and has Nagle on waits for our acknowledgement between: Prosody after its
 * session tickets, 40 ms with an acknowledgement delayed as usual. The kernel forgets this wish, so
 * it is made again and again. */
void conn_acknowledge(const struct conn *conn)
{
	setsockopt(conn->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
}

bool conn_wait(struct conn *conn, short events, const char *what, struct err *err)
{
	if (events & POLLIN)
		conn_acknowledge(conn);
	if (deadline_wait(conn->until, conn->fd, events) == WAIT_READY) {
		conn->heard = conn->heard || (events & POLLIN);
		return true;
	}
	return err_set(err, conn->stage, ERR_TIMEOUT, "%s%sno answer within %d s", what ? what : "",
		       what ? ": " : "", conn->until.seconds);
}

/* Looks at the deadline before it reads: a peer that always has one octet more must not live for
 * ever. */
static bool read_clear(struct conn *conn, void *data, size_t room, size_t *got, struct err *err)
{
	for (;;) {
		if (!conn_wait(conn, POLLIN, NULL, err))
			return false;
		ssize_t size = recv(conn->fd, data, room, MSG_DONTWAIT);
		if (size >= 0) {
			*got = (size_t)size;
			return true;
		}
		if (errno != EAGAIN && errno != EINTR)
			return conn_errno(err, conn->stage, errno, NULL);
	}
}

/* Most of what we say fits at once, so it is tried before it is waited for. */
static bool write_clear(struct conn *conn, const void *data, size_t size, struct err *err)
{
	const char *at = data;
	while (size > 0) {
		ssize_t sent = -1;
		errno = EAGAIN; /* when the time is over: conn_wait() says so */
		if (!deadline_time_is_up(conn->until))
			sent = send(conn->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent >= 0) {
			at += sent;
			size -= (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			return conn_errno(err, conn->stage, errno, NULL);
		} else if (!conn_wait(conn, POLLOUT, NULL, err)) {
			return false;
		}
	}
	return true;
}

bool conn_read(struct conn *conn, void *data, size_t room, size_t *got, struct err *err)
{
	assert(room > 0);
	size_t size = 0;
	struct err failure;
	bool done = conn->ops ? conn->ops->read(conn->state, conn, data, room, &size, &failure)
			      : read_clear(conn, data, room, &size, &failure);
	if (!done) {
		if (failure.code == ERR_RESET)
			conn_tap(conn, TAP_RESET, NULL, 0);
		*err = failure;
		return false;
	}
	conn_tap(conn, size > 0 ? TAP_RECEIVED : TAP_CLOSED, data, size);
	*got = size;
	return true;
}

/* Tapped once it is gone: what could not be sent was not said. */
bool conn_write(struct conn *conn, const void *data, size_t size, struct err *err)
{
	struct err failure;
	if (size == 0)
		return true;
	bool done = conn->ops ? conn->ops->write(conn->state, conn, data, size, &failure)
			      : write_clear(conn, data, size, &failure);
	if (done) {
		conn_tap(conn, TAP_SENT, data, size);
		return true;
	}
	if (failure.code == ERR_RESET)
		conn_tap(conn, TAP_RESET, NULL, 0);
	*err = failure;
	return false;
}

bool conn_has_input(struct conn *conn)
{
	char octet;
	if (conn->ops)
		return conn->ops->has_input(conn->state, conn);
	return recv(conn->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

void conn_add_tap(struct conn *conn, const struct tap *tap)
{
	assert(conn->tap_count < TAPS_MAX);
	conn->taps[conn->tap_count++] = tap;
}

void conn_remove_taps(struct conn *conn)
{
	conn->tap_count = 0;
}

void conn_tap(struct conn *conn, enum tap_event event, const void *data, size_t size)
{
	for (size_t i = 0; i < conn->tap_count; i++)
		conn->taps[i]->see(conn->taps[i]->self, event, data, size);
}

int conn_fd(const struct conn *conn)
{
	return conn->fd;
}

struct deadline conn_deadline(const struct conn *conn)
{
	return conn->until;
}

void conn_set_deadline(struct conn *conn, struct deadline until)
{
	conn->until = until;
}

void conn_set_stage(struct conn *conn, enum err_stage stage)
{
	conn->stage = stage;
}

enum err_stage conn_stage(const struct conn *conn)
{
	return conn->stage;
}

void conn_swap(struct conn *conn, const struct conn_ops *ops, void *state)
{
	conn->ops = ops;
	conn->state = state;
}

void *conn_swapped(const struct conn *conn, const struct conn_ops *ops)
{
	return conn->ops == ops ? conn->state : NULL;
}
