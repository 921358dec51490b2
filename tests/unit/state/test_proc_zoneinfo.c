// SPDX-License-Identifier: GPL-2.0-or-later
/* zoneinfo as 4.4, 6.1, 6.12 and later print it: figures come and go, a few are needed. */
#include "bs_test.h"

#include "bs_snapshot_test.h"

#define ORDERS "Node 0, zone Normal 1 2 3 4\n"

static const struct bs_snapshot_sizes *sizes_of(const struct bs_snapshots *all, unsigned int node,
						const char *zone)
{
	const struct bs_snapshot_zone *z = bs_snapshot_zone(&all->s[0], node, zone);

	assert_non_null(z);
	assert_non_null(z->sizes);
	return z->sizes;
}

/* 6.18: promo, high_min, high_max; the node's figures in front have names like the zone's. */
static void test_new_kernel(void **state)
{
	struct bs_snapshots *all =
		snapshots_of(ORDERS "Node 0, zone   Normal\n"
				    "  per-node stats\n"
				    "      nr_inactive_anon 32098\n"
				    "  pages free     772917\n"
				    "        boost    5\n"
				    "        min      2873\n"
				    "        low      3645\n"
				    "        high     4417\n"
				    "        promo    5189\n"
				    "        spanned  1044480\n"
				    "        present  782336\n"
				    "        managed  772917\n"
				    "        cma      12\n"
				    "        protection: (0, 3019, 17739, 17739, 17739)\n"
				    "      nr_free_pages 772917\n"
				    "      nr_zone_inactive_anon 10\n"
				    "      nr_zone_active_anon 20\n"
				    "      nr_zone_inactive_file 300\n"
				    "      nr_zone_active_file 4000\n"
				    "      nr_zone_unevictable 50000\n"
				    "  pagesets\n"
				    "    cpu: 0\n"
				    "              count:    111\n"
				    "              high:     777\n"
				    "              batch:    63\n"
				    "              high_min: 8\n"
				    "              high_max: 240\n"
				    "  vm stats threshold: 40\n"
				    "    cpu: 1\n"
				    "              count:    222\n"
				    "              high:     999\n"
				    "              batch:    63\n"
				    "  vm stats threshold: 40\n"
				    "  node_unreclaimable:  0\n"
				    "  start_pfn:           4096\n");
	const struct bs_snapshot_sizes *s = sizes_of(all, 0, "Normal");

	(void)state;
	assert_int_equal(all->n, 1);
	assert_int_equal(s->free, 772917);
	assert_int_equal(s->boost, 5);
	assert_int_equal(s->min, 2873);
	assert_int_equal(s->low, 3645);
	assert_int_equal(s->high, 4417);
	assert_int_equal(s->spanned, 1044480);
	assert_int_equal(s->present, 782336);
	assert_int_equal(s->managed, 772917);
	assert_int_equal(s->cma, 12);
	assert_int_equal(s->nr_reserve, 5);
	assert_int_equal(s->reserve[2], 17739);
	assert_int_equal(s->lru, 54330);
	assert_int_equal(s->nr_cpus, 2);
	assert_int_equal(s->pcp_pages, 333);
	assert_int_equal(s->pcp_count[1], 222);
	assert_int_equal(s->pcp_high, 777);
	assert_int_equal(s->pcp_high_min, 8);
	assert_int_equal(s->pcp_high_max, 240);
	assert_int_equal(s->pcp_batch, 63);
	assert_int_equal(s->stat_threshold, 40);
	assert_int_equal(s->start, 4096);
	bs_snapshots_free(all);
}

/* 4.4: no boost, LRU lists of the zone's own, other words around; quoted; another node behind. */
static void test_old_kernel_quoted(void **state)
{
	struct bs_snapshots *all = snapshots_of(ORDERS "> Node 0, zone   Normal\n"
						       ">   pages free     3975\n"
						       ">         min      67\n"
						       ">         low      83\n"
						       ">         high     99\n"
						       ">         scanned  0\n"
						       ">         spanned  4095\n"
						       ">         present  3998\n"
						       ">         managed  3977\n"
						       ">     nr_inactive_anon 1\n"
						       ">     nr_active_file 2\n"
						       ">   all_unreclaimable: 1\n"
						       ">   start_pfn:         1\n"
						       ">   inactive_ratio:    1\n"
						       "> Node 1, zone   Normal\n"
						       ">   pages free     5\n"
						       ">         min      6\n");
	const struct bs_snapshot_sizes *s = sizes_of(all, 0, "Normal");

	(void)state;
	assert_int_equal(s->min, 67);
	assert_int_equal(s->lru, 3);
	assert_int_equal(s->start, 1);
	assert_int_equal(sizes_of(all, 1, "Normal")->min, 6);
	bs_snapshots_free(all);
}

/* Sizes that are said once hold for later samples. */
static void test_sizes_hold_on(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		"Node 0, zone   Normal\n  pages free     5\n        min      6\n" ORDERS
		"Node 0, zone Normal 5 6 7 8\n");

	(void)state;
	assert_int_equal(all->n, 2);
	assert_int_equal(all->s[1].zone[0].sizes->min, 6);
	bs_snapshots_free(all);
}

static void test_bad_lines(void **state)
{
	struct bs_error err;

	(void)state;
	refused_text(ORDERS "Node 0, zone Normal\n  pages free     many\n", &err);
	assert_says(err.where, ":3");
	assert_says(err.text, "many");
	refused_text(ORDERS "Node 0, zone Normal\n  pages free 5\n        min      -3\n", &err);
	assert_says(err.where, ":4");
	refused_text(ORDERS "Node 0, zone Normal\n  pages free 5\n   protection: (1, x)\n", &err);
	assert_says(err.text, "protection");
	/* Zones, but nothing of orders. */
	refused_text("Node 0, zone Normal\n  pages free 5\n", &err);
	assert_says(err.advice, "buddyinfo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_kernel),
		cmocka_unit_test(test_old_kernel_quoted),
		cmocka_unit_test(test_sizes_hold_on),
		cmocka_unit_test(test_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
