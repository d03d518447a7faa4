/* fixture.h - certificates of tests/data/certs for tests that run in the source folder. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "tls/cert.h"
#include "tls/trust.h"

#define FIXTURE_FOLDER  "tests/data/certs/"
#define FIXTURE_JULY_26 1782864000 /* 2026-07-01: when the good fixtures are valid */

static inline struct bytes fixture_file(struct arena *mem, const char *path)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	uint8_t *data = arena_alloc(mem, 1 << 18);
	size_t size = fread(data, 1, 1 << 18, file);
	fclose(file);
	return (struct bytes){ data, size };
}

/* The DER of NAME.pem. */
static inline struct bytes fixture_der(struct arena *mem, const char *name)
{
	struct bytes pem = fixture_file(mem, arena_printf(mem, FIXTURE_FOLDER "%s.pem", name)),
		     der = { 0 };
	size_t broken;
	assert_int_equal(cert_from_pem(pem, mem, &der, 1, &broken), 1);
	assert_int_equal(broken, 0);
	return der;
}

static inline struct cert_facts fixture_cert(struct arena *mem, const char *name)
{
	struct cert_facts cert;
	struct err err;
	if (!cert_read(fixture_der(mem, name), mem, &cert, &err))
		fail_msg("%s: %s", name, err.text);
	return cert;
}

/* Names separated by spaces; "garbage" stands for octets that are no certificate. */
static inline size_t fixture_ders(struct arena *mem, const char *names, struct bytes *out,
				  size_t room)
{
	size_t count = 0;
	char *list = arena_copy(mem, names), *save = NULL;
	for (char *name = strtok_r(list, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		assert_true(count < room);
		out[count++] = strcmp(name, "garbage") == 0 ? arena_bytes(mem, "garbage", 7)
							    : fixture_der(mem, name);
	}
	return count;
}

/* A bundle of these anchors and no others; trust_free() it. */
static inline struct trust *fixture_trust(struct arena *mem, const char *names)
{
	struct bytes ders[8];
	char path[] = "/tmp/fixture_trust.XXXXXX";
	struct trust *trust = NULL;
	struct err err;
	int fd = mkstemp(path);
	size_t count = fixture_ders(mem, names, ders, ARRAY_SIZE(ders));
	for (size_t i = 0; i < count; i++) {
		const char *pem = cert_pem(ders[i], mem);
		assert_int_equal(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
	}
	close(fd);
	bool ok = trust_new(path, false, &trust, &err);
	unlink(path);
	assert_true(ok);
	return trust;
}

#endif
