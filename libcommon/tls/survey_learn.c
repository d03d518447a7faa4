/* What every answer shows beside what was asked. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "tls/cert.h"
#include "tls/primes.h"
#include "tls/schemes.h"
#include "tls/survey_inner.h"

void learn_violation(struct survey *survey, const char *format, ...)
{
	va_list args;
	if (survey->violation)
		return;
	va_start(args, format);
	survey->violation = arena_vprintf(survey->mem, format, args);
	va_end(args);
}

/* A yes stays; a no gives way to it. */
static void note(enum seen *property, bool yes)
{
	if (yes)
		*property = SEEN_YES;
	else if (*property != SEEN_YES)
		*property = SEEN_NO;
}

/* A rule kept by every answer; one that breaks it counts. */
static void note_always(enum seen *property, bool yes)
{
	if (!yes)
		*property = SEEN_NO;
	else if (*property != SEEN_NO)
		*property = SEEN_YES;
}

static int cert_index(struct survey *survey, struct bytes der)
{
	uint8_t sha256[32];
	if (der.size == 0 || gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, sha256) != 0)
		return -1;
	for (size_t i = 0; i < survey->cert_count; i++) {
		if (memcmp(survey->certs[i].sha256, sha256, sizeof(sha256)) == 0)
			return (int)i;
	}
	if (survey->cert_count == SURVEY_CERTS)
		return -1;
	struct cert_seen *cert = &survey->certs[survey->cert_count];
	struct cert_facts facts;
	struct err err;
	*cert = (struct cert_seen){ .der = arena_bytes(survey->mem, der.data, der.size),
				    .key = "" };
	memcpy(cert->sha256, sha256, sizeof(sha256));
	if (cert_read(cert->der, survey->mem, &facts, &err)) {
		cert->key = facts.key;
		cert->bits = facts.bits;
	}
	return (int)survey->cert_count++;
}

uint16_t learn_field_group(const struct dh_seen *dh)
{
	static const struct {
		const char *name;
		uint16_t code;
	} rows[] = {
		{ "RFC7919 ffdhe2048", 256 }, { "RFC7919 ffdhe3072", 257 },
		{ "RFC7919 ffdhe4096", 258 }, { "RFC7919 ffdhe6144", 259 },
		{ "RFC7919 ffdhe8192", 260 },
	};
	const struct known_prime *known = dh->bits ? known_prime_find(dh->prime_sha256) : NULL;
	for (size_t i = 0; known && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(known->name, rows[i].name) == 0)
			return rows[i].code;
	}
	return 0;
}

static void learn_field(struct survey *survey, const struct dh_seen *dh)
{
	for (size_t i = 0; i < survey->field_count; i++) {
		struct field_seen *field = &survey->fields[i];
		if (memcmp(field->sha256, dh->prime_sha256, 32) != 0)
			continue;
		field->weak_public = field->weak_public || dh->weak_public;
		return;
	}
	if (dh->bits == 0 || survey->field_count == SURVEY_FIELDS)
		return;
	const struct known_prime *known = known_prime_find(dh->prime_sha256);
	struct field_seen *field = &survey->fields[survey->field_count++];
	*field = (struct field_seen){
		.bits = dh->bits,
		.name = known ? known->name : NULL,
		.known_composite = known && !known->prime,
		.known_unsafe = known && known->prime && !known->safe,
		.generator = dh->generator,
		.weak_public = dh->weak_public,
	};
	memcpy(field->sha256, dh->prime_sha256, sizeof(field->sha256));
}

/* One ephemeral value in two connections: its exponent was kept. */
static void learn_public(struct survey *survey, const struct answer_facts *answer)
{
	bool ec = answer->dh.bits == 0;
	enum seen *reuse = ec ? &survey->properties.ec_reuse : &survey->properties.dh_reuse;
	size_t alike = 0;
	if (!answer->has_public || survey->public_count == SURVEY_PUBLICS)
		return;
	for (size_t i = 0; i < survey->public_count; i++) {
		if (survey->public_is_ec[i] != ec)
			continue;
		alike++;
		if (memcmp(survey->publics[i], answer->public_sha256, 32) == 0)
			*reuse = SEEN_YES;
	}
	if (alike > 0)
		note(reuse, false);
	memcpy(survey->publics[survey->public_count], answer->public_sha256, 32);
	survey->public_is_ec[survey->public_count++] = ec;
}

static struct suite_seen *seen_of(struct version_plan *plan, uint32_t code)
{
	for (size_t i = 0; i < plan->seen_count; i++) {
		if (plan->seen[i].code == code)
			return &plan->seen[i];
	}
	assert(plan->seen_count < TRAIL_MAX);
	struct suite_seen *seen = &plan->seen[plan->seen_count++];
	const struct suite *suite = suite_by_code(code);
	*seen = (struct suite_seen){
		.code = code,
		.suite = suite,
		.cert = -1,
		.outside = suite && (plan->version < suite->first || plan->version > suite->last),
	};
	return seen;
}

/* Without a list any curve will do (RFC 8422, 4). */
static bool was_offered(const struct hello *hello, uint16_t group)
{
	for (size_t i = 0; i < hello->group_count; i++) {
		if (hello->groups[i] == group)
			return true;
	}
	return hello->group_count == 0;
}

void learn_suite(struct survey *survey, struct version_plan *plan, const struct pending *pending,
		 const struct answer_facts *answer)
{
	struct suite_seen *seen = seen_of(plan, answer->suite);
	bool offered = was_offered(&pending->question.hello, answer->group);
	if (answer->group && !offered)
		learn_violation(survey, "it chose group 0x%04X, which was not offered",
				answer->group);
	/* Out of a list cut short for another question's sake, it is no choice. */
	if (answer->group && offered && !seen->group && !pending->rider)
		seen->group = answer->group;
	if (answer->scheme && !seen->scheme)
		seen->scheme = answer->scheme;
	if (answer->rsa_export_bits)
		seen->rsa_export_bits = answer->rsa_export_bits;
	if (answer->dh.bits && (!seen->dh_bits || answer->dh.bits < seen->dh_bits)) {
		const struct known_prime *known = known_prime_find(answer->dh.prime_sha256);
		seen->dh_bits = answer->dh.bits;
		seen->prime = known ? known->name : NULL;
	}
	if (seen->cert < 0)
		seen->cert = cert_index(survey, answer->leaf);
	seen->encrypt_then_mac = seen->encrypt_then_mac || (answer->echoes & ECHO_ETM) != 0;
	seen->explicit_curve = seen->explicit_curve || answer->explicit_curve;
}

static void learn_echoes(struct property_facts *to, const struct hello *hello,
			 const struct answer_facts *answer)
{
	const struct suite *suite = suite_by_code(answer->suite);
	if (hello->flags & HELLO_RENEGOTIATION)
		note_always(&to->secure_renegotiation, answer->echoes & ECHO_RENEGOTIATION);
	if ((hello->flags & HELLO_EMS) && answer->version >= TLS_1_0)
		note_always(&to->extended_master_secret, answer->echoes & ECHO_EMS);
	if ((hello->flags & HELLO_ETM) && suite && suite_is_cbc(suite) &&
	    answer->version >= TLS_1_0)
		note_always(&to->encrypt_then_mac, answer->echoes & ECHO_ETM);
	if (hello->flags & HELLO_TICKET)
		note(&to->session_tickets, answer->echoes & ECHO_TICKET);
	if (hello->flags & HELLO_HEARTBEAT)
		note(&to->heartbeat, answer->echoes & ECHO_HEARTBEAT);
	if (hello->flags & HELLO_COMPRESSION)
		note(&to->compression, answer->compression != 0);
	if (hello->flags & HELLO_STATUS)
		note(&to->ocsp_staple, answer->staple || (answer->echoes & ECHO_STATUS));
	note(&to->session_ids, answer->session_id);
	note(&to->client_cert_requested, answer->client_cert_requested);
}

static void check_rules(struct survey *survey, const struct hello *hello,
			const struct answer_facts *answer)
{
	bool compression = (hello->flags & HELLO_COMPRESSION) != 0;
	if (answer->fault)
		learn_violation(survey, "%s", answer->fault);
	if (answer->kind != ANSWER_HELLO && answer->kind != ANSWER_RETRY)
		return;
	if (answer->version > hello->version)
		learn_violation(survey, "it answers %s to a hello for %s",
				tls_version_name(answer->version),
				tls_version_name(hello->version));
	else if (answer->version == TLS_VERSION_NONE)
		learn_violation(survey, "it answers with the unknown version 0x%04X",
				answer->version_number);
	if (answer->compression > 1 || (answer->compression == 1 && !compression))
		learn_violation(survey, "it chose compression method %u, which was not offered",
				answer->compression);
}

/* What breaks the offer tells nothing about a server either (CIP-9). */
static bool keeps_to_offer(const struct hello *hello, const struct answer_facts *answer)
{
	if (answer->version == TLS_VERSION_NONE || answer->version > hello->version ||
	    answer->compression > 1 ||
	    (answer->compression == 1 && !(hello->flags & HELLO_COMPRESSION)))
		return false;
	for (size_t i = 0; i < hello->suite_count; i++) {
		if (hello->suites[i] == answer->suite)
			return true;
	}
	return false;
}

void learn(struct survey *survey, const struct pending *pending, const struct answer_facts *answer)
{
	const struct hello *hello = &pending->question.hello;
	struct property_facts *properties = &survey->properties;
	if (pending->question.kind == QUESTION_HELLO)
		check_rules(survey, hello, answer);
	/* Many a good server waits for more of what it takes for a long record. */
	bool ssl2 = hello->version == SSL_2_0 && answer->kind == ANSWER_SILENCE;
	if ((answer->kind == ANSWER_SILENCE || answer->kind == ANSWER_GARBAGE) && !ssl2)
		survey->unclear++;
	if (answer->alpn && survey->options.alpn)
		note(&properties->alpn, strcmp(answer->alpn, survey->options.alpn) == 0);
	if ((hello->flags & HELLO_GREASE) && answer_chooses(pending, answer))
		note(&properties->grease, true);
	/* Whose key it shares is what DROWN asks; TLS 1.3 shows it to the library alone. */
	bool ssl2_hello = answer->kind == ANSWER_HELLO && answer->version == SSL_2_0 &&
			  hello->version == SSL_2_0;
	if (ssl2_hello || answer->kind == ANSWER_HANDSHAKE)
		(void)cert_index(survey, answer->leaf);
	if (answer->kind != ANSWER_HELLO || !keeps_to_offer(hello, answer))
		return;
	if (answer->version < TLS_1_3 && answer->version >= SSL_3_0) {
		learn_echoes(properties, hello, answer);
		if (survey->options.alpn && hello->version >= TLS_1_0)
			note(&properties->alpn, answer->alpn != NULL);
		learn_field(survey, &answer->dh);
		learn_public(survey, answer);
		(void)cert_index(survey, answer->leaf);
	}
	if (answer->version == TLS_1_2 && answer->sentinel == TLS_1_2)
		survey->sentinel_seen = true;
	if (survey->plans[TLS_1_3].state == OPENING_ACCEPTED && answer->version == TLS_1_2)
		note_always(&properties->downgrade_sentinel, answer->sentinel == TLS_1_2);
}
