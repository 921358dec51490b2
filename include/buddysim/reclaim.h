/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reclaim.h - what it takes a guest to have memory back from its page cache, its swap, and by compaction, in
 * virtual time (src/MEANING.md, memory under pressure).
 */
#ifndef BUDDYSIM_RECLAIM_H
#define BUDDYSIM_RECLAIM_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Each in ns for a page; bs_reclaim_cost_field() says what it is for, src/world/reclaim_costs.def where it comes from. */
struct bs_reclaim_costs {
	bs_ns scan, evict, read, write, swap_out, swap_in, compact_scan;
};

/** The shipped preset. */
void bs_reclaim_costs_default(struct bs_reclaim_costs *out);
/** Number @index of them: its name, what it is for, where its number comes from. NULL behind the last. The texts may be
 *  NULL. */
bs_ns *bs_reclaim_cost_field(struct bs_reclaim_costs *c, unsigned int index, const char **name,
			     const char **about, const char **source);
/** From a file: 0, or negative with @err. */
int bs_reclaim_costs_read(const char *path, struct bs_reclaim_costs *out, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
