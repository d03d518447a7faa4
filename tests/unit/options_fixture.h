/* options_fixture.h - a command line as a test writes it, and what is said about it. */
#ifndef OPTIONS_FIXTURE_H
#define OPTIONS_FIXTURE_H

#include <unistd.h>

#include "unit.h"

#include "base/arena.h"

#define WORDS_MAX 48

/* Standard error into a pipe that nobody reads yet: a sentence fits. */
static inline int catch_errors(int *kept)
{
	int pipes[2];
	assert_int_equal(pipe(pipes), 0);
	*kept = dup(STDERR_FILENO);
	assert_true(*kept >= 0 && dup2(pipes[1], STDERR_FILENO) >= 0);
	close(pipes[1]);
	return pipes[0];
}

static inline char *release_errors(int outlet, int kept, struct arena *mem)
{
	char text[4096];
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	ssize_t size = read(outlet, text, sizeof(text)); /* nobody writes any more: 0 is the end */
	assert_true(size >= 0);
	close(outlet);
	return arena_copy_n(mem, text, (size_t)size);
}

/* A line cut at its blanks, behind the name of the tool; _ stands for an empty argument. Returns
 * how many there are. */
static inline int cut_words(const char *line, const char *tool, const char *argv[WORDS_MAX],
			    struct arena *mem)
{
	int argc = 0;
	char *save = NULL;
	argv[argc++] = tool;
	for (char *word = strtok_r(arena_copy(mem, line), " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX - 1);
		argv[argc++] = strcmp(word, "_") == 0 ? "" : word;
	}
	argv[argc] = NULL;
	return argc;
}

#endif
