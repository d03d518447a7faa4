/* With libgsasl in the child. */
#include "vault_fixture.h"

static bool start(struct scene *scene, const char *mechanism)
{
	return scene->steps.start(scene->steps.self, mechanism, BINDING_NONE,
				  (struct bytes){ NULL, 0 }, &scene->err);
}

static bool step(struct scene *scene, const char *text, bool *done)
{
	buf_clear(&scene->out);
	const struct bytes in = { (const uint8_t *)text, text ? strlen(text) : 0 };
	return scene->steps.step(scene->steps.self, in, &scene->out, done, &scene->err);
}

static void makes_the_message_of_plain(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	bool done = false;
	scene_begin(&scene);
	assert_true(start(&scene, "PLAIN"));
	assert_true(step(&scene, NULL, &done));
	assert_true(done);
	assert_int_equal(scene.out.size, 5 + sizeof(veiled) - 1);
	assert_memory_equal(scene.out.data, "\0bot\0", 5);
	assert_true(is_password(scene.out.data + 5));
	/* The caller's to wipe. (Memory is not searched here: without -z now, which this build is,
	 * the loader saves vector registers on the stack, and memcpy() had it in one.) */
	secret_wipe(scene.out.data, scene.out.room);
}

/* To a proof and the refusal of a server that does not know the password. */
static void proves_without_having_it_here(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	bool done = false;
	scene_begin(&scene);
	assert_true(start(&scene, "SCRAM-SHA-256"));
	assert_true(step(&scene, NULL, &done));
	assert_memory_equal(scene.out.data, "n,,n=bot,r=", 11);
	assert_false(done);
	assert_int_equal(search_memory(), 0);
	const char *first = arena_printf(mem, "r=%sserver,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
					 buf_string(&scene.out) + 11);
	assert_true(step(&scene, first, &done));
	assert_memory_equal(scene.out.data, "c=biws,r=", 9);
	assert_non_null(strstr(buf_string(&scene.out), ",p="));
	assert_int_equal(search_memory(), 0);
	assert_false(step(&scene, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", &done));
	assert_int_equal(scene.err.code, ERR_IMPOSTOR);
	assert_false(done);
	assert_int_equal(search_memory(), 0);
}

static void says_what_libgsasl_cannot(void **state)
{
	(void)state;
	CLEANUP(scene_end) struct scene scene;
	scene_begin(&scene);
	assert_false(start(&scene, "SCRAM-SHA-512-XYZ"));
	assert_int_equal(scene.err.code, ERR_UNSUPPORTED);
	assert_int_equal(scene.vault.pid, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_message_of_plain),
		cmocka_unit_test(proves_without_having_it_here),
		cmocka_unit_test(says_what_libgsasl_cannot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
