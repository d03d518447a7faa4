/* The registries as a survey offers them: what fits a version, in the order most servers have. */
#include <stdlib.h>
#include <string.h>

#include "tls/groups.h"
#include "tls/schemes.h"
#include "tls/survey_inner.h"

/* What real servers have in front; the rest of the registry behind it in its own order. */
static const uint16_t usual_groups[] = {
	0x11EC, 29, 23, 24, 25, 30, 256, 257, 258, 0x11EB, 0x11ED, 259, 260, 26, 27, 28, 31, 32, 33,
};
#define COMMON_GROUPS13 9
#define COMMON_GROUPS12 5

static const uint16_t usual_schemes[] = {
	0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601,
	0x0807, 0x0808, 0x0809, 0x080A, 0x080B, 0x0303, 0x0301, 0x0203, 0x0201,
};
#define COMMON_SCHEMES 18

static bool is_among(uint16_t code, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == code)
			return true;
	}
	return false;
}

static bool group_fits(const struct group *group, enum tls_version version)
{
	return group && version >= group->first && version <= group->last;
}

/* Explicit curves are asked for alone, finite fields beside curves do no harm. */
size_t survey_list_groups(enum tls_version version, bool explicit_too, uint16_t *out)
{
	size_t count = 0, usual = sizeof(usual_groups) / sizeof(usual_groups[0]);
	for (size_t i = 0; i < usual; i++) {
		if (group_fits(group_by_code(usual_groups[i]), version))
			out[count++] = usual_groups[i];
	}
	for (size_t i = 0; i < group_count; i++) {
		if (group_fits(&groups[i], version) &&
		    (explicit_too || groups[i].kind != GROUP_EC_EXPLICIT) &&
		    !is_among(groups[i].code, usual_groups, usual))
			out[count++] = groups[i].code;
	}
	return count;
}

static bool is_broken_hash(const struct scheme *scheme)
{
	return strcmp(scheme->hash, "md5") == 0;
}

/* TLS 1.3 reads the list for certificates, too: RSA with PKCS #1 belongs there (RFC 9846, 4.2.3).
 */
static bool scheme_fits(const struct scheme *scheme, enum tls_version version, bool weak_too)
{
	if (!scheme || (is_broken_hash(scheme) && !weak_too))
		return false;
	if (version < TLS_1_3)
		return scheme->tls12;
	return scheme->tls13 || (scheme->tls12 && strcmp(scheme->key, "rsa") == 0);
}

size_t survey_list_schemes(enum tls_version version, bool weak_too, uint16_t *out)
{
	size_t count = 0, usual = sizeof(usual_schemes) / sizeof(usual_schemes[0]);
	for (size_t i = 0; i < usual; i++) {
		if (scheme_fits(scheme_by_code(usual_schemes[i]), version, weak_too))
			out[count++] = usual_schemes[i];
	}
	for (size_t i = 0; i < scheme_count; i++) {
		if (scheme_fits(&schemes[i], version, weak_too) &&
		    !is_among(schemes[i].code, usual_schemes, usual))
			out[count++] = schemes[i].code;
	}
	return count;
}

/* What servers on the network have switched on, of what their libraries know. */
static bool is_common(const struct suite *suite)
{
	bool named = suite->openssl_name[0] || suite->gnutls_name[0];
	bool usual = suite->exchange == KX_TLS13 || suite->exchange == KX_RSA ||
		     suite->exchange == KX_DHE || suite->exchange == KX_ECDHE;
	return named && usual && suite->auth != AUTH_DSS && suite->strength > 0;
}

static int compare_suites(const void *a, const void *b)
{
	const struct suite *one = *(const struct suite *const *)a;
	const struct suite *other = *(const struct suite *const *)b;
	bool common = is_common(one);
	if (common != is_common(other))
		return common ? -1 : 1;
	return (one->usual_rank > other->usual_rank) - (one->usual_rank < other->usual_rank);
}

bool survey_suite_fits(const struct suite *suite, enum tls_version version)
{
	if (suite->ssl2 || suite->exchange == KX_NONE)
		return false;
	bool of_13 = suite->first == TLS_1_3;
	return of_13 == (version == TLS_1_3) && suite->probed_from <= version;
}

static bool is_chacha(const struct suite *suite)
{
	return strncmp(suite->encryption, "CHACHA20", 8) == 0;
}

/* The rank alone, whether or not many have it; and OpenSSL's @STRENGTH: the strongest first. */
static void rank_otherwise(const struct suite *const *list, size_t count, uint16_t *usual,
			   uint16_t *strength)
{
	for (size_t i = 0; i < count; i++) {
		usual[i] = strength[i] = 0;
		for (size_t k = 0; k < count; k++) {
			bool before = list[k]->usual_rank < list[i]->usual_rank;
			int more = list[k]->strength - list[i]->strength;
			if (before)
				usual[i]++;
			if (more > 0 || (more == 0 && before))
				strength[i]++;
		}
	}
}

struct trail *offer_suites(struct survey *survey, enum tls_version version)
{
	const struct suite *list[TRAIL_MAX];
	uint32_t codes[TRAIL_MAX];
	bool favoured[TRAIL_MAX];
	uint16_t usual[TRAIL_MAX], strength[TRAIL_MAX];
	struct trail_options options = {
		.codes = codes, .favoured = favoured, .ranks = { usual, strength }, .order = true
	};
	for (size_t i = 0; i < suite_count && options.count < TRAIL_MAX; i++) {
		if (survey_suite_fits(&suites[i], version))
			list[options.count++] = &suites[i];
	}
	qsort((void *)list, options.count, sizeof(const struct suite *), compare_suites);
	for (size_t i = 0; i < options.count; i++) {
		codes[i] = list[i]->code;
		options.common += is_common(list[i]);
		favoured[i] = is_chacha(list[i]);
	}
	rank_otherwise(list, options.count, usual, strength);
	return trail_new(&options, survey->mem);
}

static struct trail *trail_of(struct survey *survey, const uint16_t *list, size_t count,
			      size_t common, bool order)
{
	uint32_t codes[TRAIL_MAX];
	for (size_t i = 0; i < count; i++)
		codes[i] = list[i];
	return trail_new(&(struct trail_options){ .codes = codes,
						  .count = count,
						  .common = common < count ? common : count,
						  .order = order,
						  .best_first = !order },
			 survey->mem);
}

struct trail *offer_groups(struct survey *survey, enum tls_version version, uint16_t except)
{
	uint16_t list[TRAIL_MAX], curves[TRAIL_MAX];
	size_t count = survey_list_groups(version, true, list), kept = 0;
	for (size_t i = 0; i < count; i++) {
		/* Before TLS 1.3 a finite field needs suites of its own: offer_fields(). */
		bool apart = version < TLS_1_3 && group_by_code(list[i])->kind == GROUP_FFDHE;
		if (!apart && list[i] != except)
			curves[kept++] = list[i];
	}
	return trail_of(survey, curves, kept,
			version == TLS_1_3 ? COMMON_GROUPS13 : COMMON_GROUPS12, true);
}

struct trail *offer_schemes(struct survey *survey)
{
	uint16_t list[TRAIL_MAX];
	size_t count = survey_list_schemes(TLS_1_2, true, list);
	return trail_of(survey, list, count, COMMON_SCHEMES, false);
}

struct trail *offer_fields(struct survey *survey)
{
	static const uint16_t fields[] = { 256, 257, 258, 259, 260 };
	return trail_of(survey, fields, 5, 5, false);
}
