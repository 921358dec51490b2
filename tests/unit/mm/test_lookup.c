// SPDX-License-Identifier: GPL-2.0-or-later
/* What a page is. */
#include "mm_test.h"

#include <stdio.h>
#include <string.h>

struct seen {
	char text[256];
};

static int visit(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct seen *s = arg;
	const size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%u:%u:%d ", pfn, order, state);
	return pfn >= 1024 ? 7 : 0;
}

/* Blocks in ascending order, whatever their state, until the visitor has seen enough. */
static void test_walk(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	struct seen s = {""};
	char want[64];

	(void)state;
	boot_range(m, 0, 16);
	boot_range(m, 512, 1024);
	boot_range(m, 1024, 2048);
	assert_int_equal(alloc(m, M, 3), 0);
	snprintf(want, sizeof(want), "0:3:%d 8:3:%d 512:9:%d 1024:10:%d ", BS_PAGE_ALLOCATED,
		 BS_PAGE_FREE, BS_PAGE_FREE, BS_PAGE_FREE);
	assert_int_equal(bs_machine_walk(m, visit, &s), 7);
	assert_string_equal(s.text, want);
	bs_machine_destroy(m);
}

/*
 * Every page belongs to a block, whose head and order are found from any page of it.
 *
 *   0 .. 7 in use (order 3)   8, 9 on a per-cpu list   10 .. 15 free   16 .. 511 reserved
 *   beyond 4096: no memory
 */
static void test_what_a_page_is(void **state)
{
	static const struct {
		bs_pfn pfn, head;
		unsigned int order;
		enum bs_page_state what;
	} pages[] = {
		{0, 0, 3, BS_PAGE_ALLOCATED},	 {7, 0, 3, BS_PAGE_ALLOCATED},
		{8, 8, 0, BS_PAGE_ALLOCATED},	 {9, 9, 0, BS_PAGE_PCP},
		{10, 10, 1, BS_PAGE_FREE},	 {11, 10, 1, BS_PAGE_FREE},
		{15, 12, 2, BS_PAGE_FREE},	 {16, 16, 0, BS_PAGE_RESERVED},
		{511, 511, 0, BS_PAGE_RESERVED}, {1023, 512, 9, BS_PAGE_FREE},
		{4096, 4096, 0, BS_PAGE_HOLE},	 {BS_NO_PFN, BS_NO_PFN, 0, BS_PAGE_HOLE},
	};
	struct bs_machine *m = machine_with_pages(LINUX_5_4, 4096);
	unsigned int order;
	bs_pfn head;

	(void)state;
	boot_range(m, 0, 16);
	boot_range(m, 512, 1024);
	assert_int_equal(alloc(m, M, 3), 0);
	bs_zone_set_pcp(m, 0, 10, 2);
	assert_int_equal(alloc(m, M, 0), 8);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_int_equal(bs_page_lookup(m, pages[i].pfn, &head, &order), pages[i].what);
		assert_int_equal(head, pages[i].head);
		assert_int_equal(order, pages[i].order);
	}
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_what_a_page_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
