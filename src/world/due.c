// SPDX-License-Identifier: GPL-2.0-or-later
#include "due.h"

#include <errno.h>
#include <stdlib.h>

static bool before(const struct bs_due *a, const struct bs_due *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	if (a->class != b->class)
		return a->class < b->class;
	return a->seq < b->seq;
}

int bs_due_reserve(struct bs_due_queue *q, size_t n)
{
	struct bs_due *heap;

	if (n <= q->cap)
		return 0;
	heap = realloc(q->heap, n * sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	q->heap = heap;
	q->cap = n;
	return 0;
}

int bs_due_push(struct bs_due_queue *q, struct bs_due d)
{
	size_t i;

	if (q->n == q->cap && bs_due_reserve(q, q->cap ? q->cap * 2 : 64))
		return -ENOMEM;
	d.seq = q->seq++;
	for (i = q->n++; i && before(&d, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = d;
	return 0;
}

struct bs_due bs_due_pop(struct bs_due_queue *q)
{
	struct bs_due first = q->heap[0], last = q->heap[--q->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < q->n) {
		if (child + 1 < q->n && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (!before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	return first;
}

void bs_due_free(struct bs_due_queue *q)
{
	free(q->heap);
	*q = (struct bs_due_queue){0};
}
