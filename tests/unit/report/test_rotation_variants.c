// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation that leaves something alone: warm blocks, a busy host, one with memory to spare.
 * keep_raw, skip_if_busy, gate (STRATEGIES.md, variants). linux-6.1 boots the lowest block first.
 */
#include "bs_test.h"

#include "bs_report_world.h"
#include "bs_rotation_test.h"

#define M BS_MIGRATE_MOVABLE

/* ---- keep_raw -------------------------------------------------------------------------------- */

/*
 *   before   o10 M: [0] [1024] [2048] [3072]
 *   full     0, 1024 go to the host:         [2048] [3072] [1024r] [0r]
 *   then     2048 too; 3072 is the last raw one and stays, in front
 *   after    [3072] [1024r] [0r] [2048r]     the next allocation finds warm memory
 */
static void test_warm_blocks_stay_in_front(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 2048:10 | ");
	bs_assert_list(w, 10, M, "3072,1024r,0r,2048r");
	/* used and freed, it is the warm one again: nothing to report */
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	bs_world_free(w, 3072, 10);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "");
	/* a second one is freed above it: the warmer is reported, one stays */
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 1024, 10);
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_raw_bytes(w->rc), 4 << 20);
	bs_world_destroy(w);
}

/*
 *   keep_raw=1   o9 M: [0] [1024]   o10 M: [2048] [3072]      one of each order stays
 *   keep_raw=0   from then on all of it is news
 */
static void test_it_counts_by_order_and_changes_at_run_time(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 2048, 10);
	bs_world_free(w, 1024, 9);
	bs_world_free(w, 0, 9);
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	bs_assert_list(w, 9, M, "1024,0r");
	bs_assert_list(w, 10, M, "3072,2048r");
	assert_false(w->wake_armed);
	bs_world_set(w, "keep_raw", "0");
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	/* Switched on by a number set at run time: what is marked already is counted then. */
	assert_int_equal(bs_world_alloc(w, 10, M), 2048);
	bs_world_set(w, "keep_raw", "1");
	bs_world_free(w, 2048, 10);
	bs_world_settle(w, 9);
	bs_assert_list(w, 10, M, "2048,3072r");
	bs_world_destroy(w);
}

/* While it is off, or does not look at the order, blocks come and go unheard; the count is right
 * afterwards. */
static void test_the_count_survives_what_is_not_heard(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	for (bs_pfn p = 0; p < 3072; p += 1024)
		bs_world_free(w, p, 9);
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	bs_world_settle(w, 9);
	bs_assert_list(w, 9, M, "0,1024r,2048r");
	/* order=10: two marked blocks of order 9 are used, and come back raw */
	bs_world_set(w, "order", "10");
	for (unsigned int i = 0; i < 3; i++)
		assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	for (bs_pfn p = 0; p < 3072; p += 1024)
		bs_world_free(w, p, 9);
	bs_world_set(w, "order", "9");
	bs_world_free(w, 3072, 9); /* asks */
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_raw_bytes(w->rc), 2 << 20);
	bs_report_stop(w->rc);
	assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	assert_int_equal(bs_report_start(w->rc), 0);
	bs_world_settle(w, 9);
	/* both were raw or marked; of what is left at most one is raw */
	assert_true(bs_report_raw_bytes(w->rc) <= 2 << 20);
	bs_world_destroy(w);
}

/* ---- skip_if_busy ---------------------------------------------------------------------------- */

/*
 *   busy   0, 1024 were out; back unreported, at the tail:  [2048] [3072] [1024] [0]
 *          nothing is sent, the pass is over, the next one is due after the delay
 *   free   all is reported, and it goes idle
 */
static void test_a_busy_host_is_left_alone(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	w->busy = true;
	bs_world_start(w, "rotation:capacity=2,skip_if_busy=on,delay=1s", 32);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_true(bs_world_work(w));
		assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_REQUESTED);
		assert_int_equal(w->wake_at, (i + 1) * BS_NS_PER_S);
		if (i == 1)
			bs_assert_list(w, 10, M, "2048,3072,1024,0");
	}
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 0);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.aborted_passes, 0); /* nothing went wrong */
	w->busy = false;
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	bs_world_destroy(w);
}

static void busy_with_the_first(struct bs_world *w, unsigned int call)
{
	w->busy = call == 1;
}

/* Between two requests of a pass, and for everybody else by default. */
static void test_busy_in_the_middle(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = busy_with_the_first;
	bs_world_start(w, "rotation:capacity=2,skip_if_busy=on", 32);
	assert_true(bs_world_work(w));
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 8 << 20);
	w->busy = false;
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);

	w = bs_world_create("linux-6.1", 4096);
	w->busy = true;
	bs_world_start(w, "rotation:capacity=2", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* With our own request on its way a busy host is no surprise: that one is waited for first. */
static void test_our_own_requests_are_no_reason(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = busy_with_the_first;
	bs_world_start(w, "rotation:capacity=1,depth=2,skip_if_busy=on,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* ---- gate ------------------------------------------------------------------------------------ */

/* Nothing is asked for while the host has room; when it has not, all that became free meanwhile is
 * reported after one delay. */
static void test_only_under_pressure(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,gate=60", 32);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	bs_world_free(w, 0, 10);
	assert_false(w->wake_armed);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 59);
	assert_false(w->wake_armed);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 60);
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	/* More of it is no news, less closes the gate. */
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 90);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10); /* asks */
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 10);
	assert_int_equal(bs_world_settle(w, 9), 1);
	bs_assert_list(w, 10, M, "1024,0r,3072r,2048r");
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	/* A lower gate lets it through. */
	bs_world_set(w, "gate", "10");
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

static void relieve(struct bs_world *w, unsigned int call)
{
	bs_report_event(w->rc, BS_EVENT_PRESSURE, call == 1 ? 0 : 100);
}

/* It falls during a request: no other follows. Rising again during one is not lost. */
static void test_pressure_moves_during_a_pass(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = relieve;
	bs_world_start(w, "rotation:capacity=2,gate=50", 32);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 50);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072,2048");
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 50);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warm_blocks_stay_in_front),
		cmocka_unit_test(test_it_counts_by_order_and_changes_at_run_time),
		cmocka_unit_test(test_the_count_survives_what_is_not_heard),
		cmocka_unit_test(test_a_busy_host_is_left_alone),
		cmocka_unit_test(test_busy_in_the_middle),
		cmocka_unit_test(test_our_own_requests_are_no_reason),
		cmocka_unit_test(test_only_under_pressure),
		cmocka_unit_test(test_pressure_moves_during_a_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
