#include "tls/signature.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tls/der.h"
#include "tls/der_tag.h"

/* MD5 and SHA-1 are verified as well: that they are weak is told by itself. */
#define FLAGS                                                                                      \
	(GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_RSA_MD5 |                           \
	 GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)
/* For gnutls_x509_crt_verify(): everything it might mind but the signature. */
#define ALONE                                                                                      \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |           \
	 GNUTLS_VERIFY_DISABLE_CRL_CHECKS | GNUTLS_VERIFY_DISABLE_CA_SIGN |                        \
	 GNUTLS_VERIFY_DO_NOT_ALLOW_SAME)

/* gnutls_datum_t has no const; what it is given to here only reads. */
static gnutls_datum_t datum(struct bytes data)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)data.data, (unsigned)data.size };
}

static void close_cert(gnutls_x509_crt_t *cert)
{
	if (*cert)
		gnutls_x509_crt_deinit(*cert);
}

static void close_key(gnutls_pubkey_t *key)
{
	if (*key)
		gnutls_pubkey_deinit(*key);
}

static bool import(struct bytes der, gnutls_x509_crt_t *out)
{
	gnutls_datum_t data = datum(der);
	return gnutls_x509_crt_init(out) == 0 &&
	       gnutls_x509_crt_import(*out, &data, GNUTLS_X509_FMT_DER) == 0;
}

/* RSASSA-PSS carries parameters that only the certificate interface reads. */
static enum signature_result check_certs(const struct cert_facts *cert,
					 const struct cert_facts *issuer)
{
	CLEANUP(close_cert) gnutls_x509_crt_t signed_one = NULL, signer = NULL;
	unsigned status = 0;
	if (!import(cert->der, &signed_one) || !import(issuer->der, &signer) ||
	    gnutls_x509_crt_verify(signed_one, &signer, 1, ALONE, &status) != 0)
		return SIGNATURE_UNKNOWN;
	if (status & GNUTLS_CERT_INSECURE_ALGORITHM) /* SHA-1, or a key too short for its hash */
		return SIGNATURE_UNKNOWN;
	return status & GNUTLS_CERT_INVALID ? SIGNATURE_BAD : SIGNATURE_GOOD;
}

static bool take_number(struct bytes *at, size_t most_bits)
{
	struct der number;
	return der_take(at, TAG_INTEGER, &number) && number.value.size <= most_bits / 8 + 1;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }: nobody needs exponents
 * beyond 32 bits, and few a modulus beyond 4096. */
static bool is_modest_rsa(struct bytes key)
{
	struct der sequence;
	if (!der_take(&key, TAG_SEQUENCE, &sequence))
		return false;
	struct bytes again = sequence.value;
	return (take_number(&sequence.value, 16384) && take_number(&sequence.value, 32)) ||
	       (take_number(&again, 4096) && take_number(&again, 64));
}

/* Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }: FIPS 186-4 ends at 3072 and 256. */
static bool is_modest_dsa(struct bytes parameters)
{
	struct der sequence;
	return der_take(&parameters, TAG_SEQUENCE, &sequence) &&
	       take_number(&sequence.value, 3072) && take_number(&sequence.value, 256);
}

static bool is_oid(struct bytes oid, const char *octets)
{
	return bytes_equal(oid, (struct bytes){ (const uint8_t *)octets, strlen(octets) });
}

/* What a stranger's key costs is his to choose: an exponent of 16,384 bits takes a second a
 * signature, a DSA group of 16,000 bits another. Keys of other kinds have few sizes. The key alone
 * is looked at: one out of a TLSA record comes without a certificate around it. */
static bool is_costly(struct bytes key_info)
{
	struct der info, algorithm, kind, key;
	if (!der_take(&key_info, TAG_SEQUENCE, &info) ||
	    !der_take(&info.value, TAG_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm.value, TAG_OID, &kind) ||
	    !der_take(&info.value, TAG_BIT_STRING, &key) || key.value.size == 0)
		return true;
	struct bytes content = { key.value.data + 1, key.value.size - 1 };
	if (is_oid(kind.value, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") || /* RSA */
	    is_oid(kind.value, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"))   /* RSASSA-PSS */
		return !is_modest_rsa(content);
	if (is_oid(kind.value, "\x2a\x86\x48\xce\x38\x04\x01"))
		return !is_modest_dsa(algorithm.value);
	return false;
}

static gnutls_sign_algorithm_t algorithm_of(const struct cert_facts *cert)
{
	struct bytes at = cert->signature_algorithm;
	struct der identifier, oid;
	char text[128];
	if (!der_take(&at, TAG_SEQUENCE, &identifier) ||
	    !der_take(&identifier.value, TAG_OID, &oid))
		return GNUTLS_SIGN_UNKNOWN;
	return gnutls_oid_to_sign(der_oid_text(oid.value, text));
}

/* A positive INTEGER in the shortest form. */
static bool take_positive(struct bytes *at)
{
	struct der number;
	return der_take(at, TAG_INTEGER, &number) && der_is_integer(number.value) &&
	       !(number.value.data[0] & 0x80) && !(number.value.size == 1 && !number.value.data[0]);
}

/* Ecdsa-Sig-Value, Dss-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } in DER (RFC 3279, 2.2.2):
 * other spellings of the same pair verify as well, and would let anybody rewrite a signed
 * certificate. */
static bool is_pair(struct bytes value)
{
	struct der sequence;
	return der_take(&value, TAG_SEQUENCE, &sequence) && value.size == 0 &&
	       take_positive(&sequence.value) && take_positive(&sequence.value) &&
	       sequence.value.size == 0;
}

static bool signs_with_pairs(gnutls_sign_algorithm_t algorithm)
{
	gnutls_pk_algorithm_t key = gnutls_sign_get_pk_algorithm(algorithm);
	return key == GNUTLS_PK_ECDSA || key == GNUTLS_PK_DSA;
}

/* The names may be spelt in two ways, which the certificate interface would mind: so key and data.
 */
enum signature_result signature_check(const struct cert_facts *cert,
				      const struct cert_facts *issuer)
{
	CLEANUP(close_key) gnutls_pubkey_t key = NULL;
	gnutls_datum_t info = datum(issuer->key_info), data = datum(cert->tbs),
		       value = datum(cert->signature_value);
	if (is_costly(issuer->key_info))
		return SIGNATURE_UNKNOWN;
	if (strcmp(cert->signature, "rsassaPss") == 0)
		return check_certs(cert, issuer);
	gnutls_sign_algorithm_t algorithm = algorithm_of(cert);
	if (algorithm == GNUTLS_SIGN_UNKNOWN || gnutls_pubkey_init(&key) != 0 ||
	    gnutls_pubkey_import(key, &info, GNUTLS_X509_FMT_DER) != 0)
		return SIGNATURE_UNKNOWN;
	if (signs_with_pairs(algorithm) && !is_pair(cert->signature_value))
		return SIGNATURE_BAD;
	int code = gnutls_pubkey_verify_data2(key, algorithm, FLAGS, &data, &value);
	return code >= 0 ? SIGNATURE_GOOD : SIGNATURE_BAD;
}

#define MEMO_SLOTS 2048

struct proven {
	uint8_t cert[32], key[32]; /* SHA-256; of what is all zeros nobody has the hash */
};

struct signature_memo {
	pthread_mutex_t lock;
	struct proven slots[MEMO_SLOTS];
};

struct signature_memo *signature_memo_new(void)
{
	struct signature_memo *memo = memory_new(sizeof(*memo));
	pthread_mutex_init(&memo->lock, NULL);
	return memo;
}

void signature_memo_free(struct signature_memo **memo)
{
	if (!*memo)
		return;
	pthread_mutex_destroy(&(*memo)->lock);
	free(*memo);
	*memo = NULL;
}

static struct proven *slot_of(struct signature_memo *memo, const struct cert_facts *cert)
{
	return &memo->slots[(cert->sha256[0] << 8 | cert->sha256[1]) % MEMO_SLOTS];
}

enum signature_result signature_check_once(struct signature_memo *memo,
					   const struct cert_facts *cert,
					   const struct cert_facts *issuer)
{
	struct proven pair, *slot = slot_of(memo, cert);
	memcpy(pair.cert, cert->sha256, sizeof(pair.cert));
	memcpy(pair.key, issuer->spki_sha256, sizeof(pair.key));
	pthread_mutex_lock(&memo->lock);
	bool known = memcmp(slot, &pair, sizeof(pair)) == 0;
	pthread_mutex_unlock(&memo->lock);
	if (known)
		return SIGNATURE_GOOD;
	enum signature_result result = signature_check(cert, issuer);
	if (result != SIGNATURE_GOOD)
		return result;
	pthread_mutex_lock(&memo->lock);
	*slot = pair;
	pthread_mutex_unlock(&memo->lock);
	return result;
}

bool signature_can_read(const struct cert_facts *cert)
{
	CLEANUP(close_cert) gnutls_x509_crt_t copy = NULL;
	return import(cert->der, &copy);
}
