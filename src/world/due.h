/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * due.h - what is going to happen: a priority queue ordered by time, then class, then sequence
 * (semantics.md 1: completion before wake before trace event, then file order).
 */
#ifndef BS_DUE_H
#define BS_DUE_H

#include <buddysim/types.h>

enum bs_due_class {
	BS_DUE_COMPLETION, /* what = number of the call */
	BS_DUE_WAKE, /* what = generation of the wake */
	BS_DUE_WAKE_ON, /* a CPU runs a pass itself; what = cpu */
	BS_DUE_HOST, /* the host looks or asks; what = number of its event, or a look */
	BS_DUE_RELEASE, /* a blocked CPU goes on; what = cpu */
	BS_DUE_END, /* of the window */
};

struct bs_due {
	bs_ns time;
	uint64_t seq;
	enum bs_due_class class;
	int what;
};

/* Zero it to begin with. */
struct bs_due_queue {
	struct bs_due *heap;
	size_t n, cap;
	uint64_t seq;
};

/* 0 or -ENOMEM. */
int bs_due_push(struct bs_due_queue *q, bs_ns time, enum bs_due_class class, int what);
/* Room for @n entries at once, so that pushing allocates nothing: 0 or -ENOMEM. */
int bs_due_reserve(struct bs_due_queue *q, size_t n);
/* Earliest, taken out; only when there is one. */
struct bs_due bs_due_pop(struct bs_due_queue *q);
static inline bs_ns bs_due_next(const struct bs_due_queue *q)
{
	return q->n ? q->heap[0].time : BS_NO_TIME;
}
void bs_due_free(struct bs_due_queue *q);

#endif
