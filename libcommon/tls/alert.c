/* The alerts of session.h: RFC 8446, 6, and what they tell an operator. */
#include <stddef.h>

#include "tls/handshake.h"

static const struct alert {
	int number;
	const char *name, *meaning;
} alerts[] = {
	{ 0, "close_notify",
	  "the server closed without a word: it may not serve this domain, or limit connections" },
	{ 10, "unexpected_message",
	  "the server expected another message: another protocol may live behind this port" },
	{ 20, "bad_record_mac", NULL },
	{ 21, "decryption_failed", NULL },
	{ 22, "record_overflow", "the server takes no hello of this size" },
	{ 30, "decompression_failure", NULL },
	{ 40, "handshake_failure",
	  "server and client share no cipher suite, group or signature algorithm, or the server has "
	  "no certificate for this name; try --tls-min 1.0" },
	{ 41, "no_certificate", NULL },
	{ 42, "bad_certificate", "the server rejects our client certificate" },
	{ 43, "unsupported_certificate",
	  "the server rejects our client certificate: wrong kind, or not for TLS clients (extended "
	  "key usage)" },
	{ 44, "certificate_revoked", "the server takes our client certificate for revoked" },
	{ 45, "certificate_expired", "our client certificate has expired" },
	{ 46, "certificate_unknown", "the server does not accept our client certificate" },
	{ 47, "illegal_parameter",
	  "the server finds the hello inconsistent; try --tls-max 1.2 to see whether TLS 1.3 "
	  "disturbs it" },
	{ 48, "unknown_ca", "the server does not trust the issuer of our client certificate" },
	{ 49, "access_denied", "the server understood, and refuses by its policy" },
	{ 50, "decode_error",
	  "the server cannot read the hello; try --tls-max 1.2 to see whether TLS 1.3 disturbs it" },
	{ 51, "decrypt_error",
	  "a signature or the end of the handshake did not check out at the server" },
	{ 60, "export_restriction", NULL },
	{ 70, "protocol_version",
	  "the server speaks no TLS version that was offered; try --tls-min 1.0" },
	{ 71, "insufficient_security",
	  "the server wants stronger cipher suites or keys than were offered" },
	{ 80, "internal_error",
	  "the server is in trouble: often no certificate that fits the name or the signature "
	  "algorithms; its log will say more" },
	{ 86, "inappropriate_fallback", "the server speaks a newer TLS version than was offered" },
	{ 90, "user_canceled", "the server gave up; its log may say more" },
	{ 100, "no_renegotiation", NULL },
	{ 109, "missing_extension",
	  "the server misses something in the hello, often the server name (SNI)" },
	{ 110, "unsupported_extension", NULL },
	{ 111, "certificate_unobtainable", NULL },
	{ 112, "unrecognized_name",
	  "the server has no certificate for this server name (SNI): the domain is not set up "
	  "there" },
	{ 113, "bad_certificate_status_response", NULL },
	{ 114, "bad_certificate_hash_value", NULL },
	{ 115, "unknown_psk_identity", NULL },
	{ 116, "certificate_required",
	  "the server wants a client certificate; give one with --cert and --key" },
	{ 117, "general_error", "the server does not say why; its log may" },
	{ 120, "no_application_protocol",
	  "the server knows none of the protocols offered by ALPN: another service may live behind "
	  "this port; try --alpn" },
	{ 121, "ech_required", NULL },
};

static const struct alert *find(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(alerts); i++) {
		if (alerts[i].number == number)
			return &alerts[i];
	}
	return NULL;
}

const char *tls_alert_name(int alert)
{
	const struct alert *known = find(alert);
	return known ? known->name : NULL;
}

const char *tls_alert_meaning(int alert)
{
	const struct alert *known = find(alert);
	return known ? known->meaning : NULL;
}

/* Who came to us has seen our certificate, and chose nothing himself. */
static const struct complaint {
	int alert;
	const char *meaning;
} complaints[] = {
	{ GNUTLS_A_CLOSE_NOTIFY, "the client closed without a word" },
	{ GNUTLS_A_HANDSHAKE_FAILURE,
	  "client and server share no cipher suite, group or signature algorithm" },
	{ GNUTLS_A_BAD_CERTIFICATE, "the client rejects our certificate" },
	{ GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	  "the client rejects our certificate: wrong kind, or not for TLS servers (extended key "
	  "usage)" },
	{ GNUTLS_A_CERTIFICATE_REVOKED, "the client takes our certificate for revoked" },
	{ GNUTLS_A_CERTIFICATE_EXPIRED, "our certificate has expired" },
	{ GNUTLS_A_CERTIFICATE_UNKNOWN, "the client does not accept our certificate" },
	{ GNUTLS_A_UNKNOWN_CA, "the client does not trust the issuer of our certificate" },
	{ GNUTLS_A_ACCESS_DENIED, "the client understood, and refuses by its policy" },
	{ GNUTLS_A_DECRYPT_ERROR,
	  "a signature or the end of the handshake did not check out at the client" },
	{ GNUTLS_A_PROTOCOL_VERSION, "the client does not take the TLS version that was chosen" },
	{ GNUTLS_A_INSUFFICIENT_SECURITY,
	  "the client wants stronger cipher suites or keys than it got" },
	{ GNUTLS_A_INTERNAL_ERROR, "the client is in trouble; its log will say more" },
	{ GNUTLS_A_USER_CANCELED, "the client gave up; its log may say more" },
};

const char *alert_of_client(int alert)
{
	for (size_t i = 0; i < ARRAY_SIZE(complaints); i++) {
		if (complaints[i].alert == alert)
			return complaints[i].meaning;
	}
	return NULL;
}
