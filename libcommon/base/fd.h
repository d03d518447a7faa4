/* fd.h - file descriptors that close themselves. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <unistd.h>

static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

#endif
