/* Certificate policies along a path: RFC 5280, 6.1. */
#include "unit.h"

#include "der_fixture.h"
#include "tls/policy.h"

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

/* A certificate in words, in any order: "1 2 *" the policies it asserts ("*": anyPolicy), "1>2" a
 * mapping, "explicit=0" "nomap=0" "noany=0" the constraints, "self": self-issued; "" has no
 * policies. */
static struct bytes policy_oid(struct arena *mem, const char *word)
{
	return der_oid(mem, *word == '*' ? "2.5.29.32.0"
					 : arena_printf(mem, "1.3.6.1.4.1.99999.%d", atoi(word)));
}

static struct bytes counter(struct arena *mem, uint8_t tag, const char *word)
{
	uint8_t certs = (uint8_t)atoi(strchr(word, '=') + 1);
	return der_wrap(mem, tag, (struct bytes){ &certs, 1 });
}

struct lists {
	struct bytes policies, mappings, constraints, inhibit;
	bool self_issued;
};

static void read_word(struct arena *mem, const char *word, struct lists *out)
{
	const char *arrow = strchr(word, '>');
	if (strcmp(word, "self") == 0) {
		out->self_issued = true;
	} else if (strncmp(word, "explicit=", 9) == 0) {
		out->constraints = der_join(mem, counter(mem, 0x80, word), out->constraints);
	} else if (strncmp(word, "nomap=", 6) == 0) {
		out->constraints = der_join(mem, out->constraints, counter(mem, 0x81, word));
	} else if (strncmp(word, "noany=", 6) == 0) {
		out->inhibit = counter(mem, TAG_INTEGER, word);
	} else if (arrow) {
		struct bytes pair = der_join(mem, policy_oid(mem, word),
					     policy_oid(mem, arrow + 1));
		out->mappings = der_join(mem, out->mappings, der_wrap(mem, TAG_SEQUENCE, pair));
	} else {
		out->policies = der_join(mem, out->policies,
					 der_wrap(mem, TAG_SEQUENCE, policy_oid(mem, word)));
	}
}

static struct cert_facts cert_of(struct arena *mem, const char *words)
{
	struct lists lists = { 0 };
	char *list = arena_copy(mem, words), *save = NULL;
	for (char *word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save))
		read_word(mem, word, &lists);
	struct cert_facts cert = { .self_issued = lists.self_issued, .inhibit_any = lists.inhibit };
	if (lists.policies.data)
		cert.policies = der_wrap(mem, TAG_SEQUENCE, lists.policies);
	if (lists.mappings.data)
		cert.policy_mappings = der_wrap(mem, TAG_SEQUENCE, lists.mappings);
	if (lists.constraints.data)
		cert.policy_constraints = der_wrap(mem, TAG_SEQUENCE, lists.constraints);
	return cert;
}

#define AGREE_ON_NONE                                                                              \
	"an issuer demands a certificate policy, and the certificates of the chain agree on none"
#define MAPS_ANY "an issuer's policy mappings are malformed, or map anyPolicy"
#define LONGEST  6

static const char *judge(const struct cert_facts *certs, size_t count)
{
	struct policy_state state;
	policy_begin(&state, count);
	for (size_t i = 0; i < count; i++) {
		const char *wrong = policy_step(&state, &certs[i], i == count - 1);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const struct row {
	const char *name;
	const char *certs[LONGEST]; /* from below the anchor to the leaf */
	const char *wrong;
} rows[] = {
	/* Nobody demands anything. */
	{ "no policies at all", { "", "", "" }, NULL },
	{ "policies that have nothing in common", { "1", "2", "3" }, NULL },
	{ "a leaf alone", { "" }, NULL },

	/* requireExplicitPolicy */
	{ "demanded at once, and all agree", { "1 explicit=0", "1", "1" }, NULL },
	{ "demanded at once, by anyPolicy", { "* explicit=0", "1", "1" }, NULL },
	{ "demanded at once, anyPolicy all the way", { "* explicit=0", "*", "*" }, NULL },
	{ "demanded at once, one in common", { "1 2 explicit=0", "2 3", "3 2" }, NULL },
	{ "demanded at once, the leaf has none", { "1 explicit=0", "1", "" }, AGREE_ON_NONE },
	{ "demanded at once, the leaf has another", { "1 explicit=0", "1", "2" }, AGREE_ON_NONE },
	{ "demanded at once, a CA has none", { "1 explicit=0", "", "1" }, AGREE_ON_NONE },
	{ "demanded at once, who demands has none", { "explicit=0", "1", "1" }, AGREE_ON_NONE },
	{ "demanded in the middle, after one without", { "", "1 explicit=0", "1" }, AGREE_ON_NONE },
	{ "none left by two that differ", { "1 explicit=0", "2", "1" }, AGREE_ON_NONE },
	{ "demanded after one certificate, the leaf has none",
	  { "1 explicit=1", "1", "" },
	  AGREE_ON_NONE },
	{ "demanded after two, at the very end", { "1 explicit=2", "1", "" }, AGREE_ON_NONE },
	{ "demanded after three, when there are no more", { "1 explicit=3", "1", "" }, NULL },
	{ "demanded too far away", { "explicit=5", "", "" }, NULL },
	{ "two demands, the nearer counts",
	  { "1 explicit=5", "1 explicit=0", "2" },
	  AGREE_ON_NONE },
	{ "a later and larger number does not undo it",
	  { "1 explicit=0", "1 explicit=9", "2" },
	  AGREE_ON_NONE },
	{ "self-issued certificates are not counted down",
	  { "1 explicit=3", "1 self", "1 self", "1 self", "" },
	  NULL },
	{ "others are", { "1 explicit=3", "1", "1", "1", "" }, AGREE_ON_NONE },
	{ "a leaf counts though it is self-issued", { "1 explicit=1", "self" }, AGREE_ON_NONE },
	/* 6.1.5 (b) */
	{ "the leaf's own demand", { "", "explicit=0" }, AGREE_ON_NONE },
	{ "the leaf's own demand, and it has what it wants", { "1", "1 explicit=0" }, NULL },
	{ "the leaf's own demand, one certificate later", { "", "explicit=1" }, NULL },
	{ "the leaf forbids mappings, which are none of its own", { "", "nomap=0" }, NULL },

	/* anyPolicy and inhibitAnyPolicy */
	{ "anyPolicy of a CA is forbidden", { "1 explicit=0 noany=0", "*", "1" }, AGREE_ON_NONE },
	{ "anyPolicy of the leaf is forbidden",
	  { "1 explicit=0 noany=0", "1", "*" },
	  AGREE_ON_NONE },
	{ "anyPolicy beside the policy itself", { "1 explicit=0 noany=0", "* 1", "1" }, NULL },
	{ "anyPolicy is forbidden one later", { "1 explicit=0 noany=1", "*", "1" }, NULL },
	{ "and not by the one after it", { "1 explicit=0 noany=1", "*", "*" }, AGREE_ON_NONE },
	{ "of a self-issued CA it is allowed", { "1 explicit=0 noany=0", "* self", "1" }, NULL },
	{ "of a self-issued leaf it is not",
	  { "1 explicit=0 noany=0", "1", "* self" },
	  AGREE_ON_NONE },
	{ "a self-issued CA is not counted", { "1 explicit=0 noany=1", "1 self", "*", "1" }, NULL },
	{ "a later and larger number does not undo it",
	  { "1 explicit=0 noany=0", "1 noany=9", "*" },
	  AGREE_ON_NONE },
	{ "anyPolicy passes on what was expected", { "1 2 explicit=0", "*", "2" }, NULL },
	{ "and nothing besides", { "1 2 explicit=0", "*", "3" }, AGREE_ON_NONE },
	{ "anyPolicy once lost does not come back", { "1 explicit=0", "* 1", "3" }, AGREE_ON_NONE },

	/* Mappings */
	{ "mapped", { "1 explicit=0 1>2", "2" }, NULL },
	{ "mapped, and the leaf keeps to the old one", { "1 explicit=0 1>2", "1" }, AGREE_ON_NONE },
	{ "mapped to itself besides", { "1 explicit=0 1>2 1>1", "1" }, NULL },
	{ "mapped to two", { "1 explicit=0 1>2 1>3", "3" }, NULL },
	{ "two to one", { "1 2 explicit=0 1>3 2>3", "3" }, NULL },
	{ "swapped", { "1 2 explicit=0 1>2 2>1", "1" }, NULL },
	{ "swapped, of which one was not there", { "1 explicit=0 1>2 2>1", "2" }, NULL },
	{ "swapped, of which one was not there, the other",
	  { "1 explicit=0 1>2 2>1", "1" },
	  AGREE_ON_NONE },
	{ "a policy not asserted", { "1 explicit=0 5>6", "6" }, AGREE_ON_NONE },
	{ "a policy not asserted leaves the others", { "1 explicit=0 5>6", "1" }, NULL },
	{ "under anyPolicy", { "* explicit=0 5>6", "6" }, NULL },
	{ "a chain of mappings", { "1 explicit=0 1>2", "2 2>3", "3 3>4", "4" }, NULL },
	{ "a chain of mappings is walked step by step",
	  { "1 explicit=0 1>2 2>3", "3", "3" },
	  AGREE_ON_NONE },
	{ "a chain of mappings that breaks", { "1 explicit=0 1>2", "2 1>3", "3" }, AGREE_ON_NONE },
	{ "mapped, and passed on by anyPolicy", { "1 explicit=0 1>2", "*", "2" }, NULL },
	{ "to anyPolicy", { "1 1>*", "1" }, MAPS_ANY },
	{ "from anyPolicy", { "1 *>1", "1" }, MAPS_ANY },
	{ "from anyPolicy, behind a good one", { "1 1>2 *>1", "1" }, MAPS_ANY },
	{ "the mappings of the leaf are nobody's matter", { "1 explicit=0", "1 1>*" }, NULL },
	/* inhibitPolicyMapping */
	{ "mappings forbidden", { "1 explicit=0 nomap=0", "1 1>2", "2" }, AGREE_ON_NONE },
	{ "mappings forbidden: what is mapped is lost",
	  { "1 explicit=0 nomap=0", "1 1>2", "1" },
	  AGREE_ON_NONE },
	{ "mappings forbidden, another one stays",
	  { "1 3 explicit=0 nomap=0", "1 3 1>2", "3" },
	  NULL },
	{ "who forbids them may still map", { "1 explicit=0 nomap=0 1>2", "2", "2" }, NULL },
	{ "mappings forbidden one later", { "1 explicit=0 nomap=1", "1 1>2", "2" }, NULL },
	{ "mappings forbidden two later",
	  { "1 explicit=0 nomap=1", "1 1>2", "2 2>3", "3" },
	  AGREE_ON_NONE },
	{ "a self-issued one is not counted",
	  { "1 explicit=0 nomap=1", "1 self", "1 1>2", "2" },
	  NULL },

	/* 4.2.1.4: none twice */
	{ "the same policy twice",
	  { "1 1", "1" },
	  "an issuer's certificate policies are malformed" },
	{ "anyPolicy twice", { "* *", "1" }, "an issuer's certificate policies are malformed" },
	{ "the same policy twice in the leaf",
	  { "1", "2 1 2" },
	  "an issuer's certificate policies are malformed" },
};

static void walks_paths(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_facts certs[LONGEST];
		size_t count = 0;
		for (; count < LONGEST && row->certs[count]; count++)
			certs[count] = cert_of(*state, row->certs[count]);
		assert_row_string(row->name, judge(certs, count), row->wrong);
	}
}

#define POLICIES    "an issuer's certificate policies are malformed"
#define CONSTRAINTS "an issuer's policy constraints are malformed"
#define INHIBIT     "an issuer's inhibitAnyPolicy is malformed"
#define MAPPINGS    "an issuer's policy mappings are malformed"

/* What stands in the extension of a CA. */
static const struct odd_row {
	const char *name, *policies, *mappings, *constraints, *inhibit;
	const char *wrong;
} odd_rows[] = {
	{ "policies with a qualifier", .policies = "30 08 30 06 06 02 2a 03 30 00" },
	{ "no policies in the list", .policies = "30 00", .wrong = POLICIES },
	{ "policies that are no list", .policies = "05 00", .wrong = POLICIES },
	{ "an OID outside its SEQUENCE", .policies = "30 04 06 02 2a 03", .wrong = POLICIES },
	{ "a policy without OID", .policies = "30 02 30 00", .wrong = POLICIES },
	{ "more behind the policies", .policies = "30 06 30 04 06 02 2a 03 00", .wrong = POLICIES },
	{ "no mappings in the list", .mappings = "30 00", .wrong = MAPPINGS },
	{ "mappings that are no list", .mappings = "05 00", .wrong = MAPPINGS },
	{ "half a mapping", .mappings = "30 06 30 04 06 02 2a 03", .wrong = MAPS_ANY },
	{ "a mapping of three", .mappings = "30 0e 30 0c 06 02 2a 03 06 02 2a 04 06 02 2a 05",
	  .wrong = MAPS_ANY },
	{ "more behind the mappings", .mappings = "30 0a 30 08 06 02 2a 03 06 02 2a 04 00",
	  .wrong = MAPPINGS },
	{ "constraints that hold nothing", .constraints = "30 00", .wrong = CONSTRAINTS },
	{ "constraints that are no list", .constraints = "05 00", .wrong = CONSTRAINTS },
	{ "constraints in the wrong order", .constraints = "30 06 81 01 00 80 01 00",
	  .wrong = CONSTRAINTS },
	{ "a third constraint", .constraints = "30 06 80 01 05 82 01 00", .wrong = CONSTRAINTS },
	{ "a negative constraint", .constraints = "30 03 80 01 ff", .wrong = CONSTRAINTS },
	{ "a constraint of nothing", .constraints = "30 02 80 00", .wrong = CONSTRAINTS },
	{ "a constraint with a zero too many", .constraints = "30 04 80 02 00 05",
	  .wrong = CONSTRAINTS },
	{ "a constraint of 2^31", .constraints = "30 07 81 05 00 80 00 00 00",
	  .wrong = CONSTRAINTS },
	{ "more behind the constraints", .constraints = "30 03 80 01 05 00", .wrong = CONSTRAINTS },
	{ "inhibitAnyPolicy that is no INTEGER", .inhibit = "05 00", .wrong = INHIBIT },
	{ "inhibitAnyPolicy negative", .inhibit = "02 01 ff", .wrong = INHIBIT },
	{ "more behind inhibitAnyPolicy", .inhibit = "02 01 00 00", .wrong = INHIBIT },
};

static struct bytes hex_or_none(struct arena *mem, const char *hex)
{
	return hex ? der_hex(mem, hex) : (struct bytes){ 0 };
}

static void refuses_what_is_malformed(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(odd_rows); i++) {
		const struct odd_row *row = &odd_rows[i];
		struct cert_facts certs[2] = { 0 };
		certs[0].policies = hex_or_none(mem, row->policies);
		certs[0].policy_mappings = hex_or_none(mem, row->mappings);
		certs[0].policy_constraints = hex_or_none(mem, row->constraints);
		certs[0].inhibit_any = hex_or_none(mem, row->inhibit);
		assert_row_string(row->name, judge(certs, 2), row->wrong);
	}
	struct cert_facts leaf = { .policy_constraints = DER_LITERAL("\x30\x00") };
	assert_string_equal(judge(&leaf, 1), "the certificate's policy constraints are malformed");
}

static const char *numbers(struct arena *mem, int from, int count)
{
	const char *words = "";
	for (int i = 0; i < count; i++)
		words = arena_printf(mem, "%s %d", words, from + i);
	return words;
}

static void follows_so_many_policies_and_no_more(void **state)
{
	struct arena *mem = *state;
	struct cert_facts certs[3];
	certs[0] = cert_of(mem, arena_printf(mem, "explicit=0%s", numbers(mem, 1, POLICIES_MAX)));
	certs[1] = cert_of(mem, arena_printf(mem, "%d", POLICIES_MAX));
	assert_null(judge(certs, 2));
	certs[0] = cert_of(mem, numbers(mem, 1, POLICIES_MAX + 1));
	assert_string_equal(judge(certs, 2),
			    "a certificate of the chain holds more policies than we follow");
	certs[0] = cert_of(mem, arena_printf(mem, "%s *", numbers(mem, 1, POLICIES_MAX)));
	assert_string_equal(judge(certs, 2),
			    "a certificate of the chain holds more policies than we follow");
	/* One policy mapped to more than there is room for, and passed on beside others. */
	const char *mappings = "1";
	for (int i = 2; i < 2 * POLICIES_MAX + 3; i++)
		mappings = arena_printf(mem, "%s 1>%d", mappings, i);
	certs[0] = cert_of(mem, mappings);
	assert_string_equal(judge(certs, 2),
			    "a certificate of the chain holds more policies than we follow");
	const char *fits = "1";
	for (int i = 2; i < 2 * POLICIES_MAX + 2; i++)
		fits = arena_printf(mem, "%s 1>%d", fits, i);
	certs[0] = cert_of(mem, fits);
	certs[1] = cert_of(mem, "*");
	certs[2] = cert_of(mem, arena_printf(mem, "%d explicit=0", 2 * POLICIES_MAX + 1));
	assert_null(judge(certs, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_paths),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(follows_so_many_policies_and_no_more),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
