// SPDX-License-Identifier: GPL-2.0-or-later
/* device/arena: real memory. Stamps are told from each other, a discard takes what it was asked for. */
#include "bs_test.h"

#include <stdint.h>
#include <sys/mman.h>

#include "arena.h"

#define PAGES 4096

static void map(struct bs_arena *a, bool fill)
{
	struct bs_error err;

	assert_ok(bs_arena_map(a, PAGES, false, &err), &err);
	a->advice = MADV_DONTNEED;
	a->fill = fill;
}

static unsigned int damaged(const struct bs_arena *a, bs_pfn pfn, uint64_t owned, uint32_t id,
			    bs_pfn *first)
{
	*first = BS_NO_PFN;
	return bs_arena_verify(a, pfn, owned, id, first);
}

static void test_blocks_of_the_largest_order_are_aligned(void **state)
{
	struct bs_arena a;

	(void)state;
	map(&a, false);
	assert_int_equal((uintptr_t)a.base % (BS_UNIT_SIZE << 10), 0);
	/* The last byte is there too. */
	bs_arena_stamp(&a, PAGES - 1, 1, 7);
	a.base[((size_t)PAGES << BS_UNIT_SHIFT) - 1] = 1;
	bs_arena_unmap(&a);
	assert_null(a.base);
}

/* Another owner's stamp, another page's, a lost page, a flipped bit: none passes for the right one. */
static void test_a_stamp_is_of_one_owner_and_one_page(void **state)
{
	struct bs_arena a;
	bs_pfn first;

	(void)state;
	map(&a, false);
	bs_arena_stamp(&a, 64, 8, 7);
	assert_int_equal(damaged(&a, 64, 0xff, 7, &first), 0);
	assert_int_equal(damaged(&a, 64, 0xff, 8, &first), 8);
	assert_int_equal(first, 64);

	*(uint64_t *)bs_arena_page(&a, 66) = *(uint64_t *)bs_arena_page(&a, 65);
	assert_int_equal(damaged(&a, 64, 0xff, 7, &first), 1);
	assert_int_equal(first, 66);
	assert_int_equal(damaged(&a, 64, 0xfb, 7, &first), 0);
	assert_int_equal(bs_arena_discard(&a, 68, 2), 0);
	assert_int_equal(damaged(&a, 64, 0xff, 7, &first), 3);
	bs_arena_unmap(&a);
}

/* Only who fills pages notices a change in the middle of one. */
static void test_a_filled_page_is_stamped_throughout(void **state)
{
	struct bs_arena a;
	bs_pfn first;

	(void)state;
	for (unsigned int fill = 0; fill < 2; fill++) {
		map(&a, fill);
		bs_arena_stamp(&a, 128, 2, 9);
		bs_arena_page(&a, 129)[2000] ^= 1;
		assert_int_equal(damaged(&a, 128, 3, 9, &first), fill);
		bs_arena_unmap(&a);
	}
}

/*
 * A discard takes whole what it was asked for, and nothing beside it.
 *
 *   before    |S|S|S|S|
 *   discard     |x|x|
 *   after     |S|0|0|S|
 */
static void test_a_discard_reads_as_zeroes(void **state)
{
	struct bs_arena a;
	bs_pfn first;

	(void)state;
	map(&a, true);
	bs_arena_stamp(&a, 0, 4, 3);
	assert_int_equal(bs_arena_discard(&a, 1, 1), 0);
	assert_int_equal(bs_arena_discard(&a, 2, 1), 0);
	assert_int_equal(damaged(&a, 0, 0x9, 3, &first), 0);
	assert_true(bs_arena_is_filled(&a, 1, 0));
	assert_true(bs_arena_is_filled(&a, 2, 0));
	assert_false(bs_arena_is_filled(&a, 3, 0));
	assert_int_equal(a.touched[0], 0x9);
	bs_arena_unmap(&a);
}

/* Making it resident destroys nobody's stamp; a page nobody wrote reads as zeroes. */
static void test_populate_and_install_keep_stamps(void **state)
{
	struct bs_arena a;
	bs_pfn first;

	(void)state;
	map(&a, true);
	bs_arena_stamp(&a, 256, 1, 5);
	bs_arena_populate(&a, 256, 4);
	bs_arena_install(&a, 256, 4);
	a.install = -1; /* a kernel that does not know how */
	bs_arena_install(&a, 256, 8);
	assert_int_equal(damaged(&a, 256, 1, 5, &first), 0);
	assert_true(bs_arena_is_filled(&a, 263, 0));
	assert_int_equal(a.touched[256 / 64], 0xff);
	bs_arena_unmap(&a);
}

static void test_fill_is_of_one_byte(void **state)
{
	struct bs_arena a;

	(void)state;
	map(&a, false);
	bs_arena_fill(&a, 512, 2, 0xaa);
	assert_true(bs_arena_is_filled(&a, 513, 0xaa));
	assert_false(bs_arena_is_filled(&a, 513, 0));
	bs_arena_page(&a, 513)[BS_UNIT_SIZE - 1] = 0;
	assert_false(bs_arena_is_filled(&a, 513, 0xaa));
	bs_arena_page(&a, 512)[0] = 0;
	assert_false(bs_arena_is_filled(&a, 512, 0xaa));
	bs_arena_unmap(&a);
}

static void test_too_large_an_arena_says_what_to_do(void **state)
{
	struct bs_arena a;
	struct bs_error err;

	(void)state;
	assert_true(bs_arena_map(&a, UINT64_C(1) << 47, false, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_non_null(strstr(err.advice, "--device without an arena"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_of_the_largest_order_are_aligned),
		cmocka_unit_test(test_a_stamp_is_of_one_owner_and_one_page),
		cmocka_unit_test(test_a_filled_page_is_stamped_throughout),
		cmocka_unit_test(test_a_discard_reads_as_zeroes),
		cmocka_unit_test(test_populate_and_install_keep_stamps),
		cmocka_unit_test(test_fill_is_of_one_byte),
		cmocka_unit_test(test_too_large_an_arena_says_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
