/* The name matcher: a domain, and what a certificate presents, as it stands in the SAN.
 *
 *     S domain NUL GeneralName...     S: an odd octet for s2s, an even one for c2s */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/idna.h"
#include "tls/name.h"
#include "tls/san.h"

#define CONTENT_MAX 0xffff

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* GeneralNames in a SEQUENCE of long form, which DER demands from 128 octets on. */
static struct bytes wrap(struct bytes content, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	uint8_t head[] = { 0x30, 0x82, (uint8_t)(content.size >> 8), (uint8_t)content.size };
	if (content.size < 0x80)
		buf_add(&out, (uint8_t[]){ 0x30, (uint8_t)content.size }, 2);
	else if (content.size < 0x100)
		buf_add(&out, (uint8_t[]){ 0x30, 0x81, (uint8_t)content.size }, 3);
	else
		buf_add(&out, head, sizeof(head));
	buf_add(&out, content.data, content.size);
	return arena_bytes(mem, out.data, out.size);
}

static bool same(struct bytes name, const char *text)
{
	return name.size == strlen(text) && !memchr(name.data, 0, name.size) &&
	       strncasecmp((const char *)name.data, text, name.size) == 0;
}

/* RFC 9525, 6.3, once more and in the plainest way. */
static bool speaks_for(struct bytes name, const char *domain)
{
	const char *parent = strchr(domain, '.');
	if (same(name, domain))
		return true;
	return parent && strchr(parent + 1, '.') && name.size > 2 && name.data[0] == '*' &&
	       same((struct bytes){ name.data + 1, name.size - 1 }, parent);
}

static void check_match(const struct cert_name *name, const struct reference *reference,
			struct arena *mem)
{
	struct bytes raw = name->raw;
	size_t service = strlen(reference->srv_service) + 1;
	uint8_t octets[16];
	const char *ascii;
	struct err err;
	assert(!name->malformed);
	switch (name->type) {
	case NAME_DNS:
		assert(speaks_for(raw, reference->domain));
		break;
	case NAME_SRV:
		assert(raw.size > service && raw.data[service - 1] == '.');
		assert(same((struct bytes){ raw.data, service - 1 }, reference->srv_service));
		assert(speaks_for((struct bytes){ raw.data + service, raw.size - service },
				  reference->domain));
		break;
	case NAME_XMPP:
		assert(idna_to_ascii((const char *)raw.data, raw.size, mem, &ascii, &err));
		assert(strcmp(ascii, reference->domain) == 0);
		break;
	case NAME_IP:
		assert(inet_pton(raw.size == 4 ? AF_INET : AF_INET6, reference->domain, octets) ==
		       1);
		assert(memcmp(raw.data, octets, raw.size) == 0);
		break;
	case NAME_URI:
	case NAME_EMAIL:
	case NAME_CN:
	case NAME_OTHER:
		assert(false && "never matches");
	}
}

/* For which no dNSName speaks, even one of the same text (CRT-5). */
static bool is_address(const struct reference *reference)
{
	uint8_t octets[16];
	return inet_pton(AF_INET, reference->domain, octets) == 1 ||
	       inet_pton(AF_INET6, reference->domain, octets) == 1;
}

static void judge(struct bytes content, const struct reference *reference, struct arena *mem)
{
	struct bytes extension = wrap(content, mem);
	size_t count = san_count(extension);
	struct cert_name *names = arena_array(mem, count, sizeof(*names));
	san_read(extension, mem, names);
	for (size_t i = 0; i < count; i++) {
		const char *reason = NULL;
		enum name_verdict verdict = name_match(&names[i], reference, mem, &reason);
		assert(names[i].value && reason && *reason);
		if (verdict == NAME_MATCHES)
			check_match(&names[i], reference, mem);
		else if (!names[i].malformed && names[i].type == NAME_DNS && !is_address(reference))
			assert(!same(names[i].raw, reference->domain));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct reference reference = { NULL, NULL };
	struct err err;
	const uint8_t *end = size > 1 ? memchr(data + 1, 0, size - 1) : NULL;
	if (!end)
		return 0;
	reference.srv_service = data[0] & 1 ? "_xmpp-server" : "_xmpp-client";
	size_t length = (size_t)(end - data) - 1, rest = size - length - 2;
	const char *domain = arena_copy_n(mem, data + 1, length);
	/* What is no name may be an address; domains never reach the matcher in another form. */
	reference.domain = domain;
	if (!is_address(&reference) && !idna_to_ascii(domain, length, mem, &reference.domain, &err))
		return 0;
	if (rest <= CONTENT_MAX)
		judge((struct bytes){ end + 1, rest }, &reference, mem);
	return 0;
}
