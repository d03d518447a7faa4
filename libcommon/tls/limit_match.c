#include "tls/limit_match.h"

#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "tls/der.h"
#include "tls/der_tag.h"
#include "tls/dn.h"

static struct bytes skip(struct bytes text, size_t count)
{
	return (struct bytes){ text.data + count, text.size - count };
}

static bool same_text(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || strncasecmp((const char *)a.data,
							       (const char *)b.data, a.size) == 0);
}

bool limit_is_host(struct bytes name)
{
	size_t label = 0;
	if (name.size == 0 || name.size > 253)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];
		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!fine || ++label > 63)
			return false;
	}
	return label > 0;
}

/* Is name the base, or does it end in "." and the base? */
static bool is_at_or_below(struct bytes name, struct bytes base)
{
	if (name.size <= base.size)
		return same_text(name, base);
	size_t before = name.size - base.size;
	return name.data[before - 1] == '.' && same_text(skip(name, before), base);
}

/* "any name that can be constructed by adding labels to the left"; a leading dot, which DNS
 * constraints should not have and many do, wants at least one label. */
static enum limit_result match_dns(struct bytes name, struct bytes base)
{
	bool wildcard = name.size > 2 && name.data[0] == '*' && name.data[1] == '.';
	struct bytes host = wildcard ? skip(name, 2) : name;
	if (!limit_is_host(host))
		return LIMIT_UNREADABLE;
	if (base.size == 0)
		return LIMIT_INSIDE;
	bool dotted = base.data[0] == '.';
	struct bytes bare = dotted ? skip(base, 1) : base;
	if (is_at_or_below(host, bare))
		return dotted && !wildcard && host.size == bare.size ? LIMIT_OUTSIDE : LIMIT_INSIDE;
	/* *.example.org covers host.example.org, which the base may be, and nothing below it. */
	const uint8_t *dot = memchr(bare.data, '.', bare.size);
	if (wildcard && !dotted && dot &&
	    same_text(skip(bare, (size_t)(dot - bare.data) + 1), host))
		return LIMIT_PARTLY;
	return LIMIT_OUTSIDE;
}

/* A host names itself, ".example.org" what is below it. */
static bool is_host_within(struct bytes host, struct bytes base)
{
	if (base.size > 0 && base.data[0] == '.')
		return host.size > base.size && is_at_or_below(host, skip(base, 1));
	return same_text(host, base);
}

static enum limit_result match_email(struct bytes name, struct bytes base)
{
	const uint8_t *at = name.size ? memrchr(name.data, '@', name.size) : NULL;
	if (!at || at == name.data)
		return LIMIT_UNREADABLE;
	size_t local = (size_t)(at - name.data);
	struct bytes host = skip(name, local + 1);
	if (!limit_is_host(host) || (name.data[0] != '"' && memchr(name.data, '@', local)))
		return LIMIT_UNREADABLE;
	const uint8_t *base_at = base.size ? memrchr(base.data, '@', base.size) : NULL;
	if (!base_at)
		return base.size == 0 || is_host_within(host, base) ? LIMIT_INSIDE : LIMIT_OUTSIDE;
	/* A mailbox: the local part keeps its case (RFC 5280, 7.5). */
	size_t base_local = (size_t)(base_at - base.data);
	bool same = local == base_local && memcmp(name.data, base.data, local) == 0 &&
		    same_text(host, skip(base, base_local + 1));
	return same ? LIMIT_INSIDE : LIMIT_OUTSIDE;
}

/* scheme "://" [ userinfo "@" ] host [ ":" port ] ...; the host must be a name, not an address. */
static bool take_uri_host(struct bytes uri, struct bytes *out)
{
	const uint8_t *scheme = memmem(uri.data, uri.size, "://", 3);
	if (!scheme)
		return false;
	struct bytes rest = skip(uri, (size_t)(scheme - uri.data) + 3);
	size_t size = 0;
	while (size < rest.size && rest.data[size] != '/' && rest.data[size] != '?' &&
	       rest.data[size] != '#')
		size++;
	rest.size = size;
	const uint8_t *at = size ? memrchr(rest.data, '@', size) : NULL;
	if (at)
		rest = skip(rest, (size_t)(at - rest.data) + 1);
	const uint8_t *colon = rest.size ? memchr(rest.data, ':', rest.size) : NULL;
	if (colon)
		rest.size = (size_t)(colon - rest.data);
	*out = rest;
	/* The last label of a name is never all digits. */
	size_t digits = rest.size;
	while (digits > 0 && rest.data[digits - 1] >= '0' && rest.data[digits - 1] <= '9')
		digits--;
	bool numeric = digits < rest.size && (digits == 0 || rest.data[digits - 1] == '.');
	return limit_is_host(rest) && !numeric;
}

static enum limit_result match_uri(struct bytes name, struct bytes base)
{
	struct bytes host, bare = base;
	if (base.size > 0 && base.data[0] == '.')
		bare = skip(base, 1);
	if (name.size == 0 || !take_uri_host(name, &host) ||
	    (base.size > 0 && !limit_is_host(bare)))
		return LIMIT_UNREADABLE;
	return is_host_within(host, base) || base.size == 0 ? LIMIT_INSIDE : LIMIT_OUTSIDE;
}

/* base: address and mask, one behind the other. */
static enum limit_result match_ip(struct bytes name, struct bytes base)
{
	if (name.size != 4 && name.size != 16)
		return LIMIT_UNREADABLE;
	if (base.size != 2 * name.size)
		return LIMIT_OUTSIDE;
	for (size_t i = 0; i < name.size; i++) {
		if ((name.data[i] ^ base.data[i]) & base.data[name.size + i])
			return LIMIT_OUTSIDE;
	}
	return LIMIT_INSIDE;
}

/* OtherName ::= SEQUENCE { type-id, value [0] EXPLICIT }, its tag implicit. */
static bool split_other(struct bytes other, struct bytes *type, struct der *value)
{
	struct der oid, inner;
	if (!der_take(&other, TAG_OID, &oid) || !der_take(&other, 0xa0, &inner) || other.size > 0 ||
	    !der_next(&inner.value, value) || inner.value.size > 0)
		return false;
	*type = oid.value;
	return true;
}

static bool is_srv(struct bytes type)
{
	return bytes_equal(type, (struct bytes){
					 (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x08\x07", 8 });
}

/* "_service.name"; a base may leave either out. */
static void split_srv(struct bytes text, struct bytes *service, struct bytes *name)
{
	*service = (struct bytes){ text.data, 0 };
	*name = text;
	if (text.size == 0 || text.data[0] != '_')
		return;
	const uint8_t *dot = memchr(text.data, '.', text.size);
	service->size = dot ? (size_t)(dot - text.data) : text.size;
	*name = dot ? skip(text, service->size + 1) : skip(text, text.size);
}

static enum limit_result match_other(struct bytes name, struct bytes base)
{
	struct bytes type, base_type, service, base_service, host, base_host;
	struct der value, base_value;
	if (!split_other(name, &type, &value) || !split_other(base, &base_type, &base_value))
		return LIMIT_UNREADABLE;
	if (!is_srv(type))
		return LIMIT_UNREADABLE; /* how to compare these nobody has said */
	split_srv(value.value, &service, &host);
	split_srv(base_value.value, &base_service, &base_host);
	if (service.size == 0)
		return LIMIT_UNREADABLE;
	if (base_service.size > 0 && !same_text(service, base_service))
		return LIMIT_OUTSIDE;
	return match_dns(host, base_host);
}

static enum limit_result match_directory(struct bytes name, struct bytes base)
{
	if (dn_is_within(name, base))
		return LIMIT_INSIDE;
	return dn_may_be_within(name, base) ? LIMIT_DOUBTFUL : LIMIT_OUTSIDE;
}

enum limit_result limit_match(const struct general_name *name, const struct general_name *base)
{
	switch (name->tag) {
	case TAG_NAME_DNS:
		return match_dns(name->value, base->value);
	case TAG_NAME_EMAIL:
		return match_email(name->value, base->value);
	case TAG_NAME_URI:
		return match_uri(name->value, base->value);
	case TAG_NAME_IP:
		return match_ip(name->value, base->value);
	case TAG_NAME_DIRECTORY:
		return match_directory(name->value, base->value);
	case TAG_NAME_OTHER:
		return match_other(name->value, base->value);
	default:
		return LIMIT_UNREADABLE;
	}
}

bool limit_same_form(const struct general_name *a, const struct general_name *b)
{
	struct bytes left = a->value, right = b->value;
	struct der type_a, type_b;
	if (a->tag != b->tag || a->tag != TAG_NAME_OTHER)
		return a->tag == b->tag;
	/* A name that has no type may be of any. */
	return !der_take(&left, TAG_OID, &type_a) || !der_take(&right, TAG_OID, &type_b) ||
	       bytes_equal(type_a.value, type_b.value);
}

/* RFC 4632: ones, then zeros. */
static bool is_mask(struct bytes mask)
{
	bool ended = false;
	for (size_t i = 0; i < mask.size * 8; i++) {
		bool one = mask.data[i / 8] & (0x80u >> i % 8);
		if (one && ended)
			return false;
		ended = !one;
	}
	return true;
}

bool limit_base_is_sound(const struct general_name *base)
{
	struct bytes value = base->value;
	struct der inner;
	switch (base->tag) {
	case TAG_NAME_DNS:
		if (value.size > 0 && value.data[0] == '.')
			value = skip(value, 1);
		return base->value.size == 0 || limit_is_host(value);
	case TAG_NAME_EMAIL: {
		const uint8_t *at = value.size ? memrchr(value.data, '@', value.size) : NULL;
		if (at)
			value = skip(value, (size_t)(at - value.data) + 1);
		else if (value.size > 0 && value.data[0] == '.')
			value = skip(value, 1);
		return base->value.size == 0 || limit_is_host(value);
	}
	case TAG_NAME_IP:
		return (value.size == 8 || value.size == 32) &&
		       is_mask(skip(value, value.size / 2));
	case TAG_NAME_DIRECTORY:
		return der_take(&value, TAG_SEQUENCE, &inner) && value.size == 0;
	default:
		return true;
	}
}
