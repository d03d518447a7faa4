#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/address.h"

#define HOST_255                                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                         \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                         \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."                         \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct address_row {
	const char *name, *in, *out; /* out NULL: refused */
	int family;
	bool loopback;
} address_rows[] = {
	{ "IPv4", "192.0.2.7", "192.0.2.7", AF_INET, false },
	{ "IPv6", "2001:db8::7", "2001:db8::7", AF_INET6, false },
	{ "IPv6 in brackets", "[2001:db8::7]", "2001:db8::7", AF_INET6, false },
	{ "IPv6 is shortened", "2001:0DB8:0:0:0:0:0:7", "2001:db8::7", AF_INET6, false },
	{ "loopback", "127.0.0.1", "127.0.0.1", AF_INET, true },
	{ "all of 127/8 is loopback", "127.0.0.53", "127.0.0.53", AF_INET, true },
	{ "IPv6 loopback", "::1", "::1", AF_INET6, true },
	{ "mapped loopback", "::ffff:127.0.0.1", "::ffff:127.0.0.1", AF_INET6, true },
	{ "mapped, not loopback", "::ffff:192.0.2.7", "::ffff:192.0.2.7", AF_INET6, false },
	{ "IPv4 in brackets", "[192.0.2.7]", NULL, 0, false },
	{ "bracket not closed", "[2001:db8::7", NULL, 0, false },
	{ "bracket not opened", "2001:db8::7]", NULL, 0, false },
	{ "brackets around nothing", "[]", NULL, 0, false },
	{ "bracket alone", "[", NULL, 0, false },
	{ "scope", "fe80::1%eth0", NULL, 0, false },
	{ "name", "example.org", NULL, 0, false },
	{ "three numbers", "192.0.2", NULL, 0, false },
	{ "empty", "", NULL, 0, false },
	{ "longer than any address", "[" HOST_255 "]", NULL, 0, false },
};

static void reads_and_writes_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(address_rows); i++) {
		const struct address_row *row = &address_rows[i];
		struct address address = { .family = -1 };
		char text[ADDRESS_TEXT_MAX];
		bool ok = address_parse(row->in, &address);
		assert_row(row->name, ok == (row->out != NULL));
		assert_row(row->name, ok || address.family == -1);
		if (!ok)
			continue;
		assert_row(row->name, address.family == row->family);
		assert_row_string(row->name, address_text(&address, text), row->out);
		assert_row(row->name, address_is_loopback(&address) == row->loopback);
	}
}

static void knows_no_text_for_an_unknown_address(void **state)
{
	(void)state;
	char text[ADDRESS_TEXT_MAX] = "left over";
	struct sockaddr_storage name;
	assert_string_equal(address_text(&(struct address){ AF_UNSPEC, { 0 } }, text), "");
	assert_false(address_is_loopback(&(struct address){ AF_UNSPEC, { 127 } }));
	assert_int_equal(address_sockaddr(&(struct address){ AF_UNSPEC, { 0 } }, 1, &name), 0);
}

static void compares_by_family_and_octets(void **state)
{
	(void)state;
	struct address four = { AF_INET, { 192, 0, 2, 7 } }, other = { AF_INET, { 192, 0, 2, 8 } };
	struct address four_with_rubbish = { AF_INET, { 192, 0, 2, 7, 99 } };
	struct address six = { AF_INET6, { 192, 0, 2, 7 } };
	assert_true(address_equal(&four, &four_with_rubbish));
	assert_false(address_equal(&four, &other));
	assert_false(address_equal(&four, &six));
}

static void fills_socket_names(void **state)
{
	(void)state;
	struct sockaddr_storage name;
	struct address four = { AF_INET, { 192, 0, 2, 7 } }, six = { AF_INET6, { 0x20, 0x01 } };
	assert_int_equal(address_sockaddr(&four, 5222, &name), sizeof(struct sockaddr_in));
	const struct sockaddr_in *in = (const struct sockaddr_in *)&name;
	assert_int_equal(in->sin_family, AF_INET);
	assert_int_equal(ntohs(in->sin_port), 5222);
	assert_int_equal(ntohl(in->sin_addr.s_addr), 0xc0000207);
	assert_int_equal(address_sockaddr(&six, 5269, &name), sizeof(struct sockaddr_in6));
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&name;
	assert_int_equal(in6->sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6->sin6_port), 5269);
	assert_memory_equal(&in6->sin6_addr, six.octets, 16);
}

static const struct host_row {
	const char *name, *in, *host; /* host NULL: refused */
	uint16_t port;                /* 1: left alone */
} host_rows[] = {
	{ "name", "example.org", "example.org", 1 },
	{ "name and port", "example.org:5222", "example.org", 5222 },
	{ "IPv4", "192.0.2.7", "192.0.2.7", 1 },
	{ "IPv4 and port", "192.0.2.7:65535", "192.0.2.7", 65535 },
	{ "IPv6", "2001:db8::7", "2001:db8::7", 1 },
	{ "IPv6 in brackets", "[2001:db8::7]", "2001:db8::7", 1 },
	{ "IPv6 and port", "[2001:db8::7]:443", "2001:db8::7", 443 },
	{ "leading zeros", "example.org:00053", "example.org", 53 },
	{ "longest host", HOST_255, HOST_255, 1 },
	{ "host too long", HOST_255 "a", NULL, 1 },
	{ "empty", "", NULL, 1 },
	{ "port alone", ":5222", NULL, 1 },
	{ "empty port", "example.org:", NULL, 1 },
	{ "port 0", "example.org:0", NULL, 1 },
	{ "port 65536", "example.org:65536", NULL, 1 },
	{ "port that wraps", "example.org:4294967297", NULL, 1 },
	{ "port with a sign", "example.org:+5222", NULL, 1 },
	{ "port with a space", "example.org: 5222", NULL, 1 },
	{ "port that is a name", "example.org:xmpp", NULL, 1 },
	{ "two ports", "example.org:1:2", NULL, 1 },
	{ "bracket not closed", "[2001:db8::7", NULL, 1 },
	{ "bracket not opened", "2001:db8::7]:443", NULL, 1 },
	{ "brackets around a name", "[example.org]:443", NULL, 1 },
	{ "brackets around IPv4", "[192.0.2.7]", NULL, 1 },
	{ "brackets around nothing", "[]:443", NULL, 1 },
	{ "rubbish behind the bracket", "[2001:db8::7]443", NULL, 1 },
	{ "bracket in the name", "exa]mple:1", NULL, 1 },
};

static void splits_host_and_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(host_rows); i++) {
		char host[256] = "untouched";
		uint16_t port = 1;
		bool ok = host_port_parse(host_rows[i].in, host, &port);
		assert_row(host_rows[i].name, ok == (host_rows[i].host != NULL));
		assert_row(host_rows[i].name, port == host_rows[i].port);
		assert_row_string(host_rows[i].name, host, ok ? host_rows[i].host : "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_addresses),
		cmocka_unit_test(knows_no_text_for_an_unknown_address),
		cmocka_unit_test(compares_by_family_and_octets),
		cmocka_unit_test(fills_socket_names),
		cmocka_unit_test(splits_host_and_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
