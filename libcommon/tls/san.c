#include "tls/san.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "tls/der.h"
#include "tls/der_string.h"
#include "tls/der_tag.h"
#include "tls/dn.h"

/* CRT-15 for the forms that are IA5String. */
static const char *ascii_problem(struct bytes value)
{
	if (value.size == 0)
		return "empty";
	for (size_t at = 0; at < value.size; at++) {
		if (value.data[at] == 0)
			return "contains NUL";
		if (value.data[at] >= 0x80)
			return "not ASCII";
	}
	return NULL;
}

static const char *utf8_problem(struct bytes value)
{
	if (value.size == 0)
		return "empty";
	if (memchr(value.data, 0, value.size))
		return "contains NUL";
	for (size_t at = 0, step; at < value.size; at += step) {
		step = utf8_length(value.data + at, value.size - at, NULL);
		if (step == 0)
			return "not UTF-8";
	}
	return NULL;
}

static void read_ip(struct bytes value, struct arena *mem, struct cert_name *out)
{
	char text[INET6_ADDRSTRLEN];
	out->raw = value;
	if (value.size == 4 || value.size == 16) {
		inet_ntop(value.size == 4 ? AF_INET : AF_INET6, value.data, text, sizeof(text));
		out->value = arena_copy(mem, text);
		return;
	}
	CLEANUP(buf_free) struct buf hex = buf_new(BUF_UNBOUNDED);
	for (size_t at = 0; at < value.size; at++)
		buf_printf(&hex, "\\x%02x", value.data[at]);
	out->value = arena_copy(mem, buf_string(&hex));
	out->malformed = value.size == 0 ? "empty" : "neither 4 nor 16 octets";
}

/* The two XMPP knows, and the string type each must have (RFC 4985, 2; RFC 6120, 13.7.1.4). */
static const struct other_form {
	const char *oid;
	enum name_type type;
	uint8_t tag;
} other_forms[] = {
	{ "1.3.6.1.5.5.7.8.7", NAME_SRV, TAG_IA5 },
	{ "1.3.6.1.5.5.7.8.5", NAME_XMPP, TAG_UTF8 },
};

/* a0 LL | 06 08 2b 06 01 05 05 07 08 07 | a0 LL | 16 LL "_xmpp-client.im.example" */
static void read_other_name(struct bytes value, struct arena *mem, struct cert_name *out)
{
	struct der oid, explicit, inner;
	out->type = NAME_OTHER;
	out->raw = value;
	out->value = "otherName";
	if (!der_take(&value, TAG_OID, &oid) || !der_is_oid(oid.value)) {
		out->malformed = SAN_NOT_DER;
		return;
	}
	char text[128];
	der_oid_text(oid.value, text);
	const struct other_form *form = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(other_forms); i++) {
		if (strcmp(other_forms[i].oid, text) == 0)
			form = &other_forms[i];
	}
	out->type = form ? form->type : NAME_OTHER;
	out->value = arena_printf(mem, "otherName %s", text);
	if (!der_take(&value, 0xa0, &explicit) || value.size > 0 ||
	    !der_next(&explicit.value, &inner) || explicit.value.size > 0) {
		out->malformed = SAN_NOT_DER;
		return;
	}
	if (!form)
		return;
	out->raw = inner.value;
	out->value = der_string_text(inner.tag, inner.value, mem);
	if (inner.tag != form->tag)
		out->malformed = "wrong string type";
	else
		out->malformed = form->tag == TAG_IA5 ? ascii_problem(inner.value)
						      : utf8_problem(inner.value);
}

static void read_name(struct der entry, struct arena *mem, struct cert_name *out)
{
	char oid[128];
	out->raw = entry.value;
	out->type = NAME_OTHER;
	switch (entry.tag) {
	case TAG_NAME_DNS:
	case TAG_NAME_URI:
	case TAG_NAME_EMAIL:
		out->type = entry.tag == TAG_NAME_DNS   ? NAME_DNS
			    : entry.tag == TAG_NAME_URI ? NAME_URI
							: NAME_EMAIL;
		out->value = der_string_text(TAG_IA5, entry.value, mem);
		out->malformed = ascii_problem(entry.value);
		break;
	case TAG_NAME_IP:
		out->type = NAME_IP;
		read_ip(entry.value, mem, out);
		break;
	case TAG_NAME_OTHER:
		read_other_name(entry.value, mem, out);
		break;
	case TAG_NAME_DIRECTORY:
		out->value = dn_text(entry.value, mem);
		if (!out->value)
			out->malformed = SAN_NOT_DER;
		out->value = arena_printf(mem, "directoryName %s", out->value ? out->value : "");
		break;
	case TAG_NAME_REGISTERED:
		out->value = arena_printf(mem, "registeredID %s", der_oid_text(entry.value, oid));
		if (!der_is_oid(entry.value))
			out->malformed = SAN_NOT_DER;
		break;
	case TAG_NAME_X400:
		out->value = "x400Address";
		break;
	case TAG_NAME_EDI:
		out->value = "ediPartyName";
		break;
	default:
		out->value = arena_printf(mem, "name of kind 0x%02x", entry.tag);
		out->malformed = "unknown kind of name";
	}
}

/* GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName. Returns what lies inside. */
static bool enter(struct bytes extension, struct bytes *out)
{
	struct der names;
	if (!der_take(&extension, TAG_SEQUENCE, &names) || extension.size > 0)
		return false;
	*out = names.value;
	return true;
}

size_t san_count(struct bytes extension)
{
	struct bytes at;
	struct der entry;
	size_t count = 0;
	if (!enter(extension, &at))
		return 1;
	while (der_next(&at, &entry))
		count++;
	return count + (at.size > 0);
}

void san_read(struct bytes extension, struct arena *mem, struct cert_name *names)
{
	struct bytes at = extension;
	struct der entry;
	if (enter(extension, &at)) {
		while (der_next(&at, &entry))
			read_name(entry, mem, names++);
		if (at.size == 0)
			return;
	}
	*names = (struct cert_name){
		.type = NAME_OTHER, .value = "unreadable", .raw = at, .malformed = SAN_NOT_DER
	};
}
