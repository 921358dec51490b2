// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bound.c - what the best possible reporter would pay for a used(t) (MEANING.md, the bound; its
 * definition and why it is one: stats.h).
 *
 *   used
 *   6 MiB |   ____
 *   4 MiB |  |    |______         _____   level 2: entered once, never again: pays nothing
 *   2 MiB |  |           |     __|        level 1: left at a, empty until b, full again at c
 *       0 |__|           |____|           level 0: left at a, empty until b, full again at b
 *                        a    b  c
 *
 * For both gaps the choice is: hold 2 MiB for b - a, or refault 2 MiB.
 */
#include <buddysim/stats.h>

#include <stdlib.h>

#include "timeline.h"

#define LEVEL BS_BOUND_LEVEL

/*
 * Which levels are empty and which are entered follows from used alone, but for one: the level that
 * used ends in is neither empty nor full and stays what it was. Both sets are a boundary number each;
 * so is the set of levels that were ever entered.
 */
struct bs_bound {
	uint64_t nr_levels;
	uint64_t nr_touched; /* levels below are not empty */
	uint64_t nr_entered; /* levels below are entered: full, or not empty since they were full */
	uint64_t nr_ever; /* levels below were entered at some time */
	uint64_t above, below; /* while used is between these two, no level changes */
	bool open, closed;
	bs_ns max_held_gap; /* longer gaps are reported */
	bs_ns refault_ns_per_mib, weight_ns_per_mib_s;
	uint64_t refaulted; /* levels taken back */
	bs_u128 held_ns; /* levels x ns */
	struct level {
		bs_ns empty_since; /* valid while empty */
		bs_ns empty_ns; /* in the gap that is open */
	} * level;
};

/* gap x weight > cost, for 1 MiB: gap in ns, weight per second. */
bs_ns bs_bound_held_gap(bs_ns refault_ns_per_mib, bs_ns weight_ns_per_mib_s)
{
	bs_u128 gap = 0;

	if (weight_ns_per_mib_s)
		gap = (bs_u128)refault_ns_per_mib * BS_NS_PER_S / weight_ns_per_mib_s;
	return gap > BS_NO_TIME ? BS_NO_TIME : (bs_ns)gap;
}

struct bs_bound *bs_bound_create(uint64_t memory_bytes, bs_ns refault_ns_per_mib,
				 bs_ns weight_ns_per_mib_s)
{
	struct bs_bound *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->nr_levels = memory_bytes / LEVEL;
	b->level = calloc(b->nr_levels + 1, sizeof(*b->level));
	if (!b->level) {
		free(b);
		return NULL;
	}
	b->max_held_gap = bs_bound_held_gap(refault_ns_per_mib, weight_ns_per_mib_s);
	b->refault_ns_per_mib = refault_ns_per_mib;
	b->weight_ns_per_mib_s = weight_ns_per_mib_s;
	return b;
}

void bs_bound_destroy(struct bs_bound *b)
{
	if (!b)
		return;
	free(b->level);
	free(b);
}

static void gap_ends(struct bs_bound *b, struct level *l)
{
	if (l->empty_ns > b->max_held_gap)
		b->refaulted++;
	else
		b->held_ns += l->empty_ns;
}

static void move(struct bs_bound *b, bs_ns now, uint64_t used_bytes)
{
	uint64_t full = used_bytes / LEVEL, touched = full + !!(used_bytes % LEVEL);

	if (b->closed)
		return;
	/* The level that used ends in is neither empty nor full, wherever in it that is. */
	b->above = full * LEVEL;
	b->below = touched * LEVEL;
	/* A last level that is not whole can never be full: it pays nothing and is left out. */
	if (full > b->nr_levels)
		full = b->nr_levels;
	if (touched > b->nr_levels)
		touched = b->nr_levels;
	if (!b->open) {
		b->open = true;
		b->nr_touched = touched;
		b->nr_entered = b->nr_ever = full;
		return;
	}
	for (; b->nr_touched < touched; b->nr_touched++) {
		struct level *l = &b->level[b->nr_touched];

		l->empty_ns += now - l->empty_since;
	}
	for (; b->nr_touched > touched; b->nr_touched--) {
		struct level *l = &b->level[b->nr_touched - 1];

		l->empty_since = now;
		/* Emptied again before it was full: the same gap goes on. */
		if (b->nr_entered == b->nr_touched) {
			l->empty_ns = 0;
			b->nr_entered--;
		}
	}
	for (; b->nr_entered < full; b->nr_entered++) {
		if (b->nr_entered < b->nr_ever)
			gap_ends(b, &b->level[b->nr_entered]);
		else
			b->nr_ever++;
	}
}

void bs_bound_set(struct bs_bound *b, bs_ns now, uint64_t used_bytes)
{
	if (used_bytes <= b->above || used_bytes >= b->below)
		move(b, now, used_bytes);
}

void bs_bound_end(struct bs_bound *b, bs_ns end)
{
	/* An open gap is reported at its beginning and never taken back: nothing to add. */
	(void)end;
	b->closed = true;
}

uint64_t bs_bound_held_mib_s(const struct bs_bound *b)
{
	return (uint64_t)(b->held_ns * LEVEL / BS_MIB_S);
}

uint64_t bs_bound_refault_bytes(const struct bs_bound *b)
{
	return b->refaulted * LEVEL;
}

/* Cost in ns x MiB_S, so that nothing is rounded before the end. */
static bs_u128 cost(const struct bs_bound *b, bs_u128 held_byte_ns, uint64_t refault_bytes)
{
	return held_byte_ns * b->weight_ns_per_mib_s +
	       (bs_u128)refault_bytes * BS_NS_PER_S * b->refault_ns_per_mib;
}

bs_ns bs_bound_cost_ns(const struct bs_bound *b)
{
	bs_u128 ns = cost(b, b->held_ns * LEVEL, bs_bound_refault_bytes(b)) / BS_MIB_S;

	return ns > BS_NO_TIME ? BS_NO_TIME : (bs_ns)ns;
}

static bs_ns fits(bs_u128 ns)
{
	return ns > BS_NO_TIME ? BS_NO_TIME : (bs_ns)ns;
}

bs_ns bs_bound_row_cost_ns(const struct bs_bound *b, const struct bs_timeline *tl, bs_ns guest_ns,
			   bs_ns host_ns)
{
	const bs_u128 held = bs_timeline_held_byte_ns(tl);

	/* Weight 0 means that holding is not an option: no price is high enough. */
	if (held && !b->weight_ns_per_mib_s)
		return BS_NO_TIME;
	return fits((cost(b, held, 0) + BS_MIB_S - 1) / BS_MIB_S + guest_ns + host_ns);
}

bs_ns bs_bound_late_ns(const struct bs_bound *b, bs_ns blocked_ns, uint64_t late_bytes,
		       uint64_t late_periods)
{
	/* The guest's last part may be no whole level. */
	const bs_u128 used = (bs_u128)(b->nr_levels + 1) * LEVEL * blocked_ns;
	const bs_u128 entered = late_bytes + (bs_u128)late_periods * LEVEL;

	return fits((used * b->weight_ns_per_mib_s + entered * b->refault_ns_per_mib * BS_NS_PER_S +
		     BS_MIB_S - 1) /
		    BS_MIB_S);
}
