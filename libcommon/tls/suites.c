#include "tls/suites.h"

#include <stdlib.h>
#include <string.h>

static int compare_code(const void *key, const void *item)
{
	uint32_t code = *(const uint32_t *)key, other = ((const struct suite *)item)->code;
	return (code > other) - (code < other);
}

/* The null kind of SSLv2 and the null suite of TLS share the code 0; TLS stands first. */
const struct suite *suite_by_code(uint32_t code)
{
	const struct suite *found = bsearch(&code, suites, suite_count, sizeof(*suites),
					    compare_code);
	return found && found > suites && found[-1].code == code ? found - 1 : found;
}

const struct suite *suite_by_gnutls_name(const char *name)
{
	for (size_t i = 0; i < suite_count; i++) {
		const struct suite *suite = &suites[i];
		/* Drafts reused names for other codes: only what GnuTLS has counts. */
		if (suite->gnutls_name[0] &&
		    (strcmp(suite->gnutls_name, name) == 0 || strcmp(suite->name, name) == 0))
			return suite;
	}
	return NULL;
}
