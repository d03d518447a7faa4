/* What answers show beside version, suite and group: ciphers.md, section 10. */
#include "judge/ciphers_parts.h"

/* Extensions that only TLS 1.2 and older have need of. */
static void judge_classic(const struct enumerated *judging, enum tls_version newest)
{
	const struct property_facts *properties = &judging->survey->properties;
	if (properties->compression == SEEN_YES)
		FIND(judging, "tls-compression", "the server compresses inside TLS (CRIME)");
	if (properties->secure_renegotiation == SEEN_NO)
		FIND(judging, "tls-no-secure-renegotiation",
		     "the server does not know secure renegotiation (RFC 5746)");
	if (properties->heartbeat == SEEN_YES)
		FIND(judging, "tls-heartbeat", "the server agrees to heartbeats");
	if (newest < TLS_1_0 || properties->extended_master_secret != SEEN_NO)
		return;
	bool resumes = properties->session_tickets == SEEN_YES ||
		       properties->session_ids == SEEN_YES || properties->resumption == SEEN_YES;
	FIND(judging, "tls-no-extended-master-secret", "%s without the extended master secret%s",
	     tls_version_name(newest),
	     resumes ? ", and sessions can be resumed (triple handshake)" : "");
}

static void judge_names(const struct enumerated *judging)
{
	const struct property_facts *properties = &judging->survey->properties;
	if (properties->sni_unknown_refused == SEEN_NO)
		FIND(judging, "tls-unknown-name-accepted",
		     "a name that is not the server's is answered with a certificate all the same");
	if (judging->at->transport != TRANSPORT_DIRECT)
		return;
	if (properties->alpn == SEEN_NO)
		FIND(judging, "alpn-missing", "the server does not answer our ALPN");
	if (properties->alpn_unknown_refused == SEEN_NO)
		FIND(judging, "tls-unknown-alpn-accepted",
		     "a protocol that nobody knows is not refused");
}

void judge_properties(const struct enumerated *judging)
{
	enum tls_version newest = survey_newest_classic(judging->survey);
	if (newest != TLS_VERSION_NONE)
		judge_classic(judging, newest);
	judge_names(judging);
}
