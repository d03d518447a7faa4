#include <assert.h>
#include <string.h>

#include "xmpp/message.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"
#include "xmpp/xml.h"

#define SPACE       " \t\r\n"
#define NAME_SHOWN  40 /* octets of a name or value in a sentence */
#define ONE_ELEMENT "--stanza takes one <message/>, <presence/> or <iq/> at a time"

static bool refuse(struct err *err, const char *sentence)
{
	return err_set(err, AT_INPUT, ERR_USAGE, "%s", sentence);
}

/* Octets of text for a sentence: whole characters. */
static int shown(const char *text)
{
	size_t size = strlen(text);
	if (size <= NAME_SHOWN)
		return (int)size;
	size = NAME_SHOWN;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return (int)size;
}

static bool is_among(const char *const *words, const char *word)
{
	for (; *words; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

/* An empty address is none. */
static bool check_to(const struct elem *stanza, struct err *err)
{
	const char *to = elem_attr(stanza, "to");
	if (to && *to)
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "the <%s/> has no 'to': write the address it goes to into it", stanza->name);
}

static bool check_message(const struct elem *message, struct err *err)
{
	static const char *const allowed[] = { "chat", "normal", "headline", "groupchat", NULL };
	const char *type = elem_attr(message, "type");
	if (type && !is_among(allowed, type))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "a message of type '%.*s' is not sent: chat, normal, headline, "
			       "groupchat or none are",
			       shown(type), type);
	return check_to(message, err);
}

/* Who may see whom is an agreement that lasts: a client's to make, with its user at it. */
static bool check_presence(const struct elem *presence, struct err *err)
{
	const char *type = elem_attr(presence, "type");
	if (!type || strcmp(type, "unavailable") == 0)
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "a presence of type '%.*s' is not sent: 'unavailable' or none are, but no "
		       "subscriptions, probes or errors",
		       shown(type), type);
}

/* What stays when we are gone: <remove/> in the first of them takes all of the account along. */
static const struct lasting {
	const char *ns, *what;
} lasting[] = {
	{ "jabber:iq:register", "registration" }, { "jabber:iq:roster", "contact list" },
	{ "jabber:iq:privacy", "privacy lists" }, { "jabber:iq:private", "private storage" },
	{ "urn:xmpp:blocking", "block list" },    { "vcard-temp", "vCard" },
};

static bool check_lasting(const char *ns, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(lasting); i++) {
		if (strcmp(lasting[i].ns, ns) == 0)
			return err_set(
				err, AT_INPUT, ERR_USAGE,
				"nothing of the account is changed from here: not its %s; use a "
				"client",
				lasting[i].what);
	}
	return true;
}

/* A result or an error would answer what nobody asked. */
static bool check_iq(const struct elem *iq, struct err *err)
{
	static const char *const allowed[] = { "get", "set", NULL };
	const char *type = elem_attr(iq, "type");
	if (!type)
		return refuse(err, "the <iq/> has no type: 'get' or 'set'");
	if (!is_among(allowed, type))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "an iq of type '%.*s' is not sent: 'get' and 'set' are", shown(type),
			       type);
	if (elem_count(iq) != 1)
		return refuse(err, "an <iq/> holds one element that says what is asked (RFC 6120, "
				   "8.2.3), and this one does not");
	if (strcmp(type, "set") == 0 && !check_lasting(iq->children->ns, err))
		return false;
	return check_to(iq, err);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, SPACE)] == '\0';
}

/* An element keeps its text in one piece, apart from its children: where it stood between them is
 * lost, and "one <b>two</b> three" would arrive as "one  three<b>two</b>". */
static bool check_order(const struct elem *elem, struct err *err)
{
	if (elem->children && !is_blank(elem->text))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "text beside elements in <%.*s> cannot be sent in its order: put it "
			       "into elements of its own",
			       shown(elem->name), elem->name);
	for (const struct elem *child = elem->children; child; child = child->next) {
		if (!check_order(child, err))
			return false;
	}
	return true;
}

bool message_check_element(const struct elem *elem, struct err *err)
{
	if (!stanza_is_one(elem))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "<%.*s/> in the namespace '%.*s' is no stanza: <message/>, "
			       "<presence/> or <iq/> of '" NS_CLIENT "' (or without xmlns) are",
			       shown(elem->name), elem->name, shown(elem->ns), elem->ns);
	if (elem_attr(elem, "from"))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "the <%s/> has a 'from': leave it out, the server puts your own "
			       "address in",
			       elem->name);
	if (!is_blank(elem->text))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "text in <%s> outside of any element of it: a message's belongs "
			       "into <body>",
			       elem->name);
	if (!check_order(elem, err))
		return false;
	if (strcmp(elem->name, "message") == 0)
		return check_message(elem, err);
	if (strcmp(elem->name, "presence") == 0)
		return check_presence(elem, err);
	return check_iq(elem, err);
}

struct xml *message_new_parser(void)
{
	static const char header[] = "<stream:stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM
				     "'>";
	struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err;
	bool opened = xml_push(xml, header, strlen(header), mem, &event, &elem, &used, &err);
	assert(opened && event == XML_STREAM_OPEN && used == strlen(header));
	(void)opened;
	return xml;
}

static bool parse(const char *text, size_t size, struct arena *mem, const struct elem **out,
		  struct err *err)
{
	CLEANUP(xml_free) struct xml *xml = message_new_parser();
	enum xml_event event;
	size_t used;
	if (!xml_push(xml, text, size, mem, &event, out, &used, err)) {
		err->stage = AT_INPUT;
		return false;
	}
	if (event == XML_STREAM_CLOSE)
		return refuse(err, "an end tag without a start tag: " ONE_ELEMENT);
	if (event == XML_MORE && xml_is_quiet(xml))
		return refuse(err, "there is no element: " ONE_ELEMENT);
	if (event == XML_MORE)
		return err_set(err, AT_INPUT, ERR_NOT_WELL_FORMED,
			       "XML is not well-formed: an element without its end");
	for (size_t at = used; at < size; at++) {
		if (!strchr(SPACE, text[at]) || text[at] == '\0')
			return refuse(err, "more behind the first element: " ONE_ELEMENT);
	}
	return true;
}

bool message_check_stanza(const char *text, size_t size, struct arena *mem, const struct elem **out,
			  struct err *err)
{
	const struct elem *elem = NULL;
	if (!parse(text, size, mem, &elem, err) || !message_check_element(elem, err))
		return false;
	*out = elem;
	return true;
}

const char *message_stanza_id(const struct elem *stanza)
{
	const char *id = elem_attr(stanza, "id");
	return id && *id ? id : NULL;
}

/* The content namespace goes without a prefix (RFC 6120, 4.8.5), and white space between what the
 * stanza holds says nothing. */
void message_write_stanza(const struct elem *stanza, const char *id, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct attr chosen = { .ns = "", .name = "id", .value = id }, **end = &chosen.next;
	for (const struct attr *attr = stanza->attrs; attr; attr = attr->next) {
		if (attr->ns[0] == '\0' && strcmp(attr->name, "id") == 0)
			continue;
		struct attr *copy = arena_alloc(mem, sizeof(*copy));
		*copy = *attr;
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
	}
	struct elem written = *stanza;
	written.attrs = &chosen;
	written.prefix = written.text = "";
	elem_write(&written, false, out);
}
