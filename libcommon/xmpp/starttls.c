#include "xmpp/starttls.h"

#include <string.h>

#include "base/word.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

/* RFC 6120, 5.4.2.3: <proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>, then silence. Anything
 * behind it came in clear and must not count as protected (STR-53). */
static bool check_silence(struct stream *stream, enum starttls_answer *answer, struct err *err)
{
	if (stream_is_quiet(stream))
		(void)stream_take_input(stream); /* what came in a packet of its own */
	if (stream_is_quiet(stream)) {
		*answer = STARTTLS_PROCEED;
		return true;
	}
	size_t count = stream_pending(stream);
	/* A server that cannot do TLS at all (no cipher, no key) may say so before our ClientHello:
	 * Prosody does. An alert record is no plaintext, and nothing can come after it. RFC
	 * 8446, 5.1: type 21, version 3.x. */
	const unsigned char *behind = stream_peek(stream);
	if (count >= 7 && behind[0] == 0x15 && behind[1] == 0x03) {
		*answer = STARTTLS_PROCEED;
		return err_set(
			err, AT_TLS, ERR_ALERT_RECEIVED,
			"TLS alert %d right behind <proceed/>: the server cannot do TLS (no cipher, key or certificate; its log says more)",
			behind[6]);
	}
	*answer = STARTTLS_INJECTION;
	return err_set(err, AT_STARTTLS, ERR_INJECTION, "%zu byte%s in clear behind <proceed/>",
		       count, count == 1 ? "" : "s");
}

bool starttls_await(struct stream *stream, enum starttls_answer *answer, struct stream_error *error,
		    struct err *err)
{
	const struct elem *elem;
	if (!stream_read(stream, &elem, error, err)) {
		bool refused = err->code == ERR_STREAM_ERROR;
		*answer = refused ? STARTTLS_ERROR : STARTTLS_OTHER;
		stream_explain(stream, "answer to <starttls/>", err);
		err->stage = AT_STARTTLS;
		return false;
	}
	if (elem_is(elem, NS_TLS, "proceed")) {
		stream_hold(stream);
		return check_silence(stream, answer, err);
	}
	if (elem_is(elem, NS_TLS, "failure")) {
		*answer = STARTTLS_FAILURE;
		return err_set(err, AT_STARTTLS, ERR_STARTTLS_REFUSED,
			       "the server answers <failure/> to <starttls/>");
	}
	*answer = STARTTLS_OTHER;
	return err_set(err, AT_STARTTLS, ERR_PROTOCOL, "<%s xmlns='%s'/> instead of <proceed/>",
		       elem->name, elem->ns);
}

bool starttls_ask(struct stream *stream, enum starttls_answer *answer, struct stream_error *error,
		  struct err *err)
{
	static const char request[] = STARTTLS_REQUEST;
	*answer = STARTTLS_OTHER;
	if (!stream_write(stream, request, strlen(request), err)) {
		err->stage = AT_STARTTLS;
		return false;
	}
	return starttls_await(stream, answer, error, err);
}

bool starttls_grant(struct stream *stream, struct err *err)
{
	static const char proceed[] = "<proceed xmlns='" NS_TLS "'/>";
	if (!stream_is_quiet(stream))
		return err_set(err, AT_STARTTLS, ERR_INJECTION,
			       "octets in clear behind <starttls/>");
	if (!stream_write(stream, proceed, strlen(proceed), err))
		return false;
	stream_hold(stream);
	return true;
}

static const char *const answer_names[] = {
	[STARTTLS_NOT_ASKED] = "not-asked", [STARTTLS_PROCEED] = "proceed",
	[STARTTLS_FAILURE] = "failure",     [STARTTLS_ERROR] = "stream-error",
	[STARTTLS_OTHER] = "other",         [STARTTLS_INJECTION] = "injection",
};

const char *starttls_answer_name(enum starttls_answer answer)
{
	return answer_names[answer];
}

bool starttls_answer_parse(const char *name, enum starttls_answer *out)
{
	size_t i;
	if (!word_find(answer_names, ARRAY_SIZE(answer_names), name, &i))
		return false;
	*out = (enum starttls_answer)i;
	return true;
}
