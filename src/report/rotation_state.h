/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rotation_state.h - what rotation remembers, shown to the tests, and what its three files share:
 * rotation.c is upstream's story, rotation_flight.c a batch on its way to the host and back,
 * rotation_variants.c the ideas that upstream never had (STRATEGIES.md, variants).
 */
#ifndef BS_ROTATION_STATE_H
#define BS_ROTATION_STATE_H

#include <buddysim/report.h>

/* Order of the parameters in the table. */
enum bs_rotation_param {
	BS_ROTATION_REV,
	BS_ROTATION_ORDER,
	BS_ROTATION_CAPACITY,
	BS_ROTATION_DELAY,
	BS_ROTATION_BUDGET,
	BS_ROTATION_PULL,
	BS_ROTATION_PUT,
	BS_ROTATION_DIR,
	BS_ROTATION_KEEP_RAW,
	BS_ROTATION_SKIP_IF_BUSY,
	BS_ROTATION_DEPTH,
	BS_ROTATION_ZERO_ONCE,
	BS_ROTATION_GATE,
};
enum { BS_ROTATION_REV_5_7, BS_ROTATION_REV_5_10, BS_ROTATION_REV_6_1, BS_ROTATION_REV_2026 };
enum { BS_ROTATION_PUT_REV, BS_ROTATION_PUT_TAIL, BS_ROTATION_PUT_HEAD };

enum bs_rotation_state { BS_ROTATION_IDLE, BS_ROTATION_REQUESTED, BS_ROTATION_ACTIVE };

/* Beside 0 and -errno: why a walk ends although nothing failed. */
enum { BS_ROTATION_LIST_DONE = 1, BS_ROTATION_PASS_DONE };

/* A request on its way: its ranges are [first, capacity) of its batch. */
struct bs_rotation_flight {
	int ticket;
	unsigned int first;
};

/* What the variants need beyond upstream's state; exists only where one of its parameters asks
 * for it. */
struct bs_rotation_extra {
	unsigned int depth;
	/* The ring of batches: those in flight, then the one that is being filled. */
	unsigned int oldest, in_flight;
	struct bs_rotation_flight *flights;
	uint64_t *reported; /* marked blocks by zone and order; only with keep_raw */
	uint64_t *zero, zero_words; /* a bit for each page of the guest; only with zero_once */
};

struct bs_rotation {
	uint8_t state; /* enum bs_rotation_state */
	uint8_t pressure; /* of the host, as it last said, 0..100 */
	uint16_t capacity;
	uint16_t free_slots; /* of the batch that is being filled, from its end towards its start */
	struct bs_range *batches; /* of the pass: one, or as many as may be in flight */
	struct bs_rotation_extra *extra;
};

static inline unsigned int bs_rotation_in_flight(const struct bs_rotation *s)
{
	return s->extra ? s->extra->in_flight : 0;
}

/* The one that is being filled. */
static inline struct bs_range *bs_rotation_batch(const struct bs_rotation *s)
{
	const struct bs_rotation_extra *x = s->extra;

	return x ? s->batches + (size_t)((x->oldest + x->in_flight) % x->depth) * s->capacity
		 : s->batches;
}

#endif
