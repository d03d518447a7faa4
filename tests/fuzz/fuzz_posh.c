/* POSH documents as web servers of strangers give them. */
#include <assert.h>
#include <string.h>

#include "tls/posh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes json = { data, size };
	struct posh_document document;
	struct err err = { .code = ERR_NONE };
	if (!posh_parse(json, mem, &document, &err)) {
		assert(err.code != ERR_NONE && err.text[0]);
		return 0;
	}
	/* A reference or fingerprints, never both, never neither. */
	assert(!document.url == (document.count > 0));
	assert(document.count <= POSH_FINGERPRINTS);
	for (size_t i = 0; i < document.count; i++)
		assert(document.fingerprints[i].has_sha256 || document.fingerprints[i].has_sha512);
	(void)posh_lists(&document, json);
	return 0;
}
