/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench_rows.h - what is measured, beside its yardstick, in turns; and whether it is what it should be. */
#ifndef BS_SIM_BENCH_ROWS_H
#define BS_SIM_BENCH_ROWS_H

#include "bench.h"

#define BENCH_MOST_RUNS 64

struct bench_setting {
	const char *kernel, *log;
	uint64_t events, text_bytes;
	unsigned int runs;
	bool quick;
	char *plain, *zstd; /* the long trace, when somebody has needed it */
	struct progress *progress;
};

/* @better: 1 more is better, -1 less is. @goal, @goal_ratio: 0: there is none.
 * @now, @yardstick: one figure of one run, or negative, and the exit status in *@status; < 0 with status 0:
 * it cannot be measured here, @why not. @yardstick may be NULL; @per: what @arg means is theirs. */
struct bench_row {
	const char *group, *what, *unit;
	int better;
	double goal, goal_ratio;
	double (*now)(struct bench_setting *b, unsigned int arg, int *status);
	double (*yardstick)(struct bench_setting *b, unsigned int arg, int *status);
	unsigned int arg;
	bool once; /* asked in the first run alone: it takes long, or makes all of them itself */
};

/* Measure those of @group (NULL: all) in @parts, each ended by one without a group, and print them. Returns the
 * exit status. */
int bench_rows(struct bench_setting *b, const struct bench_row *const *parts, unsigned int nr_parts,
	       const char *group, enum bs_format format);

#endif
