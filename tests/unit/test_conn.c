#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/fd.h"
#include "net/conn.h"

/* Closed at the end; clang calls a variable that only its closer uses unused. */
#define LISTENER CLEANUP(fd_close) __attribute__((unused))

/* --- ends of connections --- */

static void pair(struct deadline until, struct conn **ours, int *theirs)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
			 0);
	*ours = conn_adopt(fds[0], until);
	*theirs = fds[1];
}

static struct endpoint endpoint_at(uint16_t port)
{
	struct endpoint at = { .host = "xmpp.example.org", .port = port };
	at.address = (struct address){ AF_INET, { 127, 0, 0, 1 } };
	return at;
}

/* A listener on a free port of loopback. */
static int listen_somewhere(struct endpoint *at)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(0x7f000001) } };
	socklen_t size = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	*at = endpoint_at(ntohs(name.sin_port));
	return fd;
}

/* tcpmux, where nobody listens: a port that was free a moment ago may be another test's by now. */
static struct endpoint closed_endpoint(void)
{
	return endpoint_at(1);
}

/* A listener whose queue is full: it answers nobody. */
static int full_listener(struct endpoint *at, int fillers[4])
{
	struct sockaddr_storage name;
	int fd = listen_somewhere(at);
	assert_int_equal(listen(fd, 0), 0);
	socklen_t size = address_sockaddr(&at->address, at->port, &name);
	for (int i = 0; i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&name, size);
	}
	return fd;
}

static void close_all(int fillers[4])
{
	for (int i = 0; i < 4; i++)
		fd_close(&fillers[i]);
}

/* --- taps --- */

struct watcher {
	struct buf seen;
};

static void watch(void *self, enum tap_event event, const void *data, size_t size)
{
	static const char *const marks[] = {
		[TAP_SENT] = ">",        [TAP_RECEIVED] = "<", [TAP_TLS] = "T",
		[TAP_TLS_MESSAGE] = "M", [TAP_CLOSED] = ".",   [TAP_RESET] = "!",
	};
	struct watcher *watcher = self;
	buf_text(&watcher->seen, marks[event]);
	buf_add(&watcher->seen, data, size);
}

/* --- in clear --- */

static void carries_octets_both_ways(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	CLEANUP(fd_close) int peer = -1;
	struct watcher watchers[2] = { { buf_new(100) }, { buf_new(100) } };
	struct tap taps[] = { { watch, &watchers[0] }, { watch, &watchers[1] } };
	char data[16];
	size_t got;
	struct err err = { 0 };
	pair(deadline_in(10), &conn, &peer);
	conn_add_tap(conn, &taps[0]);
	assert_true(conn_write(conn, "hello", 5, &err));
	assert_int_equal(read(peer, data, sizeof(data)), 5);
	assert_memory_equal(data, "hello", 5);
	conn_add_tap(conn, &taps[1]);
	assert_int_equal(write(peer, "world!", 6), 6);
	assert_true(conn_read(conn, data, 5, &got, &err)); /* no more than there is room */
	assert_int_equal(got, 5);
	assert_true(conn_has_input(conn));
	assert_true(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(got, 1);
	assert_false(conn_has_input(conn));
	fd_close(&peer);
	assert_false(conn_has_input(conn)); /* an end is no octet */
	assert_true(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(got, 0);
	conn_tap(conn, TAP_TLS, "1.3", 3);
	assert_true(conn_write(conn, "", 0, &err)); /* nothing is nothing, even to nobody */
	assert_string_equal(buf_string(&watchers[0].seen), ">hello<world<!.T1.3");
	assert_string_equal(buf_string(&watchers[1].seen), "<world<!.T1.3");
	buf_free(&watchers[0].seen);
	buf_free(&watchers[1].seen);
}

#define MUCH (4 * 1024 * 1024) /* more than any socket buffer */

static void *drain(void *arg)
{
	int fd = *(int *)arg;
	size_t total = 0;
	char data[65536];
	for (;;) {
		struct pollfd polled = { fd, POLLIN, 0 };
		poll(&polled, 1, -1);
		ssize_t size = read(fd, data, sizeof(data));
		if (size <= 0)
			return (void *)total;
		total += (size_t)size;
	}
}

static void writes_all_of_it(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	CLEANUP(fd_close) int peer = -1;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	pthread_t thread;
	void *total;
	struct err err = { 0 };
	pair(deadline_in(60), &conn, &peer);
	assert_int_equal(pthread_create(&thread, NULL, drain, &peer), 0);
	assert_true(conn_write(conn, arena_alloc(mem, MUCH), MUCH, &err));
	conn_close(&conn);
	pthread_join(thread, &total);
	assert_int_equal((size_t)total, MUCH);
}

static void gives_up_at_the_deadline(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	CLEANUP(fd_close) int peer = -1;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char data[16];
	size_t got = 99;
	struct err err = { 0 };
	pair(deadline_in(0.05), &conn, &peer);
	conn_set_stage(conn, AT_STARTTLS);
	assert_int_equal(conn_stage(conn), AT_STARTTLS);
	assert_false(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(err.stage, AT_STARTTLS);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_string_equal(err.text, "no answer within 1 s");
	assert_int_equal(got, 99);
	/* A slow drip does not live for ever: what comes after the deadline does not count. */
	assert_int_equal(write(peer, "late", 4), 4);
	assert_false(conn_read(conn, data, sizeof(data), &got, &err));
	conn_set_deadline(conn, deadline_in(10));
	assert_int_equal(conn_deadline(conn).seconds, 10);
	assert_true(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(got, 4);
	/* A peer that does not read. */
	conn_set_deadline(conn, deadline_in(0.05));
	assert_false(conn_write(conn, arena_alloc(mem, MUCH), MUCH, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_false(conn_wait(conn, POLLOUT, "TLS handshake", &err));
	assert_string_equal(err.text, "TLS handshake: no answer within 1 s");
}

static void tells_reset_from_closed(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	struct endpoint at;
	LISTENER int listener = listen_somewhere(&at);
	struct watcher watcher = { buf_new(100) };
	struct tap tap = { watch, &watcher };
	char data[16];
	size_t got;
	struct err err = { 0 };
	assert_true(conn_open(&(struct net){ 0 }, &at, deadline_in(10), &conn, &err));
	conn_add_tap(conn, &tap);
	int peer = accept(listener, NULL, NULL);
	struct linger hard = { 1, 0 };
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	fd_close(&peer);
	assert_false(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(err.stage, AT_STREAM);
	assert_int_equal(err.code, ERR_RESET);
	assert_string_equal(buf_string(&watcher.seen), "!");
	/* Writing to it raises no SIGPIPE, which would end this test. */
	assert_false(conn_write(conn, "x", 1, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	buf_free(&watcher.seen);
}

static const struct errno_row {
	int number;
	enum err_code code;
} errno_rows[] = {
	{ ECONNREFUSED, ERR_REFUSED },
	{ ETIMEDOUT, ERR_TIMEOUT },
	{ ENETUNREACH, ERR_NO_ROUTE },
	{ EADDRNOTAVAIL, ERR_NO_ROUTE },
	{ EHOSTUNREACH, ERR_UNREACHABLE },
	{ ECONNRESET, ERR_RESET },
	{ EPIPE, ERR_CLOSED },
	{ EMFILE, ERR_SYSTEM },
	{ EIO, ERR_SYSTEM },
	{ 99999, ERR_SYSTEM },
};

static void says_what_errno_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errno_rows); i++) {
		struct err err = { 0 };
		assert_false(conn_errno(&err, AT_TLS, errno_rows[i].number, "handshake"));
		assert_int_equal(err.stage, AT_TLS);
		assert_int_equal(err.code, errno_rows[i].code);
		assert_int_equal(strncmp(err.text, "handshake: ", 11), 0);
		assert_false(conn_errno(&err, AT_TLS, errno_rows[i].number, NULL));
		assert_null(strchr(err.text, '%'));
		assert_true(strlen(err.text) > 5);
	}
}

/* --- through operations --- */

struct fake {
	const char *answer;
	int closed;
};

static bool fake_read(void *state, struct conn *conn, void *data, size_t room, size_t *got,
		      struct err *err)
{
	struct fake *fake = state;
	(void)room;
	if (!fake->answer)
		return err_set(err, conn_stage(conn), ERR_RESET, "reset");
	*got = strlen(fake->answer);
	memcpy(data, fake->answer, *got);
	return true;
}

static bool fake_write(void *state, struct conn *conn, const void *data, size_t size,
		       struct err *err)
{
	(void)state;
	(void)data;
	return size < 10 || err_set(err, conn_stage(conn), ERR_CLOSED, "closed");
}

static void fake_close(void *state, struct conn *conn)
{
	struct fake *fake = state;
	assert_true(conn_fd(conn) >= 0); /* there is still a socket to say goodbye through */
	fake->closed++;
}

static bool fake_has_input(void *state, struct conn *conn)
{
	struct fake *fake = state;
	(void)conn;
	return fake->answer != NULL;
}

static void hands_over_to_its_operations(void **state)
{
	(void)state;
	static const struct conn_ops ops = { fake_read, fake_write, fake_close, fake_has_input };
	struct fake fake = { .answer = "secret" };
	CLEANUP(conn_close) struct conn *conn = NULL;
	CLEANUP(fd_close) int peer = -1;
	struct watcher watcher = { buf_new(100) };
	struct tap tap = { watch, &watcher };
	char data[16];
	size_t got;
	struct err err = { 0 };
	pair(deadline_in(10), &conn, &peer);
	conn_add_tap(conn, &tap);
	conn_swap(conn, &ops, &fake);
	assert_int_equal(write(peer, "x", 1), 1);
	assert_true(
		conn_has_input(conn)); /* theirs to say: what lies on the wire is not in clear */
	assert_true(conn_read(conn, data, sizeof(data), &got, &err));
	assert_int_equal(got, 6);
	assert_true(conn_write(conn, "ask", 3, &err));
	assert_false(conn_write(conn, "0123456789", 10, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	fake.answer = NULL;
	assert_false(conn_has_input(conn));
	assert_false(conn_read(conn, data, sizeof(data), &got, &err));
	assert_string_equal(buf_string(&watcher.seen), "<secret>ask!");
	assert_int_equal(read(conn_fd(conn), data, 1), 1); /* or closing would reset */
	conn_close(&conn);
	assert_null(conn);
	assert_int_equal(fake.closed, 1);
	conn_close(&conn);
	assert_int_equal(fake.closed, 1);
	assert_int_equal(read(peer, data, 1), 0);
	buf_free(&watcher.seen);
}

/* --- connecting --- */

static void connects(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	struct endpoint at;
	LISTENER int listener = listen_somewhere(&at);
	struct err err = { 0 };
	assert_true(conn_open(&(struct net){ 0 }, &at, deadline_in(10), &conn, &err));
	int on = 0;
	socklen_t size = sizeof(on);
	getsockopt(conn_fd(conn), IPPROTO_TCP, TCP_NODELAY, &on, &size);
	assert_true(on);
	assert_true(fcntl(conn_fd(conn), F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(conn_fd(conn), F_GETFL) & O_NONBLOCK);
	assert_int_equal(conn_stage(conn), AT_STREAM);
}

static void says_why_it_did_not_connect(void **state)
{
	(void)state;
	struct conn *conn = NULL;
	struct endpoint at = closed_endpoint(), nowhere = { .host = "a", .port = 1 }, full;
	struct err err = { 0 };
	int fillers[4];
	assert_false(conn_open(&(struct net){ 0 }, &at, deadline_in(10), &conn, &err));
	assert_int_equal(err.stage, AT_TCP);
	assert_int_equal(err.code, ERR_REFUSED);
	assert_string_equal(err.text, "connection refused");
	assert_false(conn_open(&(struct net){ 0 }, &nowhere, deadline_in(10), &conn, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	LISTENER int listener = full_listener(&full, fillers);
	assert_false(conn_open(&(struct net){ 0 }, &full, deadline_in(0.1), &conn, &err));
	assert_int_equal(err.stage, AT_TCP);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_null(conn);
	close_all(fillers);
}

static void races_to_the_first_that_answers(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	struct endpoint at[3];
	int fillers[4];
	at[0] = closed_endpoint();
	LISTENER int silent = full_listener(&at[1], fillers);
	LISTENER int listener = listen_somewhere(&at[2]);
	struct err errs[3];
	size_t winner = 99;
	double started = clock_ms();
	assert_true(conn_race(&(struct net){ 0 }, at, 3, deadline_in(10), &conn, &winner, errs));
	double elapsed = clock_ms() - started;
	assert_int_equal(winner, 2);
	assert_int_equal(errs[0].code, ERR_REFUSED); /* at once, so the next started at once */
	assert_int_equal(errs[1].code, ERR_NONE);
	assert_true(elapsed >= 240); /* after the 250 ms the silent one had for itself */
	CLEANUP(fd_close) int peer = accept(listener, NULL, NULL);
	struct err err;
	assert_true(conn_write(conn, "x", 1, &err));
	char octet;
	assert_int_equal(recv(peer, &octet, 1, 0), 1);
	close_all(fillers);
}

static void keeps_all_causes_of_a_lost_race(void **state)
{
	(void)state;
	struct conn *conn = NULL;
	struct endpoint at[3];
	int fillers[4];
	at[0] = closed_endpoint();
	LISTENER int silent = full_listener(&at[1], fillers);
	at[2] = closed_endpoint();
	struct err errs[3];
	size_t winner = 99;
	assert_false(conn_race(&(struct net){ 0 }, at, 3, deadline_in(2), &conn, &winner, errs));
	assert_int_equal(errs[0].code, ERR_REFUSED);
	assert_int_equal(errs[1].code, ERR_TIMEOUT);
	assert_int_equal(errs[2].code, ERR_REFUSED);
	assert_false(
		conn_race(&(struct net){ 0 }, at + 1, 2, deadline_in(0.1), &conn, &winner, errs));
	assert_int_equal(errs[0].code, ERR_TIMEOUT);
	assert_int_equal(errs[1].code, ERR_TIMEOUT);
	assert_non_null(strstr(errs[1].text, "not tried"));
	assert_false(conn_race(&(struct net){ 0 }, at, 0, deadline_in(1), &conn, &winner, errs));
	assert_int_equal(winner, 99);
	assert_null(conn);
	close_all(fillers);
}

/* Given 4, 4, 6 the order is 4, 6, 4: the 6 fails before the second 4 is tried. */
static void lets_families_take_turns(void **state)
{
	(void)state;
	CLEANUP(conn_close) struct conn *conn = NULL;
	struct endpoint at[3];
	at[0] = closed_endpoint();
	LISTENER int listener = listen_somewhere(&at[1]);
	at[2] = closed_endpoint();
	at[2].address = (struct address){ AF_INET6, { [15] = 1 } };
	struct err errs[3];
	size_t winner;
	assert_true(conn_race(&(struct net){ 0 }, at, 3, deadline_in(10), &conn, &winner, errs));
	assert_int_equal(winner, 1);
	assert_int_equal(errs[0].code, ERR_REFUSED);
	assert_int_not_equal(errs[2].code, ERR_NONE); /* refused, or no IPv6 in here */
}

/* --- through a proxy --- */

struct proxy_row {
	const char *name;
	bool by_name, known; /* the proxy resolves; an address is known */
	const char *first;   /* what it answers to the greeting, in hex */
	const char *request; /* what it must be asked then; NULL: nothing */
	const char *second;
	enum err_code code; /* ERR_NONE: connected, and "hi" behind the reply is still there */
};

#define ASK_NAME "050100030b6578616d706c652e6f72671466" /* example.org:5222 */
#define ASK_FOUR "05010001c00002071466"                 /* 192.0.2.7:5222 */

static const struct proxy_row proxy_rows[] = {
	{ "by name", true, false, "0500", ASK_NAME, "050000010000000000006869", ERR_NONE },
	{ "reply with a name", true, false, "0500", ASK_NAME, "05000003026162000a6869", ERR_NONE },
	{ "reply with IPv6", true, false, "0500", ASK_NAME,
	  "0500000400000000000000000000000000000000000a6869", ERR_NONE },
	{ "by address", false, true, "0500", ASK_FOUR, "050000010000000000006869", ERR_NONE },
	{ "an address that is known is asked for", true, true, "0500", ASK_FOUR,
	  "050000010000000000006869", ERR_NONE },
	{ "refused behind the proxy", true, false, "0500", ASK_NAME, "05050001000000000000",
	  ERR_REFUSED },
	{ "unreachable behind the proxy", true, false, "0500", ASK_NAME, "05040001000000000000",
	  ERR_UNREACHABLE },
	{ "forbidden", true, false, "0500", ASK_NAME, "05020001000000000000", ERR_PROXY },
	{ "wants a password", true, false, "05ff", NULL, NULL, ERR_PROXY },
	{ "no SOCKS at all", true, false, "4854", NULL, NULL, ERR_PROXY },
	{ "closes after the greeting", true, false, "", NULL, NULL, ERR_PROXY },
	{ "closes in the middle of the reply", true, false, "0500", ASK_NAME, "0500", ERR_PROXY },
	{ "rubbish as reply", true, false, "0500", ASK_NAME, "0500000900000000000000", ERR_PROXY },
};

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t size = 0;
	for (; hex && hex[0]; hex += 2) {
		unsigned octet;
		assert_int_equal(sscanf(hex, "%2x", &octet), 1);
		out[size++] = (uint8_t)octet;
	}
	return size;
}

struct played {
	const struct proxy_row *row;
	int listener;
	bool as_expected;
};

static void *play_proxy(void *arg)
{
	struct played *played = arg;
	uint8_t got[300], wanted[300], answer[300];
	CLEANUP(fd_close) int fd = accept(played->listener, NULL, NULL);
	if (recv(fd, got, 3, MSG_WAITALL) != 3 || memcmp(got, "\5\1\0", 3) != 0)
		return NULL;
	send(fd, answer, from_hex(played->row->first, answer), MSG_NOSIGNAL);
	size_t size = from_hex(played->row->request, wanted);
	played->as_expected = size == 0 || (recv(fd, got, size, MSG_WAITALL) == (ssize_t)size &&
					    memcmp(got, wanted, size) == 0);
	send(fd, answer, from_hex(played->row->second, answer), MSG_NOSIGNAL);
	return NULL;
}

static void run_proxy_row(const struct proxy_row *row)
{
	CLEANUP(conn_close) struct conn *conn = NULL;
	struct endpoint door, at = { .host = "example.org", .port = 5222 };
	LISTENER int listener = listen_somewhere(&door);
	struct played played = { .row = row, .listener = listener };
	struct proxy proxy = { row->by_name, "127.0.0.1", door.address, door.port };
	struct err err = { 0 };
	pthread_t thread;
	char data[8] = "";
	size_t got = 0;
	if (row->known)
		at.address = (struct address){ AF_INET, { 192, 0, 2, 7 } };
	assert_int_equal(pthread_create(&thread, NULL, play_proxy, &played), 0);
	bool ok = conn_open(&(struct net){ &proxy }, &at, deadline_in(10), &conn, &err);
	assert_row(row->name, ok == (row->code == ERR_NONE));
	assert_row(row->name, err.code == row->code);
	assert_row(row->name, ok || err.stage == AT_PROXY);
	if (ok) {
		assert_row(row->name, conn_stage(conn) == AT_STREAM);
		assert_row(row->name, conn_read(conn, data, sizeof(data), &got, &err));
		assert_row_string(row->name, data, "hi");
	}
	pthread_join(thread, NULL);
	assert_row(row->name, played.as_expected);
}

static void speaks_socks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(proxy_rows); i++)
		run_proxy_row(&proxy_rows[i]);
}

static void says_that_the_proxy_is_to_blame(void **state)
{
	(void)state;
	struct conn *conn = NULL;
	struct endpoint door = closed_endpoint(), at = { .host = "example.org", .port = 5222 };
	struct proxy proxy = { true, "proxy.example", door.address, door.port };
	struct net net = { &proxy };
	struct err err = { 0 }, errs[2];
	size_t winner;
	assert_false(conn_open(&net, &at, deadline_in(10), &conn, &err));
	assert_int_equal(err.stage, AT_PROXY);
	assert_int_equal(err.code, ERR_PROXY);
	assert_non_null(strstr(err.text, "proxy.example"));
	assert_non_null(strstr(err.text, "connection refused"));
	assert_false(conn_race(&net, (struct endpoint[]){ at, at }, 2, deadline_in(10), &conn,
			       &winner, errs));
	assert_int_equal(errs[1].code, ERR_PROXY);
	/* A proxy that takes addresses only, and none is known. */
	proxy.by_name = false;
	assert_false(conn_open(&net, &at, deadline_in(10), &conn, &err));
	assert_int_equal(err.stage, AT_PROXY);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_octets_both_ways),
		cmocka_unit_test(writes_all_of_it),
		cmocka_unit_test(gives_up_at_the_deadline),
		cmocka_unit_test(tells_reset_from_closed),
		cmocka_unit_test(says_what_errno_means),
		cmocka_unit_test(hands_over_to_its_operations),
		cmocka_unit_test(connects),
		cmocka_unit_test(says_why_it_did_not_connect),
		cmocka_unit_test(races_to_the_first_that_answers),
		cmocka_unit_test(keeps_all_causes_of_a_lost_race),
		cmocka_unit_test(lets_families_take_turns),
		cmocka_unit_test(speaks_socks),
		cmocka_unit_test(says_that_the_proxy_is_to_blame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
