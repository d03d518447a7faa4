/* features.h - what <stream:features/> offers, as data: RFC 6120, 4.3.2 and the XEPs named beside
 * the members. Pure. */
#ifndef XMPP_FEATURES_H
#define XMPP_FEATURES_H

#include <stdint.h>

#include "xmpp/elem.h"

struct text_list {
	const char **items;
	size_t count;
};

struct features {
	bool present; /* a features element arrived */
	bool starttls, starttls_required;
	bool starttls_alone; /* the only feature: mandatory, too (RFC 6120, 5.3.1) */
	struct text_list mechanisms, sasl2_mechanisms;
	struct text_list channel_bindings; /* XEP-0440 */
	struct text_list compression;      /* XEP-0138 methods */
	bool dialback, dialback_errors;    /* XEP-0220 */
	bool bidi, stream_management, bind, registration, iq_auth;
	bool session_required; /* RFC 3921, 3: without <optional/>; stands among others, too */
	bool has_limits;
	uint32_t limit_bytes, limit_idle_seconds; /* XEP-0478; 0: not given */
	struct text_list others;                  /* "{namespace}name" of what we do not know */
};

void features_read(const struct elem *elem, struct arena *mem, struct features *out);
bool features_has_mechanism(const struct text_list *list, const char *name);
/* Any way to authenticate a user: SASL, SASL2, XEP-0078. */
bool features_offer_login(const struct features *features);

#endif
