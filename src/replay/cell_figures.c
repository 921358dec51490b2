// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_figures.h"

#include "cell_load.h"
#include "held_why.h"
#include "page_cache.h"
#include "pressure.h"
#include "reporter.h"

static bs_ns per_minute(bs_ns total, bs_ns load)
{
	const unsigned __int128 ns = (unsigned __int128)total * 60 * BS_NS_PER_S;

	return load ? (bs_ns)(ns / load) : BS_NO_TIME;
}

static void take_stall(struct bs_cell *c)
{
	struct bs_figures *f = &c->f;
	bs_ns of[BS_NR_CAUSES];

	c->cut = bs_cpus_blocked(c->g->cpus, c->g->nr_cpus, of);
	f->stall = (struct bs_stall){
		.first_touch = of[BS_CAUSE_FIRST_TOUCH],
		.refault = of[BS_CAUSE_REFAULT],
		.host_zero = of[BS_CAUSE_HOST_ZERO],
		.request = of[BS_CAUSE_REQUEST],
		.install = of[BS_CAUSE_INSTALL],
		.zero = of[BS_CAUSE_ZERO],
		.poison = of[BS_CAUSE_POISON],
		.client = of[BS_CAUSE_CLIENT],
		.wait = of[BS_CAUSE_WAIT],
		.swap = of[BS_CAUSE_SWAP],
		.restore = of[BS_CAUSE_RESTORE],
		.reclaim = of[BS_CAUSE_RECLAIM],
		.refill = of[BS_CAUSE_REFILL],
		.compact = of[BS_CAUSE_COMPACT],
		.writeback = of[BS_CAUSE_WRITEBACK],
		.guest_swap = of[BS_CAUSE_GUEST_SWAP],
	};
	for (unsigned int i = 0; i < BS_NR_CAUSES; i++)
		f->stall.total += of[i];
	f->stall_per_minute = per_minute(f->stall.total, c->end - c->plan->cfg.window.tail);
	f->unfinished_events = c->stream.f.unfinished;
	f->late_end = c->stream.f.late_end;
	f->killed_at = c->g->killed ? c->g->killed_at : BS_NO_TIME;
}

static void take_delays(struct bs_cell *c)
{
	const struct bs_histogram *h = bs_cell_delays(c);

	c->f.delay = (struct bs_delays){
		.p50 = bs_histogram_percentile(h, 500),
		.p90 = bs_histogram_percentile(h, 900),
		.p99 = bs_histogram_percentile(h, 990),
		.p999 = bs_histogram_percentile(h, 999),
		.max = h->max,
		.nonzero = h->nonzero,
	};
}

static void take_saved(struct bs_cell *c)
{
	const struct bs_saved *s = &c->g->saved;

	c->f.stood = s->stood_ns;
	c->f.snapshot = (struct bs_snapshot_figures){
		.taken = s->snapshots,
		.carried_bytes = s->carried_bytes,
		.free_bytes = s->free_bytes,
	};
	c->f.restored = (struct bs_restore_figures){.t50 = BS_NO_TIME, .t90 = BS_NO_TIME};
	c->f.restored.t99 = BS_NO_TIME;
	if (!s->back)
		return;
	c->f.restored.is = true;
	c->f.restored.content_bytes = s->restored_bytes;
	c->f.restored.back_bytes = bs_device_came_back(c->g->dev);
	if (!s->back->zeroes && !s->back->nonzero)
		return;
	c->f.restored.t50 = bs_histogram_percentile(s->back, 500);
	c->f.restored.t90 = bs_histogram_percentile(s->back, 900);
	c->f.restored.t99 = bs_histogram_percentile(s->back, 990);
}

static void take_asked(struct bs_cell *c)
{
	const struct bs_acts *a = &c->g->acts;

	c->f.asked = (struct bs_asked_figures){
		.any = c->plan->cfg.guest.nr_events || c->agent,
		.compactions = a->compactions,
		.moved = a->moved,
		.scanned = a->scanned,
		.gained = a->gained,
		.drops = a->drops,
		.dropped = a->dropped,
		.reclaims = a->reclaims,
		.reclaimed = a->reclaimed,
	};
}

static void take_moved(struct bs_cell *c)
{
	const struct bs_moves *v = &c->g->moves;

	c->f.moved = (struct bs_move_figures){
		.range = v->pages[BS_MOVER_RANGE],
		.asked = v->pages[BS_MOVER_ASKED],
		.request = v->pages[BS_MOVER_REQUEST],
		.daemon = v->pages[BS_MOVER_DAEMON],
	};
	for (unsigned int i = 0; i < BS_NR_MOVERS; i++)
		c->f.moved.ns += v->ns[i];
}

static void take_pressure(struct bs_cell *c)
{
	const struct bs_pressure *p = c->g->pressure;
	struct bs_page_cache_figures cache = {0};
	struct bs_mm_scans scans;

	if (!p)
		return;
	bs_mm_scans(c->g->m, &scans);
	if (c->g->cache)
		bs_page_cache_figures(c->g->cache, &cache);
	c->f.pressed = (struct bs_short_figures){
		.modelled = true,
		.waited = p->f.waited,
		.direct = p->f.direct,
		.by_kswapd = p->f.by_kswapd,
		.asked = p->f.asked,
		.kswapd_runs = p->f.kswapd_runs,
		.kswapd_ns = p->f.kswapd_ns,
		.kcompactd_ns = p->f.kcompactd_ns,
		.flusher_ns = cache.flusher_ns,
		.kcompactd_runs = p->f.kcompactd_runs,
		.proactive_runs = p->f.proactive_runs,
		.scanned = scans.sources + scans.targets,
		.moved = scans.moved,
		.huge_blocks = p->f.huge_gained >> bs_guest_big(c->g),
		.dirty_end = cache.dirty,
		.written = cache.written,
		.swapped_out = p->f.swapped_out,
		.swapped_in = p->f.swapped_in,
		.swap_peak = p->f.swap_peak,
		.gone_frees = c->stream.f.gone_frees,
		.oom_kills = p->f.oom_kills,
	};
}

static void take_locks(struct bs_cell *c)
{
	const struct bs_lock_figures *l;

	if (!c->g->contention)
		return;
	l = &c->g->contention->f;
	c->f.locks = (struct bs_locks){
		.modelled = true,
		.taken = l->taken,
		.waited = l->waited,
		.hold = l->hold_ns,
		.longest_hold = l->longest_hold_ns,
		.longest_wait = l->longest_wait_ns,
		.worker_taken = l->worker_taken,
		.worker_hold = l->worker_hold_ns,
		.worker_wait = l->worker_wait_ns,
	};
}

void bs_cell_take_window(struct bs_cell *c)
{
	struct bs_figures *f = &c->f;

	take_stall(c);
	take_delays(c);
	take_locks(c);
	take_asked(c);
	take_pressure(c);
	take_saved(c);
	take_moved(c);
	bs_held_why_take(&c->ledger.split, f);
	bs_report_stats(c->g->rc, &f->report);
	bs_device_stats(c->g->dev, &f->device);
	f->host_errors = 0;
	for (unsigned int i = 0; i < BS_DEVICE_ERRNOS; i++)
		f->host_errors += f->device.errnos[i].count;
	bs_machine_counters(c->g->m, &f->machine);
	f->nr_orders = bs_platform_of(c->g->m)->max_order + 1;
	bs_nr_free_blocks(c->g->m, f->nr_free);
	f->left_raw_bytes = bs_report_raw_bytes(c->g->rc);
	f->held_mib_s = bs_timeline_held_mib_s(c->ledger.tl);
	f->used_mib_s = bs_timeline_used_mib_s(c->ledger.tl);
	f->cache_mib_s = (uint64_t)(c->ledger.cache_byte_ns / BS_NS_PER_S >> 20);
	f->cache_end_bytes = bs_ledger_cache(c->g);
	f->peak_resident_bytes = bs_timeline_peak_resident(c->ledger.tl);
	for (unsigned int i = 0; i < 3; i++)
		f->settle[i] =
			bs_timeline_settle(c->ledger.tl, (const unsigned int[]){50, 90, 99}[i]);
}

void bs_cell_take_counts(struct bs_cell *c)
{
	const struct bs_stream_figures *s = &c->stream.f;

	c->f.events = s->events;
	c->f.allocations = s->allocations;
	c->f.skipped_frees = s->skipped_frees;
	c->f.unusable_frees = s->unusable_frees;
	c->f.paused_raw_bytes = s->paused_raw_bytes + c->g->saved.paused_raw_bytes;
	c->f.alloc_failed = c->g->alloc_failed;
	c->f.false_oom = c->g->false_oom;
	c->f.rescued = c->g->rescued;
	c->f.late_fault = bs_device_late_fault(c->g->dev, c->end);
	c->f.never_busy = c->g->reporter.busy_asked && !c->g->reporter.busy_told;
}
