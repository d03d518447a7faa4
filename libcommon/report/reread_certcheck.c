/* The "certcheck" section back into facts: what --rejudge needs. */
#include <string.h>

#include "report/reread_parts.h"

static bool proof_parse(const char *name, unsigned *out)
{
	for (unsigned flag = PROOF_PKIX; flag <= PROOF_PIN; flag <<= 1) {
		if (strcmp(name, proof_text((enum proof)flag)) == 0) {
			*out |= flag;
			return true;
		}
	}
	return false;
}

bool reread_proofs(const struct place *section, struct arena *mem, unsigned *out, struct err *err)
{
	struct text_list words = { 0 };
	if (!get_texts(section, "authenticated_by", mem, &words, err))
		return false;
	for (size_t i = 0; i < words.count; i++) {
		if (!proof_parse(words.items[i], out))
			return place_complain(section, "authenticated_by", "not a proof we know",
					      err);
	}
	return true;
}

/* Which links of the chain lead to the anchor, in this order. */
static bool read_links(const struct place *section, const struct identity_facts *identity,
		       const struct cert_facts **way, size_t *length, struct err *err)
{
	const json_t *list;
	if (!get_list(section, "path", CHAIN_MAX, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *index = json_array_get(list, i);
		json_int_t number = json_integer_value(index);
		if (!json_is_integer(index) || number < 0 ||
		    (uint64_t)number >= identity->cert_count)
			return place_complain(section, "path",
					      "holds something that is no place in the chain", err);
		way[(*length)++] = &identity->certs[number];
	}
	return true;
}

static bool read_anchor(const struct place *section, struct arena *mem, struct cert_facts **out,
			struct err *err)
{
	static const char *const needed[] = { "pem", NULL };
	struct place anchor;
	struct bytes der;
	struct err unused;
	size_t broken = 0;
	const char *pem = NULL;
	*out = NULL;
	if (!place_into(section, "anchor", &anchor, err))
		return false;
	if (!anchor.object)
		return true;
	if (!get_required(&anchor, needed, err) || !get_text(&anchor, "pem", mem, &pem, err))
		return false;
	const struct bytes text = { (const uint8_t *)pem, strlen(pem) };
	*out = arena_alloc(mem, sizeof(**out));
	if (cert_from_pem(text, mem, &der, 1, &broken) != 1 || broken ||
	    !cert_read(der, mem, *out, &unused))
		return place_complain(&anchor, "pem", "not a certificate", err);
	return true;
}

static bool read_way(const struct place *section, struct arena *mem,
		     struct identity_facts *identity, struct err *err)
{
	const struct cert_facts **way = arena_array(mem, CHAIN_MAX + 1,
						    sizeof(struct cert_facts *));
	struct cert_facts *anchor;
	size_t length = 0;
	if (!read_links(section, identity, way, &length, err) ||
	    !read_anchor(section, mem, &anchor, err))
		return false;
	if (anchor)
		way[length++] = anchor;
	identity->path.way = way;
	identity->path.way_length = length;
	return true;
}

static bool read_identity(const struct place *section, struct arena *mem,
			  struct certcheck_facts *facts, struct err *err)
{
	struct starttls_facts *walk = &facts->walk;
	struct identity_facts *identity = &walk->identity;
	/* That of a starttls section was judged at another moment, and perhaps for another name. */
	*identity = (struct identity_facts){ 0 };
	if ((json_object_get(section->object, "chain_pem") &&
	     !reread_chain(section, mem, &walk->tls, err)) ||
	    (facts->names_judged && !reread_names(section, mem, &identity->names, err)))
		return false;
	if (walk->tls.chain_count > 0 && !reread_trust(section, mem, &identity->path, err))
		return false;
	reread_certs(&walk->tls, mem, identity);
	identity->authenticated = walk->authenticated;
	return read_way(section, mem, identity, err);
}

/* The walk stands in this section where the check connected itself, in the one beside it where it
 * did not; a file has none. */
static bool read_walk(const json_t *endpoint, const struct place *section, struct arena *mem,
		      struct certcheck_facts *facts, struct err *err)
{
	switch (facts->source) {
	case CHECK_RECORD:
		if (!reread_starttls(endpoint, mem, &facts->walk, err))
			return false;
		break;
	case CHECK_LIVE:
		if (!reread_walk(section, mem, &facts->walk, err))
			return false;
		break;
	case CHECK_FILE:
		facts->walk.tls.alert = -1;
		break;
	}
	return reread_failure(section, mem, &facts->walk.failure, err);
}

/* Of a certificate out of a record, "time" says when it was judged. */
static bool read_times(const struct place *section, struct certcheck_facts *facts, struct err *err)
{
	int64_t seen = 0;
	if (!get_time(section, "time", &seen, err))
		return false;
	facts->at = seen;
	facts->at_chosen = json_object_get(section->object, "at") != NULL;
	if (facts->source != CHECK_RECORD)
		facts->walk.time = seen;
	return get_time(section, "at", &facts->at, err) &&
	       get_ms(section, "elapsed_ms", &facts->walk.elapsed_ms, err);
}

bool reread_certcheck(const json_t *endpoint, struct arena *mem, struct certcheck_facts *out,
		      struct err *err)
{
	static const char *const needed[] = { "time", "source", NULL };
	struct place top = place_top(endpoint), section;
	struct certcheck_facts facts = { 0 };
	if (!place_into(&top, "certcheck", &section, err))
		return false;
	if (!section.object)
		return place_complain(&top, "certcheck", "missing", err);
	if (!get_required(&section, needed, err) ||
	    !GET_WORD(&section, "source", check_source_parse, &facts.source, "not a source", err) ||
	    !read_walk(endpoint, &section, mem, &facts, err) ||
	    !read_times(&section, &facts, err) ||
	    !get_text(&section, "file", mem, &facts.file, err) ||
	    !get_text(&section, "file_problem", mem, &facts.file_problem, err) ||
	    !get_bool(&section, "names_judged", &facts.names_judged, err) ||
	    !reread_proofs(&section, mem, &facts.proofs, err))
		return false;
	facts.walk.authenticated = facts.proofs & PROOF_PKIX;
	if (!read_identity(&section, mem, &facts, err) ||
	    !reread_evidence(&section, mem, &facts, err) ||
	    !reread_past(&section, mem, &facts, err))
		return false;
	*out = facts;
	return true;
}
