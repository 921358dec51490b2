// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing the dump format. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"
#include "state_print.h"

static char *printed(const char *text)
{
	char *path = bs_test_file(text, ".txt"), *out = NULL;
	struct bs_state *s = NULL;
	struct bs_error err;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_ok(bs_state_load(path, NULL, &s, &err), &err);
	unlink(path);
	free(path);
	bs_state_print(s, f);
	bs_state_free(s);
	assert_int_equal(fclose(f), 0);
	return out;
}

/* Each record of a dump, with the keys that are known. */
static void test_every_record_is_written(void **state)
{
	static const char *const lines[] = {
		"pa_oracle 1 kernel=6.1.0-test max_order=10 page_size=4096 pageblock_order=9 ",
		"\ndump start\nzone 2 Normal node=0 start_pfn=0 spanned=4096 ",
		" flags=0x0 vm_free=1024 ",
		"\nlowmem 2 0 0 0 0 0\n",
		"\narea 2 10 nr_free=1\nfree 2 10 1 1024r\n",
		"\npcp 2 cpu=0 count=2 high=100 batch=4 ",
		"\npcpl 2 1 17 16:3\n",
		"\nblk 2 0 8 1\nlru 2 32+4\nenddump start\n",
	};
	char *text = printed(DUMP_START);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_says(text, lines[i]);
	assert_null(strstr(text, "colour"));
	free(text);
}

/* What was written says, read and written again, the same. */
static void test_written_twice_is_the_same(void **state)
{
	char *once = printed(DUMP_START), *twice = printed(once);

	(void)state;
	assert_string_equal(once, twice);
	free(once);
	free(twice);
}

/* Types are numbered as the kernel that wrote the dump does, and as a guest of that kernel would. */
static void test_six_migratetypes(void **state)
{
	static const char dump[] =
		"pa_oracle 1 kernel=7.3.4-test pageblock_order=9 nr_pcp_lists=14 migratetypes=6 "
		"nr_zones=5\ndump start\n" DUMP_ZONE "area 2 9 nr_free=1\nfree 2 9 5 512\n"
		"blk 2 0 1 1\nblk 2 512 1 5\nblk 2 1024 6 1\nblks 2 512 2\nlru 2\nenddump start\n";
	char *text = printed(dump), *twice = printed(text);

	(void)state;
	assert_says(text, "migratetypes=6");
	assert_says(text, "\nfree 2 9 5 512\n");
	assert_says(text, "\nblk 2 512 1 5\nblk 2 1024 6 1\nblks 2 512 2\n");
	assert_string_equal(text, twice);
	free(text);
	free(twice);
}

/* Two nodes, a CPU on each, far from each other: nothing is lost on the way to a file and back. */
static void test_several_nodes_come_back(void **state)
{
	static const uint8_t distance[BS_MAX_NODES][BS_MAX_NODES] = {{10, 31}, {31, 10}};
	const struct bs_mem_range ranges[] = {{0, 8192, 0}, {8192, 16384, 1}};
	const struct bs_zone_range zones[] = {{0, BS_ZONE_DMA32, 0, 8192},
					      {1, BS_ZONE_NORMAL, 8192, 8192}};
	const struct bs_machine_config c = {.kernel = "linux-6.12",
					    .ranges = ranges,
					    .nr_ranges = 2,
					    .zones = zones,
					    .nr_zones = 2,
					    .nr_cpus = 2,
					    .distance = distance,
					    .counter_drift = true};
	char *path = bs_test_file("", ".txt");
	struct bs_state *before, *read, *after;
	struct bs_machine *m, *again;
	struct bs_error err;

	(void)state;
	assert_ok(bs_machine_create(&c, &m, &err), &err);
	bs_free_pages(m, 1, bs_alloc_pages(m, 0, BS_GFP_KERNEL | BS_GFP_THISNODE, 0), 0);
	assert_ok(bs_state_of_machine(m, &before, &err), &err);
	assert_int_equal(before->zone[1].node, 1);
	assert_int_equal(before->zonelist[1][0].n, 2);
	assert_int_equal(before->zonelist[1][1].n, 1);
	assert_ok(bs_state_save(before, path, &err), &err);
	assert_ok(bs_state_load(path, NULL, &read, &err), &err);
	assert_int_equal(read->distance[1][0], 31);
	assert_int_equal(read->zone[0].pcp[1].node, 1);
	assert_int_equal(bs_state_compare(before, read, "linux-6.12", NULL, NULL), 0);
	assert_ok(bs_machine_from_state(read, NULL, &again, &err), &err);
	assert_ok(bs_state_of_machine(again, &after, &err), &err);
	assert_int_equal(bs_state_compare(before, after, "linux-6.12", NULL, NULL), 0);
	assert_int_equal(after->distance[0][1], 31);
	unlink(path);
	free(path);
	bs_state_free(before);
	bs_state_free(read);
	bs_state_free(after);
	bs_machine_destroy(m);
	bs_machine_destroy(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_record_is_written),
		cmocka_unit_test(test_written_twice_is_the_same),
		cmocka_unit_test(test_six_migratetypes),
		cmocka_unit_test(test_several_nodes_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
