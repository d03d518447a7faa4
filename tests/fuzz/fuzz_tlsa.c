/* fuzz_tlsa.c - TLSA record sets against a fixed chain: nothing but its own octets, and what each
 * usage asks besides, may ever bind it.
 *
 * The first octet picks what is asked: is the domain named, the root trusted, the leaf in time, the
 * root sent. Then records: usage, selector, matching type, and the size of the data that follows;
 * sizes from 240 stand for the data of a certificate of the chain. */
#include <assert.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "tls/dane.h"
#include "tls/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OWN_DATA 240
#define JULY_26  1782864000

/* The leaf and the root of spec/data/dane-tlsa-vectors.json; both end in 2120. */
static const char leaf_pem[] = "-----BEGIN CERTIFICATE-----\n"
			       "MIIB0TCCAXegAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlUZXN0IFJv\n"
			       "b3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM\n"
			       "CmltLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARvSvFkttBIeRSR\n"
			       "NrfXor+IkvhweQpZ3JQnif/qUCdDusC67ySZO6dQ2ph7pKhjK6Xk8HvvXlIfpCID\n"
			       "CxmXtMHgo4G2MIGzMAwGA1UdEwEB/wQCMAAwgY0GA1UdEQSBhTCBgoIKaW0uZXhh\n"
			       "bXBsZYIMKi5pbS5leGFtcGxloCUGCCsGAQUFBwgHoBkWF194bXBwLWNsaWVudC5p\n"
			       "bS5leGFtcGxloCUGCCsGAQUFBwgHoBkWF194bXBwLXNlcnZlci5pbS5leGFtcGxl\n"
			       "oBgGCCsGAQUFBwgFoAwMCmltLmV4YW1wbGUwEwYDVR0lBAwwCgYIKwYBBQUHAwEw\n"
			       "CgYIKoZIzj0EAwIDSAAwRQIhALXZuh/yTSCQZdeDgghbQKjdlwYq60p8YW+CxubI\n"
			       "jyrNAiA7pyfGV4Sla2ue/0LRITTdalOxL/mQvX9pyYM1rScqow==\n"
			       "-----END CERTIFICATE-----\n";
static const char root_pem[] = "-----BEGIN CERTIFICATE-----\n"
			       "MIIBOzCB4qADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCVRlc3QgUm9v\n"
			       "dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ\n"
			       "VGVzdCBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElMFcl9n4GQSH/URF\n"
			       "8rJ1G+RyI8Gc0SpBzYhHphh2EXkmDGF62U2JuEWPjNvxGoDGFvbz3/Ftccxq5QTM\n"
			       "Pr42NKMjMCEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZI\n"
			       "zj0EAwIDSAAwRQIhAIcP2XIQyM1jUYX5zFMyMJk5p+Ws7T+4xKcxXNseR1oOAiBG\n"
			       "egIbMjNgEPRyx1LD7ecEMIhTxNZsumIsSsD13NlRvA==\n"
			       "-----END CERTIFICATE-----\n";

enum { NAMED = 1, TRUSTED = 2, EXPIRED = 4, ALONE = 8 };

struct chain {
	struct cert_facts certs[2];
	struct trust *trust; /* the root, or nobody */
};

static void read_cert(const char *pem, struct arena *mem, struct cert_facts *out)
{
	struct bytes der;
	struct err err;
	size_t broken;
	size_t count = cert_from_pem((struct bytes){ (const uint8_t *)pem, strlen(pem) }, mem, &der,
				     1, &broken);
	bool read = count == 1 && cert_read(der, mem, out, &err);
	assert(read);
}

static struct bytes own_data(const struct cert_facts *cert, const struct dns_tlsa *tlsa,
			     struct arena *mem)
{
	struct bytes whole = tlsa->selector == 1 ? cert->key_info : cert->der;
	uint8_t digest[64];
	if (tlsa->matching == 0)
		return whole;
	bool sha256 = tlsa->matching == 1;
	gnutls_hash_fast(sha256 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA512, whole.data, whole.size,
			 digest);
	return arena_bytes(mem, digest, sha256 ? 32 : 64);
}

static size_t read_records(const uint8_t *data, size_t size, const struct chain *chain,
			   struct arena *mem, struct dns_record *out)
{
	size_t count = 0;
	while (size >= 4 && count < DNS_RECORDS_MAX) {
		struct dns_tlsa *tlsa = &out[count++].tlsa;
		size_t length = data[3];
		*tlsa = (struct dns_tlsa){ data[0], data[1], data[2], { 0 } };
		data += 4;
		size -= 4;
		if (length >= OWN_DATA) {
			tlsa->data = own_data(&chain->certs[length % 2], tlsa, mem);
			continue;
		}
		length = length < size ? length : size;
		tlsa->data = arena_bytes(mem, data, length);
		data += length;
		size -= length;
	}
	return count;
}

/* What a record that matches must be: of the leaf for usages 1 and 3, of the root for 0 and 2, and
 * more than octets but for usage 3. */
static void check_match(const struct dns_tlsa *tlsa, const struct chain *chain, unsigned options,
			struct arena *mem)
{
	bool of_leaf = tlsa->usage == 1 || tlsa->usage == 3;
	struct bytes wanted = own_data(&chain->certs[of_leaf ? 0 : 1], tlsa, mem);
	assert(tlsa->usage <= 3 && tlsa->selector <= 1 && tlsa->matching <= 2);
	assert(bytes_equal(wanted, tlsa->data));
	if (tlsa->usage == 3)
		return;
	assert((options & NAMED) && !(options & EXPIRED));
	assert(tlsa->usage == 2 || (options & TRUSTED));
	/* CRT-47 */
	assert(tlsa->usage != 2 || !(options & ALONE) ||
	       (tlsa->selector == 0 && tlsa->matching == 0));
}

static void check(const struct dane_facts *facts, size_t count, const struct chain *chain,
		  unsigned options, struct arena *mem)
{
	bool matches = false, usable = false;
	assert(facts->count == count);
	for (size_t i = 0; i < count; i++) {
		const struct dane_record_facts *record = &facts->records[i];
		assert(record->reason && record->cert >= -1 && record->cert <= 1);
		usable = usable || record->verdict != DANE_UNUSABLE;
		if (record->verdict != DANE_MATCHES)
			continue;
		assert(matches || facts->matched == record);
		matches = true;
		check_match(&record->tlsa, chain, options, mem);
	}
	assert((facts->status == DANE_MATCH) == matches);
	assert((facts->status == DANE_NO_USABLE) == !usable);
	assert(!facts->reason == matches && !facts->matched == !matches);
}

static void release(struct chain *chain)
{
	trust_free(&chain->trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(release) struct chain chain = { 0 };
	struct dns_record records[DNS_RECORDS_MAX] = { 0 };
	struct dane_facts facts;
	if (size < 5)
		return 0;
	unsigned options = data[0];
	read_cert(leaf_pem, mem, &chain.certs[0]);
	read_cert(root_pem, mem, &chain.certs[1]);
	chain.trust = trust_of(&chain.certs[1].der, options & TRUSTED ? 1 : 0);
	const struct dane_subject subject = {
		.chain = chain.certs,
		.count = options & ALONE ? 1 : 2,
		.domain = options & NAMED ? "im.example" : "other.example",
		.target = "xmpp.example",
		.srv_service = "_xmpp-client",
		.trust = chain.trust,
		.at = options & EXPIRED ? chain.certs[0].not_after + 1 : JULY_26,
	};
	const struct tlsa_lookup lookup = {
		.asked = true,
		.base = subject.target,
		.srv = DNSSEC_SECURE,
		.address = DNSSEC_SECURE,
		.answer = { .name = "_5222._tcp.xmpp.example",
			    .type = DNS_TLSA,
			    .outcome = DNS_FOUND,
			    .dnssec = DNSSEC_SECURE,
			    .records = records,
			    .count = read_records(data + 1, size - 1, &chain, mem, records) },
	};
	dane_judge(&lookup, &subject, mem, &facts);
	check(&facts, lookup.answer.count, &chain, options, mem);
	return 0;
}
