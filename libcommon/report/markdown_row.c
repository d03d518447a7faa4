/* A domain as a row of the table. */
#include <string.h>

#include "report/check_words.h"
#include "report/markdown_parts.h"
#include "report/tally.h"

#define DAY       86400
#define NOT_KNOWN "–"

void markdown_name(const struct digest *digest, bool cell, struct buf *out)
{
	markdown_code(out, digest_name(digest), NAME_MAX_SHOWN, cell);
	if (!digest->unicode || strcmp(digest->unicode, digest_name(digest)) == 0)
		return;
	buf_text(out, " (");
	markdown_text(out, digest->unicode, NAME_MAX_SHOWN);
	buf_char(out, ')');
}

static void put_proofs(const struct digest_service *service, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	if (service->proofs)
		buf_printf(out, " (%s)", check_proofs(service->proofs, '+', mem));
}

/* One that is down, beside others that are not, is no talk in clear. */
static void put_count(const struct digest_service *service, struct buf *out)
{
	if (service->encrypted == ANSWER_YES && service->encrypting < service->tried)
		buf_printf(out, " at %zu of %zu endpoints", service->encrypting, service->tried);
}

/* "encrypted, authenticated (PKIX) at 1 of 2 endpoints" */
static void put_service(const struct digest_service *service, struct buf *out)
{
	bool proven = service->authenticated == ANSWER_YES;
	if (service->encrypted == ANSWER_NO)
		buf_text(out, "**not encrypted**");
	else if (service->encrypted == ANSWER_YES)
		buf_text(out, service->authenticated == ANSWER_NO ? "encrypted only" : "encrypted");
	else if (service->up == ANSWER_NO)
		buf_text(out, "**not reachable**");
	else if (!proven)
		buf_text(out,
			 service->authenticated == ANSWER_NO ? "**not authenticated**" : NOT_KNOWN);
	if (proven && service->encrypted != ANSWER_NO) {
		buf_text(out,
			 service->encrypted == ANSWER_YES ? ", authenticated" : "authenticated");
		put_proofs(service, out);
	}
	put_count(service, out);
}

/* The lowest that was agreed upon. */
static void put_version(const struct digest *digest, struct buf *out)
{
	enum tls_version lowest = TLS_VERSION_NONE;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		enum tls_version here = digest->services[i].version;
		if (here != TLS_VERSION_NONE && (lowest == TLS_VERSION_NONE || here < lowest))
			lowest = here;
	}
	buf_text(out, lowest == TLS_VERSION_NONE ? NOT_KNOWN : tls_version_name(lowest));
}

static void put_days(const struct digest *digest, int64_t now, struct buf *out)
{
	const struct digest_endpoint *first = digest_first_to_end(digest);
	if (!first)
		buf_text(out, NOT_KNOWN);
	else if (first->not_after < now)
		buf_text(out, "**expired**");
	else
		buf_printf(out, "%lld days", (long long)((first->not_after - now) / DAY));
}

/* What hits five endpoints is one trouble: the other tools count so, and below it stands once. */
static size_t count_kinds(const struct digest *digest, enum severity severity)
{
	CLEANUP(tally_free) struct tally *ids = tally_new(UINT32_MAX);
	for (size_t i = 0; i < digest->finding_count; i++) {
		if (digest->findings[i].severity == severity)
			tally_add(ids, digest->findings[i].id);
	}
	return tally_size(ids);
}

/* Likewise of both services. */
static size_t count_broken(const struct digest *digest)
{
	CLEANUP(tally_free) struct tally *ids = tally_new(UINT32_MAX);
	for (size_t i = 0; i < digest->promise_count; i++) {
		if (digest->promises[i].result == PROMISE_BROKEN)
			tally_add(ids, digest->promises[i].id);
	}
	return tally_size(ids);
}

/* "1 critical, 2 warnings, 1 broken promise" */
static void put_findings(const struct digest *digest, struct buf *out)
{
	size_t critical = count_kinds(digest, SEVERITY_CRITICAL);
	size_t warnings = count_kinds(digest, SEVERITY_WARNING);
	size_t broken = count_broken(digest);
	if (critical > 0)
		buf_printf(out, "%zu critical", critical);
	if (warnings > 0)
		buf_printf(out, "%s%zu warning%s", critical > 0 ? ", " : "", warnings,
			   warnings == 1 ? "" : "s");
	if (broken > 0)
		buf_printf(out, "%s%zu broken promise%s", critical + warnings > 0 ? ", " : "",
			   broken, broken == 1 ? "" : "s");
	if (critical + warnings + broken == 0)
		buf_text(out, NOT_KNOWN);
}

void markdown_row(const struct digest *digest, int64_t now, struct buf *out)
{
	const char *strong = digest->status == STATUS_CRITICAL ? "**" : "";
	buf_text(out, "| ");
	markdown_name(digest, true, out);
	buf_printf(out, " | %s%s%s | ", strong, status_name(digest->status), strong);
	for (int i = 0; i < SERVICE_COUNT; i++) {
		put_service(&digest->services[i], out);
		buf_text(out, " | ");
	}
	put_version(digest, out);
	buf_text(out, " | ");
	put_days(digest, now, out);
	buf_text(out, " | ");
	put_findings(digest, out);
	buf_text(out, " |\n");
}
