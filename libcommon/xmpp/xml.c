#include "xmpp/xml.h"

#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "xmpp/ns.h"
#include "xmpp/xml_inner.h"

/* libxml2 keeps every name it ever saw; an honest stream has a few hundred short ones. */
#define DICTIONARY_MAX ((size_t)256 * 1024)
#define ALIEN_MAX      48 /* octets of what is no XML: enough to name it */

static void init_library(void)
{
	xmlInitParser();
}

static xmlParserCtxt *new_parser(struct xml *xml)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT; /* libxml2's own tables */
	pthread_once(&once, init_library);
	xmlSAXHandler sax;
	xml_sax_handler(&sax);
	/* No DTD can come, no loader is set: there is nothing to load from anywhere. */
	xmlParserCtxt *parser = xmlCreatePushParserCtxt(&sax, xml, NULL, 0, NULL);
	if (!parser)
		memory_exhausted();
	xmlCtxtUseOptions(parser, XML_PARSE_NONET);
	/* libxml2 holds the first four octets back, to guess an encoding: these are those. */
	xmlParseChunk(parser, "    ", 4, 0);
	return parser;
}

struct xml *xml_new(void)
{
	struct xml *xml = memory_new(sizeof(*xml));
	xml->token = buf_new(STANZA_MAX + 1);
	for (size_t i = 0; i < ARRAY_SIZE(xml->text); i++)
		xml->text[i] = buf_new(STANZA_MAX);
	xml->parser = new_parser(xml);
	return xml;
}

void xml_free(struct xml **xml)
{
	if (!*xml)
		return;
	xmlFreeParserCtxt((*xml)->parser);
	buf_free(&(*xml)->token);
	for (size_t i = 0; i < ARRAY_SIZE((*xml)->text); i++)
		buf_free(&(*xml)->text[i]);
	free(*xml);
	*xml = NULL;
}

static enum lex_where where(const struct xml *xml)
{
	if (xml->ended)
		return LEX_AFTER;
	if (!xml->opened)
		return LEX_BEFORE;
	return xml->depth == 1 ? LEX_BETWEEN : LEX_INSIDE;
}

/* References are references up to the '<' of a CDATA section, and plain text in it. */
static bool check_text(const char *text, size_t size, enum lex_token token, struct err *err)
{
	const char *cdata = token == LEX_CDATA ? memchr(text, '<', size) : NULL;
	size_t outside = cdata ? (size_t)(cdata - text) : size;
	return lex_check_text(text, outside, true, err) &&
	       lex_check_text(text + outside, size - outside, false, err);
}

/* Character data together with the tag behind it: libxml2 never holds anything unfinished, so it
 * has nothing to wait for and nothing to hoard. */
static bool feed(struct xml *xml, const char *text, size_t size, enum lex_token token)
{
	if (token == LEX_DECLARATION)
		return lex_check_declaration(text, size, &xml->failure);
	if (!check_text(text, size, token, &xml->failure))
		return false;
	xml->tag_seen = false;
	xmlParseChunk(xml->parser, text, (int)size, 0);
	if (!xml->parser->wellFormed || (token == LEX_TAG && !xml->tag_seen))
		xml_refuse(xml, ERR_NOT_WELL_FORMED, "XML is not well-formed");
	if (xmlDictGetUsage(xml->parser->dict) > DICTIONARY_MAX)
		xml_refuse(xml, ERR_LIMIT, "more names than any XMPP stream has");
	return xml->failure.code == ERR_NONE;
}

static bool take_token(struct xml *xml, const char *text, size_t size, enum lex_token token)
{
	if (xml->token.size == 0)
		return feed(xml, text, size, token);
	buf_add(&xml->token, text, size);
	bool ok = feed(xml, xml->token.data, xml->token.size, token);
	buf_clear(&xml->token);
	return ok;
}

static bool take_event(struct xml *xml, enum xml_event *event, const struct elem **out)
{
	if (xml->open_due)
		*event = XML_STREAM_OPEN;
	else if (xml->done)
		*event = XML_STANZA;
	else if (xml->close_due)
		*event = XML_STREAM_CLOSE;
	else
		return false;
	if (xml->done)
		*out = xml->done;
	else
		xml->close_due = false;
	xml->open_due = false;
	xml->done = NULL;
	xml->octets = 0;
	return true;
}

static bool take_alien(struct xml *xml, const char *data, size_t size)
{
	size_t room = ALIEN_MAX - xml->token.size;
	buf_add(&xml->token, data, size < room ? size : room);
	xml->alien = lex_check_alien(xml->token.data, xml->token.size, &xml->failure);
	return xml->alien;
}

/* Takes octets up to the first event. */
static bool push(struct xml *xml, const char *data, size_t size, enum xml_event *event,
		 const struct elem **out, size_t *used)
{
	size_t from = 0; /* of the unfinished piece */
	for (size_t at = 0; at < size && !xml->alien; at++) {
		enum lex_token token;
		if (!lex_octet(&xml->lexer, where(xml), (unsigned char)data[at], &token,
			       &xml->failure))
			return false;
		/* White space counts, too: as keepalive it is an octet now and then (STR-49). */
		if (++xml->octets > STANZA_MAX)
			return err_set(&xml->failure, AT_STREAM, ERR_LIMIT,
				       "more than %d octets and no element complete", STANZA_MAX);
		if (token == LEX_SKIP) {
			from = at + 1;
			continue;
		}
		if (token == LEX_ALIEN)
			xml->alien = true;
		if (token == LEX_MORE || token == LEX_ALIEN)
			continue;
		if (!take_token(xml, data + from, at + 1 - from, token))
			return false;
		from = at + 1;
		if (take_event(xml, event, out)) {
			*used = at + 1;
			return true;
		}
	}
	if (xml->alien && !take_alien(xml, data + from, size - from))
		return false;
	if (!xml->alien && from < size)
		buf_add(&xml->token, data + from, size - from);
	*event = XML_MORE;
	*used = size;
	return true;
}

bool xml_push(struct xml *xml, const void *data, size_t size, struct arena *mem,
	      enum xml_event *event, const struct elem **out, size_t *used, struct err *err)
{
	if (xml->failure.code == ERR_NONE) {
		xml->mem = mem;
		if (take_event(xml, event, out)) {
			*used = 0;
			return true;
		}
		if (push(xml, data, size, event, out, used))
			return true;
	}
	*err = xml->failure;
	return false;
}

bool xml_is_quiet(const struct xml *xml)
{
	return lex_is_idle(&xml->lexer) && xml->depth <= 1 && !xml->alien;
}

bool xml_check_stanzas(const char *text, size_t size, struct err *err)
{
	static const char header[] = "<stream:stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM
				     "' xmlns:db='" NS_DIALBACK "'>";
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	if (!xml_push(xml, header, strlen(header), mem, &event, &elem, &used, err))
		return false;
	do {
		if (!xml_push(xml, text, size, mem, &event, &elem, &used, err)) {
			err->stage = AT_INPUT;
			return false;
		}
		if (event == XML_STREAM_CLOSE)
			return err_set(err, AT_INPUT, ERR_NOT_WELL_FORMED,
				       "XML is not well-formed: an end tag without a start tag");
		text += used;
		size -= used;
	} while (size > 0 || event != XML_MORE);
	if (!xml_is_quiet(xml))
		return err_set(err, AT_INPUT, ERR_NOT_WELL_FORMED,
			       "XML is not well-formed: an element without its end");
	return true;
}
