/* scram.h - what a SCRAM server's first message must say before a proof is sent: RFC 5802, 5.1;
 * XEP-0474 (h=), XEP-0515 (t=). MSG-16, MSG-24, MSG-25. Pure; the proof itself is libgsasl's. */
#ifndef XMPP_SCRAM_H
#define XMPP_SCRAM_H

#include <stdint.h>

#include "base/err.h"
#include "tls/version.h"
#include "xmpp/features.h"

#define SCRAM_ITERATIONS_MIN 4096     /* RFC 7677, 4 */
#define SCRAM_ITERATIONS_MAX 10000000 /* some seconds; --max-iterations */

struct scram_offer {
	const char *mechanism;    /* ours: its hash is that of h= */
	const char *client_first; /* as sent: gs2 header and all */
	/* The lists of the profile in use. */
	const struct text_list *mechanisms, *bindings;
	enum tls_version version;
	uint32_t iterations_max;
};

struct scram_facts {
	uint32_t iterations;
	bool list_confirmed;    /* h= was there and agrees */
	bool version_confirmed; /* t= */
};

/* False: nothing may be sent; err says which rule: a nonce that does not extend ours, too few or
 * too many iterations, an empty or bad salt, a mandatory extension we do not know (m=), a list of
 * mechanisms that somebody changed on the way, another TLS version at the other end. */
NODISCARD bool scram_check_first(const struct scram_offer *offer, const char *server_first,
				 size_t size, struct scram_facts *facts, struct err *err);

/* RFC 5802, 5.1: the value of e=, with which a server ends the exchange instead; NULL: it does not.
 * And what that means, for an operator; NULL for what the RFC does not know. */
const char *scram_error_of(const void *data, size_t size, struct arena *mem);
const char *scram_error_cause(const char *error);

#endif
