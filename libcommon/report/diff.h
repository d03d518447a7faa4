/* diff.h - what changed between two ciphers sections of records: --diff.
 *
 * Pure; compares versions, suites and their order, groups, schemes, properties, findings. What one
 * of them did not test is no change, nor is what another policy finds. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include <jansson.h>

#include "base/arena.h"

struct change_line {
	const char *what;     /* "suite TLS1.2 TLS_RSA_WITH_AES_128_CBC_SHA", escaped */
	const char *was, *is; /* "no", "yes", "server", ...: escaped */
};

struct ciphers_diff {
	struct change_line *lines;
	size_t count;
};

/* Both are values of "ciphers" members, hostile alike. */
void diff_ciphers(const json_t *old, const json_t *new, struct arena *mem,
		  struct ciphers_diff *out);

#endif
