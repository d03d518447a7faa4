/* Octets: RFC 6698, 2.1, and which of them say nothing. */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "tls/dane_inner.h"
#include "tls/der.h"
#include "tls/der_tag.h"

#define SHA256_SIZE 32

static void sha512(struct bytes data, uint8_t out[SHA512_SIZE])
{
	gnutls_hash_fast(GNUTLS_DIG_SHA512, data.data, data.size, out);
}

void dane_print(const struct cert_facts *cert, struct dane_print *out)
{
	*out = (struct dane_print){ .cert = cert };
	if (!cert->subject)
		return;
	out->whole = cert->der;
	out->key = cert->key_info;
	sha512(out->whole, out->whole_sha512);
	sha512(out->key, out->key_sha512);
}

bool dane_print_matches(const struct dane_print *print, const struct dns_tlsa *tlsa)
{
	const struct cert_facts *cert = print->cert;
	bool whole = tlsa->selector == 0;
	struct bytes wanted = whole ? print->whole : print->key;
	if (wanted.size == 0)
		return false;
	if (tlsa->matching == 1)
		wanted = (struct bytes){ whole ? cert->sha256 : cert->spki_sha256, SHA256_SIZE };
	else if (tlsa->matching == 2)
		wanted = (struct bytes){ whole ? print->whole_sha512 : print->key_sha512,
					 SHA512_SIZE };
	return bytes_equal(wanted, tlsa->data);
}

/* SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
 */
static bool is_key(struct bytes data)
{
	struct der outer, algorithm, key;
	return der_take(&data, TAG_SEQUENCE, &outer) && data.size == 0 &&
	       der_take(&outer.value, TAG_SEQUENCE, &algorithm) &&
	       der_take(&outer.value, TAG_BIT_STRING, &key) && outer.value.size == 0;
}

static bool is_certificate(struct bytes data, struct arena *mem)
{
	struct cert_facts cert;
	struct err err;
	return cert_read(data, mem, &cert, &err);
}

static const char *wrong_size(size_t size, const char *digest, size_t wanted, struct arena *mem)
{
	if (size == wanted)
		return NULL;
	return arena_printf(mem, "its data has %zu octets, %s has %zu", size, digest, wanted);
}

const char *dane_unusable(const struct dns_tlsa *tlsa, struct arena *mem)
{
	if (tlsa->usage > 3)
		return arena_printf(mem, "usage %u is not known", tlsa->usage);
	if (tlsa->selector > 1)
		return arena_printf(mem, "selector %u is not known", tlsa->selector);
	if (tlsa->matching == 1)
		return wrong_size(tlsa->data.size, "SHA-256", SHA256_SIZE, mem);
	if (tlsa->matching == 2)
		return wrong_size(tlsa->data.size, "SHA-512", SHA512_SIZE, mem);
	if (tlsa->matching > 2)
		return arena_printf(mem, "matching type %u is not known", tlsa->matching);
	if (tlsa->selector == 0 && !is_certificate(tlsa->data, mem))
		return "its data is no certificate";
	if (tlsa->selector == 1 && !is_key(tlsa->data))
		return "its data is no public key";
	return NULL;
}

const char *dane_record_text(const struct cert_facts *cert, uint8_t usage, uint8_t selector,
			     uint8_t matching, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct dane_print print;
	dane_print(cert, &print);
	buf_printf(&text, "%u %u %u ", usage, selector, matching);
	if (matching == 1)
		buf_hex(&text, selector == 0 ? cert->sha256 : cert->spki_sha256, SHA256_SIZE);
	else
		buf_hex(&text, selector == 0 ? print.whole_sha512 : print.key_sha512, SHA512_SIZE);
	return arena_copy(mem, buf_string(&text));
}
