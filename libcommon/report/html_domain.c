/* The section of one domain: what it comes to, how one gets there, what was seen there, what is to
 * be mended. */
#include <string.h>

#include "report/check_words.h"
#include "report/html_parts.h"

static void add_fact(struct buf *out, const char *label, enum seen_answer answer, const char *yes,
		     const char *no)
{
	if (answer != ANSWER_UNKNOWN)
		html_fact(out, label, answer == ANSWER_YES ? yes : no);
}

enum trait {
	TRAIT_ENCRYPTED,
	TRAIT_AUTHENTICATED,
};

/* " at 1 of 2 endpoints": of those that could be told; "" where they agree. */
static const char *lacking(const struct digest *digest, enum service service, enum trait trait,
			   struct arena *mem)
{
	size_t known = 0, lack = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		enum seen_answer answer = trait == TRAIT_ENCRYPTED ? at->encrypted
								   : at->authenticated;
		if (at->service != service || answer == ANSWER_UNKNOWN)
			continue;
		known++;
		lack += answer == ANSWER_NO;
	}
	return lack == known
		       ? ""
		       : arena_printf(mem, " <small>at %zu of %zu endpoints</small>", lack, known);
}

static const char *encrypted_words(const struct html_domain *domain, enum service service)
{
	const struct digest_service *seen = &domain->digest->services[service];
	if (seen->encrypted == ANSWER_YES)
		return seen->encrypting == seen->tried
			       ? "encrypted"
			       : arena_printf(domain->mem,
					      "encrypted <small>at %zu of %zu endpoints</small>",
					      seen->encrypting, seen->tried);
	if (seen->encrypted == ANSWER_UNKNOWN)
		return seen->up == ANSWER_NO ? "not reachable" : "could not be examined";
	return arena_printf(domain->mem, "not encrypted%s",
			    lacking(domain->digest, service, TRAIT_ENCRYPTED, domain->mem));
}

static const char *authenticated_words(const struct html_domain *domain, enum service service)
{
	const struct digest_service *seen = &domain->digest->services[service];
	if (seen->authenticated == ANSWER_UNKNOWN)
		return "not known whether authenticated";
	if (seen->authenticated == ANSWER_NO)
		return arena_printf(domain->mem, "not authenticated%s",
				    lacking(domain->digest, service, TRAIT_AUTHENTICATED,
					    domain->mem));
	if (!seen->proofs)
		return "authenticated";
	return arena_printf(domain->mem, "authenticated <small>by %s</small>",
			    check_proofs(seen->proofs, '+', domain->mem));
}

static void verdict(const struct html_domain *domain, enum service service)
{
	const struct digest_service *seen = &domain->digest->services[service];
	bool dead = seen->encrypted == ANSWER_UNKNOWN && seen->up == ANSWER_NO;
	buf_text(domain->out, "<ul class=\"verdict\">");
	html_mark(domain->out, "li", dead ? seen->status : html_answer_status(seen->encrypted),
		  encrypted_words(domain, service));
	if (seen->encrypted != ANSWER_UNKNOWN)
		html_mark(domain->out, "li", html_answer_status(seen->authenticated),
			  authenticated_words(domain, service));
	buf_text(domain->out, "</ul>");
}

static void service(const struct html_domain *domain, enum service which)
{
	const struct digest_service *seen = &domain->digest->services[which];
	struct buf *out = domain->out;
	size_t endpoints = 0;
	for (size_t i = 0; i < domain->digest->endpoint_count; i++)
		endpoints += domain->digest->endpoints[i].service == which &&
			     domain->digest->endpoints[i].examined;
	buf_printf(out, "<div class=\"service\"><h4>%s <span>%s", html_service_word(which),
		   service_name(which));
	if (endpoints > 0)
		buf_printf(out, ", %zu endpoint%s", endpoints, endpoints == 1 ? "" : "s");
	buf_text(out, "</span></h4>");
	if (!seen->seen) {
		buf_text(out, "<p class=\"soft\">Nothing was examined.</p></div>\n");
		return;
	}
	verdict(domain, which);
	CLEANUP(buf_free) struct buf facts = buf_new(BUF_UNBOUNDED);
	html_fact(&facts, "Negotiated", html_version(seen->version, domain->mem));
	add_fact(&facts, "Forward secrecy", seen->forward_secrecy, "always", "not always");
	add_fact(&facts, "TLS is required", seen->starttls_required, "yes", "no");
	add_fact(&facts, "Channel binding", seen->plus, "offered", "not offered");
	add_fact(&facts, "DANE", seen->dane, "TLSA records match", "no matching TLSA records");
	if (facts.size > 0)
		buf_printf(out, "<dl class=\"facts\">%s</dl>", buf_string(&facts));
	buf_text(out, "</div>\n");
}

void html_services(const struct html_domain *domain)
{
	buf_text(domain->out, "<div class=\"services\">\n");
	for (int i = 0; i < SERVICE_COUNT; i++)
		service(domain, (enum service)i);
	buf_text(domain->out, "</div>\n");
}

/* "Judged under bcp195 and strict." */
static void judged(unsigned policies, struct buf *out)
{
	const char *between = "Judged under ";
	for (int i = 0; i < POLICY_COUNT; i++) {
		if (!(policies & 1u << i))
			continue;
		buf_printf(out, "%s%s", between, policy_name_text((enum policy_name)i));
		between = " and ";
	}
	if (policies)
		buf_char(out, '.');
}

static void heading(const struct html_domain *domain)
{
	const struct digest *digest = domain->digest;
	struct buf *out = domain->out;
	bool code = digest->domain == NULL;
	buf_printf(out, "<header><h3 id=\"%s-h\"%s><bdi>", domain->row->id,
		   code ? " class=\"input\"" : "");
	html_text(out, digest_name(digest));
	buf_text(out, "</bdi></h3>");
	html_badge(out, digest->status);
	buf_text(out, "<p>");
	if (code)
		buf_text(out, "This line names no XMPP domain. ");
	if (digest->domain && digest->unicode && strcmp(digest->unicode, digest->domain) != 0) {
		buf_text(out, "<bdi>");
		html_text(out, digest->unicode);
		buf_text(out, "</bdi>. ");
	}
	if (digest->time) {
		buf_text(out, "Examined ");
		html_moment(out, digest->time);
		buf_text(out, ". ");
	}
	judged(digest->policies, out);
	buf_text(out, "</p></header>\n");
}

void html_domain_section(const struct html_domain *domain)
{
	struct buf *out = domain->out;
	buf_printf(out, "<article class=\"card domain\" id=\"%s\" aria-labelledby=\"%s-h\">\n",
		   domain->row->id, domain->row->id);
	heading(domain);
	if (domain->digest->endpoint_count > 0)
		html_services(domain);
	html_findings(domain);
	html_path(domain);
	html_certificates(domain);
	html_suites(domain);
	html_dialback(domain);
	html_promises(domain);
	buf_text(out, "<p class=\"back\"><a href=\"#overview\">Back to the overview</a></p>\n"
		      "</article>\n");
}
