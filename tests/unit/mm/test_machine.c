// SPDX-License-Identifier: GPL-2.0-or-later
/* Guests made: large ones, bad configurations. */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static struct bs_machine *create(const struct bs_machine_config *c)
{
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(c, &m, &err), &err);
	return m;
}

static long resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size, resident;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A guest of 1 TiB costs what it uses: free blocks of pageblock order and above never touch
 * mem_map, which would be 4 GiB. A thousand huge pages later the same is true. */
static void test_a_tebibyte_is_small(void **state)
{
	const long before = resident_kib();
	struct bs_machine *m = create(&(struct bs_machine_config){.memory_bytes = UINT64_C(1) << 40,
								  .machine = BS_MACHINE_QEMU_PC});
	static bs_pfn pfn[1000];
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_managed_pages(m), (1 << 28) - 1);
	assert_true(resident_kib() - before < 64 << 10);
	for (unsigned int i = 0; i < 1000; i++) {
		pfn[i] = bs_alloc_pages(m, 0, BS_GFP_TRANSHUGE, 9);
		assert_true(pfn[i] != BS_NO_PFN);
	}
	for (unsigned int i = 0; i < 1000; i++)
		bs_free_pages(m, 0, pfn[i], 9);
	assert_ok(bs_machine_check(m, &err), &err);
	assert_true(resident_kib() - before < 64 << 10);
	bs_machine_destroy(m);
}

/* What cannot be is refused with a reason, and nothing is left behind. */
static void test_bad_configurations(void **state)
{
	const struct bs_mem_range overlap[] = {{.start = 0, .end = 100}, {.start = 50, .end = 200}};
	const struct bs_mem_range node[] = {{.start = 0, .end = 100, .node = 200}};
	const struct bs_zone_range empty = {.type = BS_ZONE_NORMAL};
	const struct bs_machine_config bad[] = {
		{.memory_bytes = 0},
		{.memory_bytes = 1 << 20, .kernel = "linux-2.4"},
		{.memory_bytes = UINT64_C(1) << 42},
		{.memory_bytes = UINT64_MAX},
		{.ranges = overlap, .nr_ranges = 2},
		{.ranges = node, .nr_ranges = 1},
		{.memory_bytes = 1 << 20, .zones = &empty, .nr_zones = 1},
		{.memory_bytes = 1 << 20, .pageblock_order = 11},
		{.memory_bytes = 1 << 20, .pageblock_order = 3},
		{.memory_bytes = 1 << 20, .nr_cpus = 257},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_machine *m = NULL;
		struct bs_error err = {.text = ""};

		assert_int_equal(bs_machine_create(&bad[i], &m, &err), -EINVAL);
		assert_null(m);
		assert_string_not_equal(err.text, "");
	}
	bs_machine_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_tebibyte_is_small),
		cmocka_unit_test(test_bad_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
