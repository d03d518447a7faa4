/* What one handshake shows: ciphers.md, sections 10 and 12, as far as a single handshake goes. */
#include "judge/parts.h"

#include <string.h>

#include "base/escape.h"
#include "tls/suites.h"

#define DH_LEAST 2048 /* RFC 9325, 4.5 */

static const struct suite *suite_of(const struct tls_facts *tls)
{
	for (size_t i = 0; tls->cipher && i < suite_count; i++) {
		if (strcmp(suites[i].name, tls->cipher) == 0)
			return &suites[i];
	}
	return NULL;
}

static void judge_version(const struct judging *judging)
{
	const struct tls_facts *tls = &judging->facts->tls;
	if (tls->version == SSL_3_0)
		FIND(judging, "tls-version-too-old", "SSL 3.0 was agreed upon");
	else if (tls->version < TLS_1_2)
		FIND_OTHER(judging, "tls-version-too-old",
			   "%s was agreed upon; 1.2 is the oldest version that may be used",
			   tls_version_name(tls->version));
	else if (tls->version == TLS_1_2 &&
		 (tls->newest_offered == TLS_VERSION_NONE || tls->newest_offered == TLS_1_3))
		FIND(judging, "tls13-missing", "TLS 1.2 is the newest version the server speaks");
}

static void judge_cipher(const struct judging *judging)
{
	const struct tls_facts *tls = &judging->facts->tls;
	const struct suite *suite = suite_of(tls);
	const char *name = tls->cipher ? escape_copy(judging->mem, tls->cipher, SHOWN_MAX) : "";
	if (strstr(name, "_anon_")) {
		FIND(judging, "tls-anonymous", "%s has no certificate", name);
		return;
	}
	if (!tls->forward_secrecy)
		FIND(judging, "tls-no-forward-secrecy",
		     "%s has no forward secrecy, and the server agreed to nothing better", name);
	if (!suite || tls->version >= TLS_1_3)
		return;
	if (strcmp(suite->grade, "insecure") == 0)
		FIND_OTHER(judging, "tls-weak-cipher", "%s is broken", name);
	else if (strcmp(suite->grade, "weak") == 0 && (tls->forward_secrecy || suite->bits < 128))
		FIND(judging, "tls-weak-cipher", "%s is weak (%u bits)", name,
		     (unsigned)suite->bits);
	else if (strcmp(suite->grade, "legacy") == 0 &&
		 !(tls->encrypt_then_mac && strstr(name, "_CBC_") && !strstr(name, "_DHE_")))
		FIND(judging, "tls-legacy-cipher",
		     "%s is dated; the server agreed to nothing better", name);
}

/* RFC 9325, 4.5: finite fields of 2048 bits, curves of 224. */
static void judge_key_exchange(const struct judging *judging)
{
	static const char *const small[] = { "secp160", "secp192", "sect163", "sect193" };
	const struct tls_facts *tls = &judging->facts->tls;
	if (tls->dh_bits > 0 && tls->dh_bits < DH_LEAST)
		FIND(judging, "tls-dh-weak",
		     "the Diffie-Hellman group has %u bits, 2048 is the least", tls->dh_bits);
	for (size_t i = 0; tls->group && i < ARRAY_SIZE(small); i++) {
		if (strncmp(tls->group, small[i], strlen(small[i])) == 0)
			FIND(judging, "tls-dh-weak", "the curve %s is too small",
			     escape_copy(judging->mem, tls->group, SHOWN_MAX));
	}
	if (tls->signature && (strstr(tls->signature, "sha1") || strstr(tls->signature, "md5")))
		FIND(judging, "tls-weak-signature", "the server signs the handshake with %s",
		     escape_copy(judging->mem, tls->signature, SHOWN_MAX));
}

void judge_tls(const struct judging *judging)
{
	const struct tls_facts *tls = &judging->facts->tls;
	if (!tls->up)
		return;
	judge_version(judging);
	judge_cipher(judging);
	judge_key_exchange(judging);
	if (tls->version <= TLS_1_2 && tls->version >= TLS_1_0 && !tls->extended_master_secret)
		FIND(judging, "tls-no-extended-master-secret",
		     "%s without the extended master secret", tls_version_name(tls->version));
	if (tls->version <= TLS_1_2 && !tls->safe_renegotiation)
		FIND(judging, "tls-no-secure-renegotiation",
		     "the server does not know secure renegotiation (RFC 5746)");
	if (judging->at->transport == TRANSPORT_DIRECT && tls->alpn_offered && !tls->alpn)
		FIND(judging, "alpn-missing", "the server does not answer our ALPN");
	if (judging->at->service == SERVICE_S2S && !tls->client_cert_requested)
		FIND(judging, "client-cert-not-requested",
		     "the server does not ask for our certificate: dialback only");
	if (tls->chain_cut)
		FIND_OTHER(judging, "limit-exceeded", "more than %d certificates were sent",
			   CHAIN_MAX);
}
