// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges that come, go and join; what a zone spans. */
#include "mm_test.h"

#include "zone.h"

static void assert_ranges(const struct bs_machine *m, unsigned int n, const bs_pfn (*r)[2])
{
	assert_int_equal(m->nr_ranges, n);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(m->ranges[i].start, r[i][0]);
		assert_int_equal(m->ranges[i].end, r[i][1]);
	}
}

static void test_ranges(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 8192);

	(void)state;
	assert_int_equal(mm_remove_range(m, 1024, 2048), 0);
	assert_ranges(m, 2, (const bs_pfn[][2]){{0, 1024}, {2048, 8192}});
	assert_int_equal(mm_remove_range(m, 7168, 8192), 0);
	assert_int_equal(mm_remove_range(m, 0, 512), 0);
	assert_ranges(m, 2, (const bs_pfn[][2]){{512, 1024}, {2048, 7168}});
	assert_int_equal(mm_remove_range(m, 0, 1536), 0);
	assert_ranges(m, 1, (const bs_pfn[][2]){{2048, 7168}});
	assert_int_equal(mm_add_range(m, 0, 1024, 0), 0);
	assert_int_equal(mm_add_range(m, 7168, 8192, 0), 0);
	assert_ranges(m, 2, (const bs_pfn[][2]){{0, 1024}, {2048, 8192}});
	assert_int_equal(mm_add_range(m, 1024, 2048, 0), 0);
	assert_ranges(m, 1, (const bs_pfn[][2]){{0, 8192}});
	/* Another node's is another range. */
	assert_int_equal(mm_add_range(m, 4096, 5120, 1), 0);
	assert_ranges(m, 3, (const bs_pfn[][2]){{0, 4096}, {4096, 5120}, {5120, 8192}});
	bs_machine_destroy(m);
}

/* Beyond the end there are descriptors, blank ones, and the pages are the zone's; and no more. */
static void test_a_zone_grows_and_shrinks(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 8192);
	struct zone *z = &m->zones[0];
	int64_t pfn;

	(void)state;
	boot_range(m, 0, 8192);
	pfn = alloc(m, M, 3);
	assert_int_equal(mm_set_span(m, z, 0, 65536 + 512), 0);
	assert_int_equal(bs_max_pfn(m), 65536 + 512);
	assert_int_equal(bs_pfn_zone(m, 65536), 0);
	assert_int_equal(bs_page_state(m, 65535), BS_PAGE_HOLE);
	assert_int_equal(mm_add_range(m, 32768, 65536, 0), 0);
	assert_int_equal(bs_page_state(m, 65535), BS_PAGE_RESERVED);
	assert_int_equal(bs_page_state(m, 32767), BS_PAGE_HOLE);
	release(m, (bs_pfn)pfn, 3);
	assert_int_equal(mm_remove_range(m, 32768, 65536), 0);
	assert_int_equal(mm_set_span(m, z, 0, 8192), 0);
	assert_int_equal(bs_pfn_zone(m, 32768), -1);
	assert_int_equal(bs_pfn_zone(m, 8191), 0);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_a_zone_grows_and_shrinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
