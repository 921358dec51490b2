// SPDX-License-Identifier: GPL-2.0-or-later
/* ctx_held.c: what memory without an owner is to the strategy. */
#include "bs_report_world.h"

#include <stdio.h>
#include <stdlib.h>

#define M BS_MIGRATE_MOVABLE
#define PAGES 4096

static char seen[4096];
static size_t used;

static void note(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is)
{
	static const char letters[] = {
		[BS_TO_SMALL] = 's', [BS_TO_RAW] = 'r',	  [BS_TO_TOLD] = 't',
		[BS_TO_HANDS] = 'h', [BS_TO_GIVEN] = 'g', [BS_TO_NOBODY] = 'n',
	};

	(void)arg;
	used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%c%u:%u ", letters[is], pfn,
				 order);
}

/* "s3:0 ": a small block of order 0 at page 3; what stands on small lists first. */
static const char *all(const struct bs_world *w)
{
	used = 0;
	seen[0] = '\0';
	bs_report_walk(w->rc, 9, note, NULL);
	for (bs_pfn pfn = 0; pfn < PAGES; pfn += 512)
		bs_report_walk_at(w->rc, pfn, 9, note, NULL);
	return seen;
}

/*
 *   page 3072 in use      |0        |1024     |2048     |A 3073 ...|
 */
static void test_small_raw_and_told(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);
	bs_pfn page;

	(void)state;
	bs_world_start(w, "rotation:order=9,rev=2026", 4);
	page = bs_world_alloc(w, 8, M);
	assert_int_equal(page, 0);
	assert_string_equal(all(w), "s256:8 r512:9 r1024:9 r1536:9 r2048:9 r2560:9 r3072:9 "
				    "r3584:9 ");
	bs_world_settle(w, 10);
	assert_string_equal(all(w), "s256:8 t512:9 t1024:9 t1536:9 t2048:9 t2560:9 t3072:9 "
				    "t3584:9 ");
	bs_world_free(w, page, 8);
	assert_string_equal(all(w), "r0:9 r512:9 t1024:9 t1536:9 t2048:9 t2560:9 t3072:9 "
				    "t3584:9 ");
	bs_world_destroy(w);
}

/* Nobody reports: nothing is too small. */
static void test_idle(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);

	(void)state;
	bs_world_start(w, "none", 32);
	assert_int_equal(bs_report_unit(w->rc), 0);
	bs_world_alloc(w, 8, M);
	assert_int_equal(strncmp(all(w), "r256:8 r512:9 ", 14), 0);
	bs_world_destroy(w);
}

/* Without marks: frame by frame, as it was told. */
static void test_without_marks(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);
	bs_pfn page;

	(void)state;
	bs_world_start(w, "hypercall:order=8", 32);
	page = bs_world_alloc(w, 9, M);
	bs_world_free(w, page, 9);
	assert_int_equal(page, 0);
	assert_int_equal(strncmp(all(w), "t0:8 t256:8 r512:8 r768:8 r1024:8 ", 34), 0);
	bs_world_destroy(w);
}

static const char *during_first;

static void look_in_flight(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		during_first = strdup(all(w));
}

/* Isolated while the host has it. */
static void test_in_its_hands(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);

	(void)state;
	w->during = look_in_flight;
	bs_world_start(w, "rotation:order=10,rev=2026", 2);
	bs_world_settle(w, 1);
	assert_non_null(during_first);
	assert_non_null(strstr(during_first, "h0:10 "));
	assert_non_null(strstr(during_first, "h1024:10 "));
	assert_null(strstr(during_first, "r0:"));
	assert_non_null(strstr(during_first, "r2048:9 "));
	free((void *)(uintptr_t)during_first);
	during_first = NULL;
	bs_world_destroy(w);
}

/* A driver's pages: in its hands until the host has answered, and given away until they come back. */
static void test_a_client(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", PAGES);
	const char *text;

	(void)state;
	w->during = look_in_flight;
	bs_world_start(w, "balloon:size=16KiB,at=1s,until=10s", 32);
	assert_int_equal(bs_report_unit(w->rc), 0);
	assert_true(bs_world_work(w));
	assert_non_null(during_first);
	assert_non_null(strstr(during_first, "h0:0 "));
	free((void *)(uintptr_t)during_first);
	during_first = NULL;
	text = all(w);
	assert_null(strstr(text, "h0:0 "));
	assert_non_null(strstr(text, "g0:0 g1:0 g2:0 g3:0 "));
	assert_true(bs_world_work(w));
	assert_null(strstr(all(w), "g0:0"));
	bs_world_destroy(w);
}

/* Memory ends within a huge page of the host: what lies behind it is nobody's, and not looked at. */
static void test_a_client_at_the_end(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 3 * 512 + 64);

	(void)state;
	bs_world_start(w, "balloon:size=16KiB,at=1s,until=10s", 32);
	assert_true(bs_world_work(w));
	/* All of the rest in use: neither free nor given. */
	while (bs_world_alloc(w, 0, M) != BS_NO_PFN)
		;
	used = 0;
	seen[0] = '\0';
	bs_report_walk_at(w->rc, 3 * 512, 9, note, NULL);
	bs_report_walk_at(w->rc, 0, 9, note, NULL);
	assert_int_equal(strspn(seen, "g0123456789: "), strlen(seen));
	bs_world_destroy(w);
}

/* Its own smallest block, where no parameter says so. */
static void test_units(void **state)
{
	static const struct {
		const char *strategy;
		unsigned int unit;
	} cases[] = {
		{"none", 0},	     {"balloon", 0},	      {"balloon:page=huge", 9},
		{"hint-once", 10},   {"rotation:order=3", 3}, {"bitmap", 9},
		{"shared-state", 9},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_world *w = bs_world_create("linux-6.1", PAGES);
		uint64_t nr_free[BS_NR_ORDERS], raw;

		bs_world_start(w, cases[i].strategy, 32);
		assert_int_equal(bs_report_unit(w->rc), cases[i].unit);
		/* One free block of order 9, and larger ones: what it could report is raw. */
		bs_world_alloc(w, 9, BS_MIGRATE_MOVABLE);
		bs_nr_free_blocks(w->m, nr_free);
		for (unsigned int o = raw = 0; o < BS_NR_ORDERS; o++)
			raw += o < cases[i].unit ? 0 : nr_free[o] * (BS_UNIT_SIZE << o);
		assert_int_equal(bs_report_raw_bytes(w->rc), raw);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_raw_and_told),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_without_marks),
		cmocka_unit_test(test_in_its_hands),
		cmocka_unit_test(test_a_client),
		cmocka_unit_test(test_a_client_at_the_end),
		cmocka_unit_test(test_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
