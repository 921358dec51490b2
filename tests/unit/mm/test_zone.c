// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory map, and the zones over it. */
#include "mm_test.h"

static struct bs_machine *create(const struct bs_machine_config *c)
{
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(c, &m, &err), &err);
	return m;
}

/*
 * 6 GiB as QEMU's pc machine lays it out: 3 GiB below the hole, the rest from 4 GiB up.
 *
 *   pfn  0 |DMA| 4096 |  DMA32  | 786432 (hole) 1048576 |  Normal  | 1835008
 */
static void test_layout_with_hole(void **state)
{
	struct bs_machine *m = create(&(struct bs_machine_config){.memory_bytes = UINT64_C(6) << 30,
								  .machine = BS_MACHINE_QEMU_PC});
	struct bs_zone_info info;

	(void)state;
	assert_int_equal(bs_nr_zones(m), 3);
	assert_int_equal(bs_max_pfn(m), 1835008);
	/* Pfn 0 is the firmware's. */
	assert_int_equal(bs_managed_pages(m), (6 << 18) - 1);
	bs_zone_info(m, 1, &info);
	assert_string_equal(info.name, "DMA32");
	assert_int_equal(info.start, 4096);
	assert_int_equal(info.present, 786432 - 4096);
	bs_zone_info(m, 2, &info);
	assert_int_equal(info.start, 1048576);
	assert_int_equal(bs_page_state(m, 786432), BS_PAGE_HOLE);
	assert_int_equal(bs_page_state(m, 0), BS_PAGE_HOLE);
	assert_int_equal(bs_page_state(m, 786431), BS_PAGE_FREE);
	assert_int_equal(bs_page_state(m, 1835008), BS_PAGE_HOLE);
	assert_int_equal(bs_pfn_zone(m, 1048576), 2);
	assert_int_equal(bs_pfn_zone(m, 900000), -1);
	bs_machine_destroy(m);

	m = create(&(struct bs_machine_config){.memory_bytes = UINT64_C(6) << 30,
					       .reserved_kib = 65536});
	assert_int_equal(bs_max_pfn(m), 6 << 18);
	assert_int_equal(bs_managed_pages(m), (6 << 18) - 16384);
	assert_int_equal(bs_page_state(m, 100), BS_PAGE_RESERVED);
	bs_machine_destroy(m);
}

/*
 * The last 1 GiB in whole units of 256 MiB is a zone of its own, and what there is behind it:
 *
 *   pfn  .. 1048576 |  Normal  | 1572864 |  Movable  | 1835008 + 25600
 */
static void test_a_movable_zone(void **state)
{
	struct bs_machine *m = create(&(struct bs_machine_config){
		.machine = BS_MACHINE_QEMU_PC,
		.memory_bytes = (UINT64_C(6) << 30) + (UINT64_C(100) << 20),
		.movable_bytes = UINT64_C(1) << 30,
		.movable_unit = UINT64_C(256) << 20});
	struct bs_zone_info info;
	struct bs_error err;
	bs_pfn pfn;

	(void)state;
	assert_int_equal(bs_nr_zones(m), 4);
	bs_zone_info(m, 3, &info);
	assert_string_equal(info.name, "Movable");
	assert_int_equal(info.start, 1572864);
	assert_int_equal(info.spanned, 1835008 + 25600 - 1572864);
	assert_int_equal(info.managed, info.spanned);
	bs_zone_info(m, 2, &info);
	assert_int_equal(info.start + info.spanned, 1572864);
	/* Programs' memory comes from there first, the kernel's own never. */
	pfn = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, 0);
	assert_int_equal(bs_pfn_zone(m, pfn), 3);
	bs_free_pages(m, 0, pfn, 0);
	pfn = bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0);
	assert_int_equal(bs_pfn_zone(m, pfn), 2);
	bs_free_pages(m, 0, pfn, 0);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);

	/* Of all memory none is made, and nothing of the kernel's zones taken. */
	m = create(&(struct bs_machine_config){.memory_bytes = UINT64_C(1) << 30,
					       .movable_bytes = UINT64_C(2) << 30});
	assert_int_equal(bs_nr_zones(m), 2);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_with_hole),
		cmocka_unit_test(test_a_movable_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
