// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the dump format. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"

static struct bs_state *load(const char *text)
{
	char *path = bs_test_file(text, ".txt");
	struct bs_state *s = NULL;
	struct bs_error err;

	assert_ok(bs_state_load(path, NULL, &s, &err), &err);
	unlink(path);
	free(path);
	return s;
}

static void test_reads_every_record_and_ignores_unknown_keys(void **state)
{
	struct bs_state *s = load(DUMP_START);
	const struct bs_state_zone *z = &s->zone[0];

	(void)state;
	assert_string_equal(s->name, "start");
	assert_string_equal(s->kernel, "6.1.0-test");
	assert_string_equal(bs_state_model(s), "linux-6.1");
	assert_int_equal(s->nr_zones, 1);
	assert_int_equal(z->type, BS_ZONE_NORMAL);
	assert_int_equal(z->vm_free, 1024);
	assert_int_equal(z->stat_threshold, 4);
	assert_int_equal(z->area[10][1].n, 1);
	assert_int_equal(z->area[10][1].pfn[0], 1024);
	assert_int_equal(z->area[10][1].mark[0], 1);
	assert_int_equal(z->pcp[0].list[1].n, 2);
	assert_int_equal(z->pcp[0].list[1].mark[0], BS_MIGRATE_MOVABLE);
	assert_int_equal(z->pcp[0].list[1].mark[1], BS_MIGRATE_HIGHATOMIC);
	assert_int_equal(z->nr_blocks, 8);
	assert_int_equal(z->lru[0].count, 4);
	assert_int_equal(s->boost_factor, 15000);
	bs_state_free(s);
}

/* A kernel without DMA and DMA32 numbers its zones from Normal: zone 0, reserves and all. */
static void test_zone_numbers_follow_the_kernels_zone_types(void **state)
{
	struct bs_state *s =
		load("pa_oracle 1 kernel=6.1.192 pageblock_order=10 nr_pcp_lists=12 "
		     "migratetypes=4 nr_zones=2\n# watermark_boost_factor=0\ndump start\n"
		     "zone 0 Normal start_pfn=0 spanned=2048 managed=2048 min=1 low=2 high=3 "
		     "vm_free=0\nlowmem 0 5 7\nblk 0 0 2 1\nlru 0\nenddump start\n");

	(void)state;
	assert_int_equal(s->zone[0].type, BS_ZONE_NORMAL);
	assert_int_equal(s->zone[0].lowmem_reserve[BS_ZONE_NORMAL], 5);
	assert_int_equal(s->zone[0].lowmem_reserve[BS_ZONE_MOVABLE], 7);
	assert_int_equal(s->boost_factor, 0);
	bs_state_free(s);
}

#define SIX_TYPES                                                                         \
	"pa_oracle 1 kernel=7.3.4-test pageblock_order=9 nr_pcp_lists=14 migratetypes=6 " \
	"nr_zones=5\ndump start\n" DUMP_ZONE

/* Where CMA is compiled in, ISOLATE is the sixth; beside it the dump says the type that is stored. */
static void test_migratetypes_are_numbered_by_the_kernel(void **state)
{
	struct bs_state *s = load(SIX_TYPES "area 2 9 nr_free=2\nfree 2 9 5 512 1024\n"
					    "pcp 2 count=2 high=9 batch=1\npcpl 2 1 7:5 9:3\n"
					    "blk 2 0 1 3\nblk 2 512 2 5\nblk 2 1536 5 1\n"
					    "blks 2 512 2\nblks 2 1024 0\nlru 2\nenddump start\n");
	const struct bs_state_zone *z = &s->zone[0];

	(void)state;
	assert_string_equal(bs_state_model(s), "linux-7.3");
	assert_int_equal(z->area[9][BS_MIGRATE_ISOLATE].n, 2);
	assert_int_equal(z->block_type[0], BS_MIGRATE_HIGHATOMIC);
	assert_int_equal(z->block_type[1], BS_MIGRATE_ISOLATE);
	assert_int_equal(z->block_stored[1], BS_MIGRATE_RECLAIMABLE);
	assert_int_equal(z->block_stored[2], BS_MIGRATE_UNMOVABLE);
	assert_int_equal(z->pcp[0].list[1].mark[0], BS_MIGRATE_ISOLATE);
	assert_int_equal(z->pcp[0].list[1].mark[1], BS_MIGRATE_HIGHATOMIC);
	bs_state_free(s);
}

static void test_malformed_dumps_are_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *where, *says;
	} cases[] = {
		{"", "", "no whole dump"},
		{"hello\n", "", "no whole dump"},
		{"dump start\n", ":1", "before the pa_oracle line"},
		{"pa_oracle 2 kernel=6.1\n", ":1", "version 2"},
		{"pa_oracle 1 kernel=6.1\n", ":1", "pageblock_order= is missing"},
		{"pa_oracle 1 pageblock_order=9 nr_pcp_lists=13 migratetypes=5 nr_zones=5\n", ":1",
		 "13 per-cpu lists"},
		{"pa_oracle 1 pageblock_order=x nr_pcp_lists=14 migratetypes=5 nr_zones=5\n", ":1",
		 "not a number"},
		{"pa_oracle 1 pageblock_order=99 nr_pcp_lists=14 migratetypes=5 nr_zones=5\n", ":1",
		 "out of range"},
		{"pa_oracle 1 pageblock_order=9 nr_pcp_lists=14 migratetypes=7 nr_zones=5\n", ":1",
		 "migratetypes"},
		{SIX_TYPES "free 2 0 4 1\n", ":5", "no model has a CMA area"},
		{SIX_TYPES "free 2 0 6 1\n", ":5", "0 to 5"},
		{SIX_TYPES "blk 2 0 8 4\n", ":5", "no model has a CMA area"},
		{SIX_TYPES "blk 2 0 8 1\nblks 2 512 1\n", ":6", "no isolated pageblock at 512"},
		{SIX_TYPES "blk 2 0 1 5\nblks 2 0 0\nblk 2 512 7 1\n", ":7", "behind a blks"},
		{SIX_TYPES "pcp 2 count=1 high=9 batch=1\npcpl 2 1 7:4\n", ":6", "CMA"},
		{SIX_TYPES "pcp 2 count=1 high=9 batch=1\npcpl 2 1 7:x\n", ":6",
		 "missing or malformed"},
		{DUMP_HEAD "dump start\nenddump start\n", ":3", "no zones"},
		{DUMP_HEAD "dump start\nzone 2 Normal start_pfn=0\n", ":3", "is missing"},
		{DUMP_HEAD "dump start\nzone 1 Normal start_pfn=0\n", ":3", "called Normal"},
		{DUMP_HEAD "dump start\nzone 40 Normal start_pfn=0\n", ":3", "0 to 39"},
		{DUMP_HEAD "dump start\nzone 2\n", ":3", "called nothing"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE DUMP_ZONE, ":5", "twice"},
		{DUMP_HEAD "dump start\nfree 2 0 0 1\n", ":3", "before its zone"},
		{DUMP_HEAD "dump start\nzonex 2 nr_free_highatomic=0\n", ":3", "before its zone"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "free 2 11 0 1\n", ":5", "0 to 10"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "free 2 0 5 1\n", ":5", "0 to 4"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "free 2 0 0 1x\n", ":5", "\"x\" behind pfn 1"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "free 2 0 0 99999999999\n", ":5", "no pfn"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "free 2 0 0 1\nfree 2 0 0 2\n", ":6", "twice"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "pcpl 2 1 7\n", ":5", "before its pcp"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "blk 2 0 1 1\nblk 2 1024 1 1\n", ":6",
		 "do not continue"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "blk 2 0 99 1\n", ":5", "do not continue"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "lru 2 4090+7\n", ":5", "pfn+count"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "lowmem 2 0 0\n", ":5", "missing"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "area 2 0 many\n", ":5", "not key=value"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "pcp 2 count=0 high=9 batch=-4\n", ":5",
		 "batch=-4 is out of range: 1 to"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "pcp 2 count=0 high=9 batch=1 free_factor=40\n",
		 ":5", "free_factor=40 is out of range"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "lowmem 2 0 0 0 99999999999 0\n", ":5", "0 to"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "cache 2 0\n", ":5", "unknown record"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE "enddump end\n", ":5", "ends as end"},
		{DUMP_HEAD "dump start\n" DUMP_ZONE, "", "no whole dump"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = bs_test_file(cases[i].text, ".txt");
		struct bs_state *s = NULL;
		struct bs_error err = {0};

		if (bs_state_load(path, NULL, &s, &err) >= 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(err.status, BS_INPUT);
		assert_null(s);
		if (!strstr(err.where, path) || !strstr(err.where, cases[i].where))
			fail_msg("case %zu: where is %s", i, err.where);
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %zu: \"%s\" lacks \"%s\"", i, err.text, cases[i].says);
		unlink(path);
		free(path);
	}
}

static void test_a_dump_is_found_by_its_name(void **state)
{
	char *path = bs_test_file(
		DUMP_START DUMP_HEAD "dump end\n" DUMP_ZONE DUMP_LISTS "enddump end\n", ".txt");
	struct bs_state *s = NULL;
	struct bs_error err;

	(void)state;
	assert_ok(bs_state_load(path, "end", &s, &err), &err);
	assert_string_equal(s->name, "end");
	bs_state_free(s);
	assert_true(bs_state_load(path, "middle", &s, &err) < 0);
	assert_non_null(strstr(err.text, "middle"));
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_every_record_and_ignores_unknown_keys),
		cmocka_unit_test(test_zone_numbers_follow_the_kernels_zone_types),
		cmocka_unit_test(test_migratetypes_are_numbered_by_the_kernel),
		cmocka_unit_test(test_malformed_dumps_are_refused_with_file_and_line),
		cmocka_unit_test(test_a_dump_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
