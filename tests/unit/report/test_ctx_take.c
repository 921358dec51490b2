// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_take.c: taking blocks and giving them back; each law is broken once by a strategy made for
 * it, and must be named. Beside it what is counted, and what blocks that are out do to others.
 */
#include "bs_test.h"

#include "bs_probe.h"

static void isolate_without_lock(struct bs_report_ctx *rc)
{
	bs_isolate(rc, 0, 10);
}

static void isolate_part(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_isolate(rc, 512, 9);
	bs_zone_unlock(rc, 0);
}

static void put_back_unowned(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_put_back(rc, 0, 10, BS_MT_NOW, BS_PUT_TAIL);
	bs_zone_unlock(rc, 0);
}

static void client_uninvited(struct bs_report_ctx *rc)
{
	bs_take_pages(rc, BS_GFP_KERNEL, 0);
}

static void claim_uninvited(struct bs_report_ctx *rc)
{
	bs_claim(rc, 0, 10);
}

static void test_laws_of_taking(void **state)
{
	(void)state;
	bs_probe_breaks(isolate_without_lock, "block taken without its zone's lock");
	bs_probe_breaks(isolate_part, "taking what is not the head of a free block of that order");
	bs_probe_breaks(put_back_unowned, "putting back what was not taken");
	bs_probe_breaks(client_uninvited, "allocating without BS_CAP_CLIENT");
	bs_probe_breaks(claim_uninvited, "claiming without BS_CAP_HOST_SIDE");
}

static void take_and_forget(struct bs_report_ctx *rc)
{
	bs_probe_take(rc, 1);
}

/* Invariant 31: switched off, no block may be out. */
static void test_a_block_left_behind_is_found_at_stop(void **state)
{
	struct bs_world *w = bs_probe_world(take_and_forget);

	(void)state;
	bs_probe_run(w);
	assert_int_equal(w->violations, 0);
	bs_report_stop(w->rc);
	assert_string_equal(w->law, "a block is still taken after the strategy stopped");
	bs_probe_give_back(w->rc, 1);
	bs_world_destroy(w);
}

static void isolate_for_nothing(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	assert_false(bs_isolate(rc, 0, 10));
	bs_zone_unlock(rc, 0);
}

/* 4096 free pages, min 3072: 4096 > 3072 + 1024 is false, equality refuses (STRATEGIES.md,
 * taking a block). */
static void test_a_refusal_counts_and_changes_nothing(void **state)
{
	struct bs_world *w = bs_probe_world(isolate_for_nothing);
	struct bs_report_stats st;

	(void)state;
	bs_zone_set_watermarks(w->m, 0, 3072, 3072, 3072);
	bs_probe_run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolate_refused, 1);
	assert_int_equal(st.isolated_peak_bytes, 0);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "0,1024,2048,3072");
	bs_world_destroy(w);
}

/* Two pageblocks of 0 are UNMOVABLE and RECLAIMABLE: taking the block makes both MOVABLE. */
static void retype_then_report(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_set_type(rc, 0, BS_MIGRATE_UNMOVABLE);
	bs_set_type(rc, 512, BS_MIGRATE_RECLAIMABLE);
	bs_zone_unlock(rc, 0);
	bs_probe_report_two(rc);
}

static void test_conversions_are_counted(void **state)
{
	struct bs_world *w = bs_probe_world(retype_then_report);
	struct bs_report_stats st;

	(void)state;
	bs_probe_run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.conversions, 2);
	assert_int_equal(bs_pageblock_type(w->m, 0), BS_MIGRATE_MOVABLE);
	assert_int_equal(bs_pageblock_type(w->m, 512), BS_MIGRATE_MOVABLE);
	bs_world_destroy(w);
}

/* bs_isolate() would leave the zone its last block even with all marks 0 (STRATEGIES.md, taking
 * a block). */
static void pull_four(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	for (bs_pfn p = 0; p < 4096; p += 1024)
		bs_pull(rc, p, 10);
	bs_zone_unlock(rc, 0);
}

/* All memory is out with the reporter: the request fails, and would not have without it. */
static void test_false_oom(void **state)
{
	struct bs_world *w = bs_probe_world(pull_four);

	(void)state;
	assert_false(bs_report_false_oom(w->rc, BS_GFP_KERNEL, 0));
	bs_probe_run(w);
	assert_int_equal(bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE), BS_NO_PFN);
	assert_true(bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 0));
	assert_true(bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 10));
	bs_probe_give_back(w->rc, 4);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws_of_taking),
		cmocka_unit_test(test_a_block_left_behind_is_found_at_stop),
		cmocka_unit_test(test_a_refusal_counts_and_changes_nothing),
		cmocka_unit_test(test_conversions_are_counted),
		cmocka_unit_test(test_false_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
