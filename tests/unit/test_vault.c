/* The exchange itself is a stand-in of this file: what is tested is the process around it. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "run/vault_inner.h"
#include "vault_fixture.h"

/* --- the stand-in: what it does is what the mechanism is called --- */

struct sasl {
	char mechanism[16];
	char *password;
	size_t steps;
};

bool sasl_start(const char *mechanism, const struct sasl_identity *identity, struct sasl **out,
		struct err *err)
{
	if (strcmp(mechanism, "refuse") == 0)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED, "there is no %s here", mechanism);
	if (strcmp(mechanism, "die-early") == 0)
		raise(SIGKILL);
	struct sasl *sasl = memory_new(sizeof(*sasl));
	snprintf(sasl->mechanism, sizeof(sasl->mechanism), "%s", mechanism);
	if (identity->password)
		sasl->password = strdup(identity->password); /* as libgsasl does */
	if (strcmp(mechanism, "identity") == 0 &&
	    (strcmp(identity->user, "bot") != 0 ||
	     strcmp(identity->authzid, "us@example.org") != 0 ||
	     identity->binding != BINDING_EXPORTER || identity->binding_data.size != 3 ||
	     memcmp(identity->binding_data.data, "a\0b", 3) != 0 ||
	     !is_password(identity->password)))
		_exit(7);
	*out = sasl;
	return true;
}

static void list_descriptors(struct buf *out)
{
	DIR *folder = opendir("/proc/self/fd");
	char target[64];
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		int fd = atoi(entry->d_name);
		ssize_t size = readlinkat(dirfd(folder), entry->d_name, target, 6);
		if (fd != dirfd(folder) && size > 0)
			buf_printf(out, "%d %.*s\n", fd, fd == 2 ? 0 : (int)size, target);
	}
	closedir(folder);
}

bool sasl_step(struct sasl *sasl, struct bytes in, struct buf *out, bool *done, struct err *err)
{
	const char *mechanism = sasl->mechanism;
	if (strcmp(mechanism, "bad") == 0)
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR, "the signature is wrong");
	if (strcmp(mechanism, "die") == 0)
		raise(SIGKILL);
	if (strcmp(mechanism, "exit") == 0)
		_exit(0);
	if (strcmp(mechanism, "stuck") == 0)
		pause();
	if (strcmp(mechanism, "slow") == 0)
		usleep(60000);
	if (strcmp(mechanism, "descriptors") == 0) {
		list_descriptors(out);
		return true;
	}
	size_t times = strcmp(mechanism, "grow") == 0 ? 2 : 1;
	while (times-- > 0)
		buf_add(out, in.data, in.size);
	buf_text(out, !in.data ? "nothing" : in.size == 0 ? "empty" : "");
	*done = ++sasl->steps == 2;
	return true;
}

void sasl_end(struct sasl **sasl)
{
	if (*sasl)
		free((*sasl)->password);
	free(*sasl);
	*sasl = NULL;
}

/* --- */

static bool start(struct scene *scene, const char *mechanism)
{
	return scene->steps.start(scene->steps.self, mechanism, BINDING_NONE,
				  (struct bytes){ NULL, 0 }, &scene->err);
}

static bool step(struct scene *scene, const char *data, size_t size, bool *done)
{
	buf_clear(&scene->out);
	return scene->steps.step(scene->steps.self, (struct bytes){ (const uint8_t *)data, size },
				 &scene->out, done, &scene->err);
}

static void carries_an_exchange(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done = false;
	scene_begin(&scene);
	assert_true(start(&scene, "echo"));
	assert_true(step(&scene, NULL, 0, &done));
	assert_string_equal(buf_string(&scene.out), "nothing");
	assert_false(done);
	assert_true(step(&scene, "", 0, &done)); /* an empty challenge is not none */
	assert_string_equal(buf_string(&scene.out), "empty");
	assert_true(done);
	assert_true(step(&scene, "a\0b", 3, &done));
	assert_int_equal(scene.out.size, 3);
	assert_memory_equal(scene.out.data, "a\0b", 3);
	scene.steps.end(scene.steps.self);
	assert_int_equal(scene.vault.pid, -1);
	assert_false(step(&scene, "a", 1, &done));
	assert_non_null(strstr(scene.err.text, "is gone"));
}

static void hands_over_who_we_are(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done;
	scene_begin(&scene);
	scene.vault.authzid = "us@example.org";
	assert_true(scene.steps.start(scene.steps.self, "identity", BINDING_EXPORTER,
				      (struct bytes){ (const uint8_t *)"a\0b", 3 }, &scene.err));
	assert_true(step(&scene, NULL, 0, &done));
}

static void does_without_a_password(void **state)
{
	(void)state;
	const struct secret none = { .fd = -1 };
	CLEANUP(scene_end) struct scene scene;
	bool done;
	scene_begin(&scene);
	scene.vault.password = &none;
	assert_true(start(&scene, "echo"));
	assert_true(step(&scene, NULL, 0, &done));
	vault_close(&scene.vault);
	scene.vault.password = NULL;
	assert_true(start(&scene, "echo"));
}

static void begins_anew(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done = true;
	scene_begin(&scene);
	for (int i = 0; i < 3; i++) {
		assert_true(start(&scene, "echo")); /* the one before is not ended by hand */
		assert_true(step(&scene, NULL, 0, &done));
		assert_false(done);
	}
}

static const struct row {
	const char *mechanism;
	bool starts;
	enum err_code code;
	const char *text;
} rows[] = {
	{ "refuse", false, ERR_UNSUPPORTED, "there is no refuse here" },
	{ "die-early", false, ERR_SYSTEM,
	  "the process that computes with the password died: signal 9, Killed" },
	{ "bad", true, ERR_IMPOSTOR, "the signature is wrong" },
	{ "die", true, ERR_SYSTEM,
	  "the process that computes with the password died: signal 9, Killed" },
	{ "exit", true, ERR_SYSTEM, "the process that computes with the password died" },
};

static void tells_what_went_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(scene_end) struct scene scene;
		bool done = false;
		scene_begin(&scene);
		assert_row(row->mechanism, start(&scene, row->mechanism) == row->starts);
		if (row->starts)
			assert_row(row->mechanism, !step(&scene, "x", 1, &done));
		assert_row_string(row->mechanism, scene.err.text, row->text);
		assert_row(row->mechanism, scene.err.code == row->code && !done);
		assert_row(row->mechanism, scene.out.size == 0);
	}
}

static void a_refusal_ends_no_exchange(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done;
	scene_begin(&scene);
	assert_true(start(&scene, "bad"));
	assert_false(step(&scene, "x", 1, &done));
	assert_false(step(&scene, "x", 1, &done));
	assert_string_equal(scene.err.text, "the signature is wrong");
}

static void bounds_what_both_say(void **state)
{
	(void)state;
	static char large[VAULT_MESSAGE_MAX + 1];
	CLEANUP(scene_end) struct scene scene;
	bool done;
	memset(large, 'x', sizeof(large));
	scene_begin(&scene);
	assert_true(start(&scene, "grow"));
	assert_true(step(&scene, large, VAULT_MESSAGE_MAX / 2, &done));
	assert_int_equal(scene.out.size, VAULT_MESSAGE_MAX);
	assert_false(step(&scene, large, VAULT_MESSAGE_MAX / 2 + 1, &done));
	assert_string_equal(scene.err.text, "our SASL message would be larger than 64 KiB");
	assert_false(step(&scene, large, VAULT_MESSAGE_MAX + 1, &done));
	assert_string_equal(scene.err.text, "the server's SASL message is larger than 64 KiB");
	assert_true(step(&scene, "still there", 11, &done));
	scene.out.max = 20; /* the caller's own bound */
	buf_free(&scene.out);
	assert_false(step(&scene, "0123456789a", 11, &done));
	assert_string_equal(scene.err.text, "our SASL message is too large to send");
}

/* What a server may have made of the child. */
static void believes_no_nonsense(void **state)
{
	(void)state;
	struct vault_reply replies[4] = { { .ok = 1 }, { .ok = 7 }, { .ok = 0 }, { .ok = 0 } };
	const size_t sizes[] = { 5, sizeof(replies[0]), sizeof(replies[0]), sizeof(replies[0]) };
	memset(replies[2].err.text, 'x', sizeof(replies[2].err.text)); /* no NUL */
	memset(&replies[3].err.code, 0x7f, sizeof(replies[3].err.code));
	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		CLEANUP(scene_end) struct scene scene;
		bool done = false;
		int ends[2];
		scene_begin(&scene);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
		scene.vault.channel = ends[0];
		assert_int_equal(send(ends[1], &replies[i], sizes[i], 0), (ssize_t)sizes[i]);
		assert_false(step(&scene, "x", 1, &done));
		assert_non_null(strstr(scene.err.text, "answers nonsense"));
		assert_int_equal(scene.out.size, 0);
		close(ends[1]);
	}
}

static void ignore(int number)
{
	(void)number;
}

static void survives_signals(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	const struct sigaction interrupts = { .sa_handler = ignore };
	const struct itimerval often = { { 0, 3000 }, { 0, 3000 } };
	bool done;
	scene_begin(&scene);
	assert_int_equal(sigaction(SIGALRM, &interrupts, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	bool ok = start(&scene, "slow") && step(&scene, "x", 1, &done);
	vault_close(&scene.vault);
	assert_int_equal(setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL), 0);
	assert_true(ok);
}

/* cron and others start us with it ignored: then the kernel reaps, and waitpid() finds nobody. */
static void does_not_mind_sigchld_ignored(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done;
	scene_begin(&scene);
	signal(SIGCHLD, SIG_IGN);
	bool ok = start(&scene, "echo") && step(&scene, "x", 1, &done);
	bool died = start(&scene, "die") && !step(&scene, "x", 1, &done);
	signal(SIGCHLD, SIG_DFL);
	assert_true(ok && died);
	assert_string_equal(scene.err.text, "the process that computes with the password died");
}

/* Neither the connection, nor files, nor the secret itself stay open in the child. */
static void shows_the_child_nothing_else(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done;
	int more[2];
	scene_begin(&scene);
	assert_int_equal(pipe(more), 0);
	int high = fcntl(more[0], F_DUPFD, 200);
	assert_true(start(&scene, "descriptors"));
	assert_true(step(&scene, NULL, 0, &done));
	close(more[0]);
	close(more[1]);
	close(high);
	assert_string_equal(buf_string(&scene.out), "2 \n3 socket\n");
}

static int *exits; /* shared with the child */

static void count_exit(void)
{
	++*exits;
}

/* What our exit would do is not for the child to do. */
static void the_child_leaves_our_output_alone(void **state)
{
	(void)state;
	bool done;
	char line[16] = "";
	FILE *file = tmpfile();
	exits = mmap(NULL, sizeof(*exits), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	assert_ptr_not_equal(exits, MAP_FAILED);
	atexit(count_exit);
	fputs("once\n", file); /* not flushed yet */
	{
		CLEANUP(scene_end) struct scene scene;
		scene_begin(&scene);
		assert_true(start(&scene, "echo"));
		assert_true(step(&scene, NULL, 0, &done));
	}
	assert_int_equal(*exits, 0);
	fflush(file);
	assert_int_equal(ftell(file), 5);
	rewind(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "once\n");
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

/* Killed while the child computes: it goes along, whatever it is busy with. */
static void the_child_does_not_outlive_us(void **state)
{
	(void)state;
	int pids[2], child = 0;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* orphans come to us */
	assert_int_equal(pipe(pids), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct scene scene;
		bool done;
		scene_begin(&scene);
		bool ok = start(&scene, "stuck") &&
			  write(pids[1], &scene.vault.pid, sizeof(int)) == sizeof(int);
		step(&scene, "x", 1, &done);
		_exit(ok);
	}
	assert_int_equal(read(pids[0], &child, sizeof(child)), sizeof(child));
	usleep(20000); /* until it is stuck; should it not be, it ends as well */
	kill(parent, SIGKILL);
	int status = 0;
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pids[0]);
	close(pids[1]);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void says_when_there_is_no_channel(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	struct rlimit before, none;
	scene_begin(&scene);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bool started = start(&scene, "echo");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(started);
	assert_non_null(
		strstr(scene.err.text, "no channel to a process for the password: Too many"));
}

static void the_password_is_never_in_our_memory(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done;
	char *here = malloc(sizeof(veiled));
	unveil(here);
	assert_true(search_memory() >= 1); /* the search finds what is there */
	secret_wipe(here, sizeof(veiled));
	free(here);
	assert_int_equal(search_memory(), 0);
	scene_begin(&scene);
	assert_int_equal(search_memory(), 0);
	assert_true(start(&scene, "echo"));
	assert_true(step(&scene, NULL, 0, &done));
	assert_int_equal(search_memory(), 0);
	vault_close(&scene.vault);
	assert_int_equal(search_memory(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_an_exchange),
		cmocka_unit_test(hands_over_who_we_are),
		cmocka_unit_test(does_without_a_password),
		cmocka_unit_test(begins_anew),
		cmocka_unit_test(tells_what_went_wrong),
		cmocka_unit_test(a_refusal_ends_no_exchange),
		cmocka_unit_test(bounds_what_both_say),
		cmocka_unit_test(believes_no_nonsense),
		cmocka_unit_test(survives_signals),
		cmocka_unit_test(does_not_mind_sigchld_ignored),
		cmocka_unit_test(shows_the_child_nothing_else),
		cmocka_unit_test(the_child_leaves_our_output_alone),
		cmocka_unit_test(the_child_does_not_outlive_us),
		cmocka_unit_test(says_when_there_is_no_channel),
		cmocka_unit_test(the_password_is_never_in_our_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
