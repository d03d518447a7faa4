/* The values of xmpp-certcheck's options that have a notation of their own: spans, times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/reread.h"
#include "run/check_options.h"

bool check_parse_span(const char *text, struct span *out)
{
	char *end;
	double value = strtod(text, &end);
	struct span span = { 0 };
	/* Plain figures: strtod() would take blanks, signs, 1e2 and 0x1d as well. */
	if (end == text || end != text + strspn(text, "0123456789.") ||
	    !(value > 0 && value <= 100000))
		return false;
	if (strcmp(end, "%") == 0 && value <= 100)
		span.share = value / 100;
	else if (strcmp(end, "h") == 0)
		span.days = value / 24;
	else if (*end == '\0' || strcmp(end, "d") == 0)
		span.days = value;
	else
		return false;
	*out = span;
	return true;
}

bool check_parse_time(const char *text, int64_t *out)
{
	char whole[32] = "";
	char *end;
	if (text[0] == '@' && text[1] >= '0' && text[1] <= '9') {
		long long seconds = strtoll(text + 1, &end, 10);
		if (*end || seconds > 253402300799) /* the end of the year 9999 */
			return false;
		*out = seconds;
		return true;
	}
	if (strlen(text) == strlen("2026-11-25"))
		snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	return reread_time(*whole ? whole : text, out);
}
