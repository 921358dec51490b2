// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be drawn, against a list of all that there is: a small zone, all vectors of counts.
 *
 * What a node can hold is found by putting together what its halves can: a set of vectors of counts,
 * one of which is "one free block, the whole of me". Two halves that are both one free block would
 * merge.
 */
#include "bs_test.h"

#include <stdlib.h>

#include "draw.h"

#define ORDERS 4 /* 0 to 3 */
static const unsigned int most[ORDERS] = {9, 5, 3, 2};
#define VECTORS (9 * 5 * 3 * 2)

static unsigned int index_of(const unsigned int n[ORDERS])
{
	return n[0] + 9 * (n[1] + 5 * (n[2] + 3 * n[3]));
}

static bool vector(unsigned int index, unsigned int n[ORDERS])
{
	for (unsigned int o = 0; o < ORDERS; o++) {
		n[o] = index % most[o];
		index /= most[o];
	}
	return true;
}

struct zone_map {
	int start, end;
};

/* Vectors that [pfn, pfn + 2^order) can hold without being one free block. */
static void holds(const struct zone_map *z, int pfn, int order, bool set[VECTORS])
{
	bool half[2][VECTORS] = {{false}};
	unsigned int a[ORDERS], b[ORDERS];

	memset(set, 0, VECTORS);
	if (!order) {
		set[0] = true;
		return;
	}
	for (int h = 0; h < 2; h++)
		holds(z, pfn + (h << (order - 1)), order - 1, half[h]);
	for (unsigned int i = 0; i < VECTORS; i++)
		for (unsigned int k = 0; k < VECTORS; k++) {
			bool fits = half[0][i] && half[1][k] && vector(i, a) && vector(k, b);

			for (unsigned int o = 0; o < ORDERS && fits; o++)
				fits = (a[o] += b[o]) < most[o];
			if (fits)
				set[index_of(a)] = true;
		}
	/* One half is a free block, the other is not. */
	for (int h = 0; h < 2 && order <= ORDERS; h++) {
		const int first = pfn + (h << (order - 1)), last = first + (1 << (order - 1));

		if (first < z->start || last > z->end)
			continue;
		for (unsigned int i = 0; i < VECTORS; i++)
			if (half[!h][i] && vector(i, a) && ++a[order - 1] < most[order - 1])
				set[index_of(a)] = true;
	}
}

static void make_zone(struct bs_state_zone *z, const struct zone_map *map)
{
	*z = (struct bs_state_zone){.start = map->start, .spanned = map->end - map->start};
	z->first_block = (bs_pfn)map->start & ~15u;
	z->nr_blocks = (size_t)((map->end - 1) >> 4) - (z->first_block >> 4) + 1;
	z->block_type = calloc(1, z->nr_blocks);
	assert_non_null(z->block_type);
}

static void free_zone(struct bs_state_zone *z)
{
	free(z->block_type);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++) {
			free(z->area[o][t].pfn);
			free(z->area[o][t].mark);
		}
}

/* Aligned, in the zone, apart, and no two that could merge. */
static void check_placement(const struct bs_state_zone *z, const struct zone_map *map)
{
	int8_t order_at[64];

	memset(order_at, -1, sizeof(order_at));
	for (unsigned int o = 0; o < ORDERS; o++)
		for (uint32_t i = 0; i < z->area[o][BS_MIGRATE_MOVABLE].n; i++) {
			const bs_pfn pfn = z->area[o][BS_MIGRATE_MOVABLE].pfn[i];

			assert_int_equal(pfn & ((1u << o) - 1), 0);
			assert_true((int)pfn >= map->start && (int)(pfn + (1u << o)) <= map->end);
			for (bs_pfn p = pfn; p < pfn + (1u << o); p++) {
				assert_int_equal(order_at[p], -1);
				order_at[p] = (int8_t)(p == pfn ? (int)o : 100);
			}
		}
	for (bs_pfn p = 0; p < 64; p++)
		if (order_at[p] >= 0 && order_at[p] < 100)
			assert_int_not_equal(order_at[p ^ (1u << order_at[p])], order_at[p]);
}

static bool try(const struct zone_map *map, const unsigned int n[ORDERS], uint64_t seed)
{
	struct bs_state_zone z;
	struct bs_draw d = {.z = &z, .pageblock_order = 4, .max_order = 10, .name = "zone"};
	struct bs_error err = {0};
	struct bs_rng rng;
	int ret;

	make_zone(&z, map);
	for (unsigned int o = 0; o < ORDERS; o++)
		d.n[BS_MIGRATE_MOVABLE][o] = n[o];
	bs_rng_seed(&rng, seed);
	ret = bs_draw_zone(&d, &rng, &err);
	if (!ret) {
		for (unsigned int o = 0; o < ORDERS; o++)
			assert_int_equal(z.area[o][BS_MIGRATE_MOVABLE].n, n[o]);
		check_placement(&z, map);
	} else {
		assert_int_equal(err.status, BS_INPUT);
		assert_true(err.text[0] && err.advice[0]);
	}
	free_zone(&z);
	return !ret;
}

/* Pageblocks are of 16 pages; the zone ends and begins somewhere in one. */
static void test_all_that_is_possible(void **state)
{
	static const struct zone_map maps[] = {{0, 16}, {1, 16}, {3, 16}, {0, 11},
					       {5, 27}, {1, 32}, {0, 1},  {15, 17},
					       {2, 3},	{8, 24}, {0, 32}};
	static bool set[VECTORS];
	unsigned int n[ORDERS], possible = 0;

	(void)state;
	for (unsigned int m = 0; m < sizeof(maps) / sizeof(maps[0]); m++) {
		holds(&maps[m], 0, 5, set);
		for (unsigned int i = 0; i < VECTORS; i++) {
			vector(i, n);
			possible += set[i];
			if (try(&maps[m], n, i + 1) != set[i])
				fail_msg("[%d, %d): %u %u %u %u is %s", maps[m].start, maps[m].end,
					 n[0], n[1], n[2], n[3],
					 set[i] ? "possible" : "impossible");
		}
	}
	assert_true(possible > 300);
}

/* The same seed draws the same, another one something else. */
static void test_seed(void **state)
{
	bs_pfn first[3] = {0};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		const struct zone_map map = {0, 4096};
		struct bs_state_zone z;
		struct bs_draw d = {.z = &z, .pageblock_order = 9, .max_order = 10, .name = "zone"};
		struct bs_rng rng;

		make_zone(&z, &map);
		z.nr_blocks = 8;
		d.n[BS_MIGRATE_MOVABLE][0] = 50;
		bs_rng_seed(&rng, i == 2 ? 8 : 7);
		assert_int_equal(bs_draw_zone(&d, &rng, NULL), 0);
		first[i] = z.area[0][BS_MIGRATE_MOVABLE].pfn[0];
		free_zone(&z);
	}
	assert_int_equal(first[0], first[1]);
	assert_int_not_equal(first[0], first[2]);
}

/* Types keep to pageblocks of their own, as many as asked for; holes stay empty. */
static void test_types_and_holes(void **state)
{
	const struct zone_map map = {0, 64 * 512};
	struct bs_state_zone z;
	struct bs_draw d = {.z = &z, .pageblock_order = 9, .max_order = 10, .name = "zone"};
	unsigned int blocks[BS_MIGRATE_TYPES] = {0};
	struct bs_rng rng;

	(void)state;
	make_zone(&z, &map);
	z.nr_blocks = 64;
	memset(z.block_type + 40, BS_STATE_HOLE, 24);
	d.n[BS_MIGRATE_UNMOVABLE][0] = 300;
	d.n[BS_MIGRATE_RECLAIMABLE][3] = 20;
	d.n[BS_MIGRATE_MOVABLE][10] = 4;
	d.n[BS_MIGRATE_MOVABLE][5] = 30;
	d.blocks[BS_MIGRATE_UNMOVABLE] = 7;
	d.blocks[BS_MIGRATE_RECLAIMABLE] = 3;
	bs_rng_seed(&rng, 1);
	assert_int_equal(bs_draw_zone(&d, &rng, NULL), 0);
	assert_int_equal(d.moved, 0);
	for (unsigned int i = 0; i < 64; i++)
		if (z.block_type[i] != BS_STATE_HOLE)
			blocks[z.block_type[i]]++;
	assert_int_equal(blocks[BS_MIGRATE_UNMOVABLE], 7);
	assert_int_equal(blocks[BS_MIGRATE_RECLAIMABLE], 3);
	assert_int_equal(blocks[BS_MIGRATE_MOVABLE], 30);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			for (uint32_t i = 0; i < z.area[o][t].n; i++)
				assert_int_equal(z.block_type[z.area[o][t].pfn[i] >> 9], t);
	free_zone(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_possible),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_types_and_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
