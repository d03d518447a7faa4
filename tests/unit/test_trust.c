#include "unit.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "tls/der.h"
#include "tls/trust.h"

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

/* A file with that text; the caller removes it. */
static const char *scratch_file(struct arena *mem, const char *text)
{
	char *path = arena_copy(mem, "/tmp/test_trust.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void finds_anchors_by_subject(void **state)
{
	struct arena *mem = *state;
	struct bytes root = fixture_der(mem, "root"), other = fixture_der(mem, "second-root");
	struct bytes twin = fixture_der(mem, "intermediate");
	struct bytes twin_too = fixture_der(mem, "intermediate-cross");
	const char *path = scratch_file(
		mem, arena_printf(mem, "# comment\n%s%s\n%s-----BEGIN CERTIFICATE-----\n?\n%s",
				  cert_pem(root, mem), cert_pem(twin, mem), cert_pem(twin_too, mem),
				  "-----END CERTIFICATE-----\n"));
	CLEANUP(trust_free) struct trust *trust = NULL;
	struct err err;
	assert_true(trust_new(path, false, &trust, &err));
	unlink(path);

	struct bytes subject, issuer, found[4];
	bool from_system[4];
	assert_true(cert_peek(root, &subject, &issuer));
	assert_int_equal(trust_find(trust, subject, found, from_system, 4), 1);
	assert_true(bytes_equal(found[0], root) && !from_system[0]);
	assert_true(cert_peek(twin, &subject, &issuer));
	assert_int_equal(trust_find(trust, subject, found, from_system, 4), 2);
	assert_int_equal(trust_find(trust, subject, found, from_system, 1), 1);
	assert_true(cert_peek(other, &subject, &issuer));
	assert_int_equal(trust_find(trust, subject, found, from_system, 4), 0);
	assert_null(trust_problem(trust));
}

static const struct row {
	const char *name, *content, *reason;
} rows[] = {
	{ "empty", "", " holds nothing to trust" },
	{ "text", "no certificate\n", " holds no certificate in PEM to trust" },
	{ "a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	  " holds no certificate in PEM to trust" },
	{ "base64 of something else",
	  "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	  " holds no readable certificate to trust" },
	{ "cut", "-----BEGIN CERTIFICATE-----\nAAAA\n", " holds no readable certificate to trust" },
};

static void refuses_a_file_without_anchors(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *path = scratch_file(*state, rows[i].content);
		struct trust *trust = NULL;
		struct err err;
		assert_row(rows[i].name, !trust_new(path, true, &trust, &err));
		assert_row_string(rows[i].name, err.text,
				  arena_printf(*state, "%s%s", path, rows[i].reason));
		assert_row(rows[i].name, err.stage == AT_FILE && !trust);
		unlink(path);
	}
	struct trust *trust = NULL;
	struct err err;
	assert_false(trust_new("/nonexistent/anchors.pem", false, &trust, &err));
	assert_string_equal(err.text, "cannot read the trust anchors in "
				      "/nonexistent/anchors.pem: No such file or directory");
	assert_false(trust_new("/tmp", false, &trust, &err));
	assert_string_equal(err.text, "cannot read the trust anchors in /tmp: Is a directory");
}

static void *ask(void *data)
{
	struct bytes nobody = { (const uint8_t *)"\x30\x00", 2 }, found[1];
	bool from_system[1];
	assert(trust_find(data, nobody, found, from_system, 1) == 0);
	return NULL;
}

/* The machine may have no bundle: then it must say so, and to all threads alike. */
static void reads_the_system_bundle_when_asked(void **state)
{
	(void)state;
	CLEANUP(trust_free) struct trust *trust = NULL;
	struct err err;
	pthread_t threads[4];
	assert_true(trust_new(NULL, false, &trust, &err));
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, trust), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	if (access(TRUST_SYSTEM_BUNDLE, R_OK) == 0)
		assert_null(trust_problem(trust));
	else
		assert_non_null(strstr(trust_problem(trust), TRUST_SYSTEM_BUNDLE));
}

static void asks_the_system_besides_a_file_only_when_told(void **state)
{
	struct bytes pem, ders[1], subject, issuer, found[2];
	bool from_system[2];
	size_t broken;
	struct err err;
	if (access(TRUST_SYSTEM_BUNDLE, R_OK) != 0)
		skip();
	pem = fixture_file(*state, TRUST_SYSTEM_BUNDLE);
	assert_int_equal(cert_from_pem(pem, *state, ders, 1, &broken), 1);
	assert_true(cert_peek(ders[0], &subject, &issuer));
	for (int with_system = 0; with_system <= 1; with_system++) {
		CLEANUP(trust_free) struct trust *trust = NULL;
		assert_true(trust_new(FIXTURE_FOLDER "root.pem", with_system, &trust, &err));
		size_t count = trust_find(trust, subject, found, from_system, 2);
		assert_int_equal(count, with_system ? 1 : 0);
		assert_true(!with_system || from_system[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_anchors_by_subject),
		cmocka_unit_test(refuses_a_file_without_anchors),
		cmocka_unit_test(reads_the_system_bundle_when_asked),
		cmocka_unit_test(asks_the_system_besides_a_file_only_when_told),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
