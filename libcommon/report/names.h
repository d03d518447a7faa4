/* names.h - whose names of suites are shown: --names iana|openssl|gnutls. */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include "base/arena.h"
#include "tls/suites.h"

enum suite_names {
	NAMES_IANA,
	NAMES_OPENSSL,
	NAMES_GNUTLS,
};

/* The name in that spelling, IANA's in parentheses where there is none; "0xCAFE" where the registry
 * has no such number (suite NULL). */
const char *suite_shown(const struct suite *suite, uint32_t code, enum suite_names names,
			struct arena *mem);
NODISCARD bool suite_names_parse(const char *text, enum suite_names *out);

#endif
