/* One record, or two, one a line: digested, put into every form of a report, and compared. */
#include <assert.h>
#include <string.h>

#include "report/compare.h"
#include "report/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sheet_kind *const forms[] = {
	&sheet_html, &sheet_prometheus, &sheet_markdown,
	&sheet_csv,  &sheet_summary,    &sheet_manifesto,
};

/* No control of a peer's reaches whoever looks at it. */
static void assert_tame(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert((unsigned char)text[i] >= ' ' || strchr("\r\n\t", text[i]));
}

static void make(const struct sheet_kind *form, const struct digest *digests, size_t count)
{
	const struct sheet_options options = { .now = 1795651200 };
	struct buf out = buf_new(BUF_UNBOUNDED);
	struct sheet *sheet = form->begin(&options, &out);
	struct err err = { 0 };
	enum sheet_state state;
	for (size_t i = 0; i < count; i++)
		assert(form->add(sheet, &digests[i], &out, &err));
	do {
		state = form->end(sheet, &out, &err);
	} while (state == SHEET_MORE);
	assert(state == SHEET_DONE);
	form->free(sheet);
	assert_tame(buf_string(&out), out.size);
	buf_free(&out);
}

static void compare(const struct digest *old, const struct digest *new, struct arena *mem)
{
	struct changes changes;
	compare_records(old, new, mem, &changes);
	for (size_t i = 0; i < changes.count; i++) {
		const struct change *change = &changes.items[i];
		assert(strcmp(change->was, change->is) != 0);
		assert_tame(change->what, strlen(change->what));
		assert_tame(change->was, strlen(change->was));
		assert_tame(change->is, strlen(change->is));
		assert(!strpbrk(change->what, "\t\n"));
	}
	assert(old != new || changes.count == 0);
}

/* A record that is one; NULL otherwise. */
static json_t *read_line(const char *line, size_t size, struct arena *mem, struct digest *out)
{
	struct err err = { 0 };
	json_t *record = NULL;
	if (!reread_line(line, size, &record, &err))
		return NULL;
	if (digest_read(record, mem, out, &err))
		return record;
	assert(err.text[0]);
	json_decref(record);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	json_t *records[2];
	struct digest digests[2];
	size_t count = 0;
	const char *at = (const char *)data, *end = at + size;
	while (count < 2 && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		records[count] = read_line(at, length, mem, &digests[count]);
		count += records[count] != NULL;
		at += length + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		make(forms[i], digests, count);
	for (size_t i = 0; i < count * count; i++)
		compare(&digests[i / count], &digests[i % count], mem);
	while (count > 0)
		json_decref(records[--count]);
	arena_free(&mem);
	return 0;
}
