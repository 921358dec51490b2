// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random requests, frees, runs over the zone and requests that wait, in a guest whose owners know what they
 * have: after each step the allocator's own check passes, every owner's page is still his and carries his word, and
 * no page is lost or somebody else's, too.
 */
#include "mm_test.h"

#include <stdlib.h>

#include "mm_compact.h"
#include "rng.h"

#define PAGES 4096u
#define STEPS 3000u

struct world {
	struct bs_machine *m;
	struct bs_rng rng;
	uint32_t owner[PAGES]; /* number of the block, 0: nobody's */
	bs_pfn head[PAGES]; /* by number - 1 */
	uint8_t order[PAGES];
	unsigned int nr, moved, made;
};

static uint64_t pick(struct world *w, uint64_t n)
{
	return bs_rng_below(&w->rng, n);
}

static void own(struct world *w, bs_pfn pfn, unsigned int order, uint32_t number)
{
	for (bs_pfn p = pfn; p < pfn + (1u << order); p++) {
		assert_int_equal(number ? w->owner[p] : !w->owner[p], 0);
		w->owner[p] = number;
	}
}

static void moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct world *w = arg;
	const uint32_t number = w->owner[from];

	assert_int_not_equal(number, 0);
	assert_int_equal(w->order[number - 1], 0);
	assert_int_equal(order, 0);
	assert_int_equal(bs_page_word(w->m, to), number);
	own(w, to, 0, number);
	w->owner[from] = 0;
	w->head[number - 1] = to;
	w->moved++;
}

static void take(struct world *w, bs_pfn pfn, unsigned int order, unsigned int gfp)
{
	const uint32_t number = ++w->nr;

	own(w, pfn, order, number);
	w->head[number - 1] = pfn;
	w->order[number - 1] = (uint8_t)order;
	bs_page_set_word(w->m, pfn, number);
	if (bs_gfp_is_movable_user(gfp))
		bs_page_set_lru(w->m, pfn, order, true);
}

static void request(struct world *w, bool waits)
{
	static const unsigned int gfps[] = {BS_GFP_KERNEL, BS_GFP_HIGHUSER_MOVABLE,
					    BS_GFP_KERNEL | BS_GFP_RECLAIMABLE,
					    BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NORETRY};
	const unsigned int gfp = gfps[waits ? pick(w, 4) : pick(w, 64) ? 1 : pick(w, 3)];
	const unsigned int order = waits ? (unsigned int)pick(w, 10) : pick(w, 8) ? 0 : 2;
	bs_pfn pfn;

	if (w->nr == PAGES)
		return;
	pfn = waits ? bs_mm_alloc_waiting(w->m, 0, gfp, order)
		    : bs_alloc_pages(w->m, 0, gfp, order);
	if (pfn == BS_NO_PFN)
		return;
	w->made += waits && order > 3;
	take(w, pfn, order, gfp);
}

static void give_back(struct world *w)
{
	uint32_t i, last;

	if (!w->nr)
		return;
	i = (uint32_t)pick(w, w->nr);
	own(w, w->head[i], w->order[i], 0);
	bs_free_pages(w->m, 0, w->head[i], w->order[i]);
	last = w->nr--;
	if (i + 1 == last)
		return;
	w->head[i] = w->head[last - 1];
	w->order[i] = w->order[last - 1];
	for (bs_pfn p = w->head[i]; p < w->head[i] + (1u << w->order[i]); p++)
		w->owner[p] = i + 1;
	bs_page_set_word(w->m, w->head[i], i + 1);
}

static void check(struct world *w)
{
	struct bs_error err;

	assert_ok(bs_machine_check(w->m, &err), &err);
	for (uint32_t i = 0; i < w->nr; i++) {
		assert_int_equal(bs_allocated_order(w->m, w->head[i]), w->order[i]);
		assert_int_equal(bs_page_word(w->m, w->head[i]), i + 1);
	}
	for (bs_pfn p = 0; p < PAGES; p++)
		assert_int_equal(bs_page_state(w->m, p) == BS_PAGE_ALLOCATED, w->owner[p] != 0);
}

static void one_seed(const char *kernel, uint64_t seed, unsigned int *moves, unsigned int *made)
{
	struct world *w = calloc(1, sizeof(*w));

	bs_rng_seed(&w->rng, seed);
	w->m = machine_with_pages(kernel, PAGES);
	boot_range(w->m, 0, PAGES);
	bs_mm_compact_watch(w->m, &(struct bs_mm_watch){.arg = w, .moved = moved});
	bs_mm_set_defrag_mode(w->m, seed & 1);
	for (unsigned int i = 0; i < PAGES * 3 / 4; i++)
		request(w, false);
	for (unsigned int i = 0; i < STEPS; i++) {
		const uint64_t what = pick(w, 64);

		if (what == 0)
			bs_mm_compact_memory(w->m, 0);
		else if (what < 4)
			request(w, true);
		else if (what < 30)
			request(w, false);
		else
			give_back(w);
		if (what < 4 || i % 64 == 0)
			check(w);
	}
	*moves += w->moved;
	*made += w->made;
	bs_machine_destroy(w->m);
	free(w);
}

static void test_no_page_is_lost(void **state)
{
	(void)state;
	for (const char *const *k = bs_kernel_names(); *k; k++) {
		unsigned int moves = 0, made = 0;

		for (uint64_t seed = 1; seed <= 4; seed++)
			one_seed(*k, seed, &moves, &made);
		print_message("%s: %u pages moved, %u blocks made\n", *k, moves, made);
		/* It was about something. */
		assert_true(moves > 1000 && made > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_page_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
