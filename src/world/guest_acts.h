/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_acts.h - what somebody in a guest, or its host through an agent, can ask of its kernel at any time: caches are
 * dropped, memory is reclaimed, what is in use is moved together (MEANING.md, memory under pressure).
 */
#ifndef BS_GUEST_ACTS_H
#define BS_GUEST_ACTS_H

#include "parts.h"

/* Whoever asks does the work on @cpu, and is blocked by it (causes reclaim, guest_swap, compact). */

/* drop_caches: all clean page cache goes. Returns bytes. */
uint64_t bs_guest_drop_caches(struct bs_guest *g, unsigned int cpu);
/* memory.reclaim: the oldest @bytes go, page cache first. Returns how many did. The guest can compact
 * (bs_mm_compact_begin()). */
uint64_t bs_guest_reclaim(struct bs_guest *g, unsigned int cpu, uint64_t bytes);
/* compact_memory. 0 or -ENOMEM. */
int bs_guest_compact(struct bs_guest *g, unsigned int cpu);
/* vm.compaction_proactiveness, vm.defrag_mode; as above. */
void bs_guest_set_proactiveness(struct bs_guest *g, unsigned int percent);
void bs_guest_set_defrag_mode(struct bs_guest *g, bool on);

/* What its user space can read, in bytes. */
struct bs_guest_caches {
	uint64_t clean, dirty; /* page cache */
	uint64_t reclaimable; /* ... and memory of processes that swap has room for */
	uint64_t swapped, swap_free;
};
void bs_guest_caches(const struct bs_guest *g, struct bs_guest_caches *out);

#endif
