// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bitmap: bits, threshold, scan order; and each known defect, shown and mended (STRATEGIES.md,
 * bitmap). The guests are of the patch's time (linux-5.4): boot leaves the highest block first.
 */
#include "bs_test.h"

#include <stdlib.h>

#include "bitmap.h"
#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

/* All memory in use, as blocks of order 10 that the tests free as they please. */
static struct bs_world *full_world(const char *strategy, uint64_t pages)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", pages);

	bs_world_start(w, strategy, 32);
	return w;
}

static const struct bs_bitmap_zone *normal_zone(struct bs_world *w)
{
	const struct bs_bitmap *s = bs_state(w->rc);

	return &s->zone[BS_ZONE_NORMAL];
}

/*
 *   free 5120, 1024    o10 M: [1024] [5120]          bits 10 and 2: the threshold
 *   pass               hints in address order, frees again: head first, no mark
 *   after              o10 M: [5120] [1024]          nothing left to tell
 */
static void test_threshold_and_address_order(void **state)
{
	struct bs_world *w = full_world("bitmap:capacity=2", 8192);

	(void)state;
	assert_int_equal(normal_zone(w)->nbits, ((8192 + 256) >> 9) + 1);
	bs_world_free(w, 5120, 10);
	assert_false(w->wake_armed);
	bs_world_free(w, 1024, 10);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at, w->now); /* at once: no delay of its own */
	bs_assert_list(w, 10, M, "1024,5120");
	assert_true(bs_world_work(w));
	assert_string_equal(bs_world_log(w), "1024:10 5120:10 | ");
	bs_assert_list(w, 10, M, "5120,1024");
	assert_int_equal(normal_zone(w)->free_pages, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* What was free before it was switched on has no bit, and one block is no threshold: both stay. */
static void test_what_is_never_told(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 8192);

	(void)state;
	bs_world_start(w, "bitmap:capacity=2", 32);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 7168);
	bs_world_free(w, 7168, 10);
	assert_int_equal(bs_world_settle(w, 9), 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 8192 * BS_UNIT_SIZE);
	bs_world_destroy(w);
}

/* Bits survive the allocation of what they stood for: the scan finds nothing there. */
static void test_stale_bits_are_harmless(void **state)
{
	struct bs_world *w = full_world("bitmap:capacity=2", 8192);

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 | ");
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

static void free_three(struct bs_world *w)
{
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 5120, 10);
}

/* stale: the second, partial batch carries a slot of the first one, which is free or in use
 * again. */
static void test_stale_entries_are_sent(void **state)
{
	struct bs_world *w = full_world("bitmap:capacity=2", 8192);

	(void)state;
	free_three(w);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 3072:10 | 5120:10 | ");
	assert_int_equal(w->violations, 0);
	assert_false(w->not_taken);
	bs_world_destroy(w);

	w = full_world("bitmap:capacity=2,defects=stale", 8192);
	free_three(w);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 3072:10 | 5120:10 3072:10 | ");
	assert_string_equal(w->law, "range handed to the device was not taken");
	assert_true(w->not_taken);
	bs_world_destroy(w);
}

static void free_buddy(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		bs_world_free(w, 512, 9);
}

/*
 *   free 0 (o9)      o9 M: [0]       bit 0
 *   during the call  o9 M: [512]     bit 1; its buddy 0 is out
 *   release 0        o10 M: [0]      merged: bit 1 is no longer a head's
 */
static void test_merging_loses_a_hint(void **state)
{
	struct bs_world *w = full_world("bitmap:capacity=1", 4096);

	(void)state;
	w->during = free_buddy;
	bs_world_free(w, 0, 9);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "0:9 | ");
	bs_assert_list(w, 10, M, "0");
	assert_int_equal(normal_zone(w)->free_pages, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 2 << 20); /* the half that came late */
	bs_world_destroy(w);

	w = full_world("bitmap:capacity=1,fixes=merge+cursor", 4096);
	w->during = free_buddy;
	bs_world_free(w, 0, 9);
	assert_int_equal(bs_world_settle(w, 9), 2);
	assert_string_equal(bs_world_log(w), "0:9 | 0:10 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* watermark: refused by the watermark, the block's bit is gone all the same: a later run, when
 * there is memory enough, does not look at it again. */
static void test_the_watermark_loses_a_hint(void **state)
{
	static const char *const strategy[] = {"bitmap:capacity=1",
					       "bitmap:capacity=1,fixes=watermark"};
	static const char *const log[] = {"3072:10 | ", "1024:10 | 3072:10 | "};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = full_world(strategy[i], 8192);

		bs_zone_set_watermarks(w->m, 0, 4096, 4096, 4096);
		bs_world_free(w, 1024, 10);
		assert_true(bs_world_work(w));
		assert_string_equal(bs_world_log(w), "");
		assert_int_equal(normal_zone(w)->free_pages, i); /* the bit: lost, or kept */
		bs_zone_set_watermarks(w->m, 0, 0, 0, 0);
		bs_world_free(w, 3072, 10);
		assert_true(bs_world_work(w));
		assert_string_equal(bs_world_log(w), log[i]);
		bs_world_destroy(w);
	}
}

static void free_behind(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		bs_world_free(w, 1024, 10);
}

/* cursor: freed behind the scan, while it ran: nobody looks until the next threshold event. */
static void test_what_is_behind_the_scan_stays(void **state)
{
	struct bs_world *w = full_world("bitmap:capacity=1", 8192);

	(void)state;
	bs_world_free(w, 7168, 10);
	bs_world_free(w, 5120, 10);
	w->during = free_behind;
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "5120:10 | 7168:10 | ");
	assert_int_equal(normal_zone(w)->free_pages, 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 4 << 20);
	bs_world_destroy(w);

	w = full_world("bitmap:capacity=1,fixes=cursor", 8192);
	bs_world_free(w, 7168, 10);
	bs_world_free(w, 5120, 10);
	w->during = free_behind;
	assert_int_equal(bs_world_settle(w, 9), 2);
	assert_string_equal(bs_world_log(w), "5120:10 | 7168:10 | 1024:10 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* unaligned: a zone that starts at 256: bit 0 stands at pfn 256, where no block of order 9 can
 * begin. */
static void test_nothing_is_found_in_an_unaligned_zone(void **state)
{
	static const struct bs_zone_range zone = {
		.type = BS_ZONE_NORMAL, .start = 256, .spanned = 8192 - 256};
	static const char *const strategy[] = {"bitmap:capacity=1",
					       "bitmap:capacity=1,fixes=unaligned"};
	static const char *const log[] = {"", "7168:10 | "};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create_empty("linux-5.4", &zone, 1);
		struct bs_error err;

		assert_ok(bs_machine_boot_range(w->m, 256, 8192, &err), &err);
		bs_world_start(w, strategy[i], 32);
		assert_int_equal(normal_zone(w)->base, i ? 0 : 256);
		assert_int_equal(bs_world_alloc(w, 10, M), 7168);
		bs_world_free(w, 7168, 10);
		assert_true(bs_world_work(w));
		assert_string_equal(bs_world_log(w), log[i]);
		assert_int_equal(normal_zone(w)->free_pages, 0);
		bs_world_destroy(w);
	}
}

/* unaligned as well: zones of one type over two nodes; base 0 counts as "not set yet". */
static void test_base_zero_is_forgotten(void **state)
{
	static const struct bs_zone_range zones[] = {
		{.node = 0, .type = BS_ZONE_NORMAL, .start = 0, .spanned = 4096},
		{.node = 1, .type = BS_ZONE_NORMAL, .start = 4096, .spanned = 4096},
	};
	static const char *const strategy[] = {"bitmap", "bitmap:fixes=unaligned"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create_empty("linux-5.4", zones, 2);

		bs_world_start(w, strategy[i], 32);
		assert_int_equal(normal_zone(w)->base, i ? 0 : 4096);
		assert_int_equal(normal_zone(w)->end, 8192);
		bs_world_destroy(w);
	}
}

/* hang: a bit whose memory is gone. Without the defect it is passed over; with it the worker never
 * comes back, and nothing is told any more. */
static void test_an_offline_page_hangs_the_worker(void **state)
{
	static const char *const strategy[] = {"bitmap:capacity=2",
					       "bitmap:capacity=2,defects=hang"};
	static const char *const log[] = {"1024:10 6144:10 | ", "1024:10 6144:10 | "};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = full_world(strategy[i], 8192);
		struct bs_bitmap *s = bs_state(w->rc);
		struct bs_bitmap_zone *z = &s->zone[BS_ZONE_NORMAL];

		bs_world_free(w, 1024, 10);
		bs_world_free(w, 6144, 10);
		/* No free can set a bit without memory; offlining leaves such bits behind. */
		z->nbits = 18;
		z->bits[0] |= UINT64_C(1) << 17;
		z->free_pages++;
		bs_world_work(w);
		assert_string_equal(bs_world_log(w), log[i]);
		assert_int_equal(s->active, i);
		bs_world_free(w, 3072, 10);
		bs_world_free(w, 4096, 10);
		assert_int_equal(w->wake_armed, !i);
		bs_world_destroy(w);
	}
}

/* Words are what is printed; the codes that they had before are still read. */
static void test_old_codes_are_aliases(void **state)
{
	static const char *const same[] = {
		"bitmap:defects=stale+hang,fixes=merge+watermark+cursor+unaligned",
		"bitmap:defects=D1+D3,fixes=D2+D4+D5+D8",
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create("linux-6.1", 4096);
		char text[128];

		bs_world_start(w, same[i], 32);
		bs_report_params(w->rc, text, sizeof(text));
		assert_string_equal(text, "capacity=16,defects=stale+hang,"
					  "fixes=merge+watermark+cursor+unaligned");
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threshold_and_address_order),
		cmocka_unit_test(test_what_is_never_told),
		cmocka_unit_test(test_stale_bits_are_harmless),
		cmocka_unit_test(test_stale_entries_are_sent),
		cmocka_unit_test(test_merging_loses_a_hint),
		cmocka_unit_test(test_an_offline_page_hangs_the_worker),
		cmocka_unit_test(test_the_watermark_loses_a_hint),
		cmocka_unit_test(test_what_is_behind_the_scan_stays),
		cmocka_unit_test(test_nothing_is_found_in_an_unaligned_zone),
		cmocka_unit_test(test_base_zero_is_forgotten),
		cmocka_unit_test(test_old_codes_are_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
