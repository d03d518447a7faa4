#include "tls/session.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "tls/handshake.h"

#define OCTETS_MAX (128 * 1024) /* a chain of 16 large certificates fits; GnuTLS's own default */
#define DH_BITS    512          /* a probe tells of a weak group; it does not shy from it */

static bool set_servername(struct session *session, const char *name, struct err *err)
{
	uint8_t octets[16];
	/* RFC 6066, 3: literal addresses are not permitted. */
	if (!name || name[0] == '[' || inet_pton(AF_INET, name, octets) == 1 ||
	    inet_pton(AF_INET6, name, octets) == 1)
		return true;
	if (gnutls_server_name_set(session->tls, GNUTLS_NAME_DNS, name, strlen(name)) != 0)
		return err_set(err, AT_TLS, ERR_USAGE, "\"%s\" is no server name TLS can carry",
			       name);
	session->facts->servername = arena_copy(session->mem, name);
	return true;
}

static bool set_alpn(struct session *session, const char *list, struct err *err)
{
	gnutls_datum_t protocols[TLS_ALPN_MAX];
	unsigned count = 0;
	if (!list || !*list)
		return true;
	char *names = arena_copy(session->mem, list), *save = NULL;
	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		if (count == TLS_ALPN_MAX)
			return err_set(err, AT_TLS, ERR_USAGE,
				       "more than %d protocols for ALPN: %s", TLS_ALPN_MAX, list);
		protocols[count].data = (unsigned char *)name;
		protocols[count++].size = (unsigned)strlen(name);
	}
	if (gnutls_alpn_set_protocols(session->tls, protocols, count, 0) != 0)
		return err_set(err, AT_TLS, ERR_USAGE, "ALPN cannot carry \"%s\"", list);
	session->facts->alpn_offered = arena_copy(session->mem, list);
	return true;
}

static bool prepare(struct session *session, struct err *err)
{
	/* One key share, for X25519, as OpenSSL sends it: a second for P-256 costs a tenth of the
	 * handshake, and a server without X25519 asks for it (RFC 8446, 4.1.4). */
	unsigned flags = GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP;
	/* Whatever issuers the server lists: we were told to present it. */
	if (session->context->has_certificate)
		flags |= GNUTLS_FORCE_CLIENT_CERT;
	if (!session_begin(session, flags, OCTETS_MAX, err))
		return false;
	gnutls_dh_set_prime_bits(session->tls, DH_BITS);
	/* Of the two things a server can send beside its certificate only this one is asked for.
	 * Asked for signed_certificate_timestamp (RFC 6962, 3.3.1), a TLS 1.3 server puts it into
	 * its Certificate message, and there GnuTLS 3.7 takes any extension but status_request for
	 * an error and ends the handshake. */
	gnutls_ocsp_status_request_enable_client(session->tls, NULL, 0, NULL);
	gnutls_session_set_verify_function(session->tls, session_ask_judge);
	return true;
}

/* Of a session GnuTLS cannot read the handshake is a whole one: facts->resumed tells. */
static bool offer(struct session *session, const struct tls_wish *wish, struct err *err)
{
	const struct tls_ticket *ticket = wish->ticket;
	if (!set_servername(session, wish->servername, err) || !set_alpn(session, wish->alpn, err))
		return false;
	if (ticket && ticket->data)
		gnutls_session_set_data(session->tls, ticket->data, ticket->size);
	return true;
}

bool tls_start(struct conn *conn, const struct tls_context *context, const char *servername,
	       const char *alpn, struct arena *mem, struct tls_facts *facts, struct err *err)
{
	const struct tls_wish wish = { .servername = servername, .alpn = alpn };
	return tls_start_with(conn, context, &wish, mem, facts, err);
}

bool tls_start_with(struct conn *conn, const struct tls_context *context,
		    const struct tls_wish *wish, struct arena *mem, struct tls_facts *facts,
		    struct err *err)
{
	assert(!context->is_server);
	CLEANUP(session_free) struct session *session = session_new(conn, context, mem, facts);
	session->judge = wish->judge;
	return prepare(session, err) && offer(session, wish, err) &&
	       session_shake_hands(&session, err);
}
