/* What is wrong at one domain: a finding an item, with where, clause and remedy; then the promises
 * of the manifesto that it breaks. */
#include <string.h>

#include "report/markdown_parts.h"

#define ITEMS_SHOWN     40 /* of a domain: more than any real one has */
#define ENDPOINTS_SHOWN 6  /* at which a finding holds */
#define ID_SHOWN        80
#define REF_SHOWN       80

static bool is_trouble(const struct digest_finding *finding)
{
	const struct finding_kind *kind = finding_kind_find(finding->id);
	return finding->severity >= SEVERITY_WARNING || (kind && kind->unknown);
}

static bool is_same(const struct digest_finding *a, const struct digest_finding *b)
{
	return strcmp(a->id, b->id) == 0 && a->severity == b->severity &&
	       strcmp(a->text, b->text) == 0;
}

/* "c2s `192.0.2.7:5222`" */
static void put_endpoint(const struct digest_endpoint *at, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *host = at->address ? at->address : at->host;
	const char *name = at->port == 0 ? host
			   : strchr(host, ':')
				   ? arena_printf(mem, "[%s]:%u", host, (unsigned)at->port)
				   : arena_printf(mem, "%s:%u", host, (unsigned)at->port);
	buf_printf(out, "%s ", service_name(at->service));
	markdown_code(out, name, NAME_MAX_SHOWN, false);
}

/* Where else the same holds; told marks what is said with this one. */
static void put_places(const struct digest *digest, size_t first, bool *told, struct buf *out)
{
	size_t count = 0;
	for (size_t i = first; i < digest->finding_count; i++) {
		const struct digest_finding *finding = &digest->findings[i];
		if (told[i] || !is_same(finding, &digest->findings[first]))
			continue;
		told[i] = true;
		if (!finding->at || ++count > ENDPOINTS_SHOWN)
			continue;
		buf_text(out, count == 1 ? " (" : ", ");
		put_endpoint(finding->at, out);
	}
	if (count > ENDPOINTS_SHOWN)
		buf_printf(out, " and %zu more", count - ENDPOINTS_SHOWN);
	buf_text(out, count > 0 ? ")" : "");
}

static void put_remedy(const char *server, const char *remedy, struct buf *out)
{
	if (!remedy)
		return;
	buf_printf(out, "  - %s: ", server);
	markdown_advice(out, remedy);
	buf_char(out, '\n');
}

static void put_finding(const struct digest *digest, size_t which, bool *told, struct buf *out)
{
	const struct digest_finding *finding = &digest->findings[which];
	const struct finding_kind *kind = finding_kind_find(finding->id);
	buf_printf(out, "- **%s** ", severity_name(finding->severity));
	markdown_code(out, finding->id, ID_SHOWN, false);
	put_places(digest, which, told, out);
	buf_text(out, ": ");
	markdown_text(out, finding->text, TEXT_MAX_SHOWN);
	if (finding->ref) {
		buf_text(out, " (");
		markdown_text(out, finding->ref, REF_SHOWN);
		buf_char(out, ')');
	}
	buf_char(out, '\n');
	if (kind) {
		put_remedy("Prosody", kind->prosody, out);
		put_remedy("ejabberd", kind->ejabberd, out);
	}
}

/* A broken promise makes a domain worse as a finding does. */
static void put_promise(const struct digest_promise *promise, struct buf *out)
{
	buf_text(out, "- **broken promise** ");
	markdown_code(out, promise->id, ID_SHOWN, false);
	buf_printf(out, " (%s): ", service_name(promise->service));
	markdown_text(out, promise->text, TEXT_MAX_SHOWN);
	if (promise->reason) {
		buf_text(out, ": ");
		markdown_text(out, promise->reason, TEXT_MAX_SHOWN);
	}
	buf_char(out, '\n');
}

/* The heading before the first; false: enough was shown. */
static bool begin_item(const struct digest *digest, size_t *shown, struct buf *out)
{
	if (*shown == 0) {
		buf_text(out, "\n### ");
		markdown_name(digest, false, out);
		buf_printf(out, ": %s\n\n", status_name(digest->status));
	}
	if (++*shown > ITEMS_SHOWN)
		buf_text(out, "- and more: see its record\n");
	return *shown <= ITEMS_SHOWN;
}

void markdown_domain(const struct digest *digest, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	bool *told = arena_array(mem, digest->finding_count + 1, sizeof(*told));
	size_t shown = 0;
	for (size_t i = 0; i < digest->finding_count; i++) {
		if (told[i] || !is_trouble(&digest->findings[i]))
			continue;
		if (!begin_item(digest, &shown, out))
			return;
		put_finding(digest, i, told, out);
	}
	for (size_t i = 0; i < digest->promise_count; i++) {
		if (digest->promises[i].result != PROMISE_BROKEN)
			continue;
		if (!begin_item(digest, &shown, out))
			return;
		put_promise(&digest->promises[i], out);
	}
}
