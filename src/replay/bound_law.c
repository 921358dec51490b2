// SPDX-License-Identifier: GPL-2.0-or-later
#include "bound_law.h"

#include <errno.h>

/* Its used(t) is less than the trace's by that. */
static bool given_back(const struct bs_cell *c)
{
	const struct bs_short_figures *p = &c->f.pressed;

	return p->direct + p->by_kswapd + p->asked;
}

/* Did it do all that a trace asks for, on memory that the host has to back (MEANING.md, the bound)? A
 * guest that follows a recorded kernel takes memory that no event tells of, and what is swapped out, or lies in a
 * snapshot, is held by nobody. */
static bool is_about(const struct bs_cell *c)
{
	const struct bs_figures *f = &c->f;

	return !c->program && !c->guest && c->g->touch &&
	       c->plan->cfg.guest.resident != BS_RESIDENT_NONE && !c->follow &&
	       !f->device.swapped_out_bytes && !given_back(c) && !f->restored.is &&
	       !f->unfinished_events && !f->alloc_failed && !f->skipped_frees && !f->unusable_frees;
}

/* How far below the bound the row may be: what being late can have saved it, what it would have been
 * blocked for behind the window's end, where that is no longer its time, and the part of a ns that each
 * fault's cost is rounded down by. */
static bs_ns allowance(const struct bs_cell *c, const struct bs_bound *b)
{
	const struct bs_device_stats *d = &c->f.device;
	const uint64_t faulted = d->refault_bytes + d->first_touch_bytes;
	const struct bs_stream_figures *s = &c->stream.f;
	const bs_ns exact = c->cut + (faulted >> BS_UNIT_SHIFT);

	if (!s->late_periods)
		return exact;
	return exact + bs_bound_late_ns(b, c->f.stall.total, s->late_alloc_bytes, s->late_periods);
}

/* Page cache at the price of what is held, if it counts as that. */
static void add_cache(struct bs_cell *c)
{
	const struct bs_sim_config *cfg = &c->plan->cfg;
	const unsigned __int128 cache = c->ledger.cache_byte_ns * cfg->host.weight_ns_per_mib_s;

	if (cfg->guest.cache == BS_CACHE_COUNTS_HELD && c->f.cost_ns != BS_NO_TIME)
		c->f.cost_ns += (bs_ns)(cache / BS_NS_PER_S >> 20);
}

int bs_bound_law(struct bs_cell *c, const struct bs_bound *b, struct bs_error *err)
{
	struct bs_figures *f = &c->f;
	const bs_ns bound = bs_bound_cost_ns(b);

	f->cost_ns = bs_bound_row_cost_ns(b, c->ledger.tl, f->stall.total, f->device.host_ns);
	add_cache(c);
	if (!is_about(c) || f->cost_ns >= bound || bound - f->cost_ns <= allowance(c, b))
		return 0;
	bs_error_set(err, BS_INVARIANT, EUCLEAN, c->label,
		     "this is a fault of buddysim: please report the command line",
		     "costs %llu ns, and no strategy can cost less than the bound of %llu ns",
		     (unsigned long long)f->cost_ns, (unsigned long long)bound);
	return -EUCLEAN;
}
