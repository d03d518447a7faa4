/* active.h - what a good server must refuse, asked on connections of their own.
 *
 * Nothing sent carries a secret: made-up names, an empty password, our own domain (MAN-4, MAN-6).
 */
#ifndef XMPP_ACTIVE_H
#define XMPP_ACTIVE_H

#include "xmpp/starttls.h"
#include "xmpp/stream.h"

enum active_check {
	ACTIVE_PLAIN,     /* SASL PLAIN in clear (c2s): RFC 6120, 13.8.3 wants encryption first */
	ACTIVE_STANZA,    /* a stanza in clear, before authentication: RFC 6120, 4.9.3.12 */
	ACTIVE_DIALBACK,  /* a dialback key in clear (s2s): XEP-0344, RFC 7590, 3.4 */
	ACTIVE_INJECTION, /* a stanza in the same packet as <starttls/>, answered after TLS: RFC
			     6120, 5.4.3.3 */
};
#define ACTIVE_COUNT 4

enum active_result {
	ACTIVE_NOT_RUN,  /* not asked for, or does not apply to the service or way in */
	ACTIVE_REFUSED,  /* as it must be */
	ACTIVE_ACCEPTED, /* the fault */
	ACTIVE_UNTESTED, /* could not be tested; detail says why */
};

struct active_facts {
	enum active_result result[ACTIVE_COUNT];
	const char *detail[ACTIVE_COUNT]; /* how it was refused ("policy-violation", "closed"), or
					     why it could not be tested; NULL if not run */
};

/* The checks in clear, on a stream whose features are known. PLAIN: <auth mechanism='PLAIN'> with a
 * made-up user: a challenge, success or <not-authorized/> (the server looked at the credentials) is
 * acceptance; encryption-required, invalid-mechanism, policy-violation, a stream error or a close
 * is refusal. */
enum active_result active_plain(struct stream *stream, const char **detail, struct arena *mem);
/* c2s: <iq type='get'> with a ping; s2s: a <message/> from our domain. Acceptance: an answer other
 * than an error or close. Without a `from`, s2s cannot be tested. */
enum active_result active_stanza(struct stream *stream, const struct stream_header *header,
				 const char **detail, struct arena *mem);
/* db:result with a one-time key for our own domain. Refused: policy-violation, not-authorized,
 * close. Accepted: valid or invalid, or the peer asks us back. An error about looking us up
 * (remote-server-not-found and its like) is neither: Prosody looks first and refuses then. */
enum active_result active_dialback(struct stream *stream, const struct stream_header *header,
				   const char **detail, struct arena *mem);

/* Each listens for 3 s at most, and never longer than the conn; silence tells nothing, but for the
 * injection, where it is how a good server behaves. */

/* Injection: <starttls/> and an IQ ping leave in one write; then TLS by the caller; then the
 * restarted stream is read: an answer to that ping's id is the fault. Listening judges in every
 * case, also when asking, the handshake or the restart failed: whoever answers in clear, closes, or
 * makes no TLS of it has refused, and an answer may stand in place of the stream header. */
NODISCARD bool active_injection_ask(struct stream *stream, const struct stream_header *header,
				    enum starttls_answer *answer, struct err *err);
enum active_result active_injection_listen(struct stream *stream, const char **detail,
					   struct arena *mem);

const char *active_check_name(
	enum active_check check); /* "plain" "stanza" "dialback" "injection" */
const char *active_result_name(
	enum active_result result); /* "not-run" "refused" "accepted" "untested" */
NODISCARD bool active_result_parse(const char *name, enum active_result *out);

#endif
