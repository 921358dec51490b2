/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_memory.h - the one memory of a host for all its guests: what they hold together, and what happens
 * when that is more than there is (MEANING.md, a host with several guests).
 */
#ifndef BS_HOST_MEMORY_H
#define BS_HOST_MEMORY_H

#include <buddysim/sim.h>

#include "parts.h"

#define BS_HOST_LEVELS 1024 /* of what is held, 256 to the host's memory */

/* All zero: nobody counts. */
struct bs_host_memory {
	struct bs_meter meter;
	struct bs_clock *clock; /* NULL: nobody counts */
	struct bs_guest *const *guests; /* the first one */
	uint64_t size, swap; /* bytes; size 0: as much as is held */
	uint64_t held, swapped; /* now, of all guests together */
	unsigned int running;
	struct bs_host_figures f;
	unsigned __int128 byte_ns;
	bs_ns level_ns[BS_HOST_LEVELS + 1], level_bytes;
};

/* From now on it is counted, and limited to @size unless that is 0. */
void bs_host_memory_begin(struct bs_host_memory *h, struct bs_clock *k,
			  struct bs_guest *const *guests, uint64_t size, uint64_t swap);
/* No longer. */
void bs_host_memory_close(struct bs_host_memory *h);
void bs_host_memory_figures(const struct bs_host_memory *h, struct bs_host_figures *out);

/* There is less of it for guests from now on: the host needs some for another one. */
void bs_host_memory_less(struct bs_host_memory *h, uint64_t bytes);

/* The guest runs from now on, or has ended; what it held when it began is counted. */
void bs_host_memory_started(struct bs_guest *g);
void bs_host_memory_ended(struct bs_guest *g);
/* The host holds more for the guest than before, or less. If that is too much it makes room, and @cpu waits
 * for that, unless it is BS_NO_CPU. */
void bs_host_memory_changed(struct bs_guest *g, unsigned int cpu);
/* The guest is no more: its load stops, and the host has its memory back. */
void bs_guest_kill(struct bs_guest *g);

#endif
