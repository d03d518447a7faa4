/* What one walk says about each promise: manifesto.md, section 2. What needs another tool, or a
 * domain of ours, is not testable and never kept. */
#include <string.h>

#include "base/escape.h"
#include "judge/manifesto_parts.h"
#include "judge/parts.h"

#define DH_LEAST 2048

/* MAN-1, MAN-2: direct TLS keeps it, too, but has nothing to say where STARTTLS is to be seen. */
struct answer walked_sw_1(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	if (!facts->encrypted)
		return says_without_tls(door,
					escape_copy(door->mem, facts->failure.text, SHOWN_MAX));
	if (door->at->transport == TRANSPORT_DIRECT)
		return says_aside(PROMISE_KEPT, "by direct TLS: no STARTTLS endpoint was seen");
	if (!facts->before.features.starttls)
		return says(PROMISE_KEPT, "STARTTLS works though it is not advertised");
	return says(PROMISE_KEPT, NULL);
}

/* MAN-9, MAN-10, MAN-11: s2s has a second best, c2s has none. */
struct answer promise_identity(const struct door *door)
{
	const struct identity_facts *identity = &door->facts->identity;
	if (!door->facts->encrypted)
		return says_without_tls(door, "no TLS, so no certificate");
	if (door->facts->authenticated)
		return says(PROMISE_KEPT, NULL);
	if (identity->path.problems & PATH_UNCHECKED)
		return says(PROMISE_NOT_TESTABLE, "the trust anchors could not be read");
	const char *reason = identity->path.reason
				     ? escape_copy(door->mem, identity->path.reason, SHOWN_MAX)
				     : "the certificate names another domain";
	return says(door->at->service == SERVICE_S2S ? PROMISE_BY_FALLBACK : PROMISE_BROKEN,
		    reason);
}

/* MAN-17, MAN-18: what 2014 allowed has been forbidden since, and that is bcp195's business. */
struct answer walked_sw_3(const struct door *door)
{
	const struct tls_facts *tls = &door->facts->tls;
	const char *failure = failure_finding(door->at, door->facts);
	if (failure && strcmp(failure, "tls-version-too-old") == 0)
		return says(PROMISE_BROKEN, "TLS 1.2 or newer is not spoken");
	if (!tls->up)
		return says_aside(PROMISE_NOT_TESTABLE, "no handshake");
	if (tls->version < TLS_1_0)
		return says(PROMISE_BROKEN, "SSL 3.0 was agreed upon");
	if (tls->version < TLS_1_2)
		return says(PROMISE_KEPT, "allowed in 2014, forbidden since 2021");
	return says(PROMISE_KEPT, tls_version_name(tls->version));
}

struct answer walked_sw_4(const struct door *door)
{
	(void)door;
	return says(PROMISE_NOT_TESTABLE, "this library cannot ask for it");
}

/* MAN-3 to MAN-6 */
struct answer walked_sw_5(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	const struct features *features = &facts->before.features;
	bool c2s = door->at->service == SERVICE_C2S;
	enum active_result proof = facts->active.result[c2s ? ACTIVE_PLAIN : ACTIVE_DIALBACK];
	bool in_clear = c2s ? features_offer_login(features)
			    : features->dialback || features->mechanisms.count > 0;
	bool required = features->starttls_required || features->starttls_alone;
	if (door_leads_nowhere(door))
		return says_without_tls(door, "no TLS");
	if (door->at->transport == TRANSPORT_DIRECT)
		return says(PROMISE_KEPT, "direct TLS");
	if (proof == ACTIVE_ACCEPTED)
		return says(PROMISE_BROKEN, "authentication in clear is taken up");
	if (c2s && in_clear)
		return says(PROMISE_BROKEN, "authentication is offered in clear");
	if (required)
		return says(PROMISE_KEPT, NULL);
	if (proof == ACTIVE_REFUSED)
		return says(PROMISE_KEPT, "not declared, but clear authentication is refused");
	if (!in_clear && (!c2s || !features->starttls))
		return says(PROMISE_KEPT,
			    "not declared, but no authentication is offered in clear");
	return says(PROMISE_NOT_TESTABLE, "TLS is offered, not required; --active asks in clear");
}

/* MAN-21, MAN-24 */
struct answer walked_sw_6(const struct door *door)
{
	const struct tls_facts *tls = &door->facts->tls;
	if (!tls->up)
		return says_aside(PROMISE_NOT_TESTABLE, "no handshake");
	if (!tls->forward_secrecy)
		return says(PROMISE_BROKEN, "no forward secrecy, though we prefer it");
	if (tls->dh_bits > 0 && tls->dh_bits < DH_LEAST)
		return says(PROMISE_KEPT,
			    arena_printf(door->mem, "in name only: a group of %u bits",
					 tls->dh_bits));
	return says(PROMISE_KEPT, "whether it is required was not asked");
}

/* MAN-13, MAN-14 */
struct answer walked_sw_7(const struct door *door)
{
	const struct starttls_facts *facts = door->facts;
	const struct features *after = &facts->after.features;
	const char *failure = failure_finding(door->at, facts);
	bool external = features_has_mechanism(&after->mechanisms, "EXTERNAL") ||
			features_has_mechanism(&after->sasl2_mechanisms, "EXTERNAL");
	if (door->at->service == SERVICE_C2S)
		return says(PROMISE_NOT_APPLICABLE, "servers only");
	if (!facts->encrypted)
		return says_without_tls(door, "no TLS");
	if (!facts->authenticated)
		return after->present && !after->dialback
			       ? says(PROMISE_BROKEN, "certificate not proven, and no dialback")
			       : says(PROMISE_BY_FALLBACK, "certificate not proven: dialback");
	if (external)
		return says(PROMISE_KEPT, "EXTERNAL is offered to our certificate");
	if (!facts->our_certificate)
		return failure && strcmp(failure, "client-cert-required") == 0
			       ? says(PROMISE_KEPT, "insists on a trusted certificate")
			       : says(PROMISE_NOT_TESTABLE, "needs --from and --cert");
	return after->dialback ? says(PROMISE_BY_FALLBACK, "EXTERNAL is not offered: dialback")
			       : says(PROMISE_BROKEN, "neither EXTERNAL nor dialback is offered");
}

struct answer walked_sw_8(const struct door *door)
{
	(void)door;
	return says(PROMISE_NOT_TESTABLE, "shown to users and administrators only");
}

/* TLS required, and authenticated if possible, else dialback. */
struct answer walked_dp_1(const struct door *door)
{
	struct answer required = walked_sw_5(door), identity = promise_identity(door);
	if (required.result == PROMISE_BROKEN)
		return required;
	if (identity.result == PROMISE_BROKEN || identity.result == PROMISE_BY_FALLBACK)
		return identity;
	return required.result == PROMISE_KEPT ? identity : required;
}

/* MAN-12: who issued it; that it names the domain is SW-2's business. */
struct answer walked_dp_3(const struct door *door)
{
	const struct path_facts *path = &door->facts->identity.path;
	enum promise_result second = door->at->service == SERVICE_S2S ? PROMISE_BY_FALLBACK
								      : PROMISE_BROKEN;
	const char *anchor = path->anchor ? escape_copy(door->mem, path->anchor, SHOWN_MAX) : NULL;
	if (!door->facts->encrypted)
		return says_aside(PROMISE_NOT_TESTABLE, "no TLS, so no certificate");
	if (path->problems & PATH_UNCHECKED)
		return says(PROMISE_NOT_TESTABLE, "the trust anchors could not be read");
	if (path->trusted && path->anchor_from_system)
		return says(PROMISE_KEPT, anchor);
	if (path->trusted)
		return says(second, arena_printf(door->mem, "%s is none of the system's CAs",
						 anchor ? anchor : "its issuer"));
	const char *reason = path->reason ? escape_copy(door->mem, path->reason, SHOWN_MAX) : NULL;
	if (path->problems & (PATH_SELF_SIGNED | PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE))
		return says(path->problems & PATH_EXPIRED ? PROMISE_BROKEN : second, reason);
	return says(PROMISE_BROKEN, reason);
}
