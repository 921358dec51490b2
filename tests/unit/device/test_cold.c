// SPDX-License-Identifier: GPL-2.0-or-later
/* cold.c: the order of the latest touch, against a naive list. */
#include "bs_test.h"

#include "cold.h"
#include "rng.h"

#define NR 16

static void test_the_oldest_goes_first(void **state)
{
	struct bs_cold c;
	bs_ns at = 0;

	(void)state;
	assert_int_equal(bs_cold_init(&c, NR), 0);
	assert_true(bs_cold_oldest(&c, &at) == BS_NO_REGION);
	bs_cold_note(&c, 3, 10);
	bs_cold_note(&c, 5, 20);
	bs_cold_note(&c, 3, 30);
	assert_int_equal(bs_cold_oldest(&c, &at), 5);
	assert_int_equal(at, 20);
	bs_cold_remove(&c, 5);
	bs_cold_remove(&c, 5);
	assert_int_equal(bs_cold_oldest(&c, &at), 3);
	assert_int_equal(at, 30);
	bs_cold_remove(&c, 3);
	assert_true(bs_cold_oldest(&c, &at) == BS_NO_REGION);
	bs_cold_destroy(&c);
}

static void test_against_times_of_each(void **state)
{
	bs_ns touched[NR] = {0};
	struct bs_cold c;
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 7);
	assert_int_equal(bs_cold_init(&c, NR), 0);
	for (bs_ns now = 1; now < 20000; now++) {
		const uint32_t r = (uint32_t)bs_rng_below(&rng, NR);
		uint32_t want = BS_NO_REGION;
		bs_ns at = 0;

		if (bs_rng_below(&rng, 3)) {
			bs_cold_note(&c, r, now);
			touched[r] = now;
		} else {
			bs_cold_remove(&c, r);
			touched[r] = 0;
		}
		for (uint32_t i = 0; i < NR; i++)
			if (touched[i] && (want == BS_NO_REGION || touched[i] < touched[want]))
				want = i;
		assert_true(bs_cold_oldest(&c, &at) == want);
		assert_true(want == BS_NO_REGION || at == touched[want]);
	}
	bs_cold_destroy(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_goes_first),
		cmocka_unit_test(test_against_times_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
