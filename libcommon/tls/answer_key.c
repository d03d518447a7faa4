/* ServerKeyExchange: RFC 5246, 7.4.3; RFC 8422, 5.4; RFC 4279; RFC 5054; spec/ciphers.md, 4. */
#include <string.h>

#include <gnutls/crypto.h>

#include "tls/answer_inner.h"
#include "tls/suites.h"

#define CURVE_PRIME  1
#define CURVE_BINARY 2
#define CURVE_NAMED  3

static bool hash(struct reader data, uint8_t out[32])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, data.data, data.size, out) == 0;
}

static struct reader without_zeros(struct reader number)
{
	while (number.size > 0 && number.data[0] == 0)
		(void)take8(&number);
	return number;
}

static unsigned bits_of(struct reader number)
{
	number = without_zeros(number);
	if (number.size == 0)
		return 0;
	return (unsigned)(number.size - 1) * 8 + (32 - (unsigned)__builtin_clz(number.data[0]));
}

/* 0, 1 and p - 1 make the shared secret known (p is odd: its last octet alone differs). */
static bool is_weak(struct reader public, struct reader prime)
{
	public = without_zeros(public);
	prime = without_zeros(prime);
	if (public.size == 0 || (public.size == 1 && public.data[0] == 1))
		return true;
	size_t last = public.size - 1;
	return public.size == prime.size && memcmp(public.data, prime.data, last) == 0 &&
	       public.data[last] == (uint8_t)(prime.data[last] - 1) && prime.data[last] != 0;
}

static unsigned small_number(struct reader number)
{
	unsigned value = 0;
	number = without_zeros(number);
	if (number.size > sizeof(value))
		return 0;
	while (number.size > 0)
		value = value << 8 | take8(&number);
	return value;
}

static void note_public(struct answer_facts *facts, struct reader public)
{
	facts->has_public = hash(public, facts->public_sha256);
}

static bool take_field(struct answer *answer, struct reader *body)
{
	struct reader prime = take_vector(body, 2), generator = take_vector(body, 2);
	struct reader public = take_vector(body, 2);
	struct dh_seen *dh = &answer->facts.dh;
	if (body->short_of || bits_of(prime) == 0 || generator.size == 0 || public.size == 0)
		return answer_spoil(answer, "malformed Diffie-Hellman parameters");
	if (!hash(without_zeros(prime), dh->prime_sha256))
		return answer_spoil(answer, "a modulus that cannot be hashed");
	dh->bits = bits_of(prime);
	dh->generator = small_number(generator);
	dh->weak_public = is_weak(public, prime);
	note_public(&answer->facts, public);
	return true;
}

static bool take_curve(struct answer *answer, struct reader *body)
{
	unsigned type = take8(body);
	answer->facts.explicit_curve = type == CURVE_PRIME || type == CURVE_BINARY;
	if (answer->facts.explicit_curve)
		return true; /* finding enough, and not read further */
	if (!body->short_of && type != CURVE_NAMED)
		return answer_spoil(answer, "a curve of the unknown type %u", type);
	unsigned group = take16(body);
	struct reader point = take_vector(body, 1);
	if (body->short_of || point.size == 0)
		return answer_spoil(answer, "malformed parameters of an elliptic curve");
	answer->facts.group = (uint16_t)group;
	note_public(&answer->facts, point);
	return true;
}

static bool take_export_key(struct answer *answer, struct reader *body)
{
	struct reader modulus = take_vector(body, 2), exponent = take_vector(body, 2);
	if (body->short_of || exponent.size == 0 || bits_of(modulus) == 0)
		return answer_spoil(answer, "a malformed RSA key in the ServerKeyExchange");
	answer->facts.rsa_export_bits = bits_of(modulus);
	return true;
}

static bool take_srp(struct answer *answer, struct reader *body)
{
	struct reader prime = take_vector(body, 2);
	(void)take_vector(body, 2);
	(void)take_vector(body, 1);
	(void)take_vector(body, 2);
	if (body->short_of || bits_of(prime) == 0)
		return answer_spoil(answer, "malformed SRP parameters");
	answer->facts.dh.bits = bits_of(prime);
	return hash(without_zeros(prime), answer->facts.dh.prime_sha256);
}

/* The identity hint of RFC 4279. */
static bool take_hint(struct answer *answer, struct reader *body)
{
	(void)take_vector(body, 2);
	return !body->short_of || answer_spoil(answer, "a malformed hint in the ServerKeyExchange");
}

/* TLS 1.2 says which scheme it signed with; earlier versions have one for each kind of key. */
static bool take_signature(struct answer *answer, struct reader *body)
{
	unsigned scheme = answer->facts.version == TLS_1_2 ? take16(body) : 0;
	(void)take_vector(body, 2);
	if (body->short_of || body->size > 0)
		return answer_spoil(answer, "a malformed signature in the ServerKeyExchange");
	answer->facts.scheme = (uint16_t)scheme;
	return true;
}

static bool take_nothing(struct answer *answer, const struct reader *body)
{
	return body->size == 0 ||
	       answer_spoil(answer, "octets behind the parameters of the ServerKeyExchange");
}

/* Parameters are signed where the suite has a key that can. */
static bool take_rest(struct answer *answer, const struct suite *suite, struct reader *body)
{
	if (answer->facts.explicit_curve)
		return true;
	bool is_signed = suite->auth == AUTH_RSA || suite->auth == AUTH_DSS ||
			 suite->auth == AUTH_ECDSA;
	return is_signed ? take_signature(answer, body) : take_nothing(answer, body);
}

bool answer_key_exchange(struct answer *answer, struct reader body)
{
	const struct suite *suite = suite_by_code(answer->facts.suite);
	switch (suite ? suite->exchange : KX_OTHER) {
	case KX_DHE:
	case KX_DH_ANON:
		return take_field(answer, &body) && take_rest(answer, suite, &body);
	case KX_ECDHE:
	case KX_ECDH_ANON:
		return take_curve(answer, &body) && take_rest(answer, suite, &body);
	case KX_RSA:
		return take_export_key(answer, &body) && take_signature(answer, &body);
	case KX_PSK:
	case KX_RSA_PSK: /* the key decrypts, and signs nothing */
		return take_hint(answer, &body) && take_nothing(answer, &body);
	case KX_DHE_PSK:
		return take_hint(answer, &body) && take_field(answer, &body) &&
		       take_nothing(answer, &body);
	case KX_ECDHE_PSK:
		return take_hint(answer, &body) && take_curve(answer, &body) &&
		       take_rest(answer, suite, &body);
	case KX_SRP:
		return take_srp(answer, &body) && take_rest(answer, suite, &body);
	case KX_NONE:
	case KX_TLS13:
	case KX_DH:
	case KX_ECDH:
	case KX_KRB5:
	case KX_GOST:
	case KX_OTHER:
		break; /* nothing that we know how to read */
	}
	return true;
}
