/* What the conditions of a dialback mean in practice, and answers in words: spec/dialback.md,
 * sections 3.4 and 10. */
#include <string.h>

#include "base/escape.h"
#include "judge/dialback_parts.h"

static const struct cause {
	const char *condition, *cause;
} causes[] = {
	{ "bad-namespace-prefix", "it wants the prefix db, declared on the stream header" },
	{ "bad-request", "it could not make sense of the element" },
	{ "connection-timeout", "it waited too long, for us or for our authoritative server" },
	{ "forbidden", "an authoritative server denied the key, or an access rule keeps us out" },
	{ "host-gone", "it no longer serves the domain that was asked for" },
	{ "host-unknown", "it does not serve the domain that was asked for" },
	{ "improper-addressing", "from or to is missing, or not what it expects" },
	{ "internal-server-error", "something broke inside that server: its log tells what" },
	{ "item-not-found", "it does not serve the domain that was asked for" },
	{ "not-acceptable", "our identity could not be established" },
	{ "not-allowed",
	  "it does not serve the domain (ejabberd's word for it), or a rule forbids it" },
	{ "not-authorized", "it wants a certificate that it can trust, or the key was not "
			    "confirmed" },
	{ "policy-violation", "it wants TLS, or a trusted certificate, before dialback" },
	{ "remote-connection-failed", "it could not connect where DNS says that our domain lives: "
				      "nobody listens there, or a firewall is in the way" },
	{ "remote-server-not-found", "it found no server of our domain in DNS, or the one that it "
				     "found does not know the domain" },
	{ "remote-server-timeout", "our authoritative server could not be reached, closed, or did "
				   "not answer in time" },
	{ "resource-constraint", "it has no room for more: later, or on another connection" },
	{ "service-unavailable", "dialback is switched off there" },
	{ "system-shutdown", "that server is being stopped" },
	{ "unsupported-stanza-type", "it does not serve the domain (Prosody's word for it), or "
				     "dialback is switched off there" },
};

const char *dialback_condition_cause(const char *condition)
{
	for (size_t i = 0; condition && i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].condition, condition) == 0)
			return causes[i].cause;
	}
	return NULL;
}

static const char *with_condition(const char *what, const struct trial_answer *answer,
				  struct arena *mem)
{
	const char *condition = answer->condition ? escape_copy(mem, answer->condition, SHOWN_MAX)
						  : NULL;
	if (!answer->text || !*answer->text)
		return condition ? arena_printf(mem, "%s %s", what, condition) : what;
	return arena_printf(mem, "%s%s%s (\"%s\")", what, condition ? " " : "",
			    condition ? condition : "", escape_copy(mem, answer->text, SHOWN_MAX));
}

const char *trial_answer_text(const struct trial_answer *answer, struct arena *mem)
{
	switch (answer->outcome) {
	case OUTCOME_VALID:
		return "valid";
	case OUTCOME_INVALID:
		return "invalid";
	case OUTCOME_ERROR:
		return with_condition("error", answer, mem);
	case OUTCOME_STREAM_ERROR:
		return with_condition("stream error", answer, mem);
	case OUTCOME_CLOSED:
		return with_condition("a close", answer, mem);
	case OUTCOME_SILENCE:
		return arena_printf(mem, "nothing in %.0f s", answer->elapsed_ms / 1000);
	case OUTCOME_ACCEPTED:
		return "success";
	case OUTCOME_FAILURE:
		return with_condition("failure", answer, mem);
	case OUTCOME_NONE:
		break;
	}
	return "nothing";
}
