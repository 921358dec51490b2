// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a policy is asked, and what becomes of its answers: followed where they can be; else the kernel model's rule
 * holds, and the machine's check names policy, function and answer.
 */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <buddysim/policy.h>

#include "mm_report.h"

/* ---- Answers that cannot be ------------------------------------------------------------------ */

static enum bs_policy_answer answer;
static struct bs_range named;
static int number;

static unsigned int bad_type(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order,
			     unsigned int mt)
{
	(void)c;
	(void)pfn;
	(void)order;
	(void)mt;
	return BS_MIGRATE_ISOLATE;
}

static void bad_place(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		      struct bs_spot *at)
{
	(void)c;
	(void)why;
	at->before = b->pfn;
}

static bool choose_named(struct bs_policy_ctx *c, const struct bs_policy_want *w,
			 struct bs_range *block)
{
	(void)c;
	(void)w;
	*block = named;
	return true;
}

static enum bs_policy_answer answer_named(struct bs_policy_ctx *c, const struct bs_policy_want *w,
					  struct bs_range *block)
{
	(void)c;
	(void)w;
	*block = named;
	return answer;
}

static int so_many(struct bs_policy_ctx *c, const struct bs_policy_want *w, int n)
{
	(void)c;
	(void)w;
	(void)n;
	return number;
}

static int flush_so_many(struct bs_policy_ctx *c, unsigned int zone, unsigned int cpu, int count,
			 int high)
{
	(void)c;
	(void)zone;
	(void)cpu;
	(void)count;
	(void)high;
	return number;
}

static void bad_size(struct bs_policy_ctx *c, unsigned int zone, int *high, int *batch)
{
	(void)c;
	(void)zone;
	*high = 10;
	*batch = 0;
}

static void same_zone(struct bs_policy_ctx *c, unsigned int node, uint8_t *zone, unsigned int n)
{
	(void)c;
	(void)node;
	for (unsigned int i = 0; i < n; i++)
		zone[i] = zone[0];
}

static struct bs_machine *guest(const struct bs_policy *p)
{
	const struct bs_machine_config config = {
		.kernel = LINUX_6_1, .memory_bytes = UINT64_C(64) << 20, .nr_cpus = 2};
	struct bs_machine *m;
	struct bs_error err;

	assert_ok(bs_machine_create(&config, &m, &err), &err);
	assert_ok(bs_machine_set_policy(m, p, NULL, &err), &err);
	return m;
}

/* Enough of everything that each function is asked. */
static void work(struct bs_machine *m)
{
	bs_pfn page[300];

	for (unsigned int i = 0; i < 300; i++)
		page[i] = bs_alloc_pages(m, 0, i % 3 ? BS_GFP_HIGHUSER_MOVABLE : BS_GFP_KERNEL, 0);
	for (unsigned int i = 0; i < 300; i++)
		if (page[i] != BS_NO_PFN)
			bs_free_pages(m, 0, page[i], 0);
	bs_drain_pages(m, BS_ALL_CPUS);
}

static void assert_named(struct bs_policy p, const char *text)
{
	struct bs_error err = {0};
	struct bs_machine *m;

	p.abi = BS_POLICY_ABI;
	p.name = "odd";
	m = guest(&p);
	work(m);
	assert_int_equal(bs_machine_check(m, &err), -EUCLEAN);
	assert_int_equal(err.status, BS_INVARIANT);
	if (!strstr(err.text, text) || strncmp(err.text, "policy odd: ", 12))
		fail_msg("\"%s\", not %s", err.text, text);
	bs_machine_destroy(m);
}

static void test_what_cannot_be_is_named(void **state)
{
	(void)state;
	named = (struct bs_range){4711, 0};
	assert_named((struct bs_policy){.choose = choose_named}, "choose() named block 4711");
	named = (struct bs_range){BS_NO_PFN, BS_MAX_ORDER + 1};
	assert_named((struct bs_policy){.choose = choose_named}, "choose()");
	answer = BS_POLICY_CLAIM;
	assert_named((struct bs_policy){.fallback = answer_named}, "fallback() named block");
	answer = BS_POLICY_TAKE;
	assert_named((struct bs_policy){.fallback = answer_named}, "fallback() named block");
	assert_named((struct bs_policy){.place = bad_place}, "place() put block");
	assert_named((struct bs_policy){.type = bad_type}, "type() gave page");
	number = 0;
	assert_named((struct bs_policy){.refill = so_many}, "refill() fetches 0 blocks");
	number = 1 << 20;
	assert_named((struct bs_policy){.flush = flush_so_many}, "flush() takes 1048576 pages");
	assert_named((struct bs_policy){.pcp_size = bad_size}, "lists of 10 pages in batches of 0");
}

static void test_a_lost_zone_is_named(void **state)
{
	static const struct bs_policy p = {.abi = BS_POLICY_ABI, .name = "odd", .zones = same_zone};
	struct bs_machine *m = guest(&p);
	struct bs_error err = {0};

	(void)state;
	assert_int_equal(bs_machine_check(m, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "zones() lost"));
	/* The model's order is in force: memory is to be had. */
	assert_true(bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0) != BS_NO_PFN);
	bs_machine_destroy(m);
}

/* ---- Answers that are followed --------------------------------------------------------------- */

/* No per-cpu lists in between, unless it is about them. */
static struct bs_machine *bare(const struct bs_policy *p, bs_pfn pages)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, pages);
	struct bs_error err;

	boot_range(m, 0, pages);
	assert_ok(bs_machine_set_policy(m, p, NULL, &err), &err);
	return m;
}

static void upper(struct bs_policy_ctx *c, const struct bs_block *b, unsigned int order,
		  struct bs_policy_cut *cut)
{
	(void)c;
	(void)b;
	(void)order;
	cut->upper = true;
}

/*
 *   before     o4 M:[0]
 *   alloc o0   15
 *   after      o0 M:[14] o1 M:[12] o2 M:[8] o3 M:[0]
 */
static void test_the_upper_half_is_handed_on(void **state)
{
	static const struct bs_policy p = {.abi = BS_POLICY_ABI, .name = "p", .split = upper};
	struct bs_machine *m = bare(&p, 16);

	(void)state;
	assert_int_equal(alloc(m, M, 0), 15);
	assert_lists(m, "o0 M:[14] o1 M:[12] o2 M:[8] o3 M:[0]");
	release(m, 15, 0);
	assert_lists(m, "o4 M:[0]");
	bs_machine_destroy(m);
}

static bool never(struct bs_policy_ctx *c, const struct bs_block *b, const struct bs_block *buddy)
{
	(void)c;
	assert_int_equal(b->pfn ^ buddy->pfn, 1u << b->order);
	assert_int_equal(b->order, buddy->order);
	return false;
}

static bool merge_all(struct bs_policy_ctx *c, const struct bs_policy_want *w)
{
	for (unsigned int k = 0; k < w->order; k++)
		for (bs_pfn pfn = 0; pfn < 16; pfn += 2u << k)
			bs_policy_merge(c, pfn, k);
	return true;
}

/* Unmerged until a request needs what they are together. */
static void test_merging_is_put_off(void **state)
{
	static const struct bs_policy p = {
		.abi = BS_POLICY_ABI, .name = "p", .merge = never, .short_of = merge_all};
	struct bs_machine *m = bare(&p, 16);

	(void)state;
	assert_int_equal(alloc(m, M, 4), 0);
	release_pages(m, 0, 16);
	assert_int_equal(nr_free_pages(m, 0), 16);
	assert_lists(m, "o0 M:[15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0]");
	assert_int_equal(alloc(m, M, 4), 0);
	bs_machine_destroy(m);
}

static bool last(struct bs_policy_ctx *c, const struct bs_policy_want *w, struct bs_range *block)
{
	const unsigned int orders = bs_policy_orders(c, w->zone, w->mt) >> w->order << w->order;

	block->order = (uint8_t)__builtin_ctz(orders);
	block->pfn = bs_policy_last(c, w->zone, block->order, w->mt);
	return true;
}

static void test_another_block_is_taken(void **state)
{
	static const struct bs_policy p = {.abi = BS_POLICY_ABI, .name = "p", .choose = last};
	struct bs_machine *m = bare(&p, 4096);
	struct bs_machine_counters c;

	(void)state;
	assert_lists(m, "o10 M:[0,1024,2048,3072]");
	assert_int_equal(alloc(m, M, 10), 3072);
	bs_machine_counters(m, &c);
	assert_int_equal(c.list_nodes, 1);
	bs_machine_destroy(m);
}

static enum bs_policy_answer take_the_last(struct bs_policy_ctx *c, const struct bs_policy_want *w,
					   struct bs_range *block)
{
	*block = (struct bs_range){bs_policy_last(c, w->zone, 10, BS_MIGRATE_MOVABLE), 10};
	return block->pfn == BS_NO_PFN ? BS_POLICY_NONE : answer;
}

/*
 *   before         o10 M:[0,1024]
 *   alloc U o9     takes from 1024; the rest stays movable, or with its pageblocks changes its type
 */
static void test_fallback_takes_or_claims(void **state)
{
	static const struct bs_policy p = {
		.abi = BS_POLICY_ABI, .name = "p", .fallback = take_the_last};
	struct bs_machine *m;

	(void)state;
	answer = BS_POLICY_TAKE;
	m = bare(&p, 2048);
	assert_int_equal(alloc(m, U, 9), 1024);
	assert_lists(m, "o9 M:[1536] o10 M:[0]");
	assert_types(m, "MMMM");
	bs_machine_destroy(m);
	answer = BS_POLICY_CLAIM;
	m = bare(&p, 2048);
	assert_int_equal(alloc(m, U, 9), 1024);
	assert_lists(m, "o9 U:[1536] o10 M:[0]");
	assert_types(m, "MMUU");
	bs_machine_destroy(m);
}

static int twice(struct bs_policy_ctx *c, const struct bs_policy_want *w, int n)
{
	(void)c;
	assert_true(n >= 1 && w->order == 0);
	return 7;
}

static int down_to_four(struct bs_policy_ctx *c, unsigned int zone, unsigned int cpu, int count,
			int high)
{
	(void)c;
	(void)zone;
	(void)cpu;
	assert_true(high >= 0);
	return count > 4 ? count - 4 : 0;
}

static unsigned int pcp_pages(const struct bs_machine *m)
{
	struct bs_zone_info info;
	unsigned int n = 0;

	for (unsigned int z = 0; z < bs_nr_zones(m); z++) {
		bs_zone_info(m, z, &info);
		n += (unsigned int)info.nr_pcp_pages;
	}
	return n;
}

static void test_refill_and_flush(void **state)
{
	static const struct bs_policy p = {
		.abi = BS_POLICY_ABI, .name = "p", .refill = twice, .flush = down_to_four};
	struct bs_machine *m = guest(&p);
	struct bs_error err;
	bs_pfn page[40];

	(void)state;
	for (unsigned int i = 0; i < 40; i++) {
		page[i] = bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0);
		assert_int_equal(pcp_pages(m), 6 - i % 7);
	}
	for (unsigned int i = 0; i < 40; i++) {
		bs_free_pages(m, 0, page[i], 0);
		assert_true(pcp_pages(m) <= 5);
	}
	assert_int_equal(pcp_pages(m), 5);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);
}

static void other_way(struct bs_policy_ctx *c, unsigned int node, uint8_t *zone, unsigned int n)
{
	(void)c;
	(void)node;
	for (unsigned int i = 0; i < n / 2; i++) {
		const uint8_t z = zone[i];

		zone[i] = zone[n - 1 - i];
		zone[n - 1 - i] = z;
	}
}

static void test_zones_in_another_order(void **state)
{
	static const struct bs_policy p = {.abi = BS_POLICY_ABI, .name = "p", .zones = other_way};
	const struct bs_machine_config config = {.kernel = LINUX_6_1,
						 .memory_bytes = UINT64_C(64) << 20};
	struct bs_machine *m;
	struct bs_error err;
	bs_pfn before;

	(void)state;
	assert_ok(bs_machine_create(&config, &m, &err), &err);
	before = bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0);
	bs_free_pages(m, 0, before, 0);
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_ok(bs_machine_set_policy(m, &p, NULL, &err), &err);
	assert_true(bs_pfn_zone(m, bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0)) <
		    bs_pfn_zone(m, before));
	bs_machine_destroy(m);
}

/* ---- What stands behind it ------------------------------------------------------------------- */

struct heard {
	unsigned int in, small, out, placed;
};

static void hear_in(void *arg, const struct bs_block *b, enum bs_why why, bool merged)
{
	struct heard *h = arg;

	(void)why;
	(void)merged;
	h->in++;
	h->small += b->order < 9;
}

static void hear_place(void *arg, const struct bs_block *b, enum bs_why why, struct bs_spot *at)
{
	struct heard *h = arg;

	(void)b;
	(void)why;
	h->placed++;
	/* It sees what the policy said, and has the last word. */
	assert_true(at->tail);
	at->tail = false;
}

static void to_tail(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		    struct bs_spot *at)
{
	(void)c;
	(void)b;
	(void)why;
	at->tail = true;
}

/* The listener hears what it did, of the orders that it wanted, whether it came before the policy or after. */
static void test_the_listener_hears_on(void **state)
{
	static const struct bs_policy p = {.abi = BS_POLICY_ABI, .name = "p", .place = to_tail};
	static const struct bs_hooks hooks = {.place = hear_place, .block_in = hear_in};

	(void)state;
	for (unsigned int before = 0; before < 2; before++) {
		struct bs_machine *m = machine_with_pages(LINUX_6_1, 2048);
		struct heard h = {0};
		struct bs_error err;

		boot_range(m, 0, 2048);
		if (!before)
			assert_ok(bs_machine_set_policy(m, &p, NULL, &err), &err);
		bs_machine_listen(m, &hooks, &h);
		bs_zone_listen(m, 0, BS_HOOK_PLACE | BS_HOOK_BLOCK_IN, 9);
		if (before)
			assert_ok(bs_machine_set_policy(m, &p, NULL, &err), &err);
		assert_int_equal(alloc(m, M, 10), 0);
		release_pages(m, 512, 514);
		assert_int_equal(h.in, 0);
		release_pages(m, 0, 512);
		assert_int_equal(h.in, 1);
		assert_int_equal(h.small, 0);
		assert_int_equal(h.placed, 1);
		assert_lists(m, "o1 M:[512] o9 M:[0] o10 M:[1024]");
		bs_machine_listen(m, NULL, NULL);
		assert_false(bs_mm_has_listener(m));
		release_pages(m, 514, 1024);
		assert_int_equal(h.in, 1);
		assert_lists(m, "o10 M:[1024,0]");
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_is_named),
		cmocka_unit_test(test_a_lost_zone_is_named),
		cmocka_unit_test(test_the_upper_half_is_handed_on),
		cmocka_unit_test(test_merging_is_put_off),
		cmocka_unit_test(test_another_block_is_taken),
		cmocka_unit_test(test_fallback_takes_or_claims),
		cmocka_unit_test(test_refill_and_flush),
		cmocka_unit_test(test_zones_in_another_order),
		cmocka_unit_test(test_the_listener_hears_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
