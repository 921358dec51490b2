// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that was in use when a state was dumped. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>
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

/*
 *   before   o10 M:[1024]        in use by nobody known: 2048..4095 ...
 *   adopt (2048, o10), free
 *   after    o10 M:[2048,1024]
 */
static void test_adopted_memory_can_be_freed(void **state)
{
	struct bs_state *s = load(DUMP_START);
	struct bs_machine *m = NULL;
	struct bs_error err;
	bs_pfn list[4];

	(void)state;
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	assert_int_equal(bs_machine_adopt(m, 2048, 10), 0);
	assert_int_equal(bs_allocated_order(m, 2048), 10);
	bs_free_pages(m, 0, 2048, 10);
	assert_int_equal(bs_list_blocks(m, 0, 10, BS_MIGRATE_MOVABLE, list, NULL, 4), 2);
	assert_int_equal(list[0], 2048);
	assert_int_equal(list[1], 1024);

	assert_int_equal(bs_machine_adopt(m, 32, 2), 0); /* its pages count as movable */
	bs_free_pages(m, 0, 32, 2);
	assert_int_equal(bs_page_state(m, 33), BS_PAGE_PCP);

	assert_int_equal(bs_machine_adopt(m, 1024, 0), -EBUSY); /* free */
	assert_int_equal(bs_machine_adopt(m, 16, 2), -EBUSY); /* partly on a per-cpu list */
	assert_int_equal(bs_machine_adopt(m, 41, 1), -EINVAL); /* misaligned */
	assert_int_equal(bs_machine_adopt(m, 4096, 0), -EINVAL); /* outside */
	assert_int_equal(bs_machine_adopt(m, 40, 0), 0);
	assert_int_equal(bs_machine_adopt(m, 40, 0), -EBUSY); /* a caller's already */
	bs_state_free(s);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adopted_memory_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
