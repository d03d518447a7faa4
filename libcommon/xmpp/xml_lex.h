/* xml_lex.h - where a piece of markup ends, and whether RFC 6120, section 11 allows it, before
 * libxml2 sees any of it. Inside of xml.c.
 *
 * Works octet by octet and keeps no octets, so that it costs no memory whatever arrives. Pure. */
#ifndef XMPP_XML_LEX_H
#define XMPP_XML_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

enum lex_where {
	LEX_BEFORE,  /* the stream header did not come yet */
	LEX_BETWEEN, /* first-level elements */
	LEX_INSIDE,  /* one of them */
	LEX_AFTER,   /* the stream's end tag came */
};

enum lex_token {
	LEX_MORE,        /* this octet belongs to something unfinished */
	LEX_SKIP,        /* white space that means nothing here */
	LEX_DECLARATION, /* <?xml ...?> ends here */
	LEX_TAG,         /* a start or end tag ends here, character data may stand before it */
	LEX_CDATA,       /* a CDATA section ends here, the same */
	LEX_ALIEN,       /* the first octet that is no white space begins no XML */
};

enum lex_state {
	LEX_IN_TEXT,
	LEX_IN_OPEN, /* behind "<" */
	LEX_IN_BANG, /* behind "<!" */
	LEX_IN_CDATA_NAME,
	LEX_IN_CDATA,
	LEX_IN_DECLARATION,
	LEX_IN_TAG,
	LEX_IN_VALUE,
};

/* All zero at the start of a stream. */
struct lexer {
	enum lex_state state;
	bool begun;     /* an octet was seen: no declaration any more */
	bool first;     /* LEX_IN_OPEN: this "<" opens the stream, a declaration may follow */
	char quote;     /* LEX_IN_VALUE: the one that ends it */
	size_t matched; /* of "[CDATA[", of "]]>", of "<?xml", of "?>" */
	size_t values;  /* of this tag */
	size_t name;    /* octets of the name that is being read */
};

NODISCARD bool lex_octet(struct lexer *lexer, enum lex_where where, unsigned char octet,
			 enum lex_token *token, struct err *err);
/* Between two pieces of markup, with nothing begun. */
bool lex_is_idle(const struct lexer *lexer);

/* A whole piece: well-formed UTF-8, and only the references that a stream may hold. */
NODISCARD bool lex_check_text(const char *text, size_t size, bool references, struct err *err);
NODISCARD bool lex_check_declaration(const char *text, size_t size, struct err *err);
/* Names what answers instead of XMPP from its first octets. True: they do not tell yet. */
NODISCARD bool lex_check_alien(const char *text, size_t size, struct err *err);

#endif
