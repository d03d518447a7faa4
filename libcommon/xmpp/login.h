/* login.h - the SASL exchange on a stream: RFC 6120, 6 and XEP-0388 (SASL2), as the client.
 *
 * Nothing of the secret comes through here but what steps hand out, already made for the server. */
#ifndef XMPP_LOGIN_H
#define XMPP_LOGIN_H

#include "xmpp/mechanism.h"
#include "xmpp/sasl.h"
#include "xmpp/scram.h"
#include "xmpp/stream.h"

struct login_facts {
	bool tried;
	struct mechanism_choice choice;
	struct scram_facts scram;
	char binding_flag;         /* SCRAM's gs2 header, as sent: 'p' bound, 'y' could bind and the
				      server could not, 'n'; 0: none was sent */
	bool mutual;               /* the server proved that it knows the password */
	const char *authorized_as; /* SASL2: what the server says we are; NULL */
	const char *condition;     /* of a <failure/>: "not-authorized"; of SCRAM's e=; NULL */
	const char *text;          /* theirs; NULL */
	const char *tasks;         /* SASL2 <continue/>: what it asks for besides; NULL */
	double elapsed_ms;
};

/* Chooses, and goes through with it; afterwards the stream is ready for what comes next: restarted
 * (SASL1: `after` is filled anew), or with new features (SASL2: of `after` those alone change, for
 * the stream is the same). `offered` may be those of `after`. No other mechanism is tried after a
 * failure (MSG-3). A server that says success without its proof is an impostor (MSG-12). The stage
 * of every err is AT_LOGIN, its
 * sentence is the operator's: wrong password or no such account, account disabled, credentials
 * expired, try again later, weaker than allowed... */
NODISCARD bool login(struct stream *stream, const struct stream_header *header,
		     const struct features *offered, const struct tls_facts *tls,
		     const struct mechanism_wish *wish, uint32_t iterations_max,
		     const struct sasl_steps *steps, struct arena *mem, struct stream_facts *after,
		     struct login_facts *facts, struct err *err);
/* RFC 6120, 6.5: a condition in an operator's words; an unknown one counts as not-authorized. */
const char *login_cause(const char *condition);

#endif
