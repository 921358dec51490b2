/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * due.h - what is going to happen: a priority queue ordered by time, then class, then sequence. Each
 * entry carries what is to be called, so that nobody needs to know everybody.
 */
#ifndef BS_DUE_H
#define BS_DUE_H

#include <buddysim/types.h>

/* At one instant these come in this order (MEANING.md, time), and all of them before what a load does
 * at that instant. The class orders and says nothing else. */
enum bs_due_class {
	BS_DUE_COMPLETION, /* a request is served */
	BS_DUE_WAKE, /* the worker runs */
	BS_DUE_WAKE_ON, /* a CPU runs a pass itself */
	BS_DUE_HOST, /* the host looks or asks */
	BS_DUE_GUEST, /* something is asked of a guest's kernel */
	BS_DUE_BACKGROUND, /* the guest's kernel looks after itself */
	BS_DUE_RELEASE, /* a blocked CPU goes on */
	BS_DUE_END, /* of the window */
};

struct bs_due {
	bs_ns time;
	uint64_t seq; /* filled in when it is pushed */
	enum bs_due_class class;
	int what; /* for @fn: which of several */
	void (*fn)(void *arg, int what);
	void *arg;
};

/* Zero it to begin with. */
struct bs_due_queue {
	struct bs_due *heap;
	size_t n, cap;
	uint64_t seq;
};

/* 0 or -ENOMEM. */
int bs_due_push(struct bs_due_queue *q, struct bs_due d);
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
