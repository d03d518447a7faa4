/* sendmsg_options.h - what xmpp-sendmsg can be told beyond the common options. */
#ifndef RUN_SENDMSG_OPTIONS_H
#define RUN_SENDMSG_OPTIONS_H

#include "judge/delivery.h"
#include "run/account.h"
#include "run/cli.h"
#include "tls/pins.h"
#include "xmpp/message.h"

enum dane_wish {
	DANE_AUTO,    /* TLSA records count where DNSSEC proves them */
	DANE_REQUIRE, /* nothing else does */
	DANE_OFF,
};

struct sendmsg_options {
	/* The text. */
	const char *text;    /* -m; NULL: standard input */
	struct message form; /* subject, type, thread, lang, oob, hints; body is each message's */
	bool type_chosen;
	bool lines, stanza, send_empty;
	const char *charset; /* NULL: UTF-8 */
	bool replace_controls, split;
	size_t max_size; /* --max-size; 0: MESSAGE_MAX, or what the server says (XEP-0478) */

	/* Group chat. */
	bool muc, create_room;
	const char *nick; /* NULL: the account's localpart */
	const char *room_password_file;

	/* Account and trust. */
	struct account_options account;
	const char *resource;
	struct pins pins;
	enum dane_wish dane;
	bool no_verify;
	const char *mechanism; /* static name; NULL */
	bool anonymous;        /* --mechanism ANONYMOUS */
	enum binding_wish binding;
	uint32_t iterations_max;
	bool forget_login; /* --forget: what was used last time does not bind us */

	/* Delivery. */
	enum wait_wish wait;
	double wait_s;
	const char *unsent; /* --unsent FILE */
	bool resend;        /* after a lost session, what nobody knows about goes out again */
	double retry_s;     /* --retry: how long to try to connect again; 0: never */
	bool dry_run, report;
};

void sendmsg_options_init(struct sendmsg_options *opt);
extern const struct poptOption sendmsg_option_table[];
bool sendmsg_take_option(void *tool_options, struct options *options, int value, const char *arg,
			 struct err *err);
/* --- sendmsg_check.c --- */

/* What can be told only when all options are known (told on standard error): no recipient, --lines
 * with -m, --muc with --type, --wait receipt with --muc, --no-verify with --mechanism PLAIN... And
 * what follows from them: form.type and form.receipt, account.no_password; subject, thread and URL
 * as UTF-8 that XML can carry. */
NODISCARD bool sendmsg_check_options(struct sendmsg_options *opt, const struct options *options);

#endif
