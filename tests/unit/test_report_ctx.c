// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The services refuse to be cheated: each law of ctx_*.c is broken once by a strategy made for it,
 * and must be named. Beside it what the services count.
 */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bs_report_world.h"

/* A strategy whose pass does what the test says. */
struct probe {
	void (*act)(struct bs_report_ctx *rc);
	void *arg;
	struct bs_range r[4];
	int result, ticket;
	unsigned int outs, moves, ins;
};

static int probe_pass(struct bs_report_ctx *rc, int cpu)
{
	struct probe *p = bs_state(rc);

	(void)cpu;
	p->result = 0;
	p->act(rc);
	return p->result;
}

static void probe_block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			   bool merged)
{
	struct probe *p = bs_state(rc);

	(void)b;
	(void)why;
	(void)merged;
	p->ins++;
}

static void probe_block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct probe *p = bs_state(rc);

	(void)b;
	(void)why;
	p->outs++;
}

static const struct bs_param probe_params[] = {
	{.name = "order", .type = BS_PARAM_ORDER, .def = 9, .max = 10, .runtime = true, .help = ""},
	{.name = "delay",
	 .type = BS_PARAM_TIME,
	 .def = BS_NS_PER_S,
	 .max = 60 * BS_NS_PER_S,
	 .help = ""},
	{.name = NULL},
};

static const struct bs_strategy probe_strategy = {
	.name = "probe",
	.summary = "does what a test says",
	.origin = "tests",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct probe),
	.cpu_state_size = 24,
	.zone_state_size = 16,
	.params = probe_params,
	.block_in = probe_block_in,
	.block_out = probe_block_out,
	.pass = probe_pass,
};

/* [0,1024) [1024,2048) [2048,3072) [3072,4096): four free blocks of order 10. */
static struct bs_world *probe_world(void (*act)(struct bs_report_ctx *rc))
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct probe *p;

	bs_world_bind(w, &probe_strategy, NULL, 2);
	assert_int_equal(bs_report_start(w->rc), 0);
	p = bs_state(w->rc);
	p->act = act;
	return w;
}

static int run(struct bs_world *w)
{
	return bs_report_pass(w->rc, -1);
}

/* Runs @act, which must break exactly @law, once. */
static void breaks(void (*act)(struct bs_report_ctx *rc), const char *law)
{
	struct bs_world *w = probe_world(act);
	unsigned int n;

	run(w);
	assert_string_equal(w->law, law);
	n = w->violations;
	bs_world_destroy(w);
	assert_int_equal(n, 1);
}

static void list_without_lock(struct bs_report_ctx *rc)
{
	bs_first(rc, 0, 10, BS_MIGRATE_MOVABLE);
}

static void step_without_lock(struct bs_report_ctx *rc)
{
	bs_next(rc, 10, 0);
}

static void step_from_nowhere(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_next(rc, 10, 512); /* inside a block, not a head */
	bs_zone_unlock(rc, 0);
}

static void lock_twice(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_zone_lock(rc, 0);
	bs_zone_unlock(rc, 0);
}

static void unlock_unheld(struct bs_report_ctx *rc)
{
	bs_zone_unlock(rc, 0);
}

static void keep_lock(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
}

static void mark_without_lock(struct bs_report_ctx *rc)
{
	bs_mark(rc, 0, 10);
}

static void mark_wrong_order(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_mark(rc, 0, 9);
	bs_zone_unlock(rc, 0);
}

static void rotate_foreign(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_rotate(rc, 0, 9, BS_MIGRATE_MOVABLE, 0); /* it is on the order-10 list */
	bs_zone_unlock(rc, 0);
}

static void isolate_without_lock(struct bs_report_ctx *rc)
{
	bs_isolate(rc, 0, 10);
}

static void isolate_part(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_isolate(rc, 512, 9);
	bs_zone_unlock(rc, 0);
}

static void put_back_unowned(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_put_back(rc, 0, 10, BS_MT_NOW, BS_PUT_TAIL);
	bs_zone_unlock(rc, 0);
}

static void retype_without_lock(struct bs_report_ctx *rc)
{
	bs_set_type(rc, 0, BS_MIGRATE_MOVABLE);
}

static void word_without_lock(struct bs_report_ctx *rc)
{
	bs_set_word(rc, 0, 10, 7);
}

static void client_uninvited(struct bs_report_ctx *rc)
{
	bs_take_pages(rc, BS_GFP_KERNEL, 0);
}

static void claim_uninvited(struct bs_report_ctx *rc)
{
	bs_claim(rc, 0, 10);
}

static void wait_for_nothing(struct bs_report_ctx *rc)
{
	bs_wait(rc, 3);
}

static void test_laws_of_lists_and_locks(void **state)
{
	(void)state;
	breaks(list_without_lock, "free list used without its zone's lock");
	breaks(step_without_lock, "free list used without its zone's lock");
	breaks(step_from_nowhere, "not the head of a free block of that order");
	breaks(lock_twice, "zone lock taken while one is held");
	breaks(unlock_unheld, "zone lock dropped by somebody who did not take it");
	breaks(keep_lock, "a pass ended with the zone lock held");
	breaks(mark_without_lock, "free list used without its zone's lock");
	breaks(mark_wrong_order, "not the head of a free block of that order");
	breaks(rotate_foreign, "rotation to a block that is not on that list");
	breaks(isolate_without_lock, "block taken without its zone's lock");
	breaks(isolate_part, "taking what is not the head of a free block of that order");
	breaks(put_back_unowned, "putting back what was not taken");
	breaks(retype_without_lock, "pageblock retyped without its zone's lock");
	breaks(word_without_lock, "a block's word written without its zone's lock");
	breaks(client_uninvited, "allocating without BS_CAP_CLIENT");
	breaks(claim_uninvited, "claiming without BS_CAP_HOST_SIDE");
	breaks(wait_for_nothing, "waiting for a request that is not in flight");
}

/* ---- Requests -------------------------------------------------------------------------------- */

static void take(struct bs_report_ctx *rc, unsigned int n)
{
	struct probe *p = bs_state(rc);

	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < n; i++) {
		p->r[i] = (struct bs_range){i * 1024, 10};
		assert_true(bs_isolate(rc, i * 1024, 10));
	}
	bs_zone_unlock(rc, 0);
}

static void give_back(struct bs_report_ctx *rc, unsigned int n)
{
	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < n; i++)
		bs_put_back(rc, i * 1024, 10, BS_MT_NOW, BS_PUT_TAIL);
	bs_zone_unlock(rc, 0);
}

static void submit_locked(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);

	take(rc, 1);
	bs_zone_lock(rc, 0);
	bs_submit(rc, p->r, 1);
	bs_zone_unlock(rc, 0);
	give_back(rc, 1);
}

static void submit_too_many(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);

	take(rc, 3); /* the device takes 2 */
	bs_submit(rc, p->r, 3);
	give_back(rc, 3);
}

static void submit_nothing(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);

	bs_submit(rc, p->r, 0);
}

static void submit_free(struct bs_report_ctx *rc)
{
	bs_submit(rc, &(struct bs_range){0, 10}, 1);
}

static void submit_wrong_order(struct bs_report_ctx *rc)
{
	take(rc, 1);
	bs_submit(rc, &(struct bs_range){0, 9}, 1);
	give_back(rc, 1);
}

static void submit_same_twice(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);

	take(rc, 1);
	p->r[1] = p->r[0];
	bs_submit(rc, p->r, 2);
	give_back(rc, 1);
}

static void submit_again_in_flight(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);
	int ticket;

	take(rc, 1);
	ticket = bs_submit_async(rc, p->r, 1);
	bs_submit(rc, p->r, 1);
	/* It is the first request that still owns the range; landing is the second's alone here. */
	bs_wait(rc, ticket);
	give_back(rc, 1);
}

static void put_back_in_flight(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);
	int ticket;

	take(rc, 1);
	ticket = bs_submit_async(rc, p->r, 1);
	give_back(rc, 1);
	bs_wait(rc, ticket);
	give_back(rc, 1);
}

static void call_outside_hooks(struct bs_report_ctx *rc)
{
	bs_call_now(rc, &(struct bs_range){0, 10}, 0);
}

static void test_laws_of_requests(void **state)
{
	struct bs_world *w;

	(void)state;
	breaks(submit_locked, "device called with the zone lock held");
	breaks(submit_too_many, "request empty or beyond the device's capacity");
	breaks(submit_nothing, "request empty or beyond the device's capacity");
	breaks(submit_free, "range handed to the device was not taken");
	breaks(submit_wrong_order, "range handed to the device was not taken");
	breaks(submit_same_twice, "range handed to the device twice");
	breaks(submit_again_in_flight, "range handed to the device twice");
	breaks(put_back_in_flight, "putting back what the device still has");

	w = probe_world(call_outside_hooks);
	run(w);
	assert_int_equal(w->violations, 2); /* not in a hook, and not the block being freed */
	bs_world_destroy(w);
}

static void take_and_forget(struct bs_report_ctx *rc)
{
	take(rc, 1);
}

/* Invariant 31: switched off, no block may be out. */
static void test_a_block_left_behind_is_found_at_stop(void **state)
{
	struct bs_world *w = probe_world(take_and_forget);

	(void)state;
	run(w);
	assert_int_equal(w->violations, 0);
	bs_report_stop(w->rc);
	assert_string_equal(w->law, "a block is still taken after the strategy stopped");
	give_back(w->rc, 1);
	bs_world_destroy(w);
}

/* ---- What is counted ------------------------------------------------------------------------- */

static void report_two(struct bs_report_ctx *rc)
{
	struct probe *p = bs_state(rc);

	take(rc, 2);
	p->result = bs_submit(rc, p->r, 2);
	bs_zone_lock(rc, 0);
	for (unsigned int i = 0; i < 2; i++)
		if (bs_put_back(rc, i * 1024, 10, BS_MT_NOW, BS_PUT_TAIL) == 10 && !p->result)
			bs_mark(rc, i * 1024, 10);
	bs_zone_unlock(rc, 0);
}

/*
 *   before  o10 M: [0] [1024] [2048] [3072]           16 MiB raw
 *   pass    0 and 1024 go out, are reported, come back to the tail
 *   after   o10 M: [2048] [3072] [0r] [1024r]          8 MiB raw
 */
static void test_what_a_request_counts(void **state)
{
	struct bs_world *w = probe_world(report_two);
	struct bs_report_stats st;

	(void)state;
	assert_int_equal(bs_report_raw_bytes(w->rc), 16 << 20);
	assert_int_equal(run(w), 0);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "2048,3072,0r,1024r");
	assert_int_equal(bs_report_raw_bytes(w->rc), 8 << 20);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.passes, 1);
	assert_int_equal(st.aborted_passes, 0);
	assert_int_equal(st.calls, 1);
	assert_int_equal(st.ranges, 2);
	assert_int_equal(st.reported_bytes, 8 << 20);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.isolated_peak_bytes, 8 << 20);
	assert_int_equal(st.marks_set, 2);
	assert_int_equal(st.marks_lost, 0);
	assert_int_equal(bs_nr_marked(w->rc, 0, 10), 2);
	assert_int_equal(bs_nr_marked(w->rc, 0, 9), 0);

	/* The mark goes with the block that is allocated. */
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 2048);
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 3072);
	assert_int_equal(bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.marks_lost, 1);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

static void test_an_error_counts_no_reported_bytes(void **state)
{
	struct bs_world *w = probe_world(report_two);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 1;
	assert_int_equal(run(w), -EIO);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "2048,3072,0,1024");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	assert_int_equal(st.calls, 1);
	assert_int_equal(st.failed_calls, 1);
	assert_int_equal(st.ranges, 2);
	assert_int_equal(st.reported_bytes, 0);
	bs_world_destroy(w);
}

static void walk_there_and_back(struct bs_report_ctx *rc)
{
	bs_pfn p;

	bs_zone_lock(rc, 0);
	for (p = bs_first(rc, 0, 10, BS_MIGRATE_MOVABLE); p != BS_NO_PFN; p = bs_next(rc, 10, p))
		;
	for (p = bs_last(rc, 0, 10, BS_MIGRATE_MOVABLE); p != BS_NO_PFN; p = bs_prev(rc, 10, p))
		;
	bs_first(rc, 0, 9, BS_MIGRATE_MOVABLE); /* empty: nothing was walked */
	bs_zone_unlock(rc, 0);
	assert_false(bs_list_empty(rc, 0, 10, BS_MIGRATE_MOVABLE)); /* free */
	assert_int_equal(bs_nr_free(rc, 0, 10), 4); /* free */
}

static void test_each_node_arrived_at_counts(void **state)
{
	struct bs_world *w = probe_world(walk_there_and_back);
	struct bs_report_stats st;

	(void)state;
	run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.nodes_walked, 8);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

static void isolate_for_nothing(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	assert_false(bs_isolate(rc, 0, 10));
	bs_zone_unlock(rc, 0);
}

/* 4096 free pages, min 3072: 4096 > 3072 + 1024 is false, equality refuses (spec 0.4). */
static void test_a_refusal_counts_and_changes_nothing(void **state)
{
	struct bs_world *w = probe_world(isolate_for_nothing);
	struct bs_report_stats st;

	(void)state;
	bs_zone_set_watermarks(w->m, 0, 3072, 3072, 3072);
	run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolate_refused, 1);
	assert_int_equal(st.isolated_peak_bytes, 0);
	bs_assert_list(w, 10, BS_MIGRATE_MOVABLE, "0,1024,2048,3072");
	bs_world_destroy(w);
}

/* Two pageblocks of 0 are UNMOVABLE and RECLAIMABLE: taking the block makes both MOVABLE. */
static void retype_then_report(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	bs_set_type(rc, 0, BS_MIGRATE_UNMOVABLE);
	bs_set_type(rc, 512, BS_MIGRATE_RECLAIMABLE);
	bs_zone_unlock(rc, 0);
	report_two(rc);
}

static void test_conversions_are_counted(void **state)
{
	struct bs_world *w = probe_world(retype_then_report);
	struct bs_report_stats st;

	(void)state;
	run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.conversions, 2);
	assert_int_equal(bs_pageblock_type(w->m, 0), BS_MIGRATE_MOVABLE);
	assert_int_equal(bs_pageblock_type(w->m, 512), BS_MIGRATE_MOVABLE);
	bs_world_destroy(w);
}

static void allocate_memory(struct bs_report_ctx *rc)
{
	void *page = bs_alloc(rc, BS_SCOPE_PAGE, 100);
	unsigned char *zone = bs_alloc(rc, BS_SCOPE_ZONE, 10);

	assert_non_null(page);
	assert_int_equal(zone[9], 0);
	bs_alloc(rc, BS_SCOPE_GLOBAL, 1000); /* kept: the context gives it back in the end */
	bs_release(rc, page);
	bs_release(rc, NULL);
}

static void test_memory_is_counted_by_scope(void **state)
{
	struct bs_world *w = probe_world(allocate_memory);
	struct bs_report_stats st;

	(void)state;
	run(w);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.meta_global_bytes, sizeof(struct probe) + 24 + 1000);
	assert_int_equal(st.meta_zone_bytes, 16 + 10);
	assert_int_equal(st.meta_page_bytes, 0);
	/* The most was before the 100 were released. */
	assert_int_equal(st.meta_peak_bytes, sizeof(struct probe) + 24 + 16 + 100 + 10 + 1000);
	bs_world_destroy(w);
}

/* ---- False OOM ------------------------------------------------------------------------------- */

/* bs_isolate() would leave the zone its last block even with all marks 0 (spec 0.4). */
static void pull_four(struct bs_report_ctx *rc)
{
	bs_zone_lock(rc, 0);
	for (bs_pfn p = 0; p < 4096; p += 1024)
		bs_pull(rc, p, 10);
	bs_zone_unlock(rc, 0);
}

/* All memory is out with the reporter: the request fails, and would not have without it. */
static void test_false_oom(void **state)
{
	struct bs_world *w = probe_world(pull_four);

	(void)state;
	assert_false(bs_report_false_oom(w->rc, BS_GFP_KERNEL, 0));
	run(w);
	assert_int_equal(bs_world_alloc(w, 0, BS_MIGRATE_MOVABLE), BS_NO_PFN);
	assert_true(bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 0));
	assert_true(bs_report_false_oom(w->rc, BS_GFP_KERNEL | BS_GFP_MOVABLE, 10));
	give_back(w->rc, 4);
	bs_world_destroy(w);
}

/* ---- Wakes, switching, parameters ------------------------------------------------------------ */

static void wake_again(struct bs_report_ctx *rc)
{
	assert_false(bs_wake_pending(rc));
	bs_wake(rc, 5);
	bs_wake(rc, 1); /* one is pending: nothing happens, not even sooner */
	assert_true(bs_wake_pending(rc));
}

static void test_one_wake_is_pending_at_most(void **state)
{
	struct bs_world *w = probe_world(wake_again);

	(void)state;
	run(w);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at, 5);
	bs_report_stop(w->rc);
	assert_false(w->wake_armed);
	assert_false(bs_wake_pending(w->rc));
	bs_wake(w->rc, 0); /* off: there is no worker */
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

static void wake_sooner(struct bs_report_ctx *rc)
{
	bs_wake_sooner(rc, 9); /* none is pending */
	bs_wake_sooner(rc, 5);
	bs_wake_sooner(rc, 7); /* that would be later */
	assert_true(bs_wake_pending(rc));
}

static void test_a_wake_is_brought_forward(void **state)
{
	struct bs_world *w = probe_world(wake_sooner);

	(void)state;
	run(w);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at, 5);
	bs_report_stop(w->rc);
	bs_wake_sooner(w->rc, 0); /* off: there is no worker */
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* Off, it no longer hears frees; but still what happens to blocks it may have marked. */
static void test_off_hears_removals_only(void **state)
{
	struct bs_world *w = probe_world(NULL);
	struct probe *p = bs_state(w->rc);
	bs_pfn pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);

	(void)state;
	assert_int_equal(p->outs, 1);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	assert_int_equal(bs_report_start(w->rc), -EBUSY);
	bs_report_stop(w->rc);
	pfn = bs_world_alloc(w, 10, BS_MIGRATE_MOVABLE);
	assert_int_equal(p->outs, 2);
	bs_world_free(w, pfn, 10);
	assert_int_equal(p->ins, 1);
	bs_world_destroy(w);
}

static void test_parameters_at_run_time(void **state)
{
	struct bs_world *w = probe_world(NULL);
	struct bs_error err;
	char text[64];

	(void)state;
	assert_int_equal(bs_report_params(w->rc, text, sizeof(text)), 16);
	assert_string_equal(text, "order=9,delay=1s");
	assert_ok(bs_report_set_param(w->rc, "order", "10", &err), &err);
	assert_int_equal(bs_param_get(w->rc, 0), 10);
	assert_int_equal(bs_report_set_param(w->rc, "order", "11", &err), -EINVAL);
	assert_int_equal(bs_report_set_param(w->rc, "delay", "2s", &err), -EBUSY);
	assert_int_equal(bs_report_set_param(w->rc, "nothing", "2", &err), -EINVAL);
	assert_non_null(strstr(err.advice, "order"));
	bs_report_stop(w->rc);
	assert_ok(bs_report_set_param(w->rc, "delay", "250ms", &err), &err);
	bs_report_params(w->rc, text, sizeof(text));
	assert_string_equal(text, "order=10,delay=250ms");
	assert_int_equal(bs_report_params(w->rc, text, 4), 20); /* as snprintf() counts */
	assert_string_equal(text, "ord");
	bs_world_destroy(w);
}

static void test_a_strategy_is_checked_when_bound(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_env env = {.capacity = 1};
	struct bs_strategy s = probe_strategy;
	struct bs_error err;
	struct bs_report_ctx *rc = NULL;

	(void)state;
	s.abi++;
	assert_int_equal(bs_report_create(w->m, &s, NULL, &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "ABI"));
	s.abi--;
	s.pass = NULL;
	assert_int_equal(bs_report_create(w->m, &s, NULL, &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"pass\""));
	s.caps = BS_CAP_NO_WORKER;
	assert_int_equal(bs_report_create(w->m, &s, "speed=9", &env, &rc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "speed"));
	assert_null(rc);

	/* one listener per guest */
	bs_world_start(w, "rotation", 32);
	assert_int_equal(bs_report_create(w->m, &probe_strategy, NULL, &env, &rc, &err), -EBUSY);
	assert_null(rc);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laws_of_lists_and_locks),
		cmocka_unit_test(test_laws_of_requests),
		cmocka_unit_test(test_a_block_left_behind_is_found_at_stop),
		cmocka_unit_test(test_what_a_request_counts),
		cmocka_unit_test(test_an_error_counts_no_reported_bytes),
		cmocka_unit_test(test_each_node_arrived_at_counts),
		cmocka_unit_test(test_a_refusal_counts_and_changes_nothing),
		cmocka_unit_test(test_conversions_are_counted),
		cmocka_unit_test(test_memory_is_counted_by_scope),
		cmocka_unit_test(test_false_oom),
		cmocka_unit_test(test_one_wake_is_pending_at_most),
		cmocka_unit_test(test_a_wake_is_brought_forward),
		cmocka_unit_test(test_off_hears_removals_only),
		cmocka_unit_test(test_parameters_at_run_time),
		cmocka_unit_test(test_a_strategy_is_checked_when_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
