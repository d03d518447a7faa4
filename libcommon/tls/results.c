/* What was negotiated, in IANA's names. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tls/handshake.h"
#include "tls/suites.h"

enum tls_version session_version(const struct session *session)
{
	gnutls_protocol_t version = gnutls_protocol_get_version(session->tls);
	return version == GNUTLS_TLS1_3   ? TLS_1_3
	       : version == GNUTLS_TLS1_2 ? TLS_1_2
	       : version == GNUTLS_TLS1_1 ? TLS_1_1
	       : version == GNUTLS_TLS1_0 ? TLS_1_0
	       : version == GNUTLS_SSL3   ? SSL_3_0
					  : TLS_VERSION_NONE;
}

/* GnuTLS writes SECP256R1, X25519, FFDHE2048: the registry has them in lower case. */
static const char *group_name(gnutls_group_t group, struct arena *mem)
{
	static const char *const exceptions[][2] = {
		{ "X25519-MLKEM768", "X25519MLKEM768" },
		{ "SECP256R1-MLKEM768", "SecP256r1MLKEM768" },
		{ "SECP384R1-MLKEM1024", "SecP384r1MLKEM1024" },
	};
	const char *name = gnutls_group_get_name(group);
	if (!name)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (strcmp(exceptions[i][0], name) == 0)
			return exceptions[i][1];
	}
	char *copy = arena_copy(mem, name);
	for (char *c = copy; *c && strncmp(name, "GC", 2) != 0; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* The registry's names of RFC 8446, and in its style for the pairs of hash and signature that only
 * TLS 1.2 has. */
static const struct scheme {
	gnutls_sign_algorithm_t sign;
	const char *name;
} schemes[] = {
	{ GNUTLS_SIGN_RSA_SHA256, "rsa_pkcs1_sha256" },
	{ GNUTLS_SIGN_RSA_SHA384, "rsa_pkcs1_sha384" },
	{ GNUTLS_SIGN_RSA_SHA512, "rsa_pkcs1_sha512" },
	{ GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, "rsa_pss_rsae_sha256" },
	{ GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, "rsa_pss_rsae_sha384" },
	{ GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, "rsa_pss_rsae_sha512" },
	{ GNUTLS_SIGN_RSA_PSS_SHA256, "rsa_pss_pss_sha256" },
	{ GNUTLS_SIGN_RSA_PSS_SHA384, "rsa_pss_pss_sha384" },
	{ GNUTLS_SIGN_RSA_PSS_SHA512, "rsa_pss_pss_sha512" },
	{ GNUTLS_SIGN_ECDSA_SHA256, "ecdsa_secp256r1_sha256" },
	{ GNUTLS_SIGN_ECDSA_SHA384, "ecdsa_secp384r1_sha384" },
	{ GNUTLS_SIGN_ECDSA_SHA512, "ecdsa_secp521r1_sha512" },
	{ GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, "ecdsa_secp256r1_sha256" },
	{ GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, "ecdsa_secp384r1_sha384" },
	{ GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, "ecdsa_secp521r1_sha512" },
	{ GNUTLS_SIGN_EDDSA_ED25519, "ed25519" },
	{ GNUTLS_SIGN_EDDSA_ED448, "ed448" },
	{ GNUTLS_SIGN_RSA_SHA1, "rsa_pkcs1_sha1" },
	{ GNUTLS_SIGN_ECDSA_SHA1, "ecdsa_sha1" },
	{ GNUTLS_SIGN_DSA_SHA1, "dsa_sha1" },
	{ GNUTLS_SIGN_RSA_MD5, "rsa_pkcs1_md5" },
	{ GNUTLS_SIGN_RSA_SHA224, "rsa_pkcs1_sha224" },
	{ GNUTLS_SIGN_ECDSA_SHA224, "ecdsa_sha224" },
	{ GNUTLS_SIGN_DSA_SHA224, "dsa_sha224" },
	{ GNUTLS_SIGN_DSA_SHA256, "dsa_sha256" },
	{ GNUTLS_SIGN_DSA_SHA384, "dsa_sha384" },
	{ GNUTLS_SIGN_DSA_SHA512, "dsa_sha512" },
	{ GNUTLS_SIGN_GOST_256, "gostr34102012_256" },
	{ GNUTLS_SIGN_GOST_512, "gostr34102012_512" },
};

static const char *scheme_name(gnutls_sign_algorithm_t sign)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (schemes[i].sign == sign)
			return schemes[i].name;
	}
	return sign == GNUTLS_SIGN_UNKNOWN ? NULL : gnutls_sign_get_name(sign);
}

static void read_suite(gnutls_session_t tls, struct tls_facts *facts)
{
	const char *name = gnutls_ciphersuite_get(tls);
	const struct suite *suite = name ? suite_by_gnutls_name(name) : NULL;
	if (!suite) { /* a suite younger than our table */
		facts->cipher = name;
		facts->bits = (unsigned)gnutls_cipher_get_key_size(gnutls_cipher_get(tls)) * 8;
		facts->forward_secrecy = facts->version == TLS_1_3;
		return;
	}
	facts->cipher = suite->name;
	facts->bits = suite->bits;
	facts->forward_secrecy = suite->forward_secrecy;
}

static void read_exchange(gnutls_session_t tls, struct arena *mem, struct tls_facts *facts)
{
	if (!facts->forward_secrecy)
		return;
	gnutls_kx_algorithm_t exchange = gnutls_kx_get(tls);
	gnutls_group_t group = gnutls_group_get(tls);
	facts->group = group != GNUTLS_GROUP_INVALID ? group_name(group, mem) : NULL;
	if (facts->group && strncmp(facts->group, "ffdhe", 5) == 0) {
		facts->dh_bits = (unsigned)strtoul(facts->group + 5, NULL, 10);
	} else if (exchange == GNUTLS_KX_DHE_RSA || exchange == GNUTLS_KX_DHE_DSS) {
		int bits = gnutls_dh_get_prime_bits(tls);
		facts->dh_bits = bits > 0 ? (unsigned)bits : 0;
	}
	/* Before TLS 1.2 nothing was negotiated. */
	if (facts->version >= TLS_1_2)
		facts->signature = scheme_name(
			(gnutls_sign_algorithm_t)gnutls_sign_algorithm_get(tls));
}

/* Of the leaf. That of an intermediate, which TLS 1.3 allows, is not asked for by anybody. */
static void read_staple(gnutls_session_t tls, struct arena *mem, struct tls_facts *facts)
{
	gnutls_datum_t response;
	facts->staple = gnutls_ocsp_status_request_is_checked(tls, GNUTLS_OCSP_SR_IS_AVAIL);
	if (gnutls_ocsp_status_request_get2(tls, 0, &response) == 0 && response.size > 0)
		facts->ocsp = arena_bytes(mem, response.data, response.size);
}

void session_results(struct session *session, struct tls_facts *facts)
{
	gnutls_session_t tls = session->tls;
	unsigned flags = gnutls_session_get_flags(tls);
	gnutls_datum_t protocol;
	facts->up = true;
	facts->version = session_version(session);
	read_suite(tls, facts);
	read_exchange(tls, session->mem, facts);
	/* TLS 1.3 is built so: all secrets hang on the transcript, and nothing is renegotiated. */
	bool is_13 = facts->version == TLS_1_3;
	facts->extended_master_secret = is_13 || (flags & GNUTLS_SFLAGS_EXT_MASTER_SECRET);
	facts->safe_renegotiation = is_13 || (flags & GNUTLS_SFLAGS_SAFE_RENEGOTIATION);
	facts->encrypt_then_mac = flags & GNUTLS_SFLAGS_ETM;
	facts->session_ticket = flags & GNUTLS_SFLAGS_SESSION_TICKET;
	facts->resumed = gnutls_session_is_resumed(tls);
	if (!session->context->is_server)
		read_staple(tls, session->mem, facts);
	if (gnutls_alpn_get_selected_protocol(tls, &protocol) == 0)
		facts->alpn = arena_copy_n(session->mem, protocol.data, protocol.size);
}
