/* dane_inner.h - the parts of dane.c: what a record's octets match, and what its usage asks beyond.
 *
 * Private to tls/. Pure; any thread; everything in the arena. */
#ifndef TLS_DANE_INNER_H
#define TLS_DANE_INNER_H

#include "tls/dane.h"

#define SHA512_SIZE 64

/* A certificate as TLSA records see it. All empty where it could not be read. */
struct dane_print {
	const struct cert_facts *cert;
	struct bytes whole, key; /* selectors 0 and 1 */
	uint8_t whole_sha512[SHA512_SIZE], key_sha512[SHA512_SIZE];
};

void dane_print(const struct cert_facts *cert, struct dane_print *out);
bool dane_print_matches(const struct dane_print *print, const struct dns_tlsa *tlsa);
/* Why the record says nothing (CRT-45); NULL: it is usable. */
const char *dane_unusable(const struct dns_tlsa *tlsa, struct arena *mem);

/* Anchors and issuers of one chain that are looked at: each costs a search for a path, and real
 * chains have one or two. */
#define DANE_ANCHORS_MAX 4

/* A trust anchor that a usage 2 record names, and where it leads. */
struct dane_anchor {
	struct bytes der;
	struct path_facts path;
};

/* The domain's or the target's name in the certificate; matched NULL: neither. */
struct dane_name {
	const struct cert_name *matched;
	bool by_target;
};

/* One chain under judgement, and what several records ask about it. */
struct dane_work {
	const struct dane_subject *subject;
	const char *base; /* RFC 7671, 7: the target, or where its alias leads */
	struct arena *mem;
	struct dane_print *prints; /* by certificate of the chain */
	size_t count;
	struct dane_anchor anchors[DANE_ANCHORS_MAX];
	size_t anchor_count;
	bool pkix_known;
	struct path_facts pkix;
	struct dane_print *authorities; /* usage 0: those of the path, and beyond its anchor */
	size_t authority_count;
	bool name_known[2];
	struct dane_name names[2]; /* under issuers that do not limit names, and that do: CRT-17 */
	unsigned keys_tried;       /* signatures verified with keys of records: they cost, too */
};

/* What a usable record comes to. */
struct dane_binding {
	bool binds;
	int cert;
	const char *reason;
	struct dane_name name;
};

void dane_bind(struct dane_work *work, const struct dns_tlsa *tlsa, struct dane_binding *out);
/* Usage 0: the authorities its records may name, which is all of the trusted path. Fills
 * work->pkix too. */
void dane_find_authorities(struct dane_work *work);
/* A usage 2 record that no certificate of the chain matches: is it sure to mean one that issued it
 * and was not sent? */
bool dane_anchor_is_missing(struct dane_work *work, const struct dns_tlsa *tlsa);
/* RFC 7673, 4.1: the target is a host, so only a DNS-ID names it. NULL: none does. */
const struct cert_name *dane_name_of_host(const struct cert_facts *leaf, const char *host,
					  struct arena *mem);

#endif
