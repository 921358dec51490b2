// SPDX-License-Identifier: GPL-2.0-or-later
/* Decisions are explained, and explaining changes none. */
#include "mm_test.h"

#include <stdio.h>
#include <string.h>

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

static void count_lines(void *arg, const char *text)
{
	struct ear *e = arg;

	assert_null(strchr(text, '\n'));
	hear(e, text, &(struct bs_block){0});
}

/* Decisions are said, a hit's too, while somebody listens. */
static void test_explain(void **state)
{
	struct ear e = {.before = BS_NO_PFN};
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);

	(void)state;
	boot_range(m, 0, 512);
	bs_zone_set_pcp(m, 0, 64, 4);
	bs_machine_explain(m, count_lines, &e);
	alloc(m, U, 0);
	assert_non_null(strstr(e.text, "refill"));
	e.text[0] = '\0';
	alloc(m, U, 0);
	assert_non_null(strstr(e.text, "its head"));
	assert_null(strstr(e.text, "refill"));
	e.text[0] = '\0';
	alloc(m, U, 10);
	assert_non_null(strstr(e.text, "refused"));
	assert_non_null(strstr(e.text, "slow pass"));
	bs_machine_explain(m, NULL, NULL);
	e.text[0] = '\0';
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_string_equal(e.text, "");
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
