/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_map.h - where memory is, to be seen: what each pageblock is, looked at a number of times in a
 * window (MEANING.md, the map of memory).
 */
#ifndef BS_MEMORY_MAP_H
#define BS_MEMORY_MAP_H

#include "parts.h"

#define BS_MAP_LOOKS 60

struct bs_map_look {
	bs_ns time;
	char *text; /* a letter for each cell, "u3r2": how many times it stands where more than once */
};

struct bs_memory_map {
	struct bs_guest *g;
	bs_ns next, interval; /* BS_NO_TIME: it is not looked at any more */
	unsigned int cell_order; /* pages of a cell */
	size_t nr_cells;
	struct bs_map_look *looks; /* NULL: nobody wants to know */
	size_t nr;
};

/* For a window of that length. 0 or -ENOMEM. */
int bs_memory_map_begin(struct bs_memory_map *map, struct bs_guest *g, bs_ns window);
/* Nothing happens up to @t: it is looked at, for the instants due until then. */
void bs_memory_map_look(struct bs_memory_map *map, bs_ns t);
/* The window closes at @end. */
void bs_memory_map_close(struct bs_memory_map *map, bs_ns end);
void bs_memory_map_free(struct bs_memory_map *map);

/* Letter number @i and what it stands for; NULL behind the last. */
const char *bs_memory_map_letter(unsigned int i, char *letter);

#endif
