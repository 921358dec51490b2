/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff.h - two records side by side. The outcome is kept as the JSON that it is printed as: text, CSV
 * and thresholds read the same values.
 */
#ifndef BS_DIFF_H
#define BS_DIFF_H

#include <jansson.h>

#include <buddysim/record.h>

#include "stored.h"

/* A cell of A and the one of B that it is compared with. */
struct bs_diff_pair {
	const json_t *cell[2];
};

struct bs_diff {
	struct bs_stored record[2]; /* the second one is empty if both sides are of the first */
	const struct bs_stored *side[2];
	struct bs_diff_pair *pairs;
	size_t nr_pairs;
	json_t *root; /* as it is printed */
	char **crossed; /* in words */
	size_t nr_crossed;
};

/* The label of a cell: a stored record has one in each. */
const char *bs_diff_label(const json_t *cell);
/* "%s; did you mean %s?" where a label of @side is near to @label: set @err, return negative. */
int bs_diff_no_cell(const struct bs_diff *d, unsigned int side, const char *label,
		    struct bs_error *err);

#endif
