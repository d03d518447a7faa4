#include "report/dialback_parts.h"

bool hop_has_type(const struct hop *hop)
{
	return hop->kind == HOP_RESULT || hop->kind == HOP_VERIFY || hop->kind == HOP_EXTERNAL;
}

bool link_tried_tls(const struct link_facts *link)
{
	const struct tls_facts *tls = &link->tls;
	return tls->up || tls->version != TLS_VERSION_NONE ||
	       tls->newest_offered != TLS_VERSION_NONE || tls->alert > 0;
}
