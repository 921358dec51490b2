// SPDX-License-Identifier: GPL-2.0-or-later
/* What follows from snapshots: what an order could give back, and in which counts two differ. */
#include "bs_test.h"

#include "bs_snapshot_test.h"

#define SIZES(zone, low)                                                         \
	"Node 0, zone " zone "\n  pages free 1\n        min 1\n        low " low \
	"\n        high " low "\n"

/*
 * 1696 + 2 x 4035 + 4 x 2173 + 8 x 641 + 16 x 98 + 32 x 9 = 25442 pages; of them 1856 in blocks of order
 * 4 and 5, which is 7.2 %.
 */
static void test_shares(void **state)
{
	struct bs_snapshots *all =
		snapshots_of("Node 0, zone Normal 1696 4035 2173 641 98 9 0 0 0 0 0\n");
	uint64_t nr_free[BS_SNAPSHOT_ORDERS];

	(void)state;
	assert_int_equal(bs_snapshot_nr_free(&all->s[0], nr_free), 11);
	assert_int_equal(bs_free_from_order(nr_free, 0), 25442);
	assert_int_equal(bs_free_from_order(nr_free, 4), 1856);
	assert_int_equal(bs_usable_index(nr_free, 4), 72);
	assert_int_equal(bs_usable_index(nr_free, 9), 0);
	assert_int_equal(bs_usable_index(nr_free, 0), 1000);
	bs_snapshots_free(all);
}

/*
 * Zone A has 64 blocks of order 4, 1024 pages, and keeps 100; zone B has 2 of them, 32 pages. A request of 32
 * blocks of order 4 is 512 pages: A has more than 612 free, B has not.
 */
static void test_zones_near_their_watermark(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		"Node 0, zone DMA 0 0 0 0 2\n"
		"Node 0, zone Normal 0 0 0 0 64\n" SIZES("DMA", "10") SIZES("Normal", "100"));
	struct bs_giveback g = bs_snapshot_giveback(&all->s[0], 4, 32);

	(void)state;
	assert_int_equal(g.pages, 1056);
	assert_int_equal(g.reported, 1024);
	assert_int_equal(g.zones_below, 1);
	g = bs_snapshot_giveback(&all->s[0], 5, 32);
	assert_int_equal(g.pages, 0);
	g = bs_snapshot_giveback(&all->s[0], 4, 60);
	assert_int_equal(g.reported, 0);
	assert_int_equal(g.zones_below, 2);
	bs_snapshots_free(all);
}

static unsigned int seen[BS_NR_SNAPSHOT_TYPES + 1];

static void note(void *arg, const struct bs_count_diff *d)
{
	(void)arg;
	assert_int_equal(d->order, 1);
	assert_string_equal(d->zone, "Normal");
	assert_int_equal(d->b - d->a, 3);
	seen[d->type]++;
}

/* By type where both know it; of a zone that only one has, what is free in it. */
static void test_compare(void **state)
{
	struct bs_snapshots *a = snapshots_of("Node 0, zone Normal, type Movable 5 6\n"
					      "Node 0, zone Normal, type Unmovable 1 1\n");
	struct bs_snapshots *b = snapshots_of("Node 0, zone Normal, type Movable 5 9\n"
					      "Node 0, zone Normal, type Unmovable 1 1\n");
	struct bs_snapshots *c = snapshots_of("Node 0, zone Normal 6 7\n");
	struct bs_snapshots *d = snapshots_of("Node 0, zone Normal 6 7\nNode 1, zone Normal 0 4\n");

	(void)state;
	assert_int_equal(bs_snapshots_compare(&a->s[0], &b->s[0], note, NULL), 2);
	assert_int_equal(seen[BS_TYPE_MOVABLE], 1);
	assert_int_equal(seen[BS_NR_SNAPSHOT_TYPES], 1);
	assert_int_equal(bs_snapshots_compare(&a->s[0], &c->s[0], NULL, NULL), 0);
	assert_int_equal(bs_snapshots_compare(&c->s[0], &b->s[0], NULL, NULL), 1);
	assert_int_equal(bs_snapshots_compare(&c->s[0], &d->s[0], NULL, NULL), 1);
	assert_int_equal(bs_snapshots_compare(&d->s[0], &c->s[0], NULL, NULL), 1);
	bs_snapshots_free(a);
	bs_snapshots_free(b);
	bs_snapshots_free(c);
	bs_snapshots_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_zones_near_their_watermark),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
