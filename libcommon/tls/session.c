#include "tls/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "tls/handshake.h"

#define MESSAGE_MAX  (128 * 1024) /* a chain of 16 large certificates fits; GnuTLS's own default */
#define WARNINGS_MAX 4            /* unrecognized_name is the only one a handshake survives */
#define DH_BITS      512          /* a probe tells of a weak group; it does not shy from it */
#define BYE_SECONDS  1            /* nobody should wait longer to say good-bye */

void session_free(struct session **session)
{
	if (!*session)
		return;
	if ((*session)->tls)
		gnutls_deinit((*session)->tls);
	struct arena *own = (*session)->own;
	arena_free(&own);
	*session = NULL;
}

/* A peer that always has one octet more keeps GnuTLS reading: the deadline is looked at with each
 * read, and reads as "nothing there" until conn_wait() says so. */
static ssize_t pull(gnutls_transport_ptr_t self, void *data, size_t room)
{
	struct session *session = self;
	ssize_t got = -1;
	int error = EAGAIN;
	if (!deadline_passed(conn_deadline(session->conn))) {
		got = recv(conn_fd(session->conn), data, room, MSG_DONTWAIT);
		error = errno;
	}
	if (got < 0) {
		if (error != EAGAIN && error != EINTR)
			session->error = error;
		gnutls_transport_set_errno(session->tls, error);
		return -1;
	}
	for (ssize_t i = 0; i < got && session->first_count < FIRST_OCTETS; i++)
		session->first[session->first_count++] = ((const uint8_t *)data)[i];
	return got;
}

static ssize_t push(gnutls_transport_ptr_t self, const giovec_t *parts, int count)
{
	struct session *session = self;
	struct iovec copy[16];
	if (count > (int)ARRAY_SIZE(copy))
		count = (int)ARRAY_SIZE(copy);
	memcpy(copy, parts, (size_t)count * sizeof(*copy));
	struct msghdr message = { .msg_iov = copy, .msg_iovlen = (size_t)count };
	ssize_t sent = sendmsg(conn_fd(session->conn), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			session->error = errno;
		gnutls_transport_set_errno(session->tls, errno);
	}
	return sent;
}

/* "CLIENT_RANDOM <hello random> <secret>" and its like, as NSS and Wireshark have it. One write a
 * line keeps the lines of many threads whole. */
static int log_key(gnutls_session_t tls, const char *label, const gnutls_datum_t *secret)
{
	const struct session *session = gnutls_session_get_ptr(tls);
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	gnutls_datum_t ours, theirs;
	gnutls_session_get_random(tls, &ours, &theirs);
	buf_printf(&line, "%s ", label);
	buf_hex(&line, ours.data, ours.size);
	buf_char(&line, ' ');
	buf_hex(&line, secret->data, secret->size);
	buf_char(&line, '\n');
	ssize_t written = write(session->context->keylog, line.data, line.size);
	explicit_bzero(line.data, line.size);
	(void)written; /* a full disk must not change what the probe sees */
	return 0;
}

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
	const struct tls_context *context = session->context;
	/* One key share, for X25519, as OpenSSL sends it: a second for P-256 costs a tenth of the
	 * handshake, and a server without X25519 asks for it (RFC 8446, 4.1.4). */
	unsigned flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_KEY_SHARE_TOP;
	/* Whatever issuers the server lists: we were told to present it. */
	if (context->has_certificate)
		flags |= GNUTLS_FORCE_CLIENT_CERT;
	int code = gnutls_init(&session->tls, flags);
	if (code == 0)
		code = gnutls_priority_set(session->tls, context->priority);
	if (code == 0)
		code = gnutls_credentials_set(session->tls, GNUTLS_CRD_CERTIFICATE,
					      context->credentials);
	if (code != 0)
		return err_set(err, AT_TLS, ERR_SYSTEM, "cannot begin TLS: %s",
			       gnutls_strerror(code));
	gnutls_session_set_ptr(session->tls, session);
	gnutls_transport_set_ptr(session->tls, session);
	gnutls_transport_set_pull_function(session->tls, pull);
	gnutls_transport_set_vec_push_function(session->tls, push);
	gnutls_handshake_set_max_packet_length(session->tls, MESSAGE_MAX);
	gnutls_dh_set_prime_bits(session->tls, DH_BITS);
	/* Of the two things a server can send beside its certificate only this one is asked for.
	 * Asked for signed_certificate_timestamp (RFC 6962, 3.3.1), a TLS 1.3 server puts it into
	 * its Certificate message, and there GnuTLS 3.7 takes any extension but status_request for
	 * an error and ends the handshake. */
	gnutls_ocsp_status_request_enable_client(session->tls, NULL, 0, NULL);
	if (context->keylog >= 0)
		gnutls_session_set_keylog_function(session->tls, log_key);
	session_observe(session);
	return true;
}

static bool wait_for_peer(struct session *session, struct err *err)
{
	bool writing = gnutls_record_get_direction(session->tls) == 1;
	return conn_wait(session->conn, writing ? POLLOUT : POLLIN, NULL, err);
}

static bool shake_hands(struct session *session, struct err *err)
{
	for (int warnings = 0;;) {
		int code = gnutls_handshake(session->tls);
		if (code == 0)
			return true;
		if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
			if (!wait_for_peer(session, err))
				return false;
		} else if (gnutls_error_is_fatal(code)) {
			return session_failure(session, code, session->facts, err);
		} else if (++warnings > WARNINGS_MAX) {
			return err_set(err, AT_TLS, ERR_LIMIT,
				       "more than %d warnings during the TLS handshake",
				       WARNINGS_MAX);
		}
	}
}

/* Of a handshake that failed, too, as far as it went. */
static void finish_facts(struct session *session, bool up)
{
	struct tls_facts *facts = session->facts;
	enum tls_version chosen = facts->version;
	if (up || (session->server_spoke && chosen >= session->context->oldest))
		session_results(session, facts);
	facts->up = up;
	facts->client_cert_sent = session->context->has_certificate &&
				  facts->client_cert_requested &&
				  gnutls_certificate_get_ours(session->tls) != NULL;
	session->facts = NULL;
	session->mem = NULL;
}

static void tap_end(struct conn *conn, const struct tls_facts *facts, const struct err *err)
{
	char line[160];
	if (facts->up) {
		int length = snprintf(line, sizeof(line), "%s %s%s%s",
				      tls_version_name(facts->version), facts->cipher,
				      facts->group ? " " : "", facts->group ? facts->group : "");
		conn_tap(conn, TAP_TLS, line, (size_t)length);
	} else if (err->code == ERR_CLOSED) {
		conn_tap(conn, TAP_CLOSED, NULL, 0);
	} else if (err->code == ERR_RESET) {
		conn_tap(conn, TAP_RESET, NULL, 0);
	}
}

static bool tls_read(void *state, struct conn *conn, void *data, size_t room, size_t *got,
		     struct err *err)
{
	struct session *session = state;
	for (;;) {
		ssize_t size = gnutls_record_recv(session->tls, data, room);
		if (size >= 0) {
			*got = (size_t)size;
			return true;
		}
		int code = (int)size;
		if (gnutls_error_is_fatal(code))
			return session_failure(session, code, NULL, err);
		/* A HelloRequest: nobody renegotiates with us (RFC 9325, 3.5). */
		if (code == GNUTLS_E_REHANDSHAKE)
			gnutls_alert_send(session->tls, GNUTLS_AL_WARNING,
					  GNUTLS_A_NO_RENEGOTIATION);
		bool idle = code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
		if ((idle || deadline_passed(conn_deadline(conn))) && !wait_for_peer(session, err))
			return false;
	}
}

static bool tls_write(void *state, struct conn *conn, const void *data, size_t size,
		      struct err *err)
{
	struct session *session = state;
	const char *at = data;
	(void)conn;
	while (size > 0) {
		ssize_t sent = gnutls_record_send(session->tls, at, size);
		if (sent >= 0) {
			at += sent;
			size -= (size_t)sent;
			continue;
		}
		if (gnutls_error_is_fatal((int)sent))
			return session_failure(session, (int)sent, NULL, err);
		if (!wait_for_peer(session, err))
			return false;
	}
	return true;
}

/* close_notify goes out if the socket takes it; the peer's is not waited for (RFC 8446, 6.1). */
static void tls_close(void *state, struct conn *conn)
{
	struct session *session = state;
	struct err err;
	conn_set_deadline(conn, deadline_earlier(conn_deadline(conn), deadline_in(BYE_SECONDS)));
	while (!session->broken && gnutls_bye(session->tls, GNUTLS_SHUT_WR) == GNUTLS_E_AGAIN) {
		if (!conn_wait(conn, POLLOUT, NULL, &err))
			break;
	}
	session_free(&session);
}

static bool tls_has_input(void *state, struct conn *conn)
{
	const struct session *session = state;
	(void)conn;
	return gnutls_record_check_pending(session->tls) > 0;
}

static const struct conn_ops ops = { tls_read, tls_write, tls_close, tls_has_input };

struct session *session_of(const struct conn *conn)
{
	return conn_swapped(conn, &ops);
}

/* Of a session GnuTLS cannot read the handshake is a whole one: facts->resumed tells. */
static bool offer(struct session *session, const char *servername, const char *alpn,
		  const struct tls_ticket *ticket, struct err *err)
{
	if (!set_servername(session, servername, err) || !set_alpn(session, alpn, err))
		return false;
	if (ticket && ticket->data)
		gnutls_session_set_data(session->tls, ticket->data, ticket->size);
	return true;
}

bool tls_start(struct conn *conn, const struct tls_context *context, const char *servername,
	       const char *alpn, struct arena *mem, struct tls_facts *facts, struct err *err)
{
	return tls_start_again(conn, context, servername, alpn, NULL, mem, facts, err);
}

bool tls_start_again(struct conn *conn, const struct tls_context *context, const char *servername,
		     const char *alpn, const struct tls_ticket *ticket, struct arena *mem,
		     struct tls_facts *facts, struct err *err)
{
	struct arena *own = arena_new();
	CLEANUP(session_free) struct session *session = arena_alloc(own, sizeof(*session));
	enum err_stage stage = conn_stage(conn);
	*facts = (struct tls_facts){ .alert = -1, .newest_offered = context->newest };
	*session = (struct session){ .own = own, .context = context, .conn = conn };
	session->facts = facts;
	session->mem = mem;
	if (!prepare(session, err) || !offer(session, servername, alpn, ticket, err))
		return false;
	conn_set_stage(conn, AT_TLS);
	bool up = shake_hands(session, err);
	finish_facts(session, up);
	tap_end(conn, facts, err);
	if (!up)
		return false;
	conn_set_stage(conn, stage);
	conn_swap(conn, &ops, session);
	session = NULL;
	return true;
}
