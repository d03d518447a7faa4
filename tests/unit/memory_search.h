/* memory_search.h - is a password in this process's memory? Asked without having it there. */
#ifndef MEMORY_SEARCH_H
#define MEMORY_SEARCH_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Never whole in this program's memory: "correct-horse", each octet with a bit turned over. */
static const char veiled[] = "cnsrdbu,inrrd";

static inline void unveil(char out[sizeof(veiled)])
{
	for (size_t i = 0; i < sizeof(veiled) - 1; i++)
		out[i] = (char)(veiled[i] ^ 1);
	out[sizeof(veiled) - 1] = '\0';
}

static inline bool is_password(const char *text)
{
	size_t same = 0;
	while (text && same < sizeof(veiled) - 1 && text[same] == (veiled[same] ^ 1))
		same++;
	return same == sizeof(veiled) - 1 && text[same] == '\0';
}

/* How often the password stands in this process's writable memory. */
static inline size_t search_memory(void)
{
	char line[512];
	size_t found = 0, room = (size_t)1 << 20;
	char *block = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "r");
	assert_true(memory >= 0 && maps && block != MAP_FAILED);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char rights[5];
		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || rights[1] != 'w' ||
		    to - from > (1UL << 30)) /* the sanitizer's shadow */
			continue;
		for (; from < to; from += room - sizeof(veiled)) {
			size_t want = to - from < room ? to - from : room;
			ssize_t got = (uintptr_t)block == from
					      ? 0
					      : pread(memory, block, want, (off_t)from);
			for (ssize_t i = 0; i + (ssize_t)sizeof(veiled) <= got + 1; i++) {
				size_t same = 0;
				while (same < sizeof(veiled) - 1 &&
				       block[(size_t)i + same] == (veiled[same] ^ 1))
					same++;
				found += same == sizeof(veiled) - 1;
			}
		}
	}
	fclose(maps);
	close(memory);
	memset(block, 0, room);
	munmap(block, room);
	return found;
}

#endif
