// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_list.c: services of locks, lists, marks and words; each law is broken once by a strategy made
 * for it, and must be named. Beside it what a walk counts.
 */
#include "bs_test.h"

#include "bs_probe.h"

static void list_without_lock(struct bs_report_ctx *rc)
{
	bs_first(rc, 0, 10, BS_MIGRATE_MOVABLE);
}

static void step_without_lock(struct bs_report_ctx *rc)
{
	bs_next(rc, 10, 0);
}

static void step_from_nowhere(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_next(rc, 10, 512); /* inside a block, not a head */
	bs_zone_unlock(rc, 0);
}

static void lock_twice(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_zone_lock(rc, 0);
	bs_zone_unlock(rc, 0);
}

static void unlock_unheld(struct bs_report_ctx *rc)
{
	bs_zone_unlock(rc, 0);
}

static void mark_without_lock(struct bs_report_ctx *rc)
{
	bs_mark(rc, 0, 10);
}

static void mark_wrong_order(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_mark(rc, 0, 9);
	bs_zone_unlock(rc, 0);
}

static void rotate_foreign(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_rotate(rc, 0, 9, BS_MIGRATE_MOVABLE, 0); /* it is on the order-10 list */
	bs_zone_unlock(rc, 0);
}

static void retype_without_lock(struct bs_report_ctx *rc)
{
	bs_set_type(rc, 0, BS_MIGRATE_MOVABLE);
}

static void word_without_lock(struct bs_report_ctx *rc)
{
	bs_set_word(rc, 0, 10, 7);
}

static void test_laws_of_lists_and_locks(void **state)
{
	(void)state;
	bs_probe_breaks(list_without_lock, "free list used without its zone's lock");
	bs_probe_breaks(step_without_lock, "free list used without its zone's lock");
	bs_probe_breaks(step_from_nowhere, "not the head of a free block of that order");
	bs_probe_breaks(lock_twice, "zone lock taken while one is held");
	bs_probe_breaks(unlock_unheld, "zone lock dropped by somebody who did not take it");
	bs_probe_breaks(mark_without_lock, "free list used without its zone's lock");
	bs_probe_breaks(mark_wrong_order, "not the head of a free block of that order");
	bs_probe_breaks(rotate_foreign, "rotation to a block that is not on that list");
	bs_probe_breaks(retype_without_lock, "pageblock retyped without its zone's lock");
	bs_probe_breaks(word_without_lock, "a block's word written without its zone's lock");
}

static void walk_there_and_back(struct bs_report_ctx *rc)
{
	bs_pfn p;

	bs_zone_lock(rc, 0);
	for (p = bs_first(rc, 0, 10, BS_MIGRATE_MOVABLE); p != BS_NO_PFN; p = bs_next(rc, 10, p))
		;
	for (p = bs_last(rc, 0, 10, BS_MIGRATE_MOVABLE); p != BS_NO_PFN; p = bs_prev(rc, 10, p))
		;
	bs_first(rc, 0, 9, BS_MIGRATE_MOVABLE); /* empty: nothing was walked */
	bs_zone_unlock(rc, 0);
	assert_false(bs_list_empty(rc, 0, 10, BS_MIGRATE_MOVABLE)); /* free */
	assert_int_equal(bs_nr_free(rc, 0, 10), 4); /* free */
}

static void test_each_node_arrived_at_counts(void **state)
{
	struct bs_world *w = bs_probe_world(walk_there_and_back);
	struct bs_report_stats st;

	(void)state;
	bs_probe_run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.nodes_walked, 8);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws_of_lists_and_locks),
		cmocka_unit_test(test_each_node_arrived_at_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
