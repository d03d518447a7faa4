#include "xmpp/features.h"

#include <string.h>

#include "xmpp/ns.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Some servers indent what they send. */
static const char *trimmed(struct arena *mem, const char *text)
{
	while (is_space(*text))
		text++;
	size_t size = strlen(text);
	while (size > 0 && is_space(text[size - 1]))
		size--;
	return arena_copy_n(mem, text, size);
}

static void list_add(struct text_list *list, const char *text)
{
	list->items[list->count++] = text;
}

/* What all children of that name hold, in text or in an attribute; empty ones say nothing. A second
 * element of the kind adds to the first: an empty one must not hide what is offered in clear. */
static void read_list(const struct elem *elem, const char *name, const char *attr,
		      struct arena *mem, struct text_list *out)
{
	struct text_list before = *out;
	*out = (struct text_list){ .items = arena_array(mem, before.count + elem_count(elem),
							sizeof(char *)) };
	for (size_t i = 0; i < before.count; i++)
		list_add(out, before.items[i]);
	for (const struct elem *child = elem->children; child; child = child->next) {
		if (!elem_is(child, elem->ns, name))
			continue;
		const char *value = attr ? elem_attr(child, attr) : child->text;
		value = value ? trimmed(mem, value) : "";
		if (value[0] != '\0')
			list_add(out, value);
	}
}

static void read_starttls(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)mem;
	out->starttls = true;
	out->starttls_required = elem_child(elem, NS_TLS, "required") != NULL;
}

static void read_mechanisms(const struct elem *elem, struct arena *mem, struct features *out)
{
	read_list(elem, "mechanism", NULL, mem, &out->mechanisms);
}

static void read_sasl2(const struct elem *elem, struct arena *mem, struct features *out)
{
	read_list(elem, "mechanism", NULL, mem, &out->sasl2_mechanisms);
}

static void read_bindings(const struct elem *elem, struct arena *mem, struct features *out)
{
	read_list(elem, "channel-binding", "type", mem, &out->channel_bindings);
}

static void read_compression(const struct elem *elem, struct arena *mem, struct features *out)
{
	read_list(elem, "method", NULL, mem, &out->compression);
}

static void read_dialback(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)mem;
	out->dialback = true;
	out->dialback_errors = elem_child(elem, NS_DIALBACK_FEAT, "errors") != NULL;
}

static void read_bidi(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)elem, (void)mem;
	out->bidi = true;
}

static void read_management(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)elem, (void)mem;
	out->stream_management = true;
}

static void read_bind(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)elem, (void)mem;
	out->bind = true;
}

static void read_register(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)elem, (void)mem;
	out->registration = true;
}

static void read_iq_auth(const struct elem *elem, struct arena *mem, struct features *out)
{
	(void)elem, (void)mem;
	out->iq_auth = true;
}

/* 0 for what is absent or no number; the largest for what is larger. */
static uint32_t read_number(const struct elem *elem, const char *name, struct arena *mem)
{
	const struct elem *child = elem_child(elem, NS_LIMITS, name);
	const char *text = child ? trimmed(mem, child->text) : "";
	if (text[strspn(text, "0123456789")] != '\0')
		return 0;
	uint64_t number = 0;
	for (; *text && number <= UINT32_MAX; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static void read_limits(const struct elem *elem, struct arena *mem, struct features *out)
{
	out->has_limits = true;
	out->limit_bytes = read_number(elem, "max-bytes", mem);
	out->limit_idle_seconds = read_number(elem, "idle-seconds", mem);
}

static const struct known {
	const char *ns, *name;
	void (*read)(const struct elem *elem, struct arena *mem, struct features *out);
} known[] = {
	{ NS_TLS, "starttls", read_starttls },
	{ NS_SASL, "mechanisms", read_mechanisms },
	{ NS_SASL2, "authentication", read_sasl2 },
	{ NS_SASL_CB, "sasl-channel-binding", read_bindings },
	{ NS_COMPRESS, "compression", read_compression },
	{ NS_DIALBACK_FEAT, "dialback", read_dialback },
	{ NS_BIDI_FEAT, "bidi", read_bidi },
	{ NS_SM, "sm", read_management },
	{ NS_BIND, "bind", read_bind },
	{ NS_REGISTER, "register", read_register },
	{ NS_AUTH_FEAT, "auth", read_iq_auth },
	{ NS_LIMITS, "limits", read_limits },
};

static const struct known *find_known(const struct elem *feature)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (elem_is(feature, known[i].ns, known[i].name))
			return &known[i];
	}
	return NULL;
}

void features_read(const struct elem *elem, struct arena *mem, struct features *out)
{
	*out = (struct features){ .present = true };
	size_t count = elem_count(elem);
	out->others.items = arena_array(mem, count, sizeof(char *));
	for (const struct elem *child = elem->children; child; child = child->next) {
		const struct known *feature = find_known(child);
		if (feature)
			feature->read(child, mem, out);
		else
			list_add(&out->others, arena_printf(mem, "{%s}%s", child->ns, child->name));
		if (elem_is(child, NS_SESSION, "session"))
			out->session_required = !elem_child(child, NS_SESSION, "optional");
	}
	out->starttls_alone = out->starttls && count == 1;
}

bool features_has_mechanism(const struct text_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], name) == 0)
			return true;
	}
	return false;
}

bool features_offer_login(const struct features *features)
{
	return features->mechanisms.count > 0 || features->sasl2_mechanisms.count > 0 ||
	       features->iq_auth;
}
