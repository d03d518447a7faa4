/* certcheck_parts.h - questions about a checked certificate that the record and the screens ask.
 * Private to report/. Pure. */
#ifndef REPORT_CERTCHECK_PARTS_H
#define REPORT_CERTCHECK_PARTS_H

#include "judge/certcheck.h"

bool same_cert(const struct cert_facts *a, const struct cert_facts *b);
/* The trust anchor the way leads to, its last link; NULL: to none. */
const struct cert_facts *check_anchor(const struct path_facts *path);
/* When the first certificate above the leaf ends, the anchor included; false: there is none. */
NODISCARD bool check_first_end(const struct path_facts *path, int64_t *out);
/* Seconds in days, to the hundredth. */
double check_days(int64_t seconds);

#endif
