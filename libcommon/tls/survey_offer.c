/* What the survey's hellos hold. */
#include <string.h>

#include "tls/survey_inner.h"

#define FLAGS_PLAIN HELLO_RENEGOTIATION
#define FLAGS_USUAL (HELLO_RENEGOTIATION | HELLO_EMS | HELLO_ETM)
#define FLAGS_RICH                                                                                 \
	(FLAGS_USUAL | HELLO_TICKET | HELLO_HEARTBEAT | HELLO_STATUS | HELLO_COMPRESSION |         \
	 HELLO_GREASE)

static const uint16_t *keep_list(struct survey *survey, const uint16_t *list, size_t count)
{
	uint16_t *kept = arena_array(survey->mem, count + 1, sizeof(*kept));
	memcpy(kept, list, count * sizeof(*kept));
	return kept;
}

/* Everything but the suites. rich: with what is worth knowing besides; the rest of the hellos carry
 * only what changes the answer. */
void offer_hello(struct survey *survey, struct version_plan *plan, bool rich, struct hello *out)
{
	uint16_t list[TRAIL_MAX];
	bool plain = plan->manner != MANNER_RICH;
	*out = (struct hello){
		.version = plan->version,
		.servername = survey->options.servername,
		.alpn = survey->options.alpn,
		.flags = plain  ? FLAGS_PLAIN
			 : rich ? FLAGS_RICH
				: FLAGS_USUAL,
	};
	if (plan->version == SSL_3_0) {
		out->flags = HELLO_RENEGOTIATION;
		return;
	}
	if (plan->manner == MANNER_BARE) {
		out->servername = out->alpn = NULL;
		out->flags = 0;
		return;
	}
	out->group_count = survey_list_groups(plan->version, false, list);
	out->groups = keep_list(survey, list, out->group_count);
	if (plan->version < TLS_1_2)
		return;
	out->scheme_count = survey_list_schemes(plan->version, false, list);
	out->schemes = keep_list(survey, list, out->scheme_count);
}

uint32_t *offer_codes(struct survey *survey, const struct trail *trail, const struct trail_ask *ask,
		      size_t *count)
{
	uint32_t *codes = arena_array(survey->mem, TRAIL_MAX, sizeof(*codes));
	*count = trail_codes(trail, ask, codes);
	return codes;
}

bool suite_is_ecdhe_rsa(const struct suite *suite)
{
	return suite->exchange == KX_ECDHE && suite->auth == AUTH_RSA;
}

bool suite_is_ecdhe_ecdsa(const struct suite *suite)
{
	return suite->exchange == KX_ECDHE && suite->auth == AUTH_ECDSA;
}

bool suite_is_dhe(const struct suite *suite)
{
	return suite->exchange == KX_DHE && suite->auth != AUTH_NONE && !suite_is_export(suite);
}

static bool is_signed_by_rsa(const struct suite *suite)
{
	return suite_is_ecdhe_rsa(suite) || (suite_is_dhe(suite) && suite->auth == AUTH_RSA);
}

static bool is_signed_by_dss(const struct suite *suite)
{
	return suite_is_dhe(suite) && suite->auth == AUTH_DSS;
}

suite_filter *suite_signed_by(enum suite_auth auth)
{
	return auth == AUTH_RSA   ? is_signed_by_rsa
	       : auth == AUTH_DSS ? is_signed_by_dss
				  : suite_is_ecdhe_ecdsa;
}

bool plan_accepts(const struct version_plan *plan, suite_filter *filter)
{
	for (size_t i = 0; i < plan->seen_count; i++) {
		if (plan->seen[i].suite && filter(plan->seen[i].suite))
			return true;
	}
	return false;
}

void offer_filtered(struct survey *survey, const struct version_plan *plan, suite_filter *filter,
		    bool only_found, struct hello *hello)
{
	uint32_t *codes = arena_array(survey->mem, TRAIL_MAX, sizeof(*codes));
	size_t count = 0;
	for (size_t i = 0; i < suite_count && count < TRAIL_MAX; i++) {
		const struct suite *suite = &suites[i];
		bool wanted = only_found ? trail_accepts(plan->suites, suite->code)
					 : !trail_rejects(plan->suites, suite->code);
		if (survey_suite_fits(suite, plan->version) && wanted && filter(suite))
			codes[count++] = suite->code;
	}
	hello->suites = codes;
	hello->suite_count = count;
}

static const uint16_t *narrowed(struct survey *survey, const uint32_t *codes, size_t count,
				uint16_t anchor)
{
	uint16_t *list = arena_array(survey->mem, count + 2, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = (uint16_t)codes[i];
	list[count] = anchor;
	return list;
}

static bool any_suite(const struct suite *suite)
{
	(void)suite;
	return true;
}

static void ask_groups(struct survey *survey, struct pending *pending, struct hello *hello,
		       const uint32_t *codes, size_t count)
{
	struct task *task = pending->task;
	struct version_plan *plan = &survey->plans[task->version];
	/* A certificate need not have a curve that would be its anchor: Ed25519 has none. */
	bool ecdsa = task->anchor || !plan_accepts(plan, suite_is_ecdhe_rsa);
	suite_filter *filter = task->version == TLS_1_3 ? any_suite
			       : ecdsa                  ? suite_is_ecdhe_ecdsa
							: suite_is_ecdhe_rsa;
	offer_filtered(survey, plan, filter, false, hello);
	hello->groups = narrowed(survey, codes, count, task->anchor);
	hello->group_count = count + (task->anchor != 0);
}

void offer_ask(struct survey *survey, struct pending *pending)
{
	struct task *task = pending->task;
	struct version_plan *plan = &survey->plans[task->version];
	struct hello *hello = &pending->question.hello;
	const struct trail *trail = task->kind == TASK_SUITES ? plan->suites : task->trail;
	size_t count;
	const uint32_t *codes = offer_codes(survey, trail, &pending->ask, &count);
	offer_hello(survey, plan, pending->opening, hello);
	pending->question.want = WANT_FLIGHT;
	if (task->kind == TASK_SUITES) {
		hello->suites = codes;
		hello->suite_count = count;
	} else if (task->kind == TASK_SCHEMES) {
		offer_filtered(survey, plan, suite_signed_by(task->auth), false, hello);
		hello->schemes = narrowed(survey, codes, count, 0);
		hello->scheme_count = count;
	} else if (task->kind == TASK_FIELDS) {
		offer_filtered(survey, plan, suite_is_dhe, true, hello);
		hello->groups = narrowed(survey, codes, count, 0);
		hello->group_count = count;
	} else {
		ask_groups(survey, pending, hello, codes, count);
	}
}

void offer_set(struct survey *survey, struct pending *pending)
{
	struct version_plan *plan = &survey->plans[TLS_1_3];
	struct hello *hello = &pending->question.hello;
	offer_hello(survey, plan, false, hello);
	offer_filtered(survey, plan, any_suite, true, hello);
	hello->schemes = keep_list(survey, pending->set.codes, pending->set.count);
	hello->scheme_count = pending->set.count;
}

void offer_ssl2(struct survey *survey, struct pending *pending)
{
	uint32_t *kinds = arena_array(survey->mem, suite_count, sizeof(*kinds));
	size_t count = 0;
	for (size_t i = 0; i < suite_count; i++) {
		if (suites[i].ssl2)
			kinds[count++] = suites[i].code;
	}
	pending->question.want = WANT_HELLO;
	pending->question.hello =
		(struct hello){ .version = SSL_2_0, .suites = kinds, .suite_count = count };
}
