/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h - figures over time: exact integrals, samples for pictures, the bound nothing can beat.
 *
 * All accumulation is in integers (byte x ns in 128 bits); floating point appears nowhere. What each
 * figure means: MEANING.md, held; the bound; and `buddysim list metrics` (record.h).
 */
#ifndef BUDDYSIM_STATS_H
#define BUDDYSIM_STATS_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- Timeline ------------------------------------------------------------------------------- */

struct bs_timeline;

/** One sample: the state at that moment. */
struct bs_sample {
	bs_ns time;
	uint64_t used_bytes, resident_bytes, unmapped_bytes, swapped_bytes;
	uint64_t host_bytes, host_swapped_bytes; /* of all guests, as the host counts */
	uint64_t cache_bytes; /* of used_bytes: clean page cache */
	uint64_t process_bytes, huge_bytes; /* in processes; of that in huge pages */
	uint64_t reported_bytes, refault_bytes, calls; /* cumulative */
	uint64_t nr_free[BS_NR_ORDERS];
	uint64_t free_pages_of_type[BS_MIGRATE_TYPES];
};

/**
 * bs_timeline_create - samples every max(10 ms, window/2000) of virtual time
 * @window: expected length of the run in ns; a longer run doubles the interval and thins out
 *
 * The first bs_timeline_set() or bs_timeline_sample() opens the window.
 * Return: the timeline, NULL without memory. Nothing is allocated after this.
 */
struct bs_timeline *bs_timeline_create(bs_ns window);
void bs_timeline_destroy(struct bs_timeline *tl);

/**
 * bs_timeline_set - the levels from @now on; what was before is integrated exactly
 *
 * Call after every change of used, resident or unmapped bytes, in order of time. O(1).
 */
void bs_timeline_set(struct bs_timeline *tl, bs_ns now, uint64_t used_bytes,
		     uint64_t resident_bytes, uint64_t unmapped_bytes);
/** Is a sample due at or before @now? Ask before what happens at @now is applied. */
bool bs_timeline_due(const struct bs_timeline *tl, bs_ns now);
/**
 * bs_timeline_sample - keep @s, the state that held until @s->time
 *
 * If one is due, it is stored at the due time, which all runs of a comparison share, not at the
 * event that noticed it; when nothing happened for several intervals, also at the last of them, so
 * that a curve drawn through the samples stays flat until it changes. If none is due (the last
 * one of a run) it is stored at @s->time.
 */
void bs_timeline_sample(struct bs_timeline *tl, const struct bs_sample *s);
/** Close the window at @end: later calls change no figure. */
void bs_timeline_end(struct bs_timeline *tl, bs_ns end);

/** Integral of max(0, resident + unmapped - used) and of used, in MiB x s, rounded down. */
uint64_t bs_timeline_held_mib_s(const struct bs_timeline *tl);
uint64_t bs_timeline_used_mib_s(const struct bs_timeline *tl);
/** Most that the host held at once: resident + unmapped bytes. */
uint64_t bs_timeline_peak_resident(const struct bs_timeline *tl);
/** The load ends at @now, with the levels set last: settle times count from here. */
void bs_timeline_load_end(struct bs_timeline *tl, bs_ns now);
/**
 * bs_timeline_settle - how long until @percent % of the excess at load end was gone for good
 * @percent: 0 .. 100
 *
 * Excess is max(0, resident + unmapped - used). The time counts from load end to the last moment
 * at which the excess fell to (100 - percent) % of its value at load end, or below; 0 if there was
 * no excess. Exact: taken from the changes, not from the samples.
 * Return: ns; BS_NO_TIME if it never did within the window, or load_end() was never called.
 */
bs_ns bs_timeline_settle(const struct bs_timeline *tl, unsigned int percent);
/** The samples in order of time; their number. Valid until the next sample or destroy. */
size_t bs_timeline_samples(const struct bs_timeline *tl, const struct bs_sample **samples);
/** The interval now in force: what create() chose, doubled whenever the samples were thinned. */
bs_ns bs_timeline_interval(const struct bs_timeline *tl);

/* ---- Shares ---------------------------------------------------------------------------------- */

#define BS_MAX_SHARES 32

/** What the excess of a timeline consists of, in @nr parts; the first one has what is nobody else's. */
struct bs_shares;
/**
 * bs_shares_create - no samples yet
 * @nr: parts, at most BS_MAX_SHARES; @first_sub: those from here on are together one part of the others
 * @room: as many samples are kept; of more the last ones are not, and count all the same
 *
 * Return: NULL without memory. Nothing is allocated after this.
 */
struct bs_shares *bs_shares_create(unsigned int nr, unsigned int first_sub, size_t room);
void bs_shares_destroy(struct bs_shares *s);
/**
 * bs_shares_sample - from the last sample to @at the excess consisted of both samples' parts
 * @tl: its levels have been set for all that happened before @at
 * @weights: @nr of them
 *
 * The excess between the samples is the exact integral; only its parts are taken from the samples.
 */
void bs_shares_sample(struct bs_shares *s, const struct bs_timeline *tl, bs_ns at,
		      const uint64_t *weights);
/** The samples in order of time, @nr weights each; their number. */
size_t bs_shares_samples(const struct bs_shares *s, const bs_ns **times, const uint64_t **weights);
/** The parts in whole MiB x s, and the sum of those from first_sub on. With that sum they add up to
 *  bs_timeline_held_mib_s() as of the last sample. */
uint64_t bs_shares_mib_s(const struct bs_shares *s, uint64_t *out);
/** Deal @whole out by @weights, so that it adds up; all of it to the first part where there are none. */
void bs_shares_of(uint64_t whole, const uint64_t *weights, unsigned int n, uint64_t *out);

/* ---- Bound ---------------------------------------------------------------------------------- */

/**
 * struct bs_bound - what the best possible reporter would pay, whatever it knows and places
 *
 * used(t) is cut into levels of 2 MiB. A level is left when used falls to its bottom and re-entered
 * when used reaches its top; the gap is the time in between in which the level is wholly empty.
 * For each gap the reporter has two ways: hold (gap x 2 MiB held, no refault) or report at once
 * (nothing held, 2 MiB refaulted). It reports iff gap x weight > refault cost. What follows:
 *
 * - Before a level is first entered, and after it is left for the last time, nothing is paid:
 *   nothing was ever resident there, or nothing comes back.
 * - Bottom and top differ so that the bound is rounded down: a used line that trembles by a few
 *   pages around a multiple of 2 MiB costs nothing. Every height between them is empty throughout
 *   the gap and is filled again behind it, so it costs a real reporter at least as much.
 * - Weight 0 reads "holding is not an option": everything is reported at once, held is 0, and
 *   refault_bytes is what such a reporter pays at least. It is the limit of a growing weight.
 * - A gap that takes no time is held: it costs nothing either way.
 *
 * The law is about the sum: cost = held x weight + refaulted x refault cost of the bound is at most
 * that of any strategy on this trace (bs_bound_cost_ns() <= bs_bound_row_cost_ns()), provided that
 * memory in use is resident (it was at t0, and the guest touches what it gets), that all events of the
 * trace happened, and when they were recorded. A row pays first touches, too, and for the host's work:
 * that makes it more, never less, and where it takes fresh pages in place of reported ones they are
 * what it pays for coming back. Each part alone can
 * be undercut by spending more of the other, except at weight 0, where held is 0.
 */
struct bs_bound;

/**
 * bs_bound_create - for one trace, from its used bytes alone; MEANING.md, the bound
 * @memory_bytes: size of the guest; used never exceeds it
 * @refault_ns_per_mib: cost of taking memory back
 * @weight_ns_per_mib_s: what holding 1 MiB for 1 s is worth; 0 = everything reported at once
 *
 * Return: the bound, NULL without memory. Nothing is allocated after this.
 */
struct bs_bound *bs_bound_create(uint64_t memory_bytes, bs_ns refault_ns_per_mib,
				 bs_ns weight_ns_per_mib_s);
void bs_bound_destroy(struct bs_bound *b);
/** The longest gap that is held rather than reported, in ns, for these prices; 0 at weight 0. */
bs_ns bs_bound_held_gap(bs_ns refault_ns_per_mib, bs_ns weight_ns_per_mib_s);
/** used bytes from @now on, in order of time. O(levels crossed). */
void bs_bound_set(struct bs_bound *b, bs_ns now, uint64_t used_bytes);
/** Close the window: gaps still open are never re-entered. */
void bs_bound_end(struct bs_bound *b, bs_ns end);
/** What it holds, MiB x s, rounded down; what it takes back, bytes. */
uint64_t bs_bound_held_mib_s(const struct bs_bound *b);
uint64_t bs_bound_refault_bytes(const struct bs_bound *b);
/** Its cost in ns, rounded down. */
bs_ns bs_bound_cost_ns(const struct bs_bound *b);
/**
 * bs_bound_row_cost_ns - the cost of a run of the same trace, to hold against bs_bound_cost_ns()
 * @tl: the run's timeline
 * @guest_ns: time that the guest's CPUs were blocked, first touches included: a run that takes fresh
 *            pages instead of those it reported has no refaults, but pays the same faults
 * @host_ns: time that the host spent on requests
 *
 * Return: held x weight + @guest_ns + @host_ns, rounded up; BS_NO_TIME if it does not fit, or if the
 * run held anything at weight 0.
 */
bs_ns bs_bound_row_cost_ns(const struct bs_bound *b, const struct bs_timeline *tl, bs_ns guest_ns,
			   bs_ns host_ns);
/**
 * bs_bound_late_ns - how far below the bound a run can be whose events came late
 * @blocked_ns: time for which any CPU was blocked, at least
 * @late_bytes: allocated late
 * @late_periods: times at which events began to wait
 *
 * While events wait, used(t) is not the trace's. Where it is more, what is used is not held: at most all
 * of the guest for all of that time. Where it is less, a level that the trace enters may be left out: at
 * most those that the late allocations fill, and one more each time for what is no whole level.
 */
bs_ns bs_bound_late_ns(const struct bs_bound *b, bs_ns blocked_ns, uint64_t late_bytes,
		       uint64_t late_periods);

/* ---- Fragmentation, as the kernel computes it -------------------------------------------------- */

/** External fragmentation index of an order, in 1/1000; -1000: the request would succeed. Towards 0
 *  it would fail for lack of memory, towards 1000 for fragmentation. */
int bs_extfrag_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);
/** Share of free memory that is unusable for an order, in 1/1000. */
int bs_unusable_index(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);
/** extfrag_for_order() in percent. */
int bs_extfrag_percent(const uint64_t nr_free[BS_NR_ORDERS], unsigned int order);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
