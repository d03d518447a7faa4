/* What is to be mended, the worst first; what many endpoints have stands once. */
#include "base/word.h"
#include "report/html_parts.h"

#define FINDINGS_SHOWN 100

struct group {
	const struct digest_finding *finding;
	bool *members; /* endpoints; NULL: it is the record's */
	bool whole;
};

static bool same_finding(const struct digest_finding *a, const struct digest_finding *b)
{
	return a->severity == b->severity && word_same(a->id, b->id) && word_same(a->text, b->text);
}

static size_t find_groups(const struct html_domain *domain, struct group *out)
{
	const struct digest *digest = domain->digest;
	size_t count = 0;
	for (size_t i = 0; i < digest->finding_count; i++) {
		const struct digest_finding *finding = &digest->findings[i];
		size_t at = 0;
		while (at < count && !same_finding(out[at].finding, finding))
			at++;
		if (at == FINDINGS_SHOWN)
			continue;
		if (at == count)
			out[count++] = (struct group){
				.finding = finding,
				.members = arena_array(domain->mem, digest->endpoint_count + 1,
						       sizeof(bool)),
			};
		if (finding->at)
			out[at].members[finding->at - digest->endpoints] = true;
		else
			out[at].whole = true;
	}
	return count;
}

static void remedy(struct buf *out, const char *id)
{
	const struct finding_kind *kind = finding_kind_find(id);
	if (!kind)
		return;
	buf_printf(out, "<details><summary>%s</summary><p>",
		   kind->prosody || kind->ejabberd ? "What it means, and how to mend it"
						   : "What it means");
	html_remedy(out, kind->meaning);
	buf_char(out, ' ');
	html_remedy(out, kind->why);
	buf_text(out, "</p>");
	if (kind->prosody || kind->ejabberd)
		buf_text(out, "<dl class=\"facts\">");
	if (kind->prosody) {
		buf_text(out, "<dt>Prosody</dt><dd>");
		html_remedy(out, kind->prosody);
		buf_text(out, "</dd>");
	}
	if (kind->ejabberd) {
		buf_text(out, "<dt>ejabberd</dt><dd>");
		html_remedy(out, kind->ejabberd);
		buf_text(out, "</dd>");
	}
	if (kind->prosody || kind->ejabberd)
		buf_text(out, "</dl>");
	buf_text(out, "</details>");
}

static void one(const struct html_domain *domain, const struct group *group)
{
	const struct digest_finding *finding = group->finding;
	struct buf *out = domain->out;
	buf_text(out, "<li>");
	html_sign(out, "p", severity_name(finding->severity), severity_name(finding->severity));
	buf_text(out, "<div><p>");
	html_sentence(out, finding->text, HTML_TEXT_MAX);
	buf_text(out, "</p><p class=\"meta\">");
	if (!group->whole) {
		html_where(domain->digest, group->members, domain->mem, out);
		buf_text(out, " &middot; ");
	}
	if (finding->ref) {
		html_cut(out, finding->ref, 80);
		buf_text(out, " &middot; ");
	}
	buf_text(out, "<code>");
	html_cut(out, finding->id, 60);
	buf_text(out, "</code></p>");
	remedy(out, finding->id);
	buf_text(out, "</div></li>\n");
}

static void list(const struct html_domain *domain, const struct group *groups, size_t count)
{
	buf_text(domain->out, "<ol class=\"found\">\n");
	for (size_t i = 0; i < count; i++)
		one(domain, &groups[i]);
	buf_text(domain->out, "</ol>\n");
}

/* Notes stand folded behind what calls for somebody. */
void html_findings(const struct html_domain *domain)
{
	struct buf *out = domain->out;
	struct group *groups = arena_array(domain->mem, FINDINGS_SHOWN, sizeof(*groups));
	size_t count = find_groups(domain, groups), grave = 0;
	if (count == 0)
		return;
	while (grave < count && groups[grave].finding->severity > SEVERITY_INFO)
		grave++;
	buf_text(out, "<div>\n<h4>Findings</h4>\n");
	if (grave > 0)
		list(domain, groups, grave);
	if (grave < count) {
		buf_printf(out, "<details class=\"notes\"><summary>");
		html_count(out, count - grave, "note", "notes");
		buf_text(out, "</summary>\n");
		list(domain, groups + grave, count - grave);
		buf_text(out, "</details>\n");
	}
	if (count == FINDINGS_SHOWN)
		buf_printf(out, "<p class=\"soft\">No more than %d are shown.</p>\n",
			   FINDINGS_SHOWN);
	buf_text(out, "</div>\n");
}
