// SPDX-License-Identifier: GPL-2.0-or-later
/* The residency model: worked cases, and random operations against a naive model. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "residency.h"
#include "rng.h"

#define HALF 256U

static struct bs_residency model_with_pages(uint64_t nr_pages, bool thp)
{
	struct bs_residency r;
	struct bs_error err;

	assert_ok(bs_residency_init(&r, nr_pages, thp, &err), &err);
	return r;
}

static struct bs_refault touch(struct bs_residency *r, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	struct bs_refault fault = {0};

	bs_residency_touch(r, pfn, nr, now, &fault);
	return fault;
}

/*
 *   touch page 7      |R......| -> base pages: 1 resident; huge pages: all 512, by one fault
 * MEANING.md, huge pages
 */
static void test_first_touch(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_residency r = model_with_pages(1024, thp);
		struct bs_refault fault = touch(&r, 7, 1, 5);

		assert_int_equal(r.resident, thp ? 512 : 1);
		assert_int_equal(r.first_touch, r.resident);
		assert_true(bs_residency_test(&r, 7));
		assert_int_equal(bs_residency_test(&r, 8), thp);
		assert_false(bs_residency_test(&r, 512));
		/* Never discarded, so this was no refault. */
		assert_int_equal(r.refaults + fault.base_pages + fault.huge_pages, 0);
		bs_residency_destroy(&r);
	}
}

/*
 *                 huge page, 512 pages               Rss   unmapped  returned
 *   touched       |HHHHHHHHHHHHHHHH|                 512   0         0
 *   drop 1st half |........HHHHHHHH|                 256   256       0
 *   touch it      |bbbbbbbbHHHHHHHH| (beside: 256)   512   256       0
 *   drop 2nd half |bbbbbbbb........|                 256   0         512
 *   drop 1st half |................| page table left 0     0         768
 *   touch page 0  |b...............| a base page     1     0         768
 *   drop whole    |................| table gone      0     0         769
 *   touch page 0  |HHHHHHHHHHHHHHHH|                 512   0         769
 *
 * Measured, Linux 6.18 (MemFree, mincore): MEANING.md, huge pages.
 */
static void test_huge_page_dropped_in_parts(void **state)
{
	struct bs_residency r = model_with_pages(512, true);
	struct bs_refault fault;

	(void)state;
	touch(&r, 0, 512, 0);
	bs_residency_discard(&r, 0, HALF, 1);
	assert_int_equal(r.resident, 256);
	assert_int_equal(r.unmapped, 256);
	assert_int_equal(r.returned, 0);

	fault = touch(&r, 0, HALF, 2);
	assert_int_equal(fault.base_pages, 256);
	assert_int_equal(fault.huge_pages, 0);
	assert_int_equal(r.resident, 512);
	assert_int_equal(r.unmapped, 256);
	assert_int_equal(r.peak, 768);

	bs_residency_discard(&r, HALF, HALF, 3);
	assert_int_equal(r.resident, 256);
	assert_int_equal(r.unmapped, 0);
	assert_int_equal(r.returned, 512);

	bs_residency_discard(&r, 0, HALF, 4);
	assert_int_equal(r.resident, 0);
	assert_int_equal(r.returned, 768);

	fault = touch(&r, 0, 1, 5);
	assert_int_equal(r.resident, 1);
	assert_int_equal(fault.base_pages, 1);

	bs_residency_discard(&r, 0, 512, 6);
	assert_int_equal(r.returned, 769);
	assert_int_equal(r.discarded_total, 769);

	fault = touch(&r, 0, 1, 7);
	assert_int_equal(fault.huge_pages, 1);
	assert_int_equal(r.resident, 512);
	bs_residency_destroy(&r);
}

/* The kernel makes no huge page across a mapping's end: the last 100 pages are base pages. */
static void test_tail_of_the_arena_has_base_pages(void **state)
{
	struct bs_residency r = model_with_pages(512 + 100, true);

	(void)state;
	touch(&r, 512 + 96, 4, 0);
	assert_int_equal(r.resident, 4);
	bs_residency_discard(&r, 512 + 96, 2, 1);
	assert_int_equal(r.returned, 2);
	assert_int_equal(r.unmapped, 0);
	bs_residency_destroy(&r);
}

/*
 *   discard at 100 s, touched again after  1 s -> counts in both windows (inclusive)
 *                                         10 s -> in the 10 s window
 *                                         11 s -> in none
 */
static void test_windows_of_a_refault(void **state)
{
	const bs_ns t = 100 * BS_NS_PER_S, ages[] = {1, 10, 11};
	struct bs_residency r = model_with_pages(2048, false);

	(void)state;
	for (bs_pfn i = 0; i < 3; i++) {
		touch(&r, i * 512, 4, 0);
		bs_residency_discard(&r, i * 512, 4, t);
		touch(&r, i * 512, 4, t + ages[i] * BS_NS_PER_S);
	}
	assert_int_equal(r.refaults, 12);
	assert_int_equal(r.refault_pages, 12);
	assert_int_equal(r.refault_1s, 4);
	assert_int_equal(r.refault_10s, 8);
	assert_int_equal(r.first_touch, 12);
	bs_residency_destroy(&r);
}

/* ---- Random operations against a model that is obviously right -------------------------------- */

#define PAGES (5 * 512 + 192) /* the last region is cut */
#define REGIONS 6

struct naive_page {
	bool resident, discarded;
	bool of_huge; /* mapped by the region's huge page */
	bool lost; /* of the huge page, dropped, but the huge page still exists */
};

struct naive {
	struct naive_page page[PAGES];
	bool table[REGIONS]; /* a page table is in the way of a huge page */
	bs_ns when[REGIONS];
	bool thp;
	uint64_t redundant, discarded, returned, refaults, refault_pages, within_1s, within_10s;
	uint64_t first_touch;
};

static void naive_fault_page(struct naive *n, bs_pfn pfn, bs_ns now, bool count_fault)
{
	struct naive_page *p = &n->page[pfn];

	p->resident = true;
	if (p->discarded) {
		n->refaults += count_fault;
		n->refault_pages++;
		n->within_1s += now - n->when[pfn / 512] <= BS_NS_PER_S;
		n->within_10s += now - n->when[pfn / 512] <= 10 * BS_NS_PER_S;
	} else {
		n->first_touch++;
	}
	p->discarded = false;
}

static void naive_touch(struct naive *n, bs_pfn pfn, bs_ns now)
{
	const unsigned int region = pfn / 512;
	const uint64_t before = n->refault_pages;
	bool empty = true;

	if (n->page[pfn].resident)
		return;
	for (bs_pfn p = region * 512; p < region * 512 + 512 && p < PAGES; p++)
		empty = empty && !n->page[p].resident;
	if (!n->thp || !empty || n->table[region] || (region + 1) * 512 > PAGES) {
		naive_fault_page(n, pfn, now, true);
		return;
	}
	for (bs_pfn p = region * 512; p < region * 512 + 512; p++) {
		naive_fault_page(n, p, now, false);
		n->page[p].of_huge = true;
	}
	n->refaults += n->refault_pages > before;
}

static void naive_drop_page(struct naive *n, bs_pfn pfn, bool whole_region)
{
	struct naive_page *p = &n->page[pfn];
	const bs_pfn start = pfn / 512 * 512;
	unsigned int left = 0, lost = 0;

	if (!p->resident) {
		n->redundant++;
		return;
	}
	n->discarded++;
	p->resident = false;
	p->discarded = true;
	if (!p->of_huge) {
		n->returned++;
		return;
	}
	p->of_huge = false;
	p->lost = true;
	n->table[pfn / 512] = !whole_region;
	for (bs_pfn q = start; q < start + 512; q++) {
		left += n->page[q].of_huge;
		lost += n->page[q].lost;
	}
	if (left)
		return;
	n->returned += lost;
	for (bs_pfn q = start; q < start + 512; q++)
		n->page[q].lost = false;
}

static void naive_discard(struct naive *n, bs_pfn pfn, unsigned int nr, bs_ns now)
{
	for (bs_pfn p = pfn; p < pfn + nr; p++) {
		if (n->page[p].resident)
			n->when[p / 512] = now;
		naive_drop_page(n, p, nr >= 512);
	}
	for (bs_pfn p = pfn; nr >= 512 && p < pfn + nr; p += 512)
		n->table[p / 512] = false;
}

static void assert_same(const struct naive *n, const struct bs_residency *r)
{
	uint64_t resident = 0, lost = 0;

	for (bs_pfn p = 0; p < PAGES; p++) {
		if (bs_residency_test(r, p) != n->page[p].resident)
			fail_msg("page %u: model %d, naive %d", p, bs_residency_test(r, p),
				 n->page[p].resident);
		resident += n->page[p].resident;
		lost += n->page[p].lost;
	}
	assert_int_equal(r->resident, resident);
	assert_int_equal(r->unmapped, lost);
	assert_int_equal(r->redundant, n->redundant);
	assert_int_equal(r->discarded_total, n->discarded);
	assert_int_equal(r->returned, n->returned);
	assert_int_equal(r->refaults, n->refaults);
	assert_int_equal(r->refault_pages, n->refault_pages);
	assert_int_equal(r->refault_1s, n->within_1s);
	assert_int_equal(r->refault_10s, n->within_10s);
	assert_int_equal(r->first_touch, n->first_touch);
}

static void random_operations(bool thp, uint64_t seed)
{
	struct bs_residency r = model_with_pages(PAGES, thp);
	struct naive *n = calloc(1, sizeof(*n));
	uint64_t again = 0;
	struct bs_rng rng;
	bs_ns now = 0;

	assert_non_null(n);
	n->thp = thp;
	bs_rng_seed(&rng, seed);
	for (int i = 0; i < 4000; i++) {
		const unsigned int order = bs_rng_below(&rng, 11);
		const unsigned int nr = 1U << order;
		const bs_pfn pfn = bs_rng_below(&rng, PAGES / nr) * nr;

		now += bs_rng_below(&rng, 2 * BS_NS_PER_S);
		if (bs_rng_below(&rng, 2)) {
			struct bs_refault fault = touch(&r, pfn, nr, now);

			again += fault.base_pages + fault.huge_pages;
			for (bs_pfn p = pfn; p < pfn + nr; p++)
				naive_touch(n, p, now);
		} else {
			bs_residency_discard(&r, pfn, nr, now);
			naive_discard(n, pfn, nr, now);
		}
		assert_same(n, &r);
		assert_int_equal(again, n->refaults);
	}
	/* The run saw what it is about. */
	assert_true(n->refaults > 0 && n->within_1s > 0 && n->returned > 0 && n->redundant > 0);
	free(n);
	bs_residency_destroy(&r);
}

static void test_random_base_pages(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		random_operations(false, seed);
}

static void test_random_huge_pages(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		random_operations(true, seed);
}

/* 1 TiB: the model is as large as the guest, but costs only what is used of it. */
static void test_one_tib(void **state)
{
	struct bs_residency r = model_with_pages(UINT64_C(1) << 28, true);

	(void)state;
	touch(&r, (1U << 28) - 1024, 1024, 0);
	assert_int_equal(r.resident, 1024);
	bs_residency_discard(&r, (1U << 28) - 1024, 1024, 0);
	assert_int_equal(r.returned, 1024);
	bs_residency_destroy(&r);
}

/* The owner's bits: the lowest owned page of a block is named; parts are given back alone. */
static void test_shadow_map(void **state)
{
	struct bs_residency r = model_with_pages(4096, false);

	(void)state;
	assert_int_equal(bs_shadow_find_owned(&r, 0, 1024), BS_NO_PFN);
	assert_true(bs_shadow_own(&r, 1024, 512));
	assert_true(bs_shadow_own(&r, 520, 8));
	assert_false(bs_shadow_own(&r, 512, 512));
	assert_int_equal(bs_shadow_find_owned(&r, 512, 8), BS_NO_PFN);
	assert_int_equal(bs_shadow_find_owned(&r, 0, 1024), 520);
	assert_int_equal(bs_shadow_find_owned(&r, 1024, 1024), 1024);
	bs_shadow_disown(&r, 520, 8);
	bs_shadow_disown(&r, 1024, 256);
	assert_int_equal(bs_shadow_find_owned(&r, 0, 1024), BS_NO_PFN);
	assert_int_equal(bs_shadow_find_owned(&r, 1024, 1024), 1280);
	bs_residency_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_touch),
		cmocka_unit_test(test_huge_page_dropped_in_parts),
		cmocka_unit_test(test_tail_of_the_arena_has_base_pages),
		cmocka_unit_test(test_windows_of_a_refault),
		cmocka_unit_test(test_random_base_pages),
		cmocka_unit_test(test_random_huge_pages),
		cmocka_unit_test(test_one_tib),
		cmocka_unit_test(test_shadow_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
