/* ciphers.h - what one enumeration of one endpoint saw: the facts of xmpp-ciphers.
 *
 * Plain data in the endpoint's arena. Filled by run/, read by judge and report. */
#ifndef JUDGE_CIPHERS_H
#define JUDGE_CIPHERS_H

#include "judge/judge.h"
#include "tls/survey.h"

/* Why an enumeration stopped before its plan was through. */
enum cut_short {
	CUT_NOT,         /* it did not */
	CUT_THROTTLED,   /* the server would have no more connections, however slow we were */
	CUT_CONNECTIONS, /* --max-connections */
	CUT_TIMEOUT,     /* --timeout */
	CUT_SILENT,      /* hellos were met with silence, one after another */
	CUT_NOT_TLS,     /* what answers breaks the rules of TLS in every answer */
};

struct ciphers_facts {
	/* The first connection: steps and features in clear, the failure that ended everything.
	 * .tls is the library's handshake where one was made (.tls.up); .encrypted: some hello
	 * was answered with TLS. */
	struct starttls_facts walk;
	enum survey_scope scope;
	struct survey_facts survey;
	size_t connections; /* all that were opened, retries too */
	size_t throttled;   /* times the server turned us away; then we slowed down */
	enum cut_short cut;
	const char *cut_reason; /* the server's own words or the last cause; NULL */
	bool one_write;         /* header and <starttls/> went out together */
	unsigned lanes;         /* connections at once */
};

/* One endpoint examined by xmpp-ciphers. */
void judge_ciphers(const struct endpoint *at, const struct ciphers_facts *facts,
		   const struct policy *policy, struct arena *mem, struct findings *out);
/* What spans endpoints: another configuration behind another port or address; one RSA key that also
 * serves SSL 2.0 (DROWN). */
void judge_ciphers_target(const struct target_view *target,
			  const struct ciphers_facts *const *ciphers, const struct policy *policy,
			  struct arena *mem, struct findings *out);

/* The promises of 2014 that an enumeration decides: SW-3, SW-4, SW-6, DP-2. Grade them with
 * judge_manifesto_status(). */
size_t judge_ciphers_manifesto(const struct target_view *target,
			       const struct ciphers_facts *const *ciphers, struct arena *mem,
			       struct promise out[PROMISE_MAX]);

/* The verdict on one suite in one version, for the matrix: the worst that policy and site find
 * against it, what they ignore left out. */
struct suite_verdict {
	enum severity severity; /* NONE: good */
	const char *word;       /* "good" "legacy" "weak" "insecure" */
	const char *ref;        /* clause; NULL where good */
	const char *note;       /* "no encrypt-then-MAC", "RC4", "1024-bit DH"; NULL where good */
};
void judge_suite(const struct suite_seen *seen, enum tls_version version,
		 const struct policy *policy, struct suite_verdict *out);
/* The same of a suite out of the registry (--list), in the newest version that may use it. */
void judge_registered_suite(const struct suite *suite, const struct policy *policy,
			    struct suite_verdict *out);

/* "throttled" "max-connections" "timeout" "silent" "not-tls"; "" */
const char *cut_short_name(enum cut_short cut);
NODISCARD bool cut_short_parse(const char *name, enum cut_short *out);

#endif
