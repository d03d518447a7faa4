#include "run/veil.h"

#include <string.h>

/* Whether the octet may be shown. `<!` begins a CDATA section, which is text, or what no stream may
 * hold anyway. */
static bool shows(struct veil *veil, char octet)
{
	switch (veil->at) {
	case VEIL_TEXT:
		if (octet == '<') {
			*veil = (struct veil){ .at = VEIL_TAG };
			return true;
		}
		return !veil->hiding && strchr(" \t\r\n", octet) && octet;
	case VEIL_TAG:
		if (veil->quote) {
			veil->quote = octet == veil->quote ? 0 : veil->quote;
		} else if (octet == '"' || octet == '\'') {
			veil->quote = octet;
		} else if (octet == '>') {
			*veil = (struct veil){ .at = VEIL_TEXT };
		} else if (octet == '!') {
			*veil = (struct veil){ .at = VEIL_MARKUP };
			return false;
		}
		return true;
	case VEIL_MARKUP:
		if (octet == '>')
			*veil = (struct veil){ .at = VEIL_TEXT, .hiding = true };
		return false;
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
