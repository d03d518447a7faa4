/* OCSP responses as servers staple them, for a certificate and its issuer. */
#include <assert.h>

#include "pair.h"
#include "tls/revoked.h"
#include "tls/sct.h"
#include "tls/staple.h"

#define AT INT64_C(1782864000) /* 2026-07-01 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes response = { data, size };
	struct staple_facts facts, unchecked;
	struct sct_facts scts = { 0 };
	struct pair pair;
	if (!pair_take(&response, mem, &pair))
		return 0;
	staple_read(response, &pair.leaf, &pair.issuer, AT, mem, &facts);
	assert(!facts.reason == (facts.status == STAPLE_GOOD || facts.status == STAPLE_ABSENT));
	assert((facts.status == STAPLE_ABSENT) == (response.size == 0));
	assert(!facts.revocation || facts.status == STAPLE_REVOKED);
	if (facts.status == STAPLE_GOOD)
		assert(facts.this_update <= AT + REVOKED_TOLERANCE &&
		       (!facts.next_update || facts.next_update >= AT - REVOKED_TOLERANCE));
	if (facts.scts.size > 0)
		sct_read(facts.scts, SCT_OCSP, mem, &scts);
	/* Nobody's word counts without his key. */
	staple_read(response, &pair.leaf, NULL, AT, mem, &unchecked);
	assert(unchecked.status != STAPLE_GOOD && unchecked.status != STAPLE_REVOKED);
	return 0;
}
