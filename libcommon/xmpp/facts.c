#include "xmpp/facts.h"

#include "base/word.h"

static const char *const step_names[STEP_COUNT] = {
	[STEP_TCP] = "tcp", [STEP_STREAM] = "stream",           [STEP_STARTTLS] = "starttls",
	[STEP_TLS] = "tls", [STEP_CERTIFICATE] = "certificate", [STEP_FEATURES] = "features",
};

const char *step_name(enum step step)
{
	return step_names[step];
}

bool step_parse(const char *name, enum step *out)
{
	size_t i;
	if (!word_find(step_names, STEP_COUNT, name, &i))
		return false;
	*out = (enum step)i;
	return true;
}
