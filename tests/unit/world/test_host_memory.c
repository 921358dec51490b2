// SPDX-License-Identifier: GPL-2.0-or-later
/* host_memory.c: what all guests hold together, and who goes when that is too much. */
#include "bs_world_test.h"

#include "guest_memory.h"
#include "reporter.h"

#include <buddysim/gfp.h>

#define MIB (UINT64_C(1) << 20)
#define SEC BS_NS_PER_S
#define MS BS_NS_PER_MS

struct shared {
	struct bs_world_test t;
	struct bs_guest *g[3];
};

static void begin(struct shared *s, const char *strategy, uint64_t memory, uint64_t swap)
{
	bs_world_test_init(&s->t);
	bs_world_end(&s->t.w);
	s->t.host =
		(struct bs_host_config){.shared = true, .memory_bytes = memory, .swap_bytes = swap};
	s->t.costs.swap_out_per_mib = 1 * MS;
	s->t.costs.swap_in_per_mib = 10 * MS;
	assert_int_equal(bs_world_init(&s->t.w, &s->t.host, &s->t.stop), 0);
	for (unsigned int i = 0; i < 3; i++) {
		s->g[i] = bs_world_test_add(&s->t, strategy);
		bs_host_memory_started(s->g[i]);
	}
}

static void end(struct shared *s)
{
	bs_host_memory_close(&s->t.w.host.memory);
	bs_world_test_free(&s->t);
}

static void at(struct shared *s, bs_ns t)
{
	bs_clock_run(&s->t.w.clock, t);
}

/* 4 MiB for the guest, on its CPU 0. */
static bs_pfn take(struct bs_guest *g)
{
	bs_pfn pfn = bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, 10, 1, (struct bs_gfp_use){0});

	assert_true(pfn != BS_NO_PFN);
	return pfn;
}

/* The law: what the host has counted is what its guests hold. */
static void assert_counted(const struct shared *s)
{
	const struct bs_host_memory *h = &s->t.w.host.memory;
	uint64_t held = 0, swapped = 0;

	for (unsigned int i = 0; i < 3; i++) {
		held += bs_device_held(s->g[i]->dev);
		swapped += bs_device_swapped(s->g[i]->dev);
	}
	assert_int_equal(h->held, held);
	assert_int_equal(h->swapped, swapped);
}

/*
 *   0 s: 4 MiB of guest 0; 1 s: 4 of guest 1; 3 s: the end
 *   held        4        8        8            integral 4 + 8 + 8
 */
static void test_it_counts(void **state)
{
	struct bs_host_figures f;
	struct shared s;

	(void)state;
	begin(&s, "none", 0, 0);
	take(s.g[0]);
	at(&s, SEC);
	take(s.g[1]);
	assert_counted(&s);
	at(&s, 3 * SEC);
	assert_true(bs_host_counted(&s.t.w.host, &f));
	assert_int_equal(f.peak_bytes, 8 * MIB);
	assert_int_equal(f.p99_bytes, 8 * MIB);
	assert_int_equal(f.held_mib_s, 20);
	assert_int_equal(f.most, 3);
	assert_int_equal(f.fit, 3);
	assert_int_equal(f.over_ns, 0);
	end(&s);
}

/*
 * Room for 8 MiB. Guest 0's block is the oldest: it goes when guest 2 takes one, and guest 2 waits for that;
 * guest 0 waits for its return, and for guest 1's that has to go for it.
 */
static void test_the_oldest_goes_to_swap(void **state)
{
	struct bs_host_figures f;
	struct shared s;
	bs_pfn first;

	(void)state;
	begin(&s, "none", 8 * MIB, 64 * MIB);
	first = take(s.g[0]);
	at(&s, SEC);
	take(s.g[1]);
	at(&s, 2 * SEC);
	take(s.g[2]);
	assert_counted(&s);
	assert_int_equal(bs_device_swapped(s.g[0]->dev), 4 * MIB);
	assert_int_equal(s.g[2]->cpus[0].blocked_ns[BS_CAUSE_SWAP], 4 * MS);
	assert_int_equal(s.g[0]->cpus[0].blocked_ns[BS_CAUSE_SWAP], 0);
	at(&s, 4 * SEC);
	bs_guest_touch_again(s.g[0], 1, first, 10);
	assert_counted(&s);
	assert_int_equal(bs_device_swapped(s.g[0]->dev), 0);
	assert_int_equal(bs_device_swapped(s.g[1]->dev), 4 * MIB);
	assert_int_equal(s.g[0]->cpus[1].blocked_ns[BS_CAUSE_SWAP], (40 + 4) * MS);
	assert_true(bs_host_counted(&s.t.w.host, &f));
	assert_int_equal(f.peak_bytes, 8 * MIB);
	assert_int_equal(f.swapped_out_bytes, 8 * MIB);
	assert_int_equal(f.swapped_in_bytes, 4 * MIB);
	assert_int_equal(f.over_ns, 2 * SEC);
	assert_int_equal(f.kills, 0);
	assert_int_equal(f.fit, 2);
	end(&s);
}

/* Memory and swap are full: who holds most goes, swap included, and all that it had is free. */
static void test_the_largest_is_killed(void **state)
{
	struct bs_host_figures f;
	struct shared s;

	(void)state;
	begin(&s, "none", 8 * MIB, 4 * MIB);
	take(s.g[0]);
	take(s.g[1]);
	take(s.g[1]);
	assert_false(s.g[1]->killed);
	at(&s, SEC);
	take(s.g[0]);
	/* Guest 0 and 1 hold 8 MiB each; the first of two equals. */
	assert_true(s.g[0]->killed);
	assert_false(s.g[1]->killed);
	assert_int_equal(s.g[0]->killed_at, SEC);
	assert_int_equal(bs_device_held(s.g[0]->dev) + bs_device_swapped(s.g[0]->dev), 0);
	assert_counted(&s);
	assert_true(bs_host_counted(&s.t.w.host, &f));
	assert_int_equal(f.kills, 1);
	assert_int_equal(f.most, 3);
	assert_int_equal(f.fit, 2);
	/* Its request comes to nothing, and breaks nothing. */
	assert_true(bs_reporter_start(s.g[0], NULL) == 0 || s.g[0]->ended);
	end(&s);
}

/* What was reported with MADV_FREE is there for others before anything is swapped. */
static void test_lazily_freed_memory_goes_first(void **state)
{
	struct bs_host_figures f;
	struct bs_error err;
	struct shared s;
	bs_pfn pfn;

	(void)state;
	begin(&s, "none", 8 * MIB, 64 * MIB);
	end(&s);
	bs_world_test_init(&s.t);
	bs_world_end(&s.t.w);
	s.t.device.advice = BS_ADVICE_FREE;
	s.t.host = (struct bs_host_config){
		.shared = true, .memory_bytes = 8 * MIB, .swap_bytes = 64 * MIB};
	assert_int_equal(bs_world_init(&s.t.w, &s.t.host, &s.t.stop), 0);
	for (unsigned int i = 0; i < 3; i++) {
		s.g[i] = bs_world_test_add(&s.t, "rotation:delay=100ms");
		bs_host_memory_started(s.g[i]);
		assert_ok(bs_reporter_start(s.g[i], &err), &err);
	}
	take(s.g[0]);
	at(&s, SEC);
	pfn = take(s.g[1]);
	bs_guest_free(s.g[1], 0, pfn, 10, 1);
	at(&s, 2 * SEC);
	assert_int_equal(bs_device_held(s.g[1]->dev), 4 * MIB);
	take(s.g[2]);
	assert_counted(&s);
	assert_int_equal(bs_device_held(s.g[1]->dev), 0);
	assert_true(bs_host_counted(&s.t.w.host, &f));
	assert_int_equal(f.dropped_bytes, 4 * MIB);
	assert_int_equal(f.swapped_out_bytes, 0);
	assert_int_equal(f.fit, 3);
	end(&s);
}

/* Requests of several guests wait for the one thread of their host. */
static void test_one_thread_serves_all(void **state)
{
	struct bs_host_figures f;
	struct bs_error err;
	struct shared s;

	(void)state;
	bs_world_test_init(&s.t);
	bs_world_end(&s.t.w);
	s.t.host = (struct bs_host_config){.shared = true, .threads = 1};
	s.t.costs.per_request = 10 * MS;
	assert_int_equal(bs_world_init(&s.t.w, &s.t.host, &s.t.stop), 0);
	for (unsigned int i = 0; i < 3; i++) {
		s.g[i] = bs_world_test_add(&s.t, "rotation:delay=100ms");
		assert_ok(bs_reporter_start(s.g[i], &err), &err);
	}
	for (unsigned int i = 0; i < 3; i++)
		bs_guest_free(s.g[i], 0, take(s.g[i]), 10, 1);
	at(&s, 10 * SEC);
	assert_true(bs_host_counted(&s.t.w.host, &f));
	assert_true(f.waits >= 2);
	assert_true(f.waited_ns >= (10 + 20) * MS);
	assert_counted(&s);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_counts),
		cmocka_unit_test(test_the_oldest_goes_to_swap),
		cmocka_unit_test(test_the_largest_is_killed),
		cmocka_unit_test(test_lazily_freed_memory_goes_first),
		cmocka_unit_test(test_one_thread_serves_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
