#include "tls/limit.h"

#include "tls/der.h"
#include "tls/der_string.h"
#include "tls/der_tag.h"
#include "tls/dn.h"
#include "tls/limit_match.h"

#define COMPARISON    16  /* units of work */
#define SHOWN         100 /* octets of a name that a sentence repeats */

#define TAG_PERMITTED 0xa0
#define TAG_EXCLUDED  0xa1

struct limits {
	struct bytes permitted, excluded; /* GeneralSubtrees' contents; data NULL: absent */
};

/* NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL } */
static bool split(struct bytes extension, struct limits *out)
{
	struct der sequence, list;
	*out = (struct limits){ 0 };
	if (!der_take(&extension, TAG_SEQUENCE, &sequence) || extension.size > 0)
		return false;
	if (der_take(&sequence.value, TAG_PERMITTED, &list))
		out->permitted = list.value;
	if (der_take(&sequence.value, TAG_EXCLUDED, &list))
		out->excluded = list.value;
	return sequence.value.size == 0 && (out->permitted.data || out->excluded.data);
}

/* GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }:
 * minimum must be 0 and maximum absent, so that DER has neither. */
static bool take_subtree(struct bytes *at, struct general_name *out)
{
	struct der subtree, base;
	if (!der_take(at, TAG_SEQUENCE, &subtree) || !der_next(&subtree.value, &base) ||
	    subtree.value.size > 0)
		return false;
	*out = (struct general_name){ base.tag, base.value };
	return true;
}

static const char *list_defect(struct bytes list)
{
	struct general_name base;
	if (list.data && list.size == 0)
		return "its name constraints hold an empty list";
	while (list.size > 0) {
		if (!take_subtree(&list, &base))
			return "its name constraints are malformed, or have a minimum or maximum";
		if (!limit_base_is_sound(&base))
			return "its name constraints hold a name that is none of its kind";
	}
	return NULL;
}

const char *limit_defect(struct bytes constraints)
{
	struct limits limits;
	if (!split(constraints, &limits))
		return "its name constraints are malformed or empty";
	const char *defect = list_defect(limits.permitted);
	return defect ? defect : list_defect(limits.excluded);
}

static bool has_dotted_host(struct bytes list)
{
	struct general_name base;
	while (list.size > 0 && take_subtree(&list, &base)) {
		if (base.tag == TAG_NAME_DNS && base.value.size > 0 && base.value.data[0] == '.')
			return true;
	}
	return false;
}

/* RFC 5280, 4.2.1.10 knows the dot in URIs and mail addresses only; in DNS names programs differ
 * over whether it counts the base itself. */
const char *limit_lapse(struct bytes constraints)
{
	struct limits limits;
	bool dotted = split(constraints, &limits) &&
		      (has_dotted_host(limits.permitted) || has_dotted_host(limits.excluded));
	return dotted ? "its name constraints hold a DNS name with a leading dot" : NULL;
}

static bool list_binds_hosts(struct bytes list)
{
	struct general_name base;
	while (list.size > 0) {
		if (!take_subtree(&list, &base) || base.tag == TAG_NAME_DNS)
			return true;
	}
	return false;
}

bool limit_binds_hosts(struct bytes constraints)
{
	struct limits limits;
	return !split(constraints, &limits) || list_binds_hosts(limits.permitted) ||
	       list_binds_hosts(limits.excluded);
}

/* One name on its way through the constraints of one CA. */
struct passage {
	const struct limits *limits;
	size_t *work;
	struct arena *mem;
	const char *shown; /* the name, for the sentence */
};

static const char *refuse(const struct passage *passage, const char *why)
{
	return arena_printf(passage->mem, "the name \"%.*s\" %s", SHOWN, passage->shown, why);
}

#define TOO_MUCH "cannot be checked: too many names and name constraints"

static const char *pass_excluded(const struct passage *passage, const struct general_name *name)
{
	struct bytes at = passage->limits->excluded;
	struct general_name base;
	while (at.size > 0 && take_subtree(&at, &base)) {
		bool same = limit_same_form(name, &base);
		*passage->work += same ? COMPARISON + name->value.size : 1;
		if (*passage->work > LIMIT_WORK_MAX)
			return refuse(passage, TOO_MUCH);
		if (!same)
			continue;
		switch (limit_match(name, &base)) {
		case LIMIT_OUTSIDE:
			break;
		case LIMIT_INSIDE:
		case LIMIT_PARTLY:
			return refuse(passage, "is excluded by a name constraint of an issuer");
		case LIMIT_DOUBTFUL:
		case LIMIT_UNREADABLE:
			return refuse(passage, "cannot be compared with a name constraint of an "
					       "issuer");
		}
	}
	return NULL;
}

static const char *pass_permitted(const struct passage *passage, const struct general_name *name)
{
	struct bytes at = passage->limits->permitted;
	struct general_name base;
	bool limited = false;
	while (at.size > 0 && take_subtree(&at, &base)) {
		bool same = limit_same_form(name, &base);
		*passage->work += same ? COMPARISON + name->value.size : 1;
		if (*passage->work > LIMIT_WORK_MAX)
			return refuse(passage, TOO_MUCH);
		if (!same)
			continue;
		limited = true;
		enum limit_result result = limit_match(name, &base);
		if (result == LIMIT_INSIDE)
			return NULL;
		if (result == LIMIT_UNREADABLE)
			return refuse(passage, "cannot be compared with a name constraint of an "
					       "issuer");
	}
	return limited ? refuse(passage, "is not among those an issuer may certify") : NULL;
}

static const char *pass(const struct passage *passage, const struct general_name *name)
{
	const char *breach = pass_excluded(passage, name);
	return breach ? breach : pass_permitted(passage, name);
}

/* The entry of the SAN a name was read from: for otherName its raw octets are the inner ones, so
 * the extension is walked again. */
static const char *pass_alternatives(struct passage *passage, const struct cert_facts *cert,
				     bool *has_email)
{
	struct bytes at = cert->alternatives;
	struct der names, entry;
	size_t i = 0;
	if (!at.data || !der_take(&at, TAG_SEQUENCE, &names))
		return NULL;
	for (; der_next(&names.value, &entry); i++) {
		const struct general_name name = { entry.tag, entry.value };
		*has_email |= entry.tag == TAG_NAME_EMAIL;
		passage->shown = i < cert->name_count ? cert->names[i].value : "";
		const char *breach = pass(passage, &name);
		if (breach)
			return breach;
	}
	return NULL;
}

/* Where there is no SAN, programs that still look at the common name would take it for a host. */
static const char *pass_common_names(struct passage *passage, const struct cert_facts *cert)
{
	const char *breach = NULL;
	for (size_t i = 0; i < cert->name_count && !breach && !cert->alternatives.data; i++) {
		const struct cert_name *common = &cert->names[i];
		const struct general_name name = { TAG_NAME_DNS, common->raw };
		if (cert->is_ca || !limit_is_host(common->raw))
			continue;
		passage->shown = common->value;
		breach = pass(passage, &name);
	}
	return breach;
}

const char *limit_breach(const struct cert_facts *ca, const struct cert_facts *cert,
			 size_t *work, /* NOLINT(readability-non-const-parameter) */
			 struct arena *mem)
{
	struct limits limits;
	struct bytes email;
	bool has_email = false;
	if (!split(ca->name_constraints, &limits))
		return "the name constraints of an issuer are malformed";
	struct passage passage = { &limits, work, mem, cert->subject };
	const char *breach = NULL;
	if (!dn_is_empty(cert->subject_der))
		breach = pass(&passage,
			      &(struct general_name){ TAG_NAME_DIRECTORY, cert->subject_der });
	breach = breach ? breach : pass_alternatives(&passage, cert, &has_email);
	breach = breach ? breach : pass_common_names(&passage, cert);
	/* Mail addresses once stood in the subject; they count where the SAN has none. */
	struct dn_walk walk = dn_walk_begin(cert->subject_der);
	while (!breach && !has_email && dn_next_email(&walk, &email)) {
		const struct general_name name = { TAG_NAME_EMAIL, email };
		passage.shown = der_string_text(TAG_IA5, email, mem);
		breach = pass(&passage, &name);
	}
	return breach;
}
