/* What xmpp-sendmsg's options say together: what quarrels, what is missing, what follows. */
#include <string.h>

#include "base/charset.h"
#include "run/sendmsg_options.h"

static const char *text_quarrel(const struct sendmsg_options *opt, const struct options *options)
{
	const struct message *form = &opt->form;
	bool formed = form->subject || form->thread || form->lang || form->oob || form->hints ||
		      opt->type_chosen;
	if (opt->text && (opt->lines || opt->stanza))
		return "-m is the text itself: not with --lines or --stanza, which read standard "
		       "input";
	if (opt->lines && opt->stanza)
		return "--lines and --stanza exclude each other";
	if (opt->stanza &&
	    (formed || opt->charset || opt->replace_controls || opt->split || opt->send_empty))
		return "--stanza sends what stands there: subject, type, thread, language, URL and "
		       "hints belong into it, and it is UTF-8 already";
	if (opt->stanza && !opt->muc && options->operand_count > 0)
		return "--stanza takes no recipients: each stanza says whom it is for (to=''); "
		       "with --muc they are rooms to be in meanwhile";
	if (options->operand_count == 0 && !opt->dry_run && !opt->stanza)
		return "no recipient: give addresses, as in xmpp-sendmsg admin@example.net";
	return NULL;
}

static const char *room_quarrel(const struct sendmsg_options *opt)
{
	if (opt->muc && opt->type_chosen)
		return "--muc sends groupchat: not with --type";
	if (!opt->muc && (opt->nick || opt->room_password_file || opt->create_room))
		return "--nick, --room-password and --create-room need --muc";
	return NULL;
}

static const char *hint_quarrel(const struct sendmsg_options *opt, const struct options *options)
{
	unsigned hints = opt->form.hints;
	if ((hints & HINT_STORE) && (hints & (HINT_NO_STORE | HINT_NO_PERMANENT_STORE)))
		return "--hint store contradicts no-store and no-permanent-store";
	for (size_t i = 0; (hints & HINT_NO_COPY) && i < options->operand_count; i++) {
		if (!strchr(options->operands[i], '/'))
			return "--hint no-copy is for full addresses only, such as "
			       "user@example.net/phone (XEP-0334)";
	}
	return NULL;
}

static bool is_plus(const char *mechanism)
{
	size_t size = strlen(mechanism);
	return size > 5 && strcmp(mechanism + size - 5, "-PLUS") == 0;
}

static const char *login_quarrel(const struct sendmsg_options *opt, const struct options *options)
{
	const struct account_options *account = &opt->account;
	const char *mechanism = opt->mechanism ? opt->mechanism : "";
	bool external = strcmp(mechanism, "EXTERNAL") == 0;
	bool reads_text = !opt->text && !opt->dry_run;
	if (account->password_file && account->password_fd >= 0)
		return "--password-file and --password-fd exclude each other";
	if ((external || opt->anonymous) && (account->password_file || account->password_fd >= 0))
		return "EXTERNAL and ANONYMOUS take no password: not with --password-file or "
		       "--password-fd";
	if (account->password_fd == 0 && reads_text)
		return "--password-fd=0 is standard input, and so is the text: use another "
		       "descriptor, or -m";
	if (external && !options->tls.cert_file)
		return "--mechanism EXTERNAL needs the account's certificate: --cert";
	if (opt->binding == BINDING_REQUIRED && *mechanism && !is_plus(mechanism))
		return "--channel-binding=require needs a mechanism that ends in -PLUS";
	if (opt->binding == BINDING_OFF && is_plus(mechanism))
		return "--channel-binding=off excludes a mechanism that ends in -PLUS";
	return NULL;
}

static const char *trust_quarrel(const struct sendmsg_options *opt)
{
	if (opt->no_verify && opt->mechanism && strcmp(opt->mechanism, "PLAIN") == 0)
		return "--no-verify never sends a password as it is: not with --mechanism PLAIN";
	if (opt->no_verify && (opt->dane == DANE_REQUIRE || opt->pins.count > 0))
		return "--no-verify checks nothing: not with --dane=require or --pin-sha256";
	if (opt->dane == DANE_REQUIRE && opt->pins.count > 0)
		return "--dane=require lets nothing else count: not with --pin-sha256";
	return NULL;
}

static const char *delivery_quarrel(const struct sendmsg_options *opt,
				    const struct options *options)
{
	if (opt->wait == WAIT_FOR_RECEIPT && opt->muc)
		return "a room sends no receipts, it shows the message: not --wait=receipt with "
		       "--muc (XEP-0184)";
	if (opt->wait == WAIT_FOR_RECEIPT && opt->type_chosen && opt->form.type == MESSAGE_HEADLINE)
		return "nobody answers a headline: not with --wait=receipt";
	if (opt->wait == WAIT_FOR_NOTHING && opt->resend)
		return "--wait=none does not learn what was lost: not with --resend";
	if (opt->report && options->form_chosen && options->form == OUTPUT_JSON)
		return "--report and --json exclude each other: a record says all that";
	return NULL;
}

static const char *quarrel(const struct sendmsg_options *opt, const struct options *options)
{
	const char *told[] = {
		text_quarrel(opt, options),  room_quarrel(opt),  hint_quarrel(opt, options),
		login_quarrel(opt, options), trust_quarrel(opt), delivery_quarrel(opt, options),
	};
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		if (told[i])
			return told[i];
	}
	return NULL;
}

/* Text of the command line goes into XML as the body does (MSG-39). */
static bool check_text(const struct sendmsg_options *opt, const char *what, const char **text,
		       struct arena *mem, struct err *err)
{
	struct err why = { 0 };
	struct bytes octets = { (const uint8_t *)*text, *text ? strlen(*text) : 0 };
	if (!*text)
		return true;
	if (opt->charset && !charset_to_utf8(opt->charset, octets, mem, &octets, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s", what, why.text);
	if (!message_check_text(octets, opt->replace_controls, mem, text, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s", what, why.text);
	return true;
}

static bool check_texts(struct sendmsg_options *opt, struct arena *mem, struct err *err)
{
	const char *nothing = ""; /* an unknown charset is told before anything is connected to */
	return (!opt->charset || check_text(opt, "--charset", &nothing, mem, err)) &&
	       check_text(opt, "-s", &opt->form.subject, mem, err) &&
	       check_text(opt, "--thread", &opt->form.thread, mem, err) &&
	       check_text(opt, "--oob", &opt->form.oob, mem, err);
}

static enum message_type type_of(const struct sendmsg_options *opt)
{
	if (opt->muc)
		return MESSAGE_GROUPCHAT;
	if (opt->type_chosen)
		return opt->form.type;
	return opt->form.subject ? MESSAGE_NORMAL : MESSAGE_CHAT; /* MSG-36 */
}

bool sendmsg_check_options(struct sendmsg_options *opt, const struct options *options)
{
	struct err err = { 0 };
	const char *problem = quarrel(opt, options);
	if (!problem && !check_texts(opt, options->mem, &err))
		problem = err.text;
	if (problem) {
		log_usage(&options->log, problem);
		return false;
	}
	opt->form.type = type_of(opt);
	opt->form.receipt = opt->wait == WAIT_FOR_RECEIPT;
	opt->account.no_password = opt->anonymous ||
				   (opt->mechanism && strcmp(opt->mechanism, "EXTERNAL") == 0);
	opt->account.password_optional = options->tls.cert_file != NULL;
	return true;
}
