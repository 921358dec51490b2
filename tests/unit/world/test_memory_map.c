// SPDX-License-Identifier: GPL-2.0-or-later
/* memory_map.c: what a pageblock is said to be, as it goes from one state to the next. */
#include "bs_world_test.h"

#include <buddysim/gfp.h>

#include <ctype.h>
#include <stdlib.h>

#include "guest_memory.h"
#include "ledger.h"
#include "reporter.h"

#define SEC BS_NS_PER_S

static struct bs_world_test t;
static struct bs_ledger l;

static struct bs_guest *begin(const char *strategy)
{
	struct bs_guest *g = bs_world_test_add(&t, strategy);
	struct bs_error err;

	assert_int_equal(bs_ledger_begin(&l, g, 60 * SEC, true), 0);
	assert_int_equal(bs_ledger_map(&l, 60 * SEC), 0);
	assert_ok(bs_reporter_start(g, &err), &err);
	return g;
}

static void finish(void)
{
	bs_ledger_free(&l);
	bs_world_test_free(&t);
}

static bs_pfn take(struct bs_guest *g, unsigned int order)
{
	return bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, order, 0, (struct bs_gfp_use){0});
}

/* The letter of cell number @cell in a look; 0 behind the last. */
static char letter_at(const char *text, size_t cell)
{
	while (*text) {
		const char letter = *text++;
		size_t times = 1;

		if (isdigit((unsigned char)*text))
			times = strtoul(text, (char **)&text, 10);
		if (cell < times)
			return letter;
		cell -= times;
	}
	return 0;
}

static void look_now(void *unused, int unused_too)
{
	(void)unused;
	(void)unused_too;
	l.map.next = t.w.clock.now;
	bs_memory_map_look(&l.map, t.w.clock.now);
}

/* What the pageblock of @pfn is at @at, also while a pass waits for a request. */
static char is_at(bs_pfn pfn, bs_ns at)
{
	const char *look;
	size_t i;

	bs_clock_push(&t.w.clock, at, BS_DUE_WAKE, look_now, NULL, 0);
	bs_clock_run(&t.w.clock, at);
	for (i = l.map.nr; i && l.map.looks[i - 1].time != at; i--)
		;
	assert_int_not_equal(i, 0);
	look = l.map.looks[i - 1].text;
	assert_int_equal(letter_at(look, l.map.nr_cells), 0);
	assert_int_not_equal(letter_at(look, l.map.nr_cells - 1), 0);
	return letter_at(look, pfn >> l.map.cell_order);
}

/* |UUUU| -> |UU..| -> |....|, and nobody reports anything. */
static void test_use(void **state)
{
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	g = begin("none");
	block = take(g, 9);
	assert_int_equal(is_at(block, SEC), 'u');
	bs_guest_free(g, 0, block + 256, 8, 0);
	assert_int_equal(is_at(block, 2 * SEC), 'm');
	bs_guest_free(g, 0, block, 8, 0);
	assert_int_equal(is_at(block, 3 * SEC), 'r');
	/* Never touched: the host has none of it. */
	assert_int_equal(is_at(block + (8 << 9), 4 * SEC), 'n');
	finish();

	/* On its CPU's list. */
	bs_world_test_init(&t);
	g = begin("rotation:order=9");
	block = take(g, 9);
	bs_guest_free(g, 0, block, 9, 0);
	assert_int_equal(is_at(block, SEC), 'c');
	finish();
}

/* Free below the order, then reported; a part in use whose rest is given back. */
static void test_report(void **state)
{
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	g = begin("rotation:order=9");
	block = take(g, 10);
	bs_guest_free(g, 0, block + 256, 8, 0);
	assert_int_equal(is_at(block, 20 * SEC), 'm');
	assert_int_equal(is_at(block + 512, 21 * SEC), 'u');
	bs_guest_free(g, 0, block + 512, 9, 0);
	assert_int_equal(is_at(block + 512, 40 * SEC), 'g');
	finish();

	bs_world_test_init(&t);
	t.device.thp = BS_THP_NEVER;
	g = begin("rotation:order=8");
	block = take(g, 9);
	bs_guest_free(g, 0, block + 256, 8, 0);
	assert_int_equal(is_at(block, 30 * SEC), 'p');
	finish();
}

/* While a request is out its blocks are isolated, and a host that keeps them is seen. */
static void test_hands(void **state)
{
	struct bs_guest *g;
	bs_pfn block;

	(void)state;
	bs_world_test_init(&t);
	t.costs.per_request = 100 * SEC;
	g = begin("rotation:order=9,delay=3s");
	block = take(g, 10);
	bs_guest_free(g, 0, block, 10, 0);
	assert_int_equal(is_at(block, 2 * SEC), 'r');
	assert_int_equal(is_at(block, 10 * SEC), 'i');
	finish();

	bs_world_test_init(&t);
	t.device.params = "error_every=1";
	g = begin("rotation:order=9");
	block = take(g, 10);
	bs_guest_free(g, 0, block, 10, 0);
	assert_int_equal(is_at(block, 10 * SEC), 'k');
	finish();
}

/* At most as many looks as there is room for, one for a stretch without events, the end among them. */
static void test_looks(void **state)
{
	struct bs_guest *g;
	const char *is;
	char letter;

	(void)state;
	bs_world_test_init(&t);
	g = begin("none");
	for (unsigned int i = 1; i <= 500; i++)
		bs_clock_set_time(&t.w.clock, i * (SEC / 2));
	assert_int_equal(l.map.nr, BS_MAP_LOOKS + 1);
	bs_ledger_close(&l, 300 * SEC);
	assert_int_equal(l.map.nr, BS_MAP_LOOKS + 2);
	assert_int_equal(l.map.looks[l.map.nr - 1].time, 300 * SEC);
	assert_true(g->ended);
	for (unsigned int i = 0; (is = bs_memory_map_letter(i, &letter)); i++)
		assert_true(islower((unsigned char)letter) && *is);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_hands),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
