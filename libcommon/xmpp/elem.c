#include "xmpp/elem.h"

#include <stdio.h>
#include <string.h>

#include "xmpp/ns.h"

const char *elem_attr_ns(const struct elem *elem, const char *ns, const char *name)
{
	for (const struct attr *attr = elem->attrs; attr; attr = attr->next) {
		if (strcmp(attr->name, name) == 0 && strcmp(attr->ns, ns) == 0)
			return attr->value;
	}
	return NULL;
}

const char *elem_attr(const struct elem *elem, const char *name)
{
	return elem_attr_ns(elem, "", name);
}

bool elem_is(const struct elem *elem, const char *ns, const char *name)
{
	return strcmp(elem->name, name) == 0 && strcmp(elem->ns, ns) == 0;
}

const struct elem *elem_child(const struct elem *elem, const char *ns, const char *name)
{
	for (const struct elem *child = elem->children; child; child = child->next) {
		if (elem_is(child, ns, name))
			return child;
	}
	return NULL;
}

size_t elem_count(const struct elem *elem)
{
	size_t count = 0;
	for (const struct elem *child = elem->children; child; child = child->next)
		count++;
	return count;
}

/* White space in an attribute survives the reader's normalisation only as a reference (XML 1.0,
 * 3.3.3); a carriage return survives nowhere else either (2.11). */
static const char *reference_for(char c, bool in_attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\'':
		return "&apos;";
	case '"':
		return "&quot;";
	case '\r':
		return "&#13;";
	case '\n':
		return in_attribute ? "&#10;" : NULL;
	case '\t':
		return in_attribute ? "&#9;" : NULL;
	default:
		return (unsigned char)c < 0x20 ? "\xef\xbf\xbd" : NULL;
	}
}

static void escape(struct buf *out, const char *text, bool in_attribute)
{
	const char *from = text;
	for (; *text; text++) {
		const char *reference = reference_for(*text, in_attribute);
		if (!reference)
			continue;
		buf_add(out, from, (size_t)(text - from));
		buf_text(out, reference);
		from = text + 1;
	}
	buf_add(out, from, (size_t)(text - from));
}

void xml_escape(struct buf *out, const char *text)
{
	escape(out, text, false);
}

void xml_escape_attribute(struct buf *out, const char *text)
{
	escape(out, text, true);
}

void xml_write_attribute(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, " %s='", name);
	xml_escape_attribute(out, value);
	buf_char(out, '\'');
}

/* The declarations in force, the innermost first; each lives in the frame of its writer. */
struct scope {
	const struct scope *outer;
	const char *prefix, *ns;
};

static const char *scope_ns(const struct scope *scope, const char *prefix)
{
	for (; scope; scope = scope->outer) {
		if (strcmp(scope->prefix, prefix) == 0)
			return scope->ns;
	}
	return "";
}

static void write_pair(struct buf *out, const char *prefix, const char *name, const char *value)
{
	buf_printf(out, " %s%s%s='", prefix, prefix[0] ? ":" : "", name);
	escape(out, value, true);
	buf_char(out, '\'');
}

/* Attributes in a namespace need a prefix; which one was written is not kept. Each declares its
 * own, one that nothing around it uses. */
static void write_attrs(const struct elem *elem, const struct scope *scope, struct buf *out)
{
	unsigned number = 0;
	for (const struct attr *attr = elem->attrs; attr; attr = attr->next) {
		if (strcmp(attr->ns, NS_XMLNS) == 0)
			continue;
		if (attr->ns[0] == '\0') {
			write_pair(out, "", attr->name, attr->value);
		} else if (strcmp(attr->ns, NS_XML) == 0) {
			write_pair(out, "xml", attr->name, attr->value);
		} else {
			char prefix[16];
			do
				snprintf(prefix, sizeof(prefix), "a%u", ++number);
			while (scope_ns(scope, prefix)[0] != '\0');
			write_pair(out, "xmlns", prefix, attr->ns);
			write_pair(out, prefix, attr->name, attr->value);
		}
	}
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void indent(struct buf *out, bool pretty, unsigned level)
{
	if (pretty)
		buf_printf(out, "\n%*s", (int)(2 * level), "");
}

static void write_elem(const struct elem *elem, const struct scope *outer, bool pretty,
		       unsigned level, struct buf *out)
{
	struct scope own = { outer, elem->prefix, elem->ns };
	const char *colon = elem->prefix[0] ? ":" : "";
	buf_printf(out, "<%s%s%s", elem->prefix, colon, elem->name);
	if (strcmp(scope_ns(outer, elem->prefix), elem->ns) != 0) {
		write_pair(out, elem->prefix[0] ? "xmlns" : "",
			   elem->prefix[0] ? elem->prefix : "xmlns", elem->ns);
	}
	write_attrs(elem, &own, out);
	bool text = pretty ? !is_blank(elem->text) : elem->text[0] != '\0';
	if (!text && !elem->children) {
		buf_text(out, "/>");
		return;
	}
	buf_char(out, '>');
	if (text)
		xml_escape(out, elem->text);
	for (const struct elem *child = elem->children; child; child = child->next) {
		indent(out, pretty, level + 1);
		write_elem(child, &own, pretty, level + 1, out);
	}
	if (elem->children)
		indent(out, pretty, level);
	buf_printf(out, "</%s%s%s>", elem->prefix, colon, elem->name);
}

void elem_write(const struct elem *elem, bool pretty, struct buf *out)
{
	write_elem(elem, NULL, pretty, 0, out);
}
