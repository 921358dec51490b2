// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * S7 with the ideas that upstream never had: keep_raw, skip_if_busy, depth, zero_once, gate (spec
 * reporting.md 11). linux-6.1 boots the lowest block first.
 */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_report_world.h"
#include "rng.h"
#include "rotation.h"

#define M BS_MIGRATE_MOVABLE

static enum bs_rotation_state state_of(struct bs_world *w)
{
	return ((const struct bs_rotation *)bs_state(w->rc))->state;
}

static void set(struct bs_world *w, const char *name, const char *value)
{
	struct bs_error err;

	assert_ok(bs_report_set_param(w->rc, name, value, &err), &err);
}

/* ---- keep_raw -------------------------------------------------------------------------------- */

/*
 *   before   o10 M: [0] [1024] [2048] [3072]
 *   full     0, 1024 go to the host:         [2048] [3072] [1024r] [0r]
 *   then     2048 too; 3072 is the last raw one and stays, in front
 *   after    [3072] [1024r] [0r] [2048r]     the next allocation finds warm memory
 */
static void test_warm_blocks_stay_in_front(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 2048:10 | ");
	bs_assert_list(w, 10, M, "3072,1024r,0r,2048r");
	/* used and freed, it is the warm one again: nothing to report */
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	bs_world_free(w, 3072, 10);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "");
	/* a second one is freed above it: the warmer is reported, one stays */
	assert_int_equal(bs_world_alloc(w, 10, M), 3072);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 1024, 10);
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_raw_bytes(w->rc), 4 << 20);
	bs_world_destroy(w);
}

/*
 *   keep_raw=1   o9 M: [0] [1024]   o10 M: [2048] [3072]      one of each order stays
 *   keep_raw=0   from then on all of it is news
 */
static void test_it_counts_by_order_and_changes_at_run_time(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	bs_world_free(w, 3072, 10);
	bs_world_free(w, 2048, 10);
	bs_world_free(w, 1024, 9);
	bs_world_free(w, 0, 9);
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	bs_assert_list(w, 9, M, "1024,0r");
	bs_assert_list(w, 10, M, "3072,2048r");
	assert_false(w->wake_armed);
	set(w, "keep_raw", "0");
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	/* Switched on by a number set at run time: what is marked already is counted then. */
	assert_int_equal(bs_world_alloc(w, 10, M), 2048);
	set(w, "keep_raw", "1");
	bs_world_free(w, 2048, 10);
	bs_world_settle(w, 9);
	bs_assert_list(w, 10, M, "2048,3072r");
	bs_world_destroy(w);
}

/* While it is off, or does not look at the order, blocks come and go unheard; the count is right
 * afterwards. */
static void test_the_count_survives_what_is_not_heard(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	for (bs_pfn p = 0; p < 3072; p += 1024)
		bs_world_free(w, p, 9);
	bs_world_start(w, "rotation:capacity=2,keep_raw=1", 32);
	bs_world_settle(w, 9);
	bs_assert_list(w, 9, M, "0,1024r,2048r");
	/* order=10: two marked blocks of order 9 are used, and come back raw */
	set(w, "order", "10");
	for (unsigned int i = 0; i < 3; i++)
		assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	for (bs_pfn p = 0; p < 3072; p += 1024)
		bs_world_free(w, p, 9);
	set(w, "order", "9");
	bs_world_free(w, 3072, 9); /* asks */
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_raw_bytes(w->rc), 2 << 20);
	bs_report_stop(w->rc);
	assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
	assert_int_equal(bs_report_start(w->rc), 0);
	bs_world_settle(w, 9);
	/* both were raw or marked; of what is left at most one is raw */
	assert_true(bs_report_raw_bytes(w->rc) <= 2 << 20);
	bs_world_destroy(w);
}

/* ---- skip_if_busy ---------------------------------------------------------------------------- */

/*
 *   busy   0, 1024 were out; back unreported, at the tail:  [2048] [3072] [1024] [0]
 *          nothing is sent, the pass is over, the next one is due after the delay
 *   free   all is reported, and it goes idle
 */
static void test_a_busy_host_is_left_alone(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	w->busy = true;
	bs_world_start(w, "rotation:capacity=2,skip_if_busy=on,delay=1s", 32);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_true(bs_world_work(w));
		assert_int_equal(state_of(w), BS_ROTATION_REQUESTED);
		assert_int_equal(w->wake_at, (i + 1) * BS_NS_PER_S);
		if (i == 1)
			bs_assert_list(w, 10, M, "2048,3072,1024,0");
	}
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 0);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.aborted_passes, 0); /* nothing went wrong */
	w->busy = false;
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_int_equal(state_of(w), BS_ROTATION_IDLE);
	bs_world_destroy(w);
}

static void get_busy(struct bs_world *w, unsigned int call)
{
	w->busy = call == 1;
}

/* Between two requests of a pass, and for everybody else by default. */
static void test_busy_in_the_middle(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = get_busy;
	bs_world_start(w, "rotation:capacity=2,skip_if_busy=on", 32);
	assert_true(bs_world_work(w));
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 8 << 20);
	w->busy = false;
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);

	w = bs_world_create("linux-6.1", 4096);
	w->busy = true;
	bs_world_start(w, "rotation:capacity=2", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

static void busy_until_collected(struct bs_world *w, unsigned int call)
{
	w->busy = call == 1;
}

/* With our own request on its way a busy host is no surprise: that one is waited for first. */
static void test_our_own_requests_are_no_reason(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = busy_until_collected;
	bs_world_start(w, "rotation:capacity=1,depth=2,skip_if_busy=on,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* ---- depth ----------------------------------------------------------------------------------- */

struct seen {
	unsigned int in_flight, most; /* requests */
	unsigned int order[16], n; /* in which they were waited for */
};

static void look(struct bs_world *w, unsigned int call)
{
	struct seen *seen = w->arg;

	seen->in_flight = 0;
	for (unsigned int i = 0; i < BS_WORLD_QUEUE; i++)
		seen->in_flight += w->in_flight_call[i] != 0;
	if (seen->in_flight > seen->most)
		seen->most = seen->in_flight;
	seen->order[seen->n++ & 15] = call;
}

/*
 *   before   o10 M: [0] [1024] ... [5120]
 *   0, 1024, 2048 are on their way at once; then 0 is waited for, 3072 goes, ...
 *   after    [0r] [1024r] [2048r] [3072r] [4096r] [5120r]     oldest first
 */
static void test_several_requests_in_flight(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 6 * 1024);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_world_start(w, "rotation:capacity=1,depth=3,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w),
			    "0:10 | 1024:10 | 2048:10 | 3072:10 | 4096:10 | 5120:10 | ");
	bs_assert_list(w, 10, M, "0r,1024r,2048r,3072r,4096r,5120r");
	assert_int_equal(seen.most, 3);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(seen.order[i], i + 1);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 3 * (4 << 20)); /* depth x capacity, no more */
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(st.calls, 6);
	assert_false(w->not_taken);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/* The device's queue holds 4: the fifth waits for the first, nothing fails and nothing is lost. */
static void test_a_queue_shorter_than_the_depth(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 8 * 1024);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_world_start(w, "rotation:capacity=1,depth=7,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(seen.most, BS_WORLD_QUEUE);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.calls, 8);
	assert_int_equal(st.failed_calls, 0);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

/*
 * 0, 1024, 2048 are on their way; 0 fails. Nothing more is sent, the others are waited for and
 * count.
 *   after    [3072] [4096] [5120] [0] [1024r] [2048r]
 */
static void test_an_error_with_others_in_flight(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 6 * 1024);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 1;
	bs_world_start(w, "rotation:capacity=1,depth=3,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "0:10 | 1024:10 | 2048:10 | ");
	bs_assert_list(w, 10, M, "3072,4096,5120,0,1024r,2048r");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	assert_int_equal(st.isolated_bytes, 0);
	assert_int_equal(state_of(w), BS_ROTATION_IDLE);
	bs_world_destroy(w);
}

/* Blocks that are half out when the error comes to light go back raw. */
static void test_an_error_found_at_the_end_of_the_zone(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	w->fail_call = 2;
	bs_world_start(w, "rotation:capacity=2,depth=2,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 3072:10 2048:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072,2048");
	assert_int_equal(state_of(w), BS_ROTATION_IDLE);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.aborted_passes, 1);
	bs_world_destroy(w);
}

/*
 * min = 2100 lets one block of 1024 pages out of 4096, not two: what is refused because of our own
 * request waits for it, and the pass still reports everything.
 */
static void test_refused_because_of_our_own(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;

	(void)state;
	bs_zone_set_watermarks(w->m, 0, 2100, 2100, 2100);
	bs_world_start(w, "rotation:capacity=1,depth=4,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_not_equal(st.isolate_refused, 0);
	assert_int_equal(st.isolated_peak_bytes, 4 << 20);
	bs_world_destroy(w);
}

/*
 * low = 2500: with 0 on its way, 3072 pages are above low + a batch (3012) and another may follow;
 * with two out, 2048 are not.
 */
static void test_no_more_than_the_zone_has_room_for(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_report_stats st;
	struct seen seen = {0};

	(void)state;
	w->during = look;
	w->arg = &seen;
	bs_zone_set_watermarks(w->m, 0, 0, 2500, 2500);
	bs_world_start(w, "rotation:capacity=1,depth=4,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 2 * (4 << 20));
	assert_int_equal(seen.most, 2);
	bs_world_destroy(w);
}

/* ---- zero_once ------------------------------------------------------------------------------- */

/*
 *   reported     o10 M: [0r] [1024r] [2048r] [3072r]
 *   alloc o10    0: the host zeroed it; freed and taken again, it is somebody's old page
 *   alloc o9     the half of 1024 that is handed out is zero; the other half lost the mark
 *   alloc o0     too small to be told of
 */
static void test_zeroed_once(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0,zero_once=on", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "0:10 ");
	bs_world_free(w, 0, 10);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(bs_world_alloc(w, 9, M), 1024);
	assert_string_equal(bs_world_zero(w), "1024:9 ");
	assert_int_equal(bs_world_alloc(w, 9, M), 1536);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(bs_world_alloc(w, 0, M), 2048);
	assert_int_equal(bs_world_alloc(w, 9, M), 2560);
	assert_string_equal(bs_world_zero(w), "");
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
}

static void test_not_unless_asked_for(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	assert_string_equal(bs_world_zero(w), "");
	bs_world_destroy(w);
}

/* What happened while order 9 was not looked at, or while it was off, must not be taken for zero. */
static void test_nothing_is_taken_for_zero_unheard(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

	(void)state;
	bs_zone_set_pcp(w->m, 0, 4096, 512); /* order 9 passes the per-cpu list */
	for (bs_pfn p = 0; p < 4096; p += 1024)
		bs_world_free(w, p, 9);
	bs_drain_pages(w->m, BS_ALL_CPUS);
	bs_world_start(w, "rotation:capacity=2,zero_once=on", 32);
	bs_world_settle(w, 9);
	for (unsigned int i = 0; i < 2; i++) {
		bs_pfn p = bs_world_alloc(w, 9, M); /* another one now waits on the per-cpu list */
		bs_pfn q;

		assert_int_not_equal(bs_world_zero(w)[0], '\0');
		if (i)
			bs_report_stop(w->rc);
		else
			set(w, "order", "10");
		q = bs_world_alloc(w, 9, M);
		bs_world_free(w, q, 9); /* used, and back on the per-cpu list */
		if (i)
			assert_int_equal(bs_report_start(w->rc), 0);
		else
			set(w, "order", "9");
		assert_int_equal(bs_world_alloc(w, 9, M), q);
		assert_string_equal(bs_world_zero(w), "");
		bs_world_free(w, p, 9);
		bs_world_free(w, q, 9);
		bs_drain_pages(w->m, BS_ALL_CPUS);
		bs_world_settle(w, 9);
	}
	bs_world_destroy(w);
}

/* What the host zeroed and nobody wrote since, page by page, beside what the guest takes for zero. */
struct shadow {
	bool zero[16 * 1024];
	struct {
		bs_pfn pfn;
		unsigned int order;
	} live[256];
	unsigned int n, claims;
};

static void note_reported(struct shadow *sh, const char *log)
{
	unsigned int pfn, order;
	int used;

	for (; sscanf(log, " %u:%u%n", &pfn, &order, &used) == 2;
	     log += used + strspn(log + used, " |"))
		memset(&sh->zero[pfn], true, (size_t)1 << order);
}

static void alloc_one(struct bs_world *w, struct shadow *sh, struct bs_rng *rng)
{
	static const uint8_t orders[] = {0, 1, 3, 7, 8, 9, 9, 9, 10, 10};
	const unsigned int order = orders[bs_rng_below(rng, 10)];
	const bs_pfn pfn = bs_world_alloc(w, order, (unsigned int)bs_rng_below(rng, 3));
	const char *claims = bs_world_zero(w);
	unsigned int p, o;

	if (pfn == BS_NO_PFN)
		return;
	if (sscanf(claims, "%u:%u", &p, &o) == 2) {
		assert_int_equal(p, pfn);
		assert_int_equal(o, order);
		for (bs_pfn i = p; i < p + (1u << o); i++)
			assert_true(sh->zero[i]);
		sh->claims++;
	}
	memset(&sh->zero[pfn], false, (size_t)1 << order);
	sh->live[sh->n].pfn = pfn;
	sh->live[sh->n++].order = order;
}

/* Random owners of all sizes, with and without per-cpu lists: never is a page taken for zero that
 * somebody wrote since the host dropped it. */
static void test_taken_for_zero_is_zero(void **state)
{
	unsigned int claims = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct bs_world *w =
			bs_world_create(seed & 1 ? "linux-6.1" : "linux-6.12", 16 * 1024);
		struct shadow *sh = calloc(1, sizeof(*sh));
		struct bs_rng rng;

		assert_non_null(sh);
		bs_rng_seed(&rng, seed);
		if (seed % 3)
			bs_zone_set_pcp(w->m, 0, 4096, seed & 2 ? 63 : 1024);
		bs_world_start(w,
			       seed & 4 ? "rotation:capacity=4,order=7,delay=0s,zero_once=on"
					: "rotation:capacity=4,zero_once=on",
			       32);
		for (unsigned int step = 0; step < 3000; step++) {
			const uint64_t dice = bs_rng_below(&rng, 100);

			if (dice < 6) {
				bs_world_work(w);
				note_reported(sh, bs_world_log(w));
			} else if (dice == 6) {
				bs_drain_pages(w->m, BS_ALL_CPUS);
			} else if (sh->n && (sh->n == 256 || bs_rng_below(&rng, 9) < sh->n / 6)) {
				const unsigned int i = (unsigned int)bs_rng_below(&rng, sh->n);

				bs_world_free(w, sh->live[i].pfn, sh->live[i].order);
				sh->live[i] = sh->live[--sh->n];
			} else {
				alloc_one(w, sh, &rng);
			}
		}
		claims += sh->claims;
		free(sh);
		bs_world_destroy(w);
	}
	assert_true(claims > 100);
}

/* ---- gate ------------------------------------------------------------------------------------ */

/* Nothing is asked for while the host has room; when it has not, all that became free meanwhile is
 * reported after one delay. */
static void test_only_under_pressure(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,gate=60", 32);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	bs_world_free(w, 0, 10);
	assert_false(w->wake_armed);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 59);
	assert_false(w->wake_armed);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 60);
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	/* More of it is no news, less closes the gate. */
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 90);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10); /* asks */
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 10);
	assert_int_equal(bs_world_settle(w, 9), 1);
	bs_assert_list(w, 10, M, "1024,0r,3072r,2048r");
	assert_int_equal(state_of(w), BS_ROTATION_IDLE);
	/* A lower gate lets it through. */
	set(w, "gate", "10");
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

static void relieve(struct bs_world *w, unsigned int call)
{
	bs_report_event(w->rc, BS_EVENT_PRESSURE, call == 1 ? 0 : 100);
}

/* It falls during a request: no other follows. Rising again during one is not lost. */
static void test_pressure_moves_during_a_pass(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->during = relieve;
	bs_world_start(w, "rotation:capacity=2,gate=50", 32);
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 50);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072,2048");
	bs_report_event(w->rc, BS_EVENT_PRESSURE, 50);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warm_blocks_stay_in_front),
		cmocka_unit_test(test_it_counts_by_order_and_changes_at_run_time),
		cmocka_unit_test(test_the_count_survives_what_is_not_heard),
		cmocka_unit_test(test_a_busy_host_is_left_alone),
		cmocka_unit_test(test_busy_in_the_middle),
		cmocka_unit_test(test_our_own_requests_are_no_reason),
		cmocka_unit_test(test_several_requests_in_flight),
		cmocka_unit_test(test_a_queue_shorter_than_the_depth),
		cmocka_unit_test(test_an_error_with_others_in_flight),
		cmocka_unit_test(test_an_error_found_at_the_end_of_the_zone),
		cmocka_unit_test(test_refused_because_of_our_own),
		cmocka_unit_test(test_no_more_than_the_zone_has_room_for),
		cmocka_unit_test(test_zeroed_once),
		cmocka_unit_test(test_not_unless_asked_for),
		cmocka_unit_test(test_nothing_is_taken_for_zero_unheard),
		cmocka_unit_test(test_taken_for_zero_is_zero),
		cmocka_unit_test(test_only_under_pressure),
		cmocka_unit_test(test_pressure_moves_during_a_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
