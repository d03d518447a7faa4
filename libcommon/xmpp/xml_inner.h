/* xml_inner.h - the parser's inside, shared by its two halves: xml.c feeds libxml2, xml_sax.c makes
 * elements of what libxml2 calls back with. Nobody else. */
#ifndef XMPP_XML_INNER_H
#define XMPP_XML_INNER_H

#include <libxml/parser.h>

#include "base/buf.h"
#include "xmpp/xml.h"
#include "xmpp/xml_lex.h"

#define KEPT_SETS 16
#define KEPT_WAYS 4

struct kept {
	const xmlChar *theirs; /* interned by libxml2: the same string is the same pointer */
	const char *ours;
};

struct xml {
	xmlParserCtxt *parser;
	struct lexer lexer;
	struct buf token; /* what earlier pushes brought of an unfinished piece */
	size_t octets;    /* since the last event */
	bool tag_seen;    /* libxml2 called back for the tag just fed */
	bool alien;       /* token holds what is no XML, too short yet to be named */

	struct arena *mem;  /* of the push going on */
	size_t depth;       /* elements open: 1 between stanzas */
	size_t nodes;       /* of this stanza */
	struct elem *done;  /* the header or stanza to hand over */
	bool opened, ended; /* the stream */
	bool open_due, close_due;
	struct elem *open[XML_DEPTH_MAX + 1], *last[XML_DEPTH_MAX + 1]; /* child, by depth */
	struct buf text[XML_DEPTH_MAX + 1];
	struct kept kept[KEPT_SETS][KEPT_WAYS]; /* names and namespaces of this stanza */
	struct err failure;                     /* the first; nothing is parsed after it */
};

/* The first refusal stands. */
void xml_refuse(struct xml *xml, enum err_code code, const char *sentence);
void xml_sax_handler(xmlSAXHandler *sax);

#endif
