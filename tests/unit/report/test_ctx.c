// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx.c: the life of a context: bound and checked, switched on and off, parameters, wakes, passes,
 * memory. Services: test_report_ctx_list.c, _take.c, _submit.c.
 */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "bs_probe.h"

static void keep_lock(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
}

static void test_a_pass_ends_unlocked(void **state)
{
	(void)state;
	bs_probe_breaks(keep_lock, "a pass ended with the zone lock held");
}

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

/* Off, it no longer hears frees; but still what happens to blocks it may have marked. */
static void test_off_hears_removals_only(void **state)
{
	struct bs_world *w = bs_probe_world(NULL);
	struct bs_probe *p = bs_state(w->rc);
	bs_pfn pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);

	(void)state;
	assert_int_equal(p->outs, 1);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	assert_int_equal(bs_report_start(w->rc), -EBUSY);
	bs_report_stop(w->rc);
	pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);
	assert_int_equal(p->outs, 2);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	bs_world_destroy(w);
}

static void test_parameters_at_run_time(void **state)
{
	struct bs_world *w = bs_probe_world(NULL);
	struct bs_error err;
	char text[64];

	(void)state;
	assert_int_equal(bs_report_params(w->rc, text, sizeof(text)), 16);
	assert_string_equal(text, "order=9,delay=1s");
	bs_world_set(w, "order", "10");
	assert_int_equal(bs_param_get(w->rc, 0), 10);
	assert_int_equal(bs_report_set_param(w->rc, "order", "11", &err), -EINVAL);
	assert_int_equal(bs_report_set_param(w->rc, "delay", "2s", &err), -EBUSY);
	assert_int_equal(bs_report_set_param(w->rc, "nothing", "2", &err), -EINVAL);
	assert_non_null(strstr(err.advice, "order"));
	bs_report_stop(w->rc);
	bs_world_set(w, "delay", "250ms");
	bs_report_params(w->rc, text, sizeof(text));
	assert_string_equal(text, "order=10,delay=250ms");
	assert_int_equal(bs_report_params(w->rc, text, 4), 20); /* as snprintf() counts */
	assert_string_equal(text, "ord");
	bs_world_destroy(w);
}

static void test_a_strategy_is_checked_when_bound(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_env env = {.capacity = 1};
	struct bs_strategy s = bs_probe_strategy;
	struct bs_error err;
	struct bs_report_ctx *rc = NULL;

	(void)state;
	s.abi++;
	assert_int_equal(bs_report_create(w->m, &s, NULL, &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "ABI"));
	s.abi--;
	s.pass = NULL;
	assert_int_equal(bs_report_create(w->m, &s, NULL, &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"pass\""));
	s.caps = BS_CAP_NO_WORKER;
	assert_int_equal(bs_report_create(w->m, &s, "speed=9", &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "speed"));
	assert_null(rc);

	/* one listener per guest */
	bs_world_start(w, "rotation", 32);
	assert_int_equal(bs_report_create(w->m, &bs_probe_strategy, NULL, &env, &rc, &err), -EBUSY);
	assert_null(rc);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pass_ends_unlocked),
		cmocka_unit_test(test_memory_is_counted_by_scope),
		cmocka_unit_test(test_one_wake_is_pending_at_most),
		cmocka_unit_test(test_a_wake_is_brought_forward),
		cmocka_unit_test(test_off_hears_removals_only),
		cmocka_unit_test(test_parameters_at_run_time),
		cmocka_unit_test(test_a_strategy_is_checked_when_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
