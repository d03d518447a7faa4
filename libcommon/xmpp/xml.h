/* xml.h - the restricted XML of a stream (RFC 6120, section 11), pushed in as it arrives, stanzas
 * out.
 *
 * libxml2's push parser behind limits of our own: it caps neither depth nor size by itself. Refuses
 * comments, processing instructions, DTDs, entity references beyond the five, other encodings, a
 * byte order mark. One thread. Octets are consumed only as far as the end of the first element that
 * completes, so the caller always knows what stands behind it (STR-54). The fuzzer drives this. */
#ifndef XMPP_XML_H
#define XMPP_XML_H

#include "base/arena.h"
#include "base/err.h"
#include "xmpp/elem.h"

#define STANZA_MAX    (64 * 1024) /* octets; RFC 6120, 13.12 asks for at least 10000 */
#define XML_DEPTH_MAX 32
#define XML_ATTRS_MAX 64   /* of one element, namespace declarations included */
#define XML_NODES_MAX 4096 /* elements in one stanza */
#define XML_NAME_MAX  1024 /* octets of an element's, attribute's or namespace's name */

enum xml_event {
	XML_MORE,         /* all octets consumed, nothing complete yet */
	XML_STREAM_OPEN,  /* the stream header; *out is it, without children; its namespace
			     declarations stand among the attributes, in NS_XMLNS */
	XML_STANZA,       /* a first-level element, whole */
	XML_STREAM_CLOSE, /* </stream:stream> */
};

struct xml;

struct xml *xml_new(void);
void xml_free(struct xml **xml);

/* Feeds octets and stops behind the first event; *used tells how many were taken (none, where one
 * tag gave two events). *out lives in mem, which must stay the same until an event comes. White
 * space between stanzas is dropped and gives XML_MORE. False: the stream is unusable from here on;
 * err is ERR_RESTRICTED_XML, ERR_NOT_WELL_FORMED, ERR_LIMIT or ERR_NOT_XMPP (the first octets are
 * no XML: "an HTTP server answers" and the like).
 */
NODISCARD bool xml_push(struct xml *xml, const void *data, size_t size, struct arena *mem,
			enum xml_event *event, const struct elem **out, size_t *used,
			struct err *err);
/* Nothing of an unfinished element has been consumed. */
bool xml_is_quiet(const struct xml *xml);

/* A whole document of its own (what --interactive types, raw stanzas): the same rules. */
NODISCARD bool xml_check_stanzas(const char *text, size_t size, struct err *err);

#endif
