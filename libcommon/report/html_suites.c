/* What xmpp-ciphers saw: each different set of suites once, as a picture, and what else was
 * tried. */
#include <string.h>

#include "report/html_parts.h"
#include "report/svg_matrix.h"

#define SETS_SHOWN  4
#define ROWS_SHOWN  200 /* suites of all versions: stacks that take everything know so many */
#define NAMES_SHOWN 24

struct suite_set {
	const json_t *versions, *ciphers;
	bool *members; /* endpoints that take the same */
};

static size_t find_sets(const struct html_domain *domain, struct suite_set out[SETS_SHOWN])
{
	const struct digest *digest = domain->digest;
	size_t count = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const json_t *ciphers = html_get(digest->endpoints[i].json, "ciphers", NULL);
		const json_t *versions = html_get(ciphers, "versions", NULL);
		size_t at = 0;
		if (json_array_size(versions) == 0)
			continue;
		while (at < count && !json_equal(out[at].versions, versions))
			at++;
		if (at == SETS_SHOWN)
			continue;
		if (at == count) {
			bool *members = arena_array(domain->mem, digest->endpoint_count,
						    sizeof(bool));
			out[count++] = (struct suite_set){ versions, ciphers, members };
		}
		out[at].members[i] = true;
	}
	return count;
}

static const char *suite_name(const json_t *suite)
{
	const char *name = word_in(suite, "name");
	return name ? name : word_in(suite, "code");
}

static struct matrix_row *find_row(struct matrix_row *rows, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	if (*count == ROWS_SHOWN)
		return NULL;
	rows[*count] = (struct matrix_row){ .name = name };
	return &rows[(*count)++];
}

static void add_suites(const json_t *list, enum tls_version version, struct matrix_row *rows,
		       size_t *count)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *suite = json_array_get(list, i);
		const char *name = suite_name(suite), *note = word_in(suite, "note");
		struct matrix_row *row = name ? find_row(rows, count, name) : NULL;
		if (!row)
			continue;
		row->marks[version] = matrix_mark_parse(word_in(suite, "verdict"));
		if (!row->say)
			row->say = note;
	}
}

static enum matrix_state state_of(const json_t *version)
{
	const char *offered = word_in(version, "offered");
	return !offered                      ? MATRIX_UNTOLD
	       : strcmp(offered, "yes") == 0 ? MATRIX_TAKEN
	       : strcmp(offered, "no") == 0  ? MATRIX_REFUSED
					     : MATRIX_UNCLEAR;
}

/* The newest version first, as the screen of xmpp-ciphers has it. */
static struct matrix make_matrix(const struct html_domain *domain, const struct suite_set *set,
				 size_t number)
{
	struct matrix_row *rows = arena_array(domain->mem, ROWS_SHOWN, sizeof(*rows));
	struct matrix matrix = { .rows = rows };
	matrix.id = arena_printf(domain->mem, "%s-m%zu", domain->row->id, number);
	for (int wanted = TLS_1_3; wanted >= SSL_2_0; wanted--) {
		for (size_t i = 0; i < json_array_size(set->versions); i++) {
			const json_t *entry = json_array_get(set->versions, i);
			const char *name = word_in(entry, "version");
			enum tls_version version;
			if (!name || !tls_version_parse(name, &version) || (int)version != wanted)
				continue;
			matrix.versions[version] = state_of(entry);
			add_suites(json_object_get(entry, "suites"), version, rows, &matrix.count);
		}
	}
	return matrix;
}

static void name_list(struct buf *facts, const char *label, const json_t *list)
{
	size_t count = json_array_size(list);
	if (count == 0)
		return;
	buf_printf(facts, "<dt>%s</dt><dd>", label);
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
		const json_t *entry = json_array_get(list, i);
		buf_text(facts, i ? ", " : "");
		html_cut(facts, suite_name(entry), 40);
		if (json_is_true(json_object_get(entry, "post_quantum")))
			buf_text(facts, " (post-quantum)");
	}
	if (count > NAMES_SHOWN)
		buf_printf(facts, " and %zu more", count - NAMES_SHOWN);
	buf_text(facts, "</dd>");
}

/* "TLS1.3 the client's, TLS1.2 the server's" in the record's words. */
static void orders(struct buf *facts, const json_t *versions)
{
	const char *between = "<dt>Whose order</dt><dd>";
	for (size_t i = json_array_size(versions); i-- > 0;) {
		const json_t *entry = json_array_get(versions, i);
		const char *order = word_in(entry, "preference");
		if (!order)
			continue;
		buf_text(facts, between);
		html_cut(facts, word_in(entry, "version"), 8);
		buf_text(facts, ": ");
		html_cut(facts, order, 16);
		between = ", ";
	}
	if (*between == ',')
		buf_text(facts, "</dd>");
}

static void facts_of(const struct html_domain *domain, const json_t *ciphers)
{
	CLEANUP(buf_free) struct buf facts = buf_new(BUF_UNBOUNDED);
	html_fact(&facts, "Forward secrecy", word_in(ciphers, "forward_secrecy"));
	orders(&facts, json_object_get(ciphers, "versions"));
	name_list(&facts, "Groups", json_object_get(ciphers, "groups"));
	name_list(&facts, "Signatures", json_object_get(ciphers, "signature_schemes"));
	html_fact(&facts, "Cut short", word_in(ciphers, "cut"));
	if (facts.size > 0)
		buf_printf(domain->out, "<dl class=\"facts\">%s</dl>\n", buf_string(&facts));
}

void html_suites(const struct html_domain *domain)
{
	struct suite_set sets[SETS_SHOWN];
	size_t count = find_sets(domain, sets);
	struct buf *out = domain->out;
	if (count == 0)
		return;
	buf_text(out, "<div>\n<h4>Cipher suites by version</h4>\n");
	for (size_t i = 0; i < count; i++) {
		const struct matrix matrix = make_matrix(domain, &sets[i], i + 1);
		buf_text(out, "<div class=\"part\"><p class=\"where\">Accepted by ");
		html_where(domain->digest, sets[i].members, domain->mem, out);
		buf_text(out, "</p>\n");
		if (matrix.count > 0) {
			buf_text(
				out,
				"<div class=\"suites\"><div><div class=\"scroll\" role=\"region\" tabindex=\"0\" "
				"aria-label=\"Cipher suites by version\">");
			matrix_draw(&matrix, out);
			buf_text(out, "</div>\n");
			matrix_key(&matrix, out);
			buf_text(out, "</div>\n");
		}
		facts_of(domain, sets[i].ciphers);
		buf_text(out, matrix.count > 0 ? "</div></div>\n" : "</div>\n");
	}
	buf_text(out, "</div>\n");
}
