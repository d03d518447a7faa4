#include "unit.h"

#include "net/proxy.h"

static const struct url_row {
	const char *name, *url, *host; /* host NULL: refused */
	uint16_t port;
	bool by_name;
} url_rows[] = {
	{ "by name", "socks5h://127.0.0.1:9050", "127.0.0.1", 9050, true },
	{ "by address", "socks5://127.0.0.1:9050", "127.0.0.1", 9050, false },
	{ "IPv6", "socks5h://[::1]:9050", "::1", 9050, true },
	{ "default port", "socks5h://127.0.0.1", "127.0.0.1", 1080, true },
	{ "a name of this machine", "socks5h://localhost:9050", "localhost", 9050, true },
	{ "no scheme", "127.0.0.1:9050", NULL, 0, false },
	{ "other scheme", "http://127.0.0.1:8080", NULL, 0, false },
	{ "SOCKS4", "socks4://127.0.0.1:1080", NULL, 0, false },
	{ "half a scheme", "socks://127.0.0.1:1080", NULL, 0, false },
	{ "user and password", "socks5h://me:secret@127.0.0.1:9050", NULL, 0, false },
	{ "port 0", "socks5h://127.0.0.1:0", NULL, 0, false },
	{ "path", "socks5h://127.0.0.1:9050/", NULL, 0, false },
	{ "no host", "socks5h://", NULL, 0, false },
	{ "empty", "", NULL, 0, false },
};

static void reads_urls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(url_rows); i++) {
		const struct url_row *row = &url_rows[i];
		struct proxy proxy = { 0 };
		struct err err = { 0 };
		bool ok = proxy_parse(row->url, &proxy, &err);
		assert_row(row->name, ok == (row->host != NULL));
		if (!ok) {
			assert_row(row->name, err.stage == AT_PROXY && err.code == ERR_USAGE);
			assert_row(row->name, !strstr(err.text, "secret"));
			assert_row(row->name, proxy.host[0] == '\0');
			continue;
		}
		assert_row_string(row->name, proxy.host, row->host);
		assert_row(row->name, proxy.port == row->port);
		assert_row(row->name, proxy.by_name == row->by_name);
		assert_row(row->name, address_is_loopback(&proxy.address));
	}
}

static void asks_for_names_and_addresses(void **state)
{
	(void)state;
	unsigned char out[PROXY_REQUEST_MAX];
	static const unsigned char name[] = { 5, 1, 0, 3, 3, 'a', '.', 'b', 0x14, 0x66 };
	static const unsigned char four[] = { 5, 1, 0, 1, 192, 0, 2, 7, 0x14, 0x95 };
	struct address address = { AF_INET, { 192, 0, 2, 7 } }, unknown = { .family = AF_UNSPEC };
	assert_int_equal(proxy_request("a.b", NULL, 5222, out), sizeof(name));
	assert_memory_equal(out, name, sizeof(name));
	assert_int_equal(proxy_request("a.b", &unknown, 5222, out), sizeof(name));
	assert_memory_equal(out, name, sizeof(name));
	assert_int_equal(proxy_request("a.b", &address, 5269, out), sizeof(four));
	assert_memory_equal(out, four, sizeof(four));
	struct address six = { AF_INET6, { 0x20, 0x01, [15] = 7 } };
	assert_int_equal(proxy_request("a.b", &six, 443, out), 22);
	assert_int_equal(out[3], 4);
	assert_memory_equal(out + 4, six.octets, 16);
	assert_int_equal(out[20] << 8 | out[21], 443);
	char longest[256];
	memset(longest, 'a', 255);
	longest[255] = '\0';
	assert_true(proxy_request(longest, NULL, 1, out) <= PROXY_REQUEST_MAX);
}

static const struct size_row {
	const char *name;
	uint8_t head[5];
	size_t have, size;
} size_rows[] = {
	{ "IPv4", { 5, 0, 0, 1, 0 }, 5, 10 },
	{ "IPv6", { 5, 0, 0, 4, 0 }, 5, 22 },
	{ "name", { 5, 0, 0, 3, 11 }, 5, 18 },
	{ "empty name", { 5, 0, 0, 3, 0 }, 5, 7 },
	{ "too little", { 5, 0, 0, 1, 0 }, 4, 0 },
	{ "SOCKS4", { 0, 90, 0, 1, 0 }, 5, 0 },
	{ "HTTP", { 'H', 'T', 'T', 'P', '/' }, 5, 0 },
	{ "unknown kind of address", { 5, 0, 0, 2, 0 }, 5, 0 },
};

static void knows_how_long_a_reply_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(size_rows); i++) {
		struct bytes head = { size_rows[i].head, size_rows[i].have };
		assert_row(size_rows[i].name, proxy_reply_size(head) == size_rows[i].size);
	}
}

static const struct reply_row {
	const char *name;
	uint8_t version, reply;
	enum err_code code; /* ERR_NONE: connected */
} reply_rows[] = {
	{ "connected", 5, 0, ERR_NONE },
	{ "general failure", 5, 1, ERR_PROXY },
	{ "not allowed", 5, 2, ERR_PROXY },
	{ "network unreachable", 5, 3, ERR_UNREACHABLE },
	{ "host unreachable", 5, 4, ERR_UNREACHABLE },
	{ "refused", 5, 5, ERR_REFUSED },
	{ "TTL expired", 5, 6, ERR_TIMEOUT },
	{ "command not supported", 5, 7, ERR_PROXY },
	{ "address type not supported", 5, 8, ERR_PROXY },
	{ "onion service unknown", 5, 0xf0, ERR_NOT_FOUND },
	{ "unassigned", 5, 99, ERR_PROXY },
	{ "other protocol", 'H', 0, ERR_PROXY },
};

static void tells_the_proxys_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reply_rows); i++) {
		const uint8_t reply[10] = { reply_rows[i].version, reply_rows[i].reply, 0, 1 };
		struct err err = { .code = ERR_NONE };
		bool ok = proxy_reply((struct bytes){ reply, sizeof(reply) }, &err);
		assert_row(reply_rows[i].name, ok == (reply_rows[i].code == ERR_NONE));
		assert_row(reply_rows[i].name, err.code == reply_rows[i].code);
		assert_row(reply_rows[i].name, ok || (err.stage == AT_PROXY && err.text[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_urls),
		cmocka_unit_test(asks_for_names_and_addresses),
		cmocka_unit_test(knows_how_long_a_reply_is),
		cmocka_unit_test(tells_the_proxys_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
