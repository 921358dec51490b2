/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h - figures over time: exact integrals, samples for pictures, the bound nothing can beat.
 *
 * All accumulation is in integers (pages x ns in 128 bits); floating point appears nowhere. What
 * each figure means: semantics.md 7, and `buddysim list metrics`, which prints bs_metrics[].
 */
#ifndef BUDDYSIM_STATS_H
#define BUDDYSIM_STATS_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One figure: the key of the record, its unit and its definition, for help and documentation. */
struct bs_metric {
	const char *key, *unit, *definition;
	bool cell; /* of a cell, and one number: --fail-if can test it */
};
/** Metric number @index, NULL behind the last. */
const struct bs_metric *bs_metric_at(unsigned int index);

/* ---- Timeline ------------------------------------------------------------------------------- */

struct bs_timeline;

/** One sample: the state at that moment. */
struct bs_sample {
	bs_ns time;
	uint64_t used_bytes, resident_bytes, unmapped_bytes;
	uint64_t reported_bytes, refault_bytes, calls; /* cumulative */
	uint64_t nr_free[BS_NR_ORDERS];
};

/**
 * bs_timeline_create - samples every max(10 ms, window/2000) of virtual time
 * @window: expected length of the run in ns
 */
struct bs_timeline *bs_timeline_create(bs_ns window);
void bs_timeline_destroy(struct bs_timeline *tl);

/**
 * bs_timeline_set - the levels from @now on; what was before is integrated exactly
 *
 * Call after every change of used, resident or unmapped bytes. O(1), allocates nothing.
 */
void bs_timeline_set(struct bs_timeline *tl, bs_ns now, uint64_t used_bytes,
		     uint64_t resident_bytes, uint64_t unmapped_bytes);
/** Is a sample due at or before @now? Then bs_timeline_sample() takes it, @s->time = @now. */
bool bs_timeline_due(const struct bs_timeline *tl, bs_ns now);
void bs_timeline_sample(struct bs_timeline *tl, const struct bs_sample *s);
/** Close the window at @end. */
void bs_timeline_end(struct bs_timeline *tl, bs_ns end);

/** Integral of max(0, resident + unmapped - used) and of used, in MiB x s, rounded down. */
uint64_t bs_timeline_held_mib_s(const struct bs_timeline *tl);
uint64_t bs_timeline_used_mib_s(const struct bs_timeline *tl);
uint64_t bs_timeline_peak_resident(const struct bs_timeline *tl);
/** Time after @load_end until the excess (resident + unmapped - used) has fallen for good below
 *  (100 - percent) % of what it was at @load_end; BS_NO_TIME if it never did within the window.
 *  Call bs_timeline_load_end() at that moment of the run. */
void bs_timeline_load_end(struct bs_timeline *tl, bs_ns now);
bs_ns bs_timeline_settle(const struct bs_timeline *tl, unsigned int percent);
size_t bs_timeline_samples(const struct bs_timeline *tl, const struct bs_sample **samples);

/* ---- Bound ---------------------------------------------------------------------------------- */

struct bs_bound;

/**
 * The bound of semantics.md 7: for each level x of used(t), in 2 MiB steps, the gap between
 * leaving and re-entering that level is worth reporting iff held x weight > refault cost.
 * @refault_ns_per_mib: cost of taking memory back
 * @weight_ns_per_mib_s: what holding 1 MiB for 1 s is worth; 0 = everything reported at once
 */
struct bs_bound *bs_bound_create(uint64_t memory_bytes, bs_ns refault_ns_per_mib,
				 bs_ns weight_ns_per_mib_s);
void bs_bound_destroy(struct bs_bound *b);
/** used bytes from @now on. */
void bs_bound_set(struct bs_bound *b, bs_ns now, uint64_t used_bytes);
void bs_bound_end(struct bs_bound *b, bs_ns end);
uint64_t bs_bound_held_mib_s(const struct bs_bound *b);
uint64_t bs_bound_refault_bytes(const struct bs_bound *b);

/* ---- Fragmentation (spec allocator.md 7) ----------------------------------------------------- */

/** External fragmentation index of an order, in 1/1000; -1000: the request would succeed. */
int bs_extfrag_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);
/** Share of free memory that is unusable for an order, in 1/1000. */
int bs_unusable_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);
/** extfrag_for_order() in percent. */
int bs_extfrag_percent(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);

#ifdef __cplusplus
}
#endif
#endif
