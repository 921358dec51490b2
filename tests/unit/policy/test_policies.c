// SPDX-License-Identifier: GPL-2.0-or-later
/* What each shipped policy does, on small guests drawn before and after; and what is refused of one. */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <buddysim/policy.h>

#include "mm_report.h"

static void attach(struct bs_machine *m, const char *spec)
{
	struct bs_error err;

	assert_ok(bs_policy_attach(m, spec, &err), &err);
}

/* The one that changes nothing leaves nothing to be asked. */
static void test_kernel_has_no_function(void **state)
{
	static const struct bs_policy nothing = {.abi = BS_POLICY_ABI};
	struct bs_policy kernel = *bs_policy_at(0);

	(void)state;
	assert_string_equal(kernel.name, "kernel");
	kernel.name = kernel.summary = kernel.origin = NULL;
	assert_memory_equal(&kernel, &nothing, sizeof(kernel));
}

static bool is_marked(const struct bs_machine *m, unsigned int order)
{
	bool marked = false;
	bs_pfn pfn;

	bs_list_blocks(m, 0, order, M, &pfn, &marked, 1);
	return marked;
}

/* Who hears of marks may say whether a half keeps its own. */
static bool keeps(void *arg, const struct bs_block *b)
{
	(void)b;
	++*(unsigned int *)arg;
	return true;
}

/*
 *   before     o10 M:[0r]
 *   alloc o9   0, the rest is o9 M:[512], with the mark only where it survives the split
 */
static void test_split_keep(void **state)
{
	static const struct bs_hooks hooks = {.split = keeps};

	(void)state;
	for (unsigned int keep = 0; keep < 2; keep++) {
		struct bs_machine *m = machine_with_pages(LINUX_6_1, 1024);
		unsigned int heard = 0;

		boot_range(m, 0, 1024);
		if (keep)
			attach(m, "split-keep");
		bs_machine_listen(m, &hooks, &heard);
		bs_zone_listen(m, 0, BS_HOOK_SPLIT, 0);
		bs_mm_set_reported(m, 0, 10, true);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_lists(m, keep ? "o9 M:[512r]" : "o9 M:[512]");
		assert_int_equal(heard, keep);
		assert_int_equal(is_marked(m, 9), keep);
		bs_machine_destroy(m);
	}
}

/*
 * A page that is freed to a pageblock which has become another type's: the kernel of 6.1 that has it cached puts it
 * on the list of what it was.
 */
static void test_hygiene(void **state)
{
	(void)state;
	for (unsigned int hygiene = 0; hygiene < 2; hygiene++) {
		struct bs_machine *m = machine_with_pages(LINUX_6_1, 1024);

		boot_range(m, 0, 1024);
		if (hygiene)
			attach(m, "hygiene");
		assert_int_equal(alloc(m, M, 10), 0);
		release_pages(m, 512, 1024);
		release_pages(m, 0, 256);
		assert_lists(m, "o8 M:[0] o9 M:[512]");
		/* A whole pageblock is claimed, and changes its type. */
		assert_int_equal(alloc(m, U, 0), 512);
		assert_types(m, "MU");
		/* Of a large part one block is taken, and the rest stays where its pageblock says. */
		assert_true(alloc(m, U, 8) == 768);
		assert_int_equal(alloc(m, U, 8), 0);
		assert_lists(m, "o0 U:[513] o1 U:[514] o2 U:[516] o3 U:[520] o4 U:[528] o5 U:[544] "
				"o6 U:[576] o7 U:[640]");
		bs_machine_destroy(m);
	}
}

/*
 *   alloc 16 pages, free 5, 1, 9, 3, 13, 11: with a kernel the last is the first again
 */
static void test_address_ordered(void **state)
{
	static const bs_pfn freed[] = {5, 1, 9, 3, 13, 11};
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 16);

	(void)state;
	boot_range(m, 0, 16);
	attach(m, "address-ordered");
	assert_int_equal(alloc(m, M, 4), 0);
	for (size_t i = 0; i < 6; i++)
		release_pages(m, freed[i], freed[i] + 1);
	assert_lists(m, "o0 M:[1,3,5,9,11,13]");
	assert_int_equal(alloc(m, M, 0), 1);
	release_pages(m, 12, 13);
	assert_lists(m, "o0 M:[3,5,9,11] o1 M:[12]");
	bs_machine_destroy(m);
}

/* What a boot that inserts at the head has left descending is put in order. */
static void test_address_ordered_begins_in_order(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_5_4, 4096);

	(void)state;
	boot_range(m, 0, 4096);
	assert_lists(m, "o10 M:[3072,2048,1024,0]");
	attach(m, "address-ordered");
	assert_lists(m, "o10 M:[0,1024,2048,3072]");
	bs_machine_destroy(m);
}

/*
 * 16 pages in use as such: with many in use freed buddies stay apart; when none of them is in use any more all are
 * one block again, or when somebody needs it.
 */
static void test_lazy(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 16);
	bs_pfn page[16];

	(void)state;
	boot_range(m, 0, 16);
	attach(m, "lazy");
	for (unsigned int i = 0; i < 16; i++)
		page[i] = (bs_pfn)alloc(m, M, 0);
	release(m, 0, 0);
	release(m, 1, 0);
	release(m, 6, 0);
	release(m, 7, 0);
	/* 7 and 1 found their buddies free, and were left. */
	assert_lists(m, "o0 M:[7,1,0,6]");
	/* The next request for two pages has them merge. */
	assert_int_equal(alloc(m, M, 1), 6);
	assert_lists(m, "o1 M:[0]");
	for (unsigned int i = 0; i < 16; i++)
		if (page[i] > 1 && page[i] != 6 && page[i] != 7)
			release(m, page[i], 0);
	release(m, 6, 1);
	assert_int_equal(nr_free_pages(m, 0), 16);
	bs_machine_destroy(m);
}

/* With as many unmerged as in use one more merges, and so does another one. */
static void test_lazy_merges_when_the_slack_is_used_up(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 64);
	struct bs_machine_counters c;

	(void)state;
	boot_range(m, 0, 64);
	attach(m, "lazy");
	for (unsigned int i = 0; i < 64; i++)
		alloc(m, M, 0);
	for (bs_pfn pfn = 0; pfn < 32; pfn++)
		release(m, pfn, 0);
	bs_machine_counters(m, &c);
	assert_true(c.merges < 16);
	for (bs_pfn pfn = 32; pfn < 64; pfn++)
		release(m, pfn, 0);
	bs_machine_counters(m, &c);
	assert_true(c.merges > 16);
	/* Whatever is left apart, the whole is to be had. */
	assert_int_equal(alloc(m, M, 6), 0);
	bs_machine_destroy(m);
}

/* Two CPUs that take turns: each has a pageblock of its own, as long as it lasts. */
static void test_reserve(void **state)
{
	const struct bs_machine_config config = {
		.kernel = LINUX_6_1, .memory_bytes = UINT64_C(64) << 20, .nr_cpus = 2};

	(void)state;
	for (unsigned int reserve = 0; reserve < 2; reserve++) {
		unsigned int shared = 0, last[2] = {UINT32_MAX, UINT32_MAX - 1};
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&config, &m, &err), &err);
		if (reserve)
			attach(m, "reserve:pcp=off");
		else
			bs_zone_set_pcp(m, 1, 0, 1);
		for (unsigned int i = 0; i < 1000; i++) {
			const unsigned int cpu = i & 1;

			last[cpu] = bs_alloc_pages(m, cpu, BS_GFP_HIGHUSER_MOVABLE, 0) >> 9;
			shared += last[0] == last[1];
		}
		assert_ok(bs_machine_check(m, &err), &err);
		if (reserve)
			assert_int_equal(shared, 0);
		else
			assert_true(shared > 900);
		bs_machine_destroy(m);
	}
}

/* Unmovable pageblocks, one after the other: with areas of 4 MiB every second one is beside another. */
static void test_superpageblock(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 8192);

	(void)state;
	boot_range(m, 0, 8192);
	attach(m, "superpageblock:size=8MiB");
	/* A whole order-10 block, where none is tainted; then the rest of its area, then another one. */
	for (unsigned int i = 0; i < 6; i++)
		assert_true(alloc(m, U, 9) >= 0);
	assert_types(m, "UUUUUUMMMMMMMMMM");
	/* Movable memory goes elsewhere while it can. */
	assert_true(alloc(m, M, 10) >= 4096);
	bs_machine_destroy(m);
}

static int check(const struct bs_policy *p)
{
	struct bs_error err;

	return bs_policy_check(p, "here", &err);
}

static void test_what_is_refused(void **state)
{
	static const struct bs_param bad[] = {
		{.name = "size", .type = BS_PARAM_UINT, .def = 3, .max = 2, .help = "h"},
		{.name = NULL}};
	struct bs_policy p = *bs_policy_at(0);
	struct bs_error err;

	(void)state;
	assert_int_equal(check(&p), 0);
	p.params = bad;
	assert_int_equal(check(&p), -EINVAL);
	p.params = NULL;
	p.name = "a:b";
	assert_int_equal(check(&p), -EINVAL);
	p.name = "a";
	p.abi++;
	assert_int_equal(check(&p), -EINVAL);
	assert_int_equal(bs_policies_check("kernel,lazy:slack=3,order=4,reserve", &err), 0);
	assert_int_equal(bs_policies_check("kernel,lazy:slack=0", &err), -EINVAL);
	assert_int_equal(bs_policies_check("kernel,kernel", &err), -EINVAL);
	assert_int_equal(bs_policies_check("kernel,", &err), -EINVAL);
	assert_null(bs_policy_find("nothing", &err));
}

static void test_one_policy_a_guest(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 16);
	struct bs_error err;

	(void)state;
	assert_null(bs_machine_policy(m));
	attach(m, "lazy");
	assert_string_equal(bs_machine_policy(m), "lazy");
	assert_int_equal(bs_policy_attach(m, "reserve", &err), -EINVAL);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_has_no_function),
		cmocka_unit_test(test_split_keep),
		cmocka_unit_test(test_hygiene),
		cmocka_unit_test(test_address_ordered),
		cmocka_unit_test(test_address_ordered_begins_in_order),
		cmocka_unit_test(test_lazy),
		cmocka_unit_test(test_lazy_merges_when_the_slack_is_used_up),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_superpageblock),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_one_policy_a_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
