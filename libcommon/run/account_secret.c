/* From a file, a descriptor or the environment into a struct secret. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fd.h"
#include "run/account_inner.h"

#define VARIABLE "XMPP_PASSWORD"

void account_wipe_line(struct account_line *line)
{
	secret_wipe(line, sizeof(*line));
}

static bool is_utf8(const char *text, size_t size)
{
	for (size_t at = 0, length; at < size; at += length) {
		length = utf8_length((const unsigned char *)text + at, size - at, NULL);
		if (length == 0)
			return false;
	}
	return true;
}

bool account_keep(const char *text, size_t size, const char *whose, struct secret *out,
		  struct err *err)
{
	struct err why;
	if (!is_utf8(text, size) && size <= SECRET_MAX)
		return err_set(err, AT_LOGIN, ERR_USAGE, "%s is not UTF-8", whose);
	if (!secret_keep(text, size, out, &why))
		return err_set(err, why.stage, why.code, "%s %s", whose, why.text);
	return true;
}

/* 1: an octet, 0: the end, -1: errno. */
static ssize_t read_octet(int fd, char *out)
{
	for (;;) {
		ssize_t got = read(fd, out, 1);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
		if (errno == EAGAIN)
			(void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
	}
}

static bool read_line(int fd, struct account_line *line)
{
	ssize_t got = 0;
	char octet = '\0';
	line->size = 0;
	while (line->size < sizeof(line->text) && (got = read_octet(fd, &octet)) > 0 &&
	       octet != '\n')
		line->text[line->size++] = octet;
	bool ended = got > 0 && octet == '\n';
	if (ended && line->size > 0 && line->text[line->size - 1] == '\r')
		line->size--;
	octet = '\0';
	return got >= 0;
}

bool account_keep_first_line(int fd, const char *whose, struct secret *out, struct err *err)
{
	CLEANUP(account_wipe_line) struct account_line line;
	if (!read_line(fd, &line))
		return err_set(err, AT_FILE, ERR_USAGE, "%s cannot be read: %s", whose,
			       strerrordesc_np(errno));
	return account_keep(line.text, line.size, whose, out, err);
}

/* systemd.exec(5), LoadCredential=: for a service that is not root's they are root's, on a file
 * system only this service sees, with an access list that looks like rights of the group. */
static bool is_credential(const char *path, const struct stat *about)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t size = folder ? strlen(folder) : 0;
	return size > 0 && strncmp(path, folder, size) == 0 && path[size] == '/' &&
	       !strstr(path + size, "/../") && about->st_uid == 0 && !(about->st_mode & 027);
}

bool account_check_private(int fd, const char *path, struct err *err)
{
	struct stat about;
	if (fstat(fd, &about) != 0)
		return err_set(err, AT_FILE, ERR_USAGE, "%.*s: %s", ACCOUNT_PATH_SHOWN, path,
			       strerrordesc_np(errno));
	if (S_ISDIR(about.st_mode))
		return err_set(err, AT_FILE, ERR_USAGE, "%.*s is a directory", ACCOUNT_PATH_SHOWN,
			       path);
	if (!S_ISREG(about.st_mode) || is_credential(path, &about))
		return true;
	if (about.st_uid != geteuid())
		return err_set(err, AT_FILE, ERR_USAGE,
			       "%.*s belongs to another user: chown it to the one who runs this",
			       ACCOUNT_PATH_SHOWN, path);
	if (about.st_mode & 066)
		return err_set(err, AT_FILE, ERR_USAGE, "%.*s can be %s by others: chmod 600 %.*s",
			       ACCOUNT_PATH_SHOWN, path, about.st_mode & 044 ? "read" : "changed",
			       ACCOUNT_PATH_SHOWN, path);
	return true;
}

bool account_read_secret(const char *path, const char *option, struct secret *out, struct err *err)
{
	char whose[ERR_TEXT_MAX];
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(err, AT_FILE, ERR_USAGE, "%s: %.*s: %s", option, ACCOUNT_PATH_SHOWN,
			       path, strerrordesc_np(errno));
	if (!account_check_private(fd, path, err))
		return false;
	snprintf(whose, sizeof(whose), "%s: the first line of %.*s", option, ACCOUNT_PATH_SHOWN,
		 path);
	return account_keep_first_line(fd, whose, out, err);
}

static void take_value(char *value, struct account_line *out)
{
	size_t size = strlen(value), line = strcspn(value, "\r\n");
	out->size = line < sizeof(out->text) ? line : sizeof(out->text);
	memcpy(out->text, value, out->size);
	secret_wipe(value, size);
}

/* The strings are ours to write to, and are what /proc/PID/environ shows. A variable may be there
 * twice: getenv() finds the first. */
bool account_take_environment(struct account_line *out)
{
	struct account_line rest;
	bool found = false;
	for (char **at = environ; at && *at; at++) {
		if (strncmp(*at, VARIABLE "=", strlen(VARIABLE "=")) != 0)
			continue;
		take_value(*at + strlen(VARIABLE "="), found ? &rest : out);
		found = true;
	}
	account_wipe_line(&rest);
	(void)unsetenv(VARIABLE);
	return found;
}
