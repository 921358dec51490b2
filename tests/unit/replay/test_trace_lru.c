// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_lru.c: which blocks of a trace can be given back, and what their frees are worth then. */
#include "bs_world_test.h"

#include "bs_run_test.h"
#include "guest_acts.h"
#include "pressure.h"
#include "stream.h"
#include "trace_lru.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define GIB (UINT64_C(1) << 30)
#define PAGE 4096
#define USER BS_GFP_HIGHUSER_MOVABLE
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct play {
	struct bs_world_test t;
	struct bs_run run;
	struct bs_trace *trace;
	struct bs_guest *g;
	struct bs_stream s;
	struct bs_trace_lru *lru;
};

static void owned(void *arg, bs_pfn pfn, unsigned int order, bool is)
{
	bs_trace_lru_owned(((struct play *)arg)->lru, pfn, order, is);
}

static void begin(struct play *p, const struct bs_trace_event *ev, size_t n, uint64_t swap,
		  enum bs_resident resident)
{
	struct bs_reclaim_costs costs;
	struct bs_error err;

	bs_world_test_init(&p->t);
	bs_run_setup(&p->run, "none", ev, n);
	p->run.cfg.window.repeat = 2;
	p->run.cfg.window.gap = SEC;
	p->run.cfg.guest.resident = resident;
	p->trace = bs_run_open(&p->run);
	p->g = bs_world_test_add(&p->t, "none");
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(p->g, &costs, swap), 0);
	p->g->watch.arg = p;
	p->g->watch.owned = owned;
	p->g->touch = true;
	assert_ok(bs_stream_init(&p->s, p->g, p->trace, &p->run.cfg, &err), &err);
	assert_ok(bs_trace_lru_create(&p->s, &p->lru, &err), &err);
	assert_int_equal(bs_stream_begin(&p->s), 0);
}

static void end(struct play *p)
{
	bs_stream_free(&p->s);
	bs_trace_lru_destroy(p->lru);
	bs_trace_close(p->trace);
	bs_world_test_free(&p->t);
}

/* A process's from before, three of files, a zeroed one, the kernel's, huge ones, of which one is freed by halves, and of no
 * process. */
static const struct bs_trace_event some[] = {
	{.kind = BS_EV_PRE, .order = 0},
	{.time = 1 * MS, .kind = BS_EV_ALLOC, .gfp = USER | BS_GFP_WRITE},
	{.time = 2 * MS, .kind = BS_EV_ALLOC, .gfp = USER | BS_GFP_NORETRY | BS_GFP_NOWARN},
	{.time = 3 * MS, .kind = BS_EV_ALLOC, .gfp = USER & ~BS_GFP_FS},
	{.time = 4 * MS, .kind = BS_EV_ALLOC, .gfp = USER | BS_GFP_ZERO},
	{.time = 5 * MS, .kind = BS_EV_ALLOC, .gfp = BS_GFP_KERNEL},
	{.time = 6 * MS, .kind = BS_EV_ALLOC, .order = 9, .gfp = BS_GFP_TRANSHUGE},
	{.time = 7 * MS, .kind = BS_EV_ALLOC, .order = 9, .gfp = BS_GFP_TRANSHUGE},
	{.time = 8 * MS, .kind = BS_EV_ALLOC, .order = 9, .gfp = USER | BS_GFP_COMP},
	{.time = 9 * MS, .kind = BS_EV_FREE, .order = 8, .arg = 2},
	{.time = 20 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 9},
	{.time = 21 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 8},
	{.time = 22 * MS, .kind = BS_EV_FREE, .order = 0, .arg = 4},
	{.time = 23 * MS, .kind = BS_EV_FREE, .order = 8, .arg = 3},
};

static void test_what_can_go_goes_and_its_frees_do_nothing(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, COUNT(some), 1000, BS_RESIDENT_USED);
	bs_clock_run(&p.t.w.clock, 10 * MS);
	assert_int_equal(p.g->cache_pages, 3);
	assert_int_equal(p.g->used_bytes, (6 + 512 + 256 + 512) * PAGE);
	/* The halved one and the one that is no process's stay, as does the kernel's page. */
	assert_int_equal(bs_guest_reclaim(p.g, 0, GIB), (3 + 2 + 512) * PAGE);
	assert_int_equal(p.g->cache_pages, 0);
	assert_int_equal(p.g->used_bytes, (1 + 256 + 512) * PAGE);
	assert_int_equal(p.g->pressure->swapped, 2 + 512);
	bs_clock_run(&p.t.w.clock, SEC);
	assert_int_equal(p.s.f.gone_frees, 3);
	assert_int_equal(p.s.f.skipped_frees + p.s.f.unusable_frees, 0);
	assert_int_equal(p.g->used_bytes, (256 + 512) * PAGE);
	/* Of the huge one half is freed, and half still in swap, as is one page. */
	assert_int_equal(p.g->pressure->swapped, 1 + 256);
	/* What the next round begins with is there again. */
	bs_clock_run(&p.t.w.clock, SEC + 23 * MS);
	assert_int_equal(p.g->pressure->swapped, 0);
	assert_int_equal(p.g->used_bytes, PAGE);
	bs_clock_run(&p.t.w.clock, 9 * SEC);
	assert_int_equal(p.s.f.gone_frees, 3);
	assert_int_equal(p.s.f.skipped_frees + p.s.f.unusable_frees, 0);
	assert_int_equal(bs_machine_check(p.g->m, NULL), 0);
	end(&p);
}

static void test_without_swap_only_files_go(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, COUNT(some), 0, BS_RESIDENT_USED);
	bs_clock_run(&p.t.w.clock, 10 * MS);
	assert_int_equal(bs_guest_drop_caches(p.g, 0), 3 * PAGE);
	assert_int_equal(bs_guest_reclaim(p.g, 0, GIB), 0);
	assert_int_equal(p.g->pressure->f.asked, 3);
	end(&p);
}

/* What was never shown to the host stays, in the first round. */
static void test_what_is_not_there_stays(void **state)
{
	struct play p;

	(void)state;
	begin(&p, some, 2, 1000, BS_RESIDENT_NONE);
	bs_clock_run(&p.t.w.clock, 10 * MS);
	assert_int_equal(bs_guest_reclaim(p.g, 0, GIB), 1 * PAGE);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_can_go_goes_and_its_frees_do_nothing),
		cmocka_unit_test(test_without_swap_only_files_go),
		cmocka_unit_test(test_what_is_not_there_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
