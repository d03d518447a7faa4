/* The "starttls" section back into facts: what judges and reports need, nothing guessed. */
#include "report/reread_parts.h"

bool reread_identity(const struct place *section, struct arena *mem, struct starttls_facts *facts,
		     struct err *err)
{
	struct identity_facts *identity = &facts->identity;
	if (!reread_chain(section, mem, &facts->tls, err) ||
	    !reread_names(section, mem, &identity->names, err))
		return false;
	if (facts->tls.chain_count > 0 && !reread_trust(section, mem, &identity->path, err))
		return false;
	reread_certs(&facts->tls, mem, identity);
	identity->authenticated = identity->path.trusted && identity->names.matched;
	return true;
}

bool reread_starttls(const json_t *endpoint, struct arena *mem, struct starttls_facts *out,
		     struct err *err)
{
	static const char *const needed[] = { "time", NULL };
	struct place top = place_top(endpoint), section;
	struct starttls_facts facts = { 0 };
	if (!place_into(&top, "starttls", &section, err))
		return false;
	if (!section.object)
		return place_complain(&top, "starttls", "missing", err);
	if (!get_required(&section, needed, err) || !get_time(&section, "time", &facts.time, err) ||
	    !get_ms(&section, "elapsed_ms", &facts.elapsed_ms, err) ||
	    !get_bool(&section, "authenticated", &facts.authenticated, err) ||
	    !reread_walk(&section, mem, &facts, err) ||
	    !reread_identity(&section, mem, &facts, err))
		return false;
	*out = facts;
	return true;
}
