/* memory.h - the memory of handles; that of targets comes from arena.h. Any thread.
 *
 * There always is some, or the program ends with a sentence. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed; the caller's to free(). */
void *memory_new(size_t size);
/* What a library or realloc() that ran out of memory comes to. */
_Noreturn void memory_exhausted(void);

#endif
