// SPDX-License-Identifier: GPL-2.0-or-later
/* Start states of machines as they come: servers of 64 GiB and two nodes, with CMA, at high addresses,
 * counts that were read at different moments. */
#include "bs_test.h"

#include <stdlib.h>

#include "bs_snapshot_test.h"

#define ZONE(node, name, start, spanned, present, managed)                                         \
	"Node " node ", zone " name "\n  pages free 9\n        boost 4\n        min 104\n"         \
	"        low 120\n        high 140\n        spanned " spanned "\n        present " present \
	"\n        managed " managed "\n        protection: (0, 7, 8, 9)\n    cpu: 0\n"            \
	"        count: 3\n        high: 300\n        batch: 31\n  start_pfn: " start "\n"

static struct bs_state_notes notes;
static struct bs_error err;

static struct bs_state *import(const char *text, const char *kernel, unsigned int node)
{
	const char *path = path_of(text, strlen(text));
	const struct bs_state_import c = {
		.paths = &path, .nr_paths = 1, .kernel = kernel, .node = node, .seed = 1};
	struct bs_state *s = NULL;

	err = (struct bs_error){0};
	return bs_state_import(&c, &s, &notes, &err) ? NULL : s;
}

static bool noted(const char *text)
{
	for (unsigned int i = 0; i < notes.n; i++)
		if (strstr(notes.text[i], text))
			return true;
	return false;
}

/* 16M pages: it is placed, loads, and goes on. */
static void test_a_server_of_two_nodes(void **state)
{
	struct bs_state *s = import(
		ZONE("0", "Normal", "1048576", "8388608", "8388608", "8200000") ZONE(
			"1", "Normal", "9437184", "8388608", "8388608",
			"8200000") "Node 0, zone Normal 81000 60000 40000 20000 10000 5000 2000 1000 500 200 1000\n"
				   "Node 1, zone Normal 1 2 3 4 5 6 7 8 9 10 11\n",
		"linux-6.12", 0);
	struct bs_machine *m = NULL;
	struct bs_zone_info info;

	(void)state;
	if (!s)
		fail_msg("%s: %s", err.where, err.text);
	assert_true(noted("others are left out: --node 1"));
	assert_int_equal(s->nr_zones, 1);
	assert_int_equal(s->zone[0].min, 100);
	assert_int_equal(s->zone[0].boost, 4);
	assert_int_equal(s->zone[0].lowmem_reserve[2], 8);
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_free[0], 81000);
	assert_int_equal(info.nr_free[10], 1000);
	assert_int_equal(info.nr_pcp_pages, 3);
	bs_machine_destroy(m);
	bs_state_free(s);
	s = import(ZONE("0", "Normal", "0", "8192", "8192", "8000") ZONE(
			   "1", "Normal", "8192", "8192", "8192",
			   "8000") "Node 0, zone Normal 1 1 1 1 1\nNode 1, zone Normal 2 2 2 2 2\n",
		   "linux-6.1", 1);
	assert_non_null(s);
	assert_int_equal(s->zone[0].start, 8192);
	assert_int_equal(s->zone[0].nr_free[4], 2);
	bs_state_free(s);
}

/* All nodes that zoneinfo has, whatever their numbers; each zone has its counts, and the guest takes from
 * the other node when one is full. */
static void test_a_guest_of_every_node(void **state)
{
	struct bs_state *s = import(
		ZONE("0", "Normal", "0", "8192", "8192", "8000") ZONE("3", "Normal", "8192", "8192",
								      "8192", "8000")
			ZONE("5", "Movable", "16384", "0", "0",
			     "0") "Node 0, zone Normal 1 1 1 1 1\nNode 3, zone Normal 500 2 2 2 2\n",
		"linux-6.12", BS_EVERY_NODE);
	struct bs_machine *m = NULL;
	struct bs_zone_info info;
	bs_pfn pfn = 0;

	(void)state;
	if (!s)
		fail_msg("%s: %s", err.where, err.text);
	assert_true(noted("2 nodes, at a distance of 20"));
	assert_int_equal(s->nr_zones, 2);
	assert_int_equal(s->zone[1].node, 1);
	assert_int_equal(s->zone[0].nr_free[4], 1);
	assert_int_equal(s->zone[1].nr_free[0], 500);
	assert_int_equal(s->nr_distances, 2);
	assert_int_equal(s->distance[0][0], 10);
	assert_int_equal(s->distance[0][1], 20);
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	bs_zone_info(m, 1, &info);
	assert_int_equal(info.node, 1);
	assert_int_equal(info.nr_free[0], 500);
	/* Below the marks nothing is had from node 0, and the other has enough. */
	pfn = bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0);
	assert_true(pfn >= 8192 && pfn < 16384);
	bs_machine_destroy(m);
	bs_state_free(s);
	/* One of them, by its own number. */
	s = import(ZONE("0", "Normal", "0", "8192", "8192", "8000") ZONE(
			   "3", "Normal", "8192", "8192", "8192",
			   "8000") "Node 0, zone Normal 1 1 1 1 1\nNode 3, zone Normal 2 2 2 2 2\n",
		   "linux-6.1", 3);
	assert_non_null(s);
	assert_int_equal(s->nr_zones, 1);
	assert_int_equal(s->zone[0].node, 0);
	assert_int_equal(s->nr_distances, 0);
	bs_state_free(s);
}

/* An arm64 server: memory begins at 8 TiB. It is moved down, whole GiB of it. */
static void test_high_addresses(void **state)
{
	struct bs_state *s = import(ZONE("0", "Normal", "2147483648", "65536", "65536",
					 "65000") "Node 0, zone Normal 5 4 3 2 1 0 0 0 0 1 3\n",
				    "linux-6.1", 0);

	(void)state;
	assert_non_null(s);
	assert_true(noted("moved down by 2147483648 pages"));
	assert_int_equal(s->zone[0].start, 0);
	assert_int_equal(s->zone[0].nr_free[10], 3);
	bs_state_free(s);
}

#define TYPES                                                                          \
	"Page block order: 9\n"                                                        \
	"Node 0, zone Normal, type Unmovable 1 1 1 1 0\n"                              \
	"Node 0, zone Normal, type Movable 10 10 10 10 0\n"                            \
	"Node 0, zone Normal, type CMA 2 0 0 0 0\n"                                    \
	"Number of blocks type Unmovable Movable Reclaimable HighAtomic CMA Isolate\n" \
	"Node 0, zone Normal 3 9 2 0 2 0\n"
#define SMALL ZONE("0", "Normal", "0", "8192", "8192", "8000")

/* CMA is movable memory here; pageblocks are as many as pagetypeinfo says. */
static void test_types_and_cma(void **state)
{
	struct bs_state *s = import(SMALL TYPES "Node 0, zone Normal 13 11 11 11 0\n", "6.1.0", 0);
	unsigned int blocks[BS_MIGRATE_TYPES] = {0};

	(void)state;
	assert_non_null(s);
	assert_true(noted("2 CMA pageblocks count as movable"));
	assert_false(noted("differ"));
	for (size_t i = 0; i < s->zone[0].nr_blocks; i++)
		blocks[s->zone[0].block_type[i]]++;
	assert_int_equal(blocks[BS_MIGRATE_UNMOVABLE], 3);
	assert_int_equal(blocks[BS_MIGRATE_RECLAIMABLE], 2);
	assert_int_equal(blocks[BS_MIGRATE_MOVABLE], 11);
	assert_int_equal(s->zone[0].area[0][BS_MIGRATE_MOVABLE].n, 12);
	assert_int_equal(s->zone[0].area[0][BS_MIGRATE_UNMOVABLE].n, 1);
	bs_state_free(s);
}

/* buddyinfo was read later: it holds, and the likeliest type has what is more or less. */
static void test_read_at_two_moments(void **state)
{
	struct bs_state *s = import(SMALL TYPES "Node 0, zone Normal 20 11 11 0 0\n", "6.1.0", 0);

	(void)state;
	assert_non_null(s);
	assert_true(noted("differ by 18 blocks"));
	assert_int_equal(s->zone[0].nr_free[0], 20);
	assert_int_equal(s->zone[0].area[0][BS_MIGRATE_MOVABLE].n, 19);
	assert_int_equal(s->zone[0].nr_free[3], 0);
	bs_state_free(s);
}

/* Where pagetypeinfo stopped counting buddyinfo says the rest. */
static void test_more_than_is_counted(void **state)
{
	struct bs_state *s =
		import(ZONE("0", "Normal", "0", "1048576", "1048576",
			    "1000000") "Node 0, zone Normal, type Unmovable 7 0 0 0\n"
				       "Node 0, zone Normal, type Movable >100000 0 0 0\n"
				       "Node 0, zone Normal 200000 0 0 0\n",
		       "6.1.0", 0);

	(void)state;
	assert_non_null(s);
	assert_false(noted("differ"));
	assert_int_equal(s->zone[0].area[0][BS_MIGRATE_MOVABLE].n, 199993);
	bs_state_free(s);
}

static void refused(const char *text, const char *why)
{
	struct bs_state *s = import(text, "linux-6.1", 0);

	assert_null(s);
	assert_says(err.text, why);
	assert_true(err.where[0] && err.advice[0]);
}

static void test_refused(void **state)
{
	(void)state;
	refused(ZONE("0", "Normal", "0", "8192", "9000", "8000") "Node 0, zone Normal 1 1 1 1\n",
		"cannot be");
	refused(ZONE("0", "HighMem", "0", "8192", "8192", "8000") "Node 0, zone HighMem 1 1 1 1\n",
		"no counterpart");
	refused(SMALL "Node 0, zone DMA32 1 1 1 1\n", "no such zone");
	refused(ZONE("0", "Normal", "0", "8192", "8192",
		     "100") "Node 0, zone Normal 1 0 0 0 0 0 0 1\n",
		"free pages of 100");
	refused(ZONE("0", "DMA", "0", "8192", "8192", "8000") ZONE(
			"0", "Normal", "4096", "8192", "8192", "8000") "Node 0, zone DMA 1 1 1 1\n",
		"overlap");
	refused("Page block order: 13\n" SMALL "Node 0, zone Normal, type Movable 1 1 1\n",
		"order 13");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_server_of_two_nodes),
		cmocka_unit_test(test_a_guest_of_every_node),
		cmocka_unit_test(test_high_addresses),
		cmocka_unit_test(test_types_and_cma),
		cmocka_unit_test(test_read_at_two_moments),
		cmocka_unit_test(test_more_than_is_counted),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
