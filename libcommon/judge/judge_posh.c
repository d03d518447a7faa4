/* POSH: certificates.md, section 8.2. Silent where nothing is published, unless it is required. */
#include "judge/parts.h"

#include "base/escape.h"

/* "https://im.example/.well-known/posh/xmpp-client.json (which leads to https://…)" */
static const char *document_text(const struct judging *judging)
{
	const struct posh_facts *posh = &judging->check->posh;
	struct arena *mem = judging->mem;
	const char *url = posh->url ? escape_copy(mem, posh->url, SHOWN_MAX) : "of the domain";
	if (!posh->reference)
		return url;
	return arena_printf(mem, "%s (which leads to %s)", url,
			    escape_copy(mem, posh->reference, SHOWN_MAX));
}

static const char *reason_text(const struct judging *judging)
{
	const struct posh_facts *posh = &judging->check->posh;
	if (posh->reason)
		return escape_copy(judging->mem, posh->reason, SHOWN_MAX);
	return posh->status == POSH_NOT_CHECKED ? "it was not looked up"
						: posh_status_text(posh->status);
}

/* Half of all domains have a web server that is not set up for them. Where nobody asked for POSH,
 * and nothing says that there is a document, that is no matter of XMPP. */
static void judge_failed(const struct judging *judging)
{
	const struct posh_facts *posh = &judging->check->posh;
	bool asked_for = judging->rules->posh != PROOF_AUTO;
	if (posh->https_invalid && (asked_for || posh->reference))
		FIND(judging, "posh-https-invalid", "POSH document %s: %s", document_text(judging),
		     reason_text(judging));
	else if (posh->https_invalid)
		FIND_OTHER(judging, "posh-https-invalid", "POSH document %s: %s",
			   document_text(judging), reason_text(judging));
	else if (judging->rules->posh == PROOF_ALWAYS)
		FIND(judging, "posh-failed", "POSH document %s: %s", document_text(judging),
		     reason_text(judging));
}

static void judge_status(const struct judging *judging)
{
	switch (judging->check->posh.status) {
	case POSH_NOT_CHECKED:
	case POSH_NONE:
	case POSH_MATCH:
		break;
	case POSH_FAILED:
		judge_failed(judging);
		break;
	case POSH_INVALID:
		FIND(judging, "posh-invalid", "POSH document %s: %s", document_text(judging),
		     reason_text(judging));
		break;
	case POSH_EXPIRED:
		FIND(judging, "posh-expires-zero", "POSH document %s: %s", document_text(judging),
		     reason_text(judging));
		break;
	case POSH_MISMATCH:
		FIND(judging, "posh-mismatch", "POSH document %s: %s", document_text(judging),
		     reason_text(judging));
		break;
	}
}

void judge_posh(const struct judging *judging)
{
	const struct posh_facts *posh = &judging->check->posh;
	/* Without a certificate there is nothing to prove; why there is none is told elsewhere. */
	if (judging->rules->posh == PROOF_OFF || judging->facts->tls.chain_count == 0)
		return;
	judge_status(judging);
	if (judging->rules->posh == PROOF_REQUIRE && posh->status != POSH_MATCH)
		FIND(judging, "posh-required",
		     "POSH is required and does not prove the "
		     "certificate: %s",
		     reason_text(judging));
}
