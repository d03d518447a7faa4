#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define FIRST_ROOM ((size_t)256)

struct buf buf_new(size_t max)
{
	return (struct buf){ .max = max };
}

void buf_free(struct buf *buf)
{
	free(buf->data);
	*buf = buf_new(buf->max);
}

void buf_clear(struct buf *buf)
{
	buf->size = 0;
	buf->overflow = false;
	if (buf->data)
		buf->data[0] = '\0';
}

static void make_room(struct buf *buf, size_t needed)
{
	size_t room = buf->room ? buf->room : FIRST_ROOM;
	while (room < needed)
		room *= 2;
	if (room == buf->room)
		return;
	char *data = realloc(buf->data, room);
	if (!data)
		memory_exhausted();
	buf->data = data;
	buf->room = room;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
	if (buf->overflow || size > buf->max - buf->size) {
		buf->overflow = true;
		return;
	}
	make_room(buf, buf->size + size + 1);
	if (size > 0)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

/* Into the room there is; once more only where that was too small. */
void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	size_t free_room = buf->room - buf->size;
	int wanted = vsnprintf(free_room ? buf->data + buf->size : NULL, free_room, format, args);
	assert(wanted >= 0);
	size_t size = (size_t)wanted;
	if (buf->overflow || size > buf->max - buf->size) {
		buf->overflow = true;
		if (free_room)
			buf->data[buf->size] = '\0';
	} else {
		if (size >= free_room) {
			make_room(buf, buf->size + size + 1);
			vsnprintf(buf->data + buf->size, size + 1, format, again);
		}
		buf->size += size;
	}
	va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void buf_hex(struct buf *buf, const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *octets = data;
	for (size_t i = 0; i < size; i++) {
		const char pair[] = { digits[octets[i] >> 4], digits[octets[i] & 15] };
		buf_add(buf, pair, sizeof(pair));
	}
}

void buf_consume(struct buf *buf, size_t size)
{
	assert(size <= buf->size);
	if (size == 0)
		return;
	memmove(buf->data, buf->data + size, buf->size - size + 1);
	buf->size -= size;
}

const char *buf_string(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
