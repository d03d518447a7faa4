/* What xmpp-ciphers finds, and how much it weighs: ciphers.md, sections 10 to 12. */
#include "unit.h"

#include "facts_fixture.h"
#include "judge/ciphers_parts.h"

#define RSA_AES128_CBC 0x002F
#define RSA_AES256_GCM 0x009D
#define RSA_RC4        0x0005
#define RSA_NULL       0x003B
#define RSA_EXPORT_RC4 0x0003
#define RSA_DES        0x0009
#define DHE_EXPORT_DES 0x0014
#define DHE_DSS_AES    0x0032
#define DHE_RSA_GCM    0x009E
#define ECDHE_RC4      0xC011
#define ECDHE_3DES     0xC012
#define ECDHE_CBC      0xC013
#define ECDHE_GCM128   0xC02F
#define ECDHE_GCM256   0xC030
#define ECDHE_CHACHA   0xCCA8
#define ECDH_ANON      0xC018
#define ECDH_STATIC    0xC029
#define PSK_GCM        0x00A8
#define ECDSA_CCM8     0xC0AE
#define NOBODYS        0xFEED
#define SSL2_RC4       0x010080
#define SSL2_3DES      0x0700C0

static const struct policy policies[] = {
	{ POLICY_BCP195, NULL },
	{ POLICY_MANIFESTO, NULL },
	{ POLICY_STRICT, NULL },
};

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

static struct suite_seen *add(struct survey_facts *survey, struct arena *mem,
			      enum tls_version version, uint32_t code)
{
	struct version_seen *seen = &survey->versions[version];
	if (!seen->suites)
		seen->suites = arena_array(mem, 32, sizeof(*seen->suites));
	assert_true(seen->suite_count < 32);
	seen->offered = SEEN_YES;
	seen->suites_complete = true;
	struct suite_seen *suite = &seen->suites[seen->suite_count++];
	*suite = (struct suite_seen){ .code = code, .suite = suite_by_code(code), .cert = -1 };
	survey->forward_secrecy = survey_forward_secrecy(survey);
	return suite;
}

static void take_away(struct survey_facts *survey, enum tls_version version)
{
	survey->versions[version] =
		(struct version_seen){ .version = version, .offered = SEEN_NO, .alert = 70 };
	survey->forward_secrecy = survey_forward_secrecy(survey);
}

static void add_group(struct survey_facts *survey, uint16_t code, bool tls12, bool tls13)
{
	assert_true(survey->group_count < 8);
	survey->groups[survey->group_count++] = (struct group_seen){ code, tls12, tls13 };
}

static void add_scheme(struct survey_facts *survey, uint16_t code, bool alone)
{
	assert_true(survey->scheme_count < 8);
	survey->schemes[survey->scheme_count++] = (struct scheme_seen){ code, true, false, alone };
}

static const struct property_facts good_properties = {
	.compression = SEEN_NO,
	.secure_renegotiation = SEEN_YES,
	.extended_master_secret = SEEN_YES,
	.encrypt_then_mac = SEEN_YES,
	.session_tickets = SEEN_YES,
	.session_ids = SEEN_NO,
	.resumption = SEEN_YES,
	.heartbeat = SEEN_NO,
	.fallback_scsv = SEEN_YES,
	.downgrade_sentinel = SEEN_YES,
	.grease = SEEN_YES,
	.version_tolerance = SEEN_YES,
	.long_hello = SEEN_YES,
	.sni_unknown_refused = SEEN_YES,
	.alpn = SEEN_YES,
	.alpn_unknown_refused = SEEN_YES,
	.hybrid_preferred = SEEN_YES,
	.dh_reuse = SEEN_NO,
	.ec_reuse = SEEN_NO,
};

/* A modern server, well kept. */
static struct ciphers_facts *good(struct arena *mem)
{
	struct ciphers_facts *facts = arena_alloc(mem, sizeof(*facts));
	struct survey_facts *survey = &facts->survey;
	facts->walk = *facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	facts->connections = 38;
	for (enum tls_version version = SSL_2_0; version <= TLS_1_1; version++)
		take_away(survey, version);
	add(survey, mem, TLS_1_2, ECDHE_GCM256);
	add(survey, mem, TLS_1_2, ECDHE_CHACHA);
	add(survey, mem, TLS_1_2, ECDHE_GCM128);
	add(survey, mem, TLS_1_3, 0x1302);
	add(survey, mem, TLS_1_3, 0x1303);
	add(survey, mem, TLS_1_3, 0x1301);
	survey->versions[TLS_1_2].preference = PREFERENCE_SERVER;
	survey->versions[TLS_1_3].preference = PREFERENCE_SERVER;
	survey->groups = arena_array(mem, 8, sizeof(*survey->groups));
	add_group(survey, 0x11EC, false, true);
	add_group(survey, 0x001D, true, true);
	add_group(survey, 0x0017, true, true);
	survey->schemes = arena_array(mem, 8, sizeof(*survey->schemes));
	add_scheme(survey, 0x0804, false);
	for (int i = 0; i < 2; i++)
		survey->groups_complete[i] = survey->schemes_complete[i] = SEEN_YES;
	survey->certs = arena_array(mem, 4, sizeof(*survey->certs));
	survey->certs[survey->cert_count++] = (struct cert_seen){ .key = "RSA", .bits = 2048 };
	survey->fields = arena_array(mem, 4, sizeof(*survey->fields));
	survey->properties = good_properties;
	return facts;
}

/* Spoils one thing in the facts of a good server. */
typedef void spoil(struct ciphers_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct ciphers_facts *facts, struct arena *mem)                           \
	{                                                                                          \
		struct survey_facts *survey = &facts->survey;                                      \
		struct property_facts *properties = &survey->properties;                           \
		(void)mem, (void)survey, (void)properties;                                         \
		__VA_ARGS__;                                                                       \
	}
#define SUITE(version, code) add(survey, mem, version, code)

SPOIL(nothing, )
/* Versions. */
SPOIL(ssl2, SUITE(SSL_2_0, SSL2_RC4))
SPOIL(ssl2_empty, survey->versions[SSL_2_0].offered = SEEN_YES;
      survey->versions[SSL_2_0].suites_complete = true)
SPOIL(ssl3, survey->versions[SSL_3_0].offered = SEEN_YES;
      survey->versions[SSL_3_0].suites_complete = true)
SPOIL(ssl3_cbc, SUITE(SSL_3_0, ECDHE_CBC)->encrypt_then_mac = true)
SPOIL(tls10, survey->versions[TLS_1_0].offered = SEEN_YES;
      survey->versions[TLS_1_0].suites_complete = true)
SPOIL(tls11, survey->versions[TLS_1_1].offered = SEEN_YES;
      survey->versions[TLS_1_1].suites_complete = true)
SPOIL(tls10_cbc, tls11(facts, mem); SUITE(TLS_1_0, ECDHE_CBC)->encrypt_then_mac = true)
SPOIL(tls10_cbc_alone, SUITE(TLS_1_0, ECDHE_CBC)->encrypt_then_mac = true)
SPOIL(no12, take_away(survey, TLS_1_2))
SPOIL(no13, take_away(survey, TLS_1_3))
SPOIL(old_only, no12(facts, mem); no13(facts, mem); tls11(facts, mem))
SPOIL(chose12, facts->walk.tls.version = TLS_1_2)
SPOIL(chose12_as_asked, chose12(facts, mem); facts->walk.tls.newest_offered = TLS_1_2)
SPOIL(no_sentinel, properties->downgrade_sentinel = SEEN_NO)
SPOIL(no_sentinel_no13, no_sentinel(facts, mem); no13(facts, mem))
SPOIL(no_scsv, properties->fallback_scsv = SEEN_NO)
SPOIL(no_scsv_old, no_scsv(facts, mem); tls11(facts, mem))
SPOIL(intolerant, properties->version_tolerance = SEEN_NO; properties->intolerant_of = 0x0400)
SPOIL(silent_to_new, properties->version_tolerance = SEEN_UNCLEAR;
      properties->intolerant_of = 0x0304)
SPOIL(no_grease, properties->grease = SEEN_NO)
SPOIL(short_hellos, properties->long_hello = SEEN_NO)
/* Suites. */
SPOIL(null, SUITE(TLS_1_2, RSA_NULL))
SPOIL(anonymous, SUITE(TLS_1_2, ECDH_ANON)->encrypt_then_mac = true)
SPOIL(export_rsa, SUITE(TLS_1_2, RSA_EXPORT_RC4)->rsa_export_bits = 512)
SPOIL(export_dh, SUITE(TLS_1_2, DHE_EXPORT_DES)->encrypt_then_mac = true)
SPOIL(export_key, SUITE(TLS_1_2, RSA_AES256_GCM)->rsa_export_bits = 512)
SPOIL(rc4, SUITE(TLS_1_2, ECDHE_RC4))
SPOIL(des, SUITE(TLS_1_2, RSA_DES)->encrypt_then_mac = true)
SPOIL(triple_des, SUITE(TLS_1_2, ECDHE_3DES)->encrypt_then_mac = true)
SPOIL(static_rsa, SUITE(TLS_1_2, RSA_AES256_GCM))
SPOIL(static_rsa_alone, no13(facts, mem); no12(facts, mem); static_rsa(facts, mem))
SPOIL(mandatory, SUITE(TLS_1_2, RSA_AES128_CBC)->encrypt_then_mac = true)
SPOIL(mandatory_unknown, survey->versions[TLS_1_2].suites_complete = false)
SPOIL(static_ecdh, SUITE(TLS_1_2, ECDH_STATIC)->encrypt_then_mac = true)
SPOIL(dsa, SUITE(TLS_1_2, DHE_DSS_AES)->encrypt_then_mac = true)
SPOIL(shared_key, SUITE(TLS_1_2, PSK_GCM))
SPOIL(dhe, SUITE(TLS_1_2, DHE_RSA_GCM)->dh_bits = 2048)
SPOIL(cbc, SUITE(TLS_1_2, ECDHE_CBC))
SPOIL(cbc_not_asked, cbc(facts, mem); properties->encrypt_then_mac = SEEN_NOT_TESTED)
SPOIL(cbc_mended, SUITE(TLS_1_2, ECDHE_CBC)->encrypt_then_mac = true)
SPOIL(ccm8, SUITE(TLS_1_2, ECDSA_CCM8))
SPOIL(misplaced, SUITE(TLS_1_2, ECDHE_GCM128)->outside = true)
SPOIL(unassigned, SUITE(TLS_1_2, NOBODYS))
SPOIL(many_cbc, cbc(facts, mem); SUITE(TLS_1_2, 0xC014); SUITE(TLS_1_2, 0xC027);
      SUITE(TLS_1_2, 0xC028); SUITE(TLS_1_2, ECDHE_CBC))
/* Order. */
static void put_first(struct survey_facts *survey)
{
	struct version_seen *seen = &survey->versions[TLS_1_2];
	struct suite_seen last = seen->suites[seen->suite_count - 1];
	memmove(&seen->suites[1], &seen->suites[0], (seen->suite_count - 1) * sizeof(last));
	seen->suites[0] = last;
}
SPOIL(rsa_first, static_rsa(facts, mem); put_first(survey))
SPOIL(triple_des_first, triple_des(facts, mem); put_first(survey))
SPOIL(cbc_first, cbc_mended(facts, mem); put_first(survey))
SPOIL(client_order, survey->versions[TLS_1_2].preference = PREFERENCE_CLIENT)
SPOIL(client_order_rsa, client_order(facts, mem); static_rsa(facts, mem))
SPOIL(client_order_3des, client_order(facts, mem); triple_des_first(facts, mem))
SPOIL(client_order_13, survey->versions[TLS_1_3].preference = PREFERENCE_CLIENT)
SPOIL(no_order, survey->versions[TLS_1_2].preference = PREFERENCE_UNKNOWN; rsa_first(facts, mem))
/* Key exchange. */
#define FIELD(...)                                                                                 \
	survey->fields[survey->field_count++] = ((struct field_seen){ .generator = 2, __VA_ARGS__ })
SPOIL(dh512, FIELD(.bits = 512))
SPOIL(dh1023, FIELD(.bits = 1023))
SPOIL(dh1024, FIELD(.bits = 1024))
SPOIL(dh2047, FIELD(.bits = 2047))
SPOIL(dh2048, FIELD(.bits = 2048, .name = "RFC7919 ffdhe2048"))
SPOIL(dh_shared, FIELD(.bits = 1024, .name = "RFC2409 group 2 (Oakley 2)"))
SPOIL(dh_composite, FIELD(.bits = 2048, .name = "socat\x1b", .known_composite = true))
SPOIL(dh_subgroups, FIELD(.bits = 2048, .name = "RFC5114 group 24", .known_unsafe = true))
SPOIL(dh_one, FIELD(.bits = 2048); survey->fields[0].generator = 1)
SPOIL(dh_weak_public, FIELD(.bits = 2048, .weak_public = true))
SPOIL(dh_reused, properties->dh_reuse = SEEN_YES)
SPOIL(ec_reused, properties->ec_reuse = SEEN_YES)
SPOIL(small_curve, add_group(survey, 0x0013, true, false))
SPOIL(small_curve_shown, survey->versions[TLS_1_2].suites[0].group = 0x0013)
SPOIL(curve_224, add_group(survey, 0x0015, true, false))
SPOIL(kyber, add_group(survey, 0x6399, false, true))
SPOIL(explicit_group, add_group(survey, 0xFF01, true, false))
SPOIL(explicit_shown, survey->versions[TLS_1_2].suites[0].explicit_curve = true)
SPOIL(no_pq, survey->groups[0].code = 0x0018)
SPOIL(no_pq_cut, no_pq(facts, mem); survey->groups_complete[1] = SEEN_NO)
SPOIL(no_pq_no13, no_pq(facts, mem); no13(facts, mem))
SPOIL(pq_second, properties->hybrid_preferred = SEEN_NO)
/* Keys and signatures. */
SPOIL(rsa1024, survey->certs[0].bits = 1024)
SPOIL(rsa_unread, survey->certs[0].bits = 0)
SPOIL(p192, survey->certs[0] = ((struct cert_seen){ .key = "EC P-192", .bits = 192 }))
SPOIL(p256, survey->certs[0] = ((struct cert_seen){ .key = "EC P-256", .bits = 256 }))
SPOIL(dsa_key, survey->certs[0] = ((struct cert_seen){ .key = "DSA", .bits = 2048 }))
SPOIL(sha1, add_scheme(survey, 0x0201, false))
SPOIL(sha1_alone, add_scheme(survey, 0x0201, true))
SPOIL(md5_alone, add_scheme(survey, 0x0101, true))
SPOIL(sha1_shown, sha1_alone(facts, mem); survey->versions[TLS_1_2].suites[0].scheme = 0x0201)
/* Properties. */
SPOIL(compresses, properties->compression = SEEN_YES)
SPOIL(renegotiates, properties->secure_renegotiation = SEEN_NO)
SPOIL(no_ems, properties->extended_master_secret = SEEN_NO;
      properties->session_tickets = properties->resumption = SEEN_NO)
SPOIL(no_ems_resumes, properties->extended_master_secret = SEEN_NO)
SPOIL(no_ems_no12, no_ems(facts, mem); no12(facts, mem))
SPOIL(heartbeat, properties->heartbeat = SEEN_YES)
SPOIL(any_name, properties->sni_unknown_refused = SEEN_NO)
SPOIL(any_alpn, properties->alpn = properties->alpn_unknown_refused = SEEN_NO)
SPOIL(unclear_all, properties->compression = properties->secure_renegotiation =
			   properties->extended_master_secret = properties->heartbeat =
				   properties->fallback_scsv = properties->grease = SEEN_UNCLEAR)
SPOIL(untested, *properties = ((struct property_facts){ 0 }))
/* The enumeration itself. */
SPOIL(throttled, facts->cut = CUT_THROTTLED; facts->cut_reason = "policy-violation\x07")
SPOIL(slowed, facts->throttled = 3)
SPOIL(timed_out, facts->cut = CUT_TIMEOUT)
SPOIL(enough, facts->cut = CUT_CONNECTIONS)
SPOIL(silent, facts->cut = CUT_SILENT)
SPOIL(not_tls, facts->cut = CUT_NOT_TLS; survey->violation = "chose what was not offered\x1b")
SPOIL(unclear, survey->unclear = 2)
SPOIL(inconsistent, survey->inconsistent = true)
SPOIL(late_failure, facts_fail(&facts->walk, STEP_TLS, ERR_TIMEOUT, "no answer within 10 s"))

static void nothing_seen(struct ciphers_facts *facts, enum seen offered)
{
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++) {
		take_away(&facts->survey, version);
		facts->survey.versions[version].offered = offered;
	}
}
SPOIL(refused, nothing_seen(facts, SEEN_NOT_TESTED);
      facts_fail(&facts->walk, STEP_TCP, ERR_REFUSED, "connection refused"))
SPOIL(refused_cut, refused(facts, mem); facts->cut = CUT_TIMEOUT; survey->unclear = 1)
SPOIL(no_version, nothing_seen(facts, SEEN_NO))
SPOIL(no_version_unclear, nothing_seen(facts, SEEN_UNCLEAR))
SPOIL(no_version_throttled, nothing_seen(facts, SEEN_NOT_TESTED); throttled(facts, mem))

static const struct row {
	const char *name;
	spoil *spoil;
	/* Beside "info rfc6120-suite", which every server has that was asked. */
	const char *bcp195, *strict;
	const char *text; /* of the first finding, in part; NULL: not looked at */
} rows[] = {
	{ "good", nothing, "", "", "CBC_SHA is not accepted" },

	{ "SSL 2.0", ssl2, "critical tls-ssl2-offered", "critical tls-ssl2-offered", "DROWN" },
	{ "SSL 2.0 without a cipher", ssl2_empty, "critical tls-ssl2-offered",
	  "critical tls-ssl2-offered", "no cipher of it" },
	{ "SSL 3.0", ssl3, "critical tls-ssl3-offered", "critical tls-ssl3-offered",
	  "SSL 3.0 is accepted" },
	{ "POODLE", ssl3_cbc, "critical tls-ssl3-offered", "critical tls-ssl3-offered", "POODLE" },
	{ "TLS 1.0", tls10, "warning tls-old-version-offered", "critical tls-old-version-offered",
	  "TLS1.0 is accepted" },
	{ "TLS 1.1", tls11, "warning tls-old-version-offered", "critical tls-old-version-offered",
	  "TLS1.1 is accepted" },
	{ "BEAST", tls10_cbc, "warning tls-old-version-offered", "critical tls-old-version-offered",
	  "TLS1.1 and TLS1.0 are accepted, TLS1.0 with CBC suites (BEAST)" },
	{ "BEAST without TLS 1.1", tls10_cbc_alone, "warning tls-old-version-offered",
	  "critical tls-old-version-offered", "TLS1.0 is accepted, with CBC suites (BEAST)" },
	{ "no TLS 1.2", no12, "info tls12-missing", "info tls12-missing", NULL },
	{ "no TLS 1.3", no13, "warning tls13-missing", "warning tls13-missing", NULL },
	{ "neither", old_only, "warning tls-old-version-offered, critical tls-version-too-old",
	  "critical tls-old-version-offered, critical tls-version-too-old", NULL },
	{ "TLS 1.2 although 1.3 was offered", chose12, "warning tls13-not-preferred",
	  "critical tls13-not-preferred", "TLS1.2 was agreed upon" },
	{ "TLS 1.2 as we asked", chose12_as_asked, "", "", NULL },
	{ "no downgrade sentinel", no_sentinel, "warning tls-no-downgrade-sentinel",
	  "warning tls-no-downgrade-sentinel", NULL },
	{ "nothing to downgrade from", no_sentinel_no13, "warning tls13-missing",
	  "warning tls13-missing", NULL },
	{ "no SCSV, and nothing to fall back to", no_scsv, "info tls-no-fallback-scsv",
	  "info tls-no-fallback-scsv", NULL },
	{ "no SCSV", no_scsv_old, "warning tls-old-version-offered, warning tls-no-fallback-scsv",
	  "critical tls-old-version-offered, warning tls-no-fallback-scsv", NULL },
	{ "version intolerance", intolerant, "warning tls-version-intolerance",
	  "warning tls-version-intolerance", "0x0400" },
	{ "silence for a newer version", silent_to_new, "warning tls-version-intolerance",
	  "warning tls-version-intolerance", "0x0304" },
	{ "GREASE intolerance", no_grease, "warning tls-grease-intolerance",
	  "warning tls-grease-intolerance", NULL },
	{ "long hello intolerance", short_hellos, "warning tls-long-hello-intolerance",
	  "warning tls-long-hello-intolerance", NULL },

	{ "no encryption", null, "critical tls-suite-null, warning tls-suite-static-rsa",
	  "critical tls-suite-null, critical tls-suite-static-rsa",
	  "suites that do not encrypt are accepted: TLS_RSA_WITH_NULL_SHA256 (TLS1.2)" },
	{ "anonymous", anonymous, "critical tls-anonymous", "critical tls-anonymous", NULL },
	{ "FREAK", export_rsa, "critical tls-suite-export, warning tls-suite-static-rsa",
	  "critical tls-suite-export, critical tls-suite-static-rsa",
	  "export suites are accepted (FREAK), with RSA keys of 512 bits: TLS_RSA_EXPORT" },
	{ "LOGJAM", export_dh, "critical tls-suite-export, info tls-suite-dhe",
	  "critical tls-suite-export, warning tls-suite-dhe", "(LOGJAM)" },
	{ "an export key without an export suite", export_key,
	  "critical tls-suite-export, warning tls-suite-static-rsa",
	  "critical tls-suite-export, critical tls-suite-static-rsa", "FREAK" },
	{ "RC4", rc4, "critical tls-suite-rc4", "critical tls-suite-rc4",
	  "RC4 is accepted: TLS_ECDHE_RSA_WITH_RC4_128_SHA" },
	{ "DES", des, "critical tls-suite-short-key, warning tls-suite-static-rsa",
	  "critical tls-suite-short-key, critical tls-suite-static-rsa", NULL },
	{ "SWEET32", triple_des, "warning tls-suite-64-bit-block",
	  "critical tls-suite-64-bit-block", "SWEET32" },
	{ "static RSA", static_rsa, "warning tls-suite-static-rsa", "critical tls-suite-static-rsa",
	  "ROBOT" },
	{ "nothing but static RSA", static_rsa_alone,
	  "warning tls13-missing, warning tls-no-forward-secrecy, warning tls-suite-static-rsa",
	  "warning tls13-missing, critical tls-no-forward-secrecy, critical tls-suite-static-rsa",
	  NULL },
	{ "the suite of RFC 6120", mandatory, "warning tls-suite-static-rsa",
	  "critical tls-suite-static-rsa", NULL },
	{ "static ECDH", static_ecdh, "warning tls-suite-static-key",
	  "critical tls-suite-static-key", NULL },
	{ "DSA", dsa, "warning tls-suite-dsa, info tls-suite-dhe",
	  "critical tls-suite-dsa, warning tls-suite-dhe", NULL },
	{ "pre-shared keys", shared_key, "info tls-suite-psk", "warning tls-suite-psk", NULL },
	{ "DHE of 2048 bits", dhe, "info tls-suite-dhe", "warning tls-suite-dhe", NULL },
	{ "CBC", cbc, "info tls-suite-cbc", "warning tls-suite-cbc", "LUCKY13" },
	{ "CBC, encrypt-then-MAC not asked for", cbc_not_asked, "info tls-suite-cbc",
	  "warning tls-suite-cbc", "was not asked" },
	{ "CBC with encrypt-then-MAC", cbc_mended, "", "", NULL },
	{ "a short tag", ccm8, "info tls-suite-dated", "warning tls-suite-dated", NULL },
	{ "outside its specification", misplaced, "info tls-suite-out-of-place",
	  "warning tls-suite-out-of-place", NULL },
	{ "a number that is not assigned", unassigned, "info tls-suite-unregistered",
	  "warning tls-suite-unregistered", "0xFEED" },
	{ "many are counted, each once", many_cbc, "info tls-suite-cbc", "warning tls-suite-cbc",
	  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "
	  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 and 1 more (TLS1.2)" },

	{ "static RSA first", rsa_first,
	  "warning tls-suite-static-rsa, warning tls-fs-not-preferred",
	  "critical tls-suite-static-rsa, critical tls-fs-not-preferred", NULL },
	{ "3DES first", triple_des_first,
	  "warning tls-suite-64-bit-block, warning tls-weak-preferred",
	  "critical tls-suite-64-bit-block, critical tls-weak-preferred", NULL },
	{ "CBC first is no fault", cbc_first, "", "", NULL },
	{ "the client's order", client_order, "info tls-no-server-preference",
	  "info tls-no-server-preference", "the client's order decides (TLS1.2)" },
	{ "the client's order may cost forward secrecy", client_order_rsa,
	  "warning tls-suite-static-rsa, warning tls-fs-not-preferred, info "
	  "tls-no-server-preference",
	  "critical tls-suite-static-rsa, critical tls-fs-not-preferred, info "
	  "tls-no-server-preference",
	  NULL },
	{ "the client's order means nothing", client_order_3des,
	  "warning tls-suite-64-bit-block, info tls-no-server-preference",
	  "critical tls-suite-64-bit-block, info tls-no-server-preference", NULL },
	{ "the client's order in TLS 1.3", client_order_13, "", "", NULL },
	{ "nobody knows whose order", no_order, "warning tls-suite-static-rsa",
	  "critical tls-suite-static-rsa", NULL },

	{ "DH of 512 bits", dh512, "critical tls-dh-weak", "critical tls-dh-weak", "512 bits" },
	{ "DH of 1023 bits", dh1023, "critical tls-dh-weak", "critical tls-dh-weak", NULL },
	{ "DH of 1024 bits", dh1024, "warning tls-dh-weak", "critical tls-dh-weak", NULL },
	{ "DH of 2047 bits", dh2047, "warning tls-dh-weak", "critical tls-dh-weak", NULL },
	{ "DH of 2048 bits", dh2048, "", "", NULL },
	{ "a prime that many share", dh_shared, "warning tls-dh-weak, warning tls-dh-shared-prime",
	  "critical tls-dh-weak, critical tls-dh-shared-prime",
	  "1024 bits (RFC2409 group 2 (Oakley 2)) are used" },
	{ "no prime", dh_composite, "critical tls-dh-unsafe", "critical tls-dh-unsafe",
	  "no prime: socat\\x1b" },
	{ "no safe prime", dh_subgroups, "warning tls-dh-unsafe", "critical tls-dh-unsafe",
	  "RFC5114 group 24" },
	{ "generator 1", dh_one, "critical tls-dh-unsafe", "critical tls-dh-unsafe", NULL },
	{ "public value 1", dh_weak_public, "critical tls-dh-unsafe", "critical tls-dh-unsafe",
	  NULL },
	{ "Raccoon", dh_reused, "warning tls-ephemeral-reuse", "warning tls-ephemeral-reuse",
	  "Raccoon" },
	{ "one point twice", ec_reused, "warning tls-ephemeral-reuse",
	  "warning tls-ephemeral-reuse", "key of ECDHE: it is not ephemeral" },
	{ "a curve of 192 bits", small_curve, "critical tls-dh-weak", "critical tls-dh-weak",
	  "secp192r1" },
	{ "a curve of 192 bits, seen with a suite", small_curve_shown, "critical tls-dh-weak",
	  "critical tls-dh-weak", "secp192r1" },
	{ "a curve of 224 bits", curve_224, "info tls-group-deprecated",
	  "warning tls-group-deprecated", "secp224r1" },
	{ "a draft of a hybrid", kyber, "info tls-group-deprecated", "warning tls-group-deprecated",
	  NULL },
	{ "an explicit curve", explicit_group, "warning tls-explicit-curve",
	  "critical tls-explicit-curve", NULL },
	{ "an explicit curve, seen with a suite", explicit_shown, "warning tls-explicit-curve",
	  "critical tls-explicit-curve", NULL },
	{ "no post-quantum group", no_pq, "info tls-post-quantum-missing",
	  "warning tls-post-quantum-missing", NULL },
	{ "none so far", no_pq_cut, "", "", NULL },
	{ "TLS 1.2 has none", no_pq_no13, "warning tls13-missing", "warning tls13-missing", NULL },
	{ "a post-quantum group in second place", pq_second, "info tls-post-quantum-not-preferred",
	  "info tls-post-quantum-not-preferred", NULL },

	{ "an RSA key of 1024 bits", rsa1024, "critical cert-weak", "critical cert-weak",
	  "RSA of 1024 bits" },
	{ "a key that cannot be read", rsa_unread, "", "", NULL },
	{ "a key on P-192", p192, "critical cert-weak", "critical cert-weak", "EC P-192" },
	{ "a key on P-256", p256, "", "", NULL },
	{ "a DSA key", dsa_key, "critical cert-weak", "critical cert-weak", NULL },
	{ "SHA-1 chosen", sha1, "critical tls-weak-signature", "critical tls-weak-signature",
	  "rsa_pkcs1_sha1, though it was offered better" },
	{ "SHA-1 alone", sha1_alone, "warning tls-accepts-weak-signature",
	  "critical tls-accepts-weak-signature", "when offered nothing better" },
	{ "SLOTH", md5_alone, "critical tls-accepts-weak-signature",
	  "critical tls-accepts-weak-signature", "SLOTH" },
	{ "SHA-1 alone, seen with a suite", sha1_shown, "warning tls-accepts-weak-signature",
	  "critical tls-accepts-weak-signature", NULL },

	{ "CRIME", compresses, "warning tls-compression", "warning tls-compression", "CRIME" },
	{ "insecure renegotiation", renegotiates, "critical tls-no-secure-renegotiation",
	  "critical tls-no-secure-renegotiation", NULL },
	{ "no extended master secret", no_ems, "warning tls-no-extended-master-secret",
	  "warning tls-no-extended-master-secret", "TLS1.2 without the extended master secret" },
	{ "triple handshake", no_ems_resumes, "warning tls-no-extended-master-secret",
	  "warning tls-no-extended-master-secret", "triple handshake" },
	{ "TLS 1.3 needs no extended master secret", no_ems_no12, "info tls12-missing",
	  "info tls12-missing", NULL },
	{ "heartbeat", heartbeat, "warning tls-heartbeat", "warning tls-heartbeat", NULL },
	{ "an unknown name", any_name, "info tls-unknown-name-accepted",
	  "info tls-unknown-name-accepted", NULL },
	{ "an unknown protocol behind STARTTLS", any_alpn, "", "", NULL },
	{ "what is unclear is no fault", unclear_all, "", "", NULL },
	{ "what was not tested is no fault", untested, "", "", NULL },
};

/* The mandatory suite's finding, which stands somewhere in between, taken out. */
static const char *judged(const struct ciphers_facts *facts, enum service service,
			  enum transport transport, const struct policy *policy, bool all,
			  struct findings *findings, struct arena *mem)
{
	const struct endpoint at = facts_endpoint(service, transport, "192.0.2.7");
	*findings = (struct findings){ 0 };
	judge_ciphers(&at, facts, policy, mem, findings);
	if (!all && findings->count > 1)
		findings_drop(findings, "rfc6120-suite");
	const char *words = findings_words(findings, mem);
	return !all && strcmp(words, "info rfc6120-suite") == 0 ? "" : words;
}

static void tells_of_servers(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ciphers_facts *facts = good(mem);
		struct findings findings;
		rows[i].spoil(facts, mem);
		assert_row_string(rows[i].name,
				  judged(facts, SERVICE_C2S, TRANSPORT_STARTTLS,
					 &policies[POLICY_STRICT], false, &findings, mem),
				  rows[i].strict);
		assert_row_string(rows[i].name,
				  judged(facts, SERVICE_C2S, TRANSPORT_STARTTLS,
					 &policies[POLICY_BCP195], false, &findings, mem),
				  rows[i].bcp195);
		if (rows[i].text && !strstr(findings.first->text, rows[i].text))
			fail_msg("%s: %s", rows[i].name, findings.first->text);
	}
}

/* Where nothing is told but why nothing could be told, and where the place matters. */
static const struct whole_row {
	const char *name;
	enum service service;
	enum transport transport;
	enum policy_name policy;
	spoil *spoil;
	const char *found;
	enum status status;
	const char *text; /* of the last finding, in part; NULL: not looked at */
} whole_rows[] = {
	{ "good", .spoil = nothing, .found = "info rfc6120-suite", .status = STATUS_OK },
	{ "the suite of RFC 6120", .spoil = mandatory,
	  .found = "warning tls-suite-static-rsa, info rfc6120-suite", .status = STATUS_WARNING,
	  .text = "CBC_SHA is accepted: RFC 6120 asks for it, RFC 9325 advises against it" },
	{ "the suite of RFC 6120, not looked for", .spoil = mandatory_unknown, .found = "" },
	{ "an unknown protocol", .transport = TRANSPORT_DIRECT, .spoil = any_alpn,
	  .found = "info rfc6120-suite, info alpn-missing, info tls-unknown-alpn-accepted" },
	{ "a weak key, s2s", SERVICE_S2S, .spoil = rsa1024,
	  .found = "info rfc6120-suite, warning cert-weak", .status = STATUS_WARNING },
	{ "good in 2014: TLS 1.0", .policy = POLICY_MANIFESTO, .spoil = tls10_cbc,
	  .found = "info tls-old-version-offered, info rfc6120-suite" },
	{ "good in 2014: no TLS 1.3, CBC, DHE", .policy = POLICY_MANIFESTO, .spoil = many_cbc,
	  .found = "info rfc6120-suite" },
	{ "not good in 2014: SSL 3.0", .policy = POLICY_MANIFESTO, .spoil = ssl3,
	  .found = "critical tls-ssl3-offered, info rfc6120-suite", .status = STATUS_CRITICAL },
	{ "not good in 2014: static RSA first", .policy = POLICY_MANIFESTO, .spoil = rsa_first,
	  .found = "info tls-suite-static-rsa, info rfc6120-suite, critical tls-fs-not-preferred",
	  .status = STATUS_CRITICAL },
	{ "throttled", .spoil = throttled,
	  .found = "info rfc6120-suite, info enumeration-throttled", .status = STATUS_UNKNOWN,
	  .text = "after 38 connections the server would have no more, however slow we were: "
		  "policy-violation\\x07" },
	{ "slowed down, and complete", .spoil = slowed, .found = "info rfc6120-suite" },
	{ "out of time", .spoil = timed_out,
	  .found = "info rfc6120-suite, info enumeration-incomplete", .status = STATUS_UNKNOWN,
	  .text = "ended early after 38 connections: the time was up" },
	{ "out of connections", .spoil = enough,
	  .found = "info rfc6120-suite, info enumeration-incomplete", .status = STATUS_UNKNOWN },
	{ "silence", .spoil = silent, .found = "info rfc6120-suite, info enumeration-incomplete",
	  .status = STATUS_UNKNOWN },
	{ "rules broken", .spoil = not_tls,
	  .found = "info rfc6120-suite, info enumeration-incomplete, critical "
		   "tls-protocol-violation",
	  .status = STATUS_CRITICAL, .text = "chose what was not offered\\x1b" },
	{ "unclear answers", .spoil = unclear,
	  .found = "info rfc6120-suite, info tls-answers-unclear", .status = STATUS_UNKNOWN,
	  .text = "2 questions had no answer" },
	{ "two answers to one question", .spoil = inconsistent,
	  .found = "info rfc6120-suite, warning tls-answers-inconsistent",
	  .status = STATUS_WARNING },
	{ "a failure once there were answers", .spoil = late_failure,
	  .found = "info rfc6120-suite" },
	{ "refused", .spoil = refused, .found = "warning endpoint-refused",
	  .status = STATUS_WARNING, .text = "connection refused" },
	{ "refused: one cause, one finding", .spoil = refused_cut,
	  .found = "warning endpoint-refused", .status = STATUS_WARNING },
	{ "direct TLS refused", .transport = TRANSPORT_DIRECT, .spoil = refused,
	  .found = "warning direct-tls-closed", .status = STATUS_WARNING },
	{ "no version at all", .spoil = no_version, .found = "critical tls-handshake-failed",
	  .status = STATUS_CRITICAL },
	{ "no version for certain", .spoil = no_version_unclear,
	  .found = "info tls-answers-unclear", .status = STATUS_UNKNOWN },
	{ "throttled at once", .spoil = no_version_throttled, .found = "info enumeration-throttled",
	  .status = STATUS_UNKNOWN },
};

static void tells_how_it_went(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(whole_rows); i++) {
		const struct whole_row *row = &whole_rows[i];
		struct ciphers_facts *facts = good(mem);
		struct findings findings;
		row->spoil(facts, mem);
		assert_row_string(row->name,
				  judged(facts, row->service, row->transport,
					 &policies[row->policy], true, &findings, mem),
				  row->found);
		assert_row(row->name,
			   judge_endpoint_status(&facts->walk, &findings) == row->status);
		if (row->text && !strstr(findings.last->text, row->text))
			fail_msg("%s: %s", row->name, findings.last->text);
	}
}

/* --- The matrix --- */

static const struct verdict_row {
	const char *name;
	enum tls_version version;
	struct suite_seen seen;
	const char *verdict; /* under bcp195 */
} verdict_rows[] = {
	{ "good", TLS_1_2, { .code = ECDHE_GCM128 }, "none good - -" },
	{ "TLS 1.3", TLS_1_3, { .code = 0x1301 }, "none good - -" },
	{ "CBC",
	  TLS_1_2,
	  { .code = ECDHE_CBC },
	  "info legacy RFC 9325 section 4.2.1 no encrypt-then-MAC" },
	{ "CBC with encrypt-then-MAC",
	  TLS_1_2,
	  { .code = ECDHE_CBC, .encrypt_then_mac = true },
	  "none good - -" },
	{ "RC4 is worse than static RSA",
	  TLS_1_2,
	  { .code = RSA_RC4 },
	  "critical insecure RFC 7465 section 2 RC4" },
	{ "static RSA is worse than CBC",
	  TLS_1_2,
	  { .code = RSA_AES128_CBC },
	  "warning weak RFC 9325 section 4.1 no forward secrecy" },
	{ "the suite before the version",
	  TLS_1_0,
	  { .code = RSA_AES128_CBC },
	  "warning weak RFC 9325 section 4.1 no forward secrecy" },
	{ "the version",
	  TLS_1_1,
	  { .code = ECDHE_CBC },
	  "warning weak RFC 8996 section 2 old version" },
	{ "SSL 3.0",
	  SSL_3_0,
	  { .code = RSA_AES128_CBC },
	  "critical insecure RFC 7568 section 3 SSL 3.0" },
	{ "SSL 2.0",
	  SSL_2_0,
	  { .code = SSL2_3DES },
	  "critical insecure RFC 6176 section 3 SSL 2.0" },
	{ "DH of 512 bits",
	  TLS_1_2,
	  { .code = DHE_RSA_GCM, .dh_bits = 512 },
	  "critical insecure RFC 9325 section 4.5 DH under 1024 bits" },
	{ "DH of 1024 bits",
	  TLS_1_2,
	  { .code = DHE_RSA_GCM, .dh_bits = 1024 },
	  "warning weak RFC 9325 section 4.5 1024-bit DH" },
	{ "DH of 1536 bits",
	  TLS_1_2,
	  { .code = DHE_RSA_GCM, .dh_bits = 1536 },
	  "warning weak RFC 9325 section 4.5 DH under 2048 bits" },
	{ "DH of 2048 bits",
	  TLS_1_2,
	  { .code = DHE_RSA_GCM, .dh_bits = 2048 },
	  "info legacy RFC 9325 section 4.2 finite-field DH" },
	{ "an unknown number",
	  TLS_1_2,
	  { .code = NOBODYS },
	  "info legacy RFC 9847 section 3 number not assigned" },
};

static void gives_each_suite_a_verdict(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdict_rows); i++) {
		struct suite_seen seen = verdict_rows[i].seen;
		struct suite_verdict out;
		seen.suite = suite_by_code(seen.code);
		judge_suite(&seen, verdict_rows[i].version, &policies[POLICY_BCP195], &out);
		assert_row_string(verdict_rows[i].name,
				  arena_printf(*state, "%s %s %s %s", severity_name(out.severity),
					       out.word, out.ref ? out.ref : "-",
					       out.note ? out.note : "-"),
				  verdict_rows[i].verdict);
	}
}

/* Each suite of the registry weighs what its class there says; what only SSL 3.0 has, as much as
 * that. */
static void agrees_with_the_registry(void **state)
{
	(void)state;
	static const struct {
		const char *grade;
		enum severity bcp195, strict;
	} grades[] = {
		{ "insecure", SEVERITY_CRITICAL, SEVERITY_CRITICAL },
		{ "weak", SEVERITY_WARNING, SEVERITY_CRITICAL },
		{ "legacy", SEVERITY_INFO, SEVERITY_WARNING },
		{ "secure", SEVERITY_NONE, SEVERITY_NONE },
		{ "recommended", SEVERITY_NONE, SEVERITY_NONE },
		{ "signal", SEVERITY_NONE, SEVERITY_NONE },
	};
	for (size_t i = 0; i < suite_count; i++) {
		struct suite_verdict out;
		size_t grade = 0;
		if (suites[i].last == SSL_3_0)
			continue;
		while (strcmp(grades[grade].grade, suites[i].grade) != 0)
			grade++;
		judge_registered_suite(&suites[i], &policies[POLICY_BCP195], &out);
		assert_row(suites[i].name, out.severity == grades[grade].bcp195);
		if (out.severity != SEVERITY_NONE)
			assert_row_string(suites[i].name, out.word, suites[i].grade);
		judge_registered_suite(&suites[i], &policies[POLICY_STRICT], &out);
		assert_row(suites[i].name, out.severity == grades[grade].strict);
	}
}

/* The worst that the matrix shows is the worst that the findings say. */
static void matrix_and_findings_agree(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < suite_count; i++) {
		const struct suite *suite = &suites[i];
		if (suite->ssl2 || suite->last < SSL_3_0)
			continue;
		struct ciphers_facts *facts = good(mem);
		const struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct findings findings = { 0 };
		const struct enumerated judging = {
			&at, facts, &facts->survey, &policies[POLICY_STRICT], mem, &findings
		};
		add(&facts->survey, mem, suite->last, suite->code);
		judge_versions(&judging);
		judge_suites(&judging);
		enum severity worst = SEVERITY_NONE;
		for (const struct finding *found = findings.first; found; found = found->next) {
			bool told = strcmp(found->kind->id, "rfc6120-suite") != 0;
			worst = told && found->severity > worst ? found->severity : worst;
		}
		struct suite_verdict out;
		judge_registered_suite(suite, &policies[POLICY_STRICT], &out);
		assert_row(suite->name, out.severity == worst);
	}
}

static void the_site_has_the_last_word(void **state)
{
	struct arena *mem = *state;
	signed char *override = arena_array(mem, finding_kind_count, 1);
	const struct policy policy = { POLICY_BCP195, override };
	const struct suite_seen seen = { .code = RSA_RC4, .suite = suite_by_code(RSA_RC4) };
	struct suite_verdict out;
	memset(override, -1, finding_kind_count);
	override[finding_kind_find("tls-suite-rc4") - finding_kinds] = SEVERITY_NONE;
	judge_suite(&seen, TLS_1_2, &policy, &out);
	assert_int_equal(out.severity, SEVERITY_WARNING);
	assert_string_equal(out.word, "weak");
	override[finding_kind_find("tls-suite-static-rsa") - finding_kinds] = SEVERITY_NONE;
	judge_suite(&seen, TLS_1_2, &policy, &out);
	assert_int_equal(out.severity, SEVERITY_NONE);
	assert_string_equal(out.word, "good");
}

/* --- What spans endpoints --- */

static void same_key(struct ciphers_facts *facts, struct arena *mem)
{
	facts->survey.certs[0].der = fixture_der(mem, "leaf");
}
static void other_key(struct ciphers_facts *facts, struct arena *mem)
{
	facts->survey.certs[0].der = fixture_der(mem, "stranger");
}
SPOIL(ssl2_same, ssl2(facts, mem); same_key(facts, mem))
SPOIL(ssl2_other, ssl2(facts, mem); other_key(facts, mem))
SPOIL(ssl2_ec, ssl2_same(facts, mem); survey->certs[0].key = "EC P-256")
SPOIL(more_good, SUITE(TLS_1_2, 0xC02B))
SPOIL(not_enumerated, survey->versions[TLS_1_2].suites_complete = false;
      survey->versions[TLS_1_2].suite_count = 0)
SPOIL(version_unclear, survey->versions[TLS_1_3].offered = SEEN_UNCLEAR)

static const struct span_row {
	const char *name;
	spoil *first, *second;
	bool services; /* the second one is of the other service */
	const char *found, *text;
} span_rows[] = {
	{ "alike", nothing, nothing, false, "", NULL },
	{ "TLS 1.0 at one", nothing, tls10, false, "warning ciphers-differ",
	  "c2s: 192.0.2.8:5222 is weaker: TLS1.0 only at 192.0.2.8:5222" },
	{ "TLS 1.0 at the other", tls10, nothing, false, "warning ciphers-differ",
	  "192.0.2.7:5222 is weaker" },
	{ "no TLS 1.3 at one", nothing, no13, false, "warning ciphers-differ",
	  "192.0.2.8:5222 is weaker: TLS1.3 only at 192.0.2.7:5222" },
	{ "static RSA at one", static_rsa, nothing, false, "warning ciphers-differ",
	  "192.0.2.7:5222 is weaker: TLS_RSA_WITH_AES_256_GCM_SHA384 only at 192.0.2.7:5222" },
	{ "a good suite more", more_good, nothing, false, "info ciphers-differ", NULL },
	{ "CBC more", cbc, nothing, false, "info ciphers-differ", NULL },
	{ "what was not enumerated is no difference", not_enumerated, nothing, false, "", NULL },
	{ "what is unclear is no difference", version_unclear, nothing, false, "", NULL },
	{ "services may differ", tls10, nothing, true, "", NULL },
	{ "one that cannot be reached", nothing, refused, false, "", NULL },
	{ "DROWN by the key of the other service", same_key, ssl2_same, true, "critical drown",
	  "the RSA key of 192.0.2.7:5222 also serves SSL 2.0" },
	{ "SSL 2.0 with another key", same_key, ssl2_other, true, "", NULL },
	{ "SSL 2.0 at both has its own findings", ssl2_same, ssl2_same, true, "", NULL },
	{ "SSL 2.0 beside a key that is not RSA", same_key, ssl2_ec, true, "", NULL },
};

static void compares_endpoints(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(span_rows); i++) {
		const struct span_row *row = &span_rows[i];
		struct ciphers_facts *both[2] = { good(mem), good(mem) };
		const struct endpoint at[2] = {
			facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7"),
			facts_endpoint(row->services ? SERVICE_S2S : SERVICE_C2S,
				       TRANSPORT_STARTTLS, "192.0.2.8"),
		};
		const struct starttls_facts *walks[2] = { &both[0]->walk, &both[1]->walk };
		const struct target_view target = {
			.domain = "im.example", .endpoints = at, .facts = walks, .count = 2
		};
		struct findings findings = { 0 };
		row->first(both[0], mem);
		row->second(both[1], mem);
		judge_ciphers_target(&target, (const struct ciphers_facts *const *)both,
				     &policies[POLICY_BCP195], mem, &findings);
		assert_row_string(row->name, findings_words(&findings, mem), row->found);
		if (row->text && !strstr(findings.first->text, row->text))
			fail_msg("%s: %s", row->name, findings.first->text);
	}
}

/* --- The statement of 2014 --- */

SPOIL(ssl2_unclear, survey->versions[SSL_2_0].offered = SEEN_UNCLEAR)
SPOIL(ssl2_untested, survey->versions[SSL_2_0].offered = SEEN_NOT_TESTED)
SPOIL(tls12_untested, survey->versions[TLS_1_2].offered = SEEN_NOT_TESTED)
SPOIL(unfinished, survey->forward_secrecy = FS_UNKNOWN)

static const struct promise_row {
	const char *name;
	spoil *spoil;
	const char *sw_3, *sw_4, *sw_6;
} promise_rows[] = {
	{ "good", nothing, "kept", "kept", "kept" },
	{ "TLS 1.0", tls10, "kept", "kept", "kept" },
	{ "SSL 3.0", ssl3_cbc, "broken", "kept", "kept" },
	{ "nothing newer than TLS 1.1", old_only, "broken", "kept", "not-testable" },
	{ "no TLS 1.3", no13, "kept", "kept", "kept" },
	{ "TLS 1.3 not preferred", chose12, "broken", "kept", "kept" },
	{ "TLS 1.2 not asked for", tls12_untested, "not-testable", "kept", "kept" },
	{ "SSL 2.0", ssl2, "kept", "broken", "kept" },
	{ "SSL 2.0 unclear", ssl2_unclear, "kept", "not-testable", "kept" },
	{ "SSL 2.0 not asked for", ssl2_untested, "kept", "not-testable", "kept" },
	{ "static RSA accepted, never chosen first", static_rsa, "kept", "kept", "kept" },
	{ "static RSA first", rsa_first, "kept", "kept", "broken" },
	{ "static RSA for who asks for it first", client_order_rsa, "kept", "kept", "broken" },
	{ "DH of 1024 bits: kept in name", dh1024, "kept", "kept", "kept" },
	{ "suites not all asked for", unfinished, "kept", "kept", "not-testable" },
	{ "no answer", refused, "not-testable", "not-testable", "not-testable" },
};

static void knows_what_was_promised(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(promise_rows); i++) {
		const struct promise_row *row = &promise_rows[i];
		struct ciphers_facts *facts = good(mem);
		const struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		row->spoil(facts, mem);
		const struct starttls_facts *walk = &facts->walk;
		const struct ciphers_facts *ciphers = facts;
		const struct target_view target = { .endpoints = &at,
						    .facts = &walk,
						    .count = 1,
						    .wanted = { [SERVICE_C2S] = true } };
		const char *const wanted[] = { row->sw_3, row->sw_4, row->sw_6, row->sw_6 };
		static const char *const ids[] = { "SW-3", "SW-4", "SW-6", "DP-2" };
		struct promise list[PROMISE_MAX];
		assert_int_equal(judge_ciphers_manifesto(&target, &ciphers, mem, list), 4);
		for (size_t j = 0; j < 4; j++) {
			assert_row_string(row->name, list[j].id, ids[j]);
			assert_row_string(row->name, promise_result_name(list[j].result),
					  wanted[j]);
		}
	}
}

static void cuts_have_names(void **state)
{
	(void)state;
	static const char *const names[] = { "",        "throttled", "max-connections",
					     "timeout", "silent",    "not-tls" };
	enum cut_short cut;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_row_string(names[i], cut_short_name((enum cut_short)i), names[i]);
		assert_row(names[i], cut_short_parse(names[i], &cut) && (size_t)cut == i);
	}
	assert_false(cut_short_parse("bored", &cut));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_servers),
		cmocka_unit_test(tells_how_it_went),
		cmocka_unit_test(gives_each_suite_a_verdict),
		cmocka_unit_test(agrees_with_the_registry),
		cmocka_unit_test(matrix_and_findings_agree),
		cmocka_unit_test(the_site_has_the_last_word),
		cmocka_unit_test(compares_endpoints),
		cmocka_unit_test(knows_what_was_promised),
		cmocka_unit_test(cuts_have_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
