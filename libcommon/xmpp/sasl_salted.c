/* RFC 5802, 3: SaltedPassword := Hi(Normalize(password), salt, i), which is PBKDF2 with the hash's
 * HMAC, and nearly all that a login costs. */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "xmpp/sasl_inner.h"

#define HASH_MAX 32 /* octets: libgsasl knows SCRAM-SHA-1 and SCRAM-SHA-256 */

static gnutls_mac_algorithm_t mac_of(const char *mechanism)
{
	if (strncmp(mechanism, "SCRAM-SHA-256", 13) == 0)
		return GNUTLS_MAC_SHA256;
	return strncmp(mechanism, "SCRAM-SHA-1", 11) == 0 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_UNKNOWN;
}

/* The server's message was checked before (xmpp/scram.h), so these are a salt and a number. */
static bool hash(gnutls_mac_algorithm_t mac, const char *normalized, const char *salt,
		 const char *iterations, uint8_t *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes octets;
	unsigned long count = strtoul(iterations, NULL, 10);
	if (count == 0 || count > UINT_MAX || !base64_decode(salt, strlen(salt), mem, &octets))
		return false;
	const gnutls_datum_t key = { (unsigned char *)(uintptr_t)normalized,
				     (unsigned)strlen(normalized) };
	const gnutls_datum_t grain = { (unsigned char *)(uintptr_t)octets.data,
				       (unsigned)octets.size };
	return gnutls_pbkdf2(mac, &key, &grain, (unsigned)count, out, gnutls_hmac_get_len(mac)) >=
	       0;
}

static bool salt_password(Gsasl_session *session, gnutls_mac_algorithm_t mac, uint8_t *out)
{
	const char *password = gsasl_property_fast(session, GSASL_PASSWORD);
	const char *salt = gsasl_property_fast(session, GSASL_SCRAM_SALT);
	const char *iterations = gsasl_property_fast(session, GSASL_SCRAM_ITER);
	char *normalized = NULL;
	/* What SASLprep forbids is libgsasl's to say. */
	if (!password || !salt || !iterations ||
	    gsasl_saslprep(password, 0, &normalized, NULL) != GSASL_OK)
		return false;
	bool ok = hash(mac, normalized, salt, iterations, out);
	secret_wipe(normalized, strlen(normalized));
	gsasl_free(normalized);
	return ok;
}

int sasl_answer(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	uint8_t salted[HASH_MAX];
	char text[2 * HASH_MAX + 1] = "";
	(void)library;
	if (property != GSASL_SCRAM_SALTED_PASSWORD)
		return GSASL_NO_CALLBACK;
	gnutls_mac_algorithm_t mac = mac_of(gsasl_mechanism_name(session));
	if (mac == GNUTLS_MAC_UNKNOWN || !salt_password(session, mac, salted))
		return GSASL_NO_CALLBACK;
	for (size_t i = 0; i < gnutls_hmac_get_len(mac); i++) {
		text[2 * i] = "0123456789abcdef"[salted[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[salted[i] & 0xf];
	}
	int code = gsasl_property_set(session, GSASL_SCRAM_SALTED_PASSWORD, text);
	secret_wipe(salted, sizeof(salted));
	secret_wipe(text, sizeof(text));
	return code;
}
