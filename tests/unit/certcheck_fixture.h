/* certcheck_fixture.h - a certificate checked and found good, which tests then spoil in one place.
 */
#ifndef CERTCHECK_FIXTURE_H
#define CERTCHECK_FIXTURE_H

#include "facts_fixture.h"
#include "judge/certcheck.h"

static inline struct check_rules check_rules_default(void)
{
	return (struct check_rules){ .warning = { 20, 1.0 / 3 }, .critical = { 7, 1.0 / 7 } };
}

/* These certificates as the chain and as the way, the last one being the anchor, which is not sent.
 */
static inline void check_chain(struct certcheck_facts *facts, struct arena *mem, const char *names)
{
	struct starttls_facts *walk = &facts->walk;
	struct identity_facts *identity = &walk->identity;
	struct bytes ders[CHAIN_MAX];
	size_t count = fixture_ders(mem, names, ders, CHAIN_MAX);
	struct cert_facts *certs = arena_array(mem, count, sizeof(*certs));
	const struct cert_facts **way = arena_array(mem, count, sizeof(struct cert_facts *));
	struct err err;
	assert_true(count >= 2);
	for (size_t i = 0; i < count; i++) {
		assert_true(cert_read(ders[i], mem, &certs[i], &err));
		way[i] = &certs[i];
		walk->tls.chain[i] = ders[i];
	}
	walk->tls.chain_count = identity->cert_count = count - 1;
	identity->certs = certs;
	identity->path = (struct path_facts){ .trusted = true,
					      .anchor = certs[count - 1].subject,
					      .way = way,
					      .way_length = count,
					      .anchor_from_system = true };
}

static inline void check_name(struct certcheck_facts *facts, struct arena *mem, const char *domain,
			      enum service service)
{
	const struct reference reference = { domain, secure_srv_service(service) };
	struct identity_facts *identity = &facts->walk.identity;
	name_judge(identity->certs, &reference, mem, &identity->names);
	facts->names_judged = true;
	identity->authenticated = identity->path.trusted && identity->names.matched;
	facts->walk.authenticated = identity->authenticated;
	facts->proofs = identity->authenticated ? PROOF_PKIX : 0;
}

/* Certificates, not yet a verdict on names. */
static inline struct certcheck_facts *check_file(struct arena *mem, const char *names)
{
	struct certcheck_facts *facts = arena_alloc(mem, sizeof(*facts));
	*facts = (struct certcheck_facts){ .source = CHECK_FILE,
					   .file = "im.pem",
					   .at = FIXTURE_JULY_26 };
	facts->walk.time = facts->at;
	facts->walk.tls.alert = -1;
	check_chain(facts, mem, names);
	return facts;
}

static inline struct certcheck_facts *check_good(struct arena *mem, enum service service)
{
	struct certcheck_facts *facts = arena_alloc(mem, sizeof(*facts));
	*facts = (struct certcheck_facts){
		.source = CHECK_LIVE,
		.walk = *facts_good(mem, service, TRANSPORT_STARTTLS),
		.at = FIXTURE_JULY_26,
		.change = { .class = CHANGE_NONE, .first_seen = FIXTURE_JULY_26 - 100 * DAYS },
		.posh = { .status = POSH_NONE,
			  .url = "https://im.example/.well-known/posh/xmpp-client.json",
			  .reason = "nothing is published" },
	};
	check_chain(facts, mem, "leaf intermediate root");
	check_name(facts, mem, "im.example", service);
	return facts;
}

/* 3 1 1 that matches the leaf, and one of a key to come. */
static inline void check_dane(struct certcheck_facts *facts, struct arena *mem, const char *name)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	struct dane_record_facts *records = arena_array(mem, 2, sizeof(*records));
	records[0] = (struct dane_record_facts){ { 3, 1, 1, { leaf->spki_sha256, 32 } },
						 DANE_MATCHES,
						 0,
						 "the key of the certificate" };
	records[1] = (struct dane_record_facts){
		{ 3, 1, 1, { leaf->sha256, 32 } }, DANE_DIFFERS, -1, "no certificate of the chain"
	};
	facts->dane = (struct dane_facts){
		.status = DANE_MATCH,
		.name = name,
		.srv = DNSSEC_SECURE,
		.address = DNSSEC_SECURE,
		.tlsa = DNSSEC_SECURE,
		.records = records,
		.count = 2,
		.matched = records,
	};
	facts->proofs |= PROOF_DANE;
}

/* No certificate came. */
static inline struct certcheck_facts *check_failed(struct arena *mem, enum service service,
						   enum err_code code, const char *text)
{
	struct certcheck_facts *facts = check_good(mem, service);
	facts_fail(&facts->walk, STEP_TCP, code, text);
	facts->proofs = 0;
	facts->change = (struct change_facts){ 0 };
	facts->posh = (struct posh_facts){ 0 };
	return facts;
}

#endif
