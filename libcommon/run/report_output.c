#include "run/report_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/fd.h"

#define NAME_TRIES  16
#define LINKS_MAX   40 /* as many as Linux follows */
#define FOLDER_SELF "/proc/self/fd"

static bool failed(const struct report_output *out, struct err *err)
{
	return err_set(err, AT_FILE, errno == EPIPE ? ERR_CLOSED : ERR_SYSTEM, "%s: %s%s",
		       out->name, strerror(errno), out->path ? "; nothing was written" : "");
}

static const char *folder_of(const char *path, struct arena *mem)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return ".";
	return slash == path ? "/" : arena_copy_n(mem, path, (size_t)(slash - path));
}

/* Not a name that somebody waits for: the collector of node_exporter takes *.prom. */
static const char *name_beside(const char *path, struct arena *mem)
{
	unsigned number = 0;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return NULL;
	return arena_printf(mem, "%s.%08x", path, number);
}

static int open_named(struct report_output *out, struct arena *mem)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		out->temp = name_beside(out->path, mem);
		int fd = out->temp ? open(out->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
				   : -1;
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* One without a name leaves nothing behind when we are killed; not every file system has such. */
static int open_beside(struct report_output *out, struct arena *mem)
{
	int fd = -1;
	if (access(FOLDER_SELF, X_OK) == 0)
		fd = open(folder_of(out->path, mem), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
	if (fd < 0)
		fd = open_named(out, mem);
	if (fd < 0)
		out->temp = NULL;
	return fd;
}

/* /dev/stdout leads to the file that standard output is: opening that anew would begin at its
 * start. */
static bool is_standard_output(const struct stat *file)
{
	struct stat ours;
	return fstat(STDOUT_FILENO, &ours) == 0 && ours.st_dev == file->st_dev &&
	       ours.st_ino == file->st_ino;
}

/* A link stays a link: what it leads to is replaced, or made where nothing is yet. */
static const char *real_path(const char *path, struct arena *mem)
{
	char leads[PATH_MAX];
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t size = readlink(path, leads, sizeof(leads));
		if (size <= 0 || size == sizeof(leads))
			break;
		const char *to = arena_copy_n(mem, leads, (size_t)size);
		path = *to == '/' ? to : arena_printf(mem, "%s/%s", folder_of(path, mem), to);
	}
	return path;
}

bool report_output_open(const char *path, struct arena *mem, struct report_output *out,
			struct err *err)
{
	struct stat file;
	*out = (struct report_output){ .fd = STDOUT_FILENO,
				       .name = path ? path : "standard output" };
	if (!path)
		return true;
	bool there = stat(path, &file) == 0;
	if (there && is_standard_output(&file))
		return true;
	if (there && !S_ISREG(file.st_mode)) {
		out->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	} else {
		out->path = real_path(path, mem);
		out->fd = open_beside(out, mem);
		/* Who could read the old one can read the new one, as with a redirection. */
		if (out->fd >= 0 && there)
			(void)!fchmod(out->fd, file.st_mode & 0777);
	}
	out->ours = true;
	return out->fd >= 0 || failed(out, err);
}

bool report_output_write(struct report_output *out, struct buf *text, struct err *err)
{
	if (!fd_write_all(out->fd, buf_string(text), text->size))
		return failed(out, err);
	buf_clear(text);
	return true;
}

static bool give_name(struct report_output *out, struct arena *mem)
{
	const char *self = arena_printf(mem, FOLDER_SELF "/%d", out->fd);
	for (int i = 0; i < NAME_TRIES; i++) {
		const char *temp = name_beside(out->path, mem);
		if (temp && linkat(AT_FDCWD, self, AT_FDCWD, temp, AT_SYMLINK_FOLLOW) == 0) {
			out->temp = temp;
			return true;
		}
		if (errno != EEXIST)
			return false;
	}
	return false;
}

bool report_output_commit(struct report_output *out, struct arena *mem, struct err *err)
{
	if (!out->path)
		return true;
	if (fsync(out->fd) != 0 || (!out->temp && !give_name(out, mem)) ||
	    rename(out->temp, out->path) != 0)
		return failed(out, err);
	out->temp = NULL;
	return true;
}

void report_output_close(struct report_output *out)
{
	if (out->temp)
		unlink(out->temp);
	out->temp = NULL;
	if (out->ours)
		fd_close(&out->fd);
}
