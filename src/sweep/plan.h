/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - a plan that is open: its axes, its groups and its cells, in the one order that they have.
 *
 * The manifest holds the axes, not the cells: a million of them are a few kilobytes there. Who opens a
 * plan counts them out again, traces slowest, then the axes in the manifest's order, strategies fastest,
 * and leaves out what is excluded.
 */
#ifndef BS_PLAN_H
#define BS_PLAN_H

#include "group.h"

/* The cell with that id, or NULL. */
struct bs_planned *bs_sweep_find(const struct bs_sweep *s, const uint8_t *id);
/* Count out the cells of a manifest, which is the plan's from now on. 0, or negative with @err. */
int bs_sweep_of(json_t *manifest, const char *dir, struct bs_sweep **out, struct bs_error *err);
/* The manifest that is there: NULL with @err. */
json_t *bs_manifest_read(const char *dir, struct bs_error *err);

#endif
