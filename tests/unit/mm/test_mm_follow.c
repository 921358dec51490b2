// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest led by what a kernel is known to have done. */
#include "mm_test.h"

#include <errno.h>

#include <buddysim/state.h>

#include "mm_follow.h"
#include "mm_verify.h"

static const struct bs_mm_pcp_list L1 = {.mt = M};

/* One refill of four pages, none of them handed out: L1: [0] [1] [2] [3]. */
static struct bs_machine *machine_with_list(void)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	struct bs_mm_pcp_list l = L1;

	boot_range(m, 0, 64);
	bs_zone_set_pcp(m, 0, 24, 4);
	assert_int_equal(alloc(m, M, 0), 0);
	bs_mm_unpop(m, 0, &l);
	return m;
}

/*
 * A wrong answer goes back to where it came from, and the zone is found.
 *
 *   alloc -> 0   L1: [1] [2] [3]
 *   unpop 0      L1: [0] [1] [2] [3]
 */
static void test_unpop_undoes_a_hit(void **state)
{
	struct bs_machine *m = machine_with_list();
	struct bs_mm_pcp_list l = {.zone = 7, .mt = M};

	(void)state;
	assert_int_equal(alloc(m, M, 0), 0);
	bs_mm_unpop(m, 0, &l);
	assert_int_equal(l.zone, 0);
	assert_lists(m, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=4 L1[0,1,2,3]");
	assert_int_equal(alloc(m, M, 0), 0);
	bs_machine_destroy(m);
}

/*
 * The bulk allocator takes from the head and refills what is empty, but is no attempt that halves
 * free_factor: RULES.md, refill.
 */
static void test_bulk_takes_from_the_head(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	for (bs_pfn pfn = 0; pfn < 5; pfn++)
		assert_int_equal(bs_mm_bulk_alloc(m, &L1), pfn);
	assert_lists(m, "o3 M:[8] o4 M:[16] o5 M:[32] pcp c=3 L1[5,6,7]");
	assert_int_equal(bs_allocated_order(m, 4), 0);
	bs_machine_destroy(m);
}

static void test_bulk_leaves_free_factor(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	unsigned int factor;

	(void)state;
	boot_range(m, 0, 128);
	bs_zone_set_pcp(m, 0, 16, 4);
	for (bs_pfn pfn = 0; pfn < 64; pfn++)
		assert_int_equal(alloc(m, M, 0), pfn);
	for (bs_pfn pfn = 0; pfn < 40; pfn++)
		release(m, pfn, 0);
	factor = bs_mm_pcp_free_factor(m, 0, 0);
	assert_true(factor > 0);
	bs_mm_bulk_alloc(m, &L1);
	assert_int_equal(bs_mm_pcp_free_factor(m, 0, 0), factor);
	alloc(m, M, 0);
	assert_int_equal(bs_mm_pcp_free_factor(m, 0, 0), factor / 2);
	bs_machine_destroy(m);
}

/*
 * A page in the middle of a free block: the halves that are not wanted stay free.
 *
 *   before   o5 M: [32]                      |................................|
 *   seize 41 o0 M:[40] o1:[42] o2:[44] o3:[32] o4:[48]   |8       A2 4   16       |
 */
static void test_seize_splits_a_free_block(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	assert_int_equal(bs_mm_seize(m, 41, 0), 0);
	assert_lists(m, "o0 M:[40] o1 M:[42] o2 M:[44,4] o3 M:[32,8] o4 M:[48,16] "
			"pcp c=4 L1[0,1,2,3]");
	assert_int_equal(bs_allocated_order(m, 41), 0);
	release(m, 41, 0);
	bs_drain_pages(m, 0);
	assert_int_equal(nr_free_pages(m, 0), 64);
	bs_machine_destroy(m);
}

/* First, middle and last entry of a per-cpu list; the list's ends stay right. */
static void test_seize_from_a_per_cpu_list(void **state)
{
	static const struct {
		bs_pfn pfn;
		const char *lists;
	} cases[] = {
		{0, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=3 L1[1,2,3]"},
		{2, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=3 L1[0,1,3]"},
		{3, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=3 L1[0,1,2]"},
	};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct bs_machine *m = machine_with_list();

		assert_int_equal(bs_mm_seize(m, cases[i].pfn, 0), 0);
		assert_lists(m, cases[i].lists);
		bs_machine_destroy(m);
	}
}

/* A block that is free in parts, on both kinds of lists: all of it is taken. */
static void test_seize_what_lies_on_several_lists(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	assert_int_equal(bs_mm_seize(m, 0, 4), 0);
	assert_lists(m, "o4 M:[16] o5 M:[32]");
	assert_int_equal(bs_allocated_order(m, 0), 4);
	bs_machine_destroy(m);
}

/* What is a caller's stays so, and nothing changes. */
static void test_seize_refuses_what_is_in_use(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	assert_int_equal(bs_mm_seize(m, 8, 0), 0);
	assert_lists(m, "o0 M:[9] o1 M:[10] o2 M:[12,4] o4 M:[16] o5 M:[32] pcp c=4 L1[0,1,2,3]");
	assert_int_equal(bs_mm_seize(m, 8, 3), -EBUSY);
	assert_int_equal(bs_mm_seize(m, 8, 0), -EBUSY);
	assert_int_equal(bs_mm_seize(m, 4096, 0), -EINVAL);
	assert_int_equal(bs_mm_seize(m, 1, 1), -EINVAL);
	assert_lists(m, "o0 M:[9] o1 M:[10] o2 M:[12,4] o4 M:[16] o5 M:[32] pcp c=4 L1[0,1,2,3]");
	bs_machine_destroy(m);
}

/*
 * A refill whose first page is known: it splits the block that starts there, smaller ones or not,
 * and comes before what is left.
 *
 *   before       o2 M:[4] ... o5 M:[32]   L1: [0] [1] [2] [3]
 *   from 32      o2 M:[36,4] ...          L1: [32] [33] [34] [35] [0] ... [3]
 */
static void test_refill_from_a_known_page(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	assert_int_equal(bs_mm_refill_from(m, &L1, 32), 0);
	assert_lists(m, "o2 M:[36,4] o3 M:[40,8] o4 M:[48,16] pcp c=8 L1[32,33,34,35,0,1,2,3]");
	assert_int_equal(bs_mm_refill_from(m, &L1, 0), -EBUSY);
	bs_machine_destroy(m);
}

/*
 * The block of the known page is used up: the rest comes as in any refill.
 *
 *   from 6   [6,2^1) and then 4, 5 of the smallest block left
 */
static void test_refill_goes_on_elsewhere(void **state)
{
	struct bs_machine *m = machine_with_list();

	(void)state;
	assert_int_equal(bs_mm_refill_from(m, &L1, 6), 0);
	assert_lists(m, "o3 M:[8] o4 M:[16] o5 M:[32] pcp c=8 L1[6,7,4,5,0,1,2,3]");
	bs_machine_destroy(m);
}

/*
 * Pages that look like somebody's, but were on CPU 0's list; and a page that belongs to the other
 * CPU's.
 *
 *   append 5, 4 to CPU 0   CPU 0 L0: [5] [4]      CPU 1 L0: [1] [2] [3]
 *   move 2 to CPU 0        CPU 0 L0: [2] [5] [4]  CPU 1 L0: [1] [3]
 */
static void test_lists_put_right(void **state)
{
	const struct bs_mm_pcp_list cpu0 = {.mt = U}, cpu1 = {.cpu = 1, .mt = U};
	struct bs_machine *m = machine_from_half_a_dump();
	static const bs_pfn want0[] = {2, 5, 4}, want1[] = {1, 3};
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_mm_pcp_append(m, &cpu0, 5), 0);
	assert_int_equal(bs_mm_pcp_append(m, &cpu0, 4), 0);
	assert_int_equal(bs_mm_pcp_append(m, &cpu0, 4), -EBUSY);
	bs_mm_pcp_move(m, &cpu1, 2, 0);
	assert_ok(bs_machine_check(m, &err), &err);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0), want0[i]);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(bs_alloc_pages(m, 1, BS_GFP_KERNEL, 0), want1[i]);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpop_undoes_a_hit),
		cmocka_unit_test(test_bulk_takes_from_the_head),
		cmocka_unit_test(test_bulk_leaves_free_factor),
		cmocka_unit_test(test_seize_splits_a_free_block),
		cmocka_unit_test(test_seize_from_a_per_cpu_list),
		cmocka_unit_test(test_seize_what_lies_on_several_lists),
		cmocka_unit_test(test_seize_refuses_what_is_in_use),
		cmocka_unit_test(test_refill_from_a_known_page),
		cmocka_unit_test(test_refill_goes_on_elsewhere),
		cmocka_unit_test(test_lists_put_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
