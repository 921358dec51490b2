// SPDX-License-Identifier: GPL-2.0-or-later
/* clairvoyant.c: with a future made by hand, which units are reported, when, and how often. */
#include "bs_test.h"

#include <string.h>

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define UNITS 32
#define EVEN (100 * BS_NS_PER_MS)
#define NEVER BS_NO_TIME

/* When each unit of 2 MiB is next needed; what the test does not say is never needed again. */
struct future {
	bs_ns next[UNITS];
	unsigned int asked[UNITS];
};

static bs_ns next_use(struct bs_world *w, bs_pfn pfn, unsigned int order)
{
	struct future *f = w->arg;

	assert_true(order <= 9);
	f->asked[pfn >> 9]++;
	return f->next[pfn >> 9];
}

static struct bs_world *world_of(const char *kernel, struct future *f, const char *strategy,
				 unsigned int capacity)
{
	struct bs_world *w = bs_world_create_full(kernel, 8192);

	memset(f, 0, sizeof(*f));
	for (unsigned int i = 0; i < UNITS; i++)
		f->next[i] = NEVER;
	w->arg = f;
	w->next_use = next_use;
	w->break_even = EVEN;
	bs_world_start(w, strategy, capacity);
	return w;
}

static struct bs_world *world(struct future *f, const char *strategy, unsigned int capacity)
{
	return world_of("linux-5.4", f, strategy, capacity);
}

static void expect(struct bs_world *w, const char *log)
{
	bs_world_settle(w, 8);
	assert_false(w->wake_armed);
	assert_string_equal(bs_world_log(w), log);
	assert_int_equal(w->violations, 0);
	assert_false(w->not_taken);
}

/*
 * Three frames are freed at 5 s. What is left alone for exactly the break-even is held: 3072 is,
 * 1024 and 5120 are not.
 */
static void test_only_what_pays_is_reported(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);

	(void)state;
	w->now = 5 * BS_NS_PER_S;
	f.next[2] = w->now + EVEN + 1;
	f.next[6] = w->now + EVEN;
	bs_world_free(w, 1024, 9);
	bs_world_free(w, 3072, 9);
	bs_world_free(w, 5120, 9);
	expect(w, "1024:9 5120:9 | ");
	bs_assert_list(w, 9, M, "5120,3072,1024");
	assert_int_equal(bs_report_raw_bytes(w->rc), BS_UNIT_SIZE << 9);
	bs_world_destroy(w);
}

/* gap= in place of the break-even. */
static void test_another_gap(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant:gap=1s", 32);

	(void)state;
	f.next[2] = BS_NS_PER_S;
	f.next[6] = BS_NS_PER_S + 1;
	bs_world_free(w, 1024, 9);
	bs_world_free(w, 3072, 9);
	expect(w, "3072:9 | ");
	bs_world_destroy(w);
}

/*
 *   free 1024:9   o9  [1024]           held: needed soon
 * free 1536:9   o10 [1024]           its upper half is new, and reported; the lower one was decided
 *                                      on and stays held, whatever it would be now
 */
static void test_a_unit_is_decided_on_once(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);

	(void)state;
	f.next[2] = 1;
	bs_world_free(w, 1024, 9);
	expect(w, "");
	f.next[2] = NEVER;
	bs_world_free(w, 1536, 9);
	bs_assert_list(w, 10, M, "1024");
	expect(w, "1536:9 | ");
	assert_int_equal(f.asked[2], 1);
	assert_int_equal(f.asked[3], 1);
	bs_world_destroy(w);
}

/*
 *   o10 [1024]             reported; then a page is cut from it:
 *   [1024 in use|1536]     the upper half is still reported
 *   free the page          o10 [1024]: only the lower half is news
 */
static void test_a_split_makes_news_of_one_half(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);
	bs_pfn page;

	(void)state;
	bs_world_free(w, 1024, 10);
	expect(w, "1024:10 | ");
	bs_world_use_tail(w);
	page = bs_world_alloc(w, 0, M);
	assert_int_equal(page, 1024);
	bs_assert_list(w, 9, M, "1536");
	bs_world_free(w, page, 0);
	bs_assert_list(w, 10, M, "1024");
	expect(w, "1024:9 | ");

	/* 4 MiB at once are both halves. */
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1536, 9);
	expect(w, "1536:9 | ");
	bs_world_destroy(w);
}

/* What the guest takes again before the pass is not reported, the other half of the block is. */
static void test_an_allocation_comes_first(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);

	(void)state;
	bs_world_free(w, 1024, 10);
	assert_int_equal(bs_world_alloc(w, 9, M), 1024);
	expect(w, "1536:9 | ");

	/* Freed and taken again: what counts is the last time. */
	bs_world_free(w, 1024, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	f.next[2] = f.next[3] = w->now;
	bs_world_free(w, 1024, 10);
	expect(w, "");
	bs_world_destroy(w);
}

static void take_3072(struct bs_world *w, unsigned int call)
{
	if (call == 1) {
		assert_int_equal(bs_world_alloc(w, 10, M), 3072);
		bs_world_free(w, 3584, 9);
	}
}

/* The guest takes one while the host works on it and frees half of it again: that half is news. */
static void test_the_guest_may_take_it_meanwhile(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 10);
	w->during = take_3072;
	expect(w, "1024:10 3072:10 | 3584:9 | ");
	bs_world_destroy(w);
}

/* A request that failed is not made again while its memory stays free, nor when that merges;
 * what was not in it goes on. */
static void test_a_failed_request_waits_for_the_next_free(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 1);

	(void)state;
	bs_world_free(w, 1024, 9);
	bs_world_free(w, 3072, 9);
	w->fail_call = 1;
	expect(w, "1024:9 | 3072:9 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), BS_UNIT_SIZE << 9);
	bs_world_free(w, 1536, 9);
	expect(w, "1536:9 | ");
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10);
	expect(w, "1024:10 | ");
	bs_world_destroy(w);
}

/* A request takes what the device can; neighbours in two blocks are two ranges. */
static void test_requests_are_batches(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 2);

	(void)state;
	bs_world_free(w, 7168, 10);
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 2048, 10);
	expect(w, "1024:10 2048:10 | 7168:10 | ");
	bs_world_destroy(w);
}

/* Units of 512 KiB: a freed block is one range, less what is soon needed of it. */
static bs_ns first_megabyte_soon(struct bs_world *w, bs_pfn pfn, unsigned int order)
{
	assert_int_equal(order, 7);
	return (pfn & 1023) < 256 ? w->now : NEVER;
}

static void test_small_units(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant:order=7", 32);

	(void)state;
	expect(w, "8192:8 | "); /* free from the start */
	bs_world_free(w, 1024, 8);
	expect(w, "1024:8 | ");
	w->next_use = first_megabyte_soon;
	bs_world_free(w, 3072, 10);
	expect(w, "3328:8 3584:9 | ");
	bs_world_destroy(w);
}

/*
 * Free before it is switched on: decided on then. Switched off and on: what was reported is not
 * reported again, what was freed meanwhile is, and so is what was taken meanwhile and freed.
 */
static void test_off_and_on(void **state)
{
	struct future f;
	struct bs_world *w = world(&f, "clairvoyant", 32);

	(void)state;
	bs_report_destroy(w->rc);
	w->rc = NULL;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 5120, 10);
	bs_world_start(w, "clairvoyant", 32);
	expect(w, "1024:10 5120:10 | ");

	bs_report_stop(w->rc);
	bs_world_free(w, 3072, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 5120);
	bs_world_free(w, 5120, 10);
	assert_int_equal(bs_report_start(w->rc), 0);
	expect(w, "3072:9 5120:10 | ");

	/* Not reported when it is switched off: decided on anew, by the time that it then is. */
	bs_world_free(w, 7168, 10);
	bs_report_stop(w->rc);
	assert_false(w->wake_armed);
	f.next[14] = w->now + EVEN;
	assert_int_equal(bs_report_start(w->rc), 0);
	expect(w, "7680:9 | ");
	bs_world_destroy(w);
}

/* While its pageblock is being isolated a unit is somebody else's; it is decided on when it is
 * back, which 5.4 does by a free and 6.1 by a move. */
static void test_isolated_pageblocks(void **state)
{
	static const char *const kernels[] = {"linux-5.4", "linux-6.1"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct future f;
		struct bs_world *w = world_of(kernels[i], &f, "clairvoyant", 32);

		bs_world_free(w, 1024, 9);
		assert_int_equal(bs_isolate_pageblock(w->m, 1024), 0);
		expect(w, "");
		bs_unisolate_pageblock(w->m, 1024, M);
		expect(w, "1024:9 | ");
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_pays_is_reported),
		cmocka_unit_test(test_another_gap),
		cmocka_unit_test(test_a_unit_is_decided_on_once),
		cmocka_unit_test(test_a_split_makes_news_of_one_half),
		cmocka_unit_test(test_an_allocation_comes_first),
		cmocka_unit_test(test_the_guest_may_take_it_meanwhile),
		cmocka_unit_test(test_a_failed_request_waits_for_the_next_free),
		cmocka_unit_test(test_requests_are_batches),
		cmocka_unit_test(test_small_units),
		cmocka_unit_test(test_off_and_on),
		cmocka_unit_test(test_isolated_pageblocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
