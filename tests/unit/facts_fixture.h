/* facts_fixture.h - the facts of a good walk, which tests then spoil in one place. */
#ifndef FACTS_FIXTURE_H
#define FACTS_FIXTURE_H

#include "fixture.h"
#include "judge/judge.h"

#define DAYS (int64_t)86400

static inline struct endpoint facts_endpoint(enum service service, enum transport transport,
					     const char *address)
{
	struct endpoint at = {
		.service = service,
		.transport = transport,
		.source = SOURCE_SRV,
		.host = "xmpp.im.example",
		.port = transport == TRANSPORT_DIRECT ? (service == SERVICE_C2S ? 5223 : 5270)
						      : (service == SERVICE_C2S ? 5222 : 5269),
		.priority = 5,
	};
	assert_true(address_parse(address, &at.address));
	return at;
}

static inline struct text_list facts_list(struct arena *mem, const char *words)
{
	struct text_list list = { .items = arena_array(mem, 16, sizeof(char *)) };
	char *rest = arena_copy(mem, words), *save = NULL;
	for (char *word = strtok_r(rest, " ", &save); word; word = strtok_r(NULL, " ", &save))
		list.items[list.count++] = word;
	return list;
}

/* The certificate NAME.pem, judged for im.example as if its issuer were trusted. */
static inline void facts_certificate(struct starttls_facts *facts, struct arena *mem,
				     enum service service, const char *name)
{
	const struct reference reference = { "im.example", secure_srv_service(service) };
	struct identity_facts *identity = &facts->identity;
	struct err err;
	facts->tls.chain[0] = fixture_der(mem, name);
	facts->tls.chain_count = 1;
	identity->certs = arena_array(mem, 1, sizeof(*identity->certs));
	assert_true(cert_read(facts->tls.chain[0], mem, identity->certs, &err));
	identity->cert_count = 1;
	name_judge(identity->certs, &reference, mem, &identity->names);
	identity->path = (struct path_facts){ .trusted = true,
					      .anchor = "CN=Test Root",
					      .anchor_from_system = true };
	identity->authenticated = identity->names.matched;
	facts->authenticated = identity->authenticated;
}

/* Stock Prosody 0.12, as an outsider sees it. */
static inline struct starttls_facts *facts_good(struct arena *mem, enum service service,
						enum transport transport)
{
	struct starttls_facts *facts = arena_alloc(mem, sizeof(*facts));
	*facts = (struct starttls_facts){
		.time = FIXTURE_JULY_26,
		.elapsed_ms = 84.25,
		.encrypted = true,
		.tls = { .up = true,
			 .version = TLS_1_3,
			 .newest_offered = TLS_1_3,
			 .cipher = "TLS_AES_256_GCM_SHA384",
			 .bits = 256,
			 .group = "x25519",
			 .signature = "ecdsa_secp256r1_sha256",
			 .forward_secrecy = true,
			 .extended_master_secret = true,
			 .safe_renegotiation = true,
			 .client_cert_requested = true,
			 .servername = "im.example",
			 .alert = -1 },
		.after = { .opened = true,
			   .from = "im.example",
			   .id = "inside",
			   .lang = "en",
			   .version = "1.0",
			   .version_1 = true,
			   .features = { .present = true } },
	};
	for (int i = 0; i < STEP_COUNT; i++)
		facts->steps[i] = (struct step_facts){ true, true, 10 + i };
	if (service == SERVICE_C2S) {
		facts->after.features.mechanisms = facts_list(mem,
							      "SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN");
	} else {
		facts->after.features.dialback = facts->after.features.dialback_errors = true;
	}
	if (transport == TRANSPORT_STARTTLS) {
		facts->answer = STARTTLS_PROCEED;
		facts->before = facts->after;
		facts->before.id = "outside";
		facts->before.features = (struct features){ .present = true,
							    .starttls = true,
							    .starttls_required = true };
	} else {
		facts->tls.alpn = facts->tls.alpn_offered = secure_alpn(service);
		facts->steps[STEP_STREAM].taken = facts->steps[STEP_STARTTLS].taken = false;
	}
	facts_certificate(facts, mem, service, "leaf");
	return facts;
}

/* The walk ended at this step. */
static inline void facts_fail(struct starttls_facts *facts, enum step step, enum err_code code,
			      const char *text)
{
	static const enum err_stage stages[STEP_COUNT] = {
		[STEP_TCP] = AT_TCP,
		[STEP_STREAM] = AT_STREAM,
		[STEP_STARTTLS] = AT_STARTTLS,
		[STEP_TLS] = AT_TLS,
		[STEP_CERTIFICATE] = AT_CERTIFICATE,
		[STEP_FEATURES] = AT_FEATURES,
	};
	facts->steps[step].ok = false;
	for (int i = step + 1; i < STEP_COUNT; i++)
		facts->steps[i] = (struct step_facts){ 0 };
	err_set(&facts->failure, stages[step], code, "%s", text);
	memset(&facts->after, 0, sizeof(facts->after));
	if (step <= STEP_TLS) {
		memset(&facts->tls, 0, sizeof(facts->tls));
		memset(&facts->identity, 0, sizeof(facts->identity));
		facts->tls.alert = -1;
		facts->encrypted = facts->authenticated = false;
	}
	if (step <= STEP_STARTTLS)
		facts->answer = step == STEP_STARTTLS ? STARTTLS_OTHER : STARTTLS_NOT_ASKED;
	if (step <= STEP_TCP)
		memset(&facts->before, 0, sizeof(facts->before));
}

/* "critical cert-expired, info alpn-missing"; "" for none. */
static inline const char *findings_words(const struct findings *findings, struct arena *mem)
{
	const char *words = "";
	for (const struct finding *at = findings->first; at; at = at->next)
		words = arena_printf(mem, "%s%s%s %s", words, *words ? ", " : "",
				     severity_name(at->severity), at->kind->id);
	return words;
}

#endif
