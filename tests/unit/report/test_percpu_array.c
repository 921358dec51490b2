// SPDX-License-Identifier: GPL-2.0-or-later
/* percpu-array: what is recorded, what is dropped, who scans (STRATEGIES.md, percpu-array). */
#include "bs_test.h"

#include "bs_report_world.h"
#include "percpu_array.h"

#define M BS_MIGRATE_MOVABLE

static struct bs_world *full_world(const char *strategy, uint64_t pages, unsigned int capacity)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", pages);

	bs_world_start(w, strategy, capacity);
	return w;
}

static const struct bs_percpu_array *array_of(struct bs_world *w, unsigned int cpu)
{
	return bs_cpu_state(w->rc, cpu);
}

/*
 *   free 5120, 1024, 3072    o10 M: [3072] [1024] [5120]     three entries: the threshold
 *   scan                     by address, all out at once, in requests of the device's size
 *   after                    o10 M: [5120] [3072] [1024]     no mark, array empty
 */
static void test_a_full_array_is_told_at_once(void **state)
{
	struct bs_world *w = full_world("percpu-array:entries=8,threshold=3", 8192, 2);
	struct bs_report_stats st;

	(void)state;
	bs_world_free(w, 5120, 10);
	bs_world_free(w, 1024, 10);
	assert_false(w->wake_armed);
	bs_world_free(w, 3072, 10);
	assert_true(w->wake_armed);
	assert_true(bs_world_work(w));
	assert_string_equal(bs_world_log(w), "1024:10 3072:10 | 5120:10 | ");
	bs_assert_list(w, 10, M, "5120,3072,1024");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 3 * (BS_UNIT_SIZE << 10)); /* not 2: all of them */
	assert_int_equal(array_of(w, 0)->n, 0);
	assert_false(w->wake_armed); /* its own frees are no news */
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* A block of 2 MiB is below the order; freed with its buddy it becomes an entry, once. */
static void test_what_is_recorded(void **state)
{
	struct bs_world *w = full_world("percpu-array:entries=8,threshold=8", 8192, 2);

	(void)state;
	bs_world_free(w, 1024, 9);
	assert_int_equal(array_of(w, 0)->n, 0);
	bs_world_free(w, 1536, 9);
	assert_int_equal(array_of(w, 0)->n, 1);
	assert_int_equal(array_of(w, 0)->pfn[0], 1024);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10);
	assert_int_equal(array_of(w, 0)->n, 1);
	bs_world_destroy(w);
}

/* Re-checked at the scan: in use again is not told. */
static void test_what_is_in_use_again_is_left_alone(void **state)
{
	struct bs_world *w = full_world("percpu-array:entries=8,threshold=2", 8192, 2);

	(void)state;
	bs_world_free(w, 5120, 10);
	bs_world_free(w, 1024, 10);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "5120:10 | ");
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

/* While the scan waits for the host, frees go on: what finds the array full is dropped, and what
 * was written is forgotten when the scan resets the index. Neither is ever told. */
static void free_more(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		for (bs_pfn p = 4096; p < 8192; p += 1024)
			bs_world_free(w, p, 10);
}

static void test_overrun_drops_hints(void **state)
{
	struct bs_world *w = full_world("percpu-array:entries=3,threshold=2", 8192, 2);

	(void)state;
	w->during = free_more;
	bs_world_free(w, 0, 10);
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "0:10 1024:10 | ");
	assert_int_equal(array_of(w, 0)->dropped, 3); /* one entry was left of three */
	bs_world_settle(w, 8);
	assert_string_equal(bs_world_log(w), "");
	assert_int_equal(bs_report_raw_bytes(w->rc), 4 * (BS_UNIT_SIZE << 10));
	bs_world_destroy(w);
}

/* A pass of one CPU looks at that CPU's array only. */
static void test_each_cpu_its_own(void **state)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = 8192};
	const struct bs_mem_range range = {.end = 8192};
	const struct bs_machine_config cfg = {.kernel = "linux-5.4",
					      .ranges = &range,
					      .nr_ranges = 1,
					      .zones = &zone,
					      .nr_zones = 1,
					      .nr_cpus = 2};
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);
	struct bs_error err;

	(void)state;
	bs_machine_destroy(w->m);
	assert_ok(bs_machine_create(&cfg, &w->m, &err), &err);
	bs_zone_set_watermarks(w->m, 0, 0, 0, 0);
	bs_world_start(w, "percpu-array:entries=8,threshold=1", 8);
	bs_free_pages(w->m, 0, bs_alloc_pages(w->m, 0, BS_GFP_KERNEL, 10), 10);
	bs_free_pages(w->m, 1, bs_alloc_pages(w->m, 1, BS_GFP_KERNEL | BS_GFP_MOVABLE, 10), 10);
	assert_int_equal(array_of(w, 0)->n + array_of(w, 1)->n, 2);
	assert_int_equal(array_of(w, 1)->n, 1);
	bs_report_pass(w->rc, 1);
	assert_int_equal(array_of(w, 0)->n, 1);
	assert_int_equal(array_of(w, 1)->n, 0);
	assert_true(w->wake_armed); /* and leaves the worker's timer alone */
	assert_true(bs_wake_pending(w->rc));
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_array_is_told_at_once),
		cmocka_unit_test(test_what_is_recorded),
		cmocka_unit_test(test_what_is_in_use_again_is_left_alone),
		cmocka_unit_test(test_overrun_drops_hints),
		cmocka_unit_test(test_each_cpu_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
