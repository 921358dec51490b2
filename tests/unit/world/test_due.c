// SPDX-License-Identifier: GPL-2.0-or-later
/* due.c: what happens next, and in which order at the same instant (MEANING.md, time). */
#include "bs_test.h"

#include "due.h"
#include "rng.h"

static void test_time_goes_before_everything(void **state)
{
	struct bs_due_queue q = {0};

	(void)state;
	bs_due_push(&q, (struct bs_due){.time = 30, .class = BS_DUE_COMPLETION, .what = 1});
	bs_due_push(&q, (struct bs_due){.time = 10, .class = BS_DUE_END, .what = 2});
	bs_due_push(&q, (struct bs_due){.time = 20, .class = BS_DUE_WAKE, .what = 3});
	assert_int_equal(bs_due_next(&q), 10);
	assert_int_equal(bs_due_pop(&q).what, 2);
	assert_int_equal(bs_due_pop(&q).what, 3);
	assert_int_equal(bs_due_pop(&q).what, 1);
	assert_true(bs_due_next(&q) == BS_NO_TIME);
	bs_due_free(&q);
}

static void test_at_one_instant_completion_then_wake_then_release_then_end(void **state)
{
	struct bs_due_queue q = {0};

	(void)state;
	bs_due_push(&q, (struct bs_due){.time = 5, .class = BS_DUE_END, .what = 4});
	bs_due_push(&q, (struct bs_due){.time = 5, .class = BS_DUE_RELEASE, .what = 3});
	bs_due_push(&q, (struct bs_due){.time = 5, .class = BS_DUE_WAKE, .what = 2});
	bs_due_push(&q, (struct bs_due){.time = 5, .class = BS_DUE_COMPLETION, .what = 1});
	for (int want = 1; want <= 4; want++)
		assert_int_equal(bs_due_pop(&q).what, want);
	bs_due_free(&q);
}

/* Any order of pushing comes out sorted, and equals in the order in which they were pushed. */
static void test_random_pushes_come_out_in_order(void **state)
{
	struct bs_due_queue q = {0};
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 7);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(bs_due_push(&q, (struct bs_due){.time = bs_rng_below(&rng, 50),
								 .class = (enum bs_due_class)
									 bs_rng_below(&rng, 3),
								 .what = i}),
				 0);
	struct bs_due last = bs_due_pop(&q);

	while (q.n) {
		struct bs_due d = bs_due_pop(&q);

		assert_true(d.time > last.time || (d.time == last.time && d.class > last.class) ||
			    (d.time == last.time && d.class == last.class && d.seq > last.seq));
		last = d;
	}
	bs_due_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_goes_before_everything),
		cmocka_unit_test(test_at_one_instant_completion_then_wake_then_release_then_end),
		cmocka_unit_test(test_random_pushes_come_out_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
