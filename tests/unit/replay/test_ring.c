// SPDX-License-Identifier: GPL-2.0-or-later
/* ring.c: what waits comes out in the order in which it came, however much there is. */
#include "bs_test.h"

#include "ring.h"

static void test_first_come_first_served(void **state)
{
	struct bs_ring r = {0};
	uint32_t in = 0, out = 0;

	(void)state;
	/* grows twice, each time with its head in the middle */
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1500; i++) {
			const struct bs_deferred d = {.number = in++};

			assert_int_equal(bs_ring_push(&r, &d), 0);
		}
		for (int i = 0; i < 700; i++)
			assert_int_equal(bs_ring_pop(&r).number, out++);
	}
	assert_int_equal(r.n, in - out);
	while (r.n)
		assert_int_equal(bs_ring_pop(&r).number, out++);
	assert_int_equal(in, out);
	bs_ring_free(&r);
	assert_null(r.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_come_first_served)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
