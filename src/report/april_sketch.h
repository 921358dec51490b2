/* SPDX-License-Identifier: GPL-2.0-or-later */
/* april_sketch.h - state of april-sketch, shown to the tests. */
#ifndef BS_APRIL_SKETCH_H
#define BS_APRIL_SKETCH_H

#include <buddysim/types.h>

struct bs_sketch_area {
	/* Blocks that ever came. The sketch lowers it by a pull and raises it by the return; here
	 * neither counts, so that what is new does not depend on what is in hand. The sketch's
	 * second counter, nr_bound, is nr_freed less what is free, and not kept here: the allocator
	 * counts what is free, remainders of a split included. */
	uint64_t nr_freed;
	uint64_t collected; /* nr_freed when the thread last found no raw block */
};

struct bs_sketch_zone {
	struct bs_sketch_area *area; /* of each order; from its first start on */
};

struct bs_sketch {
	struct bs_range *batch;
	unsigned int capacity;
	uint32_t requested; /* bit per zone */
};

#endif
