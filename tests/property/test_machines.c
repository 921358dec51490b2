// SPDX-License-Identifier: GPL-2.0-or-later
/* Random requests on every machine of machines.def and every kernel: the allocator keeps its laws. */
#include "bs_test.h"

#include <buddysim/machine.h>

#include "rng.h"

#define BLOCKS 64

static void churn(const struct bs_platform *p, unsigned int kind, const char *kernel)
{
	const struct bs_machine_config mc = {.kernel = kernel,
					     .machine = (enum bs_machine_kind)kind,
					     .memory_bytes = UINT64_C(6) << 30,
					     .nr_cpus = 2};
	struct {
		bs_pfn pfn;
		unsigned int order;
	} have[BLOCKS];
	bool largest = false;
	unsigned int n = 0;
	struct bs_machine *m;
	struct bs_error err;
	struct bs_rng rng;
	uint64_t managed;

	bs_rng_seed(&rng, kind + 1);
	assert_ok(bs_machine_create(&mc, &m, &err), &err);
	managed = bs_managed_pages(m) << p->page_shift;
	assert_true(managed > (UINT64_C(6) << 30) - (UINT64_C(1) << 28));
	for (unsigned int i = 0; i < 3000; i++) {
		const unsigned int order = (unsigned int)bs_rng_below(&rng, p->max_order + 1);
		const unsigned int cpu = (unsigned int)bs_rng_below(&rng, 2);

		if (n == BLOCKS || (n && bs_rng_below(&rng, 2))) {
			const unsigned int k = (unsigned int)bs_rng_below(&rng, n);

			bs_free_pages(m, cpu, have[k].pfn, have[k].order);
			have[k] = have[--n];
			continue;
		}
		have[n].pfn = bs_alloc_pages(m, cpu, BS_GFP_HIGHUSER_MOVABLE, order);
		have[n].order = order;
		if (have[n].pfn == BS_NO_PFN)
			continue;
		assert_int_equal(have[n].pfn & ((1u << order) - 1), 0);
		largest |= order == p->max_order;
		n++;
		if (i % 500 == 0)
			assert_ok(bs_machine_check(m, &err), &err);
	}
	assert_true(largest);
	assert_int_equal(bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, p->max_order + 1),
			 BS_NO_PFN);
	while (n--)
		bs_free_pages(m, 0, have[n].pfn, have[n].order);
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);
}

static void test_every_machine_keeps_the_laws(void **state)
{
	const struct bs_platform *p;

	(void)state;
	for (unsigned int i = 0; (p = bs_platform_at(i)); i++)
		for (const char *const *k = bs_kernel_names(); *k; k++)
			churn(p, i, *k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_machine_keeps_the_laws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
