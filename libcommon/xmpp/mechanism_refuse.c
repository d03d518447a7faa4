/* Why no mechanism will do, or not this one: the sentences of mechanism.h. */
#include "xmpp/mechanism_inner.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define LIST_MAX ((size_t)100) /* octets of an offer in a sentence */

static bool is_plus(const char *name)
{
	size_t size = strlen(name);
	return size > 5 && strcmp(name + size - 5, "-PLUS") == 0;
}

static bool is_scram(const char *name)
{
	return strncmp(name, "SCRAM-", 6) == 0;
}

static bool lacks_hash(const char *name)
{
	return strncasecmp(name, "SCRAM-SHA-512", 13) == 0 ||
	       strncasecmp(name, "SCRAM-SHA3-512", 14) == 0;
}

static bool has_any(const struct text_list *list, bool (*is)(const char *name))
{
	for (size_t i = 0; i < list->count; i++) {
		if (is(list->items[i]))
			return true;
	}
	return false;
}

static bool offers_any(const struct question *question, bool (*is)(const char *name))
{
	return has_any(&question->offered->mechanisms, is) ||
	       has_any(&question->offered->sasl2_mechanisms, is);
}

bool question_has_plus(const struct question *question)
{
	return offers_any(question, is_plus);
}

bool question_has_scram(const struct question *question)
{
	return offers_any(question, is_scram);
}

static void list_add(struct buf *out, const struct text_list *list, const struct text_list *but)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!but || !features_has_mechanism(but, list->items[i]))
			buf_printf(out, "%s%s", out->size ? ", " : "", list->items[i]);
	}
}

/* Each name once; second: NULL where there is one list only. */
static const char *joined(const struct text_list *first, const struct text_list *second,
			  struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(LIST_MAX);
	list_add(&text, first, NULL);
	if (second)
		list_add(&text, second, first);
	return arena_printf(mem, "%s%s", buf_string(&text), buf_overflowed(&text) ? "..." : "");
}

/* Of both profiles, each once. */
static const char *offer_of(const struct question *question)
{
	return joined(&question->offered->mechanisms, &question->offered->sasl2_mechanisms,
		      question->mem);
}

static bool can_bind(const struct question *question)
{
	return binding_is_safe(BINDING_EXPORTER, question->tls) ||
	       binding_is_safe(BINDING_UNIQUE, question->tls);
}

static bool announces(const struct question *question, enum binding_type type)
{
	return features_has_mechanism(&question->offered->channel_bindings, binding_name(type));
}

const char *question_unbound(const struct question *question)
{
	const struct text_list *types = &question->offered->channel_bindings;
	if (question->wish->binding == BINDING_OFF)
		return "--channel-binding=off";
	if (!question_has_plus(question))
		return "the server offers no -PLUS";
	if (!question_has_our_plus(question))
		return "libgsasl has no -PLUS mechanism that the server offers";
	if (!can_bind(question))
		return arena_printf(question->mem,
				    "%s without extended master secret is nothing "
				    "to bind to safely",
				    question->tls->up ? tls_version_name(question->tls->version)
						      : "a connection");
	if (question->wish->insisted && !is_plus(question->wish->insisted))
		return arena_printf(question->mem, "--mechanism %s", question->wish->insisted);
	if (types->count == 0)
		return "the server names no bindings, and so seldom knows that of TLS 1.3: "
		       "--tls-max 1.2 binds";
	if (announces(question, BINDING_END_POINT))
		return "of the bindings that the server takes here only tls-server-end-point would "
		       "do, which libgsasl does not have";
	return arena_printf(question->mem, "no binding in common (%s)",
			    joined(types, NULL, question->mem));
}

static bool has_common_binding(const struct question *question)
{
	for (enum binding_type type = BINDING_EXPORTER; type <= BINDING_UNIQUE; type++) {
		if (announces(question, type) && binding_is_safe(type, question->tls))
			return true;
	}
	return false;
}

/* MSG-20, MSG-21. Each has one cause that is harmless, a server set up badly, and one that is not;
 * --channel-binding=off is for who knows which. */
bool question_check(const struct question *question, struct err *err)
{
	const struct text_list *types = &question->offered->channel_bindings;
	if (question->wish->binding == BINDING_OFF)
		return true;
	if (types->count > 0 && !question_has_plus(question))
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
			       "possible attack: -PLUS was stripped, for the server names channel "
			       "bindings (%s) and no mechanism that uses them; if that is the "
			       "server's fault: --channel-binding=off",
			       joined(types, NULL, question->mem));
	if (types->count == 0 && has_any(&question->offered->sasl2_mechanisms, is_plus))
		return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
			       "possible attack: -PLUS is offered in SASL2 and no channel binding "
			       "for it (XEP-0440); if that is the server's fault: "
			       "--channel-binding=off");
	if (types->count > 0 && question_has_our_plus(question) && can_bind(question) &&
	    !has_common_binding(question) && !announces(question, BINDING_END_POINT))
		return err_set(
			err, AT_LOGIN, ERR_IMPOSTOR,
			"possible attack: the server names no channel binding that fits this "
			"connection (%s), nor tls-server-end-point, which it must (XEP-0440); "
			"if that is its fault: --channel-binding=off",
			joined(types, NULL, question->mem));
	return true;
}

static bool refuse_weaker(const char *before, const char *now, struct err *err)
{
	return err_set(err, AT_LOGIN, ERR_IMPOSTOR,
		       "possible attack: the last login used %s, and now %s; if the account or its "
		       "server has really changed: --forget",
		       before, now);
}

bool question_allow(const struct question *question, const struct mechanism_choice *choice,
		    struct err *err)
{
	const struct mechanism_wish *wish = question->wish;
	bool anonymous = strcmp(choice->name, "ANONYMOUS") == 0; /* no account to be robbed of */
	if (choice->binding != BINDING_NONE || strcmp(choice->name, "EXTERNAL") == 0)
		return true;
	const char *why = choice->is_scram
				  ? question_unbound(question)
				  : arena_printf(question->mem, "%s has none", choice->name);
	if (wish->binding == BINDING_REQUIRED)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "channel binding is required, and cannot be had: %s (offered: %s)",
			       why, offer_of(question));
	if (wish->binding_used && !anonymous)
		return refuse_weaker("channel binding", why, err);
	if (wish->scram_used && !choice->is_scram && !anonymous)
		return refuse_weaker("SCRAM",
				     arena_printf(question->mem, "%s is all that is left (%s)",
						  choice->name, offer_of(question)),
				     err);
	return true;
}

/* --mechanism */
static bool refuse_insisted(const struct question *question, struct err *err)
{
	const struct mechanism_wish *wish = question->wish;
	const char *name = wish->insisted;
	if (lacks_hash(name))
		return err_set(err, AT_LOGIN, ERR_USAGE,
			       "--mechanism %s: libgsasl lacks SCRAM with SHA-512; offered: %s",
			       name, offer_of(question));
	if (!mechanism_known(name, &name))
		return err_set(err, AT_LOGIN, ERR_USAGE,
			       "--mechanism %.40s: no mechanism we know; offered: %s", name,
			       offer_of(question));
	if (!question_offers(question, name))
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "--mechanism %s: the server does not offer it, but: %s", name,
			       offer_of(question));
	if (strcmp(name, "EXTERNAL") == 0)
		return err_set(
			err, AT_LOGIN, ERR_USAGE,
			"--mechanism EXTERNAL: that needs a client certificate (--cert), and "
			"a server that asks for it in the handshake");
	if (!wish->has_password)
		return err_set(err, AT_LOGIN, ERR_USAGE, "--mechanism %s: that needs a password",
			       name);
	if (strcmp(name, "PLAIN") == 0)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "--mechanism PLAIN: it hands over the password itself, and nobody "
			       "has verified the server's certificate");
	return err_set(err, AT_LOGIN, ERR_UNSUPPORTED, "--mechanism %s: it cannot bind: %s", name,
		       question_unbound(question));
}

bool question_refuse(const struct question *question, struct err *err)
{
	const struct mechanism_wish *wish = question->wish;
	const char *offer = offer_of(question);
	if (!*offer)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "the server offers no way to log in (no SASL mechanism)");
	if (wish->insisted)
		return refuse_insisted(question, err);
	if (!wish->has_password)
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "without a password there is no way to log in; offered: %s", offer);
	if (question_offers(question, "PLAIN") && question_has_scram(question))
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "no SCRAM of the server's is one that libgsasl can do (%s), and "
			       "where SCRAM is offered PLAIN is used only with --mechanism PLAIN",
			       offer);
	if (question_offers(question, "PLAIN"))
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "only PLAIN would do, which hands over the password itself, and "
			       "nobody has verified the server's certificate; offered: %s",
			       offer);
	if (question_has_our_plus(question))
		return err_set(err, AT_LOGIN, ERR_UNSUPPORTED,
			       "only -PLUS would do, and we cannot bind: %s; offered: %s",
			       question_unbound(question), offer);
	return err_set(err, AT_LOGIN, ERR_UNSUPPORTED, "no mechanism in common%s; offered: %s",
		       offers_any(question, lacks_hash) ? " (libgsasl lacks SCRAM with SHA-512)"
							: "",
		       offer);
}
