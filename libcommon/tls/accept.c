#include "tls/accept.h"

#include <assert.h>

#include "tls/handshake.h"

/* A hello takes 2 KiB, a client's chain seldom more than 8. Two hundred strangers may be here at
 * once, and each can make us keep as much as this. */
#define OCTETS_MAX     (64 * 1024)

#define SERVERNAME_MAX 256 /* RFC 1035 ends at 253; GnuTLS takes no longer ones from a hello */

/* XEP-0368: who names a protocol wants to hear it back. Who names others only goes without. */
static bool prepare(struct session *session, struct err *err)
{
	static const char name[] = "xmpp-server";
	const gnutls_datum_t protocol = { (unsigned char *)(uintptr_t)name, sizeof(name) - 1 };
	if (!session_begin(session, GNUTLS_SERVER | GNUTLS_NO_TICKETS, OCTETS_MAX, err))
		return false;
	gnutls_certificate_server_set_request(session->tls, GNUTLS_CERT_REQUEST);
	if (gnutls_alpn_set_protocols(session->tls, &protocol, 1, 0) != 0)
		return err_set(err, AT_TLS, ERR_SYSTEM, "cannot begin TLS: no memory left");
	return true;
}

/* As the client wrote it; GnuTLS has refused what is no DNS name. */
static const char *servername_of(gnutls_session_t tls, struct arena *mem)
{
	char name[SERVERNAME_MAX + 1];
	size_t size = sizeof(name);
	unsigned type;
	if (gnutls_server_name_get(tls, name, &size, &type, 0) != 0 || type != GNUTLS_NAME_DNS)
		return NULL;
	return arena_copy_n(mem, name, size);
}

bool tls_accept(struct conn *conn, const struct tls_context *server, struct arena *mem,
		struct tls_facts *facts, struct err *err)
{
	assert(server->is_server);
	CLEANUP(session_free) struct session *session = session_new(conn, server, mem, facts);
	if (!prepare(session, err))
		return false;
	gnutls_session_t tls = session->tls;
	bool up = session_shake_hands(&session, err);
	facts->servername = servername_of(tls, mem);
	return up;
}
