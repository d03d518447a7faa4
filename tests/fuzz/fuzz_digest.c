/* Lines of records go into a digest and through the forms of report that answer a program: no line
 * is torn, no control of a stranger's gets through, and what was read once is read again. */
#include <assert.h>
#include <string.h>

#include "report/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_tame(const struct buf *out)
{
	for (size_t i = 0; i < out->size; i++)
		assert((unsigned char)out->data[i] >= ' ' || strchr("\r\n", out->data[i]));
}

/* A comment, or name, labels within quotes, and one number. */
static void assert_metric(const char *line, size_t size)
{
	bool quoted = false;
	size_t open = 0, close = 0;
	if (line[0] == '#')
		return;
	for (size_t i = 0; i < size; i++) {
		if (quoted && line[i] == '\\') {
			i++;
			assert(i < size && strchr("\\\"n", line[i]));
		} else if (line[i] == '"') {
			quoted = !quoted;
		} else if (!quoted) {
			open += line[i] == '{';
			close += line[i] == '}';
		}
	}
	assert(!quoted && open == close && open <= 1);
	assert(strncmp(line, "xmpp_tls_", 9) == 0 && line[size - 1] >= '0' &&
	       line[size - 1] <= '9');
}

static void assert_metrics(const struct buf *out)
{
	for (const char *line = buf_string(out); *line;) {
		size_t size = strcspn(line, "\n");
		assert(line[size] == '\n');
		assert_metric(line, size);
		line += size + 1;
	}
}

static void make(const struct sheet_kind *kind, const struct digest *digest, struct buf *out)
{
	const struct sheet_options options = { .title = "fuzz", .now = 1782864000 };
	struct sheet *sheet = kind->begin(&options, out);
	struct err err;
	/* Twice, for the second one takes the place of the first. */
	assert(kind->add(sheet, digest, out, &err) && kind->add(sheet, digest, out, &err));
	while (kind->end(sheet, out, &err) == SHEET_MORE)
		;
	kind->free(sheet);
	assert_tame(out);
}

static void report(const struct digest *digest)
{
	static const struct sheet_kind *const kinds[] = { &sheet_csv, &sheet_summary,
							  &sheet_prometheus };
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct buf out = buf_new(BUF_UNBOUNDED);
		make(kinds[i], digest, &out);
		if (kinds[i] == &sheet_prometheus)
			assert_metrics(&out);
		buf_free(&out);
	}
}

static void check_digest(const struct digest *digest)
{
	size_t weighed = 0;
	for (int i = SEVERITY_NONE; i <= SEVERITY_CRITICAL; i++)
		weighed += digest->weights[i];
	assert(weighed == digest->finding_count);
	assert(*digest_name(digest));
	for (size_t i = 0; i < digest->finding_count; i++) {
		const struct digest_endpoint *at = digest->findings[i].at;
		assert(!at || (at >= digest->endpoints &&
			       at < digest->endpoints + digest->endpoint_count));
		assert(i == 0 || digest->findings[i].severity <= digest->findings[i - 1].severity);
	}
	for (size_t i = 0; i < digest->endpoint_count; i++)
		assert(digest->endpoints[i].host && digest->endpoints[i].json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	struct digest digest;
	json_t *record = NULL;
	if (!reread_line((const char *)data, size, &record, &err))
		return 0;
	struct arena *mem = arena_new();
	if (digest_read(record, mem, &digest, &err)) {
		check_digest(&digest);
		report(&digest);
	} else {
		assert(err.code != ERR_NONE && err.text[0]);
	}
	arena_free(&mem);
	json_decref(record);
	return 0;
}
