/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid_file.h - a grid while it is put together: from a file, from a command line, or both. */
#ifndef BS_GRID_FILE_H
#define BS_GRID_FILE_H

#include <jansson.h>

#include <buddysim/sweep.h>

/* The values of one option. Those of a flag are "on" and "off". */
struct bs_axis {
	const struct bs_option *opt;
	struct bs_words values;
};

struct bs_sweep_grid {
	struct bs_words traces; /* paths */
	struct bs_words strategies;
	struct bs_axis *axes;
	unsigned int nr_axes;
	json_t *zip; /* [["memory", "cpus"]]: their values change together */
	json_t *exclude; /* [{"strategy": "boundary*", "kernel": "linux-6.1"}] */
	bool timeline, map;
};

/* Who reads and writes them knows what is an axis: what shapes a run, without where it goes to. */
bool bs_axis_option(const struct bs_option *opt);
/* Of that name; NULL with @err, which has the nearest one. @where: what is wrong then. */
const struct bs_option *bs_axis_find(const char *name, const char *where, struct bs_error *err);

#endif
