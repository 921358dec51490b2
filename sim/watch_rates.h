/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_rates.h - how much of everything happens per virtual second, and per real one. */
#ifndef BS_SIM_WATCH_RATES_H
#define BS_SIM_WATCH_RATES_H

#include <buddysim/view.h>

/* What is counted as it happens. */
enum watch_count {
	WATCH_ALLOCS,
	WATCH_FREES,
	WATCH_PASSES,
	WATCH_REQUESTS,
	WATCH_BLOCKS,
	WATCH_REPORTED,
	WATCH_REFAULTED,
	WATCH_STALL,
	WATCH_EVENTS,
	WATCH_NR_COUNTS
};

/* Looks kept: a rate is of the time since the oldest that is near enough. */
#define WATCH_LOOKS 64

struct watch_look {
	bs_ns virtual;
	uint64_t real, count[WATCH_NR_COUNTS];
};

struct watch_rates {
	struct watch_look look[WATCH_LOOKS];
	unsigned int nr, cell;
	unsigned int still; /* what stood still before this one was no speed */
};

/* Of @v, in the order of enum watch_count. */
uint64_t watch_count_of(const struct bs_view *v, enum watch_count what);
/* The cell is like @v at @real ns. Another cell begins anew. */
void watch_rates_look(struct watch_rates *r, const struct bs_view *v, bs_ns now, uint64_t real);
/* Per virtual second, of about the last one; negative: not known yet. */
double watch_rate(const struct watch_rates *r, enum watch_count what);
/* Per real second, of about the last one, virtual seconds and events; negative: not known yet. */
double watch_real_speed(const struct watch_rates *r);
double watch_real_rate(const struct watch_rates *r);

#endif
