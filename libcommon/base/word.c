#include "base/word.h"

#include <string.h>

bool word_find(const char *const *words, size_t count, const char *word, size_t *out)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool word_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}
