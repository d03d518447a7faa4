/* What changed since the last look, and pins: CRT-35, RFC 7590, 3.6, and the 2014 statement's
 * "warning about any changes". */
#include "judge/parts.h"

#include "base/escape.h"

#define REASON_MAX 1200 /* octets; change.h keeps what a peer can put into it short */

/* The finding of a change that somebody should look at; NULL: the one of a renewal, only weightier.
 */
static const char *loud_finding(enum change_class class)
{
	switch (class) {
	case CHANGE_NEW_AUTHORITY:
		return "cert-authority-changed";
	case CHANGE_NEW_NAMES:
		return "cert-names-changed";
	case CHANGE_REAPPEARED:
		return "cert-reappeared";
	case CHANGE_NOT_CHECKED:
	case CHANGE_FIRST:
	case CHANGE_NONE:
	case CHANGE_NEW_PLACE:
	case CHANGE_RENEWED_SAME_KEY:
	case CHANGE_RENEWED_NEW_KEY:
		break;
	}
	return NULL;
}

static void judge_history(const struct judging *judging)
{
	const struct change_facts *change = &judging->check->change;
	const char *loud = loud_finding(change->class);
	bool renewed = change->class == CHANGE_RENEWED_SAME_KEY ||
		       change->class == CHANGE_RENEWED_NEW_KEY;
	if (!loud && !renewed)
		return;
	const char *reason = change->reason ? change->reason : change_class_text(change->class);
	reason = escape_copy(judging->mem, reason, REASON_MAX);
	if (change->expected)
		FIND(judging, "cert-changed", "%s", reason);
	else if (loud)
		FIND(judging, loud, "%s", reason);
	else
		FIND_OTHER(judging, "cert-changed", "%s", reason);
}

void judge_change(const struct judging *judging)
{
	const struct certcheck_facts *check = judging->check;
	if (check->pins_given && !check->pin_matched && judging->facts->tls.chain_count > 0)
		FIND(judging, "pin-mismatch",
		     "neither the certificate nor its key is one that --pin-sha256 names");
	judge_history(judging);
}
