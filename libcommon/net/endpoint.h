/* endpoint.h - one door of a domain: service, way in, SRV target, port, address. Plain data. */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include <stddef.h>

#include "base/arena.h"
#include "net/address.h"

enum service {
	SERVICE_C2S,
	SERVICE_S2S,
};
#define SERVICE_COUNT 2

enum transport {
	TRANSPORT_STARTTLS,
	TRANSPORT_DIRECT, /* XEP-0368 */
};
#define TRANSPORT_COUNT 2

/* How we came to know of it. */
enum source {
	SOURCE_SRV,
	SOURCE_FALLBACK, /* A/AAAA of the domain itself: RFC 6120, 3.2.2 */
	SOURCE_CONNECT,  /* --connect */
	SOURCE_RECORD,   /* the record on standard input named it */
	SOURCE_FILE,     /* --pem: certificates out of a file, nothing to connect to */
};

struct endpoint {
	enum service service;
	enum transport transport;
	enum source source;
	/* SRV target, or the domain; A-labels, no trailing dot. SOURCE_FILE: the file's name as it
	 * was given, "-" for standard input; there is no port, address or way in then. */
	const char *host;
	uint16_t port;
	struct address address;
	uint16_t priority, weight; /* SOURCE_SRV only */
};

struct endpoint_list {
	struct endpoint *items;
	size_t count;
};

/* The words of records and text: "c2s" "s2s", "starttls" "direct", "srv" "fallback" "connect"
 * "record" "file". */
const char *service_name(enum service service);
const char *transport_name(enum transport transport);
const char *source_name(enum source source);
NODISCARD bool service_parse(const char *name, enum service *out);
NODISCARD bool transport_parse(const char *name, enum transport *out);
NODISCARD bool source_parse(const char *name, enum source *out);

/* "192.0.2.7:5222", "[2001:db8::7]:5222", or "host:5222" where no address is known;
 * a file's name. */
const char *endpoint_text(const struct endpoint *endpoint, struct arena *mem);

#endif
