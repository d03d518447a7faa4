#include "unit.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "fixture.h"
#include "tls/session.h"

#define SECONDS 20 /* a handshake takes milliseconds; a loaded machine with sanitizers longer */

/* What the other end of the socket does. */
struct script {
	const char *priority, *cert; /* of a GnuTLS server; fixture with a key beside it */
	const char *alpn;
	bool ask, insist;              /* for a client certificate */
	const char *staple;            /* what it staples; need not be an OCSP response */
	const gnutls_datum_t *tickets; /* the key of its session tickets; NULL: gives none */
	int alert;                     /* sent in place of an answer, -1: none */
	int warning;                   /* sent before the handshake, -1: none */
	const char *raw;               /* sent in place of all that, once a hello came */
	size_t raw_size;               /* 0: strlen */
	bool close;                    /* at once, after raw */
	/* What it saw: */
	int code;
	char servername[64], word[16];
	bool got_certificate, closed_in_order;
};

struct server {
	int fd;
	struct script *script;
};

static int staple(gnutls_session_t tls, void *script, gnutls_datum_t *out)
{
	const char *text = ((struct script *)script)->staple;
	(void)tls;
	out->size = (unsigned)strlen(text);
	out->data = gnutls_malloc(out->size);
	memcpy(out->data, text, out->size);
	return 0;
}

static void play_tls(int fd, struct script *script)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
	char cert[128], key[128];
	size_t size = sizeof(script->servername);
	unsigned type;
	snprintf(cert, sizeof(cert), FIXTURE_FOLDER "%s.pem", script->cert);
	snprintf(key, sizeof(key), FIXTURE_FOLDER "%s.key", script->cert);
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_x509_key_file(credentials, cert, key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_set_known_dh_params(credentials, GNUTLS_SEC_PARAM_MEDIUM);
	if (script->staple)
		gnutls_certificate_set_ocsp_status_request_function(credentials, staple, script);
	gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	gnutls_priority_set_direct(tls, script->priority, NULL);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
	if (script->tickets)
		gnutls_session_ticket_enable_server(tls, script->tickets);
	gnutls_transport_set_int(tls, fd);
	gnutls_certificate_server_set_request(tls, script->insist ? GNUTLS_CERT_REQUIRE
						   : script->ask  ? GNUTLS_CERT_REQUEST
								  : GNUTLS_CERT_IGNORE);
	if (script->alpn) {
		gnutls_datum_t protocol = { .size = (unsigned)strlen(script->alpn) };
		protocol.data = (unsigned char *)(uintptr_t)script->alpn;
		gnutls_alpn_set_protocols(tls, &protocol, 1, GNUTLS_ALPN_MANDATORY);
	}
	if (script->warning >= 0)
		gnutls_alert_send(tls, GNUTLS_AL_WARNING,
				  (gnutls_alert_description_t)script->warning);
	do {
		script->code = gnutls_handshake(tls);
	} while (script->code < 0 && !gnutls_error_is_fatal(script->code));
	unsigned count = 0;
	script->got_certificate = gnutls_certificate_get_peers(tls, &count) != NULL;
	if (script->code == 0) {
		gnutls_server_name_get(tls, script->servername, &size, &type, 0);
		ssize_t got = gnutls_record_recv(tls, script->word, sizeof(script->word) - 1);
		if (got > 0) {
			gnutls_record_send(tls, script->word, (size_t)got);
			got = gnutls_record_recv(tls, script->word + 8, 4);
		}
		script->closed_in_order = got == 0;
	} else {
		gnutls_alert_send_appropriate(tls, script->code);
	}
	gnutls_deinit(tls);
	gnutls_certificate_free_credentials(credentials);
}

static void *play(void *data)
{
	struct server *server = data;
	struct script *script = server->script;
	char hello[4096];
	if (script->raw || script->close || script->alert >= 0) {
		if (!script->close || script->raw)
			script->code = (int)recv(server->fd, hello, sizeof(hello), 0);
		char alert[] = { 0x15, 3, 3, 0, 2, 2, (char)script->alert };
		const char *out = script->raw ? script->raw : alert;
		size_t size = script->raw_size ? script->raw_size
			      : script->raw    ? strlen(script->raw)
					       : sizeof(alert);
		if (script->raw || script->alert >= 0)
			send(server->fd, out, size, MSG_NOSIGNAL);
		if (!script->close)
			while (recv(server->fd, hello, sizeof(hello), 0) > 0)
				;
	} else {
		play_tls(server->fd, script);
	}
	fd_close(&server->fd);
	return NULL;
}

/* One client session against a script, from socketpair to thread join. */
struct call {
	pthread_t thread;
	struct server server;
	struct conn *conn;
	struct tls_facts facts;
	struct err err;
	bool up;
};

static void begin_with(struct call *call, const struct tls_context *context, struct script *script,
		       const struct tls_wish *wish, const struct tap *tap, double seconds,
		       struct arena *mem)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	call->server = (struct server){ fds[1], script };
	call->conn = conn_adopt(fds[0], deadline_in(seconds));
	if (tap)
		conn_add_tap(call->conn, tap);
	assert_int_equal(pthread_create(&call->thread, NULL, play, &call->server), 0);
	call->up = tls_start_with(call->conn, context, wish, mem, &call->facts, &call->err);
}

static void begin(struct call *call, const struct tls_context *context, struct script *script,
		  const char *servername, const char *alpn, const struct tap *tap, double seconds,
		  struct arena *mem)
{
	const struct tls_wish wish = { .servername = servername, .alpn = alpn };
	begin_with(call, context, script, &wish, tap, seconds, mem);
}

static void end(struct call *call)
{
	conn_close(&call->conn);
	pthread_join(call->thread, NULL);
}

static struct tls_context *context_of(struct tls_options options)
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

#define ECDSA     "self-signed"
#define RSA       "server-rsa"
#define ONLY(tls) "NORMAL:-VERS-ALL:+VERS-" tls ":+SIGN-ALL"

static const struct row {
	const char *name, *cert, *priority; /* the server's */
	enum tls_version min, max;
	enum pfs_wish pfs;
	enum tls_version version; /* NONE: no handshake */
	const char *cipher, *group, *signature;
	unsigned bits, dh_bits;
	bool forward_secrecy;
} rows[] = {
	{ "TLS 1.3", ECDSA, "NORMAL", 0, 0, PFS_PREFER, TLS_1_3, "TLS_AES_256_GCM_SHA384", "x25519",
	  "ecdsa_secp256r1_sha256", 256, 0, true },
	{ "TLS 1.3, RSA", RSA, "NORMAL:-GROUP-X25519", 0, 0, PFS_PREFER, TLS_1_3,
	  "TLS_AES_256_GCM_SHA384", "secp256r1", "rsa_pss_rsae_sha256", 256, 0, true },
	{ "TLS 1.3, finite field", ECDSA, "NORMAL:-GROUP-ALL:+GROUP-FFDHE2048", 0, 0, PFS_PREFER,
	  TLS_1_3, "TLS_AES_256_GCM_SHA384", "ffdhe2048", "ecdsa_secp256r1_sha256", 256, 2048,
	  true },
	{ "at most TLS 1.2", ECDSA, "NORMAL", 0, TLS_1_2, PFS_PREFER, TLS_1_2,
	  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "x25519", "ecdsa_secp256r1_sha256", 256, 0,
	  true },
	{ "TLS 1.2, DHE", RSA, ONLY("TLS1.2") ":-KX-ALL:+DHE-RSA", 0, 0, PFS_PREFER, TLS_1_2,
	  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "ffdhe2048", "rsa_pkcs1_sha256", 256, 2048, true },
	{ "TLS 1.2, static RSA", RSA, ONLY("TLS1.2") ":-KX-ALL:+RSA", 0, 0, PFS_PREFER, TLS_1_2,
	  "TLS_RSA_WITH_AES_256_GCM_SHA384", NULL, NULL, 256, 0, false },
	{ "forward secrecy is preferred", RSA, ONLY("TLS1.2") ":-KX-ALL:+RSA:+ECDHE-RSA", 0, 0,
	  PFS_PREFER, TLS_1_2, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "x25519",
	  "rsa_pkcs1_sha256", 256, 0, true },
	{ "forward secrecy is required", RSA, ONLY("TLS1.2") ":-KX-ALL:+RSA", 0, 0, PFS_REQUIRE,
	  TLS_VERSION_NONE, NULL, NULL, NULL, 0, 0, false },
	{ "TLS 1.0 is not offered", RSA, ONLY("TLS1.0"), 0, 0, PFS_PREFER, TLS_VERSION_NONE, NULL,
	  NULL, NULL, 0, 0, false },
	{ "TLS 1.0 when asked for", RSA, ONLY("TLS1.0"), TLS_1_0, 0, PFS_PREFER, TLS_1_0,
	  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "x25519", NULL, 256, 0, true },
	{ "TLS 1.1 alone", RSA, "NORMAL", TLS_1_1, TLS_1_1, PFS_PREFER, TLS_1_1,
	  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "x25519", NULL, 256, 0, true },
	{ "max alone lowers min", RSA, "NORMAL", 0, TLS_1_1, PFS_PREFER, TLS_1_1,
	  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "x25519", NULL, 256, 0, true },
	{ "3DES when asked for", RSA, ONLY("TLS1.0") ":-CIPHER-ALL:+3DES-CBC", TLS_1_0, 0,
	  PFS_PREFER, TLS_1_0, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "x25519", NULL, 168, 0,
	  true },
	{ "3DES is not offered", RSA, ONLY("TLS1.2") ":-CIPHER-ALL:+3DES-CBC", 0, 0, PFS_PREFER,
	  TLS_VERSION_NONE, NULL, NULL, NULL, 0, 0, false },
	{ "SHA-1 signature when asked for", RSA,
	  ONLY("TLS1.2") ":-SIGN-ALL:+SIGN-RSA-SHA1:-KX-ALL:+ECDHE-RSA", TLS_1_0, 0, PFS_PREFER,
	  TLS_1_2, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "x25519", "rsa_pkcs1_sha1", 256, 0,
	  true },
};

static void negotiates_and_names_it_as_iana_does(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct script script = {
			.priority = row->priority, .cert = row->cert, .alert = -1, .warning = -1
		};
		struct tls_context *context = context_of(
			(struct tls_options){ .min = row->min, .max = row->max, .pfs = row->pfs });
		struct call call;
		begin(&call, context, &script, "im.example", NULL, NULL, SECONDS, *state);
		end(&call);
		const struct tls_facts *facts = &call.facts;
		if (!call.up && row->version != TLS_VERSION_NONE)
			fail_msg("%s: %s", row->name, call.err.text);
		assert_row(row->name, call.up == (row->version != TLS_VERSION_NONE));
		assert_row(row->name, facts->up == call.up);
		if (call.up) {
			assert_row_string(row->name, tls_version_name(facts->version),
					  tls_version_name(row->version));
			assert_row_string(row->name, facts->cipher, row->cipher);
			assert_row_string(row->name, facts->group, row->group);
			assert_row_string(row->name, facts->signature, row->signature);
			assert_row(row->name, facts->bits == row->bits);
			assert_row(row->name, facts->dh_bits == row->dh_bits);
			assert_row(row->name, facts->forward_secrecy == row->forward_secrecy);
			assert_row(row->name, facts->extended_master_secret);
			assert_row(row->name, facts->safe_renegotiation && !facts->resumed);
			assert_row(row->name, facts->alert == -1 && facts->chain_count == 1);
			assert_row_string(row->name, script.servername, "im.example");
			assert_row(row->name, script.closed_in_order);
		} else {
			/* A server that knows TLS 1.0 alone answers with it, and we refuse. */
			assert_row(row->name,
				   call.err.code == (facts->alert_sent ? ERR_ALERT_SENT
								       : ERR_ALERT_RECEIVED));
			assert_row(row->name, facts->alert >= 0);
			assert_row(row->name, facts->alert_first == !facts->alert_sent);
		}
		tls_context_free(&context);
	}
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
	struct script script = { .priority = "NORMAL", .cert = ECDSA, .alert = -1, .warning = -1 };
	struct tls_context *context = context_of((struct tls_options){ .show_messages = true });
	struct log log = { buf_new(BUF_UNBOUNDED) };
	struct tap tap = { note, &log };
	struct call call;
	char answer[16];
	size_t got;
	begin(&call, context, &script, "im.example", NULL, &tap, SECONDS, *state);
	assert_true(call.up);
	assert_int_equal(conn_stage(call.conn), AT_STREAM);
	assert_true(conn_write(call.conn, "hello", 5, &call.err));
	assert_true(conn_read(call.conn, answer, sizeof(answer), &got, &call.err));
	assert_int_equal(got, 5);
	assert_memory_equal(answer, "hello", 5);
	end(&call);
	assert_true(script.closed_in_order);
	const char *text = buf_string(&log.text);
	assert_non_null(strstr(text, "--> ClientHello, "));
	assert_non_null(strstr(text, "<-- ServerHello, "));
	assert_non_null(strstr(text, "<-- Certificate, "));
	assert_non_null(strstr(text, "--> Finished, "));
	assert_non_null(strstr(text, "\nTLS1.3 TLS_AES_256_GCM_SHA384 x25519\n"));
	buf_free(&log.text);
	tls_context_free(&context);
}

static void keeps_the_chain_as_presented(void **state)
{
	struct script script = { .priority = "NORMAL", .cert = RSA, .alert = -1, .warning = -1 };
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct bytes der = fixture_der(*state, RSA);
	struct call call;
	begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
	end(&call);
	assert_true(call.up && call.facts.chain_count == 1 && !call.facts.chain_cut);
	assert_true(call.facts.chain_read);
	assert_int_equal(call.facts.chain[0].size, der.size);
	assert_memory_equal(call.facts.chain[0].data, der.data, der.size);
	assert_string_equal(script.servername, "");
	assert_null(call.facts.servername);
	tls_context_free(&context);
}

static const struct name_row {
	const char *servername, *seen;
} name_rows[] = {
	{ "im.example", "im.example" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "192.0.2.7", "" },
	{ "2001:db8::7", "" },
	{ "[2001:db8::7]", "" },
};

static void names_no_address_in_sni(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(name_rows); i++) {
		struct script script = {
			.priority = "NORMAL", .cert = ECDSA, .alert = -1, .warning = -1
		};
		struct call call;
		begin(&call, context, &script, name_rows[i].servername, NULL, NULL, SECONDS,
		      *state);
		end(&call);
		assert_row(name_rows[i].servername, call.up);
		assert_row_string(name_rows[i].servername, script.servername, name_rows[i].seen);
	}
	tls_context_free(&context);
}

static void offers_protocols(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct script script = { .priority = "NORMAL",
				 .cert = ECDSA,
				 .alert = -1,
				 .warning = -1,
				 .alpn = "xmpp-client" };
	struct call call;
	begin(&call, context, &script, NULL, "xmpp-server,xmpp-client", NULL, SECONDS, *state);
	end(&call);
	assert_true(call.up);
	assert_string_equal(call.facts.alpn_offered, "xmpp-server,xmpp-client");
	assert_string_equal(call.facts.alpn, "xmpp-client");

	begin(&call, context, &script, NULL, "xmpp-server", NULL, SECONDS, *state);
	end(&call);
	assert_false(call.up);
	assert_int_equal(call.facts.alert, 120);
	assert_null(call.facts.alpn);

	begin(&call, context, &script, NULL, "a,b,c,d,e,f,g,h,i", NULL, SECONDS, *state);
	end(&call);
	assert_false(call.up);
	assert_int_equal(call.err.code, ERR_USAGE);
	tls_context_free(&context);
}

static void presents_a_certificate_when_asked(void **state)
{
	static const char *const versions[] = { ONLY("TLS1.2"), "NORMAL" };
	struct tls_options with = { .cert_file = FIXTURE_FOLDER "client.pem",
				    .key_file = FIXTURE_FOLDER "client.key" };
	for (size_t i = 0; i < 8; i++) {
		bool ask = i & 1, have = i & 2;
		struct script script = { .priority = versions[i / 4],
					 .cert = ECDSA,
					 .ask = ask,
					 .alert = -1,
					 .warning = -1 };
		struct tls_context *context = context_of(have ? with : (struct tls_options){ 0 });
		struct call call;
		begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
		end(&call);
		const char *name = arena_printf(*state, "%s ask %d have %d", versions[i / 4], ask,
						have);
		assert_row(name, call.up);
		assert_row(name, call.facts.client_cert_requested == ask);
		assert_row(name, call.facts.client_cert_sent == (ask && have));
		assert_row(name, script.got_certificate == (ask && have));
		tls_context_free(&context);
	}
}

/* As it came: what it is worth is staple.c's to say. */
static void keeps_the_stapled_response(void **state)
{
	static const char *const versions[] = { ONLY("TLS1.2"), "NORMAL" };
	struct tls_context *context = context_of((struct tls_options){ 0 });
	for (size_t i = 0; i < 4; i++) {
		struct script script = {
			.priority = versions[i / 2], .cert = ECDSA, .alert = -1, .warning = -1
		};
		struct call call;
		script.staple = i % 2 ? "no response, and kept all the same" : NULL;
		begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
		end(&call);
		const struct bytes *ocsp = &call.facts.ocsp;
		assert_row(script.priority, call.up);
		assert_row(script.priority, ocsp->size == (i % 2 ? strlen(script.staple) : 0));
		if (script.staple)
			assert_memory_equal(ocsp->data, script.staple, ocsp->size);
		assert_row(script.priority, call.facts.scts.size == 0);
	}
	tls_context_free(&context);
}

static const struct resume_row {
	const char *name, *priority;
	bool tickets, known; /* the second server knows the first one's tickets */
	bool kept, resumed;
} resume_rows[] = {
	{ "TLS 1.3, a ticket", "NORMAL", true, true, true, true },
	{ "TLS 1.3, a ticket nobody knows any more", "NORMAL", true, false, true, false },
	{ "TLS 1.3, no tickets", "NORMAL", false, false, false, false },
	{ "TLS 1.2, a ticket", ONLY("TLS1.2"), true, true, true, true },
	{ "TLS 1.2, a ticket nobody knows any more", ONLY("TLS1.2"), true, false, true, false },
	{ "TLS 1.2, a session id that nobody keeps", ONLY("TLS1.2"), false, false, true, false },
};

static void takes_a_session_up_again(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(resume_rows); i++) {
		const struct resume_row *row = &resume_rows[i];
		gnutls_datum_t keys[2];
		struct tls_ticket ticket = { 0 };
		struct call call;
		gnutls_session_ticket_key_generate(&keys[0]);
		gnutls_session_ticket_key_generate(&keys[1]);
		struct script script = {
			.priority = row->priority, .cert = RSA, .alert = -1, .warning = -1
		};
		script.tickets = row->tickets ? &keys[0] : NULL;
		begin(&call, context, &script, "im.example", NULL, NULL, SECONDS, *state);
		assert_row(row->name, call.up && !call.facts.resumed);
		bool kept = tls_keep_session(call.conn, row->kept ? SECONDS : 0.05, &ticket);
		end(&call);
		assert_row(row->name, kept == row->kept && (ticket.size > 0) == kept);
		assert_row(row->name, script.closed_in_order);

		script.tickets = row->tickets ? &keys[!row->known] : NULL;
		const struct tls_wish again = { .servername = "im.example", .ticket = &ticket };
		begin_with(&call, context, &script, &again, NULL, SECONDS, *state);
		end(&call);
		assert_row(row->name, call.up && call.facts.resumed == row->resumed);
		tls_ticket_free(&ticket);
		assert_row(row->name, !ticket.data);
		tls_ticket_free(&ticket);
		gnutls_free(keys[0].data);
		gnutls_free(keys[1].data);
	}
	tls_context_free(&context);
}

struct judge {
	bool allows;
	/* What he was shown: */
	size_t heard, chain;
	enum tls_version version;
	bool already_sent;
};

static bool allow(void *self, const struct tls_facts *facts, struct err *err)
{
	struct judge *judge = self;
	judge->heard++;
	judge->chain = facts->chain_count;
	judge->version = facts->version;
	judge->already_sent = facts->client_cert_sent;
	return judge->allows || err_set(err, AT_CERTIFICATE, ERR_IMPOSTOR, "never seen him");
}

static const struct judge_row {
	const char *name, *priority;
	enum tls_version min, version;
	bool insist, allows;
} judge_rows[] = {
	{ "TLS 1.3, no", "NORMAL", 0, TLS_1_3, false, false },
	{ "TLS 1.3 alone, no", "NORMAL", TLS_1_3, TLS_1_3, false, false },
	{ "TLS 1.3, yes", "NORMAL", 0, TLS_1_3, false, true },
	{ "TLS 1.3, no, insisting", "NORMAL", 0, TLS_1_3, true, false },
	{ "TLS 1.3, a group it must ask for, no", "NORMAL:-GROUP-X25519", 0, TLS_1_3, true, false },
	{ "TLS 1.2, no", ONLY("TLS1.2"), 0, TLS_1_2, false, false },
	{ "TLS 1.2, yes", ONLY("TLS1.2"), 0, TLS_1_2, false, true },
	{ "TLS 1.2, no, insisting", ONLY("TLS1.2"), 0, TLS_1_2, true, false },
	{ "TLS 1.2, static RSA, no", ONLY("TLS1.2") ":-KX-ALL:+RSA", 0, TLS_1_2, true, false },
};

static void shows_no_certificate_to_whom_the_judge_refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(judge_rows); i++) {
		const struct judge_row *row = &judge_rows[i];
		struct tls_context *context = context_of(
			(struct tls_options){ .min = row->min,
					      .cert_file = FIXTURE_FOLDER "client.pem",
					      .key_file = FIXTURE_FOLDER "client.key" });
		struct script script = { .priority = row->priority,
					 .cert = RSA,
					 .ask = true,
					 .insist = row->insist,
					 .alert = -1,
					 .warning = -1 };
		struct judge judge = { .allows = row->allows };
		const struct tls_judge heard = { allow, &judge };
		const struct tls_wish wish = { .judge = &heard };
		struct call call;
		begin_with(&call, context, &script, &wish, NULL, SECONDS, *state);
		end(&call);
		const struct tls_facts *facts = &call.facts;
		assert_row(row->name, judge.heard == 1 && judge.chain == 1 && !judge.already_sent);
		assert_row(row->name, judge.version == row->version);
		assert_row(row->name, call.up == row->allows && facts->up == row->allows);
		assert_row(row->name, script.got_certificate == row->allows);
		assert_row(row->name, facts->client_cert_sent == row->allows);
		assert_row(row->name, facts->version == row->version && facts->chain_count == 1);
		assert_row(row->name, facts->refused == !row->allows);
		assert_row(row->name, facts->alert_sent == !row->allows);
		if (!row->allows) {
			assert_row_string(row->name, call.err.text, "never seen him");
			assert_row(row->name, call.err.stage == AT_CERTIFICATE);
			assert_row(row->name, call.err.code == ERR_IMPOSTOR);
			assert_row(row->name, facts->alert == GNUTLS_A_BAD_CERTIFICATE);
			assert_row(row->name, script.code < 0);
		}
		tls_context_free(&context);
	}
}

/* Who takes up a session shows no certificate again; the judge is heard all the same. */
static void hears_the_judge_of_a_session_taken_up(void **state)
{
	static const char *const versions[] = { ONLY("TLS1.2"), "NORMAL" };
	struct tls_context *context = context_of((struct tls_options){ 0 });
	for (size_t i = 0; i < 4; i++) {
		gnutls_datum_t key;
		struct tls_ticket ticket = { 0 };
		struct script script = {
			.priority = versions[i / 2], .cert = RSA, .alert = -1, .warning = -1
		};
		struct judge judge = { .allows = i % 2 };
		const struct tls_judge heard = { allow, &judge };
		struct call call;
		gnutls_session_ticket_key_generate(&key);
		script.tickets = &key;
		begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
		assert_true(call.up && tls_keep_session(call.conn, SECONDS, &ticket));
		end(&call);
		const struct tls_wish wish = { .ticket = &ticket, .judge = &heard };
		begin_with(&call, context, &script, &wish, NULL, SECONDS, *state);
		end(&call);
		assert_row(versions[i / 2], call.facts.resumed && judge.heard == 1);
		assert_row(versions[i / 2], call.up == judge.allows);
		assert_row(versions[i / 2], call.up || call.err.code == ERR_IMPOSTOR);
		tls_ticket_free(&ticket);
		gnutls_free(key.data);
	}
	tls_context_free(&context);
}

static void keeps_no_session_of_a_stream_in_clear(void **state)
{
	int fds[2];
	struct tls_ticket ticket = { 0 };
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CLEANUP(fd_close) int other = fds[1];
	CLEANUP(conn_close) struct conn *conn = conn_adopt(fds[0], deadline_in(SECONDS));
	assert_false(tls_keep_session(conn, SECONDS, &ticket));
	assert_true(other >= 0 && !ticket.data);
}

#define NO_CERTIFICATE                                                                             \
	"the server asked for a client certificate and got none; give one with --cert and --key"

/* TLS 1.2 says so in the handshake, TLS 1.3 behind it. */
static void explains_a_certificate_that_is_missing(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct script script = { .priority = ONLY("TLS1.2"),
				 .cert = ECDSA,
				 .insist = true,
				 .alert = -1,
				 .warning = -1 };
	struct call call;
	char answer[16];
	size_t got;
	begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
	end(&call);
	assert_false(call.up);
	assert_true(call.facts.client_cert_requested && !call.facts.client_cert_sent);
	assert_true(call.facts.chain_count == 1 && !call.facts.alert_first);
	if (!strstr(call.err.text, NO_CERTIFICATE))
		fail_msg("%s", call.err.text);

	script.priority = "NORMAL";
	begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
	assert_true(call.up);
	assert_false(conn_read(call.conn, answer, sizeof(answer), &got, &call.err));
	assert_string_equal(call.err.text, "TLS alert certificate_required: " NO_CERTIFICATE);
	assert_int_equal(call.err.code, ERR_ALERT_RECEIVED);
	end(&call);
	tls_context_free(&context);
}

/* A ServerHello for ECDHE-RSA in TLS 1.2, a Certificate holding "garbage", ServerHelloDone. */
static const char garbage_chain[] = "\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03"
				    "0123456789abcdef0123456789abcdef"
				    "\x00\xc0\x2f\x00"
				    "\x16\x03\x03\x00\x11\x0b\x00\x00\x0d\x00\x00\x0a\x00\x00\x07"
				    "garbage"
				    "\x16\x03\x03\x00\x04\x0e\x00\x00\x00";
static const char old_hello[] = "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"
				"0123456789abcdef0123456789abcdef"
				"\x00\xc0\x14\x00";
#define WARNING     "\x15\x03\x03\x00\x02\x01\x70"
#define WARNINGS_10 WARNING WARNING WARNING WARNING WARNING WARNING WARNING WARNING WARNING WARNING

static const struct failure_row {
	const char *name;
	struct script script;
	enum err_code code;
	const char *text;
	int alert;
	bool sent, first;
	enum tls_version version;
	size_t chain;
	const char *tapped;
} failure_rows[] = {
	{ "plain text",
	  { .alert = -1, .warning = -1, .raw = "<stream:error/>" },
	  ERR_PROTOCOL,
	  "the answer is not TLS",
	  -1,
	  false,
	  false,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "short plain text",
	  { .alert = -1, .warning = -1, .raw = "\n", .close = true },
	  ERR_PROTOCOL,
	  "the answer is not TLS",
	  -1,
	  false,
	  false,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "closes after the hello",
	  { .alert = -1, .warning = -1, .raw = "\x16\x03", .close = true },
	  ERR_CLOSED,
	  "the peer closed the connection in answer to the TLS hello",
	  -1,
	  false,
	  false,
	  TLS_VERSION_NONE,
	  0,
	  "closed\n" },
	{ "handshake_failure",
	  { .alert = 40, .warning = -1 },
	  ERR_ALERT_RECEIVED,
	  "TLS alert handshake_failure: server and client share no cipher suite, group or "
	  "signature algorithm, or the server has no certificate for this name; try --tls-min "
	  "1.0",
	  40,
	  false,
	  true,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "protocol_version",
	  { .alert = 70, .warning = -1 },
	  ERR_ALERT_RECEIVED,
	  "TLS alert protocol_version: the server speaks no TLS version that was offered (TLS1.2 "
	  "to TLS1.3); try --tls-min 1.0",
	  70,
	  false,
	  true,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "unrecognized_name",
	  { .alert = 112, .warning = -1 },
	  ERR_ALERT_RECEIVED,
	  "TLS alert unrecognized_name: the server has no certificate for this server name (SNI): "
	  "the domain is not set up there",
	  112,
	  false,
	  true,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "alert of no known kind",
	  { .alert = 99, .warning = -1 },
	  ERR_ALERT_RECEIVED,
	  "TLS alert 99, of no known kind",
	  99,
	  false,
	  true,
	  TLS_VERSION_NONE,
	  0,
	  "" },
	{ "chooses an older version",
	  { .alert = -1, .warning = -1, .raw = old_hello, .raw_size = sizeof(old_hello) - 1 },
	  ERR_ALERT_SENT,
	  "the server chose a TLS version that was not offered (TLS1.2 to TLS1.3); try --tls-min "
	  "1.0",
	  70,
	  true,
	  false,
	  TLS_1_0,
	  0,
	  "" },
	{ "certificate that is none",
	  { .alert = -1,
	    .warning = -1,
	    .raw = garbage_chain,
	    .raw_size = sizeof(garbage_chain) - 1 },
	  ERR_ALERT_SENT,
	  "the server's certificate cannot be read",
	  42,
	  true,
	  false,
	  TLS_1_2,
	  1,
	  "" },
	{ "warnings without end",
	  { .alert = -1, .warning = -1, .raw = WARNINGS_10 WARNINGS_10, .raw_size = 140 },
	  ERR_LIMIT,
	  "more than 4 warnings during the TLS handshake",
	  -1,
	  false,
	  false,
	  TLS_VERSION_NONE,
	  0,
	  "" },
};

static void says_why_it_failed(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(failure_rows); i++) {
		const struct failure_row *row = &failure_rows[i];
		struct script script = row->script;
		struct log log = { buf_new(BUF_UNBOUNDED) };
		struct tap tap = { note, &log };
		struct call call;
		begin(&call, context, &script, "im.example", NULL, &tap, SECONDS, *state);
		end(&call);
		assert_row(row->name, !call.up && !call.facts.up);
		assert_row_string(row->name, call.err.text, row->text);
		assert_row(row->name, call.err.code == row->code && call.err.stage == AT_TLS);
		assert_row(row->name, call.facts.alert == row->alert);
		assert_row(row->name, call.facts.alert_sent == row->sent);
		assert_row(row->name, call.facts.alert_first == row->first);
		assert_row_string(row->name, tls_version_name(call.facts.version),
				  tls_version_name(row->version));
		assert_row(row->name, call.facts.chain_count == row->chain);
		assert_row(row->name, !call.facts.chain_read);
		assert_row_string(row->name, buf_string(&log.text), row->tapped);
		buf_free(&log.text);
	}
	tls_context_free(&context);
}

static void one_warning_does_no_harm(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct script script = { .priority = "NORMAL",
				 .cert = ECDSA,
				 .alert = -1,
				 .warning = GNUTLS_A_UNRECOGNIZED_NAME };
	struct call call;
	begin(&call, context, &script, "im.example", NULL, NULL, SECONDS, *state);
	end(&call);
	assert_true(call.up && call.facts.alert == -1);
	tls_context_free(&context);
}

/* A handshake message announces up to 16 MiB, and GnuTLS keeps what has come of it. */
static void takes_no_endless_message(void **state)
{
	enum { RECORD = 16384, RECORDS = 1024, ROOM = RECORD + 5 };
	struct tls_context *context = context_of((struct tls_options){ 0 });
	static const uint8_t header[] = { 0x16, 3, 3, RECORD >> 8, RECORD & 0xff },
			     hello[] = { 2, 0xff, 0xff, 0xff, 3, 3 };
	char *flood = arena_array(*state, RECORDS, ROOM);
	for (size_t i = 0; i < RECORDS; i++)
		memcpy(flood + i * ROOM, header, sizeof(header));
	memcpy(flood + sizeof(header), hello, sizeof(hello));
	struct script script = { .alert = -1,
				 .warning = -1,
				 .raw = flood,
				 .raw_size = (size_t)RECORDS * ROOM,
				 .close = true };
	struct call call;
	begin(&call, context, &script, NULL, NULL, NULL, SECONDS, *state);
	end(&call);
	assert_false(call.up);
	assert_int_equal(call.err.code, ERR_LIMIT);
	assert_string_equal(call.err.text, "the server sent more than 128 KiB for a TLS handshake");
	tls_context_free(&context);
}

static void waits_no_longer_than_the_deadline(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct script script = { .alert = -1, .warning = -1, .raw = "\x16\x03\x03\x40" };
	struct call call;
	double start = clock_ms();
	begin(&call, context, &script, "im.example", NULL, NULL, 0.3, *state);
	end(&call);
	assert_false(call.up);
	assert_int_equal(call.err.code, ERR_TIMEOUT);
	assert_int_equal(call.err.stage, AT_TLS);
	assert_true(clock_ms() - start < 15000);
	tls_context_free(&context);
}

/* The peer goes away without close_notify: what was read may have been cut. */
static void tells_a_cut_from_an_end(void **state)
{
	struct tls_context *context = context_of((struct tls_options){ 0 });
	struct script script = { .priority = "NORMAL", .cert = ECDSA, .alert = -1, .warning = -1 };
	struct call call;
	char answer[16];
	size_t got;
	begin(&call, context, &script, "im.example", NULL, NULL, SECONDS, *state);
	assert_true(call.up);
	shutdown(conn_fd(call.conn), SHUT_WR);
	assert_false(conn_read(call.conn, answer, sizeof(answer), &got, &call.err));
	assert_int_equal(call.err.code, ERR_CLOSED);
	assert_string_equal(call.err.text, "the peer closed the connection without closing TLS");
	end(&call);
	tls_context_free(&context);
}

static void logs_keys_for_wireshark(void **state)
{
	char path[] = "/tmp/test_session.XXXXXX";
	fd_close(&(int){ mkstemp(path) });
	struct tls_context *context = context_of((struct tls_options){ .keylog = path });
	struct script script = { .priority = "NORMAL", .cert = ECDSA, .alert = -1, .warning = -1 };
	struct call call;
	begin(&call, context, &script, "im.example", NULL, NULL, SECONDS, *state);
	end(&call);
	tls_context_free(&context);
	struct bytes log = fixture_file(*state, path);
	unlink(path);
	const char *text = arena_copy_n(*state, log.data, log.size);
	assert_non_null(strstr(text, "CLIENT_HANDSHAKE_TRAFFIC_SECRET "));
	assert_non_null(strstr(text, "SERVER_TRAFFIC_SECRET_0 "));
	assert_int_equal(strcspn(strchr(text, ' ') + 1, " "), 64);
	assert_int_equal(text[log.size - 1], '\n');
}

static const struct refusal_row {
	const char *name;
	struct tls_options options;
	enum err_code code;
	const char *text;
} refusal_rows[] = {
	{ "SSL 3.0",
	  { .min = SSL_3_0 },
	  ERR_UNSUPPORTED,
	  "this GnuTLS cannot speak SSL 3.0; TLS1.0 is the oldest it offers" },
	{ "min above max",
	  { .min = TLS_1_3, .max = TLS_1_2 },
	  ERR_USAGE,
	  "the oldest TLS version asked for, TLS1.3, is newer than the newest, TLS1.2" },
	{ "a word GnuTLS does not know",
	  { .priority = "NORMAL:+NONSENSE" },
	  ERR_USAGE,
	  "GnuTLS does not understand the priority string from character 8 on: \"+NONSENSE\"" },
	{ "an empty priority",
	  { .priority = "" },
	  ERR_USAGE,
	  "the priority string \"\" leaves nothing to offer" },
	{ "a priority of nothing",
	  { .priority = "NONE" },
	  ERR_USAGE,
	  "the priority string \"NONE\" leaves nothing to offer" },
	{ "no such certificate",
	  { .cert_file = "/nonexistent/a.pem" },
	  ERR_SYSTEM,
	  "cannot read the certificate /nonexistent/a.pem: No such file or directory" },
	{ "no such key",
	  { .cert_file = FIXTURE_FOLDER "client.pem", .key_file = "/nonexistent/a.key" },
	  ERR_SYSTEM,
	  "cannot read the key /nonexistent/a.key: No such file or directory" },
	{ "a certificate without key",
	  { .cert_file = FIXTURE_FOLDER "client.pem" },
	  ERR_USAGE,
	  "no certificate with its key in tests/data/certs/client.pem: name the key with --key" },
	{ "a key without certificate",
	  { .key_file = FIXTURE_FOLDER "client.key" },
	  ERR_USAGE,
	  "a key without its certificate" },
	{ "another's key",
	  { .cert_file = FIXTURE_FOLDER "client.pem",
	    .key_file = FIXTURE_FOLDER "self-signed.key" },
	  ERR_USAGE,
	  "the key tests/data/certs/self-signed.key does not belong to the certificate "
	  "tests/data/certs/client.pem" },
	{ "a certificate that is a key",
	  { .cert_file = FIXTURE_FOLDER "client.key", .key_file = FIXTURE_FOLDER "client.key" },
	  ERR_SYSTEM,
	  NULL },
	{ "a key log nobody can write",
	  { .keylog = "/nonexistent/keys" },
	  ERR_SYSTEM,
	  "cannot write the key log /nonexistent/keys: No such file or directory" },
};

static void refuses_what_it_cannot_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusal_rows); i++) {
		const struct refusal_row *row = &refusal_rows[i];
		struct tls_context *context = NULL;
		struct err err;
		assert_row(row->name, !tls_context_new(&row->options, &context, &err));
		assert_row(row->name, !context && err.code == row->code);
		if (row->text)
			assert_row_string(row->name, err.text, row->text);
	}
}

#define THREADS 4
#define TURNS   5

struct worker {
	pthread_t thread;
	const struct tls_context *context;
	int ups;
};

static void *take_turns(void *data)
{
	struct worker *worker = data;
	for (int i = 0; i < TURNS; i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct script script = {
			.priority = "NORMAL", .cert = ECDSA, .ask = true, .alert = -1, .warning = -1
		};
		struct call call;
		begin(&call, worker->context, &script, "im.example", NULL, NULL, SECONDS, mem);
		end(&call);
		worker->ups += call.up && call.facts.client_cert_sent;
	}
	return NULL;
}

static void threads_share_a_context(void **state)
{
	(void)state;
	struct tls_context *context = context_of(
		(struct tls_options){ .cert_file = FIXTURE_FOLDER "client.pem",
				      .key_file = FIXTURE_FOLDER "client.key" });
	struct worker workers[THREADS] = { 0 };
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].context = context;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, take_turns, &workers[i]),
				 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].ups, TURNS);
	}
	tls_context_free(&context);
}

static const struct version_row {
	const char *text;
	enum tls_version version; /* NONE: refused */
} version_rows[] = {
	{ "TLS1.3", TLS_1_3 },
	{ "tls1.2", TLS_1_2 },
	{ "TLSv1.1", TLS_1_1 },
	{ "1.0", TLS_1_0 },
	{ "1.3", TLS_1_3 },
	{ "SSL3.0", SSL_3_0 },
	{ "ssl3", SSL_3_0 },
	{ "sslv3", SSL_3_0 },
	{ "TLS1", TLS_1_0 },
	{ "3.0", 0 },
	{ "", 0 },
	{ "TLS", 0 },
	{ "TLS1.4", 0 },
	{ "TLS1.20", 0 },
	{ "ssl1.2", 0 },
	{ "tls3", 0 },
};

static void reads_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(version_rows); i++) {
		enum tls_version version = TLS_VERSION_NONE;
		bool ok = tls_version_parse(version_rows[i].text, &version);
		assert_row(version_rows[i].text, ok == (version_rows[i].version != 0));
		assert_row(version_rows[i].text, version == version_rows[i].version);
	}
	assert_string_equal(tls_version_name(TLS_VERSION_NONE), "");
}

static void names_alerts(void **state)
{
	(void)state;
	assert_string_equal(tls_alert_name(40), "handshake_failure");
	assert_string_equal(tls_alert_name(0), "close_notify");
	assert_string_equal(tls_alert_name(121), "ech_required");
	assert_null(tls_alert_name(99));
	assert_null(tls_alert_name(-1));
	assert_null(tls_alert_meaning(99));
	assert_non_null(strstr(tls_alert_meaning(70), "--tls-min"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negotiates_and_names_it_as_iana_does),
		cmocka_unit_test(carries_data_and_says_goodbye),
		cmocka_unit_test(keeps_the_chain_as_presented),
		cmocka_unit_test(names_no_address_in_sni),
		cmocka_unit_test(offers_protocols),
		cmocka_unit_test(presents_a_certificate_when_asked),
		cmocka_unit_test(keeps_the_stapled_response),
		cmocka_unit_test(takes_a_session_up_again),
		cmocka_unit_test(shows_no_certificate_to_whom_the_judge_refuses),
		cmocka_unit_test(hears_the_judge_of_a_session_taken_up),
		cmocka_unit_test(keeps_no_session_of_a_stream_in_clear),
		cmocka_unit_test(explains_a_certificate_that_is_missing),
		cmocka_unit_test(says_why_it_failed),
		cmocka_unit_test(one_warning_does_no_harm),
		cmocka_unit_test(takes_no_endless_message),
		cmocka_unit_test(waits_no_longer_than_the_deadline),
		cmocka_unit_test(tells_a_cut_from_an_end),
		cmocka_unit_test(logs_keys_for_wireshark),
		cmocka_unit_test(refuses_what_it_cannot_do),
		cmocka_unit_test(threads_share_a_context),
		cmocka_unit_test(reads_versions),
		cmocka_unit_test(names_alerts),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
