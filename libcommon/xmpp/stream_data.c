/* The pure halves of stream.h: headers and errors, without a connection. */
#include "xmpp/stream.h"

#include <string.h>

#include "xmpp/stream_inner.h"

#define QUOTE_MAX 40 /* octets of what came instead of a header */

static void write_dialback(const char *prefix, struct buf *out)
{
	if (!prefix)
		prefix = "db";
	if (*prefix)
		buf_printf(out, " xmlns:%s='" NS_DIALBACK "'", prefix);
}

/* <?xml version='1.0'?><stream:stream to='example.org' version='1.0' xml:lang='en'
 * xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>
 *
 * STR-28 to STR-30; some servers know no other prefixes, and look for the default namespace in this
 * very tag (STR-35, STR-90). */
void stream_header_write(const struct stream_header *header, struct buf *out)
{
	bool server = header->service == SERVICE_S2S;
	buf_text(out, "<?xml version='1.0'?><stream:stream");
	xml_write_attribute(out, "id", header->id);
	xml_write_attribute(out, "from", header->from);
	xml_write_attribute(out, "to", header->to);
	xml_write_attribute(out, "version", header->no_version ? NULL : "1.0");
	xml_write_attribute(out, "xml:lang", header->lang ? header->lang : "en");
	xml_write_attribute(out, "xmlns", server ? NS_SERVER : NS_CLIENT);
	if (server)
		write_dialback(header->dialback_prefix, out);
	xml_write_attribute(out, "xmlns:stream", NS_STREAM);
	buf_char(out, '>');
}

/* STR-33: two integers, leading zeros ignored, anything from 1.0 on. */
static bool is_version_1(const char *version)
{
	if (!version)
		return false;
	size_t major = strspn(version, "0123456789");
	const char *minor = version + major + (version[major] == '.');
	if (major == 0 || minor[strspn(minor, "0123456789")] != '\0')
		return false;
	return strspn(version, "0") < major;
}

void stream_header_read(const struct elem *elem, struct stream_facts *facts, struct arena *mem)
{
	facts->opened = true;
	facts->from = arena_copy(mem, elem_attr(elem, "from"));
	facts->to = arena_copy(mem, elem_attr(elem, "to"));
	facts->id = arena_copy(mem, elem_attr(elem, "id"));
	facts->lang = arena_copy(mem, elem_attr_ns(elem, NS_XML, "lang"));
	facts->version = arena_copy(mem, elem_attr(elem, "version"));
	facts->version_1 = is_version_1(facts->version);
	facts->prefix_free = elem->prefix[0] == '\0';
	/* Without a prefix the default namespace is the stream's own, and the content's stands on
	 * each child. */
	if (!facts->prefix_free)
		facts->content_namespace = arena_copy(mem, elem_attr_ns(elem, NS_XMLNS, "xmlns"));
}

/* RFC 6120, 4.9.3, and what usually stands behind each. */
static const struct condition {
	const char *name, *cause;
} conditions[] = {
	{ "bad-format", "The server cannot process what it got; it may be picky about the stream "
			"header." },
	{ "bad-namespace-prefix", "The server insists on other namespace prefixes." },
	{ "conflict", "The server sees another stream of the same pair, or too many from this "
		      "address; try again with fewer at once (--per-host 1)." },
	{ "connection-timeout", "The server waited too long; it may be overloaded." },
	{ "host-gone", "The server no longer serves this domain; its SRV record is out of date." },
	{ "host-unknown", "The name in DNS leads to a server that is not configured for this "
			  "domain. Prosody: add a VirtualHost for it; ejabberd: add it to hosts." },
	{ "improper-addressing", "The server wants 'to' and 'from' in the stream header; on s2s "
				 "try --from with a domain of yours." },
	{ "internal-server-error", "A fault or misconfiguration of the server; its log tells." },
	{ "invalid-from", "The server does not accept the domain we say we are; try --from with a "
			  "domain of yours." },
	{ "invalid-id", NULL },
	{ "invalid-namespace", "This port serves the other kind of stream: clients on 5222, "
			       "servers on 5269." },
	{ "invalid-xml", NULL },
	{ "not-authorized", "The server wants authentication first, or refused it." },
	{ "not-well-formed", NULL },
	{ "policy-violation", "A rule of the server: encryption required, a rate limit or a block "
			      "list; try again later and more slowly (--rate)." },
	{ "remote-connection-failed", "The server could not reach another one that it needs, such "
				      "as the one that confirms dialback." },
	{ "reset", NULL },
	{ "resource-constraint", "The server is busy; try again later and more slowly (--rate)." },
	{ "restricted-xml", NULL },
	{ "see-other-host", "The server sends its visitors to another host; the SRV record should "
			    "name that one." },
	{ "system-shutdown", "The server is going down; try again later." },
	{ "undefined-condition", NULL },
	{ "unsupported-encoding", NULL },
	{ "unsupported-feature", "The two sides have no way of authentication in common." },
	{ "unsupported-stanza-type", NULL },
	{ "unsupported-version", "The server does not speak XMPP 1.0." },
};

static const struct condition *find_condition(const char *name)
{
	if (strcmp(name, "xml-not-well-formed") == 0)
		name = "not-well-formed"; /* RFC 3920's word for it */
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		if (strcmp(conditions[i].name, name) == 0)
			return &conditions[i];
	}
	return NULL;
}

const char *stream_error_cause(const char *condition)
{
	const struct condition *found = find_condition(condition);
	return found ? found->cause : NULL;
}

static const char *content_of(const struct elem *elem, struct arena *mem)
{
	return elem->text[strspn(elem->text, " \t\r\n")] ? arena_copy(mem, elem->text) : NULL;
}

/* <stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text
 * .../></stream:error>
 */
void stream_error_read(const struct elem *elem, struct arena *mem, struct stream_error *out)
{
	*out = (struct stream_error){ .condition = "undefined-condition" };
	bool found = false;
	for (const struct elem *child = elem->children; child; child = child->next) {
		const struct condition *known = find_condition(child->name);
		bool theirs = strcmp(child->ns, NS_STREAM_ERROR) == 0;
		if (theirs && strcmp(child->name, "text") == 0) {
			out->text = content_of(child, mem);
		} else if (theirs && known && !found) {
			found = true;
			out->condition = known->name;
			out->content = content_of(child, mem);
		} else if (!out->application) {
			out->application = arena_printf(mem, "{%s}%s", child->ns, child->name);
		}
	}
	if (!out->text && !found) /* before RFC 3920 the text was all there was */
		out->text = content_of(elem, mem);
}

const char *stream_condition_of(const struct elem *elem)
{
	for (const struct elem *child = elem->children; child; child = child->next) {
		if (strcmp(child->name, "text") != 0)
			return child->name;
	}
	return "undefined-condition";
}

const char *stream_stanza_error(const struct elem *stanza)
{
	for (const struct elem *child = stanza->children; child; child = child->next) {
		if (strcmp(child->name, "error") == 0)
			return stream_condition_of(child);
	}
	return "undefined-condition";
}

void stream_explain_caller(const char *said, size_t size, struct err *err)
{
	static const char handshake[] = { 0x16, 0x03 }; /* RFC 8446, 5.1 */
	size_t line = 0;
	if (err->code != ERR_NOT_XMPP)
		return;
	while (line < size && line < QUOTE_MAX && said[line] >= 0x20 && said[line] < 0x7f)
		line++;
	if (size >= sizeof(handshake) && memcmp(said, handshake, sizeof(handshake)) == 0)
		err_set(err, err->stage, ERR_NOT_XMPP,
			"TLS came from the first octet, where STARTTLS was awaited");
	else if (line > 0)
		err_set(err, err->stage, ERR_NOT_XMPP, "something else than XMPP came: \"%.*s\"",
			(int)line, said);
	else
		err_set(err, err->stage, ERR_NOT_XMPP, "something else than XMPP came");
}
