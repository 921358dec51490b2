// SPDX-License-Identifier: GPL-2.0-or-later
/* guest_memory.c, content.c: memory gets an owner and loses it, and the CPU that waits for that. */
#include "bs_world_test.h"

#include <stdio.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "reporter.h"
#include "request.h"

#define MS BS_NS_PER_MS
#define MIB (UINT64_C(1) << 20)

static const struct bs_gfp_use user = {.user = true};

static bs_pfn take(struct bs_guest *g, unsigned int order)
{
	return bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, order, 7, user);
}

static void test_used_is_what_has_an_owner(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_add(&t, "none");
	pfn = take(g, 9);
	assert_int_not_equal(pfn, BS_NO_PFN);
	assert_int_equal(bs_page_word(g->m, pfn), 7);
	assert_int_equal(g->used_bytes, 2 * MIB);
	/* a quarter of it goes: the rest stays the owner's */
	bs_guest_free(g, 0, pfn + 128, 7, 7);
	assert_int_equal(g->used_bytes, 2 * MIB - MIB / 2);
	assert_int_equal(bs_page_state(g->m, pfn), BS_PAGE_ALLOCATED);
	bs_guest_free(g, 0, pfn, 7, 7);
	bs_guest_free(g, 0, pfn + 256, 8, 7);
	assert_int_equal(g->used_bytes, 0);
	assert_false(t.w.clock.failed);
	bs_world_test_free(&t);
}

/* Freeing what nobody has is a law broken, not a page twice on a list. */
static void test_freeing_twice_ends_the_run(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_add(&t, "none");
	pfn = take(g, 9);
	bs_guest_free(g, 0, pfn, 9, 7);
	bs_guest_free(g, 0, pfn, 9, 7);
	assert_true(t.w.clock.failed);
	assert_int_equal(t.w.clock.err.status, BS_INVARIANT);
	assert_int_equal(g->used_bytes, 0);
	bs_world_test_free(&t);
}

static void test_what_fails_is_counted(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	uint64_t n = 0;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_add(&t, "none");
	while (take(g, 10) != BS_NO_PFN)
		n++;
	assert_in_range(n, 32, 64);
	assert_int_equal(g->alloc_failed, 1);
	assert_int_equal(g->false_oom, 0); /* it is in use, not isolated */
	assert_int_equal(g->used_bytes, n * 4 * MIB);
	bs_world_test_free(&t);
}

/* Faulting in what the host never had, or had dropped, blocks the CPU: that is told apart. */
static void test_a_refault_blocks_the_cpu(void **state)
{
	struct bs_world_test t;
	struct bs_range r;
	struct bs_guest *g;

	(void)state;
	bs_world_test_init(&t);
	t.costs.refault_per_mib = 5 * MS;
	g = bs_world_test_add(&t, "none");
	r = (struct bs_range){take(g, 10), 10};
	assert_int_equal(g->cpus[0].busy_until, 20 * MS);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_FIRST_TOUCH], 20 * MS);
	assert_int_equal(g->fault_ns, 0);
	bs_guest_free(g, 0, r.pfn, 10, 7);
	assert_int_equal(bs_request_submit(g, &r, 1), 0);
	assert_int_equal(take(g, 10), r.pfn);
	assert_int_equal(g->fault_ns, 20 * MS);
	assert_int_equal(bs_guest_cpu_free(g, 0), 40 * MS);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_REFAULT], 20 * MS);
	assert_int_equal(bs_guest_cpu_free(g, 1), t.w.clock.now);
	bs_world_test_free(&t);
}

/* Who looks on hears of every owner. */
static int64_t owned_pages;

static void owned(void *arg, bs_pfn pfn, unsigned int order, bool is)
{
	(void)arg;
	(void)pfn;
	owned_pages += is ? 1 << order : -(1 << order);
}

static void test_owners_are_told(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_add(&t, "none");
	g->watch.owned = owned;
	owned_pages = 0;
	pfn = take(g, 4);
	assert_int_equal(owned_pages, 16);
	bs_guest_free(g, 0, pfn, 3, 7);
	assert_int_equal(owned_pages, 8);
	bs_guest_free(g, 0, pfn + 8, 3, 7);
	assert_int_equal(owned_pages, 0);
	bs_world_test_free(&t);
}

/* Before an allocation fails that may reclaim, a balloon lets go; one that may not is not asked. */
static void test_a_client_is_asked_before_it_fails(void **state)
{
	const struct bs_host_event target = {.ask = BS_HOST_TARGET, .value = 200 * MIB};
	struct bs_report_stats rs;
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_error err;
	uint64_t held;

	(void)state;
	bs_world_test_init(&t);
	t.host.events = &target;
	t.host.nr_events = 1;
	g = bs_world_test_add(&t, "balloon");
	assert_ok(bs_reporter_start(g, &err), &err);
	bs_host_start(&t.w.host, BS_NS_PER_S);
	bs_clock_run(&t.w.clock, 60 * BS_NS_PER_S);
	bs_report_stats(g->rc, &rs);
	held = rs.client_bytes;
	assert_in_range(held, 100 * MIB, 200 * MIB);
	while (bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE & ~BS_GFP_DIRECT_RECLAIM, 0, 0, user) !=
	       BS_NO_PFN)
		;
	bs_report_stats(g->rc, &rs);
	assert_int_equal(rs.client_bytes, held);
	assert_int_equal(g->alloc_failed, 1);
	assert_int_not_equal(take(g, 0), BS_NO_PFN);
	bs_report_stats(g->rc, &rs);
	assert_true(rs.client_bytes < held);
	assert_int_equal(g->alloc_failed, 1);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used_is_what_has_an_owner),
		cmocka_unit_test(test_freeing_twice_ends_the_run),
		cmocka_unit_test(test_what_fails_is_counted),
		cmocka_unit_test(test_a_refault_blocks_the_cpu),
		cmocka_unit_test(test_owners_are_told),
		cmocka_unit_test(test_a_client_is_asked_before_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
