// SPDX-License-Identifier: GPL-2.0-or-later
/* How memory comes to the allocator: chunks, order, pageblock types, grouping. */
#include "mm_test.h"

#include "mm_report.h"

/*
 * Boot gives [0,4096) in ascending chunks; 5.4 puts each in front, later kernels behind.
 *
 *   before   (nothing free)
 *   after    5.4   o10 M: [3072] [2048] [1024] [0]
 *            6.1   o10 M: [0] [1024] [2048] [3072]
 *
 * RULES.md, boot
 */
static void test_boot_order(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 4096);
		assert_lists(m, k ? "o10 M:[0,1024,2048,3072]" : "o10 M:[3072,2048,1024,0]");
		assert_int_equal(bs_managed_pages(m), 4096);
		bs_machine_destroy(m);
	}
}

/*
 * An unaligned range is cut into the largest aligned chunks.
 *
 *   [3,21) =  3 | 4..7 | 8..15 | 16..19 | 20
 *   orders    0    2       3        2      0
 *
 * RULES.md, boot
 */
static void test_boot_unaligned(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 3, 21);
		assert_lists(m, k ? "o0 M:[3,20] o2 M:[4,16] o3 M:[8]"
				  : "o0 M:[20,3] o2 M:[16,4] o3 M:[8]");
		bs_machine_destroy(m);
	}
}

/*
 * Pfn 0 belongs to no zone, so the first pageblock's first page is never visited: it stays U.
 *
 *   zone DMA [1,4096)     pageblocks U M M M M M M M
 *   boot [1,4)            o0 U: [1]  o1 U: [2]
 *
 * RULES.md, boot
 */
static void test_first_pageblock_of_dma_is_unmovable(void **state)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_DMA, .start = 1, .spanned = 4095};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.memory_bytes = 16 << 20,
									.zones = &zone,
									.nr_zones = 1,
									.no_boot = true},
					    &m, &err),
			  &err);
		boot_range(m, 1, 4);
		assert_types(m, "UMMMMMMM");
		assert_lists(m, "o0 U:[1] o1 U:[2]");
		bs_machine_destroy(m);
	}
}

/*
 * Boot chunks above pageblock order are freed piece by piece since 6.10: over pageblocks U and M
 * the whole becomes M, where 6.1 keeps U and the types.
 *
 *   pageblock types U M M ..., boot [0,1024)
 *   6.1    o10 U: [0]   types U M
 *   6.12   o10 M: [0]   types M M
 *
 * RULES.md, boot
 */
static void test_boot_in_pieces(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 2048, 2049);
		bs_mm_set_pageblock_type(m, 0, U);
		boot_range(m, 0, 1024);
		assert_lists(m, k == 2 ? "o0 M:[2048] o10 M:[0]" : "o0 M:[2048] o10 U:[0]");
		assert_types(m, k == 2 ? "MMMMMMMM" : "UMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * Below 4096 pages or so types are not kept apart: every request is U, and set types become U.
 *
 * RULES.md, boot
 */
static void test_small_guests_do_not_group(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.memory_bytes = 8 << 20,
									.no_thp = true},
					    &m, &err),
			  &err);
		assert_true(alloc(m, M, 0) >= 0);
		for (bs_pfn pfn = 0; pfn < 2048; pfn += 512)
			assert_int_not_equal(bs_pageblock_type(m, pfn), R);
		assert_true(alloc(m, R, 9) >= 0);
		for (bs_pfn pfn = 0; pfn < 2048; pfn += 512)
			assert_int_not_equal(bs_pageblock_type(m, pfn), R);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_order),
		cmocka_unit_test(test_boot_unaligned),
		cmocka_unit_test(test_first_pageblock_of_dma_is_unmovable),
		cmocka_unit_test(test_boot_in_pieces),
		cmocka_unit_test(test_small_guests_do_not_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
