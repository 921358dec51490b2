// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a series breaks by design, exactly that and no more (STRATEGIES.md, comparison): the false
 * OOM of those that take blocks without a watermark test, what each leaves raw when idle, what an
 * overrun costs, and that a strategy which is off changes nothing.
 *
 * All numbers are derived above the tests. The guests are full but for 256 pages, in blocks of
 * 4 MiB, linux-6.1, per-cpu lists transparent.
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_report_world.h"
#include "percpu_array.h"
#include "rng.h"

#define SMALL 256u /* pages free behind the blocks */
#define BLOCK 1024u /* pages of order 10 */

static void free_blocks(struct bs_world *w, unsigned int first, unsigned int n, unsigned int order)
{
	for (unsigned int i = first; i < first + n; i++)
		bs_world_free(w, i * BLOCK, order);
}

/* ---- False OOM (33; 13.1) -------------------------------------------------------------------- */

struct asker {
	unsigned int wanted; /* single pages, asked for while the first request is in flight */
	unsigned int granted, refused, false_oom;
	bool asked;
};

static void ask(struct bs_world *w, unsigned int n)
{
	struct asker *a = w->arg;

	for (; n; n--) {
		if (bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE) != BS_NO_PFN) {
			a->granted++;
			continue;
		}
		a->refused++;
		a->false_oom += bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 0);
	}
}

static void ask_once(struct bs_world *w, unsigned int call)
{
	struct asker *a = w->arg;

	(void)call;
	if (!a->asked) {
		a->asked = true;
		ask(w, a->wanted);
	}
}

/*
 * The device stalls with the last free blocks in its hands, and the guest wants what it may have:
 *
 *   free   |<- 256 ->|<-- 16 blocks of 1024 pages ------------------------------------------>|
 *   min    |<------ 656 ------>|                                    656 = 256 + 400
 *
 * Above the watermark: 256 + 16384 - 656 = 15984 pages. Whoever tests it takes a block only if more
 * than min + 1024 pages are free: 16640 - 1024 (k - 1) > 1680, that is k <= 15. What it leaves is
 * 16640 - 15360 = 1280 pages, of which 1280 - 656 = 624 may be had. Whoever does not test it takes
 * all 16 and leaves 256, below the mark: 624 wanted, 624 refused, each of them falsely. The same
 * 624 are granted when the request has completed.
 *
 * The test of the watermark promises these 624 and nothing beyond: the 625th page is refused while
 * 15 blocks are out. Only who has nothing out cannot refuse it: hypercall, whose block is on no
 * list yet and at the host before anybody can ask; shared-state, which takes nothing; rotation,
 * which does not begin without low + 64 MiB = 656 + 16384 pages (equality would refuse), or with a
 * capacity of 4 begins and has no more than 4 blocks out.
 */
static void test_false_oom_is_what_the_pull_takes(void **state)
{
	static const struct {
		const char *strategy;
		unsigned int out; /* blocks taken in the first request */
		unsigned int false_oom; /* of 624 pages */
		unsigned int beyond; /* of one more */
	} cases[] = {
		{"bubble", 16, 624, 1},
		{"scatterlist", 16, 624, 1},
		{"april-sketch", 16, 624, 1},
		{"boundary", 15, 0, 1},
		{"list-walk", 15, 0, 1},
		{"bitmap", 15, 0, 1},
		{"percpu-array:threshold=16", 15, 0, 1},
		{"rotation", 0, 0, 0},
		{"rotation:rev=5.7", 0, 0, 0},
		{"rotation:capacity=4", 4, 0, 0},
		{"hypercall", 0, 0, 0},
		{"shared-state", 0, 0, 0},
		{"none", 0, 0, 0},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_world *w = bs_world_create_full("linux-6.1", 24 * BLOCK);
		struct asker a = {.wanted = 624};
		struct bs_report_stats st;
		struct bs_zone_info zi;

		bs_zone_set_watermarks(w->m, 0, SMALL + 400, SMALL + 400, SMALL + 400);
		w->arg = &a;
		w->during = NULL;
		bs_world_start(w, cases[i].strategy, 32);
		free_blocks(w, 0, 16, 10);
		w->during = ask_once;
		bs_world_work(w);
		ask_once(w, 0); /* nothing was reported: now, then */
		if (a.false_oom != cases[i].false_oom || a.refused != cases[i].false_oom)
			fail_msg("%s: %u of 624 refused, %u falsely", cases[i].strategy, a.refused,
				 a.false_oom);
		w->during = NULL;
		bs_world_settle(w, 100);
		/* Completed: the same pages are granted, and nothing is lost. */
		ask(w, a.refused);
		assert_int_equal(a.granted, 624);
		bs_report_stats(w->rc, &st);
		assert_int_equal(st.isolated_bytes, 0);
		assert_int_equal(st.isolated_peak_bytes, (uint64_t)cases[i].out * (4 << 20));
		bs_zone_info(w->m, 0, &zi);
		assert_int_equal(zi.nr_free_pages, 16 * BLOCK + SMALL - 624);
		assert_int_equal(w->violations, 0);
		bs_world_destroy(w);

		w = bs_world_create_full("linux-6.1", 24 * BLOCK);
		a = (struct asker){.wanted = 625};
		bs_zone_set_watermarks(w->m, 0, SMALL + 400, SMALL + 400, SMALL + 400);
		w->arg = &a;
		bs_world_start(w, cases[i].strategy, 32);
		free_blocks(w, 0, 16, 10);
		w->during = ask_once;
		bs_world_work(w);
		ask_once(w, 0);
		assert_int_equal(a.false_oom, cases[i].false_oom + cases[i].beyond);
		bs_world_destroy(w);
	}
}

/*
 * rotation at the limit of law 33: live set = managed - low - 128 MiB. With 32 free blocks of 4 MiB
 * it has 32 x 1024 pages out at once, its most:
 *
 *   free  256 + 32768      low 246      min 245      live = managed - low - 32768 - 10
 *   begins:   33024 > 246 + (32 << 9)                 takes the 32nd: 33024 - 31744 > 245 + 1024
 *   left 256, granted while more than 245 are free:   10 pages to the limit, then 256 - 245 - 10
 *
 * So no page is refused up to the limit, one is granted beyond it (low - min), the next one is
 * refused falsely: with 64 MiB in the law's place it would be broken here. With blocks of 2 MiB the
 * same 32 are 64 MiB (and the headroom of low + 64 MiB all there is): 16640 > 246 + 16384 begins,
 * 16640 - 31 x 512 > 245 + 512 takes the 32nd, 256 are left again.
 */
static void test_s7_at_the_limit_of_its_law(void **state)
{
	static const char *const revisions[] = {"rotation:rev=5.7", "rotation:rev=5.10",
						"rotation:rev=6.1", "rotation:rev=2026"};

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		const unsigned int order = 9 + i % 2;
		const uint64_t out = UINT64_C(32) << order;
		struct bs_world *w = bs_world_create_full("linux-6.1", 40 * BLOCK);
		struct asker a = {.wanted = 10};
		struct bs_report_stats st;
		struct bs_zone_info zi;
		uint64_t live;

		bs_zone_set_watermarks(w->m, 0, 245, 246, 300);
		w->arg = &a;
		bs_world_start(w, revisions[i / 2], 32);
		free_blocks(w, 0, 32, order);
		bs_zone_info(w->m, 0, &zi);
		live = zi.managed - zi.nr_free_pages;
		assert_int_equal(live + 10, zi.managed - zi.watermark_low - out);
		w->during = ask_once;
		assert_true(bs_world_work(w));
		assert_int_equal(w->calls, 1);
		bs_report_stats(w->rc, &st);
		assert_int_equal(st.isolated_peak_bytes, out * BS_UNIT_SIZE);
		assert_int_equal(a.granted, 10);
		bs_world_destroy(w);

		w = bs_world_create_full("linux-6.1", 40 * BLOCK);
		a = (struct asker){.wanted = 12};
		bs_zone_set_watermarks(w->m, 0, 245, 246, 300);
		w->arg = &a;
		bs_world_start(w, revisions[i / 2], 32);
		free_blocks(w, 0, 32, order);
		w->during = ask_once;
		bs_world_work(w);
		assert_int_equal(a.granted, 11);
		assert_int_equal(a.false_oom, 1);
		bs_world_destroy(w);
	}
}

/* ---- What stays raw (law 21) ----------------------------------------------------------------- */

static struct bs_world *full_zones(unsigned int nr_zones, unsigned int blocks)
{
	const bs_pfn pages = blocks * BLOCK;
	const struct bs_zone_range two[] = {
		{.type = BS_ZONE_DMA32, .spanned = pages},
		{.type = BS_ZONE_NORMAL, .start = pages, .spanned = pages}};
	const struct bs_zone_range one = {.type = BS_ZONE_NORMAL, .spanned = pages};
	struct bs_world *w =
		bs_world_create_empty("linux-6.1", nr_zones == 2 ? two : &one, nr_zones);
	struct bs_error err;

	assert_ok(bs_machine_boot_range(w->m, 0, nr_zones * pages, &err), &err);
	/* With marks of 0 a zone gives all but the last block to a reporter, and all to a guest. */
	for (unsigned int i = 0; i < nr_zones * blocks; i++)
		assert_int_not_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), BS_NO_PFN);
	return w;
}

static void assert_raw(struct bs_world *w, const char *strategy, unsigned int blocks10,
		       unsigned int blocks9)
{
	const uint64_t raw = bs_report_raw_bytes(w->rc);

	if (raw != blocks10 * (UINT64_C(4) << 20) + blocks9 * (UINT64_C(2) << 20))
		fail_msg("%s: %llu bytes raw, not %u + %u blocks", strategy,
			 (unsigned long long)raw, blocks10, blocks9);
}

/*
 *   |F F F ... F|A A ... A|  |F F F ... F|A A ... A|      zones of 40 blocks of 4 MiB
 *    one less than the mark    the same                   nothing is due, and nothing comes
 *    and one more: it runs, and reports all of that zone
 *
 * bitmap counts set bits per zone type, 16; one bit a block, whatever its order. The mark of bubble
 * to list-walk is per order and zone, 32: 31 blocks of 4 MiB and, in a zone of 80, 31 of 2 MiB
 * beside them, are no reason to run. (A page of zone 1 is free before its worker runs: with marks
 * of 0 the last free block of a zone is never isolated.)
 */
static void test_exactly_what_the_mark_allows_stays_raw(void **state)
{
	static const struct {
		const char *strategy;
		unsigned int mark;
		bool per_order;
	} cases[] = {
		{"bitmap", 16, false},	{"bubble", 32, true},	 {"scatterlist", 32, true},
		{"boundary", 32, true}, {"list-walk", 32, true}, {"list-walk:from=head", 32, true},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *s = cases[i].strategy;
		const unsigned int n = cases[i].mark - 1, nines = cases[i].per_order ? n : 0;
		struct bs_world *w = full_zones(2, 80);

		bs_world_start(w, s, 32);
		bs_world_settle(w, 10); /* the flush of what was free before: nothing */
		for (unsigned int zone = 0; zone < 2; zone++) {
			free_blocks(w, 80 * zone, n, 10);
			free_blocks(w, 80 * zone + 40, nines, 9);
		}
		assert_int_equal(bs_world_settle(w, 10), 0);
		assert_int_equal(w->calls, 0);
		assert_raw(w, s, 2 * n, 2 * nines);
		/* One more in zone 1; a page for the watermark, which takes none of the blocks. */
		bs_world_free(w, 159 * BLOCK, 0);
		assert_int_equal(bs_world_settle(w, 10), 0);
		free_blocks(w, 80 + n, 1, 10);
		assert_int_equal(bs_world_settle(w, 10), 1);
		assert_raw(w, s, n, nines);
		assert_int_equal(w->violations, 0);
		bs_world_destroy(w);
	}
}

/* rotation has no mark: one block of either order is enough, and none is left. It wants 64 MiB
 * of headroom, which the first 16 blocks are, and something left behind: 16 pages, which nobody
 * reports. */
static void test_s7_leaves_none(void **state)
{
	struct bs_world *w = full_zones(2, 40);

	(void)state;
	bs_world_start(w, "rotation", 32);
	bs_world_settle(w, 10);
	for (unsigned int zone = 0; zone < 2; zone++) {
		free_blocks(w, 40 * zone, 16, 10);
		bs_world_free(w, (40 * zone + 39) * BLOCK, 4);
	}
	bs_world_settle(w, 100);
	assert_raw(w, "rotation", 0, 0);
	free_blocks(w, 20, 1, 9);
	assert_raw(w, "rotation", 0, 1);
	assert_int_equal(bs_world_settle(w, 100), 1);
	free_blocks(w, 61, 1, 10);
	assert_raw(w, "rotation", 1, 0);
	assert_int_equal(bs_world_settle(w, 100), 1);
	assert_raw(w, "rotation", 0, 0);
	bs_world_destroy(w);
}

/* ---- Overrun (22) ---------------------------------------------------------------------------- */

static void free_the_rest(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		free_blocks(w, 32, 32, 10);
}

/*
 * 32 blocks are freed, and while the host keeps the first request, 32 more. The free lists, or the
 * bits, are the record, so nothing is lost: when all is over, what is raw is within the mark. As it
 * was posted bitmap loses what is behind its scan; with fixes=cursor it does not. percpu-array's
 * record is an array of 8 which the scan holds until its last request is answered: it is full, so
 * each of the 32 is dropped and stays raw until it is freed again.
 */
static void test_overrun(void **state)
{
	static const struct {
		const char *strategy;
		unsigned int at_most;
	} cases[] = {
		{"bitmap:fixes=merge+watermark+cursor", 15},
		{"april-sketch", 31},
		{"bubble", 31},
		{"scatterlist", 31},
		{"boundary", 31},
		{"list-walk", 31},
		{"rotation", 0},
		{"rotation:rev=5.7", 0},
	};
	const struct bs_percpu_array *a;
	struct bs_world *w;

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = bs_world_create_full("linux-6.1", 64 * BLOCK);
		bs_world_start(w, cases[i].strategy, 32);
		w->during = free_the_rest;
		free_blocks(w, 0, 32, 10);
		bs_world_settle(w, 100);
		assert_false(w->wake_armed);
		if (bs_report_raw_bytes(w->rc) > cases[i].at_most * (UINT64_C(4) << 20))
			fail_msg("%s: %llu bytes left raw by an overrun", cases[i].strategy,
				 (unsigned long long)bs_report_raw_bytes(w->rc));
		bs_world_destroy(w);
	}
	w = bs_world_create_full("linux-6.1", 64 * BLOCK);
	bs_world_start(w, "percpu-array:entries=8,threshold=8", 32);
	w->during = free_the_rest;
	free_blocks(w, 0, 8, 10);
	bs_world_settle(w, 100);
	a = bs_cpu_state(w->rc, 0);
	assert_int_equal(a->dropped, 32);
	assert_raw(w, "percpu-array", 32, 0);
	/* ... which tells it. */
	w->during = NULL;
	for (unsigned int i = 0; i < 40; i++)
		assert_int_not_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), BS_NO_PFN);
	free_blocks(w, 32, 8, 10);
	assert_raw(w, "percpu-array", 8, 0);
	bs_world_settle(w, 100);
	assert_raw(w, "percpu-array", 0, 0);
	bs_world_destroy(w);
}

/* ---- Off (35) -------------------------------------------------------------------------------- */

struct pair {
	struct bs_world *w[2];
	bs_pfn live[256];
	uint8_t order[256];
	unsigned int nr_live;
	bs_pfn away; /* a pageblock that both guests have isolated, or BS_NO_PFN */
	const char *differs;
};

static void draw_both(struct pair *p)
{
	static const size_t size = 1 << 16;
	char *text[2];

	for (unsigned int i = 0; i < 2; i++) {
		text[i] = malloc(size);
		assert_non_null(text[i]);
		bs_machine_draw(p->w[i]->m, text[i], size, 1000);
	}
	if (strcmp(text[0], text[1]))
		p->differs = "the lists differ";
	free(text[0]);
	free(text[1]);
}

static void alloc_both(struct pair *p, struct bs_rng *rng)
{
	static const uint8_t orders[] = {0, 3, 8, 9, 10};
	const unsigned int order = orders[bs_rng_below(rng, 5)];
	const unsigned int mt = (unsigned int)bs_rng_below(rng, 3);
	const bs_pfn pfn = bs_world_alloc(p->w[0], order, mt);

	if (bs_world_alloc(p->w[1], order, mt) != pfn)
		p->differs = "another page was given out";
	else if (pfn != BS_NO_PFN) {
		p->live[p->nr_live] = pfn;
		p->order[p->nr_live++] = (uint8_t)order;
	}
}

static void free_both(struct pair *p, unsigned int i)
{
	bs_world_free(p->w[0], p->live[i], p->order[i]);
	bs_world_free(p->w[1], p->live[i], p->order[i]);
	p->live[i] = p->live[--p->nr_live];
	p->order[i] = p->order[p->nr_live];
}

/* Blocks move between lists (block_move()), the way that a strategy hears of even while it is
 * off. */
static void isolate_both(struct pair *p, struct bs_rng *rng)
{
	const bs_pfn pfn = (bs_pfn)bs_rng_below(rng, 32) * 512;
	int ret[2];

	if (p->away != BS_NO_PFN) {
		for (unsigned int i = 0; i < 2; i++)
			bs_unisolate_pageblock(p->w[i]->m, p->away, BS_MIGRATE_MOVABLE);
		p->away = BS_NO_PFN;
		return;
	}
	for (unsigned int i = 0; i < 2; i++)
		ret[i] = bs_isolate_range(p->w[i]->m, pfn, pfn + 512);
	if (ret[0] != ret[1])
		p->differs = "one of them isolates";
	if (!ret[0])
		p->away = pfn;
}

/* One step in both guests. */
static void step(struct pair *p, struct bs_rng *rng)
{
	if (!bs_rng_below(rng, 8))
		isolate_both(p, rng);
	else if (p->nr_live < 256 && bs_rng_below(rng, 100) < (p->nr_live < 60 ? 70 : 40))
		alloc_both(p, rng);
	else if (p->nr_live)
		free_both(p, (unsigned int)bs_rng_below(rng, p->nr_live));
}

/* 600 steps in two guests that should not differ; what does, or NULL. */
static const char *run_pair(struct bs_world *one, struct bs_world *other, uint64_t seed)
{
	struct pair p = {.w = {one, other}, .away = BS_NO_PFN};
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int n = 0; n < 600 && !p.differs; n++) {
		step(&p, &rng);
		if (n % 10 == 0)
			draw_both(&p);
	}
	return p.differs;
}

static const char *compare_with_none(const struct bs_strategy *s, const char *kernel,
				     bool on_and_off, uint64_t seed)
{
	struct bs_world *w[2];
	const char *differs;

	for (unsigned int i = 0; i < 2; i++)
		w[i] = bs_world_create(kernel, 16 * BLOCK);
	bs_world_bind(w[1], s, NULL, 32);
	if (on_and_off) {
		assert_int_equal(bs_report_start(w[1]->rc), 0);
		bs_report_stop(w[1]->rc);
	}
	differs = run_pair(w[0], w[1], seed);
	assert_int_equal(w[1]->calls, 0);
	bs_world_destroy(w[0]);
	bs_world_destroy(w[1]);
	return differs;
}

/*
 * The end of its list to which a series' patched allocator moves a free block, on or off (5: the
 * head; 6: the tail, small blocks too; 7: the head). For scatterlist that was seen: in
 * scatterlist-01 of the vectors it shows before the strategy is enabled. rotation's (the tail of
 * 6.1) never shows: on linux-5.4 no large block moves to a list that has another one, un-isolated
 * it is freed.
 */
static const struct {
	const char *strategy, *same_as; /* the kernel whose own choice it is, too */
} movers[] = {
	{"bubble", "linux-5.4"},
	{"scatterlist", "linux-6.1"},
	{"boundary", "linux-5.4"},
};

static bool moves_elsewhere(const struct bs_strategy *s, const char *kernel)
{
	for (unsigned int i = 0; i < sizeof(movers) / sizeof(movers[0]); i++)
		if (!strcmp(movers[i].strategy, s->name))
			return strcmp(movers[i].same_as, kernel) != 0;
	return false;
}

/*
 * Bound and never switched on, and switched on and off before the guest begins: the same pages are
 * given out and the same lists stand as in a guest that has no strategy. What is known to differ,
 * and does: a series that was on once moves free blocks between lists as its own patched allocator
 * does (block_move(): isolation and steals make it), on or off, because marks stay.
 */
static void test_off_is_as_if_it_were_not_there(void **state)
{
	static const char *const kernels[] = {"linux-6.1", "linux-5.4"};
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int k = 0; (s = bs_strategy_at(k / 4)) != NULL; k++) {
		const bool on_and_off = k & 1;
		const char *kernel = kernels[k >> 1 & 1];
		const char *differs = NULL;
		const bool by_design = on_and_off && moves_elsewhere(s, kernel);

		for (uint64_t seed = 1; seed <= 6 && !differs; seed++)
			differs = compare_with_none(s, kernel, on_and_off, seed);
		if ((differs != NULL) != by_design)
			fail_msg("%s, %s on %s: %s", s->name,
				 on_and_off ? "switched off" : "never switched on", kernel,
				 differs ? differs : "moves blocks as the kernel does");
	}
}

/* ---- The comparison can see: a listener that goes on after the strategy was switched off ----- */

static void at_the_other_end(void *arg, const struct bs_block *b, enum bs_why why,
			     struct bs_spot *at)
{
	(void)arg;
	(void)b;
	(void)why;
	at->tail = !at->tail;
}

static bool move_to_the_other_end(void *arg, const struct bs_block *b, unsigned int to_mt,
				  enum bs_why why, struct bs_spot *at)
{
	(void)to_mt;
	at_the_other_end(arg, b, why, at);
	return true;
}

static void test_one_that_is_off_and_still_places_is_seen(void **state)
{
	static const struct bs_hooks hooks = {.place = at_the_other_end,
					      .block_move = move_to_the_other_end};
	static const uint32_t masks[] = {0, BS_HOOK_PLACE, BS_HOOK_BLOCK_MOVE};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct bs_world *w[2];
		const char *differs;

		for (unsigned int k = 0; k < 2; k++)
			w[k] = bs_world_create("linux-6.1", 16 * BLOCK);
		bs_machine_listen(w[1]->m, &hooks, NULL);
		bs_zone_listen(w[1]->m, 0, masks[i], 9);
		differs = run_pair(w[0], w[1], 1);
		assert_int_equal(differs != NULL, i != 0);
		bs_world_destroy(w[0]);
		bs_world_destroy(w[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_false_oom_is_what_the_pull_takes),
		cmocka_unit_test(test_s7_at_the_limit_of_its_law),
		cmocka_unit_test(test_exactly_what_the_mark_allows_stays_raw),
		cmocka_unit_test(test_s7_leaves_none),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_off_is_as_if_it_were_not_there),
		cmocka_unit_test(test_one_that_is_off_and_still_places_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
