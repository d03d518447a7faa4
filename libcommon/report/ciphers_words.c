#include "report/ciphers_words.h"

#include <stdlib.h>
#include <string.h>

#include "tls/groups.h"

struct tally {
	uint32_t code;
	bool weak, insecure;
};

static int compare(const void *left, const void *right)
{
	const struct tally *a = left, *b = right;
	return a->code < b->code ? -1 : a->code > b->code;
}

static size_t tally_version(const struct version_seen *seen, const struct policy *policy,
			    struct tally *out)
{
	for (size_t i = 0; i < seen->suite_count; i++) {
		struct suite_verdict verdict = { 0 };
		judge_suite(&seen->suites[i], seen->version, policy, &verdict);
		out[i] = (struct tally){ seen->suites[i].code, strcmp(verdict.word, "weak") == 0,
					 strcmp(verdict.word, "insecure") == 0 };
	}
	return seen->suite_count;
}

static struct suite_counts count_tallies(struct tally *tallies, size_t count)
{
	struct suite_counts counts = { 0 };
	if (count > 0)
		qsort(tallies, count, sizeof(*tallies), compare);
	for (size_t i = 0; i < count;) {
		struct tally one = tallies[i];
		for (; i < count && tallies[i].code == one.code; i++) {
			one.weak |= tallies[i].weak;
			one.insecure |= tallies[i].insecure;
		}
		counts.all++;
		counts.insecure += one.insecure;
		counts.weak += one.weak && !one.insecure;
	}
	return counts;
}

struct suite_counts ciphers_count(const struct ciphers_facts *const *ciphers, size_t count,
				  const struct policy *policy, struct arena *mem)
{
	size_t room = 0, filled = 0;
	for (size_t i = 0; i < count; i++) {
		for (int v = SSL_2_0; ciphers[i] && v < TLS_VERSION_COUNT; v++)
			room += ciphers[i]->survey.versions[v].suite_count;
	}
	struct tally *tallies = arena_array(mem, room, sizeof(*tallies));
	for (size_t i = 0; i < count; i++) {
		for (int v = SSL_2_0; ciphers[i] && v < TLS_VERSION_COUNT; v++)
			filled += tally_version(&ciphers[i]->survey.versions[v], policy,
						&tallies[filled]);
	}
	return count_tallies(tallies, filled);
}

const char *cut_words(const struct ciphers_facts *facts, struct arena *mem)
{
	static const char *const words[] = {
		[CUT_THROTTLED] = "cut short: the server would have no more connections",
		[CUT_CONNECTIONS] = "cut short by --max-connections",
		[CUT_TIMEOUT] = "cut short by --timeout",
		[CUT_SILENT] = "cut short: hellos were met with silence",
		[CUT_NOT_TLS] = "cut short: what answers breaks the rules of TLS",
	};
	if (facts->cut == CUT_NOT)
		return NULL;
	if (!facts->cut_reason)
		return words[facts->cut];
	return arena_printf(mem, "%s (%s)", words[facts->cut], escaped(facts->cut_reason, mem));
}

const char *group_shown(uint16_t code, struct arena *mem)
{
	const struct group *group = group_by_code(code);
	return group ? group->name : arena_printf(mem, "0x%04X", code);
}

static const char *version_words(const struct ciphers_facts *facts, struct arena *mem)
{
	const char *words = "";
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (facts->survey.versions[i].offered == SEEN_YES)
			words = arena_printf(mem, "%s%s%s", words, *words ? " " : "",
					     tls_version_name((enum tls_version)i));
	}
	return words;
}

static bool is_complete(const struct ciphers_facts *facts)
{
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		const struct version_seen *seen = &facts->survey.versions[i];
		if (seen->suite_count > 0 && !seen->suites_complete)
			return false;
	}
	return facts->cut == CUT_NOT;
}

const char *ciphers_state(const struct ciphers_facts *facts, bool counted, struct arena *mem)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	if (!ciphers_answered(facts)) {
		if (facts->walk.failure.code != ERR_NONE)
			return endpoint_trouble(&facts->walk, mem);
		return facts->cut != CUT_NOT ? cut_words(facts, mem) : "no version of TLS accepted";
	}
	const char *words = version_words(facts, mem);
	size_t all = counted ? ciphers_count(&facts, 1, &policy, mem).all : 0;
	if (all > 0)
		words = arena_printf(mem, "%s, %zu suite%s%s", words, all, all == 1 ? "" : "s",
				     is_complete(facts) ? "" : " at least");
	if (facts->survey.forward_secrecy != FS_UNKNOWN)
		words = arena_printf(mem, "%s, forward secrecy %s", words,
				     fs_promise_name(facts->survey.forward_secrecy));
	return words;
}

static const char *service_state(const struct ciphers_view *view, enum service service,
				 bool counted, struct arena *mem)
{
	const struct target_view *target = view->base.target;
	struct voices good = { 0 }, failed = { 0 };
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service || !view->ciphers[i])
			continue;
		voices_hear(ciphers_answered(view->ciphers[i]) ? &good : &failed,
			    ciphers_state(view->ciphers[i], counted, mem));
	}
	if (good.count + failed.count == 0)
		return missing_state(target, service);
	return voices_words(&good, &failed, "not reachable over TLS", mem);
}

const char *ciphers_target_state(const struct ciphers_view *view, bool counted, struct arena *mem)
{
	const struct target_view *target = view->base.target;
	const char *words = NULL, *first = NULL;
	bool same = true;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (!target->wanted[i])
			continue;
		const char *state = service_state(view, (enum service)i, counted, mem);
		same = same && (!first || strcmp(first, state) == 0);
		first = first ? first : state;
		words = arena_printf(mem, "%s%s%s %s", words ? words : "", words ? "; " : "",
				     service_name((enum service)i), state);
	}
	bool both = target->wanted[SERVICE_C2S] && target->wanted[SERVICE_S2S];
	return same && both ? first : words ? words : "";
}

const char *ciphers_trouble(const struct ciphers_view *view, const char *state, struct arena *mem)
{
	if (view->base.problem)
		return NULL;
	const char *trouble = trouble_words(&view->base, mem);
	for (size_t i = 0; !trouble && view->base.target && i < view->base.target->count; i++)
		trouble = view->ciphers[i] ? cut_words(view->ciphers[i], mem) : NULL;
	return trouble && !strstr(state, trouble) ? trouble : NULL;
}
