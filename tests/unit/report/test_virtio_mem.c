// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio-mem: what is plugged at the start, and in which order it goes and comes (32 MiB, memory blocks of 16 MiB). */
#include "bs_test.h"

#include <string.h>

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define MIB (UINT64_C(1) << 20)
#define PAGES 16384 /* the device has the second half; memory blocks of 4096 pages */

static struct bs_world *world_of(const char *strategy)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);

	bs_world_start(w, strategy, 64);
	return w;
}

static void work(struct bs_world *w)
{
	assert_true(bs_world_work(w));
}

static uint64_t driver_bytes(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return st.client_bytes;
}

/* A pageblock that stays in use, at @pfn. */
static void use(struct bs_world *w, bs_pfn pfn)
{
	bs_pfn got[PAGES / 512];
	unsigned int n = 0;

	do {
		got[n] = bs_world_alloc(w, 9, M);
		assert_int_not_equal(got[n], BS_NO_PFN);
	} while (got[n++] != pfn);
	for (unsigned int i = 0; i + 1 < n; i++)
		bs_world_free(w, got[i], 9);
}

/* Each memory block has its memory map, a 64th of it, in what is not the device's; its own memory stands at the end of
 * the lists, ascending. */
static void test_all_is_plugged_at_first(void **state)
{
	struct bs_world *w = world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s");
	bs_pfn last[16];

	(void)state;
	assert_int_equal(driver_bytes(w), 2 * 16 * MIB / 64);
	assert_int_equal(bs_list_blocks(w->m, 0, 10, M, last, NULL, 16), 15);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(last[7 + i], 8192 + i * 1024);
	assert_int_equal(bs_managed_pages(w->m), PAGES);
	assert_int_equal(w->wake_at, BS_NS_PER_S);
	bs_world_destroy(w);
}

/* The last memory block first, as a whole; with it its memory map comes back. */
static void test_whole_memory_blocks(void **state)
{
	struct bs_world *w = world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s");
	struct bs_report_stats st;
	const char *log;

	(void)state;
	work(w);
	log = bs_world_log(w);
	assert_memory_equal(log, "12288:9 12800:9 ", 16);
	assert_non_null(strstr(log, "15872:9 | 8192:9 8704:9 "));
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 2);
	assert_int_equal(st.reported_bytes, 32 * MIB);
	assert_int_equal(driver_bytes(w), 32 * MIB);
	assert_int_equal(bs_managed_pages(w->m), PAGES / 2);
	assert_false(w->wake_armed);
	assert_false(w->not_taken);
	bs_report_stop(w->rc);
	assert_int_equal(bs_managed_pages(w->m), PAGES);
	bs_world_destroy(w);
}

/* 3 MiB less: single sub-blocks, the last of the last memory block first. Then 1 MiB more: the gap is filled. */
static void test_sub_blocks(void **state)
{
	struct bs_world *w =
		world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s,requested=28MiB");

	(void)state;
	work(w);
	assert_string_equal(bs_world_log(w), "15872:9 | 15360:9 | ");
	assert_int_equal(bs_managed_pages(w->m), PAGES - 1024);
	bs_report_event(w->rc, BS_EVENT_TARGET, 2 * MIB);
	work(w);
	assert_string_equal(bs_world_told(w), "15360:9 | ");
	assert_int_equal(bs_managed_pages(w->m), PAGES - 512);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* A whole block cannot be had, so single sub-blocks are; what is in use is passed over, and the next block has to do. */
static void test_what_is_in_use_stays(void **state)
{
	struct bs_world *w =
		world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s,requested=16MiB");

	(void)state;
	use(w, 14336);
	work(w);
	assert_string_equal(bs_world_log(w), "15872:9 | 15360:9 | 14848:9 | 13824:9 | 13312:9 | "
					     "12800:9 | 12288:9 | 11776:9 | ");
	assert_int_equal(bs_managed_pages(w->m), PAGES - 4096);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* What is missing in the end is tried again 50 s later, then 100 s; and at once when the host says something new. */
static void test_it_tries_again(void **state)
{
	struct bs_world *w = world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s");
	struct bs_report_stats st;

	(void)state;
	use(w, 14336);
	work(w);
	assert_int_equal(bs_managed_pages(w->m), PAGES / 2 + 512);
	assert_int_equal(w->wake_at, 51 * BS_NS_PER_S);
	bs_world_log(w);
	work(w);
	assert_string_equal(bs_world_log(w), "");
	assert_int_equal(w->wake_at, 151 * BS_NS_PER_S);
	bs_report_event(w->rc, BS_EVENT_TARGET, 32 * MIB);
	assert_int_equal(w->wake_at, w->now);
	work(w);
	assert_int_equal(w->wake_at - w->now, 50 * BS_NS_PER_S);
	bs_world_free(w, 14336, 9);
	work(w);
	assert_string_equal(bs_world_log(w), "14336:9 | ");
	assert_int_equal(bs_managed_pages(w->m), PAGES / 2);
	assert_false(w->wake_armed);
	/* the whole block; the sub-block, and once more when the other block had gone; then each time */
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.client_refused, 5);
	bs_world_destroy(w);
}

/* All is asked for again: the lowest memory block first, whole, and online at the end of the lists. */
static void test_it_comes_back(void **state)
{
	struct bs_world *w = world_of("virtio-mem:size=32MiB,memory_block=16MiB,at=1s,until=2s");
	const char *told;
	bs_pfn last[16];

	(void)state;
	work(w);
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	work(w);
	told = bs_world_told(w);
	assert_memory_equal(told, "8192:9 8704:9 ", 14);
	assert_non_null(strstr(told, "11776:9 | 12288:9 "));
	assert_int_equal(bs_managed_pages(w->m), PAGES);
	assert_int_equal(driver_bytes(w), 2 * 16 * MIB / 64);
	assert_int_equal(bs_list_blocks(w->m, 0, 10, M, last, NULL, 16), 15);
	assert_int_equal(last[14], 15360);
	bs_world_destroy(w);
}

/* A device's block as large as a memory block: whole ones, and nothing smaller. */
static void test_big_blocks(void **state)
{
	struct bs_world *w = world_of(
		"virtio-mem:size=32MiB,memory_block=16MiB,block=16MiB,at=1s,requested=8MiB");

	(void)state;
	use(w, 14336);
	work(w);
	/* 8 MiB are none; the upper one is in use */
	assert_int_equal(w->calls, 1);
	assert_int_equal(bs_managed_pages(w->m), PAGES - 4096);
	assert_int_equal(w->wake_at, 51 * BS_NS_PER_S);
	bs_world_destroy(w);
}

/* A guest that is too small for one memory block has no device worth the name. */
static void test_a_small_guest(void **state)
{
	struct bs_world *w = world_of("virtio-mem:at=0s");

	(void)state;
	work(w);
	assert_int_equal(driver_bytes(w), 0);
	assert_int_equal(w->calls, 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_plugged_at_first),
		cmocka_unit_test(test_whole_memory_blocks),
		cmocka_unit_test(test_sub_blocks),
		cmocka_unit_test(test_what_is_in_use_stays),
		cmocka_unit_test(test_it_tries_again),
		cmocka_unit_test(test_it_comes_back),
		cmocka_unit_test(test_big_blocks),
		cmocka_unit_test(test_a_small_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
