#include "xmpp/facts.h"

#include <string.h>

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
	for (size_t i = 0; i < STEP_COUNT; i++) {
		if (strcmp(name, step_names[i]) == 0) {
			*out = (enum step)i;
			return true;
		}
	}
	return false;
}
