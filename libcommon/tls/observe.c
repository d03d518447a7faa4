/* Handshake messages as they pass. What is learnt here holds also when the handshake fails later.
 */
#include <stdio.h>

#include "tls/handshake.h"

/* RFC 8446, 4 and RFC 5246, 7.4; GnuTLS's numbers are the wire's but for the retry. */
static const char *message_name(unsigned type)
{
	static const char *const names[] = {
		[0] = "HelloRequest",        [1] = "ClientHello",
		[2] = "ServerHello",         [4] = "NewSessionTicket",
		[5] = "EndOfEarlyData",      [8] = "EncryptedExtensions",
		[11] = "Certificate",        [12] = "ServerKeyExchange",
		[13] = "CertificateRequest", [14] = "ServerHelloDone",
		[15] = "CertificateVerify",  [16] = "ClientKeyExchange",
		[20] = "Finished",           [22] = "CertificateStatus",
		[24] = "KeyUpdate",          [25] = "CompressedCertificate",
	};
	if (type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST)
		return "HelloRetryRequest";
	const char *name = type < ARRAY_SIZE(names) ? names[type] : NULL;
	return name ? name : "message of an unknown type";
}

static void show(const struct session *session, unsigned type, bool incoming, size_t size)
{
	char line[96];
	int length = snprintf(line, sizeof(line), "%s %s, %zu bytes", incoming ? "<--" : "-->",
			      message_name(type), size);
	conn_tap(session->conn, TAP_TLS_MESSAGE, line, (size_t)length);
}

/* Takes a vector with a length of so many octets off the front (RFC 8446, 3.4). */
static bool take_vector(struct bytes *at, size_t octets, struct bytes *out)
{
	size_t size = 0;
	if (at->size < octets)
		return false;
	for (size_t i = 0; i < octets; i++)
		size = size << 8 | at->data[i];
	if (at->size - octets < size)
		return false;
	*out = (struct bytes){ at->data + octets, size };
	*at = (struct bytes){ out->data + size, at->size - octets - size };
	return true;
}

/* TLS 1.2: 3 octets of length, then certificates of 3 octets of length each (RFC 5246, 7.4.2).
 * TLS 1.3: a context before the list, extensions of 2 octets of length behind each (RFC 8446,
 * 4.4.2). Copied from the wire, for GnuTLS does not keep what it cannot parse. */
static void read_chain(struct session *session, struct bytes message)
{
	struct tls_facts *facts = session->facts;
	bool is_13 = gnutls_protocol_get_version(session->tls) == GNUTLS_TLS1_3;
	struct bytes list, certificate, beside;
	facts->chain_count = 0;
	if ((is_13 && !take_vector(&message, 1, &beside)) || !take_vector(&message, 3, &list))
		return;
	while (take_vector(&list, 3, &certificate) && (!is_13 || take_vector(&list, 2, &beside))) {
		if (facts->chain_count == CHAIN_MAX) {
			facts->chain_cut = true;
			return;
		}
		facts->chain[facts->chain_count++] = arena_bytes(session->mem, certificate.data,
								 certificate.size);
	}
}

static enum tls_version hello_version(struct bytes hello)
{
	if (hello.size < 2 || hello.data[0] != 3 || hello.data[1] > 3)
		return TLS_VERSION_NONE;
	return (enum tls_version)(SSL_3_0 + hello.data[1]);
}

/* A certificate that was chosen is not sent yet: the judge comes between. Who has none sends an
 * empty list. */
static void learn_of_us(struct session *session, unsigned type)
{
	if (type != GNUTLS_HANDSHAKE_CERTIFICATE_PKT || !session->context->has_certificate)
		return;
	session->facts->client_cert_sent = gnutls_certificate_get_ours(session->tls) != NULL;
}

static void learn_of_server(struct session *session, unsigned type, struct bytes message)
{
	switch (type) {
	case GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST:
		session->server_spoke = true;
		break;
	case GNUTLS_HANDSHAKE_SERVER_HELLO:
		session->server_spoke = true;
		/* The old place, for servers that choose a version we must refuse. */
		session->facts->version = hello_version(message);
		break;
	case GNUTLS_HANDSHAKE_CERTIFICATE_PKT:
		read_chain(session, message);
		break;
	case GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST:
		session->asked = session->facts->client_cert_requested = true;
		break;
	default:
		break;
	}
}

/* What the peer says, and how far we got with what we say. */
static void learn_of_client(struct session *session, unsigned type, bool incoming,
			    struct bytes message)
{
	if (incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
		read_chain(session, message);
	else if (!incoming && type == GNUTLS_HANDSHAKE_SERVER_HELLO)
		session->server_spoke = true;
	else if (!incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST)
		session->facts->client_cert_requested = true;
}

static int see_message(gnutls_session_t tls, unsigned type, unsigned post, unsigned incoming,
		       const gnutls_datum_t *message)
{
	struct session *session = gnutls_session_get_ptr(tls);
	(void)post;
	if (session->context->show_messages)
		show(session, type, incoming != 0, message->size);
	struct bytes content = { message->data, message->size };
	if (session->facts && session->context->is_server)
		learn_of_client(session, type, incoming != 0, content);
	else if (session->facts && incoming)
		learn_of_server(session, type, content);
	else if (session->facts)
		learn_of_us(session, type);
	return 0;
}

void session_observe(struct session *session)
{
	gnutls_handshake_set_hook_function(session->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE,
					   see_message);
}
