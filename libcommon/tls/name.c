#include "tls/name.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/idna.h"
#include "tls/der.h"

#define SHOWN 100 /* octets of a presented name that a reason repeats */

/* A reason around the presented name and the domain asked for. */
static const char *about(struct arena *mem, const char *presented, const char *between,
			 const char *domain, const char *behind)
{
	size_t size = strlen(presented);
	return arena_printf(mem, "%.*s%s%s%s%s", SHOWN, presented, size > SHOWN ? "..." : "",
			    between, domain, behind);
}

static enum name_verdict differs(const char **reason, const char *why)
{
	*reason = why;
	return NAME_DIFFERS;
}

static enum name_verdict ignored(const char **reason, const char *why)
{
	*reason = why;
	return NAME_IGNORED;
}

static enum name_verdict matches(const char **reason, const char *why)
{
	*reason = why;
	return NAME_MATCHES;
}

/* CRT-5: dotted quads look like host names, so the IPv4 literal is tried first. */
static bool is_address(const char *domain, uint8_t octets[16], size_t *size)
{
	char bare[INET6_ADDRSTRLEN];
	size_t length = strlen(domain);
	if (inet_pton(AF_INET, domain, octets) == 1) {
		*size = 4;
		return true;
	}
	if (length >= 2 && domain[0] == '[' && domain[length - 1] == ']') {
		domain++;
		length -= 2;
	}
	if (length >= sizeof(bare))
		return false;
	memcpy(bare, domain, length);
	bare[length] = '\0';
	*size = 16;
	return inet_pton(AF_INET6, bare, octets) == 1;
}

/* Presented names are octets, not C strings: an embedded NUL never gets here, but what is compared
 * is the whole. */
static bool is_text(struct bytes name, const char *text)
{
	return name.size == strlen(text) &&
	       strncasecmp((const char *)name.data, text, name.size) == 0;
}

/* Does name end in "." and the text? */
static bool is_below(struct bytes name, const char *text)
{
	size_t size = strlen(text);
	if (name.size < size + 2 || name.data[name.size - size - 1] != '.')
		return false;
	return is_text((struct bytes){ name.data + name.size - size, size }, text);
}

/* RFC 9525, 6.3: one wildcard, alone, as the whole left-most label. NULL: it is so. */
static const char *wildcard_problem(struct bytes name)
{
	const uint8_t *star = memchr(name.data, '*', name.size);
	const uint8_t *end = name.data + name.size;
	if (name.size == 1)
		return "a bare * names no domain";
	if (memchr(star + 1, '*', (size_t)(end - star - 1)))
		return "only one wildcard is allowed (RFC 9525 section 6.3)";
	if (star != name.data || star[1] != '.')
		return "a wildcard must be the whole left-most label (RFC 9525 section 6.3)";
	/* RFC 9525, 7.1 leaves public suffixes to us; both big libraries draw the same line. */
	if (!memchr(star + 2, '.', (size_t)(end - star - 2)))
		return "the wildcard would cover everything below a top-level domain";
	return NULL;
}

static enum name_verdict match_wildcard(struct bytes name, const char *shown, const char *domain,
					struct arena *mem, const char **reason)
{
	const char *problem = wildcard_problem(name);
	if (problem)
		return ignored(reason, problem);
	struct bytes base = { name.data + 2, name.size - 2 };
	const char *above = strchr(domain, '.');
	if (above && above > domain && is_text(base, above + 1))
		return matches(reason, "the wildcard covers one label");
	if (is_text(base, domain))
		return differs(reason, about(mem, shown, " covers one label below ", domain,
					     ", not the domain itself"));
	for (; above; above = strchr(above + 1, '.')) {
		if (is_text(base, above + 1))
			return differs(reason, about(mem, shown, " covers one label only, and ",
						     domain, " has more"));
	}
	return differs(reason, "names another domain");
}

/* The name part of a DNS-ID or SRV-ID against the domain, label by label. */
static enum name_verdict match_domain(struct bytes name, const char *shown, const char *domain,
				      struct arena *mem, const char **reason)
{
	if (name.size == 0)
		return ignored(reason, "names no domain");
	if (strchr(domain, '*')) /* wildcards are for presented names alone */
		return differs(reason, "names another domain");
	if (memchr(name.data, '*', name.size))
		return match_wildcard(name, shown, domain, mem, reason);
	if (is_text(name, domain))
		return matches(reason, "names the domain");
	const char *above = strchr(domain, '.');
	for (; above; above = strchr(above + 1, '.')) {
		if (is_text(name, above + 1))
			return differs(reason, about(mem, shown, " does not include ", domain, ""));
	}
	if (is_below(name, domain))
		return differs(reason, about(mem, shown, " lies below ", domain,
					     ", and does not speak for it"));
	if (name.data[name.size - 1] == '.')
		return differs(reason, "a name in a certificate has no trailing dot");
	return differs(reason, "names another domain");
}

/* RFC 4985, 2 and CRT-10: "_service.name", both from the same identifier. */
static enum name_verdict match_srv(const struct cert_name *name, const struct reference *reference,
				   struct arena *mem, const char **reason)
{
	const uint8_t *dot = memchr(name->raw.data, '.', name->raw.size);
	if (!dot || name->raw.data[0] != '_')
		return ignored(reason, "a SRV-ID is _service.name (RFC 4985 section 2)");
	struct bytes service = { name->raw.data, (size_t)(dot - name->raw.data) };
	struct bytes domain = { dot + 1, name->raw.size - service.size - 1 };
	if (!is_text(service, reference->srv_service)) {
		if (is_text(service, "_xmpp-client"))
			return differs(reason, "a SRV-ID for _xmpp-client does not serve s2s");
		if (is_text(service, "_xmpp-server"))
			return differs(reason, "a SRV-ID for _xmpp-server does not serve c2s");
		if (is_text(service, "_xmpps-client") || is_text(service, "_xmpps-server"))
			return differs(reason, "direct TLS uses the SRV-ID of STARTTLS too, "
					       "_xmpp-client or _xmpp-server (XEP-0368)");
		return differs(reason, "a SRV-ID of another service");
	}
	const char *shown = memchr(name->value, '.', strlen(name->value));
	return match_domain(domain, shown ? shown + 1 : name->value, reference->domain, mem,
			    reason);
}

/* CRT-11: a bare domain, both sides as A-labels, no wildcard. */
static enum name_verdict match_xmpp(const struct cert_name *name, const struct reference *reference,
				    struct arena *mem, const char **reason)
{
	const char *domain, *text = (const char *)name->raw.data;
	struct err err;
	if (memchr(text, '@', name->raw.size) || memchr(text, '/', name->raw.size))
		return differs(reason, "the address of a user or a resource says nothing about "
				       "the domain");
	if (memchr(text, '*', name->raw.size))
		return ignored(reason, "an XmppAddr takes no wildcard");
	if (!idna_to_ascii(text, name->raw.size, mem, &domain, &err))
		return ignored(reason, arena_copy(mem, err.text));
	if (strcasecmp(domain, reference->domain) == 0)
		return matches(reason, "names the domain");
	return differs(reason, "names another domain");
}

/* CRT-12; and an address learnt from DNS is no reference. */
static enum name_verdict match_ip(const struct cert_name *name, const uint8_t octets[16],
				  size_t size, const char **reason)
{
	if (size == 0)
		return differs(reason, "an address does not speak for a domain");
	if (bytes_equal(name->raw, (struct bytes){ octets, size }))
		return matches(reason, "names the address");
	return differs(reason, "names another address");
}

enum name_verdict name_match(const struct cert_name *name, const struct reference *reference,
			     struct arena *mem, const char **reason)
{
	uint8_t octets[16];
	size_t size = 0;
	if (name->malformed)
		return ignored(reason, arena_printf(mem, "malformed: %s", name->malformed));
	if (!is_address(reference->domain, octets, &size))
		size = 0;
	switch (name->type) {
	case NAME_DNS:
	case NAME_SRV:
	case NAME_XMPP:
		if (size > 0)
			return differs(reason, "only an IP-ID speaks for an address "
					       "(RFC 9525 section 6.1)");
		if (name->type == NAME_SRV)
			return match_srv(name, reference, mem, reason);
		if (name->type == NAME_XMPP)
			return match_xmpp(name, reference, mem, reason);
		return match_domain(name->raw, name->value, reference->domain, mem, reason);
	case NAME_IP:
		return match_ip(name, octets, size, reason);
	case NAME_CN:
		return ignored(reason, "the common name is not an identity (RFC 9525 section 2)");
	case NAME_URI:
		return ignored(reason, "XMPP does not use URI-IDs");
	case NAME_EMAIL:
		return ignored(reason, "a mail address is no XMPP domain");
	case NAME_OTHER:
		break;
	}
	return ignored(reason, "XMPP does not use this kind of name");
}

void name_judge(const struct cert_facts *cert, const struct reference *reference, struct arena *mem,
		struct name_facts *out)
{
	struct name_facts facts = { .count = cert->name_count };
	facts.judgements = arena_array(mem, cert->name_count, sizeof(*facts.judgements));
	for (size_t i = 0; i < cert->name_count; i++) {
		struct name_judgement *judgement = &facts.judgements[i];
		judgement->name = &cert->names[i];
		judgement->verdict = name_match(judgement->name, reference, mem,
						&judgement->reason);
		if (judgement->verdict == NAME_MATCHES && !facts.matched)
			facts.matched = judgement->name;
	}
	*out = facts;
}

void name_discount(struct name_facts *facts)
{
	facts->matched = NULL;
	for (size_t i = 0; i < facts->count; i++) {
		struct name_judgement *judgement = &facts->judgements[i];
		enum name_type type = judgement->name->type;
		if (judgement->verdict != NAME_MATCHES)
			continue;
		if (type == NAME_SRV || type == NAME_XMPP)
			judgement->verdict = ignored(&judgement->reason,
						     "an issuer is limited to certain DNS names, "
						     "which does not limit this kind of name "
						     "(RFC 9525 section 7.6)");
		else if (!facts->matched)
			facts->matched = judgement->name;
	}
}

bool name_judge_also(struct name_facts *facts, const struct reference *also, const char *why,
		     struct arena *mem)
{
	bool any = false;
	for (size_t i = 0; i < facts->count; i++) {
		struct name_judgement *judgement = &facts->judgements[i];
		const char *ignored_reason;
		if (name_match(judgement->name, also, mem, &ignored_reason) != NAME_MATCHES)
			continue;
		any = true;
		if (judgement->verdict != NAME_MATCHES)
			judgement->reason = why;
		judgement->verdict = NAME_MATCHES;
		if (!facts->matched)
			facts->matched = judgement->name;
	}
	return any;
}

void name_accept_common(struct name_facts *facts, const struct reference *reference)
{
	for (size_t i = 0; i < facts->count; i++) {
		enum name_type type = facts->judgements[i].name->type;
		if (type == NAME_DNS || type == NAME_SRV || type == NAME_URI || type == NAME_XMPP)
			return;
	}
	for (size_t i = 0; i < facts->count; i++) {
		struct name_judgement *judgement = &facts->judgements[i];
		if (judgement->name->type != NAME_CN ||
		    !is_text(judgement->name->raw, reference->domain))
			continue;
		judgement->verdict = matches(&judgement->reason,
					     "names the domain; accepted by --legacy-cn only "
					     "(RFC 6125 section 6.4.4)");
		if (!facts->matched)
			facts->matched = judgement->name;
	}
}

static const char *const verdict_texts[] = {
	[NAME_MATCHES] = "match",
	[NAME_DIFFERS] = "differs",
	[NAME_IGNORED] = "ignored",
};

const char *name_verdict_text(enum name_verdict verdict)
{
	return verdict_texts[verdict];
}
