/* elem.h - one XML element of a stream, small and read-only once parsed. Lives in an arena.
 *
 * Also the writer's rules: everything the toolkit sends is escaped here. */
#ifndef XMPP_ELEM_H
#define XMPP_ELEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

struct attr {
	const char *ns; /* "" if none */
	const char *name, *value;
	struct attr *next;
};

struct elem {
	const char *ns, *name; /* namespace "" if none */
	const char *prefix;    /* as written, "" if none */
	const char *text;      /* character data of this element, joined; never NULL */
	struct attr *attrs;
	struct elem *children, *next;
	struct elem *parent;
};

const char *elem_attr(const struct elem *elem,
		      const char *name); /* without namespace; NULL if absent */
const char *elem_attr_ns(const struct elem *elem, const char *ns, const char *name);
const struct elem *elem_child(const struct elem *elem, const char *ns,
			      const char *name); /* the first, or NULL */
bool elem_is(const struct elem *elem, const char *ns, const char *name);
size_t elem_count(const struct elem *elem); /* children */

/* Serialises with namespaces declared where they change; indented with two blanks a level when
 * pretty. */
void elem_write(const struct elem *elem, bool pretty, struct buf *out);
/* & < > ' " as references (RFC 6120, 11.1; STR-73); control characters, which XML cannot carry,
 * become U+FFFD. */
void xml_escape(struct buf *out, const char *text);
/* The same for the value of an attribute, whose white space comes through as references alone. */
void xml_escape_attribute(struct buf *out, const char *text);
/* " name='value'", escaped so; nothing where value is NULL. */
void xml_write_attribute(struct buf *out, const char *name, const char *value);

#endif
