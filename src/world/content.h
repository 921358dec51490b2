/* SPDX-License-Identifier: GPL-2.0-or-later */
/* content.h - what the guest's kernel itself writes into memory that comes and goes, and which CPU
 * that keeps busy. */
#ifndef BS_CONTENT_H
#define BS_CONTENT_H

#include "parts.h"

/* @cpu overwrites the block that it frees. */
void bs_guest_poison(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order);
/* ... and zeroes the one that it got, if that is a user's (where g->zeroes). */
void bs_guest_zero(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order, bool user);
/* What the CPU touches was not there: it waits. */
void bs_guest_faulted(struct bs_guest *g, unsigned int cpu, struct bs_fault_cost cost);

#endif
