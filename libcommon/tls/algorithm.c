#include "tls/algorithm.h"

#include <limits.h>
#include <string.h>

#include "tls/der.h"
#include "tls/der_tag.h"

struct named {
	const char *oid, *name;
	unsigned bits; /* keys of one size only */
};

/* As OpenSSL and the RFCs write them. */
static const struct named signatures[] = {
	{ "1.2.840.113549.1.1.11", "sha256WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.12", "sha384WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.13", "sha512WithRSAEncryption", 0 },
	{ "1.2.840.10045.4.3.2", "ecdsa-with-SHA256", 0 },
	{ "1.2.840.10045.4.3.3", "ecdsa-with-SHA384", 0 },
	{ "1.2.840.10045.4.3.4", "ecdsa-with-SHA512", 0 },
	{ "1.3.101.112", "Ed25519", 0 },
	{ "1.3.101.113", "Ed448", 0 },
	{ "1.2.840.113549.1.1.10", "rsassaPss", 0 },
	{ "1.2.840.113549.1.1.5", "sha1WithRSAEncryption", 0 },
	{ "1.3.14.3.2.29", "sha1WithRSA", 0 },
	{ "1.2.840.113549.1.1.14", "sha224WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.15", "sha512-224WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.2", "md2WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.3", "md4WithRSAEncryption", 0 },
	{ "1.2.840.113549.1.1.4", "md5WithRSAEncryption", 0 },
	{ "2.16.840.1.101.3.4.3.13", "RSA-SHA3-224", 0 },
	{ "2.16.840.1.101.3.4.3.14", "RSA-SHA3-256", 0 },
	{ "2.16.840.1.101.3.4.3.15", "RSA-SHA3-384", 0 },
	{ "2.16.840.1.101.3.4.3.16", "RSA-SHA3-512", 0 },
	{ "1.2.840.10045.4.1", "ecdsa-with-SHA1", 0 },
	{ "1.2.840.10045.4.3.1", "ecdsa-with-SHA224", 0 },
	{ "2.16.840.1.101.3.4.3.9", "ecdsa_with_SHA3-224", 0 },
	{ "2.16.840.1.101.3.4.3.10", "ecdsa_with_SHA3-256", 0 },
	{ "2.16.840.1.101.3.4.3.11", "ecdsa_with_SHA3-384", 0 },
	{ "2.16.840.1.101.3.4.3.12", "ecdsa_with_SHA3-512", 0 },
	{ "1.2.840.10040.4.3", "dsaWithSHA1", 0 },
	{ "2.16.840.1.101.3.4.3.1", "dsa_with_SHA224", 0 },
	{ "2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", 0 },
	{ "1.2.643.7.1.1.3.2", "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)", 0 },
	{ "1.2.643.7.1.1.3.3", "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)", 0 },
	{ "1.2.156.10197.1.501", "SM2-with-SM3", 0 },
	{ "2.16.840.1.101.3.4.3.17", "ML-DSA-44", 0 },
	{ "2.16.840.1.101.3.4.3.18", "ML-DSA-65", 0 },
	{ "2.16.840.1.101.3.4.3.19", "ML-DSA-87", 0 },
};

#define RSA     "1.2.840.113549.1.1.1"
#define RSA_PSS "1.2.840.113549.1.1.10"
#define EC      "1.2.840.10045.2.1"
#define DSA     "1.2.840.10040.4.1"

static const struct named keys[] = {
	{ RSA, "RSA", 0 },
	{ RSA_PSS, "RSA-PSS", 0 },
	{ DSA, "DSA", 0 },
	{ "1.3.101.112", "Ed25519", 256 },
	{ "1.3.101.113", "Ed448", 456 },
	{ "1.3.101.110", "X25519", 256 },
	{ "1.3.101.111", "X448", 448 },
	{ "1.2.643.7.1.1.1.1", "GOST R 34.10-2012", 256 },
	{ "1.2.643.7.1.1.1.2", "GOST R 34.10-2012", 512 },
	{ "2.16.840.1.101.3.4.3.17", "ML-DSA-44", 0 },
	{ "2.16.840.1.101.3.4.3.18", "ML-DSA-65", 0 },
	{ "2.16.840.1.101.3.4.3.19", "ML-DSA-87", 0 },
};

static const struct named curves[] = {
	{ "1.2.840.10045.3.1.7", "EC P-256", 256 },
	{ "1.3.132.0.34", "EC P-384", 384 },
	{ "1.3.132.0.35", "EC P-521", 521 },
	{ "1.3.132.0.33", "EC P-224", 224 },
	{ "1.2.840.10045.3.1.1", "EC P-192", 192 },
	{ "1.3.132.0.10", "EC secp256k1", 256 },
	{ "1.3.36.3.3.2.8.1.1.1", "EC brainpoolP160r1", 160 },
	{ "1.3.36.3.3.2.8.1.1.2", "EC brainpoolP160t1", 160 },
	{ "1.3.36.3.3.2.8.1.1.3", "EC brainpoolP192r1", 192 },
	{ "1.3.36.3.3.2.8.1.1.4", "EC brainpoolP192t1", 192 },
	{ "1.3.36.3.3.2.8.1.1.5", "EC brainpoolP224r1", 224 },
	{ "1.3.36.3.3.2.8.1.1.6", "EC brainpoolP224t1", 224 },
	{ "1.3.36.3.3.2.8.1.1.7", "EC brainpoolP256r1", 256 },
	{ "1.3.36.3.3.2.8.1.1.8", "EC brainpoolP256t1", 256 },
	{ "1.3.36.3.3.2.8.1.1.9", "EC brainpoolP320r1", 320 },
	{ "1.3.36.3.3.2.8.1.1.10", "EC brainpoolP320t1", 320 },
	{ "1.3.36.3.3.2.8.1.1.11", "EC brainpoolP384r1", 384 },
	{ "1.3.36.3.3.2.8.1.1.12", "EC brainpoolP384t1", 384 },
	{ "1.3.36.3.3.2.8.1.1.13", "EC brainpoolP512r1", 512 },
	{ "1.3.36.3.3.2.8.1.1.14", "EC brainpoolP512t1", 512 },
	{ "1.2.156.10197.1.301", "EC SM2", 256 },
};

static const struct named *find(const struct named *table, size_t count, const char *oid)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].oid, oid) == 0)
			return &table[i];
	}
	return NULL;
}

/* AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL } */
static bool split(struct bytes identifier, char oid[128], struct bytes *parameters)
{
	struct der sequence, algorithm;
	if (!der_take(&identifier, TAG_SEQUENCE, &sequence) ||
	    !der_take(&sequence.value, TAG_OID, &algorithm))
		return false;
	*parameters = sequence.value;
	return der_oid_text(algorithm.value, oid)[0] != '\0';
}

bool algorithm_signature(struct bytes identifier, struct arena *mem, const char **out)
{
	struct bytes parameters;
	char oid[128];
	if (!split(identifier, oid, &parameters))
		return false;
	const struct named *known = find(signatures, ARRAY_SIZE(signatures), oid);
	*out = known ? known->name : arena_copy(mem, oid);
	return true;
}

const char *algorithm_parameters_defect(struct bytes identifier, bool *harmless)
{
	struct bytes parameters, null = { (const uint8_t *)"\x05\x00", 2 };
	char oid[128];
	*harmless = false;
	if (!split(identifier, oid, &parameters))
		return NULL;
	const struct named *known = find(signatures, ARRAY_SIZE(signatures), oid);
	bool rsa = known && (strstr(known->name, "WithRSA") || strstr(known->name, "RSA-SHA3"));
	bool edwards = known && strncmp(known->name, "Ed", 2) == 0;
	bool bare = known && (edwards || strncmp(known->name, "ecdsa", 5) == 0 ||
			      strncmp(known->name, "dsa", 3) == 0);
	if ((!rsa && !bare) || (rsa && bytes_equal(parameters, null)) ||
	    (bare && parameters.size == 0))
		return NULL;
	/* Of old software; RFC 8410, 3 was written after it, and knows no excuse. */
	*harmless = !edwards && (parameters.size == 0 || bytes_equal(parameters, null));
	return "its signature algorithm has parameters of another kind";
}

static unsigned integer_bits(struct bytes value)
{
	while (value.size > 0 && value.data[0] == 0)
		value = (struct bytes){ value.data + 1, value.size - 1 };
	if (value.size == 0)
		return 0;
	return (unsigned)(value.size * 8) - (unsigned)(__builtin_clz(value.data[0]) - 24);
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, ... } in the BIT STRING, behind its count of unused
 * bits; Dss-Parms ::= SEQUENCE { p INTEGER, ... } */
static unsigned first_integer_bits(struct bytes sequence)
{
	struct der outer, number;
	if (!der_take(&sequence, TAG_SEQUENCE, &outer) ||
	    !der_take(&outer.value, TAG_INTEGER, &number))
		return 0;
	return integer_bits(number.value);
}

static const char *curve_name(struct bytes parameters, struct arena *mem, unsigned *bits)
{
	struct der curve;
	char oid[128];
	if (!der_take(&parameters, TAG_OID, &curve))
		return "EC with parameters of its own"; /* RFC 5480, 2.1.1 forbids them */
	const struct named *known = find(curves, ARRAY_SIZE(curves),
					 der_oid_text(curve.value, oid));
	*bits = known ? known->bits : 0;
	return known ? known->name : arena_printf(mem, "EC %s", oid);
}

static bool split_key(struct bytes info, struct bytes *identifier, struct bytes *key)
{
	struct der outer, algorithm, bits;
	if (!der_take(&info, TAG_SEQUENCE, &outer) ||
	    !der_take(&outer.value, TAG_SEQUENCE, &algorithm) ||
	    !der_take(&outer.value, TAG_BIT_STRING, &bits) || bits.value.size == 0)
		return false;
	*identifier = algorithm.whole;
	*key = (struct bytes){ bits.value.data + 1, bits.value.size - 1 };
	return true;
}

unsigned algorithm_rsa_exponent(struct bytes info)
{
	struct bytes identifier, content, parameters;
	struct der sequence, modulus, exponent;
	char oid[128];
	unsigned number;
	if (!split_key(info, &identifier, &content) || !split(identifier, oid, &parameters) ||
	    (strcmp(oid, RSA) != 0 && strcmp(oid, RSA_PSS) != 0) ||
	    !der_take(&content, TAG_SEQUENCE, &sequence) ||
	    !der_take(&sequence.value, TAG_INTEGER, &modulus) ||
	    !der_take(&sequence.value, TAG_INTEGER, &exponent))
		return 0;
	struct bytes value = exponent.value;
	/* 0 is taken for "no RSA key" by who asks; 2 is as little an exponent as what is negative,
	 * even or no number. */
	if (!der_is_integer(value) || value.data[0] & 0x80 || !(value.data[value.size - 1] & 1))
		return 2;
	return der_small(value, UINT_MAX - 1, &number) ? number : UINT_MAX;
}

static bool take_positive(struct bytes *at)
{
	struct der number;
	return der_take(at, TAG_INTEGER, &number) && der_is_integer(number.value) &&
	       !(number.value.data[0] & 0x80) && (number.value.size > 1 || number.value.data[0]);
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }; a modulus is odd. */
static bool is_rsa_key(struct bytes content)
{
	struct der sequence, exponent;
	if (!der_take(&content, TAG_SEQUENCE, &sequence) || content.size > 0)
		return false;
	struct bytes modulus = sequence.value;
	if (!take_positive(&sequence.value))
		return false;
	modulus.size -= sequence.value.size;
	return modulus.data[modulus.size - 1] & 1 &&
	       der_take(&sequence.value, TAG_INTEGER, &exponent) && sequence.value.size == 0;
}

#define POINT_COMPRESSED 0x02 /* and 0x03: SEC 1, 2.3.3 */
#define POINT_WHOLE      0x04

static const char *curve_defect(struct bytes parameters, struct bytes point)
{
	struct der curve;
	char oid[128];
	if (!der_take(&parameters, TAG_OID, &curve) || parameters.size > 0)
		return "the curve of its key is not named (RFC 5480 section 2.1.1)";
	const struct named *known = find(curves, ARRAY_SIZE(curves),
					 der_oid_text(curve.value, oid));
	if (!known)
		return "its key is of a curve that nobody knows";
	size_t octets = (known->bits + 7) / 8;
	bool whole = point.size == 1 + 2 * octets && point.data[0] == POINT_WHOLE;
	bool half = point.size == 1 + octets && (point.data[0] | 1) == (POINT_COMPRESSED | 1);
	return whole || half ? NULL : "its key is no point of its curve";
}

const char *algorithm_key_defect(struct bytes info)
{
	static const char malformed[] = "its key is malformed";
	struct bytes identifier, content, parameters;
	char oid[128];
	/* The octet before the key counts unused bits: there are none, nor anything behind it. */
	if (!split_key(info, &identifier, &content) || !split(identifier, oid, &parameters) ||
	    content.data[-1] != 0 || content.data + content.size != info.data + info.size)
		return malformed;
	if (strcmp(oid, EC) == 0)
		return curve_defect(parameters, content);
	if (strcmp(oid, RSA) == 0 || strcmp(oid, RSA_PSS) == 0)
		return is_rsa_key(content) ? NULL : malformed;
	const struct named *known = find(keys, ARRAY_SIZE(keys), oid);
	if (!known)
		return "its key is of a kind that nobody knows";
	if (known->name[0] == 'X') /* X25519, X448: RFC 8410, 5 */
		return "its key agrees on secrets and signs nothing, so it is of no use to TLS";
	/* Edwards curves: RFC 8410, 3 and 4. */
	bool fixed = strncmp(oid, "1.3.101.", 8) == 0;
	if (fixed && (parameters.size > 0 || content.size != (known->bits + 7) / 8))
		return malformed;
	return NULL;
}

bool algorithm_key(struct bytes info, struct arena *mem, const char **out, unsigned *bits)
{
	struct bytes identifier, content, parameters;
	char oid[128];
	if (!split_key(info, &identifier, &content) || !split(identifier, oid, &parameters))
		return false;
	*bits = 0;
	if (strcmp(oid, EC) == 0) {
		*out = curve_name(parameters, mem, bits);
		return true;
	}
	const struct named *known = find(keys, ARRAY_SIZE(keys), oid);
	*out = known ? known->name : arena_copy(mem, oid);
	if (strcmp(oid, RSA) == 0 || strcmp(oid, RSA_PSS) == 0)
		*bits = first_integer_bits(content);
	else if (strcmp(oid, DSA) == 0)
		*bits = first_integer_bits(parameters);
	else if (known)
		*bits = known->bits;
	return true;
}
