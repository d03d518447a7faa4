#include "xmpp/xml_lex.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "xmpp/xml.h"

#define SPACE           " \t\r\n"
#define DECLARATION_MAX 128 /* the longest sensible one has 55 octets */

static bool is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool malformed(struct err *err, const char *what)
{
	return err_set(err, AT_STREAM, ERR_NOT_WELL_FORMED, "XML is not well-formed: %s", what);
}

static bool restricted(struct err *err, const char *what)
{
	return err_set(err, AT_STREAM, ERR_RESTRICTED_XML, "%s, which XMPP forbids", what);
}

bool lex_is_idle(const struct lexer *lexer)
{
	return lexer->state == LEX_IN_TEXT;
}

static bool text_octet(struct lexer *lexer, enum lex_where where, unsigned char c,
		       enum lex_token *token, struct err *err)
{
	if (c == '<' && where != LEX_AFTER) {
		lexer->state = LEX_IN_OPEN;
		lexer->first = !lexer->begun;
		return true;
	}
	if (where == LEX_INSIDE)
		return true;
	if (is_space(c)) {
		*token = LEX_SKIP;
		return true;
	}
	if (where == LEX_BEFORE) {
		*token = LEX_ALIEN;
		return true;
	}
	if (where == LEX_AFTER)
		return malformed(err, "data behind the end of the stream");
	return err_set(err, AT_STREAM, ERR_PROTOCOL, "text between stanzas");
}

static bool open_octet(struct lexer *lexer, unsigned char c, struct err *err)
{
	if (c == '!') {
		lexer->state = LEX_IN_BANG;
		return true;
	}
	if (c == '?') {
		if (!lexer->first)
			return restricted(
				err,
				"a processing instruction, or an XML declaration in the wrong place");
		lexer->state = LEX_IN_DECLARATION;
		lexer->matched = 2;
		return true;
	}
	if (is_space(c) || c == '<' || c == '>' || c == '\'' || c == '"')
		return malformed(err, "'<' that begins no tag");
	lexer->state = LEX_IN_TAG;
	lexer->values = 0;
	lexer->name = 1;
	return true;
}

static bool bang_octet(struct lexer *lexer, enum lex_where where, unsigned char c, struct err *err)
{
	if (c == '-')
		return restricted(err, "a comment");
	if (c == 'D' || c == 'E' || c == 'A' || c == 'N')
		return restricted(err, "a document type definition");
	if (c != '[')
		return malformed(err, "'<!' that begins nothing");
	if (where == LEX_BETWEEN)
		return err_set(err, AT_STREAM, ERR_PROTOCOL, "text between stanzas");
	if (where != LEX_INSIDE)
		return malformed(err, "text before the stream header");
	lexer->state = LEX_IN_CDATA_NAME;
	lexer->matched = 1;
	return true;
}

static bool cdata_name_octet(struct lexer *lexer, unsigned char c, struct err *err)
{
	static const char name[] = "[CDATA[";
	if (c != (unsigned char)name[lexer->matched])
		return malformed(err, "'<![' that begins no CDATA section");
	if (++lexer->matched == strlen(name)) {
		lexer->state = LEX_IN_CDATA;
		lexer->matched = 0;
	}
	return true;
}

static void cdata_octet(struct lexer *lexer, unsigned char c, enum lex_token *token)
{
	if (c == ']') {
		lexer->matched = lexer->matched < 2 ? lexer->matched + 1 : 2;
	} else if (c == '>' && lexer->matched == 2) {
		lexer->state = LEX_IN_TEXT;
		*token = LEX_CDATA;
	} else {
		lexer->matched = 0;
	}
}

static bool declaration_octet(struct lexer *lexer, unsigned char c, enum lex_token *token,
			      struct err *err)
{
	static const char name[] = "<?xml";
	if (lexer->matched < strlen(name)) {
		if (c != (unsigned char)name[lexer->matched])
			return restricted(err, "a processing instruction");
		lexer->matched++;
	} else if (lexer->matched == strlen(name)) {
		if (!is_space(c))
			return restricted(err, "a processing instruction");
		lexer->matched++;
	} else if (c == '?') {
		lexer->matched = strlen("<?xml ") + 1;
	} else if (c == '>' && lexer->matched == strlen("<?xml ") + 1) {
		lexer->state = LEX_IN_TEXT;
		*token = LEX_DECLARATION;
	} else {
		lexer->matched = strlen("<?xml ");
	}
	return true;
}

/* Quotes are minded, so that a '>' in an attribute's value does not end the tag; a '<' is legal
 * nowhere in a tag, so that a forgotten quote is noticed at the next one. */
static bool tag_octet(struct lexer *lexer, unsigned char c, enum lex_token *token, struct err *err)
{
	if (c == '<')
		return malformed(err, "'<' inside a tag");
	if (c == '>') {
		lexer->state = LEX_IN_TEXT;
		*token = LEX_TAG;
	} else if (c == '\'' || c == '"') {
		lexer->state = LEX_IN_VALUE;
		lexer->quote = (char)c;
		if (++lexer->values > XML_ATTRS_MAX)
			return err_set(err, AT_STREAM, ERR_LIMIT,
				       "an element with more than %d attributes", XML_ATTRS_MAX);
	} else if (is_space(c) || c == '=' || c == '/') {
		lexer->name = 0;
	} else if (++lexer->name > XML_NAME_MAX) {
		return err_set(err, AT_STREAM, ERR_LIMIT, "a name of more than %d octets",
			       XML_NAME_MAX);
	}
	return true;
}

static bool value_octet(struct lexer *lexer, unsigned char c, struct err *err)
{
	if (c == '<')
		return malformed(err, "'<' inside an attribute");
	if (c == (unsigned char)lexer->quote) {
		lexer->state = LEX_IN_TAG;
		lexer->name = 0;
	}
	return true;
}

bool lex_octet(struct lexer *lexer, enum lex_where where, unsigned char octet,
	       enum lex_token *token, struct err *err)
{
	*token = LEX_MORE;
	/* NUL and its like are in no XML; what is no XML at all gets a better sentence. */
	bool alien = lexer->state == LEX_IN_TEXT && where == LEX_BEFORE;
	if (octet < 0x20 && !is_space(octet) && !alien)
		return err_set(err, AT_STREAM, ERR_NOT_WELL_FORMED,
			       "XML is not well-formed: control character 0x%02x", octet);
	bool ok = true;
	switch (lexer->state) {
	case LEX_IN_TEXT:
		ok = text_octet(lexer, where, octet, token, err);
		break;
	case LEX_IN_OPEN:
		ok = open_octet(lexer, octet, err);
		break;
	case LEX_IN_BANG:
		ok = bang_octet(lexer, where, octet, err);
		break;
	case LEX_IN_CDATA_NAME:
		ok = cdata_name_octet(lexer, octet, err);
		break;
	case LEX_IN_CDATA:
		cdata_octet(lexer, octet, token);
		break;
	case LEX_IN_DECLARATION:
		ok = declaration_octet(lexer, octet, token, err);
		break;
	case LEX_IN_TAG:
		ok = tag_octet(lexer, octet, token, err);
		break;
	case LEX_IN_VALUE:
		ok = value_octet(lexer, octet, err);
		break;
	}
	lexer->begun = true;
	return ok;
}

static bool is_predefined(const char *name, size_t size)
{
	static const char *const names[] = { "amp", "lt", "gt", "apos", "quot" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
			return true;
	}
	return false;
}

/* text stands behind the '&'. The number of a numeric one is libxml2's to judge. */
static bool check_reference(const char *text, size_t size, struct err *err)
{
	size_t length = 0;
	while (length < size && !memchr(";<>&'\" \t\r\n", text[length], 11))
		length++;
	if (length == 0 || length == size || text[length] != ';')
		return malformed(err, "'&' that begins no reference");
	if (text[0] == '#' || is_predefined(text, length))
		return true;
	return err_set(err, AT_STREAM, ERR_RESTRICTED_XML,
		       "an entity reference (&%.*s;), which XMPP forbids",
		       (int)(length < 40 ? length : 40), text);
}

bool lex_check_text(const char *text, size_t size, bool references, struct err *err)
{
	for (size_t at = 0; at < size;) {
		if (references && text[at] == '&' &&
		    !check_reference(text + at + 1, size - at - 1, err))
			return false;
		if ((unsigned char)text[at] < 0x80) {
			at++;
			continue;
		}
		size_t length = utf8_length((const unsigned char *)text + at, size - at, NULL);
		if (length == 0)
			return err_set(err, AT_STREAM, ERR_NOT_WELL_FORMED,
				       "XML is not well-formed: not UTF-8 (octet 0x%02x)",
				       (unsigned char)text[at]);
		at += length;
	}
	return true;
}

/* One name='value' with white space before it. */
static bool take_pair(const char **cursor, const char *name, char value[DECLARATION_MAX])
{
	const char *at = *cursor + strspn(*cursor, SPACE);
	if (at == *cursor || strncmp(at, name, strlen(name)) != 0)
		return false;
	at += strlen(name);
	at += strspn(at, SPACE);
	if (*at != '=')
		return false;
	at++;
	at += strspn(at, SPACE);
	if (*at != '\'' && *at != '"')
		return false;
	const char *end = strchr(at + 1, *at);
	if (!end)
		return false;
	size_t size = (size_t)(end - at - 1);
	memcpy(value, at + 1, size);
	value[size] = '\0';
	*cursor = end + 1;
	return true;
}

bool lex_check_declaration(const char *text, size_t size, struct err *err)
{
	char copy[DECLARATION_MAX], value[DECLARATION_MAX];
	if (size >= sizeof(copy))
		return malformed(err, "the XML declaration");
	memcpy(copy, text, size);
	copy[size] = '\0';
	const char *at = copy + strlen("<?xml");
	if (!take_pair(&at, "version", value))
		return malformed(err, "the XML declaration");
	if (strcmp(value, "1.0") != 0)
		return err_set(err, AT_STREAM, ERR_RESTRICTED_XML,
			       "XML version %s, where XMPP allows 1.0 alone", value);
	if (take_pair(&at, "encoding", value) && strcasecmp(value, "UTF-8") != 0)
		return err_set(err, AT_STREAM, ERR_RESTRICTED_XML,
			       "encoding %s, where XMPP allows UTF-8 alone", value);
	(void)take_pair(&at, "standalone", value); /* STR-71: ignored */
	at += strspn(at, SPACE);
	if (strcmp(at, "?>") != 0)
		return malformed(err, "the XML declaration");
	return true;
}

static const struct alien {
	const char *octets;
	size_t size;
	enum err_code code;
	const char *sentence;
} aliens[] = {
	{ "HTTP/", 5, ERR_NOT_XMPP, "an HTTP server answers, not XMPP" },
	{ "SSH-", 4, ERR_NOT_XMPP, "an SSH server answers, not XMPP" },
	{ "\x15\x03", 2, ERR_NOT_XMPP,
	  "a TLS alert answers: this port expects TLS from the first octet" },
	{ "\x16\x03", 2, ERR_NOT_XMPP,
	  "a TLS handshake answers: this port expects TLS from the first octet" },
	{ "\xef\xbb\xbf", 3, ERR_NOT_WELL_FORMED, "a byte order mark before the stream header" },
	{ "\xff\xfe", 2, ERR_RESTRICTED_XML, "encoding UTF-16, where XMPP allows UTF-8 alone" },
	{ "\xfe\xff", 2, ERR_RESTRICTED_XML, "encoding UTF-16, where XMPP allows UTF-8 alone" },
};

bool lex_check_alien(const char *text, size_t size, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliens); i++) {
		const struct alien *alien = &aliens[i];
		if (memcmp(text, alien->octets, size < alien->size ? size : alien->size) != 0)
			continue;
		if (size < alien->size)
			return true;
		return err_set(err, AT_STREAM, alien->code, "%s", alien->sentence);
	}
	size_t line = 0;
	while (line < size && (unsigned char)text[line] >= 0x20 && (unsigned char)text[line] < 0x7f)
		line++;
	if (line == 0)
		return err_set(err, AT_STREAM, ERR_NOT_XMPP,
			       "something else than XMPP answers (first octet 0x%02x)",
			       (unsigned char)text[0]);
	return err_set(err, AT_STREAM, ERR_NOT_XMPP, "something else than XMPP answers: \"%.*s\"",
		       (int)line, text);
}
