/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.h - a plan's parts, and what a group of its cells is run with. */
#ifndef BS_GROUP_H
#define BS_GROUP_H

#include <jansson.h>

#include <buddysim/sweep.h>

#include "segment.h"

#define BS_ID 32 /* bytes of a SHA-256 */

/* @path is within the plan's folder. */
struct bs_sweep_trace {
	const char *path, *name, *sha256;
	uint64_t events, numbers, peak_pages;
};

/* One axis, or several whose values change together. */
struct bs_dimension {
	const struct bs_option **opts;
	json_t **values; /* of each; texts */
	unsigned int nr_opts, nr;
};

struct bs_planned {
	uint8_t id[BS_ID];
	uint32_t group, strategy;
	struct bs_place at; /* its result; without segment: there is none */
};

/* Cells that differ in nothing but their strategy. */
struct bs_group {
	uint64_t first; /* of its cells */
	unsigned int nr;
	uint64_t number; /* among all, the empty ones too: which values it has */
};

struct bs_sweep {
	char *dir;
	json_t *root; /* the manifest, which all texts belong to */
	struct bs_sweep_trace *traces;
	struct bs_dimension *dims;
	const char **strategies;
	unsigned int nr_traces, nr_dims, nr_strategies;
	bool *rule_fits; /* by rule of what is excluded: it fits a cell */
	const char *sources; /* of the program that made the plan */
	bool timeline, map; /* kept of each cell; the map is in the timeline */
	struct bs_group *groups;
	struct bs_planned *cells;
	uint64_t nr_groups, nr_cells;
	uint32_t *slots; /* of a hash table: cell numbers + 1, by id */
	uint64_t nr_slots;
	struct bs_segments segments;
};

#define BS_INPUTS "inputs"
#define BS_RESULTS "results"
#define BS_MANIFEST "plan.json"

const struct bs_sweep_trace *bs_group_trace(const struct bs_sweep *s, const struct bs_group *g);
/* Value number @opt of dimension @dim in a group. */
const char *bs_group_value(const struct bs_sweep *s, const struct bs_group *g, unsigned int dim,
			   unsigned int opt);
/* The configuration of a group, without strategies; bs_options_free() either way, and free(*path), which
 * is the trace's. 0, or negative with @err. */
int bs_group_options(const struct bs_sweep *s, const struct bs_group *g, struct bs_options *o,
		     char **path, struct bs_error *err);
/* A strategy as this machine can open it; the plan's text is relative to its folder. To be free()d. */
char *bs_sweep_strategy(const struct bs_sweep *s, unsigned int strategy);
/* Path of a file of the plan, to be free()d; NULL when out of memory. */
char *bs_sweep_path(const struct bs_sweep *s, const char *name);

#endif
