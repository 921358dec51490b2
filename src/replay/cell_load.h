/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_load.h - a cell that runs a load in place of a trace. */
#ifndef BS_CELL_LOAD_H
#define BS_CELL_LOAD_H

#include "cell_parts.h"

/* The program of the plan's load, on the cell's guest; @over is called when it is over. 0, or negative
 * with @err. */
int bs_cell_load_create(struct bs_cell *c, void (*over)(void *arg), struct bs_error *err);
/* The window closes: what it has counted becomes the cell's. */
void bs_cell_load_close(struct bs_cell *c);

/* From a request for memory to its being usable, of whatever the cell runs. */
static inline const struct bs_histogram *bs_cell_delays(const struct bs_cell *c)
{
	return c->program ? &c->program->delays : &c->stream.delays;
}

#endif
