// SPDX-License-Identifier: GPL-2.0-or-later
/* ctx_base.c: what stands under the rest of the context: state, wakes, memory and its account. */
#include "bs_test.h"

#include "bs_probe.h"

static void allocate_memory(struct bs_report_ctx *rc)
{
	void *page = bs_alloc(rc, BS_SCOPE_PAGE, 100);
	unsigned char *zone = bs_alloc(rc, BS_SCOPE_ZONE, 10);

	assert_non_null(page);
	assert_int_equal(zone[9], 0);
	bs_alloc(rc, BS_SCOPE_GLOBAL, 1000); /* kept: the context gives it back in the end */
	bs_release(rc, page);
	bs_release(rc, NULL);
}

static void test_memory_is_counted_by_scope(void **state)
{
	struct bs_world *w = bs_probe_world(allocate_memory);
	struct bs_report_stats st;

	(void)state;
	bs_probe_run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.meta_global_bytes, sizeof(struct bs_probe) + 24 + 1000);
	assert_int_equal(st.meta_zone_bytes, 16 + 10);
	assert_int_equal(st.meta_page_bytes, 0);
	/* The most was before the 100 were released. */
	assert_int_equal(st.meta_peak_bytes, sizeof(struct bs_probe) + 24 + 16 + 100 + 10 + 1000);
	bs_world_destroy(w);
}

static void wake_again(struct bs_report_ctx *rc)
{
	assert_false(bs_wake_pending(rc));
	bs_wake(rc, 5);
	bs_wake(rc, 1); /* one is pending: nothing happens, not even sooner */
	assert_true(bs_wake_pending(rc));
}

static void test_one_wake_is_pending_at_most(void **state)
{
	struct bs_world *w = bs_probe_world(wake_again);

	(void)state;
	bs_probe_run(w);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at, 5);
	bs_report_stop(w->rc);
	assert_false(w->wake_armed);
	assert_false(bs_wake_pending(w->rc));
	bs_wake(w->rc, 0); /* off: there is no worker */
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

static void wake_sooner(struct bs_report_ctx *rc)
{
	bs_wake_sooner(rc, 9); /* none is pending */
	bs_wake_sooner(rc, 5);
	bs_wake_sooner(rc, 7); /* that would be later */
	assert_true(bs_wake_pending(rc));
}

static void test_a_wake_is_brought_forward(void **state)
{
	struct bs_world *w = bs_probe_world(wake_sooner);

	(void)state;
	bs_probe_run(w);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at, 5);
	bs_report_stop(w->rc);
	bs_wake_sooner(w->rc, 0); /* off: there is no worker */
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

static void keep_state(struct bs_report_ctx *rc)
{
	*(uint64_t *)bs_cpu_state(rc, 0) += 1;
	*(uint64_t *)bs_zone_state(rc, 0) += 2;
}

/* One per CPU and per zone, zeroed at first, kept from pass to pass. */
static void test_state_is_zeroed_and_kept(void **state)
{
	struct bs_world *w = bs_probe_world(keep_state);

	(void)state;
	bs_probe_run(w);
	bs_probe_run(w);
	assert_int_equal(*(uint64_t *)bs_cpu_state(w->rc, 0), 2);
	assert_int_equal(*(uint64_t *)bs_zone_state(w->rc, 0), 4);
	bs_world_destroy(w);
}

static void pass_time(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	p->result = (int)bs_now(rc);
}

static void test_time_and_parameters_are_the_worlds(void **state)
{
	struct bs_world *w = bs_probe_world(pass_time);

	(void)state;
	w->now = 7;
	assert_int_equal(bs_probe_run(w), 7);
	assert_int_equal(bs_param_get(w->rc, 0), 9);
	assert_int_equal(bs_param_get(w->rc, 1), BS_NS_PER_S);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_counted_by_scope),
		cmocka_unit_test(test_one_wake_is_pending_at_most),
		cmocka_unit_test(test_a_wake_is_brought_forward),
		cmocka_unit_test(test_state_is_zeroed_and_kept),
		cmocka_unit_test(test_time_and_parameters_are_the_worlds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
