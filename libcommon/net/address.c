#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static size_t octet_count(int family)
{
	return family == AF_INET6 ? 16 : family == AF_INET ? 4 : 0;
}

const char *address_text(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
	out[0] = '\0';
	if (address->family != AF_UNSPEC)
		inet_ntop(address->family, address->octets, out, ADDRESS_TEXT_MAX);
	return out;
}

/* "2001:db8::7]" without its first bracket becomes "2001:db8::7" in room. */
static bool strip_bracket(const char *text, char room[ADDRESS_TEXT_MAX])
{
	size_t size = strlen(text);
	if (size < 2 || size > ADDRESS_TEXT_MAX || text[size - 1] != ']')
		return false;
	memcpy(room, text, size - 1);
	room[size - 1] = '\0';
	return true;
}

bool address_parse(const char *text, struct address *out)
{
	char room[ADDRESS_TEXT_MAX];
	struct address parsed = { .family = AF_INET6 };
	if (text[0] == '[') {
		if (!strip_bracket(text + 1, room))
			return false;
		text = room;
	} else if (!strchr(text, ':')) {
		parsed.family = AF_INET;
	}
	if (inet_pton(parsed.family, text, parsed.octets) != 1)
		return false;
	*out = parsed;
	return true;
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291, 2.5.5.2 */
	if (address->family == AF_INET)
		return address->octets[0] == 127;
	if (address->family != AF_INET6)
		return false;
	return memcmp(address->octets, one, sizeof(one)) == 0 ||
	       (memcmp(address->octets, mapped, sizeof(mapped)) == 0 && address->octets[12] == 127);
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->octets, b->octets, octet_count(a->family)) == 0;
}

/* FNV-1a. */
uint32_t address_hash(const struct address *address)
{
	uint32_t hash = UINT32_C(2166136261);
	for (size_t i = 0; i < sizeof(address->octets); i++)
		hash = (hash ^ address->octets[i]) * UINT32_C(16777619);
	return hash;
}

socklen_t address_sockaddr(const struct address *address, uint16_t port,
			   struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	out->ss_family = (sa_family_t)address->family;
	if (address->family == AF_INET) {
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&in.sin_addr, address->octets, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	if (address->family == AF_INET6) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
		memcpy(&in6.sin6_addr, address->octets, 16);
		memcpy(out, &in6, sizeof(in6));
		return sizeof(in6);
	}
	return 0;
}

bool address_of_sockaddr(const struct sockaddr *from, struct address *address, uint16_t *port)
{
	*address = (struct address){ .family = AF_UNSPEC };
	*port = 0;
	if (from->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, from, sizeof(in));
		address->family = AF_INET;
		memcpy(address->octets, &in.sin_addr, 4);
		*port = ntohs(in.sin_port);
	} else if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, from, sizeof(in6));
		address->family = AF_INET6;
		memcpy(address->octets, &in6.sin6_addr, 16);
		*port = ntohs(in6.sin6_port);
	}
	return address->family != AF_UNSPEC;
}

static bool port_parse(const char *text, uint16_t *port)
{
	unsigned value = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned)(*text - '0');
		if (value > UINT16_MAX)
			return false;
	}
	if (value == 0)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* Where the host starts and how long it is; *rest is "" or ":PORT". */
static bool split_host(const char *text, const char **host, size_t *size, const char **rest)
{
	struct address address;
	const char *colon = strchr(text, ':');
	*host = text;
	if (text[0] == '[') {
		const char *end = strchr(text, ']');
		if (!end)
			return false;
		*host = text + 1;
		*size = (size_t)(end - *host);
		*rest = end + 1;
	} else if (colon && strchr(colon + 1, ':')) {
		/* Two colons and no brackets: all of it is the address, or it is nothing. */
		*size = strlen(text);
		*rest = "";
		return address_parse(text, &address);
	} else {
		*size = colon ? (size_t)(colon - text) : strlen(text);
		*rest = text + *size;
	}
	return *size > 0 && *size < 256;
}

bool host_port_parse(const char *text, char host[256], uint16_t *port)
{
	char room[256];
	const char *start, *rest;
	size_t size;
	struct address address;
	if (!split_host(text, &start, &size, &rest))
		return false;
	memcpy(room, start, size);
	room[size] = '\0';
	if (strpbrk(room, "[]"))
		return false;
	if (text[0] == '[' && (!address_parse(room, &address) || address.family != AF_INET6))
		return false;
	if (rest[0] != '\0' && (rest[0] != ':' || !port_parse(rest + 1, port)))
		return false;
	memcpy(host, room, size + 1);
	return true;
}
