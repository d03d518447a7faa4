#include "report/plain.h"

#include <string.h>

#include "base/escape.h"

void plain_text(struct buf *out, const char *text)
{
	for (;;) {
		size_t size = strcspn(text, "\\");
		escape_text(out, text, size);
		if (!text[size])
			return;
		buf_char(out, '\\');
		text += size + 1;
	}
}
