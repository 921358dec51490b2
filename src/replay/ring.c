// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring.h"

#include <errno.h>
#include <stdlib.h>

static int grow(struct bs_ring *r)
{
	uint32_t cap = r->cap ? r->cap * 2 : 1024;
	struct bs_deferred *at = malloc(cap * sizeof(*at));

	if (!at)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->n; i++)
		at[i] = r->at[(r->head + i) & (r->cap - 1)];
	free(r->at);
	r->at = at;
	r->head = 0;
	r->cap = cap;
	return 0;
}

int bs_ring_push(struct bs_ring *r, const struct bs_deferred *d)
{
	if (r->n == r->cap && grow(r))
		return -ENOMEM;
	r->at[(r->head + r->n++) & (r->cap - 1)] = *d;
	return 0;
}

struct bs_deferred bs_ring_pop(struct bs_ring *r)
{
	const struct bs_deferred d = r->at[r->head];

	r->head = (r->head + 1) & (r->cap - 1);
	r->n--;
	return d;
}

void bs_ring_free(struct bs_ring *r)
{
	free(r->at);
	*r = (struct bs_ring){0};
}
