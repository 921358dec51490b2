// SPDX-License-Identifier: GPL-2.0-or-later
/* stream.c, event.c: a trace as a load: when it goes on, how far, and what waits for a CPU. */
#include "bs_world_test.h"

#include <stdlib.h>

#include "bs_run_test.h"
#include "event.h"
#include "migrate.h"
#include "mm_range.h"
#include "stream.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct play {
	struct bs_world_test t;
	struct bs_run run;
	struct bs_trace *trace;
	struct bs_guest *g;
	struct bs_stream s;
	unsigned int over;
};

static void over(void *arg)
{
	((struct play *)arg)->over++;
}

/* On a guest of its own, in @p's world or in another one's. */
static void add(struct play *p, struct bs_world_test *world, const struct bs_trace_event *ev,
		size_t n, unsigned int rounds)
{
	struct bs_error err;

	bs_run_setup(&p->run, "none", ev, n);
	p->run.cfg.window.repeat = rounds;
	p->run.cfg.window.gap = SEC;
	p->trace = bs_run_open(&p->run);
	p->g = bs_world_test_add(world, "none");
	assert_ok(bs_stream_init(&p->s, p->g, p->trace, &p->run.cfg, &err), &err);
	p->s.over = over;
	p->s.over_arg = p;
	p->over = 0;
	assert_int_equal(bs_stream_begin(&p->s), 0);
}

static void begin(struct play *p, const struct bs_trace_event *ev, size_t n, unsigned int rounds)
{
	bs_world_test_init(&p->t);
	add(p, &p->t, ev, n, rounds);
}

static void end(struct play *p)
{
	bs_stream_free(&p->s);
	bs_trace_close(p->trace);
}

static const struct bs_trace_event some[] = {
	{.kind = BS_EV_PRE, .order = 9},
	{.time = 10 * MS, .kind = BS_EV_ALLOC, .order = 10},
	{.time = 20 * MS, .kind = BS_EV_ALLOC, .order = 10, .cpu = 1},
	{.time = 30 * MS, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	{.time = 40 * MS, .kind = BS_EV_FREE, .order = 9, .arg = 3},
};

static void test_it_goes_on_as_far_as_it_may(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, COUNT(some), 1);
	assert_int_equal(p.g->used_bytes, 2 * MIB); /* from before the trace */
	assert_int_equal(bs_clock_next(&p.t.w.clock), 10 * MS);
	bs_clock_run(&p.t.w.clock, 20 * MS);
	assert_int_equal(p.s.f.events, 3);
	assert_int_equal(p.g->used_bytes, 10 * MIB);
	bs_clock_run(&p.t.w.clock, 35 * MS);
	assert_int_equal(p.g->used_bytes, 6 * MIB);
	assert_int_equal(p.over, 0);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_int_equal(p.g->used_bytes, 4 * MIB);
	assert_int_equal(p.over, 1);
	bs_stream_close(&p.s);
	assert_int_equal(p.s.f.unfinished, 0);
	assert_int_equal(p.s.f.allocations, 2);
	end(&p);
	bs_world_test_free(&p.t);
}

/* The second round begins a gap behind the first one, with nothing of it left in use. */
static void test_rounds_follow_each_other(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, COUNT(some), 2);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_int_equal(p.g->used_bytes, 4 * MIB);
	assert_int_equal(bs_clock_next(&p.t.w.clock), SEC + 40 * MS);
	bs_clock_run(&p.t.w.clock, SEC + 40 * MS);
	assert_int_equal(p.g->used_bytes, 2 * MIB);
	bs_clock_run(&p.t.w.clock, 9 * SEC);
	assert_int_equal(p.over, 1);
	assert_int_equal(p.s.f.events, 2 * COUNT(some));
	bs_stream_close(&p.s);
	assert_int_equal(p.s.f.unfinished, 0);
	assert_int_equal(p.s.f.allocations, 4);
	end(&p);
	bs_world_test_free(&p.t);
}

/*
 * CPU 1 stands still until 100 ms: its allocation waits, and so does CPU 0's free of it; what CPU 0
 * does for itself does not.
 */
static void test_what_waits_for_a_cpu(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.time = 10 * MS, .kind = BS_EV_ALLOC, .order = 10, .cpu = 1},
		{.time = 20 * MS, .kind = BS_EV_FREE, .order = 10, .arg = 1},
		{.time = 30 * MS, .kind = BS_EV_ALLOC, .order = 9},
	};
	struct play p;
	uint64_t allocs;

	(void)state;
	begin(&p, ev, COUNT(ev), 1);
	bs_cpu_block(&p.g->cpus[1], 0, 100 * MS, BS_CAUSE_REFAULT);
	bs_clock_run(&p.t.w.clock, 99 * MS);
	assert_int_equal(p.s.f.events, 3);
	assert_int_equal(p.g->used_bytes, 2 * MIB);
	assert_int_equal(bs_stream_waiting(&p.s, &allocs), 2);
	assert_int_equal(allocs, 1);
	bs_clock_run(&p.t.w.clock, 100 * MS);
	assert_int_equal(bs_stream_waiting(&p.s, &allocs), 0);
	assert_int_equal(p.g->used_bytes, 2 * MIB);
	assert_int_equal(p.s.delays.nonzero, 1);
	assert_int_equal(p.s.delays.max, 90 * MS);
	assert_int_equal(p.s.f.late_periods, 1);
	assert_int_equal(p.s.f.late_alloc_bytes, 4 * MIB);
	bs_stream_close(&p.s);
	assert_int_equal(p.s.delays.zeroes, 1);
	assert_int_equal(p.s.f.late_end, 70 * MS); /* behind the last recorded event, at 30 ms */
	assert_int_equal(p.s.f.skipped_frees, 0);
	end(&p);
	bs_world_test_free(&p.t);
}

/* A window that closes before its CPU goes on leaves the event undone, and says so. */
static void test_what_never_happens_is_counted(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, COUNT(some), 1);
	bs_cpu_block(&p.g->cpus[1], 0, 100 * SEC, BS_CAUSE_REQUEST);
	bs_clock_run(&p.t.w.clock, SEC);
	bs_stream_close(&p.s);
	assert_int_equal(p.s.f.unfinished, 2); /* the allocation, and what frees it */
	assert_int_equal(p.s.f.late_end, BS_NO_TIME);
	assert_int_equal(p.s.delays.zeroes, 1); /* the other one */
	end(&p);
	bs_world_test_free(&p.t);
}

/* Two guests on one clock, each with its trace: in order of time, and each as if it were alone. */
static void test_several_streams_in_one_world(void **state)
{
	static struct bs_trace_event late[COUNT(some)];
	struct play a, b;

	(void)state;
	memcpy(late, some, sizeof(some));
	for (size_t i = 1; i < COUNT(late); i++)
		late[i].time += 5 * MS;
	begin(&a, some, COUNT(some), 1);
	add(&b, &a.t, late, COUNT(late), 1);
	bs_clock_run(&a.t.w.clock, 24 * MS);
	assert_int_equal(a.s.f.events, 3);
	assert_int_equal(b.s.f.events, 2);
	bs_clock_run(&a.t.w.clock, 25 * MS);
	assert_int_equal(a.s.f.events, 3);
	assert_int_equal(b.s.f.events, 3);
	bs_clock_run(&a.t.w.clock, SEC);
	assert_int_equal(a.g->used_bytes, 4 * MIB);
	assert_int_equal(b.g->used_bytes, 4 * MIB);
	assert_memory_equal(a.s.block_pfn, b.s.block_pfn, 3 * sizeof(*a.s.block_pfn));
	end(&a);
	end(&b);
	bs_world_test_free(&a.t);
}

/* Freed in pieces, the last one when an allocation has failed in the kernel, too. */
static void test_frees_that_are_not_plain(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.time = 1, .kind = BS_EV_ALLOC, .order = 2},
		{.time = 2, .kind = BS_EV_FREE, .order = 1, .arg = 1, .offset = 2},
		{.time = 3, .kind = BS_EV_FREE, .arg = 1, .offset = 1},
		{.time = 4, .kind = BS_EV_FAILED, .order = 10},
		{.time = 5, .kind = BS_EV_FREE, .arg = 2},
	};
	struct play p;

	(void)state;
	begin(&p, ev, COUNT(ev), 1);
	bs_clock_run(&p.t.w.clock, 4);
	assert_int_equal(p.g->used_bytes, 4096);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_false(p.t.w.clock.failed);
	assert_int_equal(p.g->used_bytes, 0);
	assert_int_equal(p.s.f.unusable_frees, 0);
	assert_int_equal(p.s.f.skipped_frees, 0);
	bs_stream_close(&p.s);
	assert_int_equal(p.s.f.allocations, 1); /* the kernel had no other */
	end(&p);
	bs_world_test_free(&p.t);
}

/* What the guest could not give, it cannot free: counted, never forced. */
static void test_frees_of_what_was_never_got(void **state)
{
	static struct bs_trace_event ev[100];
	struct play p;

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		ev[i] = (struct bs_trace_event){.time = 1, .kind = BS_EV_ALLOC, .order = 10};
		ev[50 + i] = (struct bs_trace_event){
			.time = 2, .kind = BS_EV_FREE, .order = 10, .arg = 50 - (uint32_t)i};
	}
	bs_world_test_init(&p.t);
	p.t.machine.memory_bytes = 128 * MIB;
	add(&p, &p.t, ev, COUNT(ev), 1);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_false(p.t.w.clock.failed);
	assert_in_range(p.g->alloc_failed, 18, 40);
	assert_int_equal(p.s.f.skipped_frees, p.g->alloc_failed);
	assert_int_equal(p.g->used_bytes, 0);
	bs_stream_close(&p.s);
	assert_int_equal(p.s.f.allocations, 50);
	end(&p);
	bs_world_test_free(&p.t);
}

/* Every block of the trace that is whole may be moved, and is freed where it is by then; what is left of one of which a
 * part was freed stays, and is freed there. */
static void test_blocks_that_move(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.time = 10 * MS, .kind = BS_EV_ALLOC, .order = 0},
		{.time = 11 * MS, .kind = BS_EV_ALLOC, .order = 3},
		{.time = 12 * MS, .kind = BS_EV_ALLOC, .order = 3},
		{.time = 13 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 1, .offset = 2},
		{.time = 50 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 3},
		{.time = 51 * MS, .kind = BS_EV_FREE, .order = 1, .arg = 2, .offset = 4},
		{.time = 60 * MS, .kind = BS_EV_FREE, .order = 2, .arg = 2},
		{.time = 61 * MS, .kind = BS_EV_FREE, .order = 1, .arg = 2, .offset = 6},
		{.time = 62 * MS, .kind = BS_EV_FREE, .order = 1, .arg = 1},
		{.time = 63 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 1, .offset = 3},
		{.time = 64 * MS, .kind = BS_EV_FREE, .order = 2, .arg = 1, .offset = 4},
	};
	bs_pfn was[3], start;
	struct bs_error err;
	struct play p;

	(void)state;
	bs_world_test_init(&p.t);
	p.t.device.kind = "madvise";
	add(&p, &p.t, ev, COUNT(ev), 1);
	for (unsigned int i = 0; i < 256; i++)
		p.s.use[i].lru = true;
	assert_int_equal(bs_guest_may_move(p.g, NULL), 0);
	bs_clock_run(&p.t.w.clock, 20 * MS);
	for (unsigned int i = 0; i < 3; i++)
		was[i] = p.s.block_pfn[i];
	for (unsigned int i = 0; i < 3; i++) {
		start = was[i] & ~(bs_pfn)511;
		if (!bs_mm_alloc_contig(p.g->m, 0, start, start + 512))
			bs_mm_free_contig(p.g->m, 0, start, start + 512);
	}
	/* One piece of the third block is no more; the others are where they were, and so keep the range. */
	assert_int_not_equal(p.s.block_pfn[0], was[0]);
	assert_int_not_equal(p.s.block_pfn[1], was[1]);
	assert_int_equal(p.s.block_pfn[2], was[2]);
	assert_int_equal(p.g->moves.pages[BS_MOVER_RANGE] % 9, 0);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_int_equal(p.s.f.unusable_frees, 0);
	assert_int_equal(p.g->used_bytes, 0);
	assert_false(p.t.w.clock.failed);
	assert_ok(bs_machine_check(p.g->m, &err), &err);
	assert_int_equal(bs_device_check(p.g->dev, &err), 0);
	end(&p);
	bs_world_test_free(&p.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_goes_on_as_far_as_it_may),
		cmocka_unit_test(test_rounds_follow_each_other),
		cmocka_unit_test(test_what_waits_for_a_cpu),
		cmocka_unit_test(test_what_never_happens_is_counted),
		cmocka_unit_test(test_several_streams_in_one_world),
		cmocka_unit_test(test_frees_that_are_not_plain),
		cmocka_unit_test(test_frees_of_what_was_never_got),
		cmocka_unit_test(test_blocks_that_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
