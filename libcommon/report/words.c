#include "report/words.h"

#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"
#include "report/record_parts.h"

const char *status_word(enum status status)
{
	static const char *const words[] = {
		[STATUS_OK] = "OK",
		[STATUS_WARNING] = "WARNING",
		[STATUS_CRITICAL] = "CRITICAL",
		[STATUS_UNKNOWN] = "UNKNOWN",
	};
	return words[status];
}

const char *status_colour(enum status status, const struct text_style *style)
{
	static const char *const colours[] = {
		[STATUS_OK] = "\033[32m",
		[STATUS_WARNING] = "\033[33m",
		[STATUS_CRITICAL] = "\033[31m",
		[STATUS_UNKNOWN] = "\033[35m",
	};
	return style->colour ? colours[status] : NULL;
}

const char *severity_colour(enum severity severity, const struct text_style *style)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return status_colour(STATUS_CRITICAL, style);
	case SEVERITY_WARNING:
		return status_colour(STATUS_WARNING, style);
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		break;
	}
	return NULL;
}

const char *escaped(const char *text, struct arena *mem)
{
	return text ? escape_copy(mem, text, PEER_TEXT_MAX) : "";
}

const char *joined(const struct text_list *list, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < list->count && out.size < PEER_TEXT_MAX; i++)
		buf_printf(&out, "%s%s", i ? " " : "", escaped(list->items[i], mem));
	return list->count ? arena_copy(mem, buf_string(&out)) : "none";
}

const char *view_name(const struct text_view *view, struct arena *mem)
{
	if (view->target && view->target->domain)
		return escaped(view->target->domain, mem);
	return view->input ? escaped(view->input, mem) : "-";
}

const char *endpoint_state(const struct starttls_facts *facts, struct arena *mem)
{
	if (facts->encrypted)
		return facts->authenticated ? "encrypted + authenticated (PKIX)" : "encrypted only";
	if (facts->failure.code == ERR_STREAM_ERROR) {
		const char *condition = facts->after.error.condition
						? facts->after.error.condition
						: facts->before.error.condition;
		if (condition)
			return arena_printf(mem, "stream error %s", escaped(condition, mem));
	}
	if (facts->failure.code != ERR_NONE && facts->failure.text[0])
		return escaped(facts->failure.text, mem);
	return "not encrypted";
}

const char *endpoint_trouble(const struct starttls_facts *facts, struct arena *mem)
{
	const char *state = endpoint_state(facts, mem);
	bool alert = facts->failure.code == ERR_ALERT_RECEIVED;
	size_t length = alert ? strcspn(state, ":") : strlen(state);
	return arena_copy_n(mem, state, length);
}

const char *missing_state(const struct target_view *target, enum service service)
{
	if (target->dns && target->dns->declined[service])
		return "not offered";
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service == service)
			return "not examined";
	}
	/* What could not be asked may well be there. */
	return target->dns && dns_is_in_doubt(target->dns, service) ? "not known" : "not found";
}

static const char *service_state(const struct target_view *target, enum service service,
				 struct arena *mem)
{
	size_t tried = 0, encrypted = 0, proven = 0, in_clear = 0;
	for (size_t i = 0; i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (target->endpoints[i].service != service || !facts)
			continue;
		tried++;
		encrypted += facts->encrypted;
		proven += facts->encrypted && facts->authenticated;
		in_clear += !facts->encrypted && facts->before.opened;
	}
	if (tried == 0 || (target->dns && target->dns->declined[service]))
		return missing_state(target, service);
	if (encrypted == 0)
		return in_clear ? "not reachable over TLS" : "not reachable";
	const char *state = proven == encrypted ? "encrypted + authenticated (PKIX)"
			    : proven == 0       ? "encrypted only"
						: "encrypted, not always authenticated";
	if (encrypted == tried)
		return state;
	return arena_printf(mem, "%s at %zu of %zu endpoints", state, encrypted, tried);
}

const char *target_state(const struct target_view *target, struct arena *mem)
{
	const char *both[SERVICE_COUNT] = { NULL };
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (target->wanted[i])
			both[i] = arena_printf(mem, "%s %s", service_name((enum service)i),
					       service_state(target, (enum service)i, mem));
	}
	if (both[SERVICE_C2S] && both[SERVICE_S2S])
		return arena_printf(mem, "%s, %s", both[SERVICE_C2S], both[SERVICE_S2S]);
	return both[SERVICE_C2S] ? both[SERVICE_C2S] : both[SERVICE_S2S] ? both[SERVICE_S2S] : "";
}

const struct finding *worst_finding(const struct findings *findings)
{
	const struct finding *worst = NULL;
	for (const struct finding *at = findings->first; at; at = at->next) {
		if (!worst || at->severity > worst->severity)
			worst = at;
	}
	return worst;
}

/* Kinds of findings, not findings: what hits five endpoints is one trouble. */
struct kinds {
	size_t critical, warnings;
	const struct finding *lone; /* one of them, for when there is only one */
};

static bool seen_before(const struct text_view *view, size_t list, const struct finding *finding)
{
	for (size_t i = 0; i <= list; i++) {
		const struct findings *findings = i == 0 ? view->record_found : view->found[i - 1];
		for (const struct finding *at = findings->first; at && at != finding;
		     at = at->next) {
			if (at->kind == finding->kind && at->severity == finding->severity)
				return true;
		}
	}
	return false;
}

static void count_kinds(const struct text_view *view, size_t list, const struct findings *findings,
			struct kinds *kinds)
{
	for (const struct finding *at = findings->first; at; at = at->next) {
		if (at->severity < SEVERITY_WARNING || seen_before(view, list, at))
			continue;
		kinds->critical += at->severity == SEVERITY_CRITICAL;
		kinds->warnings += at->severity == SEVERITY_WARNING;
		kinds->lone = at;
	}
}

/* --policy manifesto: "promise DP-3 is broken (c2s)", "3 promises are broken". */
static const char *promise_words(const struct text_view *view, struct arena *mem)
{
	const struct promise *lone = NULL;
	size_t broken = 0;
	for (size_t i = 0; i < view->promise_count; i++) {
		if (view->promises[i].result != PROMISE_BROKEN)
			continue;
		broken++;
		lone = &view->promises[i];
	}
	if (broken > 1)
		return arena_printf(mem, "%zu promises are broken", broken);
	return lone ? arena_printf(mem, "promise %s is broken (%s)", lone->id,
				   service_name(lone->service))
		    : NULL;
}

const char *trouble_words(const struct text_view *view, struct arena *mem)
{
	struct kinds kinds = { 0 };
	count_kinds(view, 0, view->record_found, &kinds);
	for (size_t i = 0; view->target && i < view->target->count; i++)
		count_kinds(view, i + 1, view->found[i], &kinds);
	if (kinds.critical + kinds.warnings == 1)
		return kinds.lone->text;
	if (kinds.critical && kinds.warnings)
		return arena_printf(mem, "%zu critical, %zu warning%s", kinds.critical,
				    kinds.warnings, kinds.warnings == 1 ? "" : "s");
	if (kinds.critical)
		return arena_printf(mem, "%zu critical", kinds.critical);
	if (kinds.warnings)
		return arena_printf(mem, "%zu warnings", kinds.warnings);
	if (view->promises && view->status != STATUS_UNKNOWN)
		return promise_words(view, mem);
	const struct finding *info = worst_finding(view->record_found);
	for (const struct finding *at = view->record_found->first; at; at = at->next) {
		if (at->kind->unknown)
			return at->text;
	}
	return view->status == STATUS_UNKNOWN && info ? info->text : NULL;
}

int64_t days_left(const struct starttls_facts *facts)
{
	return record_days(facts->identity.certs[0].not_after - facts->time);
}

const char *cert_words(const struct starttls_facts *facts, struct arena *mem)
{
	static const struct {
		enum path_problem problem;
		const char *words;
	} rows[] = {
		{ PATH_EXPIRED, "expired" },
		{ PATH_NOT_YET_VALID, "not yet" },
		{ PATH_SELF_SIGNED, "self-signed" },
		{ PATH_INCOMPLETE, "incomplete" },
		{ PATH_WEAK, "weak" },
		{ PATH_WRONG_PURPOSE, "wrong purpose" },
		{ PATH_MALFORMED, "malformed" },
		{ PATH_UNCHECKED, "unchecked" },
	};
	const struct identity_facts *identity = &facts->identity;
	if (facts->tls.chain_count == 0)
		return "none";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (identity->path.problems & rows[i].problem)
			return rows[i].words;
	}
	if (!identity->path.trusted)
		return "untrusted";
	if (!identity->names.matched)
		return "wrong name";
	if (identity->cert_count == 0)
		return "ok";
	return arena_printf(mem, "ok %lldd", (long long)days_left(facts));
}

void text_cost(const struct text_view *view, struct buf *out)
{
	buf_printf(out, "%zu connection%s, %.1f s", view->connections,
		   view->connections == 1 ? "" : "s", view->elapsed_ms / 1000);
	if (view->policy != POLICY_BCP195)
		buf_printf(out, ", policy %s", policy_name_text(view->policy));
	buf_char(out, '\n');
}

void voices_hear(struct voices *voices, const char *state)
{
	voices->differ = voices->differ || (voices->state && strcmp(voices->state, state) != 0);
	voices->state = voices->state ? voices->state : state;
	voices->count++;
}

const char *voices_words(const struct voices *good, const struct voices *failed, const char *lost,
			 struct arena *mem)
{
	if (good->count == 0)
		return failed->differ ? lost : failed->state;
	const char *state = good->differ ? "differs between endpoints" : good->state;
	return failed->count == 0 ? state
				  : arena_printf(mem, "%s at %zu of %zu endpoints", state,
						 good->count, good->count + failed->count);
}
