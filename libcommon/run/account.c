#include "run/account.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/account_inner.h"

/* The configuration file while it is needed; wiped behind it. */
struct config {
	const char *path; /* NULL: there is none */
	size_t size;
	char text[ACCOUNT_CONFIG_MAX];
	struct account_entry entry;
};

static void wipe_config(struct config *config)
{
	secret_wipe(config->text, sizeof(config->text));
}

/* Services have no $HOME where their unit names no user. */
static const char *home(struct arena *mem)
{
	const char *folder = getenv("HOME");
	struct passwd about, *found = NULL;
	char room[4096];
	if (folder && folder[0])
		return folder;
	if (getpwuid_r(geteuid(), &about, room, sizeof(room), &found) != 0 || !found)
		return NULL;
	return arena_copy(mem, about.pw_dir);
}

/* --- which file --- */

static size_t list_paths(const struct account_options *options, struct arena *mem,
			 const char *out[2])
{
	const char *own = getenv("XDG_CONFIG_HOME"), *folder = home(mem);
	size_t count = 0;
	if (options->config) {
		out[0] = options->config;
		return 1;
	}
	if (own && own[0] == '/') /* XDG base directories: others are to be ignored */
		out[count++] = arena_printf(mem, "%s/xmpp-sendmsg", own);
	else if (folder)
		out[count++] = arena_printf(mem, "%s/.config/xmpp-sendmsg", folder);
	if (folder)
		out[count++] = arena_printf(mem, "%s/.sendxmpprc", folder);
	return count;
}

/* *fd -1: there is none, and none was named. */
static bool open_config(const struct account_options *options, struct arena *mem, const char **path,
			int *fd, struct err *err)
{
	const char *paths[2];
	size_t count = list_paths(options, mem, paths);
	*fd = -1;
	for (size_t i = 0; i < count; i++) {
		*path = paths[i];
		*fd = open(paths[i], O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (*fd >= 0)
			return true;
		if (options->config || (errno != ENOENT && errno != ENOTDIR))
			return err_set(err, AT_FILE, ERR_USAGE, "%.*s: %s", ACCOUNT_PATH_SHOWN,
				       paths[i], strerrordesc_np(errno));
	}
	*path = NULL;
	return true;
}

static bool read_text(int fd, struct config *config, struct err *err)
{
	for (;;) {
		ssize_t got = read(fd, config->text + config->size,
				   sizeof(config->text) - config->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, AT_FILE, ERR_USAGE, "%.*s: %s", ACCOUNT_PATH_SHOWN,
				       config->path, strerrordesc_np(errno));
		if (got == 0)
			return true;
		config->size += (size_t)got;
		if (config->size == sizeof(config->text))
			return err_set(err, AT_FILE, ERR_LIMIT,
				       "%.*s is larger than 16 KiB: this is no list of accounts",
				       ACCOUNT_PATH_SHOWN, config->path);
	}
}

static bool read_config(const struct account_options *options, struct arena *mem,
			struct config *config, struct err *err)
{
	struct err why;
	CLEANUP(fd_close) int fd = -1;
	if (!open_config(options, mem, &config->path, &fd, err))
		return false;
	if (fd < 0)
		return true;
	if (!account_check_private(fd, config->path, err) || !read_text(fd, config, err))
		return false;
	if (!account_read_config(config->text, config->size, options->user, mem, &config->entry,
				 &why))
		return err_set(err, why.stage, why.code, "%.*s: %s", ACCOUNT_PATH_SHOWN,
			       config->path, why.text);
	return true;
}

/* --- who --- */

static bool find_user(const struct account_options *options, const struct config *config,
		      struct arena *mem, struct jid *out, struct err *err)
{
	const char *user = options->user ? options->user : config->entry.user;
	if (!user && config->path)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "no account to send from: %.*s names none; give --user JID",
			       ACCOUNT_PATH_SHOWN, config->path);
	if (!user)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "no account to send from: give --user JID, or write `user JID` and "
			       "`password-file FILE` into ~/.config/xmpp-sendmsg");
	if (!jid_parse(user, strlen(user), mem, out, err))
		return false;
	if (!out->local && !options->no_password)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%.100s is a server, not an account: user@%.100s", out->bare,
			       out->bare);
	return true;
}

/* --- the password --- */

static bool keep_file(const char *path, const char *option, struct account *account,
		      struct err *err)
{
	account->source = path;
	return account_read_secret(path, option, &account->password, err);
}

static bool keep_descriptor(int fd, struct account *account, struct err *err)
{
	char whose[64];
	account->source = "--password-fd";
	snprintf(whose, sizeof(whose), "the first line of --password-fd=%d", fd);
	bool kept = account_keep_first_line(fd, whose, &account->password, err);
	if (fd > STDERR_FILENO)
		close(fd);
	return kept;
}

/* `password-file` of the configuration: a relative one would depend on where we were started. */
static bool keep_named_file(const struct config *config, struct arena *mem, struct account *account,
			    struct err *err)
{
	const char *path = config->entry.password_file;
	const char *folder = strncmp(path, "~/", 2) == 0 ? home(mem) : NULL;
	if (folder)
		path = arena_printf(mem, "%s/%s", folder, path + 2);
	if (path[0] != '/')
		return err_set(err, AT_FILE, ERR_USAGE,
			       "%.*s: password-file %.*s: write the whole path, from / or ~/",
			       ACCOUNT_PATH_SHOWN, config->path, ACCOUNT_PATH_SHOWN, path);
	return keep_file(path, "password-file", account, err);
}

static bool keep_from_config(const struct config *config, struct arena *mem,
			     struct account *account, struct err *err)
{
	const struct account_entry *entry = &config->entry;
	char whose[ERR_TEXT_MAX];
	if (!entry->password && entry->password_file)
		return keep_named_file(config, mem, account, err);
	account->source = config->path;
	snprintf(whose, sizeof(whose), "%.*s: the password of %.100s", ACCOUNT_PATH_SHOWN,
		 config->path, account->jid.bare);
	return account_keep(entry->password, entry->password_size, whose, &account->password, err);
}

static bool ask(const struct config *config, struct account *account, struct err *err)
{
	CLEANUP(account_wipe_line) struct account_line line;
	const char *jid = account->jid.bare;
	account->source = "the terminal";
	if (config->entry.wants_command)
		return err_set(err, AT_FILE, ERR_USAGE,
			       "%.*s: eval_password: no command of a file is run; use "
			       "--password-file <(COMMAND), or password-file FILE",
			       ACCOUNT_PATH_SHOWN, config->path);
	if (account_ask(jid, &line, err))
		return account_keep(line.text, line.size, "the password", &account->password, err);
	if (err->code != ERR_NOT_FOUND)
		return false;
	if (config->path)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "no password for %.60s: %.*s has none, and there is no terminal to "
			       "ask on; use --password-file",
			       jid, ACCOUNT_PATH_SHOWN, config->path);
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "no password for %.60s: use --password-file, or write it into "
		       "~/.config/xmpp-sendmsg; there is no terminal to ask on",
		       jid);
}

/* environment: NULL: the variable is not set. */
static bool find_password(const struct account_options *options, const struct config *config,
			  const struct account_line *environment, struct arena *mem,
			  struct account *account, struct err *err)
{
	if (options->password_fd >= 0)
		return keep_descriptor(options->password_fd, account, err);
	if (options->password_file)
		return keep_file(options->password_file, "--password-file", account, err);
	account->source = "$XMPP_PASSWORD";
	if (environment)
		return account_keep(environment->text, environment->size, account->source,
				    &account->password, err);
	if (config->entry.password || config->entry.password_file)
		return keep_from_config(config, mem, account, err);
	if (options->password_optional) {
		account->source = NULL;
		return true;
	}
	return ask(config, account, err);
}

bool account_open(const struct account_options *options, struct arena *mem, struct account *out,
		  struct err *err)
{
	CLEANUP(account_wipe_line) struct account_line environment = { 0 };
	CLEANUP(wipe_config) struct config config = { 0 };
	struct account account = { .password = { .fd = -1 } };
	bool has_variable = account_take_environment(&environment);
	if (!read_config(options, mem, &config, err) ||
	    !find_user(options, &config, mem, &account.jid, err))
		return false;
	account.resource = account.jid.resource ? account.jid.resource : config.entry.resource;
	account.host = config.entry.host;
	account.port = config.entry.port;
	if (!options->no_password &&
	    !find_password(options, &config, has_variable ? &environment : NULL, mem, &account,
			   err))
		return false;
	*out = account;
	return true;
}

void account_close(struct account *account)
{
	secret_forget(&account->password);
}
