/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rotation.h - state of S7, shown to the golden-vector reader and the tests, and what its three
 * files share: rotation.c is upstream's story, rotation_flight.c a batch on its way to the host and
 * back, rotation_s9.c the ideas that upstream never had (spec reporting.md 11).
 */
#ifndef BS_ROTATION_H
#define BS_ROTATION_H

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

#define BS_ROTATION_ZERO_NOTES 8

/* What spec 11 needs beyond upstream's state; exists only where one of its parameters asks for it. */
struct bs_rotation_s9 {
	unsigned int depth;
	/* The ring of batches: those in flight, then the one that is being filled. */
	unsigned int oldest, in_flight;
	struct bs_rotation_flight *flights;
	uint64_t *reported; /* marked blocks by zone and order; only with keep_raw */
	struct bs_range zero[BS_ROTATION_ZERO_NOTES]; /* zero_once; order 0: none */
	unsigned int next_zero;
};

struct bs_rotation {
	uint8_t state; /* enum bs_rotation_state */
	uint8_t pressure; /* of the host, as it last said, 0..100 */
	uint16_t capacity;
	uint16_t free_slots; /* of the batch that is being filled, from its end towards its start */
	struct bs_range *batches; /* of the pass: one, or as many as may be in flight */
	struct bs_rotation_s9 *s9;
};

/* rotation.c: is @zone so far above its low watermark that a batch may be taken? */
bool bs_rotation_has_room(struct bs_report_ctx *rc, unsigned int zone);

/* ---- rotation_flight.c: all with the zone locked, dropped while a request is on its way -------- */

static inline unsigned int bs_rotation_in_flight(const struct bs_rotation *s)
{
	return s->s9 ? s->s9->in_flight : 0;
}

/* The one that is being filled. */
static inline struct bs_range *bs_rotation_batch(const struct bs_rotation *s)
{
	const struct bs_rotation_s9 *x = s->s9;

	return x ? s->batches + (size_t)((x->oldest + x->in_flight) % x->depth) * s->capacity
		 : s->batches;
}

/* Memory for a pass: 0 or -ENOMEM. Given back by the second. */
int bs_rotation_begin(struct bs_report_ctx *rc);
void bs_rotation_end(struct bs_report_ctx *rc);
/* Send the batch and start another; waits only when as many are in flight as may be. 0; -errno of
 * this or an earlier request; BS_ROTATION_PASS_DONE: it was put back, the host is not to be
 * bothered now. Without 0 the batch is empty, yet others may still be in flight. */
int bs_rotation_send(struct bs_report_ctx *rc, unsigned int zone);
/* Wait for the oldest request and put its blocks back. */
int bs_rotation_collect(struct bs_report_ctx *rc, unsigned int zone);
/* The zone is done, so far with @err: send or put back the rest, wait for all. */
int bs_rotation_finish(struct bs_report_ctx *rc, unsigned int zone, int err);

/* ---- rotation_s9.c ----------------------------------------------------------------------------- */

/* Its state, if a parameter wants any: 0 or -ENOMEM. Given back by the second. */
int bs_rotation_s9_begin(struct bs_report_ctx *rc);
void bs_rotation_s9_end(struct bs_report_ctx *rc);
/* Count marked blocks from now on: 0 or -ENOMEM. */
int bs_rotation_count_marks(struct bs_report_ctx *rc);
/* ... again from the start, where marks may have come and gone unheard. */
void bs_rotation_recount(struct bs_report_ctx *rc);
void bs_rotation_count_mark(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			    int change);
/* keep_raw: are so few raw blocks of @order left in @zone that they stay? */
bool bs_rotation_keeps(struct bs_report_ctx *rc, unsigned int zone, unsigned int order);
bool bs_rotation_gate_open(struct bs_report_ctx *rc);
/* zero_once: a block leaves its list, with or without a mark; one is handed out. */
void bs_rotation_zero_out(struct bs_report_ctx *rc, const struct bs_block *b);
void bs_rotation_zero_allocated(struct bs_report_ctx *rc, const struct bs_block *b);
void bs_rotation_zero_forget(struct bs_report_ctx *rc);

#endif
