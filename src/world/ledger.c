// SPDX-License-Identifier: GPL-2.0-or-later
#include "ledger.h"

#include <errno.h>

#include "host_memory.h"

static void take_samples(struct bs_ledger *l, bs_ns t)
{
	struct bs_guest *g = l->g;
	struct bs_report_stats rs;
	struct bs_device_stats ds;
	struct bs_sample s;

	bs_report_stats(g->rc, &rs);
	bs_device_stats(g->dev, &ds);
	s = (struct bs_sample){.used_bytes = g->used_bytes,
			       .cache_bytes = bs_ledger_cache(g),
			       .resident_bytes = ds.resident_bytes,
			       .unmapped_bytes = ds.unmapped_bytes,
			       .reported_bytes = rs.reported_bytes,
			       .refault_bytes = ds.refault_bytes,
			       .calls = rs.calls,
			       .swapped_bytes = ds.swapped_bytes,
			       .process_bytes = g->process_bytes,
			       .huge_bytes = g->huge_bytes};
	if (g->host_memory) {
		s.host_bytes = g->host_memory->held;
		s.host_swapped_bytes = g->host_memory->swapped;
	}
	bs_nr_free_blocks(g->m, s.nr_free);
	bs_free_pages_of_types(g->m, s.free_pages_of_type);
	/* Levels are constant between events: what held until @t belongs to every sample up to it,
	 * or a picture would show slopes where there are steps. */
	for (; l->next_sample <= t; l->next_sample += l->interval) {
		s.time = l->next_sample;
		bs_timeline_sample(l->tl, &s);
	}
}

static void find_next_look(struct bs_ledger *l)
{
	l->next_look = l->next_sample < l->split.next ? l->next_sample : l->split.next;
	if (l->map.next < l->next_look)
		l->next_look = l->map.next;
}

void __attribute__((noinline)) bs_ledger_look(struct bs_ledger *l, bs_ns t)
{
	if (l->next_sample <= t)
		take_samples(l, t);
	if (l->split.next <= t)
		bs_held_split_look(&l->split, l->tl, t);
	if (l->map.next <= t)
		bs_memory_map_look(&l->map, t);
	find_next_look(l);
}

static void until(void *arg, bs_ns t)
{
	bs_ledger_until(arg, t);
}

int bs_ledger_begin(struct bs_ledger *l, struct bs_guest *g, bs_ns window, bool samples)
{
	*l = (struct bs_ledger){.meter = {.until = until, .arg = l}, .g = g};
	l->interval = window / 2000 > 10 * BS_NS_PER_MS ? window / 2000 : 10 * BS_NS_PER_MS;
	l->next_sample = samples ? 0 : BS_NO_TIME;
	l->split.next = BS_NO_TIME;
	l->map.next = BS_NO_TIME;
	l->tl = bs_timeline_create(window);
	if (!l->tl || (samples && bs_held_split_begin(&l->split, g, window)))
		return -ENOMEM;
	find_next_look(l);
	bs_clock_add_meter(g->clock, &l->meter);
	return 0;
}

int bs_ledger_map(struct bs_ledger *l, bs_ns window)
{
	const int ret = bs_memory_map_begin(&l->map, l->g, window);

	find_next_look(l);
	return ret;
}

void bs_ledger_load_end(struct bs_ledger *l)
{
	until(l, l->g->clock->now);
	bs_timeline_load_end(l->tl, l->g->clock->now);
}

void bs_ledger_close(struct bs_ledger *l, bs_ns end)
{
	bs_clock_set_time(l->g->clock, end);
	bs_clock_drop_meter(l->g->clock, &l->meter);
	bs_timeline_end(l->tl, end);
	if (l->split.shares)
		bs_held_split_close(&l->split, l->tl, end);
	if (l->map.looks)
		bs_memory_map_close(&l->map, end);
	l->g->ended = true;
}

void bs_ledger_free(struct bs_ledger *l)
{
	bs_held_split_free(&l->split);
	bs_memory_map_free(&l->map);
	bs_timeline_destroy(l->tl);
	l->tl = NULL;
}

uint64_t bs_ledger_cache(const struct bs_guest *g)
{
	return g->touch ? (g->cache_pages - g->cache_dirty) << g->page_shift : 0;
}

uint64_t bs_ledger_excess(const struct bs_guest *g)
{
	const uint64_t held = bs_device_held(g->dev);

	return held > g->used_bytes ? held - g->used_bytes : 0;
}
