// SPDX-License-Identifier: GPL-2.0-or-later
/* held_split.c: what a guest's excess consists of, byte by byte, at an instant and over a window. */
#include "bs_world_test.h"

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "reporter.h"

#define SEC BS_NS_PER_S
#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)

static struct bs_world_test t;
static struct bs_ledger l;
static bs_ns closes;
static uint64_t held; /* then */

static struct bs_guest *begin(const char *strategy)
{
	struct bs_guest *g = bs_world_test_add(&t, strategy);
	struct bs_error err;

	assert_int_equal(bs_ledger_begin(&l, g, 200 * SEC, true), 0);
	assert_ok(bs_reporter_start(g, &err), &err);
	return g;
}

static bs_pfn take(struct bs_guest *g, unsigned int order)
{
	return bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, order, 0, (struct bs_gfp_use){0});
}

/* Every part that is not named is 0, and together they are what is held. */
#define assert_end(...) check_end((const uint64_t[][2]){__VA_ARGS__, {BS_NR_HELD, 0}}, __LINE__)
static void check_end(const uint64_t (*want)[2], int line)
{
	uint64_t expected[BS_NR_HELD] = {0}, sum = 0;

	for (; (*want)[0] < BS_NR_HELD; want++)
		expected[(*want)[0]] = (*want)[1];
	for (unsigned int i = 0; i < BS_NR_HELD; i++) {
		sum += l.split.end[i];
		if (l.split.end[i] != expected[i])
			fail_msg("line %d: part %u is %llu, not %llu", line, i,
				 (unsigned long long)l.split.end[i],
				 (unsigned long long)expected[i]);
	}
	assert_int_equal(sum, held);
}

static void close_window(void *guest, int unused)
{
	(void)unused;
	bs_ledger_close(&l, closes);
	held = bs_ledger_excess(guest);
}

/* Also while a request is out, which takes for as long as it takes. */
static void end(struct bs_guest *g, bs_ns at)
{
	closes = at;
	bs_clock_push(&t.w.clock, at + 1, BS_DUE_END, close_window, g, 0);
	bs_clock_run(&t.w.clock, at + 1);
}

static void finish(void)
{
	bs_ledger_free(&l);
	bs_world_test_free(&t);
}

/* A page on its CPU's list, a block of 4 MiB on the free list: nobody will ever report it. */
static void test_none(void **state)
{
	struct bs_guest *g;

	(void)state;
	bs_world_test_init(&t);
	g = begin("none");
	for (unsigned int i = 0; i < 2; i++)
		bs_guest_free(g, 0, take(g, i ? 10 : 0), i ? 10 : 0, 0);
	end(g, SEC);
	assert_end({BS_HELD_PCP, 4 * KIB}, {BS_HELD_RAW, 4 * MIB});
	finish();
}

/* |UU....FFFFFFFF| of 2 MiB the second half is free, below the order: never reported. */
static void test_below_the_order(void **state)
{
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	g = begin("rotation:order=9");
	block = take(g, 9);
	bs_guest_free(g, 0, block + 256, 8, 0);
	end(g, 50 * SEC);
	assert_end({BS_HELD_BELOW + 8, MIB});
	finish();
}

/* The same with huge pages and order 8: it is reported, and the host does not get it; when the first half
 * is free, too, only until that is reported. */
static void test_half_a_huge_page(void **state)
{
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	t.device.thp = BS_THP_ALWAYS;
	g = begin("rotation:order=8");
	block = take(g, 9);
	bs_clock_run(&t.w.clock, 10 * SEC); /* what is free at the start is reported */
	bs_guest_free(g, 0, block + 256, 8, 0);
	end(g, 50 * SEC);
	assert_end({BS_HELD_HUGE_REST, MIB});
	finish();

	bs_world_test_init(&t);
	t.device.thp = BS_THP_ALWAYS;
	g = begin("rotation:order=8");
	block = take(g, 9);
	bs_clock_run(&t.w.clock, 10 * SEC);
	bs_guest_free(g, 0, block + 256, 8, 0);
	bs_clock_run(&t.w.clock, 50 * SEC);
	bs_guest_free(g, 0, block, 8, 0);
	end(g, 50 * SEC);
	assert_end({BS_HELD_KEPT, MIB}, {BS_HELD_RAW, MIB});
	finish();
}

/* A host that takes its time: in the request until the answer, back on the list behind it. */
static void test_in_flight(void **state)
{
	struct bs_guest *g;

	(void)state;
	bs_world_test_init(&t);
	t.costs.per_request = 100 * SEC;
	g = begin("rotation:order=10,delay=3s");
	bs_guest_free(g, 0, take(g, 10), 10, 0);
	bs_clock_run(&t.w.clock, 2 * SEC);
	end(g, 5 * SEC);
	assert_end({BS_HELD_IN_FLIGHT, 4 * MIB});
	finish();
}

/* A host that refuses: raw to the reporter, which got an error, and kept by the host. */
static void test_kept(void **state)
{
	struct bs_guest *g;

	(void)state;
	bs_world_test_init(&t);
	t.device.params = "error_every=1";
	g = begin("rotation:order=9");
	bs_guest_free(g, 0, take(g, 10), 10, 0);
	end(g, 10 * SEC);
	assert_end({BS_HELD_KEPT, 4 * MIB});
	finish();
}

/* A balloon's pages: with the driver until the host has answered, and then only if the host has them. */
static void test_a_balloon(void **state)
{
	static const struct {
		enum bs_advice advice;
		bs_ns per_request;
		unsigned int part;
	} cases[] = {
		{BS_ADVICE_DONTNEED, 0, BS_NR_HELD},
		{BS_ADVICE_DONTNEED, 100 * SEC, BS_HELD_IN_FLIGHT},
		{BS_ADVICE_NONE, 0, BS_HELD_KEPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_guest *g;

		bs_world_test_init(&t);
		t.costs.per_request = cases[i].per_request;
		t.device.advice = cases[i].advice;
		g = begin("balloon:page=huge,size=4MiB,at=2s");
		bs_guest_free(g, 0, take(g, 10), 10, 0); /* what the balloon takes next */
		end(g, 5 * SEC);
		assert_end({cases[i].part, 4 * MIB});
		finish();
	}
}

/* More in use than resident: what is held is the rest, and its parts are cut down alike. */
static void test_used_memory_that_is_not_there(void **state)
{
	struct bs_guest *g;
	bs_pfn page, blocks[2];

	(void)state;
	bs_world_test_init(&t);
	g = begin("none");
	g->touch = false;
	take(g, 10);
	g->touch = true;
	page = take(g, 0);
	for (unsigned int i = 0; i < 2; i++)
		blocks[i] = take(g, 10);
	for (unsigned int i = 0; i < 2; i++)
		bs_guest_free(g, 0, blocks[i], 10, 0);
	bs_guest_free(g, 0, page, 0, 0);
	end(g, SEC);
	assert_int_equal(held, 4 * MIB + 4 * KIB);
	assert_int_equal(l.split.end[BS_HELD_RAW] + l.split.end[BS_HELD_PCP], held);
	assert_in_range(l.split.end[BS_HELD_RAW], 4 * MIB, held);
	finish();
}

/*
 * held   4 MiB |=========|         |   freed at 10 s, reported 2 s later
 *              10       12        50
 * looks        +         +         +   one a second
 */
static void test_over_a_window(void **state)
{
	uint64_t part[BS_NR_HELD], sum = 0;
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	g = begin("rotation:order=10,delay=2s");
	block = take(g, 10);
	bs_clock_run(&t.w.clock, 10 * SEC);
	bs_guest_free(g, 0, block, 10, 0);
	end(g, 50 * SEC);
	assert_int_equal(bs_timeline_held_mib_s(l.tl), 8);
	bs_shares_mib_s(l.split.shares, part);
	for (unsigned int i = 0; i < BS_NR_HELD; i++)
		sum += part[i];
	assert_int_equal(part[BS_HELD_RAW], 8);
	assert_int_equal(sum, 8);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_below_the_order),
		cmocka_unit_test(test_half_a_huge_page),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_a_balloon),
		cmocka_unit_test(test_used_memory_that_is_not_there),
		cmocka_unit_test(test_over_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
