/* sheet_fixture.h - a report of a few records. */
#ifndef SHEET_FIXTURE_H
#define SHEET_FIXTURE_H

#include "digest_fixture.h"

#include "report/sheet.h"

/* 2026-07-01T00:00:00Z, when the sections of digest_fixture.h were written. */
#define SHEET_NOW 1782864000

/* The report, with the caller's buffer emptied after each call as the tool does. */
static inline void sheet_lines(const struct sheet_kind *kind, const struct sheet_options *options,
			       const char *const *lines, size_t count, struct buf *whole)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	enum sheet_state state = SHEET_MORE;
	struct err err = { 0 };
	struct sheet *sheet = kind->begin(options, &out);
	for (size_t i = 0; i < count; i++) {
		CLEANUP(digested_free) struct digested got = digest_of(lines[i]);
		assert_true(kind->add(sheet, &got.digest, &out, &err));
		buf_add(whole, out.data, out.size);
		buf_clear(&out);
	}
	while (state == SHEET_MORE) {
		state = kind->end(sheet, &out, &err);
		buf_add(whole, out.data, out.size);
		buf_clear(&out);
	}
	assert_int_equal(state, SHEET_DONE);
	kind->free(sheet);
}

/* Judged under the manifesto, which a stranger may have added to. */
#define PROMISE(id, service, result)                                                               \
	"{'id':'" id "','service':'" service "','result':'" result "','text':'text of " id         \
	"','reason':'why'}"
#define PROMISES                                                                                         \
	"'manifesto':[" PROMISE("SW-1", "c2s", "kept") "," PROMISE("SW-1", "s2s", "broken") "," PROMISE( \
		"SW-7", "s2s",                                                                           \
		"kept-by-fallback") "," PROMISE("SW-8", "s2s",                                           \
						"not-testable") "," PROMISE("DP-3", "c2s",               \
									    "broken") "]"

/* A walk that went well, with all that a report wants to know. */
#define GOOD_WALK                                                                                  \
	SECTION("starttls",                                                                        \
		"'status':'ok','encrypted':true,'authenticated':true,"                             \
		"'authenticated_by':['pkix'],"                                                     \
		"'steps':[{'step':'tcp','ok':true,'elapsed_ms':11.25},"                            \
		"{'step':'tls','ok':true,'elapsed_ms':30.5},"                                      \
		"{'step':'features','ok':true,'elapsed_ms':2}],"                                   \
		"'features_before':{'starttls':true,'starttls_required':true,'mechanisms':[]},"    \
		"'features_after':{'starttls':false,'mechanisms':['SCRAM-SHA-1-PLUS']},"           \
		"'tls':{'up':true,'version':'TLS1.3','cipher':'TLS_AES_256_GCM_SHA384',"           \
		"'group':'x25519','forward_secrecy':true},"                                        \
		"'certificate':{'subject':'CN=im.example','issuer':'CN=Good CA,O=\\\\22x\\\\22',"  \
		"'not_before':'2026-06-01T00:00:00Z','not_after':'2026-07-11T00:00:00Z',"          \
		"'key':'EC P-256','bits':256,'sha256':'ab'},"                                      \
		"'findings':[]")

#endif
