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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_with_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
