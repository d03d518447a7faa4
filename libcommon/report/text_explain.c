/* The catalogue as a page: --explain ID, and xmpp-findings(7). */
#include <string.h>

#include "report/grid.h"
#include "report/text.h"

#define PAGE_WIDTH  78
#define LABEL_WIDTH 10

static void write_field(struct buf *out, const char *label, const char *text)
{
	if (!text)
		return;
	text_pad(out, label, LABEL_WIDTH);
	text_wrap(out, text, LABEL_WIDTH, LABEL_WIDTH, PAGE_WIDTH);
	buf_char(out, '\n');
}

/* What a policy leaves out is in no record and on no screen. */
static const char *grade_word(enum severity severity)
{
	return severity == SEVERITY_NONE ? "not shown" : severity_name(severity);
}

/* "warning (bcp195), info (manifesto), critical (strict)"; one word where all agree */
static void grade_words(const enum severity grade[POLICY_COUNT], struct buf *out)
{
	bool agreed = true;
	for (int i = 1; i < POLICY_COUNT; i++)
		agreed = agreed && grade[i] == grade[0];
	if (agreed) {
		buf_text(out, grade_word(grade[0]));
		return;
	}
	for (int i = 0; i < POLICY_COUNT; i++)
		buf_printf(out, "%s%s (%s)", i ? ", " : "", grade_word(grade[i]),
			   policy_name_text((enum policy_name)i));
}

static void severity_words(const struct finding_kind *kind, struct buf *out)
{
	grade_words(kind->severity, out);
	if (kind->other_when) {
		buf_printf(out, "; %s: ", kind->other_when);
		grade_words(kind->other, out);
	}
	if (kind->unknown)
		buf_text(out, "; the status is unknown");
}

void text_explain(const struct finding_kind *kind, struct buf *out)
{
	CLEANUP(buf_free) struct buf grade = buf_new(BUF_UNBOUNDED);
	severity_words(kind, &grade);
	buf_printf(out, "%s\n", kind->id);
	write_field(out, "seen", kind->meaning);
	write_field(out, "why", kind->why);
	write_field(out, "clause", kind->ref);
	write_field(out, "severity", buf_string(&grade));
	write_field(out, "Prosody", kind->prosody);
	write_field(out, "ejabberd", kind->ejabberd);
}

/* A backslash is \e. */
static void mdoc_octets(struct buf *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\\')
			buf_text(out, "\\e");
		else
			buf_char(out, text[i]);
	}
}

/* Words in lines of decent length, a new sentence on a new line; no line begins a request. */
static void mdoc_words(struct buf *out, const char *text, size_t size)
{
	size_t column = 0;
	bool ended = false;
	for (size_t at = 0; at < size;) {
		size_t length = strcspn(text + at, " `");
		if (length > size - at)
			length = size - at;
		if (length > 0 && column > 0) {
			bool next = ended || column + 1 + length > PAGE_WIDTH;
			buf_char(out, next ? '\n' : ' ');
			column = next ? 0 : column + 1;
		}
		if (length > 0 && column == 0 && (text[at] == '.' || text[at] == '\''))
			buf_text(out, "\\&");
		mdoc_octets(out, text + at, length);
		column += length;
		if (length > 0)
			ended = text[at + length - 1] == '.';
		at += length + 1;
	}
	if (column > 0)
		buf_char(out, '\n');
}

/* A macro's argument in quotes, where a quote is written twice. */
static void mdoc_argument(struct buf *out, const char *text, size_t size)
{
	buf_char(out, '"');
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			buf_char(out, '"');
		mdoc_octets(out, text + i, 1);
	}
	buf_char(out, '"');
}

/* A paragraph; `literal text` in backquotes becomes .Ql with the punctuation behind it. */
static void mdoc_paragraph(struct buf *out, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "`");
		mdoc_words(out, text, plain);
		text += plain;
		if (!*text)
			return;
		text++;
		size_t literal = strcspn(text, "`");
		buf_text(out, ".Ql ");
		mdoc_argument(out, text, literal);
		text += literal;
		text += *text == '`';
		for (; *text && strchr(",.;:)", *text); text++)
			buf_printf(out, " %c", *text);
		buf_char(out, '\n');
	}
}

static void mdoc_item(struct buf *out, const char *label, const char *text)
{
	if (!text)
		return;
	buf_printf(out, ".It %s\n", label);
	mdoc_paragraph(out, text);
}

static void mdoc_kind(struct buf *out, const struct finding_kind *kind)
{
	CLEANUP(buf_free) struct buf grade = buf_new(BUF_UNBOUNDED);
	severity_words(kind, &grade);
	buf_printf(out, ".Ss %s\n", kind->id);
	mdoc_paragraph(out, kind->meaning);
	mdoc_paragraph(out, kind->why);
	buf_text(out, ".Bl -tag -width Severity\n");
	mdoc_item(out, "Severity", buf_string(&grade));
	mdoc_item(out, "Clause", kind->ref);
	mdoc_item(out, "Prosody", kind->prosody);
	mdoc_item(out, "ejabberd", kind->ejabberd);
	buf_text(out, ".El\n");
}

void text_findings_man(struct buf *out)
{
	buf_text(out, ".\\\" Generated from the catalogue of findings: change it there.\n"
		      ".Dd November 22, 2026\n"
		      ".Dt XMPP-FINDINGS 7\n"
		      ".Os\n"
		      ".Sh NAME\n"
		      ".Nm xmpp-findings\n"
		      ".Nd what the xmpp-tls-tools can find, why it matters, how to mend it\n"
		      ".Sh DESCRIPTION\n"
		      "Each finding of the\n"
		      ".Xr xmpp-tls-tools 7\n"
		      "has an id that does not change.\n"
		      "Its severity depends on the\n"
		      ".Fl Fl policy ;\n"
		      ".Fl Fl ignore ,\n"
		      ".Fl Fl warning\n"
		      "and\n"
		      ".Fl Fl critical\n"
		      "with an id re-grade it for a site.\n"
		      "The remedies name options of Prosody 0.12 and ejabberd 23.\n"
		      ".Sh FINDINGS\n");
	for (size_t i = 0; i < finding_kind_count; i++)
		mdoc_kind(out, &finding_kinds[i]);
	buf_text(out, ".Sh SEE ALSO\n"
		      ".Xr xmpp-certcheck 1 ,\n"
		      ".Xr xmpp-ciphers 1 ,\n"
		      ".Xr xmpp-dialback 1 ,\n"
		      ".Xr xmpp-starttls 1 ,\n"
		      ".Xr xmpp-tls-tools 7\n");
}
