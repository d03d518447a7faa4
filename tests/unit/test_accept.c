#include "unit.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "fixture.h"
#include "tls/accept.h"
#include "tls/own.h"

#define SECONDS        20 /* a handshake takes milliseconds; a loaded machine with sanitizers longer */

#define ECDSA          FIXTURE_FOLDER "self-signed"
#define RSA            FIXTURE_FOLDER "server-rsa"
#define CLIENT         FIXTURE_FOLDER "client"
#define PAIR(name)     .cert_file = name ".pem", .key_file = name ".key"
#define STRING(octets) .raw = (octets), .raw_size = sizeof(octets) - 1

/* Who comes to us. */
struct guest {
	const struct tls_context *context; /* of a real client; NULL: raw octets */
	const char *servername, *alpn;
	const char *say; /* once the handshake is done */
	const char *raw;
	size_t raw_size;
	bool stay; /* until we close; otherwise it goes at once */
	int fd;
	/* What it saw: */
	struct arena *mem;
	struct tls_facts facts;
	struct err err;
	char word[16];
	bool up, closed_in_order;
};

static void visit_with_tls(struct guest *guest)
{
	CLEANUP(conn_close) struct conn *conn = conn_adopt(guest->fd, deadline_in(SECONDS));
	size_t got = 0;
	guest->fd = -1; /* the conn's */
	guest->up = tls_start(conn, guest->context, guest->servername, guest->alpn, guest->mem,
			      &guest->facts, &guest->err);
	if (!guest->up || !guest->say)
		return;
	guest->up = conn_write(conn, guest->say, strlen(guest->say), &guest->err) &&
		    conn_read(conn, guest->word, sizeof(guest->word) - 1, &got, &guest->err) &&
		    conn_read(conn, guest->word + got, 1, &got, &guest->err);
	guest->closed_in_order = guest->up && got == 0;
}

static void *visit(void *data)
{
	struct guest *guest = data;
	char dropped[4096];
	if (guest->context)
		visit_with_tls(guest);
	else if (guest->raw_size > 0)
		send(guest->fd, guest->raw, guest->raw_size, MSG_NOSIGNAL);
	while (!guest->context && guest->stay && recv(guest->fd, dropped, sizeof(dropped), 0) > 0)
		;
	fd_close(&guest->fd);
	return NULL;
}

/* Our side of one visit, from socketpair to thread join. */
struct call {
	pthread_t thread;
	struct conn *conn;
	struct tls_facts facts;
	struct err err;
	bool up;
};

static void meet(struct call *call, void *(*run)(void *), void *guest, int *guest_fd,
		 const struct tap *tap, double seconds)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	*guest_fd = fds[1];
	call->conn = conn_adopt(fds[0], deadline_in(seconds));
	if (tap)
		conn_add_tap(call->conn, tap);
	assert_int_equal(pthread_create(&call->thread, NULL, run, guest), 0);
}

static void begin(struct call *call, const struct tls_context *server, void *(*run)(void *),
		  void *guest, int *guest_fd, const struct tap *tap, double seconds,
		  struct arena *mem)
{
	meet(call, run, guest, guest_fd, tap, seconds);
	call->up = tls_accept(call->conn, server, mem, &call->facts, &call->err);
}

static void welcome(struct call *call, const struct tls_context *server, struct guest *guest,
		    const struct tap *tap, double seconds, struct arena *mem)
{
	guest->mem = arena_new();
	begin(call, server, visit, guest, &guest->fd, tap, seconds, mem);
}

static void end(struct call *call)
{
	conn_close(&call->conn);
	pthread_join(call->thread, NULL);
}

static void forget(struct guest *guest)
{
	arena_free(&guest->mem);
}

static struct tls_context *server_of(struct tls_options options)
{
	struct tls_context *server = NULL;
	struct err err;
	if (!tls_server_new(&options, &server, &err))
		fail_msg("%s", err.text);
	return server;
}

static struct tls_context *client_of(struct tls_options options)
{
	struct tls_context *context = NULL;
	struct err err;
	if (!tls_context_new(&options, &context, &err))
		fail_msg("%s", err.text);
	return context;
}

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

#define ONLY(tls) "NORMAL:-VERS-ALL:+VERS-" tls ":+SIGN-ALL"

static const struct row {
	const char *name;
	struct tls_options server, client;
	enum tls_version version; /* NONE: no handshake */
	const char *cipher, *group, *signature;
	unsigned bits, dh_bits;
	bool forward_secrecy;
} rows[] = {
	{ "TLS 1.3",
	  { PAIR(ECDSA) },
	  { 0 },
	  TLS_1_3,
	  "TLS_AES_256_GCM_SHA384",
	  "x25519",
	  "ecdsa_secp256r1_sha256",
	  256,
	  0,
	  true },
	{ "TLS 1.3, RSA, another group",
	  { PAIR(RSA) },
	  { .priority = "NORMAL:-GROUP-X25519" },
	  TLS_1_3,
	  "TLS_AES_256_GCM_SHA384",
	  "secp256r1",
	  "rsa_pss_rsae_sha256",
	  256,
	  0,
	  true },
	{ "TLS 1.3, a group we must ask for",
	  { PAIR(ECDSA), .priority = "NORMAL:-GROUP-X25519" },
	  { 0 },
	  TLS_1_3,
	  "TLS_AES_256_GCM_SHA384",
	  "secp256r1",
	  "ecdsa_secp256r1_sha256",
	  256,
	  0,
	  true },
	{ "a client of TLS 1.2",
	  { PAIR(ECDSA) },
	  { .max = TLS_1_2 },
	  TLS_1_2,
	  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	  "x25519",
	  "ecdsa_secp256r1_sha256",
	  256,
	  0,
	  true },
	{ "at most TLS 1.2",
	  { PAIR(ECDSA), .max = TLS_1_2 },
	  { 0 },
	  TLS_1_2,
	  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	  "x25519",
	  "ecdsa_secp256r1_sha256",
	  256,
	  0,
	  true },
	{ "TLS 1.2, DHE",
	  { PAIR(RSA) },
	  { .priority = ONLY("TLS1.2") ":-KX-ALL:+DHE-RSA" },
	  TLS_1_2,
	  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	  "ffdhe2048",
	  "rsa_pkcs1_sha256",
	  256,
	  2048,
	  true },
	{ "TLS 1.2, DHE, of a client that names no group",
	  { PAIR(RSA) },
	  { .priority = ONLY("TLS1.2") ":-KX-ALL:+DHE-RSA:-GROUP-ALL" },
	  TLS_1_2,
	  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	  NULL,
	  "rsa_pkcs1_sha256",
	  256,
	  2048,
	  true },
	{ "TLS 1.2, static RSA",
	  { PAIR(RSA) },
	  { .priority = ONLY("TLS1.2") ":-KX-ALL:+RSA" },
	  TLS_1_2,
	  "TLS_RSA_WITH_AES_256_GCM_SHA384",
	  NULL,
	  NULL,
	  256,
	  0,
	  false },
	{ "forward secrecy comes first",
	  { PAIR(RSA) },
	  { .priority = ONLY("TLS1.2") ":-KX-ALL:+RSA:+ECDHE-RSA" },
	  TLS_1_2,
	  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	  "x25519",
	  "rsa_pkcs1_sha256",
	  256,
	  0,
	  true },
	{ "forward secrecy is required",
	  { PAIR(RSA), .pfs = PFS_REQUIRE },
	  { .priority = ONLY("TLS1.2") ":-KX-ALL:+RSA" },
	  TLS_VERSION_NONE,
	  NULL,
	  NULL,
	  NULL,
	  0,
	  0,
	  false },
	{ "TLS 1.0 is not taken",
	  { PAIR(RSA) },
	  { .max = TLS_1_0 },
	  TLS_VERSION_NONE,
	  NULL,
	  NULL,
	  NULL,
	  0,
	  0,
	  false },
	{ "TLS 1.0 when asked for",
	  { PAIR(RSA), .min = TLS_1_0 },
	  { .max = TLS_1_0 },
	  TLS_1_0,
	  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
	  "x25519",
	  NULL,
	  256,
	  0,
	  true },
};

static void negotiates_and_names_it_as_iana_does(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct tls_context *server = server_of(row->server);
		struct tls_context *client = client_of(row->client);
		CLEANUP(forget)
		struct guest guest = { .context = client, .servername = "im.example" };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		const struct tls_facts *facts = &call.facts;
		if (!call.up && row->version != TLS_VERSION_NONE)
			fail_msg("%s: %s", row->name, call.err.text);
		assert_row(row->name, call.up == (row->version != TLS_VERSION_NONE));
		assert_row(row->name, facts->up == call.up && guest.up == call.up);
		if (call.up) {
			assert_row_string(row->name, facts->servername, "im.example");
			assert_row_string(row->name, tls_version_name(facts->version),
					  tls_version_name(row->version));
			assert_row_string(row->name, facts->cipher, row->cipher);
			assert_row_string(row->name, facts->cipher, guest.facts.cipher);
			assert_row_string(row->name, facts->group, row->group);
			assert_row_string(row->name, facts->signature, row->signature);
			assert_row(row->name, facts->bits == row->bits);
			assert_row(row->name, facts->dh_bits == row->dh_bits);
			assert_row(row->name, facts->forward_secrecy == row->forward_secrecy);
			assert_row(row->name, facts->extended_master_secret);
			assert_row(row->name, facts->safe_renegotiation && !facts->resumed);
			assert_row(row->name, !facts->session_ticket && !facts->staple);
			assert_row(row->name, facts->alert == -1 && !facts->alert_sent);
		} else {
			assert_row(row->name, call.err.code == ERR_ALERT_SENT);
			assert_row(row->name, facts->alert_sent && facts->alert >= 0);
			assert_row(row->name, guest.facts.alert == facts->alert);
			assert_row(row->name, facts->version == TLS_VERSION_NONE);
		}
		tls_context_free(&server);
		tls_context_free(&client);
	}
}

static void says_what_a_client_lacks(void **state)
{
	static const struct {
		struct tls_options server, client;
		const char *text;
	} lacks[] = {
		{ { PAIR(RSA) },
		  { .max = TLS_1_1, .min = TLS_1_0 },
		  "the client offers no TLS version that we take (TLS1.2 to TLS1.3); try --tls-min "
		  "1.0" },
		{ { PAIR(RSA), .min = TLS_1_3 },
		  { .max = TLS_1_2 },
		  "the client offers no TLS version that we take (TLS1.3); try --tls-min 1.0" },
		{ { PAIR(RSA), .priority = ONLY("TLS1.2") },
		  { .max = TLS_1_1 },
		  "the client offers no TLS version that we take" },
		{ { PAIR(ECDSA), .max = TLS_1_2 },
		  { .priority = ONLY("TLS1.2") ":-KX-ALL:+ECDHE-RSA" },
		  "the client offers no cipher suite, group or signature algorithm that we take" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(lacks); i++) {
		struct tls_context *server = server_of(lacks[i].server);
		struct tls_context *client = client_of(lacks[i].client);
		CLEANUP(forget) struct guest guest = { .context = client };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		assert_false(call.up);
		assert_string_equal(call.err.text, lacks[i].text);
		assert_int_equal(call.err.stage, AT_TLS);
		tls_context_free(&server);
		tls_context_free(&client);
	}
}

/* Whoever signed it, whatever it is for, or none: who the client is is not told by TLS here. */
static const struct certificate_row {
	const char *name;
	struct tls_options client;
	const char *fixture; /* NULL: no certificate comes */
} certificate_rows[] = {
	{ "none", { 0 }, NULL },
	{ "none, TLS 1.2", { .max = TLS_1_2 }, NULL },
	{ "a client's", { PAIR(CLIENT) }, "client" },
	{ "a client's, TLS 1.2", { PAIR(CLIENT), .max = TLS_1_2 }, "client" },
	{ "a server's, RSA", { PAIR(RSA) }, "server-rsa" },
	{ "a server's, RSA, TLS 1.2", { PAIR(RSA), .max = TLS_1_2 }, "server-rsa" },
	{ "nobody signed it", { PAIR(ECDSA) }, "self-signed" },
};

static void asks_for_a_certificate_and_demands_none(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(RSA) });
	for (size_t i = 0; i < ARRAY_SIZE(certificate_rows); i++) {
		const struct certificate_row *row = &certificate_rows[i];
		struct tls_context *client = client_of(row->client);
		CLEANUP(forget) struct guest guest = { .context = client };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		if (!call.up)
			fail_msg("%s: %s", row->name, call.err.text);
		const struct tls_facts *facts = &call.facts;
		assert_row(row->name, facts->client_cert_requested);
		assert_row(row->name, guest.facts.client_cert_requested);
		assert_row(row->name, facts->client_cert_sent == (row->fixture != NULL));
		assert_row(row->name, facts->chain_count == (row->fixture ? 1 : 0));
		assert_row(row->name, !facts->chain_cut && !facts->servername);
		if (row->fixture) {
			struct bytes der = fixture_der(*state, row->fixture);
			assert_row(row->name, facts->chain[0].size == der.size);
			assert_memory_equal(facts->chain[0].data, der.data, der.size);
		}
		tls_context_free(&client);
	}
	tls_context_free(&server);
}

static const struct name_row {
	const char *sent, *seen;
} name_rows[] = {
	{ "im.example", "im.example" }, /* the certificate names others: it is shown all the same */
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "IM.Example", "IM.Example" },
	{ "192.0.2.7", NULL },
	{ NULL, NULL },
};

static void keeps_the_name_that_was_asked_for(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct tls_context *client = client_of((struct tls_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(name_rows); i++) {
		const struct name_row *row = &name_rows[i];
		const char *name = row->sent ? row->sent : "(none)";
		CLEANUP(forget) struct guest guest = { .context = client, .servername = row->sent };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		assert_row(name, call.up && guest.up);
		assert_row_string(name, call.facts.servername, row->seen);
	}
	tls_context_free(&server);
	tls_context_free(&client);
}

static const struct alpn_row {
	const char *offered, *chosen;
} alpn_rows[] = {
	{ NULL, NULL },
	{ "xmpp-server", "xmpp-server" },
	{ "xmpp-client,xmpp-server", "xmpp-server" },
	{ "xmpp-client", NULL },
	{ "h2,http/1.1", NULL },
};

static void takes_the_protocol_of_servers(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct tls_context *client = client_of((struct tls_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(alpn_rows); i++) {
		const struct alpn_row *row = &alpn_rows[i];
		const char *name = row->offered ? row->offered : "(none)";
		CLEANUP(forget) struct guest guest = { .context = client, .alpn = row->offered };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		assert_row(name, call.up && guest.up);
		assert_row_string(name, call.facts.alpn, row->chosen);
		assert_row_string(name, guest.facts.alpn, row->chosen);
	}
	tls_context_free(&server);
	tls_context_free(&client);
}

struct log {
	struct buf text;
};

static void note(void *self, enum tap_event event, const void *data, size_t size)
{
	struct log *log = self;
	if (event == TAP_TLS || event == TAP_TLS_MESSAGE) {
		buf_add(&log->text, data, size);
		buf_char(&log->text, '\n');
	} else if (event == TAP_CLOSED || event == TAP_RESET) {
		buf_text(&log->text, event == TAP_CLOSED ? "closed\n" : "reset\n");
	}
}

static void carries_data_and_says_goodbye(void **state)
{
	struct tls_context *server = server_of(
		(struct tls_options){ PAIR(ECDSA), .show_messages = true });
	struct tls_context *client = client_of((struct tls_options){ 0 });
	struct log log = { buf_new(BUF_UNBOUNDED) };
	struct tap tap = { note, &log };
	CLEANUP(forget)
	struct guest guest = { .context = client, .servername = "im.example", .say = "hello" };
	struct call call;
	char word[16];
	size_t got;
	welcome(&call, server, &guest, &tap, SECONDS, *state);
	assert_true(call.up);
	assert_int_equal(conn_stage(call.conn), AT_STREAM);
	assert_true(conn_read(call.conn, word, 2, &got, &call.err));
	assert_int_equal(got, 2);
	assert_true(conn_has_input(call.conn)); /* the rest of the record */
	assert_true(conn_read(call.conn, word + 2, sizeof(word) - 2, &got, &call.err));
	assert_int_equal(got, 3);
	assert_memory_equal(word, "hello", 5);
	assert_false(conn_has_input(call.conn));
	assert_true(conn_write(call.conn, "well met", 8, &call.err));
	end(&call);
	assert_string_equal(guest.word, "well met");
	assert_true(guest.closed_in_order);
	const char *text = buf_string(&log.text);
	assert_non_null(strstr(text, "<-- ClientHello, "));
	assert_non_null(strstr(text, "--> ServerHello, "));
	assert_non_null(strstr(text, "--> CertificateRequest, "));
	assert_non_null(strstr(text, "<-- Finished, "));
	assert_non_null(strstr(text, "\nTLS1.3 TLS_AES_256_GCM_SHA384 x25519\n"));
	assert_null(strstr(text, "NewSessionTicket"));
	buf_free(&log.text);
	tls_context_free(&server);
	tls_context_free(&client);
}

static void tells_an_end_from_a_cut(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct tls_context *client = client_of((struct tls_options){ 0 });
	CLEANUP(forget) struct guest guest = { .context = client }; /* goes after the handshake */
	struct call call;
	char word[16];
	size_t got = 7;
	welcome(&call, server, &guest, NULL, SECONDS, *state);
	assert_true(call.up);
	assert_true(conn_read(call.conn, word, sizeof(word), &got, &call.err));
	assert_int_equal(got, 0);
	end(&call);

	CLEANUP(forget) struct guest other = { .context = client, .say = "hello" };
	welcome(&call, server, &other, NULL, SECONDS, *state);
	assert_true(call.up && conn_read(call.conn, word, sizeof(word), &got, &call.err));
	shutdown(conn_fd(call.conn), SHUT_RD);
	assert_false(conn_read(call.conn, word, sizeof(word), &got, &call.err));
	assert_int_equal(call.err.code, ERR_CLOSED);
	assert_int_equal(call.err.stage, AT_STREAM);
	end(&call);
	tls_context_free(&server);
	tls_context_free(&client);
}

/* Lengths of record, message and list are right; version 3.3 and one suite nobody has. */
#define HELLO                                                                                      \
	"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03"                                             \
	"0123456789abcdef0123456789abcdef"                                                         \
	"\x00\x00\x02\xfa\xfa\x01\x00"
#define NOT_TLS "what the client sent is not TLS"
#define SSL2    "the client sent a hello of SSL 2.0, which nobody should send any more (RFC 6176)"

static const struct failure_row {
	const char *name;
	struct guest guest;
	enum err_code code;
	const char *text;
	int alert;
	bool sent;
	const char *tapped;
} failure_rows[] = {
	{ "HTTP",
	  { STRING("GET / HTTP/1.1\r\nHost: im.example\r\n\r\n"), .stay = true },
	  ERR_PROTOCOL,
	  NOT_TLS,
	  -1,
	  false,
	  "" },
	{ "one octet of HTTP",
	  { STRING("G"), .stay = true },
	  ERR_PROTOCOL,
	  NOT_TLS,
	  -1,
	  false,
	  "" },
	{ "a stream header",
	  { STRING("<?xml version='1.0'?><stream:stream>"), .stay = true },
	  ERR_PROTOCOL,
	  NOT_TLS,
	  -1,
	  false,
	  "" },
	{ "octets of zero",
	  { STRING("\0\0\0\0\0\0\0\0"), .stay = true },
	  ERR_PROTOCOL,
	  NOT_TLS,
	  -1,
	  false,
	  "" },
	{ "SSL 2.0",
	  { STRING("\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80"
		   "0123456789abcdef"),
	    .stay = true },
	  ERR_PROTOCOL,
	  SSL2,
	  -1,
	  false,
	  "" },
	{ "a hello of SSL 2.0 for TLS 1.2",
	  { STRING("\x80\x1f\x01\x03\x03\x00\x06\x00\x00\x00\x10\x00\x00\x9c\x00\x00\x2f"
		   "0123456789abcdef"),
	    .stay = true },
	  ERR_PROTOCOL,
	  SSL2,
	  -1,
	  false,
	  "" },
	{ "nothing at all",
	  { 0 },
	  ERR_CLOSED,
	  "the client closed the connection in place of a TLS hello",
	  -1,
	  false,
	  "closed\n" },
	{ "half a record",
	  { STRING("\x16\x03\x01\x00\x2d\x01") },
	  ERR_CLOSED,
	  "the peer closed the connection during the TLS handshake",
	  -1,
	  false,
	  "closed\n" },
	{ "an alert in place of a hello",
	  { STRING("\x15\x03\x01\x00\x02\x02\x28"), .stay = true },
	  ERR_ALERT_RECEIVED,
	  "TLS alert handshake_failure: client and server share no cipher suite, group or "
	  "signature algorithm",
	  40,
	  false,
	  "" },
	{ "an alert of no known kind",
	  { STRING("\x15\x03\x01\x00\x02\x02\x63"), .stay = true },
	  ERR_ALERT_RECEIVED,
	  "TLS alert 99, of no known kind",
	  99,
	  false,
	  "" },
	{ "an alert that says nothing here",
	  { STRING("\x15\x03\x01\x00\x02\x02\x14"), .stay = true },
	  ERR_ALERT_RECEIVED,
	  "TLS alert bad_record_mac from the client",
	  20,
	  false,
	  "" },
	{ "data in place of a hello",
	  { STRING("\x17\x03\x03\x00\x05hello"), .stay = true },
	  ERR_ALERT_SENT,
	  "the client sent a TLS record out of turn",
	  10,
	  true,
	  "" },
	{ "another message",
	  { STRING("\x16\x03\x01\x00\x04\x0e\x00\x00\x00"), .stay = true },
	  ERR_ALERT_SENT,
	  "the client sent a handshake message out of turn",
	  10,
	  true,
	  "" },
	{ "no suite of ours",
	  { STRING(HELLO), .stay = true },
	  ERR_ALERT_SENT,
	  "the client offers no cipher suite, group or signature algorithm that we take",
	  40,
	  true,
	  "" },
	{ "a record of 64 KiB",
	  { STRING("\x16\x03\x01\xff\xff\x01"), .stay = true },
	  ERR_ALERT_SENT,
	  "the client sent a TLS record that is too long",
	  22,
	  true,
	  "" },
	{ "a warning in place of a hello",
	  { STRING("\x15\x03\x01\x00\x02\x01\x70"), .stay = true },
	  ERR_ALERT_RECEIVED,
	  "TLS alert unrecognized_name from the client",
	  112,
	  false,
	  "" },
};

/* late: we look once what the client says is there. */
static void assert_failure(const struct tls_context *server, const struct failure_row *row,
			   bool late, struct arena *mem)
{
	CLEANUP(forget) struct guest guest = row->guest;
	struct log log = { buf_new(BUF_UNBOUNDED) };
	struct tap tap = { note, &log };
	struct call call;
	double start = clock_ms();
	meet(&call, visit, &guest, &guest.fd, &tap, SECONDS);
	if (late)
		(void)deadline_wait(deadline_in(SECONDS), conn_fd(call.conn), POLLIN);
	call.up = tls_accept(call.conn, server, mem, &call.facts, &call.err);
	end(&call);
	assert_row(row->name, !call.up && !call.facts.up);
	assert_row(row->name, clock_ms() - start < SECONDS * 1000.0 / 2);
	assert_row_string(row->name, call.err.text, row->text);
	assert_row(row->name, call.err.code == row->code && call.err.stage == AT_TLS);
	if (row->alert >= 0 || !row->sent)
		assert_row(row->name, call.facts.alert == row->alert);
	assert_row(row->name, call.facts.alert_sent == row->sent);
	assert_row(row->name, !call.facts.alert_first && call.facts.chain_count == 0);
	assert_row(row->name, !call.facts.client_cert_sent && !call.facts.servername);
	assert_row_string(row->name, buf_string(&log.text), row->tapped);
	buf_free(&log.text);
}

static void says_why_it_failed(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(RSA) });
	for (size_t i = 0; i < ARRAY_SIZE(failure_rows); i++) {
		assert_failure(server, &failure_rows[i], false, *state);
		assert_failure(server, &failure_rows[i], true, *state);
	}
	tls_context_free(&server);
}

static void waits_no_longer_than_the_deadline(void **state)
{
	static const struct guest silent[] = {
		{ .stay = true },
		{ STRING("\x16\x03\x01\x00\x2d\x01"), .stay = true },
	};
	static const char *const texts[] = { "the client sent no TLS hello within 1 s",
					     "the client sent no whole TLS handshake within 1 s" };
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	for (size_t i = 0; i < ARRAY_SIZE(silent); i++) {
		CLEANUP(forget) struct guest guest = silent[i];
		struct call call;
		double start = clock_ms();
		welcome(&call, server, &guest, NULL, 1, *state);
		end(&call);
		assert_false(call.up);
		assert_int_equal(call.err.code, ERR_TIMEOUT);
		assert_int_equal(call.err.stage, AT_TLS);
		assert_string_equal(call.err.text, texts[i]);
		assert_true(clock_ms() - start < 15000);
	}
	tls_context_free(&server);
}

/* A client that GnuTLS runs as the test wants. */
struct rogue {
	const char *priority;
	int alert;    /* what it thinks of our certificate */
	bool vanish;  /* after its hello, with our answer unread */
	bool again;   /* it wants to renegotiate */
	bool saves;   /* segments: what it says goes out once it must listen */
	bool rekeys;  /* before it says "hello" (RFC 8446, 4.6.3): a record without data */
	int warnings; /* likewise */
	struct buf saved;
	int fd, code, heard;
};

static int dislike(gnutls_session_t tls)
{
	const struct rogue *rogue = gnutls_session_get_ptr(tls);
	gnutls_alert_send(tls, GNUTLS_AL_FATAL, (gnutls_alert_description_t)rogue->alert);
	return GNUTLS_E_CERTIFICATE_ERROR;
}

static ssize_t pull_nothing(gnutls_transport_ptr_t self, void *data, size_t room)
{
	(void)self;
	(void)data;
	(void)room;
	errno = EAGAIN;
	return -1;
}

static ssize_t save(gnutls_transport_ptr_t self, const void *data, size_t size)
{
	struct rogue *rogue = self;
	buf_add(&rogue->saved, data, size);
	return (ssize_t)size;
}

static ssize_t pull_at_last(gnutls_transport_ptr_t self, void *data, size_t room)
{
	struct rogue *rogue = self;
	(void)!send(rogue->fd, rogue->saved.data, rogue->saved.size, MSG_NOSIGNAL);
	buf_clear(&rogue->saved);
	return recv(rogue->fd, data, room, 0);
}

static void save_segments(struct rogue *rogue, gnutls_session_t tls)
{
	rogue->saved = buf_new(BUF_UNBOUNDED);
	gnutls_transport_set_ptr(tls, rogue);
	gnutls_transport_set_push_function(tls, save);
	gnutls_transport_set_pull_function(tls, pull_at_last);
}

static void play_rogue(struct rogue *rogue, gnutls_session_t tls)
{
	char octet;
	rogue->code = gnutls_handshake(tls);
	if (rogue->vanish) {
		(void)deadline_wait(deadline_in(SECONDS), rogue->fd, POLLIN); /* our answer */
		return;
	}
	if (rogue->code == 0 && rogue->again) {
		rogue->code = gnutls_handshake(tls);
		rogue->heard = (int)gnutls_alert_get(tls);
		return;
	}
	for (int i = 0; i < rogue->warnings; i++)
		gnutls_alert_send(tls, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED);
	if (rogue->rekeys)
		gnutls_session_key_update(tls, 0);
	gnutls_record_send(tls, "hello", 5);
	if (rogue->saves)
		gnutls_record_recv(tls, &octet, 1);
	else
		recv(rogue->fd, &octet, 1, 0);
}

static void *run_rogue(void *data)
{
	struct rogue *rogue = data;
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
	gnutls_certificate_allocate_credentials(&credentials);
	if (rogue->alert >= 0)
		gnutls_certificate_set_verify_function(credentials, dislike);
	gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
	gnutls_session_set_ptr(tls, rogue);
	gnutls_priority_set_direct(tls, rogue->priority, NULL);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_server_name_set(tls, GNUTLS_NAME_DNS, "im.example", 10);
	gnutls_transport_set_int(tls, rogue->fd);
	if (rogue->vanish)
		gnutls_transport_set_pull_function(tls, pull_nothing);
	if (rogue->saves)
		save_segments(rogue, tls);
	play_rogue(rogue, tls);
	gnutls_deinit(tls);
	buf_free(&rogue->saved);
	gnutls_certificate_free_credentials(credentials);
	fd_close(&rogue->fd);
	return NULL;
}

/* Its Finished and its first words come in one segment, and nothing behind them: the socket has
 * nothing to show to whoever polls it. */
static void knows_what_came_with_the_end_of_the_handshake(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	for (int rekeys = 0; rekeys < 2; rekeys++) {
		struct rogue rogue = {
			.priority = "NORMAL", .alert = -1, .saves = true, .rekeys = rekeys
		};
		struct call call;
		char word[16];
		size_t got = 0;
		double start = clock_ms();
		begin(&call, server, run_rogue, &rogue, &rogue.fd, NULL, SECONDS, *state);
		assert_true(call.up);
		assert_true(conn_has_input(call.conn));
		assert_true(conn_read(call.conn, word, sizeof(word), &got, &call.err));
		assert_int_equal(got, 5);
		assert_memory_equal(word, "hello", 5);
		assert_false(conn_has_input(call.conn));
		assert_true(clock_ms() - start < SECONDS * 1000.0 / 2);
		end(&call);
	}
	tls_context_free(&server);
}

static void tells_what_a_client_thinks_of_our_certificate(void **state)
{
	static const struct {
		const char *priority;
		int alert;
		enum tls_version version;
		const char *text;
	} thoughts[] = {
		{ ONLY("TLS1.2"), 48, TLS_1_2,
		  "TLS alert unknown_ca: the client does not trust the issuer of our certificate" },
		{ "NORMAL", 48, TLS_1_3,
		  "TLS alert unknown_ca: the client does not trust the issuer of our certificate" },
		{ "NORMAL", 42, TLS_1_3,
		  "TLS alert bad_certificate: the client rejects our certificate" },
		{ "NORMAL", 45, TLS_1_3,
		  "TLS alert certificate_expired: our certificate has expired" },
	};
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	for (size_t i = 0; i < ARRAY_SIZE(thoughts); i++) {
		struct rogue rogue = { .priority = thoughts[i].priority,
				       .alert = thoughts[i].alert };
		struct call call;
		begin(&call, server, run_rogue, &rogue, &rogue.fd, NULL, SECONDS, *state);
		end(&call);
		assert_false(call.up);
		assert_string_equal(call.err.text, thoughts[i].text);
		assert_int_equal(call.err.code, ERR_ALERT_RECEIVED);
		assert_int_equal(call.facts.alert, thoughts[i].alert);
		assert_false(call.facts.alert_sent || call.facts.up);
		/* As far as it went. */
		assert_int_equal(call.facts.version, thoughts[i].version);
		assert_string_equal(call.facts.servername, "im.example");
	}
	tls_context_free(&server);
}

static void tells_a_reset(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct rogue rogue = { .priority = "NORMAL", .alert = -1, .vanish = true };
	struct log log = { buf_new(BUF_UNBOUNDED) };
	struct tap tap = { note, &log };
	struct call call;
	begin(&call, server, run_rogue, &rogue, &rogue.fd, &tap, SECONDS, *state);
	end(&call);
	assert_false(call.up);
	assert_int_equal(call.err.code, ERR_RESET);
	assert_string_equal(call.err.text, "connection reset by the peer during the TLS handshake");
	assert_string_equal(buf_string(&log.text), "reset\n");
	assert_string_equal(call.facts.servername, "im.example");
	buf_free(&log.text);
	tls_context_free(&server);
}

/* RFC 9325, 3.5. */
static void nobody_renegotiates(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct rogue rogue = { .priority = ONLY("TLS1.2"), .alert = -1, .again = true };
	struct call call;
	char word[16];
	size_t got = 0;
	begin(&call, server, run_rogue, &rogue, &rogue.fd, NULL, SECONDS, *state);
	assert_true(call.up);
	assert_false(conn_read(call.conn, word, sizeof(word), &got, &call.err));
	assert_int_equal(call.err.code, ERR_PROTOCOL);
	assert_int_equal(call.err.stage, AT_STREAM);
	assert_string_equal(call.err.text, "the client wants to renegotiate TLS, which we refuse");
	end(&call);
	assert_int_equal(rogue.code, GNUTLS_E_WARNING_ALERT_RECEIVED);
	assert_int_equal(rogue.heard, GNUTLS_A_NO_RENEGOTIATION);
	tls_context_free(&server);
}

static void a_few_warnings_do_no_harm(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	for (int warnings = 0; warnings <= 8; warnings += 4) {
		struct rogue rogue = { .priority = ONLY("TLS1.2"), .alert = -1 };
		struct call call;
		char word[16];
		size_t got = 0;
		rogue.warnings = warnings;
		begin(&call, server, run_rogue, &rogue, &rogue.fd, NULL, SECONDS, *state);
		assert_true(call.up);
		bool ok = conn_read(call.conn, word, sizeof(word), &got, &call.err);
		end(&call);
		assert_int_equal(ok, warnings <= 4);
		assert_int_equal(got, ok ? 5 : 0);
		if (!ok)
			assert_string_equal(call.err.text, "more than 4 warnings inside TLS");
	}
	tls_context_free(&server);
}

/* A handshake message announces up to 16 MiB, and GnuTLS keeps what has come of it. */
static void takes_no_endless_message(void **state)
{
	enum { RECORD = 16384, RECORDS = 1024 };
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	static const uint8_t header[] = { 0x16, 3, 1, RECORD >> 8, RECORD & 0xff };
	struct buf flood = buf_new(BUF_UNBOUNDED);
	static const uint8_t hello[] = { 1, 0xff, 0xff, 0xff, 3, 3 };
	char *body = arena_alloc(*state, RECORD);
	memcpy(body, hello, sizeof(hello));
	for (size_t i = 0; i < RECORDS; i++) {
		buf_add(&flood, header, sizeof(header));
		buf_add(&flood, body, RECORD);
		memset(body, 0, sizeof(hello));
	}
	CLEANUP(forget)
	struct guest guest = { .raw = flood.data, .raw_size = flood.size };
	struct call call;
	welcome(&call, server, &guest, NULL, SECONDS, *state);
	assert_false(call.up);
	assert_int_equal(call.err.code, ERR_LIMIT);
	assert_string_equal(call.err.text, "the client sent more than 64 KiB for a TLS handshake");
	end(&call);
	buf_free(&flood);
	tls_context_free(&server);
}

/* --cert and --key are files; the certificate made for a run is none. Either end may show it. */
static void shows_a_certificate_that_is_in_memory(void **state)
{
	static const char *const names[] = { "me.example" };
	struct tls_options options = { 0 };
	struct bytes der;
	struct err err;
	size_t broken;
	if (!own_certificate(names, 1, *state, &options.cert_pem, &options.key_pem, &err))
		fail_msg("%s", err.text);
	assert_int_equal(cert_from_pem(options.cert_pem, *state, &der, 1, &broken), 1);
	struct tls_context *server = server_of(options), *client = client_of(options);
	CLEANUP(forget) struct guest guest = { .context = client, .servername = "me.example" };
	struct call call;
	welcome(&call, server, &guest, NULL, SECONDS, *state);
	end(&call);
	assert_true(call.up && guest.up);
	assert_true(call.facts.client_cert_sent && guest.facts.client_cert_sent);
	const struct tls_facts *ends[] = { &call.facts, &guest.facts };
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		assert_int_equal(ends[i]->chain_count, 1);
		assert_int_equal(ends[i]->chain[0].size, der.size);
		assert_memory_equal(ends[i]->chain[0].data, der.data, der.size);
	}
	tls_context_free(&server);
	tls_context_free(&client);
}

/* Both in one text, as many keep them in one file; and a file comes before memory. */
static void takes_key_and_certificate_from_one_text(void **state)
{
	struct bytes cert = fixture_file(*state, CLIENT ".pem"),
		     key = fixture_file(*state, CLIENT ".key");
	const char *text = arena_printf(*state, "%.*s%.*s", (int)key.size, (const char *)key.data,
					(int)cert.size, (const char *)cert.data);
	struct tls_options options = { .cert_pem = { (const uint8_t *)text, strlen(text) } };
	struct tls_context *server = server_of((struct tls_options){ PAIR(RSA) });
	for (int i = 0; i < 2; i++) {
		struct bytes der = fixture_der(*state, i ? "self-signed" : "client");
		options.cert_file = i ? ECDSA ".pem" : NULL;
		options.key_file = i ? ECDSA ".key" : NULL;
		struct tls_context *client = client_of(options);
		CLEANUP(forget) struct guest guest = { .context = client };
		struct call call;
		welcome(&call, server, &guest, NULL, SECONDS, *state);
		end(&call);
		assert_true(call.up && call.facts.chain_count == 1);
		assert_int_equal(call.facts.chain[0].size, der.size);
		assert_memory_equal(call.facts.chain[0].data, der.data, der.size);
		tls_context_free(&client);
	}
	tls_context_free(&server);
}

#define NO_CERTIFICATE "a TLS server needs a certificate and its key"

static void refuses_what_it_cannot_do(void **state)
{
	struct bytes client = fixture_file(*state, CLIENT ".pem"),
		     stranger = fixture_file(*state, ECDSA ".key"),
		     garbage = arena_bytes(*state, "garbage", 7);
	const struct {
		const char *name;
		struct tls_options options;
		enum err_code code;
		const char *text; /* NULL: GnuTLS's */
	} refusals[] = {
		{ "no certificate", { 0 }, ERR_USAGE, NO_CERTIFICATE },
		{ "no such file",
		  { PAIR("/nonexistent/a") },
		  ERR_SYSTEM,
		  "cannot read the certificate /nonexistent/a.pem: No such file or directory" },
		{ "SSL 3.0",
		  { PAIR(RSA), .min = SSL_3_0 },
		  ERR_UNSUPPORTED,
		  "this GnuTLS cannot speak SSL 3.0; TLS1.0 is the oldest it offers" },
		{ "a bad priority",
		  { PAIR(RSA), .priority = "NORMAL:+NONSENSE" },
		  ERR_USAGE,
		  "GnuTLS does not understand the priority string from character 8 on: "
		  "\"+NONSENSE\"" },
		{ "a key in memory alone",
		  { .key_pem = stranger },
		  ERR_USAGE,
		  "a key without its certificate" },
		{ "another's key in memory",
		  { .cert_pem = client, .key_pem = stranger },
		  ERR_USAGE,
		  "the key does not belong to the certificate" },
		{ "a certificate in memory alone", { .cert_pem = client }, ERR_SYSTEM, NULL },
		{ "no certificate in that memory",
		  { .cert_pem = garbage, .key_pem = stranger },
		  ERR_SYSTEM,
		  NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct tls_context *server = NULL;
		struct err err;
		const char *name = refusals[i].name;
		assert_row(name, !tls_server_new(&refusals[i].options, &server, &err));
		assert_row(name, !server && err.code == refusals[i].code);
		if (refusals[i].text)
			assert_row_string(name, err.text, refusals[i].text);
	}
}

static void logs_the_keys_its_client_logs(void **state)
{
	char ours[] = "/tmp/test_accept.XXXXXX", theirs[] = "/tmp/test_accept.XXXXXX";
	fd_close(&(int){ mkstemp(ours) });
	fd_close(&(int){ mkstemp(theirs) });
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA), .keylog = ours });
	struct tls_context *client = client_of(
		(struct tls_options){ .max = TLS_1_2, .keylog = theirs });
	CLEANUP(forget) struct guest guest = { .context = client };
	struct call call;
	welcome(&call, server, &guest, NULL, SECONDS, *state);
	end(&call);
	tls_context_free(&server);
	tls_context_free(&client);
	struct bytes a = fixture_file(*state, ours), b = fixture_file(*state, theirs);
	unlink(ours);
	unlink(theirs);
	assert_true(call.up && a.size > 0);
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.data, b.data, a.size);
	assert_memory_equal(a.data, "CLIENT_RANDOM ", 14);
}

#define THREADS 4
#define TURNS   5

struct worker {
	pthread_t thread;
	const struct tls_context *server, *client;
	int ups;
};

static void *take_turns(void *data)
{
	struct worker *worker = data;
	for (int i = 0; i < TURNS; i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(forget)
		struct guest guest = { .context = worker->client, .servername = "im.example" };
		struct call call;
		welcome(&call, worker->server, &guest, NULL, SECONDS, mem);
		end(&call);
		worker->ups += call.up && call.facts.client_cert_sent;
	}
	return NULL;
}

static void threads_share_a_server(void **state)
{
	struct tls_context *server = server_of((struct tls_options){ PAIR(ECDSA) });
	struct tls_context *client = client_of((struct tls_options){ PAIR(CLIENT) });
	struct worker workers[THREADS] = { 0 };
	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].server = server;
		workers[i].client = client;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, take_turns, &workers[i]),
				 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].ups, TURNS);
	}
	tls_context_free(&server);
	tls_context_free(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negotiates_and_names_it_as_iana_does),
		cmocka_unit_test(says_what_a_client_lacks),
		cmocka_unit_test(asks_for_a_certificate_and_demands_none),
		cmocka_unit_test(keeps_the_name_that_was_asked_for),
		cmocka_unit_test(takes_the_protocol_of_servers),
		cmocka_unit_test(carries_data_and_says_goodbye),
		cmocka_unit_test(tells_an_end_from_a_cut),
		cmocka_unit_test(says_why_it_failed),
		cmocka_unit_test(waits_no_longer_than_the_deadline),
		cmocka_unit_test(knows_what_came_with_the_end_of_the_handshake),
		cmocka_unit_test(tells_what_a_client_thinks_of_our_certificate),
		cmocka_unit_test(tells_a_reset),
		cmocka_unit_test(nobody_renegotiates),
		cmocka_unit_test(a_few_warnings_do_no_harm),
		cmocka_unit_test(takes_no_endless_message),
		cmocka_unit_test(shows_a_certificate_that_is_in_memory),
		cmocka_unit_test(takes_key_and_certificate_from_one_text),
		cmocka_unit_test(refuses_what_it_cannot_do),
		cmocka_unit_test(logs_the_keys_its_client_logs),
		cmocka_unit_test(threads_share_a_server),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
