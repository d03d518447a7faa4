#include "net/proxy.h"

#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* RFC 1928 */
enum {
	SOCKS_VERSION = 5,
	SOCKS_CONNECT = 1,
	SOCKS_IPV4 = 1,
	SOCKS_NAME = 3,
	SOCKS_IPV6 = 4,
};
#define SOCKS_PORT 1080 /* IANA's; used when the URL names none */

static void free_info(struct addrinfo **info)
{
	if (*info)
		freeaddrinfo(*info);
	*info = NULL;
}

/* Through libc, not through our resolver: a proxy's name is this machine's business (/etc/hosts),
 * not a fact about a domain. */
static bool resolve(struct proxy *proxy, struct err *err)
{
	CLEANUP(free_info) struct addrinfo *info = NULL;
	uint16_t none;
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	int rc = getaddrinfo(proxy->host, NULL, &hints, &info);
	if (rc != 0)
		return err_set(err, AT_PROXY, ERR_NOT_FOUND, "proxy %s: %s", proxy->host,
			       gai_strerror(rc));
	for (const struct addrinfo *at = info; at; at = at->ai_next) {
		if (address_of_sockaddr(at->ai_addr, &proxy->address, &none))
			return true;
	}
	return err_set(err, AT_PROXY, ERR_NOT_FOUND, "proxy %s: no address", proxy->host);
}

bool proxy_parse(const char *url, struct proxy *out, struct err *err)
{
	struct proxy proxy = { .port = SOCKS_PORT };
	const char *rest = strstr(url, "://");
	size_t scheme = rest ? (size_t)(rest - url) : 0;
	if (scheme == strlen("socks5h") && strncmp(url, "socks5h", scheme) == 0)
		proxy.by_name = true;
	else if (scheme != strlen("socks5") || strncmp(url, "socks5", scheme) != 0)
		return err_set(err, AT_PROXY, ERR_USAGE,
			       "proxy must be socks5h://HOST:PORT or socks5://HOST:PORT");
	rest += strlen("://");
	if (strchr(rest, '@'))
		return err_set(err, AT_PROXY, ERR_USAGE,
			       "proxy with user name and password is not supported");
	if (!host_port_parse(rest, proxy.host, &proxy.port))
		return err_set(err, AT_PROXY, ERR_USAGE, "proxy \"%s\" is no HOST:PORT", rest);
	if (!address_parse(proxy.host, &proxy.address) && !resolve(&proxy, err))
		return false;
	*out = proxy;
	return true;
}

/* 05 01 00 TYPE DST.ADDR DST.PORT: RFC 1928, 4. */
size_t proxy_request(const char *host, const struct address *address, uint16_t port,
		     unsigned char out[PROXY_REQUEST_MAX])
{
	size_t size = 0;
	out[size++] = SOCKS_VERSION;
	out[size++] = SOCKS_CONNECT;
	out[size++] = 0;
	if (!address || address->family == AF_UNSPEC) {
		size_t length = strlen(host);
		assert(length > 0 && length <= 255);
		out[size++] = SOCKS_NAME;
		out[size++] = (unsigned char)length;
		memcpy(out + size, host, length);
		size += length;
	} else {
		size_t length = address->family == AF_INET6 ? 16 : 4;
		out[size++] = address->family == AF_INET6 ? SOCKS_IPV6 : SOCKS_IPV4;
		memcpy(out + size, address->octets, length);
		size += length;
	}
	out[size++] = (unsigned char)(port >> 8);
	out[size++] = (unsigned char)(port & 0xff);
	return size;
}

/* 05 REP 00 TYPE BND.ADDR BND.PORT: RFC 1928, 6. */
size_t proxy_reply_size(struct bytes head)
{
	if (head.size < 5 || head.data[0] != SOCKS_VERSION)
		return 0;
	switch (head.data[3]) {
	case SOCKS_IPV4:
		return 4 + 4 + 2;
	case SOCKS_IPV6:
		return 4 + 16 + 2;
	case SOCKS_NAME:
		return 4 + 1 + (size_t)head.data[4] + 2;
	default:
		return 0;
	}
}

/* RFC 1928, 6, and Tor's proposal 304 for what may be wrong with an onion service. */
static const struct reason {
	uint8_t reply;
	enum err_code code;
	const char *text;
} reasons[] = {
	{ 0x01, ERR_PROXY, "general failure" },
	{ 0x02, ERR_PROXY, "its rules do not allow this connection" },
	{ 0x03, ERR_UNREACHABLE, "network unreachable" },
	{ 0x04, ERR_UNREACHABLE, "host unreachable" },
	{ 0x05, ERR_REFUSED, "connection refused" },
	{ 0x06, ERR_TIMEOUT, "no answer in time" },
	{ 0x07, ERR_PROXY, "it does not know the CONNECT command" },
	{ 0x08, ERR_PROXY, "it does not know this kind of address" },
	{ 0xf0, ERR_NOT_FOUND, "no such onion service" },
	{ 0xf1, ERR_PROXY, "the onion service's descriptor is invalid" },
	{ 0xf2, ERR_UNREACHABLE, "the onion service's introduction failed" },
	{ 0xf3, ERR_UNREACHABLE, "no rendezvous with the onion service" },
	{ 0xf4, ERR_PROXY, "the onion service wants client authorization" },
	{ 0xf5, ERR_PROXY, "the onion service refuses this client's authorization" },
	{ 0xf6, ERR_NOT_FOUND, "no onion address" },
	{ 0xf7, ERR_TIMEOUT, "the onion service's introduction timed out" },
};

bool proxy_reply(struct bytes reply, struct err *err)
{
	if (reply.size < 2 || reply.data[0] != SOCKS_VERSION)
		return err_set(err, AT_PROXY, ERR_PROXY, "the proxy does not speak SOCKS5");
	if (reply.data[1] == 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].reply == reply.data[1])
			return err_set(err, AT_PROXY, reasons[i].code, "the proxy says: %s",
				       reasons[i].text);
	}
	return err_set(err, AT_PROXY, ERR_PROXY, "the proxy says no, with the unknown reason %u",
		       reply.data[1]);
}
