/* The half of name.h for users: does this certificate speak for juliet@example.org? */
#include <string.h>
#include <strings.h>

#include "base/idna.h"
#include "tls/name.h"

#define LOCAL_MAX 1023 /* octets: RFC 7622, 3.3 */

static enum name_verdict say(const char **reason, enum name_verdict verdict, const char *why)
{
	*reason = why;
	return verdict;
}

/* RFC 7622, 3.3.1: what PRECIS allows in a local part, and an address does not. */
static bool is_local(struct bytes local)
{
	if (local.size == 0 || local.size > LOCAL_MAX)
		return false;
	for (size_t i = 0; i < local.size; i++) {
		if (local.data[i] <= ' ' || strchr("\"&'/:<>@\x7f", local.data[i]))
			return false;
	}
	return true;
}

/* Not strncasecmp(): what follows the locale must not decide about identities. */
static bool is_same_local(struct bytes presented, const char *prepared)
{
	if (presented.size != strlen(prepared))
		return false;
	for (size_t i = 0; i < presented.size; i++) {
		uint8_t c = presented.data[i];
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != (uint8_t)prepared[i])
			return false;
	}
	return true;
}

enum name_verdict name_match_user(const struct cert_name *name,
				  const struct user_reference *reference, struct arena *mem,
				  const char **reason)
{
	if (name->malformed)
		return say(reason, NAME_IGNORED,
			   arena_printf(mem, "malformed: %s", name->malformed));
	if (name->type != NAME_XMPP)
		return say(reason, NAME_IGNORED, "only an XmppAddr names a user (XEP-0178)");
	/* RFC 7622, 3.2: a resource begins at the first "/", a domain behind the first "@" before
	 * it. */
	struct bytes address = name->raw;
	if (address.size > 0 && memchr(address.data, '/', address.size))
		return say(reason, NAME_DIFFERS, "the address of a resource names no account");
	const uint8_t *at = address.size ? memchr(address.data, '@', address.size) : NULL;
	if (!at)
		return say(reason, NAME_DIFFERS, "the address of a domain names no user");
	struct bytes local = { address.data, (size_t)(at - address.data) };
	const char *host = (const char *)at + 1, *domain;
	struct err err;
	if (!is_local(local))
		return say(reason, NAME_IGNORED, "what stands before the @ is no local part");
	if (!idna_to_ascii(host, address.size - local.size - 1, mem, &domain, &err))
		return say(reason, NAME_IGNORED, arena_copy(mem, err.text));
	if (strcasecmp(domain, reference->domain) != 0)
		return say(reason, NAME_DIFFERS, "names a user of another domain");
	return is_same_local(local, reference->local)
		       ? say(reason, NAME_MATCHES, "names the user")
		       : say(reason, NAME_DIFFERS, "names another user");
}

void name_judge_user(const struct cert_facts *cert, const struct user_reference *reference,
		     struct arena *mem, struct name_facts *out, size_t *addresses)
{
	struct name_facts facts = { .count = cert->name_count };
	*addresses = 0;
	facts.judgements = arena_array(mem, cert->name_count, sizeof(*facts.judgements));
	for (size_t i = 0; i < cert->name_count; i++) {
		struct name_judgement *judgement = &facts.judgements[i];
		const struct cert_name *name = &cert->names[i];
		judgement->name = name;
		judgement->verdict = name_match_user(name, reference, mem, &judgement->reason);
		if (judgement->verdict == NAME_MATCHES && !facts.matched)
			facts.matched = name;
		*addresses += judgement->verdict != NAME_IGNORED && name->raw.size > 0 &&
			      memchr(name->raw.data, '@', name->raw.size) &&
			      !memchr(name->raw.data, '/', name->raw.size);
	}
	*out = facts;
}
