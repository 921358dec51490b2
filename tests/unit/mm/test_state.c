// SPDX-License-Identifier: GPL-2.0-or-later
/* A dump as data: its contradictions. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"

static struct bs_state *load(const char *text)
{
	char *path = bs_test_file(text, ".txt");
	struct bs_state *s = NULL;
	struct bs_error err;

	assert_ok(bs_state_load(path, NULL, &s, &err), &err);
	unlink(path);
	free(path);
	return s;
}

static void test_contradictions_are_found(void **state)
{
	struct bs_state *s = load(DUMP_START);
	struct bs_state_zone *z = &s->zone[0];
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_state_check(s, &err), 0);
	z->vm_free--;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->vm_free++;
	z->nr_free[10] = 2;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->nr_free[10] = 1;
	z->pcp[0].count = 3;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->pcp[0].count = 2;
	z->pcp[0].list[1].pfn[0] = 16;
	assert_int_equal(bs_state_check(s, &err), 1);
	assert_non_null(strstr(err.text, "page 16 is on two lists"));
	z->pcp[0].list[1].pfn[0] = 1030;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->pcp[0].list[1].pfn[0] = 17;
	z->area[10][1].pfn[0] = 1025;
	assert_int_equal(bs_state_check(s, &err), 1);
	assert_non_null(strstr(err.text, "misaligned"));
	z->area[10][1].pfn[0] = 4096;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->area[10][1].pfn[0] = 1024;
	z->nr_blocks = 7;
	assert_int_equal(bs_state_check(s, &err), 1);
	z->nr_blocks = 8;
	assert_int_equal(bs_state_check(s, &err), 0);
	/* A THP on a 6.1 per-cpu list is a pageblock. */
	z->pcp[0].list[13] = z->pcp[0].list[1];
	z->pcp[0].list[1] = (struct bs_state_list){0};
	z->pcp[0].list[13].pfn[0] = 0;
	z->pcp[0].list[13].n = 1;
	z->pcp[0].count = 512;
	assert_int_equal(bs_state_check(s, &err), 0);
	z->pcp[0].list[13].pfn[0] = 256;
	assert_int_equal(bs_state_check(s, &err), 1);
	bs_state_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contradictions_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
