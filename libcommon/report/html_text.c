#include "report/html_text.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"

#define ELLIPSIS "\xe2\x80\xa6"

static void entities(struct buf *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		switch (text[i]) {
		case '&':
			buf_text(out, "&amp;");
			break;
		case '<':
			buf_text(out, "&lt;");
			break;
		case '>':
			buf_text(out, "&gt;");
			break;
		case '"':
			buf_text(out, "&quot;");
			break;
		case '\'':
			buf_text(out, "&#39;");
			break;
		default:
			buf_char(out, text[i]);
		}
	}
}

static void visible(struct buf *out, const char *text, size_t size)
{
	CLEANUP(buf_free) struct buf clean = buf_new(BUF_UNBOUNDED);
	escape_text(&clean, text, size);
	entities(out, buf_string(&clean), clean.size);
}

/* How many octets so many characters take. */
static size_t measure(const char *text, size_t characters)
{
	size_t size = strnlen(text, HTML_TEXT_MAX + 4), at = 0;
	for (; characters > 0 && at < size; characters--) {
		size_t step = utf8_length((const unsigned char *)text + at, size - at, NULL);
		step = step ? step : 1;
		if (at + step > HTML_TEXT_MAX)
			break;
		at += step;
	}
	return at;
}

void html_cut(struct buf *out, const char *text, size_t characters)
{
	if (!text)
		return;
	size_t size = measure(text, characters);
	visible(out, text, size);
	if (text[size])
		buf_text(out, ELLIPSIS);
}

void html_text(struct buf *out, const char *text)
{
	html_cut(out, text, HTML_TEXT_MAX);
}

/* After escaping no octet of a name is a dot but a dot. */
void html_name(struct buf *out, const char *text, size_t characters)
{
	CLEANUP(buf_free) struct buf whole = buf_new(BUF_UNBOUNDED);
	html_cut(&whole, text, characters);
	for (const char *c = buf_string(&whole); *c; c++) {
		buf_char(out, *c);
		if (*c == '.')
			buf_text(out, "<wbr>");
	}
}

void html_sentence(struct buf *out, const char *text, size_t characters)
{
	if (!text)
		return;
	size_t size = measure(text, characters);
	for (size_t at = 0; at < size;) {
		const char *slash = memchr(text + at, '\\', size - at);
		size_t length = slash ? (size_t)(slash - text) - at : size - at;
		visible(out, text + at, length);
		if (slash)
			buf_char(out, '\\');
		at += length + 1;
	}
	if (text[size])
		buf_text(out, ELLIPSIS);
}

void html_remedy(struct buf *out, const char *text)
{
	bool code = false;
	while (*text) {
		size_t length = strcspn(text, "`");
		entities(out, text, length);
		text += length;
		if (!*text)
			break;
		code = !code;
		buf_text(out, code ? "<code>" : "</code>");
		text++;
	}
	if (code)
		buf_text(out, "</code>");
}

static void write_time(struct buf *out, int64_t seconds, bool minutes)
{
	struct tm parts;
	time_t moment = (time_t)seconds;
	if (!gmtime_r(&moment, &parts) || parts.tm_year + 1900 > 9999)
		return;
	int year = parts.tm_year + 1900, month = parts.tm_mon + 1, day = parts.tm_mday;
	buf_printf(out, "<time datetime=\"%04d-%02d-%02dT%02d:%02d:%02dZ\">%04d-%02d-%02d", year,
		   month, day, parts.tm_hour, parts.tm_min, parts.tm_sec, year, month, day);
	if (minutes)
		buf_printf(out, " %02d:%02d UTC", parts.tm_hour, parts.tm_min);
	buf_text(out, "</time>");
}

void html_date(struct buf *out, int64_t seconds)
{
	write_time(out, seconds, false);
}

void html_moment(struct buf *out, int64_t seconds)
{
	write_time(out, seconds, true);
}

void html_number(struct buf *out, size_t number)
{
	if (number >= 1000) {
		html_number(out, number / 1000);
		buf_printf(out, ",%03zu", number % 1000);
	} else {
		buf_printf(out, "%zu", number);
	}
}

void html_count(struct buf *out, size_t count, const char *one, const char *many)
{
	html_number(out, count);
	buf_printf(out, " %s", count == 1 ? one : many);
}
