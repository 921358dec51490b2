// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest whose memory is short: who waits, for what, and what is left when nothing helps. */
#include "bs_world_test.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "pressure.h"

#define ANON 0x140dcau
#define PAGES 65536u

/* Pages of one process, by the order in which they came; it touches none of them again. */
struct process {
	struct bs_guest *g;
	bs_pfn page[2 * PAGES];
	unsigned int n, gone, kills;
};

static const struct bs_gfp_use anon = {.user = true, .lru = true, .anon = true};

static bool evict(void *arg, bs_pfn pfn, unsigned int order)
{
	struct process *p = arg;

	for (unsigned int i = 0; !order && i < p->n; i++)
		if (p->page[i] == pfn) {
			p->page[i] = BS_NO_PFN;
			p->gone++;
			return true;
		}
	return false;
}

static bool oom(void *arg, unsigned int cpu)
{
	struct process *p = arg;
	bool any = false;

	for (unsigned int i = 0; i < p->n; i++) {
		if (p->page[i] == BS_NO_PFN)
			continue;
		bs_guest_free(p->g, cpu, p->page[i], 0, bs_page_word(p->g->m, p->page[i]));
		p->page[i] = BS_NO_PFN;
		any = true;
	}
	p->kills += any;
	return any;
}

static struct process *begin(struct bs_world_test *t, const char *kernel, uint64_t swap)
{
	struct process *p = calloc(1, sizeof(*p));
	struct bs_reclaim_costs costs;

	bs_world_test_init(t);
	t->machine.kernel = kernel;
	p->g = bs_world_test_add(t, "none");
	for (unsigned int i = 0; i < p->g->nr_cpus; i++)
		p->g->cpus[i].counted_until = 1000 * BS_NS_PER_S;
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(p->g, &costs, swap), 0);
	p->g->pressure->anon = (struct bs_lru_owner){p, evict};
	p->g->pressure->oom = oom;
	p->g->pressure->oom_arg = p;
	return p;
}

static bool take(struct process *p)
{
	const bs_pfn pfn = bs_guest_alloc(p->g, 0, ANON, 0, p->n, anon);

	if (pfn != BS_NO_PFN)
		p->page[p->n++] = pfn;
	return pfn != BS_NO_PFN;
}

/* Memory of a process goes to swap, as much as there is room for, and costs the request that needs it. */
static void test_swap(void **state)
{
	static const char *const kernels[] = {"linux-6.1", "linux-6.12", "linux-7.3"};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct bs_world_test t;
		struct process *p = begin(&t, kernels[i], 1000);
		const struct bs_pressure *r = p->g->pressure;

		while (!p->kills)
			assert_true(take(p));
		assert_int_equal(p->gone, 1000);
		assert_int_equal(r->swapped, 1000);
		assert_int_equal(r->f.swap_peak, 1000);
		assert_int_equal(p->g->cpus[0].blocked_ns[BS_CAUSE_GUEST_SWAP],
				 1000 * r->costs.swap_out);
		assert_true(p->g->cpus[0].blocked_ns[BS_CAUSE_RECLAIM] >=
			    1000 * (r->costs.scan + r->costs.evict));
		assert_int_equal(p->g->alloc_failed, 0);
		/* Back, it waits for the drive; given up, nobody does. */
		bs_pressure_unswapped(p->g, 1, 10, true);
		assert_int_equal(p->g->cpus[1].blocked_ns[BS_CAUSE_GUEST_SWAP],
				 10 * r->costs.swap_in);
		bs_pressure_unswapped(p->g, 1, 990, false);
		assert_int_equal(r->swapped, 0);
		assert_int_equal(r->f.swapped_in, 10);
		assert_int_equal(bs_machine_check(p->g->m, NULL), 0);
		bs_world_test_free(&t);
		free(p);
	}
}

/* Without swap nothing of it can go: the one that has it dies, once; and then nobody has anything. */
static void test_oom(void **state)
{
	struct bs_world_test t;
	struct process *p = begin(&t, "linux-6.12", 0);

	(void)state;
	while (!p->kills)
		assert_true(take(p));
	assert_int_equal(p->gone, 0);
	assert_int_equal(p->kills, 1);
	p->g->pressure->oom = NULL;
	while (take(p))
		;
	assert_int_equal(p->g->alloc_failed, 1);
	bs_world_test_free(&t);
	free(p);
}

/* Nobody dies for a huge page, nor for who said that he would not retry. */
static void test_nobody_dies_for_that(void **state)
{
	struct bs_world_test t;
	struct process *p = begin(&t, "linux-6.12", 0);
	const struct bs_gfp_use use = {.user = true};

	(void)state;
	while (bs_guest_alloc(p->g, 0, ANON | BS_GFP_NORETRY, 0, 1, use) != BS_NO_PFN)
		;
	take(p);
	p->kills = 0;
	assert_int_equal(bs_guest_alloc(p->g, 0, ANON, 9, 1, use), BS_NO_PFN);
	assert_int_equal(bs_guest_alloc(p->g, 0, ANON | BS_GFP_NORETRY, 0, 1, use), BS_NO_PFN);
	assert_int_equal(p->kills, 0);
	bs_world_test_free(&t);
	free(p);
}

/* kswapd gives up where it gets nothing, again and again, and wakes up when a request got something. */
static void test_hopeless(void **state)
{
	struct bs_world_test t;
	struct process *p = begin(&t, "linux-6.12", 0);
	struct bs_pressure *r = p->g->pressure;
	uint64_t runs;

	(void)state;
	/* Of all zones: one that is above its high mark would do for kswapd. */
	for (unsigned int dma = 0; dma < 2; dma++)
		while (bs_guest_alloc(p->g, 0, (ANON & ~(BS_GFP_DIRECT_RECLAIM | 0xfu)) | !dma, 0,
				      1, (struct bs_gfp_use){.user = true}) != BS_NO_PFN)
			;
	for (unsigned int i = 0; i < 40; i++) {
		bs_guest_try(p->g, 0, ANON & ~BS_GFP_DIRECT_RECLAIM, 0, 1,
			     (struct bs_gfp_use){.user = true});
		bs_clock_run(&t.w.clock, t.w.clock.now + BS_NS_PER_MS);
	}
	runs = r->f.kswapd_runs;
	assert_int_equal(r->kswapd.failures, 16);
	assert_in_range(runs, 16, 17);
	bs_world_test_free(&t);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_oom),
		cmocka_unit_test(test_nobody_dies_for_that),
		cmocka_unit_test(test_hopeless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
