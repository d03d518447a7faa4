/* account.h - who sends, and the password: from where a user keeps it, never from an argument.
 *
 * MSG-4. The first of these that is there: --password-fd, --password-file, $XMPP_PASSWORD, the
 * configuration file, the terminal. What held the password on the way here is overwritten; that in
 * the environment always, whether it was wanted or not. One thread, as for setenv(). */
#ifndef RUN_ACCOUNT_H
#define RUN_ACCOUNT_H

#include "base/secret.h"
#include "xmpp/jid.h"

struct account_options {
	const char *user;          /* -u; NULL */
	const char *password_file; /* --password-file: the first line of it; NULL */
	int password_fd;           /* --password-fd: its first line, and not an octet more of
				      what may be the text's; -1 */
	const char *config;        /* --config FILE; NULL: ~/.config/xmpp-sendmsg, ~/.sendxmpprc */
	bool no_password;          /* EXTERNAL or ANONYMOUS alone: none is looked for */
	bool password_optional;    /* a certificate may do: nobody is asked */
};

struct account {
	struct jid jid;
	struct secret password; /* fd -1: none */
	/* Of the configuration file, or the resource in -u's address; NULL, 0 where nothing is
	 * said. The command line's own options win. host may come without a port, not the other
	 * way. */
	const char *resource;
	const char *host;
	uint16_t port;
	const char *source; /* of the password, for messages: a path, "$XMPP_PASSWORD"; NULL */
};

/* Refused, with what to do: no address, a file others can read ("chmod 600 FILE") or that is
 * another user's, an empty password, one that is not UTF-8, a password that no source gives and
 * nobody to ask. A terminal is asked (/dev/tty) last, without echo; a signal that ends or stops us
 * there does so after the echo is back. */
NODISCARD bool account_open(const struct account_options *options, struct arena *mem,
			    struct account *out, struct err *err);
void account_close(struct account *account);

/* The first line of a file that is a secret (--room-password); readable by its owner only, who is
 * us. Pipes will do, and what systemd hands over in $CREDENTIALS_DIRECTORY. */
NODISCARD bool account_read_secret(const char *path, const char *option, struct secret *out,
				   struct err *err);

/* --- account_file.c: configuration files; pure, over text that is wiped by the caller --- */

#define ACCOUNT_CONFIG_MAX ((size_t)16 * 1024)

struct account_entry {
	const char *user; /* JID as written; NULL: there is no entry for who was looked for */
	const char *resource, *host;
	uint16_t port;
	const char *password; /* inside the text; NULL */
	size_t password_size;
	const char *password_file; /* as written; NULL */
	bool wants_command;        /* eval_password: we run none */
};
/* `key value` lines: user, password, password-file, resource, connect HOST[:PORT]; `user` begins
 * the next account. Those of go-sendxmpp and sendxmpp 1.24 with a colon behind the key: username,
 * password, jserver, port, component, eval_password; other keys with a colon are theirs, and left
 * alone. The older lines of sendxmpp: user@domain[;host][:port] password [domain, if the first is
 * but the host] [-options, left alone]. `#` begins a line of comment. A password is all of the
 * line's rest as it stands, quotes and blanks at its end included; in an older line, the word.
 *
 * wanted: the JID to look for; an entry that names nobody is his. NULL: the first account, but the
 * last of older lines, as sendxmpp has it. False: err names the line, never what stands in it. */
NODISCARD bool account_read_config(const char *text, size_t size, const char *wanted,
				   struct arena *mem, struct account_entry *out, struct err *err);

#endif
