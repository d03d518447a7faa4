/* Issuers beyond what was sent or what a path stopped at: RFC 7671, 5.2 and 5.4. */
#include "tls/dane_inner.h"
#include "tls/der.h"
#include "tls/dn.h"
#include "tls/signature.h"

#define ISSUERS_TRIED 4 /* beyond the anchor; roots are cross-signed once or twice */
#define NAMESAKES_MAX 8 /* anchors of one name, as path.c has it */

/* The path as far as it is known: the leaf, its issuers, the anchor, and on. */
struct climb {
	struct dane_work *work;
	struct cert_facts links[CHAIN_MAX + 1 + ISSUERS_TRIED];
	size_t length;
	unsigned tried;
};

/* Goes one step up if this is the issuer: if a good path leads to it. */
static bool step_up(struct climb *climb, const struct cert_facts *issuer)
{
	struct dane_work *work = climb->work;
	struct path_facts path;
	for (size_t i = 0; i < climb->length; i++) {
		if (bytes_equal(climb->links[i].der, issuer->der))
			return false;
	}
	if (climb->tried == ISSUERS_TRIED || climb->length >= CHAIN_MAX)
		return false;
	climb->tried++;
	CLEANUP(trust_free) struct trust *trust = trust_of(&issuer->der, 1);
	path_judge(climb->links, climb->length, trust, work->subject->at, work->mem, &path);
	if (!path.trusted)
		return false;
	climb->links[climb->length++] = *issuer;
	return true;
}

/* The issuer may have been sent, or be a trust anchor itself. */
static bool step_anywhere(struct climb *climb)
{
	const struct dane_work *work = climb->work;
	struct bytes name = climb->links[climb->length - 1].issuer_der, found[NAMESAKES_MAX];
	bool from_system[NAMESAKES_MAX];
	for (size_t i = 1; i < work->count; i++) {
		const struct cert_facts *cert = work->prints[i].cert;
		if (cert->subject && dn_equal(cert->subject_der, name) && step_up(climb, cert))
			return true;
	}
	size_t count = trust_find(work->subject->trust, name, found, from_system, NAMESAKES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct cert_facts cert;
		struct err err;
		if (cert_read(found[i], work->mem, &cert, &err) && step_up(climb, &cert))
			return true;
	}
	return false;
}

void dane_find_authorities(struct dane_work *work)
{
	const struct dane_subject *subject = work->subject;
	if (work->pkix_known)
		return;
	work->pkix_known = true;
	path_judge(subject->chain, work->count, subject->trust, subject->at, work->mem,
		   &work->pkix);
	if (!work->pkix.trusted || work->pkix.way_length == 0)
		return;
	struct climb *climb = arena_alloc(work->mem, sizeof(*climb));
	climb->work = work;
	while (climb->length < work->pkix.way_length && climb->length <= CHAIN_MAX) {
		climb->links[climb->length] = *work->pkix.way[climb->length];
		climb->length++;
	}
	while (step_anywhere(climb))
		;
	work->authority_count = climb->length - 1;
	work->authorities = arena_array(work->mem, work->authority_count,
					sizeof(*work->authorities));
	for (size_t i = 0; i < work->authority_count; i++)
		dane_print(&climb->links[i + 1], &work->authorities[i]);
}

/* Did the key of a `2 1 0` record sign this certificate? */
static bool is_signed_by(const struct cert_facts *cert, struct bytes key)
{
	const struct cert_facts signer = { .key_info = key };
	return signature_check(cert, &signer) == SIGNATURE_GOOD;
}

static bool was_sent(const struct dane_work *work, struct bytes subject)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct cert_facts *cert = work->prints[i].cert;
		if (cert->subject && dn_equal(cert->subject_der, subject))
			return true;
	}
	return false;
}

static bool is_known_issuer(const struct dane_work *work, struct bytes name,
			    const struct dns_tlsa *tlsa)
{
	struct bytes found[NAMESAKES_MAX];
	bool from_system[NAMESAKES_MAX];
	size_t count = trust_find(work->subject->trust, name, found, from_system, NAMESAKES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct cert_facts cert;
		struct dane_print print;
		struct err err;
		if (!cert_read(found[i], work->mem, &cert, &err))
			continue;
		dane_print(&cert, &print);
		if (dane_print_matches(&print, tlsa))
			return true;
	}
	return false;
}

bool dane_anchor_is_missing(struct dane_work *work, const struct dns_tlsa *tlsa)
{
	unsigned tried = 0;
	for (size_t i = 0; i < work->count && tried < ISSUERS_TRIED; i++) {
		const struct cert_facts *cert = work->prints[i].cert;
		if (!cert->subject || was_sent(work, cert->issuer_der))
			continue;
		tried++;
		if (is_known_issuer(work, cert->issuer_der, tlsa))
			return true;
		bool has_key = tlsa->selector == 1 && tlsa->matching == 0;
		if (has_key && work->keys_tried++ < ISSUERS_TRIED && is_signed_by(cert, tlsa->data))
			return true;
	}
	return false;
}
