#include "xmpp/mechanism.h"

#include <string.h>
#include <strings.h>

#include "xmpp/mechanism_inner.h"

/* MSG-9: the stronger first. What libgsasl has besides is weaker than PLAIN inside TLS, or is no
 * password's; SCRAM-SHA-512 it lacks. */
static const struct known {
	const char *name;
	bool is_scram, is_plus;
} known[] = {
	{ "EXTERNAL", false, false },       { "SCRAM-SHA-256-PLUS", true, true },
	{ "SCRAM-SHA-1-PLUS", true, true }, { "SCRAM-SHA-256", true, false },
	{ "SCRAM-SHA-1", true, false },     { "PLAIN", false, false },
	{ "ANONYMOUS", false, false },
};

bool mechanism_known(const char *name, const char **out)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcasecmp(known[i].name, name) == 0) {
			*out = known[i].name;
			return true;
		}
	}
	return false;
}

bool question_offers(const struct question *question, const char *name)
{
	return features_has_mechanism(&question->offered->sasl2_mechanisms, name) ||
	       features_has_mechanism(&question->offered->mechanisms, name);
}

bool question_has_our_plus(const struct question *question)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].is_plus && question_offers(question, known[i].name))
			return true;
	}
	return false;
}

/* Where the server names no types SASL1 may try the default, and SASL2 may not (MSG-21). But who
 * does not know XEP-0440 hardly knows tls-exporter: ejabberd 23.01 offers -PLUS on TLS 1.3, too,
 * and then answers not-authorized, behind which there is no second try (MSG-3). So it is tried only
 * for who insists. */
static enum binding_type guess_binding(const struct question *question, bool sasl2)
{
	const struct mechanism_wish *wish = question->wish;
	enum binding_type type = sasl2 ? BINDING_NONE : binding_default(question->tls);
	bool insists = wish->binding == BINDING_REQUIRED || wish->insisted;
	return type == BINDING_EXPORTER && !insists ? BINDING_NONE : type;
}

/* MSG-19: of the types that the server takes. */
static enum binding_type find_binding(const struct question *question, bool sasl2)
{
	const struct text_list *types = &question->offered->channel_bindings;
	if (question->wish->binding == BINDING_OFF)
		return BINDING_NONE;
	if (types->count == 0)
		return guess_binding(question, sasl2);
	for (enum binding_type type = BINDING_EXPORTER; type <= BINDING_UNIQUE; type++) {
		if (features_has_mechanism(types, binding_name(type)) &&
		    binding_is_safe(type, question->tls))
			return type;
	}
	return BINDING_NONE;
}

/* MSG-2: PLAIN hands the password over, so only to whom it belongs, and only where the server
 * leaves no other way. */
static bool may_use_plain(const struct question *question)
{
	const struct mechanism_wish *wish = question->wish;
	return wish->has_password && wish->verified &&
	       (wish->insisted || !question_has_scram(question));
}

static bool is_wanted(const struct question *question, const struct known *mechanism)
{
	const struct mechanism_wish *wish = question->wish;
	if (wish->insisted && strcasecmp(wish->insisted, mechanism->name) != 0)
		return false;
	if (mechanism->is_scram)
		return wish->has_password;
	if (strcmp(mechanism->name, "PLAIN") == 0)
		return may_use_plain(question);
	if (strcmp(mechanism->name, "EXTERNAL") == 0)
		return wish->has_certificate;
	return wish->anonymous || wish->insisted; /* ANONYMOUS */
}

static bool try_profile(const struct question *question, const struct known *mechanism, bool sasl2,
			struct mechanism_choice *out)
{
	const struct features *offered = question->offered;
	const struct text_list *list = sasl2 ? &offered->sasl2_mechanisms : &offered->mechanisms;
	enum binding_type binding = BINDING_NONE;
	if (!features_has_mechanism(list, mechanism->name))
		return false;
	if (mechanism->is_plus)
		binding = find_binding(question, sasl2);
	if (mechanism->is_plus && binding == BINDING_NONE)
		return false;
	*out = (struct mechanism_choice){ .name = mechanism->name,
					  .sasl2 = sasl2,
					  .is_scram = mechanism->is_scram,
					  .binding = binding };
	return true;
}

static bool find(const struct question *question, struct mechanism_choice *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (is_wanted(question, &known[i]) &&
		    (try_profile(question, &known[i], true, out) ||
		     try_profile(question, &known[i], false, out)))
			return true;
	}
	return false;
}

/* MSG-15, MSG-22. */
static void explain_binding(const struct question *question, struct mechanism_choice *choice)
{
	if (!choice->is_scram || choice->binding != BINDING_NONE)
		return;
	choice->unbound_because = question_unbound(question);
	choice->could_bind = question->wish->binding != BINDING_OFF &&
			     !question_has_plus(question) &&
			     question->offered->channel_bindings.count == 0 &&
			     binding_default(question->tls) != BINDING_NONE;
}

/* Neither EXTERNAL nor ANONYMOUS sends what a thief could use. */
static bool risks_password(const struct mechanism_choice *choice)
{
	return choice->is_scram || strcmp(choice->name, "PLAIN") == 0;
}

bool mechanism_choose(const struct mechanism_wish *wish, const struct features *offered,
		      const struct tls_facts *tls, struct arena *mem, struct mechanism_choice *out,
		      struct err *err)
{
	const struct question question = {
		.wish = wish, .offered = offered, .tls = tls, .mem = mem
	};
	struct mechanism_choice choice = { 0 };
	bool found = find(&question, &choice);
	if ((found ? risks_password(&choice) : wish->has_password) &&
	    !question_check(&question, err))
		return false;
	if (!found)
		return question_refuse(&question, err);
	if (!question_allow(&question, &choice, err))
		return false;
	explain_binding(&question, &choice);
	*out = choice;
	return true;
}
