// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx.c: the life of a context: bound and checked, switched on and off, parameters, passes.
 * Services: test_ctx_base.c, _list.c, _take.c, _submit.c, _hooks.c, _figures.c.
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
		cmocka_unit_test(test_parameters_at_run_time),
		cmocka_unit_test(test_a_strategy_is_checked_when_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
