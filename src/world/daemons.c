// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemons.c - kswapd and kcompactd of a guest as tasks of its clock: they run when somebody asks for them, a round
 * at a time, and each round takes them its time, while the load goes on.
 */
#include "daemons.h"

#include "host_memory.h"
#include "locks.h"
#include "migrate.h"
#include "pressure_time.h"

#define HOPELESS 16 /* runs that got nothing, behind which kswapd is not woken any more */
#define LOOK_EVERY (500 * BS_NS_PER_MS)
#define RESTS 64 /* looks that are left out when a proactive run was of no use */
#define COSTLY 3

static unsigned int highest_zone(const struct bs_guest *g)
{
	struct bs_zone_info z;

	bs_zone_info(g->m, bs_nr_zones(g->m) - 1, &z);
	return (unsigned int)z.type;
}

/* What it did was in its own time. Nobody else has had the locks that long. */
static bs_ns own_time(struct bs_pressure *p, uint64_t *evicted)
{
	const struct bs_pressure_time t = bs_pressure_took(p);

	if (unlikely(p->g->contention))
		bs_contention_skip(p->g);
	*evicted = t.evicted;
	return bs_guest_moved_alone(p->g) + t.reclaim + t.compact + t.write + t.swap;
}

/* ---- kcompactd ------------------------------------------------------------------------------- */

static bs_ns counted_run(struct bs_pressure *p, unsigned int order)
{
	struct bs_machine *m = p->g->m;
	const uint64_t huge = bs_mm_huge_pages_free(m);
	uint64_t evicted;
	bs_ns took;

	p->cpu = p->kcompactd.cpu;
	bs_guest_mover(p->g, BS_MOVER_DAEMON, BS_NO_CPU);
	if (order)
		bs_mm_kcompactd(m, p->cpu, order, highest_zone(p->g));
	else
		bs_mm_compact_proactive(m, p->cpu);
	bs_pressure_gained(p, huge, 0);
	took = own_time(p, &evicted);
	p->f.kcompactd_ns += took;
	p->kcompactd.busy_until = p->g->clock->now + took;
	return took;
}

static void kcompactd(void *arg, int unused)
{
	struct bs_pressure *p = arg;
	const unsigned int order = p->kcompactd.order;

	(void)unused;
	p->kcompactd.awake = false;
	p->kcompactd.order = 0;
	if (p->g->ended)
		return;
	p->f.kcompactd_runs++;
	counted_run(p, order);
}

static void wake_kcompactd(struct bs_pressure *p, unsigned int cpu, unsigned int order)
{
	struct bs_kcompactd *k = &p->kcompactd;
	const bs_ns now = p->g->clock->now;

	if (!order || p->g->ended)
		return;
	if (k->awake) {
		k->order = order > k->order ? order : k->order;
		return;
	}
	if (!bs_mm_kcompactd_fit(p->g->m, order, highest_zone(p->g)))
		return;
	k->awake = true;
	k->order = order;
	k->cpu = cpu;
	bs_clock_push(p->g->clock, k->busy_until > now ? k->busy_until : now, BS_DUE_BACKGROUND,
		      kcompactd, p, 0);
}

static void look(void *arg, int unused)
{
	struct bs_pressure *p = arg;
	struct bs_kcompactd *k = &p->kcompactd;
	uint64_t before;

	(void)unused;
	if (p->g->ended)
		return;
	bs_clock_push(p->g->clock, p->g->clock->now + LOOK_EVERY, BS_DUE_BACKGROUND, look, p, 0);
	if (k->rests) {
		k->rests--;
		return;
	}
	if (k->awake || p->kswapd.running || k->busy_until > p->g->clock->now ||
	    !bs_mm_is_fragmented(p->g->m))
		return;
	before = bs_mm_fragmented_score(p->g->m);
	p->f.proactive_runs++;
	counted_run(p, 0);
	if (bs_mm_fragmented_score(p->g->m) >= before)
		k->rests = RESTS;
}

void bs_kcompactd_start(struct bs_pressure *p)
{
	bs_clock_push(p->g->clock, p->g->clock->now + LOOK_EVERY, BS_DUE_BACKGROUND, look, p, 0);
}

/* ---- kswapd ---------------------------------------------------------------------------------- */

static void goes_to_sleep(struct bs_pressure *p)
{
	struct bs_kswapd *k = &p->kswapd;
	const bool boosted = bs_mm_kswapd_ends(p->g->m, &k->run);
	const unsigned int huge = bs_guest_big(p->g);

	if (k->run.got || bs_mm_is_balanced(p->g->m, k->run.hz))
		k->failures = 0;
	else
		k->failures++;
	k->awake = k->running = false;
	wake_kcompactd(p, k->cpu, boosted && huge > k->order ? huge : k->order);
	k->order = 0;
}

static void kswapd(void *arg, int unused)
{
	struct bs_pressure *p = arg;
	struct bs_kswapd *k = &p->kswapd;
	uint64_t evicted;
	bs_ns took;
	bool more;

	(void)unused;
	if (p->g->ended) {
		k->awake = false;
		return;
	}
	if (!k->running) {
		bs_mm_kswapd_starts(p->g->m, highest_zone(p->g), &k->run);
		k->running = true;
		p->f.kswapd_runs++;
	}
	p->cpu = k->cpu;
	p->in_kswapd = true;
	more = bs_mm_kswapd_round(p->g->m, k->cpu, &k->run);
	p->in_kswapd = false;
	took = own_time(p, &evicted);
	p->f.by_kswapd += evicted;
	p->f.kswapd_ns += took;
	if (more)
		bs_clock_push(p->g->clock, p->g->clock->now + took, BS_DUE_BACKGROUND, kswapd, p,
			      0);
	else
		goes_to_sleep(p);
}

void bs_kswapd_wake(struct bs_pressure *p, unsigned int cpu, unsigned int order)
{
	struct bs_kswapd *k = &p->kswapd;

	if (p->g->ended)
		return;
	if (k->awake) {
		k->order = order > k->order ? order : k->order;
		return;
	}
	if (k->failures >= HOPELESS)
		return;
	k->awake = true;
	k->order = order;
	k->cpu = cpu;
	bs_clock_push(p->g->clock, p->g->clock->now, BS_DUE_BACKGROUND, kswapd, p, 0);
}
