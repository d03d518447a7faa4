/* What the section of one tool alone says. */
#include <string.h>

#include "base/word.h"
#include "report/digest_parts.h"

/* Whoever did not come to ask knows nothing. */
static enum seen_answer dane_answer(enum dane_status status)
{
	switch (status) {
	case DANE_MATCH:
		return ANSWER_YES;
	case DANE_NOT_CHECKED:
	case DANE_UNKNOWN:
	case DANE_FAILED:
		return ANSWER_UNKNOWN;
	case DANE_INSECURE:
	case DANE_NONE:
	case DANE_NO_USABLE:
	case DANE_MISMATCH:
	case DANE_BOGUS:
		break;
	}
	return ANSWER_NO;
}

static bool read_certcheck(const struct place *section, struct arena *mem,
			   struct digest_endpoint *out, struct err *err)
{
	enum dane_status status = DANE_NOT_CHECKED;
	struct place dane;
	if (!place_into(section, "dane", &dane, err) ||
	    !GET_WORD(&dane, "status", dane_status_parse, &status, "not a status of DANE", err))
		return false;
	out->dane = dane_answer(status);
	if (!json_object_get(section->object, "chain"))
		return true;
	if (!digest_proofs_read(section, mem, &out->proofs, err))
		return false;
	out->authenticated = digest_answer(out->proofs);
	return true;
}

/* The negotiated one is accepted, too, where any was asked for. */
static bool read_versions(const struct place *section, struct digest_endpoint *out, struct err *err)
{
	static const char *const needed[] = { "version", "offered", NULL };
	const json_t *list;
	struct place entry;
	if (!get_list(section, "versions", TLS_VERSION_COUNT, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		enum tls_version version = TLS_VERSION_NONE;
		enum seen offered = SEEN_NOT_TESTED;
		if (!place_entry(section, "versions", list, i, &entry, err) ||
		    !get_required(&entry, needed, err) ||
		    !GET_WORD(&entry, "version", tls_version_parse, &version, "not a TLS version",
			      err) ||
		    !GET_WORD(&entry, "offered", seen_parse, &offered, "not an answer", err))
			return false;
		if (offered != SEEN_YES && offered != SEEN_NO)
			continue;
		out->versions[version] = digest_best(out->versions[version],
						     digest_answer(offered == SEEN_YES));
		if (out->version != TLS_VERSION_NONE)
			out->versions[out->version] = ANSWER_YES;
	}
	return true;
}

/* That there is none can be said only of a whole list. */
static bool read_groups(const struct place *section, struct digest_endpoint *out, struct err *err)
{
	enum seen whole = SEEN_NOT_TESTED;
	const json_t *list;
	struct place entry, complete;
	if (!get_list(section, "groups", LIST_MAX, &list, err) ||
	    !place_into(section, "groups_complete", &complete, err) ||
	    !GET_WORD(&complete, "tls13", seen_parse, &whole, "not an answer", err))
		return false;
	if (whole == SEEN_YES)
		out->post_quantum = ANSWER_NO;
	for (size_t i = 0; i < json_array_size(list); i++) {
		bool hybrid = false;
		if (!place_entry(section, "groups", list, i, &entry, err) ||
		    !get_bool(&entry, "post_quantum", &hybrid, err))
			return false;
		if (hybrid)
			out->post_quantum = ANSWER_YES;
	}
	return true;
}

static bool read_ciphers(const struct place *section, struct digest_endpoint *out, struct err *err)
{
	enum fs_promise promise = FS_UNKNOWN;
	if (!read_versions(section, out, err) || !read_groups(section, out, err) ||
	    !GET_WORD(section, "forward_secrecy", fs_promise_parse, &promise,
		      "not a word about forward secrecy", err))
		return false;
	if (promise != FS_UNKNOWN)
		out->forward_secrecy = digest_answer(promise == FS_ALWAYS);
	return true;
}

static bool verdict_parse(const char *name, const char **out)
{
	static const char *const verdicts[] = { "valid", "invalid", "error" };
	size_t found;
	if (strcmp(name, "not_tested") == 0)
		return true;
	if (!word_find(verdicts, ARRAY_SIZE(verdicts), name, &found))
		return false;
	*out = verdicts[found];
	return true;
}

bool digest_sections_read(const struct place *endpoint, struct arena *mem,
			  struct digest_endpoint *out, struct err *err)
{
	struct place certcheck, ciphers, dialback;
	return place_into(endpoint, "certcheck", &certcheck, err) &&
	       place_into(endpoint, "ciphers", &ciphers, err) &&
	       place_into(endpoint, "dialback", &dialback, err) &&
	       read_certcheck(&certcheck, mem, out, err) && read_ciphers(&ciphers, out, err) &&
	       GET_WORD(&dialback, "verdict", verdict_parse, &out->dialback, "not a verdict", err);
}
