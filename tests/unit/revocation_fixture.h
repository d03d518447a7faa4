/* revocation_fixture.h - what make_revocation.py made, judged on 2026-07-01. */
#ifndef REVOCATION_FIXTURE_H
#define REVOCATION_FIXTURE_H

#include "fixture.h"

#define REVOCATION_FOLDER "tests/data/revocation/"
#define REVOCATION_URL    "http://crl.example/1.crl"

static inline struct bytes revocation_file(struct arena *mem, const char *name)
{
	return fixture_file(mem, arena_printf(mem, REVOCATION_FOLDER "%s", name));
}

static inline struct cert_facts *revocation_cert(struct arena *mem, const char *name)
{
	struct cert_facts *cert = arena_alloc(mem, sizeof(*cert));
	struct err err;
	if (!cert_read(revocation_file(mem, arena_printf(mem, "%s.der", name)), mem, cert, &err))
		fail_msg("%s: %s", name, err.text);
	return cert;
}

#endif
