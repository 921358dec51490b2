// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random operations on a small guest against a model that is obviously right: one byte per page
 * says who has it. After every step the allocator's own check passes, every page is where the model
 * says it is, and what is free is merged as far as the rules allow.
 */
#include "mm_test.h"

#include <string.h>

#include <buddysim/policy.h>

#include "mm_reclaim.h"
#include "mm_report.h"
#include "rng.h"

#define PAGES 8192u
#define STEPS 3000u
#define EDGE 3000u /* between the zones, inside a pageblock: types and merges must mind it */

enum owner { NOBODY, CALLER, REPORTER };

struct block {
	bs_pfn pfn;
	uint8_t order;
};

struct world {
	struct bs_machine *m;
	struct bs_rng rng;
	uint8_t owner[PAGES];
	uint8_t isolated[PAGES]; /* at the first page of what was isolated at once */
	struct block held[PAGES], taken[64];
	unsigned int nr_held, nr_taken, pbo;
	uint64_t moved; /* operations that did something */
};

static uint64_t pick(struct world *w, uint64_t n)
{
	return bs_rng_below(&w->rng, n);
}

/* The naive model: a block changes hands as a whole, and must have been @from's wholly. */
static void hand_over(struct world *w, bs_pfn pfn, unsigned int order, enum owner from,
		      enum owner to)
{
	assert_int_equal(pfn & ((1u << order) - 1), 0);
	assert_true(pfn + (1u << order) <= PAGES);
	for (bs_pfn p = pfn; p < pfn + (1u << order); p++) {
		assert_int_equal(w->owner[p], from);
		w->owner[p] = (uint8_t)to;
	}
	w->moved++;
}

static void do_alloc(struct world *w)
{
	static const unsigned int gfps[] = {BS_GFP_KERNEL,
					    BS_GFP_KERNEL | BS_GFP_MOVABLE,
					    BS_GFP_KERNEL | BS_GFP_RECLAIMABLE,
					    BS_GFP_ATOMIC,
					    BS_GFP_NOWAIT,
					    BS_GFP_HIGHUSER_MOVABLE};
	const unsigned int gfp = gfps[pick(w, 6)];
	unsigned int order = pick(w, 2) ? 0 : (unsigned int)pick(w, 11);
	const bs_pfn pfn = bs_alloc_pages(w->m, (unsigned int)pick(w, 2), gfp, order);

	if (pfn == BS_NO_PFN)
		return;
	hand_over(w, pfn, order, NOBODY, CALLER);
	assert_int_equal(bs_allocated_order(w->m, pfn), (int)order);
	if (bs_gfp_is_movable_user(gfp))
		bs_page_set_lru(w->m, pfn, order, true);
	w->held[w->nr_held++] = (struct block){pfn, (uint8_t)order};
}

static void do_free(struct world *w)
{
	unsigned int i;
	struct block b;

	if (!w->nr_held)
		return;
	i = (unsigned int)pick(w, w->nr_held);
	b = w->held[i];
	w->held[i] = w->held[--w->nr_held];
	hand_over(w, b.pfn, b.order, CALLER, NOBODY);
	bs_free_pages(w->m, (unsigned int)pick(w, 2), b.pfn, b.order);
}

static void do_split(struct world *w)
{
	unsigned int i, order;
	struct block b;
	bs_pfn inner;

	if (!w->nr_held)
		return;
	i = (unsigned int)pick(w, w->nr_held);
	b = w->held[i];
	if (!b.order)
		return;
	order = (unsigned int)pick(w, b.order);
	inner = b.pfn + ((bs_pfn)pick(w, 1u << b.order) & ~((1u << order) - 1));
	bs_page_set_word(w->m, b.pfn, b.pfn + 1);
	assert_int_equal(bs_split_allocated(w->m, inner, order), 0);
	/* The pieces, by halving towards @inner. */
	w->held[i] = w->held[--w->nr_held];
	for (bs_pfn head = b.pfn; b.order > order;) {
		const bs_pfn half = 1u << --b.order;
		const bs_pfn other = inner >= head + half ? head : head + half;

		w->held[w->nr_held++] = (struct block){other, b.order};
		assert_int_equal(bs_allocated_order(w->m, other), b.order);
		assert_int_equal(bs_page_word(w->m, other), b.pfn + 1);
		if (other == head)
			head += half;
	}
	w->held[w->nr_held++] = (struct block){inner, (uint8_t)order};
	assert_int_equal(bs_page_word(w->m, inner), b.pfn + 1);
	w->moved++;
}

static void do_take(struct world *w)
{
	const unsigned int order = (unsigned int)pick(w, 11), mt = (unsigned int)pick(w, 4);
	const unsigned int zone = (unsigned int)pick(w, bs_nr_zones(w->m));
	bs_pfn pfn;

	if (w->nr_taken == 64)
		return;
	bs_mm_zone_lock(w->m, zone);
	pfn = bs_mm_list_last(w->m, zone, order, mt);
	if (pfn != BS_NO_PFN && bs_mm_isolate_free_page(w->m, pfn, order)) {
		hand_over(w, pfn, order, NOBODY, REPORTER);
		w->taken[w->nr_taken++] = (struct block){pfn, (uint8_t)order};
	}
	bs_mm_zone_unlock(w->m, zone);
}

static void do_put_back(struct world *w)
{
	unsigned int i, final_order, zone;
	bs_pfn final;
	struct block b;

	if (!w->nr_taken)
		return;
	i = (unsigned int)pick(w, w->nr_taken);
	b = w->taken[i];
	w->taken[i] = w->taken[--w->nr_taken];
	hand_over(w, b.pfn, b.order, REPORTER, NOBODY);
	zone = (unsigned int)bs_pfn_zone(w->m, b.pfn);
	bs_mm_zone_lock(w->m, zone);
	final_order = bs_mm_putback(w->m, b.pfn, b.order, BS_MT_NOW, true, &final);
	assert_true(final_order >= b.order && final <= b.pfn);
	if (final_order == b.order)
		bs_mm_set_reported(w->m, final, final_order, true);
	bs_mm_zone_unlock(w->m, zone);
}

/* One pageblock each: some stay isolated beside others that are not, or not any more. */
static void do_isolate(struct world *w)
{
	const bs_pfn unit = 1u << w->pbo, pfn = (bs_pfn)pick(w, PAGES) & ~(unit - 1);

	/* A pageblock of two zones is isolated in one of them only: real zones share none. */
	if (pfn < EDGE && pfn + unit > EDGE)
		return;
	if (w->isolated[pfn]) {
		bs_unisolate_range(w->m, pfn, pfn + unit, M);
		w->isolated[pfn] = 0;
		assert_int_equal(bs_pageblock_type(w->m, pfn), M);
	} else if (!bs_isolate_range(w->m, pfn, pfn + unit)) {
		w->isolated[pfn] = 1;
		assert_int_equal(bs_pageblock_type(w->m, pfn), BS_MIGRATE_ISOLATE);
	}
}

/* Every page has the owner that the model says, and the free ones are counted. */
static void compare(struct world *w)
{
	uint64_t nobody = 0, free = 0, pcp = 0;

	for (bs_pfn p = 0; p < PAGES; p++) {
		const enum bs_page_state s = bs_page_state(w->m, p);

		nobody += w->owner[p] == NOBODY;
		free += s == BS_PAGE_FREE;
		pcp += s == BS_PAGE_PCP;
		if (w->owner[p] == CALLER)
			assert_int_equal(s, BS_PAGE_ALLOCATED);
		else if (w->owner[p] == REPORTER)
			assert_int_equal(s, BS_PAGE_ISOLATED);
	}
	assert_int_equal(free + pcp, nobody);
}

/* Two free buddies of one zone and order stay apart only where pageblock types keep them apart. */
static int merged_enough(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct world *w = arg;
	const bs_pfn buddy = pfn ^ (1u << order);
	struct bs_block a, b;

	if (state != BS_PAGE_FREE || order == bs_platform_of(w->m)->max_order)
		return 0;
	if (bs_mm_free_block(w->m, buddy, &b) || b.order != order)
		return 0;
	assert_int_equal(bs_mm_free_block(w->m, pfn, &a), 0);
	if (a.zone == b.zone) {
		assert_true(order >= w->pbo);
		assert_int_not_equal(a.block_mt, b.block_mt);
	}
	return 0;
}

/* @policy: NULL: none. */
static void run(const char *kernel, const struct bs_policy *policy, unsigned int pbo, uint64_t seed)
{
	static struct world w;
	const struct bs_zone_range zones[] = {
		{.type = BS_ZONE_DMA32, .spanned = EDGE},
		{.type = BS_ZONE_NORMAL, .start = EDGE, .spanned = PAGES - EDGE}};
	struct bs_error err;

	memset(&w, 0, sizeof(w));
	w.pbo = pbo;
	bs_rng_seed(&w.rng, seed);
	assert_ok(
		bs_machine_create(&(struct bs_machine_config){.kernel = kernel,
							      .memory_bytes = PAGES * BS_UNIT_SIZE,
							      .zones = zones,
							      .nr_zones = 2,
							      .nr_cpus = 2,
							      .pageblock_order = pbo,
							      .counter_drift = seed & 1,
							      .shuffle = seed & 2,
							      .seed = seed},
				  &w.m, &err),
		&err);
	if (policy)
		assert_ok(bs_machine_set_policy(w.m, policy, NULL, &err), &err);
	/* Half of the runs with marks low enough to reach the end of memory. */
	for (unsigned int z = 0; seed & 1 && z < 2; z++)
		bs_zone_set_watermarks(w.m, z, 4, 8, 12);
	for (unsigned int step = 0; step < STEPS; step++) {
		switch (pick(&w, 16)) {
		case 0:
			do_take(&w);
			break;
		case 1:
			do_put_back(&w);
			break;
		case 2:
			do_isolate(&w);
			break;
		case 3:
			do_split(&w);
			break;
		case 4:
			bs_drain_pages(w.m, pick(&w, 2) ? BS_ALL_CPUS : 0);
			break;
		default:
			/* Waves of more allocations than frees, and back. */
			if (pick(&w, 10) < (step / 500 % 2 ? 3 : 6))
				do_alloc(&w);
			else
				do_free(&w);
		}
		assert_ok(bs_machine_check(w.m, &err), &err);
		if (step % 50 == 0)
			compare(&w);
	}
	compare(&w);
	assert_true(w.moved > STEPS / 2);
	/* All comes back: everything free, nothing lost. */
	while (w.nr_taken)
		do_put_back(&w);
	while (w.nr_held)
		do_free(&w);
	for (bs_pfn p = 0; p < PAGES; p++)
		if (w.isolated[p])
			bs_unisolate_range(w.m, p, p + (1u << pbo), M);
	bs_drain_pages(w.m, BS_ALL_CPUS);
	compare(&w);
	assert_ok(bs_machine_check(w.m, &err), &err);
	assert_int_equal(nr_free_pages(w.m, 0) + nr_free_pages(w.m, 1), PAGES);
	/* A policy may leave blocks unmerged. */
	if (strcmp(kernel, LINUX_5_4) && (!policy || !policy->merge))
		bs_machine_walk(w.m, merged_enough, &w);
	bs_machine_destroy(w.m);
}

static void test_random_operations(void **state)
{
	static const unsigned int orders[] = {5, 9, 10};

	(void)state;
	for (unsigned int k = 0; k < 3; k++)
		for (unsigned int o = 0; o < 3; o++)
			for (uint64_t seed = 1; seed <= 4; seed++)
				run(kernels[k], NULL, orders[o], seed);
}

/* Whatever the policy, on every kernel that has rules of its own for it. */
static void test_random_operations_of_every_policy(void **state)
{
	const struct bs_policy *p;

	(void)state;
	for (unsigned int i = 0; (p = bs_policy_at(i)); i++)
		for (unsigned int k = 0; k < 3; k++)
			run(kernels[k], p, k == 1 ? 9 : 5, i + k);
}

static void ignore(void *arg, const char *text)
{
	(void)text;
	++*(uint64_t *)arg;
}

static void assert_same_state(struct bs_machine *a, struct bs_machine *b)
{
	static char drawn[2][1 << 18];
	struct bs_machine_counters ca, cb;

	bs_machine_draw(a, drawn[0], sizeof(drawn[0]), UINT32_MAX);
	bs_machine_draw(b, drawn[1], sizeof(drawn[1]), UINT32_MAX);
	assert_string_equal(drawn[0], drawn[1]);
	bs_machine_counters(a, &ca);
	bs_machine_counters(b, &cb);
	assert_memory_equal(&ca, &cb, sizeof(ca));
	/* A pass that fails, and a boost that is seen, do nothing else. */
	assert_int_equal(bs_mm_kswapd_asked(a), bs_mm_kswapd_asked(b));
}

/* Few pages, some small blocks, and now and then one that no per-cpu list holds. */
static unsigned int some_order(struct bs_rng *rng)
{
	if (bs_rng_below(rng, 8))
		return 0;
	return (unsigned int)(bs_rng_below(rng, 16) ? bs_rng_below(rng, 5) : bs_rng_below(rng, 11));
}

/*
 * Short ways decide as the long way does: the same requests on two guests, one of which is explained
 * and so never takes one. With an odd @seed / 2 per-cpu lists hold nothing.
 */
static void run_twins(const char *kernel, uint64_t seed)
{
	/* Requests that had rather not mix pageblocks are those that prefer a zone Normal. */
	static const struct bs_mem_range memory = {.start = 0, .end = 80 << 8};
	static const struct bs_zone_range zones[] = {
		{.type = BS_ZONE_DMA32, .start = 0, .spanned = 32 << 8},
		{.type = BS_ZONE_NORMAL, .start = 32 << 8, .spanned = 48 << 8},
	};
	const struct bs_machine_config c = {.kernel = kernel,
					    .ranges = &memory,
					    .nr_ranges = 1,
					    .zones = zones,
					    .nr_zones = 2,
					    .nr_cpus = 2,
					    .counter_drift = seed & 1};
	static struct block held[1 << 15];
	struct bs_machine *m[2];
	unsigned int nr_held = 0;
	uint64_t lines = 0;
	struct bs_error err;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < 2; i++)
		assert_ok(bs_machine_create(&c, &m[i], &err), &err);
	for (unsigned int i = 0; i < 2 && seed & 2; i++) {
		for (unsigned int z = 0; z < bs_nr_zones(m[i]); z++)
			bs_zone_set_pcp(m[i], z, 0, 1);
		bs_drain_pages(m[i], BS_ALL_CPUS);
	}
	bs_machine_explain(m[1], ignore, &lines);
	for (unsigned int step = 0; step < 60000; step++) {
		const unsigned int cpu = bs_rng_below(&rng, 8) == 0;

		/* Up to exhaustion, down again: marks, reserves and BELOW_HIGH come into play. */
		if (nr_held < 1 << 15 && bs_rng_below(&rng, 16) < (step / 20000 == 1 ? 4 : 12)) {
			static const unsigned int gfps[] = {BS_GFP_KERNEL, BS_GFP_HIGHUSER_MOVABLE,
							    BS_GFP_ATOMIC};
			const unsigned int gfp = gfps[bs_rng_below(&rng, 3)];
			const unsigned int order = some_order(&rng);
			const bs_pfn pfn = bs_alloc_pages(m[0], cpu, gfp, order);

			assert_int_equal(bs_alloc_pages(m[1], cpu, gfp, order), pfn);
			if (pfn != BS_NO_PFN)
				held[nr_held++] = (struct block){pfn, (uint8_t)order};
		} else if (nr_held) {
			const size_t i = bs_rng_below(&rng, nr_held);
			const struct block b = held[i];

			held[i] = held[--nr_held];
			for (unsigned int k = 0; k < 2; k++)
				bs_free_pages(m[k], cpu, b.pfn, b.order);
		}
		for (unsigned int k = 0; k < 2 && step % 500 == 0; k++)
			bs_drain_pages(m[k], cpu);
		if (step % 1000 == 0)
			assert_same_state(m[0], m[1]);
	}
	assert_same_state(m[0], m[1]);
	assert_true(lines > 60000);
	for (unsigned int i = 0; i < 2; i++) {
		assert_ok(bs_machine_check(m[i], &err), &err);
		bs_machine_destroy(m[i]);
	}
}

static void test_short_ways_decide_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		run_twins(LINUX_5_4, seed);
		run_twins(LINUX_6_1, seed);
		run_twins(LINUX_6_12, seed);
		run_twins("linux-7.3", seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_operations),
		cmocka_unit_test(test_random_operations_of_every_policy),
		cmocka_unit_test(test_short_ways_decide_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
