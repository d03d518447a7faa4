#include "tls/der_time.h"

#include <time.h>

#include "tls/der.h"
#include "tls/der_tag.h"

static bool take_digits(const uint8_t **at, int count, int least, int most, int *out)
{
	int value = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*out = value;
	return value >= least && value <= most;
}

bool der_is_time(struct bytes at)
{
	return at.size > 0 && (at.data[0] == TAG_UTC_TIME || at.data[0] == TAG_GENERALIZED_TIME);
}

/* UTCTime YYMMDDHHMMSSZ up to 2049, GeneralizedTime YYYYMMDDHHMMSSZ from then. */
bool der_take_time(struct bytes *at, int64_t *out)
{
	struct der element;
	struct tm when = { 0 };
	int year_digits = at->size > 0 && at->data[0] == TAG_UTC_TIME ? 2 : 4;
	if (!der_is_time(*at) || !der_next(at, &element) ||
	    element.value.size != (size_t)year_digits + 11)
		return false;
	const uint8_t *digits = element.value.data;
	if (!take_digits(&digits, year_digits, 0, 9999, &when.tm_year) ||
	    !take_digits(&digits, 2, 1, 12, &when.tm_mon) ||
	    !take_digits(&digits, 2, 1, 31, &when.tm_mday) ||
	    !take_digits(&digits, 2, 0, 23, &when.tm_hour) ||
	    !take_digits(&digits, 2, 0, 59, &when.tm_min) ||
	    !take_digits(&digits, 2, 0, 59, &when.tm_sec) || *digits != 'Z')
		return false;
	if (year_digits == 2)
		when.tm_year += when.tm_year < 50 ? 2000 : 1900;
	when.tm_year -= 1900;
	when.tm_mon--;
	int day = when.tm_mday;
	int64_t seconds = timegm(&when);
	if (when.tm_mday != day) /* there was no such day, and it became one of the next month */
		return false;
	*out = seconds;
	return true;
}

const char *der_time_text(int64_t seconds, struct arena *mem)
{
	time_t when = (time_t)seconds;
	struct tm parts;
	if (!gmtime_r(&when, &parts) || parts.tm_year > 9999 - 1900)
		return "a time beyond the calendar";
	return arena_printf(mem, "%04d-%02d-%02d %02d:%02d UTC", parts.tm_year + 1900,
			    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min);
}
