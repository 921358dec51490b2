// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation with several requests in flight at once: depth (STRATEGIES.md, variants). linux-6.1
 * boots the lowest block first.
 */
#include "bs_test.h"

#include "bs_report_world.h"
#include "bs_rotation_test.h"

#define M BS_MIGRATE_MOVABLE

struct seen {
	unsigned int in_flight, most; /* requests */
	unsigned int order[16], n; /* in which they were waited for */
};

static void look(struct bs_world *w, unsigned int call)
{
	struct seen *seen = w->arg;

	seen->in_flight = 0;
	for (unsigned int i = 0; i < BS_WORLD_QUEUE; i++)
		seen->in_flight += w->in_flight_call[i] != 0;
	if (seen->in_flight > seen->most)
		seen->most = seen->in_flight;
	seen->order[seen->n++ & 15] = call;
}

/*
 *   before   o10 M: [0] [1024] ... [5120]
 *   0, 1024, 2048 are on their way at once; then 0 is waited for, 3072 goes, ...
 *   after    [0r] [1024r] [2048r] [3072r] [4096r] [5120r]     oldest first
 */
static void test_several_requests_in_flight(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 6 * 1024);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_world_start(w, "rotation:capacity=1,depth=3,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w),
			    "0:10 | 1024:10 | 2048:10 | 3072:10 | 4096:10 | 5120:10 | ");
	bs_assert_list(w, 10, M, "0r,1024r,2048r,3072r,4096r,5120r");
	assert_int_equal(seen.most, 3);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(seen.order[i], i + 1);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 3 * (4 << 20)); /* depth x capacity, no more */
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.calls, 6);
	assert_false(w->not_taken);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* The device's queue holds 4: the fifth waits for the first, nothing fails and nothing is lost. */
static void test_a_queue_shorter_than_the_depth(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 8 * 1024);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_world_start(w, "rotation:capacity=1,depth=7,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(seen.most, BS_WORLD_QUEUE);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 8);
	assert_int_equal(st.failed_calls, 0);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/*
 * 0, 1024, 2048 are on their way; 0 fails. Nothing more is sent, the others are waited for and
 * count.
 *   after    [3072] [4096] [5120] [0] [1024r] [2048r]
 */
static void test_an_error_with_others_in_flight(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 6 * 1024);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 1;
	bs_world_start(w, "rotation:capacity=1,depth=3,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "0:10 | 1024:10 | 2048:10 | ");
	bs_assert_list(w, 10, M, "3072,4096,5120,0,1024r,2048r");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	bs_world_destroy(w);
}

/* Blocks that are half out when the error comes to light go back raw. */
static void test_an_error_found_at_the_end_of_the_zone(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 2;
	bs_world_start(w, "rotation:capacity=2,depth=2,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 3072:10 2048:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072,2048");
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	bs_world_destroy(w);
}

/*
 * min = 2100 lets one block of 1024 pages out of 4096, not two: what is refused because of our own
 * request waits for it, and the pass still reports everything.
 */
static void test_refused_because_of_our_own(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	bs_zone_set_watermarks(w->m, 0, 2100, 2100, 2100);
	bs_world_start(w, "rotation:capacity=1,depth=4,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_not_equal(st.isolate_refused, 0);
	assert_int_equal(st.isolated_peak_bytes, 4 << 20);
	bs_world_destroy(w);
}

/*
 * low = 2500: with 0 on its way, 3072 pages are above low + a batch (3012) and another may follow;
 * with two out, 2048 are not.
 */
static void test_no_more_than_the_zone_has_room_for(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_zone_set_watermarks(w->m, 0, 0, 2500, 2500);
	bs_world_start(w, "rotation:capacity=1,depth=4,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 2 * (4 << 20));
	assert_int_equal(seen.most, 2);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_requests_in_flight),
		cmocka_unit_test(test_a_queue_shorter_than_the_depth),
		cmocka_unit_test(test_an_error_with_others_in_flight),
		cmocka_unit_test(test_an_error_found_at_the_end_of_the_zone),
		cmocka_unit_test(test_refused_because_of_our_own),
		cmocka_unit_test(test_no_more_than_the_zone_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
