/* run/limits: open files for many workers. Each row in a process of its own: a hard limit that was
 * lowered stays so. */
#include "unit.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/limits.h"

static const struct row {
	const char *name;
	unsigned workers;
	unsigned connections; /* of one */
	rlim_t soft, hard, then;
	const char *says; /* a part of the sentence; NULL: there is enough */
	unsigned most;    /* then */
} rows[] = {
	{ "few need nothing", 4, 8, 1024, 4096, 1024, NULL, 0 },
	{ "many get what they need", 100, 8, 1024, 4096, 1632, NULL, 0 },
	{ "and no more, though it is allowed", 1000, 8, 1024, 18000, 16032, NULL, 0 },
	{ "as much as is allowed", 1000, 8, 1024, 4096, 4096,
	  "--jobs 1000 may need 16032 open files at once, and the limit is 4096 (ulimit -Hn): 254 "
	  "domains at once instead",
	  254 },
	{ "few may have many connections each", 32, 64, 1024, 4096, 2336, NULL, 0 },
	{ "and be fewer for it", 32, 256, 1024, 4096, 4096, "15 domains at once instead", 15 },
	{ "hardly anything is allowed", 2, 8, 40, 40, 40, "1 domains at once instead", 1 },
};

/* 0: as the row wants it. */
static int try_row(const struct row *row)
{
	struct rlimit limit = { row->soft, row->hard };
	struct err err = { 0 };
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1;
	unsigned most = limits_open_files(row->workers, row->connections, &err);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur != row->then ||
	    limit.rlim_max != row->hard)
		return 2;
	if (row->says)
		return most == row->most && strstr(err.text, row->says) ? 0 : 3;
	return most == row->workers && err.code == ERR_NONE ? 0 : 4;
}

static void raises_the_soft_limit(void **state)
{
	(void)state;
	struct rlimit ours;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &ours), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = -1;
		if (rows[i].hard > ours.rlim_max)
			continue; /* not ours to give */
		pid_t child = fork();
		if (child == 0)
			_exit(try_row(&rows[i]));
		assert_row(rows[i].name, waitpid(child, &status, 0) == child);
		assert_row(rows[i].name, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(raises_the_soft_limit) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
