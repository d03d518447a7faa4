/* When the rest of a certificate's life is short: thresholds that fit a year as well as six days.
 */
#include "judge/certcheck.h"

#define DAY 86400

const struct span expiry_warning = { .days = 20, .share = 1.0 / 3 };
const struct span expiry_critical = { .days = 7, .share = 1.0 / 7 };

int64_t span_seconds(const struct span *span, int64_t lifetime)
{
	double days = span->days * DAY, share = span->share * (double)lifetime;
	if (span->days > 0 && span->share > 0)
		return (int64_t)(days < share ? days : share);
	return (int64_t)(span->days > 0 ? days : share);
}
