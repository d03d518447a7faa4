/* Any octets as a domain: refused with a sentence, or in a form that is accepted as it is. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/jid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct jid_domain domain, again;
	struct err err = { 0 };
	if (!jid_domain_parse((const char *)data, size, mem, &domain, &err)) {
		assert(err.code == ERR_USAGE && err.text[0]);
		return 0;
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
	return 0;
}
