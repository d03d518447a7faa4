/* ciphers_old.h - earlier records, to compare with: --diff.
 *
 * Read once, before the first thread; const afterwards. */
#ifndef RUN_CIPHERS_OLD_H
#define RUN_CIPHERS_OLD_H

#include <jansson.h>

#include "base/err.h"
#include "net/endpoint.h"

struct ciphers_old;

/* JSON lines, one record a domain; of several of one domain the last counts. err names the file and
 * the line. */
NODISCARD bool ciphers_old_read(const char *file, struct ciphers_old **out, struct err *err);
void ciphers_old_free(struct ciphers_old **old);

/* The "ciphers" section that was written about this endpoint of this domain: at the same address,
 * or else at the same port of the same host, or else of the same service and way in. NULL: there is
 * none. */
const json_t *ciphers_old_section(const struct ciphers_old *old, const char *domain,
				  const struct endpoint *at);

#endif
