#include "unit.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <jansson.h>
#include <stdio.h>

#include "base/deadline.h"
#include "fixture.h"
#include "tls/dane.h"
#include "tls/der.h"

#define JULY_26 FIXTURE_JULY_26
#define JAN_27  1798761600 /* notAfter of the leaves, 2027-01-01 */
#define OWNER   "_5222._tcp.xmpp.example"
#define HOST    "xmpp.example"

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

/* --- TLSA records of a certificate, made by other means than the tree's --- */

static struct bytes key_of(struct bytes der, struct arena *mem)
{
	gnutls_datum_t in = { (unsigned char *)(uintptr_t)der.data, (unsigned)der.size }, out;
	gnutls_x509_crt_t crt;
	gnutls_pubkey_t key;
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_DER), 0);
	assert_int_equal(gnutls_pubkey_init(&key), 0);
	assert_int_equal(gnutls_pubkey_import_x509(key, crt, 0), 0);
	assert_int_equal(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &out), 0);
	struct bytes made = arena_bytes(mem, out.data, out.size);
	gnutls_free(out.data);
	gnutls_pubkey_deinit(key);
	gnutls_x509_crt_deinit(crt);
	return made;
}

static struct bytes association(struct bytes der, unsigned selector, unsigned matching,
				struct arena *mem)
{
	struct bytes data = selector == 1 ? key_of(der, mem) : der;
	if (matching == 0)
		return data;
	uint8_t digest[64];
	bool sha256 = matching == 1;
	gnutls_hash_fast(sha256 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA512, data.data, data.size,
			 digest);
	return arena_bytes(mem, digest, sha256 ? 32 : 64);
}

static struct bytes unhex(const char *hex, struct arena *mem)
{
	size_t size = strlen(hex) / 2;
	uint8_t *data = arena_alloc(mem, size + 1);
	for (size_t i = 0; i < size; i++) {
		unsigned octet;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		data[i] = (uint8_t)octet;
	}
	return (struct bytes){ data, size };
}

/* "3 1 1 leaf" or "3 1 1 =0123": of a fixture, or the octets themselves. */
static struct dns_tlsa read_record(const char *text, struct arena *mem)
{
	unsigned usage, selector, matching;
	int at = 0;
	assert_int_equal(sscanf(text, "%u %u %u %n", &usage, &selector, &matching, &at), 3);
	struct dns_tlsa tlsa = { (uint8_t)usage, (uint8_t)selector, (uint8_t)matching, { 0 } };
	if (text[at] == '=')
		tlsa.data = unhex(text + at + 1, mem);
	else
		tlsa.data = association(fixture_der(mem, text + at), selector, matching, mem);
	return tlsa;
}

/* Records separated by commas. */
static struct tlsa_lookup secure_lookup(const char *text, struct arena *mem)
{
	struct dns_record *records = arena_array(mem, DNS_RECORDS_MAX, sizeof(*records));
	struct tlsa_lookup lookup = {
		.asked = true,
		.base = HOST,
		.srv = DNSSEC_SECURE,
		.address = DNSSEC_SECURE,
		.answer = { .name = OWNER,
			    .type = DNS_TLSA,
			    .outcome = DNS_FOUND,
			    .dnssec = DNSSEC_SECURE,
			    .records = records },
	};
	char *list = arena_copy(mem, text), *save = NULL;
	for (char *one = strtok_r(list, ",", &save); one; one = strtok_r(NULL, ",", &save))
		records[lookup.answer.count++].tlsa = read_record(one, mem);
	return lookup;
}

static size_t read_chain(const char *names, struct arena *mem, struct cert_facts *out)
{
	struct bytes ders[8];
	struct err err;
	size_t count = fixture_ders(mem, names, ders, ARRAY_SIZE(ders));
	for (size_t i = 0; i < count; i++)
		assert_int_equal(cert_read(ders[i], mem, &out[i], &err), ders[i].size > 7);
	return count;
}

/* "match:0 differs:-1" */
static const char *verdicts_text(const struct dane_facts *facts, struct arena *mem)
{
	const char *text = "";
	for (size_t i = 0; i < facts->count; i++)
		text = arena_printf(mem, "%s%s%s:%d", text, i > 0 ? " " : "",
				    dane_verdict_text(facts->records[i].verdict),
				    facts->records[i].cert);
	return text;
}

#define SHA256_0 "0000000000000000000000000000000000000000000000000000000000000000"
#define LEAF     "leaf intermediate"
#define WHOLE    "leaf intermediate root"

static const struct row {
	const char *name, *tlsa, *chain;
	const char *anchors; /* NULL: stranger, whom nobody of the chain knows */
	const char *domain;  /* NULL: im.example, whom the leaf names */
	int64_t at;          /* 0: JULY_26 */
	enum dane_status status;
	const char *verdicts;
	const char *reason;      /* of the first record, in part; NULL: any */
	const char *combination; /* that nothing matches */
	bool ta_missing;
} rows[] = {
	/* CRT-43, usage 3 */
	{ "DANE-EE, certificate", "3 0 1 leaf", LEAF, .status = DANE_MATCH, .verdicts = "match:0",
	  .reason = "is the server's certificate" },
	{ "DANE-EE, key", "3 1 1 leaf", LEAF, .status = DANE_MATCH, .verdicts = "match:0",
	  .reason = "is the server's key" },
	{ "DANE-EE, whole certificate", "3 0 0 leaf", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:0" },
	{ "DANE-EE, whole key", "3 1 0 leaf", LEAF, .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE, SHA-512", "3 0 2 leaf", LEAF, .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE, SHA-512 of the key", "3 1 2 leaf", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:0" },
	{ "DANE-EE, the key of an Ed25519 certificate", "3 1 1 ed25519", "ed25519",
	  .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE, the key of an RSA-PSS certificate", "3 1 2 rsa-pss", "rsa-pss",
	  .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE ignores path and name", "3 1 1 self-signed", "self-signed",
	  .domain = "other.example", .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE ignores dates", "3 1 1 leaf", LEAF, .at = JAN_27 + 1, .status = DANE_MATCH,
	  .verdicts = "match:0" },
	{ "DANE-EE ignores what the certificate is for", "3 1 1 leaf-client-only",
	  "leaf-client-only", .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE, a renewed certificate with the old key", "3 1 1 leaf", "leaf-renewed",
	  .status = DANE_MATCH, .verdicts = "match:0" },
	{ "DANE-EE, a renewed certificate under the old one's digest", "3 0 1 leaf",
	  "leaf-renewed intermediate", .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "the server's certificate is another one" },
	{ "DANE-EE, another key", "3 1 1 p384", LEAF, .status = DANE_MISMATCH,
	  .verdicts = "differs:-1", .reason = "the server's key is another one" },
	{ "DANE-EE does not bind an issuer", "3 1 1 intermediate", LEAF, .status = DANE_MISMATCH,
	  .verdicts = "differs:1", .reason = "matches certificate 2 of the chain" },
	{ "DANE-EE, a leaf that cannot be read", "3 1 1 leaf", "garbage", .status = DANE_MISMATCH,
	  .verdicts = "differs:-1", .reason = "cannot be read" },
	/* usage 2 */
	{ "DANE-TA, a root that was sent", "2 0 1 root", WHOLE, .status = DANE_MATCH,
	  .verdicts = "match:2", .reason = "is the trust anchor CN=Test Root" },
	{ "DANE-TA, the root's key", "2 1 1 root", WHOLE, .status = DANE_MATCH,
	  .verdicts = "match:2" },
	{ "DANE-TA, an intermediate", "2 1 1 intermediate", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:1" },
	{ "DANE-TA, the key of a cross-signed intermediate", "2 1 1 intermediate",
	  "leaf intermediate-cross", .status = DANE_MATCH, .verdicts = "match:1" },
	{ "DANE-TA, the second holder of the key does", "2 1 1 intermediate",
	  "leaf intermediate-expired intermediate", .status = DANE_MATCH, .verdicts = "match:2" },
	{ "DANE-TA, the anchor has expired", "2 0 1 intermediate-expired",
	  "leaf intermediate-expired", .status = DANE_MISMATCH, .verdicts = "differs:1",
	  .reason = "expired on 2026-03-01" },
	{ "DANE-TA, the leaf has expired", "2 0 1 root", WHOLE, .at = JAN_27 + 1,
	  .status = DANE_MISMATCH, .verdicts = "differs:2",
	  .reason = "but the certificate expired on 2027-01-01" },
	{ "DANE-TA, out of order", "2 0 1 root", "leaf root intermediate", .status = DANE_MATCH,
	  .verdicts = "match:1" },
	{ "DANE-TA, the anchor of a name that is not asked for", "2 0 1 root", WHOLE,
	  .domain = "other.example", .status = DANE_MISMATCH, .verdicts = "differs:2",
	  .reason = "names neither other.example nor xmpp.example" },
	{ "DANE-TA, a certificate for clients", "2 0 1 root", "leaf-client-only intermediate root",
	  .status = DANE_MISMATCH, .verdicts = "differs:2", .reason = "for TLS clients only" },
	{ "DANE-TA, an issuer of the name with another key", "2 0 1 intermediate-other-key",
	  "leaf intermediate-other-key", .status = DANE_MISMATCH, .verdicts = "differs:1",
	  .reason = "signature" },
	{ "DANE-TA, the anchor's constraints hold", "2 0 1 intermediate-constrained",
	  "leaf intermediate-constrained", .status = DANE_MISMATCH, .verdicts = "differs:1" },
	{ "DANE-TA, an anchor that issued nothing here", "2 0 1 stranger",
	  "leaf intermediate stranger", .status = DANE_MISMATCH, .verdicts = "differs:2" },
	{ "DANE-TA does not bind the leaf", "2 1 1 self-signed", "self-signed",
	  .status = DANE_MISMATCH, .verdicts = "differs:0",
	  .reason = "matches the server's own certificate, which usage 2 does not bind" },
	{ "DANE-TA does not bind the leaf sent twice", "2 0 1 self-signed",
	  "self-signed self-signed", .status = DANE_MISMATCH, .verdicts = "differs:0" },
	/* CRT-47 */
	{ "DANE-TA, the root was not sent", "2 0 1 root", LEAF, .status = DANE_MISMATCH,
	  .verdicts = "differs:-1", .reason = "none of the issuers' certificates",
	  .ta_missing = true },
	{ "DANE-TA, the root was not sent, and is known here", "2 1 1 root", LEAF, "root",
	  .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "is a trust anchor of the chain, but the server does not send it",
	  .ta_missing = true },
	{ "DANE-TA, a whole certificate need not be sent", "2 0 0 root", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:-1" },
	{ "DANE-TA, a whole certificate, sent all the same", "2 0 0 root", WHOLE,
	  .status = DANE_MATCH, .verdicts = "match:2" },
	{ "DANE-TA, a whole certificate that issued the leaf", "2 0 0 intermediate", "leaf",
	  .status = DANE_MATCH, .verdicts = "match:-1" },
	{ "DANE-TA, a whole certificate and a gap before it", "2 0 0 root", "leaf",
	  .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "which issued none of the certificates" },
	{ "DANE-TA, a whole certificate of the name with another key",
	  "2 0 0 intermediate-other-key", "leaf", .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "signature" },
	{ "DANE-TA, a whole certificate of a stranger", "2 0 0 stranger", LEAF,
	  .status = DANE_MISMATCH, .verdicts = "differs:-1" },
	{ "DANE-TA, a bare key that signed the topmost certificate", "2 1 0 root", LEAF,
	  .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "is a trust anchor of the chain, but the server does not send it",
	  .ta_missing = true },
	{ "DANE-TA, a bare key that signed nothing", "2 1 0 stranger", LEAF,
	  .status = DANE_MISMATCH, .verdicts = "differs:-1",
	  .reason = "none of the issuers' certificates", .ta_missing = true },
	{ "DANE-TA, a bare key in the chain", "2 1 0 root", WHOLE, .status = DANE_MATCH,
	  .verdicts = "match:2" },
	{ "DANE-TA, one anchor sent, the one above it not", "2 1 1 intermediate,2 1 0 root", LEAF,
	  .status = DANE_MATCH, .verdicts = "match:1 differs:-1", .combination = "2 1 0",
	  .ta_missing = true },
	{ "DANE-TA, one anchor sent, another that may be the next", "2 1 1 intermediate,2 1 1 p384",
	  LEAF, .status = DANE_MATCH, .verdicts = "match:1 differs:-1" },
	/* usage 1 */
	{ "PKIX-EE, trusted", "1 1 1 leaf", LEAF, "root", .status = DANE_MATCH,
	  .verdicts = "match:0", .reason = "is the server's key" },
	{ "PKIX-EE, not trusted", "1 1 1 leaf", LEAF, .status = DANE_MISMATCH,
	  .verdicts = "differs:0",
	  .reason = "is the server's key, but the chain ends at an issuer" },
	{ "PKIX-EE, expired", "1 1 1 leaf", LEAF, "root", .at = JAN_27 + 1, .status = DANE_MISMATCH,
	  .verdicts = "differs:0", .reason = "expired" },
	{ "PKIX-EE, another name", "1 1 1 leaf", LEAF, "root", "other.example",
	  .status = DANE_MISMATCH, .verdicts = "differs:0", .reason = "names neither" },
	{ "PKIX-EE, another key", "1 1 1 p384", LEAF, "root", .status = DANE_MISMATCH,
	  .verdicts = "differs:-1", .reason = "another" },
	{ "PKIX-EE does not bind an issuer", "1 0 1 intermediate", LEAF, "root",
	  .status = DANE_MISMATCH, .verdicts = "differs:1",
	  .reason = "usage 1 binds the server's" },
	/* usage 0 */
	{ "PKIX-TA, the root, not sent", "0 0 1 root", LEAF, "root", .status = DANE_MATCH,
	  .verdicts = "match:-1", .reason = "is the authority CN=Test Root" },
	{ "PKIX-TA, the root, sent", "0 1 2 root", WHOLE, "root", .status = DANE_MATCH,
	  .verdicts = "match:2" },
	{ "PKIX-TA, an intermediate", "0 0 1 intermediate", LEAF, "root", .status = DANE_MATCH,
	  .verdicts = "match:1" },
	{ "PKIX-TA, not trusted", "0 0 1 root", WHOLE, .status = DANE_MISMATCH,
	  .verdicts = "differs:2", .reason = "asks for a trusted path" },
	{ "PKIX-TA, the root of another way", "0 0 1 second-root", LEAF, "root",
	  .status = DANE_MISMATCH, .verdicts = "differs:-1", .reason = "none of the authorities" },
	{ "PKIX-TA, beyond the first anchor, which was sent", "0 0 1 root", WHOLE, "intermediate",
	  .status = DANE_MATCH, .verdicts = "match:2" },
	{ "PKIX-TA, beyond the first anchor, which is another", "0 0 1 root", LEAF,
	  "intermediate root", .status = DANE_MATCH, .verdicts = "match:-1" },
	{ "PKIX-TA, not beyond what signed the first anchor", "0 0 1 second-root", LEAF,
	  "intermediate second-root", .status = DANE_MISMATCH, .verdicts = "differs:-1" },
	{ "PKIX-TA, beyond a pinned leaf", "0 0 1 intermediate", LEAF, "leaf", .status = DANE_MATCH,
	  .verdicts = "match:1" },
	{ "PKIX-TA, not to one of the issuer's name with another key",
	  "0 0 1 intermediate-other-key", "leaf intermediate-other-key", "leaf",
	  .status = DANE_MISMATCH, .verdicts = "differs:1" },
	{ "PKIX-TA does not bind the leaf", "0 0 1 leaf", LEAF, "root", .status = DANE_MISMATCH,
	  .verdicts = "differs:0" },
	{ "PKIX-TA does not bind a pinned leaf", "0 0 1 leaf", LEAF, "leaf",
	  .status = DANE_MISMATCH, .verdicts = "differs:0" },
	{ "PKIX-TA, another name", "0 0 1 root", LEAF, "root", "other.example",
	  .status = DANE_MISMATCH, .verdicts = "differs:-1", .reason = "names neither" },
	/* CRT-45 */
	{ "usage 4 and 255 are unusable", "4 1 1 leaf,255 1 1 leaf", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1 unusable:-1", .reason = "usage 4 is not known" },
	{ "selector 2 is unusable", "3 2 1 leaf", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "selector 2 is not known" },
	{ "matching type 3 is unusable", "3 1 3 =00", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "matching type 3 is not known" },
	{ "no data at all", "3 1 1 =", LEAF, .status = DANE_NO_USABLE, .verdicts = "unusable:-1",
	  .reason = "its data has 0 octets, SHA-256 has 32" },
	{ "SHA-512 with the octets of SHA-256", "3 1 2 =" SHA256_0, LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "its data has 32 octets, SHA-512 has 64" },
	{ "a certificate that is none", "3 0 0 =3003020100", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "its data is no certificate" },
	{ "a key that is none", "3 1 0 =3003020100", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "its data is no public key" },
	{ "an empty whole key", "3 1 0 =", LEAF, .status = DANE_NO_USABLE,
	  .verdicts = "unusable:-1", .reason = "its data is no public key" },
	{ "an unusable record harms no other", "9 1 1 leaf,3 1 1 leaf", LEAF, .status = DANE_MATCH,
	  .verdicts = "unusable:-1 match:0" },
	{ "an unusable record saves no other", "9 1 1 leaf,3 1 1 p384", LEAF,
	  .status = DANE_MISMATCH, .verdicts = "unusable:-1 differs:-1" },
	{ "32 zeros match no certificate that cannot be read", "2 0 1 =" SHA256_0, "leaf garbage",
	  .status = DANE_MISMATCH, .verdicts = "differs:-1" },
	/* CRT-46 */
	{ "the stronger digest decides", "3 1 1 leaf,3 1 2 p384", LEAF, .status = DANE_MISMATCH,
	  .verdicts = "superseded:0 differs:-1", .reason = "counts instead" },
	{ "an unusable stronger digest does not", "3 1 1 leaf,3 1 2 =00", LEAF,
	  .status = DANE_MATCH, .verdicts = "match:0 unusable:-1" },
	{ "nor that of another selector", "3 1 1 leaf,3 0 2 p384", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:0 differs:-1", .combination = "3 0 2" },
	{ "nor that of another usage", "3 1 1 leaf,2 1 2 p384", WHOLE, .status = DANE_MATCH,
	  .verdicts = "match:0 differs:-1", .combination = "2 1 2" },
	{ "whole data always counts", "3 1 0 leaf,3 1 2 p384", LEAF, .status = DANE_MATCH,
	  .verdicts = "match:0 differs:-1", .combination = "3 1 2" },
	/* CRT-48 */
	{ "rollover: one of two keys", "3 1 1 p384,3 1 1 leaf", LEAF, .status = DANE_MATCH,
	  .verdicts = "differs:-1 match:0" },
	{ "each digest of the key", "3 1 1 leaf,3 1 2 leaf", LEAF, .status = DANE_MATCH,
	  .verdicts = "superseded:0 match:0" },
	{ "a digest that clients without SHA-512 would miss", "3 1 1 p384,3 1 2 leaf", LEAF,
	  .status = DANE_MATCH, .verdicts = "superseded:-1 match:0", .combination = "3 1 1" },
	{ "no record matches: no combination to tell of", "3 1 1 p384,3 0 1 p384", LEAF,
	  .status = DANE_MISMATCH, .verdicts = "differs:-1 differs:-1" },
	{ "no certificate", "3 1 1 leaf", "", .status = DANE_NOT_CHECKED, .verdicts = "differs:-1",
	  .reason = "no certificate was presented" },
};

static void judge_row(const struct row *row, struct arena *mem)
{
	struct cert_facts chain[8] = { 0 };
	CLEANUP(trust_free)
	struct trust *trust = fixture_trust(mem, row->anchors ? row->anchors : "stranger");
	struct tlsa_lookup lookup = secure_lookup(row->tlsa, mem);
	const struct dane_subject subject = {
		.chain = chain,
		.count = read_chain(row->chain, mem, chain),
		.domain = row->domain ? row->domain : "im.example",
		.target = HOST,
		.srv_service = "_xmpp-client",
		.trust = trust,
		.at = row->at ? row->at : JULY_26,
	};
	struct dane_facts facts;
	dane_judge(&lookup, &subject, mem, &facts);
	assert_row_string(row->name, dane_status_text(facts.status), dane_status_text(row->status));
	assert_row_string(row->name, verdicts_text(&facts, mem), row->verdicts);
	for (size_t i = 0; i < facts.count; i++)
		assert_row(row->name, facts.records[i].reason);
	if (row->reason && !strstr(facts.records[0].reason, row->reason))
		fail_msg("%s: got \"%s\", wanted \"%s\"", row->name, facts.records[0].reason,
			 row->reason);
	assert_row_string(row->name, facts.unmatched_combination, row->combination);
	assert_row(row->name, facts.ta_missing == row->ta_missing);
	assert_row(row->name, !facts.reason == (row->status == DANE_MATCH));
	assert_row(row->name, !facts.matched == (row->status != DANE_MATCH));
	assert_row(row->name, !facts.matched || facts.matched->verdict == DANE_MATCHES);
	assert_row(row->name, !facts.target_name);
	assert_row_string(row->name, facts.name, OWNER);
	assert_row(row->name, facts.tlsa == DNSSEC_SECURE && facts.srv == DNSSEC_SECURE);
}

static void judges_records(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_row(&rows[i], *state);
}

/* --- CRT-40, CRT-41, CRT-44: what the answers allow --- */

static const struct lookup_row {
	const char *name;
	enum dnssec srv, address, tlsa;
	enum dns_outcome outcome;
	bool asked;
	const char *not_asked;
	enum dane_status status;
	const char *target_name, *reason;
} lookup_rows[] = {
	{ "decision table 81: SRV secure, no TLSA: the target's name counts", DNSSEC_SECURE,
	  DNSSEC_SECURE, DNSSEC_SECURE, DNS_NO_NAME, true, NULL, DANE_NONE, "im.example",
	  "there are no TLSA records at " OWNER },
	{ "no data", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_SECURE, DNS_NO_DATA, true, NULL,
	  DANE_NONE, "im.example", "there are no TLSA records at " OWNER },
	{ "decision table 82: TLSA bogus, no verdict on names is reached", DNSSEC_SECURE,
	  DNSSEC_SECURE, DNSSEC_BOGUS, DNS_SERVER_FAILED, true, NULL, DANE_BOGUS, NULL,
	  "the answer about TLSA records at " OWNER " fails DNSSEC validation" },
	{ "TLSA without an answer", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_UNKNOWN, DNS_TIMED_OUT,
	  true, NULL, DANE_FAILED, NULL,
	  "the question about TLSA records at " OWNER " had no answer (timed-out)" },
	{ "TLSA refused", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_UNKNOWN, DNS_REFUSED, true, NULL,
	  DANE_FAILED, NULL,
	  "the question about TLSA records at " OWNER " had no answer (refused)" },
	{ "TLSA not secure", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_INSECURE, DNS_FOUND, true, NULL,
	  DANE_INSECURE, "im.example", "TLSA records at " OWNER " are not protected by DNSSEC" },
	{ "the denial of TLSA not secure", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_INSECURE,
	  DNS_NO_NAME, true, NULL, DANE_INSECURE, "im.example",
	  "TLSA records at " OWNER " are not protected by DNSSEC" },
	{ "TLSA from a resolver that is not believed", DNSSEC_SECURE, DNSSEC_SECURE, DNSSEC_UNKNOWN,
	  DNS_FOUND, true, NULL, DANE_UNKNOWN, NULL, NULL },
	{ "decision table 79: SRV insecure, the target's name does not count", DNSSEC_INSECURE,
	  DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNS_NOT_ASKED, false, NULL, DANE_INSECURE, NULL,
	  "the SRV records are not protected by DNSSEC" },
	{ "SRV bogus", DNSSEC_BOGUS, DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNS_NOT_ASKED, false, NULL,
	  DANE_BOGUS, NULL, "the answer about the SRV records fails DNSSEC validation" },
	{ "SRV from a resolver that is not believed", DNSSEC_UNKNOWN, DNSSEC_UNKNOWN,
	  DNSSEC_UNKNOWN, DNS_NOT_ASKED, false, NULL, DANE_UNKNOWN, NULL,
	  "the resolver is not on this machine, so that its DNSSEC verdict can be forged; "
	  "--trust-ad says that the way to it is safe" },
	{ "SRV without an answer", DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNS_TIMED_OUT,
	  false, NULL, DANE_FAILED, NULL,
	  "the question about the SRV records had no answer (timed-out)" },
	{ "addresses not secure", DNSSEC_SECURE, DNSSEC_INSECURE, DNSSEC_UNKNOWN, DNS_NOT_ASKED,
	  false, NULL, DANE_INSECURE, "im.example",
	  "the addresses of im.example are not protected by DNSSEC" },
	{ "addresses bogus", DNSSEC_SECURE, DNSSEC_BOGUS, DNSSEC_UNKNOWN, DNS_SERVER_FAILED, false,
	  NULL, DANE_BOGUS, NULL,
	  "the answer about the addresses of im.example fails DNSSEC validation" },
	{ "addresses without an answer", DNSSEC_SECURE, DNSSEC_UNKNOWN, DNSSEC_UNKNOWN,
	  DNS_SERVER_FAILED, false, NULL, DANE_FAILED, NULL,
	  "the question about the addresses of im.example had no answer (server-failed)" },
	{ "nothing to ask about", DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNSSEC_UNKNOWN, DNS_NOT_ASKED,
	  false, "an IP address has no TLSA records", DANE_NOT_CHECKED, NULL,
	  "an IP address has no TLSA records" },
};

static void takes_no_record_that_is_not_secure(void **state)
{
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root");
	struct cert_facts leaf = fixture_cert(*state, "leaf");
	const struct dane_subject subject = { &leaf,          1,     "example.org", "im.example",
					      "_xmpp-client", trust, JULY_26 };
	for (size_t i = 0; i < ARRAY_SIZE(lookup_rows); i++) {
		const struct lookup_row *row = &lookup_rows[i];
		struct tlsa_lookup lookup = secure_lookup("3 1 1 leaf", *state);
		struct dane_facts facts;
		lookup.base = "im.example";
		lookup.asked = row->asked;
		lookup.not_asked = row->not_asked;
		lookup.srv = row->srv;
		lookup.address = row->address;
		lookup.answer.dnssec = row->tlsa;
		lookup.answer.outcome = row->outcome;
		dane_judge(&lookup, &subject, *state, &facts);
		assert_row_string(row->name, dane_status_text(facts.status),
				  dane_status_text(row->status));
		assert_row(row->name, facts.count == 0 && !facts.matched && facts.reason);
		if (row->reason)
			assert_row_string(row->name, facts.reason, row->reason);
		assert_row_string(row->name, facts.target_name ? facts.target_name->value : NULL,
				  row->target_name);
		assert_row(row->name, !facts.name == !row->asked);
		assert_row(row->name, facts.srv == row->srv && facts.address == row->address);
	}
	struct tlsa_lookup none = { 0 };
	struct dane_facts facts;
	dane_judge(&none, &subject, *state, &facts);
	assert_int_equal(facts.status, DANE_NOT_CHECKED);
	assert_non_null(facts.reason);
}

/* --- CRT-44: which names --- */

static const struct name_row {
	const char *name, *tlsa, *domain, *target, *base, *service;
	enum dane_status status;
	const char *matched;
	bool by_target;
} name_rows[] = {
	{ "the source domain", "2 0 1 root", "im.example", "xmpp.example", "xmpp.example",
	  "_xmpp-client", DANE_MATCH, "im.example", false },
	{ "decision table 85: the target", "2 0 1 root", "example.org", "im.example", "im.example",
	  "_xmpp-server", DANE_MATCH, "im.example", true },
	{ "the target under a wildcard", "2 0 1 root", "example.org", "a.im.example",
	  "a.im.example", "_xmpp-server", DANE_MATCH, "*.im.example", true },
	{ "RFC 7671, 7: what the target is an alias of", "2 0 1 root", "example.org",
	  "xmpp.example.org", "im.example", "_xmpp-server", DANE_MATCH, "im.example", true },
	{ "decision table 84: neither", "2 0 1 root", "example.org", "xmpp.example", "xmpp.example",
	  "_xmpp-server", DANE_MISMATCH, NULL, false },
	{ "decision table 83: usage 3 compares no names", "3 1 1 leaf", "example.org",
	  "xmpp.example", "xmpp.example", "_xmpp-server", DANE_MATCH, NULL, false },
	{ "usage 0, the target", "0 0 1 root", "example.org", "im.example", "im.example",
	  "_xmpp-client", DANE_MATCH, "im.example", true },
	{ "usage 1, the target", "1 1 1 leaf", "example.org", "im.example", "im.example",
	  "_xmpp-client", DANE_MATCH, "im.example", true },
};

static void takes_the_domain_or_the_target(void **state)
{
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root");
	struct cert_facts chain[3] = { 0 };
	size_t count = read_chain(WHOLE, *state, chain);
	for (size_t i = 0; i < ARRAY_SIZE(name_rows); i++) {
		const struct name_row *row = &name_rows[i];
		struct tlsa_lookup lookup = secure_lookup(row->tlsa, *state);
		const struct dane_subject subject = { chain,        count, row->domain, row->target,
						      row->service, trust, JULY_26 };
		struct dane_facts facts;
		lookup.base = row->base;
		dane_judge(&lookup, &subject, *state, &facts);
		assert_row_string(row->name, dane_status_text(facts.status),
				  dane_status_text(row->status));
		assert_row_string(row->name, facts.matched_name ? facts.matched_name->value : NULL,
				  row->matched);
		assert_row(row->name, facts.by_target == row->by_target);
	}
}

/* A target is a host: neither an SRV-ID nor an XmppAddr speaks for it. */
static void takes_only_dns_ids_for_the_target(void **state)
{
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root");
	struct cert_facts chain[3] = { 0 };
	size_t count = read_chain(WHOLE, *state, chain);
	struct tlsa_lookup lookup = secure_lookup("2 0 1 root", *state);
	const struct dane_subject subject = { chain,          count, "example.org", "im.example",
					      "_xmpp-client", trust, JULY_26 };
	struct dane_facts facts;
	for (size_t i = 0; i < chain[0].name_count; i++) {
		if (chain[0].names[i].type == NAME_DNS)
			chain[0].names[i].type = NAME_URI;
	}
	lookup.base = "im.example";
	dane_judge(&lookup, &subject, *state, &facts);
	assert_int_equal(facts.status, DANE_MISMATCH);
	assert_null(facts.matched_name);
	lookup.answer.outcome = DNS_NO_DATA;
	dane_judge(&lookup, &subject, *state, &facts);
	assert_int_equal(facts.status, DANE_NONE);
	assert_null(facts.target_name);
}

/* --- spec/data/dane-tlsa-vectors.json --- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	assert_non_null(text);
	return text;
}

static struct cert_facts cert_of(const json_t *vectors, const char *key, struct arena *mem)
{
	const char *pem = text_of(vectors, key);
	struct bytes text = { (const uint8_t *)pem, strlen(pem) }, der;
	struct cert_facts cert;
	struct err err;
	size_t broken;
	assert_int_equal(cert_from_pem(text, mem, &der, 1, &broken), 1);
	assert_true(cert_read(arena_bytes(mem, der.data, der.size), mem, &cert, &err));
	return cert;
}

static struct dns_answer answer_of(const json_t *vector, struct arena *mem)
{
	const json_t *list = json_object_get(vector, "tlsa");
	struct dns_record *records = arena_array(mem, json_array_size(list), sizeof(*records));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		records[i].tlsa = (struct dns_tlsa){
			(uint8_t)json_integer_value(json_object_get(one, "usage")),
			(uint8_t)json_integer_value(json_object_get(one, "selector")),
			(uint8_t)json_integer_value(json_object_get(one, "matching")),
			unhex(text_of(one, "data_hex"), mem),
		};
	}
	return (struct dns_answer){
		OWNER, DNS_TLSA, DNS_FOUND, DNSSEC_SECURE, NULL, records, json_array_size(list), 0
	};
}

/* With digest agility, which we have, SHA-512 decides. */
static enum dane_status wanted_status(const char *verdict)
{
	if (strcmp(verdict, "authenticated") == 0)
		return DANE_MATCH;
	if (strcmp(verdict, "fall back to PKIX") == 0)
		return DANE_NO_USABLE;
	assert_true(strcmp(verdict, "failed") == 0 ||
		    strcmp(verdict, "failed-or-authenticated") == 0);
	return DANE_MISMATCH;
}

static void judge_vector(const json_t *vectors, const json_t *vector, struct arena *mem)
{
	struct cert_facts chain[] = { cert_of(vectors, "leaf_pem", mem),
				      cert_of(vectors, "root_pem", mem) };
	bool trusted = strcmp(text_of(vector, "pkix"), "trusted") == 0;
	bool named = json_is_true(json_object_get(vector, "name_matches"));
	bool expired = json_is_true(json_object_get(vector, "expired"));
	CLEANUP(trust_free)
	struct trust *trust = trusted ? trust_of(&chain[1].der, 1) : fixture_trust(mem, "stranger");
	const struct dane_subject subject = {
		.chain = chain,
		.count = json_array_size(json_object_get(vector, "chain")),
		.domain = named ? "im.example" : "other.example",
		.target = named ? "xmpp.im.example" : HOST,
		.srv_service = "_xmpp-client",
		.trust = trust,
		.at = expired ? chain[0].not_after + 1 : JULY_26,
	};
	const struct tlsa_lookup lookup = { .asked = true,
					    .base = subject.target,
					    .srv = DNSSEC_SECURE,
					    .address = DNSSEC_SECURE,
					    .answer = answer_of(vector, mem) };
	struct dane_facts facts;
	dane_judge(&lookup, &subject, mem, &facts);
	assert_row_string(text_of(vector, "why"), dane_status_text(facts.status),
			  dane_status_text(wanted_status(text_of(vector, "verdict"))));
}

static void agrees_with_the_vectors(void **state)
{
	json_t *vectors = json_load_file("tests/data/dane-tlsa-vectors.json", 0, NULL);
	assert_non_null(vectors);
	size_t at;
	json_t *vector;
	json_array_foreach(json_object_get(vectors, "cases"), at, vector)
		judge_vector(vectors, vector, *state);
	assert_int_equal(at, 26);
	struct cert_facts leaf = cert_of(vectors, "leaf_pem", *state);
	assert_string_equal(dane_record_text(&leaf, 3, 1, 1, *state),
			    arena_printf(*state, "3 1 1 %s", text_of(vectors, "leaf_spki_sha256")));
	assert_string_equal(dane_record_text(&leaf, 3, 0, 1, *state),
			    arena_printf(*state, "3 0 1 %s", text_of(vectors, "leaf_der_sha256")));
	json_decref(vectors);
}

/* A certificate with the key of RFC 7671, 9 in place of its own: both are on P-256. */
static struct cert_facts with_key(struct bytes der, struct bytes key, struct arena *mem)
{
	struct bytes own = key_of(der, mem);
	struct cert_facts cert;
	struct err err;
	assert_int_equal(own.size, key.size);
	uint8_t *copy = arena_alloc(mem, der.size);
	memcpy(copy, der.data, der.size);
	uint8_t *at = memmem(copy, der.size, own.data, own.size);
	assert_non_null(at);
	memcpy(at, key.data, key.size);
	assert_true(cert_read((struct bytes){ copy, der.size }, mem, &cert, &err));
	return cert;
}

static void agrees_with_rfc_7671_section_9(void **state)
{
	struct arena *mem = *state;
	json_t *vectors = json_load_file("tests/data/dane-tlsa-vectors.json", 0, NULL);
	const json_t *example = json_object_get(vectors, "rfc7671_section9");
	struct bytes key = unhex(text_of(example, "spki_hex"), mem);
	struct cert_facts cert = with_key(fixture_der(mem, "leaf"), key, mem);
	CLEANUP(trust_free) struct trust *trust = fixture_trust(mem, "stranger");
	const struct dane_subject subject = { &cert,          1,     "example.org", HOST,
					      "_xmpp-client", trust, JULY_26 };
	const char *list = "";
	size_t at;
	json_t *one;
	json_array_foreach(json_object_get(example, "records"), at, one)
	{
		int head = 6;
		list = arena_printf(mem, "%s%s%.*s=%s", list, *list ? "," : "", head,
				    json_string_value(one), json_string_value(one) + head);
	}
	struct tlsa_lookup lookup = secure_lookup(list, mem);
	struct dane_facts facts;
	dane_judge(&lookup, &subject, mem, &facts);
	assert_string_equal(verdicts_text(&facts, mem), "superseded:0 match:0 match:0");
	assert_null(facts.unmatched_combination);
	json_decref(vectors);
}

/* --- the rest --- */

static void writes_the_record_to_publish(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		struct cert_facts cert = fixture_cert(*state, "leaf");
		uint8_t selector = (uint8_t)(i / 2), matching = (uint8_t)(1 + i % 2);
		const char *text = dane_record_text(&cert, 3, selector, matching, *state);
		char *back = arena_copy(*state, text);
		assert_int_equal(strlen(text), matching == 1 ? 6 + 64 : 6 + 128);
		struct tlsa_lookup lookup =
			secure_lookup(arena_printf(*state, "%.6s=%s", back, back + 6), *state);
		const struct dane_subject subject = { &cert,          1,    "im.example", HOST,
						      "_xmpp-client", NULL, JULY_26 };
		struct dane_facts facts;
		dane_judge(&lookup, &subject, *state, &facts);
		assert_int_equal(facts.status, DANE_MATCH);
	}
}

/* 64 records, each the certificate of another possible anchor, and a maze of issuers. */
static void hostile_records_cost_little(void **state)
{
	struct cert_facts chain[CHAIN_MAX];
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root intermediate");
	struct tlsa_lookup lookup = secure_lookup("2 0 0 root", *state);
	struct dns_record records[DNS_RECORDS_MAX] = { 0 };
	struct dane_facts facts;
	chain[0] = fixture_cert(*state, "leaf-unknown-critical");
	for (size_t i = 1; i < CHAIN_MAX; i++) {
		chain[i] = fixture_cert(*state, "intermediate-other-key");
		chain[i].issuer_der = chain[i].subject_der;
		uint8_t *copy = arena_alloc(*state, chain[i].der.size);
		memcpy(copy, chain[i].der.data, chain[i].der.size);
		copy[chain[i].der.size - 1] ^= (uint8_t)i;
		chain[i].der.data = copy;
	}
	for (size_t i = 0; i < DNS_RECORDS_MAX; i++) {
		records[i].tlsa = (struct dns_tlsa){ i % 4 == 0 ? 0 : 2, i % 4 == 3, 0,
						     chain[i].der };
		if (i % 4 == 3)
			records[i].tlsa.data = key_of(fixture_der(*state, "rsa-2048"), *state);
	}
	lookup.answer.records = records;
	lookup.answer.count = DNS_RECORDS_MAX;
	const struct dane_subject subject = { chain,          CHAIN_MAX, "im.example", HOST,
					      "_xmpp-client", trust,     JULY_26 };
	double start = unit_cpu_ms();
	dane_judge(&lookup, &subject, *state, &facts);
	assert_int_equal(facts.status, DANE_MISMATCH);
	assert_true(unit_cpu_ms() - start < 20000); /* some 500 ms without sanitizers */
}

static void words_go_both_ways(void **state)
{
	(void)state;
	static const char *const statuses[] = { "not-checked", "insecure",  "unknown",
						"none",        "no-usable", "match",
						"mismatch",    "bogus",     "failed" };
	static const char *const verdicts[] = { "match", "differs", "superseded", "unusable" };
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		enum dane_status got;
		assert_true(dane_status_parse(statuses[i], &got));
		assert_int_equal(got, i);
		assert_string_equal(dane_status_text(got), statuses[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		assert_string_equal(dane_verdict_text((enum dane_verdict)i), verdicts[i]);
	assert_false(dane_status_parse("secure", &(enum dane_status){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_records),
		cmocka_unit_test(takes_no_record_that_is_not_secure),
		cmocka_unit_test(takes_the_domain_or_the_target),
		cmocka_unit_test(takes_only_dns_ids_for_the_target),
		cmocka_unit_test(agrees_with_the_vectors),
		cmocka_unit_test(agrees_with_rfc_7671_section_9),
		cmocka_unit_test(writes_the_record_to_publish),
		cmocka_unit_test(hostile_records_cost_little),
		cmocka_unit_test(words_go_both_ways),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
