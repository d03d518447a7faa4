#include "run/unsent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"

struct unsent {
	int fd;
	const char *path; /* the command line's */
	bool made;        /* by us: it was not there */
	size_t count;
};

static bool failed(const char *path, struct err *err)
{
	return err_set(err, AT_FILE, ERR_SYSTEM, "--unsent: %s: %s", path, strerror(errno));
}

/* Messages are nobody else's business. */
static bool open_file(const char *path, int *out, bool *made)
{
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC;
	int fd = open(path, flags);
	*made = false;
	if (fd < 0 && errno == ENOENT) {
		fd = open(path, flags | O_CREAT | O_EXCL, 0600);
		*made = fd >= 0;
		if (fd < 0 && errno == EEXIST) /* another run's, in between */
			fd = open(path, flags);
	}
	*out = fd;
	return fd >= 0;
}

bool unsent_open(const char *path, struct unsent **out, struct err *err)
{
	bool made;
	int fd;
	if (!open_file(path, &fd, &made))
		return failed(path, err);
	*out = memory_new(sizeof(**out));
	**out = (struct unsent){ .fd = fd, .path = path, .made = made };
	return true;
}

/* Another run may have made the file, kept nothing, and taken it away. */
static bool find_again(struct unsent *unsent)
{
	struct stat about;
	int fd;
	if (fstat(unsent->fd, &about) != 0 || about.st_nlink > 0)
		return true;
	if (!open_file(unsent->path, &fd, &unsent->made))
		return false;
	fd_close(&unsent->fd);
	unsent->fd = fd;
	return true;
}

static bool is_empty(int fd)
{
	struct stat about;
	return fstat(fd, &about) == 0 && about.st_size == 0;
}

bool unsent_is(const struct unsent *unsent, int fd)
{
	struct stat ours, other;
	return fstat(unsent->fd, &ours) == 0 && S_ISREG(ours.st_mode) && fstat(fd, &other) == 0 &&
	       ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

/* Only where nobody else has appended behind it. */
static void take_back(int fd, off_t start, size_t size)
{
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > start &&
	    status.st_size <= start + (off_t)size)
		(void)!ftruncate(fd, start);
}

bool unsent_add(struct unsent *unsent, const char *xml, size_t size, struct err *err)
{
	if (!find_again(unsent))
		return failed(unsent->path, err);
	off_t start = lseek(unsent->fd, 0, SEEK_END);
	if (!fd_write_all(unsent->fd, xml, size) || !fd_write_all(unsent->fd, "\n", 1)) {
		failed(unsent->path, err);
		if (start >= 0)
			take_back(unsent->fd, start, size);
		return false;
	}
	unsent->count++;
	return true;
}

/* A new file is on the disk when its folder is. */
static bool sync_folder(const char *path)
{
	char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL;
	if (slash)
		slash[slash == copy] = '\0';
	CLEANUP(fd_close)
	int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	return fd >= 0 && fsync(fd) == 0;
}

bool unsent_close(struct unsent **unsent, struct err *err)
{
	struct unsent *it = *unsent;
	bool ok = true;
	if (!it)
		return true;
	/* A pipe or a terminal has no disk behind it. */
	if (it->count > 0 && ((fsync(it->fd) != 0 && errno != EINVAL && errno != EROFS) ||
			      (it->made && !sync_folder(it->path))))
		ok = failed(it->path, err);
	if (it->count == 0 && it->made && is_empty(it->fd))
		unlink(it->path);
	fd_close(&it->fd);
	free(it);
	*unsent = NULL;
	return ok;
}
