#include "unit.h"

#include "facts_fixture.h"

/* Spoils good facts in one place. */
typedef void spoil(struct starttls_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct starttls_facts *facts, struct arena *mem)                          \
	{                                                                                          \
		(void)facts, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, )
/* failures */
SPOIL(refused, facts_fail(facts, STEP_TCP, ERR_REFUSED, "connection refused"))
SPOIL(timed_out, facts_fail(facts, STEP_TCP, ERR_TIMEOUT, "no answer within 10 s"))
SPOIL(no_route, facts_fail(facts, STEP_TCP, ERR_NO_ROUTE, "no route from here"))
SPOIL(unreachable, facts_fail(facts, STEP_TCP, ERR_UNREACHABLE, "host unreachable"))
SPOIL(system_fails, facts_fail(facts, STEP_TCP, ERR_SYSTEM, "too many open files"))
SPOIL(closed_early, facts_fail(facts, STEP_STREAM, ERR_CLOSED, "closed before the stream header"))
SPOIL(reset_early, facts_fail(facts, STEP_STREAM, ERR_RESET, "connection reset"))
SPOIL(web_server, facts_fail(facts, STEP_STREAM, ERR_NOT_XMPP, "a web page answers, not XMPP"))
SPOIL(comment, facts_fail(facts, STEP_STREAM, ERR_RESTRICTED_XML, "a comment"))
SPOIL(broken_xml, facts_fail(facts, STEP_STREAM, ERR_NOT_WELL_FORMED, "not well-formed"))
SPOIL(too_much, facts_fail(facts, STEP_STREAM, ERR_LIMIT, "an element of more than 65536 octets"))
SPOIL(odd, facts_fail(facts, STEP_STREAM, ERR_PROTOCOL, "<iq/> instead of stream features"))
SPOIL(host_unknown, facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error host-unknown");
      facts->before.features = (struct features){ 0 };
      facts->before.error = (struct stream_error){ .condition = "host-unknown",
						   .text = "no \033 here" })
SPOIL(other_host, facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error see-other-host");
      facts->before.features = (struct features){ 0 };
      facts->before.error = (struct stream_error){ .condition = "see-other-host",
						   .content = "[2001:db8::1]:5222" })
SPOIL(policy_violation,
      facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error policy-violation");
      facts->before.features = (struct features){ 0 };
      facts->before.error = (struct stream_error){ .condition = "policy-violation" })
SPOIL(starttls_failure,
      facts_fail(facts, STEP_STARTTLS, ERR_STARTTLS_REFUSED, "the server answers <failure/>");
      facts->answer = STARTTLS_FAILURE)
SPOIL(starttls_error, facts_fail(facts, STEP_STARTTLS, ERR_STREAM_ERROR, "stream error");
      facts->answer = STARTTLS_ERROR; facts->before.error.condition = "internal-server-error")
SPOIL(starttls_silent, facts_fail(facts, STEP_STARTTLS, ERR_TIMEOUT, "no answer within 10 s"))
SPOIL(not_offered, starttls_failure(facts, mem); facts->before.features.starttls = false;
      facts->before.features.starttls_required = false)
SPOIL(no_version, facts_fail(facts, STEP_STARTTLS, ERR_CLOSED, "closed by the server");
      facts->before.version_1 = false; facts->before.version = NULL;
      facts->before.features = (struct features){ 0 })
SPOIL(injected,
      facts_fail(facts, STEP_STARTTLS, ERR_INJECTION, "1 byte in clear behind <proceed/>");
      facts->answer = STARTTLS_INJECTION)
SPOIL(handshake_fails,
      facts_fail(facts, STEP_TLS, ERR_ALERT_RECEIVED, "TLS alert handshake_failure");
      facts->tls.alert = 40)
SPOIL(version_refused,
      facts_fail(facts, STEP_TLS, ERR_ALERT_RECEIVED, "TLS alert protocol_version");
      facts->tls.alert = 70)
SPOIL(old_refused, version_refused(facts, mem); facts->tls.newest_offered = TLS_1_1)
SPOIL(handshake_reset, facts_fail(facts, STEP_TLS, ERR_RESET, "connection reset"))
SPOIL(handshake_silent, facts_fail(facts, STEP_TLS, ERR_TIMEOUT, "no answer within 10 s"))
SPOIL(other_transport, facts_fail(facts, STEP_TLS, ERR_PROTOCOL, "the answer is not TLS");
      facts->speaks_other_transport = true)
SPOIL(library_cannot,
      facts_fail(facts, STEP_TLS, ERR_UNSUPPORTED, "SSL 3.0 is not in this library"))
SPOIL(wants_certificate,
      facts_fail(facts, STEP_FEATURES, ERR_STREAM_ERROR, "stream error not-authorized");
      facts->after.opened = true; facts->after.error.condition = "not-authorized")
SPOIL(has_nothing, wants_certificate(facts, mem);
      facts->after.error.condition = "undefined-condition";
      facts->after.error.text = "No stream features to offer")
SPOIL(closed_inside, facts_fail(facts, STEP_FEATURES, ERR_CLOSED, "closed by the server"))
/* the stream in clear */
SPOIL(optional, facts->before.features.starttls_required = false)
SPOIL(alone, optional(facts, mem); facts->before.features.starttls_alone = true)
SPOIL(hidden, facts->before.features = (struct features){ .present = true })
SPOIL(old_but_works, facts->before.version_1 = false;
      facts->before.features = (struct features){ 0 })
SPOIL(scram_in_clear, facts->before.features.mechanisms = facts_list(mem, "SCRAM-SHA-1"))
SPOIL(plain_in_clear, facts->before.features.mechanisms = facts_list(mem, "SCRAM-SHA-1 PLAIN"))
SPOIL(registers, facts->before.features.registration = true)
SPOIL(legacy_login, facts->before.features.iq_auth = true)
SPOIL(zips, facts->before.features.compression = facts_list(mem, "zlib"))
SPOIL(zips_inside, facts->after.features.compression = facts_list(mem, "zlib"))
SPOIL(dialback_beside, facts->before.features.dialback = true)
SPOIL(dialback_in_clear, dialback_beside(facts, mem); optional(facts, mem))
SPOIL(no_lang, facts->before.lang = NULL)
SPOIL(no_id, facts->before.id = NULL; facts->before.from = NULL)
/* inside */
SPOIL(same_id, facts->after.id = facts->before.id)
SPOIL(still_starttls, facts->after.features.starttls = true)
SPOIL(no_login, facts->after.features.mechanisms.count = 0)
SPOIL(no_graceful_errors, facts->after.features.dialback_errors = false)
SPOIL(our_certificate, facts->our_certificate = true)
SPOIL(external, facts->our_certificate = true;
      facts->after.features.mechanisms = facts_list(mem, "EXTERNAL"))
SPOIL(small_stanzas, facts->after.features.has_limits = true;
      facts->after.features.limit_bytes = 4096)
/* TLS */
SPOIL(tls12, facts->tls.version = TLS_1_2;
      facts->tls.cipher = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
SPOIL(tls12_asked, tls12(facts, mem); facts->tls.newest_offered = TLS_1_2)
SPOIL(tls11, facts->tls.version = TLS_1_1; facts->tls.cipher = NULL)
SPOIL(ssl3, facts->tls.version = SSL_3_0; facts->tls.cipher = NULL)
SPOIL(static_rsa, tls12(facts, mem); facts->tls.cipher = "TLS_RSA_WITH_AES_128_GCM_SHA256";
      facts->tls.forward_secrecy = false; facts->tls.group = NULL)
SPOIL(cbc, tls12(facts, mem); facts->tls.cipher = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
SPOIL(cbc_with_mac, cbc(facts, mem); facts->tls.encrypt_then_mac = true)
SPOIL(triple_des, tls12(facts, mem); facts->tls.cipher = "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA")
SPOIL(rc4, tls12(facts, mem); facts->tls.cipher = "TLS_ECDHE_RSA_WITH_RC4_128_SHA")
SPOIL(anonymous, tls12(facts, mem); facts->tls.cipher = "TLS_ECDH_anon_WITH_AES_128_CBC_SHA";
      facts->tls.chain_count = 0; facts->identity = (struct identity_facts){ 0 })
SPOIL(small_group, tls12(facts, mem); facts->tls.dh_bits = 1024)
SPOIL(sha1_handshake, tls12(facts, mem); facts->tls.signature = "rsa_pkcs1_sha1")
SPOIL(no_ems, tls12(facts, mem); facts->tls.extended_master_secret = false)
SPOIL(no_renegotiation_info, tls12(facts, mem); facts->tls.safe_renegotiation = false)
SPOIL(no_alpn, facts->tls.alpn = NULL)
SPOIL(no_request, facts->tls.client_cert_requested = false)
SPOIL(no_certificate, facts->tls.chain_count = 0; facts->identity = (struct identity_facts){ 0 })
SPOIL(long_chain, facts->tls.chain_cut = true)
/* certificates */
SPOIL(path, facts->identity.path.trusted = false; facts->authenticated = false)
SPOIL(self_signed, path(facts, mem); facts->identity.path.problems = PATH_SELF_SIGNED)
SPOIL(no_dialback, self_signed(facts, mem); facts->after.features.dialback = false)
SPOIL(unknown_issuer, path(facts, mem); facts->identity.path.problems = PATH_UNKNOWN_ISSUER)
SPOIL(incomplete, path(facts, mem);
      facts->identity.path.problems = PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE)
SPOIL(expired, path(facts, mem); facts->identity.path.problems = PATH_EXPIRED;
      facts->time = facts->identity.certs[0].not_after + 21 * DAYS)
SPOIL(expired_self_signed, expired(facts, mem);
      facts->identity.path.problems = PATH_EXPIRED | PATH_SELF_SIGNED)
SPOIL(hidden_expiry, path(facts, mem); facts->identity.path.problems = PATH_EXPIRED)
SPOIL(early, path(facts, mem); facts->identity.path.problems = PATH_NOT_YET_VALID;
      facts->time = facts->identity.certs[0].not_before - 3 * DAYS)
SPOIL(soon, facts->time = facts->identity.certs[0].not_after - 15 * DAYS)
SPOIL(very_soon, facts->time = facts->identity.certs[0].not_after - 3 * DAYS)
SPOIL(soon_enough, facts->time = facts->identity.certs[0].not_after - 21 * DAYS)
SPOIL(short_lived, facts->identity.certs[0].not_before = facts->time - 4 * DAYS;
      facts->identity.certs[0].not_after = facts->time + 3 * DAYS)
SPOIL(six_days,
      facts->identity.certs[0].not_after = facts->identity.certs[0].not_before + 160 * 3600)
SPOIL(hours_60, six_days(facts, mem); facts->time = facts->identity.certs[0].not_after - 60 * 3600)
SPOIL(hours_50, six_days(facts, mem); facts->time = facts->identity.certs[0].not_after - 50 * 3600)
SPOIL(hours_28, six_days(facts, mem); facts->time = facts->identity.certs[0].not_after - 28 * 3600)
SPOIL(hours_17, six_days(facts, mem); facts->time = facts->identity.certs[0].not_after - 17 * 3600)
SPOIL(weak, path(facts, mem); facts->identity.path.problems = PATH_WEAK)
SPOIL(for_clients, path(facts, mem); facts->identity.path.problems = PATH_WRONG_PURPOSE)
SPOIL(disorder, facts->identity.path.problems = PATH_OUT_OF_ORDER)
SPOIL(unread_anchors, path(facts, mem); facts->identity.path.problems = PATH_UNCHECKED)
SPOIL(malformed, path(facts, mem); facts->identity.path.problems = PATH_MALFORMED;
      facts->identity.cert_count = 0)
SPOIL(other_name, facts->identity.names.matched = NULL; facts->authenticated = false)
SPOIL(odd_names, facts->identity.names.judgements[1].verdict = NAME_IGNORED;
      struct cert_name *name = arena_alloc(mem, sizeof(*name));
      *name = (struct cert_name){ .type = NAME_DNS,
				  .value = "im.example\\x00.org",
				  .malformed = "contains NUL" };
      facts->identity.names.judgements[1].name = name)
SPOIL(common_name_only, static struct cert_name name = { .type = NAME_CN, .value = "IM.example" };
      facts->identity.names.judgements[0] = (struct name_judgement){ &name, NAME_IGNORED,
								     "common names do not count" };
      facts->identity.names.count = 1; other_name(facts, mem))
SPOIL(address_discounted,
      static struct cert_name name = { .type = NAME_XMPP, .value = "im.example" };
      facts->identity.names.judgements[0] = (struct name_judgement){ &name, NAME_IGNORED,
								     "an issuer is limited" };
      facts->identity.names.count = 1; other_name(facts, mem))
SPOIL(no_names, facts->identity.names.count = 0; other_name(facts, mem))
SPOIL(must_staple, facts->identity.certs[0].must_staple = true)
/* --active */
SPOIL(plain_accepted, facts->active.result[ACTIVE_PLAIN] = ACTIVE_ACCEPTED)
SPOIL(stanza_accepted, facts->active.result[ACTIVE_STANZA] = ACTIVE_ACCEPTED)
SPOIL(dialback_accepted, facts->active.result[ACTIVE_DIALBACK] = ACTIVE_ACCEPTED)
SPOIL(injection_works, facts->active.result[ACTIVE_INJECTION] = ACTIVE_ACCEPTED)
SPOIL(all_refused, facts->active.result[ACTIVE_PLAIN] = ACTIVE_REFUSED;
      facts->active.result[ACTIVE_STANZA] = ACTIVE_UNTESTED)

enum { C2S = 0, S2S = 1, DIRECT = 2 };

static const struct row {
	const char *name;
	unsigned where; /* C2S or S2S, with DIRECT */
	spoil *spoil;
	const char *bcp195, *strict;
} rows[] = {
	{ "a stock server, c2s", C2S, nothing, "", "" },
	{ "a stock server, s2s", S2S, nothing, "", "" },
	{ "a stock server, direct", C2S | DIRECT, nothing, "", "" },

	{ "refused", C2S, refused, "warning endpoint-refused", NULL },
	{ "dropped", C2S, timed_out, "warning endpoint-timeout", NULL },
	{ "no IPv6 here", C2S, no_route, "info endpoint-no-route", NULL },
	{ "a router says no", S2S, unreachable, "warning endpoint-unreachable", NULL },
	{ "our own fault", C2S, system_fails, "info local-problem", NULL },
	{ "direct TLS is closed", C2S | DIRECT, refused, "warning direct-tls-closed", NULL },
	{ "direct TLS is dropped", S2S | DIRECT, timed_out, "warning direct-tls-closed", NULL },
	{ "closed", C2S, closed_early, "warning endpoint-closed", NULL },
	{ "reset", C2S, reset_early, "warning endpoint-reset", NULL },
	{ "HTTP", C2S, web_server, "critical not-xmpp", NULL },
	{ "a comment", C2S, comment, "critical peer-sent-restricted-xml", NULL },
	{ "no XML", C2S, broken_xml, "critical not-well-formed", NULL },
	{ "too large", C2S, too_much, "critical limit-exceeded", NULL },
	{ "out of turn", C2S, odd, "critical protocol-violation", NULL },
	{ "host-unknown", C2S, host_unknown, "critical stream-host-unknown", NULL },
	{ "see-other-host", C2S, other_host, "warning see-other-host", NULL },
	{ "policy-violation", S2S, policy_violation, "warning stream-error", NULL },
	{ "refuses STARTTLS", C2S, starttls_failure, "critical starttls-refused", NULL },
	{ "errs at STARTTLS", C2S, starttls_error, "critical starttls-refused", NULL },
	{ "silent at STARTTLS", C2S, starttls_silent, "warning endpoint-timeout", NULL },
	{ "no STARTTLS", S2S, not_offered, "critical starttls-not-offered", NULL },
	{ "before XMPP 1.0", S2S, no_version, "critical stream-no-version", NULL },
	{ "injection", C2S, injected, "critical starttls-injection", NULL },
	{ "handshake", C2S, handshake_fails, "critical tls-handshake-failed", NULL },
	{ "old versions refused", C2S, old_refused, "info tls-old-versions-refused", NULL },
	{ "reset in the handshake", C2S, handshake_reset, "critical tls-handshake-failed", NULL },
	{ "silent in the handshake", C2S, handshake_silent, "warning endpoint-timeout", NULL },
	{ "old versions only", C2S, version_refused, "critical tls-version-too-old", NULL },
	{ "STARTTLS on the direct port", C2S | DIRECT, other_transport,
	  "warning direct-tls-is-starttls", NULL },
	{ "TLS on the STARTTLS port", C2S, other_transport, "warning starttls-is-direct-tls",
	  NULL },
	{ "our library", C2S, library_cannot, "info library-cannot", NULL },
	{ "s2s_secure_auth", S2S, wants_certificate, "info client-cert-required", NULL },
	{ "Prosody without dialback", S2S, has_nothing, "info client-cert-required", NULL },
	{ "not-authorized on c2s", C2S, wants_certificate, "critical stream-error", NULL },
	{ "closed inside TLS", C2S, closed_inside, "warning endpoint-closed", NULL },

	{ "TLS optional", C2S, optional, "warning starttls-not-required",
	  "critical starttls-not-required" },
	{ "TLS the only feature", C2S, alone, "", "" },
	{ "hidden STARTTLS", C2S, hidden, "warning starttls-not-advertised-but-works", NULL },
	{ "old, but TLS works", C2S, old_but_works, "warning stream-no-version", NULL },
	{ "SCRAM in clear", C2S, scram_in_clear, "warning sasl-before-tls",
	  "critical sasl-before-tls" },
	{ "PLAIN in clear", C2S, plain_in_clear,
	  "warning sasl-before-tls, critical plain-before-tls", NULL },
	{ "registration in clear", C2S, registers, "warning register-before-tls", NULL },
	{ "XEP-0078 in clear", C2S, legacy_login, "critical iq-auth-before-tls", NULL },
	{ "compression in clear", C2S, zips, "warning compression-offered", NULL },
	{ "compression inside", C2S, zips_inside, "", "info compression-offered" },
	{ "dialback beside required TLS", S2S, dialback_beside, "", "" },
	{ "dialback in clear", S2S, dialback_in_clear,
	  "warning starttls-not-required, warning dialback-before-tls", NULL },
	{ "no xml:lang", C2S, no_lang, "info stream-header-incomplete", NULL },
	{ "no id", C2S, no_id, "warning stream-header-incomplete", NULL },

	{ "same id", C2S, same_id, "warning stream-id-reused", NULL },
	{ "STARTTLS inside TLS", C2S, still_starttls, "warning starttls-offered-after-tls", NULL },
	{ "nobody can log in", C2S, no_login, "critical no-mechanisms", NULL },
	{ "no dialback errors", S2S, no_graceful_errors, "info dialback-errors-missing", NULL },
	{ "no EXTERNAL", S2S, our_certificate, "info external-not-offered", NULL },
	{ "EXTERNAL", S2S, external, "", "" },
	{ "small stanzas", C2S, small_stanzas, "warning stanza-limit-too-low", NULL },

	{ "TLS 1.2", C2S, tls12, "warning tls13-missing", NULL },
	{ "TLS 1.2, as we asked", C2S, tls12_asked, "", "" },
	{ "TLS 1.1", C2S, tls11, "warning tls-version-too-old", "critical tls-version-too-old" },
	{ "SSL 3.0", C2S, ssl3, "critical tls-version-too-old", NULL },
	{ "static RSA", C2S, static_rsa, "warning tls13-missing, warning tls-no-forward-secrecy",
	  NULL },
	{ "CBC", C2S, cbc, "warning tls13-missing, info tls-legacy-cipher", NULL },
	{ "CBC, encrypt then MAC", C2S, cbc_with_mac, "warning tls13-missing", NULL },
	{ "3DES", C2S, triple_des, "warning tls13-missing, warning tls-weak-cipher", NULL },
	{ "RC4", C2S, rc4, "warning tls13-missing, critical tls-weak-cipher", NULL },
	{ "anonymous", S2S, anonymous, "warning tls13-missing, critical tls-anonymous", NULL },
	{ "DH 1024", C2S, small_group, "warning tls13-missing, critical tls-dh-weak", NULL },
	{ "SHA-1 in the handshake", C2S, sha1_handshake,
	  "warning tls13-missing, warning tls-weak-signature", NULL },
	{ "no EMS", C2S, no_ems, "warning tls13-missing, warning tls-no-extended-master-secret",
	  NULL },
	{ "no RFC 5746", C2S, no_renegotiation_info,
	  "warning tls13-missing, critical tls-no-secure-renegotiation", NULL },
	{ "no ALPN", C2S | DIRECT, no_alpn, "info alpn-missing", "warning alpn-missing" },
	{ "no certificate request, s2s", S2S, no_request, "info client-cert-not-requested", NULL },
	{ "no certificate request, c2s", C2S, no_request, "", "" },
	{ "no certificate", C2S, no_certificate, "critical cert-missing", NULL },
	{ "a chain without end", C2S, long_chain, "warning limit-exceeded", NULL },

	{ "self-signed, c2s", C2S, self_signed, "critical cert-self-signed", NULL },
	{ "self-signed, s2s", S2S, self_signed, "warning cert-self-signed",
	  "critical cert-self-signed" },
	{ "self-signed, no dialback", S2S, no_dialback, "critical cert-self-signed", NULL },
	{ "unknown issuer", C2S, unknown_issuer, "critical cert-untrusted", NULL },
	{ "no intermediate", C2S, incomplete, "critical cert-chain-incomplete", NULL },
	{ "expired, c2s", C2S, expired, "critical cert-expired", NULL },
	{ "expired, s2s", S2S, expired, "warning cert-expired", "critical cert-expired" },
	{ "expired and self-signed", C2S, expired_self_signed,
	  "critical cert-self-signed, critical cert-expired", NULL },
	{ "an anchor has expired", C2S, hidden_expiry, "critical cert-expired", NULL },
	{ "not yet valid", C2S, early, "critical cert-not-yet-valid", NULL },
	{ "15 days of 365", C2S, soon, "warning cert-expires-soon", NULL },
	{ "3 days of 365", S2S, very_soon, "critical cert-expires-soon", NULL },
	{ "21 days of 365", C2S, soon_enough, "", "" },
	{ "3 days of 7", C2S, short_lived, "", "" },
	{ "60 hours of 160", C2S, hours_60, "", "" },
	{ "50 hours of 160", C2S, hours_50, "warning cert-expires-soon", NULL },
	{ "28 hours of 160", C2S, hours_28, "warning cert-expires-soon", NULL },
	{ "17 hours of 160", C2S, hours_17, "critical cert-expires-soon", NULL },
	{ "weak", C2S, weak, "critical cert-weak", NULL },
	{ "not for servers", C2S, for_clients, "critical cert-wrong-purpose", NULL },
	{ "out of order", C2S, disorder, "warning cert-chain-order", NULL },
	{ "no anchors here", C2S, unread_anchors, "info trust-unavailable", NULL },
	{ "unreadable", C2S, malformed, "critical cert-malformed", NULL },
	{ "another name", C2S, other_name, "critical cert-name-mismatch", NULL },
	{ "another name, s2s", S2S, other_name, "warning cert-name-mismatch", NULL },
	{ "a malformed name beside a good one", C2S, odd_names, "warning cert-malformed-san",
	  NULL },
	{ "CN only", C2S, common_name_only, "critical cert-cn-only", NULL },
	{ "must-staple", C2S, must_staple, "critical cert-staple-missing", NULL },

	{ "PLAIN taken", C2S, plain_accepted, "critical active-plain-accepted", NULL },
	{ "stanza taken", C2S, stanza_accepted, "critical active-stanza-accepted", NULL },
	{ "dialback taken", S2S, dialback_accepted, "critical active-dialback-accepted", NULL },
	{ "injection taken", C2S, injection_works, "critical active-injection", NULL },
	{ "all refused", C2S, all_refused, "", "" },
};

static const char *judged(const struct row *row, enum policy_name name, struct arena *mem,
			  struct findings *findings, struct starttls_facts **facts)
{
	enum service service = row->where & S2S ? SERVICE_S2S : SERVICE_C2S;
	enum transport transport = row->where & DIRECT ? TRANSPORT_DIRECT : TRANSPORT_STARTTLS;
	const struct endpoint at = facts_endpoint(service, transport, "192.0.2.7");
	const struct policy policy = { name, NULL };
	*facts = facts_good(mem, service, transport);
	row->spoil(*facts, mem);
	*findings = (struct findings){ 0 };
	judge_starttls(&at, *facts, &policy, mem, findings);
	return findings_words(findings, mem);
}

static void finds_one_cause_for_each_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct findings findings;
		struct starttls_facts *facts;
		assert_row_string(rows[i].name,
				  judged(&rows[i], POLICY_BCP195, mem, &findings, &facts),
				  rows[i].bcp195);
		if (rows[i].strict)
			assert_row_string(rows[i].name,
					  judged(&rows[i], POLICY_STRICT, mem, &findings, &facts),
					  rows[i].strict);
		judged(&rows[i], POLICY_MANIFESTO, mem, &findings, &facts);
	}
}

static const struct sentence {
	struct row row;
	const char *text;
} sentences[] = {
	{ { "host", C2S, host_unknown, NULL, NULL },
	  "the server does not serve this domain: host-unknown (\"no \\x1b here\")" },
	{ { "redirect", C2S, other_host, NULL, NULL },
	  "the server sends us to [2001:db8::1]:5222, and says so in clear" },
	{ { "expired", C2S, expired, NULL, NULL },
	  "certificate expired on 2027-01-01, 21 days ago" },
	{ { "soon", C2S, soon, NULL, NULL },
	  "certificate expires on 2027-01-01, in 15 days, after a life of 365 days" },
	{ { "name", C2S, other_name, NULL, NULL },
	  "the certificate names im.example, *.im.example, _xmpp-client.im.example, "
	  "_xmpp-server.im.example, not im.example" },
	{ { "offered", C2S, starttls_failure, NULL, NULL },
	  "STARTTLS is offered, then refused with <failure/>" },
	{ { "name discounted", C2S, address_discounted, NULL, NULL },
	  "the certificate names im.example (XmppAddr), which does not count: an issuer is "
	  "limited" },
	{ { "no names", C2S, no_names, NULL, NULL },
	  "the certificate names no domain at all, and so not im.example" },
	{ { "direct", C2S | DIRECT, refused, NULL, NULL },
	  "an SRV record names port 5223 for direct TLS: connection refused" },
	{ { "clear", C2S, scram_in_clear, NULL, NULL },
	  "authentication is offered in clear: SCRAM-SHA-1" },
};

static void says_it_with_figures_and_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct findings findings;
		struct starttls_facts *facts;
		judged(&sentences[i].row, POLICY_BCP195, mem, &findings, &facts);
		assert_row(sentences[i].row.name, findings.first);
		assert_row_string(sentences[i].row.name, findings.first->text, sentences[i].text);
	}
}

static void an_endpoint_not_examined_is_unknown(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		spoil *spoil;
		enum status status;
	} statuses[] = {
		{ "good", nothing, STATUS_OK },
		{ "refused", refused, STATUS_WARNING },
		{ "no route", no_route, STATUS_UNKNOWN },
		{ "too old", old_refused, STATUS_UNKNOWN },
		{ "HTTP", web_server, STATUS_CRITICAL },
		{ "ours", system_fails, STATUS_UNKNOWN },
	};
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row row = { statuses[i].name, C2S, statuses[i].spoil, NULL, NULL };
		struct findings findings;
		struct starttls_facts *facts;
		judged(&row, POLICY_BCP195, mem, &findings, &facts);
		assert_row(row.name, judge_endpoint_status(facts, &findings) == statuses[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_one_cause_for_each_fault),
		cmocka_unit_test(says_it_with_figures_and_names),
		cmocka_unit_test(an_endpoint_not_examined_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
