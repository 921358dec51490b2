// SPDX-License-Identifier: GPL-2.0-or-later
#include "used.h"

#include <stdlib.h>

/* 16 MiB. A trace of small blocks has a step every few hundred events. */
#define MOST (UINT64_C(1) << 20)

void bs_used_steps_free(struct bs_used_steps *u)
{
	free(u->step);
	*u = (struct bs_used_steps){0};
}

static void give_up(struct bs_used_steps *u)
{
	bs_used_steps_free(u);
	u->too_many = true;
}

static bool make_room(struct bs_used_steps *u)
{
	const size_t cap = u->cap ? u->cap * 2 : 256;
	struct bs_used_step *bigger;

	if (u->nr < u->cap)
		return true;
	bigger = cap <= MOST ? realloc(u->step, cap * sizeof(*bigger)) : NULL;
	if (!bigger)
		return false;
	u->step = bigger;
	u->cap = cap;
	return true;
}

void bs_used_steps_add(struct bs_used_steps *u, bs_ns time, uint64_t pages, unsigned int page_shift)
{
	const uint64_t grain = BS_USED_GRAIN >> page_shift;

	if (!u->too_many && !make_room(u))
		give_up(u);
	if (u->too_many) {
		/* Nothing is a step any more. */
		u->below = UINT64_MAX;
		return;
	}
	u->step[u->nr++] = (struct bs_used_step){time, pages << page_shift};
	u->above = pages & ~(grain - 1);
	u->below = (pages + grain - 1) & ~(grain - 1);
}
