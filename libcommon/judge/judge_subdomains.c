/* --subdomains: names that the certificate should show as well, and how discovery of them went. */
#include "judge/parts.h"
#include "judge/target_parts.h"

#include <string.h>

#include "base/escape.h"

void judge_subdomains(const struct judging *judging)
{
	const struct certcheck_facts *check = judging->check;
	CLEANUP(buf_free) struct buf missing = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < check->subdomain_count; i++) {
		if (!check->subdomains[i].matched)
			buf_printf(&missing, "%s%s", missing.size ? ", " : "",
				   escape_copy(judging->mem, check->subdomains[i].domain,
					       SHOWN_MAX));
	}
	if (missing.size)
		FIND(judging, "subdomain-not-covered", "the certificate does not name %s",
		     buf_string(&missing));
}

/* How much a result says about the server. */
static int weight(enum disco_result result)
{
	static const int weights[] = {
		[DISCO_NOT_WANTED] = 0, [DISCO_NOT_ASKED] = 1, [DISCO_NO_LOGIN] = 2,
		[DISCO_FAILED] = 3,     [DISCO_LISTED] = 4,
	};
	return weights[result];
}

/* Components are the domain's, whichever endpoint names them: one answer is enough, and where there
 * is none, the one that says most about the server tells why. */
static const struct disco_facts *best_answer(const struct certcheck_facts *const *checks,
					     size_t count)
{
	const struct disco_facts *best = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct disco_facts *discovery = &checks[i]->discovery;
		if (!best || weight(discovery->result) > weight(best->result))
			best = discovery;
	}
	return best;
}

/* --subdomains=auto */
void judge_discovery(const struct spanning *spanning, const struct certcheck_facts *const *checks)
{
	const struct disco_facts *best = best_answer(checks, spanning->target->count);
	switch (best ? best->result : DISCO_NOT_WANTED) {
	case DISCO_NOT_WANTED:
		break;
	case DISCO_LISTED:
		if (best->cut)
			FIND_SPANNING(spanning, "subdomains-not-discovered",
				      "the server names more than %d components, and only the "
				      "first %d were checked",
				      DISCO_ITEMS_MAX, DISCO_ITEMS_MAX);
		break;
	case DISCO_NO_LOGIN:
		FIND_SPANNING(spanning, "subdomains-not-discovered",
			      "the server offers no anonymous login, so its components could not "
			      "be listed");
		break;
	case DISCO_FAILED:
	case DISCO_NOT_ASKED:
		FIND_SPANNING(spanning, "subdomains-not-discovered",
			      "the components could not be listed: %s",
			      best->reason ? escape_copy(spanning->mem, best->reason, SHOWN_MAX)
					   : "nobody was asked");
		break;
	}
}
