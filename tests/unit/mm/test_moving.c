// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in use in a range that somebody wants goes elsewhere, if who has it follows. */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "moving.h"
#include "mm_compact.h"
#include "mm_range.h"

static const char *const models[] = {LINUX_5_4, LINUX_6_1, LINUX_6_12, "linux-7.3"};
#define NR_MODELS (sizeof(models) / sizeof(models[0]))
#define PAGES 8192

struct owner {
	struct bs_machine *m;
	char text[4096]; /* FROM>TO, with the order behind it */
	unsigned int moves;
	bs_pfn pinned;
};

static void moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct owner *o = arg;
	const size_t n = strlen(o->text);

	snprintf(o->text + n, sizeof(o->text) - n, " %u>%u%s%.0u", from, to, order ? "o" : "",
		 order);
	o->moves++;
	assert_int_equal(bs_allocated_order(o->m, from), (int)order);
	assert_int_equal(bs_page_word(o->m, from), bs_page_word(o->m, to));
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	(void)order;
	return pfn == ((struct owner *)arg)->pinned;
}

static void begin(struct owner *o, const char *kernel)
{
	const struct bs_mm_watch w = {.arg = o, .moved = moved, .stays = stays};

	*o = (struct owner){.m = machine_with_pages(kernel, PAGES), .pinned = BS_NO_PFN};
	boot_range(o->m, 0, PAGES);
	assert_int_equal(bs_mm_compact_watch(o->m, &w), 0);
}

static void end(struct owner *o)
{
	struct bs_error err;

	assert_ok(bs_machine_check(o->m, &err), &err);
	bs_machine_destroy(o->m);
}

static bs_pfn take(struct owner *o, unsigned int order, uint32_t word, bool movable)
{
	const bs_pfn pfn = (bs_pfn)alloc(o->m, M, order);

	bs_page_set_word(o->m, pfn, word);
	bs_page_set_lru(o->m, pfn, order, movable);
	return pfn;
}

/* The two ends of the range that the block lies in. */
static bs_pfn start_of(const struct owner *o, bs_pfn pfn)
{
	return pfn & ~(((bs_pfn)1 << bs_mm_contig_order(o->m)) - 1);
}

static int take_range_of(struct owner *o, bs_pfn pfn)
{
	const bs_pfn start = start_of(o, pfn);

	return bs_mm_alloc_contig(o->m, 0, start, start + ((bs_pfn)1 << bs_mm_contig_order(o->m)));
}

/* Pages and larger blocks go as they are, with their word; what they leave is taken, and they are found movable again. */
static void test_what_is_movable_goes(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct owner o;
		bs_pfn page, block, to;
		unsigned int order;

		begin(&o, models[k]);
		page = take(&o, 0, 7, true);
		block = take(&o, 3, 8, true);
		assert_int_equal(start_of(&o, page), start_of(&o, block));
		assert_int_equal(take_range_of(&o, page), 0);
		assert_int_equal(o.moves, 2);
		assert_int_equal(bs_page_state(o.m, page), BS_PAGE_RESERVED);
		assert_int_equal(bs_page_state(o.m, block), BS_PAGE_RESERVED);
		/* The highest is moved first, whichever that is. */
		assert_int_equal(sscanf(strchr(o.text, '>'), ">%uo%u", &to, &order),
				 2 - (page > block));
		/* Once more, from where it is now. */
		assert_int_equal(take_range_of(&o, to), 0);
		assert_int_equal(o.moves, 4);
		end(&o);
	}
}

/*
 * 6.1 looks for a place for each page when it moves it, 6.12 for all of a batch before the first one moves; both begin
 * at the highest.
 */
static void test_the_highest_first(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < NR_MODELS; k++) {
		unsigned int last = BS_NO_PFN, from, to, n = 0;
		struct owner o;
		bs_pfn first = 0;

		begin(&o, models[k]);
		for (unsigned int i = 0; i < 40; i++)
			first = take(&o, 0, i, true);
		assert_int_equal(take_range_of(&o, first), 0);
		for (const char *p = o.text; sscanf(p, " %u>%u", &from, &to) == 2; n++) {
			/* In batches of 32, from the lowest on. */
			if (n == 32)
				last = BS_NO_PFN;
			assert_true(from < last);
			last = from;
			p = strchr(p, '>') + 1;
			p += strcspn(p, " ");
		}
		assert_int_equal(n, 40);
		end(&o);
	}
}

/* Nothing moves because of a page that keeps its pageblock from being isolated; one that shows only then keeps the range, and
 * the others have gone. */
static void test_what_stays(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct owner o;
		bs_pfn page;

		begin(&o, models[k]);
		page = take(&o, 0, 7, true);
		take(&o, 0, 8, false);
		assert_int_equal(take_range_of(&o, page), -EBUSY);
		assert_int_equal(o.moves, 0);
		end(&o);

		begin(&o, models[k]);
		page = take(&o, 0, 7, true);
		o.pinned = take(&o, 0, 8, true);
		assert_int_equal(take_range_of(&o, page), -EBUSY);
		assert_int_equal(o.moves, 1);
		assert_int_equal(bs_allocated_order(o.m, o.pinned), 0);
		assert_int_equal(bs_allocated_order(o.m, page), -1);
		assert_int_equal(o.m->zones[0].nr_isolate_pageblock, 0);
		end(&o);
	}
}

/* Memory that was in use when a state was dumped has no owner who is known, and goes where it likes if it was movable. */
static void test_nobodys_pages(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct owner o;
		bs_pfn page;

		begin(&o, models[k]);
		page = take(&o, 0, 7, false);
		bs_mm_abandon(o.m, page, 0);
		assert_int_equal(take_range_of(&o, page), -EBUSY);
		o.m->mem_map[page].flags |= PG_LRU;
		o.m->pb[page >> 9].fine = true;
		assert_int_equal(take_range_of(&o, page), 0);
		assert_int_equal(o.moves, 1);
		assert_int_equal(o.m->zones[0].nr_foreign_pages,
				 1 + (1u << bs_mm_contig_order(o.m)));
		end(&o);
	}
}

/* Where there is no place, the range stays as it is. */
static void test_no_place(void **state)
{
	struct owner o;
	bs_pfn page;
	int64_t pfn;

	(void)state;
	begin(&o, LINUX_6_1);
	page = take(&o, 0, 7, true);
	while ((pfn = alloc(o.m, M, 0)) >= 0)
		bs_page_set_lru(o.m, (bs_pfn)pfn, 0, true);
	assert_int_equal(take_range_of(&o, page), -EBUSY);
	assert_int_equal(o.moves, 0);
	assert_int_equal(o.m->zones[0].nr_isolate_pageblock, 0);
	end(&o);
}

/* A memory block goes whose pages were in use. */
static void test_offline(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct owner o;
		bs_pfn page;

		begin(&o, models[k]);
		page = take(&o, 0, 7, true) & ~(bs_pfn)1023;
		assert_int_equal(bs_mm_offline(o.m, 0, page, page + 1024), 0);
		assert_int_equal(o.moves, 1);
		assert_int_equal(o.m->zones[0].managed, PAGES - 1024);
		end(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_movable_goes),
		cmocka_unit_test(test_the_highest_first),
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_nobodys_pages),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
