// SPDX-License-Identifier: GPL-2.0-or-later
/* Events are sorted by time, and those of one time stay in their order, over many parts. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include "rng.h"
#include "timesort.h"

static void check_sorted(unsigned int n, uint64_t times, unsigned int runs)
{
	struct bs_spool s;
	struct bs_error err;
	struct bs_rng rng;

	bs_rng_seed(&rng, n);
	assert_ok(bs_spool_open(&s, bs_test_path("x"), sizeof(struct bs_raw_event), &err), &err);
	for (uint32_t i = 0; i < n; i++) {
		const struct bs_raw_event e = {.time = runs ? i % (n / runs)
							    : bs_rng_below(&rng, times),
					       .line = i,
					       .pfn = i * 3u};

		assert_ok(bs_spool_add(&s, &e, &err), &err);
	}
	assert_ok(bs_timesort(&s, bs_test_path("x"), &err), &err);
	assert_int_equal(s.nr, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct bs_raw_event *e = bs_raw_at(&s, i);
		const struct bs_raw_event *before = bs_raw_at(&s, i ? i - 1 : 0);

		assert_int_equal(e->pfn, e->line * 3u);
		if (i &&
		    (before->time > e->time || (before->time == e->time && before->line > e->line)))
			fail_msg("%u of %u: out of order", i, n);
	}
	bs_spool_close(&s);
}

static void test_sorted_and_stable(void **state)
{
	(void)state;
	check_sorted(1, 10, 0);
	check_sorted(1000, 7, 0);
	check_sorted(300000, 50000, 0);
	/* files of single CPUs, one behind the other */
	check_sorted(200000, 0, 3);
	check_sorted(65536 * 2, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_and_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
