// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_ask.h"

#include <errno.h>
#include <stdlib.h>

#include "fail.h"
#include "guest_acts.h"
#include "mm_compact.h"
#include "mm_reclaim.h"

const struct bs_param *bs_guest_ask_params(void)
{
	static const struct bs_param asks[] = {
		[BS_GUEST_COMPACT] = {.name = "compact", .type = BS_PARAM_BOOL},
		[BS_GUEST_DROP_CACHES] = {.name = "drop_caches", .type = BS_PARAM_BOOL},
		[BS_GUEST_RECLAIM] = {.name = "reclaim",
				      .type = BS_PARAM_SIZE,
				      .max = UINT64_C(1) << 50},
		[BS_GUEST_PROACTIVENESS] = {.name = "proactiveness",
					    .type = BS_PARAM_UINT,
					    .max = 100},
		[BS_GUEST_DEFRAG_MODE] = {.name = "defrag_mode", .type = BS_PARAM_UINT, .max = 1},
		[BS_GUEST_WATERMARK_SCALE] = {.name = "watermark_scale",
					      .type = BS_PARAM_UINT,
					      .min = 1,
					      .max = 3000},
		{0},
	};

	return asks;
}

/* ---- What is asked --------------------------------------------------------------------------- */

uint64_t bs_guest_huge_blocks(const struct bs_guest *g)
{
	const unsigned int order = bs_guest_big(g);
	uint64_t free[BS_NR_ORDERS], n = 0;

	bs_nr_free_blocks(g->m, free);
	for (unsigned int o = order; o < BS_NR_ORDERS; o++)
		n += free[o] << (o - order);
	return n;
}

uint64_t bs_guest_cache_bytes(const struct bs_guest *g)
{
	return (g->cache_pages + bs_mm_foreign_cache(g->m)) << g->page_shift;
}

/* Whoever waits least. */
static unsigned int idle_cpu(const struct bs_guest *g)
{
	unsigned int cpu = 0;

	for (unsigned int i = 1; i < g->nr_cpus; i++)
		if (g->cpus[cpu].busy_until > g->clock->now &&
		    g->cpus[i].busy_until < g->cpus[cpu].busy_until)
			cpu = i;
	return cpu;
}

static int compact(struct bs_guest *g, unsigned int cpu)
{
	const uint64_t before = bs_guest_huge_blocks(g);
	struct bs_mm_scans old = {0}, new;
	uint64_t after;
	int ret;

	bs_mm_scans(g->m, &old);
	ret = bs_guest_compact(g, cpu);
	bs_mm_scans(g->m, &new);
	after = bs_guest_huge_blocks(g);
	g->acts.compactions++;
	g->acts.moved += new.moved - old.moved;
	g->acts.scanned += new.sources - old.sources + new.targets - old.targets;
	g->acts.gained += after > before ? after - before : 0;
	return ret;
}

static int drop_caches(struct bs_guest *g, unsigned int cpu)
{
	uint64_t pages;
	const int ret = bs_mm_drop_foreign(g->m, cpu, &pages);

	if (!ret)
		pages += bs_guest_drop_caches(g, cpu) >> g->page_shift;
	g->acts.drops++;
	g->acts.dropped += pages;
	return ret;
}

static void reclaim(struct bs_guest *g, unsigned int cpu, uint64_t bytes)
{
	g->acts.reclaims++;
	g->acts.reclaimed += bs_guest_reclaim(g, cpu, bytes) >> g->page_shift;
}

void bs_guest_ask_now(struct bs_guest *g, enum bs_guest_ask ask, uint64_t value)
{
	const unsigned int cpu = idle_cpu(g);
	int ret = bs_mm_compact_begin(g->m);

	if (ret) {
		bs_guest_fail_memory(g);
		return;
	}
	switch (ask) {
	case BS_GUEST_COMPACT:
		ret = compact(g, cpu);
		break;
	case BS_GUEST_DROP_CACHES:
		ret = drop_caches(g, cpu);
		break;
	case BS_GUEST_RECLAIM:
		reclaim(g, cpu, value);
		break;
	case BS_GUEST_PROACTIVENESS:
		bs_guest_set_proactiveness(g, (unsigned int)value);
		break;
	case BS_GUEST_DEFRAG_MODE:
		bs_guest_set_defrag_mode(g, value);
		break;
	case BS_GUEST_WATERMARK_SCALE:
		bs_mm_set_watermark_scale(g->m, (unsigned int)value);
		break;
	}
	if (ret)
		bs_guest_fail_memory(g);
}

/* ---- When ------------------------------------------------------------------------------------ */

struct bs_guest_asked {
	struct bs_guest *g;
	const struct bs_guest_event *e;
};

static void due(void *arg, int unused)
{
	struct bs_guest_asked *a = arg;
	struct bs_guest *g = a->g;

	(void)unused;
	if (g->ended || g->killed || !g->load)
		return;
	if (g->saved.stands)
		bs_clock_push(g->clock, g->saved.stands_until, BS_DUE_GUEST, due, a, 0);
	else
		bs_guest_ask_now(g, a->e->ask, a->e->value);
}

int bs_guest_asks_start(struct bs_guest_asks *a, struct bs_guest *guests,
			const struct bs_guest_event *events, unsigned int nr)
{
	unsigned int nr_guests = 0, n = 0;

	if (!nr)
		return 0;
	for (const struct bs_guest *g = guests; g; g = g->after)
		nr_guests++;
	a->due = calloc((size_t)nr * nr_guests + 1, sizeof(*a->due));
	if (!a->due)
		return -ENOMEM;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int number = 0;

		for (struct bs_guest *g = guests; g; g = g->after) {
			if (++number != events[i].guest && events[i].guest)
				continue;
			a->due[n] = (struct bs_guest_asked){g, &events[i]};
			bs_clock_push(g->clock, events[i].time, BS_DUE_GUEST, due, &a->due[n++], 0);
		}
	}
	return 0;
}

void bs_guest_asks_free(struct bs_guest_asks *a)
{
	free(a->due);
	a->due = NULL;
}
