#include "xmpp/jid.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/idna.h"

static bool refuse(struct err *err, const char *text, const char *what, const char *domain,
		   size_t size)
{
	return err_set(err, AT_INPUT, ERR_USAGE, "%s is %s: give the domain only: %.*s", text, what,
		       (int)size, domain);
}

/* What people paste instead of a domain, each with what they meant. text ends with its only NUL. */
static bool check_kind(const char *text, struct err *err)
{
	const char *scheme = strstr(text, "://");
	if (scheme) {
		const char *host = scheme + 3;
		return refuse(err, text, "a URL", host, strcspn(host, "/:?#"));
	}
	const char *address = strncasecmp(text, "xmpp:", 5) == 0 ? text + 5 : text;
	size_t bare = strcspn(address, "/?");
	const char *at = memchr(address, '@', bare);
	const char *domain = at ? at + 1 : address;
	size_t size = (size_t)(address + bare - domain);
	if (size > 0 && address != text)
		return refuse(err, text, "a URI", domain, size);
	if (size > 0 && at)
		return refuse(err, text, "an address", domain, size);
	if (size > 0 && address[bare] == '/')
		return refuse(err, text, "an address with a resource", domain, size);
	if (strncmp(text, "*.", 2) == 0)
		return refuse(err, text, "a wildcard", text + 2, strlen(text + 2));
	return true;
}

static bool parse_ipv6(const char *text, struct arena *mem, const char **out)
{
	char copy[INET6_ADDRSTRLEN + 2], numeric[INET6_ADDRSTRLEN];
	struct in6_addr octets;
	size_t size = strlen(text);
	if (size >= sizeof(copy))
		return false;
	bool brackets = text[0] == '[' && text[size - 1] == ']';
	size_t inner = brackets ? size - 2 : size;
	memcpy(copy, text + (brackets ? 1 : 0), inner);
	copy[inner] = '\0';
	if (inet_pton(AF_INET6, copy, &octets) != 1)
		return false;
	inet_ntop(AF_INET6, &octets, numeric, sizeof(numeric));
	*out = arena_printf(mem, "[%s]", numeric);
	return true;
}

static bool parse_literal(const char *text, struct arena *mem, struct jid_domain *out)
{
	struct in_addr octets;
	const char *literal = text;
	if (inet_pton(AF_INET, text, &octets) != 1 && !parse_ipv6(text, mem, &literal))
		return false;
	*out = (struct jid_domain){ .ascii = literal, .unicode = literal, .is_address = true };
	return true;
}

/* Neither DNS nor a certificate can mean these. */
static bool check_ascii(const char *ascii, struct err *err)
{
	if (ascii[strspn(ascii, "0123456789.")] == '\0')
		return err_set(err, AT_INPUT, ERR_USAGE, "%s is neither a domain nor an IP address",
			       ascii);
	for (const char *label = ascii; *label;) {
		size_t length = strcspn(label, ".");
		if (label[0] == '-' || label[length - 1] == '-')
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "not a domain: \"%.*s\" begins or ends with a hyphen",
				       (int)length, label);
		label += length + (label[length] == '.');
	}
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size > tail && strcmp(text + size - tail, end) == 0;
}

bool jid_domain_parse(const char *text, size_t size, struct arena *mem, struct jid_domain *out,
		      struct err *err)
{
	if (!memchr(text, '\0', size)) {
		const char *copy = arena_copy_n(mem, text, size);
		if (parse_literal(copy, mem, out))
			return true;
		if (!check_kind(copy, err))
			return false;
		size_t host = strcspn(copy, ":");
		const char *port = copy + host + (copy[host] == ':');
		if (host > 0 && *port && port[strspn(port, "0123456789")] == '\0')
			return err_set(
				err, AT_INPUT, ERR_USAGE,
				"%s has a port: give the domain only, and the port to --connect",
				copy);
	}
	const char *ascii;
	if (!idna_to_ascii(text, size, mem, &ascii, err) || !check_ascii(ascii, err))
		return false;
	*out = (struct jid_domain){
		.ascii = ascii,
		.unicode = idna_to_unicode(ascii, mem),
		.is_onion = ends_with(ascii, ".onion"),
	};
	return true;
}

/* The resource is cut off first, for it may hold any character. */
const char *jid_domain_of(const char *address, struct arena *mem)
{
	char *bare = arena_copy(mem, address ? address : "");
	bare[strcspn(bare, "/")] = '\0';
	const char *at = strchr(bare, '@');
	return at ? at + 1 : bare;
}
