/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * point.h - what is tried: settings of strategies, and what came of each.
 *
 * This room tries settings of strategies on a trace and names one. It runs them by the replay, a round
 * of them at a time, and knows parameters by their roles alone. What decides (choice.c) and what is tried
 * next (refine.c) looks at nothing but points.
 *
 *   point <- space <- refine,  point <- choice <- refine <- search <- advise
 *   counsel_units <- counsel_words, counsel_text, advice_json <- advise
 */
#ifndef BS_POINT_H
#define BS_POINT_H

#include <buddysim/types.h>

#define BS_MAX_AXES 6 /* of one strategy */
#define BS_MAX_STEPS 16 /* of one axis */

/* What came of a setting. All of it is 0 until it @ran. */
struct bs_found {
	bool ran;
	bool whole; /* it did all that the trace asks for */
	bool stock; /* an unpatched kernel offers it */
	bool idle; /* it reports nothing: the one that others are compared with */
	bool late; /* more delay than the load can tell, and not because a kernel has it so: not named */
	bs_ns worth; /* of what it held, at the weight */
	bs_ns stall, host; /* what it cost the guest and the host beside that */
	bs_ns stall_per_minute; /* BS_NO_TIME: the load takes no time */
	uint64_t held_mib_s, held_bytes; /* over the window, and in the mean */
	bs_ns t50, t90, delay_p99, delay_max;
	uint64_t peak_bytes, refault_bytes, calls, alloc_failed, unfinished;
	uint64_t failed_calls, skipped_ranges, host_errors;
};

/*
 * struct bs_point - one setting
 * @space: number of its strategy
 * @at: which step of each of its axes
 * @label: as -s takes it
 * @changed: how many of its axes are not at what the strategy has by itself
 * @delay: from noticing free memory to reporting it, or from one look to the next
 * @params: all its parameters, as the replay told them
 */
struct bs_point {
	unsigned int space, changed;
	bool fixed_delay; /* it is what it is: nobody can choose another */
	uint8_t at[BS_MAX_AXES];
	char *label, *params;
	bs_ns delay;
	struct bs_found f;
};

struct bs_points {
	struct bs_point *p;
	unsigned int nr, room;
};

#define BS_NO_POINT UINT32_MAX

#endif
