// SPDX-License-Identifier: GPL-2.0-or-later
/* map_told.c - the map of memory, for who makes a record of it. */
#include "memory_map.h"
#include "outcome.h"

bool bs_outcome_map(const struct bs_outcome *o, size_t i, bs_ns *time, const char **text,
		    uint64_t *cell_bytes)
{
	if (!o->map || i >= o->map->nr)
		return false;
	*time = o->map->looks[i].time;
	*text = o->map->looks[i].text;
	*cell_bytes = UINT64_C(1) << (bs_platform_at(o->cfg->guest.machine.machine)->page_shift +
				      o->map->cell_order);
	return true;
}

const char *bs_outcome_map_letter(unsigned int i, char *letter)
{
	return bs_memory_map_letter(i, letter);
}
