/* What the streams say, in clear and inside TLS: streams.md, section 3.2; and the answers to
 * --active. */
#include "judge/parts.h"

#include <string.h>

#include "base/escape.h"

#define STANZA_LEAST 10000 /* RFC 6120, 13.12 */

/* RFC 6120, 4.7: from, id and xml:lang must be there. */
static void judge_header(const struct judging *judging)
{
	const struct stream_facts *stream = &judging->facts->before;
	if (!stream->opened)
		stream = &judging->facts->after;
	/* A server that turns us away may know no better. */
	if (!stream->opened || stream->error.condition || !stream->version_1)
		return;
	bool no_id = !stream->id || !*stream->id, no_from = !stream->from, no_lang = !stream->lang;
	if (!no_id && !no_from && !no_lang)
		return;
	CLEANUP(buf_free) struct buf missing = buf_new(SHOWN_MAX);
	if (no_id)
		buf_text(&missing, "id");
	if (no_from)
		buf_printf(&missing, "%sfrom", missing.size ? ", " : "");
	if (no_lang)
		buf_printf(&missing, "%sxml:lang", missing.size ? ", " : "");
	if (no_id)
		FIND_OTHER(judging, "stream-header-incomplete", "the stream header lacks %s",
			   buf_string(&missing));
	else
		FIND(judging, "stream-header-incomplete", "the stream header lacks %s",
		     buf_string(&missing));
}

/* STR-39, STR-50, STR-51 */
static void judge_offer(const struct judging *judging)
{
	const struct stream_facts *before = &judging->facts->before;
	const struct features *features = &before->features;
	if (judging->facts->encrypted && !before->version_1)
		FIND_OTHER(judging, "stream-no-version",
			   "the stream header has no version 1.0, but TLS can be had");
	else if (judging->facts->encrypted && !features->starttls)
		FIND(judging, "starttls-not-advertised-but-works",
		     "the features do not offer STARTTLS, but asking for it works: it is hidden, "
		     "or stripped on the way");
	if (features->starttls && !features->starttls_required && !features->starttls_alone)
		FIND(judging, "starttls-not-required",
		     "TLS is offered but not required: the server also talks in clear");
}

/* RFC 6120, 13.8.3: these send the password, or what is as good, in the first message. */
static const char *plain_mechanism(const struct features *features)
{
	static const char *const plain[] = { "PLAIN", "LOGIN", "X-OAUTH2", "OAUTHBEARER" };
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		if (features_has_mechanism(&features->mechanisms, plain[i]) ||
		    features_has_mechanism(&features->sasl2_mechanisms, plain[i]))
			return plain[i];
	}
	return NULL;
}

/* MAN-27: no credentials in clear. */
static void judge_login_in_clear(const struct judging *judging)
{
	const struct features *features = &judging->facts->before.features;
	const struct text_list *mechanisms = features->mechanisms.count
						     ? &features->mechanisms
						     : &features->sasl2_mechanisms;
	if (mechanisms->count)
		FIND(judging, "sasl-before-tls", "authentication is offered in clear: %s",
		     list_text(mechanisms, judging->mem));
	const char *plain = plain_mechanism(features);
	if (plain)
		FIND(judging, "plain-before-tls",
		     "%s, which sends the password itself, is offered in clear", plain);
	if (features->iq_auth)
		FIND(judging, "iq-auth-before-tls",
		     "the obsolete login of XEP-0078 is offered in clear");
	if (features->registration)
		FIND(judging, "register-before-tls", "registration is offered in clear");
}

void judge_clear_stream(const struct judging *judging)
{
	const struct starttls_facts *facts = judging->facts;
	judge_header(judging);
	if (judging->at->transport == TRANSPORT_DIRECT || !facts->before.opened)
		return;
	const struct features *features = &facts->before.features;
	judge_offer(judging);
	judge_login_in_clear(judging);
	/* Beside required TLS it is how Prosody comes, and harmless. */
	if (judging->at->service == SERVICE_S2S && features->dialback &&
	    !features->starttls_required)
		FIND(judging, "dialback-before-tls",
		     "dialback is offered in clear, and TLS is not required");
	if (features->compression.count)
		FIND(judging, "compression-offered", "compression is offered before TLS: %s",
		     list_text(&features->compression, judging->mem));
}

static void judge_inner_features(const struct judging *judging)
{
	const struct starttls_facts *facts = judging->facts;
	const struct features *features = &facts->after.features;
	if (features->starttls)
		FIND(judging, "starttls-offered-after-tls", "STARTTLS is still offered inside TLS");
	if (features->compression.count && !facts->before.features.compression.count)
		FIND_OTHER(judging, "compression-offered", "compression is offered inside TLS: %s",
			   list_text(&features->compression, judging->mem));
	if (features->has_limits && features->limit_bytes > 0 &&
	    features->limit_bytes < STANZA_LEAST)
		FIND(judging, "stanza-limit-too-low",
		     "the server takes stanzas of %u octets at most; 10000 is the least it may say",
		     (unsigned)features->limit_bytes);
	if (judging->at->service == SERVICE_C2S) {
		if (!features_offer_login(features))
			FIND(judging, "no-mechanisms",
			     "clients are offered no way to log in inside TLS");
		return;
	}
	if (facts->our_certificate && !features_has_mechanism(&features->mechanisms, "EXTERNAL") &&
	    !features_has_mechanism(&features->sasl2_mechanisms, "EXTERNAL"))
		FIND(judging, "external-not-offered",
		     "SASL EXTERNAL is not offered although we %s a certificate",
		     facts->tls.client_cert_sent ? "showed" : "had");
	if (features->dialback && !features->dialback_errors)
		FIND(judging, "dialback-errors-missing",
		     "dialback is offered without graceful errors");
}

void judge_inner_stream(const struct judging *judging)
{
	const struct stream_facts *before = &judging->facts->before;
	const struct stream_facts *after = &judging->facts->after;
	if (!judging->facts->encrypted || !after->opened)
		return;
	if (before->opened && before->id && after->id && *after->id &&
	    strcmp(before->id, after->id) == 0)
		FIND(judging, "stream-id-reused", "the stream inside TLS has the old id again: %s",
		     escape_copy(judging->mem, after->id, SHOWN_MAX));
	if (after->features.present)
		judge_inner_features(judging);
}

void judge_active(const struct judging *judging)
{
	static const struct {
		const char *id, *sentence;
	} rows[ACTIVE_COUNT] = {
		[ACTIVE_PLAIN] = { "active-plain-accepted",
				   "a login with PLAIN in clear is looked at" },
		[ACTIVE_STANZA] = { "active-stanza-accepted",
				    "a stanza in clear, before authentication, is answered" },
		[ACTIVE_DIALBACK] = { "active-dialback-accepted",
				      "a dialback key in clear is taken up" },
		[ACTIVE_INJECTION] = { "active-injection",
				       "what was sent in clear behind <starttls/> is answered inside TLS" },
	};
	const struct active_facts *active = &judging->facts->active;
	for (size_t i = 0; i < ACTIVE_COUNT; i++) {
		if (active->result[i] != ACTIVE_ACCEPTED)
			continue;
		const char *detail = active->detail[i];
		FIND(judging, rows[i].id, "%s%s%s", rows[i].sentence, detail ? ": " : "",
		     detail ? escape_copy(judging->mem, detail, SHOWN_MAX) : "");
	}
}
