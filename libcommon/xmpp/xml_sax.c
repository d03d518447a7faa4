#include "xmpp/xml_inner.h"

#include <stdint.h>
#include <string.h>

#include "xmpp/ns.h"

#if LIBXML_VERSION >= 21200
typedef const xmlError *libxml_error;
#else
typedef xmlError *libxml_error;
#endif

/* Each name once a stanza, not once an element: 4,096 elements of one long namespace would
 * otherwise cost megabytes. A full set forgets the oldest, which costs a copy and no more. */
static const char *keep(struct xml *xml, const xmlChar *theirs)
{
	if (!theirs)
		return "";
	struct kept *set = xml->kept[((uintptr_t)theirs >> 3) % KEPT_SETS];
	for (size_t i = 0; i < KEPT_WAYS; i++) {
		if (set[i].theirs == theirs)
			return set[i].ours;
	}
	memmove(set + 1, set, (KEPT_WAYS - 1) * sizeof(*set));
	set[0] = (struct kept){ theirs, arena_copy(xml->mem, (const char *)theirs) };
	return set[0].ours;
}

void xml_refuse(struct xml *xml, enum err_code code, const char *sentence)
{
	if (xml->failure.code == ERR_NONE)
		err_set(&xml->failure, AT_STREAM, code, "%s", sentence);
}

static void add_attr(struct xml *xml, struct attr ***end, const char *ns, const char *name,
		     const char *value)
{
	struct attr *attr = arena_alloc(xml->mem, sizeof(*attr));
	*attr = (struct attr){ .ns = ns, .name = name, .value = value };
	**end = attr;
	*end = &attr->next;
}

static void add_attrs(struct xml *xml, struct elem *elem, int count, const xmlChar **attrs,
		      int ns_count, const xmlChar **namespaces)
{
	struct attr **end = &elem->attrs;
	for (int i = 0; i < count; i++) {
		const xmlChar **attr = attrs + 5 * i; /* name, prefix, namespace, from, to */
		add_attr(xml, &end, keep(xml, attr[2]), keep(xml, attr[0]),
			 arena_copy_n(xml->mem, attr[3], (size_t)(attr[4] - attr[3])));
	}
	for (int i = 0; i < ns_count; i++) {
		const xmlChar **declared = namespaces + 2 * i; /* prefix, namespace */
		add_attr(xml, &end, NS_XMLNS, declared[0] ? keep(xml, declared[0]) : "xmlns",
			 keep(xml, declared[1]));
	}
}

/* Into the tree, and down into it. */
static void enter(struct xml *xml, struct elem *elem)
{
	if (xml->depth >= 2) {
		elem->parent = xml->open[xml->depth];
		if (xml->last[xml->depth])
			xml->last[xml->depth]->next = elem;
		else
			elem->parent->children = elem;
		xml->last[xml->depth] = elem;
	}
	xml->depth++;
	xml->open[xml->depth] = elem;
	xml->last[xml->depth] = NULL;
	buf_clear(&xml->text[xml->depth]);
}

static bool check_element(struct xml *xml, int ns_count, const xmlChar **namespaces, int attrs)
{
	if (xml->failure.code != ERR_NONE)
		return false;
	struct err *err = &xml->failure;
	if (xml->depth >= XML_DEPTH_MAX)
		return err_set(err, AT_STREAM, ERR_LIMIT, "elements nested deeper than %d",
			       XML_DEPTH_MAX);
	if (++xml->nodes > XML_NODES_MAX)
		return err_set(err, AT_STREAM, ERR_LIMIT, "more than %d elements in one stanza",
			       XML_NODES_MAX);
	if (ns_count + attrs > XML_ATTRS_MAX)
		return err_set(err, AT_STREAM, ERR_LIMIT, "an element with more than %d attributes",
			       XML_ATTRS_MAX);
	for (int i = 0; i < ns_count; i++) {
		const xmlChar *uri = namespaces[2 * i + 1];
		if (uri && strlen((const char *)uri) > XML_NAME_MAX)
			return err_set(err, AT_STREAM, ERR_LIMIT,
				       "a namespace of more than %d octets", XML_NAME_MAX);
	}
	return true;
}

static void on_start(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int ns_count, const xmlChar **namespaces, int attr_count, int defaulted,
		     const xmlChar **attrs)
{
	struct xml *xml = self;
	(void)defaulted; /* no DTD, no defaults */
	xml->tag_seen = true;
	if (xml->depth <= 1) {
		xml->nodes = 0;
		memset(xml->kept, 0, sizeof(xml->kept));
	}
	if (!check_element(xml, ns_count, namespaces, attr_count))
		return;
	struct elem *elem = arena_alloc(xml->mem, sizeof(*elem));
	*elem = (struct elem){ .ns = keep(xml, uri),
			       .name = keep(xml, name),
			       .prefix = keep(xml, prefix),
			       .text = "" };
	/* Of declarations only those of the header say something by themselves. */
	add_attrs(xml, elem, attr_count, attrs, xml->depth == 0 ? ns_count : 0, namespaces);
	enter(xml, elem);
	if (xml->depth == 1) {
		xml->opened = xml->open_due = true;
		xml->done = elem;
	}
}

static void on_end(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml *xml = self;
	(void)name, (void)prefix, (void)uri; /* libxml2 has compared them */
	xml->tag_seen = true;
	if (xml->failure.code != ERR_NONE)
		return;
	struct elem *elem = xml->open[xml->depth];
	const struct buf *text = &xml->text[xml->depth];
	if (xml->depth > 1 && text->size > 0)
		elem->text = arena_copy_n(xml->mem, text->data, text->size);
	xml->depth--;
	if (xml->depth == 1)
		xml->done = elem;
	else if (xml->depth == 0)
		xml->ended = xml->close_due = true;
}

static void on_text(void *self, const xmlChar *text, int size)
{
	struct xml *xml = self;
	buf_add(&xml->text[xml->depth], text, (size_t)size);
}

/* The lexer refuses all this first. Should it ever miss one, it ends here. */
static void on_restricted(void *self)
{
	xml_refuse(self, ERR_RESTRICTED_XML, "a construct that XMPP forbids");
}

static void on_comment(void *self, const xmlChar *text)
{
	(void)text;
	on_restricted(self);
}

static void on_instruction(void *self, const xmlChar *target, const xmlChar *data)
{
	(void)target, (void)data;
	on_restricted(self);
}

static void on_doctype(void *self, const xmlChar *name, const xmlChar *public_id,
		       const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	on_restricted(self);
}

static void on_reference(void *self, const xmlChar *name)
{
	(void)name;
	on_restricted(self);
}

/* Unbound prefixes and attributes given twice are errors here, too (STR-70). A namespace that is no
 * good URI is none: it is compared, not visited. */
static void on_error(void *self, libxml_error error)
{
	struct xml *xml = self;
	if (error->level < XML_ERR_ERROR || error->code == XML_WAR_NS_URI ||
	    xml->failure.code != ERR_NONE)
		return;
	const char *message = error->message ? error->message : "it cannot be parsed";
	err_set(&xml->failure, AT_STREAM, ERR_NOT_WELL_FORMED, "XML is not well-formed: %.*s",
		(int)strcspn(message, "\n"), message);
}

void xml_sax_handler(xmlSAXHandler *sax)
{
	*sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
		.processingInstruction = on_instruction,
		.internalSubset = on_doctype,
		.reference = on_reference,
		.serror = on_error, /* and not the program's stderr */
	};
}
