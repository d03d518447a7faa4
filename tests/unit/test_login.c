#include "login_peer.h"
#include "tls_pair.h"

#include "xmpp/login.h"
#include "xmpp/ns.h"

#define OPEN                                                                                       \
	"<?xml version='1.0'?><stream:stream from='example.org' id='7' version='1.0' "             \
	"xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"
#define FEATURES(inner) "<stream:features>" inner "</stream:features>"
#define ONE(name)       "<mechanism>" name "</mechanism>"
#define SASL1(names)    "<mechanisms xmlns='" NS_SASL "'>" names "</mechanisms>"
#define SASL2(names)    "<authentication xmlns='" NS_SASL2 "'>" names "</authentication>"
#define EXPORTER                                                                                   \
	"<sasl-channel-binding xmlns='" NS_SASL_CB "'><channel-binding type='tls-exporter'/>"      \
	"</sasl-channel-binding>"
#define UNIQUE                                                                                     \
	"<sasl-channel-binding xmlns='" NS_SASL_CB "'><channel-binding type='tls-unique'/>"        \
	"</sasl-channel-binding>"
#define SCRAM            ONE("SCRAM-SHA-1")
#define PLUS             ONE("SCRAM-SHA-1-PLUS") SCRAM
#define PLAIN            ONE("PLAIN")
#define BOUND            FEATURES("<bind xmlns='" NS_BIND "'/>")
#define AGAIN            OPEN BOUND

#define CHALLENGE(data)  "<challenge xmlns='" NS_SASL "'>" data "</challenge>"
#define SUCCESS(data)    "<success xmlns='" NS_SASL "'>" data "</success>"
#define FAILURE(inner)   "<failure xmlns='" NS_SASL "'>" inner "</failure>"
#define CHALLENGE2(data) "<challenge xmlns='" NS_SASL2 "'>" data "</challenge>"
#define SUCCESS2(data)                                                                             \
	"<success xmlns='" NS_SASL2 "'>" data                                                      \
	"<authorization-identifier>user@example.org</authorization-identifier></success>"
#define DATA2(data)     "<additional-data>" data "</additional-data>"
#define FAILURE2(inner) "<failure xmlns='" NS_SASL2 "'>" inner "</failure>"
#define COND(name)      "<" name " xmlns='" NS_SASL "'/>"
#define LINES(...)                                                                                 \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define CHANGED COND("aborted") "<config-version-mismatch xmlns='urn:example:0'/>"

/* --- who computes: libgsasl itself, or a stand-in that wrote the first message in advance --- */

struct holder {
	struct sasl_identity identity;
	const char *scripted; /* instead of libgsasl's first message; NULL */
	struct sasl *sasl;
	int started, ended, steps;
};

static bool start(void *self, const char *mechanism, enum binding_type binding,
		  struct bytes binding_data, struct err *err)
{
	struct holder *holder = self;
	holder->identity.binding = binding;
	holder->identity.binding_data = binding_data;
	holder->started++;
	holder->steps = 0;
	return sasl_start(mechanism, &holder->identity, &holder->sasl, err);
}

static bool step(void *self, struct bytes in, struct buf *out, bool *done, struct err *err)
{
	struct holder *holder = self;
	holder->steps++;
	if (!holder->scripted)
		return sasl_step(holder->sasl, in, out, done, err);
	buf_text(out, holder->steps == 1 ? holder->scripted : "c=eSws,r=x,p=AAAA");
	return true;
}

static void end(void *self)
{
	struct holder *holder = self;
	holder->ended++;
	sasl_end(&holder->sasl);
}

/* --- rows --- */

static const struct row {
	const char *name, *features;
	const char *lines[LOGIN_LINES]; /* behind the features */
	enum err_code code;             /* ERR_NONE: logged in */
	const char *says;
	const char *condition, *text, *tasks;
	const char *heard; /* somewhere in what the server heard; NULL */
	const char *extensions, *password, *scripted;
	bool certificate, anonymous, proof_kept, aborted;
	bool mutual;
	int runs; /* exchanges; 0: one */
} rows[] = {
	/* MSG-12: the proof in <success/>, or before it */
	{ "proof in success", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN),
	  .mutual = true, .heard = "<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-1'>" },
	{ "proof in a challenge of its own", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"), CHALLENGE("$V"), SUCCESS(""), AGAIN), .mutual = true,
	  .heard = "<response xmlns='" NS_SASL "'></response>" },
	{ "and success with =", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"), CHALLENGE("$V"), SUCCESS("="), AGAIN), .mutual = true },
	{ "SASL2", SASL2(SCRAM), LINES(CHALLENGE2("$F"), SUCCESS2(DATA2("$V")) BOUND),
	  .mutual = true,
	  .heard = "<authenticate xmlns='" NS_SASL2
		   "' mechanism='SCRAM-SHA-1'><initial-response>" },
	{ "SASL2, proof in a challenge", SASL2(SCRAM),
	  LINES(CHALLENGE2("$F"), CHALLENGE2("$V"), SUCCESS2("") BOUND), .mutual = true,
	  .heard = "<response xmlns='" NS_SASL2 "'></response>" },
	{ "SASL2, empty data behind it", SASL2(SCRAM),
	  LINES(CHALLENGE2("$F"), CHALLENGE2("$V"), SUCCESS2(DATA2("")) BOUND), .mutual = true },
	{ "PLAIN", SASL1(PLAIN), LINES(SUCCESS(""), AGAIN), .heard = ">AHVzZXIAcGVuY2ls</auth>" },
	{ "PLAIN in SASL2", SASL2(PLAIN), LINES(SUCCESS2("") BOUND),
	  .heard = "<initial-response>AHVzZXIAcGVuY2ls</initial-response></authenticate>" },
	/* MSG-8, MSG-30: nothing, said in two ways */
	{ "EXTERNAL", SASL1(ONE("EXTERNAL")), LINES(SUCCESS(""), AGAIN), .certificate = true,
	  .heard = "mechanism='EXTERNAL'>=</auth>" },
	{ "EXTERNAL in SASL2", SASL2(ONE("EXTERNAL")), LINES(SUCCESS2("") BOUND),
	  .certificate = true,
	  .heard = "mechanism='EXTERNAL'><initial-response></initial-response></authenticate>" },
	{ "ANONYMOUS", SASL1(ONE("ANONYMOUS")), LINES(SUCCESS(""), AGAIN), .anonymous = true,
	  .heard = "mechanism='ANONYMOUS'>=</auth>" },
	/* T5, MSG-12: impostors */
	{ "success before a challenge", SASL1(SCRAM), LINES(SUCCESS("")), .code = ERR_IMPOSTOR,
	  .says = "possible attack: the server says success before any proof" },
	{ "success before a challenge, with a proof", SASL1(SCRAM), LINES(SUCCESS("$W")),
	  .code = ERR_IMPOSTOR, .says = "success before any proof" },
	{ "the same in SASL2", SASL2(SCRAM), LINES(SUCCESS2("") BOUND), .code = ERR_IMPOSTOR,
	  .says = "success before any proof" },
	{ "success without v=", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("")),
	  .code = ERR_IMPOSTOR,
	  .says = "says success and does not prove that it knows the password (no v=)" },
	{ "success with =", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("=")),
	  .code = ERR_IMPOSTOR, .says = "(no v=)" },
	{ "SASL2 success without data", SASL2(SCRAM), LINES(CHALLENGE2("$F"), SUCCESS2("") BOUND),
	  .code = ERR_IMPOSTOR, .says = "(no v=)" },
	{ "a wrong signature", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$W")),
	  .code = ERR_IMPOSTOR,
	  .says = "the server's signature is wrong: it does not know the password" },
	{ "a wrong signature in SASL2", SASL2(SCRAM),
	  LINES(CHALLENGE2("$F"), SUCCESS2(DATA2("$W")) BOUND), .code = ERR_IMPOSTOR,
	  .says = "signature is wrong" },
	{ "a wrong signature in a challenge", SASL1(SCRAM), LINES(CHALLENGE("$F"), CHALLENGE("$W")),
	  .code = ERR_IMPOSTOR, .says = "signature is wrong", .aborted = true },
	{ "a proof that is none", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$(hello)")),
	  .code = ERR_IMPOSTOR, .says = "not one of this mechanism's" },
	{ "success with more than the proof", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"), CHALLENGE("$V"), SUCCESS("$W")), .code = ERR_PROTOCOL,
	  .says = "says more with <success/>", .mutual = true },
	{ "a second first message", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"), CHALLENGE("$(r=x,s=eA==,i=4096)")), .code = ERR_IMPOSTOR,
	  .says = "not one of this mechanism's", .aborted = true },
	{ "a challenge behind the proof", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"), CHALLENGE("$V"), CHALLENGE("$W")), .code = ERR_PROTOCOL,
	  .says = "asks once more (<challenge/>), and SCRAM-SHA-1 is over", .aborted = true,
	  .mutual = true },
	{ "a challenge to PLAIN", SASL1(PLAIN), LINES(CHALLENGE("")), .code = ERR_PROTOCOL,
	  .says = "and PLAIN is over", .aborted = true },
	/* T3, T4, T6, T7: before our proof */
	{ "another nonce", SASL1(SCRAM), LINES(CHALLENGE("$(r=abc,s=eA==,i=4096)")),
	  .code = ERR_IMPOSTOR, .says = "nonce does not continue ours", .proof_kept = true,
	  .aborted = true },
	{ "i=1", SASL1(SCRAM), LINES(CHALLENGE("$(r=%r,s=eA==,i=1)")), .code = ERR_PROTOCOL,
	  .says = "only 1 iterations", .proof_kept = true, .aborted = true },
	{ "i=2^31", SASL1(SCRAM), LINES(CHALLENGE("$(r=%r,s=eA==,i=2147483648)")),
	  .code = ERR_LIMIT, .says = "--max-iterations 5000", .proof_kept = true, .aborted = true },
	{ "an extension that is mandatory", SASL1(SCRAM),
	  LINES(CHALLENGE("$(m=x,r=%r,s=eA==,i=4096)")), .code = ERR_UNSUPPORTED, .says = "m=x",
	  .proof_kept = true, .aborted = true },
	{ "h= that agrees", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN),
	  .extensions = ",h=LrtFoCs8XsoI+diY4u3rG69UGN8=", .mutual = true },
	{ "h= of a list that was longer", SASL1(SCRAM PLAIN), LINES(CHALLENGE("$F")),
	  .code = ERR_IMPOSTOR, .says = "tampered with",
	  .extensions = ",h=LrtFoCs8XsoI+diY4u3rG69UGN8=", .proof_kept = true, .aborted = true },
	{ "h= of the other profile", SASL2(SCRAM) SASL1(PLAIN), LINES(CHALLENGE2("$F")),
	  .code = ERR_IMPOSTOR, .says = "tampered with",
	  .extensions = ",h=QenEuIOD/3D3KyQSC2nvFjZAUSM=", .proof_kept = true, .aborted = true },
	{ "h= of this profile", SASL2(SCRAM) SASL1(PLAIN),
	  LINES(CHALLENGE2("$F"), SUCCESS2(DATA2("$V")) BOUND),
	  .extensions = ",h=LrtFoCs8XsoI+diY4u3rG69UGN8=", .mutual = true },
	{ "t= of another version", SASL1(SCRAM), LINES(CHALLENGE("$F")), .code = ERR_IMPOSTOR,
	  .says = "sees TLS version 0303", .extensions = ",t=0303", .proof_kept = true,
	  .aborted = true },
	/* MSG-8: base64 */
	{ "a challenge that is no base64", SASL1(SCRAM), LINES(CHALLENGE("???")),
	  .code = ERR_PROTOCOL, .says = "is not base64", .proof_kept = true, .aborted = true },
	{ "with a line end", SASL1(SCRAM), LINES(CHALLENGE("$F\n")), .code = ERR_PROTOCOL,
	  .says = "is not base64", .proof_kept = true, .aborted = true },
	{ "= in SASL2", SASL2(SCRAM), LINES(CHALLENGE2("=")), .code = ERR_PROTOCOL,
	  .says = "is not base64", .proof_kept = true, .aborted = true },
	{ "a success that is no base64", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$V=")),
	  .code = ERR_PROTOCOL, .says = "is not base64" },
	{ "an empty challenge", SASL1(SCRAM), LINES(CHALLENGE("")), .code = ERR_PROTOCOL,
	  .says = "missing", .proof_kept = true, .aborted = true },
	/* MSG-10: the server's no */
	{ "wrong password", SASL1(SCRAM), LINES(CHALLENGE("$F"), FAILURE(COND("not-authorized"))),
	  .code = ERR_DENIED, .says = "wrong password, or no such account (not-authorized)",
	  .condition = "not-authorized" },
	{ "with a text", SASL1(PLAIN),
	  LINES(FAILURE(COND("not-authorized") "<text xmlns='" NS_SASL "'>Go away</text>")),
	  .code = ERR_DENIED,
	  .says = "wrong password, or no such account (not-authorized): \"Go away\"",
	  .condition = "not-authorized", .text = "Go away" },
	{ "with an empty text", SASL1(PLAIN),
	  LINES(FAILURE("<text xmlns='" NS_SASL "'> </text>" COND("account-disabled"))),
	  .code = ERR_DENIED,
	  .says = "the account is disabled: its server's administrators know why (account-disabled)",
	  .condition = "account-disabled" },
	{ "no condition", SASL1(PLAIN), LINES(FAILURE("")), .code = ERR_DENIED,
	  .says = "wrong password, or no such account (undefined-condition)",
	  .condition = "undefined-condition" },
	{ "an unknown one", SASL1(PLAIN), LINES(FAILURE(COND("bad-hair-day"))), .code = ERR_DENIED,
	  .says = "wrong password, or no such account (bad-hair-day)",
	  .condition = "bad-hair-day" },
	{ "the certificate is not good enough", SASL1(ONE("EXTERNAL")),
	  LINES(FAILURE(COND("not-authorized"))), .code = ERR_DENIED,
	  .says = "the server does not take this client certificate for this account (not-authorized)",
	  .condition = "not-authorized", .certificate = true },
	{ "no strangers", SASL1(ONE("ANONYMOUS")), LINES(FAILURE(COND("not-authorized"))),
	  .code = ERR_DENIED, .says = "lets nobody in without an account",
	  .condition = "not-authorized", .anonymous = true },
	{ "a no in SASL2 (MSG-32)", SASL2(PLAIN),
	  LINES(FAILURE2("<hint xmlns='urn:example:0'/>" COND(
		  "temporary-auth-failure") "<text>Later</text>")),
	  .code = ERR_DENIED,
	  .says = "the server cannot check passwords now: try again later (temporary-auth-failure): "
		  "\"Later\"",
	  .condition = "temporary-auth-failure", .text = "Later" },
	{ "e= of SCRAM (MSG-16)", SASL1(SCRAM), LINES(CHALLENGE("$F"), CHALLENGE("$V")),
	  .code = ERR_DENIED, .says = "wrong password, or no such account (invalid-proof)",
	  .condition = "invalid-proof", .password = "other", .aborted = true },
	{ "e= at once", SASL1(SCRAM), LINES(CHALLENGE("$(e=no-resources)")), .code = ERR_DENIED,
	  .says = "the server is busy: try again later (no-resources)", .condition = "no-resources",
	  .proof_kept = true, .aborted = true },
	{ "an e= nobody knows", SASL1(SCRAM), LINES(CHALLENGE("$F"), SUCCESS("$(e=bad-hair-day)")),
	  .code = ERR_DENIED, .says = "the server ended the login (bad-hair-day)",
	  .condition = "bad-hair-day" },
	/* T8 */
	{ "y is refused", SASL1(SCRAM), LINES(FAILURE(COND("not-authorized"))), .code = ERR_DENIED,
	  .says = "(not-authorized), or somebody stripped -PLUS from its list: possible attack",
	  .condition = "not-authorized", .scripted = "y,,n=user,r=abc" },
	{ "y is refused, and why", SASL1(SCRAM),
	  LINES(CHALLENGE("$(e=server-does-support-channel-binding)")), .code = ERR_IMPOSTOR,
	  .says = "possible attack: the server offered -PLUS, and somebody stripped it",
	  .condition = "server-does-support-channel-binding", .scripted = "y,,n=user,r=abc",
	  .proof_kept = true, .aborted = true },
	/* MSG-31, T20 */
	{ "more is wanted", SASL2(SCRAM),
	  LINES(CHALLENGE2("$F"),
		"<continue xmlns='" NS_SASL2 "'><additional-data>$V</additional-data>"
		"<tasks><task>HOTP-EXAMPLE</task><task>TOTP</task></tasks></continue>"),
	  .code = ERR_UNSUPPORTED,
	  .says = "more than the password, which this tool cannot give: HOTP-EXAMPLE, TOTP",
	  .tasks = "HOTP-EXAMPLE, TOTP" },
	{ "more, and not what", SASL2(PLAIN), LINES("<continue xmlns='" NS_SASL2 "'/>"),
	  .code = ERR_UNSUPPORTED, .says = "it does not say what",
	  .tasks = "it does not say what" },
	{ "SASL1 knows no such thing", SASL1(PLAIN), LINES("<continue xmlns='" NS_SASL "'/>"),
	  .code = ERR_PROTOCOL, .says = "<continue/> in the middle of the login" },
	/* MSG-33 */
	{ "the settings changed", SASL2(SCRAM),
	  LINES(FAILURE2(CHANGED), CHALLENGE2("$F"), SUCCESS2(DATA2("$V")) BOUND), .mutual = true,
	  .runs = 2 },
	{ "changed once more", SASL2(SCRAM), LINES(FAILURE2(CHANGED), FAILURE2(CHANGED)),
	  .code = ERR_DENIED, .says = "the server broke off the login: try again (aborted)",
	  .condition = "aborted", .runs = 2 },
	{ "a change beside a no is no change", SASL2(SCRAM),
	  LINES(FAILURE2(COND("not-authorized") "<config-version-mismatch xmlns='urn:example:0'/>"),
		CHALLENGE2("$F")),
	  .code = ERR_DENIED, .says = "wrong password", .condition = "not-authorized" },
	{ "no second try after a no", SASL2(SCRAM),
	  LINES(FAILURE2(COND("not-authorized")), CHALLENGE2("$F")), .code = ERR_DENIED,
	  .says = "wrong password", .condition = "not-authorized" },
	{ "a no after a change", SASL2(PLAIN),
	  LINES(FAILURE2(CHANGED), FAILURE2(COND("not-authorized"))), .code = ERR_DENIED,
	  .says = "wrong password", .condition = "not-authorized", .runs = 2 },
	/* MSG-30: nothing else */
	{ "a message in between", SASL1(SCRAM), LINES("<message/>" CHALLENGE("$F")),
	  .code = ERR_PROTOCOL, .says = "<message/> in the middle of the login" },
	{ "success of another namespace", SASL1(PLAIN), LINES("<success/>"), .code = ERR_PROTOCOL,
	  .says = "<success/> in the middle of the login" },
	{ "success of the other profile", SASL1(PLAIN), LINES(SUCCESS2("")), .code = ERR_PROTOCOL,
	  .says = "<success/> in the middle of the login" },
	{ "a stream error", SASL1(PLAIN),
	  LINES("<stream:error><policy-violation xmlns='" NS_STREAM_ERROR "'/></stream:error>"),
	  .code = ERR_STREAM_ERROR, .says = "stream error policy-violation" },
	{ "a stream error in mid-exchange", SASL1(SCRAM),
	  LINES(CHALLENGE("$F"),
		"<stream:error><reset xmlns='" NS_STREAM_ERROR "'/></stream:error>"),
	  .code = ERR_STREAM_ERROR, .says = "stream error reset" },
	{ "the end of the stream", SASL1(PLAIN), LINES("</stream:stream>"), .code = ERR_CLOSED,
	  .says = "closed before the answer to PLAIN" },
	{ "a close", SASL1(PLAIN), LINES("!"), .code = ERR_CLOSED,
	  .says = "closed before the answer to PLAIN" },
	{ "a close in mid-exchange", SASL1(SCRAM), LINES(CHALLENGE("$F"), "!"), .code = ERR_CLOSED,
	  .says = "closed before the answer to SCRAM-SHA-1" },
	{ "garbage", SASL1(PLAIN), LINES("hello"), .code = ERR_PROTOCOL,
	  .says = "text between stanzas" },
	{ "restricted XML", SASL1(PLAIN), LINES("<!-- -->"), .code = ERR_RESTRICTED_XML,
	  .says = "a comment" },
	/* what comes after success */
	{ "no features after SASL2", SASL2(PLAIN), LINES(SUCCESS2("") "<message/>"),
	  .code = ERR_PROTOCOL, .says = "<message/> instead of stream features after the login" },
	{ "the end instead of features", SASL2(PLAIN), LINES(SUCCESS2("") "</stream:stream>"),
	  .code = ERR_CLOSED, .says = "closed before the stream features after the login" },
	{ "an error instead of a header", SASL1(PLAIN),
	  LINES(SUCCESS(""),
		OPEN "<stream:error><reset xmlns='" NS_STREAM_ERROR "'/></stream:error>"),
	  .code = ERR_STREAM_ERROR, .says = "stream error reset" },
};

/* --- a visit --- */

struct visit {
	struct arena *mem;
	struct login_peer peer;
	struct holder holder;
	struct stream_facts facts;
	struct login_facts login;
	struct err err;
	bool ok;
};

static const struct stream_header header = { .service = SERVICE_C2S,
					     .to = "example.org",
					     .from = "user@example.org" };

static void set_up(struct visit *visit, const char *features, const char *const *lines)
{
	*visit = (struct visit){ .mem = arena_new() };
	visit->peer.lines[0] = arena_printf(visit->mem, OPEN FEATURES("%s"), features);
	for (size_t i = 0; i + 1 < LOGIN_LINES; i++)
		visit->peer.lines[i + 1] = lines[i];
	visit->peer.scram = (struct scram_server){ .mechanism = "SCRAM-SHA-1",
						   .password = "pencil",
						   .nonce = "3rfcNHYJY1ZVvWVs7j",
						   .salt = "QSXCR+Q6sek8bf92",
						   .extensions = "",
						   .iterations = 4096,
						   .mem = arena_new() };
	visit->holder.identity = (struct sasl_identity){ .user = "user", .password = "pencil" };
}

static void tear_down(struct visit *visit)
{
	buf_free(&visit->peer.heard);
	arena_free(&visit->peer.scram.mem);
	arena_free(&visit->mem);
}

static void run(struct visit *visit, struct conn *own, const struct mechanism_wish *wish,
		const struct tls_facts *tls)
{
	const struct sasl_steps steps = { start, step, end, &visit->holder };
	CLEANUP(conn_close) struct conn *conn = own;
	CLEANUP(stream_close) struct stream *stream = NULL;
	if (!stream_open(conn, &header, visit->mem, &stream, &visit->facts, &visit->err))
		fail_msg("%s", visit->err.text);
	visit->err = (struct err){ 0 };
	visit->ok = login(stream, &header, &visit->facts.features, tls, wish, 5000, &steps,
			  visit->mem, &visit->facts, &visit->login, &visit->err);
	assert_int_equal(conn_stage(conn), AT_STREAM); /* as it was */
	/* What the server heard is whole when it is gone. */
	stream_close(&stream);
	conn_close(&conn);
	pthread_join(visit->peer.thread, NULL);
}

static void visit_in_clear(struct visit *visit, const struct mechanism_wish *wish, double seconds)
{
	/* Not up: nothing to bind to; but a version, for t=. */
	static const struct tls_facts tls = { .version = TLS_1_3 };
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	login_peer_begin(&visit->peer, conn_adopt(fds[1], deadline_in(LOGIN_SECONDS)));
	run(visit, conn_adopt(fds[0], deadline_in(seconds)), wish, &tls);
}

static void assert_went_on(const struct row *row, const struct visit *visit)
{
	bool sasl2 = visit->login.choice.sasl2;
	assert_row(row->name, visit->facts.features.bind);
	assert_row(row->name, visit->facts.features.mechanisms.count == 0);
	assert_row_string(row->name, visit->login.authorized_as, sasl2 ? "user@example.org" : NULL);
	assert_row(row->name, visit->facts.opened && visit->facts.version_1);
	assert_row(row->name, visit->login.elapsed_ms > 0);
}

static void assert_heard(const struct row *row, struct visit *visit)
{
	const char *heard = buf_string(&visit->peer.heard);
	if (row->heard && !strstr(heard, row->heard))
		fail_msg("%s: heard \"%s\"", row->name, heard);
	assert_row(row->name, !row->proof_kept || !strstr(heard, "<response"));
	assert_row(row->name, (strstr(heard, "<abort") != NULL) == row->aborted);
	assert_row(row->name, !strstr(heard, "user-agent") && !strstr(heard, NS_BIND));
	assert_row(row->name, !strstr(heard, "</auth> ") && !strstr(heard, "\n"));
}

static void assert_visit(const struct row *row, struct visit *visit)
{
	const struct login_facts *login = &visit->login;
	if (visit->err.code != row->code || (row->says && !strstr(visit->err.text, row->says)))
		fail_msg("%s: %d \"%s\"", row->name, visit->err.code, visit->err.text);
	assert_row(row->name, visit->ok == (row->code == ERR_NONE));
	assert_row(row->name, visit->ok || visit->err.stage == AT_LOGIN);
	assert_row(row->name, login->tried && login->mutual == row->mutual);
	assert_row_string(row->name, login->condition, row->condition);
	assert_row_string(row->name, login->text, row->text);
	assert_row_string(row->name, login->tasks, row->tasks);
	assert_row(row->name, visit->holder.started == (row->runs ? row->runs : 1));
	assert_row(row->name, visit->holder.ended == visit->holder.started);
	if (row->proof_kept) /* nothing suspicious goes to who holds the password */
		assert_row(row->name, visit->holder.steps == 1);
	if (visit->ok)
		assert_went_on(row, visit);
	assert_heard(row, visit);
}

static void goes_through_with_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct mechanism_wish wish = {
			.has_password = !row->certificate && !row->anonymous,
			.has_certificate = row->certificate,
			.anonymous = row->anonymous,
			.verified = true,
		};
		CLEANUP(tear_down) struct visit visit;
		set_up(&visit, row->features, row->lines);
		visit.holder.scripted = row->scripted;
		if (row->extensions)
			visit.peer.scram.extensions = row->extensions;
		if (row->password)
			visit.peer.scram.password = row->password;
		visit_in_clear(&visit, &wish, LOGIN_SECONDS);
		assert_visit(row, &visit);
	}
}

static const struct mechanism_wish usual = { .has_password = true, .verified = true };

static void waits_no_longer_than_the_deadline(void **state)
{
	(void)state;
	static const char *const lines[LOGIN_LINES] = { 0 };
	CLEANUP(tear_down) struct visit visit;
	set_up(&visit, SASL1(PLAIN), lines);
	visit_in_clear(&visit, &usual, 1);
	assert_int_equal(visit.err.code, ERR_TIMEOUT);
	assert_string_equal(visit.err.text, "no answer to PLAIN within 1 s");
}

/* T2: what may not be done is not begun. */
static void sends_nothing_where_nothing_will_do(void **state)
{
	(void)state;
	static const char *const lines[LOGIN_LINES] = { SUCCESS("") };
	const struct mechanism_wish unverified = { .has_password = true };
	CLEANUP(tear_down) struct visit visit;
	set_up(&visit, SASL1(PLAIN), lines);
	visit_in_clear(&visit, &unverified, LOGIN_SECONDS);
	assert_int_equal(visit.err.code, ERR_UNSUPPORTED);
	assert_false(visit.login.tried);
	assert_int_equal(visit.holder.started, 0);
	assert_null(strstr(buf_string(&visit.peer.heard), "<auth"));
}

static void says_why_it_cannot_start(void **state)
{
	(void)state;
	static const char *const lines[LOGIN_LINES] = { SUCCESS("") };
	CLEANUP(tear_down) struct visit visit;
	set_up(&visit, SASL1(SCRAM), lines);
	visit.holder.identity.password = "bell\a";
	visit_in_clear(&visit, &usual, LOGIN_SECONDS);
	assert_int_equal(visit.err.code, ERR_USAGE);
	assert_non_null(strstr(visit.err.text, "SASLprep"));
	assert_false(visit.login.tried);
	assert_null(strstr(buf_string(&visit.peer.heard), "<auth"));
}

/* --- inside TLS --- */

static const struct tls_row {
	const char *name, *features;
	enum tls_version version;
	const char *lines[LOGIN_LINES];
	bool between; /* somebody ends TLS, and begins another to the server */
	enum err_code code;
	const char *says;
	enum binding_type binding;
	const char *flags; /* one of these */
	int runs;
} tls_rows[] = {
	{ "TLS 1.3", SASL1(PLUS) EXPORTER, TLS_1_3, LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN),
	  .binding = BINDING_EXPORTER, .flags = "p", .runs = 1 },
	{ "TLS 1.3, SASL2", SASL2(PLUS) EXPORTER, TLS_1_3,
	  LINES(CHALLENGE2("$F"), SUCCESS2(DATA2("$V")) BOUND), .binding = BINDING_EXPORTER,
	  .flags = "p", .runs = 1 },
	{ "TLS 1.2", SASL1(PLUS) UNIQUE, TLS_1_2, LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN),
	  .binding = BINDING_UNIQUE, .flags = "p", .runs = 1 },
	{ "TLS 1.2, no types", SASL1(PLUS), TLS_1_2, LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN),
	  .binding = BINDING_UNIQUE, .flags = "p", .runs = 1 },
	{ "TLS 1.2, exporter", SASL1(PLUS) EXPORTER, TLS_1_2,
	  LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN), .binding = BINDING_EXPORTER, .flags = "p",
	  .runs = 1 },
	{ "nothing offered (MSG-22)", SASL1(SCRAM), TLS_1_3,
	  LINES(CHALLENGE("$F"), SUCCESS("$V"), AGAIN), .flags = "yn", .runs = 1 },
	{ "PLAIN has no flag", SASL1(PLAIN), TLS_1_3, LINES(SUCCESS(""), AGAIN), .flags = "",
	  .runs = 1 },
	{ "a man in the middle", SASL1(PLUS) EXPORTER, TLS_1_3,
	  LINES(CHALLENGE("$F"), CHALLENGE("$V")), .between = true, .code = ERR_IMPOSTOR,
	  .says = "possible attack: the server sees another TLS connection than we do "
		  "(channel-bindings-dont-match)",
	  .binding = BINDING_EXPORTER, .flags = "p", .runs = 1 },
	{ "one who strips -PLUS", SASL1(SCRAM) EXPORTER, TLS_1_3, LINES(CHALLENGE("$F")),
	  .code = ERR_IMPOSTOR, .says = "-PLUS was stripped", .flags = "" },
	{ "settings that change (MSG-11)", SASL2(PLUS) EXPORTER, TLS_1_3,
	  LINES(FAILURE2(CHANGED), CHALLENGE2("$F")), .code = ERR_DENIED,
	  .says = "a second one needs a new connection", .binding = BINDING_EXPORTER, .flags = "p",
	  .runs = 1 },
};

static void visit_in_tls(struct visit *visit, const struct tls_row *row, struct tls_pair *pair)
{
	static const uint8_t other[32] = { 1 };
	enum binding_type type = row->binding;
	struct err err;
	tls_pair_open(pair, row->version, NULL);
	visit->peer.scram.binding = (struct bytes){ other, sizeof(other) };
	if (type != BINDING_NONE && !row->between)
		assert_true(binding_data(pair->server, type, pair->mem, &visit->peer.scram.binding,
					 &err));
	struct conn *conn = pair->conn;
	login_peer_begin(&visit->peer, pair->server);
	pair->conn = pair->server = NULL;
	run(visit, conn, &usual, &pair->facts);
}

static void binds_to_the_connection(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tls_rows); i++) {
		const struct tls_row *row = &tls_rows[i];
		CLEANUP(tls_pair_close) struct tls_pair pair;
		CLEANUP(tear_down) struct visit visit;
		set_up(&visit, row->features, row->lines);
		visit_in_tls(&visit, row, &pair);
		const struct login_facts *login = &visit.login;
		if (visit.err.code != row->code ||
		    (row->says && !strstr(visit.err.text, row->says)))
			fail_msg("%s: %d \"%s\"", row->name, visit.err.code, visit.err.text);
		assert_row(row->name, visit.ok == (row->code == ERR_NONE));
		assert_row(row->name, login->choice.binding == row->binding);
		assert_row(row->name, *row->flags ? strchr(row->flags, login->binding_flag) &&
							    login->binding_flag
						  : !login->binding_flag);
		assert_row(row->name, login->mutual == (visit.ok && login->choice.is_scram));
		assert_row(row->name,
			   visit.holder.started == row->runs && visit.holder.ended == row->runs);
	}
}

/* RFC 6120, 6.5: each condition in other words, and all others as the first. */
static void explains_each_condition(void **state)
{
	(void)state;
	static const char *const conditions[] = {
		"aborted",
		"account-disabled",
		"credentials-expired",
		"encryption-required",
		"incorrect-encoding",
		"invalid-authzid",
		"invalid-mechanism",
		"malformed-request",
		"mechanism-too-weak",
		"not-authorized",
		"temporary-auth-failure",
	};
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(login_cause(conditions[i]),
						login_cause(conditions[j]));
	}
	assert_string_equal(login_cause("not-authorized"), "wrong password, or no such account");
	assert_string_equal(login_cause("bad-hair-day"), login_cause("not-authorized"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_through_with_it),
		cmocka_unit_test(waits_no_longer_than_the_deadline),
		cmocka_unit_test(sends_nothing_where_nothing_will_do),
		cmocka_unit_test(says_why_it_cannot_start),
		cmocka_unit_test(binds_to_the_connection),
		cmocka_unit_test(explains_each_condition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
