/* run/scope: which endpoints are walked, and by how many threads. */
#include "unit.h"

#include <dirent.h>
#include <stdatomic.h>

#include "run/scope.h"

#define ENDPOINTS 20

static atomic_int walked[ENDPOINTS];

static bool walk(struct probe *probe, size_t index, const struct err *failure,
		 const void *tool_options)
{
	assert_ptr_equal(probe->at, &probe->job->endpoints.items[index]);
	assert_int_equal(failure->code, ERR_NONE);
	assert_ptr_equal(tool_options, walked);
	atomic_fetch_add(&walked[index], 1);
	return false;
}

static size_t count_threads(void)
{
	size_t count = 0;
	DIR *tasks = opendir("/proc/self/task");
	assert_non_null(tasks);
	for (const struct dirent *task; (task = readdir(tasks));)
		count += task->d_name[0] != '.';
	closedir(tasks);
	return count;
}

static const struct row {
	const char *name, *wanted; /* 'w': this one is */
	size_t threads;            /* more than before, at most */
} rows[] = {
	{ "nobody", "....................", 0 },
	{ "the last one", "...................w", 0 },
	{ "two", "...w......w.........", 1 },
	{ "all, eight at once", "wwwwwwwwwwwwwwwwwwww", 7 },
};

static void walk_row(const struct row *row)
{
	struct options options = { .timeout = 10, .per_host = ENDPOINTS };
	struct shared shared;
	struct err err;
	assert_true(shared_open(&options, 0, &shared, &err));
	struct job *job = job_new(&shared);
	struct endpoint *items = arena_array(job->mem, ENDPOINTS, sizeof(*items));
	job_take_list(job, (struct endpoint_list){ items, ENDPOINTS });
	for (size_t i = 0; i < ENDPOINTS; i++) {
		items[i].host = "xmpp.im.example";
		job->wanted[i] = row->wanted[i] == 'w';
		atomic_store(&walked[i], 0);
	}
	size_t before = count_threads();
	scope_claim(job);
	scope_walk(job, walk, walked);
	/* A sanitizer may begin one of its own. */
	assert_row(row->name, count_threads() <= before + row->threads + 1);
	for (size_t i = 0; i < ENDPOINTS; i++)
		assert_row(row->name, atomic_load(&walked[i]) == (row->wanted[i] == 'w'));
	job_free(&job);
	shared_close(&shared);
}

static void who_is_wanted_is_walked_and_nobody_comes_for_the_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		walk_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_wanted_is_walked_and_nobody_comes_for_the_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
