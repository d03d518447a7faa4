/* word.h - from a word of a record or an option to the enum behind it. Pure; any thread. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* The index of word among words; false, and *out untouched, when it is none of them. */
NODISCARD bool word_find(const char *const *words, size_t count, const char *word, size_t *out);

#endif
