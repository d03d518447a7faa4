/* What a client's session and a server's have in common: GnuTLS over the socket of a conn, the
 * handshake, and the conn's operations behind it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "tls/handshake.h"

#define WARNINGS_MAX 4 /* unrecognized_name is the only one a handshake survives */
#define BYE_SECONDS  1 /* nobody should wait longer to say good-bye */

struct session *session_new(struct conn *conn, const struct tls_context *context, struct arena *mem,
			    struct tls_facts *facts)
{
	struct arena *own = arena_new();
	struct session *session = arena_alloc(own, sizeof(*session));
	*facts = (struct tls_facts){ .alert = -1, .newest_offered = context->newest };
	*session = (struct session){ .own = own, .context = context, .conn = conn };
	session->facts = facts;
	session->mem = mem;
	return session;
}

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

/* What GnuTLS must not see. A client whose first octet begins no record of TLS: it would wait for
 * more of it, or take a hello of SSL 2.0 (RFC 8446, D.5: better not). And a message without end: it
 * keeps what comes, up to the 16 MiB a length can announce, and looks at the limit behind that. */
static bool is_enough(const struct session *session)
{
	return (session->context->is_server && !session_is_tls(session)) ||
	       session->octets > session->octets_max;
}

static bool is_ahead(const struct session *session)
{
	return session->ahead_from < session->ahead_to;
}

/* GnuTLS asks for five octets, and then for what they announce: twelve calls a handshake. One is
 * enough, as long as it lasts; behind it what the socket holds must stay there, for whoever waits
 * polls it. */
static ssize_t receive(struct session *session, void *data, size_t room)
{
	int fd = conn_fd(session->conn);
	if (!is_ahead(session)) {
		if (!session->facts || room >= sizeof(session->ahead))
			return recv(fd, data, room, MSG_DONTWAIT);
		ssize_t got = recv(fd, session->ahead, sizeof(session->ahead), MSG_DONTWAIT);
		if (got <= 0)
			return got;
		session->ahead_from = 0;
		session->ahead_to = (size_t)got;
	}
	size_t size = session->ahead_to - session->ahead_from;
	if (size > room)
		size = room;
	memcpy(data, session->ahead + session->ahead_from, size);
	session->ahead_from += size;
	return (ssize_t)size;
}

/* A peer that always has one octet more keeps GnuTLS reading: the deadline is looked at with each
 * read, and reads as "nothing there" until conn_wait() says so.
 *
 * A server is told "nothing there" once before anything else: an alert in place of a hello that
 * GnuTLS 3.7 finds in its very first look is a record out of turn for it, and an alert in any
 * later one. */
static ssize_t pull(gnutls_transport_ptr_t self, void *data, size_t room)
{
	struct session *session = self;
	bool put_off = session->context->is_server && !session->looked;
	ssize_t got = -1;
	int error = EAGAIN;
	session->looked = true;
	if (!put_off && !deadline_time_is_up(conn_deadline(session->conn))) {
		got = receive(session, data, room);
		error = errno;
	}
	if (got < 0) {
		if (error != EAGAIN && error != EINTR)
			session->error = error;
		gnutls_transport_set_errno(session->tls, error);
		return -1;
	}
	session->ended |= got == 0;
	session->octets += (size_t)got;
	for (ssize_t i = 0; i < got && session->first_count < FIRST_OCTETS; i++)
		session->first[session->first_count++] = ((const uint8_t *)data)[i];
	if (is_enough(session)) {
		gnutls_transport_set_errno(session->tls, EPROTO);
		return -1;
	}
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

bool session_begin(struct session *session, unsigned flags, size_t octets_max, struct err *err)
{
	const struct tls_context *context = session->context;
	int code = gnutls_init(&session->tls, flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
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
	session->octets_max = octets_max;
	if (context->keylog >= 0)
		gnutls_session_set_keylog_function(session->tls, log_key);
	session_observe(session);
	return true;
}

bool session_wait(struct session *session, struct err *err)
{
	bool writing = gnutls_record_get_direction(session->tls) == 1;
	/* GnuTLS stops at what carries no data, also where more has come. */
	if (!writing && is_ahead(session) && !deadline_passed(conn_deadline(session->conn)))
		return true;
	return conn_wait(session->conn, writing ? POLLOUT : POLLIN, NULL, err);
}

/* "no answer" would be odd: a server asked for nothing yet. */
static bool wait_in_handshake(struct session *session, struct err *err)
{
	if (session_wait(session, err))
		return true;
	if (!session->context->is_server || err->code != ERR_TIMEOUT)
		return false;
	return err_set(err, AT_TLS, ERR_TIMEOUT, "the client sent %s within %d s",
		       session->first_count == 0 ? "no TLS hello" : "no whole TLS handshake",
		       conn_deadline(session->conn).seconds);
}

/* GnuTLS calls it between the server's Certificate and ours: in TLS 1.3 behind the signature that
 * proves the key (RFC 8446, 4.4.3), in TLS 1.2 before it, but it is looked at before ours goes out,
 * too. Static RSA has none; whoever watches TLS 1.2 sees our certificate anyway. */
int session_ask_judge(gnutls_session_t tls)
{
	struct session *session = gnutls_session_get_ptr(tls);
	const struct tls_judge *judge = session->judge;
	session->judge = NULL;
	if (!judge)
		return 0;
	/* The hello of TLS 1.3 names another one. */
	session->facts->version = session_version(session);
	session->facts->refused = !judge->allow(judge->user, session->facts, &session->refusal);
	return session->facts->refused ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

static bool shake_hands(struct session *session, struct err *err)
{
	for (int warnings = 0;;) {
		int code = gnutls_handshake(session->tls);
		if (code == 0) /* who takes up a session shows no certificate */
			code = session_ask_judge(session->tls);
		if (code == 0)
			return true;
		if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
			if (!wait_in_handshake(session, err))
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
	bool is_server = session->context->is_server;
	bool acceptable = is_server || facts->version >= session->context->oldest;
	if (up || (session->server_spoke && acceptable))
		session_results(session, facts);
	facts->up = up;
	facts->chain_read = up && facts->chain_count > 0;
	if (is_server)
		facts->client_cert_sent = facts->chain_count > 0;
	session->facts = NULL;
	session->mem = NULL;
	session->octets = 0;
}

static void tap_end(struct conn *conn, const struct tls_facts *facts, const struct err *err)
{
	char line[160];
	if (facts->up || facts->refused) {
		int length = snprintf(line, sizeof(line), "%s %s%s%s",
				      tls_version_name(facts->version),
				      facts->cipher ? facts->cipher : "no cipher suite",
				      facts->group ? " " : "", facts->group ? facts->group : "");
		conn_tap(conn, TAP_TLS, line, (size_t)length);
	} else if (err->code == ERR_CLOSED) {
		conn_tap(conn, TAP_CLOSED, NULL, 0);
	} else if (err->code == ERR_RESET) {
		conn_tap(conn, TAP_RESET, NULL, 0);
	}
}

/* What interrupts data. Nobody renegotiates with us (RFC 9325, 3.5): a server's HelloRequest is
 * declined, but behind a ClientHello GnuTLS takes nothing any more that is no handshake. Warnings
 * do not go on for ever. */
static bool bear(struct session *session, int code, struct err *err)
{
	enum err_stage stage = conn_stage(session->conn);
	if (code == GNUTLS_E_REHANDSHAKE)
		gnutls_alert_send(session->tls, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
	if (code == GNUTLS_E_REHANDSHAKE && session->context->is_server)
		return err_set(err, stage, ERR_PROTOCOL,
			       "the client wants to renegotiate TLS, which we refuse");
	return ++session->warnings <= WARNINGS_MAX ||
	       err_set(err, stage, ERR_LIMIT, "more than %d warnings inside TLS", WARNINGS_MAX);
}

static bool tls_read(void *state, struct conn *conn, void *data, size_t room, size_t *got,
		     struct err *err)
{
	struct session *session = state;
	for (;;) {
		ssize_t size = gnutls_record_recv(session->tls, data, room);
		if (size >= 0) {
			session->octets = 0;
			*got = (size_t)size;
			return true;
		}
		int code = (int)size;
		if (gnutls_error_is_fatal(code))
			return session_failure(session, code, NULL, err);
		bool idle = code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
		if (!idle && !bear(session, code, err))
			return false;
		if ((idle || deadline_passed(conn_deadline(conn))) && !session_wait(session, err))
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
		if (!session_wait(session, err))
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
	return gnutls_record_check_pending(session->tls) > 0 || is_ahead(session);
}

static const struct conn_ops ops = { tls_read, tls_write, tls_close, tls_has_input };

struct session *session_of(const struct conn *conn)
{
	return conn_swapped(conn, &ops);
}

bool session_shake_hands(struct session **session, struct err *err)
{
	struct conn *conn = (*session)->conn;
	struct tls_facts *facts = (*session)->facts;
	enum err_stage stage = conn_stage(conn);
	conn_set_stage(conn, AT_TLS);
	bool up = shake_hands(*session, err);
	finish_facts(*session, up);
	tap_end(conn, facts, err);
	if (!up)
		return false;
	conn_set_stage(conn, stage);
	conn_swap(conn, &ops, *session);
	*session = NULL;
	return true;
}
