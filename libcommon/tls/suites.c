#include "tls/suites.h"

#include <stdlib.h>
#include <string.h>

static int compare_code(const void *key, const void *item)
{
	uint32_t code = *(const uint32_t *)key, other = ((const struct suite *)item)->code;
	return (code > other) - (code < other);
}

/* The null kind of SSLv2 and the null suite of TLS share the code 0; TLS stands first. */
const struct suite *suite_by_code(uint32_t code)
{
	const struct suite *found = bsearch(&code, suites, suite_count, sizeof(*suites),
					    compare_code);
	return found && found > suites && found[-1].code == code ? found - 1 : found;
}

const struct suite *suite_by_gnutls_name(const char *name)
{
	for (size_t i = 0; i < suite_count; i++) {
		const struct suite *suite = &suites[i];
		/* Drafts reused names for other codes: only what GnuTLS has counts. */
		if (suite->gnutls_name[0] &&
		    (strcmp(suite->gnutls_name, name) == 0 || strcmp(suite->name, name) == 0))
			return suite;
	}
	return NULL;
}

bool suite_is_cbc(const struct suite *suite)
{
	return strstr(suite->encryption, "CBC") != NULL;
}

bool suite_is_64_bit_block(const struct suite *suite)
{
	static const char *const ciphers[] = { "3DES",      "DES",   "IDEA",    "RC2",
					       "GOST28147", "MAGMA", "SKIPJACK" };
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (strncmp(suite->encryption, ciphers[i], strlen(ciphers[i])) == 0)
			return true;
	}
	return false;
}

bool suite_is_aead(const struct suite *suite)
{
	return strcmp(suite->mac, "AEAD") == 0;
}

bool suite_is_export(const struct suite *suite)
{
	return strstr(suite->name, "EXPORT") != NULL;
}

bool suite_is_anonymous(const struct suite *suite)
{
	return suite->exchange == KX_DH_ANON || suite->exchange == KX_ECDH_ANON;
}
