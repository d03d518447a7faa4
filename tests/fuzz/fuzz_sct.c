/* Lists of signed certificate timestamps, as three kinds of strangers send them. */
#include <assert.h>

#include "tls/sct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes list = { data, size };
	struct sct_facts facts = { 0 };
	sct_read(list, SCT_TLS, mem, &facts);
	assert((facts.count > 0) != (facts.problem != NULL));
	size_t before = facts.count;
	sct_read(list, SCT_OCSP, mem, &facts);
	assert(facts.count == 2 * before || (facts.count == before && facts.problem));
	sct_read_extension(list, mem, &facts);
	assert(facts.count <= SCT_MAX);
	for (size_t i = 0; i < facts.count; i++)
		assert(facts.list[i].time_ms >= 0);
	return 0;
}
