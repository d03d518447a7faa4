#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"

static const char *const stage_names[] = {
	[AT_INPUT] = "input",       [AT_DNS] = "dns",
	[AT_TCP] = "tcp",           [AT_PROXY] = "proxy",
	[AT_STREAM] = "stream",     [AT_STARTTLS] = "starttls",
	[AT_TLS] = "tls",           [AT_CERTIFICATE] = "certificate",
	[AT_FEATURES] = "features", [AT_FILE] = "file",
	[AT_LOGIN] = "login",       [AT_SESSION] = "session",
};

static const char *const code_names[] = {
	[ERR_NONE] = "none",
	[ERR_USAGE] = "usage",
	[ERR_SYSTEM] = "system",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_DNS] = "dns-failed",
	[ERR_REFUSED] = "refused",
	[ERR_NO_ROUTE] = "no-route",
	[ERR_UNREACHABLE] = "unreachable",
	[ERR_TIMEOUT] = "timed-out",
	[ERR_CLOSED] = "closed",
	[ERR_RESET] = "reset",
	[ERR_PROXY] = "proxy",
	[ERR_NOT_XMPP] = "not-xmpp",
	[ERR_PROTOCOL] = "protocol",
	[ERR_RESTRICTED_XML] = "restricted-xml",
	[ERR_NOT_WELL_FORMED] = "not-well-formed",
	[ERR_LIMIT] = "limit",
	[ERR_INJECTION] = "injection",
	[ERR_STREAM_ERROR] = "stream-error",
	[ERR_STARTTLS_REFUSED] = "starttls-refused",
	[ERR_ALERT_RECEIVED] = "alert-received",
	[ERR_ALERT_SENT] = "alert-sent",
	[ERR_UNSUPPORTED] = "unsupported",
	[ERR_DENIED] = "denied",
	[ERR_IMPOSTOR] = "impostor",
};

/* A sentence cut in the middle of a UTF-8 character would be no UTF-8: take the torn one off. */
static void trim_torn_character(char *text)
{
	size_t end = strlen(text);
	size_t start = end;
	while (start > 0 && end - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (want > end - start + 1)
		text[start - 1] = '\0';
}

bool err_set(struct err *err, enum err_stage stage, enum err_code code, const char *format, ...)
{
	char text[ERR_TEXT_MAX]; /* an argument may be err->text itself */
	va_list args;
	va_start(args, format);
	int wanted = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (wanted >= (int)sizeof(text))
		trim_torn_character(text);
	*err = (struct err){ .stage = stage, .code = code };
	memcpy(err->text, text, sizeof(text));
	return false;
}

const char *err_stage_name(enum err_stage stage)
{
	return stage_names[stage];
}

const char *err_code_name(enum err_code code)
{
	return code_names[code];
}

bool err_stage_parse(const char *name, enum err_stage *out)
{
	size_t i;
	if (!word_find(stage_names, ARRAY_SIZE(stage_names), name, &i))
		return false;
	*out = (enum err_stage)i;
	return true;
}

bool err_code_parse(const char *name, enum err_code *out)
{
	size_t i;
	if (!word_find(code_names, ARRAY_SIZE(code_names), name, &i))
		return false;
	*out = (enum err_code)i;
	return true;
}
