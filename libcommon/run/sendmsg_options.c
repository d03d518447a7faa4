#include "run/sendmsg_options.h"

#include <limits.h>
#include <string.h>

#include "base/word.h"
#include "run/sendmsg_values.h"
#include "xmpp/scram.h"

#define BOUNCE_DEFAULT 2.0 /* MSG-46 */
#define RETRY_DEFAULT  60.0
#define SIZE_LEAST     1000 /* a stanza is more than its text */
#define SIZE_MOST      10000000

enum {
	OPT_MESSAGE = CLI_TOOL_FIRST,
	OPT_SUBJECT,
	OPT_TYPE,
	OPT_THREAD,
	OPT_LANG,
	OPT_OOB,
	OPT_HINT,
	OPT_LINES,
	OPT_STANZA,
	OPT_SEND_EMPTY,
	OPT_CHARSET,
	OPT_REPLACE_CONTROLS,
	OPT_SPLIT,
	OPT_MAX_SIZE,
	OPT_MUC,
	OPT_NICK,
	OPT_ROOM_PASSWORD,
	OPT_CREATE_ROOM,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_PASSWORD_FD,
	OPT_CONFIG,
	OPT_RESOURCE,
	OPT_PIN,
	OPT_DANE,
	OPT_NO_VERIFY,
	OPT_MECHANISM,
	OPT_CHANNEL_BINDING,
	OPT_MAX_ITERATIONS,
	OPT_FORGET,
	OPT_WAIT,
	OPT_UNSENT,
	OPT_RESEND,
	OPT_RETRY,
	OPT_DRY_RUN,
	OPT_REPORT,
};

const struct poptOption sendmsg_option_table[] = {
	{ "message", 'm', POPT_ARG_STRING, NULL, OPT_MESSAGE,
	  "the text (default: all of standard input)", "TEXT" },
	{ "subject", 's', POPT_ARG_STRING, NULL, OPT_SUBJECT, "the subject", "TEXT" },
	{ "type", 0, POPT_ARG_STRING, NULL, OPT_TYPE,
	  "chat (default), normal (default with a subject) or headline", "TYPE" },
	{ "thread", 0, POPT_ARG_STRING, NULL, OPT_THREAD, "the conversation it belongs to", "ID" },
	{ "lang", 0, POPT_ARG_STRING, NULL, OPT_LANG, "the language of the text: en, de-CH",
	  "TAG" },
	{ "oob", 0, POPT_ARG_STRING, NULL, OPT_OOB, "attach this URL (XEP-0066)", "URL" },
	{ "hint", 0, POPT_ARG_STRING, NULL, OPT_HINT,
	  "store, no-store, no-permanent-store or no-copy (repeatable)", "HINT" },
	{ "lines", 0, POPT_ARG_NONE, NULL, OPT_LINES,
	  "each line of standard input is a message, sent as it comes", NULL },
	{ "stanza", 0, POPT_ARG_NONE, NULL, OPT_STANZA, "standard input is stanzas, checked first",
	  NULL },
	{ "send-empty", 0, POPT_ARG_NONE, NULL, OPT_SEND_EMPTY, "send an empty text, too", NULL },
	{ "charset", 0, POPT_ARG_STRING, NULL, OPT_CHARSET,
	  "what the text is written in (default UTF-8)", "NAME" },
	{ "replace-controls", 0, POPT_ARG_NONE, NULL, OPT_REPLACE_CONTROLS,
	  "replace what XML forbids instead of refusing it", NULL },
	{ "split", 0, POPT_ARG_NONE, NULL, OPT_SPLIT, "send what is too large in parts", NULL },
	{ "max-size", 0, POPT_ARG_STRING, NULL, OPT_MAX_SIZE,
	  "of a stanza (default 10000, or what the server says)", "OCTETS" },
	{ "muc", 0, POPT_ARG_NONE, NULL, OPT_MUC, "the recipients are rooms: join, send, leave",
	  NULL },
	{ "nick", 0, POPT_ARG_STRING, NULL, OPT_NICK,
	  "with --muc: our name there (default: that of the account)", "NAME" },
	{ "room-password", 0, POPT_ARG_STRING, NULL, OPT_ROOM_PASSWORD,
	  "with --muc: file that holds the room's password", "FILE" },
	{ "create-room", 0, POPT_ARG_NONE, NULL, OPT_CREATE_ROOM,
	  "with --muc: create a room that is not there", NULL },
	{ "user", 'u', POPT_ARG_STRING, NULL, OPT_USER, "the account to send from", "JID" },
	{ "password-file", 0, POPT_ARG_STRING, NULL, OPT_PASSWORD_FILE,
	  "its password is the first line of FILE", "FILE" },
	{ "password-fd", 0, POPT_ARG_STRING, NULL, OPT_PASSWORD_FD,
	  "its password comes from this open descriptor", "N" },
	{ "config", 0, POPT_ARG_STRING, NULL, OPT_CONFIG,
	  "account and password (default: ~/.config/xmpp-sendmsg, ~/.sendxmpprc)", "FILE" },
	{ "resource", 0, POPT_ARG_STRING, NULL, OPT_RESOURCE,
	  "name of the session (default: the server chooses)", "NAME" },
	{ "pin-sha256", 0, POPT_ARG_STRING, NULL, OPT_PIN,
	  "the certificate or its key must have this SHA-256, whoever signed (repeatable)",
	  "HASH" },
	{ "dane", 0, POPT_ARG_STRING, NULL, OPT_DANE, "auto (default), require or off", "MODE" },
	{ "no-verify", 0, POPT_ARG_NONE, NULL, OPT_NO_VERIFY,
	  "for test servers: do not check the certificate; never PLAIN", NULL },
	{ "mechanism", 0, POPT_ARG_STRING, NULL, OPT_MECHANISM,
	  "log in with this SASL mechanism or not at all", "NAME" },
	{ "channel-binding", 0, POPT_ARG_STRING, NULL, OPT_CHANNEL_BINDING,
	  "of the login to TLS: prefer (default), require or off", "WISH" },
	{ "max-iterations", 0, POPT_ARG_STRING, NULL, OPT_MAX_ITERATIONS,
	  "of SCRAM that a server may ask for (default 10000000)", "N" },
	{ "forget", 0, POPT_ARG_NONE, NULL, OPT_FORGET,
	  "allow a weaker login than this account had before", NULL },
	{ "wait", 0, POPT_ARG_STRING, NULL, OPT_WAIT,
	  "for ack, bounce[=S] (default bounce=2), receipt[=S] or none", "WHAT" },
	{ "unsent", 0, POPT_ARG_STRING, NULL, OPT_UNSENT,
	  "write what was not acknowledged to this file", "FILE" },
	{ "resend", 0, POPT_ARG_NONE, NULL, OPT_RESEND,
	  "after a lost session send again what nobody knows about", NULL },
	{ "retry", 0, POPT_ARG_STRING, NULL, OPT_RETRY,
	  "how long to try to connect again (default 60; 0: never)", "SECONDS" },
	{ "dry-run", 0, POPT_ARG_NONE, NULL, OPT_DRY_RUN, "log in, and send nothing", NULL },
	{ "report", 0, POPT_ARG_NONE, NULL, OPT_REPORT,
	  "say how the session came about and what became of each message", NULL },
	POPT_TABLEEND,
};

void sendmsg_options_init(struct sendmsg_options *opt)
{
	*opt = (struct sendmsg_options){
		.account = { .password_fd = -1 },
		.iterations_max = SCRAM_ITERATIONS_MAX,
		.wait = WAIT_FOR_BOUNCE,
		.wait_s = BOUNCE_DEFAULT,
		.retry_s = RETRY_DEFAULT,
	};
}

/* -m, -s ... */
static bool take_text(struct sendmsg_options *opt, int value, const char *arg, struct err *err)
{
	unsigned long size;
	switch (value) {
	case OPT_MESSAGE:
		opt->text = arg;
		return true;
	case OPT_SUBJECT:
		opt->form.subject = arg;
		return true;
	case OPT_TYPE:
		return sendmsg_take_type(opt, arg, err);
	case OPT_THREAD:
		return sendmsg_take_filled("--thread", arg, &opt->form.thread, err);
	case OPT_LANG:
		return sendmsg_take_lang(opt, arg, err);
	case OPT_OOB:
		return sendmsg_take_oob(opt, arg, err);
	case OPT_HINT:
		return sendmsg_take_hint(opt, arg, err);
	case OPT_CHARSET:
		return sendmsg_take_filled("--charset", arg, &opt->charset, err);
	default:
		if (!sendmsg_take_number("--max-size", arg, SIZE_LEAST, SIZE_MOST, &size, err))
			return false;
		opt->max_size = size;
		return true;
	}
}

static bool take_account(struct sendmsg_options *opt, int value, const char *arg, struct err *err)
{
	unsigned long fd;
	switch (value) {
	case OPT_USER:
		return sendmsg_take_filled("--user", arg, &opt->account.user, err);
	case OPT_PASSWORD_FILE:
		return sendmsg_take_filled("--password-file", arg, &opt->account.password_file,
					   err);
	case OPT_PASSWORD_FD:
		if (!sendmsg_take_number("--password-fd", arg, 0, INT_MAX, &fd, err))
			return false;
		opt->account.password_fd = (int)fd;
		return true;
	case OPT_CONFIG:
		return sendmsg_take_filled("--config", arg, &opt->account.config, err);
	case OPT_RESOURCE:
		return sendmsg_take_filled("--resource", arg, &opt->resource, err);
	case OPT_NICK:
		return sendmsg_take_filled("--nick", arg, &opt->nick, err);
	default:
		return sendmsg_take_filled("--room-password", arg, &opt->room_password_file, err);
	}
}

static bool take_trust(struct sendmsg_options *opt, int value, const char *arg, struct err *err)
{
	static const char *const danes[] = { "auto", "require", "off" };
	static const char *const bindings[] = { "prefer", "require", "off" };
	unsigned long number;
	size_t i;
	switch (value) {
	case OPT_PIN:
		return pins_add(&opt->pins, arg, err);
	case OPT_DANE:
		if (!word_find(danes, ARRAY_SIZE(danes), arg, &i))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "--dane: '%.60s' is not auto, require or off", arg);
		opt->dane = (enum dane_wish)i;
		return true;
	case OPT_MECHANISM:
		return sendmsg_take_mechanism(opt, arg, err);
	case OPT_CHANNEL_BINDING:
		if (!word_find(bindings, ARRAY_SIZE(bindings), arg, &i))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "--channel-binding: '%.60s' is not prefer, require or off",
				       arg);
		opt->binding = (enum binding_wish)i;
		return true;
	default:
		if (!sendmsg_take_number("--max-iterations", arg, SCRAM_ITERATIONS_MIN, INT_MAX,
					 &number, err))
			return false;
		opt->iterations_max = (uint32_t)number;
		return true;
	}
}

/* Those without an argument; false: it is none of them. */
static bool take_switch(struct sendmsg_options *opt, int value)
{
	switch (value) {
	case OPT_LINES:
		opt->lines = true;
		return true;
	case OPT_STANZA:
		opt->stanza = true;
		return true;
	case OPT_SEND_EMPTY:
		opt->send_empty = true;
		return true;
	case OPT_REPLACE_CONTROLS:
		opt->replace_controls = true;
		return true;
	case OPT_SPLIT:
		opt->split = true;
		return true;
	case OPT_MUC:
		opt->muc = true;
		return true;
	case OPT_CREATE_ROOM:
		opt->create_room = true;
		return true;
	case OPT_NO_VERIFY:
		opt->no_verify = true;
		return true;
	case OPT_FORGET:
		opt->forget_login = true;
		return true;
	case OPT_RESEND:
		opt->resend = true;
		return true;
	case OPT_DRY_RUN:
		opt->dry_run = true;
		return true;
	case OPT_REPORT:
		opt->report = true;
		return true;
	default:
		return false;
	}
}

bool sendmsg_take_option(void *tool_options, struct options *options, int value, const char *arg,
			 struct err *err)
{
	struct sendmsg_options *opt = tool_options;
	(void)options;
	if (take_switch(opt, value))
		return true;
	if (value == OPT_WAIT)
		return sendmsg_take_wait(opt, arg, err);
	if (value == OPT_RETRY)
		return sendmsg_take_retry(opt, arg, err);
	if (value == OPT_UNSENT)
		return sendmsg_take_filled("--unsent", arg, &opt->unsent, err);
	if (value <= OPT_MAX_SIZE)
		return take_text(opt, value, arg, err);
	return value <= OPT_RESOURCE ? take_account(opt, value, arg, err)
				     : take_trust(opt, value, arg, err);
}
