#include "unit.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fd.h"
#include "net/listen.h"
#include "net/tcp.h"

#define SECONDS 10

static const struct parse_row {
	const char *text, *address; /* NULL: refused */
	uint16_t port;
} parse_rows[] = {
	{ "5269", "::", 5269 },
	{ ":5269", "::", 5269 },
	{ "0", "::", 0 },
	{ ":65535", "::", 65535 },
	{ "192.0.2.7:5269", "192.0.2.7", 5269 },
	{ "0.0.0.0:5269", "0.0.0.0", 5269 },
	{ "[2001:db8::7]:5269", "2001:db8::7", 5269 },
	{ "[::]:5269", "::", 5269 },
	{ "[::1]:0", "::1", 0 },
	{ "", NULL, 0 },
	{ ":", NULL, 0 },
	{ "65536", NULL, 0 },
	{ "4294972565", NULL, 0 }, /* 5269 in 32 bits */
	{ "-1", NULL, 0 },
	{ "+1", NULL, 0 },
	{ " 1", NULL, 0 },
	{ "5269x", NULL, 0 },
	{ "192.0.2.7", NULL, 0 },
	{ "192.0.2.7:", NULL, 0 },
	{ "192.0.2:5269", NULL, 0 },
	{ "me.example:5269", NULL, 0 },
	{ "::1:5269", NULL, 0 }, /* an address without a port, or with one? */
	{ "2001:db8::7", NULL, 0 },
	{ "[::1]", NULL, 0 },
	{ "[::1]5269", NULL, 0 },
	{ "[]:5269", NULL, 0 },
	{ "[:5269", NULL, 0 },
	{ "[2001:db8::7:5269", NULL, 0 },
	{ "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]:5269", NULL, 0 },
};

static void reads_where_to_listen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		struct address address = { .family = AF_UNSPEC };
		uint16_t port = 7;
		struct err err;
		char text[ADDRESS_TEXT_MAX];
		bool ok = listen_parse(row->text, &address, &port, &err);
		assert_row(row->text, ok == (row->address != NULL));
		if (ok) {
			assert_row_string(row->text, address_text(&address, text), row->address);
			assert_row(row->text, port == row->port);
		} else {
			assert_row(row->text, address.family == AF_UNSPEC && port == 7);
			assert_row(row->text, err.code == ERR_USAGE && err.stage == AT_INPUT);
		}
	}
}

static struct address address_of(const char *text)
{
	struct address address;
	assert_true(address_parse(text, &address));
	return address;
}

static bool has_ipv6(void)
{
	CLEANUP(fd_close) int fd = -1;
	struct address loopback = address_of("::1");
	uint16_t port = 0;
	struct err err;
	return listen_open(&loopback, &port, &fd, &err);
}

static int listener_at(const char *text, uint16_t *port)
{
	struct address address;
	struct err err;
	int fd = -1;
	assert_true(listen_parse(text, &address, port, &err));
	if (!listen_open(&address, port, &fd, &err))
		fail_msg("%s: %s", text, err.text);
	assert_int_not_equal(*port, 0);
	return fd;
}

static int call(const char *text, uint16_t port)
{
	struct address address = address_of(text);
	struct err err;
	int fd = -1;
	if (!tcp_connect(&address, port, deadline_in(SECONDS), &fd, &err))
		fail_msg("%s: %s", text, err.text);
	return fd;
}

static const struct call_row {
	const char *listen, *call, *from;
	bool ipv6;
} call_rows[] = {
	{ "127.0.0.1:0", "127.0.0.1", "127.0.0.1", false },
	{ "0.0.0.0:0", "127.0.0.1", "127.0.0.1", false },
	{ ":0", "127.0.0.1", "127.0.0.1", false },
	{ "[::]:0", "127.0.0.1", "127.0.0.1", false },
	{ ":0", "::1", "::1", true },
	{ "[::1]:0", "::1", "::1", true },
};

/* An IPv4 peer is one by whatever socket it came. */
static void takes_a_connection_and_says_from_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(call_rows); i++) {
		const struct call_row *row = &call_rows[i];
		uint16_t port, from_port = 0;
		struct address from;
		struct err err;
		char text[ADDRESS_TEXT_MAX];
		struct sockaddr_storage name;
		socklen_t size = sizeof(name);
		struct address own;
		uint16_t own_port;
		if (row->ipv6 && !has_ipv6())
			continue;
		CLEANUP(fd_close) int listener = listener_at(row->listen, &port);
		CLEANUP(fd_close) int caller = call(row->call, port);
		CLEANUP(fd_close) int taken = -1;
		assert_int_equal(deadline_wait(deadline_in(SECONDS), listener, POLLIN), WAIT_READY);
		assert_row(row->listen, listen_take(listener, &taken, &from, &from_port, &err));
		assert_row_string(row->listen, address_text(&from, text), row->from);
		assert_int_equal(getsockname(caller, (struct sockaddr *)&name, &size), 0);
		assert_true(address_of_sockaddr((struct sockaddr *)&name, &own, &own_port));
		assert_row(row->listen, own_port == from_port);
		/* It is a connection, and it does not block. */
		char octet;
		assert_int_equal(recv(taken, &octet, 1, 0), -1);
		assert_int_equal(send(caller, "x", 1, MSG_NOSIGNAL), 1);
		assert_int_equal(deadline_wait(deadline_in(SECONDS), taken, POLLIN), WAIT_READY);
		assert_int_equal(recv(taken, &octet, 1, 0), 1);
	}
}

static void does_not_wait_for_a_connection(void **state)
{
	uint16_t port;
	struct address from = { .family = AF_UNSPEC };
	struct err err;
	int taken = -1;
	(void)state;
	CLEANUP(fd_close) int listener = listener_at("127.0.0.1:0", &port);
	assert_false(listen_take(listener, &taken, &from, &port, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_true(taken == -1 && from.family == AF_UNSPEC);
}

/* The connection stays where it is, and is there when descriptors are to be had again. */
static void tells_when_descriptors_are_out(void **state)
{
	uint16_t port, from_port;
	struct address from;
	struct err err;
	struct rlimit before, none;
	(void)state;
	CLEANUP(fd_close) int listener = listener_at("127.0.0.1:0", &port);
	CLEANUP(fd_close) int caller = call("127.0.0.1", port);
	CLEANUP(fd_close) int taken = -1;
	assert_int_equal(deadline_wait(deadline_in(SECONDS), listener, POLLIN), WAIT_READY);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bool ok = listen_take(listener, &taken, &from, &from_port, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(ok);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_string_equal(err.text, "cannot take a connection: Too many open files");
	assert_true(listen_take(listener, &taken, &from, &from_port, &err));
	assert_true(caller >= 0 && taken >= 0);
}

static void takes_all_of_a_burst(void **state)
{
	enum { BURST = 200 };
	int callers[BURST];
	uint16_t port, from_port;
	struct address from;
	struct err err;
	(void)state;
	CLEANUP(fd_close) int listener = listener_at("127.0.0.1:0", &port);
	for (size_t i = 0; i < BURST; i++)
		callers[i] = call("127.0.0.1", port);
	for (size_t i = 0; i < BURST; i++) {
		CLEANUP(fd_close) int taken = -1;
		assert_int_equal(deadline_wait(deadline_in(SECONDS), listener, POLLIN), WAIT_READY);
		assert_true(listen_take(listener, &taken, &from, &from_port, &err));
	}
	for (size_t i = 0; i < BURST; i++)
		fd_close(&callers[i]);
}

static void says_who_holds_the_port(void **state)
{
	uint16_t port;
	struct address loopback = address_of("127.0.0.1");
	struct err err;
	char wanted[ERR_TEXT_MAX];
	int second = -1;
	(void)state;
	CLEANUP(fd_close) int first = listener_at("127.0.0.1:0", &port);
	assert_false(listen_open(&loopback, &port, &second, &err));
	assert_true(first >= 0 && second == -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	snprintf(wanted, sizeof(wanted),
		 "another program listens on port %u already (ss -ltnp shows which)", port);
	assert_string_equal(err.text, wanted);
}

/* A port whose last connections are still being forgotten can be had again at once. The address is
 * one where no other test may take it meanwhile. */
static void listens_again_at_once(void **state)
{
	uint16_t port, from_port;
	struct address own = address_of("127.0.19.1"), from;
	struct err err;
	(void)state;
	CLEANUP(fd_close) int first = listener_at("127.0.19.1:0", &port);
	CLEANUP(fd_close) int caller = call("127.0.19.1", port);
	CLEANUP(fd_close) int taken = -1, second = -1;
	assert_int_equal(deadline_wait(deadline_in(SECONDS), first, POLLIN), WAIT_READY);
	assert_true(listen_take(first, &taken, &from, &from_port, &err));
	fd_close(&taken); /* we close first: TIME_WAIT is on our side */
	fd_close(&caller);
	fd_close(&first);
	if (!listen_open(&own, &port, &second, &err))
		fail_msg("%s", err.text);
}

static void refuses_the_address_of_another(void **state)
{
	static const char *const others[] = { "203.0.113.7", "2001:db8::7" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct address address = address_of(others[i]);
		uint16_t port = 0;
		struct err err;
		int fd = -1;
		if (address.family == AF_INET6 && !has_ipv6())
			continue;
		assert_row(others[i], !listen_open(&address, &port, &fd, &err));
		assert_row(others[i], fd == -1 && err.code == ERR_SYSTEM);
		assert_row(others[i], strstr(err.text, others[i]) == err.text);
		assert_row(others[i], strstr(err.text, " is no address of this machine"));
	}
}

static const struct local_row {
	const char *address;
	bool local;
} local_rows[] = {
	{ "127.0.0.1", true },    { "127.4.5.6", true }, /* Linux has the whole network on lo */
	{ "::1", true },          { "::ffff:127.0.0.1", true }, { "0.0.0.0", true },
	{ "::", true },           { "203.0.113.7", false },     { "::ffff:203.0.113.7", false },
	{ "2001:db8::7", false },
};

static void knows_its_own_addresses(void **state)
{
	struct ifaddrs *list;
	struct address own;
	uint16_t port;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(local_rows); i++) {
		struct address address = address_of(local_rows[i].address);
		assert_row(local_rows[i].address, listen_is_local(&address) == local_rows[i].local);
	}
	assert_false(listen_is_local(&(struct address){ .family = AF_UNSPEC }));
	assert_int_equal(getifaddrs(&list), 0);
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		if (at->ifa_addr && address_of_sockaddr(at->ifa_addr, &own, &port))
			assert_row(at->ifa_name, listen_is_local(&own));
	}
	freeifaddrs(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_where_to_listen),
		cmocka_unit_test(takes_a_connection_and_says_from_where),
		cmocka_unit_test(does_not_wait_for_a_connection),
		cmocka_unit_test(tells_when_descriptors_are_out),
		cmocka_unit_test(takes_all_of_a_burst),
		cmocka_unit_test(says_who_holds_the_port),
		cmocka_unit_test(listens_again_at_once),
		cmocka_unit_test(refuses_the_address_of_another),
		cmocka_unit_test(knows_its_own_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
