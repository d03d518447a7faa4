/* Whole chains: up to eight certificates, each behind its length in two octets, through
 * cert_read(), path_judge() and name_judge(). The anchors are the root of the fixtures, and one of
 * the certificates themselves where the first octet names it, so that there are ways to find. */
#include <assert.h>
#include <string.h>

#include "tls/der.h"
#include "tls/name.h"
#include "tls/path.h"
#include "tls/signature.h"

#define CERTS_MAX 8
#define JULY_26   1782864000 /* when the good fixtures are valid */

static const struct reference reference = { "im.example", "_xmpp-client" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* tests/data/certs/root.pem, the anchor of nearly all fixtures: embedded, since a fuzzer may be
 * started anywhere. */
static const char root_pem[] = "-----BEGIN CERTIFICATE-----\n"
			       "MIIBeTCCAR+gAwIBAgIUElR9dHVTCxCc02nAa7MliYfXgpEwCgYIKoZIzj0EAwIw\n"
			       "MjEcMBoGA1UECgwTWE1QUCBUTFMgdG9vbHMgdGVzdDESMBAGA1UEAwwJVGVzdCBS\n"
			       "b290MB4XDTIwMDEwMTAwMDAwMFoXDTQwMDEwMTAwMDAwMFowMjEcMBoGA1UECgwT\n"
			       "WE1QUCBUTFMgdG9vbHMgdGVzdDESMBAGA1UEAwwJVGVzdCBSb290MFkwEwYHKoZI\n"
			       "zj0CAQYIKoZIzj0DAQcDQgAE8YlYH5iSGsfC2TR5RugXp/WP3JoJjT+e1eDbSuqL\n"
			       "ZKpR81R8OT8/OQzNOwBvPRClw+9nVTCXikfyTNIdMVbeaqMTMBEwDwYDVR0TAQH/\n"
			       "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiA1UPxD6WQqY+3R4GULOVQI/UofHtAy\n"
			       "IdwQv4UeFWt1JgIhAOzx1gZ1Kd4pgBMG7hIyVW4kT0cGu8BfX0WpgLsrB0DO\n"
			       "-----END CERTIFICATE-----\n";

static struct bytes read_root(struct arena *mem)
{
	const struct bytes pem = { (const uint8_t *)root_pem, sizeof(root_pem) - 1 };
	struct bytes der = { 0 };
	size_t broken;
	assert(cert_from_pem(pem, mem, &der, 1, &broken) == 1);
	return der;
}

/* LL LL certificate, LL LL certificate ...; what is left of the last one where it is cut short. */
static size_t split(struct bytes at, struct bytes out[CERTS_MAX])
{
	size_t count = 0;
	while (count < CERTS_MAX && at.size >= 2) {
		size_t size = (size_t)at.data[0] << 8 | at.data[1];
		at = (struct bytes){ at.data + 2, at.size - 2 };
		size = size < at.size ? size : at.size;
		out[count++] = (struct bytes){ at.data, size };
		at = (struct bytes){ at.data + size, at.size - size };
	}
	return count;
}

/* What is trusted ends in an anchor, and each link was signed by the key of the next. */
static void check_trusted(const struct path_facts *path, const struct bytes *anchors, size_t count)
{
	bool found = false;
	assert(path->problems == 0 || path->problems == PATH_OUT_OF_ORDER);
	assert(path->way_length > 0 && path->anchor && !path->reason);
	const struct cert_facts *last = path->way[path->way_length - 1];
	for (size_t i = 0; i < count; i++)
		found |= bytes_equal(last->der, anchors[i]);
	assert(found);
	for (size_t i = 0; i + 1 < path->way_length; i++) {
		const struct cert_facts *cert = path->way[i], *issuer = path->way[i + 1];
		assert(signature_check(cert, issuer) == SIGNATURE_GOOD);
		assert(JULY_26 >= cert->not_before && JULY_26 <= cert->not_after);
		assert(issuer->is_ca || (i + 2 == path->way_length && issuer->version < 3));
		assert(!cert->defect && !cert->critical_unknown);
	}
}

static void judge_names(const struct cert_facts *leaf, bool constrained, struct arena *mem)
{
	struct name_facts names;
	name_judge(leaf, &reference, mem, &names);
	if (constrained)
		name_discount(&names);
	for (size_t i = 0; i < names.count; i++)
		assert(names.judgements[i].reason);
	assert(!names.matched || !names.matched->malformed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes ders[CERTS_MAX], anchors[2];
	struct cert_facts chain[CERTS_MAX] = { 0 };
	struct path_facts path;
	struct err err;
	if (size < 1)
		return 0;
	size_t count = split((struct bytes){ data + 1, size - 1 }, ders);
	size_t anchor_count = 1;
	anchors[0] = read_root(mem);
	/* The first octet: which certificate is an anchor, too; none of them mostly. */
	if (data[0] < count)
		anchors[anchor_count++] = ders[data[0]];
	CLEANUP(trust_free) struct trust *trust = trust_of(anchors, anchor_count);
	for (size_t i = 0; i < count; i++) {
		if (!cert_read(ders[i], mem, &chain[i], &err))
			chain[i] = (struct cert_facts){ 0 };
	}
	path_judge(chain, count, trust, JULY_26, mem, &path);
	if (path.trusted)
		check_trusted(&path, anchors, anchor_count);
	else
		assert(path.reason && path.problems);
	if (count > 0 && chain[0].subject)
		judge_names(&chain[0], path.constrained, mem);
	return 0;
}
