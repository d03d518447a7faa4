/* What the answers to the survey's single questions mean. */
#include "tls/survey_inner.h"

#define ALERT_NO_ALPN          120
#define ALERT_PROTOCOL_VERSION 70

/* What an answer says of a question that a good server agrees to. */
static enum seen agreed(const struct answer_facts *answer)
{
	switch (answer->kind) {
	case ANSWER_HELLO:
	case ANSWER_RETRY:
		return SEEN_YES;
	case ANSWER_ALERT:
	case ANSWER_CLOSED:
	case ANSWER_RESET:
		return SEEN_NO;
	case ANSWER_NONE:
	case ANSWER_SILENCE:
	case ANSWER_GARBAGE:
	case ANSWER_HANDSHAKE:
	case ANSWER_UNSUPPORTED:
		break;
	}
	return SEEN_UNCLEAR;
}

static enum seen refused(const struct answer_facts *answer)
{
	enum seen yes = agreed(answer);
	return yes == SEEN_YES ? SEEN_NO : yes == SEEN_NO ? SEEN_YES : yes;
}

/* Other answers may have shown it before. */
static void take_shown(enum seen *property, bool shown)
{
	if (shown)
		*property = SEEN_YES;
	else if (*property == SEEN_NOT_TESTED)
		*property = SEEN_NO;
}

static void take_handshake(struct survey *survey, const struct answer_facts *answer)
{
	struct property_facts *properties = &survey->properties;
	survey->handshake_tried = true;
	if (answer->kind != ANSWER_HANDSHAKE)
		return;
	properties->resumption = SEEN_UNCLEAR; /* until it was tried */
	if (answer->echoes & ECHO_TICKET)
		properties->session_tickets = SEEN_YES;
	if (answer->version == TLS_1_3)
		survey->signature13 = answer->scheme;
	if (survey->options.alpn)
		properties->alpn = answer->alpn ? SEEN_YES : SEEN_NO;
	take_shown(&properties->ocsp_staple, answer->staple);
	take_shown(&properties->client_cert_requested, answer->client_cert_requested);
}

static void take_tolerance(struct survey *survey, const struct pending *pending,
			   const struct answer_facts *answer)
{
	struct property_facts *properties = &survey->properties;
	uint16_t asked = pending->question.hello.raw_version;
	/* RFC 9846, 4.1.2 lets a server give up here with a word. */
	bool told = answer->kind == ANSWER_ALERT && answer->alert == ALERT_PROTOCOL_VERSION;
	enum seen seen = told ? SEEN_YES : agreed(answer);
	if (seen == SEEN_YES && properties->version_tolerance == SEEN_NOT_TESTED)
		properties->version_tolerance = SEEN_YES;
	if (seen != SEEN_YES && properties->version_tolerance != SEEN_NO) {
		properties->version_tolerance = seen;
		properties->intolerant_of = asked;
	}
}

static void take_alert(int *to, const struct answer_facts *answer)
{
	if (answer->kind == ANSWER_ALERT)
		*to = answer->alert;
}

static void take_repeat(struct survey *survey, const struct answer_facts *answer)
{
	bool chosen = answer->kind == ANSWER_HELLO || answer->kind == ANSWER_RETRY;
	if (chosen && answer->suite != survey->first_choice)
		survey->inconsistent = true;
}

void checks_drop(struct survey *survey, const struct pending *pending)
{
	if (pending->check == CHECK_HANDSHAKE)
		survey->handshake_tried = true; /* what waits for it need not wait longer */
}

void checks_take(struct survey *survey, const struct pending *pending,
		 const struct answer_facts *answer)
{
	struct property_facts *properties = &survey->properties;
	bool alert = answer->kind == ANSWER_ALERT;
	switch (pending->check) {
	case CHECK_HANDSHAKE:
		take_handshake(survey, answer);
		break;
	case CHECK_RESUME:
		if (answer->kind == ANSWER_HANDSHAKE)
			properties->resumption = answer->resumed ? SEEN_YES : SEEN_NO;
		break;
	case CHECK_FALLBACK:
		properties->fallback_scsv = refused(answer); /* some close without alert 86 */
		break;
	case CHECK_TOLERANCE:
	case CHECK_TOLERANCE_FAR:
		take_tolerance(survey, pending, answer);
		break;
	case CHECK_SNI_NONE:
		properties->sni_required = refused(answer);
		break;
	case CHECK_SNI_UNKNOWN:
		properties->sni_unknown_refused = refused(answer);
		take_alert(&properties->sni_alert, answer);
		break;
	case CHECK_ALPN_UNKNOWN:
		properties->alpn_unknown_refused = alert && answer->alert == ALERT_NO_ALPN
							   ? SEEN_YES
							   : refused(answer);
		break;
	case CHECK_LONG: /* random octets are no valid key: an alert shows that it was read */
		properties->long_hello = alert ? SEEN_YES : agreed(answer);
		break;
	case CHECK_HYBRID:
		properties->hybrid_preferred = answer->kind == ANSWER_RETRY   ? SEEN_YES
					       : answer->kind == ANSWER_HELLO ? SEEN_NO
									      : SEEN_UNCLEAR;
		break;
	case CHECK_REPEAT:
		take_repeat(survey, answer);
		break;
	case CHECK_GREASE:
		properties->grease = agreed(answer);
		break;
	case CHECK_REUSE: /* learn() compares */
	case CHECK_COMPRESSION:
	case CHECK_HEARTBEAT:
		break;
	}
}
