// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * figures_sum.c - amounts, times blocked and counts add up; what is a point in time or a length is the
 * longest; settle times are nobody's, for guests settle at different times; delays are of all requests
 * together.
 */
#include "figures_sum.h"

#include <string.h>

#include "cell_load.h"

/* A struct of nothing but uint64_t. */
static void add_all(void *to, const void *from, size_t size)
{
	uint64_t *a = to;
	const uint64_t *b = from;

	for (size_t i = 0; i < size / sizeof(*a); i++)
		a[i] += b[i];
}

#define ADD_ALL(field) add_all(&s->field, &f->field, sizeof(s->field))
#define ADD(field) (s->field += f->field)
#define MOST(field) (s->field = f->field > s->field ? f->field : s->field)

/* Where there is any. */
#define MOST_TIME(field)                                                                      \
	(s->field = s->field == BS_NO_TIME || (f->field != BS_NO_TIME && f->field > s->field) \
			    ? f->field                                                        \
			    : s->field)

static void add_device(struct bs_figures *s, const struct bs_figures *f)
{
	ADD(device.requests);
	ADD(device.ranges);
	ADD(device.asked_bytes);
	ADD(device.redundant_bytes);
	ADD(device.discarded_bytes);
	ADD(device.returned_bytes);
	ADD(device.lazyfree_bytes);
	ADD(device.skipped_bytes);
	ADD(device.skipped_ranges);
	ADD(device.failed_requests);
	ADD(device.host_ns);
	ADD(device.refaults);
	ADD(device.refault_bytes);
	ADD(device.refault_bytes_1s);
	ADD(device.refault_bytes_10s);
	ADD(device.resident_bytes);
	ADD(device.unmapped_bytes);
	ADD(device.swapped_bytes);
	ADD(device.swapped_out_bytes);
	ADD(device.swapped_in_bytes);
	ADD(device.lazy_dropped_bytes);
	ADD(device.first_touch_bytes);
	ADD(device.zeroing_avoided_bytes);
	ADD(device.unzeroed_bytes);
	ADD(device.installs);
	ADD(device.install_bytes);
	ADD(device.content_loss);
	ADD(device.poison_bytes);
}

static void add_figures(struct bs_figures *s, const struct bs_figures *f)
{
	const uint64_t isolated = s->report.isolated_peak_bytes;

	ADD_ALL(report);
	s->report.isolated_peak_bytes = isolated;
	MOST(report.isolated_peak_bytes);
	add_device(s, f);
	ADD_ALL(machine);
	ADD(held_mib_s);
	ADD(used_mib_s);
	ADD(cache_mib_s);
	ADD(cache_end_bytes);
	ADD_ALL(held);
	ADD_ALL(held_end);
	ADD(left_raw_bytes);
	ADD(paused_raw_bytes);
	ADD_ALL(nr_free);
	ADD(allocations);
	ADD(alloc_failed);
	ADD(false_oom);
	ADD(rescued);
	ADD(skipped_frees);
	ADD(unusable_frees);
	ADD(unfinished_events);
	MOST(late_end);
	ADD_ALL(stall);
	ADD_ALL(moved);
	ADD(host_errors);
	ADD(events);
	if (s->cost_ns == BS_NO_TIME || f->cost_ns == BS_NO_TIME)
		s->cost_ns = BS_NO_TIME;
	else
		ADD(cost_ns);
	/* Of two that were killed, the first. */
	if (f->killed_at < s->killed_at)
		s->killed_at = f->killed_at;
	MOST(stood);
	ADD_ALL(snapshot);
	s->restored.is |= f->restored.is;
	ADD(restored.content_bytes);
	ADD(restored.back_bytes);
	MOST_TIME(restored.t50);
	MOST_TIME(restored.t90);
	MOST_TIME(restored.t99);
	ADD(cycles.done);
	s->cycles.counted |= f->cycles.counted;
	s->asked.any |= f->asked.any;
	ADD(asked.compactions);
	ADD(asked.moved);
	ADD(asked.scanned);
	ADD(asked.gained);
	ADD(asked.drops);
	ADD(asked.dropped);
	ADD(asked.reclaims);
	ADD(asked.reclaimed);
	s->huge.counted |= f->huge.counted;
	s->cache.counted |= f->cache.counted;
	ADD(cache.read);
	ADD(cache.again);
	ADD(cache.reclaimed);
	ADD(cache.by_kswapd);
	ADD(cache.peak);
	ADD(cache.end);
	s->pressed.modelled |= f->pressed.modelled;
	ADD(pressed.waited);
	ADD(pressed.direct);
	ADD(pressed.by_kswapd);
	ADD(pressed.asked);
	ADD(pressed.kswapd_runs);
	ADD(pressed.kswapd_ns);
	ADD(pressed.kcompactd_ns);
	ADD(pressed.flusher_ns);
	ADD(pressed.kcompactd_runs);
	ADD(pressed.proactive_runs);
	ADD(pressed.scanned);
	ADD(pressed.moved);
	ADD(pressed.huge_blocks);
	ADD(pressed.dirty_end);
	ADD(pressed.written);
	ADD(pressed.swapped_out);
	ADD(pressed.swapped_in);
	ADD(pressed.swap_peak);
	ADD(pressed.gone_frees);
	ADD(pressed.oom_kills);
	ADD(huge.alloc);
	ADD(huge.failed);
	ADD(huge.collapsed);
	ADD(huge.collapse_failed);
	ADD(huge.split);
	ADD(huge.tables);
	s->huge.share = BS_NO_TIME; /* each guest has its own */
	/* One that was killed has nothing that could be compared. */
	if (f->residency_checked && (!s->residency_checked || !f->residency_equal))
		s->residency_equal = f->residency_equal;
	s->residency_checked |= f->residency_checked;
	if (f->residency_checked && !f->residency_equal)
		memcpy(s->residency_note, f->residency_note, sizeof(s->residency_note));
}

static void add_histogram(struct bs_histogram *all, const struct bs_histogram *h)
{
	all->zeroes += h->zeroes;
	all->nonzero += h->nonzero;
	if (h->max > all->max)
		all->max = h->max;
	for (unsigned int i = 0; i < BS_HISTOGRAM_BUCKETS; i++)
		all->count[i] += h->count[i];
}

static void merge_delays(struct bs_cell *c)
{
	struct bs_histogram all = {0};

	for (const struct bs_cell *g = c; g; g = g->next)
		add_histogram(&all, bs_cell_delays(g));
	c->sum.delay = (struct bs_delays){
		.p50 = bs_histogram_percentile(&all, 500),
		.p90 = bs_histogram_percentile(&all, 900),
		.p99 = bs_histogram_percentile(&all, 990),
		.p999 = bs_histogram_percentile(&all, 999),
		.max = all.max,
		.nonzero = all.nonzero,
	};
}

static void merge_cycles(struct bs_cell *c)
{
	struct bs_histogram all = {0};

	for (const struct bs_cell *g = c; g; g = g->next)
		if (g->program)
			add_histogram(&all, &g->program->cycle_ns);
	c->sum.cycles.each = BS_NO_TIME;
	c->sum.cycles.p50 = bs_histogram_percentile(&all, 500);
	c->sum.cycles.p90 = bs_histogram_percentile(&all, 900);
	c->sum.cycles.p99 = bs_histogram_percentile(&all, 990);
	c->sum.cycles.max = all.max;
}

void bs_figures_sum(struct bs_cell *c)
{
	const bs_ns load = c->end - c->plan->cfg.window.tail;
	struct bs_figures *s = &c->sum;

	*s = c->f;
	for (const struct bs_cell *g = c->next; g; g = g->next)
		add_figures(s, &g->f);
	if (s->host_counts)
		s->peak_resident_bytes = s->host.peak_bytes;
	for (unsigned int i = 0; i < 3; i++)
		s->settle[i] = BS_NO_TIME;
	s->stall_per_minute =
		load ? (bs_ns)((unsigned __int128)s->stall.total * 60 * BS_NS_PER_S / load)
		     : BS_NO_TIME;
	merge_delays(c);
	merge_cycles(c);
}
