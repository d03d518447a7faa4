/* What each usage asks beyond matching octets: RFC 6698, 2.1.1; RFC 7671, 5; RFC 7673, 4. */
#include "tls/dane_inner.h"
#include "tls/der.h"
#include "tls/dn.h"

static int find_print(const struct dane_work *work, const struct dns_tlsa *tlsa, size_t from)
{
	for (size_t i = from; i < work->count; i++) {
		if (dane_print_matches(&work->prints[i], tlsa))
			return (int)i;
	}
	return -1;
}

static void refuse(struct dane_binding *out, const char *reason)
{
	out->binds = false;
	out->reason = reason;
}

const struct cert_name *dane_name_of_host(const struct cert_facts *leaf, const char *host,
					  struct arena *mem)
{
	const struct reference reference = { host, "" };
	const char *reason;
	for (size_t i = 0; host && i < leaf->name_count; i++) {
		if (leaf->names[i].type == NAME_DNS &&
		    name_match(&leaf->names[i], &reference, mem, &reason) == NAME_MATCHES)
			return &leaf->names[i];
	}
	return NULL;
}

/* CRT-44: the source domain, or the target: as the SRV record has it, or where its alias leads. */
static const struct dane_name *judge_name(struct dane_work *work, bool constrained)
{
	const struct dane_subject *subject = work->subject;
	const struct cert_facts *leaf = work->prints[0].cert;
	const struct reference source = { subject->domain, subject->srv_service };
	struct dane_name *name = &work->names[constrained];
	struct name_facts facts;
	if (work->name_known[constrained])
		return name;
	work->name_known[constrained] = true;
	name_judge(leaf, &source, work->mem, &facts);
	if (constrained)
		name_discount(&facts);
	name->matched = facts.matched;
	if (name->matched)
		return name;
	name->by_target = true;
	name->matched = dane_name_of_host(leaf, subject->target, work->mem);
	if (!name->matched)
		name->matched = dane_name_of_host(leaf, work->base, work->mem);
	return name;
}

/* The octets match; do path and name, too? */
static void conclude(struct dane_work *work, const struct path_facts *path, const char *what,
		     struct dane_binding *out)
{
	const struct dane_subject *subject = work->subject;
	if (!path->trusted) {
		refuse(out, arena_printf(work->mem, "%s, but %s", what, path->reason));
		return;
	}
	out->name = *judge_name(work, path->constrained);
	if (!out->name.matched) {
		refuse(out,
		       arena_printf(work->mem, "%s, but the certificate names neither %s nor %s",
				    what, subject->domain, work->base));
		return;
	}
	out->binds = true;
	out->reason = arena_printf(work->mem, "%s, and names %.100s", what,
				   out->name.matched->value);
}

/* The path to this anchor and no other; NULL: too many were asked about. */
static const struct path_facts *path_to(struct dane_work *work, struct bytes anchor)
{
	const struct dane_subject *subject = work->subject;
	for (size_t i = 0; i < work->anchor_count; i++) {
		if (bytes_equal(work->anchors[i].der, anchor))
			return &work->anchors[i].path;
	}
	if (work->anchor_count == DANE_ANCHORS_MAX)
		return NULL;
	CLEANUP(trust_free) struct trust *trust = trust_of(&anchor, 1);
	struct dane_anchor *made = &work->anchors[work->anchor_count++];
	made->der = anchor;
	path_judge(subject->chain, work->count, trust, subject->at, work->mem, &made->path);
	return &made->path;
}

static void bind_anchor(struct dane_work *work, const struct cert_facts *anchor,
			struct dane_binding *out)
{
	const struct path_facts *path = path_to(work, anchor->der);
	if (!path)
		refuse(out, "one of more trust anchors than are looked at");
	else
		conclude(work, path,
			 arena_printf(work->mem, "is the trust anchor %.100s", anchor->subject),
			 out);
}

/* RFC 7671, 5.2.1: a whole certificate need not be sent, the record has it. */
static void bind_enclosed_anchor(struct dane_work *work, const struct dns_tlsa *tlsa,
				 struct dane_binding *out)
{
	struct cert_facts anchor;
	struct err err;
	if (!cert_read(tlsa->data, work->mem, &anchor, &err)) {
		refuse(out, arena_copy(work->mem, err.text));
		return;
	}
	for (size_t i = 0; i < work->count; i++) {
		const struct cert_facts *cert = work->prints[i].cert;
		if (cert->subject && dn_equal(cert->issuer_der, anchor.subject_der)) {
			bind_anchor(work, &anchor, out);
			return;
		}
	}
	refuse(out, arena_printf(work->mem,
				 "is the trust anchor %.100s, which issued none of the "
				 "certificates",
				 anchor.subject));
}

static bool is_leaf(const struct dane_work *work, size_t index)
{
	return index == 0 || bytes_equal(work->prints[index].whole, work->prints[0].whole);
}

/* DANE-TA. Several certificates of the chain can hold the key of one anchor (cross-signed): any of
 * them will do. The server's own is none: it has issued nothing. */
static void bind_issuer(struct dane_work *work, const struct dns_tlsa *tlsa,
			struct dane_binding *out)
{
	bool tried = false;
	for (int i = find_print(work, tlsa, 0); i >= 0; i = find_print(work, tlsa, (size_t)i + 1)) {
		struct dane_binding binding = { .cert = i };
		bool own = is_leaf(work, (size_t)i);
		if (own)
			refuse(&binding, "matches the server's own certificate, which usage 2 "
					 "does not bind");
		else
			bind_anchor(work, work->prints[i].cert, &binding);
		if (!tried || binding.binds || (!own && is_leaf(work, (size_t)out->cert)))
			*out = binding;
		tried = true;
		if (out->binds)
			return;
	}
	if (tried)
		return;
	if (tlsa->selector == 0 && tlsa->matching == 0)
		bind_enclosed_anchor(work, tlsa, out);
	else if (dane_anchor_is_missing(work, tlsa))
		refuse(out, "is a trust anchor of the chain, but the server does not send it");
	else
		refuse(out, "none of the issuers' certificates that the server sends is this "
			    "trust anchor");
}

/* PKIX-TA: any authority of the path, beyond the first anchor too (CRT-43). */
static void bind_authority(struct dane_work *work, const struct dns_tlsa *tlsa,
			   struct dane_binding *out)
{
	dane_find_authorities(work);
	out->cert = find_print(work, tlsa, 0);
	for (size_t i = 0; i < work->authority_count; i++) {
		const struct dane_print *authority = &work->authorities[i];
		if (!dane_print_matches(authority, tlsa))
			continue;
		conclude(work, &work->pkix,
			 arena_printf(work->mem, "is the authority %.100s",
				      authority->cert->subject),
			 out);
		return;
	}
	refuse(out, work->pkix.trusted ? "none of the authorities of the trusted path is this one"
				       : arena_printf(work->mem, "asks for a trusted path, but %s",
						      work->pkix.reason));
}

/* DANE-EE: the match alone, neither names nor dates (RFC 7671, 5.1). PKIX-EE: with all the rest. */
static void bind_leaf(struct dane_work *work, const struct dns_tlsa *tlsa, struct dane_binding *out)
{
	const char *what = tlsa->selector == 0 ? "certificate" : "key";
	out->cert = find_print(work, tlsa, 0);
	if (out->cert > 0) {
		refuse(out, arena_printf(work->mem,
					 "matches certificate %d of the chain, but usage %u binds "
					 "the server's own",
					 out->cert + 1, tlsa->usage));
	} else if (out->cert < 0) {
		refuse(out, arena_printf(work->mem, "the server's %s is another one", what));
	} else if (tlsa->usage == 3) {
		out->binds = true;
		out->reason = arena_printf(work->mem, "is the server's %s", what);
	} else {
		dane_find_authorities(work);
		conclude(work, &work->pkix, arena_printf(work->mem, "is the server's %s", what),
			 out);
	}
}

void dane_bind(struct dane_work *work, const struct dns_tlsa *tlsa, struct dane_binding *out)
{
	*out = (struct dane_binding){ .cert = -1 };
	if (work->count == 0)
		refuse(out, "no certificate was presented");
	else if (!work->prints[0].cert->subject)
		refuse(out, "the server's certificate cannot be read");
	else if (tlsa->usage == 2)
		bind_issuer(work, tlsa, out);
	else if (tlsa->usage == 0)
		bind_authority(work, tlsa, out);
	else
		bind_leaf(work, tlsa, out);
}
