/* facts.h - what one walk to one endpoint saw: the facts of xmpp-starttls, which later tools build
 * on.
 *
 * Plain data in the endpoint's arena. Filled by the probe, read by judge and report, read back from
 * records by report/reread. */
#ifndef XMPP_FACTS_H
#define XMPP_FACTS_H

#include "net/discover.h"
#include "xmpp/active.h"
#include "xmpp/secure.h"
#include "xmpp/starttls.h"

/* The walk's steps in order. A direct TLS walk has no STEP_STREAM and STEP_STARTTLS: its stream is
 * STEP_FEATURES. */
enum step {
	STEP_TCP,
	STEP_STREAM,      /* header and features in clear */
	STEP_STARTTLS,    /* until <proceed/> */
	STEP_TLS,         /* handshake */
	STEP_CERTIFICATE, /* chain and names */
	STEP_FEATURES,    /* header and features inside TLS */
};
#define STEP_COUNT 6

struct step_facts {
	bool taken, ok;
	double elapsed_ms; /* of this step alone */
};

struct starttls_facts {
	int64_t time; /* seconds since 1970, when it began */
	double elapsed_ms;
	struct step_facts steps[STEP_COUNT];
	struct stream_facts before; /* in clear */
	enum starttls_answer answer;
	struct tls_facts tls;
	struct identity_facts identity;
	struct stream_facts after; /* inside TLS */
	bool encrypted, authenticated;
	struct active_facts active;
	bool our_certificate; /* --cert was given */
	/* Direct TLS refused: does the port speak STARTTLS instead; and the reverse: does a
	 * STARTTLS port answer TLS (STR-11)? */
	bool speaks_other_transport;
	struct err failure; /* code ERR_NONE: the walk went to its end */
};

const char *step_name(
	enum step step); /* "tcp" "stream" "starttls" "tls" "certificate" "features" */
NODISCARD bool step_parse(const char *name, enum step *out);

#endif
