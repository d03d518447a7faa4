/* xmpp-report --html: records in, one page out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/memory.h"
#include "report/html_parts.h"

/* A page of more nobody can open: with some 20 KiB a domain a browser would have 200 MB to lay out.
 * Of each we keep 150 octets and the name. */
#define DOMAINS_MAX 10000
#define CHUNK       (64 * 1024) /* octets handed over at once */
#define ID_OCTETS   10          /* of the digest: who finds two names of one id gets "-2" */

enum piece {
	PIECE_HEAD,
	PIECE_ROWS,
	PIECE_EXPIRY,
	PIECE_SECTIONS,
	PIECE_FOOT,
	PIECE_NONE,
};

struct sheet {
	struct html_page page;
	struct arena *mem; /* names */
	size_t room;       /* of page.rows */
	FILE *file;        /* rows and sections; NULL: none so far */
	int64_t written;
	enum piece next; /* what end() is at: */
	size_t row;      /* this row, */
	size_t offset;   /* so far in its section */
};

static struct sheet *begin(const struct sheet_options *options, struct buf *out)
{
	(void)out; /* the overview comes first, and is known last */
	struct arena *mem = arena_new();
	struct sheet *sheet = arena_alloc(mem, sizeof(*sheet));
	sheet->mem = mem;
	sheet->page.title = arena_copy(mem, options->title);
	sheet->page.now = options->now;
	sheet->page.left_out = options->left_out;
	return sheet;
}

static void end_of_sheet(struct sheet *sheet)
{
	if (!sheet)
		return;
	struct arena *mem = sheet->mem; /* in which the sheet lives itself */
	if (sheet->file)
		fclose(sheet->file);
	free(sheet->page.rows);
	arena_free(&mem);
}

static bool file_fault(const char *what, struct err *err)
{
	return err_set(err, AT_FILE, ERR_SYSTEM,
		       "the temporary file of the page (in %s) cannot be %s: %s", P_tmpdir, what,
		       strerror(errno));
}

static struct html_row *new_row(struct sheet *sheet)
{
	struct html_page *page = &sheet->page;
	if (page->count == sheet->room) {
		sheet->room = sheet->room ? 2 * sheet->room : 64;
		page->rows = realloc(page->rows, sheet->room * sizeof(*page->rows));
		if (!page->rows)
			memory_exhausted();
	}
	struct html_row *row = &page->rows[page->count];
	*row = (struct html_row){ .name = NULL };
	return row;
}

/* The same name has the same id in each page, so that a link to it lasts; and whatever the name is,
 * it is made of letters we choose. */
static bool name_section(const struct html_page *page, struct html_row *row, struct err *err)
{
	uint8_t digest[32] = { 0 };
	size_t twins = 0;
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, row->name, strlen(row->name), digest) != 0)
		return err_set(err, AT_FILE, ERR_SYSTEM, "the TLS library here has no SHA-256");
	size_t length = 2 + 2 * (size_t)ID_OCTETS;
	memcpy(row->id, "d-", 2);
	for (size_t i = 0; i < ID_OCTETS; i++)
		snprintf(row->id + 2 + 2 * i, 3, "%02x", digest[i]);
	for (size_t i = 0; i < page->count; i++)
		twins += memcmp(page->rows[i].id, row->id, length) == 0;
	if (twins > 0)
		snprintf(row->id + length, sizeof(row->id) - length, "-%zu", twins + 1);
	return true;
}

static void first_to_end(const struct digest *digest, int64_t now, struct html_row *row)
{
	const struct digest_endpoint *at = digest_first_to_end(digest);
	if (!at)
		return;
	row->not_after = at->not_after;
	row->urgency = html_urgency(at->not_before, at->not_after, now);
}

static bool append(struct sheet *sheet, const struct buf *text, struct err *err)
{
	if (!sheet->file && !(sheet->file = tmpfile()))
		return file_fault("made", err);
	if (text->size > 0 && fwrite(text->data, 1, text->size, sheet->file) != text->size)
		return file_fault("written", err);
	sheet->written += (int64_t)text->size;
	return true;
}

static bool add(struct sheet *sheet, const struct digest *digest, struct buf *out, struct err *err)
{
	(void)out;
	struct html_row *row = new_row(sheet);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct html_domain domain = { digest, row, sheet->page.now, mem, &text };
	if (sheet->page.count >= DOMAINS_MAX)
		return err_set(err, AT_INPUT, ERR_LIMIT, "a page holds %d domains", DOMAINS_MAX);
	row->name = arena_copy(sheet->mem, digest_name(digest));
	row->status = digest->status;
	row->at = sheet->written;
	if (!name_section(&sheet->page, row, err))
		return false;
	first_to_end(digest, sheet->page.now, row);
	html_overview_row(&domain, &text);
	row->row_size = text.size;
	html_domain_section(&domain);
	row->section_size = text.size - row->row_size;
	if (!append(sheet, &text, err))
		return false;
	html_totals_add(&sheet->page.totals, digest);
	sheet->page.count++;
	return true;
}

/* Trouble first; among equals by name, and the same name in the order it came. */
static int compare_rows(const void *a, const void *b)
{
	static const int rank[] = {
		[STATUS_CRITICAL] = 0,
		[STATUS_WARNING] = 1,
		[STATUS_UNKNOWN] = 2,
		[STATUS_OK] = 3,
	};
	const struct html_row *left = a, *right = b;
	if (left->status != right->status)
		return rank[left->status] - rank[right->status];
	int order = strcmp(left->name, right->name);
	return order ? order : (left->at > right->at) - (left->at < right->at);
}

static bool copy(struct sheet *sheet, int64_t at, size_t size, struct buf *out, struct err *err)
{
	char chunk[4096];
	if (fseeko(sheet->file, (off_t)at, SEEK_SET) != 0)
		return file_fault("read", err);
	while (size > 0) {
		size_t wanted = size < sizeof(chunk) ? size : sizeof(chunk);
		if (fread(chunk, 1, wanted, sheet->file) != wanted)
			return file_fault("read", err);
		buf_add(out, chunk, wanted);
		size -= wanted;
	}
	return true;
}

static bool give_rows(struct sheet *sheet, struct buf *out, struct err *err)
{
	size_t before = out->size;
	while (sheet->row < sheet->page.count && out->size - before < CHUNK) {
		const struct html_row *row = &sheet->page.rows[sheet->row++];
		if (!copy(sheet, row->at, row->row_size, out, err))
			return false;
	}
	if (sheet->row < sheet->page.count)
		return true;
	html_overview_end(out);
	sheet->row = 0;
	sheet->next++;
	return true;
}

static bool give_section(struct sheet *sheet, struct buf *out, struct err *err)
{
	if (sheet->row == sheet->page.count) {
		sheet->next++;
		return true;
	}
	const struct html_row *row = &sheet->page.rows[sheet->row];
	size_t left = row->section_size - sheet->offset;
	size_t size = left < CHUNK ? left : CHUNK;
	int64_t at = row->at + (int64_t)(row->row_size + sheet->offset);
	if (!copy(sheet, at, size, out, err))
		return false;
	sheet->offset = size == left ? 0 : sheet->offset + size;
	sheet->row += size == left;
	return true;
}

static bool give_head(struct sheet *sheet, struct buf *out, struct err *err)
{
	struct html_page *page = &sheet->page;
	if (sheet->file && fflush(sheet->file) != 0)
		return file_fault("written", err);
	if (page->count > 0)
		qsort(page->rows, page->count, sizeof(*page->rows), compare_rows);
	html_head(page, out);
	html_overview_begin(page, out);
	sheet->next++;
	return true;
}

static enum sheet_state end(struct sheet *sheet, struct buf *out, struct err *err)
{
	bool good = true;
	switch (sheet->next) {
	case PIECE_HEAD:
		good = give_head(sheet, out, err);
		break;
	case PIECE_ROWS:
		good = give_rows(sheet, out, err);
		break;
	case PIECE_EXPIRY:
		html_expiry(&sheet->page, out);
		sheet->next++;
		break;
	case PIECE_SECTIONS:
		good = give_section(sheet, out, err);
		break;
	case PIECE_FOOT:
		html_foot(&sheet->page, out);
		sheet->next++;
		break;
	case PIECE_NONE:
		break;
	}
	return !good ? SHEET_FAILED : sheet->next == PIECE_NONE ? SHEET_DONE : SHEET_MORE;
}

const struct sheet_kind sheet_html = {
	.name = "html",
	.records_max = DOMAINS_MAX,
	.begin = begin,
	.add = add,
	.end = end,
	.free = end_of_sheet,
};
