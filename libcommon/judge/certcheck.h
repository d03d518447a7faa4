/* certcheck.h - what one check of one endpoint's certificate saw, and the rules it is judged by:
 * the facts of xmpp-certcheck.
 *
 * Plain data in the endpoint's arena. Filled by run/, read by judge and report. */
#ifndef JUDGE_CERTCHECK_H
#define JUDGE_CERTCHECK_H

#include "judge/judge.h"
#include "store/change.h"
#include "tls/caa.h"
#include "tls/crl.h"
#include "tls/dane.h"
#include "tls/posh.h"
#include "tls/sct.h"
#include "tls/staple.h"
#include "xmpp/disco.h"

/* How the chain came to us. */
enum check_source {
	CHECK_LIVE,   /* a connection of our own */
	CHECK_RECORD, /* the starttls section of a record */
	CHECK_FILE,   /* --pem, --pem-list */
};

/* What proves that the certificate is the domain's: DESIGN.md, authenticated_by. Flags. */
enum proof {
	PROOF_PKIX = 1 << 0,
	PROOF_DANE = 1 << 1,
	PROOF_POSH = 1 << 2,
	PROOF_PIN = 1 << 3, /* --pin-sha256, --tofu */
};

/* --local: the file beside what is served. */
struct local_facts {
	const char *file;    /* NULL: not asked for */
	const char *problem; /* why it could not be read; NULL */
	bool same;           /* octet for octet the same leaf */
	bool same_key;
	bool newer; /* the file's certificate ends later: renewed, not reloaded */
	int64_t not_before, not_after; /* of the file's leaf */
};

/* --subdomains: does the certificate speak for it? */
struct subdomain_facts {
	const char *domain;
	const struct cert_name *matched; /* NULL: no identifier names it */
};

struct certcheck_facts {
	enum check_source source;
	const char *file;           /* CHECK_FILE */
	const char *file_problem;   /* what is wrong with the file, where it held certificates all
				       the same; NULL */
	struct starttls_facts walk; /* the connection, the chain, and its identity judged at `at`;
				       failure where there is none */
	int64_t at;                 /* the moment judged, seconds since 1970 */
	bool at_chosen;             /* --at */
	bool names_judged;          /* false: a file without a domain */
	unsigned proofs;            /* enum proof */
	struct dane_facts dane;
	struct posh_facts posh;
	struct staple_facts staple;
	struct sct_facts scts;
	struct crl_facts crl;
	struct caa_facts caa;
	struct change_facts change;
	bool pins_given, pin_matched; /* --pin-sha256 */
	bool trusted_on_first_use;    /* --tofu: the history knows it as accepted */
	struct local_facts local;
	struct subdomain_facts *subdomains;
	size_t subdomain_count;
	struct disco_facts discovery; /* --subdomains=auto */
};

/* A threshold: days or a share of the lifetime; the smaller of the two where both are set. */
struct span {
	double days;  /* 0: not set */
	double share; /* 0 to 1; 0: not set */
};

enum proof_mode {
	PROOF_AUTO,    /* DANE: looked up; POSH: where nothing else proves the certificate */
	PROOF_ALWAYS,  /* POSH: looked up in any case */
	PROOF_REQUIRE, /* without it the status is critical */
	PROOF_OFF,
};

/* From the options; const while judging. */
struct check_rules {
	struct span warning, critical; /* what is left of a certificate's life */
	enum proof_mode dane, posh;
};

/* The smaller of a third and 20 days warns, the smaller of a seventh and 7 days is critical. */
extern const struct span expiry_warning, expiry_critical;
/* Seconds before the end from which the span counts, for a certificate of this lifetime. */
int64_t span_seconds(const struct span *span, int64_t lifetime);

/* One endpoint examined by xmpp-certcheck. */
void judge_certcheck(const struct endpoint *at, const struct certcheck_facts *facts,
		     const struct check_rules *rules, const struct policy *policy,
		     struct arena *mem, struct findings *out);

/* What spans endpoints: certificates that differ in more than their dates, key type or strength;
 * whether the components of the domain were discovered. */
void judge_certcheck_target(const struct target_view *target,
			    const struct certcheck_facts *const *checks,
			    const struct policy *policy, struct arena *mem, struct findings *out);

/* "live" "record" "file" */
const char *check_source_text(enum check_source source);
NODISCARD bool check_source_parse(const char *text, enum check_source *out);
/* "pkix" "dane" "posh" "pin" */
const char *proof_text(enum proof proof);

#endif
