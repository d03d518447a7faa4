/* A few names for one sentence. */
#include "judge/ciphers_parts.h"

#define NAMES_MAX 3 /* the matrix has them all */

struct listing listing_new(struct arena *mem)
{
	return (struct listing){ buf_new(BUF_UNBOUNDED), 0, arena_alloc(mem, 0x10000 / 8) };
}

void listing_free(struct listing *list)
{
	buf_free(&list->words);
}

bool listing_add(struct listing *list, uint32_t code, const char *name)
{
	size_t octet = (code & 0xffff) / 8;
	unsigned char bit = (unsigned char)(1u << (code % 8));
	if (list->told[octet] & bit)
		return false;
	list->told[octet] |= bit;
	if (list->count++ < NAMES_MAX)
		buf_printf(&list->words, "%s%s", list->count > 1 ? ", " : "", name);
	return true;
}

const char *listing_text(struct listing *list)
{
	if (list->count > NAMES_MAX)
		buf_printf(&list->words, " and %zu more", list->count - NAMES_MAX);
	return buf_string(&list->words);
}

const char *suite_name(const struct suite_seen *seen, struct arena *mem)
{
	return seen->suite ? seen->suite->name
			   : arena_printf(mem, "0x%04X", (unsigned)(seen->code & 0xffffff));
}

const char *versions_text(unsigned set, struct arena *mem)
{
	const char *text = "";
	for (enum tls_version version = TLS_1_3; version > TLS_VERSION_NONE; version--) {
		if (set & 1u << version)
			text = arena_printf(mem, "%s%s%s", text, *text ? ", " : "",
					    tls_version_name(version));
	}
	return text;
}
