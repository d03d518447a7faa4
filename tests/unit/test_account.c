#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "run/account.h"

/* --- what a configuration says --- */

static const struct row {
	const char *name, *text, *wanted;
	const char *user, *password, *host;
	uint16_t port;
	const char *resource, *password_file;
	bool wants_command;
} rows[] = {
	{ .name = "nothing", .text = "" },
	{ .name = "comments and empty lines", .text = "# user a@b\n\n   \n  # x\n" },
	{ .name = "ours",
	  .text = "user bot@example.org\npassword secret\nresource cron\nconnect xmpp.example.org:5223\n",
	  .user = "bot@example.org",
	  .password = "secret",
	  .host = "xmpp.example.org",
	  .port = 5223,
	  .resource = "cron" },
	{ .name = "blanks around, CR LF, no end of line",
	  .text = "\t user \t bot@example.org  \r\npassword\tsecret\r\n connect 192.0.2.7",
	  .user = "bot@example.org",
	  .password = "secret",
	  .host = "192.0.2.7" },
	{ .name = "a password is the rest of its line",
	  .text = "user a@b\npassword  \"my # secret\" \n",
	  .user = "a@b",
	  .password = "\"my # secret\" " },
	{ .name = "a file of its own",
	  .text = "user a@b\npassword-file /etc/xmpp password\n",
	  .user = "a@b",
	  .password_file = "/etc/xmpp password" },
	{ .name = "the first of several",
	  .text = "user a@b\npassword 1\nuser c@d\npassword 2\n",
	  .user = "a@b",
	  .password = "1" },
	{ .name = "the one that is wanted",
	  .text = "user a@b\npassword 1\nconnect h:1\nuser c@d\npassword 2\nuser e@f\npassword 3\n",
	  .wanted = "C@D/x",
	  .user = "c@d",
	  .password = "2" },
	{ .name = "none is wanted", .text = "user a@b\npassword 1\n", .wanted = "c@d" },
	{ .name = "the first of two that are wanted",
	  .text = "user a@b\npassword 1\nuser a@b\npassword 2\n",
	  .wanted = "a@b",
	  .user = "a@b",
	  .password = "1" },
	{ .name = "an entry without a user is for who asks",
	  .text = "password 1\n",
	  .wanted = "c@d",
	  .user = "c@d",
	  .password = "1" },
	{ .name = "IPv6",
	  .text = "user a@b\nconnect [2001:db8::1]:5222\n",
	  .user = "a@b",
	  .host = "2001:db8::1",
	  .port = 5222 },

	/* sendxmpp 1.24, read_config_file() */
	{ .name = "older: alice",
	  .text = "# my account\nalice@jabber.org  secret\n",
	  .user = "alice@jabber.org",
	  .password = "secret" },
	{ .name = "older: host",
	  .text = "alice@example.org;foo.com secret",
	  .user = "alice@example.org",
	  .password = "secret",
	  .host = "foo.com" },
	{ .name = "older: port",
	  .text = "alice@example.org:1234\tsecret",
	  .user = "alice@example.org",
	  .password = "secret",
	  .host = "example.org",
	  .port = 1234 },
	{ .name = "older: host and port",
	  .text = " alice@example.org;foo.com:1234 secret",
	  .user = "alice@example.org",
	  .password = "secret",
	  .host = "foo.com",
	  .port = 1234 },
	{ .name = "older: the domain behind the password",
	  .text = "lubomir.host@talk.google.com secret gmail.com",
	  .user = "lubomir.host@gmail.com",
	  .password = "secret",
	  .host = "talk.google.com" },
	{ .name = "older: options do not matter",
	  .text = "a@b secret --tls-ca-path=/etc/ssl/certs -t --no-tls-verify\n",
	  .user = "a@b",
	  .password = "secret" },
	{ .name = "older: quotes are of the password, and # begins no comment behind it",
	  .text = "c#b@example.org \"se#cret\"\n",
	  .user = "c#b@example.org",
	  .password = "\"se#cret\"" },
	{ .name = "older: the last counts",
	  .text = "a@b 1\nc@d 2\ne@f 3\n",
	  .user = "e@f",
	  .password = "3" },
	{ .name = "older: unless one is wanted",
	  .text = "a@b 1\nc@d 2\ne@f 3\n",
	  .wanted = "c@d",
	  .user = "c@d",
	  .password = "2" },
	{ .name = "older: a password that looks like an address",
	  .text = "a@b x@y;z:1\n",
	  .user = "a@b",
	  .password = "x@y;z:1" },
	{ .name = "sendxmpp's keys, in any order",
	  .text = "jserver: jabber.example.com\nport: 5222\npassword:   my pass2 \nusername: john\n",
	  .user = "john@jabber.example.com",
	  .password = "my pass2 ",
	  .host = "jabber.example.com",
	  .port = 5222 },
	{ .name = "sendxmpp's keys with another domain",
	  .text = "username: lubomir.host\njserver: talk.google.com\npassword: s\ncomponent: gmail.com\n",
	  .user = "lubomir.host@gmail.com",
	  .password = "s",
	  .host = "talk.google.com" },
	{ .name = "a server that is the domain is left to DNS",
	  .text = "username: john\njserver: example.com\npassword: s\nport: 0\n",
	  .user = "john@example.com",
	  .password = "s" },
	{ .name = "keys of others",
	  .text = "username: a@b\npassword: s\ntls: 1\nno_tls_verify: true\nalias: x\n",
	  .user = "a@b",
	  .password = "s" },
	{ .name = "go-sendxmpp",
	  .text = "username: a@b\njserver: h.example.org:5223\npassword: s\n",
	  .user = "a@b",
	  .password = "s",
	  .host = "h.example.org",
	  .port = 5223 },
	{ .name = "go-sendxmpp: port alone",
	  .text = "username: a@example.org\nport: 5223\npassword: s\n",
	  .user = "a@example.org",
	  .password = "s",
	  .host = "example.org",
	  .port = 5223 },
	{ .name = "go-sendxmpp: a command",
	  .text = "username: a@b\neval_password: pass show xmpp\n",
	  .user = "a@b",
	  .wants_command = true },
};

static void reads_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct account_entry entry;
		struct err err;
		if (!account_read_config(row->text, strlen(row->text), row->wanted, mem, &entry,
					 &err))
			fail_msg("%s: %s", row->name, err.text);
		const char *password = entry.password ? arena_copy_n(mem, entry.password,
								     entry.password_size)
						      : NULL;
		assert_row_string(row->name, entry.user, row->user);
		assert_row_string(row->name, password, row->password);
		assert_row_string(row->name, entry.host, row->host);
		assert_row_string(row->name, entry.resource, row->resource);
		assert_row_string(row->name, entry.password_file, row->password_file);
		assert_row(row->name, entry.port == row->port);
		assert_row(row->name, entry.wants_command == row->wants_command);
	}
}

static const struct bad_row {
	const char *name, *text, *says;
} bad_rows[] = {
	{ "a password alone", "# x\nhunter2\n", "line 2: neither a key (user, password," },
	{ "a key we do not know", "user a@b\nnick hunter2\n", "line 2: neither a key" },
	{ "a key alone", "user a@b\npassword \n", "line 2: nothing stands behind the key" },
	{ "a key alone, colon", "user a@b\npassword:\n", "line 2: nothing stands behind the key" },
	{ "twice", "user a@b\npassword 1\npassword hunter2\n", "line 3: this was said already" },
	{ "port", "user a@b\nport: 65536\n", "line 2: a port is a number from 1 to 65535" },
	{ "port", "user a@b\nport: 99999999999999999999\n", "line 2: a port is a number" },
	{ "port", "user a@b\nport: x\n", "line 2: a port is a number from 1 to 65535" },
	{ "connect", "user a@b\nconnect h:x\n", "line 2: this is no host, nor HOST:PORT" },
	{ "no user", "password hunter2\nresource x\n", "line 2: this account has no user" },
	{ "bad user", "user a@b\nuser @b\npassword hunter2\n",
	  "line 3: the account that ends here has no good address" },
	{ "older: too many words", "a@b hunter2 c d\n",
	  "line 1: more than an address, a password and a domain" },
	{ "older: a secret gone astray", "hunter2@@\n", "line 1: this is no" },
	{ "older: no host", "a@ hunter2\n", "line 1: this is no host" },
};

static void names_the_line_and_not_the_secret(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct account_entry entry = { .port = 7 };
		struct err err = { 0 };
		bool ok = account_read_config(row->text, strlen(row->text), NULL, mem, &entry,
					      &err);
		if (ok || !strstr(err.text, row->says))
			fail_msg("%s: %s", row->name, ok ? "accepted" : err.text);
		assert_row(row->name, !strstr(err.text, "hunter2"));
		assert_row(row->name, err.code == ERR_USAGE && entry.port == 7);
	}
}

static void a_file_with_a_nul_is_none(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	static const char text[] = "user a@b\n\npassword x\0y\n";
	struct account_entry entry;
	struct err err;
	assert_false(account_read_config(text, sizeof(text) - 1, NULL, mem, &entry, &err));
	assert_string_equal(err.text, "line 3: there is a NUL in it: this is no text file");
}

/* --- files, descriptors, the environment --- */

struct scene {
	char home[64];
	struct arena *mem;
	struct account_options options;
	struct account account;
	struct err err;
};

static const char *in(struct scene *scene, const char *name)
{
	return arena_printf(scene->mem, "%s/%s", scene->home, name);
}

static const char *put(struct scene *scene, const char *name, const char *text, mode_t mode)
{
	const char *path = in(scene, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){
		.home = "/tmp/test_account.XXXXXX",
		.mem = arena_new(),
		.options = { .password_fd = -1 },
		.account = { .password = { .fd = -1 } },
	};
	assert_non_null(mkdtemp(scene->home));
	assert_int_equal(mkdir(in(scene, ".config"), 0700), 0);
	setenv("HOME", scene->home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XMPP_PASSWORD");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void scene_end(struct scene *scene)
{
	static const char *const names[] = { "file",         "pipe",        "link",
					     "xmpp-sendmsg", ".sendxmpprc", ".config/xmpp-sendmsg",
					     "config" };
	account_close(&scene->account);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(in(scene, names[i]));
	rmdir(in(scene, ".config"));
	assert_int_equal(rmdir(scene->home), 0);
	arena_free(&scene->mem);
}

static bool opens(struct scene *scene)
{
	account_close(&scene->account);
	return account_open(&scene->options, scene->mem, &scene->account, &scene->err);
}

static void assert_refused(struct scene *scene, const char *says)
{
	if (opens(scene) || !strstr(scene->err.text, says))
		fail_msg("wanted \"%s\", got \"%s\"", says, scene->err.text);
	assert_int_equal(scene->account.password.fd, -1);
}

static void assert_password(struct scene *scene, const char *wanted)
{
	char shown[SECRET_MAX + 1];
	struct err err;
	if (!opens(scene))
		fail_msg("%s", scene->err.text);
	assert_true(secret_show(&scene->account.password, shown, &err));
	assert_string_equal(shown, wanted);
}

/* A pipe that holds this and ends. */
static int pipe_of(const char *text)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	return ends[0];
}

static void takes_the_first_source_there_is(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	put(&scene, ".config/xmpp-sendmsg", "user bot@example.org\npassword config\n", 0600);
	scene.options.password_fd = pipe_of("descriptor\nmore");
	scene.options.password_file = put(&scene, "file", "file\nmore\n", 0600);
	setenv("XMPP_PASSWORD", "environment", 1);
	assert_password(&scene, "descriptor");
	assert_string_equal(scene.account.source, "--password-fd");
	assert_null(getenv("XMPP_PASSWORD")); /* wanted or not */
	scene.options.password_fd = -1;
	setenv("XMPP_PASSWORD", "environment", 1);
	assert_password(&scene, "file");
	assert_string_equal(scene.account.source, scene.options.password_file);
	scene.options.password_file = NULL;
	setenv("XMPP_PASSWORD", "environment", 1);
	assert_password(&scene, "environment");
	assert_string_equal(scene.account.source, "$XMPP_PASSWORD");
	assert_password(&scene, "config");
	assert_string_equal(scene.account.source, in(&scene, ".config/xmpp-sendmsg"));
	assert_string_equal(scene.account.jid.bare, "bot@example.org");
}

static void the_command_line_says_who(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	put(&scene, ".config/xmpp-sendmsg",
	    "user a@example.org\npassword 1\nuser b@example.org\npassword 2\nresource cron\nconnect h:5\n",
	    0600);
	scene.options.user = "B@example.org";
	assert_password(&scene, "2");
	assert_string_equal(scene.account.jid.bare, "b@example.org");
	assert_string_equal(scene.account.resource, "cron");
	assert_string_equal(scene.account.host, "h");
	assert_int_equal(scene.account.port, 5);
	scene.options.user = "b@example.org/mine";
	assert_password(&scene, "2");
	assert_string_equal(scene.account.resource, "mine");
	scene.options.user = "c@example.org";
	assert_refused(&scene, "no password for c@example.org: /tmp/");
	scene.options.password_file = put(&scene, "file", "3", 0600);
	assert_password(&scene, "3");
	assert_null(scene.account.host);
	scene.options.user = "c@@";
	assert_false(opens(&scene));
	scene.options.user = "example.org";
	assert_refused(&scene, "example.org is a server, not an account: user@example.org");
}

static void finds_the_configuration(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	assert_refused(&scene, "no account to send from: give --user JID, or write");
	put(&scene, ".sendxmpprc", "old@example.org 1\n", 0600);
	assert_password(&scene, "1");
	put(&scene, ".config/xmpp-sendmsg", "user home@example.org\npassword 2\n", 0400);
	assert_password(&scene, "2");
	put(&scene, "xmpp-sendmsg", "user xdg@example.org\npassword 3\n", 0600);
	setenv("XDG_CONFIG_HOME", scene.home, 1);
	assert_password(&scene, "3");
	scene.options.config = put(&scene, "config", "user named@example.org\npassword 4\n", 0600);
	assert_password(&scene, "4");
	put(&scene, "config", "# nobody\n", 0600);
	assert_refused(&scene, "/config names none; give --user JID");
	scene.options.config = in(&scene, "none");
	assert_refused(&scene, "/none: No such file or directory");
	scene.options.config = scene.home;
	assert_refused(&scene, " is a directory");
}

static void refuses_what_others_can_see(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		const char *says;
	} modes[] = { { 0640, "can be read by others: chmod 600 /tmp/" },
		      { 0604, "can be read by others: chmod 600 /tmp/" },
		      { 0620, "can be changed by others: chmod 600 /tmp/" },
		      { 0602, "can be changed by others: chmod 600 /tmp/" } };
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		put(&scene, ".sendxmpprc", "a@example.org 1\n", modes[i].mode);
		assert_refused(&scene, modes[i].says);
	}
	put(&scene, ".sendxmpprc", "a@example.org 1\n", 0600);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		scene.options.password_file = put(&scene, "file", "1", modes[i].mode);
		assert_refused(&scene, modes[i].says);
	}
	/* The file counts, not the link to it. */
	assert_int_equal(symlink(in(&scene, "file"), in(&scene, "link")), 0);
	scene.options.password_file = in(&scene, "link");
	assert_refused(&scene, "can be changed by others");
}

static void refuses_what_is_another_users(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	scene.options.user = "a@example.org";
	scene.options.password_file = put(&scene, "file", "1", 0600);
	assert_int_equal(chown(in(&scene, "file"), 12345, (gid_t)-1), 0);
	assert_refused(&scene, "belongs to another user: chown it");
	/* A credential of systemd's is root's; the group's rights are its access list's. */
	assert_int_equal(chown(in(&scene, "file"), 0, 0), 0);
	put(&scene, "file", "1", 0440);
	assert_refused(&scene, "can be read by others");
	setenv("CREDENTIALS_DIRECTORY", scene.home, 1);
	assert_password(&scene, "1");
	put(&scene, "file", "1", 0444);
	assert_refused(&scene, "can be read by others");
	setenv("CREDENTIALS_DIRECTORY", in(&scene, "fi"), 1);
	put(&scene, "file", "1", 0440);
	assert_refused(&scene, "can be read by others");
}

static void takes_pipes(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	scene.options.user = "a@example.org";
	int fd = pipe_of("from a pipe\n");
	scene.options.password_file = arena_printf(scene.mem, "/dev/fd/%d", fd);
	assert_password(&scene, "from a pipe");
	close(fd);
	assert_int_equal(mkfifo(in(&scene, "pipe"), 0666), 0);
	fd = open(in(&scene, "pipe"), O_RDWR);
	assert_int_equal(write(fd, "named\n", 6), 6);
	scene.options.password_file = in(&scene, "pipe");
	assert_password(&scene, "named");
	close(fd);
}

/* `--password-fd 0` with the text behind it. */
static void leaves_the_rest_of_a_descriptor(void **state)
{
	(void)state;
	char rest[16] = "";
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	int before = dup(STDIN_FILENO), fd = pipe_of("secret\r\nthe text\n");
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	scene.options.user = "a@example.org";
	scene.options.password_fd = STDIN_FILENO;
	bool ok = opens(&scene);
	ssize_t got = read(STDIN_FILENO, rest, sizeof(rest));
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	close(before);
	close(fd);
	assert_true(ok);
	assert_int_equal(scene.account.password.size, 6);
	assert_int_equal(got, 9);
	assert_memory_equal(rest, "the text\n", 9);
}

static const struct line_row {
	const char *name, *text;
	size_t fill; /* octets of x in front */
	const char *password, *says;
} lines[] = {
	{ "no line end", "secret", 0, "secret", NULL },
	{ "CR LF", "secret\r\nmore", 0, "secret", NULL },
	{ "blanks are part of it", " my secret \n", 0, " my secret ", NULL },
	{ "UTF-8", "f\xc3\xbc\xc3\x9f\n", 0, "f\xc3\xbc\xc3\x9f", NULL },
	{ "nothing", "", 0, NULL, "is empty" },
	{ "an empty first line", "\nsecret\n", 0, NULL, "is empty" },
	{ "Latin-1", "f\xfc\xdf\n", 0, NULL, "is not UTF-8" },
	{ "too long", "\n", 1024, NULL, "is longer than 1023 octets" },
	{ "far too long", "\n", 4000, NULL, "is longer than 1023 octets" },
};

static void takes_a_first_line(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	scene.options.user = "a@example.org";
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const struct line_row *row = &lines[i];
		char *text = arena_alloc(scene.mem, row->fill + strlen(row->text) + 1);
		memset(text, 'x', row->fill);
		memcpy(text + row->fill, row->text, strlen(row->text));
		scene.options.password_file = put(&scene, "file", text, 0600);
		if (row->password) {
			assert_password(&scene, row->password);
			continue;
		}
		assert_refused(&scene, row->says);
		assert_non_null(strstr(scene.err.text, "--password-file: the first line of /tmp/"));
	}
	/* 1023 are allowed, and a NUL is not. */
	char *longest = arena_alloc(scene.mem, SECRET_MAX + 1);
	memset(longest, 'x', SECRET_MAX);
	put(&scene, "file", longest, 0600);
	assert_password(&scene, longest);
	int fd = open(in(&scene, "file"), O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "a\0b\n", 4), 4);
	close(fd);
	assert_refused(&scene, "holds a NUL");
	scene.options.password_file = in(&scene, "none");
	assert_refused(&scene, "--password-file: /tmp/");
	scene.options.password_file = NULL;
	scene.options.password_fd = 99;
	assert_refused(&scene,
		       "the first line of --password-fd=99 cannot be read: Bad file descriptor");
	scene.options.password_fd = -1;
	setenv("XMPP_PASSWORD", "", 1);
	assert_refused(&scene, "$XMPP_PASSWORD is empty");
}

static void follows_a_password_file(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	put(&scene, "file", "filed", 0600);
	put(&scene, ".config/xmpp-sendmsg", "user a@b\npassword-file ~/file\n", 0600);
	assert_password(&scene, "filed");
	put(&scene, "file", "filed", 0644);
	assert_refused(&scene, "can be read by others");
	put(&scene, ".config/xmpp-sendmsg", "user a@b\npassword-file file\n", 0600);
	assert_refused(&scene, "password-file file: write the whole path, from / or ~/");
	put(&scene, ".config/xmpp-sendmsg", "username: a@b\neval_password: touch /tmp/x\n", 0600);
	assert_refused(&scene, "eval_password: no command of a file is run");
}

static void says_what_is_wrong_with_a_configuration(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	put(&scene, ".sendxmpprc", "a@b c\nhunter2\n", 0600);
	assert_refused(&scene, "/.sendxmpprc: line 2: neither");
	char *large = arena_alloc(scene.mem, ACCOUNT_CONFIG_MAX + 1);
	memset(large, '\n', ACCOUNT_CONFIG_MAX);
	put(&scene, ".sendxmpprc", large, 0600);
	assert_refused(&scene, "/.sendxmpprc is larger than 16 KiB");
	put(&scene, ".sendxmpprc", "a@example.org\n", 0600);
	assert_refused(&scene, "no password for a@example.org: /tmp/");
	unlink(in(&scene, ".sendxmpprc"));
	scene.options.user = "a@example.org";
	assert_refused(&scene, "there is no terminal to ask on");
	assert_int_equal(scene.err.code, ERR_USAGE);
}

static void asks_for_none_where_none_is_needed(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	scene.options.user = "example.org";
	scene.options.no_password = true;
	setenv("XMPP_PASSWORD", "x", 1);
	assert_true(opens(&scene));
	assert_int_equal(scene.account.password.fd, -1);
	assert_null(scene.account.source);
	assert_null(getenv("XMPP_PASSWORD"));
}

static void reads_other_secrets(void **state)
{
	(void)state;
	char shown[SECRET_MAX + 1];
	struct secret secret = { .fd = -1 };
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	const char *path = put(&scene, "file", "room\n", 0600);
	assert_true(account_read_secret(path, "--room-password", &secret, &scene.err));
	assert_true(secret_show(&secret, shown, &scene.err));
	assert_string_equal(shown, "room");
	secret_forget(&secret);
	put(&scene, "file", "", 0600);
	assert_false(account_read_secret(path, "--room-password", &secret, &scene.err));
	assert_non_null(strstr(scene.err.text, "--room-password: the first line of /tmp/"));
}

static bool environment_shows(const char *what, size_t size)
{
	static char block[65536];
	int fd = open("/proc/self/environ", O_RDONLY);
	ssize_t got = read(fd, block, sizeof(block));
	close(fd);
	return got > 0 && memmem(block, (size_t)got, what, size);
}

/* In a program of its own, where the variables lie as the kernel put them. */
static int run_with_variable(void)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct account_options options = { .user = "a@example.org", .password_fd = -1 };
	struct account account;
	struct err err;
	char shown[SECRET_MAX + 1];
	if (!environment_shows("hunter2", 7) || !environment_shows("hunter3", 7))
		return 1;
	if (!account_open(&options, mem, &account, &err) ||
	    !secret_show(&account.password, shown, &err) || strcmp(shown, "hunter2") != 0)
		return 2;
	account_close(&account);
	if (environment_shows("hunter2", 7) || environment_shows("hunter3", 7))
		return 3;
	return getenv("XMPP_PASSWORD") || !environment_shows("ANOTHER=x", 9) ? 4 : 0;
}

static int wait_for(pid_t pid)
{
	int status = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void wipes_the_environment(void **state)
{
	(void)state;
	/* const is what execve() leaves out */
	char program[] = "test_account", what[] = "run-with-variable", home[] = "HOME=/nonexistent",
	     first[] = "XMPP_PASSWORD=hunter2\nx", second[] = "XMPP_PASSWORD=hunter3",
	     other[] = "ANOTHER=x";
	char *args[] = { program, what, NULL }, *variables[] = { home, first, second, other, NULL };
	pid_t pid = fork();
	if (pid == 0) {
		execve("/proc/self/exe", args, variables);
		_exit(99);
	}
	assert_int_equal(wait_for(pid), 0);
}

/* --- the terminal --- */

struct terminal {
	int master, slave;
	pid_t pid;
	char seen[512];
	size_t size;
};

/* What the one who asks comes to: 0: it got what is to be typed; else 1 and the sentence. */
static int ask(void)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct account_options options = { .user = "bot@example.org", .password_fd = -1 };
	struct account account;
	struct err err;
	char shown[SECRET_MAX + 1];
	if (!account_open(&options, mem, &account, &err)) {
		dprintf(STDOUT_FILENO, "%s\n", err.text);
		return 1;
	}
	bool right = secret_show(&account.password, shown, &err) &&
		     strcmp(shown, "t\xc3\xbcr") == 0;
	account_close(&account);
	return right && strcmp(account.source, "the terminal") == 0 ? 0 : 2;
}

static void terminal_open(struct terminal *terminal)
{
	*terminal = (struct terminal){ .pid = -1 };
	assert_int_equal(openpty(&terminal->master, &terminal->slave, NULL, NULL, NULL), 0);
	terminal->pid = fork();
	assert_true(terminal->pid >= 0);
	if (terminal->pid == 0) {
		/* A shell that runs the tests in the background has them ignored. */
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		close(terminal->master);
		if (login_tty(terminal->slave) != 0)
			_exit(9);
		_exit(ask());
	}
}

static void terminal_close(struct terminal *terminal)
{
	close(terminal->master);
	close(terminal->slave);
}

/* Until this has come that often. */
static void await(struct terminal *terminal, const char *text, size_t times)
{
	for (;;) {
		size_t found = 0;
		for (const char *at = terminal->seen; (at = strstr(at, text)) != NULL; at++)
			found++;
		if (found >= times)
			return;
		struct pollfd wait = { .fd = terminal->master, .events = POLLIN };
		assert_int_equal(poll(&wait, 1, 20000), 1);
		assert_true(terminal->size < sizeof(terminal->seen) - 1);
		ssize_t got = read(terminal->master, terminal->seen + terminal->size,
				   sizeof(terminal->seen) - 1 - terminal->size);
		assert_true(got > 0);
		terminal->size += (size_t)got;
	}
}

static bool echoes(const struct terminal *terminal)
{
	struct termios how;
	assert_int_equal(tcgetattr(terminal->slave, &how), 0);
	return how.c_lflag & ECHO;
}

static void type(const struct terminal *terminal, const char *keys)
{
	assert_int_equal(write(terminal->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

#define PROMPT "Password for bot@example.org: "

static void asks_without_echo(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	CLEANUP(terminal_close) struct terminal terminal;
	scene_begin(&scene);
	terminal_open(&terminal);
	await(&terminal, PROMPT, 1);
	assert_false(echoes(&terminal));
	type(&terminal, "t\xc3\xbcr\n");
	assert_int_equal(wait_for(terminal.pid), 0);
	assert_true(echoes(&terminal));
	await(&terminal, "\n", 1);
	assert_string_equal(terminal.seen, PROMPT "\r\n");
}

/* Ctrl-C ends us, as ever, with the terminal as it was. */
static void a_signal_finds_the_echo_restored(void **state)
{
	(void)state;
	static const struct {
		const char *keys;
		int number;
	} signals[] = { { "\x03", SIGINT }, { "\x1c", SIGQUIT }, { "", SIGTERM }, { "", SIGHUP } };
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		CLEANUP(scene_end) struct scene scene;
		CLEANUP(terminal_close) struct terminal terminal;
		scene_begin(&scene);
		terminal_open(&terminal);
		await(&terminal, PROMPT, 1);
		assert_false(echoes(&terminal));
		if (signals[i].keys[0])
			type(&terminal, signals[i].keys);
		else
			kill(terminal.pid, signals[i].number);
		int status = wait_for(terminal.pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i].number);
		assert_true(echoes(&terminal));
	}
}

/* Here the kernel takes the stop back, for nobody could continue us: so it is asked once more. */
static void asks_again_after_a_stop(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	CLEANUP(terminal_close) struct terminal terminal;
	scene_begin(&scene);
	terminal_open(&terminal);
	await(&terminal, PROMPT, 1);
	type(&terminal, "half\x1a");
	await(&terminal, PROMPT, 2);
	assert_false(echoes(&terminal));
	type(&terminal, "t\xc3\xbcr\n");
	assert_int_equal(wait_for(terminal.pid), 0);
	assert_null(strstr(terminal.seen, "half"));
}

static void refuses_what_is_no_answer(void **state)
{
	(void)state;
	char large[1200];
	const struct {
		const char *keys, *says;
	} answers[] = { { "\x04", "no password was typed" },
			{ "\n", "the password is empty" },
			{ "\xfc\n", "the password is not UTF-8" },
			{ large, "the password is longer than 1023 octets" } };
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 2] = '\n';
	large[sizeof(large) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		CLEANUP(scene_end) struct scene scene;
		CLEANUP(terminal_close) struct terminal terminal;
		scene_begin(&scene);
		terminal_open(&terminal);
		await(&terminal, PROMPT, 1);
		type(&terminal, answers[i].keys);
		await(&terminal, answers[i].says, 1);
		assert_int_equal(WEXITSTATUS(wait_for(terminal.pid)), 1);
	}
}

static int test_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_languages),
		cmocka_unit_test(names_the_line_and_not_the_secret),
		cmocka_unit_test(a_file_with_a_nul_is_none),
		cmocka_unit_test(takes_the_first_source_there_is),
		cmocka_unit_test(the_command_line_says_who),
		cmocka_unit_test(finds_the_configuration),
		cmocka_unit_test(refuses_what_others_can_see),
		cmocka_unit_test(refuses_what_is_another_users),
		cmocka_unit_test(takes_pipes),
		cmocka_unit_test(leaves_the_rest_of_a_descriptor),
		cmocka_unit_test(takes_a_first_line),
		cmocka_unit_test(follows_a_password_file),
		cmocka_unit_test(says_what_is_wrong_with_a_configuration),
		cmocka_unit_test(asks_for_none_where_none_is_needed),
		cmocka_unit_test(reads_other_secrets),
		cmocka_unit_test(wipes_the_environment),
		cmocka_unit_test(asks_without_echo),
		cmocka_unit_test(a_signal_finds_the_echo_restored),
		cmocka_unit_test(asks_again_after_a_stop),
		cmocka_unit_test(refuses_what_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Nobody's terminal is to be asked by a test: so without one. */
int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "run-with-variable") == 0)
		return run_with_variable();
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		return test_all();
	}
	int status = wait_for(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
