// SPDX-License-Identifier: GPL-2.0-or-later
/* Making guests: layouts, zonelists, NUMA, size of large guests, bad configurations, and what can
 * be seen from outside. Spec allocator.md 1.1, 1.7, 4.1. */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const kernels[] = {P54, P61, P612};
#define for_each_kernel(k) for (unsigned int k = 0; k < 3; k++)

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
								  .layout = BS_LAYOUT_QEMU_PC});
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

/* Which zone a request may use at most, seen from which zone it is served (spec 4.1). */
static void test_gfp_decides_the_zone(void **state)
{
	static const struct {
		unsigned int gfp;
		int zone;
	} cases[] = {
		{BS_GFP_KERNEL, 2},
		{BS_GFP_KERNEL | BS_GFP_DMA, 0},
		{BS_GFP_KERNEL | BS_GFP_DMA32, 1},
		{BS_GFP_KERNEL | BS_GFP_HIGHMEM, 2},
		{BS_GFP_HIGHUSER_MOVABLE, 2}, /* ZONE_MOVABLE is empty: the next below */
		{BS_GFP_KERNEL | BS_GFP_MOVABLE, 2},
		{BS_GFP_KERNEL | BS_GFP_MOVABLE | BS_GFP_DMA32, 1},
		{BS_GFP_KERNEL | BS_GFP_MOVABLE | BS_GFP_DMA, 0},
	};
	struct bs_machine *m = create(&(struct bs_machine_config){.memory_bytes = UINT64_C(6) << 30,
								  .layout = BS_LAYOUT_QEMU_PC});

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int64_t pfn = alloc_gfp(m, cases[i].gfp, 0);

		assert_true(pfn >= 0);
		assert_int_equal(bs_pfn_zone(m, (bs_pfn)pfn), cases[i].zone);
	}
	assert_int_equal(alloc_gfp(m, BS_GFP_KERNEL, 11), -1);
	bs_machine_destroy(m);
}

static int node_of(struct bs_machine *m, int64_t pfn)
{
	struct bs_zone_info info;

	if (pfn < 0)
		return -1;
	bs_zone_info(m, (unsigned int)bs_pfn_zone(m, (bs_pfn)pfn), &info);
	return info.node;
}

/*
 * Three nodes of 64 MiB, all NORMAL, one CPU each: a CPU takes its own node's memory first; the next
 * node is the first of equal distance with the least load, so that node 0 falls back to 1, node 1
 * to 2 or 0 by the tie rule, each node's order complete. __GFP_THISNODE stops at home.
 *
 *   order of node 0:  0 1 2     (n < node adds 1: higher numbers are nearer at equal distance)
 *   order of node 1:  1 2 0
 *   order of node 2:  2 0 1     loads: pick 0 costs (20+1)*8+load, pick 1 the same with load 1 more
 *
 * spec allocator.md 1.7
 */
static void test_node_order(void **state)
{
	static const int order[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};
	const struct bs_mem_range ranges[] = {{.start = 0, .end = 16384, .node = 0},
					      {.start = 16384, .end = 32768, .node = 1},
					      {.start = 32768, .end = 49152, .node = 2}};
	const struct bs_zone_range zones[] = {
		{.node = 0, .type = BS_ZONE_NORMAL, .start = 0, .spanned = 16384},
		{.node = 1, .type = BS_ZONE_NORMAL, .start = 16384, .spanned = 16384},
		{.node = 2, .type = BS_ZONE_NORMAL, .start = 32768, .spanned = 16384}};

	(void)state;
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		struct bs_machine *m = create(&(struct bs_machine_config){.ranges = ranges,
									  .nr_ranges = 3,
									  .zones = zones,
									  .nr_zones = 3,
									  .nr_cpus = 3});
		unsigned int seen = 0;
		int last = -1;

		for (;;) {
			const bs_pfn pfn = bs_alloc_pages(m, cpu, BS_GFP_KERNEL, 10);
			const int node = pfn == BS_NO_PFN ? -1 : node_of(m, pfn);

			if (node < 0)
				break;
			if (node != last) {
				assert_int_equal(node, order[cpu][seen]);
				seen++;
			}
			last = node;
		}
		assert_int_equal(seen, 3);
		bs_machine_destroy(m);

		m = create(&(struct bs_machine_config){.ranges = ranges,
						       .nr_ranges = 3,
						       .zones = zones,
						       .nr_zones = 3,
						       .nr_cpus = 3});
		while (1) {
			const bs_pfn pfn =
				bs_alloc_pages(m, cpu, BS_GFP_KERNEL | BS_GFP_THISNODE, 10);

			if (pfn == BS_NO_PFN)
				break;
			assert_int_equal(node_of(m, pfn), (int)cpu);
		}
		assert_true(bs_alloc_pages(m, cpu, BS_GFP_KERNEL, 10) != BS_NO_PFN);
		bs_machine_destroy(m);
	}
}

/*
 * Six nodes, CPUs on 0, 2 and 4 only. A node without CPUs is 1 nearer; among equals the one that was
 * nobody's first choice yet: node 1 chose 3, so node 2 chooses 5 before 3.
 *
 *   from node 2:   2   5 (20*8)   3 (20*8 + load)   4 (21*8)   1 (21*8 + load)   0 (22*8)
 *
 * spec allocator.md 1.7
 */
static void test_node_load(void **state)
{
	static const int order[] = {2, 5, 3, 4, 1, 0};
	struct bs_mem_range ranges[6];
	struct bs_zone_range zones[6];

	(void)state;
	for (unsigned int n = 0; n < 6; n++) {
		ranges[n] = (struct bs_mem_range){n * 4096, (n + 1) * 4096, (uint8_t)n};
		zones[n] = (struct bs_zone_range){(uint8_t)n, BS_ZONE_NORMAL, n * 4096, 4096};
	}
	for_each_kernel(k)
	{
		struct bs_machine *m = create(&(struct bs_machine_config){.kernel = kernels[k],
									  .ranges = ranges,
									  .nr_ranges = 6,
									  .zones = zones,
									  .nr_zones = 6,
									  .nr_cpus = 3});
		unsigned int seen = 0;
		int last = -1;

		for (;;) {
			const bs_pfn pfn = bs_alloc_pages(m, 1, BS_GFP_KERNEL, 10);

			if (pfn == BS_NO_PFN)
				break;
			if (node_of(m, pfn) != last) {
				last = node_of(m, pfn);
				assert_int_equal(last, order[seen]);
				seen++;
			}
		}
		assert_int_equal(seen, 6);
		bs_machine_destroy(m);
	}
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
								  .layout = BS_LAYOUT_QEMU_PC});
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

/*
 * An allocated block is split like a THP: the halves stay allocated under the same word.
 *
 *   before   |A9 . . . . . . . |         word 77
 *   split (96,o3) out
 *   after    |A6 |A5|A3|A3|A4|A7|A8|     every piece 77
 */
static void test_split_allocated(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		bs_pfn head;
		unsigned int order;

		boot_range(m, 0, 4096);
		assert_true(alloc(m, M, 10) >= 0);
		bs_drain_pages(m, BS_ALL_CPUS);
		while (bs_allocated_order(m, 1024) < 0)
			assert_true(alloc(m, M, 10) >= 0);
		bs_page_set_word(m, 1024, 77);
		assert_int_equal(bs_split_allocated(m, 1024 + 96, 3), 0);
		assert_int_equal(bs_allocated_order(m, 1024), 6);
		assert_int_equal(bs_allocated_order(m, 1024 + 64), 5);
		assert_int_equal(bs_allocated_order(m, 1024 + 96), 3);
		assert_int_equal(bs_allocated_order(m, 1024 + 104), 3);
		assert_int_equal(bs_allocated_order(m, 1024 + 112), 4);
		assert_int_equal(bs_allocated_order(m, 1024 + 128), 7);
		assert_int_equal(bs_allocated_order(m, 1024 + 256), 8);
		assert_int_equal(bs_allocated_order(m, 1024 + 512), 9);
		assert_int_equal(bs_allocated_order(m, 1024 + 8), -1);
		assert_int_equal(bs_page_word(m, 1024 + 96), 77);
		assert_int_equal(bs_page_word(m, 1024 + 512), 77);
		assert_int_equal(bs_page_lookup(m, 1024 + 700, &head, &order), BS_PAGE_ALLOCATED);
		assert_int_equal(head, 1536);
		assert_int_equal(order, 9);
		/* It is a block already; a larger one it is not part of. */
		assert_int_equal(bs_split_allocated(m, 1024 + 96, 3), 0);
		assert_int_equal(bs_split_allocated(m, 1024, 10), -ENOENT);
		assert_int_equal(bs_split_allocated(m, 1024 + 97, 3), -ENOENT);
		release_pages(m, 1024, 2048);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_int_equal(bs_page_lookup(m, 1500, &head, &order), BS_PAGE_FREE);
		assert_int_equal(head, 1024);
		assert_int_equal(order, 10);
		bs_machine_destroy(m);
	}
}

struct seen {
	char text[256];
};

static int visit(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct seen *s = arg;
	const size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%u:%u:%d ", pfn, order, state);
	return pfn >= 1024 ? 7 : 0;
}

/* Blocks in ascending order, whatever their state, until the visitor has seen enough. */
static void test_walk(void **state)
{
	struct bs_machine *m = machine_with_pages(P61, 4096);
	struct seen s = {""};
	char want[64];

	(void)state;
	boot_range(m, 0, 16);
	boot_range(m, 512, 1024);
	boot_range(m, 1024, 2048);
	assert_int_equal(alloc(m, M, 3), 0);
	snprintf(want, sizeof(want), "0:3:%d 8:3:%d 512:9:%d 1024:10:%d ", BS_PAGE_ALLOCATED,
		 BS_PAGE_FREE, BS_PAGE_FREE, BS_PAGE_FREE);
	assert_int_equal(bs_machine_walk(m, visit, &s), 7);
	assert_string_equal(s.text, want);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_with_hole),
		cmocka_unit_test(test_gfp_decides_the_zone),
		cmocka_unit_test(test_node_order),
		cmocka_unit_test(test_node_load),
		cmocka_unit_test(test_a_tebibyte_is_small),
		cmocka_unit_test(test_bad_configurations),
		cmocka_unit_test(test_split_allocated),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
