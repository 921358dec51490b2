/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contention.h - what a zone's lock is held for, in virtual time (src/MEANING.md, contention).
 */
#ifndef BUDDYSIM_CONTENTION_H
#define BUDDYSIM_CONTENTION_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Each in ns; bs_lock_cost_field() says what it is for, src/world/lock_costs.def where it comes from. */
struct bs_lock_costs {
	bs_ns hold, handoff, block, split, merge, node, hook, space;
};

/** The shipped preset. */
void bs_lock_costs_default(struct bs_lock_costs *out);
/** Number @index of them: its name, what it is for, and whether bs_lock_calibrate() can measure it. NULL behind the
 *  last. The texts may be NULL. */
bs_ns *bs_lock_cost_field(struct bs_lock_costs *c, unsigned int index, const char **name,
			  const char **about, bool *measurable);
/** Measure on this machine what can be measured on a machine: the others, which are the kernel's own, are the
 *  preset's. Takes about a second. 0, or negative with @err. */
int bs_lock_calibrate(unsigned int rounds, struct bs_lock_costs *out, struct bs_error *err);
/** As a file, and back: 0, or negative with @err. */
int bs_lock_costs_write(const struct bs_lock_costs *c, const char *path, struct bs_error *err);
int bs_lock_costs_read(const char *path, struct bs_lock_costs *out, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
