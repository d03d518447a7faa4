#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCK_SIZE ((size_t)4096) /* most endpoints need one or two */

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *blocks; /* the newest first; only it is filled */
	size_t used;
};

struct arena *arena_new(void)
{
	return memory_new(sizeof(struct arena));
}

void arena_free(struct arena **arena)
{
	if (!*arena)
		return;
	for (struct block *block = (*arena)->blocks; block;) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
	free(*arena);
	*arena = NULL;
}

void arena_adopt(struct arena *arena, struct arena **other)
{
	struct block **end = &arena->blocks; /* behind the one that is being filled */
	if (*end)
		end = &(*end)->next;
	struct block *last = (*other)->blocks, *rest = *end;
	if (last) {
		*end = last;
		while (last->next)
			last = last->next;
		last->next = rest;
	}
	arena->used += (*other)->used;
	free(*other);
	*other = NULL;
}

static struct block *add_block(struct arena *arena, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct block *block = memory_new(sizeof(*block) + size);
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	assert(size <= SIZE_MAX / 2);
	size_t aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct block *block = arena->blocks;
	if (!block || block->size - block->used < aligned)
		block = add_block(arena, aligned);
	void *data = block->data + block->used;
	block->used += aligned;
	arena->used += aligned;
	return data;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;
	bool overflow = __builtin_mul_overflow(count, size, &total);
	assert(!overflow);
	return arena_alloc(arena, total);
}

char *arena_copy_n(struct arena *arena, const void *text, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);
	if (size > 0)
		memcpy(copy, text, size);
	return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
	return text ? arena_copy_n(arena, text, strlen(text)) : NULL;
}

struct bytes arena_bytes(struct arena *arena, const void *data, size_t size)
{
	return (struct bytes){ (const uint8_t *)arena_copy_n(arena, data, size), size };
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	assert(size >= 0);
	char *text = arena_alloc(arena, (size_t)size + 1);
	vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
