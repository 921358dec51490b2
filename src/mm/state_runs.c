// SPDX-License-Identifier: GPL-2.0-or-later
#include "state_runs.h"

#include <errno.h>
#include <stdlib.h>

int bs_state_add_lru(struct bs_state_zone *z, size_t *cap, bs_pfn first, uint32_t count)
{
	if (z->nr_lru == *cap) {
		const size_t room = *cap ? *cap * 2 : 64;
		struct bs_state_lru *more = realloc(z->lru, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		z->lru = more;
		*cap = room;
	}
	z->lru[z->nr_lru++] = (struct bs_state_lru){.first = first, .count = count};
	return 0;
}
