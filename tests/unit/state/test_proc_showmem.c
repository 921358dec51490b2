// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel logs when it runs out of memory, and vmstat. */
#include "bs_test.h"

#include "bs_snapshot_test.h"

static void test_out_of_memory(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		"[ 4711.000001] Node 0 DMA32 free:779500kB boost:0kB min:44kB low:55kB high:66kB "
		"reserved_highatomic:0KB active_anon:400kB inactive_anon:80kB active_file:0kB "
		"inactive_file:0kB unevictable:0kB writepending:0kB present:3129216kB managed:3063680kB "
		"mlocked:0kB bounce:0kB free_pcp:248kB local_pcp:248kB free_cma:0kB\n"
		"[ 4711.000002] lowmem_reserve[]: 0 0 0 0 0\n"
		"[ 4711.000003] Node 0 DMA32: 8133*4kB (UME) 6637*8kB (UE) 1801*16kB 3*32kB (M) = 123kB\n"
		"[ 4711.000004] Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0\n");
	const struct bs_snapshot_sizes *s = all->s[0].zone[0].sizes;

	(void)state;
	assert_int_equal(all->n, 1);
	assert_string_equal(counts_of(all, 0, 0, "DMA32"), "8133 6637 1801 3");
	assert_int_equal(all->s[0].page_size, 4096);
	assert_int_equal(s->min, 11);
	assert_int_equal(s->low, 13);
	assert_int_equal(s->lru, 120);
	assert_int_equal(s->managed, 765920);
	assert_int_equal(s->spanned, 0);
	assert_int_equal(s->pcp_pages, 62);
	assert_string_equal(all->s[0].when, "[ 4711.000001]");
	bs_snapshots_free(all);
}

/* An arm64 kernel of 64 KiB pages says so itself. */
static void test_large_pages(void **state)
{
	struct bs_snapshots *all =
		snapshots_of("Node 0 DMA: 1*64kB (U) 2*128kB 3*256kB 4*512kB = 3136kB\n");

	(void)state;
	assert_string_equal(counts_of(all, 0, 0, "DMA"), "1 2 3 4");
	assert_int_equal(all->s[0].page_size, 65536);
	bs_snapshots_free(all);
}

static void test_bad_lines(void **state)
{
	struct bs_error err;

	(void)state;
	refused_text("Node 0 DMA: 1*4kB (U) 2*9kB = 3kB\n", &err);
	assert_says(err.where, ":1");
	assert_says(err.text, "order 1");
	refused_text("Node 0 DMA: 1*4kB (U) x*8kB = 3kB\n", &err);
	refused_text("Node 0 DMA: 1*0kB 2*0kB = 3kB\n", &err);
}

static void test_vmstat(void **state)
{
	struct bs_snapshots *all = snapshots_of("Node 0, zone Normal 1 2 3 4\n"
						"nr_free_pages 5\n"
						"nr_zone_inactive_anon 8\n"
						"compact_stall 7\n"
						"Node 0, zone Normal 1 2 3 5\n"
						"nr_free_pages 6\n"
						"compact_stall 9\n");
	struct bs_error err;
	unsigned int stall = 0;

	(void)state;
	while (strcmp(bs_vmstat_name(stall), "compact_stall"))
		stall++;
	assert_int_equal(all->n, 2);
	assert_true(all->s[0].has_vmstat);
	assert_int_equal(all->s[0].vmstat[0], 5);
	assert_int_equal(all->s[0].vmstat[stall], 7);
	assert_int_equal(all->s[1].vmstat[stall], 9);
	bs_snapshots_free(all);
	refused_text("Node 0, zone Normal 1 2 3 4\ncompact_stall seven\n", &err);
	assert_says(err.where, ":2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_vmstat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
