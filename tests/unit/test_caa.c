#include "unit.h"

#include "tls/caa.h"

#define LE     "CN=R11,O=Let's Encrypt,C=US"
#define LIMIT  8 /* records of one name in a row */
#define CANNOT "; whether that is CN=CA,O=Example Trust nobody can tell from the names"

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

/* One name's records: "issue ca.example|128 issuewild ;"; "-": none, "!": no answer. */
static struct dns_answer answer_of(struct arena *mem, const char *name, const char *text)
{
	struct dns_answer answer = { .name = name, .type = DNS_CAA, .outcome = DNS_FOUND };
	struct dns_record *records = arena_array(mem, LIMIT, sizeof(*records));
	if (strcmp(text, "-") == 0 || strcmp(text, "!") == 0) {
		answer.outcome = *text == '-' ? DNS_NO_DATA : DNS_SERVER_FAILED;
		return answer;
	}
	char *copy = arena_copy(mem, text), *save = NULL;
	for (char *at = strtok_r(copy, "|", &save); at; at = strtok_r(NULL, "|", &save)) {
		struct dns_caa *caa = &records[answer.count++].caa;
		if (strncmp(at, "128 ", 4) == 0) {
			caa->flags = 128;
			at += 4;
		}
		char *value = strchr(at, ' ');
		assert_true(value && answer.count <= LIMIT);
		caa->tag = arena_copy_n(mem, at, (size_t)(value - at));
		caa->value = arena_bytes(mem, value + 1, strlen(value + 1));
	}
	answer.records = records;
	return answer;
}

/* CRT-64; RFC 8659. Of im.example.org, example.org and org. */
static const struct row {
	const char *name, *answers[3], *issuer;
	bool wildcard;
	enum caa_status status;
	const char *owner, *reason;
} rows[] = {
	{ "no records", { "-", "-", "-" }, LE, false, CAA_NONE, NULL, NULL },
	{ "names the issuer",
	  { "issue letsencrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "the climb",
	  { "-", "issue letsencrypt.org", "issue ;" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "example.org",
	  "example.org names the authority that issued" },
	{ "the first name with records counts, and no other",
	  { "iodef mailto:a@example.org", "issue ;", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "the records of im.example.org let every authority issue" },
	{ "another authority",
	  { "-", "issue digicert.com|issue sectigo.com", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "example.org",
	  "example.org lets digicert.com, sectigo.com issue, and the issuer is " LE },
	{ "nobody",
	  { "issue ;", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "nobody, written another way",
	  { "issue  ; policy=ev", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "nobody beside somebody takes nothing away",
	  { "issue ;|issue letsencrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "capitals and blanks",
	  { "issue  \tLetsEncrypt.ORG ", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "no domain name is nobody (section 4.2)",
	  { "issue lets_encrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "a hyphen at the edge of a label is nobody",
	  { "issue -letsencrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "a parameter that is none is nobody",
	  { "issue letsencrypt.org; dns-01", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "blanks in a parameter",
	  { "issue letsencrypt.org; a b=c", "-", "-" },
	  LE,
	  false,
	  CAA_FORBIDS,
	  "im.example.org",
	  "im.example.org lets nobody issue, and the issuer is " LE },
	{ "parameters",
	  { "issue letsencrypt.org; validationmethods = dns-01 ;", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "an account",
	  { "issue letsencrypt.org;accounturi=https://acme.example/1;validationmethods=dns-01", "-",
	    "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued, for one account of it" },
	{ "an account, and none",
	  { "issue letsencrypt.org;accounturi=https://acme.example/1|issue letsencrypt.org", "-",
	    "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "another's account",
	  { "issue digicert.com;accounturi=https://acme.example/1|issue letsencrypt.org", "-",
	    "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "issuewild says nothing of other names",
	  { "issuewild ;", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "the records of im.example.org let every authority issue" },
	{ "issuewild before issue",
	  { "-", "issue letsencrypt.org|issuewild digicert.com", "-" },
	  LE,
	  true,
	  CAA_FORBIDS,
	  "example.org",
	  "example.org lets letsencrypt.org, digicert.com issue wildcards, and the issuer is " LE },
	{ "issuewild allows what issue does not",
	  { "-", "issue ;|issuewild letsencrypt.org", "-" },
	  LE,
	  true,
	  CAA_ALLOWS,
	  "example.org",
	  "example.org names the authority that issued" },
	{ "issue stands in for issuewild",
	  { "-", "issue letsencrypt.org", "-" },
	  LE,
	  true,
	  CAA_ALLOWS,
	  "example.org",
	  "example.org names the authority that issued" },
	{ "a wildcard's climb begins where it stands",
	  { "issue ;", "-", "issue letsencrypt.org" },
	  LE,
	  true,
	  CAA_ALLOWS,
	  "org",
	  "org names the authority that issued" },
	{ "a critical tag that nobody knows",
	  { "128 tbs x|issue letsencrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_UNCLEAR,
	  "im.example.org",
	  "im.example.org has the critical tag tbs: only an authority that knows it may issue" },
	{ "a critical tag that everybody knows",
	  { "128 issue letsencrypt.org|128 iodef mailto:a@example.org", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "a tag that nobody knows",
	  { "tbs x|issue letsencrypt.org", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "mail is no concern of TLS",
	  { "issuemail ;", "-", "-" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "the records of im.example.org let every authority issue" },
	{ "an authority by its own name",
	  { "issue ca.example-trust.example", "-", "-" },
	  "CN=CA,O=Example Trust",
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
	{ "an authority nobody knows",
	  { "issue pki.elsewhere.example", "-", "-" },
	  "CN=CA,O=Example Trust",
	  false,
	  CAA_UNCLEAR,
	  "im.example.org",
	  "im.example.org names pki.elsewhere.example" CANNOT },
	{ "a short label proves nothing",
	  { "issue ca.ust.example", "-", "-" },
	  "CN=CA,O=Example Trust",
	  false,
	  CAA_UNCLEAR,
	  "im.example.org",
	  "im.example.org names ca.ust.example" CANNOT },
	{ "no answer",
	  { "-", "!", "issue ;" },
	  LE,
	  false,
	  CAA_FAILED,
	  NULL,
	  "the CAA records of example.org could not be had: server-failed" },
	{ "no answer, but behind the records",
	  { "issue letsencrypt.org", "!", "!" },
	  LE,
	  false,
	  CAA_ALLOWS,
	  "im.example.org",
	  "im.example.org names the authority that issued" },
};

static void judges_the_climb(void **state)
{
	static const char *const names[] = { "im.example.org", "example.org", "org" };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_facts leaf = { .issuer = row->issuer };
		struct dns_answer answers[3];
		struct caa_facts facts;
		for (size_t j = 0; j < 3; j++)
			answers[j] = answer_of(*state, names[j], row->answers[j]);
		caa_judge(answers, 3, &leaf, row->wildcard, *state, &facts);
		assert_row_string(row->name, caa_status_text(facts.status),
				  caa_status_text(row->status));
		assert_row_string(row->name, facts.owner, row->owner);
		assert_row_string(row->name, facts.reason, row->reason);
		bool told = facts.reason && strstr(facts.reason, ", for one account of it");
		assert_row(row->name, facts.account_bound == told);
	}
}

static void lists_whom_the_records_name(void **state)
{
	struct cert_facts leaf = { .issuer = LE };
	struct dns_answer answer = answer_of(
		*state, "example.org", "issue PKI.goog|iodef x|issuewild ;|issue a_b.example");
	struct caa_facts facts;
	caa_judge(&answer, 1, &leaf, false, *state, &facts);
	assert_int_equal(facts.count, 3);
	assert_string_equal(facts.issuers[0], "pki.goog");
	assert_string_equal(facts.issuers[1], "");
	assert_string_equal(facts.issuers[2], "");
	caa_judge(NULL, 0, &leaf, false, *state, &facts);
	assert_int_equal(facts.status, CAA_NOT_CHECKED);
}

/* As the issuers of today's certificates write themselves. */
static const struct known {
	const char *domain, *issuer;
	enum caa_status status;
} known[] = {
	{ "letsencrypt.org", "CN=E7,O=Let's Encrypt,C=US", CAA_ALLOWS },
	{ "letsencrypt.org", "CN=ISRG Root X1,O=Internet Security Research Group,C=US",
	  CAA_ALLOWS },
	{ "pki.goog", "CN=WR3,O=Google Trust Services,C=US", CAA_ALLOWS },
	{ "sectigo.com", "CN=ZeroSSL ECC Domain Secure Site CA,O=ZeroSSL,C=AT", CAA_ALLOWS },
	{ "comodoca.com", "CN=Sectigo RSA Domain Validation Secure Server CA,O=Sectigo Limited",
	  CAA_ALLOWS },
	{ "digicert.com", "CN=RapidSSL TLS RSA CA G1,OU=www.digicert.com,O=DigiCert Inc,C=US",
	  CAA_ALLOWS },
	{ "digicert.com", "CN=Thawte TLS RSA CA G1,O=DigiCert Inc,C=US", CAA_ALLOWS },
	{ "globalsign.com", "CN=AlphaSSL CA - SHA256 - G4,O=GlobalSign nv-sa,C=BE", CAA_ALLOWS },
	{ "amazon.com", "CN=Amazon RSA 2048 M02,O=Amazon,C=US", CAA_ALLOWS },
	{ "godaddy.com", "CN=Go Daddy Secure Certificate Authority - G2,O=GoDaddy.com\\, Inc.",
	  CAA_ALLOWS },
	{ "buypass.com", "CN=Buypass Class 2 CA 5,O=Buypass AS-983163327,C=NO", CAA_ALLOWS },
	{ "harica.gr", "CN=GEANT TLS RSA 1,O=Hellenic Academic and Research Institutions CA,C=GR",
	  CAA_ALLOWS },
	{ "certum.pl", "CN=Certum Domain Validation CA SHA2,O=Unizeto Technologies S.A.,C=PL",
	  CAA_ALLOWS },
	{ "d-trust.net", "CN=D-TRUST SSL Class 3 CA 1 2009,O=D-Trust GmbH,C=DE", CAA_ALLOWS },
	{ "letsencrypt.org", "CN=WR3,O=Google Trust Services,C=US", CAA_FORBIDS },
	{ "pki.goog", "CN=Amazon RSA 2048 M02,O=Amazon,C=US", CAA_FORBIDS },
	{ "letsencrypt.org", "CN=our own CA", CAA_FORBIDS },
	{ "letsencrypt.org", "", CAA_FORBIDS },
	{ "unknown.example", "", CAA_UNCLEAR },
};

static void knows_the_authorities(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct cert_facts leaf = { .issuer = known[i].issuer };
		const char *record = arena_printf(*state, "issue %s", known[i].domain);
		struct dns_answer answer = answer_of(*state, "example.org", record);
		struct caa_facts facts;
		caa_judge(&answer, 1, &leaf, false, *state, &facts);
		assert_row_string(arena_printf(*state, "%s, %s", record, known[i].issuer),
				  caa_status_text(facts.status), caa_status_text(known[i].status));
	}
}

static void takes_any_octets(void **state)
{
	struct cert_facts leaf = { .issuer = LE };
	uint8_t octets[300];
	struct dns_record record = { .caa = { 0, "issue", { octets, 0 } } };
	struct dns_answer answer = { "example.org", DNS_CAA, DNS_FOUND, DNSSEC_UNKNOWN,
				     NULL,          &record, 1,         0 };
	struct caa_facts facts;
	for (unsigned seed = 0; seed < 20000; seed++) {
		unsigned state_of = seed * 2654435761u;
		record.caa.value.size = seed % sizeof(octets);
		for (size_t i = 0; i < record.caa.value.size; i++) {
			state_of = state_of * 1664525u + 1013904223u;
			octets[i] = (uint8_t) "a;=- .\0\xff"[state_of >> 29];
		}
		caa_judge(&answer, 1, &leaf, false, *state, &facts);
		assert_true(facts.status == CAA_FORBIDS || facts.status == CAA_UNCLEAR);
		assert_true(strlen(facts.issuers[0]) <= 253);
	}
}

static void asks_up_to_the_top(void **state)
{
	struct dns_question questions[4];
	(void)state;
	assert_int_equal(caa_questions("im.example.org", questions, 4), 3);
	assert_string_equal(questions[0].name, "im.example.org");
	assert_string_equal(questions[2].name, "org");
	assert_int_equal(questions[1].type, DNS_CAA);
	assert_int_equal(caa_questions("a.b.c.d.e.f", questions, 4), 4);
	assert_string_equal(questions[3].name, "d.e.f");
	assert_int_equal(caa_questions("localhost", questions, 4), 1);
	assert_int_equal(caa_questions("", questions, 4), 0);
	assert_int_equal(caa_questions("im.example.org", questions, 0), 0);
}

static void names_every_status(void **state)
{
	enum caa_status back;
	(void)state;
	for (enum caa_status status = CAA_NOT_CHECKED; status <= CAA_FAILED; status++) {
		assert_true(caa_status_parse(caa_status_text(status), &back));
		assert_int_equal(back, status);
	}
	assert_false(caa_status_parse("perhaps", &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_the_climb),
		cmocka_unit_test(lists_whom_the_records_name),
		cmocka_unit_test(knows_the_authorities),
		cmocka_unit_test(takes_any_octets),
		cmocka_unit_test(asks_up_to_the_top),
		cmocka_unit_test(names_every_status),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
