/* The certificate of an endpoint, and when the first of its chain ends. */
#include <string.h>

#include "report/digest_parts.h"

static bool read_certificate(const struct place *place, struct arena *mem,
			     struct digest_endpoint *out, struct err *err)
{
	return get_text(place, "subject", mem, &out->subject, err) &&
	       get_text(place, "issuer", mem, &out->issuer, err) &&
	       get_text(place, "key", mem, &out->key, err) &&
	       get_text(place, "sha256", mem, &out->sha256, err) &&
	       get_bits(place, "bits", &out->key_bits, err) &&
	       get_time(place, "not_before", &out->not_before, err) &&
	       get_time(place, "not_after", &out->not_after, err);
}

/* What else the leaf needs to be believed: only links that lead to the anchor. */
static bool read_link(const struct place *link, bool needed, struct digest_endpoint *out,
		      struct err *err)
{
	int64_t end = 0;
	if (!get_bool(link, "in_path", &needed, err) || !get_time(link, "not_after", &end, err))
		return false;
	if (needed && end != 0 && (out->chain_not_after == 0 || end < out->chain_not_after))
		out->chain_not_after = end;
	return true;
}

static bool read_chain(const struct place *section, struct arena *mem, struct digest_endpoint *out,
		       struct err *err)
{
	const json_t *list;
	struct place entry, anchor;
	if (!get_list(section, "chain", CHAIN_MAX, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!place_entry(section, "chain", list, i, &entry, err) ||
		    (i == 0 && !read_certificate(&entry, mem, out, err)) ||
		    !read_link(&entry, false, out, err))
			return false;
	}
	if (out->not_after != 0 &&
	    (out->chain_not_after == 0 || out->not_after < out->chain_not_after))
		out->chain_not_after = out->not_after;
	return place_into(section, "anchor", &anchor, err) && read_link(&anchor, true, out, err);
}

static const char *hex_text(const uint8_t *data, size_t size, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	buf_hex(&out, data, size);
	return arena_copy(mem, buf_string(&out));
}

static void take_certificate(const struct cert_facts *cert, struct arena *mem,
			     struct digest_endpoint *out)
{
	out->subject = cert->subject;
	out->issuer = cert->issuer;
	out->key = cert->key;
	out->key_bits = cert->bits;
	out->sha256 = hex_text(cert->sha256, sizeof(cert->sha256), mem);
	out->not_before = cert->not_before;
	out->not_after = cert->not_after;
}

/* Some sections keep nothing of it but its PEM; that nobody can read it is a fact like another. */
static bool read_pem(const struct place *section, struct arena *mem, struct digest_endpoint *out,
		     struct err *err)
{
	const json_t *list;
	if (!get_list(section, "chain_pem", CHAIN_MAX, &list, err))
		return false;
	if (json_array_size(list) == 0)
		return true;
	const char *text = json_string_value(json_array_get(list, 0));
	struct cert_facts cert;
	struct bytes der;
	struct err unused;
	size_t broken = 0;
	if (!text)
		return place_complain(section, "chain_pem", "holds something that is no string",
				      err);
	const struct bytes pem = { (const uint8_t *)text, strlen(text) };
	if (cert_from_pem(pem, mem, &der, 1, &broken) == 1 && cert_read(der, mem, &cert, &unused))
		take_certificate(&cert, mem, out);
	return true;
}

bool digest_leaf_read(const struct place *endpoint, struct arena *mem, struct digest_endpoint *out,
		      struct err *err)
{
	struct place section, certificate;
	if (!place_into(endpoint, "certcheck", &section, err) ||
	    !read_chain(&section, mem, out, err) ||
	    !place_into(endpoint, "starttls", &section, err) ||
	    !place_into(&section, "certificate", &certificate, err) ||
	    (!out->subject && !read_certificate(&certificate, mem, out, err)))
		return false;
	for (size_t i = 0; !out->subject && i < SECTION_COUNT; i++) {
		if (!place_into(endpoint, digest_sections[i], &section, err) ||
		    !read_pem(&section, mem, out, err))
			return false;
	}
	return true;
}
