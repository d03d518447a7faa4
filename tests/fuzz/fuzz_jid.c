/* Any octets as a domain, and as a whole address: refused with a sentence, or in a form that is
 * accepted as it is. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "xmpp/jid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_domain(const char *text, size_t size, struct arena *mem)
{
	struct jid_domain domain, again;
	struct err err = { 0 };
	if (!jid_domain_parse(text, size, mem, &domain, &err)) {
		assert(err.code == ERR_USAGE && err.text[0]);
		return;
	}
	size_t length = strlen(domain.ascii);
	assert(length > 0 && length <= 253);
	for (size_t i = 0; i < length; i++)
		assert(domain.ascii[i] > ' ' && domain.ascii[i] < 0x7f);
	assert(!strpbrk(domain.ascii, "'\"<>&@/*") && !(domain.is_address && domain.is_onion));
	assert(jid_domain_parse(domain.ascii, length, mem, &again, &err));
	assert(strcmp(again.ascii, domain.ascii) == 0 && again.is_address == domain.is_address);
	assert(jid_domain_parse(domain.unicode, strlen(domain.unicode), mem, &again, &err));
	assert(strcmp(again.ascii, domain.ascii) == 0);
}

/* A part as RFC 7622 bounds it: UTF-8 without controls. */
static void check_part(const char *part)
{
	size_t size = strlen(part);
	assert(size > 0 && size <= 1023);
	for (size_t at = 0, step; at < size; at += step) {
		unsigned code;
		step = utf8_length((const unsigned char *)part + at, size - at, &code);
		assert(step > 0 && code >= ' ' && code != 0x7f && code != 0x202e);
	}
}

static void check_address(const char *text, size_t size, struct arena *mem)
{
	struct jid jid, again;
	struct err err = { 0 };
	if (!jid_parse(text, size, mem, &jid, &err)) {
		assert(err.code == ERR_USAGE && err.text[0]);
		return;
	}
	check_part(jid.domain.unicode);
	if (jid.local)
		check_part(jid.local);
	if (jid.resource)
		check_part(jid.resource);
	assert(!jid.local || !strpbrk(jid.local, " \"&'/:<>@"));
	assert(!strpbrk(jid.domain.unicode, "@/") && strncmp(jid.domain.unicode, "xn--", 4) != 0);
	assert(strcmp(jid_domain_of(jid.full, mem), jid.domain.unicode) == 0);
	assert(jid_same(&jid, &jid) && jid_same_bare(&jid, &jid));
	assert(jid_parse(jid.full, strlen(jid.full), mem, &again, &err));
	assert(strcmp(jid.full, again.full) == 0 && jid_same(&jid, &again));
	assert(jid_parse(jid.bare, strlen(jid.bare), mem, &again, &err));
	assert(!again.resource && jid_same_bare(&jid, &again));
	assert(jid_same(&jid, &again) == !jid.resource);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	check_domain((const char *)data, size, mem);
	check_address((const char *)data, size, mem);
	return 0;
}
