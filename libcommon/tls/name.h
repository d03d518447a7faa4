/* name.h - does this certificate speak for that domain? RFC 9525, RFC 6120 section 13.7, RFC 4985.
 *
 * Pure; any thread. The reference identity is built from the source domain alone (CRT-1 to CRT-5):
 * SRV targets, CNAMEs and the common name never count. */
#ifndef TLS_NAME_H
#define TLS_NAME_H

#include "tls/cert.h"

struct reference {
	const char
		*domain; /* A-labels, lower case; or an IP literal, IPv6 with or without brackets */
	const char *srv_service; /* "_xmpp-client" or "_xmpp-server" */
};

enum name_verdict {
	NAME_MATCHES,
	NAME_DIFFERS, /* well-formed, names something else */
	NAME_IGNORED, /* malformed, or a kind XMPP does not use: no evidence either way */
};

struct name_judgement {
	const struct cert_name *name;
	enum name_verdict verdict;
	const char *reason; /* one short sentence, why: never NULL; static or in the arena */
};

struct name_facts {
	struct name_judgement *judgements; /* in the certificate's order */
	size_t count;
	const struct cert_name *matched; /* the first that matches, NULL if none */
};

void name_judge(const struct cert_facts *cert, const struct reference *reference, struct arena *mem,
		struct name_facts *out);
/* CRT-17: name constraints bind each form of name by itself, and those of CAs bind DNS names. Under
 * such a CA an SRV-ID or XmppAddr is what nobody checked: none of them counts from here on. */
void name_discount(struct name_facts *facts);
/* Another reference identity beside the first: configured by hand, or the SRV target that DNSSEC
 * secures (RFC 7673, 4.1). What matches it matches, with this reason. Returns whether anything did.
 */
bool name_judge_also(struct name_facts *facts, const struct reference *also, const char *why,
		     struct arena *mem);
/* RFC 6125, 6.4.4: the common name as the last resort, where there is no DNS-ID, SRV-ID, URI-ID or
 * XmppAddr; never a wildcard. */
void name_accept_common(struct name_facts *facts, const struct reference *reference);
/* One identifier: the row of the decision table. */
enum name_verdict name_match(const struct cert_name *name, const struct reference *reference,
			     struct arena *mem, const char **reason);

/* --- name_user.c: certificates of users, SASL EXTERNAL on c2s (XEP-0178, 2) --- */

struct user_reference {
	const char *local;  /* prepared (RFC 7622, 3.3) */
	const char *domain; /* A-labels, lower case */
};

/* Does this identifier name that user? An XmppAddr with a local part and without a resource: the
 * local part octet by octet (its ASCII letters folded, which is all of the preparation done here:
 * other letters must stand in the certificate as prepared), the domain as A-labels. Who signed the
 * certificate is another question, and RFC 6120, 13.7.2.1 believes no address without it. */
enum name_verdict name_match_user(const struct cert_name *name,
				  const struct user_reference *reference, struct arena *mem,
				  const char **reason);
/* All of them. Where a certificate has several XmppAddr of users, the client must say which one it
 * means (XEP-0178, 2): *addresses counts them. */
void name_judge_user(const struct cert_facts *cert, const struct user_reference *reference,
		     struct arena *mem, struct name_facts *out, size_t *addresses);

/* "match" "differs" "ignored" */
const char *name_verdict_text(enum name_verdict verdict);

#endif
