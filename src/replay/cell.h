/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell.h - a cell is built from the plan, runs, and its figures are taken. */
#ifndef BS_CELL_H
#define BS_CELL_H

#include "cell_parts.h"

/*
 * @spec: the strategy; @label: what the cell is called; @kernel, @policy: its guest's; all live as long as the cell
 * @index: of the cell in its comparison
 * @future: what the strategy knows of it; NULL: nothing
 * @row: the spec of all guests, where this one has its own
 * @first: the cell in whose world it is, and @guest which guest of it; NULL: it has a world of its own
 */
struct bs_cell_setup {
	const struct bs_spec *spec;
	const char *label, *kernel, *policy;
	unsigned int index;
	struct bs_future *future;
	const struct bs_spec *row;
	struct bs_cell *first;
	const struct bs_guest_plan *guest;
};

/* @trace: scanned; the cell rewinds and reads it while it runs, the caller keeps it; NULL: the plan has a
 * load. 0, or negative with @err. */
int bs_cell_create(const struct bs_plan *plan, const struct bs_cell_setup *setup,
		   struct bs_trace *trace, struct bs_cell **out, struct bs_error *err);
/* From the beginning on, note in @f when memory gets an owner. */
void bs_cell_write_down(struct bs_cell *c, struct bs_future *f);
/* Replay to the end of the window and take the figures. 0, or negative with @err. */
int bs_cell_run(struct bs_cell *c, struct bs_error *err);
/* It has run: let go of guest, device and trace. What there is to say of the cell stays. 0, or -ENOMEM with
 * @err. */
int bs_cell_rest(struct bs_cell *c, struct bs_error *err);
void bs_cell_destroy(struct bs_cell *c);

#endif
