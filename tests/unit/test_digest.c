#include "digest_fixture.h"

#include <dirent.h>
#include <stdio.h>

#include "base/file.h"

#define CORPUS "tests/fuzz/corpus/record"

static const char *answer_word(enum seen_answer answer)
{
	static const char *const words[] = { "?", "no", "yes" };
	return words[answer];
}

static const char *proofs_words(unsigned proofs, struct arena *mem)
{
	const char *words = "";
	for (unsigned flag = PROOF_PKIX; flag <= PROOF_PIN; flag <<= 1) {
		if (proofs & flag)
			words = arena_printf(mem, "%s%s%s", words, *words ? "+" : "",
					     proof_text((enum proof)flag));
	}
	return *words ? words : "-";
}

/* What each answer is, in the words of the rows below. */
static const char *endpoint_words(const struct digest_endpoint *at, struct arena *mem)
{
	return arena_printf(mem, "%s up %s, encrypted %s, authenticated %s by %s",
			    at->examined ? status_name(at->status) : "not examined",
			    answer_word(at->up), answer_word(at->encrypted),
			    answer_word(at->authenticated), proofs_words(at->proofs, mem));
}

/* Connections, and what is made of several. */
static const struct walk_row {
	const char *name, *record, *words;
} walk_rows[] = {
	{ "no section", C2S(""), "not examined up ?, encrypted ?, authenticated ? by -" },
	{ "all is well",
	  C2S(SECTION("starttls", "'status':'ok','encrypted':true,'authenticated':true,"
				  "'authenticated_by':['pkix']")),
	  "ok up yes, encrypted yes, authenticated yes by pkix" },
	{ "encrypted only",
	  C2S(SECTION("starttls", "'status':'critical','encrypted':true,"
				  "'authenticated':false")),
	  "critical up yes, encrypted yes, authenticated no by -" },
	{ "nobody is there: neither encrypted nor not",
	  C2S(SECTION("starttls", "'status':'critical','encrypted':false,"
				  "'authenticated':false," FAILURE("tcp", "refused"))),
	  "critical up no, encrypted ?, authenticated ? by -" },
	{ "no IPv6 on this machine: nothing was looked at",
	  C2S(SECTION("starttls", "'status':'unknown','encrypted':false,"
				  "'authenticated':false," FAILURE("tcp", "no-route"))),
	  "unknown up ?, encrypted ?, authenticated ? by -" },
	{ "no TLS",
	  C2S(SECTION("starttls",
		      "'status':'critical','encrypted':false,'authenticated':false," FAILURE(
			      "starttls", "starttls-refused"))),
	  "critical up no, encrypted no, authenticated no by -" },
	{ "the port takes connections and says nothing: as if nobody were there",
	  C2S(SECTION("starttls", "'status':'warning','encrypted':false,"
				  "'authenticated':false," FAILURE("stream", "timed-out"))),
	  "warning up no, encrypted ?, authenticated ? by -" },
	{ "nor inside TLS from the start",
	  C2S(SECTION("starttls", "'status':'warning','encrypted':false,"
				  "'authenticated':false," FAILURE("tls", "timed-out"))),
	  "warning up no, encrypted ?, authenticated ? by -" },
	{ "it speaks XMPP, and falls silent when TLS is due",
	  C2S(SECTION("starttls", "'status':'warning','encrypted':false,'authenticated':false,"
				  "'stream_before':{'opened':true}," FAILURE("tls", "timed-out"))),
	  "warning up no, encrypted no, authenticated no by -" },
	{ "a port of direct TLS that refuses the handshake is down, and nobody talks in clear there",
	  ENDPOINTS(ENDPOINT(
		  "c2s", "direct",
		  SECTION("starttls",
			  "'status':'critical','encrypted':false,'authenticated':false," FAILURE(
				  "tls", "alert-received")))),
	  "critical up no, encrypted ?, authenticated ? by -" },
	{ "with STARTTLS the same is no TLS",
	  C2S(SECTION("starttls",
		      "'status':'critical','encrypted':false,'authenticated':false,"
		      "'stream_before':{'opened':true}," FAILURE("tls", "alert-received"))),
	  "critical up no, encrypted no, authenticated no by -" },
	{ "direct TLS that nothing proves",
	  ENDPOINTS(ENDPOINT("c2s", "direct",
			     SECTION("starttls", "'status':'critical','encrypted':true,"
						 "'authenticated':false"))),
	  "critical up yes, encrypted yes, authenticated no by -" },
	{ "a second tool had more luck",
	  C2S(SECTION("starttls", "'status':'critical','encrypted':false,"
				  "'authenticated':false," FAILURE("stream", "timed-out"))
		      SECTION("ciphers", "'status':'ok','encrypted':true")),
	  "critical up yes, encrypted yes, authenticated ? by -" },
	{ "the status is the worst of all, unknown less than warning",
	  C2S(SECTION("starttls", "'status':'unknown','encrypted':true,"
				  "'authenticated':true,'authenticated_by':['pkix']")
		      SECTION("ciphers", "'status':'warning','encrypted':true")),
	  "warning up yes, encrypted yes, authenticated yes by pkix" },
	{ "dialback authenticates by PKIX and does not say so",
	  C2S(SECTION("dialback", "'status':'ok','encrypted':true,"
				  "'authenticated':true")),
	  "ok up yes, encrypted yes, authenticated yes by pkix" },
	{ "xmpp-certcheck has the last word: DANE besides",
	  C2S(SECTION("starttls", "'status':'ok','encrypted':true,'authenticated':true,"
				  "'authenticated_by':['pkix']")
		      SECTION("certcheck", "'status':'ok','chain':[{}],"
					   "'authenticated':true,"
					   "'authenticated_by':['pkix','dane']")),
	  "ok up yes, encrypted yes, authenticated yes by pkix+dane" },
	{ "xmpp-certcheck has the last word: no proof left",
	  C2S(SECTION("starttls", "'status':'ok','encrypted':true,'authenticated':true,"
				  "'authenticated_by':['pkix']")
		      SECTION("certcheck", "'status':'critical','chain':[{}],"
					   "'authenticated':false")
			      SECTION("dialback", "'status':'ok','encrypted':true,"
						  "'authenticated':true")),
	  "critical up yes, encrypted yes, authenticated no by -" },
	{ "xmpp-certcheck saw no certificate: it says nothing",
	  C2S(SECTION("starttls", "'status':'ok','encrypted':true,'authenticated':true,"
				  "'authenticated_by':['pkix']")
		      SECTION("certcheck", "'status':'critical','encrypted':false,"
					   "'authenticated':false," FAILURE("tcp", "timed-out"))),
	  "critical up yes, encrypted yes, authenticated yes by pkix" },
	{ "a file is no connection",
	  ENDPOINTS("{'service':'c2s','source':'file','file':'a.pem'" SECTION(
		  "certcheck", "'status':'ok','source':'file','chain':[{}],'authenticated':true,"
			       "'authenticated_by':['pkix']") "}"),
	  "ok up ?, encrypted ?, authenticated yes by pkix" },
};

static void endpoints_are_as_their_walks_saw_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(walk_rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(walk_rows[i].record);
		assert_row(walk_rows[i].name, got.digest.endpoint_count == 1);
		assert_row_string(walk_rows[i].name, endpoint_words(got.digest.endpoints, got.mem),
				  walk_rows[i].words);
	}
}

static const char *tls_words(const struct digest_endpoint *at, struct arena *mem)
{
	const char *accepted = "";
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (at->versions[i] != ANSWER_UNKNOWN)
			accepted = arena_printf(mem, "%s %s %s", accepted,
						tls_version_name((enum tls_version)i),
						answer_word(at->versions[i]));
	}
	return arena_printf(mem, "%s %s %s;%s; fs %s pq %s plus %s dane %s required %s dialback %s",
			    tls_version_name(at->version), at->cipher ? at->cipher : "-",
			    at->group ? at->group : "-", accepted, answer_word(at->forward_secrecy),
			    answer_word(at->post_quantum), answer_word(at->plus),
			    answer_word(at->dane), answer_word(at->starttls_required),
			    at->dialback ? at->dialback : "-");
}

#define TLS(version, fs)                                                                           \
	"'tls':{'up':true,'version':'" version "','cipher':'C','group':'G',"                       \
	"'forward_secrecy':" fs "}"
#define BEFORE(required, alone)                                                                    \
	"'features_before':{'starttls':true,'starttls_required':" required                         \
	",'starttls_alone':" alone ",'mechanisms':[]}"
#define AFTER(mechanisms) "'features_after':{'starttls':false,'mechanisms':[" mechanisms "]}"
#define WALK              "'encrypted':true,'authenticated':true,"
#define DANE(status)      SECTION("certcheck", "'dane':{'status':'" status "'}")

static const struct tls_row {
	const char *name, *record, *words;
} tls_rows[] = {
	{ "nothing seen", C2S(""), " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
	{ "one connection tells of no other version",
	  C2S(SECTION("starttls", WALK TLS("TLS1.2", "false"))),
	  "TLS1.2 C G;; fs no pq ? plus ? dane ? required ? dialback -" },
	{ "a handshake that failed negotiated nothing",
	  C2S(SECTION("starttls", "'encrypted':false,'tls':{'up':false,"
				  "'version':'TLS1.0'}")),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
	{ "xmpp-ciphers knows more",
	  C2S(SECTION("starttls", WALK TLS("TLS1.3", "true"))
		      SECTION("ciphers", "'versions':["
					 "{'version':'SSL3.0','offered':'no'},"
					 "{'version':'TLS1.0','offered':'yes'},"
					 "{'version':'TLS1.2','offered':'unclear'}],"
					 "'forward_secrecy':'possible','groups':[]")),
	  "TLS1.3 C G; SSL3.0 no TLS1.0 yes TLS1.3 yes; fs no pq ? plus ? dane ? "
	  "required ? dialback -" },
	{ "a hybrid group",
	  C2S(SECTION("ciphers", "'forward_secrecy':'always','groups':["
				 "{'code':'0x001D','tls12':true,'tls13':true},"
				 "{'code':'0x11EC','tls12':false,'tls13':true,"
				 "'post_quantum':true}]")),
	  " - -;; fs yes pq yes plus ? dane ? required ? dialback -" },
	{ "a whole list without any",
	  C2S(SECTION("ciphers", "'forward_secrecy':'never','groups':["
				 "{'code':'0x001D','tls12':true,'tls13':true}],"
				 "'groups_complete':{'tls13':'yes'}")),
	  " - -;; fs no pq no plus ? dane ? required ? dialback -" },
	{ "a list cut short says nothing of the rest",
	  C2S(SECTION("ciphers", "'groups':[],'groups_complete':{'tls13':'no'}")),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
	{ "STARTTLS required, channel binding",
	  C2S(SECTION("starttls",
		      WALK BEFORE("true", "false") "," AFTER("'PLAIN','SCRAM-SHA-1-PLUS'"))),
	  " - -;; fs ? pq ? plus yes dane ? required yes dialback -" },
	{ "alone is required: RFC 6120, 5.3.1; no channel binding",
	  C2S(SECTION("starttls", WALK BEFORE("false", "true") "," AFTER("'-PLUS'"))),
	  " - -;; fs ? pq ? plus no dane ? required yes dialback -" },
	{ "SASL2 counts, too; STARTTLS optional",
	  C2S(SECTION("starttls", WALK BEFORE("false", "false") ",'features_after':{"
								"'starttls':false,'mechanisms':[],"
								"'sasl2_mechanisms':['A-PLUS']}")),
	  " - -;; fs ? pq ? plus yes dane ? required no dialback -" },
	{ "servers bind no channel; direct TLS has nothing to require",
	  ENDPOINTS(ENDPOINT("s2s", "direct",
			     SECTION("starttls",
				     WALK BEFORE("true", "true") "," AFTER("'EXTERNAL'")))),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
	{ "DANE", C2S(DANE("match")), " - -;; fs ? pq ? plus ? dane yes required ? dialback -" },
	{ "no DANE", C2S(DANE("none")), " - -;; fs ? pq ? plus ? dane no required ? dialback -" },
	{ "the wrong DANE", C2S(DANE("mismatch")),
	  " - -;; fs ? pq ? plus ? dane no required ? dialback -" },
	{ "no answer about DANE", C2S(DANE("failed")),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
	{ "dialback", C2S(SECTION("dialback", "'verdict':'invalid'")),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback invalid" },
	{ "dialback not tried", C2S(SECTION("dialback", "'verdict':'not_tested'")),
	  " - -;; fs ? pq ? plus ? dane ? required ? dialback -" },
};

static void answers_are_no_guesses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tls_rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(tls_rows[i].record);
		assert_row_string(tls_rows[i].name, tls_words(got.digest.endpoints, got.mem),
				  tls_rows[i].words);
	}
}

#define CERT(name, end)                                                                            \
	"'subject':'CN=" name "','issuer':'CN=CA','not_before':'1970-01-01T00:00:01Z',"            \
	"'not_after':'1970-01-01T00:00:" end "Z','key':'EC P-256','bits':256,'sha256':'ab'"
#define CHAIN_OF(links) SECTION("certcheck", "'chain':[" links "]")

static void the_leaf_is_found_in_each_section(void **state)
{
	static const struct row {
		const char *name, *record, *words;
	} rows[] = {
		{ "none", C2S(SECTION("starttls", "'encrypted':false")), "- - - 0 0 0..0 chain 0" },
		{ "of xmpp-starttls",
		  C2S(SECTION("starttls", "'certificate':{" CERT("a", "30") "}")),
		  "CN=a CN=CA EC P-256 256 ab 1..30 chain 0" },
		{ "of xmpp-certcheck, whose chain ends earlier",
		  C2S(CHAIN_OF("{" CERT("a", "30") ",'in_path':true},{" CERT(
			  "i", "20") ",'in_path':true}")),
		  "CN=a CN=CA EC P-256 256 ab 1..30 chain 20" },
		{ "what leads nowhere may end as it likes",
		  C2S(CHAIN_OF("{" CERT("a", "30") ",'in_path':true},{" CERT(
			  "i", "20") ",'in_path':false}")),
		  "CN=a CN=CA EC P-256 256 ab 1..30 chain 30" },
		{ "an anchor counts",
		  C2S(SECTION("certcheck",
			      "'chain':[{" CERT("a", "30") ",'in_path':true}],"
							   "'anchor':{" CERT("root", "25") "}")),
		  "CN=a CN=CA EC P-256 256 ab 1..30 chain 25" },
		{ "xmpp-certcheck before xmpp-starttls",
		  C2S(SECTION("starttls", "'certificate':{" CERT("a", "30") "}")
			      CHAIN_OF("{" CERT("b", "40") ",'in_path':true}")),
		  "CN=b CN=CA EC P-256 256 ab 1..40 chain 40" },
		{ "a PEM nobody can read", C2S(SECTION("ciphers", "'chain_pem':['no PEM']")),
		  "- - - 0 0 0..0 chain 0" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		const struct digest_endpoint *at = got.digest.endpoints;
		const char *words =
			arena_printf(got.mem, "%s %s %s %u %s %lld..%lld chain %lld",
				     at->subject ? at->subject : "-", at->issuer ? at->issuer : "-",
				     at->key ? at->key : "-", at->key_bits,
				     at->sha256 ? at->sha256 : "0", (long long)at->not_before,
				     (long long)at->not_after, (long long)at->chain_not_after);
		assert_row_string(rows[i].name, words, rows[i].words);
	}
}

static const char *finding_words(const struct digest *digest, struct arena *mem)
{
	const char *words = "";
	for (size_t i = 0; i < digest->finding_count; i++) {
		const struct digest_finding *found = &digest->findings[i];
		words = arena_printf(mem, "%s%s%s %s (%s) of %s%s", words, i ? ", " : "",
				     severity_name(found->severity), found->id, found->text,
				     found->section ? found->section : "record",
				     found->at ? " at endpoint" : "");
	}
	return words;
}

#define FOUND(name, list) SECTION(name, "'findings':[" list "]")

static void findings_stand_worst_first_and_once(void **state)
{
	static const struct row {
		const char *name, *record, *words;
	} rows[] = {
		{ "none", C2S(""), "" },
		{ "worst first, else as they came",
		  RECORD(",'findings':[" FINDING("a", "info") "," FINDING("b", "critical") "," FINDING(
			  "c",
			  "info") "],'endpoints':[" ENDPOINT("c2s", "starttls",
							     FOUND("starttls",
								   FINDING("d", "warning"))) "]"),
		  "critical b (text of b) of record, warning d (text of d) of starttls at endpoint, "
		  "info a (text of a) of record, info c (text of c) of record" },
		{ "found by two: the later words",
		  C2S(FOUND("starttls", FINDING_SAYS("a", "warning", "one"))
			      FOUND("certcheck", FINDING_SAYS("a", "warning", "two"))),
		  "warning a (two) of certcheck at endpoint" },
		{ "found by two: the worse words",
		  C2S(FOUND("starttls", FINDING_SAYS("a", "critical", "one"))
			      FOUND("certcheck", FINDING_SAYS("a", "warning", "two"))),
		  "critical a (one) of starttls at endpoint" },
		{ "one tool may say it twice",
		  C2S(FOUND("starttls", FINDING_SAYS("a", "info", "one")) FOUND(
			  "ciphers",
			  FINDING_SAYS("a", "info", "two") "," FINDING_SAYS("a", "info", "three"))),
		  "info a (two) of ciphers at endpoint, info a (three) of ciphers at endpoint" },
		{ "of another endpoint, and of a message",
		  RECORD(",'endpoints':[" ENDPOINT("c2s", "starttls", FOUND("starttls", FINDING("a", "info"))) "," ENDPOINT(
			  "s2s", "starttls",
			  FOUND("certcheck",
				FINDING("a",
					"info"))) "],'sendmsg':{'findings':[" FINDING("a",
										      "info") "]}"),
		  "info a (text of a) of sendmsg, info a (text of a) of starttls at endpoint, "
		  "info a (text of a) of certcheck at endpoint" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		const struct digest *digest = &got.digest;
		size_t weighed = 0;
		for (int j = SEVERITY_NONE; j <= SEVERITY_CRITICAL; j++)
			weighed += digest->weights[j];
		assert_row_string(rows[i].name, finding_words(digest, got.mem), rows[i].words);
		assert_row(rows[i].name, weighed == digest->finding_count);
	}
}

static void a_service_is_as_good_as_its_weakest_endpoint(void **state)
{
	(void)state;
	CLEANUP(digested_free)
	struct digested got = digest_of(ENDPOINTS(ENDPOINT(
		"c2s", "starttls",
		SECTION("starttls", "'status':'ok'," WALK TLS("TLS1.3", "true") ",'certificate':{" CERT("a", "30") "}") SECTION(
			"certcheck",
			"'status':'ok','chain':[{}],'authenticated':true,"
			"'authenticated_by':['pkix','dane']")) "," ENDPOINT("c2s", "direct",
									    SECTION("starttls",
										    "'status':'warning'," WALK
										    "'authenticated_by':['pkix']," TLS("TLS1.2", "false") ",'certificate':{" CERT(
											    "a",
											    "20") "}")) "," ENDPOINT("c2s",
														     "starttls",
														     SECTION("starttls",
															     "'status':'unknown','encrypted':false,'authenticated':false," FAILURE(
																     "tcp",
																     "no-route"))) "," ENDPOINT("c2s",
																				"starttls",
																				"")));
	const struct digest_service *c2s = &got.digest.services[SERVICE_C2S],
				    *s2s = &got.digest.services[SERVICE_S2S];
	assert_true(c2s->seen && c2s->status == STATUS_WARNING);
	assert_int_equal(c2s->up, ANSWER_YES);
	assert_int_equal(c2s->encrypted, ANSWER_YES);
	assert_int_equal(c2s->authenticated, ANSWER_YES);
	assert_int_equal(c2s->proofs, PROOF_PKIX);
	assert_int_equal(c2s->version, TLS_1_2);
	assert_int_equal(c2s->forward_secrecy, ANSWER_NO);
	assert_false(s2s->seen);
	assert_int_equal(s2s->status, STATUS_UNKNOWN);
	assert_int_equal(s2s->encrypted, ANSWER_UNKNOWN);
}

#define DOORS(first, second)                                                                       \
	ENDPOINTS(ENDPOINT("c2s", "starttls", first) "," ENDPOINT("s2s", "starttls", second))
#define ENDS(end) SECTION("starttls", "'certificate':{" CERT("a", end) "}")

static void the_first_certificate_to_end_is_found(void **state)
{
	static const struct row {
		const char *name, *record;
		int place; /* of the endpoint; -1: none */
	} rows[] = {
		{ "none was seen", DOORS("", ""), -1 },
		{ "one was", DOORS("", ENDS("30")), 1 },
		{ "of the other service", DOORS(ENDS("30"), ENDS("20")), 1 },
		{ "the first of equals", DOORS(ENDS("20"), ENDS("20")), 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		const struct digest_endpoint *first = digest_first_to_end(&got.digest);
		assert_row(rows[i].name, rows[i].place < 0
						 ? !first
						 : first == &got.digest.endpoints[rows[i].place]);
	}
}

static void one_door_that_lets_in_in_clear_is_enough(void **state)
{
	static const struct row {
		const char *name, *record;
		enum seen_answer required;
	} rows[] = {
		{ "nobody knows", C2S(""), ANSWER_UNKNOWN },
		{ "no", C2S(SECTION("starttls", WALK BEFORE("false", "false"))), ANSWER_NO },
		{ "direct TLS has nothing to require",
		  ENDPOINTS(ENDPOINT(
			  "c2s", "starttls",
			  SECTION("starttls",
				  WALK BEFORE("true",
					      "true"))) "," ENDPOINT("c2s", "direct",
								     SECTION("starttls",
									     WALK BEFORE(
										     "false",
										     "false")))),
		  ANSWER_YES },
		{ "one of two",
		  ENDPOINTS(ENDPOINT(
			  "c2s", "starttls",
			  SECTION("starttls",
				  WALK BEFORE("false",
					      "false"))) "," ENDPOINT("c2s", "starttls",
								      SECTION("starttls",
									      WALK BEFORE(
										      "true",
										      "true")))),
		  ANSWER_NO },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		assert_row(rows[i].name,
			   got.digest.services[SERVICE_C2S].starttls_required == rows[i].required);
	}
}

/* "TLS1.2, only 1.3 no, encrypting 1 of 2" */
static const char *service_words(const struct digest_service *service, struct arena *mem)
{
	return arena_printf(mem, "%s, only 1.3 %s, encrypted %s at %zu of %zu",
			    service->lowest == TLS_VERSION_NONE ? "-"
								: tls_version_name(service->lowest),
			    answer_word(service->only_tls13), answer_word(service->encrypted),
			    service->encrypting, service->tried);
}

#define VERSION(version, answer) "{'version':'TLS" version "','offered':'" answer "'}"
#define ASKED(versions)          SECTION("ciphers", "'encrypted':true,'versions':[" versions "]")
#define MODERN                   VERSION("1.2", "no") "," VERSION("1.3", "yes")
#define DOOR(transport, section) ENDPOINT("c2s", transport, section)
#define GONE(stage, code)                                                                          \
	SECTION("starttls", "'encrypted':false,'authenticated':false," FAILURE(stage, code))

static void a_service_takes_what_any_endpoint_takes(void **state)
{
	static const struct row {
		const char *name, *record, *words;
	} rows[] = {
		{ "nobody asked for versions", C2S(SECTION("starttls", WALK TLS("TLS1.3", "true"))),
		  "-, only 1.3 ?, encrypted yes at 1 of 1" },
		{ "asked", C2S(ASKED(MODERN)), "TLS1.3, only 1.3 yes, encrypted yes at 1 of 1" },
		{ "an older one is taken, too",
		  C2S(ASKED(VERSION("1.2", "yes") "," VERSION("1.3", "yes"))),
		  "TLS1.2, only 1.3 no, encrypted yes at 1 of 1" },
		{ "no clear answer",
		  C2S(ASKED(VERSION("1.2", "unclear") "," VERSION("1.3", "yes"))),
		  "TLS1.3, only 1.3 ?, encrypted yes at 1 of 1" },
		{ "an endpoint that was not asked negotiated an older one",
		  ENDPOINTS(DOOR("starttls", ASKED(MODERN)) "," DOOR(
			  "starttls", SECTION("starttls", WALK TLS("TLS1.2", "true")))),
		  "TLS1.2, only 1.3 no, encrypted yes at 2 of 2" },
		{ "a port of direct TLS that fails makes no service clear",
		  ENDPOINTS(
			  DOOR("starttls",
			       SECTION("starttls",
				       WALK TLS("TLS1.3",
						"true"))) "," DOOR("direct",
								   GONE("tls", "alert-received"))),
		  "-, only 1.3 ?, encrypted yes at 1 of 2" },
		{ "one that this machine cannot reach was not tried",
		  ENDPOINTS(DOOR("starttls",
				 SECTION("starttls",
					 WALK TLS("TLS1.3", "true"))) "," DOOR("starttls",
									       GONE("tcp",
										    "no-route"))),
		  "-, only 1.3 ?, encrypted yes at 1 of 1" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		assert_row_string(rows[i].name,
				  service_words(&got.digest.services[SERVICE_C2S], got.mem),
				  rows[i].words);
	}
}

static void dnssec_is_as_good_as_its_weakest_answer(void **state)
{
#define SRV_LOOKUP(word) "{'name':'n','type':'SRV','outcome':'found','dnssec':'" word "'}"
#define DNS(lookups)     RECORD(",'dns':{'srv':[],'lookups':[" lookups "]}")
	static const struct row {
		const char *name, *record;
		enum dnssec dnssec;
	} rows[] = {
		{ "not asked", RECORD(""), DNSSEC_UNKNOWN },
		{ "secure", DNS(SRV_LOOKUP("secure") "," SRV_LOOKUP("secure")), DNSSEC_SECURE },
		{ "partly known", DNS(SRV_LOOKUP("secure") "," SRV_LOOKUP("unknown")),
		  DNSSEC_UNKNOWN },
		{ "insecure", DNS(SRV_LOOKUP("unknown") "," SRV_LOOKUP("insecure")),
		  DNSSEC_INSECURE },
		{ "bogus", DNS(SRV_LOOKUP("bogus") "," SRV_LOOKUP("secure")), DNSSEC_BOGUS },
		{ "addresses do not count",
		  DNS(SRV_LOOKUP("secure") ",{'name':'n','type':'A','outcome':'found',"
					   "'dnssec':'insecure'}"),
		  DNSSEC_SECURE },
		{ "answers without questions",
		  RECORD(",'dns':{'srv':[{'name':'n','priority':0,'weight':0,'target':'t',"
			 "'port':1,'dnssec':'secure'}]}"),
		  DNSSEC_SECURE },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		assert_row(rows[i].name, got.digest.dnssec == rows[i].dnssec);
	}
}

/* Times, promises, and records of other kinds. */
static void the_rest_of_a_record_is_read(void **state)
{
	(void)state;
	CLEANUP(digested_free)
	struct digested got = digest_of(
		RECORD(",'unicode':'i','manifesto':[{'id':'SW-1','service':'s2s','result':'broken',"
		       "'text':'t','reason':'r'}],'endpoints':[" ENDPOINT(
			       "c2s", "starttls",
			       ",'starttls':{'time':'1970-01-01T00:00:09Z'},"
			       "'ciphers':{'time':'1970-01-01T00:00:08Z'}") "]"));
	CLEANUP(digested_free)
	struct digested line = digest_of("{'schema':1,'input':'a b','status':'unknown'}");
	CLEANUP(digested_free)
	struct digested nameless = digest_of("{'schema':1,'input':'','status':'warning',"
					     "'served':{'time':'1970-01-01T00:00:07Z'}}");
	assert_string_equal(digest_name(&got.digest), "im.example");
	assert_string_equal(got.digest.unicode, "i");
	assert_int_equal(got.digest.status, STATUS_WARNING);
	assert_int_equal(got.digest.time, 9);
	/* Of clients the facts tell. */
	assert_int_equal(got.digest.promise_count, 11 + 1);
	assert_int_equal(got.digest.promises[1].result, PROMISE_BROKEN);
	assert_int_equal(got.digest.promises[1].service, SERVICE_S2S);
	assert_string_equal(got.digest.promises[1].reason, "r");
	assert_string_equal(digest_name(&line.digest), "a b");
	assert_null(line.digest.domain);
	assert_string_equal(digest_name(&nameless.digest), "(no name)");
	assert_int_equal(nameless.digest.time, 7);
}

static void a_wrong_type_is_named(void **state)
{
	static const struct row {
		const char *record, *words;
	} rows[] = {
		{ C2S(",'starttls':5"), "endpoints[0].starttls: not an object" },
		{ C2S(",'starttls':{'status':'fine'}"),
		  "endpoints[0].starttls.status: not a status" },
		{ C2S(",'starttls':{'encrypted':1}"),
		  "endpoints[0].starttls.encrypted: neither true nor false" },
		{ C2S(",'starttls':{'tls':{'version':'TLS9'}}"),
		  "endpoints[0].starttls.tls.version: not a TLS version" },
		{ C2S(",'starttls':{'authenticated_by':['magic']}"),
		  "endpoints[0].starttls.authenticated_by: not a proof we know" },
		{ C2S(",'starttls':{'certificate':{'not_after':'tomorrow'}}"),
		  "endpoints[0].starttls.certificate.not_after: not a time like "
		  "2026-11-22T15:04:05Z" },
		{ C2S(",'certcheck':{'dane':{'status':'?'}}"),
		  "endpoints[0].certcheck.dane.status: not a status of DANE" },
		{ C2S(",'certcheck':{'chain':[1]}"),
		  "endpoints[0].certcheck.chain[0]: not an object" },
		{ C2S(",'certcheck':{'chain':[{'in_path':1}]}"),
		  "endpoints[0].certcheck.chain[0].in_path: neither true nor false" },
		{ C2S(",'ciphers':{'versions':[{'version':'TLS1.0'}]}"),
		  "endpoints[0].ciphers.versions[0].offered: missing" },
		{ C2S(",'ciphers':{'forward_secrecy':'some'}"),
		  "endpoints[0].ciphers.forward_secrecy: not a word about forward secrecy" },
		{ C2S(",'ciphers':{'groups':[{'post_quantum':1}]}"),
		  "endpoints[0].ciphers.groups[0].post_quantum: neither true nor false" },
		{ C2S(",'ciphers':{'chain_pem':[1]}"),
		  "endpoints[0].ciphers.chain_pem: holds something that is no string" },
		{ C2S(",'dialback':{'verdict':'perhaps'}"),
		  "endpoints[0].dialback.verdict: not a verdict" },
		{ C2S(",'dialback':{'findings':[{'id':'a'}]}"),
		  "endpoints[0].dialback.findings[0].severity: missing" },
		{ RECORD(",'findings':[{'id':'a','severity':'bad','text':'t'}]"),
		  "findings[0].severity: not a severity" },
		{ RECORD(",'manifesto':[{'id':'SW-1','service':'c2s','result':'x','text':'t'}]"),
		  "manifesto[0].result: not a result" },
		{ RECORD(",'dns':{'lookups':[{'type':'SRV','dnssec':1}]}"),
		  "dns.lookups[0].dnssec: not a word about DNSSEC" },
		{ RECORD(",'sendmsg':{'time':1}"), "sendmsg.time: not a time like "
						   "2026-11-22T15:04:05Z" },
		{ RECORD(",'unicode':1"), "unicode: not a string" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got;
		struct err err = { 0 };
		assert_row(rows[i].record, !digest_line(rows[i].record, &got, &err));
		assert_row_string(rows[i].record, err.text, rows[i].words);
	}
}

/* What the tools write themselves, each in every state its own tests know. */
static void records_of_each_tool_are_read(void **state)
{
	(void)state;
	DIR *folder = opendir(CORPUS);
	assert_non_null(folder);
	size_t count = 0, examined = 0, named = 0;
	for (struct dirent *file; (file = readdir(folder));) {
		CLEANUP(digested_free) struct digested got = { .mem = arena_new() };
		struct bytes text;
		struct err err;
		const char *path = arena_printf(got.mem, "%s/%s", CORPUS, file->d_name);
		if (file->d_name[0] == '.')
			continue;
		assert_row(path, file_read(path, RECORD_MAX, got.mem, &text));
		assert_row(path,
			   reread_line((const char *)text.data, text.size, &got.record, &err));
		assert_row(path, digest_read(got.record, got.mem, &got.digest, &err));
		count++;
		for (size_t i = 0; i < got.digest.endpoint_count; i++) {
			examined += got.digest.endpoints[i].examined;
			named += got.digest.endpoints[i].subject != NULL;
		}
	}
	closedir(folder);
	assert_true(count > 30 && examined > 30 && named > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_as_their_walks_saw_them),
		cmocka_unit_test(answers_are_no_guesses),
		cmocka_unit_test(the_leaf_is_found_in_each_section),
		cmocka_unit_test(findings_stand_worst_first_and_once),
		cmocka_unit_test(a_service_is_as_good_as_its_weakest_endpoint),
		cmocka_unit_test(the_first_certificate_to_end_is_found),
		cmocka_unit_test(one_door_that_lets_in_in_clear_is_enough),
		cmocka_unit_test(a_service_takes_what_any_endpoint_takes),
		cmocka_unit_test(dnssec_is_as_good_as_its_weakest_answer),
		cmocka_unit_test(the_rest_of_a_record_is_read),
		cmocka_unit_test(a_wrong_type_is_named),
		cmocka_unit_test(records_of_each_tool_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
