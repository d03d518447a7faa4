/* ciphers_fixture.h - what enumerations of typical servers learn, which tests then spoil in one
 * place. */
#ifndef CIPHERS_FIXTURE_H
#define CIPHERS_FIXTURE_H

#include "facts_fixture.h"
#include "judge/ciphers.h"
#include "tls/groups.h"
#include "tls/schemes.h"

/* Nothing is known yet. */
static inline struct ciphers_facts *ciphers_blank(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = arena_alloc(mem, sizeof(*facts));
	facts->walk = *facts_good(mem, service, TRANSPORT_STARTTLS);
	facts->lanes = 8;
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++)
		facts->survey.versions[i] = (struct version_seen){ .version = (enum tls_version)i,
								   .alert = -1 };
	facts->survey.properties.sni_alert = -1;
	/* What a survey keeps of the handshake is in its own facts; the rest is xmpp-starttls's. */
	facts->walk.steps[STEP_CERTIFICATE] = facts->walk.steps[STEP_FEATURES] =
		(struct step_facts){ 0 };
	facts->walk.after = (struct stream_facts){ 0 };
	facts->walk.identity = (struct identity_facts){ 0 };
	facts->walk.authenticated = false;
	return facts;
}

static inline void ciphers_refuse(struct ciphers_facts *facts, enum tls_version version)
{
	facts->survey.versions[version].offered = SEEN_NO;
	facts->survey.versions[version].alert = 70;
}

/* Suites by number, in this order; each with this group (0: none). Returns the version for more. */
static inline struct version_seen *ciphers_accept(struct ciphers_facts *facts, struct arena *mem,
						  enum tls_version version,
						  enum preference preference, const uint32_t *codes,
						  size_t count)
{
	struct version_seen *seen = &facts->survey.versions[version];
	seen->offered = SEEN_YES;
	seen->suites_complete = true;
	seen->preference = preference;
	seen->suites = arena_array(mem, count, sizeof(*seen->suites));
	seen->suite_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct suite *suite = suite_by_code(codes[i]);
		struct suite_seen *out = &seen->suites[i];
		*out = (struct suite_seen){ .code = codes[i], .suite = suite, .cert = -1 };
		if (!suite)
			continue;
		if (suite->exchange == KX_TLS13 || suite->exchange == KX_ECDHE)
			out->group = 0x001d;
		if (suite->exchange == KX_DHE)
			out->dh_bits = 2048;
		if (version <= TLS_1_2 && facts->survey.cert_count > 0)
			out->cert = 0;
		if (version == TLS_1_2 && out->group)
			out->scheme = 0x0804;
		out->encrypt_then_mac = suite_is_cbc(suite) && version > SSL_3_0;
	}
	return seen;
}
#define CIPHERS_ACCEPT(facts, mem, version, preference, ...)                                       \
	ciphers_accept((facts), (mem), (version), (preference), (const uint32_t[]){ __VA_ARGS__ }, \
		       sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static inline void ciphers_cert(struct ciphers_facts *facts, struct arena *mem, const char *name)
{
	struct survey_facts *survey = &facts->survey;
	struct cert_facts cert = fixture_cert(mem, name);
	if (!survey->certs)
		survey->certs = arena_array(mem, 8, sizeof(*survey->certs));
	struct cert_seen *out = &survey->certs[survey->cert_count++];
	*out = (struct cert_seen){ .der = cert.der, .key = cert.key, .bits = cert.bits };
	memcpy(out->sha256, cert.sha256, sizeof(out->sha256));
}

static inline void ciphers_groups(struct ciphers_facts *facts, struct arena *mem,
				  const uint16_t *codes, size_t count, bool tls12)
{
	struct survey_facts *survey = &facts->survey;
	survey->groups = arena_array(mem, count, sizeof(*survey->groups));
	survey->group_count = count;
	for (size_t i = 0; i < count; i++)
		survey->groups[i] = (struct group_seen){
			codes[i], tls12 && !group_is_post_quantum(group_by_code(codes[i])), true
		};
	survey->groups_complete[0] = tls12 ? SEEN_YES : SEEN_NOT_TESTED;
	survey->groups_complete[1] = SEEN_YES;
}

static inline void ciphers_schemes(struct ciphers_facts *facts, struct arena *mem,
				   const uint16_t *codes, size_t count)
{
	struct survey_facts *survey = &facts->survey;
	survey->schemes = arena_array(mem, count, sizeof(*survey->schemes));
	survey->scheme_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct scheme *scheme = scheme_by_code(codes[i]);
		survey->schemes[i] = (struct scheme_seen){ codes[i], scheme->tls12, scheme->tls13,
							   strstr(scheme->name, "sha1") != NULL };
	}
	survey->schemes_complete[0] = survey->schemes_complete[1] = SEEN_YES;
}

static inline void ciphers_properties(struct ciphers_facts *facts)
{
	facts->survey.properties = (struct property_facts){
		.compression = SEEN_NO,
		.secure_renegotiation = SEEN_YES,
		.extended_master_secret = SEEN_YES,
		.encrypt_then_mac = SEEN_YES,
		.session_tickets = SEEN_YES,
		.session_ids = SEEN_NO,
		.resumption = SEEN_YES,
		.heartbeat = SEEN_NO,
		.ocsp_staple = SEEN_NO,
		.fallback_scsv = SEEN_YES,
		.downgrade_sentinel = SEEN_YES,
		.grease = SEEN_YES,
		.version_tolerance = SEEN_YES,
		.long_hello = SEEN_YES,
		.sni_required = SEEN_NO,
		.sni_unknown_refused = SEEN_NO,
		.sni_alert = -1,
		.hybrid_preferred = SEEN_YES,
		.dh_reuse = SEEN_NOT_TESTED,
		.ec_reuse = SEEN_NO,
		.client_cert_requested = SEEN_YES,
	};
}

/* TLS 1.2 and 1.3, forward secrecy and AEAD everywhere, a hybrid first. */
static inline struct ciphers_facts *ciphers_modern(struct arena *mem, enum service service)
{
	static const uint16_t groups_taken[] = { 0x11ec, 0x001d, 0x0017, 0x0018 };
	static const uint16_t schemes_taken[] = { 0x0804, 0x0805, 0x0806 };
	struct ciphers_facts *facts = ciphers_blank(mem, service);
	ciphers_cert(facts, mem, "rsa-2048");
	for (int version = SSL_2_0; version <= TLS_1_1; version++)
		ciphers_refuse(facts, (enum tls_version)version);
	CIPHERS_ACCEPT(facts, mem, TLS_1_2, PREFERENCE_SERVER, 0xc030, 0xcca8, 0xc02f);
	CIPHERS_ACCEPT(facts, mem, TLS_1_3, PREFERENCE_CHACHA, 0x1302, 0x1303, 0x1301);
	for (size_t i = 0; i < 3; i++)
		facts->survey.versions[TLS_1_3].suites[i].group = 0x11ec;
	ciphers_groups(facts, mem, groups_taken, ARRAY_SIZE(groups_taken), true);
	facts->survey.group_preference = PREFERENCE_SERVER;
	ciphers_schemes(facts, mem, schemes_taken, ARRAY_SIZE(schemes_taken));
	facts->survey.signature13 = "rsa_pss_rsae_sha256";
	ciphers_properties(facts);
	facts->survey.forward_secrecy = FS_ALWAYS;
	facts->connections = 38;
	facts->one_write = true;
	return facts;
}

/* Stock Prosody on Debian 12: RSA key exchange and CBC behind the good ones, the client's order. */
static inline struct ciphers_facts *ciphers_prosody(struct arena *mem, enum service service)
{
	static const uint16_t groups_taken[] = { 0x001d, 0x0017, 0x001e, 0x0019, 0x0018 };
	static const uint16_t schemes_taken[] = { 0x0804, 0x0401, 0x0201 };
	struct ciphers_facts *facts = ciphers_modern(mem, service);
	struct version_seen *tls12 = CIPHERS_ACCEPT(facts, mem, TLS_1_2, PREFERENCE_CLIENT, 0xc030,
						    0x009f, 0xc02f, 0xc014, 0x009d, 0x002f);
	tls12->suites[3].encrypt_then_mac = false;
	CIPHERS_ACCEPT(facts, mem, TLS_1_3, PREFERENCE_CLIENT, 0x1302, 0x1303, 0x1301);
	ciphers_groups(facts, mem, groups_taken, ARRAY_SIZE(groups_taken), true);
	facts->survey.group_preference = PREFERENCE_CLIENT;
	ciphers_schemes(facts, mem, schemes_taken, ARRAY_SIZE(schemes_taken));
	facts->survey.fields = arena_array(mem, 1, sizeof(*facts->survey.fields));
	facts->survey.field_count = 1;
	facts->survey.fields[0] = (struct field_seen){
		.bits = 2048, .sha256 = { 0x5a }, .name = "RFC 7919 ffdhe2048", .generator = 2
	};
	facts->survey.properties.hybrid_preferred = SEEN_NOT_TESTED;
	facts->survey.properties.dh_reuse = SEEN_NO;
	facts->survey.forward_secrecy = FS_POSSIBLE;
	facts->connections = 42;
	return facts;
}

/* Everything that was ever wrong: SSL 2.0, export, anonymous, 512-bit DH, two certificates. */
static inline struct ciphers_facts *ciphers_awful(struct arena *mem, enum service service)
{
	static const uint16_t schemes_taken[] = { 0x0101, 0x0201 };
	struct ciphers_facts *facts = ciphers_blank(mem, service);
	struct survey_facts *survey = &facts->survey;
	ciphers_cert(facts, mem, "rsa-1024");
	ciphers_cert(facts, mem, "ed25519");
	CIPHERS_ACCEPT(facts, mem, SSL_2_0, PREFERENCE_UNKNOWN, 0x010080, 0x020080, 0x060040);
	for (int version = SSL_3_0; version <= TLS_1_1; version++) {
		struct version_seen *seen = CIPHERS_ACCEPT(facts, mem, (enum tls_version)version,
							   PREFERENCE_SERVER, 0x0005, 0x000a,
							   0x0033, 0x0014, 0x0003, 0x0034, 0x0002,
							   0xc009, 0xfedc);
		seen->suites[2].dh_bits = 1024;
		seen->suites[2].prime = "RFC 2409 group 2";
		seen->suites[3].dh_bits = 512;
		seen->suites[4].rsa_export_bits = 512;
		seen->suites[7].cert = 1;
		seen->suites[7].group = 0;
		seen->suites[7].explicit_curve = true;
		seen->suites[7].outside = version == SSL_3_0;
		seen->suites[8].group = 0x7777;
	}
	struct version_seen *tls12 = CIPHERS_ACCEPT(facts, mem, TLS_1_2, PREFERENCE_MIXED, 0x0005,
						    0x009c);
	tls12->suites[1].scheme = 0x7777;
	tls12->suites_complete = false;
	survey->versions[TLS_1_3].offered = SEEN_UNCLEAR;
	survey->groups = arena_array(mem, 2, sizeof(*survey->groups));
	survey->group_count = 2;
	survey->groups[0] = (struct group_seen){ 0x0001, true, false };
	survey->groups[1] = (struct group_seen){ 0x7777, true, false };
	survey->groups_complete[0] = SEEN_NO;
	ciphers_schemes(facts, mem, schemes_taken, ARRAY_SIZE(schemes_taken));
	survey->schemes[0].alone = false;
	survey->fields = arena_array(mem, 2, sizeof(*survey->fields));
	survey->field_count = 2;
	survey->fields[0] = (struct field_seen){ 1024, { 1 }, "RFC 2409 group 2", false, false,
						 2,    false };
	survey->fields[1] = (struct field_seen){ 512, { 2 }, NULL, true, true, 0, true };
	survey->properties = (struct property_facts){
		.compression = SEEN_YES,
		.secure_renegotiation = SEEN_NO,
		.extended_master_secret = SEEN_NO,
		.encrypt_then_mac = SEEN_NO,
		.heartbeat = SEEN_YES,
		.fallback_scsv = SEEN_UNCLEAR,
		.grease = SEEN_NO,
		.version_tolerance = SEEN_NO,
		.intolerant_of = 0x0304,
		.sni_required = SEEN_YES,
		.sni_unknown_refused = SEEN_YES,
		.sni_alert = 112,
		.dh_reuse = SEEN_YES,
		.ec_reuse = SEEN_YES,
	};
	survey->forward_secrecy = FS_POSSIBLE;
	survey->inconsistent = true;
	survey->violation = "a suite that was not offered";
	survey->unclear = 3;
	facts->walk.tls = (struct tls_facts){ .alert = -1 };
	facts->connections = 91;
	return facts;
}

/* Nobody was there. */
static inline struct ciphers_facts *ciphers_refused(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = ciphers_blank(mem, service);
	facts_fail(&facts->walk, STEP_TCP, ERR_REFUSED, "connection refused");
	facts->connections = 1;
	return facts;
}

/* --max-connections ended it among the suites of TLS 1.2. */
static inline struct ciphers_facts *ciphers_cut(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = ciphers_blank(mem, service);
	ciphers_cert(facts, mem, "rsa-2048");
	ciphers_refuse(facts, TLS_1_1);
	CIPHERS_ACCEPT(facts, mem, TLS_1_3, PREFERENCE_SERVER, 0x1302, 0x1301);
	CIPHERS_ACCEPT(facts, mem, TLS_1_2, PREFERENCE_UNKNOWN, 0xc030, 0x009d)->suites_complete =
		false;
	facts->survey.properties.secure_renegotiation = SEEN_YES;
	facts->survey.forward_secrecy = FS_POSSIBLE;
	facts->survey.groups_complete[1] = SEEN_NO;
	facts->scope = SURVEY_SUITES;
	facts->cut = CUT_CONNECTIONS;
	facts->connections = 10;
	facts->lanes = 1;
	return facts;
}

/* The server limits connections: slower, but complete. */
static inline struct ciphers_facts *ciphers_throttled(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = ciphers_modern(mem, service);
	facts->throttled = 4;
	facts->connections = 46;
	return facts;
}

#endif
