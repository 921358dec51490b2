/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.h - events of a trace that wait for a CPU, oldest first. */
#ifndef BS_RING_H
#define BS_RING_H

#include <buddysim/types.h>

/* An allocation or a free. number: the block's. */
struct bs_deferred {
	bs_ns time; /* as recorded */
	uint32_t number, offset;
	uint8_t kind, order, gfp, cpu;
};

/* Zero it to begin with. */
struct bs_ring {
	struct bs_deferred *at;
	uint32_t head, n, cap; /* cap is a power of two */
};

/* 0 or -ENOMEM. */
int bs_ring_push(struct bs_ring *r, const struct bs_deferred *d);
/* The oldest, taken out; only when there is one. */
struct bs_deferred bs_ring_pop(struct bs_ring *r);
void bs_ring_free(struct bs_ring *r);

#endif
