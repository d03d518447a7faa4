/* A session kept to be taken up again. */
#include <string.h>

#include "tls/handshake.h"

/* RFC 8446, 4.6.1: a TLS 1.3 server sends tickets when it likes, most right behind its side of the
 * handshake; they come as records that carry no data. */
static bool await_ticket(struct session *session)
{
	char dropped[1024];
	struct err err;
	while (!(gnutls_session_get_flags(session->tls) & GNUTLS_SFLAGS_SESSION_TICKET)) {
		ssize_t got = gnutls_record_recv(session->tls, dropped, sizeof(dropped));
		if (got == 0 || (got < 0 && gnutls_error_is_fatal((int)got)))
			return false;
		if (got < 0 && !session_wait(session, &err))
			return false;
	}
	return true;
}

/* Before TLS 1.3 a ticket is part of the handshake, and a session id that the server will know
 * again does as well (RFC 5246, 7.4.1.3: empty, when it will not). */
static bool has_session_id(gnutls_session_t tls)
{
	gnutls_datum_t id = { NULL, 0 };
	return gnutls_session_get_id2(tls, &id) == 0 && id.size > 0;
}

static bool is_resumable(struct session *session, double seconds)
{
	struct conn *conn = session->conn;
	if (gnutls_session_get_flags(session->tls) & GNUTLS_SFLAGS_SESSION_TICKET)
		return true;
	if (gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3)
		return has_session_id(session->tls);
	struct deadline until = conn_deadline(conn);
	conn_set_deadline(conn, deadline_earlier(until, deadline_in(seconds)));
	bool came = await_ticket(session);
	conn_set_deadline(conn, until);
	return came;
}

bool tls_keep_session(struct conn *conn, double seconds, struct tls_ticket *out)
{
	struct session *session = session_of(conn);
	gnutls_datum_t data;
	if (!session || !is_resumable(session, seconds) ||
	    gnutls_session_get_data2(session->tls, &data) != 0)
		return false;
	*out = (struct tls_ticket){ .data = data.data, .size = data.size };
	return true;
}

void tls_ticket_free(struct tls_ticket *ticket)
{
	if (ticket->data)
		explicit_bzero(ticket->data, ticket->size); /* secrets of the session */
	gnutls_free(ticket->data);
	*ticket = (struct tls_ticket){ 0 };
}
