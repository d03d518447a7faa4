/* A file of certificates: PEM, DER, PKCS#7, or something else. */
#include <assert.h>
#include <string.h>

#include "tls/der.h"
#include "tls/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read without a complaint is what the lenient reader finds, no more and no less. */
static void compare_with_lenient(struct bytes file, const struct intake_facts *facts,
				 struct arena *mem)
{
	struct bytes out[CHAIN_MAX];
	size_t broken, count = cert_from_pem(file, mem, out, CHAIN_MAX, &broken);
	assert(count == facts->count && broken == 0);
	for (size_t i = 0; i < count; i++)
		assert(bytes_equal(out[i], facts->certs[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes file = { data, size };
	struct intake_facts facts;
	intake_read(file, mem, &facts);
	assert(facts.count <= CHAIN_MAX && (facts.count == CHAIN_MAX || !facts.cut));
	assert((facts.form == INTAKE_NONE) == (facts.count == 0));
	assert(facts.count > 0 || facts.problem);
	assert(!facts.problem || (*facts.problem && !strpbrk(facts.problem, "\n\033")));
	for (size_t i = 0; i < facts.count; i++)
		assert(facts.certs[i].size > 0 && facts.certs[i].size <= size);
	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		file = (struct bytes){ data + 3, size - 3 };
	if (facts.form == INTAKE_PEM && !facts.problem && !facts.cut)
		compare_with_lenient(file, &facts, mem);
	return 0;
}
