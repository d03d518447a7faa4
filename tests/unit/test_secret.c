#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"

static void gives_back_what_was_kept(void **state)
{
	(void)state;
	char data[SECRET_MAX], shown[SECRET_MAX + 1];
	struct secret secret;
	struct err err;
	for (size_t size = 1; size <= SECRET_MAX; size += 511) {
		memset(data, 'x', size);
		data[size - 1] = '!';
		memset(shown, '?', sizeof(shown));
		assert_true(secret_keep(data, size, &secret, &err));
		assert_int_equal(secret.size, size);
		assert_true(secret_show(&secret, shown, &err));
		assert_memory_equal(shown, data, size);
		assert_int_equal(shown[size], '\0');
		assert_true(secret_show(&secret, shown, &err)); /* as often as wanted */
		secret_forget(&secret);
	}
}

static const struct row {
	const char *name, *data;
	size_t size;
	enum err_code code;
	const char *text;
} refused[] = {
	{ "nothing", "", 0, ERR_USAGE, "is empty" },
	{ "a NUL", "a\0b", 3, ERR_USAGE, "holds a NUL" },
	{ "too long", NULL, SECRET_MAX + 1, ERR_LIMIT, "is longer than 1023 octets" },
};

static void refuses_what_is_no_password(void **state)
{
	(void)state;
	char octets[SECRET_MAX + 1];
	memset(octets, 'x', sizeof(octets));
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct row *row = &refused[i];
		struct secret secret = { .fd = -7 };
		struct err err = { 0 };
		assert_row(row->name,
			   !secret_keep(row->data ? row->data : octets, row->size, &secret, &err));
		assert_row(row->name, err.code == row->code && secret.fd == -7);
		assert_row_string(row->name, err.text, row->text);
	}
}

static void does_not_cross_exec(void **state)
{
	(void)state;
	struct secret secret;
	struct err err;
	assert_true(secret_keep("s", 1, &secret, &err));
	assert_true(fcntl(secret.fd, F_GETFD) & FD_CLOEXEC);
	secret_forget(&secret);
}

/* A process that was forked meanwhile holds the same file. */
static void forgetting_overwrites_for_all_who_hold_it(void **state)
{
	(void)state;
	char shown[] = "......";
	struct secret secret;
	struct err err;
	assert_true(secret_keep("secret", 6, &secret, &err));
	int other = dup(secret.fd), was = secret.fd;
	secret_forget(&secret);
	assert_int_equal(secret.fd, -1);
	assert_int_equal(fcntl(was, F_GETFD), -1);
	assert_int_equal(pread(other, shown, 6, 0), 6);
	assert_memory_equal(shown, "\0\0\0\0\0\0", 6);
	close(other);
}

static void forgetting_none_closes_nothing(void **state)
{
	(void)state;
	struct secret zeroed = { 0 }, none = { .fd = -1 };
	int spare = fcntl(STDIN_FILENO, F_GETFD) < 0 ? open("/dev/null", O_RDONLY) : -1;
	secret_forget(&zeroed);
	secret_forget(&none);
	secret_forget(&none);
	assert_int_equal(zeroed.fd, -1);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	if (spare > 0)
		close(spare);
}

static void says_when_it_is_gone(void **state)
{
	(void)state;
	char shown[SECRET_MAX + 1] = "before";
	struct secret secret;
	struct err err = { 0 };
	assert_true(secret_keep("secret", 6, &secret, &err));
	assert_int_equal(ftruncate(secret.fd, 3), 0);
	assert_false(secret_show(&secret, shown, &err));
	assert_string_equal(err.text, "the password is not where it was kept: cut short");
	assert_memory_equal(shown, "\0\0\0\0\0\0", 6); /* no half of it stays behind */
	close(secret.fd);
	assert_false(secret_show(&secret, shown, &err));
	assert_non_null(strstr(err.text, "Bad file descriptor"));
}

static void says_when_it_cannot_be_kept(void **state)
{
	(void)state;
	struct secret secret = { .fd = -7 };
	struct err err = { 0 };
	struct rlimit before, none;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bool kept = secret_keep("secret", 6, &secret, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(kept);
	assert_int_equal(secret.fd, -7);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_non_null(strstr(err.text, "memfd"));
}

static void wipes(void **state)
{
	(void)state;
	char data[] = "secret";
	secret_wipe(data, sizeof(data));
	assert_memory_equal(data, "\0\0\0\0\0\0", 7);
}

/* In a process of its own: the leak sanitizer could not look into this one afterwards. */
static void guards_a_process(void **state)
{
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit core;
		secret_guard_process();
		bool dumpable = prctl(PR_GET_DUMPABLE) != 0;
		bool dumps = getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur || core.rlim_max;
		_exit(dumpable ? 1 : dumps ? 2 : 0);
	}
	int status = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_kept),
		cmocka_unit_test(refuses_what_is_no_password),
		cmocka_unit_test(does_not_cross_exec),
		cmocka_unit_test(forgetting_overwrites_for_all_who_hold_it),
		cmocka_unit_test(forgetting_none_closes_nothing),
		cmocka_unit_test(says_when_it_is_gone),
		cmocka_unit_test(says_when_it_cannot_be_kept),
		cmocka_unit_test(wipes),
		cmocka_unit_test(guards_a_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
