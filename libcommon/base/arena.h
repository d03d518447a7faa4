/* arena.h - the memory of one target or one endpoint, given back at once.
 *
 * One thread at a time. Allocation never fails: out of memory ends the program with a sentence. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/bytes.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena **arena);
/* What lives in the other one lives in this one from here on; the other is gone. */
void arena_adopt(struct arena *arena, struct arena **other);

/* Zeroed, aligned for any type. */
NEVER_NULL void *arena_alloc(struct arena *arena, size_t size);
/* Room for count items of size each; an overflow of the product ends the program. */
NEVER_NULL void *arena_array(struct arena *arena, size_t count, size_t size);

char *arena_copy(struct arena *arena, const char *text);                /* NULL gives NULL */
char *arena_copy_n(struct arena *arena, const void *text, size_t size); /* adds the NUL */
struct bytes arena_bytes(struct arena *arena, const void *data, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF(2, 0);

/* Octets handed out so far: what tests of memory bounds look at. */
size_t arena_used(const struct arena *arena);

#endif
