#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void *memory_new(size_t size)
{
	void *data = calloc(1, size);
	if (!data)
		memory_exhausted();
	return data;
}

void memory_exhausted(void)
{
	fputs("out of memory\n", stderr);
	abort();
}
