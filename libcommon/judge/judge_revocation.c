/* Revocation, transparency, CAA: certificates.md, section 10. And our clock, which the times in
 * them give away. */
#include "judge/parts.h"

#include <string.h>

#include "base/escape.h"

#define TOLERANCE 300 /* seconds that clocks may differ */
#define MINUTE    60

static const char *shown(const struct judging *judging, const char *text, const char *otherwise)
{
	return text ? escape_copy(judging->mem, text, SHOWN_MAX) : otherwise;
}

/* " on 2026-03-01 (keyCompromise)" */
static const char *since(const struct judging *judging, int64_t when, const char *why)
{
	return arena_printf(judging->mem, "%s%s%s%s%s", when ? " on " : "",
			    when ? day_text(when, judging->mem) : "", why ? " (" : "",
			    shown(judging, why, ""), why ? ")" : "");
}

/* CRT-60. */
static void judge_staple(const struct judging *judging, bool clock_is_wrong)
{
	const struct staple_facts *staple = &judging->check->staple;
	const char *why = shown(judging, staple->reason, staple_status_text(staple->status));
	switch (staple->status) {
	case STAPLE_REVOKED:
		FIND(judging, "cert-revoked",
		     "certificate was revoked%s, says the stapled OCSP response",
		     since(judging, staple->revoked, staple->revocation));
		break;
	case STAPLE_MALFORMED:
	case STAPLE_OTHER:
	case STAPLE_UNSIGNED:
		FIND(judging, "staple-invalid", "the stapled OCSP response does not count: %s",
		     why);
		break;
	case STAPLE_CA_UNKNOWN:
		FIND(judging, "staple-unknown",
		     "the stapled OCSP response says that its authority does not know the "
		     "certificate");
		break;
	case STAPLE_EARLY:
		/* Where the clock is told of, that is the cause. */
		if (!clock_is_wrong)
			FIND(judging, "staple-stale",
			     "the stapled OCSP response does not count yet: %s", why);
		break;
	case STAPLE_STALE:
		FIND(judging, "staple-stale", "the stapled OCSP response has expired: %s", why);
		break;
	case STAPLE_REFUSED:
		FIND(judging, "staple-refused", "the stapled OCSP response is an error: %s", why);
		break;
	case STAPLE_ABSENT:
	case STAPLE_GOOD:
	case STAPLE_UNCHECKED:
		break;
	}
}

/* "certificate", or "issuer's certificate CN=R11" */
static const char *listed_cert(const struct judging *judging)
{
	const struct path_facts *path = &judging->check->walk.identity.path;
	size_t index = judging->check->crl.cert;
	if (index == 0)
		return "certificate";
	if (index >= path->way_length)
		return "issuer's certificate";
	return arena_printf(judging->mem, "issuer's certificate %s",
			    escape_copy(judging->mem, path->way[index]->subject, SHOWN_MAX));
}

/* CRT-61: what cannot be told is unknown, never good. */
static void judge_crl(const struct judging *judging)
{
	const struct crl_facts *crl = &judging->check->crl;
	const char *why = shown(judging, crl->reason, crl_status_text(crl->status));
	switch (crl->status) {
	case CRL_REVOKED:
		FIND(judging, "cert-revoked", "%s was revoked%s, says its issuer's revocation list",
		     listed_cert(judging), since(judging, crl->revoked, crl->revocation));
		break;
	case CRL_UNCOVERED:
		FIND(judging, "crl-uncovered", "whether the %s is revoked is not known: %s",
		     listed_cert(judging), why);
		break;
	case CRL_STALE:
		FIND(judging, "crl-stale", "whether the %s is revoked is not known: %s",
		     listed_cert(judging), why);
		break;
	case CRL_INVALID:
		FIND(judging, "crl-invalid", "whether the %s is revoked is not known: %s",
		     listed_cert(judging), why);
		break;
	case CRL_NOT_CHECKED:
	case CRL_GOOD:
		break;
	}
}

/* CRT-63. Private authorities have no logs. */
static void judge_scts(const struct judging *judging)
{
	const struct sct_facts *scts = &judging->check->scts;
	if (scts->problem)
		FIND(judging, "sct-malformed",
		     "the certificate transparency timestamps cannot be read: %s",
		     shown(judging, scts->problem, ""));
	else if (scts->count == 0 && judging->check->walk.identity.path.anchor_from_system)
		FIND(judging, "sct-missing",
		     "neither the certificate nor what came with it holds a timestamp of a "
		     "certificate transparency log");
}

/* CRT-64. Nobody issued a certificate that is its own issuer. */
static void judge_caa(const struct judging *judging)
{
	const struct caa_facts *caa = &judging->check->caa;
	const struct identity_facts *identity = &judging->check->walk.identity;
	if (caa->status == CAA_FORBIDS && !identity->certs[0].self_issued)
		FIND(judging, "caa-forbids", "%s", shown(judging, caa->reason, "CAA forbids it"));
	else if (caa->status == CAA_FAILED)
		FIND(judging, "caa-failed", "%s",
		     shown(judging, caa->reason, "the CAA records could not be had"));
}

/* A time that somebody else's clock gave. */
struct witness {
	const char *who; /* NULL: none */
	int64_t time;
};

/* The one that is further from our clock; who only made something once proves no more than that our
 * clock lags. */
static void hear(struct witness *best, int64_t now, const char *who, int64_t time, bool is_now)
{
	int64_t off = time - now, most = best->time - now;
	if (time == 0 || (off <= TOLERANCE && !(is_now && off < -TOLERANCE)))
		return;
	if (best->who && (off < 0 ? -off : off) <= (most < 0 ? -most : most))
		return;
	*best = (struct witness){ who, time };
}

static bool staple_is_signed(const struct staple_facts *staple)
{
	switch (staple->status) {
	case STAPLE_GOOD:
	case STAPLE_REVOKED:
	case STAPLE_CA_UNKNOWN:
	case STAPLE_STALE:
	case STAPLE_EARLY:
		return true;
	case STAPLE_ABSENT:
	case STAPLE_MALFORMED:
	case STAPLE_OTHER:
	case STAPLE_UNSIGNED:
	case STAPLE_REFUSED:
	case STAPLE_UNCHECKED:
		break;
	}
	return false;
}

static struct witness ask_witnesses(const struct certcheck_facts *check)
{
	struct witness best = { 0 };
	int64_t now = check->walk.time;
	if (check->at_chosen || check->source != CHECK_LIVE)
		return best;
	for (size_t i = 0; i < check->scts.count; i++)
		hear(&best, now, "a certificate transparency log",
		     check->scts.list[i].time_ms / 1000, false);
	if (staple_is_signed(&check->staple)) {
		hear(&best, now, "the stapled OCSP response", check->staple.produced, false);
		hear(&best, now, "the stapled OCSP response", check->staple.this_update, false);
	}
	hear(&best, now, "the domain's web server", check->posh.date, true);
	return best;
}

static bool judge_clock(const struct judging *judging)
{
	struct witness witness = ask_witnesses(judging->check);
	if (!witness.who)
		return false;
	int64_t off = witness.time - judging->check->walk.time;
	int64_t minutes = (off < 0 ? -off : off) / MINUTE;
	FIND(judging, "clock-skew",
	     "by the time of %s this machine's clock is %s by %lld minutes, which makes every "
	     "date judged here doubtful",
	     witness.who, off > 0 ? "slow" : "fast", (long long)minutes);
	return true;
}

void judge_revocation(const struct judging *judging)
{
	bool clock_is_wrong = judge_clock(judging);
	if (judging->check->walk.identity.cert_count == 0)
		return;
	judge_staple(judging, clock_is_wrong);
	judge_crl(judging);
	judge_scts(judging);
	judge_caa(judging);
}
