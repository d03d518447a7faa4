/* What xmpp-dialback does without the network: keys of XEP-0185, and the list of checks. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "report/text.h"
#include "run/dialback.h"
#include "xmpp/jid.h"

/* Far more than the 128 bits a secret should have (DB-27). What is longer is another file. */
#define SECRET_MAX  4096
#define LINE_END    2 /* CR LF */
#define WHITE_SPACE " \t\r\n"

/* "fd:7" */
static bool parse_descriptor(const char *file, int *out)
{
	if (strncmp(file, "fd:", 3) != 0)
		return false;
	char *end;
	unsigned long number = strtoul(file + 3, &end, 10);
	bool good = file[3] >= '0' && file[3] <= '9' && !*end && number <= INT_MAX;
	*out = good ? (int)number : -1; /* -1 is no descriptor, and reading says so */
	return true;
}

static void wipe(struct bytes secret)
{
	if (secret.size > 0)
		explicit_bzero((void *)(uintptr_t)secret.data, secret.size);
}

static bool refuse_secret(const char *file, const char *why, struct err *err)
{
	return err_set(err, AT_FILE, ERR_SYSTEM, "%s: %s", file, why);
}

/* Without one line end: editors and echo(1) leave one. */
static size_t secret_size(struct bytes text)
{
	size_t size = text.size;
	if (size > 0 && text.data[size - 1] == '\n')
		size--;
	if (size > 0 && size < text.size && text.data[size - 1] == '\r')
		size--;
	return size;
}

bool dialback_read_secret(const char *file, struct arena *mem, struct bytes *out, struct err *err)
{
	int fd;
	struct bytes text = { 0 };
	const size_t room = SECRET_MAX + LINE_END + 1;
	bool read = parse_descriptor(file, &fd) ? file_read_fd(fd, room, mem, &text)
						: file_read(file, room, mem, &text);
	if (!read && errno != EFBIG)
		return refuse_secret(file, strerror(errno), err);
	size_t size = secret_size(text);
	if (read && size > 0 && size <= SECRET_MAX) {
		*out = (struct bytes){ text.data, size };
		return true;
	}
	wipe(text);
	if (read && size == 0)
		return refuse_secret(file, "an empty secret is none", err);
	return refuse_secret(file, "a secret has 4096 octets at most", err);
}

bool dialback_secret_exposed(const char *file)
{
	int fd;
	struct stat about;
	int result = parse_descriptor(file, &fd) ? fstat(fd, &about) : stat(file, &about);
	return result == 0 && S_ISREG(about.st_mode) && (about.st_mode & S_IROTH);
}

/* A key goes by the letter: A-labels and U-labels give different ones. So a name stays what it was
 * given as, in the spelling that servers write: lower case, no dot at its end. */
static const char *name_in_key(const char *given, struct arena *mem)
{
	struct jid_domain domain;
	struct err err;
	bool ascii = true;
	for (const char *at = given; *at; at++)
		ascii = ascii && (unsigned char)*at < 0x80;
	if (!jid_domain_parse(given, strlen(given), mem, &domain, &err))
		return given; /* not so: the command line was checked */
	return ascii ? domain.ascii : domain.unicode;
}

/* DB-26: white space around a key is not part of it. */
static const char *trim(const char *key, struct arena *mem)
{
	key += strspn(key, WHITE_SPACE);
	size_t size = strlen(key);
	while (size > 0 && strchr(WHITE_SPACE, key[size - 1]))
		size--;
	return arena_copy_n(mem, key, size);
}

static int print(const struct options *options, const char *text, size_t size, int status)
{
	fwrite(text, 1, size, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_say(&options->log, NULL, "standard output could not be written");
	return STATUS_UNKNOWN;
}

int dialback_key_task(const struct dialback_options *opt, const struct options *options)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes secret;
	struct err err;
	char line[DIALBACK_KEY_SIZE + 1];
	if (!dialback_read_secret(opt->secret_file, mem, &secret, &err)) {
		log_usage(&options->log, err.text);
		return STATUS_UNKNOWN;
	}
	dialback_make_key(secret, name_in_key(options->to, mem),
			  name_in_key(options->from_given, mem), opt->id, line);
	wipe(secret);
	if (opt->task == TASK_VERIFY_KEY) {
		bool right = dialback_key_matches(line, trim(opt->key, mem));
		const char *word = right ? "right\n" : "wrong\n";
		return print(options, word, strlen(word), right ? STATUS_OK : STATUS_CRITICAL);
	}
	size_t size = strlen(line);
	line[size++] = '\n';
	return print(options, line, size, STATUS_OK);
}

int dialback_list_checks(const struct options *options)
{
	const struct text_style style = {
		.colour = options->colour,
		.width = cli_terminal_width(),
	};
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	text_trial_list(&style, &out);
	return print(options, buf_string(&out), out.size, STATUS_OK);
}
