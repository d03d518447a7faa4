/* PEM as strictly as RFC 7468, 2 writes it, where cert_from_pem() takes what it can: here a block
 * that is passed over may be the leaf, and the next one would be judged in its place. */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "tls/intake_inner.h"
#include "tls/pem.h"

#define DASHES    "-----"
#define BEGIN     DASHES "BEGIN "
#define END       DASHES "END "
#define LABEL_MAX 64 /* octets; those that exist have up to 23 */

enum kind {
	KIND_CERTIFICATE,
	KIND_PKCS7,
	KIND_OTHER,   /* known to be something else, or unlike any of these: passed over */
	KIND_MISSPELT /* meant for a certificate: "CERT", "certificate" */
};

/* TRUSTED CERTIFICATE carries settings that may say "rejected": see pem.c. */
static const struct {
	const char *label;
	enum kind kind;
} known[] = {
	{ "CERTIFICATE", KIND_CERTIFICATE },
	{ "X509 CERTIFICATE", KIND_CERTIFICATE },
	{ "PKCS7", KIND_PKCS7 },
	{ "PKCS #7 SIGNED DATA", KIND_PKCS7 },
	{ "CMS", KIND_PKCS7 },
	{ "TRUSTED CERTIFICATE", KIND_OTHER },
	{ "ATTRIBUTE CERTIFICATE", KIND_OTHER },
	{ "CERTIFICATE REQUEST", KIND_OTHER },
	{ "NEW CERTIFICATE REQUEST", KIND_OTHER },
};

/* "-----BEGIN label-----" or END, in its line. */
struct mark {
	bool is_end;
	bool exact;  /* BEGIN or END in capitals */
	bool closed; /* by five dashes in the same line */
	bool alone;  /* nothing but blanks stands beside it in its line */
	struct bytes label;
};

struct walk {
	struct bytes text, at;
	struct arena *mem;
	struct intake_facts *out;
	size_t blocks;      /* BEGIN lines so far */
	size_t wanted;      /* those of certificates, good or not */
	struct bytes label; /* the first one of another kind */
	struct bytes pkcs7; /* base64 of the first one */
	bool has_pkcs7;
};

static struct bytes from(struct bytes at, size_t skip)
{
	return (struct bytes){ at.data + skip, at.size - skip };
}

static bool starts_with(struct bytes at, const char *text)
{
	size_t size = strlen(text);
	return at.size >= size && strncasecmp((const char *)at.data, text, size) == 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

static bool starts_line(struct bytes text, const uint8_t *at)
{
	while (at > text.data && is_blank(at[-1]))
		at--;
	return at == text.data || is_line_end(at[-1]);
}

static bool ends_line(struct bytes behind)
{
	size_t i = 0;
	while (i < behind.size && is_blank(behind.data[i]))
		i++;
	return i == behind.size || is_line_end(behind.data[i]);
}

/* Moves *at to the next five dashes; false: there are none. */
static bool seek_dashes(struct bytes *at)
{
	const uint8_t *dash;
	while (at->size > 0 && (dash = memchr(at->data, '-', at->size))) {
		*at = from(*at, (size_t)(dash - at->data));
		if (starts_with(*at, DASHES))
			return true;
		*at = from(*at, 1);
	}
	return false;
}

/* *at stands on dashes. False: no BEGIN or END behind them. Else *at moves behind the mark. */
static bool take_mark(struct bytes text, struct bytes *at, struct mark *out)
{
	bool is_end = starts_with(*at, END);
	const char *word = is_end ? END : BEGIN;
	if (!is_end && !starts_with(*at, BEGIN))
		return false;
	struct bytes label = from(*at, strlen(word)), rest = label;
	while (rest.size > 0 && !is_line_end(rest.data[0]) && !starts_with(rest, DASHES) &&
	       label.size - rest.size < LABEL_MAX)
		rest = from(rest, 1);
	label.size -= rest.size;
	bool closed = starts_with(rest, DASHES);
	*out = (struct mark){ .is_end = is_end,
			      .exact = memcmp(at->data, word, strlen(word)) == 0,
			      .closed = closed,
			      .alone = starts_line(text, at->data),
			      .label = label };
	*at = closed ? from(rest, strlen(DASHES)) : rest;
	out->alone = out->alone && ends_line(*at);
	return true;
}

/* The next mark that begins its line: one that stands in a sentence is none. */
static bool next_mark(struct bytes text, struct bytes *at, struct mark *out)
{
	while (seek_dashes(at)) {
		if (starts_line(text, at->data) && take_mark(text, at, out))
			return true;
		*at = from(*at, 1);
	}
	return false;
}

static bool is_label(struct bytes label, const char *text)
{
	return label.size == strlen(text) && memcmp(label.data, text, label.size) == 0;
}

static enum kind kind_of(const struct mark *mark)
{
	struct bytes label = mark->label;
	for (size_t i = 0; mark->exact && mark->closed && i < ARRAY_SIZE(known); i++) {
		if (is_label(label, known[i].label))
			return known[i].kind;
	}
	for (; label.size > 0; label = from(label, 1)) {
		if (starts_with(label, "CERT"))
			return KIND_MISSPELT;
	}
	return KIND_OTHER;
}

static const char *shown(struct bytes label, struct arena *mem)
{
	return escape_copy(mem, arena_copy_n(mem, label.data, label.size), LABEL_MAX);
}

static bool same_label(const struct walk *walk, struct bytes a, struct bytes b)
{
	if (a.size == b.size && memcmp(a.data, b.data, a.size) == 0)
		return true;
	if (!walk->out->problem)
		intake_note(walk->out, walk->mem, "block %zu begins as \"%s\" and ends as \"%s\"",
			    walk->blocks, shown(a, walk->mem), shown(b, walk->mem));
	return false;
}

/* Behind the BEGIN line. The text up to the END that belongs to it; base64 has no dashes. */
static bool take_text(struct walk *walk, const struct mark *begin, struct bytes *out)
{
	struct bytes at = walk->at;
	struct mark end;
	bool found = seek_dashes(&at);
	*out = (struct bytes){ walk->at.data, walk->at.size - at.size };
	walk->at = at;
	if (!found || (take_mark(walk->text, &at, &end) && !end.is_end)) {
		intake_note(walk->out, walk->mem, "block %zu has no END line", walk->blocks);
		return false;
	}
	if (at.data == walk->at.data) { /* dashes that are no mark */
		walk->at = from(at, strlen(DASHES));
		intake_note(walk->out, walk->mem, "block %zu is not base64", walk->blocks);
		return false;
	}
	walk->at = at;
	if (!end.closed || !end.exact || !end.alone)
		intake_note(walk->out, walk->mem, "the END line of block %zu is malformed",
			    walk->blocks);
	return same_label(walk, begin->label, end.label) && end.closed && end.exact;
}

static void read_block(struct walk *walk, const struct mark *begin)
{
	struct bytes text, der;
	walk->wanted++;
	if (!begin->alone)
		intake_note(walk->out, walk->mem, "the BEGIN line of block %zu is malformed",
			    walk->blocks);
	if (!take_text(walk, begin, &text))
		return;
	if (!pem_decode(text, walk->mem, &der))
		intake_note(walk->out, walk->mem, "block %zu is not base64", walk->blocks);
	else if (der.size == 0)
		intake_note(walk->out, walk->mem, "block %zu is empty", walk->blocks);
	else
		intake_add(walk->out, der);
}

static void note_misspelt(struct walk *walk, const struct mark *mark)
{
	if (!mark->closed)
		intake_note(walk->out, walk->mem, "the BEGIN line of block %zu is malformed",
			    walk->blocks);
	else if (!walk->out->problem)
		intake_note(walk->out, walk->mem, "block %zu is labelled \"%s\", not CERTIFICATE",
			    walk->blocks, shown(mark->label, walk->mem));
}

static void read_mark(struct walk *walk, const struct mark *mark)
{
	enum kind kind = kind_of(mark);
	if (mark->is_end) {
		/* Those of blocks that were read are behind us. */
		if (kind == KIND_CERTIFICATE)
			intake_note(walk->out, walk->mem, "block %zu has no BEGIN line",
				    walk->blocks + 1);
		return;
	}
	walk->blocks++;
	if (kind == KIND_CERTIFICATE) {
		read_block(walk, mark);
		return;
	}
	if (!walk->label.data)
		walk->label = mark->label;
	if (kind == KIND_PKCS7 && !walk->has_pkcs7)
		walk->has_pkcs7 = take_text(walk, mark, &walk->pkcs7);
	if (kind == KIND_MISSPELT)
		note_misspelt(walk, mark);
}

static void read_pkcs7(struct walk *walk)
{
	struct bytes der;
	if (!pem_decode(walk->pkcs7, walk->mem, &der) || !intake_is_pkcs7(der))
		intake_note(walk->out, walk->mem, "its block of PKCS#7 holds something else");
	else
		intake_pkcs7(der, walk->mem, walk->out);
}

bool intake_is_pem(struct bytes text)
{
	struct bytes at = text;
	struct mark mark;
	return next_mark(text, &at, &mark);
}

void intake_pem(struct bytes text, struct arena *mem, struct intake_facts *out)
{
	struct walk walk = { .text = text, .at = text, .mem = mem, .out = out };
	struct mark mark;
	/* Of a chain that is too long, the first ones are what we look at. */
	while (walk.wanted <= CHAIN_MAX && next_mark(text, &walk.at, &mark))
		read_mark(&walk, &mark);
	if (walk.wanted == 0 && walk.has_pkcs7) {
		read_pkcs7(&walk);
		return;
	}
	if (out->count > 0)
		out->form = INTAKE_PEM;
	else if (walk.wanted == 0 && walk.label.data && !out->problem)
		intake_note(out, mem, "it holds no certificate, but a block \"%s\"",
			    shown(walk.label, mem));
	else
		intake_note(out, mem, "it holds no certificate");
}
