#include "tls/version.h"

#include <string.h>
#include <strings.h>

static const char *const names[] = {
	[TLS_VERSION_NONE] = "", [SSL_2_0] = "SSL2.0", [SSL_3_0] = "SSL3.0", [TLS_1_0] = "TLS1.0",
	[TLS_1_1] = "TLS1.1",    [TLS_1_2] = "TLS1.2", [TLS_1_3] = "TLS1.3",
};

const char *tls_version_name(enum tls_version version)
{
	return names[version];
}

/* "TLS1.2", "TLSv1.2", "1.2"; "TLS1" is 1.0, "SSL3" is 3.0. */
static bool is_called(const char *text, enum tls_version version)
{
	const char *name = names[version], *number = name + 3;
	bool prefixed = strncasecmp(text, name, 3) == 0;
	if (prefixed)
		text += 3;
	if (prefixed && (*text == 'v' || *text == 'V'))
		text++;
	if (strcmp(text, number) == 0)
		return prefixed || version >= TLS_1_0;
	return prefixed && strlen(text) == 1 && text[0] == number[0] && number[2] == '0';
}

bool tls_version_parse(const char *text, enum tls_version *out)
{
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++) {
		if (is_called(text, version)) {
			*out = version;
			return true;
		}
	}
	return false;
}
