/* Text with certificates in it: a bundle, a --trust file, chain_pem of a record. */
#include <assert.h>
#include <string.h>

#include "tls/cert.h"
#include "tls/der.h"

#define ROOM 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes out[ROOM], again[1];
	size_t broken, count = cert_from_pem((struct bytes){ data, size }, mem, out, ROOM, &broken);
	assert(count <= ROOM);
	for (size_t i = 0; i < count; i++) {
		assert(out[i].size > 0 && out[i].size <= size);
		const char *pem = cert_pem(out[i], mem);
		struct bytes text = { (const uint8_t *)pem, strlen(pem) };
		assert(cert_from_pem(text, mem, again, 1, &broken) == 1 && broken == 0);
		assert(bytes_equal(again[0], out[i]));
	}
	return 0;
}
