#include "run/sendmsg_values.h"

#include <stdlib.h>
#include <string.h>

#include "run/check_options.h"

#define SECONDS_MOST  86400.0 /* a day */
#define BOUNCE_NAMED  10.0    /* --wait bounce: servers elsewhere take their time */
#define RECEIPT_NAMED 30.0
#define LANG_MAX      64 /* RFC 5646, 4.4.1 asks for 35 */

/* Plain figures: strtod() would take blanks, signs, 1e2 and 0x1d as well. */
static bool parse_seconds(const char *text, double *out)
{
	char *end;
	double seconds = strtod(text, &end);
	if (end == text || *end || text[strspn(text, "0123456789.")] ||
	    !(seconds >= 0 && seconds <= SECONDS_MOST))
		return false;
	*out = seconds;
	return true;
}

bool sendmsg_take_number(const char *what, const char *arg, unsigned long least, unsigned long most,
			 unsigned long *out, struct err *err)
{
	char *end;
	unsigned long number = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || number < least || number > most)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s: '%.60s' is not a number from %lu to %lu", what, arg, least,
			       most);
	*out = number;
	return true;
}

bool sendmsg_take_filled(const char *what, const char *arg, const char **out, struct err *err)
{
	if (!*arg)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: it is empty", what);
	*out = arg;
	return true;
}

bool sendmsg_take_type(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	enum message_type type;
	if (!message_type_parse(arg, &type) || type == MESSAGE_GROUPCHAT)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--type: '%.60s' is not chat, normal or headline (rooms: --muc)",
			       arg);
	opt->form.type = type;
	opt->type_chosen = true;
	return true;
}

bool sendmsg_take_lang(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	size_t size = strlen(arg);
	if (strspn(arg, letters) == 0 || strspn(arg, all) != size || size > LANG_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--lang: '%.60s' is no language tag such as en or de-CH", arg);
	opt->form.lang = arg;
	return true;
}

bool sendmsg_take_oob(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	static const char scheme[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-";
	size_t size = strspn(arg, scheme);
	if (size == 0 || arg[size] != ':' || !arg[size + 1] || strpbrk(arg, " \t\r\n<>\""))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--oob: '%.60s' is no URL such as https://example.org/file", arg);
	opt->form.oob = arg;
	return true;
}

bool sendmsg_take_hint(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	enum message_hint hint;
	if (!message_hint_parse(arg, &hint))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--hint: '%.60s' is not store, no-store, no-permanent-store or "
			       "no-copy",
			       arg);
	opt->form.hints |= hint;
	return true;
}

bool sendmsg_take_mechanism(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	if (!mechanism_known(arg, &opt->mechanism))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--mechanism: '%.60s' is none we have: EXTERNAL, "
			       "SCRAM-SHA-{1,256}[-PLUS], PLAIN, ANONYMOUS",
			       arg);
	opt->anonymous = strcmp(opt->mechanism, "ANONYMOUS") == 0;
	return true;
}

/* "ack", "bounce", "bounce=5", "receipt=0.5", "none" */
bool sendmsg_take_wait(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	static const struct {
		const char *word;
		enum wait_wish wish;
		double seconds; /* where none are given; 0: it takes none */
	} rows[] = {
		{ "ack", WAIT_FOR_ACK, 0 },
		{ "bounce", WAIT_FOR_BOUNCE, BOUNCE_NAMED },
		{ "receipt", WAIT_FOR_RECEIPT, RECEIPT_NAMED },
		{ "none", WAIT_FOR_NOTHING, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t size = strlen(rows[i].word);
		double seconds = rows[i].seconds;
		if (strncmp(arg, rows[i].word, size) != 0)
			continue;
		if (arg[size] == '=' && rows[i].seconds > 0 &&
		    parse_seconds(arg + size + 1, &seconds))
			size = strlen(arg);
		if (arg[size])
			break;
		opt->wait = rows[i].wish;
		opt->wait_s = seconds;
		return true;
	}
	return err_set(
		err, AT_INPUT, ERR_USAGE,
		"--wait: '%.60s' is not ack, bounce, receipt or none; bounce and receipt take "
		"seconds up to %g: receipt=30",
		arg, SECONDS_MOST);
}

bool sendmsg_take_retry(struct sendmsg_options *opt, const char *arg, struct err *err)
{
	if (parse_seconds(arg, &opt->retry_s))
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE, "--retry: '%.60s' is not a number from 0 to %g",
		       arg, SECONDS_MOST);
}
