#include "unit.h"

#include <jansson.h>

#include "base/buf.h"
#include "fixture.h"
#include "tls/posh.h"

#define VECTORS "tests/data/dane-tlsa-vectors.json"
#define S256    "C4xkOIX4opkkol6eCYqDBYqyfM6WosoWfG/tNW5ZVRk=" /* of the leaf of VECTORS */
#define S512                                                                                       \
	"41fsfS9Z5hLcC2YNixed23vMRgyS3JcdMtDGMKla50Hm1ns1R4L77upD+JFljfrWHuTakoZHvxj3gdVIoGg7rQ=="
#define ZERO256 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ZERO512                                                                                    \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define LIST(entries)  "{\"fingerprints\":[" entries "],\"expires\":604800}"
#define REFER(url)     "{\"url\":\"" url "\",\"expires\":86400}"
#define HAS256(text)   "{\"sha-256\":\"" text "\"}"
#define HAS512(text)   "{\"sha-512\":\"" text "\"}"
#define HAS_BOTH(a, b) "{\"sha-256\":\"" a "\",\"sha-512\":\"" b "\"}"
#define TO_HOST        "https://hosting.example.net/.well-known/posh/xmpp-server.json"

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

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static struct bytes vector_leaf(struct arena *mem)
{
	json_t *top = json_load_file(VECTORS, 0, NULL);
	struct bytes der = { 0 };
	size_t broken;
	assert_non_null(top);
	const char *pem = json_string_value(json_object_get(top, "leaf_pem"));
	assert_int_equal(cert_from_pem(text_bytes(pem), mem, &der, 1, &broken), 1);
	json_decref(top);
	return der;
}

static const struct row {
	const char *name, *json;
	const char *problem; /* NULL: a document */
	size_t count;
	uint64_t expires;
	const char *url;
	bool lists; /* the leaf of VECTORS */
} rows[] = {
	{ "both digests", LIST(HAS_BOTH(S256, S512)), NULL, 1, 604800, NULL, true },
	{ "sha-256 alone", LIST(HAS256(S256)), NULL, 1, 604800, NULL, true },
	{ "sha-512 alone", LIST(HAS512(S512)), NULL, 1, 604800, NULL, true },
	{ "another certificate", LIST(HAS_BOTH(ZERO256, ZERO512)), NULL, 1, 604800, NULL, false },
	{ "the second of two", LIST(HAS256(ZERO256) "," HAS512(S512)), NULL, 2, 604800, NULL,
	  true },
	/* CRT-57 */
	{ "the strongest digest decides against", LIST(HAS_BOTH(S256, ZERO512)), NULL, 1, 604800,
	  NULL, false },
	{ "the strongest digest decides for", LIST(HAS_BOTH(ZERO256, S512)), NULL, 1, 604800, NULL,
	  true },
	{ "sha-1 beside", LIST("{\"sha-1\":\"x\",\"sha-256\":\"" S256 "\"}"), NULL, 1, 604800, NULL,
	  true },
	{ "sha-1 alone is left out", LIST("{\"sha-1\":\"x\"}," HAS256(S256)), NULL, 1, 604800, NULL,
	  true },
	{ "sha-1 only", LIST("{\"sha-1\":\"qvTGHdzF6KLavt4PO0gs2a6pQ00=\"}"),
	  "it has no usable fingerprint: only sha-256 and sha-512 count", 0, 0, NULL, false },
	{ "names are those of the registry", LIST("{\"SHA-256\":\"" S256 "\"}"),
	  "it has no usable fingerprint: only sha-256 and sha-512 count", 0, 0, NULL, false },
	/* CRT-52 */
	{ "unknown members are ignored",
	  "{\"x\":[{}],\"fingerprints\":[{\"y\":1,\"sha-256\":\"" S256 "\"}],\"expires\":1}", NULL,
	  1, 1, NULL, true },
	{ "space around", " \r\n" LIST(HAS256(S256)) "\n ", NULL, 1, 604800, NULL, true },
	{ "an empty list", LIST(""), "it lists no certificate", 0, 0, NULL, false },
	{ "fingerprints that are no list", "{\"fingerprints\":{},\"expires\":1}",
	  "\"fingerprints\" is no list", 0, 0, NULL, false },
	{ "an entry that is no object", LIST(HAS256(S256) ",\"" S256 "\""),
	  "fingerprint 2 is no JSON object", 0, 0, NULL, false },
	{ "a digest in hexadecimal",
	  LIST(HAS256("0b8c643885f8a29924a25e9e098a83058ab27cce96a2ca167c6fed356e595519")),
	  "the sha-256 of fingerprint 1 is not 32 octets in base64", 0, 0, NULL, false },
	{ "a digest in lines", LIST(HAS256("C4xkOIX4opkkol6eCYqDBYqyfM6W\\nsoWfG/tNW5ZVRk=")),
	  "the sha-256 of fingerprint 1 is not 32 octets in base64", 0, 0, NULL, false },
	{ "a digest in base64url", LIST(HAS256("C4xkOIX4opkkol6eCYqDBYqyfM6WosoWfG_tNW5ZVRk=")),
	  "the sha-256 of fingerprint 1 is not 32 octets in base64", 0, 0, NULL, false },
	{ "a digest of another length", LIST(HAS_BOTH(S256, S256)),
	  "the sha-512 of fingerprint 1 is not 64 octets in base64", 0, 0, NULL, false },
	{ "a digest that is a number", LIST("{\"sha-256\":7}"),
	  "the sha-256 of fingerprint 1 is not 32 octets in base64", 0, 0, NULL, false },
	/* CRT-53 */
	{ "a reference", REFER(TO_HOST), NULL, 0, 86400, TO_HOST, false },
	{ "a reference with a port", REFER("HTTPS://a.example:8443/"), NULL, 0, 86400,
	  "HTTPS://a.example:8443/", false },
	{ "a reference in clear", REFER("http://hosting.example.net/"),
	  "its \"url\" does not begin with https://", 0, 0, NULL, false },
	{ "a reference into the file system", REFER("file:///etc/passwd"),
	  "its \"url\" does not begin with https://", 0, 0, NULL, false },
	{ "a reference to nowhere", REFER("https:///posh.json"), "its \"url\" names no host", 0, 0,
	  NULL, false },
	{ "a reference to nothing", REFER("https://"), "its \"url\" names no host", 0, 0, NULL,
	  false },
	{ "a reference with a line end", REFER("https://a.example/\\r\\nx"),
	  "its \"url\" contains a space or a control character", 0, 0, NULL, false },
	{ "a reference that is no string", "{\"url\":1,\"expires\":1}", "\"url\" is no string", 0,
	  0, NULL, false },
	{ "reference and fingerprints",
	  "{\"url\":\"" TO_HOST "\",\"fingerprints\":[" HAS256(S256) "],\"expires\":1}",
	  "it has both \"fingerprints\" and \"url\"", 0, 0, NULL, false },
	/* CRT-54 */
	{ "expires 0", "{\"fingerprints\":[" HAS256(S256) "],\"expires\":0}", NULL, 1, 0, NULL,
	  true },
	{ "without expires", "{\"fingerprints\":[" HAS256(S256) "]}", "\"expires\" is missing", 0,
	  0, NULL, false },
	{ "a reference without expires", "{\"url\":\"" TO_HOST "\"}", "\"expires\" is missing", 0,
	  0, NULL, false },
	{ "negative expires", "{\"fingerprints\":[" HAS256(S256) "],\"expires\":-1}",
	  "\"expires\" is no number of seconds", 0, 0, NULL, false },
	{ "expires in words", "{\"fingerprints\":[" HAS256(S256) "],\"expires\":\"604800\"}",
	  "\"expires\" is no number of seconds", 0, 0, NULL, false },
	/* not even that */
	{ "neither", "{\"expires\":1}", "it has neither \"fingerprints\" nor \"url\"", 0, 0, NULL,
	  false },
	{ "a list", "[]", "it is no JSON object", 0, 0, NULL, false },
	{ "two of one name", "{\"expires\":1,\"expires\":2}", "", 0, 0, NULL, false },
	{ "cut short", "{\"expires\":", "", 0, 0, NULL, false },
	{ "something behind", LIST(HAS256(S256)) "{}", "", 0, 0, NULL, false },
	{ "nothing", "", "", 0, 0, NULL, false },
	{ "no UTF-8", "{\"expires\":\"\xff\"}", "", 0, 0, NULL, false },
};

static void reads_documents(void **state)
{
	struct bytes leaf = vector_leaf(*state);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct posh_document document = { .count = 77 };
		struct err err = { 0 };
		bool ok = posh_parse(text_bytes(row->json), *state, &document, &err);
		if (row->problem) {
			assert_row(row->name, !ok && document.count == 77);
			assert_row(row->name, err.code == ERR_PROTOCOL);
			assert_row(row->name, *row->problem || strstr(err.text, "not JSON, line "));
			if (*row->problem)
				assert_row_string(row->name, err.text, row->problem);
			continue;
		}
		if (!ok)
			fail_msg("%s: %s", row->name, err.text);
		assert_row(row->name, document.count == row->count);
		assert_row(row->name, document.expires == row->expires);
		assert_row_string(row->name, document.url, row->url);
		assert_row(row->name, posh_lists(&document, leaf) == row->lists);
	}
}

/* Each bound holds at its limit and not one beyond. */
static void bounds_what_it_reads(void **state)
{
	struct posh_document document;
	struct err err;
	for (size_t count = POSH_FINGERPRINTS; count <= POSH_FINGERPRINTS + 1; count++) {
		CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
		for (size_t i = 0; i < count; i++)
			buf_text(&text, i ? ",{\"sha-256\":\"" S256 "\"}" : HAS256(S256));
		const char *json = arena_printf(*state, LIST("%s"), buf_string(&text));
		assert_true(posh_parse(text_bytes(json), *state, &document, &err) ==
			    (count == POSH_FINGERPRINTS));
	}
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "it lists 257 certificates, more than 256");
	for (size_t size = POSH_DOCUMENT_MAX; size <= POSH_DOCUMENT_MAX + 1; size++) {
		const char *json = arena_printf(*state, "%-*s", (int)size, REFER(TO_HOST));
		assert_true(posh_parse(text_bytes(json), *state, &document, &err) ==
			    (size == POSH_DOCUMENT_MAX));
	}
	assert_string_equal(err.text, "it is larger than 65536 octets");
	char *path = arena_alloc(*state, 3000);
	memset(path, 'a', 2999);
	assert_false(posh_parse(text_bytes(arena_printf(*state, REFER("https://%s"), path)), *state,
				&document, &err));
	assert_string_equal(err.text, "its \"url\" is longer than 2048 octets");
}

static void agrees_with_the_vectors(void **state)
{
	struct bytes leaf = vector_leaf(*state);
	json_t *top = json_load_file(VECTORS, 0, NULL);
	const json_t *posh = json_object_get(top, "posh");
	json_t *listing = json_object_get(posh, "fingerprints_document");
	json_t *reference = json_object_get(posh, "reference_document");
	char *text = json_dumps(listing, 0), *refers = json_dumps(reference, 0);
	struct posh_document document, referring;
	struct err err;
	assert_true(posh_parse(text_bytes(text), *state, &document, &err));
	assert_true(posh_parse(text_bytes(refers), *state, &referring, &err));
	assert_true(posh_lists(&document, leaf));
	assert_true(document.expires == 604800 && referring.expires == 86400);
	assert_string_equal(referring.url, json_string_value(json_object_get(reference, "url")));
	free(text);
	free(refers);
	json_decref(top);
}

/* One fetch, many endpoints. */
static void matches_endpoint_by_endpoint(void **state)
{
	struct bytes leaf = fixture_der(*state, "leaf"), other = fixture_der(*state, "stranger");
	struct posh_published published = { .facts = { .url = "https://im.example/",
						       .expires = 7 } };
	struct posh_facts facts;
	struct err err;
	assert_true(posh_parse(text_bytes(posh_write(&leaf, 1, 7, *state)), *state,
			       &published.document, &err));
	posh_match(&published, leaf, *state, &facts);
	assert_int_equal(facts.status, POSH_MATCH);
	assert_true(!facts.reason && facts.expires == 7);
	assert_string_equal(facts.url, "https://im.example/");
	posh_match(&published, other, *state, &facts);
	assert_int_equal(facts.status, POSH_MISMATCH);
	assert_string_equal(facts.reason, "it lists 1 certificate, and not this one");

	/* What proves nothing before goes on proving nothing. */
	for (int i = POSH_NONE; i <= POSH_EXPIRED; i++) {
		published.facts.status = (enum posh_status)i;
		published.facts.reason = "so it is";
		posh_match(&published, leaf, *state, &facts);
		assert_int_equal(facts.status, i);
		assert_string_equal(facts.reason, "so it is");
	}
	posh_match(&(struct posh_published){ 0 }, leaf, *state, &facts);
	assert_int_equal(facts.status, POSH_NOT_CHECKED);
}

static void writes_what_it_reads(void **state)
{
	struct bytes ders[] = { vector_leaf(*state), fixture_der(*state, "leaf") };
	struct posh_document document;
	struct err err;
	assert_string_equal(posh_write(ders, 1, 604800, *state),
			    "{\n  \"fingerprints\": [\n    {\n"
			    "      \"sha-256\": \"" S256 "\",\n"
			    "      \"sha-512\": \"" S512 "\"\n"
			    "    }\n  ],\n  \"expires\": 604800\n}\n");
	assert_true(
		posh_parse(text_bytes(posh_write(ders, 2, 1, *state)), *state, &document, &err));
	assert_true(document.count == 2 && document.expires == 1);
	assert_true(posh_lists(&document, ders[0]) && posh_lists(&document, ders[1]));
	assert_false(posh_lists(&document, fixture_der(*state, "stranger")));
}

static void names_the_place_and_the_states(void **state)
{
	enum posh_status status;
	assert_string_equal(posh_url("xn--bcher-kva.example", "xmpp-client", *state),
			    "https://xn--bcher-kva.example/.well-known/posh/xmpp-client.json");
	for (int i = POSH_NOT_CHECKED; i <= POSH_MISMATCH; i++) {
		assert_true(posh_status_parse(posh_status_text((enum posh_status)i), &status));
		assert_int_equal(status, i);
	}
	assert_false(posh_status_parse("matches", &status));
	assert_string_equal(posh_status_text(POSH_NOT_CHECKED), "not-checked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_documents),
		cmocka_unit_test(bounds_what_it_reads),
		cmocka_unit_test(agrees_with_the_vectors),
		cmocka_unit_test(matches_endpoint_by_endpoint),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(names_the_place_and_the_states),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
