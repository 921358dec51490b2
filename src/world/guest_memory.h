/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_memory.h - a guest gives memory out and takes it back: the allocator, the memory behind it, and the
 * CPU that waits for that.
 *
 * bs_guest_alloc() and bs_guest_free() are all that a load needs. A load that looks into its guest
 * between the steps, as a replay does, uses the steps.
 */
#ifndef BS_GUEST_MEMORY_H
#define BS_GUEST_MEMORY_H

#include "content.h"
#include "fail.h"
#include "host_memory.h"
#include "locks.h"
#include "parts.h"
#include "vmstat.h"

/* What @gfp says of whom the memory is for. */
struct bs_gfp_use {
	bool user; /* it is zeroed before it is handed out */
	bool lru; /* it counts as movable when it is stolen from */
	bool cache; /* it is clean page cache */
	bool anon; /* a process's: it may go to swap */
};

/* @id: stamped into the memory, and the page's word. BS_NO_PFN: it failed, and is counted. */
bs_pfn bs_guest_alloc(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
		      uint32_t id, struct bs_gfp_use use);
/* The same of a request that somebody makes who can do without: that it failed counts as nothing. */
bs_pfn bs_guest_try(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
		    uint32_t id, struct bs_gfp_use use);
/* The same of a request whose owner is made known later, and which nobody is killed for; that it failed counts as nothing. */
bs_pfn bs_guest_take(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order);
/* The block, or an aligned part of it, which is split off. */
void bs_guest_free(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order,
		   uint32_t id);
/* The block of a process may go to the guest's swap from now on, if there is one. */
void bs_guest_joins(struct bs_guest *g, bs_pfn pfn, unsigned int order);
/* The window is about to open, and what was in use before it has been allocated: pages on per-cpu lists
 * are resident, too, and where @all is set whatever is free. */
void bs_guest_preset_resident(struct bs_guest *g, bool all);
/* Its owner writes into the block again, or a part of it. */
void bs_guest_touch_again(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order);
/* When @cpu goes on. */
static inline bs_ns bs_guest_cpu_free(const struct bs_guest *g, unsigned int cpu)
{
	const bs_ns until = g->cpus[cpu].busy_until;

	return until > g->clock->now ? until : g->clock->now;
}

/* ---- The steps ------------------------------------------------------------------------------- */

/* An allocation found nothing: what it gives once the strategy, as a client of the guest, has let go
 * of pages. */
bs_pfn bs_guest_alloc_again(struct bs_guest *g, unsigned int cpu, unsigned int gfp,
			    unsigned int order);
/* ... once it has reclaimed and compacted, too, where the guest does that. */
bs_pfn bs_guest_alloc_late(struct bs_guest *g, unsigned int cpu, unsigned int gfp,
			   unsigned int order);
/* ... and still nothing: it is counted. */
void bs_guest_refused(struct bs_guest *g, unsigned int gfp, unsigned int order);

/* It is freed, and overwritten before or behind that (g->poison says when). */
void bs_guest_free_poisoned(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order);

/* @cpu gets a block that the allocator has just given out. */
static inline void bs_guest_own(struct bs_guest *g, unsigned int cpu, bs_pfn pfn,
				unsigned int order, uint32_t id, bool user)
{
	struct bs_fault_cost cost;
	struct bs_error err;

	g->used_bytes += bs_guest_bytes(g, order);
	bs_vmstat_note(g, cpu);
	bs_guest_note_owned(g, pfn, order, true);
	if (unlikely(g->contention))
		bs_contention_did(g, cpu, pfn);
	if (!g->touch)
		return;
	if (unlikely(g->zeroes))
		bs_guest_zero(g, cpu, pfn, order, user);
	if (unlikely(bs_device_alloc(g->dev, pfn, order, id, g->clock->now, &cost, &err)))
		bs_guest_fail(g, &err);
	if (unlikely(cost.first_touch | cost.refault | cost.host_zero | cost.swap | cost.restore))
		bs_guest_faulted(g, cpu, cost);
	if (unlikely(g->host_memory))
		bs_host_memory_changed(g, cpu);
}

/* It goes back to the allocator. @seen: the device was shown it when it was allocated. */
static inline void bs_guest_disown(struct bs_guest *g, unsigned int cpu, bs_pfn pfn,
				   unsigned int order, uint32_t id, bool seen)
{
	struct bs_error err;

	g->used_bytes -= bs_guest_bytes(g, order);
	bs_vmstat_note(g, cpu);
	bs_guest_note_owned(g, pfn, order, false);
	if (g->touch && seen && unlikely(bs_device_free(g->dev, pfn, order, id, &err)))
		bs_guest_fail(g, &err);
	if (likely(g->poison == BS_POISON_OFF || !seen))
		bs_free_pages(g->m, cpu, pfn, order);
	else
		bs_guest_free_poisoned(g, cpu, pfn, order);
	if (unlikely(g->contention))
		bs_contention_did(g, cpu, pfn);
}

#endif
