#include "base/secret.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fd.h"

static bool is_kept(const struct secret *secret)
{
	return secret->fd >= 0 && secret->size > 0;
}

/* Not fd_write_all(): where the file stands is shared with every process that was forked. */
static ssize_t write_at_start(int fd, const void *data, size_t size)
{
	ssize_t put;
	do
		put = pwrite(fd, data, size, 0);
	while (put < 0 && errno == EINTR);
	return put;
}

bool secret_keep(const void *data, size_t size, struct secret *out, struct err *err)
{
	if (size == 0)
		return err_set(err, AT_LOGIN, ERR_USAGE, "is empty");
	if (size > SECRET_MAX)
		return err_set(err, AT_LOGIN, ERR_LIMIT, "is longer than %d octets", SECRET_MAX);
	if (memchr(data, '\0', size))
		return err_set(err, AT_LOGIN, ERR_USAGE, "holds a NUL");
	CLEANUP(fd_close) int fd = memfd_create("secret", MFD_CLOEXEC);
	if (fd < 0)
		return err_set(err, AT_LOGIN, ERR_SYSTEM,
			       "cannot be kept outside our memory (memfd): %s",
			       strerrordesc_np(errno));
	ssize_t put = write_at_start(fd, data, size);
	if (put != (ssize_t)size)
		return err_set(err, AT_LOGIN, ERR_SYSTEM, "cannot be kept outside our memory: %s",
			       put < 0 ? strerrordesc_np(errno) : "no room");
	*out = (struct secret){ .fd = fd, .size = size };
	fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
	return true;
}

bool secret_show(const struct secret *secret, char *buffer, struct err *err)
{
	assert(is_kept(secret) && secret->size <= SECRET_MAX);
	ssize_t got;
	do
		got = pread(secret->fd, buffer, secret->size, 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)secret->size) {
		secret_wipe(buffer, secret->size);
		return err_set(err, AT_LOGIN, ERR_SYSTEM,
			       "the password is not where it was kept: %s",
			       got < 0 ? strerrordesc_np(errno) : "cut short");
	}
	buffer[secret->size] = '\0';
	return true;
}

void secret_forget(struct secret *secret)
{
	/* Another process may hold the file open still (a fork): what it could read is zeros.
	 * Should writing fail, the file goes with its last descriptor all the same. */
	static const char zeros[SECRET_MAX];
	if (is_kept(secret)) {
		(void)write_at_start(secret->fd, zeros, secret->size);
		close(secret->fd);
	}
	*secret = (struct secret){ .fd = -1 };
}

void secret_wipe(void *data, size_t size)
{
	explicit_bzero(data, size);
}

void secret_guard_process(void)
{
	/* Neither fails with these arguments. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}
