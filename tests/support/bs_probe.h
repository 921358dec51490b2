/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_probe.h - a strategy whose pass does what a test says, in a guest of four free blocks of order
 * 10: for the tests of the services (src/report/ctx_*.c).
 */
#ifndef BS_PROBE_H
#define BS_PROBE_H

#include "bs_report_world.h"

/* State of the strategy; @r: what bs_probe_take() took. */
struct bs_probe {
	void (*act)(struct bs_report_ctx *rc);
	void *arg;
	struct bs_range r[4];
	int result, ticket; /* result: what the pass returns */
	unsigned int outs, moves, ins;
};

/* Parameters order= and delay=; 24 bytes per CPU, 16 per zone. */
extern const struct bs_strategy bs_probe_strategy;

/* [0,1024) [1024,2048) [2048,3072) [3072,4096): four free blocks of order 10. On; the device
 * takes 2 ranges. */
struct bs_world *bs_probe_world(void (*act)(struct bs_report_ctx *rc));
/* One pass; what it returns. */
int bs_probe_run(struct bs_world *w);
/* Runs @act, which must break exactly @law, once. */
void bs_probe_breaks(void (*act)(struct bs_report_ctx *rc), const char *law);

/* From within @act: take the first @n blocks; give them back to the tail; or do both with a request
 * in between, and mark them if it succeeds. */
void bs_probe_take(struct bs_report_ctx *rc, unsigned int n);
void bs_probe_give_back(struct bs_report_ctx *rc, unsigned int n);
void bs_probe_report_two(struct bs_report_ctx *rc);

#endif
