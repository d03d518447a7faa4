/* Around the hops: why the round failed, the connections both ways, what is offered, and how the
 * peer would authenticate us. */
#include <string.h>

#include "report/dialback_screen.h"

#define LABEL_WIDTH 10

static void write_line(const struct dialback_screen *screen, const char *label, const char *text)
{
	text_pad(screen->out, label, LABEL_WIDTH);
	text_wrap(screen->out, text, LABEL_WIDTH, LABEL_WIDTH, dialback_width(screen));
	buf_char(screen->out, '\n');
}

/* What it usually means. */
static const char *cause_words(const struct dialback_facts *facts)
{
	const char *cause = dialback_condition_cause(facts->condition);
	if (cause)
		return cause;
	switch (facts->verdict) {
	case OUTCOME_STREAM_ERROR:
		return facts->condition ? stream_error_cause(facts->condition) : NULL;
	case OUTCOME_INVALID: /* DB-48 */
		return "it holds our key to be wrong, or could not ask: Prosody says invalid to "
		       "both";
	case OUTCOME_CLOSED:
		return "it closed the connection instead of an answer";
	case OUTCOME_SILENCE:
		return "it never came to a verdict";
	case OUTCOME_NONE:
	case OUTCOME_VALID:
	case OUTCOME_ERROR:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	return NULL;
}

/* What became of the way back; NULL: nothing is known. */
static const char *way_back(const struct dialback_facts *facts, const struct trial_facts *round,
			    struct arena *mem)
{
	const char *why = !dialback_was_missed(facts)     ? ""
			  : facts->home == HOME_ELSEWHERE ? ", and DNS leads elsewhere"
							  : ", and DNS leads nowhere";
	if (round->called_back == KNOWN_NO && round->elapsed_ms >= 1000)
		return arena_printf(mem, "no connection came in %.0f s%s", round->elapsed_ms / 1000,
				    why);
	if (round->called_back == KNOWN_NO)
		return arena_printf(mem, "no connection came before that%s", why);
	if (round->key == KEY_WRONG)
		return "it asked with another key than ours";
	return round->called_back == KNOWN_YES ? "it asked here, and was answered" : NULL;
}

/* The stream error that ended it before anything was asked. */
static const char *turned_away_words(const struct dialback_facts *facts,
				     const struct trial_facts *round, const char **cause,
				     struct arena *mem)
{
	for (size_t i = 0; i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial >= facts->trial_count || &facts->trials[hop->trial] != round ||
		    hop->kind != HOP_ERROR || !hop->condition)
			continue;
		*cause = dialback_condition_cause(hop->condition);
		return arena_printf(mem, "stream error %s, before anything was asked",
				    escaped(hop->condition, mem));
	}
	return round->reason ? escaped(round->reason, mem) : "turned away";
}

/* A variant that is denied as it should be needs no cause. */
static void write_failure(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	struct arena *mem = screen->mem;
	const struct trial_facts *round = dialback_round(facts);
	if (!round || round->state == TRIAL_NOT_TESTED || facts->verdict == OUTCOME_VALID ||
	    !(dialback_wants_valid(round) ||
	      judge_trial(facts, round, screen->view->policy, mem) >= SEVERITY_WARNING))
		return;
	size_t hop = dialback_verdict_hop(screen, facts);
	const char *cause = cause_words(facts), *back = way_back(facts, round, mem);
	const char *words = facts->verdict == OUTCOME_NONE
				    ? turned_away_words(facts, round, &cause, mem)
				    : outcome_words(facts->verdict, facts->condition, mem);
	if (hop)
		words = arena_printf(mem, "hop %zu, %s", hop, words);
	if (cause)
		words = arena_printf(mem, "%s: %s", words, cause);
	if (back)
		words = arena_printf(mem, "%s; %s", words, back);
	write_line(screen, "failed", words);
	if (round->answer.text)
		write_line(screen, "",
			   arena_printf(mem, "it says \"%s\"", escaped(round->answer.text, mem)));
}

static const char *tls_words(const struct tls_facts *tls, struct arena *mem)
{
	return arena_printf(mem, "%s %s", tls_version_name(tls->version),
			    tls->cipher ? escaped(tls->cipher, mem) : "?");
}

static void write_out(const struct dialback_screen *screen, const struct endpoint *at,
		      const struct starttls_facts *walk)
{
	struct arena *mem = screen->mem;
	const char *where = escaped(endpoint_text(at, mem), mem);
	const char *proof = walk->authenticated ? "proven (PKIX)" : cert_words(walk, mem);
	write_line(screen, "out",
		   walk->encrypted ? arena_printf(mem, "%s  %s, its certificate: %s", where,
						  tls_words(&walk->tls, mem), proof)
				   : arena_printf(mem, "%s  in clear", where));
}

/* The connection on which the peer asked about the round. */
static const struct link_facts *link_back(const struct dialback_facts *facts)
{
	const struct trial_facts *round = dialback_round(facts);
	for (size_t i = 0; round && i < facts->hop_count; i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial < facts->trial_count && &facts->trials[hop->trial] == round &&
		    hop->link < facts->link_count && facts->links[hop->link].inbound)
			return &facts->links[hop->link];
	}
	return NULL;
}

static void write_in(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	struct arena *mem = screen->mem;
	const struct link_facts *link = link_back(facts);
	char address[ADDRESS_TEXT_MAX];
	if (!link)
		return;
	const char *where = link->address.family == AF_UNSPEC
				    ? "?"
				    : address_text(&link->address, address);
	if (!link->encrypted) {
		write_line(screen, "in", arena_printf(mem, "%s  in clear", where));
		return;
	}
	const char *proof = !link->certificate_shown ? "none shown"
			    : link->authenticated    ? "proven (PKIX)"
			    : link->proof_lacks      ? escaped(link->proof_lacks, mem)
						     : "not proven";
	write_line(screen, "in",
		   arena_printf(mem, "%s  %s, its certificate: %s; it took our %scertificate",
				where, tls_words(&link->tls, mem), proof,
				facts->certificate ? "" : "self-signed "));
}

static void write_offers(const struct dialback_screen *screen, const struct starttls_facts *walk)
{
	struct arena *mem = screen->mem;
	const struct features *before = &walk->before.features, *after = &walk->after.features;
	const char *words = "";
	if (before->present)
		words = arena_printf(mem, "in clear: %s%s",
				     !before->starttls ? "no STARTTLS"
				     : before->starttls_required || before->starttls_alone
					     ? "STARTTLS, required"
					     : "STARTTLS, not required",
				     before->dialback ? ", dialback" : "");
	if (after->present)
		words = arena_printf(mem, "%s%sinside TLS: %s", words, *words ? "; " : "",
				     offer_words(after, mem));
	if (*words)
		write_line(screen, "offers", words);
}

static const char *shown_words(const struct dialback_facts *facts)
{
	if (!facts->certificate)
		return "we have no certificate to show: --cert";
	if (!facts->us)
		return "shown our certificate, but for a domain made up: --from";
	return facts->walk.tls.up && !facts->walk.tls.client_cert_requested
		       ? "it does not ask for our certificate"
		       : "shown our certificate";
}

/* The three words of the statement of 2014 (SW-7): authenticated encryption, or encryption with
 * dialback, or neither. */
static void write_trust(const struct dialback_screen *screen, const struct dialback_facts *facts)
{
	static const char *const words[] = {
		[TRUST_NOT_TESTED] = "not tested",
		[TRUST_EXTERNAL] = "authenticated encryption, by EXTERNAL",
		[TRUST_DIALBACK] = "encryption with dialback",
		[TRUST_DIALBACK_CLEAR] = "neither: dialback in clear",
		[TRUST_NONE] = "neither authenticated encryption nor encryption with dialback",
	};
	const char *how = facts->trust == TRUST_NOT_TESTED && !facts->listening
				  ? "not tested: needs --from with --cert or --listen"
				  : arena_printf(screen->mem, "%s; %s", words[facts->trust],
						 shown_words(facts));
	write_line(screen, "trust", how);
}

void dialback_details(const struct dialback_screen *screen, const struct dialback_facts *facts,
		      const struct endpoint *at)
{
	const char *home = home_words(facts, screen->mem);
	write_failure(screen, facts);
	if (home)
		write_line(screen, "home", home);
	write_out(screen, at, &facts->walk);
	write_in(screen, facts);
	write_offers(screen, &facts->walk);
	write_trust(screen, facts);
}
