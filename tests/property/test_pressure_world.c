// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads in guests that are too small for them, with a strategy at work, on real memory: requests that wait, kswapd,
 * kcompactd, swap, the OOM killer, agents, and whoever asks for compaction or page cache in between. Whoever looks on at owners
 * sees each page owned by one at a time, and by nobody while it is in a strategy's hands; what was written is there when it is
 * freed, wherever it was moved; the allocator's own check passes; and in the end all of it is given back.
 *
 * BS_LAWS_GUESTS=1000 BS_LAWS_SEED=1 is the long form, for a release build.
 */
#include "bs_world_test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent_tick.h"
#include "guest_ask.h"
#include "guest_memory.h"
#include "loads.h"
#include "pressure.h"
#include "program.h"
#include "rng.h"
#include "user.h"

#define MIB (UINT64_C(1) << 20)
#define PAGES (64 * MIB / 4096)
#define WINDOW (6 * BS_NS_PER_S)

struct world {
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_load_spec spec;
	struct bs_program *p;
	struct bs_agent_run *agent;
	struct bs_rng rng;
	uint8_t owned[PAGES];
	uint64_t seed, base;
	bool over, begun;
};

static const char *const loads[] = {
	"process:size=30MiB,tasks=2,cycles=3,hold=200ms,pause=50ms,give-back=30,scan_sleep=50ms,defrag=always,cpus=2",
	"process:size=24MiB,tasks=3,cycles=2,hold=300ms,pause=20ms,defrag=defer,scan_sleep=30ms,base=8MiB,spread=3",
	"process:size=40MiB,cycles=3,hold=300ms,pause=100ms,thp=madvise,advised=on,give-back=60,max_ptes_none=64",
	"stress-vm:size=24MiB,workers=3,time=1s,cpus=2,thp=always,defrag=defer+madvise,advised=on",
	"memhog:size=56MiB,cycles=4,hold=200ms,pause=100ms,order=0,fill=50ms,base=4MiB,spread=4",
	"memhog:size=48MiB,cycles=3,hold=200ms,pause=100ms,thp=always,fill=50ms,scan_sleep=20ms",
	"churn:size=28MiB,tasks=2,time=1s,hold=20ms,pause=20ms,cpus=2",
	"build:events=40000,live=11000,process=300,huge=60,order0=92,cpus=2",
	"build:events=40000,live=11000,process=300,order0=94,cpus=2,thp=always,scan_sleep=5ms",
	"file-read:size=90MiB,tasks=2,cycles=2,pause=100ms,cpus=2",
};
static const char *const strategies[] = {
	"none",
	"rotation:delay=20ms",
	"rotation:delay=20ms,order=0",
	"boundary",
	"bubble",
	"percpu-array",
	"hypercall",
	"balloon:size=8MiB,at=0",
	"list-walk",
	"shared-state",
};
static const char *const kernels[] = {"linux-6.1", "linux-6.12", "linux-6.18", "linux-7.3"};
static const char *const agents[] = {
	"none",
	"timer:every=150ms",
	"gradual:tick=50ms,idle=50ms,share=50",
	"psi:tick=50ms,low=200,high=400,step=4MiB,keep=1MiB,wait=100ms",
};
#define PICK(list, w) list[bs_rng_below(&(w)->rng, sizeof(list) / sizeof((list)[0]))]

static void owned(void *arg, bs_pfn pfn, unsigned int order, bool is)
{
	struct world *w = arg;

	for (bs_pfn p = pfn; p < pfn + (1u << order); p++) {
		if (w->owned[p] == is)
			fail_msg("page %u is owned %s", p, is ? "twice" : "by nobody");
		if (bs_report_has(w->g->rc, p))
			fail_msg("page %u is in the strategy's hands", p);
		w->owned[p] = is;
	}
}

static void over(void *arg)
{
	((struct world *)arg)->over = true;
}

static void begin(struct world *w, uint64_t seed)
{
	struct bs_program_setup setup = {
		.spec = &w->spec, .seed = seed, .over = over, .over_arg = w};
	const char *load, *strategy, *agent;
	struct bs_reclaim_costs costs;
	struct bs_error err;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	bs_rng_seed(&w->rng, seed);
	load = PICK(loads, w);
	strategy = PICK(strategies, w);
	agent = PICK(agents, w);
	bs_world_test_init(&w->t);
	w->t.machine.kernel = PICK(kernels, w);
	w->t.machine.memory_bytes = PAGES * 4096;
	w->t.device.kind = "madvise";
	w->t.costs.move_per_mib = 100000;
	w->g = bs_world_test_add(&w->t, strategy);
	w->begun = true;
	for (unsigned int i = 0; i < w->g->nr_cpus; i++)
		w->g->cpus[i].counted_until = WINDOW;
	w->g->watch.arg = w;
	w->g->watch.owned = owned;
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(w->g, &costs, bs_rng_below(&w->rng, 3) * 4096), 0);
	assert_ok(bs_load_parse(load, &w->spec, &err), &err);
	assert_ok(bs_program_create(w->g, &setup, &w->p, &err), &err);
	assert_ok(bs_program_begin(w->p, WINDOW, &err), &err);
	w->base = w->g->used_bytes;
	assert_ok(bs_agent_create(w->g, agent, &w->agent, &err), &err);
	bs_agent_start(w->agent);
	assert_int_equal(bs_report_start(w->g->rc), 0);
}

static void check(struct world *w)
{
	const struct bs_clock *k = &w->t.w.clock;
	uint64_t pages = 0;
	struct bs_error err;

	if (k->failed)
		fail_msg("%s: %s", k->err.where, k->err.text);
	assert_ok(bs_machine_check(w->g->m, &err), &err);
	for (bs_pfn p = 0; p < PAGES; p++) {
		pages += w->owned[p];
		if (w->owned[p])
			assert_int_equal(bs_page_state(w->g->m, p), BS_PAGE_ALLOCATED);
	}
	assert_int_equal(pages * 4096, w->g->used_bytes);
}

static void asks(struct world *w)
{
	switch (bs_rng_below(&w->rng, 12)) {
	case 0:
		bs_guest_ask_now(w->g, BS_GUEST_COMPACT, 1);
		return;
	case 1:
		bs_guest_ask_now(w->g, BS_GUEST_DROP_CACHES, 1);
		return;
	case 2:
		bs_guest_ask_now(w->g, BS_GUEST_RECLAIM, bs_rng_below(&w->rng, 8 * MIB));
		return;
	case 3:
		bs_guest_ask_now(w->g, BS_GUEST_PROACTIVENESS, bs_rng_below(&w->rng, 100));
		return;
	default:
		return;
	}
}

static void end(struct world *w)
{
	bs_agent_destroy(w->agent);
	if (w->p)
		bs_program_destroy(w->p);
	bs_load_spec_free(&w->spec);
	if (w->begun)
		bs_world_test_free(&w->t);
	w->agent = NULL;
	w->p = NULL;
	w->begun = false;
}

struct totals {
	uint64_t steps, moved, waited, direct, kswapd, swapped, kills, gained;
};

static void one_guest(struct world *w, uint64_t seed, struct totals *n)
{
	begin(w, seed);
	for (bs_ns at = 0; at < WINDOW && !w->over; at += 20 * BS_NS_PER_MS) {
		bs_clock_run(&w->t.w.clock, at);
		check(w);
		asks(w);
	}
	check(w);
	/* What is over has given all back but what is in the page cache, which goes when it is asked to, and pages that
	 * wait for the LRU although nobody has them any more. */
	if (w->over) {
		bs_guest_ask_now(w->g, BS_GUEST_DROP_CACHES, 1);
		if (w->p->tasks.user)
			bs_user_lru_put(w->p->tasks.user, false);
		check(w);
		assert_int_equal(w->g->used_bytes, w->base);
	}
	n->steps += w->p->f.steps;
	for (unsigned int i = 0; i < BS_NR_MOVERS; i++)
		n->moved += w->g->moves.pages[i];
	n->waited += w->g->pressure->f.waited;
	n->direct += w->g->pressure->f.direct;
	n->kswapd += w->g->pressure->f.by_kswapd;
	n->swapped += w->g->pressure->f.swapped_out;
	n->kills += w->g->pressure->f.oom_kills;
	n->gained += w->g->pressure->f.huge_gained;
	end(w);
}

static void test_laws(void **state)
{
	const uint64_t guests = bs_test_number("BS_LAWS_GUESTS", 12),
		       first = bs_test_number("BS_LAWS_SEED", 1);
	struct world *w = *state;
	struct totals n = {0};

	for (uint64_t i = 0; i < guests; i++) {
		one_guest(w, first + i, &n);
		if ((i + 1) % 100 && i + 1 < guests)
			continue;
		print_message("seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " steps, %" PRIu64
			      " pages moved, %" PRIu64 " requests waited, %" PRIu64
			      " pages given back to them, %" PRIu64 " by kswapd, %" PRIu64
			      " to swap, %" PRIu64 " huge gained, %" PRIu64 " tasks killed\n",
			      first, first + i, n.steps, n.moved, n.waited, n.direct, n.kswapd,
			      n.swapped, n.gained / 512, n.kills);
		fflush(stdout);
	}
	assert_true(guests < 10 || (n.moved > 1000 && n.waited > 100 && n.kswapd > 100));
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return !*state;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	if (w->begun)
		print_message("seed %" PRIu64 ", %s, %s, %s, at %" PRIu64 " ns\n", w->seed,
			      w->t.machine.kernel, w->spec.label, w->g->strategy->name,
			      w->t.w.clock.now);
	end(w);
	free(w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_laws, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
