// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The services for strategies that are no worker inside the guest: pages allocated like a driver,
 * blocks claimed by the host where they stand, and the allocation that is waited for.
 */
#include "bs_test.h"

#include "bs_report_world.h"
#include "mm_report.h"
#include "mm_verify.h"

#define M BS_MIGRATE_MOVABLE

struct probe {
	unsigned int allocated, small_hooks;
	bool silent; /* ask for nothing */
	struct bs_block last;
};

static int no_pass(struct bs_report_ctx *rc, int cpu)
{
	(void)rc;
	(void)cpu;
	return 0;
}

static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why, bool m)
{
	struct probe *p = bs_state(rc);

	(void)why;
	(void)m;
	p->small_hooks += b->order < 9;
}

static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct probe *p = bs_state(rc);

	p->small_hooks += b->order < 9;
	if (why == BS_ALLOC && !p->silent)
		bs_defer(rc, b);
}

static void allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct probe *p = bs_state(rc);

	p->allocated++;
	p->last = *b;
}

#define PROBE(caps_)                                                                    \
	{                                                                               \
		.name = "probe", .summary = "s", .origin = "o", .abi = BS_STRATEGY_ABI, \
		.caps = (caps_), .state_size = sizeof(struct probe), .pass = no_pass    \
	}
static const struct bs_strategy client = PROBE(BS_CAP_CLIENT), host = PROBE(BS_CAP_HOST_SIDE);
static const struct bs_strategy waiting = {
	.name = "probe",
	.summary = "s",
	.origin = "o",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct probe),
	.pass = no_pass,
	.block_in = block_in,
	.block_out = block_out,
	.allocated = allocated,
};

/* Four free blocks of order 10. */
static struct bs_world *world_of(const struct bs_strategy *s)
{
	struct bs_world *w = bs_world_create("linux-5.4", 4096);

	bs_world_bind(w, s, NULL, 2);
	assert_int_equal(bs_report_start(w->rc), 0);
	return w;
}

static void expect_law(struct bs_world *w, const char *law)
{
	assert_int_equal(w->violations, 1);
	assert_string_equal(w->law, law);
	w->violations = 0;
}

static uint64_t client_bytes(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return st.client_bytes;
}

/* Movable for who judges the pageblock; and, if it is asked for, no memory of the guest's while they are kept. */
static void test_pages_that_are_kept(void **state)
{
	struct bs_world *w = world_of(&client);
	const uint64_t all = bs_managed_pages(w->m);
	struct bs_report_ctx *rc = w->rc;
	struct bs_error err;
	bs_pfn a, b;

	(void)state;
	a = bs_take_pages(rc, BS_GFP_HIGHUSER_MOVABLE, 0);
	b = bs_take_pages(rc, BS_GFP_HIGHUSER_MOVABLE, 9);
	bs_keep_pages(rc, a, 0, BS_KEEP_MOVABLE | BS_KEEP_UNMANAGED);
	bs_keep_pages(rc, b, 9, BS_KEEP_UNMANAGED);
	assert_int_equal(bs_managed_pages(w->m), all - 513);
	assert_int_equal(bs_page_state(w->m, a), BS_PAGE_RESERVED);
	assert_ok(bs_machine_check(w->m, &err), &err);
	bs_keep_pages(rc, a, 0, BS_KEEP_UNMANAGED);
	expect_law(w, "keeping what was not allocated");
	assert_int_equal(bs_submit(rc, &(struct bs_range){a, 0}, 1), 0);
	bs_give_pages(rc, a, 0);
	bs_give_pages(rc, b, 9);
	assert_int_equal(bs_managed_pages(w->m), all);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* More than half of a movable pageblock is kept: an unmovable request takes a page of it, and not the pageblock. Without
 * the mark nobody knows what these pages are, and it takes all. */
static void test_kept_pages_count_as_movable(void **state)
{
	(void)state;
	for (unsigned int movable = 0; movable < 2; movable++) {
		struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

		bs_world_bind(w, &client, NULL, 2);
		assert_int_equal(bs_report_start(w->rc), 0);
		bs_world_use_tail(w);
		bs_world_free(w, 0, 8);
		bs_zone_lock(w->rc, 0);
		bs_set_type(w->rc, 0, BS_MIGRATE_MOVABLE);
		bs_zone_unlock(w->rc, 0);
		assert_int_equal(bs_take_pages(w->rc, BS_GFP_HIGHUSER_MOVABLE, 8), 0);
		bs_world_free(w, 256, 7);
		assert_int_equal(bs_take_pages(w->rc, BS_GFP_HIGHUSER_MOVABLE, 7), 256);
		if (movable) {
			bs_keep_pages(w->rc, 0, 8, BS_KEEP_MOVABLE);
			bs_keep_pages(w->rc, 256, 7, BS_KEEP_MOVABLE);
		}
		bs_world_free(w, 384, 6);
		assert_int_equal(bs_world_alloc(w, 0, BS_MIGRATE_UNMOVABLE), 384);
		assert_int_equal(bs_pageblock_type(w->m, 0),
				 movable ? BS_MIGRATE_MOVABLE : BS_MIGRATE_UNMOVABLE);
		bs_give_pages(w->rc, 0, 8);
		bs_give_pages(w->rc, 256, 7);
		bs_world_destroy(w);
	}
}

static void test_telling(void **state)
{
	struct bs_world *w = world_of(&client);
	const bs_pfn pfn = bs_take_pages(w->rc, BS_GFP_KERNEL, 3);
	struct bs_report_stats st;

	(void)state;
	assert_int_equal(bs_tell(w->rc, &(struct bs_range){pfn, 3}, 1), 0);
	assert_int_equal(bs_tell(w->rc, NULL, 0), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.tells, 2);
	assert_int_equal(st.calls, 0);
	bs_tell(w->rc, &(struct bs_range){pfn, 2}, 1);
	expect_law(w, "host told of what was not allocated");
	bs_give_pages(w->rc, pfn, 3);
	bs_world_destroy(w);
}

static void test_pages_of_a_client(void **state)
{
	struct bs_world *w = world_of(&client);
	struct bs_report_ctx *rc = w->rc;
	bs_pfn small, large;
	int ticket;

	(void)state;
	small = bs_take_pages(rc, BS_GFP_KERNEL, 0);
	large = bs_take_pages(rc, BS_GFP_HIGHUSER_MOVABLE, 9);
	assert_int_equal(bs_allocated_order(w->m, small), 0);
	assert_int_equal(bs_page_state(w->m, large), BS_PAGE_ALLOCATED);
	/* no replay takes it for one of its own blocks, which are numbered from 0 */
	assert_int_equal(bs_page_word(w->m, small), UINT32_MAX);
	assert_int_equal(client_bytes(w), BS_UNIT_SIZE * 513);
	assert_int_equal(bs_submit(rc, &(struct bs_range){large, 9}, 1), 0);
	assert_int_equal(w->violations, 0);

	bs_give_pages(rc, large, 8);
	expect_law(w, "freeing what was not allocated");
	ticket = bs_submit_async(rc, &(struct bs_range){large, 9}, 1);
	bs_give_pages(rc, large, 9);
	expect_law(w, "freeing what the device still has");
	bs_wait(rc, ticket);
	bs_give_pages(rc, large, 9);
	bs_give_pages(rc, small, 0);
	assert_int_equal(w->violations, 0);
	assert_int_equal(client_bytes(w), 0);
	bs_give_pages(rc, small, 0);
	expect_law(w, "freeing what was not allocated");
	bs_zone_lock(rc, 0);
	assert_int_equal(bs_take_pages(rc, BS_GFP_KERNEL, 0), BS_NO_PFN);
	expect_law(w, "allocating with the zone lock held");
	bs_zone_unlock(rc, 0);
	bs_world_destroy(w);
}

/*
 *   o10 M: [3072] [2048] [1024] [0]   claim 3072: it stays first, free, and may be allocated
 */
static void test_a_claim_ends_when_the_guest_takes_the_block(void **state)
{
	struct bs_world *w = world_of(&host);
	struct bs_report_ctx *rc = w->rc;

	(void)state;
	assert_true(bs_claim(rc, 3072, 10));
	assert_false(bs_claim(rc, 3072, 10)); /* once */
	assert_false(bs_claim(rc, 1024 + 256, 9)); /* not aligned */
	bs_assert_list(w, 10, M, "3072,2048,1024,0");
	assert_int_equal(bs_submit(rc, &(struct bs_range){3072, 10}, 1), 0);
	assert_true(bs_unclaim(rc, 3072, 10));
	assert_false(bs_unclaim(rc, 3072, 10));

	assert_true(bs_claim(rc, 3072, 10));
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_false(bs_unclaim(rc, 3072, 10));
	assert_int_equal(w->violations, 0);
	bs_submit(rc, &(struct bs_range){3072, 10}, 1);
	expect_law(w, "range handed to the device was not taken");
	bs_world_destroy(w);
}

/*
 * Parts of one block are claimed, each page once:
 *
 * [2048 . . . 2560 . . .]   claims  |  a   |  b   |   then the guest takes a page at 2048: both
 * end,
 *                                                       though b is still free
 */
static void test_parts_of_a_block_are_claimed(void **state)
{
	struct bs_world *w = world_of(&host);
	struct bs_report_ctx *rc = w->rc;
	static const struct bs_range parts[] = {{2048, 9}, {2560, 9}};

	(void)state;
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_true(bs_claim(rc, 2048, 9));
	assert_false(bs_claim(rc, 2048, 10)); /* a part of it is claimed already */
	assert_false(bs_claim(rc, 2048 + 128, 7)); /* it is part of what is claimed */
	assert_true(bs_claim(rc, 2560, 9));
	assert_false(bs_claim(rc, 3072, 9)); /* in use */
	bs_assert_list(w, 10, M, "2048,1024,0");
	assert_int_equal(bs_submit(rc, parts, 2), 0);
	assert_true(bs_unclaim(rc, 2560, 9));
	assert_true(bs_claim(rc, 2560, 9));
	assert_true(bs_claim(rc, 1024, 9));

	assert_int_equal(bs_world_alloc(w, 0, M), 2048);
	assert_false(bs_unclaim(rc, 2048, 9));
	assert_false(bs_unclaim(rc, 2560, 9));
	assert_true(bs_unclaim(rc, 1024, 9)); /* another block's */
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/*
 *   o9 M: [2560]   claimed; its buddy is freed: o10 M: [2048]. What was claimed is free still.
 */
static void test_a_claim_outlives_a_merge(void **state)
{
	struct bs_world *w = world_of(&host);
	struct bs_report_ctx *rc = w->rc;

	(void)state;
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_int_equal(bs_world_alloc(w, 9, M), 2048);
	assert_true(bs_claim(rc, 2560, 9));
	bs_world_free(w, 2048, 9);
	bs_assert_list(w, 10, M, "2048,1024,0");
	assert_false(bs_claim(rc, 2048, 10));
	assert_true(bs_unclaim(rc, 2560, 9));
	assert_true(bs_claim(rc, 2048, 10));
	assert_int_equal(bs_world_alloc(w, 9, M), 2048);
	assert_false(bs_unclaim(rc, 2048, 10));
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* A pageblock that is being isolated is somebody else's, wherever its free block begins. */
static void test_isolated_memory_is_not_claimed(void **state)
{
	struct bs_world *w = world_of(&host);

	(void)state;
	assert_int_equal(bs_mm_set_isolate(w->m, 2560), 0);
	assert_false(bs_claim(w->rc, 2560, 9));
	assert_false(bs_claim(w->rc, 2048, 10));
	bs_mm_unset_isolate(w->m, 2560, M);
	/* Of a block that is on their list because it begins in one: all of it. */
	assert_int_equal(bs_mm_set_isolate(w->m, 1024), 0);
	assert_false(bs_claim(w->rc, 1536, 9));
	bs_mm_unset_isolate(w->m, 1024, M);
	assert_true(bs_claim(w->rc, 2048, 10));
	assert_true(bs_claim(w->rc, 1536, 9));
	bs_world_destroy(w);
}

/*
 * A page is cut from the block [3072]: the strategy hears that the block leaves, and, as it asked,
 * which page of it got an owner; nothing about what lies below order 9 otherwise.
 */
static void test_the_first_piece_of_a_block_is_waited_for(void **state)
{
	struct bs_world *w = world_of(&waiting);
	const struct probe *p = bs_state(w->rc);
	bs_pfn pfn, next;

	(void)state;
	pfn = bs_world_alloc(w, 0, M);
	assert_int_equal(p->allocated, 1);
	assert_int_equal(p->last.pfn, pfn);
	assert_int_equal(p->last.order, 0);
	assert_int_equal(pfn, 3072);
	next = bs_world_alloc(w, 0, M); /* from what is left of it */
	bs_world_free(w, next, 0);
	assert_int_equal(p->allocated, 1);
	assert_int_equal(p->small_hooks, 0);
	assert_int_equal(bs_world_alloc(w, 10, M), 2048); /* large ones are heard anyway */
	assert_int_equal(p->allocated, 2);
	bs_world_destroy(w);
}

/* Asking twice is asking once; a part of a block may be asked for; and each of many is heard. */
static void test_several_blocks_are_waited_for(void **state)
{
	struct bs_world *w = world_of(&waiting);
	struct probe *p = bs_state(w->rc);
	struct bs_block b = {.pfn = 1024, .order = 9};

	(void)state;
	p->silent = true;
	for (unsigned int i = 0; i < 200; i++) { /* more than there is room for at first */
		b.pfn = i * 4;
		b.order = 2;
		bs_defer(w->rc, &b);
		bs_defer(w->rc, &b);
	}
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_int_equal(bs_world_alloc(w, 10, M), 2048);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	assert_int_equal(p->allocated, 3);
	for (unsigned int i = 0; i < 1024; i++)
		assert_int_equal(bs_world_alloc(w, 0, M), i);
	assert_int_equal(p->allocated, 3 + 200);
	bs_world_destroy(w);
}

/*
 *   o10 M: [3072] ...   cut for 63 pages of a per-cpu list and back again: nobody had one of them
 *
 * It is waited for no more, and neither is its half; what is larger than it is.
 */
static void test_a_block_that_is_whole_again_is_not_waited_for(void **state)
{
	struct bs_world *w = world_of(&waiting);
	struct probe *p = bs_state(w->rc);
	bs_pfn pfn;

	(void)state;
	p->silent = true;
	pfn = bs_world_alloc(w, 10, M);
	assert_int_equal(pfn, 3072);
	assert_int_equal(p->allocated, 1);
	bs_defer(w->rc, &(struct bs_block){.pfn = 3072, .order = 9});
	bs_defer(w->rc, &(struct bs_block){.pfn = 3072 + 512, .order = 8});
	bs_defer(w->rc, &(struct bs_block){.pfn = 3072, .order = 10});
	bs_world_free(w, 3072 + 512, 9);
	bs_world_free(w, 3072 + 256, 8); /* too small to be heard of: still waited for */
	assert_int_equal(bs_world_alloc(w, 8, M), 3072 + 256);
	assert_int_equal(p->allocated, 2);
	bs_defer(w->rc, &(struct bs_block){.pfn = 3072, .order = 10});
	bs_world_free(w, 3072 + 256, 8);
	bs_world_free(w, 3072, 8); /* merges all the way */
	bs_assert_list(w, 10, M, "3072,2048,1024,0");
	assert_int_equal(bs_world_alloc(w, 3, M), 3072);
	assert_int_equal(p->allocated, 2);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_of_a_client),
		cmocka_unit_test(test_pages_that_are_kept),
		cmocka_unit_test(test_kept_pages_count_as_movable),
		cmocka_unit_test(test_telling),
		cmocka_unit_test(test_a_claim_ends_when_the_guest_takes_the_block),
		cmocka_unit_test(test_parts_of_a_block_are_claimed),
		cmocka_unit_test(test_a_claim_outlives_a_merge),
		cmocka_unit_test(test_isolated_memory_is_not_claimed),
		cmocka_unit_test(test_the_first_piece_of_a_block_is_waited_for),
		cmocka_unit_test(test_several_blocks_are_waited_for),
		cmocka_unit_test(test_a_block_that_is_whole_again_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
