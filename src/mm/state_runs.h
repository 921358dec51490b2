/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_runs.h - runs of pages as a dump lists them, while the list is made. */
#ifndef BS_STATE_RUNS_H
#define BS_STATE_RUNS_H

#include <stddef.h>

#include <buddysim/state.h>

/* Append to a zone's runs of LRU pages; *@cap, 0 at first, is how many there is room for. 0 or -ENOMEM. */
int bs_state_add_lru(struct bs_state_zone *z, size_t *cap, bs_pfn first, uint32_t count);

#endif
