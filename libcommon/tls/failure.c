/* Why a session ended, in a sentence, and the alert that goes with it. */
#include <errno.h>
#include <string.h>

#include "tls/handshake.h"

/* Content types of a TLS record, RFC 8446, 5.1: change_cipher_spec to application_data. A peer that
 * begins with anything else speaks another language. */
bool session_is_tls(const struct session *session)
{
	return session->first_count == 0 ||
	       (session->first[0] >= 0x14 && session->first[0] <= 0x17);
}

static const char *peer_of(const struct session *session)
{
	return session->context->is_server ? "client" : "server";
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
	const char *name = tls_alert_name(alert);
	const char *meaning = context->is_server ? alert_of_client(alert)
						 : meaning_of(session, alert);
	if (alert == GNUTLS_A_PROTOCOL_VERSION && context->offered && !context->is_server)
		return err_set(err, stage, ERR_ALERT_RECEIVED,
			       "TLS alert protocol_version: the server speaks no TLS version that "
			       "was offered (%s)%s",
			       context->offered, versions_advice(context));
	if (!name)
		return err_set(err, stage, ERR_ALERT_RECEIVED, "TLS alert %d, of no known kind",
			       alert);
	if (!meaning)
		return err_set(err, stage, ERR_ALERT_RECEIVED, "TLS alert %s from the %s", name,
			       peer_of(session));
	return err_set(err, stage, ERR_ALERT_RECEIVED, "TLS alert %s: %s", name, meaning);
}

/* What GnuTLS found wrong: the text goes on behind "the server" or "the client". */
struct cause {
	int code;
	enum err_code meaning;
	const char *text;
};

static const struct cause causes[] = {
	{ GNUTLS_E_UNEXPECTED_PACKET, ERR_ALERT_SENT, " sent a TLS record out of turn" },
	{ GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET, ERR_ALERT_SENT,
	  " sent a handshake message out of turn" },
	{ GNUTLS_E_UNEXPECTED_PACKET_LENGTH, ERR_ALERT_SENT,
	  " sent a handshake message of a wrong length" },
	{ GNUTLS_E_RECORD_OVERFLOW, ERR_ALERT_SENT, " sent a TLS record that is too long" },
	{ GNUTLS_E_PK_SIG_VERIFY_FAILED, ERR_ALERT_SENT,
	  "'s signature in the handshake does not verify" },
	{ GNUTLS_E_DECRYPTION_FAILED, ERR_ALERT_SENT,
	  " sent a record that does not decrypt: not with the key that was agreed on" },
	{ GNUTLS_E_CERTIFICATE_ERROR, ERR_ALERT_SENT, "'s certificate cannot be read" },
	{ GNUTLS_E_KEY_USAGE_VIOLATION, ERR_ALERT_SENT,
	  "'s certificate is not for this kind of handshake (its key usage)" },
};

static const struct cause server_causes[] = {
	{ GNUTLS_E_DH_PRIME_UNACCEPTABLE, ERR_ALERT_SENT,
	  "'s Diffie-Hellman group is below 512 bits" },
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, ERR_ALERT_SENT, " presented no certificate" },
	{ GNUTLS_E_UNKNOWN_CIPHER_SUITE, ERR_ALERT_SENT,
	  " chose a cipher suite that was not offered" },
	{ GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, ERR_ALERT_SENT, "'s answer contradicts the hello" },
};

static const struct cause client_causes[] = {
	{ GNUTLS_E_NO_CIPHER_SUITES, ERR_ALERT_SENT,
	  " offers no cipher suite, group or signature algorithm that we take" },
	{ GNUTLS_E_INAPPROPRIATE_FALLBACK, ERR_ALERT_SENT,
	  " fell back to an older TLS version than it could have had (RFC 7507)" },
	{ GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, ERR_ALERT_SENT,
	  "'s part of the handshake contradicts itself" },
};

static const char *text_of(const struct cause *list, size_t count, int code)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].code == code)
			return list[i].text;
	}
	return NULL;
}

static bool refused_version(const struct session *session, enum err_stage stage, struct err *err)
{
	const struct tls_context *context = session->context;
	const char *what = context->is_server
				   ? "the client offers no TLS version that we take"
				   : "the server chose a TLS version that was not offered";
	if (!context->offered)
		return err_set(err, stage, ERR_ALERT_SENT, "%s", what);
	return err_set(err, stage, ERR_ALERT_SENT, "%s (%s)%s", what, context->offered,
		       versions_advice(context));
}

static bool refused(const struct session *session, int code, enum err_stage stage, struct err *err)
{
	bool is_server = session->context->is_server;
	const char *text = text_of(causes, ARRAY_SIZE(causes), code);
	if (!text && is_server)
		text = text_of(client_causes, ARRAY_SIZE(client_causes), code);
	else if (!text)
		text = text_of(server_causes, ARRAY_SIZE(server_causes), code);
	if (text)
		return err_set(err, stage, ERR_ALERT_SENT, "the %s%s", peer_of(session), text);
	if (code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
		return refused_version(session, stage, err);
	return err_set(err, stage, ERR_ALERT_SENT, "the TLS exchange went wrong: %s",
		       gnutls_strerror(code));
}

static bool flooded(const struct session *session, enum err_stage stage, struct err *err)
{
	size_t limit = session->octets_max / 1024;
	if (session->facts)
		return err_set(err, stage, ERR_LIMIT,
			       "the %s sent more than %zu KiB for a TLS handshake",
			       peer_of(session), limit);
	return err_set(err, stage, ERR_LIMIT,
		       "the peer sent more than %zu KiB of TLS records without any data", limit);
}

static bool not_tls(const struct session *session, enum err_stage stage, struct err *err)
{
	/* Two octets of length with the first bit set, then CLIENT-HELLO: RFC 6101, E.2. */
	bool is_ssl2 = session->first_count >= 3 && (session->first[0] & 0x80) &&
		       session->first[2] == 1;
	if (!session->context->is_server)
		return err_set(err, stage, ERR_PROTOCOL, "the answer is not TLS");
	return err_set(err, stage, ERR_PROTOCOL,
		       is_ssl2 ? "the client sent a hello of SSL 2.0, which nobody should send any "
				 "more (RFC 6176)"
			       : "what the client sent is not TLS");
}

static bool closed(const struct session *session, enum err_stage stage, struct err *err)
{
	bool is_server = session->context->is_server;
	if (!session->facts)
		return err_set(err, stage, ERR_CLOSED,
			       "the peer closed the connection without closing TLS");
	if (is_server ? session->first_count > 0 : session->server_spoke)
		return err_set(err, stage, ERR_CLOSED,
			       "the peer closed the connection during the TLS handshake");
	return err_set(err, stage, ERR_CLOSED,
		       is_server ? "the client closed the connection in place of a TLS hello"
				 : "the peer closed the connection in answer to the TLS hello");
}

/* In the middle of a record GnuTLS takes the end for a wrong length. */
static bool is_cut(const struct session *session, int code)
{
	return code == GNUTLS_E_PREMATURE_TERMINATION ||
	       (session->ended && code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH);
}

/* Does our side end it, so that the peer should hear why? */
static bool is_our_decision(const struct session *session, int code)
{
	return session->error == 0 && !is_cut(session, code) &&
	       code != GNUTLS_E_FATAL_ALERT_RECEIVED && session_is_tls(session);
}

/* GnuTLS looks for a suite of TLS 1.3 alone in a hello of TLS 1.2. */
static int real_cause(const struct session *session, int code)
{
	bool too_old = session->context->is_server &&
		       session_version(session) < session->context->oldest;
	return code == GNUTLS_E_NO_CIPHER_SUITES && too_old ? GNUTLS_E_UNSUPPORTED_VERSION_PACKET
							    : code;
}

static void tell_peer(struct session *session, int code, struct tls_facts *facts)
{
	int level, alert = gnutls_error_to_alert(code, &level);
	gnutls_alert_send_appropriate(session->tls, code); /* if it fits the socket */
	if (facts) {
		facts->alert = alert;
		facts->alert_sent = true;
	}
}

bool session_failure(struct session *session, int code, struct tls_facts *facts, struct err *err)
{
	enum err_stage stage = facts ? AT_TLS : conn_stage(session->conn);
	session->broken = true;
	if (session->refusal.code) { /* whatever has become of the socket meanwhile */
		tell_peer(session, code, facts);
		*err = session->refusal;
		return false;
	}
	code = real_cause(session, code);
	if (session->octets > session->octets_max)
		return flooded(session, stage, err);
	if (is_our_decision(session, code)) {
		tell_peer(session, code, facts);
		return refused(session, code, stage, err);
	}
	if (session->error == ECONNRESET || session->error == EPIPE)
		return err_set(err, stage, ERR_RESET,
			       facts ? "connection reset by the peer during the TLS handshake"
				     : "connection reset by the peer");
	if (session->error != 0)
		return conn_errno(err, stage, session->error, NULL);
	if (!session_is_tls(session))
		return not_tls(session, stage, err);
	if (is_cut(session, code))
		return closed(session, stage, err);
	int alert = (int)gnutls_alert_get(session->tls);
	if (facts) {
		facts->alert = alert;
		facts->alert_first = !session->server_spoke && !session->context->is_server;
	}
	return received(session, alert, stage, err);
}
