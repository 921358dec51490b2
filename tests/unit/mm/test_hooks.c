// SPDX-License-Identifier: GPL-2.0-or-later
/* What a listener hears, in which order, and what it may decide. */
#include "mm_test.h"

#include <stdio.h>
#include <string.h>

#include "mm_report.h"

/* Everything heard, as one string; and what to answer. */
struct ear {
	struct bs_machine *m;
	char text[4096];
	bool to_tail, drop_mark;
	bs_pfn before;
};

static void hear(struct ear *e, const char *what, const struct bs_block *b)
{
	const size_t n = strlen(e->text);

	snprintf(e->text + n, sizeof(e->text) - n, "%s(%u,o%u,%c)", what, b->pfn, b->order,
		 "UMRHI"[b->list_mt]);
}

static void freeing(void *arg, const struct bs_block *b)
{
	struct ear *e = arg;

	assert_false(bs_mm_zone_locked(e->m, b->zone));
	hear(e, " freeing", b);
}

static void merged(void *arg, const struct bs_block *b)
{
	struct ear *e = arg;

	assert_true(bs_mm_zone_locked(e->m, b->zone));
	hear(e, " merged", b);
}

static void place(void *arg, const struct bs_block *b, enum bs_why why, struct bs_spot *at)
{
	struct ear *e = arg;

	assert_true(bs_mm_zone_locked(e->m, b->zone));
	assert_in_range(why, BS_FREE, BS_NR_WHY - 1);
	hear(e, " place", b);
	at->tail |= e->to_tail;
	at->before = e->before;
}

static void block_in(void *arg, const struct bs_block *b, enum bs_why why, bool was_merged)
{
	struct ear *e = arg;
	struct bs_block now;

	/* It is on its list already. */
	assert_int_equal(bs_mm_free_block(e->m, b->pfn, &now), 0);
	assert_int_equal(now.order, b->order);
	hear(e, was_merged ? " in_merged" : why == BS_RETURN ? " in_return" : " in", b);
}

static void block_out(void *arg, const struct bs_block *b, enum bs_why why)
{
	static const char *const names[BS_NR_WHY] = {
		[BS_ALLOC] = " out_alloc",
		[BS_MERGE] = " out_merge",
		[BS_TAKE] = " out_take",
	};
	struct ear *e = arg;
	struct bs_block now;

	/* Still linked, its mark still readable. */
	assert_int_equal(bs_mm_free_block(e->m, b->pfn, &now), 0);
	assert_int_equal(now.reported, b->reported);
	assert_non_null(names[why]);
	hear(e, names[why], b);
}

static bool block_move(void *arg, const struct bs_block *b, unsigned int to_mt, enum bs_why why,
		       struct bs_spot *at)
{
	struct ear *e = arg;

	assert_int_equal(to_mt, why == BS_STEAL ? (unsigned int)U : BS_MIGRATE_ISOLATE);
	hear(e, why == BS_STEAL ? " move_steal" : " move_isolate", b);
	at->tail |= e->to_tail;
	return !e->drop_mark;
}

static void reordered(void *arg, unsigned int zone, unsigned int order, unsigned int mt)
{
	struct ear *e = arg;
	const struct bs_block b = {
		.zone = (uint16_t)zone, .order = (uint8_t)order, .list_mt = (uint8_t)mt};

	hear(e, " reordered", &b);
}

static void allocated(void *arg, const struct bs_block *b)
{
	struct ear *e = arg;

	assert_int_equal(bs_page_state(e->m, b->pfn), BS_PAGE_ALLOCATED);
	assert_false(bs_mm_zone_locked(e->m, b->zone));
	hear(e, " allocated", b);
}

static bool split(void *arg, const struct bs_block *b)
{
	struct ear *e = arg;
	struct bs_block now;

	assert_true(bs_mm_zone_locked(e->m, b->zone));
	assert_int_equal(bs_mm_free_block(e->m, b->pfn, &now), 0);
	assert_false(now.reported);
	hear(e, " split", b);
	return !e->drop_mark;
}

static const struct bs_hooks hooks = {
	.freeing = freeing,
	.merged = merged,
	.place = place,
	.block_in = block_in,
	.block_out = block_out,
	.block_move = block_move,
	.reordered = reordered,
	.allocated = allocated,
	.split = split,
};

#define ALL_HOOKS UINT32_MAX

static struct bs_machine *listened(const char *kernel, struct ear *e, bs_pfn free,
				   unsigned int lowest)
{
	*e = (struct ear){.before = BS_NO_PFN};
	e->m = machine_with_pages(kernel, 4096);
	boot_range(e->m, 0, free);
	assert_false(bs_mm_has_listener(e->m));
	bs_machine_listen(e->m, &hooks, e);
	assert_true(bs_mm_has_listener(e->m));
	bs_zone_listen(e->m, 0, ALL_HOOKS, lowest);
	return e->m;
}

/*
 * The story of a block, from order 9 up only.
 *
 *   before      o10 M: [0]
 *   alloc o9    (0,o10) goes out; the caller has (0,o9)
 *   free        freeing; (512,o9) is absorbed: out, merged to (0,o10); placed; in
 *   alloc o0    out once more; what happens below order 9 is not told
 */
static void test_story_of_a_block(void **state)
{
	struct ear e;
	struct bs_machine *m = listened(LINUX_5_4, &e, 1024, 9);

	(void)state;
	assert_int_equal(alloc(m, M, 9), 0);
	release(m, 0, 9);
	assert_string_equal(
		e.text, " out_alloc(0,o10,M) allocated(0,o9,M) freeing(0,o9,M) out_merge(512,o9,M)"
			" merged(0,o10,M) place(0,o10,M) in_merged(0,o10,M)");
	e.text[0] = '\0';
	assert_int_equal(alloc(m, M, 0), 0);
	release(m, 0, 0);
	/* Up through the orders to 10: from order 9 on it is heard again. */
	assert_string_equal(e.text,
			    " out_alloc(0,o10,M) merged(0,o9,M) out_merge(512,o9,M) merged(0,o10,M)"
			    " place(0,o10,M) in_merged(0,o10,M)");
	bs_machine_listen(m, NULL, NULL);
	e.text[0] = '\0';
	assert_int_equal(alloc(m, M, 0), 0);
	assert_string_equal(e.text, "");
	bs_machine_destroy(m);
}

/*
 * 6.1 frees order 9 to the per-cpu list: freeing at the free, the rest at the flush. A hit tells nothing
 * but the new owner, and only from the lowest order up.
 */
static void test_per_cpu_lists(void **state)
{
	struct ear e;
	struct bs_machine *m = listened(LINUX_6_1, &e, 2048, 9);

	(void)state;
	bs_zone_set_pcp(m, 0, 4096, 4);
	assert_int_equal(alloc(m, M, 9), 0);
	/* A refill of two: both leave the buddy at once. */
	assert_string_equal(e.text, " out_alloc(0,o10,M) out_alloc(512,o9,M) allocated(0,o9,M)");
	e.text[0] = '\0';
	release(m, 0, 9);
	assert_string_equal(e.text, " freeing(0,o9,M)");
	assert_int_equal(alloc(m, M, 9), 0);
	assert_string_equal(e.text, " freeing(0,o9,M) allocated(0,o9,M)");
	e.text[0] = '\0';
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_string_equal(e.text, " place(512,o9,M) in(512,o9,M)");
	bs_machine_destroy(m);
}

/*
 * The listener decides the end, or the node in front of which a block is put.
 *
 *   before     o10 M: [0] [1024] [2048]     (6.1)
 *   3072 freed, the model says head
 *     answer tail                [0] [1024] [2048] [3072]
 *     answer before 2048         [0] [1024] [3072] [2048]
 */
static void test_placement(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		static const char *const after[] = {"o10 M:[3072,0,1024,2048]",
						    "o10 M:[0,1024,2048,3072]",
						    "o10 M:[0,1024,3072,2048]"};
		struct ear e;
		struct bs_machine *m = listened(LINUX_6_1, &e, 4096, 9);

		bs_mm_zone_lock(m, 0);
		bs_mm_list_rotate(m, 0, 10, M, 3072);
		bs_mm_zone_unlock(m, 0);
		assert_int_equal(alloc(m, M, 10), 3072);
		e.to_tail = i > 0;
		e.before = i == 2 ? 2048 : BS_NO_PFN;
		release(m, 3072, 10);
		assert_lists(m, after[i]);
		bs_machine_destroy(m);
	}
}

/*
 * A steal moves a reported block: the model keeps the mark, a listener may drop it.
 *
 *   before   o3 M: [0r] [64r] all of a pageblock's free memory     alloc o3 U
 */
static void test_moves(void **state)
{
	(void)state;
	for (unsigned int drop = 0; drop < 2; drop++) {
		struct ear e;
		struct bs_machine *m = listened(LINUX_6_1, &e, 8, 3);

		boot_range(m, 64, 72);
		e.drop_mark = drop;
		bs_mm_set_reported(m, 0, 3, true);
		bs_mm_set_reported(m, 64, 3, true);
		e.text[0] = '\0';
		assert_int_equal(alloc(m, U, 3), 0);
		assert_string_equal(e.text,
				    " move_steal(0,o3,M) move_steal(64,o3,M) out_alloc(0,o3,U)"
				    " allocated(0,o3,U)");
		assert_lists(m, drop ? "o3 U:[64]" : "o3 U:[64r]");
		assert_int_equal(bs_isolate_pageblock(m, 0), -16);
		bs_machine_destroy(m);
	}
}

/*
 * A reported block is split, on a kernel that may keep the mark; whoever listens says whether it does.
 *
 *   before   o5 M: [0r]     alloc o3 M, then as U (all of the pageblock is claimed), then o3 M again
 */
static void test_splits(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		static const char *const on[] = {"linux-6.1:split_keeps_mark=yes",
						 "linux-6.1:split_keeps_mark=yes", LINUX_6_1};
		static const char *const after[] = {"o3 M:[8r] o4 M:[16r]", "o3 M:[8] o4 M:[16]",
						    "o3 M:[8] o4 M:[16]"};
		struct ear e;
		struct bs_machine *m = listened(on[i], &e, 32, 9);

		e.drop_mark = i == 1;
		bs_mm_set_reported(m, 0, 5, true);
		assert_int_equal(alloc(m, M, 3), 0);
		assert_string_equal(e.text, i < 2 ? " split(16,o4,M) split(8,o3,M)" : "");
		assert_lists(m, after[i]);
		assert_int_equal(alloc(m, M, 3), 8);
		assert_lists(m, i ? "o4 M:[16]" : "o4 M:[16r]");
		bs_machine_destroy(m);
	}
}

/* Whoever takes memory of another type splits it, too. */
static void test_splits_of_another_type(void **state)
{
	(void)state;
	for (unsigned int order = 0; order <= 9; order += 9) {
		struct ear e;
		struct bs_machine *m =
			listened("linux-6.12:split_keeps_mark=yes", &e, 1024, BS_MAX_ORDER + 1);

		bs_mm_set_reported(m, 0, 10, true);
		assert_int_equal(alloc(m, U, order), 0);
		assert_non_null(strstr(e.text, " split(512,o9,U)"));
		bs_machine_destroy(m);
	}
}

/* Taken, put back, reordered by someone else. */
static void test_take_and_return(void **state)
{
	struct ear e;
	struct bs_machine *m = listened(LINUX_6_1, &e, 4096, 9);
	bs_pfn final;

	(void)state;
	bs_mm_zone_lock(m, 0);
	assert_true(bs_mm_isolate_free_page(m, 0, 10));
	bs_mm_set_block_word(m, 0, 10, 5);
	assert_int_equal(bs_mm_block_word(m, 0, 10), 5);
	bs_mm_putback(m, 0, 10, BS_MT_NOW, true, &final);
	assert_true(bs_mm_zone_locked(m, 0));
	bs_mm_zone_unlock(m, 0);
	bs_mm_list_reorder(m, 0, 10, M, 3072, true);
	assert_string_equal(
		e.text, " out_take(0,o10,M) place(0,o10,M) in_return(0,o10,M) reordered(0,o10,M)");
	assert_lists(m, "o10 M:[3072,0,1024,2048]");
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_story_of_a_block),
		cmocka_unit_test(test_per_cpu_lists),
		cmocka_unit_test(test_placement),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_splits_of_another_type),
		cmocka_unit_test(test_take_and_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
