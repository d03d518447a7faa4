#include "report/tally.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/escape.h"
#include "base/memory.h"

struct word {
	const char *text;
	uint64_t count;
};

struct tally {
	struct arena *mem;
	json_t *numbers; /* word to number */
	struct word *words;
	uint32_t size, room, max;
	uint64_t total;
};

struct tally *tally_new(uint32_t max)
{
	struct tally *tally = memory_new(sizeof(*tally));
	tally->mem = arena_new();
	tally->numbers = json_object();
	tally->max = max;
	return tally;
}

void tally_free(struct tally **tally)
{
	if (!*tally)
		return;
	json_decref((*tally)->numbers);
	arena_free(&(*tally)->mem);
	free((*tally)->words);
	free(*tally);
	*tally = NULL;
}

/* At a character's end. */
static const char *cut(const char *word, char room[TALLY_WORD + 1])
{
	size_t size = strlen(word), kept = 0;
	if (size <= TALLY_WORD)
		return word;
	for (size_t step; kept < TALLY_WORD; kept += step) {
		step = utf8_length((const unsigned char *)word + kept, size - kept, NULL);
		if (step == 0 || kept + step > TALLY_WORD)
			break;
	}
	memcpy(room, word, kept);
	room[kept] = '\0';
	return room;
}

static void make_room(struct tally *tally)
{
	if (tally->size < tally->room)
		return;
	tally->room = tally->room ? 2 * tally->room : 16;
	struct word *words = realloc(tally->words, tally->room * sizeof(*words));
	if (!words)
		memory_exhausted();
	tally->words = words;
}

static uint32_t add_word(struct tally *tally, const char *word)
{
	if (tally->size == tally->max)
		return TALLY_NONE;
	make_room(tally);
	tally->words[tally->size] = (struct word){ arena_copy(tally->mem, word), 0 };
	json_object_set_new_nocheck(tally->numbers, word, json_integer(tally->size));
	return tally->size++;
}

static uint32_t find_word(const struct tally *tally, const char *word)
{
	const json_t *number = json_object_get(tally->numbers, word);
	return number ? (uint32_t)json_integer_value(number) : TALLY_NONE;
}

uint32_t tally_add(struct tally *tally, const char *word)
{
	char room[TALLY_WORD + 1];
	const char *kept = cut(word, room);
	uint32_t number = find_word(tally, kept);
	if (number == TALLY_NONE)
		number = add_word(tally, kept);
	if (number != TALLY_NONE)
		tally->words[number].count++;
	tally->total++;
	return number;
}

const char *tally_word(const struct tally *tally, uint32_t number)
{
	assert(number < tally->size);
	return tally->words[number].text;
}

uint64_t tally_count(const struct tally *tally, uint32_t number)
{
	assert(number < tally->size);
	return tally->words[number].count;
}

uint32_t tally_size(const struct tally *tally)
{
	return tally->size;
}

uint64_t tally_total(const struct tally *tally)
{
	return tally->total;
}

uint32_t tally_top(const struct tally *tally, uint32_t *out, uint32_t room)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < tally->size; i++) {
		uint32_t at = count < room ? count++ : room;
		/* Into its place from the end: only a larger one passes an earlier one. */
		for (; at > 0 && tally->words[i].count > tally->words[out[at - 1]].count; at--) {
			if (at < room)
				out[at] = out[at - 1];
		}
		if (at < room)
			out[at] = i;
	}
	return count;
}
