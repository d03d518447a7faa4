/* Names of a chain numbered: the same number for the same name, however it is spelt. */
#include "unit.h"

#include "der_fixture.h"
#include "tls/dn.h"
#include "tls/naming.h"

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

static struct cert_facts cert_of(struct arena *mem, const char *subject, const char *issuer)
{
	struct der_plan plan = { .subject = der_name(mem, subject),
				 .issuer = der_name(mem, issuer) };
	return der_read(mem, &plan);
}

static void numbers_names_by_what_they_say(void **state)
{
	struct arena *mem = *state;
	struct cert_facts chain[5] = { 0 }; /* the third could not be read */
	chain[0] = cert_of(mem, "CN=leaf", "CN=middle");
	chain[1] = cert_of(mem, "CN:u=MIDDLE", "O=Big  Root");
	chain[3] = cert_of(mem, "O=big root", "O:b=Big Root");
	chain[4] = cert_of(mem, "CN=leaf", "CN=other");
	struct naming naming;
	naming_read(chain, ARRAY_SIZE(chain), &naming);
	assert_int_equal(naming.count, 4);
	assert_int_equal(naming.issuer[0], naming.subject[1]);
	assert_int_equal(naming.issuer[1], naming.subject[3]);
	assert_int_equal(naming.subject[3], naming.issuer[3]);
	assert_int_equal(naming.subject[0], naming.subject[4]);
	assert_int_not_equal(naming.subject[0], naming.issuer[0]);
	assert_int_not_equal(naming.issuer[4], naming.issuer[0]);
}

static void has_room_for_as_many_as_there_are(void **state)
{
	struct arena *mem = *state;
	struct cert_facts chain[CHAIN_MAX];
	struct naming naming;
	for (size_t i = 0; i < CHAIN_MAX; i++)
		chain[i] = cert_of(mem, arena_printf(mem, "CN=s%zu", i),
				   arena_printf(mem, "CN=i%zu", i));
	naming_read(chain, CHAIN_MAX, &naming);
	assert_int_equal(naming.count, 2 * CHAIN_MAX);
	assert_true(dn_equal(naming.names[naming.issuer[CHAIN_MAX - 1]],
			     chain[CHAIN_MAX - 1].issuer_der));
}

/* Anchors of one name, in their order, and no more than there is room for. */
static void finds_the_anchors_of_a_name(void **state)
{
	struct arena *mem = *state;
	struct bytes ders[SAME_NAME + 2];
	for (size_t i = 0; i < ARRAY_SIZE(ders); i++) {
		uint8_t serial[] = { (uint8_t)(i + 1) };
		struct der_plan plan = { .subject = der_name(mem, i == 0 ? "CN=else" : "CN=root"),
					 .serial = { serial, 1 } };
		ders[i] = der_cert(mem, &plan);
	}
	const struct cert_facts chain[] = { cert_of(mem, "CN=leaf", "CN:u=Root") };
	struct naming naming;
	naming_read(chain, 1, &naming);
	CLEANUP(trust_free) struct trust *few = trust_of(ders, 4);
	const struct namesakes *found = naming_anchors(&naming, naming.issuer[0], few, mem);
	assert_int_equal(found->count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(found->ders[i].size, ders[i + 1].size);
		assert_memory_equal(found->ders[i].data, ders[i + 1].data, ders[i + 1].size);
	}
	assert_int_equal(naming_anchors(&naming, naming.subject[0], few, mem)->count, 0);
	assert_ptr_equal(naming_anchors(&naming, naming.issuer[0], few, mem), found);

	CLEANUP(trust_free) struct trust *many = trust_of(ders, ARRAY_SIZE(ders));
	naming_read(chain, 1, &naming);
	found = naming_anchors(&naming, naming.issuer[0], many, mem);
	assert_int_equal(found->count, SAME_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_names_by_what_they_say),
		cmocka_unit_test(has_room_for_as_many_as_there_are),
		cmocka_unit_test(finds_the_anchors_of_a_name),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
