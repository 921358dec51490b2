// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_submit.c: requests; each law is broken once by a strategy made for it, and must be named.
 * Beside it what a request counts.
 */
#include "bs_test.h"

#include <errno.h>

#include "bs_probe.h"

static void submit_locked(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_probe_take(rc, 1);
	bs_zone_lock(rc, 0);
	bs_submit(rc, p->r, 1);
	bs_zone_unlock(rc, 0);
	bs_probe_give_back(rc, 1);
}

static void submit_too_many(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_probe_take(rc, 3); /* the device takes 2 */
	bs_submit(rc, p->r, 3);
	bs_probe_give_back(rc, 3);
}

static void submit_nothing(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_submit(rc, p->r, 0);
}

static void submit_free(struct bs_report_ctx *rc)
{
	bs_submit(rc, &(struct bs_range){0, 10}, 1);
}

static void submit_wrong_order(struct bs_report_ctx *rc)
{
	bs_probe_take(rc, 1);
	bs_submit(rc, &(struct bs_range){0, 9}, 1);
	bs_probe_give_back(rc, 1);
}

static void submit_same_twice(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_probe_take(rc, 1);
	p->r[1] = p->r[0];
	bs_submit(rc, p->r, 2);
	bs_probe_give_back(rc, 1);
}

static void submit_again_in_flight(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);
	int ticket;

	bs_probe_take(rc, 1);
	ticket = bs_submit_async(rc, p->r, 1);
	bs_submit(rc, p->r, 1);
	/* It is the first request that still owns the range; landing is the second's alone here. */
	bs_wait(rc, ticket);
	bs_probe_give_back(rc, 1);
}

static void put_back_in_flight(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);
	int ticket;

	bs_probe_take(rc, 1);
	ticket = bs_submit_async(rc, p->r, 1);
	bs_probe_give_back(rc, 1);
	bs_wait(rc, ticket);
	bs_probe_give_back(rc, 1);
}

static void call_outside_hooks(struct bs_report_ctx *rc)
{
	bs_call_now(rc, &(struct bs_range){0, 10}, 0);
}

static void wait_for_nothing(struct bs_report_ctx *rc)
{
	bs_wait(rc, 3);
}

static void test_laws_of_requests(void **state)
{
	struct bs_world *w;

	(void)state;
	bs_probe_breaks(submit_locked, "device called with the zone lock held");
	bs_probe_breaks(submit_too_many, "request empty or beyond the device's capacity");
	bs_probe_breaks(submit_nothing, "request empty or beyond the device's capacity");
	bs_probe_breaks(submit_free, "range handed to the device was not taken");
	bs_probe_breaks(submit_wrong_order, "range handed to the device was not taken");
	bs_probe_breaks(submit_same_twice, "range handed to the device twice");
	bs_probe_breaks(submit_again_in_flight, "range handed to the device twice");
	bs_probe_breaks(wait_for_nothing, "waiting for a request that is not in flight");
	bs_probe_breaks(put_back_in_flight, "putting back what the device still has");

	w = bs_probe_world(call_outside_hooks);
	bs_probe_run(w);
	assert_int_equal(w->violations, 2); /* not in a hook, and not the block being freed */
	bs_world_destroy(w);
}

/*
 *   before  o10 M: [0] [1024] [2048] [3072]           16 MiB raw
 *   pass    0 and 1024 go out, are reported, come back to the tail
 *   after   o10 M: [2048] [3072] [0r] [1024r]          8 MiB raw
 */
static void test_what_a_request_counts(void **state)
{
	struct bs_world *w = bs_probe_world(bs_probe_report_two);
	struct bs_report_stats st;

	(void)state;
	assert_int_equal(bs_report_raw_bytes(w->rc), 16 << 20);
	assert_int_equal(bs_probe_run(w), 0);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "2048,3072,0r,1024r");
	assert_int_equal(bs_report_raw_bytes(w->rc), 8 << 20);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.passes, 1);
	assert_int_equal(st.aborted_passes, 0);
	assert_int_equal(st.calls, 1);
	assert_int_equal(st.ranges, 2);
	assert_int_equal(st.reported_bytes, 8 << 20);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.isolated_peak_bytes, 8 << 20);
	assert_int_equal(st.marks_set, 2);
	assert_int_equal(st.marks_lost, 0);
	assert_int_equal(bs_nr_marked(w->rc, 0, 10), 2);
	assert_int_equal(bs_nr_marked(w->rc, 0, 9), 0);

	/* The mark goes with the block that is allocated. */
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 2048);
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 3072);
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.marks_lost, 1);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

static void test_an_error_counts_no_reported_bytes(void **state)
{
	struct bs_world *w = bs_probe_world(bs_probe_report_two);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 1;
	assert_int_equal(bs_probe_run(w), -EIO);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "2048,3072,0,1024");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	assert_int_equal(st.calls, 1);
	assert_int_equal(st.failed_calls, 1);
	assert_int_equal(st.ranges, 2);
	assert_int_equal(st.reported_bytes, 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws_of_requests),
		cmocka_unit_test(test_what_a_request_counts),
		cmocka_unit_test(test_an_error_counts_no_reported_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
