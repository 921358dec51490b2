// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random mixes of requests, frees, compaction, reclaim, reporting, isolation and ranges that one owner takes, in a
 * guest whose owners know what they have, and what is in it: after each mix the allocator's own check passes, no page
 * is lost or in two places, what is with a reporter or in a range is never a source or a target, and a page's content
 * and its word are there when its owner looks, wherever it was moved.
 *
 * A few seconds of it are a part of every run. BS_LAWS_STEPS=100000000 BS_LAWS_SEED=1 (or another seed, to go on or to
 * do it side by side) is the long form, for a release build; it says how far it has come. Where one fails it says the
 * seed: BS_LAWS_STEPS=1 BS_LAWS_EACH=1 with that looks at everything after each step.
 */
#include "mm_test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm_compact.h"
#include "mm_range.h"
#include "mm_reclaim.h"
#include "mm_report.h"
#include "rng.h"

#define PAGES 8192u
#define EDGE 3072u /* between the zones */
#define STEPS 6000u /* of a guest, before it is given back as a whole */
#define TAKEN 64u

enum who { NOBODY, KERNEL, FILE_PAGE, ANON_PAGE, HUGE_PAGE, REPORTER, RANGE };

/* @content: of its first page; those of the others follow it. @at: in the list of all that are live */
struct block {
	uint64_t content;
	bs_pfn head;
	uint32_t at;
	uint8_t order, who;
};

struct piece {
	bs_pfn pfn;
	uint8_t order;
};

struct world {
	struct bs_machine *m;
	struct bs_rng rng;
	uint8_t who[PAGES], isolated[PAGES];
	uint32_t slot[PAGES]; /* of the block, where it has one */
	uint64_t content[PAGES];
	struct block block[PAGES + 1]; /* [0] is none */
	uint32_t live[PAGES], free_slot[PAGES];
	unsigned int nr_live, nr_free_slots, pbo;
	struct piece taken[TAKEN], range[TAKEN];
	unsigned int nr_taken, nr_ranges;
	uint64_t stamps, swap, seed, step, what;
	const char *kernel; /* where it is; NULL: it is done */
	bool checks_each;
	uint64_t moved, evicted, made, reported, isolations, ranges,
		splits; /* it was about something */
};

static uint64_t pick(struct world *w, uint64_t n)
{
	return bs_rng_below(&w->rng, n);
}

static void change(struct world *w, bs_pfn pfn, unsigned int order, enum who from, enum who to)
{
	assert_int_equal(pfn & ((1u << order) - 1), 0);
	assert_true(pfn + (1u << order) <= PAGES);
	for (bs_pfn p = pfn; p < pfn + (1u << order); p++) {
		assert_int_equal(w->who[p], from);
		w->who[p] = (uint8_t)to;
	}
}

/* ---- Owners ---------------------------------------------------------------------------------- */

static void join(struct world *w, const struct block *b)
{
	static const enum bs_mm_lru lru[] = {[FILE_PAGE] = BS_MM_LRU_FILE,
					     [ANON_PAGE] = BS_MM_LRU_ANON,
					     [HUGE_PAGE] = BS_MM_LRU_HUGE};

	if (b->who != KERNEL)
		assert_int_equal(bs_mm_lru_join(w->m, b->head, lru[b->who]), 0);
}

static void own(struct world *w, bs_pfn pfn, unsigned int order, enum who from, enum who who)
{
	const uint32_t slot = w->free_slot[--w->nr_free_slots];
	struct block *b = &w->block[slot];

	change(w, pfn, order, from, who);
	for (bs_pfn p = pfn; from == NOBODY && p < pfn + (1u << order); p++)
		w->content[p] = ++w->stamps;
	*b = (struct block){w->content[pfn], pfn, w->nr_live, (uint8_t)order, (uint8_t)who};
	w->live[w->nr_live++] = slot;
	bs_page_set_word(w->m, pfn, slot);
	for (bs_pfn p = pfn; p < pfn + (1u << order); p++)
		w->slot[p] = slot;
	join(w, b);
}

/* Its content is what it was given, and so is its word. */
static void look(struct world *w, const struct block *b)
{
	const uint32_t slot = w->live[b->at];

	assert_int_equal(bs_page_word(w->m, b->head), slot);
	assert_int_equal(bs_allocated_order(w->m, b->head), b->order);
	for (bs_pfn p = b->head; p < b->head + (1u << b->order); p++) {
		assert_int_equal(w->who[p], b->who);
		assert_int_equal(w->slot[p], slot);
		assert_true(w->content[p] == b->content + (p - b->head));
	}
}

static void disown(struct world *w, struct block *b, enum who to)
{
	const uint32_t slot = w->live[b->at], last = w->live[--w->nr_live];

	change(w, b->head, b->order, (enum who)b->who, to);
	for (bs_pfn p = b->head; p < b->head + (1u << b->order); p++) {
		w->slot[p] = 0;
		if (to == NOBODY)
			w->content[p] = 0;
	}
	w->live[b->at] = last;
	w->block[last].at = b->at;
	w->free_slot[w->nr_free_slots++] = slot;
}

/* A page may be moved: what is told before, and when it is done. */
static void may_move(struct world *w, bs_pfn from, bs_pfn to, unsigned int order)
{
	for (bs_pfn i = 0; i < 1u << order; i++) {
		assert_true(w->who[from + i] == FILE_PAGE || w->who[from + i] == ANON_PAGE ||
			    (order && w->who[from + i] == HUGE_PAGE));
		if (to != BS_NO_PFN)
			assert_int_equal(w->who[to + i], NOBODY);
	}
}

static void step(void *arg, const struct bs_mm_step *s)
{
	if (s->kind == BS_MM_TARGET)
		may_move(arg, (bs_pfn)s->v[0], (bs_pfn)s->v[1], 0);
}

static void moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct world *w = arg;
	const uint32_t slot = w->slot[from];
	struct block *b = &w->block[slot];

	may_move(w, from, to, order);
	assert_int_equal(b->head, from);
	assert_int_equal(b->order, order);
	assert_int_equal(bs_page_word(w->m, to), slot);
	for (bs_pfn i = 0; i < 1u << order; i++) {
		w->who[to + i] = w->who[from + i];
		w->who[from + i] = NOBODY;
		w->slot[to + i] = slot;
		w->slot[from + i] = 0;
		w->content[to + i] = w->content[from + i];
		w->content[from + i] = 0;
	}
	b->head = to;
	w->moved++;
}

static bool evict(void *arg, bs_pfn pfn, unsigned int order, bool anon)
{
	struct world *w = arg;
	struct block *b = &w->block[w->slot[pfn]];

	assert_true(w->slot[pfn]);
	assert_int_equal(b->head, pfn);
	assert_int_equal(b->order, order);
	assert_int_equal(anon, b->who == ANON_PAGE || b->who == HUGE_PAGE);
	if (!pick(w, 8))
		return false;
	if (anon) {
		if (w->swap < 1u << order)
			return false;
		w->swap -= 1u << order;
	}
	disown(w, b, NOBODY);
	w->evicted++;
	return true;
}

static uint64_t swap_room(void *arg)
{
	return ((struct world *)arg)->swap;
}

/* ---- What happens ---------------------------------------------------------------------------- */

static void request(struct world *w, bool waits)
{
	static const unsigned int gfps[] = {
		BS_GFP_HIGHUSER_MOVABLE,
		BS_GFP_KERNEL,
		BS_GFP_KERNEL | BS_GFP_RECLAIMABLE,
		BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NORETRY,
	};
	const unsigned int kind = (unsigned int)(waits ? pick(w, 4) : pick(w, 32) ? 0 : pick(w, 3));
	const unsigned int cpu = (unsigned int)pick(w, 2), gfp = gfps[kind];
	unsigned int order = 0;
	enum who who = KERNEL;
	bs_pfn pfn;

	if (waits ? pick(w, 2) : !pick(w, 16))
		order = pick(w, 2) ? w->pbo : (unsigned int)pick(w, w->pbo + 2);
	pfn = waits ? bs_mm_alloc_waiting(w->m, cpu, gfp, order)
		    : bs_alloc_pages(w->m, cpu, gfp, order);
	if (pfn == BS_NO_PFN)
		return;
	w->made += waits && order > 3;
	if (gfp & BS_GFP_MOVABLE && order == w->pbo)
		who = HUGE_PAGE;
	else if (gfp & BS_GFP_MOVABLE && !order)
		who = pick(w, 3) ? ANON_PAGE : FILE_PAGE;
	own(w, pfn, order, NOBODY, who);
}

static void give_back(struct world *w)
{
	struct block b;

	if (!w->nr_live)
		return;
	b = w->block[w->live[pick(w, w->nr_live)]];
	look(w, &b);
	bs_mm_lru_leave(w->m, b.head, b.order);
	disown(w, &w->block[w->live[b.at]], NOBODY);
	bs_free_pages(w->m, (unsigned int)pick(w, 2), b.head, b.order);
}

/* A huge page becomes pages, of which some are freed. */
static void split(struct world *w)
{
	struct block b;

	if (!w->nr_live)
		return;
	b = w->block[w->live[pick(w, w->nr_live)]];
	if (b.who != HUGE_PAGE || w->nr_free_slots <= 1u << b.order)
		return;
	bs_mm_lru_leave(w->m, b.head, b.order);
	disown(w, &w->block[w->live[b.at]], RANGE);
	for (bs_pfn p = b.head; p < b.head + (1u << b.order); p++)
		assert_int_equal(bs_split_allocated(w->m, p, 0), 0);
	for (bs_pfn p = b.head; p < b.head + (1u << b.order); p++) {
		if (pick(w, 4)) {
			own(w, p, 0, RANGE, ANON_PAGE);
			continue;
		}
		change(w, p, 0, RANGE, NOBODY);
		w->content[p] = 0;
		bs_free_pages(w->m, 0, p, 0);
	}
	w->splits++;
}

static void use_again(struct world *w)
{
	if (w->nr_live)
		bs_mm_lru_used(w->m, w->block[w->live[pick(w, w->nr_live)]].head);
}

static void report(struct world *w)
{
	const unsigned int order = (unsigned int)pick(w, w->pbo + 2), mt = (unsigned int)pick(w, 3);
	const unsigned int zone = (unsigned int)pick(w, bs_nr_zones(w->m));
	bs_pfn pfn;

	if (w->nr_taken == TAKEN)
		return;
	bs_mm_zone_lock(w->m, zone);
	pfn = bs_mm_list_last(w->m, zone, order, mt);
	if (pfn != BS_NO_PFN && bs_mm_isolate_free_page(w->m, pfn, order)) {
		change(w, pfn, order, NOBODY, REPORTER);
		w->taken[w->nr_taken++] = (struct piece){pfn, (uint8_t)order};
		w->reported++;
	}
	bs_mm_zone_unlock(w->m, zone);
}

static void put_back(struct world *w)
{
	unsigned int i, final_order, zone;
	struct piece p;
	bs_pfn final;

	if (!w->nr_taken)
		return;
	i = (unsigned int)pick(w, w->nr_taken);
	p = w->taken[i];
	w->taken[i] = w->taken[--w->nr_taken];
	zone = (unsigned int)bs_pfn_zone(w->m, p.pfn);
	change(w, p.pfn, p.order, REPORTER, NOBODY);
	bs_mm_zone_lock(w->m, zone);
	final_order = bs_mm_putback(w->m, p.pfn, p.order, BS_MT_NOW, true, &final);
	if (final_order == p.order)
		bs_mm_set_reported(w->m, final, final_order, true);
	bs_mm_zone_unlock(w->m, zone);
}

static void isolate(struct world *w)
{
	const bs_pfn unit = 1u << w->pbo, pfn = (bs_pfn)pick(w, PAGES) & ~(unit - 1);

	if (w->isolated[pfn]) {
		bs_unisolate_range(w->m, pfn, pfn + unit, M);
		w->isolated[pfn] = 0;
	} else if (!bs_isolate_range(w->m, pfn, pfn + unit)) {
		w->isolated[pfn] = 1;
		w->isolations++;
	}
}

/* One owner takes a range, as a virtio-mem device or a balloon of large pieces does, and gives it back. */
static void range(struct world *w)
{
	const bs_pfn unit = 1u << bs_mm_contig_order(w->m),
		     pfn = (bs_pfn)pick(w, PAGES) & ~(unit - 1);
	unsigned int order = 0, i;

	while (1u << order < unit)
		order++;
	if (w->nr_ranges && pick(w, 2)) {
		i = (unsigned int)pick(w, w->nr_ranges);
		change(w, w->range[i].pfn, w->range[i].order, RANGE, NOBODY);
		bs_mm_free_contig(w->m, 0, w->range[i].pfn, w->range[i].pfn + unit);
		w->range[i] = w->range[--w->nr_ranges];
		return;
	}
	for (bs_pfn p = pfn; p < pfn + unit; p++)
		if (w->isolated[p] || w->who[p] == KERNEL || w->who[p] == RANGE)
			return;
	if (w->nr_ranges == TAKEN || pfn + unit > PAGES ||
	    bs_mm_alloc_contig(w->m, 0, pfn, pfn + unit))
		return;
	change(w, pfn, order, NOBODY, RANGE);
	w->range[w->nr_ranges++] = (struct piece){pfn, (uint8_t)order};
	w->ranges++;
}

static void kswapd(struct world *w)
{
	const unsigned int hz = (unsigned int)pick(w, 2) ? BS_ZONE_NORMAL : BS_ZONE_DMA32;
	struct bs_mm_kswapd k;

	bs_mm_kswapd_starts(w->m, hz, &k);
	while (bs_mm_kswapd_round(w->m, 0, &k))
		if (!pick(w, 4))
			request(w, false);
	bs_mm_kswapd_ends(w->m, &k);
}

/* Somebody of those that work when memory is short. */
static void pressure(struct world *w)
{
	w->swap = pick(w, 2048);
	switch (pick(w, 8)) {
	case 0:
		bs_mm_compact_memory(w->m, 0);
		return;
	case 1:
		bs_mm_compact_proactive(w->m, 0);
		return;
	case 2:
		bs_mm_kcompactd(w->m, 0, (unsigned int)pick(w, w->pbo + 1), BS_ZONE_NORMAL);
		return;
	case 3:
		bs_mm_reclaim_pages(w->m, 0, pick(w, 200));
		return;
	case 4:
		if (!pick(w, 8))
			bs_mm_drop_all(w->m, 0);
		return;
	case 5:
		kswapd(w);
		return;
	default:
		request(w, true);
	}
}

/* ---- Looked at ------------------------------------------------------------------------------- */

static void check(struct world *w)
{
	static const int state[] = {
		[KERNEL] = BS_PAGE_ALLOCATED,	 [FILE_PAGE] = BS_PAGE_ALLOCATED,
		[ANON_PAGE] = BS_PAGE_ALLOCATED, [HUGE_PAGE] = BS_PAGE_ALLOCATED,
		[REPORTER] = BS_PAGE_ISOLATED,	 [RANGE] = BS_PAGE_RESERVED};
	struct bs_error err;

	assert_ok(bs_machine_check(w->m, &err), &err);
	for (bs_pfn p = 0; p < PAGES; p++) {
		const enum bs_page_state s = bs_page_state(w->m, p);

		if (w->who[p] == NOBODY)
			assert_true(s == BS_PAGE_FREE || s == BS_PAGE_PCP);
		else
			assert_int_equal(s, state[w->who[p]]);
	}
	for (unsigned int i = 0; i < w->nr_live; i++)
		look(w, &w->block[w->live[i]]);
}

static void begin(struct world *w, const char *kernel, uint64_t seed)
{
	static const unsigned int blocks[] = {5, 9, 6};
	const struct bs_mm_evictor evictor = {w, evict, swap_room, NULL};
	const struct bs_zone_range zones[] = {
		{.type = BS_ZONE_DMA32, .spanned = EDGE},
		{.type = BS_ZONE_NORMAL, .start = EDGE, .spanned = PAGES - EDGE}};
	struct bs_error err;

	memset(w, 0, sizeof(*w));
	w->kernel = kernel;
	w->seed = seed;
	w->checks_each = getenv("BS_LAWS_EACH");
	bs_rng_seed(&w->rng, seed);
	w->pbo = blocks[seed % 3];
	for (uint32_t i = PAGES; i > 0; i--)
		w->free_slot[w->nr_free_slots++] = i;
	assert_ok(
		bs_machine_create(&(struct bs_machine_config){.kernel = kernel,
							      .memory_bytes = PAGES * BS_UNIT_SIZE,
							      .zones = zones,
							      .nr_zones = 2,
							      .nr_cpus = 2,
							      .pageblock_order = w->pbo,
							      .counter_drift = seed & 1,
							      .seed = seed},
				  &w->m, &err),
		&err);
	bs_mm_compact_watch(w->m, &(struct bs_mm_watch){.arg = w, .step = step, .moved = moved});
	assert_int_equal(bs_mm_reclaim_begin(w->m, &evictor), 0);
	bs_mm_set_defrag_mode(w->m, seed & 2);
}

/* All comes back: everything is free, nothing lost. */
static void end(struct world *w)
{
	while (w->nr_taken)
		put_back(w);
	for (bs_pfn p = 0; p < PAGES; p++)
		if (w->isolated[p])
			bs_unisolate_range(w->m, p, p + (1u << w->pbo), M);
	while (w->nr_ranges)
		range(w);
	while (w->nr_live)
		give_back(w);
	bs_drain_pages(w->m, BS_ALL_CPUS);
	check(w);
	assert_int_equal(nr_free_pages(w->m, 0) + nr_free_pages(w->m, 1), PAGES);
	bs_machine_destroy(w->m);
	w->kernel = NULL;
}

static void one_guest(struct world *w, const char *kernel, uint64_t seed, unsigned int steps)
{
	begin(w, kernel, seed);
	for (unsigned int i = 0; i < steps; i++) {
		const uint64_t what = pick(w, 128);

		w->step = i;
		w->what = what;
		if (what < 3)
			pressure(w);
		else if (what < 7)
			report(w);
		else if (what < 11)
			put_back(w);
		else if (what == 11)
			isolate(w);
		else if (what < 14)
			range(w);
		else if (what < 20)
			split(w);
		else if (what < 25)
			use_again(w);
		else if (what == 25)
			bs_drain_pages(w->m, pick(w, 2) ? BS_ALL_CPUS : 0);
		/* Waves of more requests than frees, and back. */
		else if (pick(w, 100) < (i / 1000 % 2 ? 40 : 66))
			request(w, false);
		else
			give_back(w);
		if (w->checks_each || i % 128 == 0)
			check(w);
	}
	end(w);
}

static void test_laws(void **state)
{
	const uint64_t all = bs_test_number("BS_LAWS_STEPS", 150000),
		       first = bs_test_number("BS_LAWS_SEED", 1);
	struct world *w = *state;
	uint64_t done = 0, told = 0, n[7] = {0}, seed = first;
	bool more = true;

	for (; more; seed++) {
		for (const char *const *k = bs_kernel_names(); *k; k++) {
			one_guest(w, *k, seed, STEPS);
			done += STEPS;
			n[0] += w->moved;
			n[1] += w->evicted;
			n[2] += w->made;
			n[3] += w->reported;
			n[4] += w->isolations;
			n[5] += w->ranges;
			n[6] += w->splits;
		}
		more = done < all;
		if (done - told < 10000000 && more)
			continue;
		told = done;
		print_message("seeds %" PRIu64 " to %" PRIu64 ", %" PRIu64 " steps: %" PRIu64
			      " pages moved, %" PRIu64 " evicted, %" PRIu64 " blocks made, %" PRIu64
			      " reported, %" PRIu64 " isolated, %" PRIu64 " ranges taken, %" PRIu64
			      " huge pages split\n",
			      first, seed, done, n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
		fflush(stdout);
	}
	for (unsigned int i = 0; i < 7; i++)
		assert_true(n[i] > 10 || all == 1);
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return !*state;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	if (w->kernel) {
		print_message("seed %" PRIu64 ", %s, step %" PRIu64 ", what %" PRIu64 "\n", w->seed,
			      w->kernel, w->step, w->what);
		bs_machine_destroy(w->m);
	}
	free(w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_laws, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
