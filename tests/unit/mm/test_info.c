// SPDX-License-Identifier: GPL-2.0-or-later
/* A zone's figures, the counters and the lists, as they are told. */
#include "mm_test.h"

/* Figures of a zone: what is free, on per-cpu lists, and where the marks are. */
static void test_zone_figures(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	struct bs_zone_info info;

	(void)state;
	boot_range(m, 1024, 2048);
	bs_zone_set_watermarks(m, 0, 1, 2, 3);
	bs_zone_set_lowmem_reserve(m, 0, BS_ZONE_MOVABLE, 77);
	bs_zone_set_pcp(m, 0, 100, 8);
	assert_int_equal(alloc(m, M, 0), 1024);
	bs_zone_info(m, 0, &info);
	assert_string_equal(info.name, "Normal");
	assert_int_equal(info.spanned, 4096);
	assert_int_equal(info.managed, 1024);
	assert_int_equal(info.nr_free_pages, 1024 - 8);
	assert_int_equal(info.nr_pcp_pages, 7);
	assert_int_equal(info.watermark_high, 3);
	assert_int_equal(info.lowmem_reserve[BS_ZONE_MOVABLE], 77);
	assert_int_equal(info.nr_free[9], 1);
	assert_int_equal(bs_nr_zones(m), 1);
	assert_int_equal(bs_managed_pages(m), 1024);
	bs_machine_destroy(m);
}

/* Only so many blocks are copied as there is room for, and the length is told in full. */
static void test_lists_are_copied_head_first(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	bs_pfn pfns[3] = {7, 7, 7};
	bool reported[3];

	(void)state;
	boot_range(m, 0, 4096);
	assert_int_equal(bs_list_blocks(m, 0, 10, M, NULL, NULL, 0), 4);
	assert_int_equal(bs_list_blocks(m, 0, 10, M, pfns, reported, 2), 4);
	assert_int_equal(pfns[0], 0);
	assert_int_equal(pfns[1], 1024);
	assert_int_equal(pfns[2], 7);
	assert_false(reported[1]);
	bs_zone_set_pcp(m, 0, 100, 4);
	assert_int_equal(alloc(m, M, 0), 0);
	assert_int_equal(bs_pcp_blocks(m, 0, 0, 1, pfns, 3), 3);
	assert_int_equal(pfns[0], 1);
	assert_int_equal(pfns[2], 3);
	bs_machine_destroy(m);
}

/* Of a kernel that keeps no huge pages there, the list of huge pages is empty. */
static void test_lists_a_kernel_has_not(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_5_4, 4096);

	(void)state;
	assert_int_equal(bs_pcp_blocks(m, 0, 0, 13, NULL, 0), 0);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_figures),
		cmocka_unit_test(test_lists_are_copied_head_first),
		cmocka_unit_test(test_lists_a_kernel_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
