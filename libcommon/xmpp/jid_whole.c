/* Whole addresses: RFC 7622, section 3. */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "xmpp/jid.h"
#include "xmpp/precis.h"

#define PART_MAX 1023 /* octets, prepared: RFC 7622, 3.2 to 3.4 */
#define PART_RAW_MAX                                                                               \
	(4 * PART_MAX)        /* what can still become so few: full-width letters take three */
#define SHOWN_MAX 80          /* of an address in a sentence */
#define EXCLUDED  "\"&'/:<>@" /* RFC 7622, 3.3.1 */

struct part {
	const char *text; /* NULL: none */
	size_t size;
};

struct parts {
	const char *shown; /* the address, for sentences */
	struct part local, domain, resource;
};

/* Raw, for who prints it escapes it; whole characters. */
static const char *head_of(const char *text, size_t size, struct arena *mem)
{
	size_t kept = 0;
	for (size_t step; kept < size; kept += step) {
		step = utf8_length((const unsigned char *)text + kept, size - kept, NULL);
		step = step ? step : 1;
		if (kept + step > SHOWN_MAX)
			break;
	}
	return arena_printf(mem, "%.*s%s", (int)kept, text, kept < size ? "..." : "");
}

static bool refuse(struct err *err, const struct parts *parts, const char *why)
{
	return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s", parts->shown, why);
}

static bool check_octets(const char *text, size_t size, const char *shown, struct err *err)
{
	if (size == 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "the address is empty");
	if (size > 3 * (PART_RAW_MAX + 1))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: %zu octets are no address", shown,
			       size);
	for (size_t at = 0, step; at < size; at += step) {
		unsigned code = 0;
		step = utf8_length((const unsigned char *)text + at, size - at, &code);
		if (step == 0)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "%s: not UTF-8 (byte 0x%02x at offset %zu)", shown,
				       (unsigned char)text[at], at);
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "%s: control character U+%04X at offset %zu", shown, code,
				       at);
	}
	return true;
}

/* What people paste instead of an address; neither can be one, for the colon. */
static bool check_kind(const char *text, size_t size, const char *shown, struct err *err)
{
	const char *slash = memchr(text, '/', size);
	if (slash && slash > text && slash[-1] == ':' && slash + 1 < text + size && slash[1] == '/')
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s is a URL: write an address, user@example.org", shown);
	if (size < 5 || strncasecmp(text, "xmpp:", 5) != 0)
		return true;
	const char *address = text + 5, *query = memchr(address, '?', size - 5);
	size_t length = query ? (size_t)(query - address) : size - 5;
	return err_set(err, AT_INPUT, ERR_USAGE, "%s is a URI: write the address alone: %.*s",
		       shown, (int)(length < SHOWN_MAX ? length : SHOWN_MAX), address);
}

/* RFC 7622, 3.1: first the resource, which may hold any character; then the localpart. */
static struct parts split(const char *text, size_t size, const char *shown)
{
	const char *slash = memchr(text, '/', size);
	size_t bare = slash ? (size_t)(slash - text) : size;
	const char *at = memchr(text, '@', bare);
	size_t before = at ? (size_t)(at - text) + 1 : 0;
	struct parts parts = { .shown = shown, .domain = { text + before, bare - before } };
	if (at)
		parts.local = (struct part){ text, before - 1 };
	if (slash)
		parts.resource = (struct part){ slash + 1, size - bare - 1 };
	return parts;
}

static bool check_split(const struct parts *parts, struct err *err)
{
	if (parts->local.text && parts->local.size == 0)
		return refuse(err, parts, "nothing stands before the @");
	if (parts->domain.size == 0)
		return refuse(err, parts,
			      parts->local.text ? "the localpart is there, but no domain"
						: "there is no domain");
	if (memchr(parts->domain.text, '@', parts->domain.size))
		return refuse(err, parts,
			      "there is more than one @ (in a name it is written \\40)");
	if (parts->resource.text && parts->resource.size == 0)
		return refuse(err, parts, "nothing stands behind the slash: leave it out, too");
	return true;
}

typedef bool prepare_function(const char *, size_t, struct arena *, const char **, struct err *);

static bool prepare(const struct parts *parts, const char *name, struct part part,
		    prepare_function *preparation, struct arena *mem, const char **out,
		    struct err *err)
{
	struct err why;
	if (!part.text)
		return true;
	if (part.size <= PART_RAW_MAX && !preparation(part.text, part.size, mem, out, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s: %s", parts->shown, name,
			       why.text);
	if (part.size > PART_RAW_MAX || strlen(*out) > PART_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s: the %s has more than %d octets (RFC 7622)", parts->shown, name,
			       PART_MAX);
	return true;
}

/* Only now, for a full-width at sign has become one. */
static bool check_local(const struct parts *parts, const char *local, struct err *err)
{
	const char *excluded = local ? strpbrk(local, EXCLUDED) : NULL;
	return !excluded || err_set(err, AT_INPUT, ERR_USAGE,
				    "%s: localpart: '%c' is not allowed (XEP-0106 writes \\%02x)",
				    parts->shown, *excluded, (unsigned)*excluded);
}

/* RFC 7622, 3.2: A-labels become U-labels; those that IDNA2008 does not know cannot. */
static bool check_labels(const struct parts *parts, const char *domain, struct err *err)
{
	for (const char *label = domain; *label;) {
		size_t length = strcspn(label, ".");
		if (strncmp(label, "xn--", 4) == 0)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "%s: \"%.*s\" is no name under IDNA2008", parts->shown,
				       (int)length, label);
		label += length + (label[length] == '.');
	}
	return true;
}

/* RFC 7622, 3.2.1: one dot at the end goes before anything else. Of a name the IDNA part takes it,
 * of an address nobody would. */
static bool prepare_domain(const struct parts *parts, struct arena *mem, struct jid_domain *out,
			   struct err *err)
{
	struct part part = parts->domain;
	struct err why;
	if (part.size > 2 && part.text[part.size - 1] == '.' && part.text[part.size - 2] != '.')
		part.size--;
	if (part.size > PART_RAW_MAX)
		return refuse(err, parts, "the domain has more than 1023 octets (RFC 7622)");
	if (!jid_domain_parse(part.text, part.size, mem, out, &why))
		return refuse(err, parts, why.text);
	return check_labels(parts, out->unicode, err);
}

bool jid_parse(const char *text, size_t size, struct arena *mem, struct jid *out, struct err *err)
{
	const char *shown = head_of(text, size, mem);
	struct jid jid = { 0 };
	if (!check_octets(text, size, shown, err) || !check_kind(text, size, shown, err))
		return false;
	struct parts parts = split(text, size, shown);
	if (!check_split(&parts, err) ||
	    !prepare(&parts, "localpart", parts.local, precis_username, mem, &jid.local, err) ||
	    !check_local(&parts, jid.local, err) ||
	    !prepare_domain(&parts, mem, &jid.domain, err) ||
	    !prepare(&parts, "resource", parts.resource, precis_opaque, mem, &jid.resource, err))
		return false;
	jid.bare = jid.local ? arena_printf(mem, "%s@%s", jid.local, jid.domain.unicode)
			     : jid.domain.unicode;
	jid.full = jid.resource ? arena_printf(mem, "%s/%s", jid.bare, jid.resource) : jid.bare;
	*out = jid;
	return true;
}

bool jid_same_bare(const struct jid *a, const struct jid *b)
{
	return strcmp(a->bare, b->bare) == 0;
}

bool jid_same(const struct jid *a, const struct jid *b)
{
	return strcmp(a->full, b->full) == 0;
}
