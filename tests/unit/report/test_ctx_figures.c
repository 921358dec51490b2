// SPDX-License-Identifier: GPL-2.0-or-later
/* ctx_figures.c: when a request counts, what is raw, and what may be left. */
#include "bs_test.h"

#include <string.h>

#include "bs_probe.h"

static struct bs_report_stats stats_of(struct bs_report_ctx *rc)
{
	struct bs_report_stats st;

	bs_report_stats(rc, &st);
	return st;
}

/* A run that ends while the host works on a request has made it. */
static void leave_in_flight(struct bs_report_ctx *rc)
{
	struct bs_probe *p = bs_state(rc);

	bs_probe_take(rc, 2);
	p->ticket = bs_submit_async(rc, p->r, 2);
	assert_int_equal(stats_of(rc).calls, 1);
	assert_int_equal(stats_of(rc).ranges, 2);
	assert_int_equal(stats_of(rc).reported_bytes, 0);
	bs_wait(rc, p->ticket);
	assert_int_equal(stats_of(rc).calls, 1);
	assert_int_equal(stats_of(rc).reported_bytes, 8 << 20);
	bs_probe_give_back(rc, 2);
}

static void test_a_request_counts_when_it_is_made(void **state)
{
	struct bs_world *w = bs_probe_world(leave_in_flight);

	(void)state;
	bs_probe_run(w);
	assert_int_equal(w->violations, 0);
	assert_int_equal(stats_of(w->rc).failed_calls, 0);
	bs_world_destroy(w);
}

static void look_during(struct bs_world *w, unsigned int call)
{
	assert_int_equal(stats_of(w->rc).calls, call);
	assert_int_equal(stats_of(w->rc).failed_calls, 0);
}

static void test_one_that_is_waited_for_counts_before_its_answer(void **state)
{
	struct bs_world *w = bs_probe_world(bs_probe_report_two);

	(void)state;
	w->during = look_during;
	w->fail_call = 1;
	bs_probe_run(w);
	assert_int_equal(w->calls, 1);
	assert_int_equal(stats_of(w->rc).calls, 1);
	assert_int_equal(stats_of(w->rc).failed_calls, 1);
	assert_int_equal(stats_of(w->rc).reported_bytes, 0);
	bs_world_destroy(w);
}

/* ---- Roles ----------------------------------------------------------------------------------- */

static const struct bs_param merely_named[] = {
	{.name = "order",
	 .type = BS_PARAM_ORDER,
	 .def = 10,
	 .max = 10,
	 .help = "of something else"},
	{.name = "gate", .type = BS_PARAM_UINT, .def = 50, .max = 100, .help = "in a fence"},
	{.name = "threshold", .type = BS_PARAM_UINT, .def = 9, .max = 100, .help = "of a house"},
	{.name = NULL},
};

static const struct bs_param with_roles[] = {
	{.name = "smallest",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 10,
	 .max = 10,
	 .help = ""},
	{.name = "enough",
	 .role = BS_ROLE_THRESHOLD,
	 .type = BS_PARAM_UINT,
	 .def = 9,
	 .max = 100,
	 .help = ""},
	{.name = NULL},
};

static uint64_t raw_of(const struct bs_param *params, uint64_t *may_leave)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_strategy s = bs_probe_strategy;
	uint64_t raw;
	bs_pfn pfn;

	s.params = params;
	bs_world_bind(w, &s, NULL, 2);
	/* 2 MiB of the first block are used: one free block of order 9, three of order 10. */
	pfn = bs_world_alloc(w, 9, BS_MIGRATE_MOVABLE);
	raw = bs_report_raw_bytes(w->rc);
	*may_leave = bs_report_may_leave(w->rc);
	bs_world_free(w, pfn, 9);
	bs_world_destroy(w);
	return raw;
}

/* What a plugin calls its parameters is its own business; what role they have is not. */
static void test_only_roles_mean_something(void **state)
{
	uint64_t may_leave;

	(void)state;
	assert_int_equal(raw_of(merely_named, &may_leave), 14 << 20);
	assert_int_equal(may_leave, 0);
	assert_int_equal(raw_of(with_roles, &may_leave), 12 << 20);
	assert_int_equal(may_leave, 8 * (4 << 20));
}

/* 31 blocks of each order that is reported stay below the mark; bitmap: 15 bits. */
static void test_what_may_be_left(void **state)
{
	static const struct {
		const char *strategy;
		uint64_t bytes;
	} cases[] = {
		{"none", 0},
		{"rotation", 0},
		{"boundary", 31 * (UINT64_C(6) << 20)},
		{"bubble:order=10", 31 * (UINT64_C(4) << 20)},
		{"april-sketch:hwm=2", UINT64_C(6) << 20},
		{"bitmap", 15 * (UINT64_C(4) << 20)},
		{"percpu-array", 127 * (UINT64_C(4) << 20)},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_world *w = bs_world_create("linux-6.1", 4096);

		bs_world_start(w, cases[i].strategy, 32);
		assert_int_equal(bs_report_may_leave(w->rc), cases[i].bytes);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_counts_when_it_is_made),
		cmocka_unit_test(test_one_that_is_waited_for_counts_before_its_answer),
		cmocka_unit_test(test_only_roles_mean_something),
		cmocka_unit_test(test_what_may_be_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
