// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest out of a dump. */
#include "mm_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"
#include "mm_verify.h"

static void test_sizes_of_lists_not_dumped(void **state)
{
	struct bs_machine *m = machine_from_half_a_dump();
	struct bs_mm_pcp pcp;

	(void)state;
	bs_mm_pcp(m, 0, 0, &pcp);
	assert_int_equal(pcp.high, 24);
	assert_int_equal(pcp.batch, 4);
	assert_int_equal(pcp.count, 0);
	bs_mm_pcp(m, 0, 1, &pcp);
	assert_int_equal(pcp.count, 3);
	bs_machine_destroy(m);
}

static struct bs_machine *guest(const char *kernel, unsigned int pageblock_order)
{
	const struct bs_machine_config cfg = {
		.kernel = kernel,
		.memory_bytes = UINT64_C(64) << 20,
		.pageblock_order = pageblock_order,
	};
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(&cfg, &m, &err), &err);
	return m;
}

/* Per-cpu lists hold huge pages: pageblocks in 6.1, order 9 in 6.12, whatever a pageblock is
 * (RULES.md, per-cpu lists). */
static void test_the_order_of_huge_pages_on_per_cpu_lists(void **state)
{
	static const struct {
		const char *kernel;
		unsigned int order, listed;
	} cases[] = {
		{"linux-6.1", 9, 0},
		{"linux-6.1", 10, 1},
		{"linux-6.12", 9, 1},
		{"linux-6.12", 10, 0},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_machine *m = guest(cases[i].kernel, 10);
		size_t n = 0;
		bs_pfn pfn;

		for (unsigned int z = 0; z < bs_nr_zones(m); z++)
			bs_zone_set_pcp(m, z, 4096, 63);
		pfn = bs_alloc_pages(m, 0, BS_GFP_TRANSHUGE, cases[i].order);
		bs_drain_pages(m, BS_ALL_CPUS);
		bs_free_pages(m, 0, pfn, cases[i].order);
		for (unsigned int z = 0; z < bs_nr_zones(m); z++)
			n += bs_pcp_blocks(m, z, 0, 13, NULL, 0);
		assert_int_equal(n, cases[i].listed);
		bs_machine_destroy(m);
	}
}

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

static void expect_equal(const struct bs_state *a, const struct bs_state *b, const char *model)
{
	assert_int_equal(bs_state_compare(a, b, model, NULL, NULL), 0);
}

static void test_a_guest_has_the_dumps_state(void **state)
{
	struct bs_state *s = load(DUMP_START), *back = NULL;
	struct bs_machine *m = NULL;
	struct bs_error err;

	(void)state;
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	assert_string_equal(bs_kernel_name(m), "linux-6.1");
	assert_int_equal(bs_page_state(m, 1024), BS_PAGE_FREE);
	assert_int_equal(bs_page_state(m, 17), BS_PAGE_PCP);
	assert_int_equal(bs_page_state(m, 100), BS_PAGE_RESERVED);
	assert_ok(bs_state_of_machine(m, &back, &err), &err);
	expect_equal(s, back, "linux-6.1");
	assert_int_equal(back->zone[0].nr_lru, 1);
	assert_int_equal(back->zone[0].lru[0].first, 32);
	assert_int_equal(back->zone[0].lru[0].count, 4);
	bs_state_free(back);
	bs_state_free(s);
	bs_machine_destroy(m);
}

static void test_a_state_without_a_model_needs_one(void **state)
{
	struct bs_state *s = load(DUMP_START);
	struct bs_machine *m = NULL;
	struct bs_error err;

	(void)state;
	strcpy(s->kernel, "4.19.0");
	assert_true(bs_machine_from_state(s, NULL, &m, &err) < 0);
	assert_non_null(strstr(err.text, "4.19.0"));
	assert_ok(bs_machine_from_state(s, "linux-6.1", &m, &err), &err);
	bs_machine_destroy(m);
	/* linux-5.4 has no per-cpu lists above order 0: list 3 cannot be loaded. */
	s->zone[0].pcp[0].list[3] = s->zone[0].pcp[0].list[1];
	s->zone[0].pcp[0].list[1] = (struct bs_state_list){0};
	s->zone[0].pcp[0].list[3].pfn[0] = 18;
	s->zone[0].pcp[0].count = 4;
	m = NULL;
	assert_true(bs_machine_from_state(s, "linux-5.4", &m, &err) < 0);
	assert_null(m);
	bs_state_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_of_lists_not_dumped),
		cmocka_unit_test(test_the_order_of_huge_pages_on_per_cpu_lists),
		cmocka_unit_test(test_a_guest_has_the_dumps_state),
		cmocka_unit_test(test_a_state_without_a_model_needs_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
