// SPDX-License-Identifier: GPL-2.0-or-later
/* Which zones a request may use, in which order. */
#include "mm_test.h"

static struct bs_machine *create(const struct bs_machine_config *c)
{
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(c, &m, &err), &err);
	return m;
}

/* Which zone a request may use at most, seen from which zone it is served (RULES.md, rmqueue). */
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
								  .machine = BS_MACHINE_QEMU_PC});

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
 * RULES.md, zone order
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

/* The node of each block that CPU @cpu is given until there is no more, each once. */
static unsigned int nodes_in_turn(struct bs_machine *m, unsigned int cpu, int *nodes,
				  unsigned int max)
{
	unsigned int n = 0;

	for (;;) {
		const bs_pfn pfn = bs_alloc_pages(m, cpu, BS_GFP_KERNEL, 10);
		int node;

		if (pfn == BS_NO_PFN)
			return n;
		node = node_of(m, pfn);
		if (!n || nodes[n - 1] != node) {
			assert_true(n < max);
			nodes[n++] = node;
		}
	}
}

/*
 * Six nodes as a live kernel had them, four with a CPU, which does not matter. Node 1 is as far from 3
 * as from 5, but 3 was picked by node 0 when the distance changed, so 5 comes first.
 *
 * RULES.md, zone order
 */
static void test_node_load(void **state)
{
	static const uint8_t distance[BS_MAX_NODES][BS_MAX_NODES] = {
		{10, 20, 20, 30, 20, 30}, {20, 10, 30, 20, 30, 20}, {20, 30, 10, 20, 40, 20},
		{30, 20, 20, 10, 20, 40}, {20, 30, 40, 20, 10, 30}, {30, 20, 20, 40, 30, 10},
	};
	static const int order[6][6] = {{0, 1, 2, 4, 3, 5}, {1, 5, 3, 0, 2, 4}, {2, 3, 5, 0, 1, 4},
					{3, 4, 2, 1, 0, 5}, {4, 0, 3, 5, 1, 2}, {5, 1, 2, 0, 4, 3}};
	static const uint8_t cpu_node[] = {0, 1, 2, 3};
	struct bs_mem_range ranges[6];
	struct bs_zone_range zones[6];

	(void)state;
	for (unsigned int n = 0; n < 6; n++) {
		ranges[n] = (struct bs_mem_range){n * 4096, (n + 1) * 4096, (uint8_t)n};
		zones[n] = (struct bs_zone_range){(uint8_t)n, BS_ZONE_NORMAL, n * 4096, 4096};
	}
	for (unsigned int k = 1; k < 3; k++)
		for (unsigned int cpu = 0; cpu < 4; cpu++) {
			struct bs_machine *m = create(&(struct bs_machine_config){
				.kernel = kernels[k],
				.ranges = ranges,
				.nr_ranges = 6,
				.zones = zones,
				.nr_zones = 6,
				.nr_cpus = 4,
				.cpu_node = cpu_node,
				.distance = distance,
			});
			int seen[6];

			assert_int_equal(nodes_in_turn(m, cpu, seen, 6), 6);
			for (unsigned int i = 0; i < 6; i++)
				assert_int_equal(seen[i], order[cpu][i]);
			bs_machine_destroy(m);
		}
}

/*
 * Node 0 is used up by requests that stay at home, so that its kswapd gets up; then half of it is free
 * again. Whoever can now goes to node 1, until kswapd sleeps; who stays at home does not mind.
 *
 * RULES.md, zone order
 */
static void node_with_awake_kswapd(const char *kernel, int expected)
{
	const struct bs_mem_range ranges[] = {{0, 32768, 0}, {32768, 65536, 1}};
	const struct bs_zone_range zones[] = {{0, BS_ZONE_NORMAL, 0, 32768},
					      {1, BS_ZONE_NORMAL, 32768, 32768}};
	struct bs_machine *m = create(&(struct bs_machine_config){.kernel = kernel,
								  .ranges = ranges,
								  .nr_ranges = 2,
								  .zones = zones,
								  .nr_zones = 2,
								  .nr_cpus = 2});
	bs_pfn blocks[64];
	unsigned int n = 0;

	while (n < 64 &&
	       (blocks[n] = bs_alloc_pages(m, 0, BS_GFP_KERNEL | BS_GFP_THISNODE, 10)) != BS_NO_PFN)
		n++;
	assert_true(n > 20 && n < 64);
	for (unsigned int i = 0; i < n / 2; i++)
		bs_free_pages(m, 0, blocks[i], 10);
	assert_int_equal(node_of(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0)), expected);
	assert_int_equal(node_of(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL, 10)), expected);
	assert_int_equal(node_of(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL | BS_GFP_THISNODE, 10)), 0);
	bs_kswapd_boost_done(m, 0);
	assert_int_equal(node_of(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0)), 0);
	assert_int_equal(node_of(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL, 10)), 0);
	bs_machine_destroy(m);
}

static void test_a_node_whose_kswapd_is_awake(void **state)
{
	(void)state;
	node_with_awake_kswapd("linux-7.3", 1);
	node_with_awake_kswapd("linux-6.18", 1);
	node_with_awake_kswapd("linux-7.3:avoids_awake_nodes=no", 0);
	node_with_awake_kswapd("linux-6.12", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gfp_decides_the_zone),
		cmocka_unit_test(test_node_order),
		cmocka_unit_test(test_node_load),
		cmocka_unit_test(test_a_node_whose_kswapd_is_awake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
