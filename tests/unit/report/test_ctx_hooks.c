// SPDX-License-Identifier: GPL-2.0-or-later
/* ctx_hooks.c: who hears what: on and off, from which order on, and of one small piece. */
#include "bs_test.h"

#include <errno.h>

#include "bs_probe.h"

/* Off, it no longer hears frees; but still what happens to blocks it may have marked. */
static void test_off_hears_removals_only(void **state)
{
	struct bs_world *w = bs_probe_world(NULL);
	struct bs_probe *p = bs_state(w->rc);
	bs_pfn pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);

	(void)state;
	assert_int_equal(p->outs, 1);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	assert_int_equal(bs_report_start(w->rc), -EBUSY);
	bs_report_stop(w->rc);
	pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);
	assert_int_equal(p->outs, 2);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	bs_world_destroy(w);
}

/* The order with the role decides, and at run time what bs_listen() says. */
static void test_small_blocks_are_not_told(void **state)
{
	struct bs_world *w = bs_probe_world(NULL);
	struct bs_probe *p = bs_state(w->rc);
	bs_pfn pfn = bs_world_alloc(w, 9, BS_MIGRATE_MOVABLE);
	bs_pfn small;

	(void)state;
	assert_int_equal(p->outs, 1); /* a block of order 10, which is split */
	small = bs_world_alloc(w, 8, BS_MIGRATE_MOVABLE); /* out of the other half */
	assert_int_equal(p->outs, 2);
	bs_listen(w->rc, UINT32_MAX, 8);
	bs_world_free(w, small, 8); /* up to order 9: its buddy, of order 8, is absorbed */
	assert_int_equal(p->outs, 3);
	assert_int_equal(p->ins, 1);
	bs_listen(w->rc, UINT32_MAX, 10);
	bs_world_free(w, pfn, 9);
	assert_int_equal(p->outs, 3); /* the half that was absorbed is below the order */
	assert_int_equal(p->ins, 2);
	bs_world_destroy(w);
}

/* Hooks that a strategy lacks cannot be asked for, and the one that counts lost marks not be lost. */
static void test_listening_has_limits(void **state)
{
	struct bs_world *w = bs_probe_world(NULL);
	struct bs_probe *p = bs_state(w->rc);
	bs_pfn pfn;

	(void)state;
	bs_listen(w->rc, BS_HOOK_ALLOCATED, 9);
	pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->outs, 1);
	assert_int_equal(p->ins, 0);
	bs_world_destroy(w);
}

/* ---- bs_defer() ------------------------------------------------------------------------------ */

static struct bs_block heard;
static unsigned int times;

static void defer_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	if (why == BS_ALLOC)
		bs_defer(rc, b);
}

static void hear(struct bs_report_ctx *rc, const struct bs_block *b)
{
	(void)rc;
	heard = *b;
	times++;
}

/* A single page out of a block that was pointed at is told, once; the next one is not. */
static void test_the_first_piece_is_told(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_strategy s = bs_probe_strategy;
	bs_pfn first, second;

	(void)state;
	s.block_out = defer_out;
	s.allocated = hear;
	times = 0;
	bs_world_bind(w, &s, NULL, 2);
	assert_int_equal(bs_report_start(w->rc), 0);
	first = bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE);
	assert_int_equal(times, 1);
	assert_int_equal(heard.pfn, first);
	assert_int_equal(heard.order, 0);
	second = bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE);
	assert_int_equal(times, 1);
	bs_world_free(w, first, 0);
	bs_world_free(w, second, 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off_hears_removals_only),
		cmocka_unit_test(test_small_blocks_are_not_told),
		cmocka_unit_test(test_listening_has_limits),
		cmocka_unit_test(test_the_first_piece_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
