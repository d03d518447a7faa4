/* fixture.h - certificates of tests/data/certs for tests that run in the source folder. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>

#include "base/arena.h"
#include "tls/cert.h"

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

#endif
