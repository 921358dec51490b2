// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bubble and scatterlist, where they differ from each other and from boundary: no watermark, the
 * eager boundary, moves (STRATEGIES.md, bubble and scatterlist). In the drawings ^ stands under the
 * boundary.
 */
#include "bs_test.h"

#include "boundary_slots.h"
#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

static const struct bs_hwm_zone *zone0(struct bs_world *w)
{
	return bs_zone_state(w->rc, 0);
}

static bs_pfn boundary_of(struct bs_world *w, unsigned int order, unsigned int mt)
{
	const struct bs_boundary *s = bs_state(w->rc);

	return s->slot[bs_boundary_slot(s, order, mt)];
}

static void look(struct bs_world *w, unsigned int call)
{
	if (call == 2) {
		assert_int_equal(boundary_of(w, 10, M), 1024);
		bs_assert_list(w, 10, M, "7168,6144,5120,4096,1024r,0r");
	}
}

/*
 *   before    [7168] [6144] ... [1024] [0]
 *   batch 1   0, 1024 from the tail; each goes in front of the boundary and becomes it
 *             [7168] ... [2048] [1024r] [0r]
 *                               ^
 *   after     the whole list, in its old order
 */
static void test_the_boundary_moves_with_each_return(void **state)
{
	static const char *const strategy[] = {"bubble:capacity=2,hwm=2",
					       "scatterlist:capacity=2,hwm=2"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create("linux-5.4", 8192);

		w->during = look;
		bs_world_start(w, strategy[i], 32);
		assert_int_equal(bs_world_settle(w, 9), 1);
		assert_string_equal(bs_world_log(w),
				    "0:10 1024:10 | 2048:10 3072:10 | 4096:10 5120:10 | "
				    "6144:10 7168:10 | ");
		bs_assert_list(w, 10, M, "7168r,6144r,5120r,4096r,3072r,2048r,1024r,0r");
		assert_int_equal(bs_hwm_reported(zone0(w), 10), 8);
		bs_world_destroy(w);
	}
}

static void allocate_while_all_is_out(struct bs_world *w, unsigned int call)
{
	bool *oom = w->arg;

	if (call != 1)
		return;
	if (bs_world_alloc(w, 0, M) == BS_NO_PFN) {
		/* a false one: what is out would have satisfied it */
		assert_true(bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 0));
		*oom = true;
	}
}

/* bubble and scatterlist take the last block there is; boundary asks the watermark for each. */
static void test_no_watermark_makes_a_false_oom(void **state)
{
	static const char *const strategy[] = {"bubble", "scatterlist", "boundary", "list-walk"};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct bs_world *w = bs_world_create("linux-5.4", 8192);
		bool oom = false;

		w->arg = &oom;
		w->during = allocate_while_all_is_out;
		bs_world_start(w, strategy[i], 32);
		bs_world_settle(w, 9);
		assert_int_equal(oom, i < 2);
		bs_world_destroy(w);
	}
}

/*
 *   [3072r] [2048r] [1024r] [0r]     0's pageblocks are isolated and released, nobody working
 *   bubble        raw from the first move on
 *   scatterlist   marked on the ISOLATE list; linux-5.4 frees it anew when isolation ends:
 *                 raw, head
 */
static void test_moves_while_nobody_works(void **state)
{
	static const struct {
		const char *strategy, *isolated, *after;
		unsigned int reported;
	} cases[] = {
		{"bubble", "0", "0,3072r,2048r,1024r", 3},
		{"scatterlist", "0r", "0,3072r,2048r,1024r", 3},
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create("linux-5.4", 4096);

		bs_world_start(w, cases[i].strategy, 32);
		bs_world_settle(w, 9);
		bs_assert_list(w, 10, M, "3072r,2048r,1024r,0r");
		assert_int_equal(bs_isolate_range(w->m, 0, 1024), 0);
		bs_assert_list(w, 10, BS_MIGRATE_ISOLATE, cases[i].isolated);
		bs_unisolate_range(w->m, 0, 1024, M);
		bs_assert_list(w, 10, M, cases[i].after);
		assert_int_equal(bs_hwm_reported(zone0(w), 10), cases[i].reported);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_boundary_moves_with_each_return),
		cmocka_unit_test(test_no_watermark_makes_a_false_oom),
		cmocka_unit_test(test_moves_while_nobody_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
