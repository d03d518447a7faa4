#include "report/names.h"

#include "base/word.h"

static const char *name_of(const struct suite *suite, enum suite_names names)
{
	switch (names) {
	case NAMES_OPENSSL:
		return suite->openssl_name;
	case NAMES_GNUTLS:
		return suite->gnutls_name;
	case NAMES_IANA:
		break;
	}
	return suite->name;
}

const char *suite_shown(const struct suite *suite, uint32_t code, enum suite_names names,
			struct arena *mem)
{
	if (!suite)
		return arena_printf(mem, code > UINT16_MAX ? "0x%06X" : "0x%04X", (unsigned)code);
	const char *name = name_of(suite, names);
	return *name ? name : arena_printf(mem, "(%s)", suite->name);
}

bool suite_names_parse(const char *text, enum suite_names *out)
{
	static const char *const words[] = {
		[NAMES_IANA] = "iana",
		[NAMES_OPENSSL] = "openssl",
		[NAMES_GNUTLS] = "gnutls",
	};
	size_t found;
	if (!word_find(words, ARRAY_SIZE(words), text, &found))
		return false;
	*out = (enum suite_names)found;
	return true;
}
