#include "report/ciphers_parts.h"

#include <stddef.h>

#include "base/word.h"

static const struct {
	const char *key;
	size_t offset;
} properties[] = {
#define PROPERTY(name)                                                                             \
	{                                                                                          \
#name, offsetof(struct property_facts, name)                                       \
	}
	PROPERTY(compression),
	PROPERTY(secure_renegotiation),
	PROPERTY(extended_master_secret),
	PROPERTY(encrypt_then_mac),
	PROPERTY(session_tickets),
	PROPERTY(session_ids),
	PROPERTY(resumption),
	PROPERTY(heartbeat),
	PROPERTY(ocsp_staple),
	PROPERTY(fallback_scsv),
	PROPERTY(downgrade_sentinel),
	PROPERTY(grease),
	PROPERTY(version_tolerance),
	PROPERTY(long_hello),
	PROPERTY(sni_required),
	PROPERTY(sni_unknown_refused),
	PROPERTY(alpn),
	PROPERTY(alpn_unknown_refused),
	PROPERTY(hybrid_preferred),
	PROPERTY(dh_reuse),
	PROPERTY(ec_reuse),
	PROPERTY(client_cert_requested),
#undef PROPERTY
};
_Static_assert(ARRAY_SIZE(properties) == PROPERTY_COUNT, "one entry a property");

const char *property_key(size_t index)
{
	return properties[index].key;
}

enum seen *property_at(struct property_facts *facts, size_t index)
{
	return (enum seen *)(void *)((char *)facts + properties[index].offset);
}

static const char *const scopes[] = {
	[SURVEY_ALL] = "all",
	[SURVEY_SUITES] = "suites",
	[SURVEY_GROUPS] = "groups",
	[SURVEY_VERSIONS] = "versions",
};

const char *survey_scope_name(enum survey_scope scope)
{
	return scopes[scope];
}

bool survey_scope_parse(const char *name, enum survey_scope *out)
{
	size_t found;
	if (!word_find(scopes, ARRAY_SIZE(scopes), name, &found))
		return false;
	*out = (enum survey_scope)found;
	return true;
}

bool ciphers_answered(const struct ciphers_facts *facts)
{
	for (int version = SSL_2_0; version < TLS_VERSION_COUNT; version++) {
		if (facts->survey.versions[version].offered == SEEN_YES)
			return true;
	}
	return false;
}
