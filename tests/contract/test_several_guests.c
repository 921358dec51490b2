// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several guests on one host that is short of memory, with every strategy: what the host has counted is what
 * its guests hold, at each sample; nothing is lost over swap, kill, pause, snapshot and restore; no guest's allocator
 * is the worse for its neighbours; and all of it happens twice in the same way.
 */
#include "bs_world_test.h"

#include <stdio.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "pause.h"
#include "reporter.h"
#include "rng.h"

#define MIB (UINT64_C(1) << 20)
#define MS BS_NS_PER_MS
#define NR 4
#define STEPS 1200

struct company {
	struct bs_world_test t;
	struct bs_guest *g[NR];
	bs_pfn block[NR][64];
	unsigned int nr_blocks[NR];
	uint64_t touched, killed, swapped, stood, saved, carried; /* what the run has come across */
	uint64_t hash;
};

static void begin(struct company *c, const char *strategy, enum bs_advice advice)
{
	struct bs_error err;

	memset(c, 0, sizeof(*c));
	bs_world_test_init(&c->t);
	bs_world_end(&c->t.w);
	c->t.device.thp = BS_THP_ALWAYS;
	c->t.device.advice = advice;
	c->t.device.contents = true;
	c->t.wake_latency = BS_NS_PER_US;
	c->t.costs = (struct bs_device_costs){.per_request = 2 * MS,
					      .refault_thp_per_mib = MS / 10,
					      .swap_out_per_mib = MS / 10,
					      .swap_in_per_mib = MS / 5};
	c->t.host = (struct bs_host_config){
		.shared = true, .memory_bytes = 160 * MIB, .swap_bytes = 120 * MIB, .threads = 1};
	assert_int_equal(bs_world_init(&c->t.w, &c->t.host, &c->t.stop), 0);
	for (unsigned int i = 0; i < NR; i++) {
		c->g[i] = bs_world_test_add(&c->t, strategy);
		bs_host_memory_started(c->g[i]);
		assert_ok(bs_device_may_restore(c->g[i]->dev, &err), &err);
		assert_ok(bs_reporter_start(c->g[i], &err), &err);
	}
}

static uint64_t where(const struct bs_guest *g)
{
	return bs_device_held(g->dev) + bs_device_swapped(g->dev) + bs_device_saved(g->dev);
}

static void assert_laws(struct company *c)
{
	const struct bs_host_memory *h = &c->t.w.host.memory;
	uint64_t held = 0, swapped = 0, saved = 0;

	for (unsigned int i = 0; i < NR; i++) {
		const struct bs_guest *g = c->g[i];
		struct bs_device_stats s;

		held += bs_device_held(g->dev);
		swapped += bs_device_swapped(g->dev);
		bs_device_stats(g->dev, &s);
		/* What went out is there, came back, or was given up; nothing comes from nowhere. */
		assert_true(s.swapped_in_bytes + s.swapped_bytes <= s.swapped_out_bytes);
		if (g->killed)
			assert_int_equal(where(g), 0);
		/* Used memory is with the host, in memory, in swap or in a snapshot, and so is what it holds. */
		else if (g->touch) {
			assert_true(where(g) >= g->used_bytes);
			assert_true(where(g) >= bs_device_content(g->dev));
		}
		saved += bs_device_saved(g->dev);
	}
	assert_int_equal(h->held, held);
	assert_int_equal(h->swapped, swapped);
	assert_true(h->held <= 160 * MIB);
	assert_true(h->swapped <= 120 * MIB);
	c->swapped += swapped;
	c->saved += saved;
	c->hash = (c->hash ^ held ^ (swapped << 20) ^ (saved << 40)) * UINT64_C(0x100000001b3);
}

/* Seldom, for a guest that is restored all the time does little else. */
static void host_step(struct company *c, struct bs_guest *g, struct bs_rng *rng)
{
	switch (bs_rng_below(rng, 16)) {
	case 0:
		bs_guest_restore(g);
		return;
	case 1:
	case 2:
		bs_guest_pause(g, bs_rng_below(rng, 200) * MS);
		c->stood++;
		return;
	case 3:
	case 4:
		bs_guest_snapshot(g);
		c->carried += g->saved.carried_bytes;
		assert_true(g->saved.free_bytes <= g->saved.carried_bytes);
		return;
	}
}

static void one_step(struct company *c, struct bs_rng *rng)
{
	const unsigned int i = (unsigned int)bs_rng_below(rng, NR);
	const unsigned int cpu = (unsigned int)bs_rng_below(rng, 2);
	struct bs_guest *g = c->g[i];
	unsigned int *n = &c->nr_blocks[i], k;

	if (g->killed || g->saved.stands || c->t.w.clock.failed)
		return;
	switch (bs_rng_below(rng, 7)) {
	case 0:
	case 1:
	case 2:
		if (*n == 48)
			return;
		c->block[i][*n] = bs_guest_alloc(g, cpu, BS_GFP_TRANSHUGE, 9, i + 1,
						 (struct bs_gfp_use){.user = true});
		*n += c->block[i][*n] != BS_NO_PFN;
		return;
	case 3:
		if (!*n)
			return;
		k = (unsigned int)bs_rng_below(rng, *n);
		bs_guest_free(g, cpu, c->block[i][k], 9, i + 1);
		c->block[i][k] = c->block[i][--*n];
		return;
	case 4:
		if (*n)
			bs_guest_touch_again(g, cpu, c->block[i][bs_rng_below(rng, *n)], 0);
		c->touched++;
		return;
	case 5:
		host_step(c, g, rng);
		return;
	default:
		if (bs_rng_below(rng, 8))
			return;
		if (g->reporter.paused)
			bs_reporter_resume(g);
		else
			bs_reporter_pause(g);
	}
}

static void run(struct company *c, const char *strategy, enum bs_advice advice, uint64_t seed)
{
	struct bs_rng rng;

	begin(c, strategy, advice);
	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < STEPS && !c->t.w.clock.failed; i++) {
		one_step(c, &rng);
		assert_laws(c);
		bs_clock_run(&c->t.w.clock, c->t.w.clock.now + bs_rng_below(&rng, 20) * MS);
		assert_laws(c);
	}
	if (c->t.w.clock.failed)
		fail_msg("%s: %s", strategy, c->t.w.clock.err.text);
	for (unsigned int i = 0; i < NR; i++) {
		struct bs_error err;

		assert_ok(bs_machine_check(c->g[i]->m, &err), &err);
		c->killed += c->g[i]->killed;
	}
	bs_host_memory_close(&c->t.w.host.memory);
	bs_world_test_free(&c->t);
}

static void test_every_strategy_in_company(void **state)
{
	const struct bs_strategy *s;
	uint64_t swapped = 0, killed = 0, stood = 0, saved = 0, carried = 0;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		struct company a, b;

		if (s->caps & BS_CAP_KNOWS_FUTURE)
			continue;
		run(&a, s->name, i % 2 ? BS_ADVICE_FREE : BS_ADVICE_DONTNEED, i + 1);
		run(&b, s->name, i % 2 ? BS_ADVICE_FREE : BS_ADVICE_DONTNEED, i + 1);
		assert_true(a.hash == b.hash);
		swapped += a.swapped;
		killed += a.killed;
		stood += a.stood;
		saved += a.saved;
		carried += a.carried;
	}
	/* The host was short in some of them, and in some there was nothing left to be done. */
	assert_true(swapped > 0);
	assert_true(killed > 0);
	assert_true(stood > 0);
	assert_true(saved > 0);
	assert_true(carried > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_strategy_in_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
