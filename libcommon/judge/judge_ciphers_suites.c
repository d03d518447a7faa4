/* What may be said against a suite, one reason a row: ciphers.md, sections 11 and 12. The matrix
 * shows the worst of them, the findings list the suites of each. */
#include "judge/ciphers_parts.h"

#include <string.h>

#define DH_TINY       1024
#define DH_LEAST      2048 /* RFC 9325, 4.5 */
#define STRENGTH      112  /* bits; RFC 9325, 4.1 */

#define RFC6120_SUITE 0x002F /* TLS_RSA_WITH_AES_128_CBC_SHA */

/* Suites that one row of reasons is about, and what they have in common. */
struct caught {
	struct listing list;
	unsigned versions;  /* 1 << version */
	unsigned exchanges; /* 1 << key_exchange */
	unsigned rsa_bits;  /* the shortest export key; 0: none */
};

struct reason {
	const char *id;
	bool other; /* the finding's second weight */
	const char *word, *note;
	bool (*applies)(const struct suite_seen *seen, enum tls_version version);
	const char *lead; /* of the finding, before the names; NULL: another judge tells it */
};

static bool is_graded(const struct suite *suite, const char *grade)
{
	return strcmp(suite->grade, grade) == 0;
}

static bool is_null(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return strcmp(seen->suite->encryption, "NULL") == 0;
}

static bool is_anonymous(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return suite_is_anonymous(seen->suite);
}

/* FREAK needs no export suite where the server sends a short key all the same. */
static bool is_export(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return suite_is_export(seen->suite) || seen->rsa_export_bits > 0;
}

static bool is_rc4(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return strcmp(seen->suite->encryption, "RC4") == 0 && !suite_is_export(seen->suite);
}

static bool is_short(const struct suite_seen *seen, enum tls_version version)
{
	return seen->suite->strength < STRENGTH && !is_null(seen, version) &&
	       !suite_is_export(seen->suite) && !is_rc4(seen, version) &&
	       !is_graded(seen->suite, "signal");
}

/* MGM of TLS 1.3 changes its keys often enough: dated, not weak. */
static bool is_small_block(const struct suite_seen *seen, enum tls_version version)
{
	return version < TLS_1_3 && suite_is_64_bit_block(seen->suite) &&
	       seen->suite->strength >= STRENGTH;
}

static bool lacks_secrecy(const struct suite *suite)
{
	return !suite->forward_secrecy && suite->exchange != KX_TLS13 &&
	       suite->exchange != KX_NONE && !suite_is_anonymous(suite);
}

static bool is_static_rsa(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return lacks_secrecy(seen->suite) &&
	       (seen->suite->exchange == KX_RSA || seen->suite->exchange == KX_RSA_PSK);
}

static bool is_shared_key(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->suite->exchange == KX_PSK;
}

static bool is_static_other(const struct suite_seen *seen, enum tls_version version)
{
	return lacks_secrecy(seen->suite) && !is_static_rsa(seen, version) &&
	       !is_shared_key(seen, version);
}

static bool is_dsa(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->suite->auth == AUTH_DSS;
}

static bool is_plain_cbc(const struct suite_seen *seen, enum tls_version version)
{
	return version < TLS_1_3 && suite_is_cbc(seen->suite) && !seen->encrypt_then_mac;
}

static bool is_dhe(const struct suite_seen *seen, enum tls_version version)
{
	return version < TLS_1_3 &&
	       (seen->suite->exchange == KX_DHE || seen->suite->exchange == KX_DHE_PSK);
}

/* What the registry has against it that no other row says: short tags, numbers never assigned. */
static bool is_dated(const struct suite_seen *seen, enum tls_version version)
{
	return is_graded(seen->suite, "legacy") && !suite_is_cbc(seen->suite) &&
	       !is_dhe(seen, version) && !is_shared_key(seen, version);
}

static bool is_out_of_place(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->outside;
}

static bool in_ssl3(const struct suite_seen *seen, enum tls_version version)
{
	(void)seen;
	return version == SSL_3_0;
}

static bool in_old_tls(const struct suite_seen *seen, enum tls_version version)
{
	(void)seen;
	return version == TLS_1_0 || version == TLS_1_1;
}

static bool has_tiny_dh(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->dh_bits > 0 && seen->dh_bits < DH_TINY;
}

static bool has_1024_dh(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->dh_bits == DH_TINY;
}

static bool has_short_dh(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->dh_bits > DH_TINY && seen->dh_bits < DH_LEAST;
}

static bool has_explicit_curve(const struct suite_seen *seen, enum tls_version version)
{
	(void)version;
	return seen->explicit_curve;
}

/* The worst weight decides; of two alike the first. */
static const struct reason reasons[] = {
	{ "tls-suite-null", false, "insecure", "no encryption", is_null,
	  "suites that do not encrypt are accepted" },
	{ "tls-anonymous", false, "insecure", "no certificate", is_anonymous,
	  "suites without a certificate are accepted" },
	{ "tls-suite-export", false, "insecure", "export grade", is_export,
	  "export suites are accepted" },
	{ "tls-suite-rc4", false, "insecure", "RC4", is_rc4, "RC4 is accepted" },
	{ "tls-suite-short-key", false, "insecure", "under 112 bits", is_short,
	  "suites of less than 112 bits are accepted" },
	{ "tls-dh-weak", false, "insecure", "DH under 1024 bits", has_tiny_dh, NULL },
	{ "tls-ssl3-offered", false, "insecure", "SSL 3.0", in_ssl3, NULL },
	{ "tls-suite-64-bit-block", false, "weak", "64-bit block", is_small_block,
	  "suites with blocks of 64 bits are accepted (SWEET32)" },
	{ "tls-suite-static-rsa", false, "weak", "no forward secrecy", is_static_rsa,
	  "RSA key exchange is accepted: no forward secrecy, and what ROBOT needs" },
	{ "tls-suite-static-key", false, "weak", "no forward secrecy", is_static_other,
	  "key exchange with long-lived keys is accepted: no forward secrecy" },
	{ "tls-suite-dsa", false, "weak", "DSA", is_dsa, "DSA is accepted" },
	{ "tls-dh-weak", true, "weak", "1024-bit DH", has_1024_dh, NULL },
	{ "tls-dh-weak", true, "weak", "DH under 2048 bits", has_short_dh, NULL },
	{ "tls-explicit-curve", false, "weak", "explicit curve", has_explicit_curve, NULL },
	{ "tls-old-version-offered", false, "weak", "old version", in_old_tls, NULL },
	{ "tls-suite-psk", false, "legacy", "no forward secrecy", is_shared_key,
	  "pre-shared keys alone are accepted: no forward secrecy" },
	{ "tls-suite-dhe", false, "legacy", "finite-field DH", is_dhe,
	  "finite-field Diffie-Hellman is accepted" },
	{ "tls-suite-cbc", false, "legacy", "no encrypt-then-MAC", is_plain_cbc,
	  "CBC without encrypt-then-MAC is accepted (what LUCKY13 needs)" },
	{ "tls-suite-dated", false, "legacy", "dated", is_dated, "dated suites are accepted" },
	{ "tls-suite-out-of-place", false, "legacy", "outside its specification", is_out_of_place,
	  "suites are accepted in versions that they are not made for" },
};

static const struct reason in_ssl2 = {
	"tls-ssl2-offered", false, "insecure", "SSL 2.0", NULL, NULL
};
static const struct reason unregistered = { "tls-suite-unregistered", false, "legacy",
					    "number not assigned",    NULL,  NULL };

static void weigh(const struct reason *reason, const struct policy *policy,
		  struct suite_verdict *out)
{
	enum severity severity = finding_severity(reason->id, policy, reason->other);
	if (severity <= out->severity)
		return;
	*out = (struct suite_verdict){ severity, reason->word, finding_kind_find(reason->id)->ref,
				       reason->note };
}

void judge_suite(const struct suite_seen *seen, enum tls_version version,
		 const struct policy *policy, struct suite_verdict *out)
{
	*out = (struct suite_verdict){ SEVERITY_NONE, "good", NULL, NULL };
	if (version == SSL_2_0 || !seen->suite) {
		weigh(version == SSL_2_0 ? &in_ssl2 : &unregistered, policy, out);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].applies(seen, version))
			weigh(&reasons[i], policy, out);
	}
}

void judge_registered_suite(const struct suite *suite, const struct policy *policy,
			    struct suite_verdict *out)
{
	const struct suite_seen seen = { .code = suite->code, .suite = suite, .cert = -1 };
	/* The two SCSVs are no suites, and have no versions. */
	judge_suite(&seen, suite->ssl2 ? SSL_2_0 : suite->last, policy, out);
}

static void catch_in(const struct version_seen *seen, enum tls_version version,
		     const struct reason *reason, struct caught *caught)
{
	for (size_t i = 0; i < seen->suite_count; i++) {
		const struct suite_seen *suite = &seen->suites[i];
		if (!suite->suite || !reason->applies(suite, version))
			continue;
		listing_add(&caught->list, suite->code, suite->suite->name);
		caught->versions |= 1u << version;
		caught->exchanges |= 1u << suite->suite->exchange;
		unsigned bits = suite->rsa_export_bits;
		if (bits > 0 && (!caught->rsa_bits || bits < caught->rsa_bits))
			caught->rsa_bits = bits;
	}
}

/* What follows from how keys are agreed upon: " (FREAK), with RSA keys of 512 bits". */
static const char *export_words(const struct caught *caught, struct arena *mem)
{
	bool freak = caught->exchanges & 1u << KX_RSA, logjam = caught->exchanges & 1u << KX_DHE;
	const char *names = freak && logjam ? " (FREAK, LOGJAM)"
			    : freak         ? " (FREAK)"
			    : logjam        ? " (LOGJAM)"
					    : "";
	if (!caught->rsa_bits)
		return names;
	return arena_printf(mem, "%s, with RSA keys of %u bits", names, caught->rsa_bits);
}

static const char *lead_words(const struct enumerated *judging, const struct reason *reason,
			      const struct caught *caught)
{
	if (reason->applies == is_export)
		return arena_printf(judging->mem, "%s%s", reason->lead,
				    export_words(caught, judging->mem));
	if (reason->applies == is_plain_cbc &&
	    judging->survey->properties.encrypt_then_mac == SEEN_NOT_TESTED)
		return "CBC is accepted; whether with encrypt-then-MAC was not asked";
	return reason->lead;
}

static void judge_reason(const struct enumerated *judging, const struct reason *reason)
{
	struct caught caught = { .list = listing_new(judging->mem) };
	for (enum tls_version version = TLS_1_3; version >= SSL_3_0; version--) {
		if (version_is_offered(judging->survey, version))
			catch_in(&judging->survey->versions[version], version, reason, &caught);
	}
	if (caught.list.count)
		FIND(judging, reason->id, "%s: %s (%s)", lead_words(judging, reason, &caught),
		     listing_text(&caught.list), versions_text(caught.versions, judging->mem));
	listing_free(&caught.list);
}

static void judge_unregistered(const struct enumerated *judging)
{
	struct listing list = listing_new(judging->mem);
	for (enum tls_version version = TLS_1_3; version >= SSL_3_0; version--) {
		const struct version_seen *seen = &judging->survey->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			if (seen->offered == SEEN_YES && !seen->suites[i].suite)
				listing_add(&list, seen->suites[i].code,
					    suite_name(&seen->suites[i], judging->mem));
		}
	}
	if (list.count)
		FIND(judging, unregistered.id, "numbers without a suite are accepted: %s",
		     listing_text(&list));
	listing_free(&list);
}

/* RFC 6120, 13.8 wants it, RFC 9325 would have it gone: both are told, and it weighs as any suite
 * of its kind. */
static void judge_rfc6120(const struct enumerated *judging)
{
	bool complete = true;
	for (enum tls_version version = SSL_3_0; version <= TLS_1_2; version++) {
		const struct version_seen *seen = &judging->survey->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			if (seen->offered != SEEN_YES || seen->suites[i].code != RFC6120_SUITE)
				continue;
			FIND(judging, "rfc6120-suite",
			     "TLS_RSA_WITH_AES_128_CBC_SHA is accepted: RFC 6120 asks for it, "
			     "RFC 9325 advises against it");
			return;
		}
		complete = complete && (seen->offered == SEEN_NO ||
					(seen->offered == SEEN_YES && seen->suites_complete));
	}
	if (complete)
		FIND(judging, "rfc6120-suite",
		     "TLS_RSA_WITH_AES_128_CBC_SHA is not accepted: RFC 6120 asks for it, RFC "
		     "9325 advises against it");
}

void judge_suites(const struct enumerated *judging)
{
	if (judging->survey->forward_secrecy == FS_NEVER)
		FIND(judging, "tls-no-forward-secrecy",
		     "no suite that is accepted has forward secrecy");
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].lead)
			judge_reason(judging, &reasons[i]);
	}
	judge_unregistered(judging);
	judge_rfc6120(judging);
}
