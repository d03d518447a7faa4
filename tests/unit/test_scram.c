#include "unit.h"

#include <jansson.h>

#include "xmpp/scram.h"

#define VECTORS      "tests/data/scram-vectors.json"
#define CLIENT_FIRST "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
#define NONCE        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"
#define SALT         "s=QSXCR+Q6sek8bf92"

static const char *list_items[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN" };
static const struct text_list list = { list_items, 3 }, none = { NULL, 0 };

static struct scram_offer offer_of(const char *client_first)
{
	return (struct scram_offer){
		.mechanism = "SCRAM-SHA-256",
		.client_first = client_first,
		.mechanisms = &list,
		.bindings = &none,
		.version = TLS_1_3,
		.iterations_max = SCRAM_ITERATIONS_MAX,
	};
}

static const struct row {
	const char *name, *first;
	enum err_code code; /* ERR_NONE: it will do */
	const char *says;   /* in the sentence */
	uint32_t iterations;
} rows[] = {
	{ "RFC 5802, 5", NONCE "," SALT ",i=4096", ERR_NONE, NULL, 4096 },
	{ "more iterations", NONCE "," SALT ",i=10000000", ERR_NONE, NULL, 10000000 },
	{ "an unknown attribute (MSG-16)", NONCE "," SALT ",i=4096,x=what,Y==", ERR_NONE, NULL,
	  4096 },
	{ "an unknown attribute twice", NONCE "," SALT ",i=4096,x=1,x=2", ERR_NONE, NULL, 4096 },
	{ "t= that agrees", NONCE "," SALT ",i=4096,t=0304", ERR_NONE, NULL, 4096 },
	/* T3 */
	{ "our nonce and nothing behind", "r=fyko+d2lbbFgONRv9qkxdawL," SALT ",i=4096",
	  ERR_IMPOSTOR, "nonce does not continue ours", 0 },
	{ "another nonce", "r=gyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j," SALT ",i=4096",
	  ERR_IMPOSTOR, "nonce does not continue ours", 0 },
	{ "the beginning of ours", "r=fyko," SALT ",i=4096", ERR_IMPOSTOR,
	  "nonce does not continue ours", 0 },
	{ "ours at the end of theirs", "r=xxfyko+d2lbbFgONRv9qkxdawL," SALT ",i=4096", ERR_IMPOSTOR,
	  "nonce does not continue ours", 0 },
	{ "a nonce with a blank", NONCE " x," SALT ",i=4096", ERR_PROTOCOL, "not printable", 0 },
	{ "a nonce beyond ASCII", NONCE "\xc3\xa4," SALT ",i=4096", ERR_PROTOCOL, "not printable",
	  0 },
	/* T4 */
	{ "i=1", NONCE "," SALT ",i=1", ERR_PROTOCOL, "only 1 iterations", 0 },
	{ "i=4095", NONCE "," SALT ",i=4095", ERR_PROTOCOL, "only 4095 iterations", 0 },
	{ "i=2^31", NONCE "," SALT ",i=2147483648", ERR_LIMIT,
	  "2147483648 iterations, more than --max-iterations 10000000", 0 },
	{ "one above the limit", NONCE "," SALT ",i=10000001", ERR_LIMIT, "10000001 iterations",
	  0 },
	{ "i=2^32 + 4096, which some take for 4096", NONCE "," SALT ",i=4294971392", ERR_LIMIT,
	  "over 4294967295 iterations", 0 },
	{ "i=2^64 + 4096", NONCE "," SALT ",i=18446744073709555712", ERR_LIMIT,
	  "over 4294967295 iterations", 0 },
	{ "i=0", NONCE "," SALT ",i=0", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i with a zero in front", NONCE "," SALT ",i=04096", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i below zero", NONCE "," SALT ",i=-4096", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i with a plus", NONCE "," SALT ",i=+4096", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i with a blank", NONCE "," SALT ",i=4096 ", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i in hex", NONCE "," SALT ",i=0x1000", ERR_PROTOCOL, "i= is no number", 0 },
	{ "i without a value", NONCE "," SALT ",i=", ERR_PROTOCOL, "no list of attributes", 0 },
	/* the salt */
	{ "no salt", NONCE ",s=,i=4096", ERR_PROTOCOL, "no list of attributes", 0 },
	{ "a salt without padding", NONCE ",s=QSXCR+Q6sek8bf9,i=4096", ERR_PROTOCOL,
	  "salt is not base64", 0 },
	{ "a salt with white space", NONCE ",s=QSXC R+Q6sek8bf9,i=4096", ERR_PROTOCOL,
	  "salt is not base64", 0 },
	{ "a salt with pad bits set", NONCE ",s=Zh==,i=4096", ERR_PROTOCOL, "salt is not base64",
	  0 },
	/* what must be there, and in order */
	{ "nothing", "", ERR_PROTOCOL, "missing", 0 },
	{ "a nonce alone", NONCE, ERR_PROTOCOL, "missing", 0 },
	{ "no iterations", NONCE "," SALT, ERR_PROTOCOL, "missing", 0 },
	{ "another order", SALT "," NONCE ",i=4096", ERR_PROTOCOL, "begin with r=, s=, i=", 0 },
	{ "no salt at all", NONCE ",i=4096", ERR_PROTOCOL, "begin with r=, s=, i=", 0 },
	{ "two nonces", NONCE "," SALT ",i=4096," NONCE, ERR_PROTOCOL, "comes twice", 0 },
	{ "two salts", NONCE "," SALT ",i=4096," SALT, ERR_PROTOCOL, "comes twice", 0 },
	{ "iterations twice", NONCE "," SALT ",i=4096,i=9999", ERR_PROTOCOL, "comes twice", 0 },
	{ "h= twice", NONCE "," SALT ",i=4096,h=AA==,h=AA==", ERR_PROTOCOL, "comes twice", 0 },
	{ "t= twice", NONCE "," SALT ",i=4096,t=0304,t=0304", ERR_PROTOCOL, "comes twice", 0 },
	{ "a comma at the end", NONCE "," SALT ",i=4096,", ERR_PROTOCOL, "no list of attributes",
	  0 },
	{ "two commas", NONCE ",," SALT ",i=4096", ERR_PROTOCOL, "no list of attributes", 0 },
	{ "a name that is no letter", NONCE "," SALT ",i=4096,1=x", ERR_PROTOCOL,
	  "no list of attributes", 0 },
	{ "a name of two letters", NONCE "," SALT ",i=4096,xy=x", ERR_PROTOCOL,
	  "no list of attributes", 0 },
	/* m= */
	{ "a mandatory extension in front", "m=quantum," NONCE "," SALT ",i=4096", ERR_UNSUPPORTED,
	  "m=quantum", 0 },
	{ "a mandatory extension behind", NONCE "," SALT ",i=4096,m=x", ERR_UNSUPPORTED, "m=x", 0 },
	/* T6 and T7 */
	{ "h= of another list", NONCE "," SALT ",i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=",
	  ERR_IMPOSTOR, "tampered with", 0 },
	{ "h= that is no hash", NONCE "," SALT ",i=4096,h=x", ERR_IMPOSTOR, "tampered with", 0 },
	{ "t=0303 on TLS 1.3", NONCE "," SALT ",i=4096,t=0303", ERR_IMPOSTOR,
	  "sees TLS version 0303 where we see 0304", 0 },
	{ "t= in other letters", NONCE "," SALT ",i=4096,t=304", ERR_IMPOSTOR,
	  "sees TLS version 304", 0 },
	{ "t= in words", NONCE "," SALT ",i=4096,t=TLS1.3", ERR_IMPOSTOR, "sees TLS version TLS1.3",
	  0 },
};

static void checks_what_comes_first(void **state)
{
	(void)state;
	const struct scram_offer offer = offer_of(CLIENT_FIRST);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct scram_facts facts = { .iterations = 7 };
		struct err err = { 0 };
		bool ok = scram_check_first(&offer, row->first, strlen(row->first), &facts, &err);
		assert_row(row->name, ok == (row->code == ERR_NONE));
		assert_row(row->name, err.code == row->code);
		if (ok) {
			assert_row(row->name, facts.iterations == row->iterations);
			assert_row(row->name, !facts.list_confirmed && !facts.version_confirmed);
			continue;
		}
		assert_row(row->name, err.stage == AT_LOGIN);
		if (!strstr(err.text, row->says))
			fail_msg("%s: \"%s\"", row->name, err.text);
		assert_row(row->name, facts.iterations == 7); /* untouched */
	}
}

static void takes_no_nul(void **state)
{
	(void)state;
	static const char first[] = NONCE "," SALT ",i=4096,x=a\0b";
	const struct scram_offer offer = offer_of(CLIENT_FIRST);
	struct scram_facts facts;
	struct err err = { 0 };
	assert_false(scram_check_first(&offer, first, sizeof(first) - 1, &facts, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
}

/* What stands in our own message where, so that nobody's name passes for a nonce. */
static void finds_our_nonce(void **state)
{
	(void)state;
	static const struct {
		const char *client_first, *server_first;
		bool ok;
	} tries[] = {
		{ "n,,n=user,r=abc", "r=abcd," SALT ",i=4096", true },
		{ "y,,n=user,r=abc", "r=abcd," SALT ",i=4096", true },
		{ "p=tls-exporter,,n=user,r=abc", "r=abcd," SALT ",i=4096", true },
		{ "n,a=r=x,n=user,r=abc", "r=abcd," SALT ",i=4096", true },
		{ "n,,n=r=3Dab,r=abc", "r=3Dabd," SALT ",i=4096", false },
		{ "n,,n=user,r=abc,x=y", "r=abcd," SALT ",i=4096", true },
		{ "n,,n=user,r=", "r=abcd," SALT ",i=4096", false },
		{ "n,,n=user", "r=abcd," SALT ",i=4096", false },
		{ "", "r=abcd," SALT ",i=4096", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		const struct scram_offer offer = offer_of(tries[i].client_first);
		struct scram_facts facts;
		struct err err;
		const char *first = tries[i].server_first;
		assert_row(tries[i].client_first, scram_check_first(&offer, first, strlen(first),
								    &facts, &err) == tries[i].ok);
	}
}

static void limits_iterations_as_asked(void **state)
{
	(void)state;
	static const char first[] = NONCE "," SALT ",i=10001";
	struct scram_offer offer = offer_of(CLIENT_FIRST);
	struct scram_facts facts;
	struct err err = { 0 };
	offer.iterations_max = 10001;
	assert_true(scram_check_first(&offer, first, strlen(first), &facts, &err));
	offer.iterations_max = 10000;
	assert_false(scram_check_first(&offer, first, strlen(first), &facts, &err));
	assert_string_equal(err.text,
			    "the server wants 10001 iterations, more than --max-iterations 10000");
}

/* --- data/scram-vectors.json --- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	assert_non_null(text);
	return text;
}

static struct text_list list_of(const json_t *array, struct arena *mem)
{
	struct text_list out = { .count = json_array_size(array) };
	out.items = arena_array(mem, out.count + 1, sizeof(char *));
	for (size_t i = 0; i < out.count; i++)
		out.items[i] = json_string_value(json_array_get(array, i));
	return out;
}

static bool check_hash(const json_t *vector, const char *hash, struct text_list bindings,
		       struct arena *mem, struct scram_facts *facts, struct err *err)
{
	bool sha1 = strcmp(text_of(vector, "hash"), "sha1") == 0;
	struct text_list mechanisms = list_of(json_object_get(vector, "mechanisms"), mem);
	struct scram_offer offer = offer_of(CLIENT_FIRST);
	const char *first = arena_printf(mem, NONCE "," SALT ",i=4096,h=%s,t=0303", hash);
	offer.mechanism = sha1 ? "SCRAM-SHA-1-PLUS" : "SCRAM-SHA-256-PLUS";
	offer.mechanisms = &mechanisms;
	offer.bindings = &bindings;
	offer.version = TLS_1_2;
	return scram_check_first(&offer, first, strlen(first), facts, err);
}

/* MSG-24 to MSG-26; the hash of a list that lacks one name is another. */
static void confirms_the_published_lists(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *root = json_load_file(VECTORS, 0, NULL);
	const json_t *vectors = json_object_get(root, "downgrade_hash_xep0474");
	assert_int_equal(json_array_size(vectors), 3);
	for (size_t i = 0; i < json_array_size(vectors); i++) {
		const json_t *vector = json_array_get(vectors, i);
		const char *hash = text_of(vector, "h_base64");
		struct text_list bindings = list_of(json_object_get(vector, "channel_bindings"),
						    mem);
		struct text_list more = { (const char *[]){ "tls-unique" }, 1 };
		struct scram_facts facts = { 0 };
		struct err err;
		assert_true(check_hash(vector, hash, bindings, mem, &facts, &err));
		assert_true(facts.list_confirmed && facts.version_confirmed);
		if (bindings.count > 0) {
			bindings.count--;
			assert_false(check_hash(vector, hash, bindings, mem, &facts, &err));
			assert_non_null(strstr(err.text, "tampered with"));
		} else {
			assert_false(check_hash(vector, hash, more, mem, &facts, &err));
		}
	}
	json_decref(root);
}

/* Every exchange that was published, with the lists its h= was made of. */
static void takes_the_published_exchanges(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *root = json_load_file(VECTORS, 0, NULL);
	const json_t *vectors = json_object_get(root, "vectors");
	const json_t *lists = json_array_get(json_object_get(root, "downgrade_hash_xep0474"), 0);
	struct text_list mechanisms = list_of(json_object_get(lists, "mechanisms"), mem);
	struct text_list bindings = list_of(json_object_get(lists, "channel_bindings"), mem);
	assert_int_equal(json_array_size(vectors), 7);
	for (size_t i = 0; i < json_array_size(vectors); i++) {
		const json_t *vector = json_array_get(vectors, i);
		const char *first = text_of(vector, "server_first");
		struct scram_offer offer = offer_of(text_of(vector, "client_first"));
		struct scram_facts facts = { 0 };
		struct err err = { 0 };
		offer.mechanism = text_of(vector, "mechanism");
		offer.mechanisms = &mechanisms;
		offer.bindings = &bindings;
		if (!scram_check_first(&offer, first, strlen(first), &facts, &err))
			fail_msg("%s: %s", text_of(vector, "source"), err.text);
		assert_int_equal(facts.iterations, 4096);
		assert_true(facts.list_confirmed == (strstr(first, ",h=") != NULL));
		assert_true(facts.version_confirmed == (strstr(first, ",t=") != NULL));
	}
	json_decref(root);
}

/* RFC 5802, 7 */
static void reads_errors(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(scram_error_of("e=invalid-proof", 15, mem), "invalid-proof");
	assert_string_equal(scram_error_of("e=x,y=z", 7, mem), "x");
	assert_string_equal(scram_error_of("e=", 2, mem), "");
	assert_null(scram_error_of("v=AAAA", 6, mem));
	assert_null(scram_error_of("e", 1, mem));
	assert_null(scram_error_of(NULL, 0, mem));
	assert_string_equal(scram_error_cause("invalid-proof"),
			    "wrong password, or no such account");
	assert_non_null(strstr(scram_error_cause("server-does-support-channel-binding"),
			       "possible attack"));
	assert_null(scram_error_cause("other-error"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_what_comes_first),
		cmocka_unit_test(takes_no_nul),
		cmocka_unit_test(finds_our_nonce),
		cmocka_unit_test(limits_iterations_as_asked),
		cmocka_unit_test(confirms_the_published_lists),
		cmocka_unit_test(takes_the_published_exchanges),
		cmocka_unit_test(reads_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
