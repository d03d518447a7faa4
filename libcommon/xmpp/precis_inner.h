/* precis_inner.h - what one code point may do, and what depends on its neighbours. Private to
 * xmpp/precis. Pure. */
#ifndef XMPP_PRECIS_INNER_H
#define XMPP_PRECIS_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct codes {
	uint32_t *items;
	size_t count;
};

enum precis_class {
	CLASS_IDENTIFIER, /* RFC 8264, 4.2 */
	CLASS_FREEFORM,   /* 4.3 */
};

/* Why the class does not have this code point, as a sentence after "U+XXXX is not allowed: "; NULL:
 * it has. Those that depend on their neighbours pass here (RFC 8264, 8). */
const char *precis_class_refusal(uint32_t code, enum precis_class class);

/* The same for the one at `at` and those around it: RFC 5892, appendix A. */
const char *precis_context_refusal(struct codes text, size_t at);

/* NULL: nothing here goes from right to left, or all the rules of RFC 5893, section 2 hold. */
const char *precis_bidi_refusal(struct codes text);

#endif
