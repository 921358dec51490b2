// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hwm.c: when a zone is requested, and what the four series that share it leave. Each of them is asked.
 */
#include "bs_test.h"

#include <stdio.h>

#include "hwm.h"

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

static const char *const series[] = {"bubble", "scatterlist", "boundary", "list-walk"};
#define NR_SERIES (sizeof(series) / sizeof(series[0]))

static struct bs_world *full_world(const char *name, const char *params)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 16384);
	char spec[64];

	snprintf(spec, sizeof(spec), "%s:%s", name, params);
	bs_world_start(w, spec, 32);
	bs_world_settle(w, 9); /* the initial flush finds nothing */
	return w;
}

/* Three raw blocks of order 10 are below the mark, four are not. */
static void test_the_mark_requests(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NR_SERIES; i++) {
		struct bs_world *w = full_world(series[i], "hwm=4,delay=50ms");
		const struct bs_hwm_zone *z = bs_zone_state(w->rc, 0);
		const struct bs_hwm *s = bs_state(w->rc);

		for (bs_pfn pfn = 1024; pfn <= 3 * 2048; pfn += 2048)
			bs_world_free(w, pfn, 10);
		assert_false(z->requested || w->wake_armed);
		bs_world_free(w, 4 * 2048, 10);
		assert_true(z->requested);
		assert_int_equal(s->refcount, 1);
		assert_int_equal(w->wake_at, w->now + 50 * BS_NS_PER_MS);
		bs_world_settle(w, 9);
		assert_false(z->requested || z->active);
		assert_int_equal(s->refcount, 0);
		assert_int_equal(bs_hwm_reported(z, 10), 4);
		assert_int_equal(bs_report_raw_bytes(w->rc), 0);
		bs_world_destroy(w);
	}
}

/* keep_raw=2: that many of the order stay warm. */
static void test_warm_blocks_stay(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NR_SERIES; i++) {
		struct bs_world *w = full_world(series[i], "hwm=4,keep_raw=2");
		const struct bs_hwm_zone *z = bs_zone_state(w->rc, 0);

		for (bs_pfn pfn = 1024; pfn <= 4 * 2048; pfn += 2048)
			bs_world_free(w, pfn, 10);
		bs_world_settle(w, 9);
		assert_int_equal(bs_hwm_reported(z, 10), 2);
		assert_int_equal(bs_report_raw_bytes(w->rc), 8 << 20);
		bs_world_destroy(w);
	}
}

/* Counters persist while it is off, and follow what happens to marked blocks. */
static void test_counters_outlive_a_stop(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NR_SERIES; i++) {
		struct bs_world *w = full_world(series[i], "hwm=1");
		const struct bs_hwm_zone *z = bs_zone_state(w->rc, 0);

		bs_world_free(w, 1024, 10);
		bs_world_free(w, 3072, 10);
		bs_world_settle(w, 9);
		assert_int_equal(bs_hwm_reported(z, 10), 2);
		bs_report_stop(w->rc);
		assert_int_equal(bs_world_alloc(w, 10, M) % 1024, 0);
		assert_int_equal(bs_hwm_reported(z, 10), 1);
		assert_int_equal(bs_report_start(w->rc), 0);
		assert_int_equal(bs_hwm_reported(z, 10), 1);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_mark_requests),
		cmocka_unit_test(test_warm_blocks_stay),
		cmocka_unit_test(test_counters_outlive_a_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
