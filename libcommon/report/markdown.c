/* --markdown: a table of domains, then what is wrong at each, to paste into an issue or a wiki.
 *
 * Rows go out at once; what stands below the table waits in memory, as far as anybody would read
 * it. */
#include <stdlib.h>

#include "base/memory.h"
#include "report/markdown_parts.h"

#define RECORDS_MAX     100000
#define DETAILS_MAX     (32 * 1024 * 1024) /* octets below the table; GitHub takes 64 KiB */
#define DETAILS_AT_ONCE (64 * 1024)

/* Trouble first. */
static const enum status order[] = { STATUS_CRITICAL, STATUS_WARNING, STATUS_UNKNOWN, STATUS_OK };

struct sheet {
	int64_t now;
	const struct left_out *left_out;
	size_t domains, nameless; /* lines that name none */
	size_t statuses[STATUS_UNKNOWN + 1];
	unsigned policies;
	struct buf details[STATUS_UNKNOWN + 1];
	size_t size;           /* octets of all of them */
	size_t place, written; /* in order[], and octets of the details there */
	size_t too_many;       /* domains whose details did not fit */
	bool summed_up;
};

static struct sheet *begin(const struct sheet_options *options, struct buf *out)
{
	struct sheet *sheet = memory_new(sizeof(*sheet));
	sheet->now = options->now;
	sheet->left_out = options->left_out;
	for (size_t i = 0; i < ARRAY_SIZE(sheet->details); i++)
		sheet->details[i] = buf_new(DETAILS_MAX);
	buf_text(out, "# ");
	markdown_text(out, options->title && *options->title ? options->title : "XMPP and TLS",
		      TEXT_MAX_SHOWN);
	buf_text(out, "\n\n" MARKDOWN_HEADER);
	return sheet;
}

static bool add(struct sheet *sheet, const struct digest *digest, struct buf *out, struct err *err)
{
	CLEANUP(buf_free) struct buf details = buf_new(DETAILS_MAX);
	(void)err;
	markdown_row(digest, sheet->now, out);
	sheet->domains += digest->domain != NULL;
	sheet->nameless += digest->domain == NULL;
	sheet->statuses[digest->status]++;
	sheet->policies |= digest->policies;
	markdown_domain(digest, &details);
	if (details.size > DETAILS_MAX - sheet->size) {
		sheet->too_many++;
	} else if (details.size > 0) {
		buf_add(&sheet->details[digest->status], details.data, details.size);
		sheet->size += details.size;
	}
	return true;
}

/* "2026-11-26, 3 domains and 1 line that names none, under bcp195" */
static void write_count(const struct sheet *sheet, struct buf *out)
{
	char day[32];
	record_time(sheet->now, day);
	buf_printf(out, "\n%.10s, %zu domain%s", day, sheet->domains,
		   sheet->domains == 1 ? "" : "s");
	if (sheet->nameless > 0)
		buf_printf(out, " and %zu line%s none", sheet->nameless,
			   sheet->nameless == 1 ? " that names" : "s that name");
	if (sheet->policies)
		buf_printf(out, ", under %s%s", digest_policy_word(sheet->policies),
			   sheet->policies & (sheet->policies - 1) ? " policies" : "");
}

/* "...: 1 critical, 1 ok" */
static void sum_up(const struct sheet *sheet, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *between = ": ", *left_out = left_out_words(sheet->left_out, mem);
	write_count(sheet, out);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (sheet->statuses[order[i]] == 0)
			continue;
		buf_printf(out, "%s%zu %s", between, sheet->statuses[order[i]],
			   status_name(order[i]));
		between = ", ";
	}
	buf_text(out, ".\n");
	if (left_out)
		buf_printf(out, "\n%s.\n", left_out);
	if (sheet->size > 0)
		buf_text(out, "\n## What is wrong, and what mends it\n");
}

/* False: there is no more. */
static bool give_details(struct sheet *sheet, struct buf *out)
{
	const struct buf *details = &sheet->details[order[sheet->place]];
	size_t left = details->size - sheet->written;
	size_t now = left < DETAILS_AT_ONCE ? left : DETAILS_AT_ONCE;
	if (now > 0)
		buf_add(out, details->data + sheet->written, now);
	sheet->written += now;
	if (now < left)
		return true;
	sheet->written = 0;
	return ++sheet->place < ARRAY_SIZE(order);
}

static enum sheet_state end(struct sheet *sheet, struct buf *out, struct err *err)
{
	(void)err;
	if (!sheet->summed_up)
		sum_up(sheet, out);
	sheet->summed_up = true;
	if (give_details(sheet, out))
		return SHEET_MORE;
	if (sheet->too_many > 0)
		buf_printf(
			out,
			"\nThe findings of %zu more domains are left out: too many for a page.\n",
			sheet->too_many);
	return SHEET_DONE;
}

static void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < ARRAY_SIZE(sheet->details); i++)
		buf_free(&sheet->details[i]);
	free(sheet);
}

const struct sheet_kind sheet_markdown = {
	.name = "markdown",
	.records_max = RECORDS_MAX,
	.begin = begin,
	.add = add,
	.end = end,
	.free = sheet_free,
};
