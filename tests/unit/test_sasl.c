#include "scram_server.h"

#include <jansson.h>
#include <stdio.h>

#include "xmpp/sasl.h"

#define VECTORS "tests/data/scram-vectors.json"
#define SALT    "QSXCR+Q6sek8bf92"
#define OUT_MAX ((size_t)8192)

/* --- the other end, against data/scram-vectors.json --- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	assert_non_null(text);
	return text;
}

static struct bytes from_hex(const char *hex, struct arena *mem)
{
	size_t size = strlen(hex) / 2;
	uint8_t *out = arena_alloc(mem, size + 1);
	for (size_t i = 0; i < size; i++) {
		unsigned octet;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		out[i] = (uint8_t)octet;
	}
	return (struct bytes){ out, size };
}

static void assert_vector(const json_t *vector, struct arena *mem)
{
	struct scram_server server = {
		.mechanism = text_of(vector, "mechanism"),
		.password = text_of(vector, "password"),
		.nonce = text_of(vector, "server_nonce_suffix"),
		.salt = text_of(vector, "salt_base64"),
		.extensions = text_of(vector, "server_first_extension"),
		.iterations = (unsigned)json_integer_value(json_object_get(vector, "iterations")),
		.binding = from_hex(text_of(vector, "channel_binding_data_hex"), mem),
		.mem = mem,
	};
	char *final = arena_copy(mem, text_of(vector, "client_final"));
	struct bytes salted = from_hex(text_of(vector, "salted_password"), mem);
	assert_string_equal(scram_server_first(&server, text_of(vector, "client_first")),
			    text_of(vector, "server_first"));
	assert_string_equal(scram_server_final(&server, final), text_of(vector, "server_final"));
	assert_memory_equal(server.salted, salted.data, salted.size);
	char *proof = strstr(final, ",p=") + 3;
	*proof = *proof == 'A' ? 'B' : 'A';
	assert_string_equal(scram_server_final(&server, final), "e=invalid-proof");
	final[2] = 'A';
	assert_string_equal(scram_server_final(&server, final), "e=channel-bindings-dont-match");
}

static void the_other_end_knows_scram(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *root = json_load_file(VECTORS, 0, NULL);
	const json_t *vectors = json_object_get(root, "vectors");
	assert_int_equal(json_array_size(vectors), 7);
	for (size_t i = 0; i < json_array_size(vectors); i++)
		assert_vector(json_array_get(vectors, i), mem);
	json_decref(root);
}

/* --- against it --- */

static const uint8_t exported[32] = { 1, 2, 3 };
static const struct bytes to_bind = { exported, sizeof(exported) };

static struct scram_server server_of(const char *mechanism, const char *password, struct arena *mem)
{
	return (struct scram_server){ .mechanism = mechanism,
				      .password = password,
				      .nonce = "3rfcNHYJY1ZVvWVs7j",
				      .salt = SALT,
				      .extensions = "",
				      .iterations = 4096,
				      .binding = to_bind,
				      .mem = mem };
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static const char *say(struct sasl *sasl, struct bytes in, struct arena *mem, bool *done,
		       struct err *err)
{
	CLEANUP(buf_free) struct buf out = buf_new(OUT_MAX);
	*done = false;
	if (!sasl_step(sasl, in, &out, done, err))
		return NULL;
	assert_false(buf_overflowed(&out));
	return arena_copy_n(mem, out.data ? out.data : "", out.size);
}

static const struct play {
	const char *name, *mechanism, *user, *authzid, *password;
	enum binding_type binding;
	const char *first;  /* how the client's first message begins */
	const char *theirs; /* the password that the server knows; NULL: the same */
} plays[] = {
	{ "SHA-1", "SCRAM-SHA-1", "user", NULL, "pencil", BINDING_NONE, "n,,n=user,r=", NULL },
	{ "SHA-256", "SCRAM-SHA-256", "user", NULL, "pencil", BINDING_NONE, "n,,n=user,r=", NULL },
	{ "SHA-1-PLUS", "SCRAM-SHA-1-PLUS", "user", NULL, "pencil", BINDING_EXPORTER,
	  "p=tls-exporter,,n=user,r=", NULL },
	{ "SHA-256-PLUS", "SCRAM-SHA-256-PLUS", "user", NULL, "pencil", BINDING_EXPORTER,
	  "p=tls-exporter,,n=user,r=", NULL },
	{ "SHA-1-PLUS, TLS 1.2", "SCRAM-SHA-1-PLUS", "user", NULL, "pencil", BINDING_UNIQUE,
	  "p=tls-unique,,n=user,r=", NULL },
	{ "SHA-256-PLUS, TLS 1.2", "SCRAM-SHA-256-PLUS", "user", NULL, "pencil", BINDING_UNIQUE,
	  "p=tls-unique,,n=user,r=", NULL },
	{ "for somebody else (MSG-13, MSG-15)", "SCRAM-SHA-256", "user", "boss@example.org",
	  "pencil", BINDING_NONE, "n,a=boss@example.org,n=user,r=", NULL },
	{ "for somebody else, bound", "SCRAM-SHA-256-PLUS", "user", "a,b=c@example.org", "pencil",
	  BINDING_EXPORTER, "p=tls-exporter,a=a=2Cb=3Dc@example.org,n=user,r=", NULL },
	{ "a comma in the name", "SCRAM-SHA-256", "a,b", NULL, "pencil", BINDING_NONE,
	  "n,,n=a=2Cb,r=", NULL },
	{ "an equals sign", "SCRAM-SHA-256", "a=b", NULL, "pencil", BINDING_NONE,
	  "n,,n=a=3Db,r=", NULL },
	{ "what looks like an escape", "SCRAM-SHA-256", "=2C", NULL, "pencil", BINDING_NONE,
	  "n,,n==3D2C,r=", NULL },
	{ "a name beyond ASCII", "SCRAM-SHA-256", "jürgen", NULL, "pencil", BINDING_NONE,
	  "n,,n=jürgen,r=", NULL },
	/* MSG-18, RFC 4013, 3 */
	{ "a password beyond ASCII", "SCRAM-SHA-256", "user", NULL, "pässwörd", BINDING_NONE, "n,,",
	  NULL },
	{ "composed, where it came in parts", "SCRAM-SHA-256", "user", NULL, "pa\xcc\x88ss",
	  BINDING_NONE, "n,,", "päss" },
	{ "soft hyphen maps to nothing", "SCRAM-SHA-256", "user", NULL, "I\xc2\xadX", BINDING_NONE,
	  "n,,", "IX" },
	{ "NFKC of a letter", "SCRAM-SHA-1", "user", NULL, "\xc2\xaa", BINDING_NONE, "n,,", "a" },
	{ "NFKC of a number", "SCRAM-SHA-1", "user", NULL, "\xe2\x85\xa8", BINDING_NONE, "n,,",
	  "IX" },
	{ "case is kept", "SCRAM-SHA-1", "USER", NULL, "PenCil", BINDING_NONE,
	  "n,,n=USER,r=", NULL },
	{ "comma and equals sign in the password", "SCRAM-SHA-1", "user", NULL, ",=2C",
	  BINDING_NONE, "n,,", NULL },
};

/* RFC 5802, 6 asks for y where we could bind; libgsasl 2.2.0 can only say n, and whichever it is
 * must stand in c= again, which the server checks. */
static bool begins(const char *first, const struct play *play)
{
	return strncmp(first, play->first, strlen(play->first)) == 0;
}

static struct sasl *start(const struct play *play, struct err *err)
{
	const struct sasl_identity identity = { .user = play->user,
						.authzid = play->authzid,
						.password = play->password,
						.binding = play->binding,
						.binding_data = to_bind };
	struct sasl *sasl = NULL;
	return sasl_start(play->mechanism, &identity, &sasl, err) ? sasl : NULL;
}

static void logs_in_with_scram(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plays); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct play *play = &plays[i];
		struct scram_server server = server_of(play->mechanism,
						       play->theirs ? play->theirs : play->password,
						       mem);
		struct err err = { 0 };
		bool done;
		CLEANUP(sasl_end) struct sasl *sasl = start(play, &err);
		assert_row(play->name, sasl);
		const char *first = say(sasl, (struct bytes){ 0 }, mem, &done, &err);
		assert_row(play->name, first && !done && begins(first, play));
		const char *challenge = scram_server_first(&server, first);
		const char *proof = say(sasl, bytes_of(challenge), mem, &done, &err);
		assert_row(play->name, proof && !done);
		const char *final = scram_server_final(&server, proof);
		assert_row(play->name, strncmp(final, "v=", 2) == 0);
		const char *nothing = say(sasl, bytes_of(final), mem, &done, &err);
		assert_row_string(play->name, nothing, "");
		assert_row(play->name, done);
		assert_row(play->name, !say(sasl, bytes_of(final), mem, &done, &err));
		assert_row_string(play->name, err.text,
				  "the server says more than this mechanism has to say");
	}
}

/* RFC 5802, 5.1: at least so many bits, printable, and never the same. */
static void nonces_are_fresh(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct err err;
	bool done;
	CLEANUP(sasl_end) struct sasl *one = start(&plays[0], &err), *two = start(&plays[0], &err);
	const char *first = strstr(say(one, (struct bytes){ 0 }, mem, &done, &err), ",r=") + 3;
	const char *second = strstr(say(two, (struct bytes){ 0 }, mem, &done, &err), ",r=") + 3;
	assert_string_not_equal(first, second);
	assert_true(strlen(first) >= 22); /* 128 bits in base64 */
	assert_null(strchr(first, ','));
	sasl_end(&two);
}

/* With a binding and no -PLUS the flag is y, or n where libgsasl cannot write y; never p. */
static void says_that_it_could_bind_if_it_can(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct play play = { "",       "SCRAM-SHA-256",  "user", NULL,
				   "pencil", BINDING_EXPORTER, "",     NULL };
	struct scram_server server = server_of(play.mechanism, play.password, mem);
	struct err err = { 0 };
	bool done;
	CLEANUP(sasl_end) struct sasl *sasl = start(&play, &err);
	assert_non_null(sasl);
	const char *first = say(sasl, (struct bytes){ 0 }, mem, &done, &err);
	assert_true(strncmp(first, "y,,n=", 5) == 0 || strncmp(first, "n,,n=", 5) == 0);
	const char *proof = say(sasl, bytes_of(scram_server_first(&server, first)), mem, &done,
				&err);
	assert_non_null(proof);
	assert_non_null(say(sasl, bytes_of(scram_server_final(&server, proof)), mem, &done, &err));
	assert_true(done);
}

/* --- what must fail --- */

static void the_server_refuses_a_wrong_password(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct scram_server server = server_of("SCRAM-SHA-1", "other", mem);
	struct err err;
	bool done;
	CLEANUP(sasl_end) struct sasl *sasl = start(&plays[0], &err);
	const char *first = say(sasl, (struct bytes){ 0 }, mem, &done, &err);
	const char *proof = say(sasl, bytes_of(scram_server_first(&server, first)), mem, &done,
				&err);
	assert_string_equal(scram_server_final(&server, proof), "e=invalid-proof");
	assert_null(say(sasl, bytes_of("e=invalid-proof"), mem, &done, &err));
	assert_false(done);
}

static void the_server_refuses_another_binding(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	static const uint8_t others[32] = { 9 };
	struct scram_server server = server_of("SCRAM-SHA-1-PLUS", "pencil", mem);
	struct err err;
	bool done;
	server.binding = (struct bytes){ others, sizeof(others) };
	CLEANUP(sasl_end) struct sasl *sasl = start(&plays[2], &err);
	const char *first = say(sasl, (struct bytes){ 0 }, mem, &done, &err);
	const char *proof = say(sasl, bytes_of(scram_server_first(&server, first)), mem, &done,
				&err);
	assert_string_equal(scram_server_final(&server, proof), "e=channel-bindings-dont-match");
}

/* MSG-12, MSG-17: what an impostor says last. */
static const struct last {
	const char *name, *said;
	enum err_code code;
	const char *says;
} lasts[] = {
	{ "a signature that is wrong", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ERR_IMPOSTOR,
	  "the server's signature is wrong: it does not know the password" },
	{ "one that is short", "v=AAAA", ERR_IMPOSTOR, "signature is wrong" },
	{ "nothing", "", ERR_PROTOCOL, "not one of this mechanism's" },
	{ "v= with nothing", "v=", ERR_PROTOCOL, "not one of this mechanism's" },
	{ "something else", "hello", ERR_PROTOCOL, "not one of this mechanism's" },
	{ "the first message again", "r=x,s=" SALT ",i=4096", ERR_PROTOCOL,
	  "not one of this mechanism's" },
};

static void unmasks_an_impostor(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lasts); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct scram_server server = server_of("SCRAM-SHA-1", "pencil", mem);
		struct err err = { 0 };
		bool done;
		CLEANUP(sasl_end) struct sasl *sasl = start(&plays[0], &err);
		const char *first = say(sasl, (struct bytes){ 0 }, mem, &done, &err);
		assert_non_null(
			say(sasl, bytes_of(scram_server_first(&server, first)), mem, &done, &err));
		assert_row(lasts[i].name,
			   !say(sasl, bytes_of(lasts[i].said), mem, &done, &err) && !done);
		if (!strstr(err.text, lasts[i].says) || err.code != lasts[i].code)
			fail_msg("%s: %d %s", lasts[i].name, err.code, err.text);
		assert_row(lasts[i].name, err.stage == AT_LOGIN);
	}
}

static void refuses_what_saslprep_forbids(void **state)
{
	(void)state;
	static const struct {
		const char *user, *password, *says;
	} tries[] = {
		{ "user", "bell\a", "the password has characters that SASLprep" },
		{ "user", "\xd8\xa7\x31", "the password has characters that SASLprep" },
		{ "bell\a", "pencil", "the user name has characters that SASLprep" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		const struct play play = {
			.mechanism = "SCRAM-SHA-256",
			.user = tries[i].user,
			.password = tries[i].password,
		};
		struct err err = { 0 };
		assert_null(start(&play, &err)); /* before the server hears of us */
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.text, tries[i].says));
	}
}

/* --- the others; data/scram-vectors.json has PLAIN and EXTERNAL --- */

static const struct single {
	const char *name, *mechanism, *user, *authzid, *password, *said;
	size_t size;
} singles[] = {
	{ "PLAIN (MSG-29)", "PLAIN", "alice", NULL, "345", "\0alice\000345", 10 },
	{ "PLAIN for somebody else", "PLAIN", "alice", "bob@example.org", "345",
	  "bob@example.org\0alice\000345", 25 },
	{ "PLAIN beyond ASCII", "PLAIN", "jürgen", NULL, "pä", "\0jürgen\0pä", 12 },
	{ "EXTERNAL (MSG-27)", "EXTERNAL", "juliet", NULL, NULL, "", 0 },
	{ "EXTERNAL as", "EXTERNAL", "juliet", "juliet@example.com", NULL, "juliet@example.com",
	  18 },
	{ "ANONYMOUS leaves no trace (MSG-28)", "ANONYMOUS", "", NULL, NULL, "", 0 },
};

static void logs_in_with_one_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
		const struct single *single = &singles[i];
		CLEANUP(buf_free) struct buf out = buf_new(OUT_MAX);
		const struct sasl_identity identity = { .user = single->user,
							.authzid = single->authzid,
							.password = single->password };
		CLEANUP(sasl_end) struct sasl *sasl = NULL;
		struct err err = { 0 };
		bool done = false;
		assert_row(single->name, sasl_start(single->mechanism, &identity, &sasl, &err));
		assert_row(single->name,
			   sasl_step(sasl, (struct bytes){ 0 }, &out, &done, &err) && done);
		assert_row(single->name, out.size == single->size);
		assert_row(single->name, memcmp(buf_string(&out), single->said, out.size) == 0);
		assert_row(single->name, !sasl_step(sasl, bytes_of("more"), &out, &done, &err));
		assert_row(single->name, err.code == ERR_PROTOCOL);
	}
}

static void cannot_start(void **state)
{
	(void)state;
	static const struct {
		const char *mechanism;
		struct sasl_identity identity;
		enum err_code code;
		const char *says;
	} tries[] = {
		{ "SCRAM-SHA-512",
		  { .user = "user", .password = "x" },
		  ERR_UNSUPPORTED,
		  "this libgsasl cannot do SCRAM-SHA-512" },
		{ "PLAIN", { .user = "user" }, ERR_USAGE, "there is no password" },
		{ "SCRAM-SHA-1", { .user = "user" }, ERR_USAGE, "there is no password" },
		{ "SCRAM-SHA-256-PLUS",
		  { .user = "user", .password = "x" },
		  ERR_UNSUPPORTED,
		  "libgsasl: " },
	};
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct sasl *sasl = NULL;
		struct err err = { 0 };
		assert_row(tries[i].mechanism,
			   !sasl_start(tries[i].mechanism, &tries[i].identity, &sasl, &err));
		assert_null(sasl);
		if (err.code != tries[i].code || !strstr(err.text, tries[i].says))
			fail_msg("%s: %s", tries[i].mechanism, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_other_end_knows_scram),
		cmocka_unit_test(logs_in_with_scram),
		cmocka_unit_test(nonces_are_fresh),
		cmocka_unit_test(says_that_it_could_bind_if_it_can),
		cmocka_unit_test(the_server_refuses_a_wrong_password),
		cmocka_unit_test(the_server_refuses_another_binding),
		cmocka_unit_test(unmasks_an_impostor),
		cmocka_unit_test(refuses_what_saslprep_forbids),
		cmocka_unit_test(logs_in_with_one_message),
		cmocka_unit_test(cannot_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
