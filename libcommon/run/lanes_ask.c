/* One question on one connection, from connect to close. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "run/lanes_inner.h"
#include "tls/groups.h"
#include "tls/schemes.h"
#include "xmpp/shortcut.h"

#define READ_SIZE      8192
#define DRAINED_MAX    (512 * 1024) /* unread, at the end: more than ANSWER_OCTETS_MAX */
#define TICKET_FIRST   0.25         /* a TLS 1.3 server's ticket comes a round trip later */
#define TICKET_LONGEST 2.0

static uint32_t suite_code(const char *name)
{
	for (size_t i = 0; name && i < suite_count; i++) {
		if (strcmp(suites[i].name, name) == 0)
			return suites[i].code;
	}
	return 0;
}

static uint16_t group_code(const char *name)
{
	for (size_t i = 0; name && i < group_count; i++) {
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].code;
	}
	return 0;
}

static uint16_t scheme_code(const char *name)
{
	for (size_t i = 0; name && i < scheme_count; i++) {
		if (strcmp(schemes[i].name, name) == 0)
			return schemes[i].code;
	}
	return 0;
}

static unsigned echoes_of(const struct tls_facts *tls)
{
	/* In TLS 1.3 these three are no extensions that come back. */
	bool is_13 = tls->version == TLS_1_3;
	return (!is_13 && tls->safe_renegotiation ? ECHO_RENEGOTIATION : 0u) |
	       (!is_13 && tls->extended_master_secret ? ECHO_EMS : 0u) |
	       (tls->encrypt_then_mac ? ECHO_ETM : 0u) | (tls->session_ticket ? ECHO_TICKET : 0u) |
	       (tls->staple ? ECHO_STATUS : 0u);
}

static void answer_from_handshake(const struct tls_facts *tls, struct answer_facts *out)
{
	*out = (struct answer_facts){
		.kind = ANSWER_HANDSHAKE,
		.version = tls->version,
		.version_number = (uint16_t)(0x0300 + (tls->version - SSL_3_0)),
		.suite = suite_code(tls->cipher),
		.echoes = echoes_of(tls),
		.alpn = tls->alpn,
		.group = group_code(tls->group),
		.scheme = scheme_code(tls->signature),
		.dh.bits = tls->dh_bits,
		.staple = tls->staple,
		.client_cert_requested = tls->client_cert_requested,
		.alert = -1,
		.resumed = tls->resumed,
		.forward_secrecy = tls->forward_secrecy,
	};
	if (tls->chain_count > 0)
		out->leaf = tls->chain[0];
}

/* The library ended it itself: the server may be right, and we may lack something. */
static enum answer_kind kind_of_failure(enum err_code code)
{
	switch ((int)code) {
	case ERR_ALERT_RECEIVED:
		return ANSWER_ALERT;
	case ERR_TIMEOUT:
		return ANSWER_SILENCE;
	case ERR_CLOSED:
		return ANSWER_CLOSED;
	case ERR_RESET:
		return ANSWER_RESET;
	case ERR_PROTOCOL:
		return ANSWER_GARBAGE;
	default:
		return ANSWER_UNSUPPORTED;
	}
}

static void shake_hands(struct probe *probe, const struct question *question,
			struct attempt *attempt)
{
	struct tls_facts *tls = &attempt->tls;
	double since = clock_ms();
	struct err err;
	if (!probe_tls_again(probe, question->kind == QUESTION_RESUME ? attempt->ticket : NULL, tls,
			     &err)) {
		attempt->answer = (struct answer_facts){
			.kind = kind_of_failure(err.code),
			.alert = tls->alert_sent ? -1 : tls->alert,
			.fault = arena_copy(attempt->mem, err.text),
		};
		return;
	}
	double wait = 2 * (clock_ms() - since) / 1000;
	wait = wait < TICKET_FIRST ? TICKET_FIRST : wait > TICKET_LONGEST ? TICKET_LONGEST : wait;
	if (question->kind == QUESTION_HANDSHAKE &&
	    tls_keep_session(probe->conn, wait, &attempt->session) && tls->version == TLS_1_3)
		tls->session_ticket = true;
	answer_from_handshake(tls, &attempt->answer);
}

/* For -v: a line, for the octets would tell nobody anything. */
static void show(struct probe *probe, const char *text)
{
	if (probe->exchange.tap.see)
		probe->exchange.tap.see(&probe->exchange, TAP_TLS_MESSAGE, text, strlen(text));
}

static void show_hello(struct probe *probe, const struct question *question, size_t size)
{
	char line[128];
	const struct hello *hello = &question->hello;
	snprintf(line, sizeof(line), "--> ClientHello %s, %zu suites, %zu groups, %zu bytes",
		 tls_version_name(hello->version), hello->suite_count, hello->group_count, size);
	show(probe, line);
}

static void show_answer(struct probe *probe, const struct answer_facts *answer)
{
	char line[256];
	const struct suite *suite = answer->suite ? suite_by_code(answer->suite) : NULL;
	const struct group *group = group_by_code(answer->group);
	const char *alert = tls_alert_name(answer->alert);
	const char *more = answer->kind == ANSWER_ALERT ? (alert ? alert : "of no known kind")
			   : answer->fault              ? answer->fault
							: tls_version_name(answer->version);
	snprintf(line, sizeof(line), "<-- %s %s%s%s%s%s", answer_kind_name(answer->kind), more,
		 suite ? " " : "", suite ? suite->name : "", group ? " " : "",
		 group ? group->name : "");
	show(probe, line);
}

/* Whether a write went through says little: what the server said before it closed may still be
 * read. */
static void send_hello(struct probe *probe, const struct question *question, const struct buf *text)
{
	struct err err;
	size_t first = question->split ? text->size / 2 : text->size;
	if (conn_write(probe->conn, text->data, first, &err))
		(void)!conn_write(probe->conn, text->data + first, text->size - first, &err);
}

static void read_answer(struct conn *conn, struct answer *answer)
{
	char data[READ_SIZE];
	size_t got;
	struct err err;
	do {
		if (!conn_read(conn, data, sizeof(data), &got, &err)) {
			answer_end(answer, err.code == ERR_TIMEOUT ? ANSWER_SILENCE
					   : err.code == ERR_RESET ? ANSWER_RESET
								   : ANSWER_CLOSED);
			return;
		}
		if (got == 0) {
			answer_end(answer, ANSWER_CLOSED);
			return;
		}
	} while (!answer_push(answer, data, got));
}

/* RFC 9846, 6.1: who goes before the handshake is done says user_canceled, then close_notify. What
 * the server said beyond our interest is taken from the socket, or the kernel would answer it with
 * a reset. */
static void take_leave(struct conn *conn, const struct answer_facts *answer)
{
	bool waits = answer->kind == ANSWER_HELLO || answer->kind == ANSWER_RETRY;
	if (!waits || answer->version < SSL_3_0)
		return;
	uint8_t minor = answer->version == SSL_3_0   ? 0
			: answer->version == TLS_1_0 ? 1
			: answer->version == TLS_1_1 ? 2
						     : 3;
	const uint8_t alerts[] = { 21, 3, minor, 0, 2, 1, 90, 21, 3, minor, 0, 2, 1, 0 };
	(void)!send(conn_fd(conn), alerts, sizeof(alerts), MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)!recv(conn_fd(conn), NULL, DRAINED_MAX, MSG_TRUNC | MSG_DONTWAIT);
}

static void say_hello(struct probe *probe, const struct question *question, struct attempt *attempt)
{
	uint8_t random[HELLO_RANDOM];
	CLEANUP(buf_free) struct buf text = buf_new(HELLO_MAX);
	CLEANUP(answer_free)
	struct answer *answer = answer_new(question->hello.version, question->want, attempt->mem);
	(void)!getrandom(random, sizeof(random), 0); /* so small a wish is never cut short */
	hello_write(&question->hello, random, &text);
	show_hello(probe, question, text.size);
	conn_remove_taps(probe->conn);
	conn_set_stage(probe->conn, AT_TLS);
	send_hello(probe, question, &text);
	read_answer(probe->conn, answer);
	attempt->answer = *answer_facts(answer);
	show_answer(probe, &attempt->answer);
	take_leave(probe->conn, &attempt->answer);
}

void attempt_ask(struct probe *probe, const struct question *question, struct attempt *attempt)
{
	double since = clock_ms();
	conn_set_deadline(probe->conn,
			  deadline_earlier(attempt->until, deadline_in(attempt->hello_seconds)));
	if (question->kind == QUESTION_HELLO)
		say_hello(probe, question, attempt);
	else
		shake_hands(probe, question, attempt);
	attempt->answered = true;
	attempt->answer_ms = clock_ms() - since;
}

/* RFC 6120, 4.9.3: what servers say who find that there is too much of us. */
static bool says_busy(const struct stream_error *error)
{
	static const char *const conditions[] = { "policy-violation", "resource-constraint",
						  "conflict" };
	for (size_t i = 0; error->condition && i < ARRAY_SIZE(conditions); i++) {
		if (strcmp(error->condition, conditions[i]) == 0)
			return true;
	}
	return false;
}

static bool ask_for_tls(struct probe *probe, struct attempt *attempt)
{
	struct stream_facts facts = { 0 };
	enum starttls_answer answer;
	bool ok;
	if (attempt->one_write) {
		struct stream_header header = probe_header(probe);
		ok = shortcut_starttls(probe->conn, &header, probe->mem, &probe->stream, &facts,
				       &answer, &attempt->err);
	} else {
		ok = probe_stream(probe, &facts, &attempt->err) &&
		     starttls_ask(probe->stream, &answer, &facts.error, &attempt->err);
	}
	attempt->greeted = facts.opened;
	attempt->busy = says_busy(&facts.error);
	return ok;
}

void attempt_run(const struct probe *like, const struct question *question, struct attempt *attempt)
{
	struct probe probe;
	probe_begin(&probe, like->job, like->at, attempt->mem,
		    deadline_earlier(attempt->until, deadline_in(attempt->seconds)));
	attempt->connected = probe_connect(&probe, &attempt->err);
	if (attempt->connected &&
	    (like->at->transport == TRANSPORT_DIRECT || ask_for_tls(&probe, attempt)))
		attempt_ask(&probe, question, attempt);
	probe_end(&probe);
}
