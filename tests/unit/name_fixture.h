/* name_fixture.h - presented identifiers in words, as the decision table writes them. */
#ifndef NAME_FIXTURE_H
#define NAME_FIXTURE_H

#include <arpa/inet.h>

#include "tls/name.h"

static const struct prefix {
	const char *text;
	enum name_type type;
	const char *malformed;
} prefixes[] = {
	{ "dns:", NAME_DNS, NULL },
	{ "dns(UTF-8):", NAME_DNS, "not ASCII" },
	{ "srv:", NAME_SRV, NULL },
	{ "xmpp:", NAME_XMPP, NULL },
	{ "xmpp(IA5String):", NAME_XMPP, "wrong string type" },
	{ "cn:", NAME_CN, NULL },
	{ "uri:", NAME_URI, NULL },
	{ "ip:", NAME_IP, NULL },
	{ "email:", NAME_EMAIL, NULL },
};

/* "dns:example.org" as cert.c would read it from a certificate. */
static inline struct cert_name presented(const char *text, size_t size, struct arena *mem)
{
	const struct prefix *prefix = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(prefixes[i].text, text, strlen(prefixes[i].text)) == 0)
			prefix = &prefixes[i];
	}
	assert_non_null(prefix);
	size_t skip = strlen(prefix->text);
	struct cert_name name = { .type = prefix->type,
				  .value = arena_copy_n(mem, text + skip, size - skip),
				  .raw = arena_bytes(mem, text + skip, size - skip),
				  .malformed = prefix->malformed };
	if (name.type == NAME_IP) {
		uint8_t *octets = arena_alloc(mem, 16);
		bool six = inet_pton(AF_INET, name.value, octets) != 1;
		if (six)
			assert_int_equal(inet_pton(AF_INET6, name.value, octets), 1);
		name.raw = (struct bytes){ octets, six ? 16 : 4 };
	} else if (memchr(name.raw.data, 0, name.raw.size)) {
		name.malformed = "contains NUL";
	} else if (name.raw.size == 0) {
		name.malformed = "empty";
	}
	return name;
}

#endif
