#include "run/veil.h"

#include <string.h>

#include "base/attr.h"

/* RFC 6120, 6; XEP-0388 */
static bool is_sasl(const struct veil *veil)
{
	static const char *const names[] = { "challenge", "response", "success",
					     "additional-data" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (veil->name_size == strlen(names[i]) &&
		    memcmp(veil->name, names[i], veil->name_size) == 0)
			return true;
	}
	return false;
}

static void take_name(struct veil *veil, char octet)
{
	if (octet == ':')
		veil->name_size = 0; /* that was the prefix */
	else if (strchr(" \t\r\n/>", octet))
		veil->named = true; /* an end tag has none: behind it stands its parent's text */
	else if (veil->name_size < sizeof(veil->name))
		veil->name[veil->name_size++] = octet;
}

/* What stands between tags: all of ours, of theirs that of SASL. */
static bool is_private(const struct veil *veil)
{
	return !veil->heard || veil->sasl;
}

static void end_tag(struct veil *veil)
{
	*veil = (struct veil){ .at = VEIL_TEXT, .heard = veil->heard, .sasl = is_sasl(veil) };
}

static bool shows_in_tag(struct veil *veil, char octet)
{
	if (!veil->named && !veil->quote)
		take_name(veil, octet);
	if (veil->quote) {
		veil->quote = octet == veil->quote ? 0 : veil->quote;
	} else if (octet == '"' || octet == '\'') {
		veil->quote = octet;
	} else if (octet == '>') {
		end_tag(veil);
	} else if (octet == '!') {
		veil->at = VEIL_MARKUP;
		return !is_private(veil);
	}
	return true;
}

/* Whether the octet may be shown. `<!` begins a CDATA section, which is text, or what no stream may
 * hold anyway. */
static bool shows(struct veil *veil, char octet)
{
	switch (veil->at) {
	case VEIL_TEXT:
		if (octet == '<') {
			*veil = (struct veil){ .at = VEIL_TAG,
					       .heard = veil->heard,
					       .sasl = veil->sasl };
			return true;
		}
		return !is_private(veil) || (!veil->hiding && strchr(" \t\r\n", octet) && octet);
	case VEIL_TAG:
		return shows_in_tag(veil, octet);
	case VEIL_MARKUP:
		if (octet == '>')
			*veil = (struct veil){ .at = VEIL_TEXT,
					       .heard = veil->heard,
					       .sasl = veil->sasl,
					       .hiding = true };
		return !is_private(veil);
	}
	return false;
}

size_t veil_next(struct veil *veil, const char *data, size_t size, bool *hidden, bool *first)
{
	size_t used = 0;
	*first = false;
	while (used < size) {
		struct veil after = *veil;
		bool shown = shows(&after, data[used]);
		if (used > 0 && shown == *hidden)
			break;
		*hidden = !shown;
		*first = *first || (!shown && !veil->hiding);
		if (!shown)
			after.hiding = true;
		*veil = after;
		used++;
	}
	return used;
}
