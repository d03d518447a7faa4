/* word.h - words of records and options: the enum behind one, and whether two are the same. Pure;
 * any thread. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* The index of word among words; false, and *out untouched, when it is none of them. */
NODISCARD bool word_find(const char *const *words, size_t count, const char *word, size_t *out);

/* NULL is the same as NULL alone. */
bool word_same(const char *a, const char *b);

#endif
