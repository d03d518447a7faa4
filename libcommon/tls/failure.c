/* Why a session ended, in a sentence, and the alert that goes with it. */
#include <errno.h>
#include <string.h>

#include "tls/handshake.h"

/* Content types of a TLS record, RFC 8446, 5.1: change_cipher_spec to application_data. A server
 * that answers a hello with anything else speaks another language. */
static bool answer_is_tls(const struct session *session)
{
	return session->first_count == 0 ||
	       (session->first[0] >= 0x14 && session->first[0] <= 0x17);
}

/* What is usual for an alert in answer to a hello can mislead later. */
static const char *meaning_of(const struct session *session, int alert)
{
	bool about_certificate = (alert >= GNUTLS_A_SSL3_NO_CERTIFICATE &&
				  alert <= GNUTLS_A_ACCESS_DENIED) ||
				 alert == GNUTLS_A_CERTIFICATE_REQUIRED;
	/* TLS 1.2 has no alert of its own for it: OpenSSL sends the one, GnuTLS the other. TLS 1.3
	 * has one, and sends it after our Finished. */
	bool refusal = about_certificate || alert == GNUTLS_A_HANDSHAKE_FAILURE ||
		       alert == GNUTLS_A_DECODE_ERROR;
	if (session->asked && !session->context->has_certificate && refusal)
		return "the server asked for a client certificate and got none; give one with "
		       "--cert and --key";
	if (session->server_spoke && !about_certificate)
		return NULL;
	if (alert == GNUTLS_A_HANDSHAKE_FAILURE && session->context->pfs_only)
		return "server and client share no cipher suite, group or signature algorithm; "
		       "--pfs=require offered only forward-secret ones";
	return tls_alert_meaning(alert);
}

/* Which of our own limits stands in the way. */
static const char *versions_advice(const struct tls_context *context)
{
	if (context->newest < TLS_1_2)
		return "; try without --tls-max";
	return context->oldest > TLS_1_0 ? "; try --tls-min 1.0" : "";
}

static bool received(const struct session *session, int alert, enum err_stage stage,
		     struct err *err)
{
	const struct tls_context *context = session->context;
	const char *name = tls_alert_name(alert), *meaning = meaning_of(session, alert);
	if (alert == GNUTLS_A_PROTOCOL_VERSION && context->offered)
		return err_set(err, stage, ERR_ALERT_RECEIVED,
			       "TLS alert protocol_version: the server speaks no TLS version that "
			       "was offered (%s)%s",
			       context->offered, versions_advice(context));
	if (!name)
		return err_set(err, stage, ERR_ALERT_RECEIVED, "TLS alert %d, of no known kind",
			       alert);
	return err_set(err, stage, ERR_ALERT_RECEIVED, "TLS alert %s%s%s", name,
		       meaning ? ": " : " from the server", meaning ? meaning : "");
}

static const struct cause {
	int code;
	enum err_code meaning;
	const char *text;
} causes[] = {
	{ GNUTLS_E_UNEXPECTED_PACKET, ERR_ALERT_SENT, "the server sent a TLS record out of turn" },
	{ GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET, ERR_ALERT_SENT,
	  "the server sent a handshake message out of turn" },
	{ GNUTLS_E_UNEXPECTED_PACKET_LENGTH, ERR_ALERT_SENT,
	  "the server sent a handshake message of a wrong length" },
	{ GNUTLS_E_RECORD_OVERFLOW, ERR_ALERT_SENT,
	  "the server sent a TLS record that is too long" },
	{ GNUTLS_E_HANDSHAKE_TOO_LARGE, ERR_LIMIT,
	  "the server sent a handshake message above the limit of 128 KiB" },
	{ GNUTLS_E_PK_SIG_VERIFY_FAILED, ERR_ALERT_SENT,
	  "the server's signature in the handshake does not verify" },
	{ GNUTLS_E_DH_PRIME_UNACCEPTABLE, ERR_ALERT_SENT,
	  "the server's Diffie-Hellman group is below 512 bits" },
	{ GNUTLS_E_DECRYPTION_FAILED, ERR_ALERT_SENT,
	  "a record of the server does not decrypt: not the key that was agreed on" },
	{ GNUTLS_E_CERTIFICATE_ERROR, ERR_ALERT_SENT, "the server's certificate cannot be read" },
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, ERR_ALERT_SENT, "the server presented no certificate" },
	{ GNUTLS_E_UNKNOWN_CIPHER_SUITE, ERR_ALERT_SENT,
	  "the server chose a cipher suite that was not offered" },
	{ GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, ERR_ALERT_SENT,
	  "the server's answer contradicts the hello" },
};

static bool refused(const struct session *session, int code, enum err_stage stage, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].code == code)
			return err_set(err, stage, causes[i].meaning, "%s", causes[i].text);
	}
	if (code != GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
		return err_set(err, stage, ERR_ALERT_SENT, "the TLS exchange went wrong: %s",
			       gnutls_strerror(code));
	if (!session->context->offered)
		return err_set(err, stage, ERR_ALERT_SENT,
			       "the server chose a TLS version that was not offered");
	return err_set(err, stage, ERR_ALERT_SENT,
		       "the server chose a TLS version that was not offered (%s)%s",
		       session->context->offered, versions_advice(session->context));
}

static bool closed(const struct session *session, enum err_stage stage, struct err *err)
{
	if (!session->facts)
		return err_set(err, stage, ERR_CLOSED,
			       "the peer closed the connection without closing TLS");
	return err_set(err, stage, ERR_CLOSED,
		       session->server_spoke
			       ? "the peer closed the connection during the TLS handshake"
			       : "the peer closed the connection in answer to the TLS hello");
}

/* Does our side end it, so that the peer should hear why? */
static bool is_our_decision(const struct session *session, int code)
{
	return session->error == 0 && code != GNUTLS_E_PREMATURE_TERMINATION &&
	       code != GNUTLS_E_FATAL_ALERT_RECEIVED && answer_is_tls(session);
}

bool session_failure(struct session *session, int code, struct tls_facts *facts, struct err *err)
{
	enum err_stage stage = facts ? AT_TLS : conn_stage(session->conn);
	session->broken = true;
	if (is_our_decision(session, code)) {
		int level, alert = gnutls_error_to_alert(code, &level);
		gnutls_alert_send_appropriate(session->tls, code); /* if it fits the socket */
		if (facts) {
			facts->alert = alert;
			facts->alert_sent = true;
		}
		return refused(session, code, stage, err);
	}
	if (session->error == ECONNRESET || session->error == EPIPE)
		return err_set(err, stage, ERR_RESET,
			       facts ? "connection reset by the peer during the TLS handshake"
				     : "connection reset by the peer");
	if (session->error != 0)
		return conn_errno(err, stage, session->error, NULL);
	if (!answer_is_tls(session))
		return err_set(err, stage, ERR_PROTOCOL, "the answer is not TLS");
	if (code == GNUTLS_E_PREMATURE_TERMINATION)
		return closed(session, stage, err);
	int alert = (int)gnutls_alert_get(session->tls);
	if (facts) {
		facts->alert = alert;
		facts->alert_first = !session->server_spoke;
	}
	return received(session, alert, stage, err);
}
