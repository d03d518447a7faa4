/* jid.h - XMPP addresses: the domainpart as the user wrote it (RFC 7622, section 3.2), and whole
 * ones. Pure. */
#ifndef XMPP_JID_H
#define XMPP_JID_H

#include "base/arena.h"
#include "base/err.h"

struct jid_domain {
	const char *ascii; /* what DNS, SNI and the stream header carry: A-labels, or an IP literal
			      (IPv6 in brackets) */
	const char *unicode; /* to show; the same pointer when nothing differs */
	bool is_address;     /* an IP literal: no SRV, IP-ID (STR-22, CRT-5) */
	bool is_onion;       /* .onion: only through a proxy, no DNS */
};

/* size: text may hold NULs. Refused with the reason: everything idna_to_ascii refuses, a JID with
 * local part or resource ("give the domain only: example.org"), a URL, a wildcard. */
NODISCARD bool jid_domain_parse(const char *text, size_t size, struct arena *mem,
				struct jid_domain *out, struct err *err);

/* --- jid_whole.c --- */

/* [localpart@]domainpart[/resourcepart], each part prepared (MSG-57 to MSG-60). */
struct jid {
	const char *local; /* NULL: none */
	struct jid_domain domain;
	const char *resource; /* NULL: none */
	const char *bare;     /* local@domain, the domain in U-labels: what XML carries */
	const char *full;     /* with the resource, or the same as bare */
};

/* Refused with the address, the part and the character that is wrong: "juliet@": "the localpart is
 * there, but no domain". */
NODISCARD bool jid_parse(const char *text, size_t size, struct arena *mem, struct jid *out,
			 struct err *err);
/* The same account, room or server, whatever the resource. */
bool jid_same_bare(const struct jid *a, const struct jid *b);
/* The same in every part. */
bool jid_same(const struct jid *a, const struct jid *b);

/* The domain of an address, as it is written: RFC 7622, 3.1; "" where there is none. */
const char *jid_domain_of(const char *address, struct arena *mem);

#endif
