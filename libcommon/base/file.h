/* file.h - a whole file into memory: a named one, a pipe, standard input. Any thread. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/bytes.h"

/* Less than max octets; into the arena. False: errno says why (EFBIG: too large). */
NODISCARD bool file_read(const char *path, size_t max, struct arena *mem, struct bytes *out);
/* The same from a descriptor that is open, to its end. */
NODISCARD bool file_read_fd(int fd, size_t max, struct arena *mem, struct bytes *out);

#endif
