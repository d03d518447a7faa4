/* fd.h - file descriptors that close themselves, and are written to whole. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/attr.h"

static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* All of data, however many writes that takes; a signal does not end it. False: errno says why, and
 * some of it may be written. Where fd does not block, a reader who is behind is a failure: EAGAIN.
 */
NODISCARD bool fd_write_all(int fd, const void *data, size_t size);

#endif
