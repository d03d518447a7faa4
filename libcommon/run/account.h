/* account.h - who sends, and the password: from where a user keeps it, never from an argument.
 *
 * MSG-4. What held the password on the way here is overwritten, also in the environment. */
#ifndef RUN_ACCOUNT_H
#define RUN_ACCOUNT_H

#include "base/log.h"
#include "base/secret.h"
#include "xmpp/jid.h"

struct account_options {
	const char *user;          /* -u; NULL */
	const char *password_file; /* --password-file: the first line of it; NULL */
	int password_fd;           /* --password-fd: the first line; -1 */
	const char *config;        /* --config FILE; NULL: ~/.config/xmpp-sendmsg, ~/.sendxmpprc */
	bool no_password;          /* EXTERNAL or ANONYMOUS alone: none is asked for */
};

struct account {
	struct jid jid;
	struct secret password; /* fd -1: none */
	/* Of the configuration file; NULL, 0 where it says nothing. The command line wins. */
	const char *resource;
	const char *host;
	uint16_t port;
	const char *source; /* of the password, for messages: "~/.sendxmpprc"; NULL */
};

/* Refused, with what to do: no address, a file others can read ("chmod 600 FILE"), an empty
 * password, a password that no source gives and nobody to ask. A terminal is asked (/dev/tty) last,
 * without echo. */
NODISCARD bool account_open(const struct account_options *options, struct arena *mem,
			    struct account *out, struct err *err);
void account_close(struct account *account);

/* The first line of a file that is a secret (--room-password); readable by its owner only. */
NODISCARD bool account_read_secret(const char *path, const char *option, struct secret *out,
				   struct err *err);

/* --- account_file.c: configuration files; pure, over text that is wiped by the caller --- */

struct account_entry {
	const char *user; /* JID as written */
	const char *resource, *host;
	uint16_t port;
	const char *password; /* inside the text, or a static string: not copied */
	size_t password_size;
};
/* Two languages: `key value` lines (user, password, password-file, resource, connect), and the
 * lines of sendxmpp: user@domain[:port][;host] password [options]. wanted: the JID to look for,
 * NULL: the first. False: err names the line. */
NODISCARD bool account_read_config(char *text, size_t size, const char *wanted, struct arena *mem,
				   struct account_entry *out, struct err *err);

#endif
