// SPDX-License-Identifier: GPL-2.0-or-later
/* shared-state: the host evicts what is free, where it stands; what the guest takes is
 * installed. */
#include "bs_test.h"

#include "bs_report_world.h"
#include "mm_report.h"

#define M BS_MIGRATE_MOVABLE

static struct bs_world *full_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	bs_world_start(w, strategy, 32);
	bs_world_work(w); /* the first tick finds nothing */
	bs_world_log(w);
	return w;
}

/* Freed, and evicted at the next tick. */
static void evict(struct bs_world *w, bs_pfn pfn, unsigned int order)
{
	bs_world_free(w, pfn, order);
	bs_world_work(w);
	bs_world_log(w);
}

/*
 *   o9 M: [3072]   o10 M: [5120] [1024]      five frames
 *   tick           in address order, three frames at a time
 *   after          the same lists: nothing was taken, nothing moved
 */
static void test_frames_are_evicted_where_they_stand(void **state)
{
	struct bs_world *w = full_world("shared-state:batch=3");
	struct bs_report_stats st;

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 9);
	bs_world_free(w, 5120, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 3072:9 | 5120:10 | ");
	bs_assert_list(w, 10, M, "5120,1024");
	bs_assert_list(w, 9, M, "3072");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* The timer ticks every 5 s from the beginning of time, not 5 s after a free. */
static void test_the_tick(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	w->now = 7 * BS_NS_PER_S;
	bs_world_free(w, 1024, 10);
	assert_int_equal(w->wake_at, 10 * BS_NS_PER_S);
	bs_world_destroy(w);
}

/*
 *   o10 M: [1024]        evicted; a page is cut from it: frame 1024 is installed, 1536 is not
 *   free the page        o10 M: [1024] again: half of it is to be evicted
 */
static void test_an_allocation_installs_its_frame_only(void **state)
{
	struct bs_world *w = full_world("shared-state");
	bs_pfn page;

	(void)state;
	evict(w, 1024, 10);
	bs_world_use_tail(w);
	assert_string_equal(bs_world_installs(w), "");
	page = bs_world_alloc(w, 0, M);
	assert_int_equal(page, 1024);
	assert_string_equal(bs_world_installs(w), "1024:9@0 "); /* for one page, the frame */
	bs_world_alloc(w, 3, M); /* from the rest of it */
	assert_string_equal(bs_world_installs(w), "");
	bs_world_free(w, 1032, 3);
	bs_assert_list(w, 9, M, "1536");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_settle(w, 4); /* 1536 is evicted already: not told again */
	assert_string_equal(bs_world_log(w), "");
	bs_world_free(w, page, 0);
	bs_assert_list(w, 10, M, "1024");
	assert_int_equal(bs_report_raw_bytes(w->rc), BS_UNIT_SIZE << 9);
	bs_world_work(w); /* and not the half that is evicted already */
	assert_string_equal(bs_world_log(w), "1024:9 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* Three frames under one lock are three: of the second block, the lower one. */
static void test_a_batch_is_counted_in_frames(void **state)
{
	struct bs_world *w = full_world("shared-state:batch=3");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 5120, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 5120:9 | 5632:9 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* 4 MiB at once are two frames. */
static void test_a_large_allocation_installs_both(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	assert_string_equal(bs_world_installs(w), "1024:9@0 1536:9@0 ");
	bs_world_free(w, 1536, 9); /* the upper frame alone is back */
	bs_world_log(w);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1536:9 | ");
	bs_world_destroy(w);
}

/*
 * The per-cpu list refills with 63 pages at once:
 *
 *   o8 M: [8192] (installed)   o9 M: [3072] (evicted)
 *   252 pages     four refills out of 8192
 *   the 253rd     the fifth takes the last four of 8192 and cuts 59 from frame 3072
 *   the 257th     is the first that is a page of 3072: now it is installed
 */
static void test_pages_wait_on_a_per_cpu_list(void **state)
{
	struct bs_world *w = full_world("shared-state");
	bs_pfn pfn;

	(void)state;
	evict(w, 3072, 9);
	bs_zone_set_pcp(w->m, 0, 1024, 63);
	/* Four refills of 63; the fifth takes the last four, and 59 of the frame. */
	bs_world_use_tail(w);
	assert_string_equal(bs_world_installs(w), "");
	bs_assert_list(w, 9, M, "");
	pfn = bs_world_alloc(w, 0, M);
	assert_true(pfn >= 3072 && pfn < 3072 + 512);
	assert_string_equal(bs_world_installs(w), "3072:9@0 ");
	bs_world_alloc(w, 0, M);
	assert_string_equal(bs_world_installs(w), "");
	bs_world_destroy(w);
}

/* The frame was cut for a per-cpu list and nobody was handed a page of it: whole again, it is as
 * evicted as it was, and neither told again nor counted as raw. */
static void test_a_frame_that_nobody_had_stays_evicted(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	evict(w, 3072, 9);
	bs_zone_set_pcp(w->m, 0, 1024, 63);
	bs_world_use_tail(w);
	bs_assert_list(w, 9, M, "");
	bs_drain_pages(w->m, BS_ALL_CPUS);
	bs_assert_list(w, 9, M, "3072");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_settle(w, 4);
	assert_string_equal(bs_world_log(w), "");
	bs_zone_set_pcp(w->m, 0, 0, 1);
	assert_int_equal(bs_world_alloc(w, 0, M), 3072);
	assert_string_equal(bs_world_installs(w), "3072:9@0 ");
	bs_world_destroy(w);
}

/* Two frames are cut before a page of either is handed out: both are installed, each for its own
 * first page. Frames of two types: a request of the one refills from the one, the other's from the
 * other. */
static void test_two_frames_at_once(void **state)
{
	struct bs_world *w = full_world("shared-state");
	bs_pfn first[2] = {3072, 5120};

	(void)state;
	bs_mm_set_pageblock_type(w->m, 5120, BS_MIGRATE_UNMOVABLE);
	for (unsigned int i = 0; i < 2; i++)
		bs_world_free(w, first[i], 9);
	bs_world_work(w);
	bs_world_log(w);
	bs_zone_set_pcp(w->m, 0, 1024, 63);
	bs_world_use_tail(w);
	bs_assert_list(w, 9, M, "");
	/* the fifth refill cut 3072; this one cuts 5120 and is handed its first page */
	assert_int_equal(bs_world_alloc(w, 0, BS_MIGRATE_UNMOVABLE) >> 9, 5120 >> 9);
	assert_string_equal(bs_world_installs(w), "5120:9@0 ");
	assert_int_equal(bs_world_alloc(w, 0, M) >> 9, 3072 >> 9);
	assert_string_equal(bs_world_installs(w), "3072:9@0 ");
	bs_world_destroy(w);
}

/* The guest takes a frame while the host still works on it: it is the guest's, and is evicted again
 * when it has been freed. */
static void take_one(struct bs_world *w, unsigned int call)
{
	(void)call;
	assert_int_equal(bs_world_alloc(w, 10, M), 5120);
}

static void test_the_guest_may_take_it_meanwhile(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 5120, 10);
	w->during = take_one;
	bs_world_work(w);
	w->during = NULL;
	assert_string_equal(bs_world_log(w), "1024:10 5120:10 | ");
	assert_int_equal(w->violations, 0);
	bs_world_free(w, 5120, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "5120:10 | ");
	bs_world_destroy(w);
}

/* What the host failed to discard is still installed, and is tried again at the next tick. */
static void test_a_failed_discard_is_tried_again(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	w->fail_call = w->calls + 1;
	bs_world_work(w);
	assert_true(w->wake_armed);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 | 1024:10 | ");
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_are_evicted_where_they_stand),
		cmocka_unit_test(test_the_tick),
		cmocka_unit_test(test_an_allocation_installs_its_frame_only),
		cmocka_unit_test(test_a_batch_is_counted_in_frames),
		cmocka_unit_test(test_a_large_allocation_installs_both),
		cmocka_unit_test(test_pages_wait_on_a_per_cpu_list),
		cmocka_unit_test(test_a_frame_that_nobody_had_stays_evicted),
		cmocka_unit_test(test_two_frames_at_once),
		cmocka_unit_test(test_the_guest_may_take_it_meanwhile),
		cmocka_unit_test(test_a_failed_discard_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
