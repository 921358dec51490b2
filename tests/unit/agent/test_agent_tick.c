// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_tick.c and guest_ask.c: pressure is made of what CPUs waited, an agent's ticks come, and what is asked for is
 * done.
 */
#include "bs_world_test.h"

#include "agent_tick.h"
#include "guest_ask.h"

#define MS BS_NS_PER_MS
#define S BS_NS_PER_S

static struct bs_guest *begin(struct bs_world_test *t, unsigned int cpus)
{
	struct bs_guest *g;

	bs_world_test_init(t);
	t->machine.nr_cpus = cpus;
	g = bs_world_test_add(t, "none");
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i].counted_until = BS_NO_TIME;
	return g;
}

static struct bs_agent_run *run_of(struct bs_guest *g, const char *text)
{
	struct bs_agent_run *r;
	struct bs_error err;

	assert_ok(bs_agent_create(g, text, &r, &err), &err);
	bs_agent_start(r);
	return r;
}

/* One CPU of two waits for 200 ms of each 2 s: some has 10 % after a while, full nothing. */
static void test_pressure(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_agent_look look;
	struct bs_agent_run *r;

	(void)state;
	g = begin(&t, 2);
	r = run_of(g, "psi:tick=1h");
	for (unsigned int i = 0; i < 50; i++) {
		bs_cpu_block(&g->cpus[1], t.w.clock.now, 200 * MS, BS_CAUSE_RECLAIM);
		bs_clock_run(&t.w.clock, t.w.clock.now + 2 * S);
	}
	bs_agent_see(r, &look);
	assert_in_range(look.some.avg10, 990, 1000);
	assert_in_range(look.some.avg60, 780, 830);
	assert_in_range(look.some.avg300, 270, 290);
	assert_int_equal(look.full.avg10, 0);
	/* A wait of ten seconds is counted in the rounds in which it is, not in the one in which it begins. */
	bs_cpu_block(&g->cpus[0], t.w.clock.now, 10 * S, BS_CAUSE_REFILL);
	bs_cpu_block(&g->cpus[1], t.w.clock.now, 10 * S, BS_CAUSE_COMPACT);
	bs_clock_run(&t.w.clock, t.w.clock.now + 2 * S);
	bs_agent_see(r, &look);
	assert_in_range(look.full.avg10, 1800, 1820);
	bs_clock_run(&t.w.clock, t.w.clock.now + 8 * S);
	bs_agent_see(r, &look);
	assert_in_range(look.full.avg10, 6310, 6330);
	bs_agent_destroy(r);
	bs_world_test_free(&t);
}

static void test_ticks(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_agent_run *r;

	(void)state;
	g = begin(&t, 1);
	r = run_of(g, "timer:every=3s");
	bs_clock_run(&t.w.clock, 10 * S);
	assert_int_equal(g->acts.compactions, 3);
	assert_int_equal(g->acts.drops, 3);
	bs_agent_destroy(r);
	bs_world_test_free(&t);
}

/* Events are for all guests or for one, and none once a guest has ended. */
static void test_events(void **state)
{
	static const struct bs_guest_event events[] = {
		{1 * S, BS_GUEST_COMPACT, 0, 0},
		{2 * S, BS_GUEST_COMPACT, 0, 2},
		{3 * S, BS_GUEST_DROP_CACHES, 0, 1},
		{8 * S, BS_GUEST_COMPACT, 0, 0},
	};
	struct bs_guest_asks asks = {0};
	struct bs_load load = {0};
	struct bs_world_test t;
	struct bs_guest *g;

	(void)state;
	g = begin(&t, 1);
	assert_int_equal(bs_guest_asks_start(&asks, g, events, 4), 0);
	/* One that has not begun is asked for nothing. */
	bs_clock_run(&t.w.clock, 1 * S);
	assert_int_equal(g->acts.compactions, 0);
	g->load = &load;
	bs_clock_run(&t.w.clock, 5 * S);
	assert_int_equal(g->acts.compactions, 0);
	assert_int_equal(g->acts.drops, 1);
	g->ended = true;
	bs_clock_run(&t.w.clock, 9 * S);
	assert_int_equal(g->acts.compactions, 0);
	g->load = NULL;
	bs_guest_asks_free(&asks);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pressure),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
