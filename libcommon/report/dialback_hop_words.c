/* One hop in words. */
#include <string.h>

#include "report/dialback_screen.h"

static const struct link_facts *link_of(const struct dialback_facts *facts, const struct hop *hop)
{
	return hop->link < facts->link_count ? &facts->links[hop->link] : NULL;
}

const char *offer_words(const struct features *features, struct arena *mem)
{
	const char *external = features_has_mechanism(&features->mechanisms, "EXTERNAL")
				       ? "EXTERNAL"
				       : "no EXTERNAL";
	if (!features->present)
		return "no features";
	return arena_printf(mem, "%s, %s%s",
			    !features->dialback         ? "no dialback"
			    : features->dialback_errors ? "dialback (errors)"
							: "dialback (no errors)",
			    external, features->bidi ? ", bidi" : "");
}

static const char *features_words(const struct dialback_facts *facts, const struct hop *hop,
				  struct arena *mem)
{
	const struct link_facts *link = link_of(facts, hop);
	if (!link)
		return "features";
	/* The link keeps both, those in clear and those inside TLS: these are the latter unless
	 * others came behind them. */
	bool later = false;
	for (const struct hop *at = hop + 1; at < facts->hops + facts->hop_count; at++)
		later = later || (at->link == hop->link && at->kind == HOP_FEATURES);
	if (!later && link->after.present)
		return arena_printf(mem, "features: %s", offer_words(&link->after, mem));
	const struct features *before = &link->before;
	const char *starttls = !before->starttls ? "no STARTTLS"
			       : before->starttls_required || before->starttls_alone
				       ? "STARTTLS, required"
				       : "STARTTLS, not required";
	return arena_printf(mem, "features: %s%s", starttls,
			    before->dialback ? ", dialback in clear" : "");
}

static const char *tls_words(const struct link_facts *link, struct arena *mem)
{
	if (!link || !link->encrypted)
		return "in clear";
	const char *version = tls_version_name(link->tls.version);
	if (link->authenticated)
		return arena_printf(mem, "%s, certificate ok (PKIX)", version);
	if (!link->certificate_shown)
		return arena_printf(mem, "%s, no certificate", version);
	return arena_printf(mem, "%s, certificate not proven%s%s", version,
			    link->proof_lacks ? ": " : "", escaped(link->proof_lacks, mem));
}

static const char *attribute(const char *words, const char *name, const char *value,
			     struct arena *mem)
{
	return value ? arena_printf(mem, "%s %s=%s", words, name, escaped(value, mem)) : words;
}

/* Where the handshake has no line of its own, it stands here. */
static const char *stream_words(const struct dialback_screen *screen,
				const struct dialback_facts *facts, const struct hop *hop)
{
	struct arena *mem = screen->mem;
	const char *words = attribute("stream", "from", hop->from, mem);
	words = attribute(attribute(words, "to", hop->to, mem), "id", hop->id, mem);
	return screen->style->timeline
		       ? words
		       : arena_printf(mem, "%s, %s", words, tls_words(link_of(facts, hop), mem));
}

static const char *address_words(const struct link_facts *link, struct arena *mem)
{
	char text[ADDRESS_TEXT_MAX];
	if (!link)
		return "somebody";
	if (link->address.family == AF_UNSPEC)
		return arena_printf(mem, "port %u", (unsigned)link->port);
	return arena_copy(mem, address_text(&link->address, text));
}

static const char *tcp_words(const struct dialback_facts *facts, const struct hop *hop,
			     struct arena *mem)
{
	const struct link_facts *link = link_of(facts, hop);
	const char *where = address_words(link, mem);
	if (link && link->address.family != AF_UNSPEC)
		where = arena_printf(mem, link->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
				     where, (unsigned)link->port);
	if (hop->text)
		return arena_printf(mem, "tcp %s: %s", where, escaped(hop->text, mem));
	return arena_printf(mem, link && link->inbound ? "%s calls" : "connected to %s", where);
}

/* Said only where it is not the pair that the whole run is about. */
static const char *pair_words(const struct dialback_screen *screen,
			      const struct dialback_facts *facts, const struct hop *hop,
			      const char *words)
{
	const struct target_view *target = screen->view->base.target;
	bool sent = hop->way == HOP_SENT;
	const char *from = sent ? facts->us : target->domain;
	const char *to = sent ? target->domain : facts->us;
	/* To the letter: another spelling is worth showing. */
	bool usual = from && to && hop->from && hop->to && strcmp(from, hop->from) == 0 &&
		     strcmp(to, hop->to) == 0;
	if (usual)
		return words;
	words = attribute(words, "from", hop->from ? hop->from : "", screen->mem);
	return attribute(words, "to", hop->to ? hop->to : "", screen->mem);
}

/* Of trials that send a key which is none of this stream. */
static bool sends_wrong_key(const struct dialback_facts *facts, const struct hop *hop)
{
	if (hop->trial >= facts->trial_count)
		return false;
	enum trial which = facts->trials[hop->trial].which;
	return which == TRIAL_WRONG_KEY || which == TRIAL_KEY_OF_CLEAR_STREAM ||
	       which == TRIAL_KEY_REPLAY || which == TRIAL_KEY_EMPTY;
}

static const char *key_words(const struct dialback_facts *facts, const struct hop *hop)
{
	switch (hop->key) {
	case KEY_RIGHT:
		return hop->way == HOP_RECEIVED && sends_wrong_key(facts, hop) ? ": the key we sent"
									       : ": key right";
	case KEY_WRONG:
		return ": key wrong";
	case KEY_TRIMMED:
		return ": key right, without its white space";
	case KEY_NONE:
		break;
	}
	return "";
}

static const char *request_words(const struct dialback_screen *screen,
				 const struct dialback_facts *facts, const struct hop *hop)
{
	struct arena *mem = screen->mem;
	const struct link_facts *link = link_of(facts, hop);
	const char *id = hop->id ? hop->id : link ? link->id : NULL;
	bool verify = hop->kind == HOP_VERIFY, asked = verify && hop->way == HOP_RECEIVED;
	const char *words = verify ? "db:verify" : "db:result";
	bool claimed = !verify && hop->way == HOP_RECEIVED;
	if (asked || claimed)
		words = arena_printf(mem, asked ? "%s asks %s" : "%s claims its own domain: %s",
				     address_words(link, mem), words);
	words = pair_words(screen, facts, hop, words);
	if (!verify && id)
		words = arena_printf(mem, "%s, key for id %s", words, escaped(id, mem));
	else if (hop->id)
		words = arena_printf(mem, "%s id %s", words, escaped(hop->id, mem));
	if (asked)
		words = arena_printf(mem, "%s, %s", words,
				     link && link->encrypted ? tls_version_name(link->tls.version)
							     : "in clear");
	return arena_printf(mem, "%s%s", words, key_words(facts, hop));
}

static const char *element_words(const struct dialback_screen *screen,
				 const struct dialback_facts *facts, const struct hop *hop)
{
	struct arena *mem = screen->mem;
	if (hop->type == DB_REQUEST)
		return request_words(screen, facts, hop);
	const char *words = hop->kind == HOP_VERIFY ? "db:verify" : "db:result";
	words = arena_printf(mem, "%s type=%s", words, db_type_name(hop->type));
	if (hop->condition)
		words = arena_printf(mem, "%s %s", words, escaped(hop->condition, mem));
	if (hop->kind == HOP_VERIFY)
		words = attribute(words, "id", hop->id, mem);
	return pair_words(screen, facts, hop, words);
}

static const char *external_words(const struct hop *hop, struct arena *mem)
{
	switch (hop->type) {
	case DB_REQUEST:
		return "SASL EXTERNAL";
	case DB_VALID:
		return "SASL success";
	case DB_INVALID:
	case DB_ERROR:
	case DB_STRANGE:
		break;
	}
	return arena_printf(mem, "SASL failure%s%s", hop->condition ? " " : "",
			    escaped(hop->condition, mem));
}

static const char *error_words(const struct hop *hop, struct arena *mem)
{
	const char *words = arena_printf(mem, "stream error %s", escaped(hop->condition, mem));
	return hop->text ? arena_printf(mem, "%s (\"%s\")", words, escaped(hop->text, mem)) : words;
}

static const char *labelled(const char *label, const char *text, struct arena *mem)
{
	return text ? arena_printf(mem, "%s: %s", label, escaped(text, mem)) : label;
}

const char *hop_words(const struct dialback_screen *screen, const struct dialback_facts *facts,
		      const struct hop *hop)
{
	struct arena *mem = screen->mem;
	switch (hop->kind) {
	case HOP_DNS:
		return labelled("DNS", hop->text, mem);
	case HOP_TCP:
		return tcp_words(facts, hop, mem);
	case HOP_STREAM:
		return stream_words(screen, facts, hop);
	case HOP_TLS:
		return hop->text ? labelled("TLS", hop->text, mem)
				 : tls_words(link_of(facts, hop), mem);
	case HOP_FEATURES:
		return features_words(facts, hop, mem);
	case HOP_EXTERNAL:
		return external_words(hop, mem);
	case HOP_BIDI:
		return "<bidi/>";
	case HOP_RESULT:
	case HOP_VERIFY:
		return element_words(screen, facts, hop);
	case HOP_STANZA:
		return labelled("stanza", hop->text, mem);
	case HOP_ERROR:
		return error_words(hop, mem);
	case HOP_CLOSED:
		return labelled("end", hop->text, mem);
	case HOP_SILENCE:
		break;
	}
	return hop->text ? arena_printf(mem, "silence, waiting for %s", escaped(hop->text, mem))
			 : "silence";
}
