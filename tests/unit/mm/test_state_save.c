// SPDX-License-Identifier: GPL-2.0-or-later
/* A dump out of a guest, and the guest again out of the dump. */
#include "mm_test.h"

#include <stdlib.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"

static void expect_equal(const struct bs_state *a, const struct bs_state *b, const char *model)
{
	assert_int_equal(bs_state_compare(a, b, model, NULL, NULL), 0);
}

/* A used guest, written, read, made a guest again: the same state, and the same next page. */
static void test_a_written_state_continues_where_the_guest_was(void **state)
{
	struct bs_machine_config cfg = {.memory_bytes = UINT64_C(64) << 20};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		char *path = bs_test_file("", ".txt");
		struct bs_state *s = NULL, *again = NULL;
		struct bs_machine *m = NULL, *n = NULL;
		struct bs_error err;
		bs_pfn pfn[64];

		cfg.kernel = kernels[k];
		assert_ok(bs_machine_create(&cfg, &m, &err), &err);
		for (unsigned int i = 0; i < 64; i++)
			pfn[i] = bs_alloc_pages(
				m, 0, i & 1 ? BS_GFP_KERNEL : BS_GFP_HIGHUSER_MOVABLE, i % 4);
		for (unsigned int i = 0; i < 64; i += 3)
			bs_free_pages(m, 0, pfn[i], i % 4);
		assert_ok(bs_state_of_machine(m, &s, &err), &err);
		assert_ok(bs_state_save(s, path, &err), &err);
		assert_ok(bs_state_load(path, NULL, &again, &err), &err);
		expect_equal(s, again, cfg.kernel);
		assert_ok(bs_machine_from_state(again, NULL, &n, &err), &err);
		for (unsigned int i = 0; i < 200; i++)
			assert_int_equal(bs_alloc_pages(m, 0, BS_GFP_KERNEL, i % 5),
					 bs_alloc_pages(n, 0, BS_GFP_KERNEL, i % 5));
		bs_state_free(s);
		bs_state_free(again);
		bs_machine_destroy(m);
		bs_machine_destroy(n);
		unlink(path);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_written_state_continues_where_the_guest_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
