/* One row an endpoint, for spreadsheets and statistics: RFC 4180.
 *
 * A spreadsheet takes a field that begins with one of = + - @ for a formula, and a stranger writes
 * names of certificates: such text gets an apostrophe in front, which spreadsheets hide. Numbers
 * are ours. What is not known is empty. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/plain.h"
#include "report/record_parts.h"
#include "report/sheet.h"

struct sheet {
	int64_t now;
	struct buf field;
};

/* The findings of a record by endpoint, those of the record itself behind them; each chain ends
 * with NULL, and next goes by finding. */
struct chains {
	const struct digest_finding **first, **next;
};

/* The row in the making. */
struct row {
	struct sheet *sheet;
	const struct digest *digest;
	const struct chains *chains;
	const struct digest_endpoint *at; /* NULL: a domain without any */
	struct buf *out;
	bool begun;
};

static void end_field(struct row *row)
{
	struct buf *field = &row->sheet->field;
	const char *text = buf_string(field);
	bool quoted = text[strcspn(text, ",\"")];
	if (row->begun)
		buf_char(row->out, ',');
	row->begun = true;
	if (quoted)
		buf_char(row->out, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			buf_char(row->out, '"');
		buf_char(row->out, *c);
	}
	if (quoted)
		buf_char(row->out, '"');
	buf_clear(field);
}

/* Those of East Asian width count in some places. */
static bool is_formula(const char *text)
{
	static const char *const starts[] = { "=", "+", "-", "@", "＝", "＋", "－", "＠" };
	text += strspn(text, " ");
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static void put_text(struct row *row, const char *text)
{
	if (text && is_formula(text))
		buf_char(&row->sheet->field, '\'');
	if (text)
		plain_text(&row->sheet->field, text);
	end_field(row);
}

static void put_number(struct row *row, bool known, long long number)
{
	if (known)
		buf_printf(&row->sheet->field, "%lld", number);
	end_field(row);
}

static void put_time(struct row *row, int64_t seconds)
{
	char text[32];
	put_text(row, seconds ? record_time(seconds, text) : NULL);
}

static void put_answer(struct row *row, enum seen_answer answer)
{
	static const char *const words[] = {
		[ANSWER_UNKNOWN] = NULL,
		[ANSWER_NO] = "no",
		[ANSWER_YES] = "yes",
	};
	put_text(row, words[answer]);
}

static void put_proofs(struct row *row)
{
	struct buf *field = &row->sheet->field;
	for (unsigned flag = PROOF_PKIX; flag <= PROOF_PIN; flag <<= 1) {
		if (row->at->proofs & flag)
			buf_printf(field, "%s%s", field->size ? " " : "",
				   proof_text((enum proof)flag));
	}
	end_field(row);
}

static void put_versions(struct row *row)
{
	struct buf *field = &row->sheet->field;
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (row->at->versions[i] == ANSWER_YES)
			buf_printf(field, "%s%s", field->size ? " " : "",
				   tls_version_name((enum tls_version)i));
	}
	end_field(row);
}

static void put_door(struct row *row)
{
	const struct digest_endpoint *at = row->at;
	bool file = at->source == SOURCE_FILE;
	put_text(row, service_name(at->service));
	put_text(row, file ? "file" : transport_name(at->transport));
	put_text(row, at->host);
	put_text(row, at->address);
	put_number(row, !file, at->port);
	put_text(row, at->examined ? status_name(at->status) : NULL);
}

static void put_walk(struct row *row)
{
	const struct digest_endpoint *at = row->at;
	put_answer(row, at->up);
	put_answer(row, at->encrypted);
	put_answer(row, at->authenticated);
	put_proofs(row);
	put_text(row, tls_version_name(at->version));
	put_text(row, at->cipher);
	put_text(row, at->group);
	put_versions(row);
	put_answer(row, at->forward_secrecy);
	put_answer(row, at->post_quantum);
	put_answer(row, at->plus);
	put_answer(row, at->dane);
	put_answer(row, at->starttls_required);
	put_text(row, at->dialback);
}

static void put_certificate(struct row *row)
{
	const struct digest_endpoint *at = row->at;
	put_text(row, at->subject);
	put_text(row, at->issuer);
	put_text(row, at->key);
	put_number(row, at->key_bits, at->key_bits);
	put_time(row, at->not_before);
	put_time(row, at->not_after);
	put_number(row, at->not_after, record_days(at->not_after - row->sheet->now));
	put_time(row, at->chain_not_after);
	put_text(row, at->sha256);
}

static size_t chain_of(const struct digest *digest, const struct digest_endpoint *at)
{
	return at ? (size_t)(at - digest->endpoints) : digest->endpoint_count;
}

/* From the last to the first, so that each chain has the digest's order. */
static struct chains chain_findings(const struct digest *digest, struct arena *mem)
{
	const size_t size = sizeof(const struct digest_finding *);
	const struct digest_finding **first = arena_array(mem, digest->endpoint_count + 1, size);
	const struct digest_finding **next = arena_array(mem, digest->finding_count, size);
	for (size_t i = digest->finding_count; i-- > 0;) {
		const struct digest_finding *found = &digest->findings[i];
		size_t chain = chain_of(digest, found->at);
		next[i] = first[chain];
		first[chain] = found;
	}
	return (struct chains){ first, next };
}

/* Of this endpoint, or of the record where at is NULL. */
static void put_findings(struct row *row, const struct digest_endpoint *at)
{
	CLEANUP(buf_free) struct buf ids = buf_new(BUF_UNBOUNDED);
	const struct digest_finding *found = row->chains->first[chain_of(row->digest, at)];
	for (; found; found = row->chains->next[found - row->digest->findings]) {
		if (found->severity > SEVERITY_NONE)
			buf_printf(&ids, "%s%s:%s", ids.size ? " " : "",
				   severity_name(found->severity), found->id);
	}
	put_text(row, buf_string(&ids));
}

/* "c2s:DP-3 s2s:DP-3": what makes a domain worse beside its findings. */
static void put_broken_promises(struct row *row)
{
	CLEANUP(buf_free) struct buf ids = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < row->digest->promise_count; i++) {
		const struct digest_promise *promise = &row->digest->promises[i];
		if (promise->result == PROMISE_BROKEN)
			buf_printf(&ids, "%s%s:%s", ids.size ? " " : "",
				   service_name(promise->service), promise->id);
	}
	put_text(row, buf_string(&ids));
}

/* In the order of the functions above. */
static const char *const columns[] = {
	"domain",
	"domain_status",
	"policy",
	"checked",
	"dnssec",
	"domain_findings",
	"broken_promises",
#define DOOR_COLUMNS 6
	"service",
	"transport",
	"host",
	"address",
	"port",
	"status",
#define WALK_COLUMNS 14
	"up",
	"encrypted",
	"authenticated",
	"authenticated_by",
	"tls_version",
	"cipher",
	"group",
	"accepted_versions",
	"forward_secrecy",
	"post_quantum",
	"channel_binding",
	"dane",
	"starttls_required",
	"dialback",
#define CERTIFICATE_COLUMNS 9
	"subject",
	"issuer",
	"key",
	"key_bits",
	"not_before",
	"not_after",
	"days_left",
	"chain_not_after",
	"sha256",
#define END_COLUMNS 2
	"findings",
	"failure",
};

static void write_endpoint(struct row *row)
{
	put_door(row);
	put_walk(row);
	put_certificate(row);
	put_findings(row, row->at);
	put_text(row, row->at->failure);
}

static void write_row(struct row *row)
{
	const struct digest *digest = row->digest;
	put_text(row, digest_name(digest));
	put_text(row, status_name(digest->status));
	put_text(row, digest_policy_word(digest->policies));
	put_time(row, digest->time);
	put_text(row, digest->dnssec == DNSSEC_UNKNOWN ? NULL : dnssec_name(digest->dnssec));
	put_findings(row, NULL);
	put_broken_promises(row);
	if (row->at) {
		write_endpoint(row);
	} else {
		for (int i = 0; i < DOOR_COLUMNS + WALK_COLUMNS + CERTIFICATE_COLUMNS + END_COLUMNS;
		     i++)
			put_text(row, NULL);
	}
	buf_text(row->out, "\r\n");
}

static struct sheet *csv_begin(const struct sheet_options *options, struct buf *out)
{
	struct sheet *sheet = memory_new(sizeof(*sheet));
	sheet->now = options->now;
	sheet->field = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		buf_printf(out, "%s%s", i ? "," : "", columns[i]);
	buf_text(out, "\r\n");
	return sheet;
}

static bool csv_add(struct sheet *sheet, const struct digest *digest, struct buf *out,
		    struct err *err)
{
	(void)err;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct chains chains = chain_findings(digest, mem);
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		struct row row = { sheet, digest, &chains, &digest->endpoints[i], out, false };
		write_row(&row);
	}
	if (digest->endpoint_count == 0) {
		struct row row = { sheet, digest, &chains, NULL, out, false };
		write_row(&row);
	}
	return true;
}

static enum sheet_state csv_end(struct sheet *sheet, struct buf *out, struct err *err)
{
	(void)sheet, (void)out, (void)err;
	return SHEET_DONE;
}

static void csv_free(struct sheet *sheet)
{
	buf_free(&sheet->field);
	free(sheet);
}

const struct sheet_kind sheet_csv = { "csv", 0, csv_begin, csv_add, csv_end, csv_free };
