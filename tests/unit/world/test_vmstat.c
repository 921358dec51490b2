// SPDX-License-Identifier: GPL-2.0-or-later
/* When the vmstat work of a CPU runs. */
#include "bs_world_test.h"

#include <buddysim/gfp.h>

#include "guest_memory.h"

static const struct bs_gfp_use user = {.user = true};

/* A guest of two CPUs; CPU 0 has got 1000 pages and given them back: they lie on its lists. */
static struct bs_guest *loaded(struct bs_world_test *t, const char *kernel)
{
	struct bs_guest *g;
	bs_pfn pfn[1000];

	bs_world_test_init(t);
	t->machine.kernel = kernel;
	t->vmstat_busy = BS_NS_PER_S;
	t->vmstat_idle = 2 * BS_NS_PER_S;
	g = bs_world_test_add(t, "none");
	/* The first round of a guest that has done nothing finds nothing. */
	bs_clock_run(&t->w.clock, BS_NS_PER_S / 2);
	for (unsigned int i = 0; i < 1000; i++)
		pfn[i] = bs_guest_alloc(g, 0, BS_GFP_KERNEL, 0, 1, user);
	for (unsigned int i = 0; i < 1000; i++)
		bs_guest_free(g, 0, pfn[i], 0, 1);
	return g;
}

static uint64_t on_lists(const struct bs_guest *g)
{
	uint64_t n = 0;

	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info info;

		bs_zone_info(g->m, z, &info);
		n += info.nr_pcp_pages;
	}
	return n;
}

/* At whole seconds while something happens on the CPU, two seconds apart when it is idle; and when
 * there is nothing left to do the clock has nothing left to run. */
static void test_rounds(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = loaded(&t, "linux-6.12");
	const uint64_t filled = on_lists(g);
	unsigned int rounds = 0;
	bs_ns last;

	(void)state;
	assert_true(filled > 500);
	assert_int_equal(bs_clock_next(&t.w.clock), BS_NS_PER_S);
	bs_clock_run(&t.w.clock, BS_NS_PER_S);
	/* It was busy up to then: the next one comes a second later. Nothing happens meanwhile. */
	assert_int_equal(bs_clock_next(&t.w.clock), 2 * BS_NS_PER_S);
	for (last = 2 * BS_NS_PER_S;; last = bs_clock_next(&t.w.clock), rounds++) {
		bs_clock_run(&t.w.clock, last);
		if (bs_clock_next(&t.w.clock) == BS_NO_TIME)
			break;
		assert_int_equal(bs_clock_next(&t.w.clock), last + 2 * BS_NS_PER_S);
	}
	assert_true(rounds >= 3);
	assert_true(on_lists(g) < filled);
	/* Something happens again, between two seconds. */
	bs_clock_run(&t.w.clock, last + BS_NS_PER_S / 4);
	assert_int_not_equal(bs_guest_alloc(g, 0, BS_GFP_KERNEL, 0, 1, user), BS_NO_PFN);
	assert_int_equal(bs_clock_next(&t.w.clock), last + BS_NS_PER_S);
	bs_world_test_free(&t);
}

/* A CPU that stands still does it when it goes on. */
static void test_a_blocked_cpu_is_late(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = loaded(&t, "linux-6.12");

	(void)state;
	g->cpus[0].busy_until = 5 * BS_NS_PER_S;
	g->cpus[1].busy_until = 6 * BS_NS_PER_S;
	bs_clock_run(&t.w.clock, BS_NS_PER_S);
	assert_int_equal(bs_clock_next(&t.w.clock), 5 * BS_NS_PER_S);
	bs_world_test_free(&t);
}

/* 6.1 keeps its lists, and nothing is ever due; so does any kernel if it is told to. */
static void test_none(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = loaded(&t, "linux-6.1");
	const uint64_t filled = on_lists(g);

	(void)state;
	assert_int_equal(bs_clock_next(&t.w.clock), BS_NO_TIME);
	bs_clock_run(&t.w.clock, 100 * BS_NS_PER_S);
	assert_int_equal(on_lists(g), filled);
	bs_world_test_free(&t);

	bs_world_test_init(&t);
	t.machine.kernel = "linux-6.12";
	g = bs_world_test_add(&t, "none");
	assert_int_not_equal(bs_guest_alloc(g, 0, BS_GFP_KERNEL, 0, 1, user), BS_NO_PFN);
	assert_int_equal(bs_clock_next(&t.w.clock), BS_NO_TIME);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_a_blocked_cpu_is_late),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
