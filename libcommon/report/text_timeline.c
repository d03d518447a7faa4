/* One walk, a line a step; where it failed, what happened, what it usually means, what to try. */
#include <string.h>

#include "judge/parts.h"
#include "report/grid.h"
#include "report/words.h"

#define LABEL_WIDTH 11
#define INDENT      5
#define TEXT_COLUMN 25 /* where sentences begin */

static void write_step(struct buf *out, const char *label, double ms, const char *text,
		       const char *colour, size_t width)
{
	text_pad(out, "", INDENT);
	text_pad(out, label, LABEL_WIDTH);
	buf_printf(out, "%4.0f ms  ", ms);
	if (colour)
		buf_text(out, colour);
	text_wrap(out, text, TEXT_COLUMN, TEXT_COLUMN, width);
	buf_text(out, colour ? "\033[0m\n" : "\n");
}

static void write_more(struct buf *out, const char *text, size_t width)
{
	text_pad(out, "", TEXT_COLUMN);
	text_wrap(out, text, TEXT_COLUMN, TEXT_COLUMN, width);
	buf_char(out, '\n');
}

static void write_dns(const struct text_view *view, const struct endpoint *at, size_t width,
		      struct arena *mem, struct buf *out)
{
	const struct dns_facts *dns = view->target->dns;
	if (!dns || (at->source != SOURCE_SRV && at->source != SOURCE_FALLBACK))
		return;
	const char *text = at->source == SOURCE_SRV
				   ? arena_printf(mem, "SRV %s%s: %s:%u",
						  srv_prefix(at->service, at->transport),
						  escaped(view->target->domain, mem),
						  escaped(at->host, mem), (unsigned)at->port)
				   : arena_printf(mem, "no SRV record; the addresses of %s itself",
						  escaped(at->host, mem));
	write_step(out, "dns", dns->elapsed_ms, text, NULL, width);
}

static const char *clear_words(const struct starttls_facts *facts, struct arena *mem)
{
	const struct features *features = &facts->before.features;
	const char *offer = !features->starttls ? "STARTTLS not offered"
			    : features->starttls_required || features->starttls_alone
				    ? "STARTTLS offered, required"
				    : "STARTTLS offered, not required";
	return features->mechanisms.count ? arena_printf(mem, "%s; mechanisms in clear: %s", offer,
							 joined(&features->mechanisms, mem))
					  : offer;
}

static const char *tls_words(const struct tls_facts *tls, struct arena *mem)
{
	return arena_printf(mem, "%s %s%s%s%s%s%s%s", tls_version_name(tls->version),
			    escaped(tls->cipher, mem), tls->group ? ", " : "",
			    escaped(tls->group, mem), tls->signature ? ", " : "",
			    escaped(tls->signature, mem), tls->alpn ? ", ALPN " : "",
			    escaped(tls->alpn, mem));
}

static const char *identity_words(const struct starttls_facts *facts, struct arena *mem)
{
	const struct identity_facts *identity = &facts->identity;
	if (identity->cert_count == 0)
		return facts->tls.chain_count ? "cannot be read" : "none shown";
	const char *name = identity->names.matched
				   ? arena_printf(mem, "%s %s matches",
						  name_type_text(identity->names.matched->type),
						  escaped(identity->names.matched->value, mem))
				   : "no name matches";
	const char *path = identity->path.trusted
				   ? arena_printf(mem, "trusted through %s",
						  escaped(identity->path.anchor, mem))
			   : identity->path.reason ? escaped(identity->path.reason, mem)
						   : "not trusted";
	/* That it has expired, and when, the path says. */
	if (identity->path.reason && (identity->path.problems & PATH_EXPIRED))
		return arena_printf(mem, "%s; %s", name, path);
	return arena_printf(mem, "%s; %s; until %s (%lld days)", name, path,
			    day_text(identity->certs[0].not_after, mem),
			    (long long)days_left(facts));
}

static const char *inner_words(const struct endpoint *at, const struct starttls_facts *facts,
			       struct arena *mem)
{
	const struct features *features = &facts->after.features;
	if (at->service == SERVICE_C2S)
		return arena_printf(mem, "mechanisms: %s",
				    joined(features->mechanisms.count ? &features->mechanisms
								      : &features->sasl2_mechanisms,
					   mem));
	return arena_printf(mem, "dialback: %s; mechanisms: %s", features->dialback ? "yes" : "no",
			    joined(&features->mechanisms, mem));
}

static const char *step_words(const struct endpoint *at, const struct starttls_facts *facts,
			      enum step step, struct arena *mem)
{
	switch (step) {
	case STEP_TCP:
		return "connected";
	case STEP_STREAM:
		return clear_words(facts, mem);
	case STEP_STARTTLS:
		return "proceed";
	case STEP_TLS:
		return tls_words(&facts->tls, mem);
	case STEP_CERTIFICATE:
		return identity_words(facts, mem);
	case STEP_FEATURES:
		break;
	}
	return inner_words(at, facts, mem);
}

/* stream error host-unknown ("This host does not serve example.org") */
static const char *failure_words(const struct starttls_facts *facts, struct arena *mem)
{
	const struct stream_error *error = failure_stream_error(facts);
	if (facts->failure.code != ERR_STREAM_ERROR || !error->condition)
		return escaped(facts->failure.text, mem);
	if (!error->text)
		return arena_printf(mem, "stream error %s", escaped(error->condition, mem));
	return arena_printf(mem, "stream error %s (\"%s\")", escaped(error->condition, mem),
			    escaped(error->text, mem));
}

static void write_explanation(const struct endpoint *at, const struct starttls_facts *facts,
			      size_t width, struct arena *mem, struct buf *out)
{
	const char *id = failure_finding(at, facts);
	const struct finding_kind *kind = id ? finding_kind_find(id) : NULL;
	const char *condition = failure_stream_error(facts)->condition;
	const char *cause = NULL;
	/* What an alert means, the failure's own sentence says; of a stream error, here is what
	 * to do, too. */
	if (facts->failure.code == ERR_STREAM_ERROR && condition &&
	    (!id || strcmp(id, "client-cert-required") != 0))
		cause = stream_error_cause(condition);
	if (cause || !kind) {
		if (cause)
			write_more(out, cause, width);
		return;
	}
	write_more(out, kind->why, width);
	if (kind->prosody)
		write_more(out, arena_printf(mem, "Prosody: %s", kind->prosody), width);
	if (kind->ejabberd)
		write_more(out, arena_printf(mem, "ejabberd: %s", kind->ejabberd), width);
}

void text_timeline(const struct text_view *view, size_t index, const struct text_style *style,
		   struct arena *mem, struct buf *out)
{
	const struct endpoint *at = &view->target->endpoints[index];
	const struct starttls_facts *facts = view->target->facts[index];
	size_t width = style->width > TEXT_COLUMN + 20 ? (size_t)style->width : 0;
	bool failed = false;
	buf_printf(out, "%-4s %s %s\n", service_name(at->service), transport_name(at->transport),
		   escaped(endpoint_text(at, mem), mem));
	write_dns(view, at, width, mem, out);
	for (int i = 0; i < STEP_COUNT; i++) {
		const struct step_facts *step = &facts->steps[i];
		/* A certificate that is not good does not end the walk: it is a step like any. */
		bool here = step->taken && !step->ok && facts->failure.code != ERR_NONE &&
			    i != STEP_CERTIFICATE;
		if (!step->taken)
			continue;
		write_step(out, step_name((enum step)i), step->elapsed_ms,
			   here ? failure_words(facts, mem)
				: step_words(at, facts, (enum step)i, mem),
			   step->ok ? NULL : status_colour(view->statuses[index], style), width);
		failed = failed || here;
	}
	if (facts->failure.code != ERR_NONE && !failed)
		write_more(out, failure_words(facts, mem), width);
	if (facts->failure.code != ERR_NONE)
		write_explanation(at, facts, width, mem, out);
}
