/* conn.h - a byte stream to one endpoint: in clear first, TLS later, through the same four
 * functions.
 *
 * Owned by one thread. Knows nothing of TLS: it holds an operations pointer that tls/session swaps.
 * Every wait obeys the deadline given at the start. SIGPIPE is never raised. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/err.h"
#include "net/endpoint.h"
#include "net/proxy.h"
#include "net/tap.h"

/* How to reach the world; built from the options once, const and shared. */
struct net {
	const struct proxy *proxy; /* NULL: straight */
};

struct conn;

/* TCP connect (RFC 6298 is the kernel's) or through the proxy, by address or by name. err names
 * refused, timed out, unreachable, no route, reset. */
NODISCARD bool conn_open(const struct net *net, const struct endpoint *at, struct deadline until,
			 struct conn **out, struct err *err);
/* RFC 8305 over several endpoints of one host and port: attempts 250 ms apart, families alternate,
 * first to connect wins. *winner is its index. On failure errs[i] says why endpoint i failed (all
 * causes are kept). */
NODISCARD bool conn_race(const struct net *net, const struct endpoint *at, size_t count,
			 struct deadline until, struct conn **out, size_t *winner,
			 struct err *errs);
/* Takes over a connected socket. */
struct conn *conn_adopt(int fd, struct deadline until);
/* Ends TLS as its operations do, then closes the socket. */
void conn_close(struct conn **conn);

/* At least one octet, at most room. *got == 0: the peer closed in order. */
NODISCARD bool conn_read(struct conn *conn, void *data, size_t room, size_t *got, struct err *err);
/* All of it. */
NODISCARD bool conn_write(struct conn *conn, const void *data, size_t size, struct err *err);
/* Octets have arrived that were not read yet, found out without waiting: what stands behind
 * <proceed/>. Inside TLS they have left the socket already, and may be less than a record or one
 * without data, so that a read waits all the same; what still lies in the socket, conn_fd() shows.
 */
bool conn_has_input(struct conn *conn);

/* Taps see traffic from here on, in the order they were added; at most two. */
void conn_add_tap(struct conn *conn, const struct tap *tap);
/* From here on nobody watches: octets that are neither text nor inside TLS. */
void conn_remove_taps(struct conn *conn);
void conn_tap(struct conn *conn, enum tap_event event, const void *data, size_t size);

int conn_fd(const struct conn *conn);
/* Whoever waited for an octet from there waited in vain, TLS or not. */
bool conn_is_silent(const struct conn *conn);
/* For who polls conn_fd() himself: before he waits, what came so far is acknowledged. */
void conn_acknowledge(const struct conn *conn);
struct deadline conn_deadline(const struct conn *conn);
/* A new deadline for what follows (another step of a longer life, such as a closing handshake). */
void conn_set_deadline(struct conn *conn, struct deadline until);
/* The stage that errors of this connection name: AT_STREAM until told otherwise. */
void conn_set_stage(struct conn *conn, enum err_stage stage);
enum err_stage conn_stage(const struct conn *conn);

/* For tls/session: what replaces plain reads and writes. state is closed with the connection; close
 * must not wait longer than the deadline. */
struct conn_ops {
	bool (*read)(void *state, struct conn *conn, void *data, size_t room, size_t *got,
		     struct err *err);
	bool (*write)(void *state, struct conn *conn, const void *data, size_t size,
		      struct err *err);
	void (*close)(void *state, struct conn *conn);
	bool (*has_input)(void *state, struct conn *conn); /* conn_has_input() behind the swap */
};
void conn_swap(struct conn *conn, const struct conn_ops *ops, void *state);
/* The state, if these are its operations; NULL otherwise. */
void *conn_swapped(const struct conn *conn, const struct conn_ops *ops);

/* For tls/session: plain, non-waiting socket I/O is gnutls' own; waiting is here. False and err on
 * timeout: "WHAT: no answer within 10 s", or without WHAT when what is NULL. */
NODISCARD bool conn_wait(struct conn *conn, short events, const char *what, struct err *err);
/* Turns errno of a socket call into an err: reset, timed out, unreachable ... with "WHAT: " in
 * front unless what is NULL. Always false. */
bool conn_errno(struct err *err, enum err_stage stage, int number, const char *what);

#endif
