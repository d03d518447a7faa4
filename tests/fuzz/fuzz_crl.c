/* Revocation lists, for a certificate and its issuer. */
#include <assert.h>

#include "pair.h"
#include "tls/crl.h"
#include "tls/crl_list.h"

#define AT INT64_C(1782864000) /* 2026-07-01 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes der = { data, size };
	struct crl_facts facts;
	struct crl_list list;
	struct pair pair;
	struct err err;
	if (!pair_take(&der, mem, &pair) || !crl_list_read(der, mem, &list, &err))
		return 0;
	pair.leaf.crl_url = "http://crl.example/1.crl";
	const struct cert_facts *path[] = { &pair.leaf, &pair.issuer };
	const struct crl_set set = { .lists = &list, .count = 1 };
	crl_check(&set, path, 2, AT, mem, &facts);
	assert(facts.status != CRL_NOT_CHECKED);
	assert(!facts.reason == (facts.status == CRL_GOOD));
	assert(!facts.revocation || facts.status == CRL_REVOKED);
	return 0;
}
