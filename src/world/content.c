// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content.c - what the guest's kernel itself writes into memory that comes and goes, and which CPU
 * that keeps busy.
 */
#include "cell.h"

void bs_cell_poison(struct bs_cell *c, uint32_t number, unsigned int cpu, bs_pfn pfn,
		    unsigned int order)
{
	struct bs_error err;
	bs_ns cost;

	if (number < c->untouched_below)
		return;
	if (bs_device_poison(c->dev, pfn, order, c->now, &cost, &err))
		bs_cell_fail(c, &err);
	bs_cell_block_cpu(c, cpu, cost);
}

void bs_cell_zero(struct bs_cell *c, unsigned int cpu, bs_pfn pfn, unsigned int order,
		  unsigned int gfp)
{
	const bool known = c->known_zero.pfn == pfn && c->known_zero.order == order;

	c->known_zero.pfn = BS_NO_PFN;
	if (c->user[gfp])
		bs_cell_block_cpu(c, cpu, bs_device_zero(c->dev, pfn, order, known));
}
