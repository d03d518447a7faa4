/* The plan against servers made of data: everything is found, in the right order, with the
 * connections that it takes. */
#include <stdio.h>

#include "sim.h"

#include "fixture.h"

#include "tls/survey.h"

static const uint16_t usual_groups[] = { 29, 23, 24, 25, 30 };
static const uint16_t usual_schemes12[] = { 0x0804, 0x0805, 0x0806, 0x0401,
					    0x0501, 0x0601, 0x0301, 0x0201 };
static const uint16_t usual_schemes13[] = { 0x0804, 0x0805, 0x0806 };

static void give_usual(struct sim *sim)
{
	memcpy(sim->groups, usual_groups, sizeof(usual_groups));
	memcpy(sim->schemes12, usual_schemes12, sizeof(usual_schemes12));
	memcpy(sim->schemes13, usual_schemes13, sizeof(usual_schemes13));
}

static void add(struct sim *sim, enum tls_version version, uint32_t code)
{
	struct sim_version *to = &sim->versions[version];
	to->suites[to->count++] = code;
}

/* Debian's Prosody as it comes: three suites each, the client's order. */
static void stock_prosody(struct sim *sim)
{
	static const uint32_t old[] = { 0xC030, 0xC02F, 0xCCA8 },
			      new[] = { 0x1302, 0x1303, 0x1301 };
	give_usual(sim);
	sim->order = sim->group_order = SIM_CLIENT;
	sim->groups[4] = 0;
	for (size_t i = 0; i < 3; i++) {
		add(sim, TLS_1_2, old[i]);
		add(sim, TLS_1_3, new[i]);
	}
	sim->habits = SIM_SENTINEL;
}

/* Every signed suite of OpenSSL's list with an RSA key, and plain RSA, from `first` on. */
static void many_suites(struct sim *sim, enum tls_version version, size_t most)
{
	const struct suite *ranked[600] = { NULL };
	for (size_t i = 0; i < suite_count; i++) {
		if (suites[i].usual_rank < 500)
			ranked[suites[i].usual_rank] = &suites[i];
	}
	for (size_t i = 0; i < 500 && sim->versions[version].count < most; i++) {
		const struct suite *suite = ranked[i];
		bool fits = suite && suite->auth == AUTH_RSA && suite->probed_from <= version &&
			    (suite->exchange == KX_ECDHE || suite->exchange == KX_DHE ||
			     suite->exchange == KX_RSA);
		if (fits)
			add(sim, version, suite->code);
	}
}

static void like_ejabberd(struct sim *sim)
{
	give_usual(sim);
	many_suites(sim, TLS_1_2, 44);
	add(sim, TLS_1_3, 0x1302);
	add(sim, TLS_1_3, 0x1303);
	add(sim, TLS_1_3, 0x1301);
}

/* OpenSSL's @STRENGTH, as ejabberd has it. */
static void by_strength(struct sim *sim)
{
	like_ejabberd(sim);
	struct sim_version *version = &sim->versions[TLS_1_2];
	struct sim_version strong = { .count = 0 };
	for (unsigned bits = 256; bits > 0; bits--) {
		for (size_t i = 0; i < version->count; i++) {
			if (suite_by_code(version->suites[i])->strength == bits)
				strong.suites[strong.count++] = version->suites[i];
		}
	}
	*version = strong;
}

static void shuffle(struct sim_version *version, unsigned seed)
{
	for (size_t i = version->count; i > 1; i--) {
		size_t other = (size_t)rand_r(&seed) % i;
		uint32_t kept = version->suites[i - 1];
		version->suites[i - 1] = version->suites[other];
		version->suites[other] = kept;
	}
}

static void shuffled(struct sim *sim)
{
	like_ejabberd(sim);
	shuffle(&sim->versions[TLS_1_2], 7);
	shuffle(&sim->versions[TLS_1_3], 8);
}

static void old_server(struct sim *sim)
{
	give_usual(sim);
	many_suites(sim, SSL_3_0, 20);
	many_suites(sim, TLS_1_0, 30);
	many_suites(sim, TLS_1_1, 30);
	many_suites(sim, TLS_1_2, 60);
	add(sim, SSL_2_0, 0x010080);
	add(sim, SSL_2_0, 0x0700C0);
}

/* Two hundred, in the order of OpenSSL's list, which knows many that few servers have. */
static void two_hundred(struct sim *sim)
{
	give_usual(sim);
	for (unsigned rank = 0; rank < 1000 && sim->versions[TLS_1_2].count < 200; rank++) {
		for (size_t i = 0; i < suite_count; i++) {
			if (suites[i].usual_rank == rank && suites[i].first < TLS_1_3 &&
			    !suites[i].ssl2 && suites[i].exchange != KX_NONE)
				add(sim, TLS_1_2, suites[i].code);
		}
	}
}

static void two_hundred_of_the_client(struct sim *sim)
{
	two_hundred(sim);
	sim->order = SIM_CLIENT;
}

static void all_of_it(struct sim *sim)
{
	give_usual(sim);
	for (enum tls_version version = TLS_1_0; version <= TLS_1_2; version++) {
		for (size_t i = 0; i < suite_count; i++) {
			if (!suites[i].ssl2 && suites[i].first < TLS_1_3 &&
			    suites[i].exchange != KX_NONE && suites[i].probed_from <= version)
				add(sim, version, suites[i].code);
		}
		shuffle(&sim->versions[version], version);
	}
}

static void follows_client(struct sim *sim)
{
	like_ejabberd(sim);
	sim->order = sim->group_order = SIM_CLIENT;
}

static void chacha_on_wish(struct sim *sim)
{
	like_ejabberd(sim);
	sim->order = SIM_CHACHA;
}

/* Few suites, and an order that the plan might take for the client's. */
static void chacha_on_wish_of_three(struct sim *sim)
{
	give_usual(sim);
	sim->order = SIM_CHACHA;
	add(sim, TLS_1_2, 0xC02F);
	add(sim, TLS_1_2, 0xC030);
	add(sim, TLS_1_2, 0xCCA8);
	add(sim, TLS_1_3, 0x1302);
	add(sim, TLS_1_3, 0x1301);
	add(sim, TLS_1_3, 0x1303);
}

static void chacha_first(struct sim *sim)
{
	give_usual(sim);
	add(sim, TLS_1_2, 0xCCA8);
	add(sim, TLS_1_2, 0xC02F);
	add(sim, TLS_1_2, 0xC030);
	add(sim, TLS_1_3, 0x1303);
	add(sim, TLS_1_3, 0x1301);
	add(sim, TLS_1_3, 0x1302);
}

static void by_hash(struct sim *sim)
{
	like_ejabberd(sim);
	sim->order = SIM_HASH;
}

static void at_random(struct sim *sim)
{
	like_ejabberd(sim);
	sim->order = SIM_RANDOM;
	sim->seed = 3;
}

static void picky(struct sim *sim)
{
	like_ejabberd(sim);
	sim->habits = SIM_PICKY;
}

static void short_of_breath(struct sim *sim)
{
	like_ejabberd(sim);
	sim->habits = SIM_SHORT;
}

static void short_of_breath_with_many(struct sim *sim)
{
	two_hundred(sim);
	sim->habits = SIM_SHORT;
}

static void short_and_shuffled(struct sim *sim)
{
	short_of_breath_with_many(sim);
	shuffle(&sim->versions[TLS_1_2], 9);
}

static void closes(struct sim *sim)
{
	like_ejabberd(sim);
	sim->habits = SIM_CLOSES;
}

static void one_suite(struct sim *sim)
{
	give_usual(sim);
	add(sim, TLS_1_2, 0xC02F);
}

static void only_13(struct sim *sim)
{
	give_usual(sim);
	add(sim, TLS_1_3, 0x1301);
	add(sim, TLS_1_3, 0x1302);
}

static void holes(struct sim *sim)
{
	give_usual(sim);
	many_suites(sim, TLS_1_0, 12);
	many_suites(sim, TLS_1_2, 12);
}

static void rare_only(struct sim *sim)
{
	give_usual(sim);
	for (size_t i = 0; i < suite_count; i++) {
		if (suites[i].exchange == KX_PSK && suites[i].probed_from <= TLS_1_2)
			add(sim, TLS_1_2, suites[i].code);
	}
}

static const struct row {
	const char *name;
	void (*make)(struct sim *sim);
	enum preference preference12; /* UNKNOWN: not looked at */
	bool ordered;                 /* the order found must be the server's */
	size_t spare; /* connections over the fewest: where a bad habit costs more */
} rows[] = {
	{ "stock Prosody", stock_prosody, PREFERENCE_CLIENT, false, 0 },
	{ "an order of its own", like_ejabberd, PREFERENCE_SERVER, true, 0 },
	{ "the strongest first", by_strength, PREFERENCE_SERVER, true, 0 },
	{ "an order nobody would guess", shuffled, PREFERENCE_SERVER, true, 0 },
	{ "an old server", old_server, PREFERENCE_SERVER, true, 0 },
	{ "two hundred suites", two_hundred, PREFERENCE_SERVER, true, 0 },
	{ "two hundred in the client's order", two_hundred_of_the_client, PREFERENCE_CLIENT, false,
	  0 },
	{ "the whole registry", all_of_it, PREFERENCE_SERVER, true, 0 },
	{ "the client's order", follows_client, PREFERENCE_CLIENT, false, 0 },
	{ "ChaCha20 on wish", chacha_on_wish, PREFERENCE_CHACHA, true, 0 },
	{ "ChaCha20 on wish, of three", chacha_on_wish_of_three, PREFERENCE_CHACHA, true, 3 },
	{ "ChaCha20 first", chacha_first, PREFERENCE_SERVER, true, 3 },
	{ "by hash", by_hash, PREFERENCE_UNKNOWN, false, 0 },
	{ "at random", at_random, PREFERENCE_UNKNOWN, false, 0 },
	{ "refuses unknown extensions", picky, PREFERENCE_SERVER, true, 2 },
	{ "takes few suites at once", short_of_breath, PREFERENCE_SERVER, true, 10 },
	{ "has many suites, and takes few at once", short_of_breath_with_many, PREFERENCE_SERVER,
	  true, 10 },
	{ "has many, shuffled, and takes few at once", short_and_shuffled, PREFERENCE_SERVER, true,
	  110 },
	{ "closes instead of an alert", closes, PREFERENCE_SERVER, true, 0 },
	{ "one suite", one_suite, PREFERENCE_UNKNOWN, true, 0 },
	{ "TLS 1.3 alone", only_13, PREFERENCE_UNKNOWN, true, 0 },
	{ "versions with a hole", holes, PREFERENCE_SERVER, true, 0 },
	{ "pre-shared keys alone", rare_only, PREFERENCE_UNKNOWN, false, 4 },
};

/* A question each for what is off; k + 1 for k suites (spec/ciphers.md, section 7); SSL 2.0 tells
 * all in one. */
static size_t fewest(const struct sim *sim)
{
	size_t count = 1;
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++)
		count += sim->versions[version].count + 1;
	return count;
}

static bool found_in(const struct version_seen *seen, uint32_t code)
{
	for (size_t i = 0; i < seen->suite_count; i++) {
		if (seen->suites[i].code == code)
			return true;
	}
	return false;
}

static void check_version(const struct row *row, const struct sim *sim,
			  const struct survey_facts *facts, enum tls_version version)
{
	const struct sim_version *has = &sim->versions[version];
	const struct version_seen *seen = &facts->versions[version];
	if (seen->suite_count != has->count)
		fail_msg("%s: %s: %zu of %zu suites", row->name, tls_version_name(version),
			 seen->suite_count, has->count);
	assert_row(row->name, seen->offered == (has->count ? SEEN_YES : SEEN_NO));
	assert_row(row->name, !has->count || seen->suites_complete);
	assert_row(row->name, !has->count || seen->alert == -1);
	for (size_t i = 0; i < has->count; i++) {
		assert_row(row->name, found_in(seen, has->suites[i]));
		if (row->ordered)
			assert_row(row->name, seen->suites[i].code == has->suites[i]);
	}
}

static void check_row(const struct row *row, unsigned lanes, double factor)
{
	struct arena *mem = arena_new();
	struct sim *sim = arena_alloc(mem, sizeof(*sim));
	struct survey_facts facts;
	row->make(sim);
	size_t least = fewest(sim);
	size_t asked = sim_run(sim,
			       &(struct survey_options){ .scope = SURVEY_SUITES,
							 .lanes = lanes,
							 .servername = "example.org" },
			       mem, &facts);
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++)
		check_version(row, sim, &facts, version);
	if (row->preference12 != PREFERENCE_UNKNOWN)
		assert_row(row->name, facts.versions[TLS_1_2].preference == row->preference12);
	assert_row(row->name, !facts.inconsistent && !facts.violation);
	if (getenv("SURVEY_FIGURES"))
		printf("%-32s %u lanes: %3zu connections, fewest %3zu: %.2f; %zu rounds\n",
		       row->name, lanes, asked, least, (double)asked / (double)least, sim->rounds);
	if ((double)asked > factor * (double)least + (double)row->spare)
		fail_msg("%s: %zu connections where %zu would do", row->name, asked, least);
	arena_free(&mem);
}

static void finds_every_suite_with_the_fewest_connections(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i], 1, 1.15);
}

static void finds_every_suite_side_by_side_with_twice_as_many(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i], 8, 2.0);
}

static struct survey_facts *survey_all(struct sim *sim, unsigned lanes, struct arena *mem,
				       size_t *asked)
{
	struct survey_facts *facts = arena_alloc(mem, sizeof(*facts));
	sim->leaf = fixture_file(mem, sim->leaf_curve ? "tests/data/revocation/leaf.der"
						      : "tests/data/revocation/rsa-ca.der");
	*asked = sim_run(sim,
			 &(struct survey_options){
				 .scope = SURVEY_ALL, .lanes = lanes, .servername = "example.org" },
			 mem, facts);
	return facts;
}

static void hybrids(struct sim *sim)
{
	static const uint16_t list[] = { 0x11EC, 29, 23, 256, 0 };
	like_ejabberd(sim);
	memcpy(sim->groups, list, sizeof(list));
	sim->habits = SIM_HYBRID;
}

static void blind(struct sim *sim)
{
	like_ejabberd(sim);
	sim->habits = SIM_BLIND;
}

static void no_library(struct sim *sim)
{
	old_server(sim);
	sim->habits = SIM_NO_HANDSHAKE;
}

static void picky_and_full(struct sim *sim)
{
	like_ejabberd(sim);
	sim->habits = SIM_PICKY | SIM_COMPRESSES;
}

/* With a certificate that has no curve, as one of Ed25519. */
static void ecdsa_alone(struct sim *sim)
{
	give_usual(sim);
	add(sim, TLS_1_2, 0xC02B);
	add(sim, TLS_1_2, 0xC02C);
	add(sim, TLS_1_2, 0xC009);
}

static const uint16_t schemes_ec[] = { 0x0403, 0x0503, 0x0603, 0x0303 };

/* An RSA and an ECDSA certificate, and the client's order. */
static void two_keys(struct sim *sim)
{
	follows_client(sim);
	add(sim, TLS_1_2, 0xC02B);
	add(sim, TLS_1_2, 0xC02C);
	memcpy(sim->schemes_ec, schemes_ec, sizeof(schemes_ec));
}

static const struct all_row {
	const char *name;
	void (*make)(struct sim *sim);
	bool schemes13;       /* what TLS 1.3 signs with can be told */
	size_t gentle, lanes; /* connections at most */
} all_rows[] = {
	{ "stock Prosody", stock_prosody, true, 38, 60 },
	{ "an order of its own", like_ejabberd, true, 84, 125 },
	{ "the client's order", follows_client, true, 84, 125 },
	{ "closes instead of an alert", closes, true, 84, 125 },
	{ "refuses unknown extensions", picky, true, 88, 130 },
	{ "a post-quantum hybrid", hybrids, true, 84, 125 },
	{ "looks at schemes late", blind, false, 96, 140 },
	{ "an old server", no_library, false, 130, 190 },
	{ "TLS 1.3 alone", only_13, true, 36, 50 },
	{ "one suite", one_suite, false, 36, 50 },
	{ "ECDSA alone, a certificate without a curve", ecdsa_alone, false, 40, 60 },
	{ "two certificates", two_keys, true, 96, 140 },
	{ "takes few suites at once", short_of_breath, true, 100, 140 },
};

static bool has_group(const struct survey_facts *facts, uint16_t code, bool is_13)
{
	for (size_t i = 0; i < facts->group_count; i++) {
		if (facts->groups[i].code == code)
			return is_13 ? facts->groups[i].tls13 : facts->groups[i].tls12;
	}
	return false;
}

static bool has_scheme(const struct survey_facts *facts, uint16_t code, bool is_13)
{
	for (size_t i = 0; i < facts->scheme_count; i++) {
		if (facts->schemes[i].code == code)
			return is_13 ? facts->schemes[i].tls13 : facts->schemes[i].tls12;
	}
	return false;
}

static size_t groups_of(const struct survey_facts *facts, bool is_13)
{
	size_t count = 0;
	for (size_t i = 0; i < facts->group_count; i++)
		count += is_13 ? facts->groups[i].tls13 : facts->groups[i].tls12;
	return count;
}

static size_t schemes_of(const struct survey_facts *facts, bool is_13)
{
	size_t count = 0;
	for (size_t i = 0; i < facts->scheme_count; i++)
		count += is_13 ? facts->schemes[i].tls13 : facts->schemes[i].tls12;
	return count;
}

static void check_groups(const struct all_row *row, const struct sim *sim,
			 const struct survey_facts *facts)
{
	bool has12 = sim->versions[TLS_1_2].count > 0, has13 = sim->versions[TLS_1_3].count > 0;
	size_t curves = 0;
	for (size_t i = 0; sim->groups[i]; i++) {
		const struct group *group = group_by_code(sim->groups[i]);
		bool curve = group->kind == GROUP_EC;
		curves += curve;
		assert_row(row->name, has_group(facts, sim->groups[i], true) == has13);
		assert_row(row->name, !curve || has_group(facts, sim->groups[i], false) == has12);
	}
	assert_row(row->name, !has13 || groups_of(facts, true) == sim_length(sim->groups));
	assert_row(row->name, !has12 || groups_of(facts, false) == curves);
	assert_row(row->name, facts->groups_complete[1] == (has13 ? SEEN_YES : SEEN_NOT_TESTED));
	assert_row(row->name, facts->groups_complete[0] == (has12 ? SEEN_YES : SEEN_NOT_TESTED));
}

static void check_schemes(const struct all_row *row, const struct sim *sim,
			  const struct survey_facts *facts)
{
	if (sim->versions[TLS_1_2].count > 0) {
		assert_row(row->name,
			   schemes_of(facts, false) ==
				   sim_length(sim->schemes12) + sim_length(sim->schemes_ec));
		for (size_t i = 0; sim->schemes_ec[i]; i++)
			assert_row(row->name, has_scheme(facts, sim->schemes_ec[i], false));
		for (size_t i = 0; sim->schemes12[i]; i++)
			assert_row(row->name, has_scheme(facts, sim->schemes12[i], false));
		assert_row(row->name, facts->schemes_complete[0] == SEEN_YES);
	}
	if (!row->schemes13)
		return;
	assert_row(row->name, schemes_of(facts, true) == sim_length(sim->schemes13));
	for (size_t i = 0; sim->schemes13[i]; i++)
		assert_row(row->name, has_scheme(facts, sim->schemes13[i], true));
	assert_row(row->name, facts->schemes_complete[1] == SEEN_YES);
}

static void check_all(const struct all_row *row, unsigned lanes, bool staggered, size_t most)
{
	struct arena *mem = arena_new();
	struct sim *sim = arena_alloc(mem, sizeof(*sim));
	size_t asked;
	row->make(sim);
	sim->staggered = staggered;
	const struct survey_facts *facts = survey_all(sim, lanes, mem, &asked);
	const struct row suites_too = { .name = row->name, .ordered = sim->order == SIM_SERVER };
	for (enum tls_version version = SSL_2_0; version <= TLS_1_3; version++)
		check_version(&suites_too, sim, facts, version);
	check_groups(row, sim, facts);
	check_schemes(row, sim, facts);
	assert_row(row->name, facts->cert_count == 1);
	assert_row(row->name, !facts->inconsistent && !facts->violation);
	if (getenv("SURVEY_FIGURES"))
		printf("%-32s %u lanes: %3zu connections for everything; %zu rounds\n", row->name,
		       lanes, asked, sim->rounds);
	if (asked > most)
		fail_msg("%s: %zu connections, at most %zu", row->name, asked, most);
	arena_free(&mem);
}

static void finds_groups_and_schemes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_rows); i++) {
		check_all(&all_rows[i], 1, false, all_rows[i].gentle);
		check_all(&all_rows[i], 8, false, all_rows[i].lanes);
		check_all(&all_rows[i], 8, true, all_rows[i].lanes);
	}
}

/* RFC 8422, 5.1: the curve of the certificate (here P-256) must be offered whatever is asked. It is
 * no proof that the server takes it for its own key, and hides what the server likes less. */
static const struct curve_row {
	const char *name;
	enum sim_order order;
	uint16_t groups[4], found[4];
	enum seen complete;
} curve_rows[] = {
	{ "never used for a key of its own", SIM_SERVER, { 29 }, { 29 }, SEEN_YES },
	{ "nor beside another", SIM_SERVER, { 24, 29 }, { 24, 29 }, SEEN_YES },
	{ "liked best", SIM_SERVER, { 23, 29, 24 }, { 23 }, SEEN_UNCLEAR },
	{ "liked second", SIM_SERVER, { 29, 23, 24 }, { 29, 23 }, SEEN_UNCLEAR },
	{ "liked least", SIM_SERVER, { 24, 29, 23 }, { 24, 29, 23 }, SEEN_UNCLEAR },
	{ "the only one", SIM_SERVER, { 23 }, { 23 }, SEEN_UNCLEAR },
	{ "the client's order", SIM_CLIENT, { 29, 23, 24 }, { 29, 23, 24 }, SEEN_UNCLEAR },
};

static void tells_curves_beside_the_one_of_the_certificate(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(curve_rows); i++) {
		const struct curve_row *row = &curve_rows[i / 2];
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked, count = 0;
		ecdsa_alone(sim);
		sim->leaf_curve = 23;
		sim->group_order = row->order;
		memset(sim->groups, 0, sizeof(sim->groups));
		memcpy(sim->groups, row->groups, sizeof(row->groups));
		const struct survey_facts *facts = survey_all(sim, i % 2 ? 8 : 1, mem, &asked);
		for (; row->found[count]; count++)
			assert_row(row->name, has_group(facts, row->found[count], false));
		assert_row(row->name, facts->group_count == count);
		for (size_t g = 0; row->order == SIM_SERVER && g < count; g++)
			assert_row(row->name, facts->groups[g].code == row->found[g]);
		assert_row_string(row->name, seen_name(facts->groups_complete[0]),
				  seen_name(row->complete));
		assert_row(row->name, facts->group_preference != PREFERENCE_MIXED);
		arena_free(&mem);
	}
}

static void tells_no_group_that_was_not_offered(void **state)
{
	(void)state;
	for (unsigned lanes = 1; lanes <= 8; lanes += 7) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked;
		like_ejabberd(sim);
		sim->habits = SIM_ODD_GROUP;
		const struct survey_facts *facts = survey_all(sim, lanes, mem, &asked);
		assert_false(has_group(facts, 0x0999, true) || has_group(facts, 0x0999, false));
		assert_non_null(facts->violation);
		arena_free(&mem);
	}
}

/* Groups, schemes and names are extensions: of who refuses any, nothing can be learnt of them. */
static void asks_nothing_that_takes_an_extension_where_none_is_taken(void **state)
{
	(void)state;
	for (unsigned lanes = 1; lanes <= 8; lanes += 7) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked;
		give_usual(sim);
		many_suites(sim, TLS_1_1, 20);
		sim->habits = SIM_BARE | SIM_NO_HANDSHAKE;
		const struct survey_facts *facts = survey_all(sim, lanes, mem, &asked);
		assert_true(facts->versions[TLS_1_1].suites_complete);
		assert_int_equal(facts->versions[TLS_1_1].suite_count,
				 sim->versions[TLS_1_1].count);
		assert_int_equal(facts->groups_complete[0], SEEN_NOT_TESTED);
		assert_int_equal(facts->schemes_complete[0], SEEN_NOT_TESTED);
		assert_int_equal(facts->properties.sni_unknown_refused, SEEN_NOT_TESTED);
		assert_int_equal(facts->properties.heartbeat, SEEN_NOT_TESTED);
		assert_int_equal(facts->properties.grease, SEEN_NO);
		assert_false(facts->inconsistent);
		arena_free(&mem);
	}
}

/* What is no trouble on a good server, and how each bad habit shows. */
static const struct property_row {
	const char *name;
	void (*make)(struct sim *sim);
	unsigned habits;
	size_t offset; /* of the property */
	enum seen wanted;
} property_rows[] = {
#define PROPERTY(field) offsetof(struct property_facts, field)
	{ "no compression", like_ejabberd, 0, PROPERTY(compression), SEEN_NO },
	{ "compression", like_ejabberd, SIM_COMPRESSES, PROPERTY(compression), SEEN_YES },
	{ "compression of a picky server", picky_and_full, SIM_PICKY, PROPERTY(grease), SEEN_NO },
	{ "unknown values are ignored", like_ejabberd, 0, PROPERTY(grease), SEEN_YES },
	{ "so by TLS 1.3 alone", only_13, 0, PROPERTY(grease), SEEN_YES },
	{ "secure renegotiation", like_ejabberd, 0, PROPERTY(secure_renegotiation), SEEN_YES },
	{ "fallback", like_ejabberd, 0, PROPERTY(fallback_scsv), SEEN_YES },
	{ "one version: nothing to fall back from", one_suite, 0, PROPERTY(fallback_scsv),
	  SEEN_NOT_TESTED },
	{ "sentinel", like_ejabberd, SIM_SENTINEL, PROPERTY(downgrade_sentinel), SEEN_YES },
	{ "no sentinel", like_ejabberd, 0, PROPERTY(downgrade_sentinel), SEEN_NO },
	{ "fresh values", like_ejabberd, 0, PROPERTY(ec_reuse), SEEN_NO },
	{ "one value for all", like_ejabberd, SIM_REUSES, PROPERTY(ec_reuse), SEEN_YES },
	{ "one field value for all", like_ejabberd, SIM_REUSES, PROPERTY(dh_reuse), SEEN_YES },
	{ "resumption", like_ejabberd, 0, PROPERTY(resumption), SEEN_YES },
	{ "a library that cannot", old_server, SIM_NO_HANDSHAKE, PROPERTY(resumption),
	  SEEN_NOT_TESTED },
	{ "tickets of a handshake that did not come about", like_ejabberd, SIM_NO_HANDSHAKE,
	  PROPERTY(session_tickets), SEEN_NOT_TESTED },
	{ "no request for a certificate by TLS 1.3 alone", only_13, 0,
	  PROPERTY(client_cert_requested), SEEN_NO },
	{ "a hybrid insisted on", hybrids, SIM_HYBRID, PROPERTY(hybrid_preferred), SEEN_YES },
	{ "a classical share will do", hybrids, 0, PROPERTY(hybrid_preferred), SEEN_NO },
	{ "no hybrid at all", like_ejabberd, 0, PROPERTY(hybrid_preferred), SEEN_NOT_TESTED },
	{ "higher versions", like_ejabberd, 0, PROPERTY(version_tolerance), SEEN_YES },
	{ "higher versions that could not be asked for", like_ejabberd, SIM_AWAY,
	  PROPERTY(version_tolerance), SEEN_NOT_TESTED },
};

static void tells_properties(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(property_rows); i++) {
		const struct property_row *row = &property_rows[i];
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked;
		row->make(sim);
		sim->habits = row->habits;
		const struct survey_facts *facts = survey_all(sim, 1, mem, &asked);
		const char *properties = (const char *)&facts->properties;
		enum seen got;
		memcpy(&got, properties + row->offset, sizeof(got));
		assert_row_string(row->name, seen_name(got), seen_name(row->wanted));
		assert_row(row->name, facts->properties.intolerant_of == 0);
		arena_free(&mem);
	}
}

/* Whatever a server does, the survey ends, and tells nothing that was not shown. */
static void ends_with_every_bad_server(void **state)
{
	static const struct {
		const char *name;
		unsigned habits;
		size_t most;
	} bad[] = {
		{ "accepts whatever comes", SIM_TAKES_ALL, 2600 },
		{ "chooses what was not offered", SIM_STRANGE, 40 },
		{ "says nothing", SIM_SILENT, 40 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked;
		like_ejabberd(sim);
		sim->habits = bad[i].habits;
		const struct survey_facts *facts = survey_all(sim, 4, mem, &asked);
		if (asked > bad[i].most)
			fail_msg("%s: %zu connections", bad[i].name, asked);
		bool accepted = (bad[i].habits & SIM_TAKES_ALL) != 0;
		for (enum tls_version version = SSL_3_0; version <= TLS_1_2; version++) {
			const struct version_seen *seen = &facts->versions[version];
			assert_row(bad[i].name,
				   seen->offered == (accepted ? SEEN_YES : SEEN_UNCLEAR));
			assert_row(bad[i].name, accepted || seen->suite_count == 0);
		}
		assert_row(bad[i].name,
			   (facts->violation != NULL) == (bad[i].habits == SIM_STRANGE));
		const struct property_facts *properties = &facts->properties;
		assert_row(bad[i].name, accepted || properties->grease == SEEN_NOT_TESTED);
		assert_row(bad[i].name, accepted || properties->compression == SEEN_NOT_TESTED);
		assert_row(bad[i].name, accepted || properties->session_ids == SEEN_NOT_TESTED);
		arena_free(&mem);
	}
}

/* Who chooses what was not offered has refused nothing: more may be there. */
static void calls_nothing_complete_that_was_never_refused(void **state)
{
	(void)state;
	for (unsigned lanes = 1; lanes <= 8; lanes += 7) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		size_t asked;
		like_ejabberd(sim);
		sim->habits = SIM_STRAYS;
		const struct survey_facts *facts = survey_all(sim, lanes, mem, &asked);
		for (enum tls_version version = TLS_1_2; version <= TLS_1_3; version++) {
			const struct version_seen *seen = &facts->versions[version];
			assert_int_equal(seen->offered, SEEN_YES);
			assert_int_equal(seen->suite_count, sim->versions[version].count);
			assert_false(seen->suites_complete);
		}
		assert_int_equal(facts->groups_complete[1], SEEN_NO);
		assert_non_null(facts->violation);
		arena_free(&mem);
	}
}

/* Parameters of RFC 7919 out of a file, as many operators have them, are no answer to our list. */
static void takes_a_field_of_its_own_for_no_violation(void **state)
{
	(void)state;
	struct arena *mem = arena_new();
	struct sim *sim = arena_alloc(mem, sizeof(*sim));
	size_t asked;
	like_ejabberd(sim);
	sim->habits = SIM_FIELD;
	const struct survey_facts *facts = survey_all(sim, 1, mem, &asked);
	assert_null(facts->violation);
	assert_true(has_group(facts, 256, false));
	assert_false(has_group(facts, 257, false));
	arena_free(&mem);
}

static void stops_at_the_limit_of_connections(void **state)
{
	(void)state;
	struct arena *mem = arena_new();
	struct sim *sim = arena_alloc(mem, sizeof(*sim));
	struct survey_facts facts;
	like_ejabberd(sim);
	size_t asked = sim_run(sim,
			       &(struct survey_options){
				       .scope = SURVEY_SUITES, .lanes = 4, .connections_max = 20 },
			       mem, &facts);
	assert_int_equal(asked, 20);
	assert_int_equal(facts.versions[TLS_1_2].offered, SEEN_YES);
	assert_false(facts.versions[TLS_1_2].suites_complete);
	arena_free(&mem);
}

/* After TLS 1.3 alone, as the first answer may show it, older versions may still be there. */
static void promises_nothing_of_versions_it_did_not_ask_for(void **state)
{
	static const enum fs_promise wanted[] = { FS_UNKNOWN, FS_UNKNOWN, FS_UNKNOWN,
						  FS_UNKNOWN, FS_UNKNOWN, FS_ALWAYS };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		struct survey_facts facts;
		only_13(sim);
		(void)sim_run(sim,
			      &(struct survey_options){ .scope = SURVEY_VERSIONS,
							.lanes = 1,
							.connections_max = i + 1 },
			      mem, &facts);
		assert_int_equal(facts.forward_secrecy, wanted[i]);
		arena_free(&mem);
	}
}

static void versions_alone_take_six(void **state)
{
	(void)state;
	struct arena *mem = arena_new();
	struct sim *sim = arena_alloc(mem, sizeof(*sim));
	struct survey_facts facts;
	old_server(sim);
	size_t asked = sim_run(sim,
			       &(struct survey_options){ .scope = SURVEY_VERSIONS, .lanes = 4 },
			       mem, &facts);
	assert_int_equal(asked, 6);
	for (enum tls_version version = SSL_2_0; version <= TLS_1_2; version++)
		assert_int_equal(facts.versions[version].offered, SEEN_YES);
	assert_int_equal(facts.versions[TLS_1_3].offered, SEEN_NO);
	arena_free(&mem);
}

/* A ticket of TLS 1.3 shows only behind a handshake, which the suites alone do without. */
static void tells_nothing_of_tickets_it_could_not_see(void **state)
{
	static const enum survey_scope scopes[] = { SURVEY_SUITES, SURVEY_ALL };
	static const enum seen wanted[] = { SEEN_NOT_TESTED, SEEN_NO };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		struct arena *mem = arena_new();
		struct sim *sim = arena_alloc(mem, sizeof(*sim));
		struct survey_facts facts;
		like_ejabberd(sim);
		sim_run(sim, &(struct survey_options){ .scope = scopes[i], .lanes = 1 }, mem,
			&facts);
		assert_int_equal(facts.properties.session_tickets, wanted[i]);
		arena_free(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_suite_with_the_fewest_connections),
		cmocka_unit_test(finds_every_suite_side_by_side_with_twice_as_many),
		cmocka_unit_test(finds_groups_and_schemes),
		cmocka_unit_test(tells_curves_beside_the_one_of_the_certificate),
		cmocka_unit_test(tells_no_group_that_was_not_offered),
		cmocka_unit_test(asks_nothing_that_takes_an_extension_where_none_is_taken),
		cmocka_unit_test(tells_properties),
		cmocka_unit_test(ends_with_every_bad_server),
		cmocka_unit_test(calls_nothing_complete_that_was_never_refused),
		cmocka_unit_test(takes_a_field_of_its_own_for_no_violation),
		cmocka_unit_test(stops_at_the_limit_of_connections),
		cmocka_unit_test(promises_nothing_of_versions_it_did_not_ask_for),
		cmocka_unit_test(versions_alone_take_six),
		cmocka_unit_test(tells_nothing_of_tickets_it_could_not_see),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
