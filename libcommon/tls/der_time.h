/* der_time.h - the times of certificates, revocation lists and their entries. Pure; any thread. */
#ifndef TLS_DER_TIME_H
#define TLS_DER_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

/* Takes a UTCTime or GeneralizedTime in the form of RFC 5280, 4.1.2.5 off the front: seconds since
 * 1970. False: there is none. */
NODISCARD bool der_take_time(struct bytes *at, int64_t *out);
/* Is the next element a time, right or wrong? */
bool der_is_time(struct bytes at);
/* "2026-03-01 12:00 UTC", for sentences. */
const char *der_time_text(int64_t seconds, struct arena *mem);

#endif
