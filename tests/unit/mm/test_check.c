// SPDX-License-Identifier: GPL-2.0-or-later
/* Every law of bs_machine_check() is broken once, and is named. */
#include "mm_test.h"

#include <errno.h>

#include "pcp.h"

/* o0 M: [1]  o1: [2] ... o8 M: [256]  o10 M: [1024], page 0 in use, 2048..2051 on per-cpu lists. */
static struct bs_machine *sound(void)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	struct bs_error err;

	boot_range(m, 0, 512);
	assert_int_equal(alloc(m, M, 0), 0);
	boot_range(m, 1024, 2048);
	bs_zone_set_pcp(m, 0, 64, 4);
	boot_range(m, 2048, 2052);
	assert_int_equal(alloc(m, M, 3), 8);
	assert_ok(bs_machine_check(m, &err), &err);
	return m;
}

static void assert_broken(struct bs_machine *m, const char *says)
{
	struct bs_error err;

	assert_int_equal(bs_machine_check(m, &err), -EUCLEAN);
	assert_int_equal(err.status, BS_INVARIANT);
	assert_says(err.text, says);
	bs_machine_destroy(m);
}

static void test_free_lists(void **state)
{
	struct bs_machine *m;

	(void)state;
	m = sound();
	m->zones[0].nr_free[8]++;
	assert_broken(m, "nr_free 2, lists hold 1");
	m = sound();
	m->side[1024 >> 9].list_type = U;
	assert_broken(m, "page 1024 is on list type 1 and remembers 0");
	m = sound();
	m->mem_map[256].flags = 0;
	assert_broken(m, "page 256 on list order 8 type 1 is no free block");
	m = sound();
	m->mem_map[256].order = 7;
	assert_broken(m, "page 256");
	m = sound();
	m->mem_map[256].next = 256; /* a ring */
	assert_broken(m, "page 256: link back");
	m = sound();
	m->mem_map[256].next = 257;
	assert_broken(m, "page 257 on list order 8 type 1: misaligned");
	m = sound();
	m->zones[0].area[8][M].last = 512;
	assert_broken(m, "ends at 256, not 512");
	m = sound();
	m->zones[0].nonempty[M] &= (uint16_t) ~(1u << 8);
	assert_broken(m, "non-empty bit");
	m = sound();
	m->zones[0].area[8][M] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	m->zones[0].nonempty[M] &= (uint16_t) ~(1u << 8);
	m->zones[0].nr_free[8] = 0;
	m->zones[0].nr_free_pages -= 256;
	m->zones[0].free_of_type[M] -= 256;
	assert_broken(m, "memory holds");
	m = sound();
	m->zones[0].free_of_type[U] += 4;
	assert_broken(m, "type 0: 4 pages are said to be free, lists hold 0");
}

static void test_per_cpu_lists(void **state)
{
	struct bs_machine *m;

	(void)state;
	m = sound();
	m->zones[0].pcp[0].count++;
	assert_broken(m, "lists hold");
	m = sound();
	m->zones[0].pcp[0].nonempty ^= 1u << 3;
	assert_broken(m, "non-empty bit");
	m = sound();
	m->mem_map[m->zones[0].pcp[0].lists[10].first].flags = PG_ALLOCATED;
	assert_broken(m, "no per-cpu block");
}

static void test_sums_and_marks(void **state)
{
	struct bs_machine *m;

	(void)state;
	m = sound();
	m->zones[0].nr_free_pages--;
	assert_broken(m, "NR_FREE_PAGES");
	m = sound();
	m->zones[0].managed++;
	assert_broken(m, "managed");
	m = sound();
	m->mem_map[0].flags = 0; /* lost by its owner */
	assert_broken(m, "managed");
	m = sound();
	m->mem_map[0].flags |= PG_REPORTED;
	assert_broken(m, "page 0 is Reported and not free");
	m = sound();
	m->mem_map[300].flags = PG_ALLOCATED;
	assert_broken(m, "block at 300 starts inside the block at 256");
	m = sound();
	m->zones[0].nr_isolated_pages = 8;
	assert_broken(m, "pages isolated");
}

/* 6.12: a free block lies on the list of its pageblock's type, always. */
static void test_list_is_the_pageblocks(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 4096);

	(void)state;
	boot_range(m, 0, 1024);
	m->pb[1].type = U;
	assert_broken(m, "page 512 is on list type 1 in a pageblock of 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_lists),
		cmocka_unit_test(test_per_cpu_lists),
		cmocka_unit_test(test_sums_and_marks),
		cmocka_unit_test(test_list_is_the_pageblocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
