#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"

#define STREAM_ROOM ((size_t)64 * 1024) /* first guess where the size is not known */

/* A pipe is as good as a file: --trust <(curl ...) */
static bool read_all(int fd, size_t room, size_t max, struct arena *mem, struct bytes *out)
{
	uint8_t *data = arena_alloc(mem, room);
	for (size_t size = 0;;) {
		ssize_t got = read(fd, data + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0) {
			*out = (struct bytes){ data, size };
			return true;
		}
		size += (size_t)got;
		if (size < room)
			continue;
		if (room >= max) {
			errno = EFBIG;
			return false;
		}
		room *= 2;
		uint8_t *more = arena_alloc(mem, room);
		memcpy(more, data, size);
		data = more;
	}
}

bool file_read_fd(int fd, size_t max, struct arena *mem, struct bytes *out)
{
	struct stat about;
	if (fstat(fd, &about) != 0)
		return false;
	size_t size = about.st_size > 0 ? (size_t)about.st_size : 0;
	if (size >= max) {
		errno = EFBIG;
		return false;
	}
	/* One octet more than the file holds, so that its end shows without a second round. */
	return read_all(fd, S_ISREG(about.st_mode) ? size + 1 : STREAM_ROOM, max, mem, out);
}

bool file_read(const char *path, size_t max, struct arena *mem, struct bytes *out)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && file_read_fd(fd, max, mem, out);
}
